//! WebP, still and animated: RFC 9649. Clauses are cited as `RFC 9649 § 2.7`.

mod chunks;
mod image;
mod payload;
mod rebuild;
#[cfg(test)]
mod tests;
mod walk;

use std::ops::Range;

use crate::format::{Format, Frame, Fresh, Payload};
use crate::part::{Kind, Part, all_unseen};
use crate::{Error, Limits};

/// WebP, still or animated.
pub(crate) struct Webp;

impl Format for Webp {
    fn parts<'a>(&self, file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
        walk::parts(file, limits)
    }

    fn frame(&self, parts: &[Part<'_>]) -> Result<Frame, Error> {
        let features = parts.iter().find(|part| part.kind == Kind::Features);
        let (width, height) = if let Some(vp8x) = features {
            let features = image::features(vp8x.body, vp8x.offset)?;
            (features.width, features.height)
        } else {
            let coded = parts.iter().find(|part| part.kind == Kind::Pixels);
            coded.map_or(Err(walk::no_picture(0)), |part| {
                image::coded_size(part.name, part.body, part.offset)
            })?
        };
        let frames = parts.iter().filter(|part| is_frame(part)).count();
        Ok(Frame {
            width,
            height,
            frames: u32::try_from(frames.max(1)).unwrap_or(u32::MAX),
            orientation: None,
        })
    }

    fn payloads<'a>(&self, parts: &[Part<'a>], _limits: &Limits) -> Vec<Payload<'a>> {
        parts.iter().filter_map(payload::payload).collect()
    }

    fn rebuild(&self, parts: &[Part<'_>], fresh: &Fresh, room: Vec<u8>) -> Result<Vec<u8>, Error> {
        rebuild::rebuild(parts, fresh, room)
    }

    fn passes_over(&self, parts: &[Part<'_>], gap: &Range<usize>) -> bool {
        all_unseen(parts, gap, |part| {
            let is_coded = matches!(part.kind, Kind::Pixels | Kind::Transparency);
            let end = CHUNK_HEADER_LEN.saturating_add(part.body.len());
            is_coded.then_some(CHUNK_HEADER_LEN.saturating_add(PICTURE_HEADER_LEN)..end)
        })
    }

    fn vocabulary(&self) -> &'static [(&'static str, Kind)] {
        VOCABULARY
    }
}

/// The type and the size of a chunk, RFC 9649 § 2.3.
const CHUNK_HEADER_LEN: usize = 8;
/// Of a coded picture no more is looked at: its size stands in fewer bytes.
const PICTURE_HEADER_LEN: usize = 16;

const FRAME_NAME: &str = "ANMF header";
const ORPHAN_NAME: &str = "chunk that VP8X does not announce";
const DUPLICATE_NAME: &str = "second copy of a chunk that may stand once";
const UNKNOWN_NAME: &str = "any other chunk";
const TRAILER_NAME: &str = "after the RIFF chunk";

/// Every part that the walk can yield. Names of four letters are chunk types and are looked up here.
static VOCABULARY: &[(&str, Kind)] = &[
    ("RIFF header", Kind::Signature),
    ("VP8X", Kind::Features),
    ("ICCP", Kind::ColourProfile),
    ("ANIM", Kind::Animation),
    (FRAME_NAME, Kind::Animation),
    ("ALPH", Kind::Transparency),
    ("VP8 ", Kind::Pixels),
    ("VP8L", Kind::Pixels),
    ("EXIF", Kind::Exif),
    ("XMP ", Kind::Xmp),
    ("C2PA", Kind::Provenance),
    (ORPHAN_NAME, Kind::Orphan),
    (DUPLICATE_NAME, Kind::Duplicate),
    (UNKNOWN_NAME, Kind::Unknown),
    (TRAILER_NAME, Kind::Trailer),
];

/// The name and kind of a chunk by its type alone.
fn look_up(label: [u8; 4]) -> (&'static str, Kind) {
    // Careless writers end the type of the XMP chunk with a NUL in place of the space.
    let label = if &label == b"XMP\0" { *b"XMP " } else { label };
    VOCABULARY
        .iter()
        .find(|(name, _)| name.as_bytes() == label)
        .copied()
        .unwrap_or((UNKNOWN_NAME, Kind::Unknown))
}

/// Whether the part begins a frame of an animation.
fn is_frame(part: &Part<'_>) -> bool {
    part.name == FRAME_NAME
}
