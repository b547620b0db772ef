//! The chain: each record names the hash of the one before, and the head names the last.
//!
//! What this finds: a record changed, removed, added, or moved by anything but [`append`], and a
//! tail that is gone. What it cannot find: a whole ledger that somebody computed anew, or an older
//! copy put in its place. For those a digest must be kept somewhere else.
//!
//! [`append`]: crate::Ledger::append

use rusqlite::Connection;

use crate::digest::Digest;
use crate::error::Error;
use crate::record::Record;
use crate::store;

/// The end of a chain: how many records it has, and the hash of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) sequence: u64,
    pub(crate) hash: Digest,
}

impl Head {
    /// The end of a chain without records.
    pub(crate) const EMPTY: Self = Self {
        sequence: 0,
        hash: Digest::ZERO,
    };

    /// The chain's end once `record` is added.
    ///
    /// # Errors
    ///
    /// [`Error::Tampered`] if the record does not follow this one.
    pub(crate) fn extend(&self, record: &Record) -> Result<Self, Error> {
        let sequence = self.sequence.saturating_add(1);
        if record.sequence == sequence && record.previous == self.hash {
            Ok(Self {
                sequence,
                hash: record.hash,
            })
        } else {
            Err(Error::Tampered { sequence })
        }
    }
}

/// Walks every record after `known` and compares where that ends with the stored head. Gives the
/// head, now verified.
///
/// Call it inside a transaction, so that records and head are of one instant.
///
/// # Errors
///
/// [`Error::Tampered`] names the first record that does not fit, [`Error::Truncated`] says that
/// the newest are gone.
pub(crate) fn verify(connection: &Connection, known: Head) -> Result<Head, Error> {
    let mut end = known;
    store::each_after(connection, known.sequence, |record| {
        end = end.extend(&record)?;
        Ok(())
    })?;
    let stored = store::head(connection)?;
    if stored.sequence == end.sequence && stored.hash == end.hash {
        Ok(end)
    } else if stored.sequence > end.sequence {
        Err(Error::Truncated {
            expected: stored.sequence,
            found: end.sequence,
        })
    } else if known.sequence > stored.sequence {
        // Records and head went back together since we last looked.
        Err(Error::Truncated {
            expected: known.sequence,
            found: stored.sequence,
        })
    } else {
        // Records beyond the head, or a last record that is not the one the head names.
        Err(Error::Tampered {
            sequence: end.sequence.min(stored.sequence.saturating_add(1)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Facts;

    fn next(head: Head) -> Record {
        let facts = Facts {
            original_sha256: Digest::of(b"before"),
            output_sha256: Digest::of(b"after"),
            pixels_sha256: None,
            original_bytes: 6,
            output_bytes: 5,
            width: 1,
            height: 1,
            container: "gif".to_owned(),
            app_version: "0.1.0".to_owned(),
        };
        Record::seal(head, "2026-01-31T09:30:00Z".to_owned(), facts).unwrap()
    }

    #[test]
    fn a_record_follows_one_head_and_no_other() {
        let first = next(Head::EMPTY);
        let one = Head::EMPTY.extend(&first).unwrap();
        let two = one.extend(&next(one)).unwrap();
        assert_eq!((one.sequence, two.sequence), (1, 2));

        let repeated = one.extend(&first);
        assert!(matches!(repeated, Err(Error::Tampered { sequence: 2 })));
        let skipped = Head::EMPTY.extend(&next(one));
        assert!(matches!(skipped, Err(Error::Tampered { sequence: 1 })));
        let elsewhere = Head {
            hash: Digest::of(b"another chain"),
            ..one
        };
        let foreign = elsewhere.extend(&next(one));
        assert!(matches!(foreign, Err(Error::Tampered { sequence: 2 })));
    }
}
