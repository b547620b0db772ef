//! Decoding pixels in a process of its own.
//!
//! Cleaning never decodes a picture. Digests of the pixels and thumbnails need it, and decoders are where hostile files
//! do their harm, so it happens in a child process: the same program, started with a hidden argument. On Unix it can
//! open nothing, connect to nothing, and has its memory and time limited; on Windows it is only a process of its own.
//! Photos go in and digests come out over pipes. A child that crashes or takes too long costs a digest or a thumbnail,
//! never a photo.
//!
//! # The pixels digest, version 1
//!
//! SHA-256 over the text `cloakroom-pixels-v1`, a line feed, the upright width and height in decimal with an `x`
//! between them, a line feed, and the upright picture as three bytes a pixel (red, green, blue), row by row from the
//! top left. Of an animation the first frame counts. Orientation is applied; alpha is dropped; grey becomes three equal
//! values; 16 bits become 8 by `(value + 128) / 257`, rounded down; colour profiles are not applied. Decoders of JPEG
//! and JPEG XL may differ by one step in a value, those of HEIC and AVIF by more where they enlarge the colours otherwise, so equal digests prove equal pixels, and unequal ones prove nothing
//! across programs.

mod colours;
mod confine;
mod decode;
mod fingerprint;
mod heic;
mod jpeg_xl;
mod pixels;
mod pool;
mod protocol;
mod raster;
mod serve;

use std::ffi::OsString;
use std::fmt;

use metadata::{Cleaned, Report};

pub use fingerprint::{Fingerprints, Looked};
pub use pool::Workers;
pub use raster::{Raster, Samples};
pub use serve::serve;

/// The hidden argument that makes the program a worker.
pub(crate) const ARGUMENT: &str = "--worker";

/// The argument behind it, for a worker that decodes HEIC and AVIF.
const WITH_LIBHEIF: &str = "libheif";

/// What to install where HEIC and AVIF are not decoded.
pub(crate) const LIBHEIF_PACKAGES: &str = if cfg!(windows) {
    "put heif.dll beside the program."
} else if cfg!(target_os = "macos") {
    "brew install libheif."
} else {
    "its package is libheif1 on Debian and Ubuntu, libheif elsewhere; some systems have its decoders in packages of their own."
};

/// The largest picture that is decoded, in pixels.
pub const PIXELS_MAX: u64 = 120_000_000;

/// Whether the program was started as a worker, by its arguments, the program's own name included. If so it must call
/// [`serve()`] and nothing else.
#[must_use]
pub fn is_worker(args: impl IntoIterator<Item = OsString>) -> bool {
    args.into_iter()
        .nth(1)
        .is_some_and(|first| first == ARGUMENT)
}

/// A picture to decode.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// The whole file.
    pub bytes: &'a [u8],
    /// Width as stored, in pixels.
    pub width: u32,
    /// Height as stored, in pixels.
    pub height: u32,
    /// How viewers turn it: Exif orientation, 1 to 8. Anything else is taken for upright.
    pub orientation: u8,
}

impl<'a> Picture<'a> {
    /// The picture in a file that was inspected.
    #[must_use]
    pub const fn new(bytes: &'a [u8], report: &Report) -> Self {
        Self {
            bytes,
            width: report.width,
            height: report.height,
            orientation: report.orientation,
        }
    }

    /// The size in pixels.
    fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

impl<'a> From<&'a Cleaned> for Picture<'a> {
    fn from(cleaned: &'a Cleaned) -> Self {
        Self {
            bytes: cleaned.bytes(),
            width: cleaned.width(),
            height: cleaned.height(),
            orientation: cleaned.orientation(),
        }
    }
}

/// A small upright copy of a picture, encoded anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// The whole file, JPEG or PNG.
    pub bytes: Vec<u8>,
    /// `image/jpeg` or `image/png`.
    pub media_type: &'static str,
}

/// Why a picture was not decoded. `Display` is a note for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotDecoded {
    /// It has more than [`PIXELS_MAX`] pixels, or needs more memory than is allowed.
    TooLarge,
    /// It is a video.
    Video,
    /// It moves, and only a still picture was wanted.
    Moving,
    /// It has several pages, and only a single picture was wanted.
    Pages,
    /// Its colours are those of printing inks.
    Inks,
    /// It takes libheif, which the system does not have, or not with the decoder that it takes.
    NoLibrary,
    /// The decoder does not understand it.
    Undecodable,
    /// The worker took too long and was stopped.
    TimedOut,
    /// The worker crashed, or could not be started.
    Lost,
}

impl fmt::Display for NotDecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "The picture is too large to decode",
            Self::Video => "Videos are not decoded",
            Self::Moving => "The picture is an animation",
            Self::Pages => "The file has several pages",
            Self::Inks => "Its colours are printing inks (CMYK)",
            Self::NoLibrary => {
                "HEIC and AVIF are decoded only where libheif and its decoders are installed"
            }
            Self::Undecodable => "The picture could not be decoded",
            Self::TimedOut => "Decoding the picture took too long",
            Self::Lost => "The process that decodes pictures failed",
        })
    }
}
