//! What a keypoint looks like, in 256 bits.

use super::WEAK_BITS;
use super::detect::Keypoint;
use super::pattern::{KEY_BITS, PAIRS};
use super::scales::Octave;

/// The bits: which of each pair of places is brighter; and those of the key whose places are the most alike. In the mirror, the
/// picture is taken as if left and right were exchanged; the angle stays that of the picture as it is.
pub(super) fn describe(
    octave: &Octave,
    keypoint: &Keypoint,
    angle: f32,
    mirror: bool,
) -> ([u64; 4], [u8; WEAK_BITS]) {
    let mut bits = [0u64; 4];
    let mut differences = [(0.0f32, 0u8); KEY_BITS as usize];
    let number = (keypoint.level.round().max(0.0) as usize).min(octave.levels.len() - 1);
    let Some(level) = octave.levels.get(number) else {
        return (bits, [0; WEAK_BITS]);
    };
    let (sin, cos) = angle.sin_cos();
    let (sin, cos) = (sin * keypoint.sigma, cos * keypoint.sigma);
    // Seen in the mirror, what lies to the left of the orientation lies to its right.
    let side = if mirror { -1.0 } else { 1.0 };
    let value = |(ahead, beside): (f32, f32)| {
        let beside = beside * side;
        level.at(
            keypoint.x + cos * ahead - sin * beside,
            keypoint.y + sin * ahead + cos * beside,
        )
    };
    for (number, [a, b]) in PAIRS.iter().enumerate() {
        let difference = value(*a) - value(*b);
        bits[number / 64] |= u64::from(difference > 0.0) << (number % 64);
        if let Some(place) = differences.get_mut(number) {
            *place = (difference.abs(), number as u8);
        }
    }
    differences.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut weak = [0; WEAK_BITS];
    for (weak, (_, bit)) in weak.iter_mut().zip(differences) {
        *weak = bit;
    }
    (bits, weak)
}
