//! Faces: where they are, who a recogniser says they are, and how to change its mind.

mod crop;
mod cut;
mod denoise;
mod detector;
mod fate;
mod finder;
mod geometry;
mod identity;
mod recogniser;

pub(crate) use fate::Expectation;
pub use finder::{FACES_MAX, Face, Finder};
pub use geometry::{Point, Points};
pub(crate) use identity::{Identity, Jitter, Way};
pub use recogniser::Recogniser;
