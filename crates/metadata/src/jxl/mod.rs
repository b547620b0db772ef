//! JPEG XL, as a bare codestream (ISO/IEC 18181-1) or in a container (ISO/IEC 18181-2).
//!
//! The codestream's header and the headers of its frames are read bit by bit: they say how the picture is turned,
//! and only with them is it known where the picture ends. The coded sections are copied.

mod ans;
mod bits;
mod boxes;
#[cfg(test)]
pub(crate) mod builder;
mod codestream;
mod entropy;
mod frame;
mod image;
mod payload;
mod prefix;
mod profile;
mod rebuild;
mod reconstruction;
#[cfg(test)]
mod tests;
mod walk;

use std::ops::Range;

use crate::format::{Format, Frame, Fresh, Payload};
use crate::part::{Kind, Part, all_unseen};
use crate::{Error, Limits};

/// JPEG XL.
pub(crate) struct Jxl;

impl Format for Jxl {
    fn parts<'a>(&self, file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
        walk::parts(file, limits)
    }

    fn frame(&self, parts: &[Part<'_>]) -> Result<Frame, Error> {
        let image = image::header(&joined(parts, HEADER))?.image;
        let shown = runs(parts, FRAME);
        let mut frames = 0_u32;
        for run in shown {
            let count = frames_in(&run, &image)?.len();
            frames = frames.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        }
        // Four of the eight orientations change width and height, but what is told is the stored size.
        Ok(Frame {
            width: image.width,
            height: image.height,
            frames,
            orientation: Some(image.orientation),
        })
    }

    fn payloads<'a>(&self, parts: &[Part<'a>], limits: &Limits) -> Vec<Payload<'a>> {
        payload::payloads(parts, limits)
    }

    fn rebuild(&self, parts: &[Part<'_>], fresh: &Fresh, _room: Vec<u8>) -> Result<Vec<u8>, Error> {
        rebuild::rebuild(parts, fresh)
    }

    fn passes_over(&self, parts: &[Part<'_>], gap: &Range<usize>) -> bool {
        // How long they are stands in the table before them.
        all_unseen(parts, gap, |part| {
            (part.name == SECTIONS.0).then_some(0..part.bytes.len())
        })
    }

    fn vocabulary(&self) -> &'static [(&'static str, Kind)] {
        VOCABULARY
    }
}

/// A row of the vocabulary.
type Name = (&'static str, Kind);

const SIGN: Name = ("JXL signature box", Kind::Signature);
const FILE_TYPE: Name = ("ftyp", Kind::Structure);
const LEVEL: Name = ("jxll", Kind::Header);
const BOX: Name = ("jxlc", Kind::Structure);
const PIECE: Name = ("jxlp", Kind::Structure);
const HEADER: Name = ("codestream header with its colour profile", Kind::Structure);
const FRAME: Name = ("frame header and table of contents", Kind::Structure);
const HELPER: Name = (
    "header of a frame that is not shown itself",
    Kind::Structure,
);
const SECTIONS: Name = ("coded sections of a frame", Kind::Pixels);
const EXIF: Name = ("Exif", Kind::Exif);
const BROTLI_EXIF: Name = ("brob with Exif", Kind::Exif);
const XMP: Name = ("xml ", Kind::Xmp);
const BROTLI_XMP: Name = ("brob with xml ", Kind::Xmp);
const PROVENANCE: Name = ("jumb", Kind::Provenance);
const BROTLI_PROVENANCE: Name = ("brob with jumb", Kind::Provenance);
const RECONSTRUCTION: Name = ("jbrd", Kind::SecondPicture);
const INDEX: Name = ("jxli", Kind::Advice);
const GAIN_MAP: Name = ("jhgm", Kind::SecondPicture);
const PREVIEW: Name = ("preview frame", Kind::SecondPicture);
const BROTLI: Name = ("any other brob", Kind::Unknown);
const DUPLICATE: Name = ("second copy of a box that may stand once", Kind::Duplicate);
const UNKNOWN: Name = ("any other box", Kind::Unknown);
const TRAILER: Name = ("after the last frame or the last box", Kind::Trailer);

/// Every part that the walk can yield.
static VOCABULARY: &[Name] = &[
    SIGN,
    FILE_TYPE,
    LEVEL,
    BOX,
    PIECE,
    HEADER,
    FRAME,
    HELPER,
    SECTIONS,
    EXIF,
    BROTLI_EXIF,
    XMP,
    BROTLI_XMP,
    PROVENANCE,
    BROTLI_PROVENANCE,
    RECONSTRUCTION,
    INDEX,
    GAIN_MAP,
    PREVIEW,
    BROTLI,
    DUPLICATE,
    UNKNOWN,
    TRAILER,
];

/// All bytes of the parts of this name.
fn joined(parts: &[Part<'_>], name: Name) -> Vec<u8> {
    let found = parts.iter().filter(|part| part.name == name.0);
    found.fold(Vec::new(), |mut all, part| {
        all.extend_from_slice(part.bytes);
        all
    })
}

/// The bytes of neighbouring parts of this name; only boxes may stand between them, for a codestream may be cut anywhere.
fn runs(parts: &[Part<'_>], name: Name) -> Vec<Vec<u8>> {
    let mut runs: Vec<Vec<u8>> = Vec::new();
    let mut is_open = false;
    for part in parts.iter().filter(|part| is_coded(part)) {
        if part.name != name.0 {
            is_open = false;
        } else if is_open && let Some(run) = runs.last_mut() {
            run.extend_from_slice(part.bytes);
        } else {
            runs.push(part.bytes.to_vec());
            is_open = true;
        }
    }
    runs
}

/// Whether the part is a piece of the codestream itself.
fn is_coded(part: &Part<'_>) -> bool {
    [HEADER, PREVIEW, FRAME, HELPER, SECTIONS]
        .iter()
        .any(|name| name.0 == part.name)
}

/// The frames whose headers stand in a run: several where a frame has no byte of sections.
fn frames_in(run: &[u8], image: &image::Image) -> Result<Vec<frame::Frame>, Error> {
    let mut frames = Vec::new();
    let mut at = 0_usize;
    while at < run.len() {
        let found = frame::frame(run, at, image, (image.width, image.height))?;
        at = found.sections_from;
        frames.push(found);
    }
    Ok(frames)
}
