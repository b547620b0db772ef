use super::*;
use crate::Pixels;
use crate::testing::{Random, photo, remade};

const SIZE: (u32, u32) = (800, 600);

fn features(rgb: &[u8]) -> Features {
    Features::of(&Pixels::new(SIZE.0, SIZE.1, rgb).unwrap())
}

fn query(size: (u32, u32), rgb: &[u8]) -> Query {
    Query::of(&Pixels::new(size.0, size.1, rgb).unwrap())
}

/// A copy of a made photo: what it is found to be.
fn found(size: (u32, u32), place: impl Fn(f32, f32) -> (f32, f32)) -> Match {
    let rgb = photo(SIZE.0, SIZE.1, 1);
    let copy = remade(&rgb, SIZE, size, place);
    compare(&features(&rgb), &query(size, &copy), 1).expect("is found")
}

fn assert_near(found: f64, expected: f64, within: f64) {
    assert!(
        (found - expected).abs() <= within,
        "{found}, not {expected}"
    );
}

fn assert_region(found: &Match, (x, y, width, height): (f64, f64, f64, f64)) {
    let region = found.region;
    for (found, expected) in [
        (region.x, x),
        (region.y, y),
        (region.width, width),
        (region.height, height),
    ] {
        assert_near(found, expected, 4.0);
    }
}

#[test]
fn a_crop_is_found_with_its_rectangle() {
    let found = found((400, 300), |x, y| (x + 250.0, y + 120.0));
    assert_region(&found, (250.0, 120.0, 400.0, 300.0));
    assert_near(found.scale, 1.0, 0.01);
    assert_near(found.rotation, 0.0, 0.5);
    assert_near(found.region.share, 0.25, 0.01);
    assert!(!found.mirrored);
}

#[test]
fn a_mirrored_and_smaller_copy() {
    let found = found((400, 300), |x, y| (800.0 - 2.0 * x, 2.0 * y));
    assert!(found.mirrored);
    assert_region(&found, (0.0, 0.0, 800.0, 600.0));
    assert_near(found.scale, 0.5, 0.01);
    assert_near(found.rotation, 0.0, 0.5);
    let (x, y) = found.transform.apply((100.0, 50.0)).unwrap();
    assert_near(x, 600.0, 3.0);
    assert_near(y, 100.0, 3.0);
}

#[test]
fn a_mirrored_crop_keeps_its_side() {
    // The left half, in the mirror.
    let found = found((400, 600), |x, y| (400.0 - x, y));
    assert!(found.mirrored);
    assert_region(&found, (0.0, 0.0, 400.0, 600.0));
}

#[test]
fn turned_copies() {
    let clockwise = found((600, 800), |x, y| (y, 600.0 - x));
    assert_near(clockwise.rotation, 90.0, 0.5);
    assert_region(&clockwise, (0.0, 0.0, 800.0, 600.0));
    let (sin, cos) = 20f32.to_radians().sin_cos();
    let turned = found((900, 800), |x, y| {
        let (x, y) = (x - 450.0, y - 400.0);
        (cos * x + sin * y + 400.0, cos * y - sin * x + 300.0)
    });
    assert_near(turned.rotation, 20.0, 0.5);
}

#[test]
fn a_framed_copy_shows_the_whole() {
    let found = found((1000, 900), |x, y| (x - 100.0, y - 200.0));
    assert_region(&found, (0.0, 0.0, 800.0, 600.0));
    assert_near(found.region.share, 1.0, 0.01);
}

#[test]
fn seen_at_an_angle() {
    let found = found((800, 600), |x, y| {
        let w = 1.0 + 0.0003 * x;
        (1.2 * x / w, (1.05 * y + 0.1 * x) / w)
    });
    let (x, y) = found.transform.apply((400.0, 300.0)).unwrap();
    assert_near(x, 480.0 / 1.12, 3.0);
    assert_near(y, 355.0 / 1.12, 3.0);
}

