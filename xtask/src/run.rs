//! `cargo xtask run`: builds the app and opens it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::args::RunOptions;
use crate::display::Display;
use crate::needs::Purpose;
use crate::{install, models, project, tools, ui};

/// As long as a first start on a slow machine may take.
const PAINTED_WITHIN: Duration = Duration::from_secs(60);

/// # Errors
/// Something is missing, does not build, or the app ends badly.
pub(crate) fn run(options: &RunOptions) -> Result<(), String> {
    let screen = options.headless.is_some();
    if !screen {
        require_screen()?;
    }
    let purposes = [Purpose::Compile, Purpose::Window, Purpose::Screen];
    install::ensure(
        if screen { &purposes } else { &purposes[..2] },
        options.consent,
    )?;
    models::ensure()?;
    ui::build()?;
    let app = build(options.release, &["custom-protocol"])?;
    match &options.headless {
        None => open(&app, &options.paths),
        Some(screenshot) => picture(&app, &options.paths, screenshot),
    }
}

/// Builds the app with its page inside.
///
/// # Errors
/// It does not compile.
pub(crate) fn build(release: bool, features: &[&str]) -> Result<PathBuf, String> {
    let mut command = tools::cargo();
    command.args([
        "build",
        "--package",
        "cloakroom-app",
        "--features",
        &features.join(","),
    ]);
    if release {
        command.arg("--release");
    }
    tools::run(&mut command)?;
    project::built("cloakroom-app", release)
}

fn require_screen() -> Result<(), String> {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY") {
        return Ok(());
    }
    Err("There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set). Use the command line instead, \
         'cargo run --package cloakroom-cli -- --help', or take a picture of the window with 'cargo xtask run --headless'."
        .to_owned())
}

fn open(app: &Path, paths: &[PathBuf]) -> Result<(), String> {
    println!(
        "$ cloakroom-app {}",
        paths
            .iter()
            .map(|path| path.display().to_string())
            .collect::<Vec<_>>()
            .join(" ")
    );
    let status = Command::new(app)
        .args(paths)
        .status()
        .map_err(|error| format!("{}: {error}", app.display()))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the app ended with {status}"))
    }
}

/// Opens the app on an invisible screen, waits until its page is painted, and saves what is to be seen.
fn picture(app: &Path, paths: &[PathBuf], screenshot: &Path) -> Result<(), String> {
    let display = Display::start(1100, 760)?;
    let child = Command::new(app)
        .args(paths)
        .env("DISPLAY", &display.name)
        .env_remove("WAYLAND_DISPLAY")
        // Some versions of WebKitGTK paint nothing on a screen without a graphics card otherwise.
        .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
        .spawn()
        .map_err(|error| format!("{}: {error}", app.display()))?;
    let mut window = Window(child);
    let started = Instant::now();
    let mut before = None;
    loop {
        std::thread::sleep(Duration::from_millis(500));
        if let Some(status) = window.0.try_wait().map_err(|error| error.to_string())? {
            return Err(format!(
                "the app ended with {status} before it painted anything"
            ));
        }
        let now = display.picture();
        // Painted, and nothing has moved for half a second: thumbnails are there too.
        if let Some(picture) = now
            .as_ref()
            .filter(|picture| picture.is_painted() && now == before)
        {
            std::fs::write(screenshot, picture.to_png())
                .map_err(|error| format!("{}: {error}", screenshot.display()))?;
            println!("The window is in {}.", screenshot.display());
            return Ok(());
        }
        if started.elapsed() > PAINTED_WITHIN {
            return Err(format!(
                "nothing was painted within {} seconds",
                PAINTED_WITHIN.as_secs()
            ));
        }
        before = now;
    }
}

/// The app while it runs; it is closed with this value.
struct Window(Child);

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
