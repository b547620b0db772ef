//! Local features, sealed beside their records.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::{NOON, facts, open, place};
use ledger::{Cost, Digest, Error, Extras, Ledger, Record};
use rusqlite::Connection;

fn with_features(ledger: &Ledger, name: &str) -> (Record, Vec<u8>) {
    let features = name.repeat(1000).into_bytes();
    let mut extras = Extras::default();
    extras.features = Some(features.clone());
    let record = ledger.append_with(&facts(name), &extras, NOON).unwrap();
    (record, features)
}

fn all(ledger: &Ledger) -> Result<Vec<(Record, Vec<u8>)>, Error> {
    let mut all = Vec::new();
    ledger.each_features(|record, features| all.push((record, features)))?;
    Ok(all)
}

#[test]
fn features_come_back_with_their_records() {
    let (_folder, path) = place();
    let ledger = open(&path).unwrap();
    let first = with_features(&ledger, "beach");
    let none = ledger.append(&facts("no features"), NOON).unwrap();
    let second = with_features(&ledger, "party");
    assert_eq!(first.0.extras.features_sha256, Some(Digest::of(&first.1)));
    assert_eq!(all(&ledger).unwrap(), [first.clone(), second]);
    assert_eq!(ledger.features_of(&first.0).unwrap(), Some(first.1.clone()));
    assert_eq!(ledger.features_of(&none).unwrap(), None);
    assert_eq!(ledger.count_without_features().unwrap(), 1);
    assert_eq!(ledger.get(&first.0.id).unwrap(), first.0);

    drop(ledger);
    let ledger = open(&path).unwrap();
    assert_eq!(ledger.features_of(&first.0).unwrap(), Some(first.1));
}

#[test]
fn very_many_come_back_in_their_order() {
    let (_folder, path) = place();
    let ledger = open(&path).unwrap();
    let made: Vec<_> = (0..1100)
        .map(|number| with_features(&ledger, &number.to_string()))
        .collect();
    assert!(all(&ledger).unwrap() == made);

    drop(ledger);
    // Two that were exchanged are told, wherever they stand.
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "CREATE TEMP TABLE taken AS SELECT * FROM features;
            DELETE FROM features;
            INSERT INTO features
            SELECT CASE sequence WHEN 1024 THEN 1025 WHEN 1025 THEN 1024 ELSE sequence END, sealed FROM taken;",
        )
        .unwrap();
    drop(connection);
    let ledger = open(&path).unwrap();
    assert!(matches!(
        all(&ledger),
        Err(Error::Tampered { sequence: 1024 })
    ));
}

#[test]
fn features_are_sealed_and_need_the_passphrase() {
    let (_folder, path) = place();
    let ledger = open(&path).unwrap();
    let (record, features) = with_features(&ledger, "secret");
    let cheap = Cost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };
    ledger.set_passphrase(Some("correct horse"), cheap).unwrap();
    drop(ledger);
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(12).any(|part| part == &features[..12]));
    }
    let ledger = open(&path).unwrap();
    assert!(matches!(all(&ledger), Err(Error::NeedsPassphrase)));
    assert!(matches!(
        ledger.features_of(&record),
        Err(Error::NeedsPassphrase)
    ));
    // Recording never asks.
    with_features(&ledger, "while locked");
    ledger.unlock("correct horse").unwrap();
    assert_eq!(all(&ledger).unwrap().len(), 2);
}

#[test]
fn features_of_another_record_are_told() {
    let (_folder, path) = place();
    let ledger = open(&path).unwrap();
    let (first, _) = with_features(&ledger, "beach");
    let (second, _) = with_features(&ledger, "party");
    drop(ledger);
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch("UPDATE features SET sealed = zeroblob(9) WHERE sequence = 1")
        .unwrap_err();
    connection
        .execute_batch(
            "CREATE TEMP TABLE taken AS SELECT 3 - sequence AS sequence, sealed FROM features;
            DELETE FROM features;
            INSERT INTO features SELECT * FROM taken;",
        )
        .unwrap();
    drop(connection);
    let ledger = open(&path).unwrap();
    for record in [&first, &second] {
        let told = ledger.features_of(record).unwrap_err();
        assert!(matches!(told, Error::Tampered { .. }), "{told:?}");
    }
    assert!(matches!(all(&ledger), Err(Error::Tampered { sequence: 1 })));
}

#[test]
fn features_that_are_too_large_are_refused() {
    let (_folder, path) = place();
    let ledger = open(&path).unwrap();
    let mut extras = Extras::default();
    extras.features = Some(vec![0; 70_000]);
    let refused = ledger
        .append_with(&facts("huge"), &extras, NOON)
        .unwrap_err();
    assert!(matches!(refused, Error::InvalidFact { field: "features" }));
}
