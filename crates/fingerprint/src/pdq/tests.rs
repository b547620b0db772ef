use std::path::PathBuf;
use std::{env, fs};

use super::*;

/// A picture made of nothing but integers, so that any program can make the same: overlapping rectangles.
fn made(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let mut state = seed;
    let mut next = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let mut rgb = vec![0u8; (width * height * 3) as usize];
    for _ in 0..40 {
        let (left, top) = (next(width), next(height));
        let (wide, high) = (1 + next(width / 2), 1 + next(height / 2));
        let colour = [next(256) as u8, next(256) as u8, next(256) as u8];
        for y in top..(top + high).min(height) {
            for x in left..(left + wide).min(width) {
                let at = ((y * width + x) * 3) as usize;
                rgb[at..at + 3].copy_from_slice(&colour);
            }
        }
    }
    rgb
}

fn of(width: u32, height: u32, rgb: &[u8], form: Form) -> Pdq {
    pdq(&Pixels::new(width, height, rgb).unwrap(), form)
}

include!("vectors.rs");

#[test]
fn made_pictures_have_the_hashes_of_the_reference_implementation() {
    for (width, height, seed, quality, hashes) in VECTORS {
        let found = of(width, height, &made(width, height, seed), Form::Nearest);
        assert_eq!(found.quality, quality, "{width} x {height}, {seed}");
        for ((turn, found), expected) in Turn::ALL.iter().zip(found.turned).zip(hashes) {
            assert_eq!(
                found.to_string(),
                expected,
                "{width} x {height}, {seed}, {turn:?}"
            );
        }
    }
}

/// Turned pixels have about the hash of the turn: smoothing differs by half a pixel from the two ends.
#[test]
fn turns_are_what_their_names_say() {
    let (side, rgb) = (512usize, made(512, 512, 3));
    let upright = of(512, 512, &rgb, Form::Nearest);
    let remade = |place: &dyn Fn(usize, usize) -> (usize, usize)| {
        let mut out = Vec::new();
        for at in 0..side * side {
            let (x, y) = place(at % side, at / side);
            out.extend_from_slice(&rgb[(y * side + x) * 3..][..3]);
        }
        of(512, 512, &out, Form::Nearest).hash()
    };
    let last = side - 1;
    let turned = [
        (Turn::Rotate90, remade(&|x, y| (last - y, x))),
        (Turn::Rotate180, remade(&|x, y| (last - x, last - y))),
        (Turn::Rotate270, remade(&|x, y| (y, last - x))),
        (Turn::FlipX, remade(&|x, y| (x, last - y))),
        (Turn::FlipY, remade(&|x, y| (last - x, y))),
        (Turn::Transpose, remade(&|x, y| (y, x))),
        (Turn::Transverse, remade(&|x, y| (last - y, last - x))),
    ];
    for (turn, hash) in turned {
        let (nearest, distance) = upright.nearest(hash);
        assert_eq!(nearest, turn);
        assert!(distance <= 40, "{turn:?}: {distance} bits differ");
        assert_eq!(
            turn.is_mirrored(),
            ![Turn::Rotate90, Turn::Rotate180, Turn::Rotate270].contains(&turn)
        );
    }
}

