use super::*;

fn chance(bytes: &mut [u8]) -> std::io::Result<()> {
    getrandom::fill(bytes).map_err(std::io::Error::other)
}

fn facts(name: &str) -> Facts {
    Facts {
        original_sha256: Digest::of(name.as_bytes()),
        output_sha256: Digest::of(name.as_bytes()),
        pixels_sha256: None,
        original_bytes: 2,
        output_bytes: 1,
        width: 4,
        height: 3,
        container: "png".to_owned(),
        app_version: "0.1.0".to_owned(),
    }
}

const NOON: &str = "2026-01-31T12:00:00Z";

#[test]
fn a_ledger_may_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Ledger>();
}

#[test]
fn the_program_waits_five_seconds_for_another() {
    assert_eq!(PATIENCE, Duration::from_secs(5));
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.sqlite"), chance).unwrap();
    let wait = ledger
        .state()
        .connection
        .pragma_query_value(None, "busy_timeout", |row| row.get::<_, i64>(0));
    assert_eq!(wait, Ok(5_000));
}

#[test]
fn a_held_ledger_is_locked_and_then_free_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = Ledger::open_within(&path, Duration::from_millis(20), chance).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(
        ledger.append(&facts("a"), NOON),
        Err(Error::Locked)
    ));
    // Reading goes on while another writes.
    assert_eq!(ledger.list(&Query::default()).unwrap().total, 0);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(ledger.append(&facts("a"), NOON).unwrap().sequence, 1);
}

#[test]
fn a_ledger_that_another_keeps_for_itself_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    drop(Ledger::open(&path, chance).unwrap());
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT")
        .unwrap();
    let opened = Ledger::open_within(&path, Duration::from_millis(20), chance);
    assert!(matches!(opened, Err(Error::Locked)), "{opened:?}");
}

#[test]
fn a_ledger_that_cannot_have_a_write_ahead_log_works_without() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    drop(Ledger::open(&path, chance).unwrap());
    // Whoever reads keeps the mode of the file from changing.
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch("PRAGMA journal_mode = DELETE; BEGIN; SELECT * FROM head")
        .unwrap();
    let ledger = Ledger::open_within(&path, Duration::from_millis(20), chance).unwrap();
    assert!(matches!(
        ledger.append(&facts("a"), NOON),
        Err(Error::Locked)
    ));
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(ledger.append(&facts("a"), NOON).unwrap().sequence, 1);
    let mode = ledger
        .state()
        .connection
        .pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
    assert_eq!(mode.as_deref(), Ok("delete"));
}

#[test]
fn an_empty_file_is_not_taken_for_a_new_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    std::fs::File::create(&path).unwrap();
    let opened = Ledger::open_within(&path, Duration::from_millis(20), chance);
    assert!(matches!(opened, Err(Error::Emptied)), "{opened:?}");
    std::fs::remove_file(&path).unwrap();
    assert!(Ledger::open(&path, chance).is_ok());
}

#[test]
fn a_full_disk_leaves_whole_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = Ledger::open(&path, chance).unwrap();
    // SQLite answers a full disk and a full page count alike, with SQLITE_FULL.
    ledger
        .state()
        .connection
        .pragma_update(None, "max_page_count", 10)
        .unwrap();
    let mut count = 0;
    let error = loop {
        match ledger.append(&facts(&count.to_string()), NOON) {
            Ok(_) => count += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::DiskFull), "{error:?}");
    assert!(count > 0);
    assert_eq!(ledger.list(&Query::default()).unwrap().total, count);
    drop(ledger);
    let ledger = Ledger::open(&path, chance).unwrap();
    assert_eq!(
        ledger.append(&facts("more"), NOON).unwrap().sequence,
        count + 1
    );
}

#[test]
fn a_panic_in_one_thread_does_not_cost_the_others_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.sqlite"), chance).unwrap();
    std::thread::scope(|scope| {
        let panicking = scope.spawn(|| {
            let _open = ledger.state();
            panic!("on purpose");
        });
        assert!(panicking.join().is_err());
    });
    assert_eq!(ledger.append(&facts("a"), NOON).unwrap().sequence, 1);
}
