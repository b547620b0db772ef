//! Files that a fuzzer found: each broke something once. The name says what, and every one must hold now.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;

use cloakroom_tests::{properties, root};
use metadata::{Keep, Policy};

/// What the fuzzer puts wherever a format has room for words.
const PLANTED: &[u8] = b"planted secret";

#[test]
fn every_found_file_holds() {
    let mut paths: Vec<_> = fs::read_dir(root().join("tests/found"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no file");
    for path in paths {
        println!("{}", path.display());
        let file = fs::read(&path).unwrap();
        if let Some(cleaned) = properties::hold(&file, &Policy::default()) {
            let mut words = cleaned.bytes().windows(PLANTED.len());
            assert!(words.all(|word| word != PLANTED), "{}", path.display());
        }
        let keep = BTreeSet::from(Keep::ALL);
        properties::hold(&file, &Policy { keep });
    }
}
