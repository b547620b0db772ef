//! A picture turns up: which photo it was made from, what was changed, a report, and texts for having it taken down.

use std::fs;
use std::io::Cursor;

use image::imageops::{FilterType, crop_imm, overlay, resize};
use image::{ImageFormat, Rgb, RgbImage};

use super::names_in;
use crate::app::App;
use crate::desktop::Desktop;

/// Discs of all sizes and colours, which have details as photos have.
fn photo(seed: u32) -> RgbImage {
    let mut state = seed;
    let mut next = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let mut photo = RgbImage::from_pixel(800, 600, Rgb([120, 130, 140]));
    for number in 0..300u32 {
        let (x, y) = (i64::from(next(800)), i64::from(next(600)));
        let radius = i64::from(4 + next(70) * (300 - number) / 300);
        let colour = Rgb([next(256) as u8, next(256) as u8, next(256) as u8]);
        for v in (y - radius).max(0)..(y + radius).min(600) {
            for u in (x - radius).max(0)..(x + radius).min(800) {
                if (u - x).pow(2) + (v - y).pow(2) < radius * radius {
                    photo.put_pixel(u as u32, v as u32, colour);
                }
            }
        }
    }
    photo
}

/// Cropped, a part of it pasted over, under a caption, as a screenshot.
fn published() -> RgbImage {
    let mut copy = crop_imm(&photo(1), 80, 60, 640, 500).to_image();
    overlay(
        &mut copy,
        &crop_imm(&photo(9), 0, 0, 140, 120).to_image(),
        240,
        180,
    );
    let mut page = RgbImage::from_pixel(640, 640, Rgb([255; 3]));
    overlay(&mut page, &copy, 0, 100);
    for x in (30..600).step_by(22) {
        overlay(
            &mut page,
            &RgbImage::from_pixel(12, 40, Rgb([10; 3])),
            x,
            30,
        );
    }
    resize(&page, 560, 560, FilterType::Triangle)
}

fn bytes(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), format)
        .unwrap();
    bytes
}

/// A photo that has something to be cleaned of.
fn with_comment(picture: &RgbImage) -> Vec<u8> {
    let jpeg = bytes(picture, ImageFormat::Jpeg);
    let comment = b"\xFF\xFE\x00\x11taken by J. Doe";
    [&jpeg[..2], &comment[..], &jpeg[2..]].concat()
}

#[test]
fn from_the_record_to_the_takedown_pack() {
    for theme in ["Light", "Dark"] {
        walk_through(theme);
    }
}

