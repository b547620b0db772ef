//! Replacing originals, which go to the system's trash.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]
// The trash of macOS and Windows cannot be moved elsewhere for a test.
#![cfg(target_os = "linux")]

mod common;

use std::fs;

use common::{CLEAN, PHOTO, Place, names};

fn trashed(place: &Place) -> Vec<String> {
    let trash = place.folder().with_file_name("data").join("Trash/files");
    if trash.is_dir() {
        names(&trash)
    } else {
        Vec::new()
    }
}

#[test]
fn the_original_goes_to_the_trash() {
    let place = Place::new(&[("a.gif", PHOTO), ("b.gif", CLEAN)]);
    let (code, out, err) = place.run(&["clean", "a.gif", "b.gif", "--replace", "--no-record"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(
        out,
        "\
cleaned        a.gif → a.gif
               removed: text
               The original is in the system's trash, with all that it tells.
already clean  b.gif
1 cleaned, 1 already clean.
"
    );
    assert_eq!(place.names(), ["a.gif", "b.gif"]);
    assert_eq!(place.read("a.gif"), CLEAN);
    assert_eq!(trashed(&place), ["a.gif"]);
    let trash = place.folder().with_file_name("data").join("Trash");
    assert_eq!(fs::read(trash.join("files/a.gif")).unwrap(), PHOTO);
    let info = fs::read_to_string(trash.join("info/a.gif.trashinfo")).unwrap();
    assert!(info.contains("DeletionDate="), "{info}");
}

#[test]
fn under_a_new_name_where_asked() {
    let place = Place::new(&[("IMG_1234.gif", PHOTO)]);
    let (code, ..) = place.run(&[
        "clean",
        "IMG_1234.gif",
        "--replace",
        "--name",
        "sequence",
        "--no-record",
    ]);
    assert_eq!(code, 0);
    assert_eq!(place.names(), ["photo-0001.gif"]);
    assert_eq!(trashed(&place), ["IMG_1234.gif"]);
}

#[test]
fn without_a_trash_both_stay() {
    let place = Place::new(&[("a.gif", PHOTO)]);
    fs::write(place.folder().with_file_name("data"), "no folder").unwrap();
    let (code, _, err) = place.run(&["clean", "a.gif", "--replace", "--no-record"]);
    assert_eq!(code, 1);
    assert!(err.contains("[trash_failed]"), "{err}");
    assert_eq!(place.names(), ["a.gif", "a_clean.gif"]);
    assert_eq!(place.read("a.gif"), PHOTO);
    assert_eq!(place.read("a_clean.gif"), CLEAN);
    assert!(err.contains("clean copy: a_clean.gif"), "{err}");
}

#[test]
fn without_a_trash_the_copy_is_told_of() {
    let place = Place::new(&[("a.gif", PHOTO)]);
    fs::write(place.folder().with_file_name("data"), "no folder").unwrap();
    let (code, out, err) = place.run(&["clean", "a.gif", "--replace", "--json"]);
    assert_eq!(code, 1, "{err}");
    let line: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(line["outcome"], "failed");
    assert_eq!(line["output"], "a_clean.gif");
    assert_eq!(line["error"]["code"], "trash_failed");
    assert_eq!(line["removed"][0]["value"], "taken by J. Doe!");
    assert!(line["record"].is_string(), "{out}");
}

#[test]
fn notes_do_not_outlive_the_original() {
    use rustix::fs::{XattrFlags, listxattr, setxattr};
    let place = Place::new(&[("a.gif", PHOTO), ("b.gif", CLEAN)]);
    let address = b"https://example.org/jane";
    for name in ["a.gif", "b.gif"] {
        let path = place.folder().join(name);
        if setxattr(&path, "user.xdg.origin.url", address, XattrFlags::empty()).is_err() {
            return common::skipped("this file system has no extended attributes");
        }
    }
    let (code, out, err) = place.run(&["clean", "a.gif", "b.gif", "--replace", "--no-record"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("left behind: downloaded from"), "{out}");
    for name in ["a.gif", "b.gif"] {
        let notes = listxattr(place.folder().join(name), &mut [0_u8; 1_000][..]).unwrap();
        assert_eq!((place.read(name).as_slice(), notes), (CLEAN, 0));
    }
    assert_eq!(trashed(&place), ["a.gif", "b.gif"]);
}
