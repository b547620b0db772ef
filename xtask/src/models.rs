//! The models that a dependency brings: taken from an npm package, written as packs that the cloak reads.
//!
//! `@vladmandic/face-api` (MIT) carries a small face detector, facial landmarks and a recogniser. Its weights are no
//! part of this repository; the lock names the package by version and digest, and equal packages make equal packs.

mod face_api;
mod json;
mod pack;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{project, tools, ui};

const PACKAGE: &str = "xtask/models/node_modules/@vladmandic/face-api";

/// What lies in the folder afterwards, besides the licence.
const PACKS: [(&str, face_api::Convert); 3] = [
    ("face-api-detector.safetensors", face_api::detector),
    ("face-api-landmarks.safetensors", face_api::landmarks),
    ("face-api-recogniser.safetensors", face_api::recogniser),
];

/// The folder that the packs lie in: `<target>/models`.
///
/// # Errors
/// As [`project::target`].
pub(crate) fn folder() -> Result<PathBuf, String> {
    Ok(project::target()?.join("models"))
}

/// Makes the packs, if they are older than what they are made from, and returns their folder.
///
/// # Errors
/// npm fails, the package is not what it was, or the folder cannot be written to.
pub(crate) fn ensure() -> Result<PathBuf, String> {
    let folder = folder()?;
    let lock = project::root().join("xtask/models/package-lock.json");
    let this_program = std::env::current_exe().map_err(|error| error.to_string())?;
    let sources = ui::changed(&lock).max(ui::changed(&this_program));
    // The licence is written last.
    if ui::changed(&folder.join("LICENSE")) >= sources {
        return Ok(folder);
    }
    package(&lock)?;
    write_packs(&project::root().join(PACKAGE), &folder)?;
    Ok(folder)
}

/// Installs the package if it is older than its lock. It may run no script while it is installed.
fn package(lock: &Path) -> Result<(), String> {
    let installed = lock.with_file_name("node_modules/.package-lock.json");
    if ui::changed(&installed) >= ui::changed(lock) {
        return Ok(());
    }
    tools::run(Command::new(tools::NPM).args([
        "--prefix",
        "xtask/models",
        "ci",
        "--ignore-scripts",
    ]))
}

fn write_packs(package: &Path, folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, convert) in PACKS {
        let bytes = convert(&package.join("model"))?.into_bytes();
        write(&folder.join(name), &bytes)?;
        println!("{:>6.2} MB  {name}", bytes.len() as f64 / 1e6);
    }
    let licence = package.join("LICENSE");
    let text =
        std::fs::read(&licence).map_err(|error| format!("{}: {error}", licence.display()))?;
    write(&folder.join("LICENSE"), &text)
}

/// Beside it first, so that a program that reads the folder meanwhile sees the old file or the new one.
fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let beside = path.with_extension("part");
    std::fs::write(&beside, bytes)
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_makes_the_same_packs_twice() {
        let package = project::root().join(PACKAGE);
        if !package.is_dir() {
            println!("skipped: 'cargo xtask models' has not installed the package yet");
            return;
        }
        for (name, convert) in PACKS {
            let [first, second] =
                [(); 2].map(|()| convert(&package.join("model")).unwrap().into_bytes());
            assert!(first == second, "{name}");
            assert!(first.len() > 100_000, "{name}");
        }
    }
}
