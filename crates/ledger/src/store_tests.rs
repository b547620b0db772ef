use super::*;
use crate::log::Log;
use crate::migrate;
use crate::statement::History;
use crate::vault::Vault;

fn chance(bytes: &mut [u8]) -> std::io::Result<()> {
    getrandom::fill(bytes).map_err(std::io::Error::other)
}

/// An empty ledger and one entry that follows it.
fn installed() -> (Connection, Entry, Log) {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate::install(&mut connection, chance).unwrap();
    let entry = Entry {
        kind: Kind::Photo,
        sequence: 1,
        previous: Digest::ZERO,
        fields: Digest::of(b"fields"),
        payload: b"sealed".to_vec(),
    };
    let first = Vault::read(&connection).unwrap().first;
    (
        connection,
        entry,
        Log::empty(History::beginning_with(first)),
    )
}

fn added(connection: &Connection, entry: &Entry, log: &mut Log) {
    log.extend(entry, entry.hash()).unwrap();
    insert(connection, entry, &log.tree.root()).unwrap();
}

#[test]
fn what_is_inserted_is_what_is_read_and_moves_the_head() {
    let (connection, entry, mut log) = installed();
    added(&connection, &entry, &mut log);
    let hash = entry.hash();
    let end = head(&connection).unwrap();
    assert_eq!(
        (end.sequence, end.hash, end.root),
        (1, hash, log.tree.root())
    );
    assert_eq!(all(&connection, "", ()).unwrap(), [(entry, hash)]);
    log.verify(&connection).unwrap();
    let mut anew = Log::empty(log.history.clone());
    anew.verify(&connection).unwrap();
    assert_eq!(anew.tree.root(), end.root);
}

#[test]
fn the_file_refuses_every_change_but_the_next_record() {
    let (connection, entry, mut log) = installed();
    added(&connection, &entry, &mut log);
    let hash = entry.hash();
    connection
        .execute_batch(
            "INSERT INTO checkpoints (size, text, signature, ssh_signature, claimed_time)
                VALUES (1, 'a', x'00', 'b', 'c');
            INSERT INTO anchors (checkpoint, kind, bytes, claimed_time) VALUES ('a', 'b', x'00', 'c')",
        )
        .unwrap();
    for statement in [
        "UPDATE records SET kind = 'key'",
        "DELETE FROM records",
        "UPDATE head SET sequence = 0",
        "UPDATE head SET sequence = 2",
        "UPDATE head SET one = 2",
        "DELETE FROM head",
        "INSERT INTO head (one, sequence, hash, root) VALUES (1, 0, x'00', x'00')",
        "REPLACE INTO head (one, sequence, hash, root) VALUES (1, 0, x'00', x'00')",
        "INSERT OR REPLACE INTO records SELECT * FROM records",
        "UPDATE OR REPLACE records SET sequence = 5",
        "UPDATE checkpoints SET size = 2",
        "DELETE FROM checkpoints",
        "UPDATE anchors SET kind = 'z'",
        "DELETE FROM vault",
    ] {
        let refused = connection.execute(statement, ()).unwrap_err();
        let code = refused.sqlite_error_code();
        assert_eq!(
            code,
            Some(rusqlite::ErrorCode::ConstraintViolation),
            "{statement}"
        );
    }
    let again = insert(&connection, &entry, &log.tree.root());
    assert!(again.is_err(), "the same again");
    assert_eq!(all(&connection, "", ()).unwrap(), [(entry, hash)]);
}

#[test]
fn the_structure_is_stored_word_for_word() {
    let (connection, ..) = installed();
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
    let (connection, ..) = installed();
    assert_eq!(recognise(&connection).unwrap(), Form::Current);
    let with = |name, value: i32| {
        connection.pragma_update(None, name, value).unwrap();
        recognise(&connection)
    };
    assert_eq!(with("user_version", 1).unwrap(), Form::First);
    let newer = with("user_version", 3).unwrap_err();
    assert!(matches!(newer, Error::NewerVersion { found: 3, known: 2 }));
    assert!(matches!(with("user_version", 0), Err(Error::Corrupt)));
    assert!(matches!(with("user_version", -1), Err(Error::Corrupt)));
    assert!(matches!(
        with("application_id", 0x436c_6f6c),
        Err(Error::NotALedger)
    ));
}

#[test]
fn a_commit_reaches_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    std::fs::File::create(&path).unwrap();
    let mut connection = connect(&path, Duration::from_secs(1)).unwrap();
    migrate::install(&mut connection, chance).unwrap();
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
    assert_eq!(pragma("secure_delete"), 1.into());
}
