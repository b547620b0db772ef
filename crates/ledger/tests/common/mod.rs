//! What the ledger's integration tests share.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::{Path, PathBuf};

use ledger::{Digest, Facts, Ledger, Query, Record};
use rusqlite::Connection;
use tempfile::TempDir;

/// The time that every test claims.
pub(crate) const NOON: &str = "2026-01-31T12:00:00Z";

/// The operating system's randomness.
pub(crate) fn chance(bytes: &mut [u8]) -> std::io::Result<()> {
    getrandom::fill(bytes).map_err(std::io::Error::other)
}

/// The ledger at `path`, or why it does not open.
pub(crate) fn open(path: &Path) -> Result<Ledger, ledger::Error> {
    Ledger::open(path, chance)
}

/// Facts of a photo that is told from others by its name.
pub(crate) fn facts(name: &str) -> Facts {
    Facts {
        original_sha256: Digest::of(format!("{name}, original").as_bytes()),
        output_sha256: Digest::of(format!("{name}, output").as_bytes()),
        pixels_sha256: Some(Digest::of(format!("{name}, pixels").as_bytes())),
        original_bytes: 2_000_000,
        output_bytes: 1_990_000,
        width: 4032,
        height: 3024,
        container: "jpeg".to_owned(),
        app_version: "0.1.0".to_owned(),
    }
}

/// A folder of its own, and the path of a ledger in it that is not made yet.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    (folder, path)
}

/// A closed ledger of `count` records.
pub(crate) fn ledger_of(count: usize) -> (TempDir, PathBuf, Vec<Record>) {
    let (folder, path) = place();
    let ledger = open(&path).unwrap();
    let records = (0..count)
        .map(|number| ledger.append(&facts(&number.to_string()), NOON).unwrap())
        .collect();
    (folder, path, records)
}

/// Every record of `ledger`, newest first.
pub(crate) fn everything(ledger: &Ledger) -> Vec<Record> {
    let query = Query {
        limit: u64::MAX,
        ..Query::default()
    };
    ledger.list(&query).unwrap().records
}

/// Does to the file what another program could: runs `statements` with the triggers gone, and
/// puts the triggers back.
pub(crate) fn meddle(path: &Path, statements: &str) {
    let connection = Connection::open(path).unwrap();
    let triggers: Vec<(String, String)> = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
        .unwrap()
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (name, _) in &triggers {
        connection
            .execute_batch(&format!("DROP TRIGGER {name}"))
            .unwrap();
    }
    connection.execute_batch(statements).unwrap();
    for (_, sql) in &triggers {
        connection.execute_batch(sql).unwrap();
    }
}
