//! The command line as people and programs see it.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use common::{CLEAN, PHOTO, Place};
use serde_json::{Value, json};

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn inspecting_as_text() {
    let place = Place::new(&[("a.gif", PHOTO), ("b.gif", CLEAN), ("c.gif", b"GIF89a")]);
    let (code, out, err) = place.run(&["inspect", "a.gif", "b.gif", "c.gif"]);
    assert_eq!(
        out,
        "\
a.gif (GIF)
  text
    Comment  taken by J. Doe!
b.gif (GIF)
  nothing to remove
"
    );
    assert!(
        err.starts_with("refused        c.gif\n               The file ends too early"),
        "{err}"
    );
    assert!(err.contains("[truncated]\n"));
    assert_eq!(code, 1);
    assert_eq!(place.names(), ["a.gif", "b.gif", "c.gif"]);
    assert!(!place.home().exists(), "looking needs no ledger");
}

#[test]
fn inspecting_as_json() {
    let place = Place::new(&[("a.gif", PHOTO), ("b.gif", CLEAN)]);
    let (code, out, err) = place.run(&["inspect", "--json", "a.gif", "b.gif", "gone.gif"]);
    let lines = lines(&out);
    assert_eq!((code, err.as_str(), lines.len()), (1, "", 3));
    let comment = json!([{"topic": "text", "name": "Comment", "value": "taken by J. Doe!"}]);
    assert_eq!(
        lines[0],
        json!({
            "path": "a.gif", "container": "gif", "outcome": "done", "output": null, "findings": comment,
            "removed": [], "kept": [], "outside": [], "record": null, "cloak": null, "notes": [], "error": null
        })
    );
    assert_eq!(lines[1]["outcome"], "already_clean");
    assert_eq!(lines[2]["outcome"], "failed");
    assert_eq!(lines[2]["container"], Value::Null);
    assert_eq!(lines[2]["error"]["code"], "not_found");
    for part in ["message", "hint"] {
        assert!(lines[2]["error"][part].as_str().unwrap().ends_with('.'));
    }
}

#[test]
fn cleaning_as_text() {
    let place = Place::new(&[("a.gif", PHOTO), ("b.gif", CLEAN), ("c.jpg", b"dear diary")]);
    let (code, out, err) = place.run(&["clean", "a.gif", "b.gif", "c.jpg", "--no-record"]);
    assert_eq!(
        out,
        "\
cleaned        a.gif → a_clean.gif
               removed: text
already clean  b.gif
1 cleaned, 1 already clean, 1 refused.
"
    );
    assert!(err.starts_with("refused        c.jpg\n"), "{err}");
    assert_eq!(code, 1);
    assert_eq!(place.read("a_clean.gif"), CLEAN);
    assert_eq!(place.read("a.gif"), PHOTO);
    assert!(
        !place.home().exists(),
        "without recording there is no ledger"
    );
}

#[test]
fn cleaning_as_json() {
    let place = Place::new(&[("a.gif", PHOTO)]);
    let (code, out, err) = place.run(&["clean", "--json", "a.gif"]);
    let mut line = lines(&out).remove(0);
    let record = line["record"].take();
    assert_eq!(record.as_str().unwrap().len(), 16, "{record}");
    let comment = json!([{"topic": "text", "name": "Comment", "value": "taken by J. Doe!"}]);
    assert_eq!(
        line,
        json!({
            "path": "a.gif", "container": "gif", "outcome": "done", "output": "a_clean.gif", "findings": comment,
            "removed": comment, "kept": [], "outside": [], "record": null, "cloak": null, "notes": [], "error": null
        })
    );
    assert_eq!((code, err.as_str()), (0, ""));
}

