//! How well and how fast copies are found: `cargo xtask bench find` runs this.
//!
//! Arguments: folders of photos. Without any, or with too few, photos are made. `CLOAKROOM_BENCH_PART` limits the transforms to
//! those whose name holds it.

// A panic ends the measurement, and it is no part of the program.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod cost;
mod draw;
#[path = "../../src/testing.rs"]
#[allow(dead_code)]
mod made;
mod many;
mod recall;
mod transforms;

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

use fingerprint::Pixels;
use image::RgbImage;

/// With fewer real photos, made ones fill up.
const PHOTOS_MIN: usize = 12;

/// Something that we promise, and whether it is so on this machine now.
pub(crate) struct Bound {
    pub(crate) what: String,
    pub(crate) holds: bool,
}

fn main() -> ExitCode {
    let folders: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let part = env::var("CLOAKROOM_BENCH_PART").unwrap_or_default();
    let mut photos = real(&folders);
    let count = photos.len();
    let missing = PHOTOS_MIN.saturating_sub(count) as u64;
    photos.extend((0..missing).map(|seed| made_photo(1200, 900, seed)));
    println!("{count} real photos and {missing} made ones");
    let mut bounds = recall::measure(&photos, &part);
    if part.is_empty() {
        bounds.extend(cost::measure());
        bounds.extend(many::measure(&photos));
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
fn real(folders: &[PathBuf]) -> Vec<RgbImage> {
    let entries = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).expect("is a folder"));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("is read").path())
        .collect();
    files.sort();
    let decoded = files
        .iter()
        .filter_map(|file| Some(image::open(file).ok()?.into_rgb8()));
    decoded
        .filter(|photo| photo.width().min(photo.height()) >= 200)
        .collect()
}

pub(crate) fn made_photo(width: u32, height: u32, seed: u64) -> RgbImage {
    RgbImage::from_raw(width, height, made::photo(width, height, seed)).expect("has this size")
}

pub(crate) fn pixels(picture: &RgbImage) -> Pixels<'_> {
    Pixels::new(picture.width(), picture.height(), picture.as_raw()).expect("has this size")
}
