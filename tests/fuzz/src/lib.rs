//! What the fuzz targets share: from the fuzzer's bytes to a file, and what must hold of it.
//!
//! Each container has one target. The first byte of an input says what the others are: a file as it stands, or the
//! decisions by which a [`Recipe`] builds one that is mostly right, with wrong sizes, counts, offsets and depths here and
//! there, and with secrets planted wherever the format has room. Either way the same must hold: reading never fails
//! badly, parts tile, the clean copy tells nothing and is clean for good, and the pixels are the same
//! ([`properties::hold`]). Of a built file we know more: none of its secrets is in the copy.

pub mod avif;
pub mod blocks;
pub mod bmp;
pub mod boxes;
pub mod coded;
pub mod gif;
pub mod heic;
pub mod heif;
pub mod jpeg;
pub mod jxl;
pub mod movie;
pub mod pictures;
pub mod png;
pub mod recipe;
pub mod seeds;
pub mod tiff;
pub mod webp;

use std::collections::BTreeSet;

use cloakroom_tests::properties;
use metadata::{Keep, Policy};

use recipe::{NAME, Recipe, SECRET};

/// Builds a file by the decisions of a recipe.
pub type Build = fn(&mut Recipe<'_>) -> Vec<u8>;

/// Checks the file that an input of the fuzzer stands for.
///
/// # Panics
/// When something does not hold.
pub fn check(build: Build, data: &[u8]) {
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let policy = policy(*first);
    if first & BUILT == 0 {
        properties::hold(rest, &policy);
        return;
    }
    let mut recipe = Recipe::new(rest);
    let file = build(&mut recipe);
    let Some(cleaned) = properties::hold(&file, &policy) else {
        return;
    };
    // In a file with a wrong size or offset, a secret may count as pixels.
    let copy = if recipe.is_true() {
        cleaned.bytes().to_vec()
    } else {
        coded::without(cleaned.container(), cleaned.bytes())
    };
    // And with a wrong tag, in something that the person keeps.
    if recipe.is_true() || policy.keep.is_empty() {
        assert!(!holds(&copy, SECRET), "a planted secret is in the copy");
    }
    if policy.keep.is_empty() {
        assert!(!holds(&copy, NAME), "a planted name is in the copy");
    }
}

/// The file that an input of the fuzzer stands for.
#[must_use]
pub fn file(build: Build, data: &[u8]) -> Vec<u8> {
    match data.split_first() {
        Some((first, rest)) if first & BUILT == 0 => rest.to_vec(),
        Some((_, rest)) => build(&mut Recipe::new(rest)),
        None => Vec::new(),
    }
}

/// Set in the first byte of an input whose others are decisions.
pub const BUILT: u8 = 1;

/// What the person keeps, by the other bits of the first byte: mostly nothing.
fn policy(first: u8) -> Policy {
    let mut policy = Policy::default();
    if first & 0b1000_0000 != 0 {
        let chosen = Keep::ALL.into_iter().enumerate();
        policy.keep = chosen
            .filter(|(at, _)| first >> (at + 1) & 1 == 1)
            .map(|(_, keep)| keep)
            .collect::<BTreeSet<_>>();
    }
    policy
}

/// Whether a text stands somewhere, in UTF-8 or UTF-16.
fn holds(file: &[u8], text: &[u8]) -> bool {
    let little: Vec<u8> = text.iter().flat_map(|byte| [*byte, 0]).collect();
    // In big-endian UTF-16 the same bytes stand, from the second on.
    let wide = &little[..little.len() - 1];
    let stands = |words: &[u8]| file.windows(words.len()).any(|window| window == words);
    stands(text) || stands(wide)
}
