//! Cloaking a photo in the window: the choice with its limits, the report, and the two pictures over each other.

use std::fs;

use crate::app::App;
use crate::desktop::Desktop;
use crate::{photos, tiny, wait_for};

#[test]
fn a_cloaked_copy_is_reported_on_and_compared() {
    for theme in ["Light", "Dark"] {
        let desktop = Desktop::start();
        let original = photos::jpeg(640, 480);
        let photo = desktop.file("Pictures/beach.jpg", &original);
        let moving = desktop.file("Pictures/moving.gif", MOVING);
        fs::create_dir_all(desktop.data().join("models")).unwrap();
        fs::write(
            desktop.data().join("models/tiny.safetensors"),
            tiny::encoder("tiny"),
        )
        .unwrap();
        let app = App::open(&desktop, &[&photo, &moving]);
        let picture =
            |screen: &str| desktop.screenshot(&format!("{screen}-{}", theme.to_lowercase()));
        app.click("button", "Settings");
        app.click("radio", theme);
        app.wait_for_text("Tiny tiny");
        app.wait_for_text("Your pack");
        app.run(
            "document.querySelector('.cloak').scrollIntoView()",
            &serde_json::Value::Null,
        );
        picture("cloak-settings");
        app.click("button", "Clean");
        app.wait_for_row("beach.jpg", "Ready");
        assert!(
            app.is_ticked("radio", "No cloak"),
            "nobody is cloaked unasked"
        );
        assert!(!app.text().contains("not a lock"));

        app.click("radio", "A light cloak");
        app.wait_for_text("It is not a lock.");
        app.run(
            "document.querySelector('.limits details').open = true",
            &serde_json::Value::Null,
        );
        app.wait_for_text("one clean photo elsewhere is enough");
        app.wait_for_text("never from a cloaked copy");
        picture("cloak-choice");
        app.run(
            "document.querySelector('.limits details').open = false",
            &serde_json::Value::Null,
        );
        app.click("button", "Clean and cloak 2 photos");
        app.wait_for_row("beach.jpg", "Cloaked");
        app.wait_for_row("moving.gif", "Not cloaked");
        app.open_row("beach.jpg");
        app.wait_for_text("What image generators see");
        app.wait(
            "both pictures",
            "const shown = [...document.querySelectorAll('.pictures img')];
             return shown.length === 2 && shown.every((image) => image.naturalWidth === 640)",
        );
        picture("cloak-report");
        app.run(
            "document.querySelector('.pictures').scrollIntoView({ block: 'center' });
             const divider = document.querySelector('input[type=range]');
             divider.value = 30; divider.dispatchEvent(new Event('input', { bubbles: true }));",
            &serde_json::Value::Null,
        );
        app.wait(
            "the divider to move",
            "return document.querySelector('input[type=range]').ariaValueText === '30 % original'",
        );
        picture("cloak-divider");
        app.click("button", "Show the difference, 8 times as strong");
        app.wait(
            "the difference",
            "const shown = [...document.querySelectorAll('.pictures img')];
             return shown.length === 1 && shown[0].naturalWidth === 640",
        );
        picture("cloak-difference");

        let folder = desktop.home().join("Pictures");
        let copy = fs::read(folder.join("beach_cloaked.jpg")).unwrap();
        let pixels = |file: &[u8]| image::load_from_memory(file).unwrap().into_rgb8();
        assert_eq!(pixels(&copy).dimensions(), (640, 480));
        assert!(pixels(&copy) != pixels(&original));
        assert_eq!(
            fs::read(&photo).unwrap(),
            original,
            "the original is as it was"
        );
        assert!(
            !app.text().contains(&*folder.to_string_lossy()),
            "no path is shown"
        );
        let report = metadata::inspect(&copy, &metadata::Limits::default()).unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);

        // The cloaked copy itself is known from the ledger.
        app.drop_files(&[&folder.join("beach_cloaked.jpg")]);
        app.wait_for_row("beach_cloaked.jpg", "Ready");
        app.click("button", "Clean and cloak 1 photo");
        app.wait_for_row("beach_cloaked.jpg", "Refused");
        app.wait_for_text("Start from the original photo.");
        app.close();

        let app = App::open(&desktop, &[]);
        app.click("button", "Settings");
        wait_for("the choice to be remembered", || {
            app.is_ticked("radio", "A light cloak").then_some(())
        });
        app.click("button", "Remove the model tiny");
        app.wait(
            "the model to go",
            "return !document.body.innerText.includes('Tiny tiny')",
        );
        app.close();
    }
}

/// Two frames of one pixel.
const MOVING: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\xFF\xFF\xFF\0\0\0\
    \x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\
    \x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3B";
