//! A local ledger of cleaned photos: facts in, records out, proofs for others.
//!
//! The ledger is one SQLite file in a folder of the person's own. It keeps digests, sizes and a
//! claimed time, never a file's name, path or picture. What a record says is sealed to the person's public key when it
//! is written, so that recording never asks for the passphrase; reading does, if there is one.
//!
//! Each record is a Merkle root of salted [fields](field), any of which can be shown alone. The records are the leaves
//! of a [Merkle tree](merkle) as RFC 9162 defines it. [`Ledger::open`] walks all of
//! it, so an edit or a missing tail is told before anything else is done; a large ledger is not walked again while nothing
//! was written to its file (see `docs/RECORD.md`), and [`Ledger::check_all`] walks it whenever that is wanted.
//!
//! Such a ledger shows its owner what happened on this machine. By itself it proves nothing to
//! others: whoever holds the file can compute it anew.
//!
//! Time and randomness are arguments.
//!
//! ```
//! use ledger::{Digest, Facts, Ledger};
//!
//! # let folder = tempfile::tempdir()?;
//! let chance = |bytes: &mut [u8]| getrandom::fill(bytes).map_err(std::io::Error::other);
//! let ledger = Ledger::open(&folder.path().join("ledger.sqlite"), chance)?;
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

pub mod anchor;
mod backup;
mod beside;
pub mod bundle;
mod check;
mod checkpoint;
mod checkpoints;
mod digest;
pub mod document;
mod entry;
mod error;
mod export;
mod features;
pub mod field;
mod first_form;
mod hashes;
mod hex;
mod key;
mod keyring;
mod keys;
mod log;
mod mark;
pub mod merkle;
mod migrate;
mod open;
mod passphrase;
mod place;
mod query;
mod record;
mod sealed;
mod secret;
mod sshsig;
mod statement;
mod store;
pub mod tiles;
mod time;
mod vault;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use crate::entry::Kind;
use crate::key::Session;
use crate::keyring::Keyring;
use crate::log::Log;
use crate::open::New;
use crate::query::Index;
use crate::record::Content;
use crate::statement::History;
use crate::store::Form;
use crate::vault::Vault;

pub use crate::backup::restore;
pub use crate::check::Checked;
pub use crate::checkpoint::{Checkpoint, SignedCheckpoint};
pub use crate::checkpoints::Standing;
pub use crate::digest::{Digest, InvalidDigest};
pub use crate::error::Error;
pub use crate::export::{ExportFormat, UnknownFormat};
pub use crate::hashes::{HashFormat, HashKind, UnknownHash};
pub use crate::key::{PublicKeys, SigningPublic};
pub use crate::keys::{InvalidRecoveryCode, Protection, RecoveryCode};
pub use crate::passphrase::Cost;
pub use crate::query::{Page, Query};
pub use crate::record::{Extras, Facts, Pdq, Record, TEXT_BYTES_MAX};
pub use crate::secret::{Chance, Secret};
pub use crate::statement::{KeyInfo, Reason, UnknownReason};

/// How long to wait for another program before [`Error::Locked`].
const PATIENCE: Duration = Duration::from_secs(5);

/// Records that an export reads at a time.
const BATCH: u64 = 1_000;

/// An open ledger. Shared between threads by reference; several may be open on one file, in one
/// program or in many.
#[derive(Debug)]
pub struct Ledger {
    open: Mutex<Open>,
    chance: Chance,
}

#[derive(Debug)]
struct Open {
    connection: Connection,
    /// As far as this ledger was verified.
    log: Log,
    /// The key, as it was last read.
    vault: Vault,
    /// The person's keys, when unlocked.
    keyring: Option<Keyring>,
    /// What this run seals with, and for which key.
    session: Option<(u16, Session)>,
    index: Index,
    path: PathBuf,
    identity: Option<(u64, u64)>,
}

impl Ledger {
    /// Opens the ledger at `path`, making it, its folders and a key if there is none, and verifies every
    /// record. A ledger of an older form is carried over, wholly or not at all. On Unix the file is readable and
    /// writable by its owner alone. Without a passphrase it is unlocked at once.
    ///
    /// # Errors
    ///
    /// [`Error::Tampered`], [`Error::Truncated`], [`Error::Emptied`], [`Error::Altered`] or
    /// [`Error::Corrupt`] if the ledger is not as it was left; [`Error::NotALedger`] or
    /// [`Error::NewerVersion`] if it is something else; [`Error::Locked`],
    /// [`Error::Unwritable`], [`Error::DiskFull`], [`Error::Io`] or [`Error::Sqlite`] if it cannot
    /// be used now.
    pub fn open(path: &Path, chance: Chance) -> Result<Self, Error> {
        Self::open_within(path, PATIENCE, chance)
    }

