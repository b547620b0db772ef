//! Local features of photos: what a copy is recognised by. They tell what a picture shows, so they are sealed like the
//! records; the record holds their SHA-256, among its salted fields.
//!
//! A row holds the same bytes as a record's payload (see [`sealed`](crate::sealed)), with the features in place of the
//! JSON array, and sealed together with the root of the record's fields, so that no row can stand for another.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::{io, mem, thread};

use rusqlite::{Connection, OptionalExtension, Statement};

use crate::Ledger;
use crate::digest::Digest;
use crate::entry::{Entry, Kind};
use crate::error::Error;
use crate::key::Session;
use crate::keyring::Keyring;
use crate::record::Record;
use crate::sealed;
use crate::secret::Chance;
use crate::store;

/// The most bytes of one photo's features.
pub(crate) const FEATURES_BYTES_MAX: usize = 64 << 10;

/// How many are opened together, over the cores. They are held in memory meanwhile.
const TOGETHER: usize = 512;

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
        let keyring = open.keyring.as_ref().ok_or(Error::NeedsPassphrase)?;
        let (connection, log) = (&open.connection, &open.log);
        let mut statement = connection.prepare_cached(READ)?;
        let mut waiting: Vec<Row> = Vec::new();
        let mut hand_over = |rows: Vec<Row>| -> Result<(), Error> {
            for (record, features) in all_opened(keyring, &rows)? {
                take(record, features);
            }
            Ok(())
        };
        store::each(
            connection,
            "WHERE sequence IN (SELECT sequence FROM features) ORDER BY sequence",
            (),
            |entry, hash| {
                log.confirm(entry.sequence, hash)?;
                if let Some(sealed) = read(&mut statement, entry.sequence)? {
                    waiting.push((entry, hash, sealed));
                }
                if waiting.len() == TOGETHER {
                    hand_over(mem::take(&mut waiting))?;
                }
                Ok(())
            },
        )?;
        hand_over(waiting)
    }

    /// How many photos and videos were recorded without local features: copies of these cannot be recognised.
    ///
    /// # Errors
    ///
    /// What [`open`](Self::open) says if the file cannot be used now.
    pub fn count_without_features(&self) -> Result<u64, Error> {
        let count: i64 = self.state().connection.query_row(
            "SELECT count(*) FROM records
             WHERE kind = ?1 AND sequence NOT IN (SELECT sequence FROM features)",
            [Kind::Photo.name()],
            |row| row.get(0),
        )?;
        Ok(count.unsigned_abs())
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
        let keyring = open.keyring.as_ref().ok_or(Error::NeedsPassphrase)?;
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
        .prepare_cached("INSERT INTO features (sequence, sealed) VALUES (?1, ?2)")?
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
    keyring: &Keyring,
    entry: &Entry,
) -> Result<Option<Vec<u8>>, Error> {
    let sealed = read(&mut *connection.prepare_cached(READ)?, entry.sequence)?;
    sealed
        .map(|sealed| opened(keyring, entry, &sealed))
        .transpose()
}

/// An entry, its hash, and the sealed features of its record.
type Row = (Entry, Digest, Vec<u8>);

const READ: &str = "SELECT sealed FROM features WHERE sequence = ?1";

/// The sealed features of the record at `sequence`, by the statement [`READ`].
fn read(statement: &mut Statement<'_>, sequence: u64) -> Result<Option<Vec<u8>>, Error> {
    let sealed = statement
        .query_row([store::signed(sequence)], |row| row.get::<_, Vec<u8>>(0))
        .optional()?;
    Ok(sealed)
}

fn opened(keyring: &Keyring, entry: &Entry, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let plain = keyring.open_bytes(sealed, &purpose(&entry.fields));
    plain.ok_or(Error::Tampered {
        sequence: entry.sequence,
    })
}

/// Opens rows on all cores. What comes back is in their order.
fn all_opened(keyring: &Keyring, rows: &[Row]) -> Result<Vec<(Record, Vec<u8>)>, Error> {
    let part = |rows: &[Row]| -> Result<Vec<(Record, Vec<u8>)>, Error> {
        let one = |(entry, hash, sealed): &Row| {
            let features = opened(keyring, entry, sealed)?;
            Ok(keyring
                .record(entry, *hash)?
                .map(|record| (record, features)))
        };
        rows.iter().filter_map(|row| one(row).transpose()).collect()
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let size = rows.len().div_ceil(cores).max(1);
    thread::scope(|scope| {
        let part = &part;
        let parts: Vec<_> = rows
            .chunks(size)
            .map(|rows| scope.spawn(move || part(rows)))
            .collect();
        let mut all = Vec::with_capacity(rows.len());
        for part in parts {
            all.extend(part.join().unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        Ok(all)
    })
}
