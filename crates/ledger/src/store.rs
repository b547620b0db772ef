//! The SQLite file: its form, how it is opened so that a crash loses nothing, and its statements.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Params, Row, TransactionBehavior};

use crate::chain::Head;
use crate::digest::Digest;
use crate::error::Error;
use crate::record::{Facts, Record};

/// `Clok` in ASCII, at byte 68 of the file: what tells a ledger from any other SQLite database.
const APPLICATION_ID: i32 = 0x436c_6f6b;

/// The form of the tables and of the canonical text. A later form gets the next number and a
/// step that migrates this one.
const VERSION: u32 = 1;

/// The whole structure, as SQLite keeps it word for word. Records have no index beside their own
/// order, so that what [`verify`](crate::chain::verify) walks is all that the file says.
///
/// The triggers guard against accidents and honest programs; who removes them is found out by the
/// hashes. Inserting moves the head in the same statement, so the two cannot part.
const STRUCTURE: [&str; 9] = [
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
    // Sorting must leave no trace of the records outside the ledger.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

/// Makes an empty ledger of an empty file, wholly or not at all.
pub(crate) fn install(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    for statement in STRUCTURE {
        transaction.execute(statement, ())?;
    }
    transaction.execute(
        "INSERT INTO head (one, sequence, hash) VALUES (1, 0, ?1)",
        [Digest::ZERO.as_bytes()],
    )?;
    Ok(transaction.commit()?)
}

/// Whether the file is a ledger of a form that this program knows. Only reads.
///
/// # Errors
///
/// [`Error::NotALedger`], [`Error::NewerVersion`], or [`Error::Corrupt`] for a form that never was.
pub(crate) fn recognise(connection: &Connection) -> Result<(), Error> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    if pragma("application_id")? != APPLICATION_ID {
        return Err(Error::NotALedger);
    }
    match u32::try_from(pragma("user_version")?) {
        Ok(VERSION) => Ok(()),
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

/// Whether tables and triggers are word for word those of this version.
///
/// # Errors
///
/// [`Error::Altered`] if any is missing, changed or too many.
pub(crate) fn check_structure(connection: &Connection) -> Result<(), Error> {
    let mut statement = connection.prepare("SELECT sql FROM sqlite_schema ORDER BY rowid")?;
    let found = statement.query_map((), |row| row.get::<_, Option<String>>(0))?;
    let found = found.collect::<Result<Vec<_>, _>>()?;
    if found.iter().map(Option::as_deref).eq(STRUCTURE.map(Some)) {
        Ok(())
    } else {
        Err(Error::Altered)
    }
}

/// The stored head, not yet compared with the records.
pub(crate) fn head(connection: &Connection) -> Result<Head, Error> {
    let (sequence, hash) = connection.query_row("SELECT sequence, hash FROM head", (), |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 32]>(1)?))
    })?;
    Ok(Head {
        sequence: u64::try_from(sequence).map_err(|_| Error::Corrupt)?,
        hash: hash.into(),
    })
}

/// Adds `record`; a trigger moves the head.
pub(crate) fn insert(connection: &Connection, record: &Record) -> Result<(), Error> {
    let Record {
        sequence,
        claimed_time,
        facts,
        previous,
        hash,
        ..
    } = record;
    let wrong = |field| move |_| Error::InvalidFact { field };
    connection.execute(
        "INSERT INTO records (sequence, claimed_time, original_sha256, output_sha256,
            pixels_sha256, original_bytes, output_bytes, width, height, container, app_version,
            previous, hash)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        (
            i64::try_from(*sequence).map_err(wrong("sequence"))?,
            claimed_time,
            facts.original_sha256.as_bytes(),
            facts.output_sha256.as_bytes(),
            facts.pixels_sha256.as_ref().map(Digest::as_bytes),
            i64::try_from(facts.original_bytes).map_err(wrong("original_bytes"))?,
            i64::try_from(facts.output_bytes).map_err(wrong("output_bytes"))?,
            facts.width,
            facts.height,
            &facts.container,
            &facts.app_version,
            previous.as_bytes(),
            hash.as_bytes(),
        ),
    )?;
    Ok(())
}

