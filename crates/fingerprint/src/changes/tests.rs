use super::*;
use crate::features::{Features, Query};
use crate::matching::{Transform, compare};
use crate::testing::{Random, photo, remade};

const SIZE: (u32, u32) = (800, 600);

fn pixels(size: (u32, u32), rgb: &[u8]) -> Pixels<'_> {
    Pixels::new(size.0, size.1, rgb).unwrap()
}

/// What is found to be changed in a copy of the first photo.
fn of(size: (u32, u32), copy: &[u8]) -> Changes {
    let rgb = photo(SIZE.0, SIZE.1, 1);
    let (whole, copy) = (pixels(SIZE, &rgb), pixels(size, copy));
    let found = compare(&Features::of(&whole), &Query::of(&copy), 1).expect("is found");
    changes(&whole, &copy, &found)
}

/// Puts a part of another photo in.
fn paste(rgb: &mut [u8], width: usize, (left, top, wide, high): (usize, usize, usize, usize)) {
    let other = photo(SIZE.0, SIZE.1, 2);
    for y in top..top + high {
        for x in left..left + wide {
            let at = (y * width + x) * 3;
            let from = ((y - top) * SIZE.0 as usize + x - left) * 3;
            rgb[at..at + 3].copy_from_slice(&other[from..from + 3]);
        }
    }
}

fn filtered(rgb: &[u8]) -> Vec<u8> {
    let mut random = Random(3);
    let mut out = Vec::with_capacity(rgb.len());
    for pixel in rgb.chunks_exact(3) {
        let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
        let noise = 14.0 * (random.share() - 0.5);
        let sepia = [
            0.39 * r + 0.77 * g + 0.19 * b,
            0.35 * r + 0.69 * g + 0.17 * b,
            0.27 * r + 0.53 * g + 0.13 * b,
        ];
        out.extend(sepia.map(|value| (value * 0.85 + 10.0 + noise) as u8));
    }
    out
}

/// How much of two rectangles is in both, of what is in either.
fn overlap(a: &Region, (x, y, width, height): (f64, f64, f64, f64)) -> f64 {
    let along = |a: f64, b: f64, c: f64, d: f64| ((a + b).min(c + d) - a.max(c)).max(0.0);
    let both = along(a.x, a.width, x, width) * along(a.y, a.height, y, height);
    both / (a.width * a.height + width * height - both)
}

#[test]
fn a_pasted_part_is_outlined() {
    let mut rgb = photo(SIZE.0, SIZE.1, 1);
    paste(&mut rgb, 800, (300, 200, 160, 130));
    // And one at the very corner, whose outline has no neighbours.
    let mut corner = photo(SIZE.0, SIZE.1, 1);
    paste(&mut corner, 800, (0, 0, 60, 60));
    assert!(of(SIZE, &corner).drawn().is_some());
    for copy in [rgb.clone(), filtered(&rgb)] {
        let found = of(SIZE, &copy);
        assert_eq!(found.verdict, Verdict::Changed);
        assert!(
            overlap(&found.areas[0].region, (300.0, 200.0, 160.0, 130.0)) > 0.7,
            "{:?}",
            found.areas
        );
        assert!((found.changed - 0.043).abs() < 0.02, "{}", found.changed);
        assert!(
            found
                .areas
                .iter()
                .skip(1)
                .all(|area| area.region.share < 0.004),
            "{:?}",
            found.areas
        );
        let drawn = found.drawn().unwrap();
        assert_eq!(drawn.rgb.len(), (drawn.width * drawn.height * 3) as usize);
    }
}

#[test]
fn filters_noise_and_smaller_copies_are_no_change() {
    let rgb = photo(SIZE.0, SIZE.1, 1);
    let half = remade(&rgb, SIZE, (400, 300), |x, y| (2.0 * x, 2.0 * y));
    let crop = remade(&rgb, SIZE, (500, 400), |x, y| (x + 130.5, y + 70.3));
    let mirrored = remade(&rgb, SIZE, SIZE, |x, y| (800.0 - x, y));
    for (size, copy, shown) in [
        (SIZE, filtered(&rgb), 1.0),
        ((400, 300), half, 1.0),
        ((500, 400), crop, 0.41),
        (SIZE, mirrored, 1.0),
    ] {
        let found = of(size, &copy);
        assert_eq!(
            (found.verdict, &found.areas),
            (Verdict::NothingFound, &Vec::new()),
            "{size:?}"
        );
        assert!(
            (found.compared - shown).abs() < 0.03,
            "{size:?}: {}",
            found.compared
        );
    }
}

#[test]
fn what_cannot_be_told_is_said() {
    let (rgb, other) = (photo(SIZE.0, SIZE.1, 1), photo(SIZE.0, SIZE.1, 2));
    let whole = pixels(SIZE, &rgb);
    let found = compare(&Features::of(&whole), &Query::of(&whole), 1).unwrap();
    // Another picture, laid over it by force.
    assert_eq!(
        changes(&whole, &pixels(SIZE, &other), &found).verdict,
        Verdict::TooDifferent
    );
    let tiny = Match {
        scale: 0.05,
        ..found
    };
    assert_eq!(changes(&whole, &whole, &tiny).verdict, Verdict::TooSmall);
    let aside = Transform([[1.0, 0.0, 795.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    let aside = Match {
        transform: aside,
        ..found
    };
    assert_eq!(changes(&whole, &whole, &aside).verdict, Verdict::TooLittle);
    let flat = Match {
        transform: Transform([[0.0; 3]; 3]),
        ..found
    };
    assert!(!changes(&whole, &whole, &flat).verdict.is_told());
}
