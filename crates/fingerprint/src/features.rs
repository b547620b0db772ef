//! Local features: small places that can be found again in a cropped, turned, mirrored, framed or partly changed copy.
//!
//! A keypoint is a blob at a scale of its own: a maximum of the determinant of the Hessian in position and scale
//! (Lindeberg 1998). It has an orientation, the most frequent direction of the brightness around it (Lowe 2004), and 256 bits:
//! each says which of two smoothed places around it is brighter, in the blob's scale and orientation (Calonder et al. 2010;
//! Rublee et al. 2011).
//!
//! What is stored is small ([`Features`], at most [`FEATURES_MAX`] of 38 bytes). A picture that is looked up is searched with
//! more keypoints, over more scales, and in its mirror image ([`Query`]).

pub mod code;
mod describe;
mod detect;
mod orient;
mod pattern;
mod scales;
mod seen;

pub use code::{FEATURES_BYTES_MAX, NotFeatures};
use describe::describe;
use detect::Keypoint;
pub(crate) use pattern::split_mix;
pub(crate) use pattern::{KEY_BITS, key};
use scales::Octave;
pub(crate) use seen::Place;

use crate::Pixels;
use crate::grey::Grey;

/// The most features of one stored photo.
pub const FEATURES_MAX: usize = 640;

/// The longer side of the picture in which features are found and in whose pixels their places are, when a photo is
/// stored.
const STORED_SIDE: usize = 800;

/// The same for a picture that is looked up: a copy of it so small loses nothing.
pub const QUERY_SIDE: u32 = 1400;

/// The most features of a picture that is looked up.
const QUERY_MAX: usize = 3000;

/// A picture that is looked up is enlarged once when its longer side is shorter than this, because copies are often small.
const ENLARGED_BELOW: usize = 900;

/// Below this many features a photo has no usable detail.
pub const FEATURES_MIN: usize = 12;

/// How many bits of a key are tried both ways.
pub(crate) const WEAK_BITS: usize = 5;

/// One local feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Feature {
    /// The place, in pixels of the [frame](Frame).
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// The scale: the standard deviation of the blob, in pixels of the frame.
    pub(crate) scale: f32,
    /// The orientation, in radians from 0 to 2π, from the x axis towards the y axis, which points down.
    pub(crate) angle: f32,
    /// Whether the blob is brighter than its surroundings.
    pub(crate) is_bright: bool,
    /// What it looks like.
    pub(crate) bits: [u64; 4],
    /// The lowest of these bits, by which it is searched for.
    pub(crate) key: u32,
    /// Of those, the bits that noise turns over most easily. Not stored.
    pub(crate) weak: [u8; WEAK_BITS],
}

/// How the pixels in which places are given relate to those of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Size of the picture, in pixels.
    pub(crate) picture: (u32, u32),
    /// Size of the small picture in whose pixels the places are.
    pub(crate) size: (u32, u32),
}

/// The local features of a photo, as they are stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    pub(crate) frame: Frame,
    pub(crate) list: Vec<Feature>,
}

impl Features {
    /// Finds them in a photo.
    #[must_use]
    pub fn of(picture: &Pixels<'_>) -> Self {
        let small = Grey::of(picture, STORED_SIDE);
        let frame = Frame::new(picture, &small);
        let octaves = Octave::all(small);
        let keypoints = detect::keypoints(&octaves, FEATURES_MAX);
        let list = keypoints
            .iter()
            .flat_map(|keypoint| {
                let octave = octaves.get(keypoint.octave)?;
                let angle = orient::angles(octave, keypoint, 1).next()?;
                Some(feature(octave, keypoint, angle, 1.0, false))
            })
            .collect();
        Self { frame, list }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// Whether there is enough detail in the photo for a copy to be found by it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.count() >= FEATURES_MIN
    }

    /// Width and height of the photo, in pixels.
    #[must_use]
    pub const fn picture_size(&self) -> (u32, u32) {
        self.frame.picture
    }
}

/// The local features of a picture that is looked up, and of its mirror image.
#[derive(Debug, Clone)]
pub struct Query {
    pub(crate) frame: Frame,
    /// As it is.
    pub(crate) plain: Vec<Feature>,
    /// In the mirror: places are those of the mirror image.
    pub(crate) mirrored: Vec<Feature>,
    /// The picture itself at all scales, so that any place in it can be described.
    octaves: Vec<Octave>,
    /// Pixels of the frame per pixel of the first octave.
    unit: f32,
}

impl Query {
    /// Finds them.
    #[must_use]
    pub fn of(picture: &Pixels<'_>) -> Self {
        let small = Grey::of(picture, QUERY_SIDE as usize);
        let frame = Frame::new(picture, &small);
        let longer = small.width.max(small.height);
        // A strip would only become longer.
        let is_enlarged = longer < ENLARGED_BELOW && small.width.min(small.height) >= 16;
        let (first, unit) = if is_enlarged {
            (small.doubled(), 0.5)
        } else {
            (small, 1.0)
        };
        let octaves = Octave::all(first);
        let width = frame.size.0 as f32;
        let (mut plain, mut mirrored) = (Vec::new(), Vec::new());
        for keypoint in detect::keypoints(&octaves, QUERY_MAX) {
            let Some(octave) = octaves.get(keypoint.octave) else {
                continue;
            };
            for angle in orient::angles(octave, &keypoint, 2) {
                plain.push(feature(octave, &keypoint, angle, unit, false));
                let mut twin = feature(octave, &keypoint, angle, unit, true);
                twin.x = width - twin.x;
                twin.angle = (std::f32::consts::PI - angle).rem_euclid(std::f32::consts::TAU);
                mirrored.push(twin);
            }
        }
        Self {
            frame,
            plain,
            mirrored,
            octaves: octaves.into_iter().map(Octave::without_blobs).collect(),
            unit,
        }
    }

    /// The same features, said of a larger picture of this width and height of which this was a small copy.
    #[must_use]
    pub fn of_larger(mut self, width: u32, height: u32) -> Self {
        self.frame.picture = (width.max(1), height.max(1));
        self
    }

    /// Whether there is enough detail in the picture for it to be found by it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.plain.len() >= FEATURES_MIN
    }

    /// Width and height of the picture, in pixels.
    #[must_use]
    pub const fn picture_size(&self) -> (u32, u32) {
        self.frame.picture
    }
}

impl Frame {
    fn new(picture: &Pixels<'_>, small: &Grey) -> Self {
        let of = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
        Self {
            picture: (of(picture.width()), of(picture.height())),
            size: (of(small.width), of(small.height)),
        }
    }

    /// Pixels of the picture per pixel of the frame, across and down.
    pub(crate) fn unit(&self) -> (f64, f64) {
        let of = |picture: u32, size: u32| f64::from(picture) / f64::from(size.max(1));
        (
            of(self.picture.0, self.size.0),
            of(self.picture.1, self.size.1),
        )
    }
}

/// A feature in frame pixels; `unit` is how many of them a pixel of the first octave has.
fn feature(octave: &Octave, keypoint: &Keypoint, angle: f32, unit: f32, mirror: bool) -> Feature {
    let step = octave.step * unit;
    let (bits, weak) = describe(octave, keypoint, angle, mirror);
    Feature {
        // The middle of the first pixel lies at a half.
        x: (keypoint.x + 0.5) * step,
        y: (keypoint.y + 0.5) * step,
        scale: keypoint.sigma * step,
        angle,
        is_bright: keypoint.is_bright,
        bits,
        key: key(&bits),
        weak,
    }
}

#[cfg(test)]
mod tests;
