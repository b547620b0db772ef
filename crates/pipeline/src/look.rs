//! Looking at photos without changing anything: thumbnails, and whether the ledger knows them.

use std::io;
use std::path::Path;

use ledger::bundle::Tile;
use ledger::{Digest, Ledger, Record, Secret};
use metadata::Limits;
use sha2::{Digest as _, Sha256};

use crate::Failure;
use crate::run::caught;
use crate::source::{Source, open_file};
use crate::worker::{LIBHEIF_PACKAGES, NotDecoded, Picture, Thumbnail, Workers};

/// A small upright copy of a photo, encoded anew by a worker, so that nothing but its pixels is in it.
///
/// # Errors
/// When the file cannot be read, could not be cleaned, or its picture cannot be decoded.
pub fn thumbnail(
    path: &Path,
    max_px: u32,
    limits: &Limits,
    workers: &Workers,
) -> Result<Thumbnail, Failure> {
    caught(|| {
        let source = Source::open(path, limits)?;
        let report = metadata::inspect(source.bytes(), limits)?;
        let picture = Picture::new(source.bytes(), &report);
        workers.thumbnail(&picture, max_px).map_err(|reason| {
            Failure::failed(
                "no_thumbnail",
                &reason.to_string(),
                "The photo can be cleaned all the same.",
            )
        })
    })
}

/// A picture that was not decoded, and what that means.
pub(crate) fn not_decoded(reason: NotDecoded, hint: &str) -> Failure {
    let mut failure = Failure::refused("not_decoded", &reason.to_string(), hint);
    if reason == NotDecoded::NoLibrary {
        failure
            .hint
            .push_str(" To have it decoded, install libheif: ");
        failure.hint.push_str(LIBHEIF_PACKAGES);
    }
    failure
}

/// SHA-256 of a file of any kind and size.
///
/// # Errors
/// When the file cannot be read.
pub fn digest(path: &Path) -> Result<Digest, Failure> {
    let (mut file, _) = open_file(path)?;
    let mut hash = Hashing(Sha256::new());
    io::copy(&mut file, &mut hash).map_err(|error| Failure::reading(&error))?;
    Ok(Digest::from(<[u8; 32]>::from(hash.0.finalize())))
}

/// The records of a file, newest first: those that name its digest as the original's or the clean copy's, or where there
/// is none, those that name the digest of its pixels, which stays the same when only the metadata changes.
///
/// # Errors
/// When the file cannot be read, or the ledger cannot be used.
pub fn find(
    path: &Path,
    ledger: &Ledger,
    limits: &Limits,
    workers: &Workers,
) -> Result<Vec<Record>, Failure> {
    let records = ledger.find_digest(&digest(path)?)?;
    if !records.is_empty() {
        return Ok(records);
    }
    match caught(|| pixels_digest(path, limits, workers)) {
        Ok(digest) => Ok(ledger.find_digest(&digest)?),
        // No photo, or one that cannot be decoded: its bytes were looked up, which is all that can be done.
        Err(_) => Ok(records),
    }
}

/// Pieces of a photo's full-resolution picture, by column and row, to be shown as a proof.
///
/// # Errors
/// When the file cannot be read or decoded, or has no such piece.
pub fn tiles(
    path: &Path,
    seed: &Secret,
    squares: &[(u32, u32)],
    limits: &Limits,
    workers: &Workers,
) -> Result<Vec<Tile>, Failure> {
    caught(|| {
        let source = Source::open(path, limits)?;
        let report = metadata::inspect(source.bytes(), limits)?;
        let picture = Picture::new(source.bytes(), &report);
        let tile = |(column, row): &(u32, u32)| {
            workers.tile(&picture, seed, *column, *row).map_err(|_| {
                Failure::failed(
                    "no_tile",
                    "the picture cannot be decoded, or has no such piece",
                    "Count columns and rows of 256 pixels from 0, at the top left of the upright picture.",
                )
            })
        };
        squares.iter().map(tile).collect()
    })
}

fn pixels_digest(path: &Path, limits: &Limits, workers: &Workers) -> Result<Digest, Failure> {
    let source = Source::open(path, limits)?;
    let report = metadata::inspect(source.bytes(), limits)?;
    let picture = Picture::new(source.bytes(), &report);
    workers
        .pixels_digest(&picture)
        .map_err(|_| Failure::internal())
}

struct Hashing(Sha256);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::testing::gif_with_comment;

    #[test]
    fn the_digest_is_that_of_the_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("any");
        let bytes = vec![7; 1_000_000];
        fs::write(&path, &bytes).unwrap();
        assert_eq!(digest(&path).unwrap(), Digest::of(&bytes));
        assert_eq!(digest(folder.path()).unwrap_err().code, "is_a_folder");
    }

    #[test]
    fn thumbnails_hold_pixels_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gif");
        fs::write(&path, gif_with_comment()).unwrap();
        let limits = Limits::default();
        let small = thumbnail(&path, 160, &limits, &Workers::in_process()).unwrap();
        assert!(small.media_type.starts_with("image/"));
        assert!(!small.bytes.windows(6).any(|bytes| bytes == b"J. Doe"));
    }
}
