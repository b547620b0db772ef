//! The SQLite file: its form, how it is opened so that a crash loses nothing, and its statements.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Params, Row};

use crate::digest::Digest;
use crate::entry::{Entry, Kind};
use crate::error::Error;
use crate::first_form;

/// `Clok` in ASCII, at byte 68 of the file: what tells a ledger from any other SQLite database.
const APPLICATION_ID: i32 = 0x436c_6f6b;

/// The form of the tables and of what is hashed. A later form gets the next number and a step that migrates this one.
const VERSION: u32 = 2;

/// Compiled statements that an open ledger keeps: those of an append, and of reading records.
const STATEMENTS_KEPT: usize = 16;

/// The whole structure, as SQLite keeps it word for word. Records have no index beside their own
/// order, so that what [`Log::verify`](crate::log::Log::verify) walks is all that the file says.
///
/// Tables come before triggers, as SQLite orders them when it writes the file anew. The triggers guard against accidents and honest programs; who removes them is found out by the
/// hashes.
const STRUCTURE: [&str; 17] = [
    "CREATE TABLE records (
        sequence INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        previous BLOB NOT NULL,
        fields BLOB NOT NULL,
        payload BLOB NOT NULL,
        hash BLOB NOT NULL
    ) STRICT",
    "CREATE TABLE head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        sequence INTEGER NOT NULL,
        hash BLOB NOT NULL,
        root BLOB NOT NULL
    ) STRICT",
    "CREATE TABLE vault (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        number INTEGER NOT NULL,
        signing BLOB NOT NULL,
        sealing BLOB NOT NULL,
        first BLOB NOT NULL,
        seed BLOB NOT NULL
    ) STRICT",
    "CREATE TABLE features (
        sequence INTEGER PRIMARY KEY,
        sealed BLOB NOT NULL
    ) STRICT",
    "CREATE TABLE checkpoints (
        size INTEGER NOT NULL,
        text TEXT NOT NULL UNIQUE,
        signature BLOB NOT NULL,
        ssh_signature TEXT NOT NULL,
        claimed_time TEXT NOT NULL
    ) STRICT",
    "CREATE TABLE anchors (
        checkpoint TEXT NOT NULL,
        kind TEXT NOT NULL,
        bytes BLOB NOT NULL,
        claimed_time TEXT NOT NULL,
        UNIQUE (checkpoint, bytes)
    ) STRICT",
    "CREATE TRIGGER features_keep BEFORE UPDATE ON features
    BEGIN SELECT RAISE(ABORT, 'features are never changed'); END",
    "CREATE TRIGGER records_keep BEFORE UPDATE ON records
    BEGIN SELECT RAISE(ABORT, 'records are never changed'); END",
    "CREATE TRIGGER records_stay BEFORE DELETE ON records
    BEGIN SELECT RAISE(ABORT, 'records are never removed'); END",
    "CREATE TRIGGER records_follow BEFORE INSERT ON records
    WHEN NEW.sequence IS NOT (SELECT sequence + 1 FROM head)
        OR NEW.previous IS NOT (SELECT hash FROM head)
    BEGIN SELECT RAISE(ABORT, 'records follow the head'); END",
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
    "CREATE TRIGGER checkpoints_keep BEFORE UPDATE ON checkpoints
    BEGIN SELECT RAISE(ABORT, 'checkpoints are never changed'); END",
    "CREATE TRIGGER checkpoints_stay BEFORE DELETE ON checkpoints
    BEGIN SELECT RAISE(ABORT, 'checkpoints are never removed'); END",
    "CREATE TRIGGER anchors_keep BEFORE UPDATE ON anchors
    BEGIN SELECT RAISE(ABORT, 'anchors are never changed'); END",
    "CREATE TRIGGER vault_stays BEFORE DELETE ON vault
    BEGIN SELECT RAISE(ABORT, 'the key is never removed'); END",
];

