//! What a container has to offer: one walk, and a way back.

use std::borrow::Cow;
use std::ops::Range;

use crate::part::{Kind, Part};
use crate::{Container, Error, Limits};

/// A container format. Each method is pure.
pub(crate) trait Format: Sync {
    /// Cuts `file` into parts that tile it.
    ///
    /// # Errors
    /// When the file is damaged, ends early or uses what cannot be cleaned.
    fn parts<'a>(&self, file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error>;

    /// Reads the size of the picture and its number of frames from the parts.
    ///
    /// # Errors
    /// When the header is damaged.
    fn frame(&self, parts: &[Part<'_>]) -> Result<Frame, Error>;

    /// Both [`frame`](Self::frame) and [`payloads`](Self::payloads), which some formats read from the same tables.
    ///
    /// # Errors
    /// As [`frame`](Self::frame).
    fn read<'a>(
        &self,
        parts: &[Part<'a>],
        limits: &Limits,
    ) -> Result<(Frame, Vec<Payload<'a>>), Error> {
        Ok((self.frame(parts)?, self.payloads(parts, limits)))
    }

    /// How the pieces that stay are put together to the picture: in their order, where nothing else says so.
    fn arrangement<'a>(&self, parts: &[Part<'a>]) -> Vec<Piece<'a>> {
        let coded = parts.iter().filter(|part| part.is_coded());
        coded
            .map(|part| Piece::Bytes(part.kind, part.body))
            .collect()
    }

    /// What the parts carry, joined and inflated, in a form that no longer depends on the container.
    /// Parts that are copied have no payload. What cannot be read is given as [`Payload::Unknown`], never left out.
    fn payloads<'a>(&self, parts: &[Part<'a>], limits: &Limits) -> Vec<Payload<'a>>;

    /// A new file of the kept parts, in their order, with `fresh` in place of the rewritten ones. `room` is empty, and
    /// memory that the file may take.
    ///
    /// # Errors
    /// When a length does not fit its field.
    fn rebuild(&self, parts: &[Part<'_>], fresh: &Fresh, room: Vec<u8>) -> Result<Vec<u8>, Error>;

    /// Whether a part of a clean copy is what the person chose to keep, which `exif` holds.
    fn is_chosen(&self, part: &Part<'_>, exif: &[u8]) -> bool {
        part.kind == Kind::Exif && part.body.ends_with(exif)
    }

    /// Whether what is told of a file of these parts is the same whatever stands in `gap`: every byte there belongs to coded
    /// pixels that are not looked into, and nothing else leads there.
    fn passes_over(&self, _parts: &[Part<'_>], _gap: &Range<usize>) -> bool {
        false
    }

    /// The format's part names with what they are, for the documentation and its test.
    fn vocabulary(&self) -> &'static [(&'static str, Kind)];
}

/// A piece of what makes up the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A stored picture by its number, or one that it is made of.
    Picture(u32),
    /// Coded pixels, or what describes them.
    Bytes(Kind, &'a [u8]),
    /// Bytes of a piece that stands before, so that they need not be compared twice.
    Stretch {
        /// Which piece, the first being 0.
        number: usize,
        /// Where in it, in bytes.
        from: usize,
        /// Up to where in it, in bytes.
        to: usize,
    },
}

/// The size of a picture as stored, and how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    /// In pixels.
    pub(crate) width: u32,
    /// In pixels.
    pub(crate) height: u32,
    /// How many frames; 1 for a still.
    pub(crate) frames: u32,
    /// How the container says that viewers turn the picture, as the Exif orientation that does the same; `None` where Exif
    /// says it. Where there is one, the orientation in Exif has no say, and none is written.
    pub(crate) orientation: Option<u8>,
}

