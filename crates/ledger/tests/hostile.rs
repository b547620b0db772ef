//! Ledgers that were edited, cut, swapped, or never were ledgers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::path::Path;

use common::{NOON, everything, facts, ledger_of, meddle, open, place};
use ledger::{Error, ExportFormat, Query};
use rusqlite::Connection;

/// Why the ledger at `path` does not open.
fn refusal(path: &Path) -> Error {
    match open(path) {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}

#[test]
fn an_edit_of_any_column_names_the_record() {
    for edit in [
        "kind = 'key'",
        "kind = 'other'",
        "kind = ''",
        "previous = zeroblob(32)",
        "previous = zeroblob(31)",
        "fields = zeroblob(32)",
        "fields = hash",
        "payload = zeroblob(length(payload))",
        "payload = CAST(payload || x'00' AS BLOB)",
        "payload = x''",
        "payload = (SELECT payload FROM records WHERE sequence = 2)",
        "hash = zeroblob(32)",
    ] {
        let (_folder, path, _) = ledger_of(5);
        meddle(
            &path,
            &format!("UPDATE records SET {edit} WHERE sequence = 3"),
        );
        let error = refusal(&path);
        assert!(
            matches!(error, Error::Tampered { sequence: 3 }),
            "{edit}: {error:?}"
        );
    }
}

/// Puts in the place of the third record one that is whole and follows the second, but that the
/// fourth does not follow.
fn swap_the_third_record(path: &Path, other: &Path) {
    meddle(
        path,
        &format!(
            "ATTACH '{}' AS other; DELETE FROM records WHERE sequence = 3;
             INSERT INTO records SELECT * FROM other.records WHERE sequence = 3",
            other.display()
        ),
    );
}

#[test]
fn a_record_of_another_ledger_does_not_fit() {
    let (folder, path, _) = ledger_of(2);
    let other = folder.path().join("other.sqlite");
    fs::copy(&path, &other).unwrap();
    let more = |path: &Path, names: &[&str]| {
        let ledger = open(path).unwrap();
        for name in names {
            ledger.append(&facts(name), NOON).unwrap();
        }
    };
    more(&path, &["3", "4", "5"]);
    more(&other, &["another photo"]);
    let ledger = open(&path).unwrap();
    swap_the_third_record(&path, &other);
    let tampered = |error| matches!(error, Error::Tampered { sequence: 4 });
    let exported = ledger.export(ExportFormat::Json, &mut Vec::new());
    assert!(tampered(exported.unwrap_err()));
    drop(ledger);
    assert!(tampered(refusal(&path)));
}

#[test]
fn a_record_removed_from_the_middle_is_missed() {
    let (_folder, path, _) = ledger_of(5);
    meddle(&path, "DELETE FROM records WHERE sequence = 3");
    assert!(matches!(refusal(&path), Error::Tampered { sequence: 3 }));
}

#[test]
fn two_records_that_change_places_are_noticed() {
    let (_folder, path, _) = ledger_of(5);
    meddle(
        &path,
        "UPDATE records SET sequence = 9 WHERE sequence = 2;
         UPDATE records SET sequence = 2 WHERE sequence = 3;
         UPDATE records SET sequence = 3 WHERE sequence = 9",
    );
    assert!(matches!(refusal(&path), Error::Tampered { sequence: 2 }));
}

#[test]
fn a_missing_tail_is_counted() {
    for (from, found) in [(5, 4), (2, 1), (1, 0)] {
        let (_folder, path, _) = ledger_of(5);
        meddle(
            &path,
            &format!("DELETE FROM records WHERE sequence >= {from}"),
        );
        match refusal(&path) {
            Error::Truncated {
                expected: 5,
                found: left,
            } => assert_eq!(left, found),
            error => panic!("{error:?}"),
        }
    }
}

#[test]
fn a_head_that_does_not_fit_is_noticed() {
    for (edit, expected) in [
        ("UPDATE head SET sequence = 3", "ledger_tampered"),
        ("UPDATE head SET sequence = 6", "ledger_truncated"),
        ("UPDATE head SET hash = zeroblob(32)", "ledger_tampered"),
        ("UPDATE head SET root = zeroblob(32)", "ledger_tampered"),
        ("UPDATE head SET sequence = -1", "ledger_corrupt"),
        ("DELETE FROM head", "ledger_corrupt"),
    ] {
        let (_folder, path, _) = ledger_of(5);
        meddle(&path, edit);
        assert_eq!(refusal(&path).code(), expected, "{edit}");
    }
}

#[test]
fn no_record_hides_before_the_first() {
    for sequence in [0, -7] {
        let (_folder, path, _) = ledger_of(2);
        meddle(
            &path,
            &format!(
                "CREATE TEMP TABLE copy AS SELECT * FROM records WHERE sequence = 1;
                 UPDATE copy SET sequence = {sequence};
                 INSERT INTO records SELECT * FROM copy"
            ),
        );
        assert!(matches!(refusal(&path), Error::Tampered { sequence: 1 }));
    }
}

#[test]
fn an_edit_while_the_ledger_is_open_is_noticed_in_use() {
    let (_folder, path, records) = ledger_of(3);
    let ledger = open(&path).unwrap();
    meddle(
        &path,
        "UPDATE records SET payload = zeroblob(200) WHERE sequence = 2",
    );
    let tampered = |error| matches!(error, Error::Tampered { sequence: 2 });
    assert!(tampered(ledger.list(&Query::default()).unwrap_err()));
    assert!(tampered(ledger.get(&records[1].id).unwrap_err()));
    let digest = records[1].facts.output_sha256;
    assert!(tampered(ledger.find_digest(&digest).unwrap_err()));
    let mut out = Vec::new();
    assert!(tampered(
        ledger.export(ExportFormat::Csv, &mut out).unwrap_err()
    ));
    assert_eq!(ledger.get(&records[0].id).unwrap(), records[0]);
}

#[test]
fn a_tail_removed_while_the_ledger_is_open_stops_the_next_append() {
    let (_folder, path, _) = ledger_of(3);
    let ledger = open(&path).unwrap();
    // Records and head go back together: on its own, the file is now a ledger of two.
    meddle(
        &path,
        "DELETE FROM records WHERE sequence = 3;
         UPDATE head SET sequence = 2, hash = (SELECT hash FROM records WHERE sequence = 2)",
    );
    let error = ledger.append(&facts("more"), NOON).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Truncated {
                expected: 3,
                found: 2
            }
        ),
        "{error:?}"
    );
}