/// Opens the file at `path`, which must exist, without changing it. Waits up to `patience` for
/// other programs, here and in every later statement.
pub(crate) fn connect(path: &Path, patience: Duration) -> Result<Connection, Error> {
    // No URI flag: a path that begins with "file:" is a path. No CREATE flag: see `place`.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(patience)?;
    // The file may be hostile: its SQL may call nothing with side effects, and nothing may write
    // to its schema by the back door.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // EXTRA is FULL, and for a rollback journal its folder is synced as well. macOS needs
    // F_FULLFSYNC to reach the disk; elsewhere the two pragmas do nothing.
    connection.pragma_update(None, "synchronous", "EXTRA")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    // Sorting must leave no trace of the records outside the ledger, nor a new passphrase the old key inside it.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "secure_delete", true)?;
    // Compiling the statements of an append, triggers and all, takes longer than running them.
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(connection)
}

/// Makes tables and triggers in a file that has none. Call it inside a transaction, and put a vault in.
pub(crate) fn install(connection: &Connection) -> Result<(), Error> {
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", VERSION)?;
    for statement in STRUCTURE {
        connection.execute(statement, ())?;
    }
    connection.execute(
        "INSERT INTO head (one, sequence, hash, root) VALUES (1, 0, ?1, ?2)",
        (Digest::ZERO.as_bytes(), Digest::of(b"").as_bytes()),
    )?;
    Ok(())
}

/// The form of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Of the first program, to be carried over.
    First,
    Current,
}

/// Whether the file is a ledger of a form that this program knows. Only reads.
///
/// # Errors
///
/// [`Error::NotALedger`], [`Error::NewerVersion`], or [`Error::Corrupt`] for a form that never was.
pub(crate) fn recognise(connection: &Connection) -> Result<Form, Error> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    if pragma("application_id")? != APPLICATION_ID {
        return Err(Error::NotALedger);
    }
    match u32::try_from(pragma("user_version")?) {
        Ok(VERSION) => Ok(Form::Current),
        Ok(1) => Ok(Form::First),
        Ok(found) if found > VERSION => Err(Error::NewerVersion {
            found,
            known: VERSION,
        }),
        _ => Err(Error::Corrupt),
    }
}

/// Turns on the write-ahead log: one sync for each append instead of four, readers that never
/// wait, and a crash at any instant leaves whole records.
///
/// A file system that cannot carry it (some network ones) keeps the rollback journal, which is
/// slower and as safe; so does a ledger that somebody holds open at this instant. The mode stays
/// with the file, so this does something once in its life.
pub(crate) fn prefer_write_ahead_log(connection: &Connection) {
    let _ = connection.pragma_update(None, "journal_mode", "WAL");
}

/// Whether SQLite finds the file whole.
///
/// # Errors
///
/// [`Error::Corrupt`] if not.
pub(crate) fn check_file(connection: &Connection) -> Result<(), Error> {
    let told: String = connection.query_row("PRAGMA quick_check(1)", (), |row| row.get(0))?;
    if told == "ok" {
        Ok(())
    } else {
        Err(Error::Corrupt)
    }
}

/// Whether tables and triggers are word for word those of this version.
///
/// # Errors
///
/// [`Error::Altered`] if any is missing, changed or too many.
pub(crate) fn check_structure(connection: &Connection) -> Result<(), Error> {
    has_structure(connection, &STRUCTURE)
}

fn has_structure(connection: &Connection, structure: &[&str]) -> Result<(), Error> {
    // SQLite makes the indexes of UNIQUE by itself; they have no text.
    let mut statement =
        connection.prepare("SELECT sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY rowid")?;
    let found = statement.query_map((), |row| row.get::<_, String>(0))?;
    let found = found.collect::<Result<Vec<_>, _>>()?;
    let count = |clause: &str| {
        let query = format!("SELECT count(*) FROM sqlite_schema WHERE {clause}");
        connection.query_row(&query, (), |row| row.get::<_, i64>(0))
    };
    let automatic = count("sql IS NULL")?;
    let unique = structure
        .iter()
        .map(|statement| statement.matches("UNIQUE").count())
        .sum::<usize>();
    if found.iter().eq(structure) && usize::try_from(automatic) == Ok(unique) {
        Ok(())
    } else {
        Err(Error::Altered)
    }
}

/// Takes the tables and triggers of the first form away, in a transaction that puts everything into those of this one.
pub(crate) fn remove_first_form(connection: &Connection) -> Result<(), Error> {
    has_structure(connection, &first_form::STRUCTURE)?;
    // Triggers go with their tables.
    connection.execute_batch("DROP TABLE records; DROP TABLE head")?;
    Ok(())
}

