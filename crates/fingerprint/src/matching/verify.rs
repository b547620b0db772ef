//! The second check: the picture itself, where the photo's other features should be.
//!
//! Portraits of the same person in the same pose agree on a geometry: eyes, nose and mouth lie where they should. But they do so
//! roughly. In a copy, however coarse, each place of the photo lies exactly where the geometry says. So for every stored feature
//! that the copy should show, detected there or not, the picture is described at that place and at eight places around
//! it; in a copy the place itself is the most alike far more often.

use super::geometry::Transform;
use crate::features::{Feature, Features, Place, Query};

/// How far around a place others are tried, in scales of the feature.
const AROUND: f32 = 0.8;

/// Fewer different bits than this, of 256, look alike.
const ALIKE_MAX: u32 = 64;

/// How often the place itself is the most alike: in the hardest copies (blurred, redrawn from 128 pixels) 0.147 of the places or
/// more, and in wrong pairs that agree on a geometry 0.071 or less. From `cargo xtask bench find` on the photos that these
/// were chosen on; see docs/FIND.md.
const EXACT_IN_COPIES: f64 = 0.16;
const EXACT_BY_ACCIDENT: f64 = 0.07;

/// What a picture shows where the photo's features should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Features of the photo that the picture should show.
    pub(super) expected: usize,
    /// Of these, those that look alike.
    pub(super) alike: usize,
    /// And those that look more alike exactly where they should be than anywhere around.
    pub(super) exact: usize,
}

impl Seen {
    /// Looks, given where the picture's frame, or that of its mirror image, lies in the photo's.
    pub(super) fn of(
        photo: &Features,
        picture: &Query,
        into_photo: &Transform,
        mirrored: bool,
    ) -> Self {
        let mut seen = Self::default();
        let Some(back) = into_photo.inverse() else {
            return seen;
        };
        for feature in &photo.list {
            let Some(place) = place(feature, &back) else {
                continue;
            };
            let Some(distance) = picture.differing(feature, place, mirrored) else {
                continue;
            };
            seen.expected += 1;
            seen.alike += usize::from(distance < ALIKE_MAX);
            seen.exact += usize::from(is_least(feature, picture, place, mirrored, distance));
        }
        seen
    }

    /// How much more likely this is for a copy than for an accident, as a decimal logarithm.
    pub(super) fn evidence(&self) -> f64 {
        let share = |of: fn(f64) -> f64| (of(EXACT_IN_COPIES) / of(EXACT_BY_ACCIDENT)).log10();
        let others = self.expected - self.exact;
        self.exact as f64 * share(|p| p) + others as f64 * share(|p| 1.0 - p)
    }
}

/// Where a feature of the photo should be in the picture.
fn place(feature: &Feature, back: &Transform) -> Option<Place> {
    let at = (f64::from(feature.x), f64::from(feature.y));
    let (x, y) = back.apply(at)?;
    let [[a, b], [c, d]] = back.derivatives(at)?;
    let (sin, cos) = f64::from(feature.angle).sin_cos();
    Some(Place {
        x: x as f32,
        y: y as f32,
        scale: feature.scale * (a * d - b * c).abs().sqrt() as f32,
        angle: (c * cos + d * sin).atan2(a * cos + b * sin) as f32,
    })
}

fn is_least(
    feature: &Feature,
    picture: &Query,
    place: Place,
    mirrored: bool,
    distance: u32,
) -> bool {
    const DIAGONAL: f32 = std::f32::consts::FRAC_1_SQRT_2;
    let off = AROUND * place.scale;
    [
        (1.0, 0.0),
        (-1.0, 0.0),
        (0.0, 1.0),
        (0.0, -1.0),
        (DIAGONAL, DIAGONAL),
        (DIAGONAL, -DIAGONAL),
        (-DIAGONAL, DIAGONAL),
        (-DIAGONAL, -DIAGONAL),
    ]
    .iter()
    .all(|(dx, dy)| {
        let moved = Place {
            x: place.x + dx * off,
            y: place.y + dy * off,
            ..place
        };
        picture
            .differing(feature, moved, mirrored)
            .is_none_or(|other| other > distance)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pixels;
    use crate::testing::photo;

    #[test]
    fn a_photo_is_exactly_where_it_is_and_nowhere_beside() {
        let rgb = photo(640, 480, 3);
        let whole = Pixels::new(640, 480, &rgb).unwrap();
        let (features, query) = (Features::of(&whole), Query::of(&whole));
        // The frames have the same pixels here.
        let seen = Seen::of(&features, &query, &Transform::IDENTITY, false);
        assert!(
            seen.expected > 100 && seen.alike * 10 > seen.expected * 9,
            "{seen:?}"
        );
        assert!(
            seen.exact * 2 > seen.expected && seen.evidence() > 20.0,
            "{seen:?}"
        );
        let beside = Transform([[1.0, 0.0, 9.0], [0.0, 1.0, -7.0], [0.0, 0.0, 1.0]]);
        let seen = Seen::of(&features, &query, &beside, false);
        assert!(seen.evidence() < 0.0, "{seen:?}");
        let mirrored = Seen::of(&features, &query, &Transform::IDENTITY, true);
        assert!(mirrored.evidence() < 0.0, "{mirrored:?}");
    }

    #[test]
    fn nothing_seen_says_nothing() {
        assert_eq!(Seen::default().evidence(), 0.0);
    }
}
