//! A HEIC photo, where the system has libheif: shown small, cloaked, compared, found, and laid under what was made from it.

use std::fs;
use std::io::Cursor;

use heif::{Coding, Decoder};
use image::ImageFormat;
use image::imageops::crop_imm;

use crate::app::App;
use crate::desktop::Desktop;

/// Discs of all sizes and colours, 640 by 480 pixels.
const DISCS: &[u8] = include_bytes!("../../../crates/heif/tests/files/discs.heic");

#[test]
fn from_the_cloak_to_the_comparison() {
    if !Decoder::load().is_some_and(|decoder| decoder.decodes(Coding::Hevc)) {
        eprintln!("SKIPPED: this system has no libheif with a decoder for HEVC");
        return;
    }
    let desktop = Desktop::start();
    let photo = desktop.file("Pictures/discs.heic", DISCS);
    let app = App::open(&desktop, &[&photo]);
    app.wait_for_row("discs.heic", "Ready");
    app.wait(
        "the small picture",
        "return [...document.querySelectorAll('img')].some((image) => image.naturalWidth > 0)",
    );
    app.click("button", "Settings");
    app.click("radio", "Light");
    app.click("button", "Clean");
    app.click("radio", "A light cloak");
    app.wait_for_text("It is not a lock.");
    app.run(
        "document.querySelector('.limits details').open = true",
        &serde_json::Value::Null,
    );
    app.wait_for_text("HEIC and AVIF become JPEG or PNG");
    app.run(
        "document.querySelector('.limits details').open = false",
        &serde_json::Value::Null,
    );
    app.click("button", "Clean and cloak 1 photo");
    app.wait_for_row("discs.heic", "Cloaked");
    app.open_row("discs.heic");
    app.wait_for_text("HEIC cannot be written here, so the cloaked copy is a JPEG.");
    app.wait(
        "both pictures",
        "const shown = [...document.querySelectorAll('.pictures img')];
         return shown.length === 2 && shown.every((image) => image.naturalWidth === 640)",
    );
    desktop.screenshot("heic-cloaked");
    assert_eq!(
        fs::read(&photo).unwrap(),
        DISCS,
        "the original is as it was"
    );

    let copy = photo.with_file_name("discs_cloaked.jpg");
    let copy = image::load_from_memory(&fs::read(copy).unwrap())
        .unwrap()
        .into_rgb8();
    let mut part = Cursor::new(Vec::new());
    let cropped = crop_imm(&copy, 100, 60, 400, 340).to_image();
    cropped.write_to(&mut part, ImageFormat::Jpeg).unwrap();
    let seen = desktop.file("seen.jpg", part.get_ref());
    app.click("button", "Find");
    app.wait_for_text("Drop the picture here");
    app.drop_files(&[&seen]);
    app.wait_for_text("A copy of a part of the photo");
    app.click("button", "Choose the original");
    desktop.open_in_dialog("^Choose the original$", &photo);
    app.wait_for_text("No change was found");
    desktop.screenshot("heic-found");
    app.close();
}
