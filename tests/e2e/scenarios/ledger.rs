//! The ledger page.

use std::fs;

use serde_json::Value;

use crate::app::App;
use crate::desktop::Desktop;
use crate::photos;

#[test]
fn records_are_found_read_and_exported() {
    let desktop = Desktop::start();
    let beach = desktop.file("Pictures/beach.jpg", &photos::jpeg(400, 300));
    let plan = desktop.file("Pictures/plan.png", &photos::png(320, 240));
    let app = App::open(&desktop, &[&beach, &plan]);
    app.click("button", "Clean 2 photos");
    app.wait_for_text("All done");

    app.click("button", "Ledger");
    app.wait_for_text("1 to 2 of 2");
    app.fill("Search records", "png");
    app.wait_for_text("1 to 1 of 1");
    app.fill("Search records", "no such thing");
    app.wait_for_text("No record matches");
    app.fill("Search records", "");
    app.click("button", "Open record 1");
    app.wait_for_text("Digests (SHA-256)");
    app.click("button", "All records");

    let file = desktop.home().join("records.json");
    app.click("button", "Export JSON");
    desktop.save_in_dialog("^Export the ledger$", &file);
    app.wait_for_text("2 records written to records.json.");
    let text = fs::read_to_string(&file).unwrap();
    let Ok(Value::Array(records)) = serde_json::from_str(&text) else {
        panic!("an array: {text}")
    };
    assert_eq!(records.len(), 2);
    assert!(
        !text.contains("beach") && !text.contains("plan"),
        "no names of files: {text}"
    );

    let file = desktop.home().join("records.csv");
    app.click("button", "Export CSV");
    desktop.save_in_dialog("^Export the ledger$", &file);
    app.wait_for_text("2 records written to records.csv.");
    assert_eq!(
        fs::read_to_string(&file).unwrap().lines().count(),
        3,
        "a heading and two records"
    );

    app.click("button", "Find a photo’s record…");
    desktop.open_in_dialog(
        "^Choose a photo to look up$",
        &desktop.home().join("Pictures/beach_clean.jpg"),
    );
    app.wait_for_text("1 record for the photo you chose");
    app.close();
}

#[test]
fn a_damaged_ledger_is_reported_and_never_ignored_in_silence() {
    let desktop = Desktop::start();
    fs::create_dir_all(desktop.data()).unwrap();
    fs::write(
        desktop.data().join("ledger.sqlite"),
        b"this is not a ledger, and it is long enough to be looked at",
    )
    .unwrap();
    let photo = desktop.file("Pictures/beach.jpg", &photos::jpeg(400, 300));
    let app = App::open(&desktop, &[&photo]);
    app.wait_for_row("beach.jpg", "Place");
    app.wait_for_text("cleaning waits for your decision");
    desktop.screenshot("ledger-problem");

    app.click("button", "Clean without recording");
    app.wait_for_text("Recording is off");
    app.click("button", "Clean 1 photo");
    app.wait_for_row("beach.jpg", "Cleaned");
    app.close();
}
