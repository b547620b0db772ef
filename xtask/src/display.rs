//! An invisible screen.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::png::Picture;
use crate::project;

/// A running Xvfb; it ends with this value.
pub(crate) struct Display {
    server: Child,
    /// The value for `DISPLAY`, such as `:99`.
    pub(crate) name: String,
    folder: PathBuf,
}

impl Display {
    /// # Errors
    /// Xvfb does not start.
    pub(crate) fn start(width: u32, height: u32) -> Result<Self, String> {
        let folder = project::target()?.join(format!("screen-{}", std::process::id()));
        std::fs::create_dir_all(&folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut server = Command::new("Xvfb")
            // It picks a free number itself and tells it on its standard output.
            .args([
                "-displayfd",
                "1",
                "-nolisten",
                "tcp",
                "-noreset",
                "-screen",
                "0",
            ])
            .arg(format!("{width}x{height}x24"))
            .arg("-fbdir")
            .arg(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("Xvfb: {error}"))?;
        let mut number = String::new();
        if let Some(stdout) = server.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut number)
                .map_err(|error| format!("Xvfb: {error}"))?;
        }
        let display = Self {
            server,
            name: format!(":{}", number.trim()),
            folder,
        };
        if number.trim().is_empty() {
            Err("Xvfb did not start".to_owned())
        } else {
            Ok(display)
        }
    }

    /// What is on the screen now.
    pub(crate) fn picture(&self) -> Option<Picture> {
        Picture::from_xwd(&std::fs::read(self.folder.join("Xvfb_screen0")).ok()?)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // At the end there is nobody to tell that it was already gone.
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
