//! Cloaking whole files: in kind, upright, recorded, and never at the cost of an original or of the batch.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::sync::Mutex;
use std::time::SystemTime;

use common::{Mounted, code, folder, found, names, output, photo, skipped, tiny};
use image::{
    DynamicImage, GrayAlphaImage, GrayImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb, RgbImage,
    Rgba, RgbaImage,
};
use pipeline::ledger::{Digest, Ledger};
use pipeline::models::Models;
use pipeline::perturb::Strength;
use pipeline::worker::Workers;
use pipeline::{
    Cancel, Cloak, CloakStage, Cloaked, Cloaking, Container, Destination, Event, Finished,
    Handover, Outcome, Recording, Request, Summary, run_cloaking,
};

/// All that cloaking needs, with one small encoder.
struct Desk {
    models: Models,
    workers: Workers,
    ledger: Ledger,
    _home: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let home = folder(&[("models/tiny.safetensors", &tiny::encoder("tiny"))]);
        let ledger = pipeline::open_ledger(&home.path().join("ledger.sqlite")).unwrap();
        Self {
            models: Models::load(Some(home.path())),
            workers: Workers::in_process(),
            ledger,
            _home: home,
        }
    }

    fn run(&self, paths: &[&Path], request: &Request, refine: u32) -> Vec<Outcome> {
        let (outcomes, _) = self.run_until(paths, request, refine, |_| false);
        outcomes
    }

    /// Cancels when `stop` says so; the outcomes, and the stages that were told.
    fn run_until(
        &self,
        paths: &[&Path],
        request: &Request,
        refine: u32,
        stop: impl Fn(CloakStage) -> bool + Sync,
    ) -> (Vec<Outcome>, Vec<CloakStage>) {
        let cancel = Cancel::new();
        let (models, workers) = (&self.models, &self.workers);
        let cloaking = Cloaking::new(
            models,
            workers,
            Strength::Light,
            refine,
            Some(7),
            cancel.clone(),
        );
        let handover = Handover::default();
        let recording = Recording {
            ledger: &self.ledger,
            workers,
            app_version: "0.0.0",
            clock: &SystemTime::now,
            handover: &handover,
        };
        let photos = found(paths.iter().map(|path| path.to_path_buf()));
        let before: Vec<_> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
        let (outcomes, stages) = (Mutex::new(vec![None; paths.len()]), Mutex::new(Vec::new()));
        let summary = run_cloaking(
            &photos,
            request,
            Some(&recording),
            Some(&cloaking),
            &cancel,
            &|event| match event {
                Event::Started { .. } => {}
                Event::Cloaking { progress, .. } => {
                    assert!((0.0..=1.0).contains(&progress.share));
                    stages.lock().unwrap().push(progress.stage);
                    if stop(progress.stage) {
                        cancel.cancel();
                    }
                }
                Event::Finished { index, outcome } => {
                    outcomes.lock().unwrap()[index] = Some(outcome);
                }
            },
        );
        let outcomes: Vec<_> = outcomes
            .into_inner()
            .unwrap()
            .into_iter()
            .flatten()
            .collect();
        let mut counted = Summary::default();
        outcomes.iter().for_each(|outcome| counted.count(outcome));
        assert_eq!(summary, counted);
        for (path, before) in paths.iter().zip(&before) {
            if *request.destination() != Destination::Replace {
                assert_eq!(
                    &fs::read(path).unwrap(),
                    before,
                    "the original is as it was"
                );
            }
        }
        (outcomes, stages.into_inner().unwrap())
    }
}

trait Where {
    fn destination(&self) -> &Destination;
}

impl Where for Request {
    fn destination(&self) -> &Destination {
        &self.destination
    }
}

