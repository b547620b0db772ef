//! Real drags through the X server, from a window of another program.

use super::{assert_clean, names_in};
use crate::app::App;
use crate::desktop::Desktop;
use crate::photos;

#[test]
fn files_dragged_from_another_window() {
    let desktop = Desktop::start();
    let (jpeg, png) = (photos::jpeg(640, 480), photos::png(320, 240));
    // What a careless program would break: a space, letters outside ASCII, what looks like an escape.
    let first = desktop.file("Pictures/Am Strand – für Öle 100%25.jpg", &jpeg);
    let second = desktop.file("Pictures/plan.png", &png);
    let app = App::open(&desktop, &[]);
    desktop.drag_source(&[&first, &second]);

    desktop.drag_over(&app.window());
    app.wait_for_text("Drop 2 items");
    desktop.screenshot("drag-over");
    desktop.let_go();
    app.wait_for_row("Am Strand – für Öle 100%25.jpg", "Place");
    app.wait_for_row("plan.png", "Text");
    assert!(!app.text().contains("Drop 2 items"), "the veil is gone");

    app.click("button", "Clean 2 photos");
    app.wait_for_row("Am Strand – für Öle 100%25.jpg", "Cleaned");
    app.wait_for_row("plan.png", "Cleaned");
    assert_clean(
        &desktop
            .home()
            .join("Pictures/Am Strand – für Öle 100%25_clean.jpg"),
        &jpeg,
    );
    assert_clean(&desktop.home().join("Pictures/plan_clean.png"), &png);
    app.close();
}

#[test]
fn a_folder_dragged_from_another_window() {
    let desktop = Desktop::start();
    let jpeg = photos::jpeg(320, 240);
    for name in ["a.jpg", "inner/b.jpg", "inner/deeper/c.jpg"] {
        desktop.file(&format!("Holiday/{name}"), &jpeg);
    }
    let app = App::open(&desktop, &[]);
    desktop.drag_source(&[&desktop.home().join("Holiday")]);

    desktop.drag_over(&app.window());
    app.wait_for_text("Drop 1 item");
    desktop.let_go();
    app.wait_for_row("c.jpg", "Holiday/inner/deeper");
    app.click("button", "Clean 3 photos");
    app.wait_for_row("c.jpg", "Cleaned");
    app.wait_for_row("a.jpg", "Cleaned");
    assert_eq!(
        names_in(&desktop.home().join("Holiday/inner/deeper")),
        ["c.jpg", "c_clean.jpg"]
    );
    app.close();
}

#[test]
fn a_drag_that_leaves_again_changes_nothing() {
    let desktop = Desktop::start();
    let photo = desktop.file("Pictures/beach.jpg", &photos::jpeg(320, 240));
    let app = App::open(&desktop, &[]);
    desktop.drag_source(&[&photo]);

    desktop.drag_over(&app.window());
    app.wait_for_text("Drop 1 item");
    desktop.press(&["Escape"]);
    app.wait(
        "the veil to go",
        "return !document.body.innerText.includes('Drop 1 item')",
    );
    desktop.let_go();
    assert!(app.rows().is_empty());
    app.close();
}
