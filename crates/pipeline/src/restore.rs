//! Restoring a backup of the ledger: beside it first, verified and compared, and only then in its place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ledger::{Error, Standing, restore};

use crate::Failure;
use crate::clock::rfc3339_utc;
use crate::record::{chance, open_ledger};

/// What SQLite and the ledger keep beside the ledger's file; the first is the file itself.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-mark"];

/// What is to come of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restoring {
    /// Try whether it could be restored, and change nothing.
    Drill,
    /// Put it in the ledger's place, unless that would lose records.
    Newer,
    /// Put it in the ledger's place even so.
    Older,
}

/// Restores a backup of the ledger whose place is `place`, or tries to. Tells how the ledger that is there stands to it;
/// nothing where there is none, or where the one that is there is broken. The ledger of before is kept beside.
///
/// No program may have the ledger open meanwhile.
///
/// # Errors
/// The backup does not open, the ledger has records that the backup has not, or a file cannot be written: then nothing has
/// changed.
pub fn restore_ledger(
    backup: &[u8],
    passphrase: &str,
    place: &Path,
    what: Restoring,
) -> Result<Option<Standing>, Failure> {
    let beside = place.with_extension("restored.sqlite");
    remove(&beside);
    let copy = restore(backup, passphrase, &beside, chance)?;
    let compared = place
        .exists()
        .then(|| open_ledger(place).and_then(|own| own.compare_with(&copy)));
    drop(copy);
    let standing = match compared {
        // What is in its place is broken: that is when a backup is wanted.
        Some(Err(_)) if what != Restoring::Drill => None,
        Some(Err(error)) => {
            remove(&beside);
            return Err(error.into());
        }
        compared => compared.and_then(Result::ok),
    };
    if what == Restoring::Drill {
        remove(&beside);
        return Ok(standing);
    }
    let loses = standing.is_some_and(|standing| {
        !matches!(
            standing,
            Standing::Older { .. } | Standing::Holds { more: 0 }
        )
    });
    if loses && what == Restoring::Newer {
        remove(&beside);
        return Err(Failure::failed(
            "backup_older",
            "the ledger has records that the backup has not; nothing was changed",
            "To restore it all the same, say that an older one will do (--older). The ledger of before is kept beside it.",
        ));
    }
    swap(place, &beside).map_err(|error| Failure::from(Error::from(error)))?;
    Ok(standing)
}

/// Puts the restored ledger in its place, and what was there beside it.
fn swap(place: &Path, restored: &Path) -> io::Result<()> {
    let time = rfc3339_utc(SystemTime::now()).replace(':', "-");
    let kept = place.with_extension(format!("before-{time}.sqlite"));
    for (from, to) in [(place, kept.as_path()), (restored, place)] {
        // The file itself comes last: while it is missing, there is no ledger, rather than half of one.
        for suffix in SUFFIXES.into_iter().rev() {
            let from = with_suffix(from, suffix);
            if from.exists() {
                fs::rename(&from, with_suffix(to, suffix))?;
            }
        }
    }
    Ok(())
}

fn remove(path: &Path) {
    for suffix in SUFFIXES {
        let _ = fs::remove_file(with_suffix(path, suffix));
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
