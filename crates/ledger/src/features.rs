//! Local features of photos: what a copy is recognised by. They tell what a picture shows, so they are sealed like the
//! records; the record holds their SHA-256, among its salted fields.
//!
//! A row holds the same bytes as a record's payload (see [`sealed`](crate::sealed)), with the features in place of the
//! JSON array, and sealed together with the root of the record's fields, so that no row can stand for another.

use std::io;

use rusqlite::{Connection, OptionalExtension};

use crate::digest::Digest;
use crate::entry::Entry;
use crate::error::Error;
use crate::key::Session;
use crate::keyring::Keyring;
use crate::sealed;
use crate::secret::Chance;
use crate::store;

/// The most bytes of one photo's features.
pub(crate) const FEATURES_BYTES_MAX: usize = 64 << 10;

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
