//! `clean --cloak`, `cloak-report` and `models`, as a person types them.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;
#[path = "../../crates/pipeline/tests/common/tiny.rs"]
#[allow(dead_code, unreachable_pub)]
mod tiny;

use std::fs;
use std::io::Cursor;

use common::{PHOTO, Place, told};
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::Value;

fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let wave = ((x * 13 + y * 7) % 97 + (x * y / 11) % 61) as u8;
        Rgb([wave, 255 - wave, (x ^ y) as u8])
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Where no models came with the program.
fn run(place: &Place, args: &[&str]) -> (i32, String, String) {
    let mut command = place.command(args);
    command.env("CLOAKROOM_MODELS", place.folder().join("no models"));
    told(&command.output().unwrap())
}

fn with_pack(files: &[(&str, &[u8])]) -> Place {
    let place = Place::new(files);
    fs::write(
        place.folder().join("tiny.safetensors"),
        tiny::encoder("tiny"),
    )
    .unwrap();
    let (code, out, err) = run(&place, &["models", "add", "tiny.safetensors"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(
        out.contains("a pack that you added") && out.contains("CC0-1.0"),
        "{out}"
    );
    place
}

fn object(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

#[test]
fn models_are_added_listed_and_removed() {
    let place = with_pack(&[("junk.safetensors", b"junk")]);
    let (code, out, _) = run(&place, &["models", "list", "--json"]);
    let models: Vec<Value> = out.lines().map(object).collect();
    assert_eq!((code, &models[0]["origin"]), (0, &"ours".into()));
    let model = models.iter().find(|model| model["name"] == "tiny").unwrap();
    assert_eq!(model["origin"], "pack");
    assert_eq!(model["sha256"].as_str().unwrap().len(), 64);

    let args = [
        "models",
        "add",
        "junk.safetensors",
        "tiny.safetensors",
        "--json",
    ];
    let (code, out, _) = run(&place, &args);
    let errors: Vec<_> = out
        .lines()
        .map(|line| object(line)["error"]["code"].clone())
        .collect();
    assert_eq!(
        (code, errors),
        (1, vec!["not_a_pack".into(), "model_exists".into()])
    );

    assert_eq!(run(&place, &["models", "remove", "tiny"]).0, 0);
    let (code, _, err) = run(&place, &["models", "remove", "tiny"]);
    assert!(code == 1 && err.contains("[model_unknown]"), "{err}");
    let (code, out, _) = run(&place, &["models", "list"]);
    assert!(code == 0 && !out.contains("tiny"), "{out}");
    assert!(out.contains("ours; "), "{out}");
}

#[test]
fn our_own_models_are_enough() {
    let place = Place::new(&[("a.png", &png(96, 64))]);
    let (code, out, _) = run(&place, &["clean", "a.png", "--cloak", "light", "--json"]);
    let cloak = &object(&out)["cloak"];
    assert_eq!((code, &cloak["not_cloaked"]), (0, &Value::Null), "{out}");
    assert_eq!(cloak["models"][0]["name"], "generator");
    assert_eq!(place.names(), ["a.png", "a_cloaked.png"]);
}

#[test]
fn cloaking_as_json_and_its_report() {
    let place = with_pack(&[("a.png", &png(160, 96))]);
    let args = [
        "clean",
        "a.png",
        "--cloak",
        "balanced",
        "--seed",
        "3",
        "--refine=2",
        "--json",
    ];
    let (code, out, err) = run(&place, &args);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let line = object(&out);
    assert_eq!(line["output"], "a_cloaked.png");
    let cloak = &line["cloak"];
    assert_eq!(cloak["strength"], "balanced");
    assert_eq!(
        (&cloak["seed"], &cloak["no_face"]),
        (&3.into(), &true.into())
    );
    assert_eq!(cloak["not_cloaked"], Value::Null);
    assert!(cloak["visibility"].as_f64().unwrap() < 2.6, "{cloak}");
    let models = cloak["models"].as_array().unwrap();
    assert!(
        models.iter().any(|model| model["name"] == "tiny"),
        "{cloak}"
    );
    let encoder = &cloak["encoders"][0];
    for number in ["shift", "noise"] {
        assert!(
            encoder["after_upload"][number].as_f64().is_some(),
            "{encoder}"
        );
    }

    let (code, out, err) = run(&place, &["cloak-report", "a_cloaked.png", "a.png"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("Tiny tiny") && out.contains("plain noise") && out.contains("JPEG alone"));
    assert!(
        out.contains("it is not a lock") && out.contains("No face was found."),
        "{out}"
    );
    assert!(!out.to_lowercase().contains("protected"), "{out}");
    let (_, out, _) = run(
        &place,
        &["cloak-report", "a_cloaked.png", "a.png", "--json"],
    );
    let report = object(&out);
    assert_eq!(
        (&report["error"], &report["no_face"]),
        (&Value::Null, &true.into())
    );
    assert!(report["encoders"][0]["jpeg_alone"].as_f64().is_some());

    let (code, _, err) = run(&place, &["clean", "a_cloaked.png", "--cloak", "light"]);
    assert!(
        code == 1 && err.contains("[already_cloaked]") && err.contains("original"),
        "{err}"
    );
}

#[test]
fn what_is_not_cloaked_is_cleaned_and_counts_as_a_problem() {
    let place = with_pack(&[("a.gif", PHOTO)]);
    let (code, out, _) = run(&place, &["clean", "a.gif", "--cloak", "strong"]);
    assert_eq!(code, 1, "not all that was asked for was done");
    assert!(
        out.starts_with("not cloaked    a.gif → a_clean.gif"),
        "{out}"
    );
    assert!(out.contains("[format]"), "{out}");
    let (_, out, _) = run(&place, &["clean", "a.gif", "--cloak", "strong", "--json"]);
    let cloak = &object(&out)["cloak"];
    assert_eq!(
        (&cloak["not_cloaked"]["code"], &cloak["strength"]),
        (&"format".into(), &Value::Null)
    );
}

#[test]
fn a_report_needs_two_pictures_of_one_size() {
    let place = with_pack(&[
        ("a.png", &png(96, 64)),
        ("b.png", &png(64, 96)),
        ("a.gif", PHOTO),
    ]);
    let (code, _, err) = run(&place, &["cloak-report", "b.png", "a.png"]);
    assert!(code == 1 && err.contains("[sizes_differ]"), "{err}");
    let (code, out, _) = run(&place, &["cloak-report", "gone.png", "a.png", "--json"]);
    assert_eq!(
        (code, &object(&out)["error"]["code"]),
        (1, &"not_found".into())
    );
}

#[test]
fn help_says_what_a_cloak_does_not_do() {
    let place = Place::new(&[]);
    let (code, out, _) = run(&place, &["cloak-report", "--help"]);
    assert_eq!(code, 0);
    let text = out.split_whitespace().collect::<Vec<_>>().join(" ");
    for limit in [
        "it is not a lock",
        "one clean photo elsewhere is enough",
        "inpainting apps",
        "visible on skin",
        "Screenshots",
        "Out of the box it is weak",
        "too little to claim anything",
        "made without still matched seventeen and sixteen",
        "trained anew may undo whatever was moved",
    ] {
        assert!(text.contains(limit), "{limit}");
    }
}
