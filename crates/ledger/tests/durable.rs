//! A crash at any instant, and who may read and write the file.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;

use common::{NOON, everything, facts, ledger_of, open, place};
use ledger::Query;

#[test]
fn records_outlive_the_program() {
    let (_folder, path, mut records) = ledger_of(3);
    records.reverse();
    for _ in 0..2 {
        assert_eq!(everything(&open(&path).unwrap()), records);
    }
}

/// A clock is only a claim: records keep the order in which they were made, whatever it says.
#[test]
fn a_clock_that_was_set_back_changes_no_order_and_loses_nothing() {
    let (_folder, path) = place();
    let times = [NOON, "1999-12-31T23:59:59Z", "2030-01-01T00:00:00Z", NOON];
    let ledger = open(&path).unwrap();
    for (number, time) in times.into_iter().enumerate() {
        ledger.append(&facts(&number.to_string()), time).unwrap();
        ledger.sign_checkpoint(time).unwrap();
    }
    drop(ledger);
    let ledger = open(&path).unwrap();
    let mut claimed: Vec<_> = everything(&ledger)
        .into_iter()
        .map(|record| record.claimed_time)
        .collect();
    claimed.reverse();
    assert_eq!(claimed, times);
    assert_eq!(ledger.check_all().unwrap().checkpoints, 4);
}

#[test]
fn the_folders_of_a_new_ledger_are_made() {
    let (folder, _) = place();
    let path = folder.path().join("one/two/ledger.sqlite");
    assert!(open(&path).is_ok());
    assert!(path.is_file());
}

#[cfg(target_os = "linux")]
#[test]
fn any_name_of_a_file_will_do() {
    use std::os::unix::ffi::OsStrExt;

    let (folder, _) = place();
    for name in [
        &b"\xff\xfe.sqlite"[..],
        b"file:x?mode=memory",
        b":memory:",
        b"a b'c\"d",
    ] {
        let path = folder.path().join(std::ffi::OsStr::from_bytes(name));
        open(&path).unwrap().append(&facts("a"), NOON).unwrap();
        assert!(path.is_file());
        assert_eq!(
            open(&path).unwrap().list(&Query::default()).unwrap().total,
            1
        );
    }
}

/// Power that fails while the write-ahead log is written leaves a part of it.
#[test]
fn a_log_cut_at_any_byte_leaves_whole_records_from_the_first() {
    const COUNT: usize = 4;
    let (folder, path, _) = ledger_of(2);
    let ledger = open(&path).unwrap();
    for number in 0..COUNT {
        ledger
            .append(&facts(&format!("in the log {number}")), NOON)
            .unwrap();
    }
    let mut records = everything(&ledger);
    records.reverse();
    // As the disk is while the program runs: a crash without any closing.
    let main = fs::read(&path).unwrap();
    let log = fs::read(folder.path().join("ledger.sqlite-wal")).unwrap();
    assert!(log.len() > COUNT * 4096);

    let mut counts = Vec::new();
    let cuts = (0..log.len()).step_by(251).chain([log.len()]);
    for cut in cuts {
        let (_folder, path) = place();
        fs::write(&path, &main).unwrap();
        fs::write(path.with_file_name("ledger.sqlite-wal"), &log[..cut]).unwrap();
        let ledger = open(&path).unwrap();
        let mut left = everything(&ledger);
        left.reverse();
        assert_eq!(left, records[..left.len()], "cut at {cut}");
        counts.push(left.len());
        let next = ledger.append(&facts("after the crash"), NOON).unwrap();
        assert_eq!(next.sequence, left.len() as u64 + 1);
    }
    assert!(counts.is_sorted());
    counts.dedup();
    assert_eq!(counts, [2, 3, 4, 5, 6]);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use ledger::Error;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn only_the_owner_reads_the_ledger() {
        let (folder, _) = place();
        let path = folder.path().join("home/ledger.sqlite");
        let ledger = open(&path).unwrap();
        ledger.append(&facts("a"), NOON).unwrap();
        assert_eq!(mode(&folder.path().join("home")), 0o700);
        for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
            assert_eq!(mode(&path.with_file_name(name)), 0o600, "{name}");
        }
    }

    #[test]
    fn a_ledger_that_others_could_read_becomes_private() {
        let (_folder, path, _) = ledger_of(1);
        let held = open(&path).unwrap();
        held.append(&facts("a"), NOON).unwrap();
        let files = ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"];
        for name in files {
            set_mode(&path.with_file_name(name), 0o644);
        }
        let _ledger = open(&path).unwrap();
        for name in files {
            assert_eq!(mode(&path.with_file_name(name)), 0o600, "{name}");
        }
    }

    #[test]
    fn another_programs_file_keeps_its_permissions() {
        let (_folder, path) = place();
        fs::write(&path, "not a ledger").unwrap();
        set_mode(&path, 0o644);
        assert!(open(&path).is_err());
        assert_eq!(mode(&path), 0o644);
    }

    #[test]
    fn a_read_only_folder_is_told_from_a_broken_ledger() {
        let (folder, path, records) = ledger_of(1);
        set_mode(folder.path(), 0o555);
        // Root writes everywhere, so root is asked about a folder where nobody can.
        let root = fs::write(folder.path().join("probe"), "").is_ok();
        let errors: Vec<Error> = if root {
            let linux = cfg!(target_os = "linux");
            let unwritable = Path::new(if linux {
                "/sys/a.sqlite"
            } else {
                "/System/a.sqlite"
            });
            [open(unwritable).unwrap_err()].into()
        } else {
            let absent = folder.path().join("new.sqlite");
            [open(&path).unwrap_err(), open(&absent).unwrap_err()].into()
        };
        set_mode(folder.path(), 0o755);
        for error in errors {
            assert!(matches!(error, Error::Unwritable), "{error:?}");
        }
        assert_eq!(everything(&open(&path).unwrap()), records);
    }
}
