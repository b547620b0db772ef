//! What is recorded, and that nothing is published without its record.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::{SECRET, clean_photo, code, folder, found, names, outcomes, photo};
use pipeline::ledger::{Digest, Ledger, Query};
use pipeline::worker::Workers;
use pipeline::{Handover, Outcome, Recording, Request, find};

fn clock() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_769_851_800)
}

struct Book {
    folder: tempfile::TempDir,
    ledger: Ledger,
    workers: Workers,
    handover: Handover,
}

impl Book {
    fn new(workers: Workers) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = pipeline::open_ledger(&folder.path().join("ledger.sqlite")).unwrap();
        Self {
            folder,
            ledger,
            workers,
            handover: Handover::default(),
        }
    }

    fn recording(&self) -> Recording<'_> {
        Recording {
            ledger: &self.ledger,
            workers: &self.workers,
            app_version: "0.0.0",
            clock: &clock,
            handover: &self.handover,
        }
    }
}

#[test]
fn whom_a_copy_is_for_is_in_its_record_and_nowhere_else() {
    let mut book = Book::new(Workers::in_process());
    let folder = folder(&[("a.gif", &photo(true)), ("clean.gif", &clean_photo(true))]);
    let photos = found([folder.path().join("a.gif"), folder.path().join("clean.gif")]);
    let run = |book: &Book| outcomes(&photos, &Request::default(), Some(&book.recording()));
    run(&book);
    for name in ["Ann Ex", "Ben Why"] {
        book.handover = Handover::new(&format!(" {name}\n"), "").unwrap();
        run(&book);
    }
    // A photo that was clean and known already is recorded again for each who gets it, and only then.
    book.handover = Handover::default();
    let before = book.ledger.list(&Query::default()).unwrap().total;
    run(&book);
    let after = book.ledger.list(&Query::default()).unwrap().total;
    assert_eq!(after - before, 1, "the one that had to be cleaned");
    let list = |text: &str| {
        let query = Query {
            text: text.to_owned(),
            ..Query::default()
        };
        book.ledger.list(&query).unwrap().records
    };
    assert_eq!(list("ann").len(), 2);
    assert_eq!(list("ben why").len(), 2);
    let record = &list("ben why")[0];
    assert_eq!(record.extras.recipient.as_deref(), Some("Ben Why"));
    assert_eq!(record.extras.purpose, None);
    for file in fs::read_dir(book.folder.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"Ann Ex"));
    }
    assert_eq!(Handover::new(" ", "\t").unwrap(), Handover::default());
    let long = "x".repeat(1_001);
    assert_eq!(Handover::new(&long, "").unwrap_err().code, "text_too_long");
}

#[test]
fn the_facts() {
    let book = Book::new(Workers::in_process());
    let folder = folder(&[("a.gif", &photo(true))]);
    let outcomes = outcomes(
        &found([folder.path().join("a.gif")]),
        &Request::default(),
        Some(&book.recording()),
    );
    let Outcome::Done(finished) = &outcomes[0] else {
        panic!("{outcomes:?}");
    };
    let record = book
        .ledger
        .get(finished.record.as_deref().unwrap())
        .unwrap();
    assert_eq!(record.claimed_time, "2026-01-31T09:30:00Z");
    let facts = record.facts;
    assert_eq!(facts.original_sha256, Digest::of(&photo(true)));
    assert_eq!(facts.output_sha256, Digest::of(&clean_photo(true)));
    assert_eq!(
        facts.pixels_sha256,
        Some(Digest::of(b"cloakroom-pixels-v1\n1x1\n\xFF\xFF\xFF"))
    );
    assert_eq!((facts.width, facts.height), (1, 1));
    assert_eq!(facts.original_bytes, photo(true).len() as u64);
    assert_eq!(facts.output_bytes, clean_photo(true).len() as u64);
    assert_eq!((&*facts.container, &*facts.app_version), ("gif", "0.0.0"));
    assert!(finished.notes.is_empty());

    let stored = fs::read(book.folder.path().join("ledger.sqlite")).unwrap();
    for private in ["a.gif", SECRET] {
        assert!(
            !stored
                .windows(private.len())
                .any(|bytes| bytes == private.as_bytes())
        );
    }
}