    fn open_within(path: &Path, patience: Duration, chance: Chance) -> Result<Self, Error> {
        // Absolute, so that no name is special to SQLite, and changing the folder changes nothing.
        let path = std::path::absolute(path)?;
        let made = place::make(&path, patience)?;
        let identity = place::identity(&path);
        let mut connection = store::connect(&path, patience)?;
        if made && let Err(error) = migrate::install(&mut connection, chance) {
            drop(connection);
            place::unmake(&path);
            return Err(error);
        }
        let form = store::recognise(&connection)?;
        store::prefer_write_ahead_log(&connection);
        place::make_private(&path);
        if form == Form::First {
            migrate::carry_over(&mut connection, chance)?;
        }
        let transaction = connection.transaction()?;
        store::check_structure(&transaction)?;
        let vault = Vault::read(&transaction)?;
        let log = match marked(&path, &transaction, &vault) {
            Some(log) => log,
            None => walked(&transaction, &vault)?,
        };
        transaction.commit()?;
        let mut open = Open {
            connection,
            log,
            vault,
            keyring: None,
            session: None,
            index: Index::default(),
            path,
            identity,
        };
        open.unlock_if_open()?;
        Ok(Self {
            open: Mutex::new(open),
            chance,
        })
    }

    /// Adds a record of `facts`. `claimed_time` is what the clock says, as
    /// `YYYY-MM-DDTHH:MM:SSZ`. When this returns, the record is on the disk. Needs no passphrase.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTime`] or [`Error::InvalidFact`] if it cannot be recorded as it is;
    /// [`Error::Tampered`] or [`Error::Truncated`] if what was added since the last look does not
    /// fit; [`Error::Moved`] if the file is no longer at its path (the record then went to wherever
    /// the file is now); and what [`open`](Self::open) says if the file cannot be used now.
    pub fn append(&self, facts: &Facts, claimed_time: &str) -> Result<Record, Error> {
        self.append_with(facts, &Extras::default(), claimed_time)
    }

