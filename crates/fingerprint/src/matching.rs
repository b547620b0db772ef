//! Is this picture a copy of that photo? Local features of both are paired, and pairs that agree on one geometry are counted.
//!
//! # How sure
//!
//! The score is a-contrario (Desolneux, Moisan and Morel 2000; Moisan and Stival 2004): if the pairs lay anywhere by
//! chance, how many geometries of this many agreeing pairs would one expect by accident in one comparison? The score is
//! the negative decimal logarithm of that number. To it is added how much more likely the picture is to show what it does,
//! where the photo's other features should be, as a copy than by accident. See [`SCORE_MIN`].

mod geometry;
mod pairs;
mod polygon;
mod score;
mod search;
mod solve;
mod verify;

pub(crate) use solve::least_squares;

use serde::Serialize;

pub use geometry::Transform;
pub use polygon::Region;

use crate::features::{Features, Query};
use verify::Seen;

/// A comparison with a lower score is no match. Far more than chance asks for, because portraits are alike: eyes, noses and
/// mouths agree on a geometry without being copies. What was measured, and on which photos, is in docs/FIND.md.
pub const SCORE_MIN: f64 = 40.0;

/// A geometry with a lower score is no match whatever the picture shows, so the picture is not looked at again.
const GEOMETRY_MIN: f64 = 8.0;

/// What a copy is, seen from the photo that it was made from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Match {
    /// How sure: a decimal logarithm, of how unlikely such a geometry is by accident, and of how much likelier than by accident
    /// the picture shows what it does where the photo's features should be.
    pub score: f64,
    /// Pairs of features that agree.
    pub inliers: usize,
    /// Features of the photo that the copy should show.
    pub expected: usize,
    /// Of these, those that look alike there.
    pub alike: usize,
    /// The part of the photo that the copy shows, in pixels of the photo.
    pub region: Region,
    /// Whether the copy is a mirror image.
    pub mirrored: bool,
    /// By how much the copy is turned against the photo, after mirroring, in degrees from -180 to 180, clockwise.
    pub rotation: f64,
    /// Pixels of the copy per pixel of the photo, in the middle of the region.
    pub scale: f64,
    /// Where the copy's pixels lie in the photo.
    pub transform: Transform,
}

/// Looks for a photo in a picture, as it is and in the mirror. The seed decides which of many attempts are made, so equal
/// seeds give equal answers.
#[must_use]
pub fn compare(photo: &Features, picture: &Query, seed: u64) -> Option<Match> {
    let found = nearest(photo, picture, seed);
    found.filter(|found| found.score >= SCORE_MIN)
}

/// As [`compare`], however low the score: for measuring how near accidents come to being matches.
#[must_use]
pub fn nearest(photo: &Features, picture: &Query, seed: u64) -> Option<Match> {
    let plain = search::agreement(photo, &picture.plain, seed);
    // Hardly any picture is a copy in both ways, and the second comparison costs as much as the first.
    let mirrored = match &plain {
        Some(found) if found.score >= 3.0 * SCORE_MIN => None,
        _ => search::agreement(photo, &picture.mirrored, seed),
    };
    let (found, is_mirrored) = match (plain, mirrored) {
        (Some(plain), Some(mirrored)) if mirrored.score > plain.score => (mirrored, true),
        (Some(plain), _) => (plain, false),
        (None, mirrored) => (mirrored?, true),
    };
    let mut seen = Seen::default();
    if found.score >= GEOMETRY_MIN {
        seen = Seen::of(photo, picture, &found.transform, is_mirrored);
    }
    let found = found.described(photo.frame, picture.frame, is_mirrored)?;
    Some(Match {
        score: found.score + seen.evidence(),
        expected: seen.expected,
        alike: seen.alike,
        ..found
    })
}

#[cfg(test)]
mod tests;
