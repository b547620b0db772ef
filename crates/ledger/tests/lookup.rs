//! Listing, finding and exporting.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::io::{self, Write};

use common::{NOON, everything, facts, ledger_of, open, place};
use ledger::{Digest, Error, ExportFormat, Facts, Ledger, Query, Record};

fn ids(records: &[Record]) -> Vec<&str> {
    records.iter().map(|record| record.id.as_str()).collect()
}

fn matching(ledger: &Ledger, text: &str) -> Vec<u64> {
    let query = Query {
        text: text.to_owned(),
        ..Query::default()
    };
    let page = ledger.list(&query).unwrap();
    assert_eq!(page.total, page.records.len() as u64);
    page.records.iter().map(|record| record.sequence).collect()
}

#[test]
fn a_list_is_newest_first_and_in_parts() {
    let (_folder, path, mut records) = ledger_of(10);
    records.reverse();
    let ledger = open(&path).unwrap();
    assert_eq!(everything(&ledger), records);
    let part = |text: &str, offset, limit| {
        let text = text.to_owned();
        ledger
            .list(&Query {
                text,
                offset,
                limit,
                ..Query::default()
            })
            .unwrap()
    };
    for text in ["", "  ", "jpeg"] {
        let page = part(text, 3, 4);
        assert_eq!((page.total, ids(&page.records)), (10, ids(&records[3..7])));
        let page = part(text, 8, 4);
        assert_eq!((page.total, ids(&page.records)), (10, ids(&records[8..])));
        assert_eq!(part(text, 10, 4).records, []);
        assert_eq!(part(text, u64::MAX, u64::MAX).records, []);
        let page = part(text, 0, 0);
        assert_eq!((page.total, page.records.len()), (10, 0));
    }
}

#[test]
fn text_matches_the_beginnings_of_what_is_known() {
    let (_folder, path) = place();
    let ledger = open(&path).unwrap();
    let png = Facts {
        container: "png".to_owned(),
        pixels_sha256: None,
        ..facts("a")
    };
    let first = ledger.append(&png, "2025-12-31T23:59:59Z").unwrap();
    let second = ledger.append(&facts("b"), NOON).unwrap();

    for record in [&first, &second] {
        let mut texts = vec![
            record.id.clone(),
            record.id.to_uppercase(),
            record.hash.to_string(),
            record.facts.original_sha256.to_string(),
            format!("{:.9}", record.facts.original_sha256),
            format!(" {:.12} ", record.facts.output_sha256),
            record.claimed_time.clone(),
            record.claimed_time.to_lowercase(),
            record.claimed_time[..7].to_owned(),
            record.facts.container.clone(),
        ];
        texts.extend(record.facts.pixels_sha256.map(|digest| digest.to_string()));
        for text in texts {
            assert_eq!(matching(&ledger, &text), [record.sequence], "{text}");
        }
    }
    assert_eq!(matching(&ledger, "PNG"), [1]);
    assert_eq!(matching(&ledger, "jp"), [2]);
    assert_eq!(matching(&ledger, "2026-01-31t12"), [2]);
    for nothing in [
        "%",
        "_",
        "'",
        "\"",
        "\0",
        "é",
        "tiff",
        "01-31",
        "2027",
        &"0".repeat(65),
    ] {
        assert_eq!(matching(&ledger, nothing), [0; 0], "{nothing:?}");
    }
}

#[test]
fn a_record_is_got_by_its_id_or_enough_of_it() {
    let (_folder, path, records) = ledger_of(3);
    let ledger = open(&path).unwrap();
    for record in &records {
        for id in [
            &record.id,
            &record.id[..7],
            &record.hash.to_string(),
            &record.id.to_uppercase(),
        ] {
            assert_eq!(&ledger.get(id).unwrap(), record);
        }
    }
    for id in ["", "abc", "xyzw", "12-4", &"0".repeat(65)] {
        assert!(matches!(ledger.get(id), Err(Error::InvalidId)), "{id}");
    }
    assert!(matches!(
        ledger.get("0000000000000000"),
        Err(Error::NotFound)
    ));
}

#[test]
fn an_id_that_two_records_share_is_ambiguous() {
    let (_folder, path) = place();
    let ledger = open(&path).unwrap();
    // Four digits are 65,536 values: among some hundred records, two share them soon.
    let mut seen = std::collections::BTreeMap::new();
    let (one, other) = loop {
        let record = ledger
            .append(&facts(&seen.len().to_string()), NOON)
            .unwrap();
        if let Some(earlier) = seen.insert(record.id[..4].to_owned(), record.clone()) {
            break (earlier, record);
        }
    };
    assert!(matches!(ledger.get(&one.id[..4]), Err(Error::Ambiguous)));
    assert_eq!(ledger.get(&one.id).unwrap(), one);
    assert_eq!(ledger.get(&other.id).unwrap(), other);
}

