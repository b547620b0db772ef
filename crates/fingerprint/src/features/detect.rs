//! Where the blobs are: maxima in position and scale, the strongest of each part of the picture.

use std::collections::VecDeque;

use super::scales::{LEVELS, Octave, sigma};
use crate::grey::Grey;

/// Weaker blobs are mostly noise, in squared grey values. They are taken where there are too few others: in fog, in clouds, in a
/// blurred picture they are all there is.
const STRENGTH_MIN: f32 = 12.0;

/// Blobs weaker than this are noise alone.
const STRENGTH_OF_NOISE: f32 = 2.0;

/// The picture is cut into this many parts in each direction, which take turns in giving their strongest, so that wherever
/// it is cropped or painted over, some remain.
const PARTS: usize = 6;

/// Of the keypoints asked for, this part is for the finest octave, the same part of the rest for the next, and so on: there are
/// four times fewer at each, and a small copy has only the coarse ones.
const SHARE: f32 = 0.48;

/// Too near an edge, the surroundings are not there. In scales of the keypoint.
const MARGIN: f32 = 2.0;

/// A blob.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keypoint {
    /// The number of its octave.
    pub(super) octave: usize,
    /// Its place, in pixels of the octave, with the middle of the first pixel at zero.
    pub(super) x: f32,
    pub(super) y: f32,
    /// Its level in the octave, fractions included.
    pub(super) level: f32,
    /// Its scale, in pixels of the octave.
    pub(super) sigma: f32,
    pub(super) is_bright: bool,
    strength: f32,
}

impl Keypoint {
    /// A place that was not detected but is asked about.
    pub(super) const fn at(octave: usize, x: f32, y: f32, level: f32, sigma: f32) -> Self {
        Self {
            octave,
            x,
            y,
            level,
            sigma,
            is_bright: false,
            strength: 0.0,
        }
    }
}

/// At most so many keypoints, spread over scales and places.
pub(super) fn keypoints(octaves: &[Octave], count_max: usize) -> Vec<Keypoint> {
    let (mut strong, mut weak) = (Vec::new(), Vec::new());
    for (number, octave) in octaves.iter().enumerate() {
        let found = maxima(octave, number).into_iter();
        let (above, below) = found.partition(|keypoint| keypoint.strength >= STRENGTH_MIN);
        strong.push(in_turns(above, octave));
        weak.push(in_turns(below, octave));
    }
    let mut chosen = Vec::with_capacity(count_max);
    choose(&mut chosen, strong, count_max);
    choose(&mut chosen, weak, count_max);
    chosen
}

/// Adds keypoints until there are so many, or none are left.
fn choose(chosen: &mut Vec<Keypoint>, mut turns: Vec<VecDeque<Keypoint>>, count_max: usize) {
    // What a coarse octave does not use goes to the finer ones in the next round.
    while chosen.len() < count_max && turns.iter().any(|turn| !turn.is_empty()) {
        let mut left = count_max - chosen.len();
        for turn in &mut turns {
            let share = ((left as f32 * SHARE).ceil() as usize).min(turn.len());
            chosen.extend(turn.drain(..share));
            left -= share;
        }
    }
}

/// The strongest of each part, then the second strongest of each, and so on.
fn in_turns(found: Vec<Keypoint>, octave: &Octave) -> VecDeque<Keypoint> {
    let Some(level) = octave.levels.first() else {
        return VecDeque::new();
    };
    let part = |at: f32, side: usize| (at as usize * PARTS / side.max(1)).min(PARTS - 1);
    let mut parts = vec![Vec::new(); PARTS * PARTS];
    for keypoint in found {
        let number = part(keypoint.y, level.height) * PARTS + part(keypoint.x, level.width);
        if let Some(part) = parts.get_mut(number) {
            part.push(keypoint);
        }
    }
    for part in &mut parts {
        part.sort_by(|a, b| b.strength.total_cmp(&a.strength));
    }
    let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
    let rounds = (0..longest).flat_map(|rank| parts.iter().filter_map(move |part| part.get(rank)));
    rounds.copied().collect()
}

fn maxima(octave: &Octave, number: usize) -> Vec<Keypoint> {
    let mut found = Vec::new();
    for level in 1..LEVELS - 1 {
        let neighbours = octave.blobs.get(level - 1..=level + 1);
        let (Some([finer, blobs, coarser]), Some(grey)) = (neighbours, octave.levels.get(level))
        else {
            continue;
        };
        for y in 1..blobs.height.saturating_sub(1) {
            let row = blobs.row(y);
            for (x, trio) in (1..).zip(row.windows(3)) {
                let value = trio[1];
                if value < STRENGTH_OF_NOISE || value <= trio[0] || value < trio[2] {
                    continue;
                }
                if is_maximum(value, [finer, blobs, coarser], x, y) {
                    let peak = refined([finer, blobs, coarser], x, y, level);
                    let is_bright = grey.row(y)[x] * 4.0
                        > grey.row(y)[x - 1]
                            + grey.row(y)[x + 1]
                            + grey.row(y - 1)[x]
                            + grey.row(y + 1)[x];
                    found.push(Keypoint {
                        octave: number,
                        is_bright,
                        ..peak
                    });
                }
            }
        }
    }
    let inside = |keypoint: &Keypoint| {
        let margin = MARGIN * keypoint.sigma;
        let fits = |at: f32, side: usize| at >= margin && at + margin < side as f32;
        octave
            .levels
            .first()
            .is_some_and(|level| fits(keypoint.x, level.width) && fits(keypoint.y, level.height))
    };
    found.retain(inside);
    found
}

fn is_maximum(value: f32, levels: [&Grey; 3], x: usize, y: usize) -> bool {
    levels.iter().enumerate().all(|(level, blobs)| {
        (y - 1..=y + 1).all(|row| {
            let around = blobs.row(row).get(x - 1..x + 2).unwrap_or_default();
            around.iter().enumerate().all(|(column, other)| {
                value > *other
                    || (level == 1 && row == y && column == 1)
                    || value == *other && level == 1 && (row, column) > (y, 1)
            })
        })
    })
}

/// The place of the maximum between pixels and levels: of a parabola through its neighbours in each direction.
fn refined(levels: [&Grey; 3], x: usize, y: usize, level: usize) -> Keypoint {
    let [finer, blobs, coarser] = levels;
    let value = blobs.row(y)[x];
    let peak = |before: f32, after: f32| {
        let bend = before - 2.0 * value + after;
        if bend < 0.0 {
            (0.5 * (before - after) / bend).clamp(-0.6, 0.6)
        } else {
            0.0
        }
    };
    let level = level as f32 + peak(finer.row(y)[x], coarser.row(y)[x]);
    Keypoint {
        octave: 0,
        x: x as f32 + peak(blobs.row(y)[x - 1], blobs.row(y)[x + 1]),
        y: y as f32 + peak(blobs.row(y - 1)[x], blobs.row(y + 1)[x]),
        level,
        sigma: sigma(level),
        is_bright: false,
        strength: value,
    }
}