/// A picture with some detail.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = 40.0 * ((x as f32 / 9.0).sin() + (y as f32 / 7.0).cos());
        let grain = (x * 7 + y * 13) % 11;
        Rgb([
            (120.0 + wave) as u8 + grain as u8,
            (130.0 - wave) as u8,
            (90 + x / 4 + y / 3) as u8,
        ])
    })
}

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn finished(outcome: &Outcome) -> &Finished {
    match outcome {
        Outcome::Done(finished) | Outcome::AlreadyClean(finished) => finished,
        other => panic!("not finished: {other:?}"),
    }
}

fn cloak(outcome: &Outcome) -> &Cloak {
    match &finished(outcome).cloak {
        Some(Cloaked::Yes(cloak)) => cloak,
        other => panic!("not cloaked: {other:?}"),
    }
}

fn not_cloaked(outcome: &Outcome) -> &str {
    match &finished(outcome).cloak {
        Some(Cloaked::No(why)) => {
            for text in [&why.message, &why.hint] {
                assert!(
                    text.ends_with('.') && text.starts_with(char::is_uppercase),
                    "{text}"
                );
                assert!(!text.contains('/'), "{text}");
            }
            &why.code
        }
        other => panic!("cloaked: {other:?}"),
    }
}

/// Cloaks one file, and returns its outcome and the cloaked file.
fn cloaked(name: &str, bytes: &[u8]) -> (Outcome, Vec<u8>) {
    let desk = Desk::new();
    let folder = folder(&[(name, bytes)]);
    let outcome = desk
        .run(&[&folder.path().join(name)], &Request::default(), 0)
        .remove(0);
    let copy = fs::read(output(&outcome)).unwrap();
    (outcome, copy)
}

#[test]
fn every_kind_comes_back_in_kind_and_looks_nearly_the_same() {
    for (name, format, container) in [
        ("a.jpg", ImageFormat::Jpeg, Container::Jpeg),
        ("a.png", ImageFormat::Png, Container::Png),
        ("a.webp", ImageFormat::WebP, Container::Webp),
        ("a.tif", ImageFormat::Tiff, Container::Tiff),
    ] {
        let bytes = encoded(picture(160, 96), format);
        let (outcome, copy) = cloaked(name, &bytes);
        let told = finished(&outcome);
        assert_eq!(told.container, container, "{name}");
        let saved = output(&outcome)
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        assert_eq!(saved, name.replace("a.", "a_cloaked."));
        let (before, after) = (
            image::load_from_memory(&bytes).unwrap().into_rgb8(),
            image::load_from_memory(&copy).unwrap().into_rgb8(),
        );
        assert_eq!(before.dimensions(), after.dimensions());
        assert_ne!(before, after, "{name}: something was added");
        let apart: u64 = before
            .iter()
            .zip(after.iter())
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        assert!(apart / (before.len() as u64) < 12, "{name}: {apart}");
        let cloak = cloak(&outcome);
        assert_eq!((cloak.strength, cloak.seed), (Strength::Light, 7));
        // The instant tier needs no more than the generator that the program carries.
        assert_eq!(cloak.models.len(), 1);
        assert_eq!(cloak.models[0].name, "generator");
        let report = metadata::inspect(&copy, &Default::default()).unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }
}

