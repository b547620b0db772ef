//! TIFF: classic and BigTIFF, of one or many pages. TIFF 6.0, its Technical Notes, and libtiff's extensions.
//!
//! A file is a chain of directories of tags. What stays is the pages with their masks and of each the tags by which its
//! pixels are decoded and shown; all directories are written anew, and every byte that they do not need is left behind.

#[cfg(test)]
pub(crate) mod builder;
mod bytes;
mod coded;
mod compare;
mod document;
mod ifd;
mod layout;
mod names;
mod needed;
mod payload;
mod picture;
mod raw;
mod rebuild;
mod synopsis;
mod tag_table;
#[cfg(test)]
mod tests;
mod unseen;
mod walk;

use std::ops::Range;

use crate::format::{Format, Frame, Fresh, Payload, Piece};
use crate::part::{Kind, Part};
use crate::{Error, Limits};
use document::Document;

/// TIFF and BigTIFF.
pub(crate) struct Tiff;

impl Format for Tiff {
    fn parts<'a>(&self, file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
        walk::parts(file, limits)
    }

    fn frame(&self, parts: &[Part<'_>]) -> Result<Frame, Error> {
        let document = document(parts)?;
        let mut pages = document.pages();
        let page = pages.next().ok_or(Error::Malformed {
            what: "no page (TIFF 6.0 § 8)",
            offset: 0,
        })?;
        let number = |tag| page.ifd.number(&document.bytes, tag);
        let size = |tag| {
            let pixels = number(tag).and_then(|pixels| u32::try_from(pixels).ok());
            pixels.unwrap_or(0)
        };
        let orientation = number(tag_table::ORIENTATION)
            .filter(|number| (1..=8).contains(number))
            .and_then(|number| u8::try_from(number).ok());
        Ok(Frame {
            width: size(tag_table::WIDTH),
            height: size(tag_table::HEIGHT),
            frames: u32::try_from(pages.count().saturating_add(1)).unwrap_or(u32::MAX),
            orientation: Some(orientation.unwrap_or(1)),
        })
    }

    fn arrangement<'a>(&self, parts: &[Part<'a>]) -> Vec<Piece<'a>> {
        compare::arrangement(parts)
    }

    fn payloads<'a>(&self, parts: &[Part<'a>], limits: &Limits) -> Vec<Payload<'a>> {
        payload::payloads(parts, limits)
    }

    fn rebuild(&self, parts: &[Part<'_>], fresh: &Fresh, _room: Vec<u8>) -> Result<Vec<u8>, Error> {
        rebuild::rebuild(&document(parts)?, fresh)
    }

    fn is_chosen(&self, part: &Part<'_>, exif: &[u8]) -> bool {
        rebuild::is_chosen(part, exif)
    }

    fn passes_over(&self, parts: &[Part<'_>], gap: &Range<usize>) -> bool {
        document(parts).is_ok_and(|document| unseen::passes_over(&document, parts, gap))
    }

    fn vocabulary(&self) -> &'static [(&'static str, Kind)] {
        names::VOCABULARY
    }
}

/// The file of these parts, read again. The first part's body is all of it.
///
/// # Errors
/// When the parts are not those of such a file.
fn document<'a>(parts: &[Part<'a>]) -> Result<Document<'a>, Error> {
    let header = parts.first().filter(|part| part.name == names::HEADER.0);
    let file = header.map_or(&[][..], |part| part.body);
    // The walk has held it to the limits.
    Document::read(file, usize::MAX)
}
