//! Photos and folders for the tests, made in code.
// Each test file uses some of it, and a panic is a failed test.
#![allow(dead_code, unreachable_pub, clippy::panic, clippy::unwrap_used)]

pub mod tiny;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use pipeline::{Cancel, Event, Found, Outcome, Recording, Request, Summary, run};
use tempfile::TempDir;

/// What the comment says.
pub const SECRET: &str = "taken by J. Doe!";

/// A picture of one pixel, dark or light, with a comment.
pub fn photo(light: bool) -> Vec<u8> {
    let mut gif = head(light);
    gif.extend(b"\x21\xFE\x10");
    gif.extend(SECRET.as_bytes());
    gif.push(0);
    gif.extend(TAIL);
    gif
}

/// The same picture without the comment.
pub fn clean_photo(light: bool) -> Vec<u8> {
    let mut gif = head(light);
    gif.extend(TAIL);
    gif
}

/// A picture with a comment of about so many bytes.
pub fn large_photo(bytes: usize) -> Vec<u8> {
    let mut gif = head(true);
    gif.extend(b"\x21\xFE");
    for _ in 0..bytes / 256 {
        gif.push(255);
        gif.extend([b'x'; 255]);
    }
    gif.push(0);
    gif.extend(TAIL);
    gif
}

fn head(light: bool) -> Vec<u8> {
    let shade = if light { 0xFF } else { 0 };
    let mut gif = b"GIF89a\x01\0\x01\0\x80\0\0".to_vec();
    gif.extend([shade; 6]);
    gif
}

const TAIL: &[u8] = b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3B";

/// A folder with these files in it.
pub fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// The names of all files below a folder, sorted, hidden ones included.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                names.push(
                    path.strip_prefix(folder)
                        .unwrap()
                        .to_string_lossy()
                        .into_owned(),
                );
            }
        }
    }
    names.sort();
    names
}

/// Photos as a person names them.
pub fn found(paths: impl IntoIterator<Item = PathBuf>) -> Vec<Found> {
    paths
        .into_iter()
        .map(|path| Found { path, root: None })
        .collect()
}

/// Runs, and returns the outcomes in the order of the photos.
pub fn outcomes(
    photos: &[Found],
    request: &Request,
    recording: Option<&Recording<'_>>,
) -> Vec<Outcome> {
    let outcomes = Mutex::new(vec![None; photos.len()]);
    let summary = run(photos, request, recording, &Cancel::new(), &|event| {
        if let Event::Finished { index, outcome } = event {
            let before = outcomes.lock().unwrap()[index].replace(outcome);
            assert_eq!(before, None, "one ending each");
        }
    });
    let outcomes: Vec<_> = outcomes
        .into_inner()
        .unwrap()
        .into_iter()
        .flatten()
        .collect();
    let mut counted = Summary::default();
    outcomes.iter().for_each(|outcome| counted.count(outcome));
    assert_eq!(summary, counted);
    assert_eq!(outcomes.len(), photos.len());
    outcomes
}

/// The code of the failure, and whether the photo was refused.
pub fn code(outcome: &Outcome) -> (&str, bool) {
    match outcome {
        Outcome::Refused(failure) => (&failure.code, true),
        Outcome::Failed(failure) => (&failure.code, false),
        other => panic!("not a failure: {other:?}"),
    }
}

/// Where the clean copy is.
pub fn output(outcome: &Outcome) -> &Path {
    match outcome {
        Outcome::Done(finished) | Outcome::AlreadyClean(finished) => {
            finished.output.as_deref().unwrap()
        }
        other => panic!("no clean copy: {other:?}"),
    }
}

/// Whether this runs with root's rights, which no permission stops.
#[cfg(unix)]
pub fn is_root() -> bool {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    fs::read(&path).is_ok()
}

/// Runs one test of this program again without root's rights.
#[cfg(unix)]
pub fn as_nobody(test: &str) {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;
    // The build folder may be root's alone.
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("test");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let mut nobody = Command::new("setpriv");
    nobody.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    let Ok(output) = nobody.arg(&program).args(["--exact", test]).output() else {
        return skipped("no permission stops root, and setpriv is missing");
    };
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}"
    );
}

/// Says that a test could not run here. Written past the test harness, which shows only what fails.
pub fn skipped(reason: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {reason}");
}

/// A small file system of its own, unmounted at the end.
pub struct Mounted(TempDir);

impl Mounted {
    /// Nothing where the system does not let us; the test must say so.
    pub fn new(options: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = std::process::Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(folder.path());
        let done = mount.stderr(std::process::Stdio::null()).status();
        done.is_ok_and(|status| status.success())
            .then_some(Self(folder))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn remount(&self, options: &str) {
        let mut mount = std::process::Command::new("mount");
        mount
            .args(["-o", &format!("remount,{options}")])
            .arg(self.path());
        assert!(mount.status().unwrap().success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount")
            .arg(self.path())
            .status();
    }
}
