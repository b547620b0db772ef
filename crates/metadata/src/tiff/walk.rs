//! Cuts a file into parts: what its directories account for, and the bytes that none does.
//!
//! Pixels are copied without being looked into, so nothing else may stand where they stand: a strip that covers a
//! directory or a text would carry it into the copy. Other things may share bytes; each byte then goes by the first
//! that claims it.

use std::collections::BTreeMap;

use super::bytes::{Bytes, Span};
use super::coded;
use super::document::{Directory, Document, Role};
use super::ifd::Field;
use super::names::{self, Name};
use super::needed::palette_is_there;
use super::picture::Picture;
use super::tag_table as tag;
use crate::part::Part;
use crate::{Error, Limits};

/// A stretch of the file with its body and name.
type Claim = (Span, Span, Name);

/// Cuts the file into parts that tile it.
///
/// # Errors
/// When the file is damaged, a RAW photo, or holds what cannot be cleaned.
pub(super) fn parts<'a>(file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
    let document = Document::read(file, limits.parts_max)?;
    let bytes = &document.bytes;
    let pixels = pixels(&document, limits)?;
    let structure = structure(&document);
    apart(&pixels, &structure)?;

    let mut map = Map {
        taken: BTreeMap::new(),
        parts_max: limits.parts_max,
    };
    for piece in pixels.values() {
        for claim in coded::cut(bytes, piece.span, piece.coder, piece.name, limits)? {
            map.claim(claim)?;
        }
    }
    for claim in structure {
        map.claim(claim)?;
    }
    for directory in &document.directories {
        for span in other_data(bytes, directory) {
            map.claim((span, span, names::SMALL))?;
        }
    }
    map.parts(file)
}

/// A strip or tile of a picture that stays.
struct Pixels {
    span: Span,
    coder: super::picture::Coder,
    name: Name,
}

/// The strips and tiles of all pictures that stay, by where they begin. Equal ones may be shared.
fn pixels(document: &Document<'_>, limits: &Limits) -> Result<BTreeMap<usize, Pixels>, Error> {
    let mut pixels: BTreeMap<usize, Pixels> = BTreeMap::new();
    let mut count = 0_usize;
    for (_, directory) in document.kept() {
        let left = limits.parts_max.saturating_sub(count);
        let picture = Picture::read(&document.bytes, &directory.ifd, left)?;
        count = count.saturating_add(picture.pieces.len());
        palette_is_there(&document.bytes, &directory.ifd, &picture)?;
        if let Some(tables) = picture.tables {
            coded::clean_tables(&document.bytes, tables, limits)?;
        }
        let name = match directory.role {
            Role::Mask => names::MASK,
            _ => names::DATA,
        };
        for span in picture.pieces.iter().filter(|piece| !piece.is_empty()) {
            let found = pixels.entry(span.start).or_insert(Pixels {
                span: *span,
                coder: picture.coder,
                name,
            });
            if found.span != *span || found.coder != picture.coder {
                return Err(overlap(span.start));
            }
        }
    }
    Ok(pixels)
}

const fn overlap(offset: usize) -> Error {
    Error::Malformed {
        what: "a strip or tile that shares bytes with something else (TIFF 6.0 § 8)",
        offset,
    }
}

/// Checks that no strip or tile shares a byte with another, or with anything else that a tag accounts for.
fn apart(pixels: &BTreeMap<usize, Pixels>, structure: &[Claim]) -> Result<(), Error> {
    let mut spans: Vec<(Span, bool)> = pixels.values().map(|piece| (piece.span, true)).collect();
    spans.extend(structure.iter().map(|claim| (claim.0, false)));
    spans.retain(|(span, _)| !span.is_empty());
    spans.sort_unstable();
    let (mut pixels_end, mut structure_end) = (0_usize, 0_usize);
    for (span, is_pixels) in spans {
        let mine = if is_pixels { structure_end } else { 0 };
        if span.start < pixels_end.max(mine) {
            return Err(overlap(span.start));
        }
        if is_pixels {
            pixels_end = span.end;
        } else {
            structure_end = structure_end.max(span.end);
        }
    }
    Ok(())
}

/// The header, all directories entry by entry, and the values that stand outside of them.
fn structure(document: &Document<'_>) -> Vec<Claim> {
    let bytes = &document.bytes;
    let header = Span {
        start: 0,
        end: bytes.header_len(),
    };
    let whole = Span {
        start: 0,
        end: bytes.file.len(),
    };
    let mut claims = vec![(header, whole, names::HEADER)];
    let mut values = Vec::new();
    for (number, directory) in document.directories.iter().enumerate() {
        let own = match directory.role {
            Role::Page | Role::Mask => names::DIRECTORY,
            Role::Small => names::SMALL,
            Role::Empty => names::EMPTY,
            Role::Exif | Role::Gps | Role::Interop => names::EXIF,
        };
        let span = directory.ifd.span;
        let first = span.start.saturating_add(bytes.count_len());
        let last = span.end.saturating_sub(bytes.word_len());
        for span in [(span.start, first), (last, span.end)] {
            let span = Span {
                start: span.0,
                end: span.1,
            };
            claims.push((span, span, own));
        }
        let mut seen = std::collections::BTreeSet::new();
        for field in &directory.ifd.fields {
            let name = if directory.stays() {
                let is_second = !seen.insert(field.tag);
                entry_name(document, number, field, is_second)
            } else {
                own
            };
            let value = field.value.unwrap_or(Span::EMPTY);
            let body = if field.is_inline() {
                value
            } else {
                field.entry
            };
            claims.push((field.entry, body, name));
            if !field.is_inline() && !value.is_empty() {
                values.push((value, value, name));
            }
        }
    }
    claims.extend(values);
    claims
}

