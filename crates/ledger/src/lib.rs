//! An append-only ledger of cleaned photos: facts in, records out.
//!
//! The ledger is one SQLite file in a folder of the person's own. It keeps digests, sizes and a
//! claimed time, never a file's name, path or picture. Each record names the hash of the one
//! before, and the head, kept beside the records, names the last. [`Ledger::open`] walks all of
//! it, so an edit or a missing tail is told before anything else is done.
//!
//! Such a ledger shows its owner what happened on this machine. By itself it proves nothing to
//! others: whoever holds the file can compute it anew.
//!
//! ```
//! use ledger::{Digest, Facts, Ledger};
//!
//! # let folder = tempfile::tempdir()?;
//! let ledger = Ledger::open(&folder.path().join("ledger.sqlite"))?;
//! let record = ledger.append(
//!     &Facts {
//!         original_sha256: Digest::of(b"the photo"),
//!         output_sha256: Digest::of(b"the photo, cleaned"),
//!         pixels_sha256: None,
//!         original_bytes: 9,
//!         output_bytes: 18,
//!         width: 4032,
//!         height: 3024,
//!         container: "jpeg".to_owned(),
//!         app_version: "0.1.0".to_owned(),
//!     },
//!     "2026-01-31T09:30:00Z",
//! )?;
//! assert_eq!(record.sequence, 1);
//! assert_eq!(ledger.get(&record.id)?, record);
//! assert_eq!(ledger.find_digest(&Digest::of(b"the photo"))?, [record]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chain;
mod digest;
mod error;
mod export;
mod place;
mod query;
mod record;
mod store;
mod time;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use crate::chain::Head;

pub use crate::digest::{Digest, InvalidDigest};
pub use crate::error::Error;
pub use crate::export::{ExportFormat, UnknownFormat};
pub use crate::query::{Page, Query};
pub use crate::record::{Facts, Record};

/// How long to wait for another program before [`Error::Locked`].
const PATIENCE: Duration = Duration::from_secs(5);

/// Records that an export reads at a time.
const BATCH: u64 = 1_000;

/// An open ledger. Shared between threads by reference; several may be open on one file, in one
/// program or in many.
#[derive(Debug)]
pub struct Ledger {
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    connection: Connection,
    /// As far as this ledger was verified.
    head: Head,
    path: PathBuf,
    identity: Option<(u64, u64)>,
}

