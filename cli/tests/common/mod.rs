//! The program, and photos for it, made in code.
// Each test file uses some of it, and a panic is a failed test.
#![allow(dead_code, unreachable_pub, clippy::panic, clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use image::{Rgb, RgbImage};
use pipeline::worker::Workers;
use tempfile::TempDir;

/// One light pixel, and a comment.
pub const PHOTO: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\xFF\xFF\xFF\xFF\xFF\xFF\
    \x21\xFE\x10taken by J. Doe!\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3B";

/// The same pixel alone.
pub const CLEAN: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\xFF\xFF\xFF\xFF\xFF\xFF\
    \x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3B";

/// A folder to work in, and beside it a home for the ledger.
pub struct Place {
    root: TempDir,
}

impl Place {
    /// With these files in the folder.
    pub fn new(files: &[(&str, &[u8])]) -> Self {
        let place = Self {
            root: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(place.folder()).unwrap();
        for (name, bytes) in files {
            let path = place.folder().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            neutral_time(&path);
        }
        place
    }

    /// Where the files are, and where the program runs.
    pub fn folder(&self) -> std::path::PathBuf {
        self.root.path().join("in")
    }

    /// Where the program keeps its ledger; made on demand.
    pub fn home(&self) -> std::path::PathBuf {
        self.root.path().join("home")
    }

    /// The program with these arguments.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloakroom"));
        command.args(args).current_dir(self.folder());
        command
            .env("CLOAKROOM_HOME", self.home())
            .env_remove("RUST_BACKTRACE");
        command
            .env("HOME", self.root.path())
            .env("XDG_DATA_HOME", self.root.path().join("data"));
        command
    }

    /// Runs the program; exit status, standard output and standard error.
    pub fn run(&self, args: &[&str]) -> (i32, String, String) {
        told(&self.command(args).output().unwrap())
    }

    /// The names in the folder, sorted, hidden ones included.
    pub fn names(&self) -> Vec<String> {
        names(&self.folder())
    }

    /// A file of the folder.
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder().join(name)).unwrap()
    }
}

/// Gives a file the time that clean copies have, which is not worth telling.
pub fn neutral_time(path: &Path) {
    let time = std::time::UNIX_EPOCH + pipeline::NEUTRAL_FILE_TIME;
    let times = fs::FileTimes::new().set_modified(time);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_times(times).unwrap();
}

/// Exit status, standard output and standard error.
pub fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code().unwrap_or(-1),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// The names in a folder, sorted, hidden ones included.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Says that a test could not run here. Written past the test harness, which shows only what fails.
pub fn skipped(reason: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "SKIPPED: {reason}");
}

/// A photo of discs at random places, with all sizes up to a radius, and all colours.
pub fn discs(seed: u32, [width, height]: [u32; 2], radius_max: u32) -> RgbImage {
    let mut state = seed;
    let mut next = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let mut photo = RgbImage::from_pixel(width, height, Rgb([120, 130, 140]));
    let (across, down) = (i64::from(width), i64::from(height));
    for number in 0..300u32 {
        let (x, y) = (i64::from(next(width)), i64::from(next(height)));
        let radius = i64::from(4 + next(radius_max) * (300 - number) / 300);
        let colour = Rgb([next(256) as u8, next(256) as u8, next(256) as u8]);
        for v in (y - radius).max(0)..(y + radius).min(down) {
            for u in (x - radius).max(0)..(x + radius).min(across) {
                if (u - x).pow(2) + (v - y).pow(2) < radius * radius {
                    photo.put_pixel(u as u32, v as u32, colour);
                }
            }
        }
    }
    photo
}

/// Workers that are processes of the program.
pub fn workers(jobs: usize) -> Workers {
    Workers::of(env!("CARGO_BIN_EXE_cloakroom").into(), jobs)
}
