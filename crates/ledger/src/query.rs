//! Looking records up.

use rusqlite::Connection;

use crate::digest::Digest;
use crate::error::Error;
use crate::record::Record;
use crate::store;

/// The fewest digits of an id that may stand for the whole.
const ID_DIGITS_MIN: usize = 4;

/// Which records to list, and which part of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Matches records of which the id, the hash, a digest, the container or the claimed time
    /// begins with this text, in either case. Empty text matches all; spaces around it are
    /// ignored.
    pub text: String,
    /// How many matching records to leave out, from the newest.
    pub offset: u64,
    /// How many matching records to give at most. 0 gives the total alone.
    pub limit: u64,
}

impl Default for Query {
    /// The newest 100 of all records.
    fn default() -> Self {
        Self {
            text: String::new(),
            offset: 0,
            limit: 100,
        }
    }
}

/// A part of the records that match a [`Query`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How many records match.
    pub total: u64,
    /// Those of the asked part, newest first.
    pub records: Vec<Record>,
}

/// Inside a transaction, so that total and records are of one instant.
pub(crate) fn list(connection: &Connection, query: &Query) -> Result<Page, Error> {
    const NEWEST_FIRST: &str = "ORDER BY sequence DESC LIMIT ?1 OFFSET ?2";
    // `BETWEEN NULL AND NULL` holds for nothing, which is right for text that is no digest.
    const MATCHING: &str = "WHERE substr(container, 1, length(?3)) = ?3
        OR substr(claimed_time, 1, length(?3)) = upper(?3)
        OR hash BETWEEN ?4 AND ?5
        OR original_sha256 BETWEEN ?4 AND ?5
        OR output_sha256 BETWEEN ?4 AND ?5
        OR pixels_sha256 BETWEEN ?4 AND ?5";
    let (limit, offset) = (store::signed(query.limit), store::signed(query.offset));
    let text = query.text.trim().to_ascii_lowercase();
    if text.is_empty() {
        return Ok(Page {
            total: store::head(connection)?.sequence,
            records: store::all(connection, NEWEST_FIRST, (limit, offset))?,
        });
    }
    let (low, high) = Digest::range(&text).unzip();
    let (low, high) = (
        low.as_ref().map(Digest::as_bytes),
        high.as_ref().map(Digest::as_bytes),
    );
    // The first two are not used by a count; SQLite asks that they be there.
    let values = (limit, offset, &text, low, high);
    let total = connection.query_row(
        &format!("SELECT count(*) FROM records {MATCHING}"),
        values,
        |row| row.get::<_, i64>(0),
    )?;
    Ok(Page {
        total: u64::try_from(total).map_err(|_| Error::Corrupt)?,
        records: store::all(connection, &format!("{MATCHING} {NEWEST_FIRST}"), values)?,
    })
}

pub(crate) fn get(connection: &Connection, id: &str) -> Result<Record, Error> {
    let id = id.trim();
    let (low, high) = Digest::range(id)
        .filter(|_| id.len() >= ID_DIGITS_MIN)
        .ok_or(Error::InvalidId)?;
    let mut found = store::all(
        connection,
        "WHERE hash BETWEEN ?1 AND ?2 LIMIT 2",
        (low.as_bytes(), high.as_bytes()),
    )?;
    match (found.pop(), found.is_empty()) {
        (Some(record), true) => Ok(record),
        (Some(_), false) => Err(Error::Ambiguous),
        (None, _) => Err(Error::NotFound),
    }
}

pub(crate) fn find_digest(connection: &Connection, digest: &Digest) -> Result<Vec<Record>, Error> {
    store::all(
        connection,
        "WHERE ?1 IN (original_sha256, output_sha256, pixels_sha256) ORDER BY sequence DESC",
        [digest.as_bytes()],
    )
}