#[test]
fn depth_alpha_and_grey_are_as_they_were() {
    let rgb = picture(96, 64);
    let deep = ImageBuffer::from_fn(96, 64, |x, y| {
        Rgb(rgb
            .get_pixel(x, y)
            .0
            .map(|value| u16::from(value) * 256 + 3))
    });
    let (_, copy) = cloaked(
        "deep.png",
        &encoded(DynamicImage::ImageRgb16(deep.clone()), ImageFormat::Png),
    );
    let after = image::load_from_memory(&copy).unwrap();
    assert_eq!(after.color(), image::ColorType::Rgb16);
    assert_ne!(after.into_rgb16(), deep);

    let clear = RgbaImage::from_fn(96, 64, |x, y| {
        let [r, g, b] = rgb.get_pixel(x, y).0;
        Rgba([r, g, b, (x * 2) as u8])
    });
    for (name, format) in [
        ("clear.png", ImageFormat::Png),
        ("clear.webp", ImageFormat::WebP),
    ] {
        let (_, copy) = cloaked(name, &encoded(clear.clone(), format));
        let after = image::load_from_memory(&copy).unwrap().into_rgba8();
        let alpha = |image: &RgbaImage| image.pixels().map(|pixel| pixel.0[3]).collect::<Vec<_>>();
        assert_eq!(alpha(&after), alpha(&clear), "{name}");
    }

    let grey = GrayImage::from_fn(96, 64, |x, y| Luma([((x * 5 + y * 3) % 251) as u8]));
    for (name, format) in [
        ("grey.jpg", ImageFormat::Jpeg),
        ("grey.png", ImageFormat::Png),
    ] {
        let (_, copy) = cloaked(name, &encoded(grey.clone(), format));
        let after = image::load_from_memory(&copy).unwrap();
        assert_eq!(after.color(), image::ColorType::L8, "{name}");
    }
    let grey_alpha = GrayAlphaImage::from_fn(96, 64, |x, y| LumaA([((x * y) % 251) as u8, 200]));
    let (_, copy) = cloaked("grey.tif.png", &encoded(grey_alpha, ImageFormat::Png));
    assert_eq!(
        image::load_from_memory(&copy).unwrap().color(),
        image::ColorType::La8
    );

    let black = RgbImage::new(96, 64);
    let (outcome, copy) = cloaked("black.png", &encoded(black, ImageFormat::Png));
    let _ = cloak(&outcome);
    assert_eq!(image::load_from_memory(&copy).unwrap().width(), 96);
}

/// A JPEG that is to be turned to the right, with an artist, as cameras write it.
fn turned_jpeg(wide: &RgbImage) -> Vec<u8> {
    let mut jpeg = encoded(wide.clone(), ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x02".to_vec();
    exif.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
    exif.extend(b"\x01\x3B\0\x02\0\0\0\x08\0\0\0\x26");
    exif.extend(b"\0\0\0\0J. Doe!\0");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let segment = [b"\xFF\xE1", &length[..], &exif].concat();
    jpeg.splice(2..2, segment);
    jpeg
}

#[test]
fn what_is_shown_stands_upright_and_says_so_no_more() {
    let (outcome, copy) = cloaked("a.jpg", &turned_jpeg(&picture(160, 96)));
    let after = image::load_from_memory(&copy).unwrap();
    assert_eq!((after.width(), after.height()), (96, 160));
    let report = metadata::inspect(&copy, &Default::default()).unwrap();
    assert_eq!(report.orientation, 1);
    assert!(report.findings.is_empty());
    let told = finished(&outcome);
    assert!(
        told.removed
            .iter()
            .any(|finding| finding.value.contains("J. Doe!"))
    );
}

#[test]
fn what_was_asked_to_stay_stays() {
    let desk = Desk::new();
    let folder = folder(&[("a.jpg", &turned_jpeg(&picture(160, 96)))]);
    let request = Request {
        policy: pipeline::Policy {
            keep: [pipeline::Keep::Artist].into(),
        },
        ..Request::default()
    };
    let outcome = desk
        .run(&[&folder.path().join("a.jpg")], &request, 0)
        .remove(0);
    let report = pipeline::inspect(output(&outcome), &Default::default())
        .unwrap()
        .report;
    assert_eq!(report.orientation, 1);
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.value.contains("J. Doe!"))
    );
}

#[test]
fn the_same_seed_makes_the_same_file() {
    let bytes = encoded(picture(128, 96), ImageFormat::Png);
    assert_eq!(cloaked("a.png", &bytes).1, cloaked("a.png", &bytes).1);
}

