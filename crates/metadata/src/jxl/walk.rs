//! The walk over a JPEG XL file: its boxes, and in them the codestream cut into header, frames and what follows.

use std::ops::Range;

use super::boxes::{Box, SIGNATURE, boxes, joined};
use super::codestream::{Codestream, is_shown};
use super::rebuild::UNREADABLE_PROFILE;
use super::{
    BOX, BROTLI, BROTLI_EXIF, BROTLI_PROVENANCE, BROTLI_XMP, DUPLICATE, EXIF, FILE_TYPE, FRAME,
    GAIN_MAP, HEADER, HELPER, INDEX, LEVEL, Name, PIECE, PREVIEW, PROVENANCE, RECONSTRUCTION,
    SECTIONS, SIGN, TRAILER, UNKNOWN, XMP,
};
use crate::part::Part;
use crate::{Error, Limits, icc};

/// Cuts a file into parts.
///
/// # Errors
/// When the file is damaged, ends early, or holds what could not be cleaned.
pub(super) fn parts<'a>(file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
    if !file.starts_with(SIGNATURE) {
        let whole = 0..file.len();
        let codestream = read(file, limits)?;
        let mut walk = Walk::new(file, limits, &codestream, file.len());
        walk.piece(&whole)?;
        return Ok(walk.parts);
    }
    let (boxes, end) = boxes(file, limits)?;
    let pieces: Vec<Range<usize>> = boxes
        .iter()
        .filter(|found| found.is_codestream())
        .map(|found| found.body..found.span.end)
        .collect();
    let whole = joined(file, &pieces);
    let codestream = read(&whole, limits).map_err(|error| in_file(error, &pieces))?;
    let mut walk = Walk::new(file, limits, &codestream, whole.len());
    for found in &boxes {
        walk.take(found)?;
    }
    walk.push(TRAILER, end..file.len(), end)?;
    Ok(walk.parts)
}

/// Reads the codestream, whose colour profile must be one that can be written anew.
fn read(codestream: &[u8], limits: &Limits) -> Result<Codestream, Error> {
    let codestream = Codestream::read(codestream, limits)?;
    let profile = codestream.head.profile.as_deref();
    match profile.is_none_or(|profile| icc::scrub(profile).is_some()) {
        true => Ok(codestream),
        false => Err(UNREADABLE_PROFILE),
    }
}

/// Where in the file something is that was found in the codestream.
fn in_file(error: Error, pieces: &[Range<usize>]) -> Error {
    let place = |offset: usize| {
        let mut left = offset;
        for piece in pieces {
            if left < piece.len() {
                return piece.start.saturating_add(left);
            }
            left = left.saturating_sub(piece.len());
        }
        pieces.last().map_or(0, |piece| piece.end)
    };
    match error {
        Error::Truncated { what, offset } => Error::Truncated {
            what,
            offset: place(offset),
        },
        Error::Malformed { what, offset } => Error::Malformed {
            what,
            offset: place(offset),
        },
        Error::UnsupportedFeature { what, offset } => Error::UnsupportedFeature {
            what,
            offset: place(offset),
        },
        other => other,
    }
}

struct Walk<'a> {
    file: &'a [u8],
    parts: Vec<Part<'a>>,
    parts_max: usize,
    /// What the codestream consists of, to its end, as far as it is not cut yet; the last first.
    segments: Vec<(Name, usize)>,
    once: Vec<Name>,
    has_codestream: bool,
}

impl<'a> Walk<'a> {
    fn new(file: &'a [u8], limits: &Limits, codestream: &Codestream, len: usize) -> Self {
        let mut segments = vec![(HEADER, codestream.head.to)];
        let mut at = codestream.head.to;
        let mut add = |name, to: usize| {
            segments.push((name, to.saturating_sub(at)));
            at = to;
        };
        if let Some(preview) = &codestream.preview {
            add(PREVIEW, preview.to);
        }
        for frame in &codestream.frames {
            let name = if is_shown(frame) { FRAME } else { HELPER };
            add(name, frame.sections_from);
            add(SECTIONS, frame.to);
        }
        add(TRAILER, len);
        segments.reverse();
        Self {
            file,
            parts: Vec::new(),
            parts_max: limits.parts_max,
            segments,
            once: Vec::new(),
            has_codestream: false,
        }
    }

    /// Adds a part that is not empty; what it holds begins at `body`.
    fn push(&mut self, name: Name, span: Range<usize>, body: usize) -> Result<(), Error> {
        if span.is_empty() {
            return Ok(());
        }
        if self.parts.len() >= self.parts_max {
            return Err(Error::TooMany {
                what: "JPEG XL parts",
                limit: self.parts_max,
            });
        }
        self.parts.push(Part {
            kind: name.1,
            name: name.0,
            offset: span.start,
            bytes: self.file.get(span.clone()).unwrap_or_default(),
            body: self.file.get(body..span.end).unwrap_or_default(),
        });
        Ok(())
    }

    /// A piece of the codestream, in its parts.
    fn piece(&mut self, piece: &Range<usize>) -> Result<(), Error> {
        let mut at = piece.start;
        while at < piece.end {
            let Some((name, left)) = self.segments.last_mut() else {
                break;
            };
            let name = *name;
            let step = piece.end.saturating_sub(at).min(*left);
            *left = left.saturating_sub(step);
            if *left == 0 {
                self.segments.pop();
            }
            let end = at.saturating_add(step);
            self.push(name, at..end, at)?;
            at = end;
        }
        Ok(())
    }

    fn take(&mut self, found: &Box) -> Result<(), Error> {
        let span = found.span.clone();
        if found.is_codestream() {
            self.has_codestream = true;
            let name = if &found.label == b"jxlc" { BOX } else { PIECE };
            self.push(name, span.start..found.body, found.body)?;
            return self.piece(&(found.body..span.end));
        }
        let body = self.file.get(found.body..span.end).unwrap_or_default();
        let name = match &found.label {
            b"JXL " if span.start == 0 => SIGN,
            b"ftyp" => {
                if !body.starts_with(b"jxl ") || self.parts.len() != 1 {
                    return Err(Error::Malformed {
                        what: "a file type that is not JPEG XL's (ISO/IEC 18181-2 § 4.2)",
                        offset: span.start,
                    });
                }
                FILE_TYPE
            }
            b"jxll" if matches!(body, [5 | 10]) && !self.has_codestream => LEVEL,
            b"jxli" => INDEX,
            b"Exif" => EXIF,
            b"xml " => XMP,
            b"jumb" => PROVENANCE,
            b"jbrd" => RECONSTRUCTION,
            b"jhgm" => GAIN_MAP,
            b"brob" => match body.first_chunk() {
                Some(b"Exif") => BROTLI_EXIF,
                Some(b"xml ") => BROTLI_XMP,
                Some(b"jumb") => BROTLI_PROVENANCE,
                _ => BROTLI,
            },
            _ => UNKNOWN,
        };
        let name = match name {
            // What is written anew can stand once.
            LEVEL | EXIF | BROTLI_EXIF => {
                let once = if name == LEVEL { LEVEL } else { EXIF };
                if self.once.contains(&once) {
                    DUPLICATE
                } else {
                    self.once.push(once);
                    name
                }
            }
            name => name,
        };
        self.push(name, span, found.body)
    }
}