/// Hands every record after `sequence` to `take`, oldest first.
pub(crate) fn each_after(
    connection: &Connection,
    sequence: u64,
    take: impl FnMut(Record) -> Result<(), Error>,
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

/// Hands the records that `clause` selects to `take`, in its order. Each was checked against its
/// own hash.
pub(crate) fn each(
    connection: &Connection,
    clause: &str,
    values: impl Params,
    mut take: impl FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut statement = connection.prepare(&format!(
        "SELECT sequence, claimed_time, original_sha256, output_sha256, pixels_sha256,
            original_bytes, output_bytes, width, height, container, app_version, previous, hash
        FROM records {clause}"
    ))?;
    let mut rows = statement.query(values)?;
    while let Some(row) = rows.next()? {
        take(record(row)?)?;
    }
    Ok(())
}

/// As [`each`], gathered.
pub(crate) fn all(
    connection: &Connection,
    clause: &str,
    values: impl Params,
) -> Result<Vec<Record>, Error> {
    let mut records = Vec::new();
    each(connection, clause, values, |record| {
        records.push(record);
        Ok(())
    })?;
    Ok(records)
}

/// A number for SQLite, whose integers are signed; past the end of what it can count stays there.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The record in `row`, sealed anew and compared with the hash that was stored.
fn record(row: &Row<'_>) -> Result<Record, Error> {
    let sequence = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
    let tampered = Error::Tampered {
        sequence: sequence.max(1),
    };
    let Ok((claimed_time, facts, previous, hash)) = columns(row) else {
        return Err(tampered);
    };
    let head = Head {
        sequence: sequence.saturating_sub(1),
        hash: previous,
    };
    match Record::seal(head, claimed_time, facts) {
        Ok(record) if record.sequence == sequence && record.hash == hash => Ok(record),
        _ => Err(tampered),
    }
}

/// Everything in `row` but its sequence, as it is.
fn columns(row: &Row<'_>) -> rusqlite::Result<(String, Facts, Digest, Digest)> {
    let digest = |column| row.get::<_, [u8; 32]>(column).map(Digest::from);
    let bytes = |column| {
        let value = row.get::<_, i64>(column)?;
        u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
    };
    let facts = Facts {
        original_sha256: digest(2)?,
        output_sha256: digest(3)?,
        pixels_sha256: row.get::<_, Option<[u8; 32]>>(4)?.map(Digest::from),
        original_bytes: bytes(5)?,
        output_bytes: bytes(6)?,
        width: row.get(7)?,
        height: row.get(8)?,
        container: row.get(9)?,
        app_version: row.get(10)?,
    };
    Ok((row.get(1)?, facts, digest(11)?, digest(12)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain;

    /// An empty ledger and one record that follows it.
    fn installed() -> (Connection, Record) {
        let mut connection = Connection::open_in_memory().unwrap();
        install(&mut connection).unwrap();
        let facts = Facts {
            original_sha256: Digest::of(b"before"),
            output_sha256: Digest::of(b"after"),
            pixels_sha256: Some(Digest::of(b"pixels")),
            original_bytes: signed(u64::MAX).unsigned_abs(),
            output_bytes: 0,
            width: u32::MAX,
            height: 0,
            container: "webp".to_owned(),
            app_version: "0.1.0-beta+7".to_owned(),
        };
        let time = "2026-01-31T09:30:00Z".to_owned();
        let record = Record::seal(Head::EMPTY, time, facts).unwrap();
        (connection, record)
    }

    #[test]
    fn what_is_inserted_is_what_is_read_and_moves_the_head() {
        let (connection, record) = installed();
        insert(&connection, &record).unwrap();
        let moved = Head::EMPTY.extend(&record).unwrap();
        assert_eq!(all(&connection, "", ()).unwrap(), [record]);
        assert_eq!(head(&connection).unwrap(), moved);
        assert_eq!(chain::verify(&connection, Head::EMPTY).unwrap(), moved);
        assert_eq!(chain::verify(&connection, moved).unwrap(), moved);
    }

    #[test]
    fn the_file_refuses_every_change_but_the_next_record() {
        let (connection, record) = installed();
        insert(&connection, &record).unwrap();
        for statement in [
            "UPDATE records SET width = 1",
            "DELETE FROM records",
            "UPDATE head SET sequence = 0",
            "UPDATE head SET sequence = 2",
            "UPDATE head SET one = 2",
            "DELETE FROM head",
            "INSERT INTO head (one, sequence, hash) VALUES (1, 0, x'00')",
            "REPLACE INTO head (one, sequence, hash) VALUES (1, 0, x'00')",
            "INSERT OR REPLACE INTO records SELECT * FROM records",
            "UPDATE OR REPLACE records SET sequence = 5",
        ] {
            let refused = connection.execute(statement, ()).unwrap_err();
            let code = refused.sqlite_error_code();
            assert_eq!(
                code,
                Some(rusqlite::ErrorCode::ConstraintViolation),
                "{statement}"
            );
        }
        assert!(insert(&connection, &record).is_err(), "the same again");
        assert_eq!(all(&connection, "", ()).unwrap(), [record]);
    }

    #[test]
    fn the_structure_is_stored_word_for_word() {
        let (connection, _) = installed();
        check_structure(&connection).unwrap();
        connection.execute_batch("CREATE TABLE more (x)").unwrap();
        assert!(matches!(check_structure(&connection), Err(Error::Altered)));
        connection
            .execute_batch("DROP TABLE more; DROP TRIGGER records_keep")
            .unwrap();
        assert!(matches!(check_structure(&connection), Err(Error::Altered)));
    }

    #[test]
    fn a_form_is_known_newer_or_never_was() {
        let (connection, _) = installed();
        recognise(&connection).unwrap();
        let with = |name, value: i32| {
            connection.pragma_update(None, name, value).unwrap();
            recognise(&connection).unwrap_err()
        };
        let newer = with("user_version", 2);
        assert!(matches!(newer, Error::NewerVersion { found: 2, known: 1 }));
        assert!(matches!(with("user_version", 0), Error::Corrupt));
        assert!(matches!(with("user_version", -1), Error::Corrupt));
        assert!(matches!(
            with("application_id", 0x436c_6f6c),
            Error::NotALedger
        ));
    }

    #[test]
    fn a_commit_reaches_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        std::fs::File::create(&path).unwrap();
        let mut connection = connect(&path, Duration::from_secs(1)).unwrap();
        install(&mut connection).unwrap();
        prefer_write_ahead_log(&connection);
        let pragma = |name| {
            connection
                .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
                .unwrap()
        };
        assert_eq!(pragma("journal_mode"), "wal".to_owned().into());
        assert_eq!(pragma("synchronous"), 3.into());
        assert_eq!(pragma("fullfsync"), 1.into());
        assert_eq!(pragma("checkpoint_fullfsync"), 1.into());
        assert_eq!(pragma("trusted_schema"), 0.into());
    }
}