/// What an entry of a page or mask is.
fn entry_name(document: &Document<'_>, number: usize, field: &Field, is_second: bool) -> Name {
    let has_masks = || document.below(number, Role::Mask).next().is_some();
    match tag::name_of(field) {
        _ if is_second => names::DUPLICATE,
        _ if field.tag == tag::SUB_IFDS && has_masks() => names::NEEDED,
        _ if field.tag == tag::SUB_IFDS => names::SMALL,
        name => name,
    }
}

/// The strips, tiles and JPEG streams of pictures that go, as far as they are in the file.
pub(super) fn other_data(bytes: &Bytes<'_>, directory: &Directory) -> Vec<Span> {
    if directory.role != Role::Small {
        return Vec::new();
    }
    let most = bytes.file.len();
    let list = |tag| {
        let field = directory.ifd.field(tag);
        field.map_or_else(Vec::new, |field| field.numbers(bytes, most))
    };
    let pairs = [
        (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS),
        (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS),
        (tag::JPEG_AT, tag::JPEG_LEN),
    ];
    let mut left = most;
    let mut spans = Vec::new();
    for (offsets, counts) in pairs {
        for (at, len) in list(offsets).into_iter().zip(list(counts)) {
            let found = bytes.span(at, len).filter(|span| !span.is_empty());
            if let Some(span) = found.filter(|span| span.len() <= left) {
                left = left.saturating_sub(span.len());
                spans.push(span);
            }
        }
    }
    spans
}

/// Which stretch of the file belongs to what, without overlap.
struct Map {
    taken: BTreeMap<usize, (usize, Span, Name)>,
    parts_max: usize,
}

impl Map {
    /// Takes what is still free of a stretch.
    fn claim(&mut self, (span, body, name): Claim) -> Result<(), Error> {
        let mut from = span.start;
        if let Some((_, (end, ..))) = self.taken.range(..=from).next_back() {
            from = from.max(*end);
        }
        while from < span.end {
            let next = self.taken.range(from..span.end).next();
            let (to, resume) = next.map_or((span.end, span.end), |(at, (end, ..))| (*at, *end));
            if from < to {
                // A body that is not all there any more is as good as none.
                let is_whole = (from, to) == (span.start, span.end);
                let piece = Span {
                    start: from,
                    end: to,
                };
                let body = if is_whole { body } else { piece };
                self.taken.insert(from, (to, body, name));
                if self.taken.len() > self.parts_max {
                    return Err(Error::TooMany {
                        what: "tags, strips and tiles",
                        limit: self.parts_max,
                    });
                }
            }
            from = resume.max(to);
        }
        Ok(())
    }

    /// All parts, with what stands between them and behind them.
    fn parts(self, file: &[u8]) -> Result<Vec<Part<'_>>, Error> {
        let get = |span: Span| file.get(span.start..span.end).unwrap_or_default();
        let mut parts: Vec<Part<'_>> = Vec::with_capacity(self.taken.len());
        let part = |span: Span, body: Span, name: Name| Part {
            kind: name.1,
            name: name.0,
            offset: span.start,
            bytes: get(span),
            body: get(body),
        };
        let mut next = 0_usize;
        let ends = self
            .taken
            .into_iter()
            .chain([(file.len(), (file.len(), Span::EMPTY, names::TRAILER))]);
        for (start, (end, body, name)) in ends {
            let gap = Span {
                start: next,
                end: start,
            };
            if is_padding(file, gap)
                && let Some(last) = parts.last_mut()
            {
                last.bytes = get(Span {
                    start: last.offset,
                    end: gap.end,
                });
            } else if !gap.is_empty() {
                let name = if start == file.len() {
                    names::TRAILER
                } else {
                    names::GAP
                };
                parts.push(part(gap, gap, name));
            }
            next = end;
            if start < end {
                parts.push(part(Span { start, end }, body, name));
            }
        }
        if parts.len() > self.parts_max {
            return Err(Error::TooMany {
                what: "tags, strips and tiles",
                limit: self.parts_max,
            });
        }
        Ok(parts)
    }
}

/// The one zero byte that brings the next to a word boundary, TIFF 6.0 § 2.
fn is_padding(file: &[u8], gap: Span) -> bool {
    gap.len() == 1 && gap.end.is_multiple_of(2) && file.get(gap.start) == Some(&0)
}
