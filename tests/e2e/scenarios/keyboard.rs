//! Everything without a mouse.

use crate::app::App;
use crate::desktop::Desktop;
use crate::photos;

#[test]
fn from_choosing_to_exporting_with_keys_alone() {
    let desktop = Desktop::start();
    let photo = desktop.file("Pictures/beach.jpg", &photos::jpeg(400, 300));
    let app = App::open(&desktop, &[]);
    desktop.activate(&app.window());

    desktop.press(&["ctrl+o"]);
    desktop.open_in_dialog("^Choose photos$", &photo);
    app.wait_for_row("beach.jpg", "Place");
    desktop.activate(&app.window());
    desktop.press(&["ctrl+Return"]);
    app.wait_for_row("beach.jpg", "Cleaned");

    // The list is one stop of the Tab key; arrows move in it and Enter opens a row.
    app.run(
        "document.querySelector('[role=row][data-id]').focus()",
        &serde_json::Value::Null,
    );
    desktop.press(&["Return"]);
    app.wait_for_text("Where the photo was taken");
    desktop.press(&["Escape"]);

    desktop.press(&["ctrl+2"]);
    app.wait_for_text("1 to 1 of 1");
    // Five parts of the page, Search, which records, Find, Export CSV, Export JSON.
    desktop.press(&["Tab"; 10]);
    desktop.press(&["Return"]);
    desktop.save_in_dialog("^Export the ledger$", &desktop.home().join("records.json"));
    app.wait_for_text("1 record written to records.json.");

    desktop.press(&["ctrl+4"]);
    app.wait_for_text("Changes are kept at once.");
    desktop.press(&["ctrl+1"]);
    app.wait_for_row("beach.jpg", "Cleaned");
    app.close();
}