#[test]
fn the_record_holds_both_and_how() {
    let desk = Desk::new();
    let bytes = encoded(picture(160, 96), ImageFormat::Png);
    let folder = folder(&[("a.png", &bytes)]);
    let outcome = desk
        .run(&[&folder.path().join("a.png")], &Request::default(), 0)
        .remove(0);
    let record = desk
        .ledger
        .get(finished(&outcome).record.as_deref().unwrap())
        .unwrap();
    let digest = Digest::of;
    assert_eq!(record.facts.original_sha256, digest(&bytes));
    assert_eq!(
        record.facts.output_sha256,
        digest(&fs::read(output(&outcome)).unwrap())
    );
    let how = record.extras.cloak.unwrap();
    assert!(how.starts_with("cloak-1 strength=light seed=7 "), "{how}");
    assert!(how.contains(" models=generator:"), "{how}");
}

#[test]
fn a_cloaked_photo_is_refused_by_its_bytes_and_by_its_pixels() {
    let desk = Desk::new();
    let folder = folder(&[("a.png", &encoded(picture(160, 96), ImageFormat::Png))]);
    let original = folder.path().join("a.png");
    let first = desk.run(&[&original], &Request::default(), 0).remove(0);
    let copy = output(&first).to_owned();
    let pixels = image::load_from_memory(&fs::read(&copy).unwrap()).unwrap();
    let same_pixels = folder.path().join("other.tif");
    fs::write(&same_pixels, encoded(pixels, ImageFormat::Tiff)).unwrap();

    let outcomes = desk.run(&[&copy, &same_pixels, &original], &Request::default(), 0);
    for refused in &outcomes[..2] {
        assert_eq!(code(refused), ("already_cloaked", true));
    }
    let _ = cloak(&outcomes[2]);
}

#[test]
fn what_cannot_be_cloaked_is_cleaned_and_says_why() {
    let desk = Desk::new();
    let mut inks = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut inks, 90);
    encoder
        .encode(&[9; 64 * 64 * 4], 64, 64, jpeg_encoder::ColorType::Cmyk)
        .unwrap();
    let cases: [(&str, Vec<u8>, &str); 5] = [
        (
            "one.png",
            encoded(RgbImage::new(1, 1), ImageFormat::Png),
            "too_small",
        ),
        (
            "thin.png",
            encoded(picture(20_000, 3), ImageFormat::Png),
            "too_small",
        ),
        ("inks.jpg", inks, "inks"),
        ("a.gif", photo(true), "format"),
        (
            "huge.png",
            encoded(GrayImage::new(12_000, 12_000), ImageFormat::Png),
            "too_large",
        ),
    ];
    let folder = folder(&[("good.png", &encoded(picture(96, 64), ImageFormat::Png))]);
    for (name, bytes, expected) in cases {
        let (bad, good) = (folder.path().join(name), folder.path().join("good.png"));
        fs::write(&bad, bytes).unwrap();
        let outcomes = desk.run(&[&bad, &good], &Request::default(), 0);
        assert_eq!(not_cloaked(&outcomes[0]), expected, "{name}");
        let _ = cloak(&outcomes[1]);
        for outcome in &outcomes {
            if let Some(copy) = &finished(outcome).output {
                fs::remove_file(copy).unwrap();
            }
        }
    }
}

#[test]
fn damaged_pixels_are_no_reason_not_to_clean() {
    let mut jpeg = encoded(picture(160, 96), ImageFormat::Png);
    // The picture's data, not its frame: the container is sound, and the decoder finds nonsense.
    let at = jpeg.windows(4).position(|name| name == b"IDAT").unwrap() + 6;
    jpeg[at..at + 40].fill(0xA5);
    let desk = Desk::new();
    let folder = folder(&[("a.png", &jpeg)]);
    let outcomes = desk.run(&[&folder.path().join("a.png")], &Request::default(), 0);
    match &outcomes[0] {
        Outcome::Refused(failure) => assert!(!failure.code.is_empty()),
        outcome => assert_eq!(not_cloaked(outcome), "undecodable"),
    }
}