#[test]
fn rules_that_were_dropped_or_added_are_noticed() {
    for statement in [
        "DROP TRIGGER records_keep",
        "DROP TRIGGER head_follows",
        "CREATE TRIGGER more AFTER INSERT ON records BEGIN SELECT 1; END",
        "CREATE INDEX more ON records (hash)",
        "CREATE TABLE notes (text)",
        "CREATE VIEW view_of_all AS SELECT * FROM records",
    ] {
        let (_folder, path, _) = ledger_of(2);
        Connection::open(&path)
            .unwrap()
            .execute_batch(statement)
            .unwrap();
        assert!(matches!(refusal(&path), Error::Altered), "{statement}");
    }
}

#[test]
fn a_missing_table_is_a_changed_structure() {
    for statement in ["DROP TABLE head", "DROP TABLE records"] {
        let (_folder, path, _) = ledger_of(2);
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("DROP TRIGGER records_stay; DROP TRIGGER head_stays")
            .unwrap();
        connection.execute_batch(statement).unwrap();
        drop(connection);
        assert!(matches!(refusal(&path), Error::Altered), "{statement}");
    }
}

#[test]
fn a_newer_ledger_is_left_alone() {
    let (_folder, path, _) = ledger_of(2);
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 3)
        .unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(
        refusal(&path),
        Error::NewerVersion { found: 3, known: 2 }
    ));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn another_programs_database_is_left_alone() {
    let (_folder, path) = place();
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch("PRAGMA application_id = 7; CREATE TABLE bookmarks (address)")
        .unwrap();
    drop(connection);
    let before = fs::read(&path).unwrap();
    assert!(matches!(refusal(&path), Error::NotALedger));
    assert_eq!(fs::read(&path).unwrap(), before);

    let (_folder, path, _) = ledger_of(1);
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "application_id", 0)
        .unwrap();
    assert!(matches!(refusal(&path), Error::NotALedger));
}

