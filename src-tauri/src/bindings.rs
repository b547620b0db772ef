//! The page's half of the border: `ui/src/bindings.ts` is written from the commands and types of this crate.

use std::path::Path;

use specta_typescript::Typescript;
use tauri_specta::Builder;

use crate::{commands, find_commands, ledger_commands};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/bindings.ts");

fn text() -> String {
    let builder = Builder::<tauri::Wry>::new()
        .commands(commands::all!(tauri_specta::collect_commands))
        // Every type of ours crosses the border one way or looks the same in both.
        .disable_serde_phases()
        // Sizes and counts stay below 2^53, where a JavaScript number is exact.
        .dangerously_cast_bigints_to_number();
    let scratch = tempfile::NamedTempFile::new().expect("a file");
    builder
        .export(Typescript::default(), scratch.path())
        .expect("bindings");
    let text = std::fs::read_to_string(scratch.path()).expect("text");
    // The generator leaves spaces at the ends of lines.
    let lines: Vec<_> = text.trim().lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

#[test]
fn bindings_are_fresh() {
    let fresh = text();
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        std::fs::write(FILE, fresh).expect("written");
        return;
    }
    let there = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        there == fresh,
        "{} is not what the commands say; write it anew with UPDATE_BINDINGS=1 cargo test -p cloakroom-app bindings",
        Path::new(FILE).file_name().expect("a name").display()
    );
}
