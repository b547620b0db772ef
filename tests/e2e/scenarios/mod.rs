//! What people do with the app, one file for each kind of thing.

mod cancel;
mod cloak;
mod custody;
mod dialogs;
mod drag;
mod drop;
mod find;
mod heic;
mod keyboard;
mod ledger;
mod looks;
mod page;
mod reveal;
mod screen_reader;
mod settings;
mod start;

use std::fs;
use std::path::Path;

/// The names in a folder, in order.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Fails unless a file is a clean copy: nothing is found in it, none of the secrets is anywhere in it, and its pixels are
/// those of the original.
fn assert_clean(copy: &Path, original: &[u8]) {
    let bytes = fs::read(copy).unwrap();
    let report = metadata::inspect(&bytes, &metadata::Limits::default()).unwrap();
    assert!(
        report.findings.is_empty(),
        "{}: {:?}",
        copy.display(),
        report.findings
    );
    for secret in crate::photos::SECRETS {
        assert!(
            !bytes.windows(secret.len()).any(|window| window == *secret),
            "{}",
            String::from_utf8_lossy(secret)
        );
    }
    let pixels = |file: &[u8]| image::load_from_memory(file).unwrap().into_rgb8();
    assert!(
        pixels(&bytes) == pixels(original),
        "the picture of {} has changed",
        copy.display()
    );
}
