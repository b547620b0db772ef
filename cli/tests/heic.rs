//! HEIC and AVIF through the system's libheif: cloaked, recorded, found; and what happens where there is none.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::fs;
use std::io::Cursor;

use common::{Place, discs, told, workers};
use image::imageops::crop_imm;
use image::{ImageFormat, Rgb};
use pipeline::worker::{NotDecoded, Picture, Workers};
use serde_json::Value;

const STILL_HEIC: &[u8] = include_bytes!("../../crates/heif/tests/files/still.heic");
const STILL_AVIF: &[u8] = include_bytes!("../../crates/heif/tests/files/still.avif");
const CLEAR: &[u8] = include_bytes!("../../crates/heif/tests/files/clear.heic");
const DEEP: &[u8] = include_bytes!("../../crates/heif/tests/files/deep.heic");
const MOVING: &[u8] = include_bytes!("../../crates/heif/tests/files/moving.avif");
const DISCS: &[u8] = include_bytes!("../../crates/heif/tests/files/discs.heic");

fn picture(bytes: &[u8]) -> Picture<'_> {
    Picture {
        bytes,
        width: 48,
        height: 32,
        orientation: 1,
    }
}

/// Whether this system has the library with both decoders; a test without it says so and passes.
fn has_library() -> bool {
    let workers = workers(1);
    let has = [STILL_HEIC, STILL_AVIF]
        .iter()
        .all(|file| workers.pixels_digest(&picture(file)) != Err(NotDecoded::NoLibrary));
    if !has {
        eprintln!("SKIPPED: this system has no libheif with decoders for HEVC and AV1");
    }
    has
}

/// Where only our own models are, which come with the program.
fn run(place: &Place, args: &[&str]) -> (i32, String, String) {
    let mut command = place.command(args);
    command.env("CLOAKROOM_MODELS", place.folder().join("no models"));
    told(&command.output().unwrap())
}

fn objects(out: &str) -> Vec<Value> {
    let object = |line| serde_json::from_str(line).unwrap();
    out.lines().map(object).collect()
}

/// A part of the drawing in `discs.heic`, as a JPEG.
fn part() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let part = crop_imm(&discs(1, [640, 480], 60), 100, 60, 400, 340).to_image();
    part.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

#[test]
fn the_confined_process_decodes_as_this_one_does() {
    if !has_library() {
        return;
    }
    let (confined, here) = (workers(2), Workers::in_process());
    for file in [STILL_HEIC, STILL_AVIF, CLEAR, DEEP, MOVING] {
        let picture = picture(file);
        let digest = confined.pixels_digest(&picture);
        assert!(digest.is_ok(), "{digest:?}");
        assert_eq!(digest, here.pixels_digest(&picture));
        assert_eq!(confined.pixels(&picture), here.pixels(&picture));
    }
}