#[test]
fn files_are_found_by_bytes_and_by_pixels() {
    let book = Book::new(Workers::in_process());
    let folder = folder(&[
        ("a.gif", &photo(true)),
        ("b.gif", &photo(false)),
        ("notes.txt", b"dear diary"),
    ]);
    outcomes(
        &found([folder.path().join("a.gif")]),
        &Request::default(),
        Some(&book.recording()),
    );
    let mut edited = photo(true);
    let at = edited.windows(2).position(|bytes| bytes == b"J.").unwrap();
    edited[at] = b'K';
    fs::write(folder.path().join("edited.gif"), edited).unwrap();
    let count = |name: &str| {
        let path = folder.path().join(name);
        find(&path, &book.ledger, &Default::default(), &book.workers)
            .unwrap()
            .len()
    };
    assert_eq!(count("a.gif"), 1);
    assert_eq!(count("a_clean.gif"), 1);
    assert_eq!(count("edited.gif"), 1);
    assert_eq!(count("b.gif"), 0);
    assert_eq!(count("notes.txt"), 0);
}

#[test]
fn without_decoding_there_is_a_record_and_a_note() {
    let book = Book::new(Workers::of(PathBuf::from("/nowhere/cloakroom"), 1));
    let folder = folder(&[("a.gif", &photo(true))]);
    let outcomes = outcomes(
        &found([folder.path().join("a.gif")]),
        &Request::default(),
        Some(&book.recording()),
    );
    let Outcome::Done(finished) = &outcomes[0] else {
        panic!("{outcomes:?}");
    };
    assert!(finished.record.is_some());
    assert!(
        finished.notes[0].contains("no digest"),
        "{:?}",
        finished.notes
    );
}

#[test]
fn nothing_is_published_when_the_ledger_fails() {
    let book = Book::new(Workers::in_process());
    let folder = folder(&[("a.gif", &photo(true)), ("b.gif", &photo(false))]);
    // Somebody moves the ledger away while it is in use.
    fs::rename(
        book.folder.path(),
        book.folder.path().with_extension("moved"),
    )
    .unwrap();
    let photos = found(["a.gif", "b.gif"].map(|name| folder.path().join(name)));
    for outcome in outcomes(&photos, &Request::default(), Some(&book.recording())) {
        let (code, refused) = code(&outcome);
        assert!(code.starts_with("ledger_") && !refused, "{code}");
    }
    assert_eq!(names(folder.path()), ["a.gif", "b.gif"]);
    fs::rename(
        book.folder.path().with_extension("moved"),
        book.folder.path(),
    )
    .unwrap();
}

#[test]
fn what_is_not_saved_is_not_recorded() {
    let book = Book::new(Workers::in_process());
    let folder = folder(&[("bad.gif", b"GIF89a")]);
    let photos = found([folder.path().join("bad.gif")]);
    outcomes(&photos, &Request::default(), Some(&book.recording()));
    assert_eq!(book.ledger.list(&Query::default()).unwrap().total, 0);
}

#[test]
fn many_at_once_are_all_in_the_chain() {
    let book = Book::new(Workers::in_process());
    let folder = folder(&[]);
    let paths: Vec<_> = (0..60)
        .map(|number| folder.path().join(format!("{number}.gif")))
        .collect();
    paths
        .iter()
        .for_each(|path| fs::write(path, photo(true)).unwrap());
    let request = Request {
        jobs: 6,
        ..Request::default()
    };
    outcomes(&found(paths), &request, Some(&book.recording()));
    drop(book.ledger);
    let ledger = pipeline::open_ledger(&book.folder.path().join("ledger.sqlite")).unwrap();
    assert_eq!(ledger.list(&Query::default()).unwrap().total, 60);
}

#[test]
fn what_is_clean_already_is_recorded_once() {
    let book = Book::new(Workers::in_process());
    let folder = folder(&[("a.gif", &clean_photo(true))]);
    let record = || {
        let photos = found([folder.path().join("a.gif")]);
        let outcomes = outcomes(&photos, &Request::default(), Some(&book.recording()));
        let Outcome::AlreadyClean(finished) = &outcomes[0] else {
            panic!("{outcomes:?}");
        };
        finished.record.clone().unwrap()
    };
    let first = record();
    assert_eq!(record(), first);
    assert_eq!(book.ledger.list(&Query::default()).unwrap().total, 1);
    let facts = book.ledger.get(&first).unwrap().facts;
    assert_eq!(facts.original_sha256, facts.output_sha256);
}
