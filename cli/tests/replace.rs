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
}
