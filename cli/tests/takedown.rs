//! The whole way: record, publish, find, report, takedown pack.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::fs;
use std::io::Cursor;

use common::{Place, discs};
use image::imageops::{FilterType, crop_imm, overlay, resize};
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::Value;

/// Discs of all sizes and colours.
fn photo(seed: u32) -> RgbImage {
    discs(seed, [800, 600], 70)
}

/// Cropped, a part of it pasted over, with a caption, as a screenshot.
fn published() -> RgbImage {
    let mut copy = crop_imm(&photo(1), 80, 60, 640, 500).to_image();
    let other = crop_imm(&photo(9), 0, 0, 140, 120).to_image();
    overlay(&mut copy, &other, 240, 180);
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

fn line(out: &str) -> Value {
    serde_json::from_str(out.lines().next().unwrap()).unwrap()
}

#[test]
fn from_the_record_to_the_takedown_pack() {
    let place = Place::new(&[("beach.png", &bytes(&photo(1), ImageFormat::Png))]);
    let (code, out, err) = place.run(&["clean", "beach.png", "--json"]);
    assert_eq!(code, 0, "{err}");
    let record = line(&out)["record"].as_str().unwrap().to_owned();
    let seen = bytes(&published(), ImageFormat::Jpeg);
    fs::write(place.folder().join("seen.jpg"), &seen).unwrap();

    // The original is found in the folder, by its digest.
    let find = [
        "find",
        "seen.jpg",
        "--original",
        ".",
        "--diff",
        "diff.png",
        "--report",
        "report",
        "--json",
    ];
    let (code, out, err) = place.run(&find);
    assert_eq!(code, 0, "{out}{err}");
    let told = line(&out);
    let found = &told["matches"][0];
    assert_eq!(
        (&found["record"], &found["kind"]),
        (&Value::from(record.clone()), &"part".into())
    );
    assert!(
        found["certainty"] == "very_high" && found["score"].as_f64().unwrap() >= 80.0,
        "{found}"
    );
    assert!(found["alike"].as_u64() <= found["expected"].as_u64());
    assert_eq!(found["anchored"], Value::Array(Vec::new()));
    assert_eq!(told["leak"], Value::Null);
    // The pasted part, in pixels of the photo.
    assert_eq!(told["changes"]["verdict"], "changed");
    let areas = told["changes"]["areas"].as_array().unwrap();
    let is_pasted = |area: &Value| {
        let near = |name: &str, expected: f64| {
            (area["region"][name].as_f64().unwrap() - expected).abs() < 30.0
        };
        near("x", 320.0) && near("y", 240.0) && near("width", 140.0) && near("height", 120.0)
    };
    assert!(areas.iter().any(is_pasted), "{areas:?}");

    let page = fs::read_to_string(place.folder().join("report.html")).unwrap();
    let pdf = fs::read(place.folder().join("report.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.4") && pdf.ends_with(b"%%EOF\n"));
    for part in [
        record.as_str(),
        "it has no anchor yet",
        "blurred",
        "902(13)",
        "cloakroom prove",
        "shows a part",
        "no legal advice",
    ] {
        assert!(page.contains(part), "{part:?}");
    }
    // Blurred: two pictures, and neither the overlay nor the photo.
    assert_eq!(page.matches("<img ").count(), 2);
    let shown = [
        "find",
        "seen.jpg",
        "--original",
        "beach.png",
        "--report",
        "shown.html",
        "--show-found",
    ];
    let (code, out, err) = place.run(&shown);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("Very sure: 99.7 % or more")
            && out.contains("look alike where they should be"),
        "{out}"
    );
    let page = fs::read_to_string(place.folder().join("shown.html")).unwrap();
    assert_eq!(page.matches("<img ").count(), 4);
    assert!(
        !page.contains("seen.jpg") && !page.contains("beach.png"),
        "no file names"
    );
    let (code, out, _) = place.run(&find);
    assert_eq!(
        (code, &line(&out)["error"]["code"]),
        (1, &"already_exists".into())
    );

    let takedown = [
        "takedown",
        "--under-18",
        "no",
        "--intimate",
        "--altered",
        "--url",
        "https://example.org/p/1",
        "--name",
        "A. Person",
        "--record",
        &record,
        "--out",
        "pack",
        "--json",
    ];
    let (code, out, err) = place.run(&takedown);
    assert_eq!(code, 0, "{out}{err}");
    let told = line(&out);
    assert_eq!(
        told["routes"],
        serde_json::json!(["stop-ncii", "us-intimate", "uk", "eu-host"])
    );
    let read = |name: &str| fs::read_to_string(place.folder().join("pack").join(name)).unwrap();
    assert!(read("us-take-it-down-act.txt").contains("https://example.org/p/1"));
    let hashes = read("hashes.txt");
    assert!(
        hashes.starts_with("pdq ") && hashes.trim().len() == 68,
        "{hashes}"
    );
    assert!(read("hashes.csv").contains(&record));
    // Never over what is there.
    let (code, out, _) = place.run(&takedown);
    assert_eq!(
        (code, &line(&out)["error"]["code"]),
        (1, &"already_exists".into())
    );
}

#[test]
fn for_a_picture_of_somebody_young_there_is_help_and_nothing_else() {
    let place = Place::new(&[]);
    let (code, out, _) = place.run(&[
        "takedown",
        "--under-18",
        "yes",
        "--out",
        "pack",
        "--url",
        "nonsense",
    ]);
    assert_eq!(code, 0);
    assert!(
        out.contains("takeitdown.ncmec.org") && out.contains("NOT YOUR FAULT"),
        "{out}"
    );
    assert!(!place.folder().join("pack").exists() && !place.home().exists());
    let (_, out, _) = place.run(&["takedown", "--under-18", "yes", "--json"]);
    assert_eq!(line(&out)["route"], "under_18");
}

#[test]
fn nothing_is_guessed() {
    let place = Place::new(&[]);
    for (args, expected) in [
        (&["--intimate", "--out", "pack"][..], "age_not_answered"),
        (&["--under-18", "no", "--out", "pack"], "nothing_applies"),
        (
            &[
                "--under-18",
                "no",
                "--intimate",
                "--url",
                "example.org",
                "--out",
                "pack",
            ],
            "not_an_address",
        ),
        (&["--under-18", "no", "--intimate"], "no_folder"),
    ] {
        let args = [&["takedown", "--json"], args].concat();
        let (code, out, _) = place.run(&args);
        assert_eq!(
            (code, &line(&out)["error"]["code"]),
            (1, &expected.into()),
            "{args:?}"
        );
    }
    assert!(!place.folder().join("pack").exists());
}
