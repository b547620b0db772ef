//! Pixels in, perturbation out.
//!
//! A cloak is a small change of a picture that moves what models see in it: the latent of image generators, and the
//! embedding of each face. This crate opens no file, asks no clock and takes no randomness but the seed it is given: the
//! same picture, models, seed and instruction set give the same bytes.

#![deny(rustdoc::broken_intra_doc_links)]

mod ascent;
mod chance;
pub mod engine;
mod enlarge;
mod error;
pub mod faces;
mod generator;
mod latent;
mod measure;
mod measured;
mod models;
mod options;
pub mod pack;
mod perturbation;
mod picture;
mod planes;
mod portrait;
mod protect;
mod resample;
mod transforms;
mod visibility;
mod watching;

pub use error::Error;
pub use measure::measure;
pub use measured::{Area, EncoderMeasured, FaceMeasured, Made, Measured, Shift, Verdict};
pub use models::Models;
pub use options::{Options, Progress, Stage, Strength, UnknownStrength, Watch};
pub use perturbation::Perturbation;
pub use picture::Picture;
pub use protect::{PIXELS_MAX, SIDE_MIN, protect};
