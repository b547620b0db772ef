//! GIF, still and animated: Graphics Interchange Format, Version 89a (1990). Clauses are cited as `GIF89a § 20`.

mod application;
mod blocks;
mod payload;
mod rebuild;
#[cfg(test)]
mod tests;

use crate::format::{Format, Frame, Fresh, Payload};
use crate::part::{Kind, Part};
use crate::reader::Reader;
use crate::{Error, Limits};

/// GIF, still or animated.
pub(crate) struct Gif;

impl Format for Gif {
    fn parts<'a>(&self, file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
        blocks::parts(file, limits)
    }

    fn frame(&self, parts: &[Part<'_>]) -> Result<Frame, Error> {
        const WHAT: &str = "the logical screen (GIF89a § 18)";
        let images = || parts.iter().filter(|part| part.kind == Kind::Pixels);
        let screen = parts.iter().find(|part| part.kind == Kind::Header);
        let mut reader = Reader::new(screen.map_or(&[], |part| part.body));
        let mut size = (reader.u16_le(WHAT)?, reader.u16_le(WHAT)?);
        if size.0 == 0 || size.1 == 0 {
            // Decoders then take the size of the first image, § 20.
            let mut reader = Reader::new(images().next().map_or(&[], |part| part.body));
            reader.take(5, WHAT)?;
            size = (reader.u16_le(WHAT)?, reader.u16_le(WHAT)?);
        }
        if size.0 == 0 || size.1 == 0 {
            return Err(Error::Malformed {
                what: "a picture without width or height (GIF89a § 18)",
                offset: 6,
            });
        }
        Ok(Frame {
            width: size.0.into(),
            height: size.1.into(),
            frames: u32::try_from(images().count()).unwrap_or(u32::MAX),
            orientation: None,
        })
    }

    fn payloads<'a>(&self, parts: &[Part<'a>], _limits: &Limits) -> Vec<Payload<'a>> {
        parts.iter().filter_map(payload::payload).collect()
    }

    fn rebuild(&self, parts: &[Part<'_>], _fresh: &Fresh, room: Vec<u8>) -> Result<Vec<u8>, Error> {
        // GIF has no place for Exif, and viewers take no colour profile from it.
        Ok(rebuild::rebuild(parts, room))
    }

    fn vocabulary(&self) -> &'static [(&'static str, Kind)] {
        VOCABULARY
    }
}

/// A row of the vocabulary.
type Name = (&'static str, Kind);

const HEADER: Name = ("header", Kind::Signature);
const SCREEN: Name = ("logical screen descriptor", Kind::Header);
const COLOUR_TABLE: Name = ("global colour table", Kind::Tables);
const CONTROL: Name = ("graphic control extension", Kind::Animation);
const IMAGE: Name = ("image with its colour table", Kind::Pixels);
const LOOP: Name = ("NETSCAPE2.0 or ANIMEXTS1.0 loop count", Kind::Animation);
const END: Name = ("trailer byte", Kind::End);
const ORPHAN: Name = ("graphic control extension without an image", Kind::Orphan);
const COMMENT: Name = ("comment extension", Kind::Comment);
const PLAIN_TEXT: Name = ("plain text extension", Kind::Text);
const XMP: Name = ("XMP DataXMP application extension", Kind::Xmp);
const PROVENANCE: Name = ("C2PA_GIF application extension", Kind::Provenance);
const PHOTOSHOP: Name = ("MGK8BIM or MGKIPTC application extension", Kind::Photoshop);
const APPLICATION: Name = ("any other application extension", Kind::Unknown);
const EXTENSION: Name = ("any other extension", Kind::Unknown);
const FILLER: Name = ("zero bytes between blocks", Kind::Filler);
const TRAILER: Name = ("after the trailer byte", Kind::Trailer);

/// Every part that the walk can yield.
static VOCABULARY: &[Name] = &[
    HEADER,
    SCREEN,
    COLOUR_TABLE,
    CONTROL,
    IMAGE,
    LOOP,
    END,
    ORPHAN,
    COMMENT,
    PLAIN_TEXT,
    XMP,
    PROVENANCE,
    PHOTOSHOP,
    APPLICATION,
    EXTENSION,
    FILLER,
    TRAILER,
];
