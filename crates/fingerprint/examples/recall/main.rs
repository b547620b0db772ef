//! How well and how fast copies are found: `cargo xtask bench find` runs this.
//!
//! Arguments: folders of photos. Without any, or with too few, photos are made. `CLOAKROOM_BENCH_PART` limits the transforms to
//! those whose name holds it; `CLOAKROOM_BENCH_PHOTOS` limits the photos that copies are made of (all are compared with), and
//! `CLOAKROOM_BENCH_OTHERS` is with how many others each copy is compared. `CLOAKROOM_BENCH_ONLY` is `recall` or `cost`.

// A panic ends the measurement, and it is no part of the program.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod cost;
mod draw;
#[path = "../../src/testing.rs"]
#[allow(dead_code)]
mod made;
mod many;
mod peers;
mod recall;
mod transforms;

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

use fingerprint::Pixels;
use image::RgbImage;

/// With fewer real photos, made ones fill up.
const PHOTOS_MIN: usize = 12;

/// With how many other photos each copy is compared.
const OTHERS: usize = 60;

/// A photo, and what it is called in what is printed.
pub(crate) struct Photo {
    pub(crate) name: String,
    pub(crate) picture: RgbImage,
}

/// Something that we promise, and whether it is so on this machine now.
pub(crate) struct Bound {
    pub(crate) what: String,
    pub(crate) holds: bool,
}

fn main() -> ExitCode {
    let folders: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let part = env::var("CLOAKROOM_BENCH_PART").unwrap_or_default();
    let only = env::var("CLOAKROOM_BENCH_ONLY").unwrap_or_default();
    let number = |name: &str| {
        env::var(name)
            .ok()
            .and_then(|text| text.parse::<usize>().ok())
    };
    let mut photos = real(&folders);
    let count = photos.len();
    let missing = PHOTOS_MIN.saturating_sub(count) as u64;
    photos.extend((0..missing).map(|seed| Photo {
        name: format!("made photo {seed}"),
        picture: made_photo(1200, 900, seed),
    }));
    println!("{count} real photos and {missing} made ones");
    let mut bounds = Vec::new();
    if only != "cost" {
        let copied =
            number("CLOAKROOM_BENCH_PHOTOS").map_or(photos.len(), |most| most.min(photos.len()));
        let others = number("CLOAKROOM_BENCH_OTHERS").unwrap_or(OTHERS);
        bounds.extend(recall::measure(
            &photos,
            copied,
            others,
            &part,
            &env::temp_dir(),
        ));
    }
    if part.is_empty() && only != "recall" {
        let pictures: Vec<RgbImage> = photos.into_iter().map(|photo| photo.picture).collect();
        bounds.extend(cost::measure());
        bounds.extend(many::measure(&pictures));
    }
    println!();
    for bound in &bounds {
        let word = if bound.holds {
            "holds         "
        } else {
            "DOES NOT HOLD "
        };
        println!("{word} {}", bound.what);
    }
    if bounds.iter().all(|bound| bound.holds) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The photos of these folders that can be decoded and are large enough to be looked for.
fn real(folders: &[PathBuf]) -> Vec<Photo> {
    let of_folder = |folder: &PathBuf| {
        let entries = fs::read_dir(folder).expect("is a folder");
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.expect("is read").path())
            .collect();
        files.sort();
        files
    };
    let decoded = folders.iter().flat_map(of_folder).filter_map(|file| {
        Some(Photo {
            name: file.file_name()?.to_string_lossy().into_owned(),
            picture: image::open(&file).ok()?.into_rgb8(),
        })
    });
    decoded
        .filter(|photo| photo.picture.width().min(photo.picture.height()) >= 200)
        .collect()
}

pub(crate) fn made_photo(width: u32, height: u32, seed: u64) -> RgbImage {
    RgbImage::from_raw(width, height, made::photo(width, height, seed)).expect("has this size")
}

pub(crate) fn pixels(picture: &RgbImage) -> Pixels<'_> {
    Pixels::new(picture.width(), picture.height(), picture.as_raw()).expect("has this size")
}
