//! HEIC and AVIF: bytes in, pixels out, through the libheif that the system has.
//!
//! Nothing of it is shipped or linked. [`Decoder::load`] finds the library by its name when the program runs, and where
//! there is none, nothing is decoded. All unsafe code of the workspace is here: in `library`, which finds the functions,
//! and in `calls`, which calls them. The rest of this crate, and whoever uses it, is safe code.
//!
//! The library is written in C++ and meets hostile files, so it belongs into a process of its own that has given up what it does
//! not need. [`Decoder::load`] does everything that needs files; decoding needs none.
//!
//! ```
//! use heif::{Decoder, Limits};
//!
//! // No picture; and on some systems there is no library either.
//! if let Some(decoder) = Decoder::load() {
//!     assert!(decoder.decode(b"dear diary", &Limits::default()).is_err());
//! }
//! ```

mod calls;
mod library;
mod samples;

use calls::{Chroma, Context};
use library::Library;

/// How the pixels in a file are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// HEVC, ISO/IEC 23008-2: HEIC photos.
    Hevc,
    /// AV1: AVIF pictures.
    Av1,
}

/// What a picture may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most pixels.
    pub pixels_max: u64,
    /// The most bytes of decoded samples, at two a sample above 8 bits.
    pub bytes_max: u64,
}

impl Default for Limits {
    /// 120 megapixels, with four channels of 16 bits each.
    fn default() -> Self {
        Self {
            pixels_max: 120_000_000,
            bytes_max: 960_000_000,
        }
    }
}

/// The samples, row by row from the top left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Samples {
    /// Of 8-bit pictures.
    Eight(Vec<u8>),
    /// Of deeper ones, spread over all 16 bits.
    Sixteen(Vec<u16>),
}

/// What the numbers of a picture mean as colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Colours {
    /// The file does not say.
    Untold,
    /// An ICC profile.
    Icc(Vec<u8>),
    /// Code points of ITU-T H.273.
    Coded {
        /// § 8.1, ColourPrimaries.
        primaries: u16,
        /// § 8.2, TransferCharacteristics.
        transfer: u16,
    },
}

/// A decoded picture, upright and cropped as the file says: what viewers show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bits a sample had in the file.
    pub bits: u8,
    /// 3 red, green, blue; 4 with alpha, which the colours are not multiplied by.
    pub channels: u8,
    /// The samples, `channels` interleaved.
    pub samples: Samples,
    /// What they mean.
    pub colours: Colours,
}

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is larger than allowed, or than memory.
    #[error("the picture needs more than is allowed: {width} x {height} pixels")]
    TooLarge {
        /// Width in pixels, 0 where it is not known.
        width: u32,
        /// Height in pixels, 0 where it is not known.
        height: u32,
    },
    /// The library does not know this kind of file, or a part of its format.
    #[error("libheif does not decode this kind of picture")]
    Unsupported,
    /// The file is damaged.
    #[error("the picture is damaged")]
    Damaged,
}

/// The system's libheif.
#[derive(Debug)]
pub struct Decoder {
    library: Library,
}

impl Decoder {
    /// Finds and starts the library with all its plugins. Nothing where the system has none, or one older than 1.8 (2020).
    ///
    /// It is never looked for in the current folder.
    #[must_use]
    pub fn load() -> Option<Self> {
        Library::load().map(|library| Self { library })
    }

    /// The library's version: major, minor, and the rest.
    #[must_use]
    pub fn version(&self) -> [u8; 3] {
        let [major, minor, rest, _] = self.library.version().to_be_bytes();
        [major, minor, rest]
    }

    /// Whether the library has what such pictures need; distributions ship some decoders apart from it.
    #[must_use]
    pub fn decodes(&self, coding: Coding) -> bool {
        self.library.decodes(coding)
    }

    /// The picture that the file is about: not its thumbnails, its gain map or its other frames.
    ///
    /// On the calling thread, as far as the library lets one choose: its HEVC decoder starts a thread of its own.
    ///
    /// # Errors
    /// The file is damaged, of another kind, or its picture is larger than the limits.
    pub fn decode(&self, file: &[u8], limits: &Limits) -> Result<Picture, Error> {
        let context = Context::read(&self.library, file)?;
        let handle = context.primary()?;
        let (width, height) = handle.size()?;
        let (bits, has_alpha) = (handle.bits()?, handle.has_alpha());
        let (channels, is_deep) = (if has_alpha { 4 } else { 3 }, bits > 8);
        // Before the decoder takes memory for it.
        let pixels = u64::from(width) * u64::from(height);
        let bytes = pixels * u64::from(channels) * if is_deep { 2 } else { 1 };
        if pixels > limits.pixels_max || bytes > limits.bytes_max {
            return Err(Error::TooLarge { width, height });
        }
        let image = handle.decode(match (has_alpha, is_deep) {
            (false, false) => Chroma::Rgb,
            (true, false) => Chroma::Rgba,
            (false, true) => Chroma::Rrggbb,
            (true, true) => Chroma::Rrggbbaa,
        })?;
        let plane = image.plane()?;
        // What was checked is what was promised; another size would be another picture.
        if (plane.width, plane.height) != (width, height) {
            return Err(Error::Damaged);
        }
        let mut samples =
            samples::gather(&plane, channels, is_deep).ok_or(Error::TooLarge { width, height })?;
        if has_alpha && handle.is_premultiplied() {
            samples::divide_by_alpha(&mut samples);
        }
        Ok(Picture {
            width,
            height,
            bits,
            channels,
            samples,
            colours: handle.colours()?,
        })
    }
}