impl Ledger {
    /// Opens the ledger at `path`, making it and its folders if there is none, and verifies every
    /// record. On Unix the file is readable and writable by its owner alone.
    ///
    /// # Errors
    ///
    /// [`Error::Tampered`], [`Error::Truncated`], [`Error::Emptied`], [`Error::Altered`] or
    /// [`Error::Corrupt`] if the ledger is not as it was left; [`Error::NotALedger`] or
    /// [`Error::NewerVersion`] if it is something else; [`Error::Locked`],
    /// [`Error::Unwritable`], [`Error::DiskFull`], [`Error::Io`] or [`Error::Sqlite`] if it cannot
    /// be used now.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::open_within(path, PATIENCE)
    }

    fn open_within(path: &Path, patience: Duration) -> Result<Self, Error> {
        // Absolute, so that no name is special to SQLite, and changing the folder changes nothing.
        let path = std::path::absolute(path)?;
        let made = place::make(&path, patience)?;
        let identity = place::identity(&path);
        let mut connection = store::connect(&path, patience)?;
        if made && let Err(error) = store::install(&mut connection) {
            drop(connection);
            place::unmake(&path);
            return Err(error);
        }
        store::recognise(&connection)?;
        store::prefer_write_ahead_log(&connection);
        place::make_private(&path);
        let transaction = connection.transaction()?;
        let head = chain::verify(&transaction, Head::EMPTY)?;
        store::check_structure(&transaction)?;
        transaction.commit()?;
        let open = Mutex::new(Open {
            connection,
            head,
            path,
            identity,
        });
        Ok(Self { open })
    }

    /// Adds a record of `facts`. `claimed_time` is what the clock says, as
    /// `YYYY-MM-DDTHH:MM:SSZ`. When this returns, the record is on the disk.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTime`] or [`Error::InvalidFact`] if it cannot be recorded as it is;
    /// [`Error::Tampered`] or [`Error::Truncated`] if what was added since the last look does not
    /// fit; [`Error::Moved`] if the file is no longer at its path (the record then went to wherever
    /// the file is now); and what [`open`](Self::open) says if the file cannot be used now.
    pub fn append(&self, facts: &Facts, claimed_time: &str) -> Result<Record, Error> {
        let mut guard = self.lock();
        let open = &mut *guard;
        let transaction = open
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let head = chain::verify(&transaction, open.head)?;
        let record = Record::seal(head, claimed_time.to_owned(), facts.clone())?;
        store::insert(&transaction, &record)?;
        transaction.commit()?;
        open.head = head.extend(&record)?;
        if place::identity(&open.path) == open.identity {
            Ok(record)
        } else {
            Err(Error::Moved)
        }
    }

    /// The records that match `query`, newest first, and how many there are.
    ///
    /// # Errors
    ///
    /// [`Error::Tampered`] if a record was changed since the ledger was opened, and what
    /// [`open`](Self::open) says if the file cannot be used now.
    pub fn list(&self, query: &Query) -> Result<Page, Error> {
        let mut open = self.lock();
        let transaction = open.connection.transaction()?;
        query::list(&transaction, query)
    }

    /// The record whose hash begins with `id`: a whole id, or at least its first 4 digits.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Ambiguous`], [`Error::InvalidId`], and those of
    /// [`list`](Self::list).
    pub fn get(&self, id: &str) -> Result<Record, Error> {
        query::get(&self.lock().connection, id)
    }

    /// The records of which `digest` is the original's, the output's or the pixels' digest, newest
    /// first.
    ///
    /// # Errors
    ///
    /// Those of [`list`](Self::list).
    pub fn find_digest(&self, digest: &Digest) -> Result<Vec<Record>, Error> {
        query::find_digest(&self.lock().connection, digest)
    }

    /// Writes every record to `out`, oldest first, and says how many. The chain is verified on the
    /// way. Records that are added meanwhile are left out, and need not wait.
    ///
    /// # Errors
    ///
    /// [`Error::Export`] if `out` refuses, and those of [`open`](Self::open). After an error, what
    /// `out` has got is not complete.
    pub fn export(&self, format: ExportFormat, out: &mut dyn Write) -> Result<u64, Error> {
        let end = store::head(&self.lock().connection)?.sequence;
        let mut head = Head::EMPTY;
        export::begin(format, out).map_err(Error::Export)?;
        while head.sequence < end {
            let last = end.min(head.sequence.saturating_add(BATCH));
            // The lock is let go before writing, which may be slow.
            let records = store::all(
                &self.lock().connection,
                "WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence",
                (store::signed(head.sequence), store::signed(last)),
            )?;
            for record in &records {
                head = head.extend(record)?;
                export::record(format, record, out).map_err(Error::Export)?;
            }
            if head.sequence != last {
                return Err(Error::Truncated {
                    expected: end,
                    found: head.sequence,
                });
            }
        }
        export::end(format, out).map_err(Error::Export)?;
        Ok(end)
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        // A panic in another thread leaves the connection rolled back and the head as verified.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(name: &str) -> Facts {
        Facts {
            original_sha256: Digest::of(name.as_bytes()),
            output_sha256: Digest::of(name.as_bytes()),
            pixels_sha256: None,
            original_bytes: 2,
            output_bytes: 1,
            width: 4,
            height: 3,
            container: "png".to_owned(),
            app_version: "0.1.0".to_owned(),
        }
    }

    const NOON: &str = "2026-01-31T12:00:00Z";

    #[test]
    fn a_ledger_may_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Ledger>();
    }

    #[test]
    fn the_program_waits_five_seconds_for_another() {
        assert_eq!(PATIENCE, Duration::from_secs(5));
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).unwrap();
        let wait = ledger
            .lock()
            .connection
            .pragma_query_value(None, "busy_timeout", |row| row.get::<_, i64>(0));
        assert_eq!(wait, Ok(5_000));
    }

    #[test]
    fn a_held_ledger_is_locked_and_then_free_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let ledger = Ledger::open_within(&path, Duration::from_millis(20)).unwrap();
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert!(matches!(
            ledger.append(&facts("a"), NOON),
            Err(Error::Locked)
        ));
        // Reading goes on while another writes.
        assert_eq!(ledger.list(&Query::default()).unwrap().total, 0);
        other.execute_batch("ROLLBACK").unwrap();
        assert_eq!(ledger.append(&facts("a"), NOON).unwrap().sequence, 1);
    }

    #[test]
    fn a_ledger_that_another_keeps_for_itself_does_not_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        drop(Ledger::open(&path).unwrap());
        let other = Connection::open(&path).unwrap();
        other
            .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT")
            .unwrap();
        let opened = Ledger::open_within(&path, Duration::from_millis(20));
        assert!(matches!(opened, Err(Error::Locked)), "{opened:?}");
    }

    #[test]
    fn a_ledger_that_cannot_have_a_write_ahead_log_works_without() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        drop(Ledger::open(&path).unwrap());
        // Whoever reads keeps the mode of the file from changing.
        let other = Connection::open(&path).unwrap();
        other
            .execute_batch("PRAGMA journal_mode = DELETE; BEGIN; SELECT * FROM head")
            .unwrap();
        let ledger = Ledger::open_within(&path, Duration::from_millis(20)).unwrap();
        assert!(matches!(
            ledger.append(&facts("a"), NOON),
            Err(Error::Locked)
        ));
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(ledger.append(&facts("a"), NOON).unwrap().sequence, 1);
        let mode = ledger
            .lock()
            .connection
            .pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
        assert_eq!(mode.as_deref(), Ok("delete"));
    }

    #[test]
    fn an_empty_file_is_not_taken_for_a_new_ledger() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        std::fs::File::create(&path).unwrap();
        let opened = Ledger::open_within(&path, Duration::from_millis(20));
        assert!(matches!(opened, Err(Error::Emptied)), "{opened:?}");
        std::fs::remove_file(&path).unwrap();
        assert!(Ledger::open(&path).is_ok());
    }

    #[test]
    fn a_full_disk_leaves_whole_records() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let ledger = Ledger::open(&path).unwrap();
        // SQLite answers a full disk and a full page count alike, with SQLITE_FULL.
        ledger
            .lock()
            .connection
            .pragma_update(None, "max_page_count", 10)
            .unwrap();
        let mut count = 0;
        let error = loop {
            match ledger.append(&facts(&count.to_string()), NOON) {
                Ok(_) => count += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(error, Error::DiskFull), "{error:?}");
        assert!(count > 0);
        assert_eq!(ledger.list(&Query::default()).unwrap().total, count);
        drop(ledger);
        let ledger = Ledger::open(&path).unwrap();
        assert_eq!(
            ledger.append(&facts("more"), NOON).unwrap().sequence,
            count + 1
        );
    }

    #[test]
    fn a_panic_in_one_thread_does_not_cost_the_others_the_ledger() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.sqlite")).unwrap();
        std::thread::scope(|scope| {
            let panicking = scope.spawn(|| {
                let _open = ledger.lock();
                panic!("on purpose");
            });
            assert!(panicking.join().is_err());
        });
        assert_eq!(ledger.append(&facts("a"), NOON).unwrap().sequence, 1);
    }
}
