//! A test of the tests: whatever kind of part the keep-list decides otherwise about, and whichever step of the second
//! reading is left out, a test must fail.

use std::collections::BTreeSet;

use super::{Named, damages, leaks, videos};
use crate::Container;
use crate::format::format_of;
use crate::keep::{Fate, fate, mutation};
use crate::part::Kind;

/// What changes nothing: WebP is written by the kinds of its parts, and the flags of its header in any case.
const WITHOUT_EFFECT: [(Kind, Fate); 1] = [(Kind::Features, Fate::Copy)];

fn named() -> impl Iterator<Item = &'static Named> {
    let pictures = leaks::NAMED.iter().chain(damages::NAMED);
    pictures.chain(videos::NAMED)
}

/// Every kind of part that a container knows.
fn kinds() -> BTreeSet<Kind> {
    let containers = Container::ALL.into_iter().map(format_of);
    let parts = containers.flat_map(|format| format.vocabulary());
    parts.map(|(_, kind)| *kind).collect()
}

#[test]
fn all_tests_pass_under_the_keep_list_as_it_is() {
    for (name, test) in named() {
        assert!(std::panic::catch_unwind(test).is_ok(), "{name}");
    }
}

#[test]
fn a_test_fails_whatever_the_keep_list_decides_otherwise() {
    let mut unnoticed = Vec::new();
    for kind in kinds() {
        let others = [Fate::Copy, Fate::Drop].into_iter();
        for other in others.filter(|other| *other != fate(kind)) {
            let failed = named().find(|(_, test)| !mutation::passes(kind, other, *test));
            if failed.is_none() {
                unnoticed.push((kind, other));
            }
        }
    }
    assert_eq!(
        unnoticed, WITHOUT_EFFECT,
        "no test fails when these are decided so"
    );
}
