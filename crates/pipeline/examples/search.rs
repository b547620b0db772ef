//! How long looking a picture up takes with a real ledger of very many records: reading and opening the sealed features, building the
//! index, and searching.
//!
//! ```text
//! cargo run --release -p cloakroom-pipeline --example search -- SCRATCH RECORDS
//! ```
//!
//! Fills a ledger in the folder `SCRATCH`, 24 KB a record. All photos but the last are chance: features that no photo has.

use std::error::Error;
use std::io::Cursor;
use std::path::PathBuf;
use std::time::Instant;

use image::{ImageFormat, Rgb, RgbImage};
use pipeline::fingerprint::Pixels;
use pipeline::fingerprint::features::{FEATURES_MAX, Features};
use pipeline::ledger::{Digest, Extras, Facts};
use pipeline::worker::Workers;
use pipeline::{Finder, Limits, open_ledger, worker};

fn main() -> Result<(), Box<dyn Error>> {
    if worker::is_worker(std::env::args_os()) {
        worker::serve();
    }
    let mut arguments = std::env::args_os().skip(1);
    let scratch = PathBuf::from(arguments.next().ok_or("SCRATCH")?);
    let count = arguments.next().ok_or("RECORDS")?;
    let count: u64 = count.to_str().ok_or("no number")?.parse()?;
    let path = scratch.join("search.sqlite");
    let photo = photo();
    let is_new = !path.exists();
    let ledger = open_ledger(&path)?;
    if is_new {
        let started = Instant::now();
        for number in 0..count {
            let features = if number + 1 == count {
                let pixels = Pixels::new(photo.width(), photo.height(), photo.as_raw());
                Features::of(&pixels.ok_or("no picture")?).to_bytes()
            } else {
                chance(number)
            };
            let mut extras = Extras::default();
            extras.features = Some(features);
            ledger.append_with(&facts(number), &extras, "2026-01-31T12:00:00Z")?;
        }
        let bytes = std::fs::metadata(&path)?.len();
        println!(
            "{count} records made in {:.0} s, {:.0} MB",
            started.elapsed().as_secs_f64(),
            bytes as f64 / 1e6
        );
    }
    let mut copy = Vec::new();
    let part = image::imageops::crop_imm(&photo, 100, 80, 500, 400).to_image();
    part.write_to(&mut Cursor::new(&mut copy), ImageFormat::Jpeg)?;
    let seen = scratch.join("seen.jpg");
    std::fs::write(&seen, copy)?;
    let (workers, limits) = (Workers::new(1), Limits::default());
    for _ in 0..3 {
        let (started, busy) = (Instant::now(), cpu_seconds());
        let finder = Finder::new(&ledger)?;
        let (read, read_busy) = (started.elapsed().as_secs_f64(), cpu_seconds() - busy);
        let found = finder.find(&seen, &limits, &workers)?;
        let (all, all_busy) = (started.elapsed().as_secs_f64(), cpu_seconds() - busy);
        println!(
            "{count} records: reading {read:.2} s (CPU {read_busy:.2} s), together {all:.2} s (CPU {all_busy:.2} s); {} found; peak {:.0} MB",
            found.matches.len(),
            peak_bytes() / 1e6
        );
    }
    Ok(())
}

fn facts(number: u64) -> Facts {
    let digest = |salt: u8| Digest::of(&[&number.to_le_bytes()[..], &[salt]].concat());
    Facts {
        original_sha256: digest(0),
        output_sha256: digest(1),
        pixels_sha256: Some(digest(2)),
        original_bytes: 4_000_000,
        output_bytes: 3_900_000,
        width: 800,
        height: 600,
        container: "jpeg".to_owned(),
        app_version: "0.1.0".to_owned(),
    }
}

/// `SplitMix64` (Steele et al. 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Features at random places and of random bits, in their stored form.
fn chance(number: u64) -> Vec<u8> {
    let mut state = number;
    let mut bytes = b"CLKF\x01\x00".to_vec();
    bytes.extend((FEATURES_MAX as u16).to_le_bytes());
    bytes.extend([800u32, 600].iter().flat_map(|side| side.to_le_bytes()));
    bytes.extend([800u16, 600].iter().flat_map(|side| side.to_le_bytes()));
    for _ in 0..FEATURES_MAX {
        let place = [next(&mut state) % 6400, next(&mut state) % 4800];
        bytes.extend(place.iter().flat_map(|at| (*at as u16).to_le_bytes()));
        let scale = 10 + (next(&mut state) % 40) as u8;
        bytes.push(scale | (next(&mut state) as u8 & 0x80));
        bytes.push(next(&mut state) as u8);
        bytes.extend((0..4).flat_map(|_| next(&mut state).to_le_bytes()));
    }
    bytes
}

/// Discs of all sizes and greys.
fn photo() -> RgbImage {
    let mut state = 7;
    let mut below = |most: u64| (next(&mut state) % most) as i64;
    let mut photo = RgbImage::from_pixel(800, 600, Rgb([120; 3]));
    for number in 0..400i64 {
        let (x, y, radius) = (below(800), below(600), 3 + below(60) * (400 - number) / 400);
        let grey = below(256) as u8;
        for v in (y - radius).max(0)..(y + radius).min(600) {
            for u in (x - radius).max(0)..(x + radius).min(800) {
                if (u - x).pow(2) + (v - y).pow(2) < radius * radius {
                    photo.put_pixel(u as u32, v as u32, Rgb([grey; 3]));
                }
            }
        }
    }
    photo
}

/// What all threads of this process have worked, in seconds; 0 where the system does not tell.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

fn peak_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or(0.0) * 1024.0
}
