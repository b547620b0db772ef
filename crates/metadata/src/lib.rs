//! What is in a photo file, and the file without it.
//!
//! Bytes in, bytes out: this crate opens no file, asks no clock and keeps no state. One walk cuts a file into
//! parts that tile it, without gap or overlap; [`inspect()`] explains them and [`clean()`] builds a new file of those
//! that the picture needs. What is shown is what is removed.
//!
//! ```
//! use metadata::{Limits, Policy, clean, inspect};
//!
//! // A one-pixel GIF with a comment.
//! let mut photo = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF".to_vec();
//! photo.extend(b"\x21\xFE\x10taken by J. Doe!\0");
//! photo.extend(b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3B");
//!
//! let report = inspect(&photo, &Limits::default())?;
//! assert_eq!(report.findings[0].value, "taken by J. Doe!");
//!
//! let cleaned = clean(&photo, &Policy::default(), &Limits::default())?;
//! assert!(inspect(cleaned.bytes(), &Limits::default())?.findings.is_empty());
//! # Ok::<(), metadata::Error>(())
//! ```

#![forbid(unsafe_code)]
#![deny(rustdoc::broken_intra_doc_links)]
// Tests build broken files on purpose; a panic there is a failed test.
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::indexing_slicing,
        clippy::string_slice
    )
)]

mod bmp;
mod clean;
mod container;
mod error;
mod exif_writer;
mod explain;
mod finding;
mod format;
mod gain_map;
mod gif;
mod heif;
mod icc;
mod inspect;
mod jpeg;
mod jxl;
mod keep;
#[cfg(test)]
mod leak_tests;
mod limits;
mod notes;
mod ours;
mod part;
mod png;
mod policy;
mod reader;
mod refusal;
mod search;
mod table;
mod tiff;
mod verify;
mod webp;

pub use clean::{Cleaned, clean, clean_into};
pub use container::{Container, Sniffed, sniff};
pub use error::Error;
pub use finding::{Finding, Report, Topic};
pub use inspect::{inspect, inspect_around};
pub use limits::Limits;
pub use notes::printable;
pub use policy::{Keep, Policy, UnknownKeep};
pub use refusal::{Class, Refusal};
pub use table::keep_table;