#[test]
fn equal_seeds_give_equal_answers() {
    let rgb = photo(SIZE.0, SIZE.1, 3);
    let (features, query) = (features(&rgb), query(SIZE, &rgb));
    assert_eq!(compare(&features, &query, 5), compare(&features, &query, 5));
    let stored = Features::from_bytes(&features.to_bytes()).unwrap();
    assert!(compare(&stored, &query, 5).unwrap().inliers > 300);
}

#[test]
fn other_photos_do_not_match() {
    let photos: Vec<_> = (10..18).map(|seed| photo(SIZE.0, SIZE.1, seed)).collect();
    let all: Vec<_> = photos
        .iter()
        .map(|rgb| (features(rgb), query(SIZE, rgb)))
        .collect();
    for (i, (features, _)) in all.iter().enumerate() {
        for (j, (_, query)) in all.iter().enumerate().filter(|(j, _)| *j != i) {
            let score = nearest(features, query, 1).map_or(0.0, |found| found.score);
            assert!(score < 5.0, "{i} and {j}: {score}");
        }
    }
}

/// A picture from a rule, in grey.
fn drawn(rule: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    (0..SIZE.0 * SIZE.1)
        .flat_map(|at| [rule(at % SIZE.0, at / SIZE.0); 3])
        .collect()
}

/// A page of letters of eight by eight dots, at random.
fn page(seed: u64, dot: u32) -> Vec<u8> {
    let mut random = Random(seed);
    let letters: Vec<usize> = (0..20_000).map(|_| random.next() as usize % 26).collect();
    // The same letters on every page.
    let mut shapes = Random(1);
    let shapes: Vec<u64> = (0..26)
        .map(|_| shapes.next() & shapes.next() | 0x0010_1010_1000_0000)
        .collect();
    drawn(|x, y| {
        let (column, row) = (x / (9 * dot), y / (12 * dot));
        let (u, v) = (x / dot % 9, y / dot % 12);
        let shape = shapes[letters[(row * 100 + column) as usize % letters.len()]];
        if u < 8 && v < 8 && shape >> (v * 8 + u) & 1 == 1 {
            20
        } else {
            245
        }
    })
}

#[test]
fn repetition_is_no_match() {
    let mut grain = Random(4);
    let noise: Vec<u8> = (0..SIZE.0 * SIZE.1)
        .map(|_| grain.next() as u8 % 24)
        .collect();
    let pictures = [
        (
            "tiles",
            drawn(|x, y| if (x / 40 + y / 40) % 2 == 0 { 30 } else { 220 }),
        ),
        (
            "other tiles",
            drawn(|x, y| if (x / 25 + y / 50) % 2 == 0 { 60 } else { 200 }),
        ),
        (
            "fence",
            drawn(|x, y| if x % 30 < 12 || y % 200 < 14 { 210 } else { 70 }),
        ),
        (
            "other fence",
            drawn(|x, y| {
                40 + noise[(y * SIZE.0 + x) as usize]
                    + if x % 42 < 20 || y % 170 < 20 { 150 } else { 0 }
            }),
        ),
        (
            "dots",
            drawn(|x, y| {
                if (x % 24).abs_diff(12).pow(2) + (y % 24).abs_diff(12).pow(2) < 40 {
                    10
                } else {
                    240
                }
            }),
        ),
        ("page", page(7, 2)),
        ("other page", page(8, 2)),
        ("page in large", page(9, 3)),
        ("photo", photo(SIZE.0, SIZE.1, 20)),
    ];
    let all: Vec<_> = pictures
        .iter()
        .map(|(name, rgb)| (name, features(rgb), query(SIZE, rgb)))
        .collect();
    for (name, features, _) in &all {
        for (other, _, query) in all.iter().filter(|(other, ..)| other != name) {
            let found = compare(features, query, 1);
            assert_eq!(found, None, "{name} and {other}");
        }
    }
}
