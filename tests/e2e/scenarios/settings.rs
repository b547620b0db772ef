//! What the person has chosen.

use crate::app::App;
use crate::desktop::Desktop;
use crate::{photos, wait_for};

#[test]
fn settings_outlive_the_window() {
    let desktop = Desktop::start();
    let app = App::open(&desktop, &[]);
    app.click("button", "Settings");
    assert!(
        app.is_ticked("radio", "Beside the original") && app.is_ticked("radio", "Keep the name")
    );
    assert!(app.is_ticked("checkbox", "Record each clean copy in the ledger"));
    assert!(!app.is_ticked("checkbox", "Copyright"));
    app.click("radio", "Number them");
    app.click("checkbox", "Copyright");
    app.click("radio", "Dark");
    app.wait(
        "the dark theme",
        "return document.documentElement.dataset.theme === 'dark'",
    );
    app.close();

    let app = App::open(&desktop, &[]);
    app.wait(
        "the dark theme",
        "return document.documentElement.dataset.theme === 'dark'",
    );
    app.click("button", "Settings");
    assert!(app.is_ticked("radio", "Number them") && app.is_ticked("checkbox", "Copyright"));
    assert!(app.is_ticked("radio", "Dark") && !app.is_ticked("checkbox", "Date"));
    app.close();
}

#[test]
fn the_place_alone_can_be_removed() {
    let desktop = Desktop::start();
    let photo = desktop.file("Pictures/beach.jpg", &photos::jpeg(400, 300));
    let app = App::open(&desktop, &[&photo]);
    app.click("button", "Settings");
    app.click("button", "Remove only the place");
    wait_for("the choice to be taken", || {
        let is_ticked = |name| app.is_ticked("checkbox", name);
        let kept = ["Copyright", "Artist", "Date", "Camera"];
        (kept.into_iter().all(is_ticked) && !is_ticked("Place")).then_some(())
    });
    app.click("button", "Clean");
    app.click("button", "Clean 1 photo");
    app.wait_for_row("beach.jpg", "Cleaned");
    let copy = std::fs::read(desktop.home().join("Pictures/beach_clean.jpg")).unwrap();
    let report = metadata::inspect(&copy, &metadata::Limits::default()).unwrap();
    let told: Vec<_> = report.findings.iter().map(|found| found.topic).collect();
    assert_eq!(told, [metadata::Topic::Person], "{:?}", report.findings);
    app.close();
}

#[test]
fn numbered_copies_are_named_by_number() {
    let desktop = Desktop::start();
    let photo = desktop.file("Pictures/Anna birthday.jpg", &photos::jpeg(400, 300));
    let app = App::open(&desktop, &[&photo]);
    app.click("button", "Settings");
    app.click("radio", "Number them");
    wait_for("the choice to be taken", || {
        app.is_ticked("radio", "Number them").then_some(())
    });
    app.click("button", "Clean");
    app.click("button", "Clean 1 photo");
    app.wait_for_row("Anna birthday.jpg", "photo-0001.jpg");
    assert!(desktop.home().join("Pictures/photo-0001.jpg").is_file());
    app.close();
}

#[test]
fn it_follows_the_system_into_the_dark() {
    let mut desktop = Desktop::start();
    desktop.set("GTK_THEME", "Adwaita:dark");
    let app = App::open(&desktop, &[]);
    app.wait(
        "dark colours",
        "return matchMedia('(prefers-color-scheme: dark)').matches",
    );
    let dark = "const channels = getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).slice(0, 3);
        return channels.every((channel) => channel < 80)";
    app.wait("a dark page", dark);
    app.close();
}
