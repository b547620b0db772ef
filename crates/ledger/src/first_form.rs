//! The first form of the ledger, read once to carry its records over: columns in the open, and a chain of hashes.
//!
//! A record's hash was SHA-256 over its *canonical text*: ASCII, each line ended by one line feed.
//!
//! | line | value |
//! |---|---|
//! | `cloakroom-ledger-record-v1` | fixed |
//! | `sequence=` | decimal, from 1, no leading zero |
//! | `claimed_time=` | `YYYY-MM-DDTHH:MM:SSZ`, always 20 bytes |
//! | `original_sha256=` | 64 lower-case hexadecimal digits |
//! | `output_sha256=` | 64 lower-case hexadecimal digits |
//! | `pixels_sha256=` | 64 lower-case hexadecimal digits, or nothing |
//! | `original_bytes=` | decimal, no leading zero except in `0` |
//! | `output_bytes=` | decimal, no leading zero except in `0` |
//! | `width=` | decimal, no leading zero except in `0` |
//! | `height=` | decimal, no leading zero except in `0` |
//! | `container=` | 1 to 16 bytes of `a` to `z` and `0` to `9` |
//! | `app_version=` | 1 to 64 bytes from `!` (0x21) to `~` (0x7E) |
//! | `previous=` | 64 lower-case hexadecimal digits: the hash of the record before, or 64 zeros |

use rusqlite::{Connection, Row};

use crate::digest::Digest;
use crate::error::Error;
use crate::record::{Content, Extras, Facts};

/// The first line of every canonical text.
const DOMAIN: &str = "cloakroom-ledger-record-v1";

/// The whole structure, as SQLite keeps it word for word.
pub(crate) const STRUCTURE: [&str; 9] = [
    "CREATE TABLE records (
        sequence INTEGER PRIMARY KEY,
        claimed_time TEXT NOT NULL,
        original_sha256 BLOB NOT NULL,
        output_sha256 BLOB NOT NULL,
        pixels_sha256 BLOB,
        original_bytes INTEGER NOT NULL,
        output_bytes INTEGER NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        container TEXT NOT NULL,
        app_version TEXT NOT NULL,
        previous BLOB NOT NULL,
        hash BLOB NOT NULL
    ) STRICT",
    "CREATE TABLE head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        sequence INTEGER NOT NULL,
        hash BLOB NOT NULL
    ) STRICT",
    "CREATE TRIGGER records_keep BEFORE UPDATE ON records
    BEGIN SELECT RAISE(ABORT, 'records are never changed'); END",
    "CREATE TRIGGER records_stay BEFORE DELETE ON records
    BEGIN SELECT RAISE(ABORT, 'records are never removed'); END",
    "CREATE TRIGGER records_follow BEFORE INSERT ON records
    WHEN NEW.sequence IS NOT (SELECT sequence + 1 FROM head)
        OR NEW.previous IS NOT (SELECT hash FROM head)
    BEGIN SELECT RAISE(ABORT, 'records follow the head'); END",
    "CREATE TRIGGER records_move_head AFTER INSERT ON records
    BEGIN UPDATE head SET sequence = NEW.sequence, hash = NEW.hash; END",
    "CREATE TRIGGER head_follows BEFORE UPDATE ON head
    WHEN NEW.one IS NOT 1
        OR NEW.sequence IS NOT OLD.sequence + 1
        OR NEW.hash IS NOT (SELECT hash FROM records WHERE sequence = NEW.sequence)
    BEGIN SELECT RAISE(ABORT, 'the head follows the records'); END",
    "CREATE TRIGGER head_stays BEFORE DELETE ON head
    BEGIN SELECT RAISE(ABORT, 'the head is never removed'); END",
    "CREATE TRIGGER head_is_one BEFORE INSERT ON head
    WHEN EXISTS (SELECT 1 FROM head)
    BEGIN SELECT RAISE(ABORT, 'there is one head'); END",
];

/// The text whose SHA-256 was a record's hash.
fn canonical_text(sequence: u64, claimed_time: &str, facts: &Facts, previous: &Digest) -> String {
    let Facts {
        original_sha256,
        output_sha256,
        pixels_sha256,
        original_bytes,
        output_bytes,
        width,
        height,
        container,
        app_version,
    } = facts;
    let pixels_sha256 = pixels_sha256.map_or_else(String::new, |digest| digest.to_string());
    format!(
        "{DOMAIN}\n\
         sequence={sequence}\n\
         claimed_time={claimed_time}\n\
         original_sha256={original_sha256}\n\
         output_sha256={output_sha256}\n\
         pixels_sha256={pixels_sha256}\n\
         original_bytes={original_bytes}\n\
         output_bytes={output_bytes}\n\
         width={width}\n\
         height={height}\n\
         container={container}\n\
         app_version={app_version}\n\
         previous={previous}\n"
    )
}

/// Every record of a ledger of the first form, verified as that form was: each follows the one before, and the head
/// names the last.
///
/// # Errors
///
/// [`Error::Tampered`] names the first record that does not fit, [`Error::Truncated`] says that the newest are gone.
pub(crate) fn read_all(connection: &Connection) -> Result<Vec<Content>, Error> {
    let (expected, head) = connection.query_row("SELECT sequence, hash FROM head", (), |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 32]>(1)?))
    })?;
    let expected = u64::try_from(expected).map_err(|_| Error::Corrupt)?;
    let mut statement = connection.prepare(
        "SELECT sequence, claimed_time, original_sha256, output_sha256, pixels_sha256,
            original_bytes, output_bytes, width, height, container, app_version, previous, hash
        FROM records ORDER BY sequence",
    )?;
    let mut rows = statement.query(())?;
    let (mut contents, mut previous, mut count) = (Vec::new(), Digest::ZERO, 0);
    while let Some(row) = rows.next()? {
        count += 1;
        let tampered = Error::Tampered { sequence: count };
        let Ok((sequence, content, names, hash)) = columns(row) else {
            return Err(tampered);
        };
        let text = canonical_text(count, &content.claimed_time, &content.facts, &previous);
        let fits = sequence == i64::try_from(count).unwrap_or(0)
            && names == previous
            && Digest::of(text.as_bytes()) == hash
            && content.facts.check(&content.claimed_time).is_ok();
        if !fits {
            return Err(tampered);
        }
        previous = hash;
        contents.push(content);
    }
    if count < expected {
        Err(Error::Truncated {
            expected,
            found: count,
        })
    } else if count > expected || Digest::from(head) != previous {
        Err(Error::Tampered {
            sequence: expected.saturating_add(1).min(count),
        })
    } else {
        Ok(contents)
    }
}

/// Everything in `row`: sequence, content, the hash before and its own.
fn columns(row: &Row<'_>) -> rusqlite::Result<(i64, Content, Digest, Digest)> {
    let digest = |column| row.get::<_, [u8; 32]>(column).map(Digest::from);
    let bytes = |column| {
        let value = row.get::<_, i64>(column)?;
        u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
    };
    let hash = digest(12)?;
    let content = Content {
        claimed_time: row.get(1)?,
        facts: Facts {
            original_sha256: digest(2)?,
            output_sha256: digest(3)?,
            pixels_sha256: row.get::<_, Option<[u8; 32]>>(4)?.map(Digest::from),
            original_bytes: bytes(5)?,
            output_bytes: bytes(6)?,
            width: row.get(7)?,
            height: row.get(8)?,
            container: row.get(9)?,
            app_version: row.get(10)?,
        },
        extras: Extras::default(),
        first_form_hash: Some(hash),
    };
    Ok((row.get(0)?, content, digest(11)?, hash))
}
