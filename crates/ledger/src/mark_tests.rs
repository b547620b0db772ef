use super::*;
use crate::{Error, Facts, Ledger, Query, Reason};

const NOON: &str = "2026-01-31T12:00:00Z";

fn chance(bytes: &mut [u8]) -> std::io::Result<()> {
    getrandom::fill(bytes).map_err(std::io::Error::other)
}

fn facts(name: &str) -> Facts {
    Facts {
        original_sha256: Digest::of(name.as_bytes()),
        output_sha256: Digest::of(b"output"),
        pixels_sha256: None,
        original_bytes: 2,
        output_bytes: 1,
        width: 4,
        height: 3,
        container: "jpeg".to_owned(),
        app_version: "0.1.0".to_owned(),
    }
}

/// A closed ledger of five entries, one of them about a key, with a mark.
fn marked() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = Ledger::open(&path, chance).unwrap();
    for name in ["a", "b", "c"] {
        ledger.append(&facts(name), NOON).unwrap();
    }
    ledger
        .rotate_key(Reason::Routine, None, crate::Cost::default(), NOON)
        .unwrap();
    ledger.append(&facts("d"), NOON).unwrap();
    ledger.sign_checkpoint(NOON).unwrap();
    close(ledger);
    assert!(place(&path).exists());
    (folder, path)
}

/// Closes a ledger as if it were large.
fn close(ledger: Ledger) {
    keep(&mut ledger.state(), 1);
}

/// What a mark tells of the ledger at `path` now.
fn told(path: &Path) -> Option<Log> {
    let connection = store::connect(path, Duration::ZERO).unwrap();
    let vault = crate::Vault::read(&connection).unwrap();
    let log = crate::marked(path, &connection, &vault);
    drop(connection);
    log
}

#[test]
fn a_mark_tells_what_walking_tells() {
    let (_folder, path) = marked();
    let log = told(&path).unwrap();
    let ledger = Ledger::open(&path, chance).unwrap();
    {
        let open = ledger.state();
        assert_eq!(
            (log.size(), log.last, &log.history),
            (5, open.log.last, &open.log.history)
        );
        assert_eq!(log.tree.root(), open.log.tree.root());
    }
    let checked = ledger.check_all().unwrap();
    assert_eq!(
        (checked.entries, checked.checkpoints, checked.records_read),
        (5, 1, 4)
    );
    // Reading changes nothing, so the same mark serves again; a record more makes another.
    close(ledger);
    assert!(told(&path).is_some());
    let ledger = Ledger::open(&path, chance).unwrap();
    ledger.append(&facts("e"), NOON).unwrap();
    close(ledger);
    assert_eq!(told(&path).unwrap().size(), 6);
}