#[test]
fn the_two_forms_differ_only_for_large_pictures() {
    let small = made(500, 300, 5);
    assert_eq!(
        of(500, 300, &small, Form::Box),
        of(500, 300, &small, Form::Nearest)
    );
    let noisy: Vec<u8> = (0..1300 * 900 * 3u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    assert_ne!(
        of(1300, 900, &noisy, Form::Box),
        of(1300, 900, &noisy, Form::Nearest)
    );
    // The mean of equal blocks is the small picture.
    let large: Vec<u8> = (0..1024 * 1024)
        .flat_map(|at| [((at % 1024 / 2) ^ (at / 2048)) as u8; 3])
        .collect();
    assert_eq!(
        of(1024, 1024, &large, Form::Box),
        of(1024, 1024, &large, Form::Nearest)
    );
}

#[test]
fn blank_tiny_and_long_pictures() {
    for (width, height) in [
        (1, 1),
        (4, 900),
        (64, 64),
        (700, 3),
        (1, 20_000),
        (5, 5),
        (20_000, 6),
    ] {
        let rgb = vec![77; (width * height * 3) as usize];
        for form in [Form::Nearest, Form::Box] {
            let blank = of(width, height, &rgb, form);
            assert_eq!(blank.quality, 0);
            assert!(!blank.is_usable());
        }
    }
    assert_eq!(
        of(4, 4, &made(4, 4, 1), Form::Nearest).hash(),
        Hash::default()
    );
}

fn vectors() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/pdq");
    let folder =
        env::var_os("CLOAKROOM_PDQ_VECTORS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    folder.join("expected_pdq.tsv").exists().then_some(folder)
}

fn expected(folder: &std::path::Path) -> Vec<Vec<String>> {
    let table = fs::read_to_string(folder.join("expected_pdq.tsv")).unwrap();
    let rows = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.map(|row| row.split('\t').map(str::to_owned).collect())
        .collect()
}

fn assert_row(row: &[String], found: &Pdq) {
    assert_eq!(found.hash().to_string(), row[3], "{}", row[0]);
    assert_eq!(found.quality.to_string(), row[2], "{}", row[0]);
    for (hash, expected) in found.turned.iter().zip(&row[6..14]) {
        assert_eq!(&hash.to_string(), expected, "{}", row[0]);
    }
}

/// The pixels that the reference hashed, where there are some: `ref_pixels_ppm/te_pdq_data_<path with _>.ppm`.
#[test]
fn the_references_pixels_have_the_references_hashes() {
    let Some(folder) = vectors() else {
        println!("SKIPPED: no PDQ vectors; set CLOAKROOM_PDQ_VECTORS to their folder");
        return;
    };
    let mut count = 0;
    for row in expected(&folder) {
        let name = format!("te_pdq_data_{}.ppm", row[0].replace('/', "_"));
        let Ok(file) = fs::read(folder.join("ref_pixels_ppm").join(name)) else {
            continue;
        };
        let mut lines = file.splitn(4, |byte| *byte == b'\n');
        let (kind, size) = (lines.next().unwrap(), lines.next().unwrap());
        let size = std::str::from_utf8(size).unwrap().split_once(' ').unwrap();
        assert_eq!((kind, lines.next().unwrap()), (&b"P6"[..], &b"255"[..]));
        let (width, height) = (size.0.parse().unwrap(), size.1.parse().unwrap());
        assert_row(
            &row,
            &of(width, height, lines.next().unwrap(), Form::Nearest),
        );
        count += 1;
    }
    println!("{count} exact");
    assert!(count > 0);
}

/// Decoders of JPEG differ by a step here and there, so a few hashes may differ by a few bits.
#[test]
fn the_references_files_have_nearly_its_hashes() {
    let Some(folder) = vectors() else {
        println!("SKIPPED: no PDQ vectors; set CLOAKROOM_PDQ_VECTORS to their folder");
        return;
    };
    let (mut exact, mut rows) = (0, 0);
    for row in expected(&folder) {
        let picture = image::open(folder.join("pdq-data").join(&row[0]))
            .unwrap()
            .into_rgb8();
        let found = of(picture.width(), picture.height(), &picture, Form::Nearest);
        let distance = found.hash().distance(row[3].parse().unwrap());
        let quality: u32 = row[2].parse().unwrap();
        assert!(
            distance <= if quality >= 80 { 2 } else { 6 },
            "{}: {distance}",
            row[0]
        );
        exact += u32::from(distance == 0);
        rows += 1;
    }
    println!("{exact} of {rows} exact");
    assert!(exact * 10 >= rows * 8);
}