/// What a hostile picture may have done to the library ends with that picture.
#[test]
fn a_process_for_every_picture() {
    use std::io::{Read, Write};
    use std::process::{Command, Stdio};
    if !has_library() {
        return;
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_cloakroom"))
        .args(["--worker", "libheif"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    #[cfg(target_os = "linux")]
    assert_confined(child.id());
    let mut request = [&[0, 1][..], &[0; 40]].concat();
    request.extend((STILL_HEIC.len() as u64).to_le_bytes());
    request.extend(STILL_HEIC);
    let mut requests = child.stdin.take().unwrap();
    requests.write_all(&request.repeat(2)).unwrap();
    let mut replies = Vec::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_end(&mut replies)
        .unwrap();
    assert_eq!(replies.len(), 5 + 32, "one digest");
    assert!(child.wait().unwrap().success());
}

/// With the library in it, a process gives up as much before it sees a picture, but for threads.
#[cfg(target_os = "linux")]
fn assert_confined(child: u32) {
    use std::thread::sleep;
    use std::time::Duration;
    let about = |file: &str| fs::read_to_string(format!("/proc/{child}/{file}")).unwrap();
    let is_filtered = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
    let has_ended_setup = || {
        let open_files = about("limits");
        let open_files = open_files
            .lines()
            .find(|line| line.starts_with("Max open files"));
        let has_none = open_files.is_some_and(|line| line.split_whitespace().nth(3) == Some("0"));
        has_none && (!is_filtered || about("status").contains("Seccomp:\t2"))
    };
    for _ in 0..100 {
        if has_ended_setup() {
            break;
        }
        sleep(Duration::from_millis(50));
    }
    assert!(has_ended_setup(), "{}{}", about("status"), about("limits"));
    let maps = about("maps");
    assert!(maps.contains("libheif.so.1"), "loaded before");
}

#[test]
fn cloaked_as_jpeg_or_png_and_told() {
    if !has_library() {
        return;
    }
    let place = Place::new(&[
        ("a.heic", STILL_HEIC),
        ("b.avif", STILL_AVIF),
        ("clear.heic", CLEAR),
        ("deep.heic", DEEP),
        ("moving.avif", MOVING),
    ]);
    let args = ["clean", ".", "--out", "out", "--cloak", "light", "--json"];
    let (code, out, err) = run(&place, &args);
    assert_eq!(
        (code, err.as_str()),
        (1, ""),
        "the animation is not cloaked"
    );
    for (line, (output, note)) in objects(&out).iter().zip([
        (
            "a.jpg",
            "HEIC cannot be written here, so the cloaked copy is a JPEG.",
        ),
        (
            "b.jpg",
            "AVIF cannot be written here, so the cloaked copy is a JPEG.",
        ),
        (
            "clear.png",
            "HEIC cannot be written here, so the cloaked copy is a PNG.",
        ),
        (
            "deep.jpg",
            "The picture has more than 8 bits a colour, the cloaked JPEG has 8.",
        ),
    ]) {
        assert!(line["output"].as_str().unwrap().ends_with(output), "{line}");
        let notes = line["notes"].as_array().unwrap();
        assert!(notes.contains(&note.into()), "{line}");
        assert_eq!(line["cloak"]["not_cloaked"], Value::Null, "{line}");
    }
    let moving = &objects(&out)[4];
    assert_eq!(
        moving["cloak"]["not_cloaked"]["code"], "animation",
        "{moving}"
    );
    let out = place.folder().join("out");
    let copy = |name| image::open(out.join(name)).unwrap();
    assert!(copy("clear.png").color().has_alpha());
    let copy = copy("a.jpg").into_rgb8();
    assert_eq!(copy.dimensions(), (48, 32));
    let Rgb([red, _, blue]) = *copy.get_pixel(14, 20);
    assert!(red > 170 && blue < 80);
}

/// The coded picture is larger than what is shown of it, and of that the fingerprints are.
#[test]
fn the_recorded_size_is_that_of_the_shown_picture() {
    if !has_library() {
        return;
    }
    let place = Place::new(&[("a.heic", STILL_HEIC)]);
    assert!(STILL_HEIC.windows(4).any(|label| label == b"clap"));
    let (code, out, err) = run(&place, &["clean", "a.heic", "--json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let record = objects(&out)[0]["record"].as_str().unwrap().to_owned();
    let (code, out, err) = run(&place, &["ledger", "show", &record]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("48 × 32 pixels"), "{out}");
}

#[test]
fn a_recorded_photo_is_found_by_a_part_of_it() {
    if !has_library() {
        return;
    }
    let place = Place::new(&[("discs.heic", DISCS), ("seen.jpg", &part())]);
    let (code, out, err) = run(&place, &["clean", "discs.heic", "--json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let record = objects(&out)[0]["record"].clone();
    let (code, out, err) = run(&place, &["find", "seen.jpg", "--original", ".", "--json"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let found = &objects(&out)[0];
    assert_eq!(found["matches"][0]["record"], record, "{found}");
    // And the other way round: what was found may be a HEIC.
    let (code, out, _) = run(&place, &["find", "discs.heic"]);
    assert_eq!(code, 0, "{out}");
}

/// A library that the loader finds before the system's, and cannot load.
#[cfg(target_os = "linux")]
#[test]
fn without_the_library_copies_are_clean_and_told() {
    let place = Place::new(&[("a.heic", STILL_HEIC), ("b.avif", STILL_AVIF)]);
    let hidden = place.home().join("libraries");
    fs::create_dir_all(&hidden).unwrap();
    fs::write(hidden.join("libheif.so.1"), "none").unwrap();
    let run = |args: &[&str]| {
        let mut command = place.command(args);
        command.env("LD_LIBRARY_PATH", &hidden);
        told(&command.output().unwrap())
    };
    let (code, out, _) = run(&["clean", "a.heic", "b.avif", "--cloak", "light", "--json"]);
    assert_eq!(code, 1);
    for line in objects(&out) {
        let outcome = line["outcome"].as_str().unwrap();
        assert!(["done", "already_clean"].contains(&outcome), "{line}");
        let why = &line["cloak"]["not_cloaked"];
        assert_eq!(why["code"], "format");
        assert_eq!(
            why["message"],
            "Pictures of this format are cleaned, but not cloaked."
        );
        let hint = why["hint"].as_str().unwrap();
        assert!(
            hint.contains("save the photo as JPEG or PNG first"),
            "{hint}"
        );
        assert!(hint.contains("libheif1 on Debian and Ubuntu"), "{hint}");
        let notes = line["notes"].to_string();
        assert!(
            notes.contains("copies of it cannot be recognised"),
            "{notes}"
        );
    }
}

/// Loading runs the library's own code, and so does decoding: what dies is the worker.
#[cfg(target_os = "linux")]
#[test]
fn a_library_that_crashes_costs_no_photo() {
    use std::process::Command;
    let place = Place::new(&[("a.heic", STILL_HEIC), ("b.gif", common::PHOTO)]);
    let hidden = place.home().join("libraries");
    fs::create_dir_all(&hidden).unwrap();
    let source = hidden.join("crash.c");
    let code =
        "#include <stdlib.h>\n__attribute__((constructor)) static void crash(void) { abort(); }\n";
    fs::write(&source, code).unwrap();
    let mut compiler = Command::new("cc");
    let compiler = compiler
        .args(["-shared", "-o"])
        .arg(hidden.join("libheif.so.1"));
    if !compiler
        .arg(&source)
        .status()
        .is_ok_and(|status| status.success())
    {
        eprintln!("SKIPPED: this system has no C compiler");
        return;
    }
    let mut command = place.command(&["clean", ".", "--out", "out", "--json"]);
    command.env("LD_LIBRARY_PATH", &hidden);
    let (code, out, err) = told(&command.output().unwrap());
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let lines = objects(&out);
    let notes = lines[0]["notes"].to_string();
    assert!(
        notes.contains("The process that decodes pictures failed"),
        "{notes}"
    );
    assert_eq!(lines[1]["outcome"], "done");
    assert_eq!(lines[1]["notes"], Value::Array(Vec::new()), "{}", lines[1]);
}