/// What a part, or several together, tell.
#[derive(Debug, Clone)]
pub(crate) enum Payload<'a> {
    /// A TIFF stream, without the `Exif\0\0` that some containers put before it.
    Exif(Cow<'a, [u8]>),
    /// As [`Self::Exif`], of a block that viewers pass over: it has no say in how the picture is turned.
    SpareExif(Cow<'a, [u8]>),
    /// An XMP packet (extended XMP is joined, ISO 16684-3).
    Xmp(Cow<'a, [u8]>),
    /// An ICC profile, joined and inflated.
    Icc(Cow<'a, [u8]>),
    /// An ICC profile that is damaged or incomplete; viewers ignore such.
    BrokenIcc(usize),
    /// Photoshop image resources (`8BIM`…).
    Photoshop(Cow<'a, [u8]>),
    /// IPTC-IIM datasets without Photoshop's frame around them.
    Iptc(Cow<'a, [u8]>),
    /// A C2PA manifest store: JUMBF boxes, joined.
    Provenance(Cow<'a, [u8]>),
    /// A comment in no declared encoding.
    Comment(Cow<'a, [u8]>),
    /// A keyword and its text.
    Text {
        /// Such as `Author`; may be empty.
        keyword: String,
        /// The text, inflated.
        text: String,
    },
    /// A date, as the container writes it, made readable.
    Time(String),
    /// A small picture: JFIF, JFXX. Its width and height are 0 when unknown.
    Thumbnail {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
        /// The coded or raw bytes.
        bytes: &'a [u8],
    },
    /// Another picture in the file, whose pixels are not looked at.
    Picture {
        /// What it is, such as `Depth map`.
        name: &'static str,
        /// In pixels; 0 when unknown.
        width: u32,
        /// In pixels; 0 when unknown.
        height: u32,
        /// Its coded size, in bytes.
        len: usize,
    },
    /// A maker's block, by part name.
    Vendor {
        /// Such as `APP4`.
        name: &'static str,
        /// Its payload.
        bytes: &'a [u8],
    },
    /// The part of the picture that viewers show; the edges around it stay in the file.
    Window {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// A camera maker's private block, whose offsets may count from the beginning of the file.
    MakerNote {
        /// The whole file.
        file: &'a [u8],
        /// Where the block begins, in bytes.
        at: usize,
        /// How long it is, in bytes.
        len: usize,
        /// The maker, as the file says it.
        make: String,
    },
    /// A gain map, which is kept.
    GainMap {
        /// Whether it is Apple's, of which programs look for two numbers in the maker's block of Exif.
        is_apple: bool,
        /// Whatever its own file carries besides.
        inside: Vec<Self>,
    },
    /// Boxes of a video that go or lose their words: headers, user data, metadata.
    Boxes(Cow<'a, [u8]>),
    /// A track of a video that goes.
    Track {
        /// What it is for, as four letters, such as `meta`.
        handler: [u8; 4],
        /// Its first sample entry, with its header.
        entry: Vec<u8>,
        /// Its first samples.
        samples: Vec<Cow<'a, [u8]>>,
        /// How many bytes all its samples have.
        len: usize,
        /// How many samples it has.
        count: usize,
    },
    /// How long a video is, for people. It stays.
    Length(String),
    /// Bytes behind the end of the picture.
    Trailer(&'a [u8]),
    /// What the original JPEG of a picture can be written again with, and what that told.
    Reconstruction {
        /// Its size, in bytes.
        len: usize,
        /// What the segments of the JPEG told that are stored in it.
        told: Vec<Self>,
    },
    /// Bytes behind the end of a picture that were stored compressed.
    Behind(Vec<u8>),
    /// Something that was stored compressed and that no rule explains.
    Inflated {
        /// What it calls itself, as printable text.
        name: String,
        /// Its payload, inflated.
        bytes: Vec<u8>,
    },
    /// Something that no rule explains.
    Unknown {
        /// What it calls itself, as printable text.
        name: String,
        /// Its payload.
        bytes: &'a [u8],
    },
}

impl Payload<'_> {
    /// Whether the picture has a gain map of which programs look for numbers in the maker's block of Exif.
    pub(crate) const fn needs_numbers_in_exif(&self) -> bool {
        matches!(self, Self::GainMap { is_apple: true, .. })
    }
}

/// The parts that are written anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fresh {
    /// A TIFF stream with orientation and what the person keeps; `None` when neither is there.
    pub(crate) exif: Option<Vec<u8>>,
    /// The colour profile without identifying text.
    pub(crate) icc: Option<Vec<u8>>,
}

/// The format behind a container's name.
pub(crate) fn format_of(container: Container) -> &'static dyn Format {
    match container {
        Container::Jpeg => &crate::jpeg::Jpeg,
        Container::Png => &crate::png::Png,
        Container::Webp => &crate::webp::Webp,
        Container::Gif => &crate::gif::Gif,
        Container::Heic | Container::Avif => &crate::heif::Heif,
        Container::Jxl => &crate::jxl::Jxl,
        Container::Tiff => &crate::tiff::Tiff,
        Container::Bmp => &crate::bmp::Bmp,
        Container::Mp4 | Container::Mov => &crate::heif::Video,
    }
}
