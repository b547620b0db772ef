//! From drop to record.

use std::fs;

use super::{assert_clean, names_in};
use crate::app::App;
use crate::desktop::Desktop;
use crate::{photos, wait_for};

#[test]
fn two_photos_from_drop_to_record() {
    let desktop = Desktop::start();
    let (jpeg, png) = (photos::jpeg(800, 600), photos::png(320, 240));
    let beach = desktop.file("Pictures/beach.jpg", &jpeg);
    let plan = desktop.file("Pictures/plan.png", &png);
    let app = App::open(&desktop, &[]);

    app.drop_files(&[&beach, &plan]);
    app.wait_for_row("beach.jpg", "Place");
    app.wait_for_row("plan.png", "Text");
    app.open_row("beach.jpg");
    for told in ["SN-0042-4711", "Mila Example", "52.52"] {
        app.wait_for_text(told);
    }

    app.click("button", "Clean 2 photos");
    app.wait_for_row("beach.jpg", "Cleaned");
    app.wait_for_row("plan.png", "Cleaned");
    assert!(
        app.row("beach.jpg").contains("beach_clean.jpg"),
        "{}",
        app.row("beach.jpg")
    );

    let folder = desktop.home().join("Pictures");
    assert_eq!(
        names_in(&folder),
        ["beach.jpg", "beach_clean.jpg", "plan.png", "plan_clean.png"]
    );
    assert_clean(&folder.join("beach_clean.jpg"), &jpeg);
    assert_clean(&folder.join("plan_clean.png"), &png);
    assert_eq!(
        (fs::read(&beach).unwrap(), fs::read(&plan).unwrap()),
        (jpeg, png),
        "originals are as they were"
    );

    app.click("button", "Ledger");
    app.wait_for_text("1 to 2 of 2");
    app.close();
}

#[test]
fn what_the_file_itself_tells_is_shown_and_left_behind() {
    let desktop = Desktop::start();
    let name = "IMG_20240131_154210.jpg";
    let photo = desktop.file(&format!("Pictures/{name}"), &photos::jpeg(400, 300));
    let address = "https://example.org/mila/holiday.jpg";
    desktop.file(
        &format!("Pictures/{name}:Zone.Identifier"),
        format!("[ZoneTransfer]\r\nZoneId=3\r\nHostUrl={address}\r\n").as_bytes(),
    );
    let app = App::open(&desktop, &[&photo]);
    app.wait_for_row(name, "Place");
    app.open_row(name);
    for told in ["The file itself", "2024-01-31 15:42:10", address] {
        app.wait_for_text(told);
    }
    app.click("button", "Clean 1 photo");
    app.wait_for_row(name, "Cleaned");
    app.wait_for_text("Left behind with the original");
    app.wait_for_text("Stays with the copy");

    app.click("button", "Settings");
    app.click("radio", "Replace telling names");
    app.click("button", "Clean");
    app.drop_files(&[&photo]);
    app.click("button", "Clean 1 photo");
    wait_for("a copy whose name tells nothing", || {
        let copies = names_in(&desktop.home().join("Pictures"));
        copies
            .iter()
            .any(|copy| copy.starts_with("photo-"))
            .then_some(())
    });
    app.close();
}

#[test]
fn what_cannot_be_cleaned_is_refused_with_its_reason() {
    let desktop = Desktop::start();
    let mut cut = photos::jpeg(400, 300);
    cut.truncate(cut.len() / 2);
    let cut = desktop.file("Pictures/cut.jpg", &cut);
    let film = desktop.file("Pictures/film.jpg", b"\0\0\0\x18ftypmp42\0\0\0\0isommp42");
    let good = desktop.file("Pictures/good.jpg", &photos::jpeg(400, 300));
    let app = App::open(&desktop, &[]);

    app.drop_files(&[&cut, &film, &good]);
    app.wait_for_row("good.jpg", "Place");
    app.wait_for_row("cut.jpg", "Refused");
    app.wait_for_row("film.jpg", "Refused");
    assert!(
        app.row("cut.jpg").contains("The original is as it was"),
        "{}",
        app.row("cut.jpg")
    );
    assert_ne!(
        app.row("cut.jpg"),
        app.row("film.jpg"),
        "each has its own reason"
    );

    app.click("button", "Clean 1 photo");
    app.wait_for_row("good.jpg", "Cleaned");
    assert_eq!(
        names_in(&desktop.home().join("Pictures")),
        ["cut.jpg", "film.jpg", "good.jpg", "good_clean.jpg"]
    );
    app.close();
}

#[test]
fn a_folder_is_walked_and_what_is_no_photo_is_named() {
    let desktop = Desktop::start();
    desktop.file("Holiday/one.jpg", &photos::jpeg(300, 200));
    desktop.file("Holiday/day 2/two.png", &photos::png(300, 200));
    desktop.file("Holiday/day 2/notes.txt", b"not a photo");
    let app = App::open(&desktop, &[]);

    app.drop_files(&[&desktop.home().join("Holiday")]);
    app.wait_for_row("one.jpg", "Holiday");
    app.wait_for_row("two.png", "Holiday/day 2");
    app.wait_for_text("1 file was not added");
    app.click("button", "Show which");
    app.wait_for_text("notes.txt");
    app.close();
}

#[test]
fn an_already_clean_photo_is_said_to_be_clean() {
    let desktop = Desktop::start();
    let original = photos::jpeg(400, 300);
    let clean = metadata::clean(
        &original,
        &metadata::Policy::default(),
        &metadata::Limits::default(),
    )
    .unwrap();
    let photo = desktop.file("Pictures/clean.jpg", clean.bytes());
    let app = App::open(&desktop, &[&photo]);
    app.wait_for_row("clean.jpg", "Nothing found");
    app.click("button", "Clean 1 photo");
    app.wait_for_row("clean.jpg", "Already clean");
    app.close();
}
