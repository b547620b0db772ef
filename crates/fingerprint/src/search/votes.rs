//! Which photos agree with a picture, told from 32 bits for each feature.

use std::f32::consts::TAU;

use crate::features::{Feature, KEY_BITS};

/// Steps of the orientation in an entry, of which an octant has four.
const ANGLES: u32 = 32;

/// Steps of the scale in an entry, each a third of a doubling.
const SCALES: u32 = 64;
const SCALES_PER_DOUBLING: f32 = 3.0;

/// Bits that are asked for by more of the picture's features than this tell nothing: tiles, text, fences.
const ALIKE_MAX: usize = 12;

/// What is known of a feature: from the lowest bit, 6 of scale, 5 of orientation, and of the descriptor as many as are
/// compared.
pub(super) fn entry(feature: &Feature) -> u32 {
    feature.key << 11 | pose(feature)
}

fn pose(feature: &Feature) -> u32 {
    let angle = (feature.angle / TAU * ANGLES as f32) as u32 % ANGLES;
    let scale = (feature.scale.max(1.0).log2() * SCALES_PER_DOUBLING) as u32;
    angle << 6 | scale.min(SCALES - 1)
}

/// What a picture asks for.
pub(super) struct Asked {
    /// Whether anything asks for these bits: most are not asked for, and this fits into the processor's cache.
    is_asked: Vec<u64>,
    /// Where the poses of those that ask for these bits begin.
    starts: Vec<u32>,
    poses: Vec<u16>,
}

impl Asked {
    pub(super) fn new(features: &[Feature]) -> Self {
        let mut asks: Vec<(u32, u16)> = features
            .iter()
            .flat_map(|feature| {
                let pose = pose(feature) as u16;
                probes(feature).map(move |key| (key, pose))
            })
            .collect();
        asks.sort_unstable();
        asks.dedup();
        let asks: Vec<(u32, u16)> = asks
            .chunk_by(|a, b| a.0 == b.0)
            .filter(|alike| alike.len() <= ALIKE_MAX)
            .flatten()
            .copied()
            .collect();
        let keys = 1usize << KEY_BITS;
        let (mut is_asked, mut starts) = (vec![0u64; keys / 64], vec![0u32; keys + 1]);
        for (key, _) in &asks {
            let key = *key as usize;
            is_asked[key / 64] |= 1 << (key % 64);
            starts[key + 1] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let poses = asks.into_iter().map(|(_, pose)| pose).collect();
        Self {
            is_asked,
            starts,
            poses,
        }
    }

    /// How many features of a photo agree on how the picture is scaled and turned, beyond what accident makes likely: in
    /// standard deviations.
    pub(super) fn votes(&self, entries: &[u32]) -> f32 {
        const WIDTH: usize = 64;
        // By turn and by scale, each in steps of two of an entry's.
        let mut votes = [0u16; 16 * WIDTH];
        let mut count = 0u32;
        for entry in entries {
            let key = (entry >> 11) as usize;
            if self
                .is_asked
                .get(key / 64)
                .is_none_or(|word| word >> (key % 64) & 1 == 0)
            {
                continue;
            }
            let (Some(start), Some(end)) = (self.starts.get(key), self.starts.get(key + 1)) else {
                continue;
            };
            let (angle, scale) = (entry >> 6 & (ANGLES - 1), entry & (SCALES - 1));
            for pose in self
                .poses
                .get(*start as usize..*end as usize)
                .unwrap_or_default()
            {
                let pose = u32::from(*pose);
                let turn = (angle + ANGLES - (pose >> 6)) % ANGLES / 2;
                let scaled = (scale + SCALES - (pose & (SCALES - 1))) / 2;
                if let Some(votes) = votes.get_mut(turn as usize * WIDTH + scaled as usize % WIDTH)
                {
                    *votes += 1;
                    count += 1;
                }
            }
        }
        // Errors of a step carry a vote over the border, so four neighbours count together.
        let at = |turn: usize, scale: usize| u32::from(votes[turn % 16 * WIDTH + scale % WIDTH]);
        let peak = (0..16 * WIDTH)
            .map(|place| {
                let (turn, scale) = (place / WIDTH, place % WIDTH);
                at(turn, scale)
                    + at(turn + 1, scale)
                    + at(turn, scale + 1)
                    + at(turn + 1, scale + 1)
            })
            .max()
            .unwrap_or(0);
        // Accidents fall on all turns and on some eight scales.
        let expected = count as f32 * 4.0 / (16.0 * 8.0);
        (peak as f32 - expected) / (expected + 1.0).sqrt()
    }
}

/// The bits of a feature, and what they are when noise has turned over some of the weakest.
fn probes(feature: &Feature) -> impl Iterator<Item = u32> {
    let weak = feature.weak;
    (0u32..1 << weak.len()).map(move |which| {
        let turned = weak
            .iter()
            .enumerate()
            .filter(|(at, _)| which >> at & 1 == 1);
        turned.fold(feature.key, |key, (_, bit)| key ^ 1 << bit)
    })
}
