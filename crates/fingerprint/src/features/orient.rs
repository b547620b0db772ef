//! Which way a keypoint is turned: the directions in which the brightness around it mostly rises.

use std::f32::consts::{FRAC_PI_2, FRAC_PI_4, PI, TAU};

use super::detect::Keypoint;
use super::scales::Octave;

const BINS: usize = 36;

/// How far around the keypoint is looked, in steps of [`STEP`] each way.
const REACH: i16 = 9;

/// In scales of the keypoint.
const STEP: f32 = 0.5;

/// The standard deviation of the weights, in scales of the keypoint.
const SPREAD: f32 = 1.8;

/// A second direction counts when it is nearly as frequent as the first.
const SECOND_MIN: f32 = 0.8;

/// At most `count_max` directions, the most frequent first, in radians from 0 to 2π.
pub(super) fn angles(
    octave: &Octave,
    keypoint: &Keypoint,
    count_max: usize,
) -> impl Iterator<Item = f32> {
    let mut bins = [0.0f32; BINS];
    let number = (keypoint.level.round().max(0.0) as usize).min(octave.levels.len() - 1);
    let step = STEP * keypoint.sigma;
    if let Some(level) = octave.levels.get(number) {
        for dy in -REACH..=REACH {
            for dx in -REACH..=REACH {
                let square = f32::from(dx * dx + dy * dy);
                if dx * dx + dy * dy > REACH * REACH {
                    continue;
                }
                let x = keypoint.x + f32::from(dx) * step;
                let y = keypoint.y + f32::from(dy) * step;
                if x < 1.0
                    || y < 1.0
                    || x + 2.0 > level.width as f32
                    || y + 2.0 > level.height as f32
                {
                    continue;
                }
                let (x, y) = ((x + 0.5) as usize, (y + 0.5) as usize);
                let row = level.row(y);
                let across = row.get(x + 1).copied().unwrap_or(0.0) - row[x - 1];
                let down = level.row(y + 1)[x] - level.row(y - 1)[x];
                let size = (across * across + down * down).sqrt();
                let weight = size * (-square * STEP * STEP / (2.0 * SPREAD * SPREAD)).exp();
                let place = atan2(down, across) / TAU * BINS as f32;
                let (low, share) = (place as usize, place.fract());
                bins[low % BINS] += weight * (1.0 - share);
                bins[(low + 1) % BINS] += weight * share;
            }
        }
    }
    peaks(smoothed(bins), count_max)
}

fn smoothed(mut bins: [f32; BINS]) -> [f32; BINS] {
    for _ in 0..2 {
        let before = bins;
        for (at, bin) in bins.iter_mut().enumerate() {
            let (left, right) = (before[(at + BINS - 1) % BINS], before[(at + 1) % BINS]);
            *bin = 0.25 * left + 0.5 * before[at] + 0.25 * right;
        }
    }
    bins
}

fn peaks(bins: [f32; BINS], count_max: usize) -> impl Iterator<Item = f32> {
    let mut found = Vec::new();
    for (at, value) in bins.iter().enumerate() {
        let (left, right) = (bins[(at + BINS - 1) % BINS], bins[(at + 1) % BINS]);
        if *value > left && *value >= right {
            let place = at as f32 + 0.5 * (left - right) / (left - 2.0 * value + right);
            let angle = (place / BINS as f32 * TAU).rem_euclid(TAU);
            found.push((*value, angle));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let first = found.first().map_or(0.0, |(value, _)| *value);
    found
        .into_iter()
        .filter(move |(value, _)| *value >= SECOND_MIN * first)
        .take(count_max)
        .map(|(_, angle)| angle)
}

/// The angle of a vector, from 0 to 2π, within 0.002: the system's own may differ between systems.
fn atan2(y: f32, x: f32) -> f32 {
    let (ax, ay) = (x.abs(), y.abs());
    let (low, high) = if ax < ay { (ax, ay) } else { (ay, ax) };
    if high == 0.0 {
        return 0.0;
    }
    let ratio = low / high;
    let angle = ratio * (FRAC_PI_4 + (1.0 - ratio) * (0.2447 + 0.0663 * ratio));
    let angle = if ax < ay { FRAC_PI_2 - angle } else { angle };
    let angle = if x < 0.0 { PI - angle } else { angle };
    if y < 0.0 { TAU - angle } else { angle }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_of_vectors() {
        for degrees in 0..360 {
            let angle = (degrees as f32).to_radians();
            let found = atan2(angle.sin(), angle.cos());
            let off = (found - angle).abs().min(TAU - (found - angle).abs());
            assert!(off < 0.003, "{degrees}: {found}");
        }
        assert_eq!(atan2(0.0, 0.0), 0.0);
    }
}
