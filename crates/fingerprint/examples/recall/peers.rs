//! Other programs beside ours, in the same run and on the same pictures: each reads `known NUMBER PATH` and `copy NUMBER PATH` from
//! its standard input and answers each with a line. They are named in `CLOAKROOM_BENCH_PDQHASH` and `CLOAKROOM_BENCH_ORB`, as a
//! program and its arguments; `cargo xtask bench find` sets those that it could build or find.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::{env, fs};

use image::RgbImage;

/// A program that says of a copy how many bits differ from a photo, or how many pairs agree.
pub(crate) struct Peer {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
    picture: PathBuf,
}

impl Peer {
    /// The program that a variable names, if it does.
    pub(crate) fn named(variable: &str, scratch: &Path) -> Option<Self> {
        let named = env::var(variable).ok().filter(|named| !named.is_empty())?;
        let mut words = named.split(' ');
        let mut child = Command::new(words.next()?)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program that is named starts");
        let ask = child.stdin.take().expect("is piped");
        let answers = BufReader::new(child.stdout.take().expect("is piped"));
        Some(Self {
            child,
            ask,
            answers,
            picture: scratch.join(format!("{variable}-{:?}.ppm", std::thread::current().id())),
        })
    }

    /// Makes a photo known under a number.
    pub(crate) fn know(&mut self, number: usize, photo: &RgbImage) {
        self.answer("known", number, photo);
    }

    /// What it says of a copy of the photo of that number.
    pub(crate) fn of_copy(&mut self, number: usize, copy: &RgbImage) -> Option<u32> {
        self.answer("copy", number, copy).parse().ok()
    }

    fn answer(&mut self, what: &str, number: usize, picture: &RgbImage) -> String {
        let head = format!("P6\n{} {}\n255\n", picture.width(), picture.height());
        fs::write(&self.picture, [head.as_bytes(), picture.as_raw()].concat()).expect("is written");
        writeln!(self.ask, "{what} {number} {}", self.picture.display()).expect("it listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        line.trim().to_owned()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.picture);
    }
}
