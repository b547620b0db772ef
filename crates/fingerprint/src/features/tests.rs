use super::*;
use crate::testing::{Random, photo};

fn pixels(width: u32, height: u32, rgb: &[u8]) -> Pixels<'_> {
    Pixels::new(width, height, rgb).unwrap()
}

fn features() -> Features {
    Features::of(&pixels(900, 600, &photo(900, 600, 1)))
}

#[test]
fn the_stored_form_is_small_and_comes_back() {
    let features = features();
    assert_eq!(
        (features.count(), features.picture_size()),
        (FEATURES_MAX, (900, 600))
    );
    let bytes = features.to_bytes();
    assert_eq!(bytes.len(), FEATURES_BYTES_MAX);
    const { assert!(FEATURES_BYTES_MAX <= 25_000) };
    let back = Features::from_bytes(&bytes).unwrap();
    assert_eq!(back.to_bytes(), bytes);
    for (stored, found) in back.list.iter().zip(&features.list) {
        assert!((stored.x - found.x).abs() <= 0.0626 && (stored.y - found.y).abs() <= 0.0626);
        assert!((stored.scale / found.scale).log2().abs() <= 0.0314);
        assert_eq!(
            (stored.bits, stored.is_bright, stored.key),
            (found.bits, found.is_bright, found.key)
        );
    }
}

#[test]
fn damaged_bytes_are_an_error() {
    let bytes = features().to_bytes();
    for end in (0..bytes.len()).step_by(7).chain(0..64) {
        assert_eq!(
            Features::from_bytes(&bytes[..end]),
            Err(NotFeatures),
            "cut at {end}"
        );
    }
    assert_eq!(
        Features::from_bytes(&[&bytes[..], &[0]].concat()),
        Err(NotFeatures)
    );
    for at in 0..6 {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert_eq!(
            Features::from_bytes(&damaged),
            Err(NotFeatures),
            "byte {at}"
        );
    }
    let mut random = Random(5);
    for _ in 0..2000 {
        let mut damaged = bytes.clone();
        for _ in 0..20 {
            let at = random.next() as usize % 60;
            damaged[at] = random.next() as u8;
        }
        // Whatever the sizes say, nothing breaks.
        if let Ok(features) = Features::from_bytes(&damaged) {
            assert_eq!(features.count(), FEATURES_MAX);
        }
    }
}

#[test]
fn the_same_picture_has_the_same_features() {
    assert_eq!(features().to_bytes(), features().to_bytes());
}

#[test]
fn features_are_spread_over_places_and_scales() {
    let features = features();
    let (width, height) = features.frame.size;
    for part in 0..9 {
        let in_part = |feature: &&Feature| {
            let of = |at: f32, side: u32| (at * 3.0 / side as f32) as u32;
            of(feature.x, width) == part % 3 && of(feature.y, height) == part / 3
        };
        assert!(
            features.list.iter().filter(in_part).count() > 25,
            "part {part}"
        );
    }
    let coarse = features.list.iter().filter(|feature| feature.scale > 6.0);
    assert!(coarse.count() > 60);
}

#[test]
fn pictures_without_detail_have_no_features() {
    for (width, height) in [
        (1, 1),
        (23, 500),
        (30, 30),
        (640, 480),
        (300_000, 1),
        (1, 50_000),
        (5000, 25),
    ] {
        let rgb = vec![90; (width * height * 3) as usize];
        let blank = pixels(width, height, &rgb);
        assert!(!Features::of(&blank).is_usable(), "{width} x {height}");
        assert!(!Query::of(&blank).is_usable(), "{width} x {height}");
        let empty = Features::of(&blank);
        assert_eq!(Features::from_bytes(&empty.to_bytes()), Ok(empty));
    }
    // A soft gradient has no corner.
    let soft: Vec<u8> = (0..400 * 300u32)
        .flat_map(|at| [(at % 400 / 2) as u8; 3])
        .collect();
    assert!(!Features::of(&pixels(400, 300, &soft)).is_usable());
}

#[test]
fn every_odd_size_is_taken() {
    let mut random = Random(9);
    for _ in 0..60 {
        let (width, height) = (
            1 + random.next() as u32 % 130,
            1 + random.next() as u32 % 130,
        );
        let rgb: Vec<u8> = (0..width * height * 3)
            .map(|_| random.next() as u8)
            .collect();
        let picture = pixels(width, height, &rgb);
        let features = Features::of(&picture);
        assert!(
            features
                .list
                .iter()
                .all(|feature| feature.x >= 0.0 && feature.x <= width as f32)
        );
        assert!(
            Query::of(&picture)
                .mirrored
                .iter()
                .all(|feature| feature.y <= height as f32)
        );
    }
}
