//! A mark: what lets a large ledger open without walking all of it again.
//!
//! It stands beside the ledger's file, as `ledger.sqlite-mark`, and holds the hash of every entry and a stamp of the
//! file: device, inode, size, and the times of its last change to the nanosecond, one of which no program can set. What it
//! may vouch for is that **nothing was written to the file since this program verified it**, and no more:
//!
//! - It is used only while the stamp is the file's and nothing waits in a write-ahead log. After a crash, a copy, a
//!   restore, or any write by another program, everything is walked as ever.
//! - Its hashes must give the root that the head names and that every signed checkpoint names.
//! - No record is taken on its word: each one that is read is hashed anew and compared with its leaf.
//! - It is worth nothing as a proof and holds nothing that the ledger's file does not. Without it opening takes longer.
//!
//! So it moves one discovery, and only for whoever writes into the file while this program has it open, or can set a file
//! system's clocks: from opening to the reading of that record, or to [`Ledger::check_all`](crate::Ledger::check_all).

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use crate::Open;
use crate::digest::Digest;
use crate::log::Log;
use crate::merkle::Tree;
use crate::statement::History;
use crate::store;

/// Walking fewer entries than this takes less than a person notices.
pub(crate) const ENTRIES_MIN: u64 = 4_096;

const MAGIC: &str = "cloakroom-mark-v1";

/// A file system may tell two changes apart only when they are this far from each other.
#[cfg(unix)]
const TICK: Duration = Duration::from_millis(20);

/// Where the mark of the ledger at `path` is.
fn place(path: &Path) -> PathBuf {
    beside(path, "-mark")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// What tells one state of the file from any other; nothing where the system does not say enough, or where a part of what
/// the file says is still in a log beside it.
#[cfg(unix)]
fn stamp(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;

    let waiting = ["-wal", "-journal"].into_iter().any(|suffix| {
        fs::metadata(beside(path, suffix)).map_or_else(
            |error| error.kind() != std::io::ErrorKind::NotFound,
            |log| log.len() > 0,
        )
    });
    let file = fs::metadata(path).ok().filter(|_| !waiting)?;
    Some(format!(
        "{} {} {} {}.{} {}.{}",
        file.dev(),
        file.ino(),
        file.len(),
        file.mtime(),
        file.mtime_nsec(),
        file.ctime(),
        file.ctime_nsec()
    ))
}

/// Other systems do not say when a file was last changed in a way that no program can set.
#[cfg(not(unix))]
fn stamp(_path: &Path) -> Option<String> {
    None
}

/// Waits until a write from now on has another time than the last one, by the file system's own clock: that of a file
/// made now beside it.
#[cfg(unix)]
fn settle(path: &Path) -> Option<()> {
    let probe = beside(path, "-mark.new");
    let _ = fs::remove_file(&probe);
    let now = create(&probe).and_then(|file| file.metadata());
    let _ = fs::remove_file(&probe);
    // A clock that was set back since: no mark, until it has caught up.
    let since = changed(&now.ok()?)?.checked_sub(changed(&fs::metadata(path).ok()?)?)?;
    std::thread::sleep(TICK.saturating_sub(since));
    Some(())
}

/// When a file was last changed, since 1970.
#[cfg(unix)]
fn changed(file: &fs::Metadata) -> Option<Duration> {
    use std::os::unix::fs::MetadataExt;

    let (seconds, nanoseconds) = (file.ctime(), file.ctime_nsec());
    Some(Duration::new(
        seconds.try_into().ok()?,
        nanoseconds.try_into().ok()?,
    ))
}

#[cfg(not(unix))]
fn settle(_path: &Path) -> Option<()> {
    None
}

/// The log as a mark knows it, if one of exactly this file is there.
pub(crate) fn read(path: &Path, connection: &Connection, history: History) -> Option<Log> {
    let stamp = stamp(path)?;
    let bytes = fs::read(place(path)).ok()?;
    let (told, check) = bytes.split_last_chunk::<32>()?;
    (Digest::of(told).as_bytes() == check).then_some(())?;
    let head = format!("{MAGIC}\n{stamp}\n");
    let rest = told.strip_prefix(head.as_bytes())?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (keys, hashes) = (rest.get(..end)?, rest.get(end + 1..)?);
    let (hashes, []) = hashes.as_chunks::<32>() else {
        return None;
    };
    let mut log = Log {
        tree: Tree::of(hashes.iter().map(|hash| Digest::from(*hash))),
        last: Digest::from(*hashes.last()?),
        history,
    };
    for sequence in str::from_utf8(keys).ok()?.split_terminator(' ') {
        let sequence = sequence.parse().ok()?;
        let (entry, hash) = Open::entry(connection, sequence).ok()?;
        log.confirm(sequence, hash).ok()?;
        log.history.take(sequence, &entry.payload)?;
    }
    Some(log)
}

/// Leaves a mark of a ledger that is being closed, if it has `least` entries or more. What fails here costs time alone.
pub(crate) fn keep(open: &mut Open, least: u64) {
    if open.log.size() >= least {
        let _ = try_keep(open);
    }
}

fn try_keep(open: &mut Open) -> Option<()> {
    // Another program that works on it now will leave its own.
    open.connection.busy_timeout(Duration::ZERO).ok()?;
    let everything_written = |row: &rusqlite::Row<'_>| Ok(row.get::<_, i64>(0)? == 0);
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    let written = open
        .connection
        .query_row(checkpoint, (), everything_written);
    written.ok().filter(|written| *written)?;
    // From here on no program writes that keeps to SQLite's locks.
    let transaction = open
        .connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .ok()?;
    open.log.verify(&transaction).ok()?;
    if store::head(&transaction).ok()?.sequence != open.log.size() {
        return None;
    }
    settle(&open.path)?;
    let bytes = text(&stamp(&open.path)?, &open.log)?;
    write(&open.path, &bytes).ok()
}

fn text(stamp: &str, log: &Log) -> Option<Vec<u8>> {
    let mut bytes = format!("{MAGIC}\n{stamp}\n").into_bytes();
    for (sequence, _) in &log.history.statements {
        bytes.extend(format!("{sequence} ").bytes());
    }
    bytes.push(b'\n');
    for at in 0..log.size() {
        bytes.extend(log.tree.leaf(at)?.as_bytes());
    }
    let check = Digest::of(&bytes);
    bytes.extend(check.as_bytes());
    Some(bytes)
}

/// Not synced: a mark that is torn does not fit and is not used.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let (place, fresh) = (place(path), beside(path, "-mark.new"));
    if fs::read(&place).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    let mut file = create(&fresh)?;
    let written = file.write_all(bytes);
    drop(file);
    let moved = written.and_then(|()| fs::rename(&fresh, &place));
    if moved.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    moved
}

/// A file that nobody else reads.
fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
#[cfg(unix)]
#[path = "mark_tests.rs"]
mod tests;