    /// As [`append`](Self::append), with more than the facts.
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append).
    pub fn append_with(
        &self,
        facts: &Facts,
        extras: &Extras,
        claimed_time: &str,
    ) -> Result<Record, Error> {
        let mut content = Content {
            claimed_time: claimed_time.to_owned(),
            facts: facts.clone(),
            extras: extras.clone(),
            first_form_hash: None,
        };
        if let Some(features) = &extras.features {
            content.extras.features_sha256 = Some(Digest::of(features));
        }
        let seed = match &extras.seed {
            Some(seed) => seed.clone(),
            None => Secret::random(self.chance)?,
        };
        let fields = content.fields(seed)?;
        let root = fields.root();
        let (entry, hash) = self.state().add(|vault, _, session| {
            let session = Session::current(session, vault, self.chance)?;
            let payload = sealed::seal(&fields, vault.number, session, self.chance)?;
            let seal =
                |features| features::seal(features, &root, vault.number, session, self.chance);
            let sealed_features = extras.features.as_deref().map(seal).transpose()?;
            Ok(New {
                kind: Kind::Photo,
                fields: root,
                payload,
                vault: None,
                features: sealed_features,
            })
        })?;
        (content.extras.seed, content.extras.features) = (None, None);
        Ok(content.record(entry.sequence, entry.previous, hash))
    }

    /// The records that match `query`, newest first, and how many there are. How many there are altogether can be asked
    /// of a locked ledger, too, with a limit of 0.
    ///
    /// # Errors
    ///
    /// [`Error::NeedsPassphrase`]; [`Error::Tampered`] if a record was changed since the ledger was opened, and what
    /// [`open`](Self::open) says if the file cannot be used now.
    pub fn list(&self, query: &Query) -> Result<Page, Error> {
        let mut guard = self.state();
        let open = &mut *guard;
        let transaction = open.connection.transaction()?;
        open.log.verify(&transaction)?;
        query::list(&transaction, &open.log, open.keyring.as_mut(), query)
    }

    /// The record whose hash begins with `id`: a whole id, or at least its first 4 digits.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Ambiguous`], [`Error::InvalidId`], and those of
    /// [`list`](Self::list).
    pub fn get(&self, id: &str) -> Result<Record, Error> {
        let mut open = self.state();
        let sequence = open.find(id)?;
        open.record_at(sequence)
    }

    /// What each field of a record says, in the order of [`field::FIELDS`].
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get).
    pub fn fields_of(&self, id: &str) -> Result<Vec<(&'static str, field::Value)>, Error> {
        let mut open = self.state();
        let sequence = open.find(id)?;
        let (entry, _) = open.entry_at(sequence)?;
        let keyring = open.keyring.as_mut().ok_or(Error::NeedsPassphrase)?;
        let values = keyring.fields(&entry)?.values;
        Ok(field::FIELDS.into_iter().zip(values).collect())
    }

    /// Whether the file that was opened is still the one at its path.
    pub fn is_in_place(&self) -> bool {
        let open = self.state();
        place::identity(&open.path) == open.identity
    }

    /// The records of which `digest` is the original's, the output's or the pixels' digest, newest
    /// first.
    ///
    /// # Errors
    ///
    /// Those of [`list`](Self::list).
    pub fn find_digest(&self, digest: &Digest) -> Result<Vec<Record>, Error> {
        let mut guard = self.state();
        let open = &mut *guard;
        let keyring = open.keyring.as_mut().ok_or(Error::NeedsPassphrase)?;
        open.index.extend(&open.connection, &open.log, keyring)?;
        let found = open.index.find(digest);
        found.into_iter().map(|at| open.record_at(at)).collect()
    }

    /// Writes every record to `out`, oldest first, and says how many. The chain is verified on the
    /// way. Records that are added meanwhile are left out, and need not wait.
    ///
    /// # Errors
    ///
    /// [`Error::Export`] if `out` refuses, and those of [`open`](Self::open). After an error, what
    /// `out` has got is not complete.
    pub fn export(&self, format: ExportFormat, out: &mut dyn Write) -> Result<u64, Error> {
        let (end, mut walk) = {
            let open = self.state();
            if open.keyring.is_none() {
                return Err(Error::NeedsPassphrase);
            }
            let history = History::beginning_with(open.vault.first);
            (store::head(&open.connection)?.sequence, Log::empty(history))
        };
        let mut count = 0;
        export::begin(format, out).map_err(Error::Export)?;
        while walk.size() < end {
            let last = end.min(walk.size().saturating_add(BATCH));
            // The lock is let go before writing, which may be slow.
            let records = self.state().batch(&mut walk, last)?;
            for record in &records {
                export::record(format, record, count == 0, out).map_err(Error::Export)?;
                count += 1;
            }
            if walk.size() != last {
                return Err(Error::Truncated {
                    expected: end,
                    found: walk.size(),
                });
            }
        }
        match self.state().log.tree.root_at(end) {
            Some(root) if root != walk.tree.root() => return Err(Error::Forked { size: end }),
            _ => {}
        }
        export::end(format, out).map_err(Error::Export)?;
        Ok(count)
    }

    fn state(&self) -> MutexGuard<'_, Open> {
        // A panic in another thread leaves the connection rolled back and the log as verified.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        let open = self.open.get_mut().unwrap_or_else(PoisonError::into_inner);
        mark::keep(open, mark::ENTRIES_MIN);
    }
}

/// The log, every entry of it verified.
fn walked(connection: &Connection, vault: &Vault) -> Result<Log, Error> {
    let mut log = Log::empty(History::beginning_with(vault.first));
    log.verify(connection)?;
    checkpoints::check(connection, &log)?;
    check_vault(vault, &log)?;
    Ok(log)
}

/// The log by a mark, where one of exactly this file is there and everything that it vouches for fits. In every other case
/// walking tells what is wrong, if anything is.
fn marked(path: &Path, connection: &Connection, vault: &Vault) -> Option<Log> {
    let mut log = mark::read(path, connection, History::beginning_with(vault.first))?;
    log.verify(connection).ok()?;
    checkpoints::check(connection, &log).ok()?;
    check_vault(vault, &log).ok()?;
    Some(log)
}

/// Whether the key that records are sealed for is the one that the log names.
fn check_vault(vault: &Vault, log: &Log) -> Result<(), Error> {
    let current = log.history.current();
    let named = current.map(|key| (key.number, key.signing));
    if named == Some((vault.number, vault.public.signing)) {
        Ok(())
    } else {
        Err(Error::Altered)
    }
}

#[cfg(test)]
#[path = "lib_tests.rs"]
mod tests;
