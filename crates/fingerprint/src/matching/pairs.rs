//! Which feature of a picture looks like which of a photo.

use crate::features::Feature;

/// More different bits than this are another place, of 256.
const DISTANCE_MAX: u16 = 64;

/// The next best must be farther by this factor, or the pair is one of many alike (Lowe 2004).
const RATIO: f32 = 0.85;

/// Two features nearer than this are the same place, in pixels or in scales, whichever is more.
const SAME_PX: f32 = 4.0;

/// Two features that look alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    /// In the photo.
    pub(super) photo: Feature,
    /// In the picture that is looked up.
    pub(super) copy: Feature,
    distance: u16,
}

/// Pairs that are each other's nearest, by far, the surest first; of several at the same place, one.
pub(super) fn pairs(photo: &[Feature], copy: &[Feature]) -> Vec<Pair> {
    let mut found = Vec::new();
    for is_bright in [false, true] {
        let of_sign = |list: &[Feature]| -> Vec<Feature> {
            let same = list.iter().filter(|feature| feature.is_bright == is_bright);
            same.copied().collect()
        };
        found.extend(nearest(&of_sign(photo), &of_sign(copy)));
    }
    found.sort_by_key(|pair| pair.distance);
    let mut kept: Vec<Pair> = Vec::with_capacity(found.len());
    for pair in found {
        let is_known = |known: &Pair| {
            is_same_place(&known.photo, &pair.photo) && is_same_place(&known.copy, &pair.copy)
        };
        if !kept.iter().any(is_known) {
            kept.push(pair);
        }
    }
    kept
}

fn nearest(photo: &[Feature], copy: &[Feature]) -> Vec<Pair> {
    let bits: Vec<[u64; 4]> = copy.iter().map(|feature| feature.bits).collect();
    // How near the nearest of the photo is to each of the copy's.
    let mut back = vec![u16::MAX; copy.len()];
    let mut distances = vec![0u16; copy.len()];
    let mut found = Vec::new();
    for feature in photo {
        let mut least = u16::MAX;
        for ((distance, back), bits) in distances.iter_mut().zip(&mut back).zip(&bits) {
            *distance = differing(&feature.bits, bits);
            *back = (*back).min(*distance);
            least = least.min(*distance);
        }
        if least > DISTANCE_MAX {
            continue;
        }
        let Some((at, best)) = distances
            .iter()
            .position(|distance| *distance == least)
            .and_then(|at| Some((at, copy.get(at)?)))
        else {
            continue;
        };
        let bound = (f32::from(least) / RATIO) as u16;
        let is_alone = distances
            .iter()
            .zip(copy)
            .all(|(distance, other)| *distance > bound || is_same_place(best, other));
        if is_alone {
            found.push((
                at,
                Pair {
                    photo: *feature,
                    copy: *best,
                    distance: least,
                },
            ));
        }
    }
    found.retain(|(at, pair)| back.get(*at).is_some_and(|back| *back == pair.distance));
    found.into_iter().map(|(_, pair)| pair).collect()
}

fn is_same_place(a: &Feature, b: &Feature) -> bool {
    let near = SAME_PX.max(a.scale.max(b.scale));
    (a.x - b.x).abs() < near && (a.y - b.y).abs() < near
}

/// How many of 256 bits differ. Written out, because the oldest processors that we run on cannot count bits themselves,
/// and so that four words are counted together.
fn differing(a: &[u64; 4], b: &[u64; 4]) -> u16 {
    const ONES: u64 = 0x5555_5555_5555_5555;
    const PAIRS: u64 = 0x3333_3333_3333_3333;
    const NIBBLES: u64 = 0x0F0F_0F0F_0F0F_0F0F;
    const BYTES: u64 = 0x00FF_00FF_00FF_00FF;
    let of_nibbles = |a: u64, b: u64| {
        let word = a ^ b;
        let twos = word - ((word >> 1) & ONES);
        (twos & PAIRS) + ((twos >> 2) & PAIRS)
    };
    let of_bytes = |word: u64| (word & NIBBLES) + ((word >> 4) & NIBBLES);
    let low = of_nibbles(a[0], b[0]) + of_nibbles(a[1], b[1]);
    let high = of_nibbles(a[2], b[2]) + of_nibbles(a[3], b[3]);
    let bytes = of_bytes(low) + of_bytes(high);
    let shorts = (bytes & BYTES) + ((bytes >> 8) & BYTES);
    (shorts.wrapping_mul(0x0001_0001_0001_0001) >> 48) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::split_mix;

    #[test]
    fn bits_are_counted() {
        let mut state = 7;
        for _ in 0..200 {
            let (a, b) = (
                [0; 4].map(|_: u64| split_mix(&mut state)),
                [0; 4].map(|_: u64| split_mix(&mut state)),
            );
            let expected: u32 = a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum();
            assert_eq!(u32::from(differing(&a, &b)), expected);
        }
        assert_eq!(differing(&[u64::MAX; 4], &[0; 4]), 256);
        assert_eq!(differing(&[5; 4], &[5; 4]), 0);
    }
}
