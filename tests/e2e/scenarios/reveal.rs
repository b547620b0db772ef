//! Showing a clean copy in the file manager.

use std::fs;

use crate::app::App;
use crate::desktop::Desktop;
use crate::{photos, wait_for};

const FILE_MANAGER: &str = include_str!("../file_manager.py");

#[test]
fn the_file_manager_is_asked_to_show_the_copy() {
    let desktop = Desktop::start();
    let notes = desktop.home().join("shown");
    desktop.python(FILE_MANAGER, &[&notes]);
    let photo = desktop.file("Pictures/at the beach.jpg", &photos::jpeg(400, 300));
    let app = App::open(&desktop, &[&photo]);
    app.click("button", "Clean 1 photo");
    app.wait_for_row("at the beach.jpg", "Cleaned");

    app.click(
        "button",
        "Show the clean copy of at the beach.jpg in its folder",
    );
    let shown = wait_for("the file manager to be asked", || {
        fs::read_to_string(&notes).ok()
    });
    assert!(
        shown.starts_with("file:///") && shown.trim_end().ends_with("/at%20the%20beach_clean.jpg"),
        "{shown}"
    );
    app.close();
}

#[test]
fn a_copy_that_is_gone_is_said_to_be_gone() {
    let desktop = Desktop::start();
    let photo = desktop.file("Pictures/beach.jpg", &photos::jpeg(400, 300));
    let app = App::open(&desktop, &[&photo]);
    app.click("button", "Clean 1 photo");
    app.wait_for_row("beach.jpg", "Cleaned");
    fs::remove_file(desktop.home().join("Pictures/beach_clean.jpg")).unwrap();
    app.click("button", "Show the clean copy of beach.jpg in its folder");
    app.wait_for_text("not where it was saved");
    app.close();
}