/// Writes the file anew, so that nothing of what was removed is left in it. What fails here leaves the ledger whole.
pub(crate) fn tidy(connection: &Connection) {
    let _ = connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
}

/// The end of the log, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) sequence: u64,
    /// The hash of the last entry.
    pub(crate) hash: Digest,
    /// The root over all entries.
    pub(crate) root: Digest,
}

/// The stored head, not yet compared with the records.
pub(crate) fn head(connection: &Connection) -> Result<Head, Error> {
    let (sequence, hash, root) = connection
        .prepare_cached("SELECT sequence, hash, root FROM head")?
        .query_row((), |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, [u8; 32]>(1)?,
                row.get::<_, [u8; 32]>(2)?,
            ))
        })?;
    Ok(Head {
        sequence: u64::try_from(sequence).map_err(|_| Error::Corrupt)?,
        hash: hash.into(),
        root: root.into(),
    })
}

/// Adds `entry` and moves the head. Call it inside a transaction.
pub(crate) fn insert(connection: &Connection, entry: &Entry, root: &Digest) -> Result<(), Error> {
    let sequence = i64::try_from(entry.sequence).map_err(|_| Error::Corrupt)?;
    let hash = entry.hash();
    connection
        .prepare_cached(
            "INSERT INTO records (sequence, kind, previous, fields, payload, hash)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            sequence,
            entry.kind.name(),
            entry.previous.as_bytes(),
            entry.fields.as_bytes(),
            &entry.payload,
            hash.as_bytes(),
        ))?;
    connection
        .prepare_cached("UPDATE head SET sequence = ?1, hash = ?2, root = ?3")?
        .execute((sequence, hash.as_bytes(), root.as_bytes()))?;
    Ok(())
}

/// Hands every entry after `sequence` to `take`, oldest first.
pub(crate) fn each_after(
    connection: &Connection,
    sequence: u64,
    take: impl FnMut(Entry, Digest) -> Result<(), Error>,
) -> Result<(), Error> {
    // From the start means from wherever the table starts: no record may hide below 1.
    let after = match sequence {
        0 => i64::MIN,
        _ => signed(sequence),
    };
    each(
        connection,
        "WHERE sequence > ?1 ORDER BY sequence",
        [after],
        take,
    )
}

/// Hands the entries that `clause` selects, and their hashes, to `take`, in its order. Each was checked against its own
/// hash.
pub(crate) fn each(
    connection: &Connection,
    clause: &str,
    values: impl Params,
    mut take: impl FnMut(Entry, Digest) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT sequence, kind, previous, fields, payload, hash FROM records {clause}"
    ))?;
    let mut rows = statement.query(values)?;
    while let Some(row) = rows.next()? {
        let (entry, hash) = entry(row)?;
        take(entry, hash)?;
    }
    Ok(())
}

/// As [`each`], gathered.
pub(crate) fn all(
    connection: &Connection,
    clause: &str,
    values: impl Params,
) -> Result<Vec<(Entry, Digest)>, Error> {
    let mut entries = Vec::new();
    each(connection, clause, values, |entry, hash| {
        entries.push((entry, hash));
        Ok(())
    })?;
    Ok(entries)
}

/// A number for SQLite, whose integers are signed; past the end of what it can count stays there.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The entry in `row`, hashed anew and compared with the hash that was stored.
fn entry(row: &Row<'_>) -> Result<(Entry, Digest), Error> {
    let sequence = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
    let columns = || {
        let digest = |column| row.get::<_, [u8; 32]>(column).map(Digest::from);
        let kind = row.get_ref(1)?.as_str()?;
        let (previous, fields, payload) = (digest(2)?, digest(3)?, row.get(4)?);
        let entry = Kind::of(kind).map(|kind| Entry {
            kind,
            sequence,
            previous,
            fields,
            payload,
        });
        Ok::<_, rusqlite::Error>((entry, digest(5)?))
    };
    match columns() {
        Ok((Some(entry), hash)) if entry.hash() == hash && sequence > 0 => Ok((entry, hash)),
        _ => Err(Error::Tampered {
            sequence: sequence.max(1),
        }),
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
