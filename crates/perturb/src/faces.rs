//! Faces: where they are, who a recogniser says they are, and how to change its mind.

mod crop;
mod cut;
#[allow(dead_code, reason = "until the cloak takes its steps")]
mod denoise;
mod detector;
#[allow(dead_code, reason = "until the cloak takes its steps")]
mod fate;
mod finder;
mod geometry;
#[allow(dead_code, reason = "until the cloak takes its steps")]
mod identity;
mod recogniser;

#[allow(unused_imports, reason = "until the cloak takes its steps")]
pub(crate) use fate::Expectation;
pub use finder::{FACES_MAX, Face, Finder};
pub use geometry::{Point, Points};
#[allow(unused_imports, reason = "until the cloak takes its steps")]
pub(crate) use identity::{Identity, Jitter, Way};
pub use recogniser::Recogniser;
