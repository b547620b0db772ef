//! A proof bundle: files that show somebody who neither has nor trusts this program what a record says.
//!
//! | file | what |
//! |---|---|
//! | `README.txt` | in plain words: what this shows, what it does not, and how to check it |
//! | `certificate.html`, `certificate.pdf` | the same, to be printed |
//! | `checkpoint.txt` | how many records there were, the root over them, and the key |
//! | `checkpoint.txt.sig` | that key's signature, for `ssh-keygen` |
//! | `checkpoint.txt.ed25519` | that key's signature, for `openssl` |
//! | `allowed_signers`, `key.pem` | that key, for each |
//! | `entry.txt`, `entry.path` | the record's place among all, and the way from it to the root |
//! | `fields/NN-name.json`, `.path` | each shown field, and the way from it to the record |
//! | `tiles/CCCC-RRRR.ppm`, `.path` | each shown piece of the picture, and the way from it to `tiles_root` |
//! | `anchors/N.tsr`, `N.ots` | who saw the checkpoint, and when |
//! | `photo/…` | the photo, if chosen |
//! | `verify.sh`, `verify.ps1` | all checks, with tools that every system has |
//! | `SHA256SUMS`, `SHA256SUMS.sig` | every other file, and the key's signature over that |
//!
//! A `.path` file has one line for each step up: `left` or `right`, a space, 64 hexadecimal digits.

mod certificate;
mod check;
mod make;
mod read;
mod script;

use std::collections::BTreeMap;

use crate::digest::Digest;
use crate::merkle::{Side, sides};

pub use check::{Check, Outcome, Report, Shown, Time, Trust, check};
pub use make::{Anchor, Choice, Tile};
pub use read::{read_zip, write_zip};

/// The files of a bundle by name, with `/` between folders.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The most files that are looked at.
pub const FILES_MAX: usize = 2_000;
/// The most bytes of all files together.
pub const BYTES_MAX: u64 = 1 << 30;

const SUMS: &str = "SHA256SUMS";
const SUMS_SIGNATURE: &str = "SHA256SUMS.sig";
const HOLDER: &str = "holder";

/// The lines of a `.path` file.
fn path_text(index: u64, size: u64, proof: &[Digest]) -> Option<String> {
    let sides = sides(index, size, proof.len())?;
    let line = |(side, hash): (Side, &Digest)| match side {
        Side::Left => format!("left {hash}\n"),
        Side::Right => format!("right {hash}\n"),
    };
    Some(sides.into_iter().zip(proof).map(line).collect())
}

/// Reads a `.path` file; nothing for any other spelling.
fn read_path(text: &[u8]) -> Option<Vec<(Side, Digest)>> {
    let text = str::from_utf8(text).ok()?;
    let mut steps = Vec::new();
    for line in text.split_inclusive('\n') {
        let line = line.strip_suffix('\n')?;
        let (side, hash) = line.split_once(' ')?;
        let side = match side {
            "left" => Side::Left,
            "right" => Side::Right,
            _ => return None,
        };
        let hash = crate::hex::unhex_array::<32>(hash)?;
        steps.push((side, Digest::from(hash)));
        if steps.len() > crate::merkle::PROOF_HASHES_MAX {
            return None;
        }
    }
    Some(steps)
}

/// Whether these steps lead from the leaf at `index` of `size` to `root`.
fn leads(leaf: &Digest, index: u64, size: u64, steps: &[(Side, Digest)], root: &Digest) -> bool {
    let told: Vec<Side> = steps.iter().map(|(side, _)| *side).collect();
    sides(index, size, steps.len()) == Some(told)
        && crate::merkle::climb(leaf, steps.iter().copied()) == *root
}

/// The line that `ssh-keygen -Y verify` reads the key from.
fn allowed_signers(key: &crate::SigningPublic) -> String {
    format!(
        "{HOLDER} namespaces=\"{}\" {}\n",
        crate::sshsig::NAMESPACE,
        key.ssh_line()
    )
}

/// The list of all files but itself and its signature, as `sha256sum` writes and reads it.
fn sums(files: &Files) -> String {
    files
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), SUMS | SUMS_SIGNATURE))
        .map(|(name, bytes)| format!("{}  {name}\n", Digest::of(bytes)))
        .collect()
}