#[test]
fn a_photo_is_found_by_any_of_its_digests() {
    let (_folder, path) = place();
    let ledger = open(&path).unwrap();
    let a = ledger.append(&facts("a"), NOON).unwrap();
    let again = ledger.append(&facts("a"), NOON).unwrap();
    let unknown = Facts {
        pixels_sha256: None,
        ..facts("b")
    };
    ledger.append(&unknown, NOON).unwrap();
    let Facts {
        original_sha256,
        output_sha256,
        pixels_sha256,
        ..
    } = facts("a");
    for digest in [original_sha256, output_sha256, pixels_sha256.unwrap()] {
        assert_eq!(
            ledger.find_digest(&digest).unwrap(),
            [again.clone(), a.clone()]
        );
    }
    assert_eq!(ledger.find_digest(&Digest::of(b"none")).unwrap(), []);
    // The hash of a record is not a digest of a photo.
    assert_eq!(ledger.find_digest(&a.hash).unwrap(), []);
}

#[test]
fn facts_of_another_form_leave_the_ledger_as_it_was() {
    let (_folder, path, _) = ledger_of(1);
    let ledger = open(&path).unwrap();
    let wrong = Facts {
        container: "no such thing".to_owned(),
        ..facts("a")
    };
    let error = ledger.append(&wrong, NOON).unwrap_err();
    assert!(matches!(error, Error::InvalidFact { field: "container" }));
    assert!(matches!(
        ledger.append(&facts("a"), "today"),
        Err(Error::InvalidTime)
    ));
    assert_eq!(ledger.append(&facts("a"), NOON).unwrap().sequence, 2);
}

fn exported(ledger: &Ledger, format: ExportFormat) -> (u64, String) {
    let mut out = Vec::new();
    let count = ledger.export(format, &mut out).unwrap();
    (count, String::from_utf8(out).unwrap())
}

#[test]
fn csv_is_one_line_for_each_record_oldest_first() {
    let (_folder, path) = place();
    let ledger = open(&path).unwrap();
    let names = "id,sequence,claimed_time,original_sha256,output_sha256,pixels_sha256,\
        original_bytes,output_bytes,width,height,container,app_version,previous,hash,recipient,purpose\r\n";
    assert_eq!(exported(&ledger, ExportFormat::Csv), (0, names.to_owned()));

    let formula = Facts {
        app_version: "=1+\",\"".to_owned(),
        pixels_sha256: None,
        ..facts("a")
    };
    let a = ledger.append(&formula, NOON).unwrap();
    let b = ledger.append(&facts("b"), NOON).unwrap();
    let expected = format!(
        "{names}\
         {},1,{NOON},{},{},,2000000,1990000,4032,3024,jpeg,\"'=1+\"\",\"\"\",{},{},,\r\n\
         {},2,{NOON},{},{},{},2000000,1990000,4032,3024,jpeg,0.1.0,{},{},,\r\n",
        a.id,
        a.facts.original_sha256,
        a.facts.output_sha256,
        Digest::ZERO,
        a.hash,
        b.id,
        b.facts.original_sha256,
        b.facts.output_sha256,
        b.facts.pixels_sha256.unwrap(),
        a.hash,
        b.hash,
    );
    assert_eq!(exported(&ledger, ExportFormat::Csv), (2, expected));
}

#[test]
fn json_is_an_array_of_what_a_record_is() {
    let (_folder, path) = place();
    let ledger = open(&path).unwrap();
    let (count, text) = exported(&ledger, ExportFormat::Json);
    assert_eq!((count, text.as_str()), (0, "[\n]\n"));

    let unknown = Facts {
        pixels_sha256: None,
        ..facts("a")
    };
    let a = ledger.append(&unknown, NOON).unwrap();
    ledger.append(&facts("b"), NOON).unwrap();
    let (count, text) = exported(&ledger, ExportFormat::Json);
    assert_eq!((count, text.lines().count()), (2, 4));
    let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(parsed[0], serde_json::to_value(&a).unwrap());
    assert_eq!(parsed[0]["id"], a.id);
    assert_eq!(parsed[0]["pixels_sha256"], serde_json::Value::Null);
    assert_eq!(parsed[1]["sequence"], 2);
    assert_eq!(parsed[1]["width"], 4032);
    assert_eq!(parsed[1]["previous"], a.hash.to_string());
}

/// A place that takes `room` bytes and then no more.
struct Full {
    room: usize,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.room -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_export_that_finds_no_room_says_so() {
    let (_folder, path, _) = ledger_of(3);
    let ledger = open(&path).unwrap();
    for format in [ExportFormat::Csv, ExportFormat::Json] {
        for room in [0, 10, 700] {
            let error = ledger.export(format, &mut Full { room }).unwrap_err();
            assert!(
                matches!(error, Error::Export(_)),
                "{format:?} {room} {error:?}"
            );
        }
    }
    // And the ledger goes on.
    assert_eq!(ledger.append(&facts("more"), NOON).unwrap().sequence, 4);
}

#[test]
fn an_export_may_append_to_the_ledger_that_it_reads() {
    /// Appends a record at each write, as another thread might.
    struct Busy<'a>(&'a Ledger, usize);
    impl Write for Busy<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0
                .append(&facts(&format!("meanwhile {}", self.1)), NOON)
                .unwrap();
            self.1 += 1;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (_folder, path, _) = ledger_of(3);
    let ledger = open(&path).unwrap();
    let count = ledger
        .export(ExportFormat::Csv, &mut Busy(&ledger, 0))
        .unwrap();
    assert_eq!(count, 3);
    assert!(ledger.list(&Query::default()).unwrap().total > 3);
}
