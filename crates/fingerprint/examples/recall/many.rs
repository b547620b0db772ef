//! Looking a picture up among very many photos. Most of them are chance: features that no photo has.

use std::thread;
use std::time::Instant;

use fingerprint::features::{FEATURES_MAX, Features, Query};
use fingerprint::pdq::{Form, pdq};
use fingerprint::search::Index;
use image::RgbImage;

use crate::made::Random;
use crate::transforms::ALL;
use crate::{Bound, pixels};

pub(crate) fn measure(photos: &[RgbImage]) -> Vec<Bound> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    println!("\nLooking up among many, on {threads} threads\n");
    let real: Vec<Features> = photos
        .iter()
        .map(|photo| Features::of(&pixels(photo)))
        .collect();
    let mut bounds = Vec::new();
    let mut index = Index::new();
    for (photo, features) in photos.iter().zip(&real) {
        index.add(features, pdq(&pixels(photo), Form::Nearest).usable_hash());
    }
    for (count, seconds_max) in [(10_000, 2.0), (100_000, 10.0)] {
        while index.len() < count {
            index.add(&chance(index.len()), None);
        }
        let (mut slowest, mut found, mut asked, mut wrong) = (0.0f64, 0, 0, 0);
        // Hard ones: half the size and cropped, in an app, redrawn, in a collage.
        for name in [
            "crop 50 %",
            "a quarter of the size",
            "mirrored, in an app",
            "redrawn from 128 px",
            "half of a collage",
        ] {
            let Some((_, transform)) = ALL.iter().find(|(known, _)| *known == name) else {
                continue;
            };
            for number in (0..photos.len()).step_by(photos.len().div_ceil(4)) {
                let other = (number + 1) % photos.len();
                let copy = transform(&photos[number], &photos[other], &mut Random(7));
                let started = Instant::now();
                let (query, hash) = (
                    Query::of(&pixels(&copy)),
                    pdq(&pixels(&copy), Form::Nearest),
                );
                let hits = index.find(&query, &hash, threads, |number| {
                    Some(real.get(number).cloned().unwrap_or_else(|| chance(number)))
                });
                slowest = slowest.max(started.elapsed().as_secs_f64());
                asked += 1;
                found += usize::from(hits.iter().any(|hit| hit.number == number));
                let is_wrong =
                    |hit: &&fingerprint::search::Hit| hit.number != number && hit.number != other;
                wrong += hits.iter().filter(is_wrong).count();
            }
        }
        println!(
            "{count:>7} photos: {found} of {asked} found, {wrong} wrong, slowest {slowest:.2} s"
        );
        bounds.push(Bound {
            what: format!("among {count} photos within {seconds_max} s: {slowest:.2} s"),
            holds: slowest <= seconds_max,
        });
        bounds.push(Bound {
            what: format!("among {count} photos 95 % of hard copies are found: {found} of {asked}"),
            holds: found * 100 >= asked * 95,
        });
    }
    if let Some(peak) = peak_bytes() {
        bounds.push(Bound {
            what: format!("in less than 1 GB of memory: {:.0} MB", peak / 1e6),
            holds: peak < 1e9,
        });
    }
    bounds
}

/// Features at random places and of random bits.
fn chance(number: usize) -> Features {
    let mut random = Random(number as u64);
    let mut bytes = b"CLKF\x01\x00".to_vec();
    bytes.extend((FEATURES_MAX as u16).to_le_bytes());
    bytes.extend([4000u32, 3000].iter().flat_map(|side| side.to_le_bytes()));
    bytes.extend([800u16, 600].iter().flat_map(|side| side.to_le_bytes()));
    for _ in 0..FEATURES_MAX {
        let place = [random.next() % 6400, random.next() % 4800];
        bytes.extend(place.iter().flat_map(|at| (*at as u16).to_le_bytes()));
        // Most blobs are small.
        let scale = 10
            + (random.next() % 40)
                .min(random.next() % 40)
                .min(random.next() % 40);
        bytes.push(scale as u8 | (random.next() as u8 & 0x80));
        bytes.push(random.next() as u8);
        bytes.extend((0..4).flat_map(|_| random.next().to_le_bytes()));
    }
    Features::from_bytes(&bytes).expect("has the stored form")
}

fn peak_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024.0)
}
