//! Writes what a target begins with: `seeds TARGET FOLDER [SAMPLES]`. With `--file TARGET INPUT`, writes the file that an
//! input stands for to the standard output.

use std::io::{self, Error, Write};
use std::path::Path;

use cloakroom_fuzz::{file, seeds};

fn main() -> io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["--file", name, input] => {
            let file = file(target(name)?.build, &std::fs::read(input)?);
            io::stdout().write_all(&file)
        }
        [name, folder] => seeds::write(target(name)?, Path::new(folder), None),
        [name, folder, samples] => {
            seeds::write(target(name)?, Path::new(folder), Some(Path::new(samples)))
        }
        _ => Err(Error::other(
            "seeds TARGET FOLDER [SAMPLES], or --file TARGET INPUT",
        )),
    }
}

fn target(name: &str) -> io::Result<&'static seeds::Target> {
    seeds::TARGETS
        .iter()
        .find(|target| target.name == name)
        .ok_or_else(|| Error::other(format!("there is no target '{name}'")))
}
