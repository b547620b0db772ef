//! Pixels in, fingerprints out.
//!
//! This crate opens no file, asks no clock and takes no randomness: the same pixels give the same fingerprints
//! everywhere, but for the last bit of sines and logarithms, which systems compute differently.
//!
//! - [`pdq`](mod@pdq): the hash that platforms exchange. It survives recompression, resizing and filters.
//! - [`features`] and [`matching`]: local features, which also survive cropping, mirroring, framing and pasting, and tell
//!   how the copy lies in the photo.
//! - [`search`]: which of very many photos a picture was made from.
//! - [`changes`](mod@changes): what was done to it.
//!
//! ```
//! use fingerprint::Pixels;
//! use fingerprint::changes::{Verdict, changes};
//! use fingerprint::features::{Features, Query};
//! use fingerprint::matching::compare;
//!
//! # fn made(width: u32, height: u32) -> Vec<u8> {
//! #     let spot = |x: u32, y: u32| {
//! #         let (i, j) = (x / 24, y / 24);
//! #         let cell = i.wrapping_mul(0x9E37_79B1) ^ j.wrapping_mul(0x85EB_CA77);
//! #         let cell = (cell ^ cell >> 15).wrapping_mul(0x2C1B_3C6D);
//! #         let (u, v) = (x % 24, y % 24);
//! #         let inside = u.abs_diff(8 + (cell >> 8) % 8).pow(2) + v.abs_diff(8 + (cell >> 12) % 8).pow(2) < 9 + (cell >> 20) % 40;
//! #         if inside { (cell >> 24) as u8 } else { 120 }
//! #     };
//! #     (0..width * height).flat_map(|at| [spot(at % width, at / width); 3]).collect()
//! # }
//! let photo = made(640, 480);
//! let photo = Pixels::new(640, 480, &photo).expect("three bytes a pixel");
//! let stored = Features::of(&photo).to_bytes();
//!
//! // The lower right part of it turns up.
//! let mut part = Vec::new();
//! for row in photo.rgb().chunks_exact(640 * 3).skip(180) {
//!     part.extend_from_slice(&row[240 * 3..]);
//! }
//! let part = Pixels::new(400, 300, &part).expect("three bytes a pixel");
//!
//! let found = compare(&Features::from_bytes(&stored)?, &Query::of(&part), 0).expect("is found");
//! assert!((found.region.x - 240.0).abs() < 4.0 && (found.region.y - 180.0).abs() < 4.0);
//! assert_eq!(changes(&photo, &part, &found).verdict, Verdict::NothingFound);
//! # Ok::<(), fingerprint::features::NotFeatures>(())
//! ```

#![forbid(unsafe_code)]
#![deny(rustdoc::broken_intra_doc_links)]

pub mod changes;
pub mod features;
mod grey;
pub mod matching;
pub mod pdq;
mod pixels;
pub mod search;
#[cfg(test)]
mod testing;

pub use pixels::{Pixels, SIDE_MAX};