#[test]
fn json_comes_in_the_order_of_the_files() {
    let files: Vec<_> = (0..60).map(|number| format!("{number:02}.gif")).collect();
    let place = Place::new(
        &files
            .iter()
            .map(|name| (name.as_str(), PHOTO))
            .collect::<Vec<_>>(),
    );
    let (_, out, _) = place.run(&["clean", ".", "--json", "--no-record", "--jobs", "8"]);
    let paths: Vec<_> = lines(&out)
        .iter()
        .map(|line| line["path"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        paths,
        files
            .iter()
            .map(|name| format!("./{name}"))
            .collect::<Vec<_>>()
    );
}

#[test]
fn folders_and_what_was_left_out() {
    let place = Place::new(&[
        ("trip/a.gif", PHOTO),
        ("trip/day/b.gif", PHOTO),
        ("trip/notes.txt", b"dear diary"),
        ("trip/._a.gif", PHOTO),
    ]);
    let (code, out, err) = place.run(&["clean", "trip", "--out", "clean", "--no-record"]);
    assert_eq!(
        out,
        "\
cleaned        trip/a.gif → clean/a.gif
               removed: text
cleaned        trip/day/b.gif → clean/day/b.gif
               removed: text
2 cleaned.
"
    );
    assert_eq!(
        err,
        "Left out: 1 not a photo (notes.txt); 1 hidden (._a.gif).\n"
    );
    assert_eq!(code, 0);
    let (_, out, err) = place.run(&["inspect", "trip", "--json"]);
    assert_eq!(
        lines(&out)[2],
        json!({"skipped": [
            {"path": "trip/._a.gif", "reason": "hidden"}, {"path": "trip/notes.txt", "reason": "not_a_photo"}
        ]})
    );
    assert_eq!(err, "");
}

#[test]
fn a_second_time_into_a_folder_inside() {
    let place = Place::new(&[("a.gif", PHOTO)]);
    for expected in [
        "",
        "Left out: 1 in the folder for the clean copies (a.gif).\n",
    ] {
        let (code, _, err) = place.run(&["clean", ".", "--out", "clean", "--no-record"]);
        assert_eq!((code, err.as_str()), (0, expected));
    }
    assert_eq!(
        common::names(&place.folder().join("clean")),
        ["a.gif", "a_clean.gif"]
    );
}

#[test]
fn a_folder_without_photos_is_a_problem() {
    let place = Place::new(&[("photo.jpg/notes.txt", b"dear diary")]);
    let (code, out, err) = place.run(&["clean", "photo.jpg", "--no-record"]);
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (
            1,
            "No photos.\n",
            "Left out: 1 not a photo (notes.txt); 1 no photos in this folder (photo.jpg).\n"
        )
    );
}

#[test]
fn names_and_what_to_keep() {
    let place = Place::new(&[("IMG_20240131_142045.gif", PHOTO), ("b.gif", PHOTO)]);
    let (code, ..) = place.run(&["clean", ".", "--name", "sequence", "--no-record", "--quiet"]);
    assert_eq!(code, 0);
    assert_eq!(
        place.names(),
        [
            "IMG_20240131_142045.gif",
            "b.gif",
            "photo-0001.gif",
            "photo-0002.gif"
        ]
    );
    let (code, out, _) = place.run(&[
        "clean",
        "IMG_20240131_142045.gif",
        "--name",
        "safe",
        "--keep",
        "date,copyright",
        "--no-record",
        "--json",
    ]);
    let output = lines(&out)[0]["output"].as_str().unwrap().to_owned();
    assert!(
        code == 0 && output.starts_with("photo-") && !output.contains("2024"),
        "{output}"
    );
}

