//! Finding the photos that pictures were made from.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::fs;
use std::io::Cursor;

use common::{Place, discs};
use image::imageops::{crop_imm, flip_horizontal, overlay};
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::Value;

fn photo(seed: u32) -> RgbImage {
    discs(seed, [640, 480], 60)
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

/// A place with four recorded photos; the ids, in their order.
fn recorded() -> (Place, Vec<String>) {
    let photos: Vec<_> = (0..4)
        .map(|seed| bytes(&photo(seed), ImageFormat::Png))
        .collect();
    let names = ["a.png", "b.png", "c.png", "d.png"];
    let files: Vec<(&str, &[u8])> = names
        .into_iter()
        .zip(photos.iter().map(Vec::as_slice))
        .collect();
    let place = Place::new(&files);
    let ids = names.map(|name| {
        let recipient = format!("whoever got {name}");
        let (code, out, err) = place.run(&["clean", name, "--json", "--recipient", &recipient]);
        assert_eq!(code, 0, "{err}");
        line(&out)["record"].as_str().unwrap().to_owned()
    });
    (place, ids.to_vec())
}

#[test]
fn a_changed_and_mirrored_part_is_found_and_told() {
    let (place, ids) = recorded();
    let mut copy = crop_imm(&photo(1), 100, 60, 480, 400).to_image();
    // A face of somebody else.
    let other = crop_imm(&photo(9), 0, 0, 120, 100).to_image();
    overlay(&mut copy, &other, 200, 150);
    let mirrored = flip_horizontal(&copy);
    fs::write(
        place.folder().join("seen.jpg"),
        bytes(&mirrored, ImageFormat::Jpeg),
    )
    .unwrap();
    let find = [
        "find",
        "seen.jpg",
        "--json",
        "--original",
        "b.png",
        "--diff",
        "out.png",
    ];
    let (code, out, err) = place.run(&find);
    assert_eq!(code, 0, "{out}{err}");
    let told = line(&out);
    let found = &told["matches"][0];
    assert_eq!(told["matches"].as_array().unwrap().len(), 1, "{told}");
    assert_eq!(
        (&found["record"], &found["kind"], &found["mirrored"]),
        (&ids[1].as_str().into(), &"part".into(), &true.into())
    );
    assert!(
        found["confidence"].as_f64().unwrap() > 0.98 && found["inliers"].as_u64().unwrap() >= 20
    );
    let near = |value: &Value, expected: f64| (value.as_f64().unwrap() - expected).abs() < 12.0;
    for (name, expected) in [
        ("x", 100.0),
        ("y", 60.0),
        ("width", 480.0),
        ("height", 400.0),
    ] {
        assert!(near(&found["region"][name], expected), "{found}");
    }
    assert_eq!(found["recipient"], "whoever got b.png");
    assert_eq!(told["changes"]["verdict"], "changed");
    let area = &told["changes"]["areas"][0]["region"];
    for (name, expected) in [
        ("x", 300.0),
        ("y", 210.0),
        ("width", 120.0),
        ("height", 100.0),
    ] {
        assert!(
            (area[name].as_f64().unwrap() - expected).abs() < 25.0,
            "{area}"
        );
    }
    assert!(image::open(place.folder().join("out.png")).unwrap().width() > 1900);
    // Never over an existing file.
    let (code, out, _) = place.run(&find);
    assert_eq!(code, 1);
    assert_eq!(line(&out)["error"]["code"], "already_exists", "{out}");

    let (code, out, _) = place.run(&["find", "seen.jpg", "--original", "."]);
    assert_eq!(code, 0);
    assert!(
        out.contains("very probably a copy of a part of the photo") && out.contains("mirrored"),
        "{out}"
    );
    assert!(out.contains("Changed: "), "{out}");
    assert!(out.contains("  for: whoever got b.png\n"), "{out}");
}

#[test]
fn the_file_itself_two_sources_and_strangers() {
    let (place, ids) = recorded();
    let (code, out, _) = place.run(&["find", "c.png", "--json"]);
    assert_eq!(code, 0);
    assert_eq!(line(&out)["matches"][0]["kind"], "same_file");
    assert_eq!(line(&out)["matches"][0]["record"], ids[2]);

    let mut collage = RgbImage::new(1280, 480);
    overlay(&mut collage, &photo(3), 0, 0);
    overlay(&mut collage, &photo(0), 640, 0);
    fs::write(
        place.folder().join("two.png"),
        bytes(&collage, ImageFormat::Png),
    )
    .unwrap();
    let (_, out, _) = place.run(&["find", "two.png", "--json"]);
    let told = line(&out);
    let mut found: Vec<_> = told["matches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| found["record"].as_str().unwrap())
        .collect();
    found.sort_unstable();
    let mut expected = vec![ids[0].as_str(), &ids[3]];
    expected.sort_unstable();
    assert_eq!(found, expected);

    fs::write(
        place.folder().join("other.png"),
        bytes(&photo(77), ImageFormat::Png),
    )
    .unwrap();
    fs::write(
        place.folder().join("blank.png"),
        bytes(&RgbImage::new(300, 200), ImageFormat::Png),
    )
    .unwrap();
    fs::write(place.folder().join("no.txt"), "dear diary").unwrap();
    let (code, out, err) = place.run(&["find", "other.png", "blank.png", "no.txt"]);
    assert_eq!(code, 1);
    assert_eq!(
        out,
        "other.png: not made from any photo recorded here, as far as can be told\n"
    );
    assert!(
        err.contains("There is too little in this picture to recognise it by."),
        "{err}"
    );
    // One whose pixels nothing decodes is recorded all the same, and it is said that it was not compared.
    let undecodable =
        b"GIF89a\x08\0\x08\0\x80\0\0\0\0\0\xFF\xFF\xFF,\0\0\0\0\x08\0\x08\0\0\x02\x02\xFF\xFF\0;";
    fs::write(place.folder().join("bad.gif"), undecodable).unwrap();
    let (code, _, err) = place.run(&["clean", "bad.gif"]);
    assert_eq!(code, 0, "{err}");
    let (_, out, _) = place.run(&["find", "other.png"]);
    assert_eq!(
        out,
        "other.png: not made from any photo recorded here, as far as can be told\n  \
         1 recorded file has no fingerprints and could not be compared with it\n"
    );
    let (_, out, _) = place.run(&["find", "other.png", "--json"]);
    assert_eq!(line(&out)["not_comparable"], 1, "{out}");

    let (_, out, _) = place.run(&["find", "blank.png", "no.txt", "--json"]);
    let errors: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(errors[0]["error"]["code"], "no_usable_detail");
    assert!(
        errors[1]["error"]["code"].is_string()
            && errors[1]["matches"].as_array().unwrap().is_empty()
    );
}

#[test]
fn odd_pictures_get_a_clear_answer_in_bounded_time() {
    let (place, ids) = recorded();
    let whole = bytes(&photo(1), ImageFormat::Jpeg);
    let mut animated = Vec::new();
    {
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut animated);
        for seed in [1, 77] {
            let frame = image::DynamicImage::ImageRgb8(photo(seed)).into_rgba8();
            encoder.encode_frame(image::Frame::new(frame)).unwrap();
        }
    }
    let strip = bytes(
        &RgbImage::from_fn(100_000, 2, |x, _| Rgb([(x / 7) as u8; 3])),
        ImageFormat::Png,
    );
    let tiles = bytes(
        &RgbImage::from_fn(900, 600, |x, y| {
            Rgb([if (x / 30 + y / 30) % 2 == 0 { 20 } else { 230 }; 3])
        }),
        ImageFormat::Png,
    );
    let files: [(&str, &[u8]); 5] = [
        ("tiny.gif", common::PHOTO),
        ("strip.png", &strip),
        ("tiles.png", &tiles),
        ("cut.jpg", &whole[..whole.len() / 3]),
        ("animated.gif", &animated),
    ];
    for (name, bytes) in files {
        fs::write(place.folder().join(name), bytes).unwrap();
    }
    let told = |name: &str| {
        let (_, out, err) = place.run(&["find", name, "--json"]);
        assert!(err.is_empty(), "{name}: {err}");
        line(&out)
    };
    for name in ["tiny.gif", "strip.png", "cut.jpg", "tiles.png"] {
        let told = told(name);
        assert!(told["matches"].as_array().unwrap().is_empty(), "{told}");
        // A strip and tiles have details, though no photo's.
        if !["strip.png", "tiles.png"].contains(&name) {
            assert!(
                told["error"]["code"].is_string() && told["error"]["hint"].is_string(),
                "{told}"
            );
        }
    }
    assert_eq!(told("tiny.gif")["error"]["code"], "no_usable_detail");
    // The first frame counts.
    assert_eq!(told("animated.gif")["matches"][0]["record"], ids[1]);
}
