//! Ledgers of the first form, written here as the first program wrote them, are carried over with what they had.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::path::Path;

use common::{NOON, everything, facts, open, place};
use ledger::{Digest, Error, ExportFormat, Facts, Query};
use rusqlite::Connection;

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

fn hash_of(sequence: usize, facts: &Facts, previous: &Digest) -> Digest {
    let pixels = facts
        .pixels_sha256
        .map_or_else(String::new, |digest| digest.to_string());
    let text = format!(
        "cloakroom-ledger-record-v1\nsequence={sequence}\nclaimed_time={NOON}\noriginal_sha256={}\noutput_sha256={}\npixels_sha256={pixels}\noriginal_bytes={}\noutput_bytes={}\nwidth={}\nheight={}\ncontainer={}\napp_version={}\nprevious={previous}\n",
        facts.original_sha256,
        facts.output_sha256,
        facts.original_bytes,
        facts.output_bytes,
        facts.width,
        facts.height,
        facts.container,
        facts.app_version,
    );
    Digest::of(text.as_bytes())
}

/// Writes a ledger of the first form; its hashes, oldest first.
fn write(path: &Path, photos: &[Facts]) -> Vec<Digest> {
    let connection = Connection::open(path).unwrap();
    connection
        .pragma_update(None, "application_id", 0x436c_6f6b)
        .unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    for statement in STRUCTURE {
        connection.execute(statement, ()).unwrap();
    }
    let zero = Digest::ZERO;
    connection
        .execute("INSERT INTO head VALUES (1, 0, ?1)", [zero.as_bytes()])
        .unwrap();
    let mut hashes = vec![zero];
    for (at, facts) in photos.iter().enumerate() {
        let previous = hashes[at];
        let hash = hash_of(at + 1, facts, &previous);
        connection
            .execute(
                "INSERT INTO records VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                (
                    at as i64 + 1,
                    NOON,
                    facts.original_sha256.as_bytes(),
                    facts.output_sha256.as_bytes(),
                    facts.pixels_sha256.as_ref().map(Digest::as_bytes),
                    facts.original_bytes as i64,
                    facts.output_bytes as i64,
                    facts.width,
                    facts.height,
                    &facts.container,
                    &facts.app_version,
                    previous.as_bytes(),
                    hash.as_bytes(),
                ),
            )
            .unwrap();
        hashes.push(hash);
    }
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .unwrap();
    hashes.split_off(1)
}

fn photos(count: usize) -> Vec<Facts> {
    let photo = |number: usize| Facts {
        pixels_sha256: number.is_multiple_of(2).then(|| Digest::of(b"pixels")),
        original_bytes: 1 << (number % 40),
        ..facts(&number.to_string())
    };
    (0..count).map(photo).collect()
}

#[test]
fn every_record_is_carried_over_with_what_it_had() {
    for count in [0, 1, 2, 57] {
        let (_folder, path) = place();
        let photos = photos(count);
        let hashes = write(&path, &photos);
        for _ in 0..2 {
            let ledger = open(&path).unwrap();
            let mut records = everything(&ledger);
            records.reverse();
            let facts: Vec<_> = records.iter().map(|record| record.facts.clone()).collect();
            assert_eq!(facts, photos);
            for (at, (record, hash)) in records.iter().zip(&hashes).enumerate() {
                assert_eq!(record.sequence, at as u64 + 1);
                assert_eq!(record.claimed_time, NOON);
                assert_eq!(record.id, format!("{hash:.16}"), "known as before");
                assert_eq!(ledger.get(&record.id).unwrap(), *record);
                assert_eq!(ledger.get(&record.hash.to_string()).unwrap(), *record);
                let found = ledger.find_digest(&record.facts.original_sha256).unwrap();
                assert_eq!(found, std::slice::from_ref(record));
            }
            let mut out = Vec::new();
            assert_eq!(
                ledger.export(ExportFormat::Csv, &mut out).unwrap(),
                count as u64
            );
        }
        let next = open(&path).unwrap().append(&facts("next"), NOON).unwrap();
        assert_eq!(next.sequence, count as u64 + 1);
    }
}

#[test]
fn nothing_stays_in_the_open() {
    let (folder, path) = place();
    let photos = photos(20);
    write(&path, &photos);
    let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    let digest = photos[3].original_sha256;
    assert!(holds(&fs::read(&path).unwrap(), digest.as_bytes()));
    drop(open(&path).unwrap());
    for entry in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!holds(&bytes, digest.as_bytes()));
        assert!(!holds(&bytes, NOON.as_bytes()));
    }
}

#[test]
fn a_ledger_that_is_not_as_it_was_left_stays_as_it_is() {
    for (meddle, expected) in [
        (
            "UPDATE records SET width = 1 WHERE sequence = 3",
            "ledger_tampered",
        ),
        ("DELETE FROM records WHERE sequence = 5", "ledger_truncated"),
        ("DELETE FROM records WHERE sequence = 2", "ledger_tampered"),
        ("UPDATE head SET hash = zeroblob(32)", "ledger_tampered"),
        ("CREATE TABLE more (x)", "ledger_altered"),
        ("DELETE FROM head", "ledger_corrupt"),
    ] {
        let (_folder, path) = place();
        write(&path, &photos(5));
        common::meddle(&path, meddle);
        let before = fs::read(&path).unwrap();
        let error = open(&path).unwrap_err();
        assert_eq!(error.code(), expected, "{meddle}: {error:?}");
        assert_eq!(fs::read(&path).unwrap(), before, "{meddle}");
    }
}

#[test]
fn two_programs_may_meet_an_old_ledger_at_once() {
    let (_folder, path) = place();
    write(&path, &photos(30));
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|number: usize| {
                let path = &path;
                scope.spawn(move || {
                    let ledger = open(path)?;
                    ledger.append(&facts(&format!("new {number}")), NOON)?;
                    Ok::<_, Error>(())
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    });
    let ledger = open(&path).unwrap();
    assert_eq!(ledger.list(&Query::default()).unwrap().total, 34);
}