#[test]
fn quiet_tells_problems_only() {
    let place = Place::new(&[("a.gif", PHOTO), ("bad.gif", b"GIF89a")]);
    let (code, out, err) = place.run(&["clean", "a.gif", "bad.gif", "--quiet", "--no-record"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.starts_with("refused        bad.gif"));
}

#[test]
fn wrong_usage() {
    let place = Place::new(&[("a.gif", PHOTO)]);
    for args in [
        &[][..],
        &["clean"],
        &["wash", "a.gif"],
        &["clean", "a.gif", "--out", "x", "--replace"],
        &["clean", "a.gif", "--keep", "everything"],
        &["clean", "a.gif", "--jobs", "none"],
    ] {
        let (code, out, err) = place.run(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(!err.is_empty());
    }
    assert_eq!(place.names(), ["a.gif"]);
}

#[test]
fn help_teaches() {
    let place = Place::new(&[]);
    for (args, example) in [
        (&["--help"][..], "cloakroom clean Holiday --out Clean"),
        (&["inspect", "--help"], "cloakroom inspect beach.jpg"),
        (
            &["clean", "--help"],
            "cloakroom clean beach.jpg --keep copyright,artist",
        ),
        (
            &["ledger", "--help"],
            "cloakroom ledger find beach_clean.jpg",
        ),
    ] {
        let (code, out, _) = place.run(args);
        assert_eq!(code, 0);
        assert!(out.contains(example), "{out}");
        assert!(
            !out.contains("completions") && !out.contains("--worker"),
            "{out}"
        );
    }
    let (code, out, _) = place.run(&["--version"]);
    assert_eq!(
        (code, out),
        (0, format!("cloakroom {}\n", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn completions_and_the_manual_page() {
    let place = Place::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, out, _) = place.run(&["completions", shell]);
        assert!(code == 0 && out.contains("no-record"), "{shell}");
    }
    let (code, out, _) = place.run(&["man"]);
    assert_eq!(code, 0);
    for part in [
        ".TH cloakroom 1",
        "CLOAKROOM_HOME",
        "no\\-record",
        "ledger find",
    ] {
        assert!(out.contains(part), "{part} is not in {out}");
    }
}

#[test]
fn no_colours_where_there_is_no_terminal() {
    let place = Place::new(&[("a.gif", PHOTO), ("bad.gif", b"GIF89a")]);
    for command in ["inspect", "clean"] {
        let (_, out, err) = place.run(&[command, "a.gif", "bad.gif"]);
        assert!(!out.contains('\u{1b}') && !err.contains('\u{1b}'));
    }
}

#[test]
fn nobody_reads_on() {
    let files: Vec<_> = (0..300).map(|number| format!("{number:03}.gif")).collect();
    let place = Place::new(
        &files
            .iter()
            .map(|name| (name.as_str(), PHOTO))
            .collect::<Vec<_>>(),
    );
    for args in [
        &["inspect", "."][..],
        &["clean", ".", "--no-record"],
        &["--help"],
        &["man"],
    ] {
        let mut command = place.command(args);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::with_capacity(16, child.stdout.take().unwrap())
            .read_line(&mut first)
            .unwrap();
        assert!(!first.is_empty());
        let (code, _, err) = common::told(&child.wait_with_output().unwrap());
        assert!(!err.contains("panic"), "{err}");
        assert_eq!(code, 0, "{args:?}");
    }
    // Cleaning goes on: that somebody stopped reading was no wish to stop cleaning.
    assert_eq!(place.names().len(), 600);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new(&[]);
    std::fs::write(
        place.folder().join(OsStr::from_bytes(b"caf\xE9.gif")),
        PHOTO,
    )
    .unwrap();
    let (code, out, _) = place.run(&["clean", ".", "--json", "--no-record"]);
    let line = &lines(&out)[0];
    assert_eq!(code, 0);
    assert_eq!(line["path"], "./caf\u{FFFD}.gif");
    assert_eq!(line["path_bytes"], "2e2f636166e92e676966");
    assert_eq!(line["output"], "./caf\u{FFFD}_clean.gif");
    assert_eq!(
        line["output_path_bytes"],
        "2e2f636166e95f636c65616e2e676966"
    );
}

#[test]
fn names_of_strangers_do_not_move_the_cursor() {
    let name = if cfg!(windows) {
        "\u{202E}gpj.gif"
    } else {
        "\u{1b}[2J.gif"
    };
    let place = Place::new(&[(name, PHOTO)]);
    let (_, out, _) = place.run(&["clean", name, "--no-record"]);
    assert!(
        !out.contains('\u{1b}') && !out.contains('\u{202E}'),
        "{out:?}"
    );
}
