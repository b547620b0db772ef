//! HEIC and AVIF: pictures in boxes, still and in sequences. ISO/IEC 23008-12 (HEIF), AV1 Image File Format, ISO/IEC 14496-12.
//!
//! A file is a set of items, of which one is the picture. What stays is what that picture is made of, found by
//! following references from it; every table is then written anew for those items, and the rest of the file is left
//! behind, with every byte that no kept item uses.

mod arrangement;
mod av1;
mod av1_sequence;
mod bits;
mod boxes;
#[cfg(test)]
pub(crate) mod builder;
mod cut;
mod data;
mod derived;
mod entries;
mod exif;
mod gain_map;
mod hdr10_plus;
mod hevc;
mod locations;
mod meta;
pub(crate) mod movie;
mod names;
mod numeric;
mod payload;
mod plan;
mod properties;
mod rebuild;
mod roles;
mod source;
#[cfg(test)]
pub(crate) mod tests;
mod turn;
mod units;
mod unseen;
mod walk;

use std::ops::Range;

use crate::format::{Format, Frame, Fresh, Payload, Piece};
use crate::part::{Kind, Part};
use crate::reader::Reader;
use crate::{Error, Limits};
use source::Source;

pub(crate) use movie::Video;

/// The HEIF container, whichever way its pictures are coded.
pub(crate) struct Heif;

impl Format for Heif {
    fn parts<'a>(&self, file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
        walk::parts(file, limits)
    }

    fn frame(&self, parts: &[Part<'_>]) -> Result<Frame, Error> {
        if is_video(parts) {
            return video_frame(parts);
        }
        frame(&Source::of(parts)?)
    }

    fn read<'a>(
        &self,
        parts: &[Part<'a>],
        limits: &Limits,
    ) -> Result<(Frame, Vec<Payload<'a>>), Error> {
        if is_video(parts) {
            return Ok((video_frame(parts)?, Video.payloads(parts, limits)));
        }
        let source = Source::of(parts)?;
        Ok((frame(&source)?, payloads(&source)))
    }

    fn arrangement<'a>(&self, parts: &[Part<'a>]) -> Vec<Piece<'a>> {
        let mut pieces = arrangement::arrangement(parts);
        pieces.extend(movie::arrangement::arrangement(parts));
        pieces
    }

    fn payloads<'a>(&self, parts: &[Part<'a>], limits: &Limits) -> Vec<Payload<'a>> {
        if is_video(parts) {
            return Video.payloads(parts, limits);
        }
        // The walk made the parts of a file whose meta box it could read.
        Source::of(parts).map_or_else(|_| Vec::new(), |source| payloads(&source))
    }

    fn rebuild(&self, parts: &[Part<'_>], fresh: &Fresh, room: Vec<u8>) -> Result<Vec<u8>, Error> {
        if is_video(parts) {
            return Video.rebuild(parts, fresh, room);
        }
        rebuild::rebuild(parts, fresh, room)
    }

    fn passes_over(&self, parts: &[Part<'_>], gap: &Range<usize>) -> bool {
        let is_still = matches!(movie::source::Source::of(parts), Ok(None));
        is_still && Source::of(parts).is_ok_and(|source| unseen::passes_over(&source, parts, gap))
    }

    fn vocabulary(&self) -> &'static [(&'static str, Kind)] {
        names::VOCABULARY
    }
}

/// Whether the file is a sequence without a picture beside it.
fn is_video(parts: &[Part<'_>]) -> bool {
    !parts.iter().any(|part| part.name == names::META.0)
}

/// The picture's size and how it is shown, and how many a sequence beside it has.
fn frame(source: &Source<'_, '_>) -> Result<Frame, Error> {
    let (width, height) = size(source, source.meta.primary).ok_or(Error::Malformed {
        what: "its picture has no size (ISO/IEC 23008-12 § 6.5.3)",
        offset: source.meta.span.start,
    })?;
    let movie = movie::source::Source::of(source.parts)?;
    Ok(Frame {
        width,
        height,
        frames: movie.and_then(|found| frames(&found.movie)).unwrap_or(1),
        orientation: Some(turn::orientation(source.view(), &source.meta)),
    })
}

/// As [`frame`], of a sequence without a picture beside it.
fn video_frame(parts: &[Part<'_>]) -> Result<Frame, Error> {
    let movie = movie::source::Source::of(parts)?;
    Ok(Frame {
        frames: movie.and_then(|found| frames(&found.movie)).unwrap_or(1),
        ..Video.frame(parts)?
    })
}

/// What a picture and the sequence beside it tell.
fn payloads<'a>(source: &Source<'_, 'a>) -> Vec<Payload<'a>> {
    let mut payloads = payload::payloads(source);
    payloads.extend(movie::payload::payloads(source.parts));
    payloads
}

/// How many pictures a sequence has.
fn frames(movie: &movie::tracks::Movie) -> Option<u32> {
    let samples = movie.video()?.samples.as_ref().ok()?;
    u32::try_from(samples.count()).ok()
}

/// The width and height of an item by its `ispe` property, ISO/IEC 23008-12 § 6.5.3; neither is zero.
fn size(source: &Source<'_, '_>, item: u32) -> Option<(u32, u32)> {
    let mut properties = source.meta.properties_of(item);
    let ispe = properties.find(|found| found.label == *b"ispe")?;
    size_in(source.view().get(ispe.body))
}

/// The width and height in an `ispe` property.
fn size_in(ispe: &[u8]) -> Option<(u32, u32)> {
    let mut reader = Reader::new(ispe.get(4..)?);
    let width = reader.u32_be("ispe").ok()?;
    let height = reader.u32_be("ispe").ok()?;
    (width > 0 && height > 0).then_some((width, height))
}
