//! The system's own dialogs, used with the keyboard.

use super::assert_clean;
use crate::app::App;
use crate::desktop::Desktop;
use crate::photos;

#[test]
fn photos_and_folders_chosen_in_dialogs() {
    let desktop = Desktop::start();
    let photo = desktop.file("Pictures/beach.jpg", &photos::jpeg(400, 300));
    desktop.file("Holiday/mountain.png", &photos::png(300, 200));
    let app = App::open(&desktop, &[]);

    app.click("button", "Choose photos");
    desktop.window("^Choose photos$");
    desktop.screenshot("dialog-photos");
    desktop.open_in_dialog("^Choose photos$", &photo);
    app.wait_for_row("beach.jpg", "Place");

    app.click("button", "Choose folder");
    desktop.open_in_dialog("^Choose folders", &desktop.home().join("Holiday"));
    app.wait_for_row("mountain.png", "Text");
    app.close();
}

#[test]
fn a_dialog_that_is_closed_changes_nothing() {
    let desktop = Desktop::start();
    let app = App::open(&desktop, &[]);
    app.click("button", "Choose photos");
    let dialog = desktop.window("^Choose photos$");
    desktop.activate(&dialog);
    desktop.press(&["Escape"]);
    app.wait_for_text("Drop photos or folders here");
    app.click("button", "Choose photos");
    desktop.window("^Choose photos$");
    app.close();
}

#[test]
fn clean_copies_go_to_the_folder_that_was_chosen() {
    let desktop = Desktop::start();
    let original = photos::jpeg(400, 300);
    desktop.file("Holiday/day 1/beach.jpg", &original);
    let out = desktop.home().join("Shared");
    std::fs::create_dir(&out).unwrap();
    let app = App::open(&desktop, &[&desktop.home().join("Holiday")]);
    app.wait_for_row("beach.jpg", "Place");

    app.click("button", "Settings");
    app.click("radio", "In one folder");
    desktop.open_in_dialog("^Choose a folder for clean copies$", &out);
    app.wait_for_text("Shared");
    app.click("button", "Clean");
    app.wait_for_text("“Shared”");
    app.click("button", "Clean 1 photo");
    app.wait_for_row("beach.jpg", "Cleaned");
    let copies: Vec<_> = walk(&out);
    assert_eq!(copies.len(), 1, "{copies:?}");
    assert!(
        copies[0].ends_with("day 1/beach.jpg") || copies[0].ends_with("day 1/beach_clean.jpg"),
        "{copies:?}"
    );
    assert_clean(&copies[0], &original);
    app.close();
}

/// Every file below a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