#[test]
fn cancelled_at_any_step_nothing_is_half_done() {
    let bytes = encoded(picture(160, 96), ImageFormat::Png);
    let desk = Desk::new();
    let folder = folder(&[("a.png", &bytes)]);
    let path = folder.path().join("a.png");
    let (_, stages) = desk.run_until(&[&path], &Request::default(), 4, |_| false);
    let mut seen: Vec<CloakStage> = Vec::new();
    for stage in stages {
        if !seen.contains(&stage) {
            seen.push(stage);
        }
    }
    assert!(
        seen.contains(&CloakStage::Refine) && seen.contains(&CloakStage::Encode),
        "{seen:?}"
    );
    for at in seen {
        let _ = fs::remove_file(folder.path().join("a_cloaked.png"));
        let (outcomes, _) = desk.run_until(&[&path], &Request::default(), 4, |stage| stage == at);
        match &outcomes[0] {
            Outcome::Cancelled => assert_eq!(names(folder.path()), ["a.png"], "{at:?}"),
            outcome => {
                let _ = cloak(outcome);
                assert_eq!(names(folder.path()), ["a.png", "a_cloaked.png"], "{at:?}");
                let copy = fs::read(output(outcome)).unwrap();
                assert_eq!(image::load_from_memory(&copy).unwrap().width(), 160);
            }
        }
    }
}

#[test]
fn the_copy_is_saved_and_recorded_before_it_is_measured() {
    let bytes = encoded(picture(160, 96), ImageFormat::Png);
    let folder = folder(&[("a.png", &bytes)]);
    let (path, copy) = (
        folder.path().join("a.png"),
        folder.path().join("a_cloaked.png"),
    );
    for cancelled in [false, true] {
        let (desk, there) = (Desk::new(), Mutex::new(None));
        let (outcomes, _) = desk.run_until(&[&path], &Request::default(), 0, |stage| {
            if stage != CloakStage::Measure {
                return false;
            }
            let saved = fs::read(&copy).unwrap();
            let records = desk.ledger.find_digest(&Digest::of(&saved)).unwrap();
            assert_eq!(records.len(), 1);
            there.lock().unwrap().get_or_insert(saved);
            cancelled
        });
        let finished = finished(&outcomes[0]);
        assert_eq!(
            fs::read(output(&outcomes[0])).unwrap(),
            there.into_inner().unwrap().unwrap()
        );
        assert!(finished.record.is_some());
        let measured = cloak(&outcomes[0]).measured.as_ref().unwrap();
        assert_eq!(measured.cancelled, cancelled);
        assert_eq!(measured.encoders.is_empty(), cancelled);
        fs::remove_file(&copy).unwrap();
    }
}

#[test]
fn a_full_disk_takes_nothing_with_it() {
    let Some(small) = Mounted::new("size=64k") else {
        return skipped("no file system can be mounted here");
    };
    let desk = Desk::new();
    let folder = folder(&[("a.png", &encoded(picture(400, 300), ImageFormat::Png))]);
    let request = Request {
        destination: Destination::Folder(small.path().to_owned()),
        ..Request::default()
    };
    let outcomes = desk.run(&[&folder.path().join("a.png")], &request, 0);
    assert_eq!(code(&outcomes[0]), ("disk_full", false));
    assert_eq!(names(small.path()), [] as [&str; 0]);
}

#[test]
fn without_models_photos_are_cleaned_and_that_is_said() {
    let desk = Desk {
        models: Models::default(),
        ..Desk::new()
    };
    assert_eq!(desk.models.check().unwrap_err().code, "no_models");
    let folder = folder(&[("a.png", &encoded(picture(96, 64), ImageFormat::Png))]);
    let outcomes = desk.run(&[&folder.path().join("a.png")], &Request::default(), 0);
    assert_eq!(not_cloaked(&outcomes[0]), "no_models");
}
