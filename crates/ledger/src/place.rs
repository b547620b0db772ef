//! The ledger's file on disk: made once, its owner's alone, and still the one that was opened.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;

/// How often to look whether another program has finished making the ledger.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Makes the file at `path`, and its folders, if it is not there. Says whether it was made.
///
/// Whoever makes the file fills it; everybody else waits for that, for up to `patience`. So an
/// empty file that nobody fills is a ledger that lost everything, and is not taken for a new one.
///
/// # Errors
///
/// [`Error::Emptied`], [`Error::NotALedger`] for what is not a file, and what the operating
/// system says.
pub(crate) fn make(path: &Path, patience: Duration) -> Result<bool, Error> {
    if let Some(folder) = path.parent() {
        make_folders(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => return Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.into()),
    }
    let started = Instant::now();
    loop {
        let metadata = fs::metadata(path)?;
        // Opening a pipe would wait for ever.
        if !metadata.is_file() {
            return Err(Error::NotALedger);
        }
        if metadata.len() > 0 {
            return Ok(false);
        }
        if started.elapsed() >= patience {
            return Err(Error::Emptied);
        }
        thread::sleep(LOOK_AGAIN);
    }
}

fn make_folders(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The file that [`make`] made, away again after it could not be filled.
pub(crate) fn unmake(path: &Path) {
    // The reason why it could not be filled is the one to tell.
    let _ = fs::remove_file(path);
}

/// Takes the ledger, and what SQLite keeps beside it, away from every reader but the owner. Files
/// that SQLite makes later take the ledger's own permissions.
///
/// A file system without owners (a FAT stick) cannot do this. Refusing the ledger there would
/// help nobody, so it goes on.
#[cfg(unix)]
pub(crate) fn make_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;

    for suffix in ["", "-wal", "-shm", "-journal", "-mark"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        if fs::metadata(&name).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
            let _ = fs::set_permissions(&name, fs::Permissions::from_mode(0o600));
        }
    }
}

/// Nothing to do: the data directory of a Windows user is that user's alone.
#[cfg(not(unix))]
pub(crate) fn make_private(_path: &Path) {}

/// Which file stands at `path` now: device and inode number; nothing if there is none.
#[cfg(unix)]
pub(crate) fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;

    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Nothing to tell apart: Windows does not let an open database be moved or removed.
#[cfg(not(unix))]
pub(crate) fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}
