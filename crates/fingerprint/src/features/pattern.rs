//! Which pairs of places are compared.

use std::sync::LazyLock;

/// Bits of a descriptor.
pub(super) const BITS: usize = 256;

/// The first so many bits are the key by which features are searched for.
pub(crate) const KEY_BITS: u32 = 20;

/// Pairs for the key are farther apart than this, in scales of the keypoint: their difference is greater, and noise turns
/// it over less often.
const KEY_APART_MIN: f32 = 3.2;

/// The standard deviation of the places around the keypoint, in its scales.
const SPREAD: f32 = 2.8;

/// No place is farther away, in scales of the keypoint.
const REACH: f32 = 6.5;

/// A pair of places relative to the keypoint, in its scale and orientation.
pub(super) type Pair = [(f32, f32); 2];

/// The pairs. They are part of the format: other pairs are other descriptors.
pub(super) static PAIRS: LazyLock<[Pair; BITS]> = LazyLock::new(|| {
    let mut state = 0x00C1_0A4E_u64;
    let mut place = || loop {
        let (x, y) = (normal(&mut state) * SPREAD, normal(&mut state) * SPREAD);
        if x * x + y * y <= REACH * REACH {
            return (x, y);
        }
    };
    let mut pairs = [[(0.0, 0.0); 2]; BITS];
    for (bit, pair) in (0..).zip(&mut pairs) {
        // Places nearly the same tell nothing.
        let apart_min = if bit < KEY_BITS { KEY_APART_MIN } else { 1.0 };
        *pair = loop {
            let (a, b) = (place(), place());
            let apart = (a.0 - b.0).powi(2) + (a.1 - b.1).powi(2);
            if apart >= apart_min * apart_min {
                break [a, b];
            }
        };
    }
    pairs
});

/// The bits of a descriptor by which it is searched for.
pub(crate) const fn key(bits: &[u64; 4]) -> u32 {
    (bits[0] & ((1 << KEY_BITS) - 1)) as u32
}

/// The sum of twelve equal chances, which is nearly normal and the same on every machine.
fn normal(state: &mut u64) -> f32 {
    let sum: u64 = (0..12).map(|_| split_mix(state) >> 44).sum();
    sum as f32 / (1u32 << 20) as f32 - 6.0
}

/// SplitMix64 (Steele et al. 2014).
pub(crate) fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
