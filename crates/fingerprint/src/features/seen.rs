//! What a picture shows at a place where a photo's feature should be, whether or not anything was detected there.

use std::f32::consts::PI;

use super::describe::describe;
use super::detect::Keypoint;
use super::scales::{LEVELS, PER_OCTAVE, sigma};
use super::{Feature, Query};

/// Nearer to the edge than this, the surroundings are not there. In scales of the feature.
const MARGIN: f32 = 3.0;

/// A place in the frame of a picture, or of its mirror image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// The scale of what should be there, in pixels of the frame.
    pub(crate) scale: f32,
    /// Its orientation, in radians.
    pub(crate) angle: f32,
}

impl Query {
    /// How many bits the picture differs in from a feature at a place; nothing where the place lies outside, or where the
    /// picture is too coarse to show it.
    pub(crate) fn differing(&self, feature: &Feature, place: Place, mirrored: bool) -> Option<u32> {
        let (width, height) = (self.frame.size.0 as f32, self.frame.size.1 as f32);
        let margin = MARGIN * place.scale;
        let is_inside = place.x >= margin
            && place.y >= margin
            && place.x + margin <= width
            && place.y + margin <= height;
        let first = sigma(0.0) * self.unit;
        if !is_inside || place.scale < 0.9 * first {
            return None;
        }
        let (x, angle) = if mirrored {
            (width - place.x, PI - place.angle)
        } else {
            (place.x, place.angle)
        };
        // The octave in which this scale lies between the first and the last level that keypoints have.
        let levels = (place.scale / first).log2() * PER_OCTAVE as f32;
        let number =
            ((levels - 0.5).max(0.0) as usize / PER_OCTAVE).min(self.octaves.len().checked_sub(1)?);
        let octave = self.octaves.get(number)?;
        let level = (levels - (number * PER_OCTAVE) as f32).clamp(0.0, (LEVELS - 1) as f32);
        let step = octave.step * self.unit;
        let keypoint = Keypoint::at(
            number,
            x / step - 0.5,
            place.y / step - 0.5,
            level,
            place.scale / step,
        );
        let (bits, _) = describe(octave, &keypoint, angle, mirrored);
        let pairs = bits.iter().zip(feature.bits);
        Some(pairs.map(|(a, b)| (a ^ b).count_ones()).sum())
    }
}
