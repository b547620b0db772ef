//! Backups: made, restored beside, compared; older ones noticed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;

use common::{NOON, chance, everything, facts, ledger_of, open};
use ledger::{Cost, Error, HashFormat, HashKind, Standing, restore};

const CHEAP: Cost = Cost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

#[test]
fn what_is_restored_is_what_was_backed_up() {
    let (folder, path, _) = ledger_of(5);
    let ledger = open(&path).unwrap();
    ledger
        .append(&facts("in the log, not in the file yet"), NOON)
        .unwrap();
    let backup = ledger.backup("correct horse", CHEAP).unwrap();
    let to = folder.path().join("restored.sqlite");
    let restored = restore(&backup, "correct horse", &to, chance).unwrap();
    assert_eq!(everything(&restored), everything(&ledger));
    assert_eq!(
        ledger.compare_with(&restored).unwrap(),
        Standing::Holds { more: 0 }
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&to).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let again = restore(&backup, "correct horse", &to, chance);
    assert!(again.is_err(), "never over what is there");
    assert_eq!(everything(&restored).len(), 6);
}

#[test]
fn an_older_backup_is_noticed() {
    let (folder, path, _) = ledger_of(3);
    let ledger = open(&path).unwrap();
    let backup = ledger.backup("p", CHEAP).unwrap();
    ledger.append(&facts("since"), NOON).unwrap();
    let signed = ledger.sign_checkpoint(NOON).unwrap();
    let to = folder.path().join("restored.sqlite");
    let restored = restore(&backup, "p", &to, chance).unwrap();
    assert_eq!(
        ledger.compare_with(&restored).unwrap(),
        Standing::Holds { more: 1 }
    );
    assert_eq!(
        restored.compare_with(&ledger).unwrap(),
        Standing::Older { missing: 1 }
    );
    // On paper, and in what was anchored.
    let now = &signed.checkpoint;
    let told = restored.compare_root(now.size, &now.root).unwrap();
    assert_eq!(told, Standing::Older { missing: 1 });
    assert_eq!(
        restored.compare(now).unwrap(),
        Standing::Older { missing: 1 }
    );
    // Gone on from there, it is another ledger than the one that was signed.
    restored.append(&facts("something else"), NOON).unwrap();
    assert_eq!(restored.compare(now).unwrap(), Standing::Forked);
    assert_eq!(restored.compare_with(&ledger).unwrap(), Standing::Forked);
    let (_folder, path, _) = ledger_of(1);
    let other = open(&path).unwrap();
    assert_eq!(other.compare(now).unwrap(), Standing::Another);
    assert_eq!(other.compare_with(&ledger).unwrap(), Standing::Another);
}

#[test]
fn a_backup_opens_whole_and_with_its_passphrase_or_not_at_all() {
    let (folder, path, _) = ledger_of(2);
    let backup = open(&path).unwrap().backup("p", CHEAP).unwrap();
    let to = folder.path().join("restored.sqlite");
    let refused = |bytes: &[u8], passphrase: &str| {
        let error = restore(bytes, passphrase, &to, chance).unwrap_err();
        assert!(!to.exists());
        error
    };
    assert!(matches!(refused(&backup, "q"), Error::WrongPassphrase));
    assert!(matches!(refused(b"", "p"), Error::NotABackup));
    assert!(matches!(
        refused(b"SQLite format 3\0", "p"),
        Error::NotABackup
    ));
    for at in (0..backup.len()).step_by(61) {
        let error = refused(&backup[..at], "p");
        let expected = [
            "ledger_not_a_backup",
            "ledger_passphrase_wrong",
            "ledger_corrupt",
        ];
        assert!(expected.contains(&error.code()), "cut at {at}: {error:?}");
        let mut wrong = backup.clone();
        wrong[at] ^= 0x40;
        let error = refused(&wrong, "p");
        assert!(expected.contains(&error.code()), "byte {at}: {error:?}");
    }
    let nothing_plain = |text: &[u8]| !backup.windows(text.len()).any(|window| window == text);
    assert!(nothing_plain(b"CREATE TABLE") && nothing_plain(b"SQLite"));
    assert!(open(&path).unwrap().backup("", CHEAP).is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn hashes_go_out_in_the_forms_that_lists_take() {
    let (_folder, path, records) = ledger_of(2);
    let ledger = open(&path).unwrap();
    let list = |format| {
        let mut out = Vec::new();
        let kinds = [HashKind::Pdq, HashKind::Sha256, HashKind::Md5];
        let count = ledger
            .export_hashes(&[records[1].id.clone()], &kinds, format, &mut out)
            .unwrap();
        assert_eq!(count, 2, "no PDQ and no MD5 was recorded");
        String::from_utf8(out).unwrap()
    };
    let (id, facts) = (&records[1].id, &records[1].facts);
    assert_eq!(
        list(HashFormat::Lines),
        format!(
            "sha256 {}\nsha256 {}\n",
            facts.original_sha256, facts.output_sha256
        )
    );
    assert_eq!(
        list(HashFormat::Csv),
        format!(
            "record,file,kind,hash\r\n{id},original,sha256,{}\r\n{id},clean copy,sha256,{}\r\n",
            facts.original_sha256, facts.output_sha256
        )
    );
    let json: serde_json::Value = serde_json::from_str(&list(HashFormat::Json)).unwrap();
    assert_eq!(json[1]["file"], "clean copy");
}
