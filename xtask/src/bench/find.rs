//! How well and how fast copies of photos are found, beside PDQ by others and OpenCV's ORB.

use std::env;
use std::path::PathBuf;

use crate::install::{self, Consent};
use crate::needs::Purpose;
use crate::{project, tools};

/// How many records the ledger has in which pictures are looked up, unless `CLOAKROOM_BENCH_RECORDS` says more: 24 KB of disk for
/// each.
const RECORDS: &str = "10000";

/// Measures on the photos of `CLOAKROOM_BENCH_FOLDERS` (as in `PATH`), or of the corpus where there is one, or else on photos made in
/// code.
///
/// # Errors
/// Something cannot be built or run, or a bound that we promise does not hold on this machine.
pub(super) fn measure(consent: Consent) -> Result<(), String> {
    install::ensure(&[Purpose::Compile], consent)?;
    let mut recall = tools::cargo();
    recall
        .args(["run", "--release", "--package", "cloakroom-fingerprint"])
        .args(["--example", "recall", "--"])
        .args(photos());
    match peers() {
        Ok(program) => recall.env("CLOAKROOM_BENCH_PDQHASH", program),
        Err(reason) => {
            println!("The pdqhash crate is left out: {reason}");
            &mut recall
        }
    };
    match python() {
        Some(python) => {
            let script = project::root().join("crates/fingerprint/examples/recall/orb.py");
            recall.env(
                "CLOAKROOM_BENCH_ORB",
                format!("{python} {}", script.display()),
            );
        }
        None => println!(
            "OpenCV's ORB is left out: neither $CLOAKROOM_PYTHON nor python3 has the module cv2."
        ),
    }
    tools::run(&mut recall)?;
    search()
}

/// A ledger of many records with sealed fingerprints, read and searched.
fn search() -> Result<(), String> {
    let scratch = project::target()?.join("bench-search");
    let failed = |error: std::io::Error| format!("{}: {error}", scratch.display());
    std::fs::create_dir_all(&scratch).map_err(failed)?;
    let records = env::var("CLOAKROOM_BENCH_RECORDS").unwrap_or_else(|_| RECORDS.to_owned());
    let done = tools::run(
        tools::cargo()
            .args(["run", "--release", "--package", "cloakroom-pipeline"])
            .args(["--example", "search", "--"])
            .arg(&scratch)
            .arg(records),
    );
    std::fs::remove_dir_all(&scratch).map_err(failed)?;
    done
}

/// The program that asks the `pdqhash` crate, in a workspace of its own.
fn peers() -> Result<PathBuf, String> {
    let folder = project::root().join("tests/peers");
    let target = project::target()?.join("peers");
    let mut build = tools::cargo();
    build
        .args(["build", "--release", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target);
    tools::run(&mut build)?;
    Ok(target
        .join("release")
        .join(format!("cloakroom-peers{}", env::consts::EXE_SUFFIX)))
}

/// A Python with OpenCV.
fn python() -> Option<String> {
    let named = env::var("CLOAKROOM_PYTHON").ok();
    let mut candidates = named.into_iter().chain(["python3".to_owned()]);
    candidates.find(|python| tools::succeeds(python, &["-c", "import cv2, numpy"]))
}

/// The folders that are named, or those of photos and of portraits beside the corpus.
fn photos() -> Vec<PathBuf> {
    if let Some(folders) = env::var_os("CLOAKROOM_BENCH_FOLDERS") {
        return env::split_paths(&folders).collect();
    }
    let corpus = project::corpus();
    let beside = corpus.as_deref().and_then(|corpus| corpus.parent());
    let folders = beside.map(|all| ["photos", "faces"].map(|name| all.join(name)));
    let folders = folders.into_iter().flatten();
    folders.filter(|folder| folder.is_dir()).collect()
}
