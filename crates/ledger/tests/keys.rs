//! The person's key: under a passphrase, on paper, replaced and revoked.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;

use common::{NOON, everything, facts, ledger_of, open};
use ledger::{Cost, Digest, Error, ExportFormat, Protection, Query, Reason, RecoveryCode};

const CHEAP: Cost = Cost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

#[test]
fn recording_needs_no_passphrase_and_reading_does() {
    let (_folder, path, records) = ledger_of(3);
    let ledger = open(&path).unwrap();
    assert_eq!(ledger.protection().unwrap(), Protection::None);
    ledger.set_passphrase(Some("correct horse"), CHEAP).unwrap();
    assert_eq!(ledger.protection().unwrap(), Protection::Unlocked);
    assert_eq!(everything(&ledger).len(), 3);

    let ledger = open(&path).unwrap();
    assert_eq!(ledger.protection().unwrap(), Protection::Locked);
    let new = ledger.append(&facts("while locked"), NOON).unwrap();
    assert_eq!(new.sequence, 4);
    let needs = |error| assert!(matches!(error, Error::NeedsPassphrase), "{error:?}");
    needs(ledger.list(&Query::default()).unwrap_err());
    needs(ledger.get(&records[0].id).unwrap_err());
    needs(ledger.find_digest(&Digest::ZERO).unwrap_err());
    needs(
        ledger
            .export(ExportFormat::Csv, &mut Vec::new())
            .unwrap_err(),
    );
    needs(ledger.recovery_code().unwrap_err());
    let total = Query {
        limit: 0,
        ..Query::default()
    };
    assert_eq!(ledger.list(&total).unwrap().total, 4);

    for wrong in ["", "correct hors", "Correct horse"] {
        let error = ledger.unlock(wrong).unwrap_err();
        assert!(matches!(error, Error::WrongPassphrase), "{error:?}");
    }
    ledger.unlock("correct horse").unwrap();
    let mut all = everything(&ledger);
    all.reverse();
    assert_eq!(all[..3], records);
    assert_eq!(all[3], new);
    ledger.lock();
    needs(ledger.list(&Query::default()).unwrap_err());

    // Without one again.
    ledger.unlock("correct horse").unwrap();
    ledger.set_passphrase(None, CHEAP).unwrap();
    assert_eq!(everything(&open(&path).unwrap()).len(), 4);
}

#[test]
fn nothing_of_a_record_or_the_key_is_in_the_file() {
    let (folder, path, _) = ledger_of(2);
    let ledger = open(&path).unwrap();
    let code = ledger.recovery_code().unwrap();
    ledger.set_passphrase(Some("p"), CHEAP).unwrap();
    let record = ledger.append(&facts("secret"), NOON).unwrap();
    let seed = seed_of(&code);
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for secret in [
            &seed[..],
            record.facts.original_sha256.as_bytes(),
            record.facts.original_sha256.to_string().as_bytes(),
            NOON.as_bytes(),
            b"4032",
        ] {
            let held = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!held, "{}", path.display());
        }
    }
}

/// The 32 bytes that a recovery code stands for.
fn seed_of(code: &RecoveryCode) -> Vec<u8> {
    const LETTERS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let text = code.text().replace(' ', "");
    let bits: String = text
        .chars()
        .map(|letter| format!("{:05b}", LETTERS.find(letter).unwrap()))
        .collect();
    (0..32)
        .map(|at| u8::from_str_radix(&bits[8 * at..8 * at + 8], 2).unwrap())
        .collect()
}

#[test]
fn a_recovery_code_opens_what_the_passphrase_protects() {
    let (_folder, path, records) = ledger_of(2);
    let ledger = open(&path).unwrap();
    ledger.set_passphrase(Some("forgotten"), CHEAP).unwrap();
    let text = ledger.recovery_code().unwrap().text().to_string();
    assert_eq!(text.split(' ').count(), 14);

    let ledger = open(&path).unwrap();
    let code: RecoveryCode = text
        .to_lowercase()
        .replace('0', "o")
        .replace(' ', "-")
        .parse()
        .unwrap();
    ledger.recover(&code).unwrap();
    ledger.set_passphrase(Some("remembered"), CHEAP).unwrap();
    let ledger = open(&path).unwrap();
    assert!(ledger.unlock("forgotten").is_err());
    ledger.unlock("remembered").unwrap();
    assert_eq!(everything(&ledger).last(), records.first());

    // A slip of the pen.
    for at in 0..text.len() {
        let mut wrong = text.clone().into_bytes();
        wrong[at] = if wrong[at] == b'7' { b'8' } else { b'7' };
        let wrong = String::from_utf8(wrong).unwrap();
        assert!(wrong.parse::<RecoveryCode>().is_err(), "letter {at}");
    }
    assert!("".parse::<RecoveryCode>().is_err());
    // Another's.
    let (_folder, path, _) = ledger_of(1);
    let error = open(&path).unwrap().recover(&code).unwrap_err();
    assert!(matches!(error, Error::WrongPassphrase));
}

#[test]
fn a_replaced_key_still_opens_what_was_sealed_to_it() {
    let (_folder, path, records) = ledger_of(2);
    let ledger = open(&path).unwrap();
    let other = open(&path).unwrap();
    let first = ledger.keys().unwrap()[0].signing;
    let second = ledger
        .rotate_key(Reason::Routine, Some("second"), CHEAP, NOON)
        .unwrap();
    let third = ledger
        .rotate_key(Reason::Stolen, Some("third"), CHEAP, NOON)
        .unwrap();
    ledger.revoke_key(2, Reason::Stolen, NOON).unwrap();
    let new = ledger.append(&facts("new"), NOON).unwrap();
    assert_eq!(new.sequence, 6, "three statements between");
    // A program that was open meanwhile seals to the key of now.
    let later = other.append(&facts("later"), NOON).unwrap();

    let ledger = open(&path).unwrap();
    assert!(ledger.unlock("second").is_err());
    ledger.unlock("third").unwrap();
    let mut all = everything(&ledger);
    all.reverse();
    assert_eq!(all, [&records[..], &[new, later]].concat());
    assert_eq!(ledger.list(&Query::default()).unwrap().total, 4);
    let keys = ledger.keys().unwrap();
    let signing: Vec<_> = keys.iter().map(|key| key.signing).collect();
    assert_eq!(signing, [first, second, third]);
    assert_eq!(keys[0].replaced, Some((Reason::Routine, NOON.to_owned())));
    assert_eq!(keys[1].revoked, Some((Reason::Stolen, NOON.to_owned())));
    assert_eq!(keys[2].replaced, None);
    let mut out = Vec::new();
    assert_eq!(ledger.export(ExportFormat::Json, &mut out).unwrap(), 4);
    serde_json::from_slice::<serde_json::Value>(&out).unwrap();
    assert!(matches!(
        ledger.revoke_key(3, Reason::Lost, NOON),
        Err(Error::NotFound)
    ));
}

#[test]
fn a_key_put_in_by_another_program_is_noticed() {
    for edit in [
        "UPDATE vault SET signing = zeroblob(32)",
        "UPDATE vault SET sealing = zeroblob(32)",
        "UPDATE vault SET first = zeroblob(32)",
        "UPDATE vault SET number = 2",
        "UPDATE vault SET seed = x'00'",
    ] {
        let (_folder, path, _) = ledger_of(1);
        common::meddle(&path, edit);
        let error = open(&path).unwrap_err();
        let expected = ["ledger_altered", "ledger_corrupt"];
        assert!(expected.contains(&error.code()), "{edit}: {error:?}");
    }
}
