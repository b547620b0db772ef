//! PNG and APNG: Portable Network Graphics (PNG) Specification, Third Edition. Clauses are cited as `PNG § 11.2.1`.

mod animation;
mod chunks;
mod header;
mod payload;
#[cfg(test)]
pub(crate) mod properties;
mod raw_profile;
mod rebuild;
#[cfg(test)]
mod tests;

use crate::format::{Format, Frame, Fresh, Payload};
use crate::part::{Kind, Part};
use crate::{Error, Limits};

/// PNG, still or animated.
pub(crate) struct Png;

impl Format for Png {
    fn parts<'a>(&self, file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
        chunks::parts(file, limits)
    }

    fn frame(&self, parts: &[Part<'_>]) -> Result<Frame, Error> {
        let ihdr = parts.iter().find(|part| part.kind == Kind::Header);
        let header = header::parse(ihdr.map_or(&[], |part| part.body))?;
        let frames = parts
            .iter()
            .find(|part| part.kind == Kind::Animation && part.name == "acTL")
            .and_then(|part| animation::announced(part.body))
            .unwrap_or(1);
        Ok(Frame {
            width: header.width,
            height: header.height,
            frames,
            orientation: None,
        })
    }

    fn payloads<'a>(&self, parts: &[Part<'a>], limits: &Limits) -> Vec<Payload<'a>> {
        payload::payloads(parts, limits)
    }

    fn rebuild(&self, parts: &[Part<'_>], fresh: &Fresh, room: Vec<u8>) -> Result<Vec<u8>, Error> {
        rebuild::rebuild(parts, fresh, room)
    }

    fn vocabulary(&self) -> &'static [(&'static str, Kind)] {
        VOCABULARY
    }
}

/// The eight bytes that every PNG begins with, PNG § 5.2.
const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1A\n";

/// The keyword under which XMP stands in a text chunk, PNG § 11.3.3.1.
const XMP_KEYWORD: &[u8] = b"XML:com.adobe.xmp";

const XMP_NAME: &str = "iTXt XML:com.adobe.xmp";
const ORPHAN_NAME: &str = "acTL, fcTL or fdAT without effect";
const DUPLICATE_NAME: &str = "second copy of a chunk that may stand once";
const UNKNOWN_NAME: &str = "any other chunk";
const TRAILER_NAME: &str = "after IEND";

/// Every part that the walk can yield. Names of four letters are chunk types and are looked up here.
static VOCABULARY: &[(&str, Kind)] = &[
    ("signature", Kind::Signature),
    ("IHDR", Kind::Header),
    ("PLTE", Kind::Tables),
    ("tRNS", Kind::Transparency),
    ("IDAT", Kind::Pixels),
    ("IEND", Kind::End),
    ("cHRM", Kind::ColourNumbers),
    ("gAMA", Kind::ColourNumbers),
    ("sRGB", Kind::ColourNumbers),
    ("cICP", Kind::ColourNumbers),
    ("mDCV", Kind::ColourNumbers),
    ("cLLI", Kind::ColourNumbers),
    // The last two were spelled so in drafts of the third edition.
    ("mDCv", Kind::ColourNumbers),
    ("cLLi", Kind::ColourNumbers),
    ("sBIT", Kind::ColourNumbers),
    ("bKGD", Kind::ColourNumbers),
    ("iCCP", Kind::ColourProfile),
    ("pHYs", Kind::Density),
    ("acTL", Kind::Animation),
    ("fcTL", Kind::Animation),
    ("fdAT", Kind::Pixels),
    ("eXIf", Kind::Exif),
    (XMP_NAME, Kind::Xmp),
    ("iTXt", Kind::Text),
    ("tEXt", Kind::Text),
    ("zTXt", Kind::Text),
    ("tIME", Kind::Time),
    ("caBX", Kind::Provenance),
    ("hIST", Kind::Advice),
    ("sPLT", Kind::Advice),
    (ORPHAN_NAME, Kind::Orphan),
    (DUPLICATE_NAME, Kind::Duplicate),
    (UNKNOWN_NAME, Kind::Unknown),
    (TRAILER_NAME, Kind::Trailer),
];

/// The name and kind of a chunk by its type alone.
fn look_up(label: [u8; 4]) -> Option<(&'static str, Kind)> {
    VOCABULARY
        .iter()
        .find(|(name, _)| name.as_bytes() == label)
        .copied()
}
