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

#[test]
fn from_the_record_to_the_takedown_pack() {
    let desktop = Desktop::start();
    let beach = desktop.file("Pictures/beach.png", &bytes(&photo(1), ImageFormat::Png));
    let seen = desktop.file("seen.jpg", &bytes(&published(), ImageFormat::Jpeg));
    let app = App::open(&desktop, &[&beach]);
    app.click("button", "Clean 1 photo");
    app.wait_for_row("beach.png", "Cleaned");

    app.click("button", "Find");
    app.wait_for_text("Drop the picture here");
    app.drop_files(&[&seen]);
    app.wait_for_text("A copy of a part of the photo");
    app.wait_for_text("Very sure");
    app.wait_for_text("Blurred. Nobody has to see it");
    app.wait(
        "the blurred picture",
        "const image = document.querySelector('section.found img'); return image && image.naturalWidth > 0 && image.src.endsWith('veiled')",
    );

    app.click("button", "Choose the original");
    desktop.open_in_dialog("^Choose the original$", &beach);
    app.wait_for_text("Parts of it were changed.");
    app.wait(
        "the difference map",
        "const image = document.querySelector('img.panel'); return image && image.naturalWidth > 300",
    );
    desktop.screenshot("find_map");
    app.click("button", "Show the picture");
    app.click("button", "Overlay");
    app.wait(
        "the overlay",
        "const image = document.querySelector('img.panel'); return image && image.naturalWidth > 300 && image.src.endsWith('outlined')",
    );
    desktop.screenshot("find_overlay");
    app.click("button", "Blur it again");

    app.click("button", "Save report…");
    desktop.save_in_dialog("^Save the report$", &desktop.home().join("report.pdf"));
    app.wait_for_text("Saved as report.pdf.");
    assert!(
        fs::read(desktop.home().join("report.pdf"))
            .unwrap()
            .starts_with(b"%PDF-1.4")
    );

    app.click("button", "Have it taken down…");
    app.wait_for_text("under 18");
    app.click("button", "No");
    app.fill(
        "The exact addresses, one on a line",
        "https://example.org/p/1",
    );
    app.run(
        "[...document.querySelectorAll('label')].find(label => label.textContent.includes('naked')).click()",
        &serde_json::Value::Null,
    );
    app.click("button", "Show the texts");
    app.wait_for_text("Still to be filled in");
    desktop.screenshot("takedown");
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
        ["beach.png", "beach_clean.png"]
    );
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
    assert!(!app.text().contains("Show the texts"));
    app.close();
}
