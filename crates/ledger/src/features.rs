//! Local features of photos: what a copy is recognised by. They tell what a picture shows, so they are sealed like the
//! records; the record holds their SHA-256, among its salted fields.
//!
//! A row holds the same bytes as a record's payload (see [`sealed`](crate::sealed)), with the features in place of the
//! JSON array, and sealed together with the root of the record's fields, so that no row can stand for another.

use std::io;

use rusqlite::{Connection, OptionalExtension};

use crate::Ledger;
use crate::digest::Digest;
use crate::entry::Entry;
use crate::error::Error;
use crate::key::Session;
use crate::keyring::Keyring;
use crate::record::Record;
use crate::sealed;
use crate::secret::Chance;
use crate::store;

/// The most bytes of one photo's features.
pub(crate) const FEATURES_BYTES_MAX: usize = 64 << 10;

impl Ledger {
    /// Hands every record that has local features to `take`, with them, oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::NeedsPassphrase`]; [`Error::Tampered`] if features are not those of their record; and what
    /// [`open`](Self::open) says if the file cannot be used now.
    pub fn each_features(&self, mut take: impl FnMut(Record, Vec<u8>)) -> Result<(), Error> {
        let mut guard = self.state();
        let open = &mut *guard;
        let keyring = open.keyring.as_mut().ok_or(Error::NeedsPassphrase)?;
        let (connection, log) = (&open.connection, &open.log);
        store::each(
            connection,
            "WHERE sequence IN (SELECT sequence FROM features) ORDER BY sequence",
            (),
            |entry, hash| {
                log.confirm(entry.sequence, hash)?;
                let found = of(connection, keyring, &entry)?;
                if let (Some(record), Some(found)) = (keyring.record(&entry, hash)?, found) {
                    take(record, found);
                }
                Ok(())
            },
        )
    }

    /// The local features of a record, if it has any, compared with the digest in it.
    ///
    /// # Errors
    ///
    /// As [`each_features`](Self::each_features).
    pub fn features_of(&self, record: &Record) -> Result<Option<Vec<u8>>, Error> {
        let mut guard = self.state();
        let open = &mut *guard;
        let (entry, _) = open.entry_at(record.sequence)?;
        let keyring = open.keyring.as_mut().ok_or(Error::NeedsPassphrase)?;
        let found = of(&open.connection, keyring, &entry)?;
        let told = found.as_deref().map(Digest::of);
        if told.is_some() && told != record.extras.features_sha256 {
            return Err(Error::Tampered {
                sequence: record.sequence,
            });
        }
        Ok(found)
    }
}

/// What features are sealed for: that, and the record's fields.
fn purpose(fields: &Digest) -> Vec<u8> {
    [&b"cloakroom-features-v1"[..], fields.as_bytes()].concat()
}

/// Seals features for the record with these fields.
pub(crate) fn seal(
    features: &[u8],
    fields: &Digest,
    number: u16,
    session: &Session,
    chance: Chance,
) -> io::Result<Vec<u8>> {
    sealed::seal_bytes(features, &purpose(fields), number, session, chance)
}

/// Adds sealed features of the record at `sequence`. Call it inside the record's transaction.
pub(crate) fn insert(connection: &Connection, sequence: u64, sealed: &[u8]) -> Result<(), Error> {
    connection
        .prepare("INSERT INTO features (sequence, sealed) VALUES (?1, ?2)")?
        .execute((store::signed(sequence), sealed))?;
    Ok(())
}

/// The features of an entry's record, if there are any.
///
/// # Errors
///
/// [`Error::Tampered`] if no key of the person opens them for this record.
pub(crate) fn of(
    connection: &Connection,
    keyring: &mut Keyring,
    entry: &Entry,
) -> Result<Option<Vec<u8>>, Error> {
    let sealed = connection
        .prepare("SELECT sealed FROM features WHERE sequence = ?1")?
        .query_row([store::signed(entry.sequence)], |row| {
            row.get::<_, Vec<u8>>(0)
        })
        .optional()?;
    sealed
        .map(|sealed| {
            let plain = keyring.open_bytes(&sealed, &purpose(&entry.fields));
            plain.ok_or(Error::Tampered {
                sequence: entry.sequence,
            })
        })
        .transpose()
}
