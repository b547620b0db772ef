//! The arrows between the rooms, and what each room must not do, read from the manifests and the sources.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use cloakroom_tests::root;

const ROOMS: [&str; 9] = [
    "crates/metadata",
    "crates/perturb",
    "crates/fingerprint",
    "crates/ledger",
    "crates/heif",
    "crates/pipeline",
    "cli",
    "src-tauri",
    "xtask",
];

/// Our own crates that a room's manifest names under `[dependencies]`.
fn arrows_from(room: &str) -> Vec<&'static str> {
    let manifest = fs::read_to_string(root().join(room).join("Cargo.toml")).unwrap();
    let shipped = manifest
        .split("\n[")
        .filter(|table| {
            table.starts_with("dependencies]")
                || table.contains("]\n") && table.starts_with("target")
        })
        .collect::<String>();
    [
        "metadata",
        "perturb",
        "fingerprint",
        "ledger",
        "heif",
        "pipeline",
    ]
    .into_iter()
    .filter(|name| {
        shipped.lines().any(|line| {
            line.starts_with(&format!("{name}.")) || line.starts_with(&format!("{name} "))
        })
    })
    .collect()
}

#[test]
fn only_the_decided_arrows_exist() {
    assert_eq!(arrows_from("crates/metadata"), [] as [&str; 0]);
    assert_eq!(arrows_from("crates/perturb"), [] as [&str; 0]);
    assert_eq!(arrows_from("crates/fingerprint"), [] as [&str; 0]);
    assert_eq!(arrows_from("crates/ledger"), [] as [&str; 0]);
    assert_eq!(arrows_from("crates/heif"), [] as [&str; 0]);
    assert_eq!(
        arrows_from("crates/pipeline"),
        ["metadata", "perturb", "fingerprint", "ledger", "heif"]
    );
    for door in ["cli", "src-tauri"] {
        let arrows = arrows_from(door);
        assert!(arrows.contains(&"pipeline"), "{door} uses the pipeline");
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// A source file without its tests.
fn code_of(path: &Path) -> String {
    let name = path.file_stem().unwrap().to_string_lossy();
    if name.ends_with("tests") || name == "properties" {
        return String::new();
    }
    let text = fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The lines of a room's sources that are neither comments nor tests.
fn lines_with(room: &str, words: &[&str]) -> Vec<String> {
    let mut hits = Vec::new();
    for path in sources(&root().join(room).join("src")) {
        let code = code_of(&path);
        for line in code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            if words.iter().any(|word| line.contains(word)) {
                hits.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    hits
}

/// Files, the environment, processes, the net, clocks and the terminal.
const OUTSIDE: [&str; 7] = [
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "SystemTime",
    "Instant::now",
    "println!",
];

/// What comes in another order each time.
const UNORDERED: [&str; 2] = ["RandomState", "HashMap"];

#[test]
fn metadata_touches_no_file_clock_or_process() {
    assert_eq!(lines_with("crates/metadata", &OUTSIDE), [] as [String; 0]);
}

/// The same pixels give the same fingerprints: nothing from outside goes in.
#[test]
fn fingerprints_come_from_pixels_alone() {
    let words = [&OUTSIDE[..], &UNORDERED].concat();
    assert_eq!(lines_with("crates/fingerprint", &words), [] as [String; 0]);
}

/// The same picture, models and seed give the same cloak.
#[test]
fn cloaks_come_from_pixels_models_and_a_seed_alone() {
    let words = [&OUTSIDE[..], &UNORDERED, &["getrandom"]].concat();
    assert_eq!(lines_with("crates/perturb", &words), [] as [String; 0]);
}

#[test]
fn the_ledger_asks_no_clock() {
    let words = ["SystemTime", "getrandom", "std::net", "println!"];
    assert_eq!(lines_with("crates/ledger", &words), [] as [String; 0]);
}

/// Bytes come in, and pixels go out; the one library is loaded by the system.
#[test]
fn heif_touches_no_file_clock_or_process() {
    assert_eq!(lines_with("crates/heif", &OUTSIDE), [] as [String; 0]);
}

/// Every room forbids unsafe code, most by the workspace's lints, but the one that calls a foreign library; there it stands
/// in two files.
#[test]
fn unsafe_code_is_in_one_room() {
    for room in ROOMS {
        let manifest = fs::read_to_string(root().join(room).join("Cargo.toml")).unwrap();
        let is_free = manifest.contains("[lints]\nworkspace = true")
            || manifest.contains("unsafe_code = \"forbid\"");
        assert_eq!(is_free, room != "crates/heif", "{room}");
    }
    let mut allowed: Vec<_> = sources(&root().join("crates/heif/src"))
        .into_iter()
        .filter(|path| {
            fs::read_to_string(path)
                .unwrap()
                .contains("allow(unsafe_code)")
        })
        .map(|path| path.file_name().unwrap().to_owned())
        .collect();
    allowed.sort();
    assert_eq!(allowed, ["calls.rs", "library.rs"]);
}

#[test]
fn the_pipeline_prints_nothing() {
    assert_eq!(
        lines_with("crates/pipeline", &["println!", "eprintln!"]),
        [] as [String; 0]
    );
}

#[test]
fn source_files_stay_readable() {
    for room in ROOMS {
        for path in sources(&root().join(room).join("src")) {
            // Tables of names are as long as they are.
            let name = path.file_stem().unwrap().to_string_lossy();
            let lines = code_of(&path).lines().count();
            assert!(
                lines <= 500 || name.ends_with("_table"),
                "{} has {lines} lines; split it",
                path.display()
            );
        }
    }
}
