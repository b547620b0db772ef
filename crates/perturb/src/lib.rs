//! Pixels in, perturbation out.
//!
//! A cloak is a small change of a picture that moves what models see in it: the latent of image generators, and the
//! embedding of each face. This crate opens no file, asks no clock and takes no randomness but the seed it is given: the
//! same picture, models, seed and instruction set give the same bytes.

#![deny(rustdoc::broken_intra_doc_links)]

mod error;
mod options;
mod picture;

pub use error::Error;
pub use options::{Options, Progress, Stage, Strength, UnknownStrength, Watch};
pub use picture::Picture;
