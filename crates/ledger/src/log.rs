//! The log: every entry names the hash of the one before, a Merkle tree (RFC 9162) stands over all, and the head, kept
//! beside them, names the last entry and the root.
//!
//! What this finds: an entry changed, removed, added, or moved by anything but the ledger itself, and a
//! tail that is gone. What it cannot find alone: a whole ledger that somebody computed anew, or an older
//! copy put in its place. For those a checkpoint must be kept, or anchored, somewhere else.

use std::ops::RangeInclusive;

use rusqlite::Connection;

use crate::digest::Digest;
use crate::entry::{Entry, Kind};
use crate::error::Error;
use crate::merkle::Tree;
use crate::statement::History;
use crate::store;

/// The log as far as it was verified.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) tree: Tree,
    /// The hash of the last entry.
    pub(crate) last: Digest,
    pub(crate) history: History,
}

impl Log {
    /// A log without entries.
    pub(crate) fn empty(history: History) -> Self {
        Self {
            tree: Tree::default(),
            last: Digest::ZERO,
            history,
        }
    }

    /// How many entries there are.
    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// How many of those at these places are photos.
    pub(crate) fn photos_within(&self, places: &RangeInclusive<u64>) -> u64 {
        let (first, last) = (*places.start().max(&1), self.size().min(*places.end()));
        let all = (last + 1).saturating_sub(first);
        let statements = self.history.statements.iter();
        let others = statements.filter(|(at, _)| (first..=last).contains(at));
        all.saturating_sub(others.count() as u64)
    }

    /// Whether an entry that was read is the one that was verified. One that was added since is left to
    /// [`verify`](Self::verify).
    ///
    /// # Errors
    ///
    /// [`Error::Tampered`] if it is another.
    pub(crate) fn confirm(&self, sequence: u64, hash: Digest) -> Result<(), Error> {
        match sequence.checked_sub(1).and_then(|at| self.tree.leaf(at)) {
            Some(leaf) if leaf != hash => Err(Error::Tampered { sequence }),
            _ => Ok(()),
        }
    }

    /// Adds `entry`, of which this is the hash.
    ///
    /// # Errors
    ///
    /// [`Error::Tampered`] if it does not follow.
    pub(crate) fn extend(&mut self, entry: &Entry, hash: Digest) -> Result<(), Error> {
        let sequence = self.size().saturating_add(1);
        let follows = entry.sequence == sequence && entry.previous == self.last;
        let stands = follows
            && match entry.kind {
                Kind::Photo => true,
                Kind::Key => self.history.take(sequence, &entry.payload).is_some(),
            };
        if !stands {
            return Err(Error::Tampered { sequence });
        }
        self.tree.push(hash);
        self.last = hash;
        Ok(())
    }

    /// Walks every entry after those that are known and compares where that ends with the stored head.
    ///
    /// Call it inside a transaction, so that records and head are of one instant.
    ///
    /// # Errors
    ///
    /// [`Error::Tampered`] names the first record that does not fit, [`Error::Truncated`] says that
    /// the newest are gone. The log is then as it was.
    pub(crate) fn verify(&mut self, connection: &Connection) -> Result<(), Error> {
        let known = (self.size(), self.last, self.history.clone());
        let verified = self.walk(connection);
        if verified.is_err() {
            self.tree.truncate(known.0);
            (self.last, self.history) = (known.1, known.2);
        }
        verified
    }

    fn walk(&mut self, connection: &Connection) -> Result<(), Error> {
        let known = self.size();
        store::each_after(connection, known, |entry, hash| self.extend(&entry, hash))?;
        let stored = store::head(connection)?;
        let size = self.size();
        if stored.sequence == size && stored.hash == self.last && stored.root == self.tree.root() {
            Ok(())
        } else if stored.sequence > size {
            Err(Error::Truncated {
                expected: stored.sequence,
                found: size,
            })
        } else if known > stored.sequence {
            // Records and head went back together since we last looked.
            Err(Error::Truncated {
                expected: known,
                found: stored.sequence,
            })
        } else {
            // Records beyond the head, or a last record that is not the one the head names.
            Err(Error::Tampered {
                sequence: size.min(stored.sequence.saturating_add(1)),
            })
        }
    }
}
