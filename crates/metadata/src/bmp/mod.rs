//! BMP, of Windows and of OS/2, in every form of its header.

mod header;
mod payload;
mod rebuild;
mod runs;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use header::is_bmp;

use std::ops::Range;

use crate::format::{Format, Frame, Fresh, Payload};
use crate::part::{Kind, Part, all_unseen};
use crate::{Error, Limits};
use header::Storage;

/// BMP.
pub(crate) struct Bmp;

impl Format for Bmp {
    fn parts<'a>(&self, file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
        walk::parts(file, limits)
    }

    fn frame(&self, parts: &[Part<'_>]) -> Result<Frame, Error> {
        let header = header::header(find(parts, HEADER), header::FILE_HEADER_LEN)?;
        Ok(Frame {
            width: header.width,
            height: header.height,
            frames: 1,
            orientation: None,
        })
    }

    fn payloads<'a>(&self, parts: &[Part<'a>], _limits: &Limits) -> Vec<Payload<'a>> {
        payload::payloads(parts)
    }

    fn rebuild(&self, parts: &[Part<'_>], fresh: &Fresh, _room: Vec<u8>) -> Result<Vec<u8>, Error> {
        rebuild::rebuild(parts, fresh)
    }

    fn passes_over(&self, parts: &[Part<'_>], gap: &Range<usize>) -> bool {
        // Of runs it is looked where they end, and of numbers of colours whether those are there.
        let header = header::header(find(parts, HEADER), header::FILE_HEADER_LEN);
        let is_plain =
            header.is_ok_and(|header| header.storage == Storage::Plain && !header.is_indexed());
        is_plain
            && all_unseen(parts, gap, |part| {
                (part.name == PIXELS.0).then_some(0..part.bytes.len())
            })
    }

    fn vocabulary(&self) -> &'static [(&'static str, Kind)] {
        VOCABULARY
    }
}

/// A row of the vocabulary.
type Name = (&'static str, Kind);

const FILE_HEADER: Name = ("file header", Kind::Structure);
const HEADER: Name = ("bitmap header of any form", Kind::Structure);
const MASKS: Name = ("colour masks", Kind::Tables);
const COLOURS: Name = ("colours that pixels name", Kind::Structure);
const PIXELS: Name = ("pixels, plain or in runs", Kind::Pixels);
const ROW_END: Name = (
    "padding and free bits at the end of a row or run",
    Kind::Structure,
);
const PROFILE: Name = ("embedded colour profile", Kind::ColourProfile);
const LINK: Name = ("path of a linked colour profile", Kind::Text);
const UNUSED_COLOURS: Name = ("colours that no pixel names", Kind::Advice);
const FILLER: Name = ("bytes between the parts", Kind::Filler);
const TRAILER: Name = ("after the picture", Kind::Trailer);

/// Every part that the walk can yield.
static VOCABULARY: &[Name] = &[
    FILE_HEADER,
    HEADER,
    MASKS,
    COLOURS,
    PIXELS,
    ROW_END,
    PROFILE,
    LINK,
    UNUSED_COLOURS,
    FILLER,
    TRAILER,
];

/// The bytes of the first part of this name; none when there is no such part.
fn find<'a>(parts: &[Part<'a>], name: Name) -> &'a [u8] {
    let found = parts.iter().find(|part| part.name == name.0);
    found.map_or(&[], |part| part.bytes)
}
