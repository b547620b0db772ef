//! How well and how fast copies of photos are found, beside PDQ.

use std::path::PathBuf;

use crate::install::{self, Consent};
use crate::needs::Purpose;
use crate::{project, tools};

/// Measures on the photos of the corpus, where there is one, or else on photos made in code.
///
/// # Errors
/// Something cannot be built or run, or a bound that we promise does not hold on this machine.
pub(super) fn measure(consent: Consent) -> Result<(), String> {
    install::ensure(&[Purpose::Compile], consent)?;
    tools::run(
        tools::cargo()
            .args(["run", "--release", "--package", "cloakroom-fingerprint"])
            .args(["--example", "recall", "--"])
            .args(photos()),
    )
}

/// The folders of photos and of portraits beside the corpus.
fn photos() -> Vec<PathBuf> {
    let corpus = project::corpus();
    let beside = corpus.as_deref().and_then(|corpus| corpus.parent());
    let folders = beside.map(|all| ["photos", "faces"].map(|name| all.join(name)));
    let folders = folders.into_iter().flatten();
    folders.filter(|folder| folder.is_dir()).collect()
}