#[test]
fn what_is_no_database_is_left_alone() {
    for bytes in [
        b"x".to_vec(),
        b"My dear diary".to_vec(),
        b"SQLite format 3\0".to_vec(),
        vec![0; 5_000],
        vec![0xff; 100_000],
        include_bytes!("hostile.rs").to_vec(),
    ] {
        let (_folder, path) = place();
        fs::write(&path, &bytes).unwrap();
        let error = refusal(&path);
        assert!(matches!(error, Error::NotALedger), "{error:?}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn what_is_no_file_is_left_alone() {
    let (_folder, path) = place();
    fs::create_dir(&path).unwrap();
    assert!(matches!(refusal(&path), Error::NotALedger));

    // A folder on the way that is a file.
    let (folder, _) = place();
    fs::write(folder.path().join("file"), "text").unwrap();
    let error = refusal(&folder.path().join("file/ledger.sqlite"));
    assert!(matches!(error, Error::Io(_)), "{error:?}");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let (_folder, path) = place();
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(
        made.is_ok_and(|status| status.success()),
        "mkfifo is part of POSIX"
    );
    assert!(matches!(refusal(&path), Error::NotALedger));
}

#[test]
fn a_file_cut_at_any_page_or_byte_is_refused() {
    let (folder, path, _) = ledger_of(60);
    let whole = fs::read(&path).unwrap();
    assert!(whole.len() > 4 * 4096, "several pages, all of them needed");
    let cuts = (1..whole.len()).filter(|cut| {
        let from_page = cut % 4096;
        *cut < 120 || from_page < 2 || from_page == 4095 || cut % 509 == 0
    });
    for cut in cuts {
        // A name of its own for each, as SQLite would otherwise meet the files of the one before.
        let path = folder.path().join(format!("cut-{cut}.sqlite"));
        fs::write(&path, &whole[..cut]).unwrap();
        let error = refusal(&path);
        let expected = ["ledger_not_a_ledger", "ledger_corrupt", "ledger_tampered"];
        assert!(expected.contains(&error.code()), "cut at {cut}: {error:?}");
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_flipped_bit_does_no_harm_and_never_changes_what_is_read() {
    let (folder, path, mut records) = ledger_of(12);
    records.reverse();
    let whole = fs::read(&path).unwrap();
    let mut refused = 0;
    for at in (0..whole.len()).step_by(37) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        let path = folder.path().join(format!("bit-{at}.sqlite"));
        fs::write(&path, &bytes).unwrap();
        match open(&path) {
            // The bit was in bytes that say nothing, such as a free part of a page.
            Ok(ledger) => assert_eq!(everything(&ledger), records, "bit in byte {at}"),
            Err(Error::NewerVersion { .. }) | Err(Error::Sqlite { .. }) => refused += 1,
            Err(error) => {
                let expected = [
                    "ledger_altered",
                    "ledger_corrupt",
                    "ledger_not_a_ledger",
                    "ledger_tampered",
                    "ledger_truncated",
                ];
                assert!(
                    expected.contains(&error.code()),
                    "bit in byte {at}: {error:?}"
                );
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
}

#[test]
fn a_ledger_that_is_moved_away_while_open_is_not_written_in_silence() {
    let (folder, path, _) = ledger_of(1);
    let ledger = open(&path).unwrap();
    let moved = fs::rename(&path, folder.path().join("elsewhere.sqlite"));
    if moved.is_err() && cfg!(windows) {
        return; // Windows does not move an open database.
    }
    let error = ledger.append(&facts("more"), NOON).unwrap_err();
    assert!(
        matches!(error, Error::Moved | Error::Unwritable),
        "{error:?}"
    );
}