fn walk_through(theme: &str) {
    let desktop = Desktop::start();
    let picture = |screen: &str| desktop.screenshot(&format!("{screen}-{}", theme.to_lowercase()));
    let beach = desktop.file("Pictures/beach.jpg", &with_comment(&photo(1)));
    let seen = desktop.file("seen.jpg", &bytes(&published(), ImageFormat::Jpeg));
    let app = App::open(&desktop, &[&beach]);
    app.click("button", "Settings");
    app.click("radio", theme);
    app.click("button", "Clean");
    app.click("button", "Clean 1 photo");
    wait_for_record(&app);

    app.click("button", "Find");
    app.wait_for_text("Drop the picture here");
    picture("find-empty");
    app.drop_files(&[&seen]);
    app.wait_for_text("A copy of a part of the photo");
    app.wait_for_text("Very sure");
    app.wait_for_text("Blurred. Nobody has to see it");
    app.wait(
        "the blurred picture",
        "const image = document.querySelector('section.found img'); return image && image.naturalWidth > 0 && image.src.endsWith('veiled')",
    );
    picture("find-found");

    app.click("button", "Choose the original");
    desktop.open_in_dialog("^Choose the original$", &beach);
    app.wait_for_text("Parts of it were changed.");
    wait_for_panel(&app, "differences");
    app.wait(
        "the blurred picture, still there",
        "const image = document.querySelector('section.found img'); return image && image.complete && image.naturalWidth > 0",
    );
    show(&app, ".views");
    picture("find-map");
    app.click("button", "Show the picture");
    app.wait(
        "the picture itself",
        "const image = document.querySelector('section.found img'); return image.complete && image.naturalWidth > 0 && image.src.endsWith('found')",
    );
    app.click("button", "Overlay");
    wait_for_panel(&app, "outlined");
    show(&app, ".views");
    picture("find-overlay");
    app.click("button", "Side by side");
    wait_for_panel(&app, "photo");
    show(&app, ".views");
    picture("find-slider");
    app.click("button", "Blur it again");
    app.wait_for_text("It appears once you show the picture.");
    app.wait(
        "the picture, blurred again",
        "const image = document.querySelector('section.found img'); return image.complete && image.naturalWidth > 0 && image.src.endsWith('veiled')",
    );

    app.click("button", "Save report…");
    desktop.save_in_dialog("^Save the report$", &desktop.home().join("report.pdf"));
    app.wait_for_text("Saved as report.pdf.");
    let report = fs::read(desktop.home().join("report.pdf")).unwrap();
    assert!(report.starts_with(b"%PDF-1.4"));
    show(&app, ".report");
    picture("find-report");

    app.click("button", "Have it taken down…");
    app.wait_for_text("under 18");
    picture("takedown-age");
    app.click("button", "No");
    app.fill(
        "The exact addresses, one on a line",
        "https://example.org/p/1",
    );
    app.click(
        "checkbox",
        "It shows somebody naked or in a sexual way, or was made to",
    );
    picture("takedown-form");
    app.click("button", "Show the texts");
    app.wait_for_text("Still to be filled in");
    show(&app, ".missing");
    picture("takedown-texts");
    app.click("button", "Save everything as a folder…");
    desktop.save_in_dialog(
        "^Save the pack as a new folder$",
        &desktop.home().join("pack"),
    );
    app.wait_for_text("Saved as the folder pack.");
    let names = names_in(&desktop.home().join("pack"));
    for name in ["START-HERE.txt", "takedown.pdf", "us-take-it-down-act.txt"] {
        assert!(names.iter().any(|known| known == name), "{names:?}");
    }
    assert_eq!(
        names_in(&desktop.home().join("Pictures")),
        ["beach.jpg", "beach_clean.jpg"]
    );
    app.close();
}

/// Waits until the photo is cleaned, and recorded with what a copy is recognised by.
fn wait_for_record(app: &App) {
    app.wait_for_row("beach.jpg", "Cleaned");
    app.open_row("beach.jpg");
    app.wait_for_text("Show its ledger record");
    let told = app.text();
    assert!(!told.contains("cannot be recognised"), "{told}");
}

/// Waits until this picture of the comparison is painted.
fn wait_for_panel(app: &App, what: &str) {
    app.wait(
        &format!("the picture “{what}”"),
        &format!(
            "const image = document.querySelector('img.picture');
             return image && image.complete && image.naturalWidth > 300 && image.src.endsWith('{what}')"
        ),
    );
}

/// Scrolls to the first element that matches.
fn show(app: &App, selector: &str) {
    app.run(
        "document.querySelector(arguments[0]).scrollIntoView()",
        &serde_json::json!([selector]),
    );
}

#[test]
fn a_picture_is_pasted_from_the_clipboard() {
    let desktop = Desktop::start();
    let beach = desktop.file("Pictures/beach.jpg", &with_comment(&photo(1)));
    let seen = desktop.file("seen.png", &bytes(&published(), ImageFormat::Png));
    let app = App::open(&desktop, &[&beach]);
    app.click("button", "Clean 1 photo");
    wait_for_record(&app);
    app.click("button", "Find");
    app.wait_for_text("Drop the picture here");

    desktop.activate(&app.window());
    desktop.press(&["ctrl+v"]);
    app.wait_for_text("There is no picture on the clipboard.");
    desktop.copy_picture(&seen);
    desktop.activate(&app.window());
    desktop.press(&["ctrl+v"]);
    app.wait_for_text("Pasted picture");
    app.wait_for_text("A copy of a part of the photo");
    app.wait_for_text("encoded anew as PNG");
    app.wait(
        "the problem to go",
        "return !document.body.innerText.includes('There is no picture on the clipboard.')",
    );
    desktop.screenshot("find-pasted");
    app.close();
}

#[test]
fn for_a_picture_of_somebody_young_nothing_is_made() {
    let desktop = Desktop::start();
    let app = App::open(&desktop, &[]);
    app.click("button", "Find");
    app.click("button", "Have it taken down…");
    app.click("button", "Yes");
    app.wait_for_text("takeitdown.ncmec.org");
    desktop.screenshot("takedown-young");
    assert!(!app.text().contains("Show the texts"));
    app.close();
}
