//! A picture of every screen, light and dark, for people to look at: set CLOAKROOM_SCREENSHOTS to a folder.

use std::path::Path;

use serde_json::json;

use crate::app::App;
use crate::desktop::Desktop;
use crate::photos;

#[test]
fn every_screen_in_light_and_dark() {
    for theme in ["Light", "Dark"] {
        let desktop = Desktop::start();
        let app = App::open(&desktop, &[]);
        let picture =
            |screen: &str| desktop.screenshot(&format!("{screen}-{}", theme.to_lowercase()));
        app.click("button", "Settings");
        app.click("radio", theme);
        app.wait(
            "the theme",
            &format!(
                "return document.documentElement.dataset.theme === '{}'",
                theme.to_lowercase()
            ),
        );
        show(&app, "h1");
        picture("settings");
        show(&app, "fieldset:last-of-type");
        picture("settings-end");
        app.click("button", "Ledger");
        app.wait_for_text("No records yet");
        picture("ledger-empty");
        app.click("button", "Clean");
        picture("clean-empty");

        let files = photos_of_all_kinds(&desktop);
        let paths: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
        app.drop_files(&paths);
        app.wait_for_row("IMG_20240131_154210.jpg", "Place");
        app.wait_for_row("broken.jpg", "Refused");
        app.wait(
            "the small pictures",
            "return [...document.querySelectorAll('img')].some((image) => image.naturalWidth > 0)",
        );
        picture("clean-waiting");
        app.run(
            "document.querySelector('[role=row][data-id]').click()",
            &serde_json::Value::Null,
        );
        app.wait_for_text("What this photo would give away");
        picture("clean-details-waiting");
        app.click("button", "Clean 3 photos");
        app.wait_for_row("IMG_20240131_154210.jpg", "Cleaned");
        app.wait_for_text("Finished");
        picture("clean-done");

        app.click("button", "Ledger");
        app.wait_for_text("1 to 3 of 3");
        picture("ledger");
        app.click("button", "Open record 1");
        app.wait_for_text("Digests (SHA-256)");
        picture("ledger-record");
        app.click("button", "Prove…");
        app.wait_for_text("Whoever gets it will see");
        picture("ledger-prove");
        for (tab, words) in [
            ("Time", "Whom you trust"),
            ("Key", "Replace the key"),
            ("Backup", "Compare with the sheet"),
            ("Check a proof", "drop it on the window"),
        ] {
            app.click("button", tab);
            app.wait_for_text(words);
            picture(&format!("ledger-{}", tab.to_lowercase().replace(' ', "-")));
        }
        app.close();
    }
}

/// Scrolls to the first element that matches.
fn show(app: &App, selector: &str) {
    app.run(
        "document.querySelector(arguments[0]).scrollIntoView()",
        &json!([selector]),
    );
}

fn photos_of_all_kinds(desktop: &Desktop) -> Vec<std::path::PathBuf> {
    let mut broken = photos::jpeg(400, 300);
    broken.truncate(2000);
    vec![
        desktop.file("Pictures/IMG_20240131_154210.jpg", &photos::jpeg(1600, 1200)),
        desktop.file("Pictures/plan of the house.png", &photos::png(800, 600)),
        desktop.file("Pictures/broken.jpg", &broken),
        desktop.file("Pictures/a rather long name that somebody gave to a photo of the sea at sunset 2024.jpg", &photos::jpeg(900, 1200)),
    ]
}
