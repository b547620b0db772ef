//! The ledger from the command line.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::fs;

use common::{CLEAN, PHOTO, Place};
use serde_json::Value;

/// A place with two records; the ids, oldest first.
fn recorded() -> (Place, Vec<String>) {
    let place = Place::new(&[("a.gif", PHOTO), ("b.gif", PHOTO)]);
    let ids = ["a.gif", "b.gif"].map(|name| {
        let (code, out, err) = place.run(&["clean", name, "--json"]);
        assert_eq!(code, 0, "{err}");
        let line: Value = serde_json::from_str(&out).unwrap();
        line["record"].as_str().unwrap().to_owned()
    });
    (place, ids.to_vec())
}

fn ids(json_lines: &str) -> Vec<String> {
    let id = |line: &str| {
        serde_json::from_str::<Value>(line).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    json_lines.lines().map(id).collect()
}

#[test]
fn listed_newest_first() {
    let (place, recorded) = recorded();
    let (code, out, _) = place.run(&["ledger", "list", "--json"]);
    assert_eq!(code, 0);
    assert_eq!(ids(&out), [&*recorded[1], &recorded[0]]);
    let (_, out, _) = place.run(&["ledger", "list"]);
    let first = out.lines().next().unwrap();
    assert!(
        first.starts_with(&recorded[1]) && first.ends_with(" gif   1 × 1  55 → 35 bytes"),
        "{out}"
    );
    let (_, out, _) = place.run(&["ledger", "list", "--json", "--search", &recorded[0][..8]]);
    assert_eq!(ids(&out), [&*recorded[0]]);
    let (code, out, err) = place.run(&["ledger", "list", "--search", "jpeg"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", "No records.\n"));
}

#[test]
fn shown_by_id_or_its_beginning() {
    let (place, recorded) = recorded();
    let (code, out, _) = place.run(&["ledger", "show", &recorded[0]]);
    assert_eq!(code, 0);
    assert!(
        out.starts_with(&format!("record        {}\nnumber        1\n", recorded[0])),
        "{out}"
    );
    let (_, out, _) = place.run(&["ledger", "show", &recorded[0][..6], "--json"]);
    let record: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(record["id"], recorded[0]);
    assert_eq!(record["original_bytes"], PHOTO.len());
    assert_eq!(
        record["pixels_sha256"].as_str().unwrap().len(),
        64,
        "the worker decoded it"
    );
    let (code, _, err) = place.run(&["ledger", "show", "0123456789abcdef"]);
    assert_eq!(code, 1);
    assert!(
        err.starts_with("cloakroom: No record has this id."),
        "{err}"
    );
}

#[test]
fn whom_a_copy_was_for_is_told_wherever_it_is_found() {
    let place = Place::new(&[("a.gif", PHOTO)]);
    let said = ["--recipient", "Ann\u{1b}[31m", "--purpose", "holiday album"];
    let (code, out, err) = place.run(&[&["clean", "a.gif", "--json"], &said[..]].concat());
    assert_eq!(code, 0, "{err}");
    let id = serde_json::from_str::<Value>(&out).unwrap()["record"].clone();
    let id = id.as_str().unwrap();
    let (_, out, _) = place.run(&["ledger", "show", id]);
    assert!(out.contains("\ngiven to      Ann"), "{out}");
    assert!(out.contains("\npurpose       holiday album\n"), "{out}");
    assert!(
        !out.contains('\u{1b}'),
        "nothing that a terminal obeys: {out}"
    );
    let (_, out, _) = place.run(&["ledger", "show", id, "--json"]);
    assert_eq!(
        serde_json::from_str::<Value>(&out).unwrap()["purpose"],
        "holiday album"
    );
    let (_, out, _) = place.run(&["ledger", "find", "a_clean.gif"]);
    assert!(out.contains("  for: Ann") && out.contains("  purpose: holiday album"));
    let (_, out, _) = place.run(&["ledger", "list", "--search", "HOLIDAY"]);
    assert!(out.starts_with(id), "{out}");
    let (_, out, _) = place.run(&["ledger", "export"]);
    assert!(out.contains(",holiday album\r\n"), "{out}");
    let (code, _, _) = place.run(&["clean", "a.gif", "--recipient", &"x".repeat(1_001)]);
    assert_eq!(code, 2);
    let (code, _, _) = place.run(&["clean", "a.gif", "--recipient", "Ann", "--no-record"]);
    assert_eq!(code, 2);
}

#[test]
fn the_whole_ledger_is_verified_on_demand() {
    let (place, _) = recorded();
    let (code, out, err) = place.run(&["ledger", "check", "--json"]);
    assert_eq!(code, 0, "{err}");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&told["entries"], &told["records_read"]),
        (&2.into(), &2.into())
    );
    let (_, out, _) = place.run(&["ledger", "check"]);
    assert_eq!(
        out,
        "Everything is as it was written: 2 entries, 0 checkpoints, 0 anchors; 2 records were opened.\n"
    );
}

#[test]
fn found_by_a_file() {
    let (place, recorded) = recorded();
    fs::write(place.folder().join("other.gif"), &PHOTO[..40]).unwrap();
    // The two photos are the same, so each finds both records.
    for file in ["a.gif", "a_clean.gif"] {
        let (code, out, _) = place.run(&["ledger", "find", file, "--json"]);
        assert_eq!(
            (code, ids(&out)),
            (0, vec![recorded[1].clone(), recorded[0].clone()])
        );
        assert_eq!(
            serde_json::from_str::<Value>(out.lines().next().unwrap()).unwrap()["path"],
            file
        );
    }
    // Other bytes with the same pixels.
    let mut edited = PHOTO.to_vec();
    let at = edited.windows(2).position(|bytes| bytes == b"J.").unwrap();
    edited[at] = b'K';
    fs::write(place.folder().join("edited.gif"), edited).unwrap();
    let (code, out, _) = place.run(&["ledger", "find", "edited.gif", "--json"]);
    assert_eq!((code, ids(&out).len()), (0, 2));
    let (code, out, err) = place.run(&["ledger", "find", "other.gif", "gone.gif"]);
    assert_eq!((code, out.as_str()), (1, "other.gif: no record\n"));
    assert!(err.starts_with("failed         gone.gif\n"), "{err}");
}

#[test]
fn exported() {
    let (place, recorded) = recorded();
    let (code, out, _) = place.run(&["ledger", "export"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("id,sequence,claimed_time,"), "{out}");
    assert_eq!(out.lines().count(), 3);
    let (code, out, err) = place.run(&[
        "ledger",
        "export",
        "--format",
        "json",
        "--out",
        "ledger.json",
    ]);
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (0, "", "2 records exported.\n")
    );
    let records: Value = serde_json::from_slice(&place.read("ledger.json")).unwrap();
    assert_eq!(records[0]["id"], recorded[0]);
    let (code, _, err) = place.run(&["ledger", "export", "--out", "ledger.json"]);
    assert_eq!(code, 1, "never over an existing file");
    assert!(err.contains("could not be written"), "{err}");
    assert_eq!(
        serde_json::from_slice::<Value>(&place.read("ledger.json")).unwrap(),
        records
    );
}

#[test]
fn a_broken_ledger_stops_cleaning_unless_the_person_says_so() {
    let place = Place::new(&[("a.gif", PHOTO)]);
    fs::create_dir(place.home()).unwrap();
    fs::write(
        place.home().join("ledger.sqlite"),
        "this is no ledger, ".repeat(100),
    )
    .unwrap();
    let (code, out, err) = place.run(&["clean", "a.gif"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(
        err.starts_with("cloakroom: ") && err.contains("--no-record"),
        "{err}"
    );
    assert_eq!(place.names(), ["a.gif"], "nothing was cleaned");

    let (code, out, _) = place.run(&["clean", "a.gif", "--json"]);
    let line: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &line["path"], &line["outcome"]),
        (1, &Value::Null, &"failed".into())
    );
    assert_eq!(line["error"]["code"], "ledger_not_a_ledger");

    let (code, ..) = place.run(&["clean", "a.gif", "--no-record"]);
    assert_eq!((code, place.read("a_clean.gif")), (0, CLEAN.to_vec()));
}

#[cfg(unix)]
#[test]
fn the_ledger_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (place, _) = recorded();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.home()), 0o700);
    assert_eq!(mode(&place.home().join("ledger.sqlite")) & 0o077, 0);
}