#[test]
fn any_write_to_the_file_is_walked_after() {
    let statements = [
        "UPDATE records SET payload = zeroblob(300) WHERE sequence = 2",
        "UPDATE records SET hash = zeroblob(32) WHERE sequence = 2",
        "DELETE FROM records WHERE sequence = 5",
        "PRAGMA user_version = 2",
    ];
    for (at, statement) in statements.into_iter().enumerate() {
        let (_folder, path) = marked();
        let connection = Connection::open(&path).unwrap();
        let triggers: Vec<String> = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
            .unwrap()
            .query_map((), |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        for sql in &triggers {
            let name = sql.split(' ').nth(2).unwrap();
            connection
                .execute_batch(&format!("DROP TRIGGER {name}"))
                .unwrap();
        }
        connection.execute_batch(statement).unwrap();
        connection.execute_batch(&triggers.join(";")).unwrap();
        drop(connection);
        assert!(told(&path).is_none(), "{statement}");
        let opened = Ledger::open(&path, chance);
        assert_eq!(opened.is_ok(), at == 3, "{statement}: {opened:?}");
    }
}

#[test]
fn times_that_were_set_back_hide_no_write() {
    let (_folder, path) = marked();
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.len() - 100;
    bytes[at] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_modified(before).unwrap();
    drop(file);
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
    assert!(told(&path).is_none());
}

#[test]
fn a_copy_and_a_log_that_waits_are_walked() {
    let (folder, path) = marked();
    let copy = folder.path().join("copy.sqlite");
    fs::copy(&path, &copy).unwrap();
    fs::copy(place(&path), place(&copy)).unwrap();
    assert!(told(&copy).is_none());

    let ledger = Ledger::open(&path, chance).unwrap();
    ledger.append(&facts("e"), NOON).unwrap();
    assert!(told(&path).is_none());
}

#[test]
fn a_mark_changed_or_cut_anywhere_is_not_used() {
    let (_folder, path) = marked();
    let mark = fs::read(place(&path)).unwrap();
    for at in 0..mark.len() {
        let mut wrong = mark.clone();
        wrong[at] ^= 1 << (at % 8);
        fs::write(place(&path), &wrong).unwrap();
        assert!(told(&path).is_none(), "byte {at}");
        fs::write(place(&path), &mark[..at]).unwrap();
        assert!(told(&path).is_none(), "cut at {at}");
    }
    fs::write(place(&path), &mark).unwrap();
    assert!(told(&path).is_some());
}

/// Somebody who can write any mark: what it says of the entries must still give the root of the head.
#[test]
fn a_forged_mark_of_other_entries_is_not_used() {
    let (_folder, path) = marked();
    let mut log = told(&path).unwrap();
    let stamp = stamp(&path).unwrap();
    let hash = log.tree.leaf(4).unwrap();
    for wrong in [vec![], vec![hash], vec![hash, hash]] {
        log.tree.truncate(4);
        wrong.into_iter().for_each(|hash| log.tree.push(hash));
        let fits = log.size() == 5;
        fs::write(place(&path), text(&stamp, &log).unwrap()).unwrap();
        assert_eq!(told(&path).is_some(), fits || log.size() == 4);
    }
    log.tree.truncate(1);
    log.tree.push(hash);
    fs::write(place(&path), text(&stamp, &log).unwrap()).unwrap();
    assert!(told(&path).is_none());
    assert!(Ledger::open(&path, chance).is_ok());
}

/// What a mark cannot see, for somebody who forges a file and its mark together: a record in the middle that is not what
/// its leaf says. It is told when the record is read, and by a full check.
#[test]
fn a_record_that_a_forged_mark_hides_is_told_when_it_is_read() {
    let (_folder, path) = marked();
    let log = told(&path).unwrap();
    let connection = Connection::open(&path).unwrap();
    let trigger: String = connection
        .query_row(
            "SELECT sql FROM sqlite_schema WHERE name = 'records_keep'",
            (),
            |row| row.get(0),
        )
        .unwrap();
    connection
        .execute_batch(&format!(
            "DROP TRIGGER records_keep; UPDATE records SET payload = zeroblob(300) WHERE sequence = 2; {trigger}"
        ))
        .unwrap();
    drop(connection);
    fs::write(place(&path), text(&stamp(&path).unwrap(), &log).unwrap()).unwrap();

    // The trigger stands at another place of the schema now, which is told by itself; a check of that is not the point here.
    let connection = store::connect(&path, Duration::ZERO).unwrap();
    let vault = crate::Vault::read(&connection).unwrap();
    assert!(crate::marked(&path, &connection, &vault).is_some());
    let read = Open::entry(&connection, 2).map(drop);
    assert!(matches!(read, Err(Error::Tampered { sequence: 2 })));
    assert!(matches!(
        crate::walked(&connection, &vault),
        Err(Error::Tampered { sequence: 2 })
    ));
}

#[test]
fn a_small_ledger_has_no_mark() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = Ledger::open(&path, chance).unwrap();
    ledger.append(&facts("a"), NOON).unwrap();
    assert_eq!(ledger.list(&Query::default()).unwrap().total, 1);
    drop(ledger);
    assert!(!place(&path).exists());
}
