//! Writes the clean file: the pages and their masks, with fresh directories.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::bytes::{Bytes, Span};
use super::document::{Document, Role};
use super::ifd::{Field, Ifd, kind, turned_len};
use super::layout::{Entry, Layout, Table, Value};
use super::needed::needed;
use super::picture::{Coder, Picture};
use super::{coded, compare, tag_table as tag};
use crate::format::Fresh;
use crate::part::{Kind, Part};
use crate::{Error, Limits, icc};

/// The walk held the file to the limits; here nothing is limited again.
pub(super) fn no_limits() -> Limits {
    Limits {
        parts_max: usize::MAX,
        ..Limits::default()
    }
}

/// A new file of the pages and masks.
///
/// # Errors
/// When it does not fit its offsets.
pub(super) fn rebuild(document: &Document<'_>, fresh: &Fresh) -> Result<Vec<u8>, Error> {
    let mut writing = Writing {
        document,
        limits: no_limits(),
        tables: Vec::new(),
        pieces: BTreeMap::new(),
        profiles: BTreeMap::new(),
    };
    let mut last_page = None;
    for (number, directory) in document.kept() {
        if directory.parent.is_some() {
            // Its page writes it.
            continue;
        }
        let is_first = last_page.is_none();
        let at = writing.page(number, fresh)?;
        if is_first && let Some(exif) = fresh.exif.as_deref() {
            writing.chosen(at, exif);
        }
        if let Some(previous) = last_page.and_then(|last: usize| writing.tables.get_mut(last)) {
            previous.next = Some(at);
        }
        last_page = Some(at);
    }
    let mut writing = writing.numbered();
    let data = writing.data()?;
    let out = Layout {
        order: document.bytes.order,
        is_big: document.bytes.is_big,
        tables: writing.tables,
        data,
    }
    .write()?;
    compare::same_pictures(document, &Document::read(&out, usize::MAX)?)?;
    Ok(out)
}

struct Writing<'d, 'a> {
    document: &'d Document<'a>,
    limits: Limits,
    tables: Vec<Table<'a>>,
    /// All strips and tiles by where they begin, which is the order in which they are written.
    pieces: BTreeMap<usize, (Span, Coder)>,
    /// Colour profiles without texts, by where they stood.
    profiles: BTreeMap<Span, Option<Vec<u8>>>,
}

impl<'a> Writing<'_, 'a> {
    /// Adds the table of a page or mask, and those of its masks. Strips and tiles are given by their offsets until
    /// all are known.
    fn page(&mut self, number: usize, fresh: &Fresh) -> Result<usize, Error> {
        let document = self.document;
        let bytes = &document.bytes;
        let Some(directory) = document.directories.get(number) else {
            return Ok(0);
        };
        let ifd = &directory.ifd;
        let picture = Picture::read(bytes, ifd, usize::MAX)?;
        let numbers = needed(bytes, ifd, &picture).into_iter();
        let mut entries: Vec<Entry<'a>> = numbers
            .map(|(tag, kind, value)| entry(tag, kind, value))
            .collect();
        let starts: Vec<Option<usize>> = picture
            .pieces
            .iter()
            .map(|piece| (!piece.is_empty()).then_some(piece.start))
            .collect();
        for piece in picture.pieces.iter().filter(|piece| !piece.is_empty()) {
            self.pieces.insert(piece.start, (*piece, picture.coder));
        }
        let (offsets, lengths) = if picture.is_tiled {
            (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)
        } else {
            (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
        };
        entries.push(made(offsets, Value::Data(starts.clone())));
        entries.push(made(lengths, Value::Lengths(starts)));
        if let Some(tables) = picture.tables {
            let tables = coded::clean_tables(bytes, tables, &self.limits)?;
            entries.push(entry(tag::JPEG_TABLES, kind::UNDEFINED, tables));
        }
        if fresh.icc.is_some()
            && let Some(profile) = self.profile(ifd)
        {
            entries.push(entry(tag::ICC, kind::UNDEFINED, profile));
        }
        let at = self.tables.len();
        self.tables.push(Table {
            entries,
            next: None,
        });
        let mut masks = Vec::new();
        for mask in document.below(number, Role::Mask) {
            masks.push(self.page(mask, fresh)?);
        }
        if !masks.is_empty() {
            self.add(at, made(tag::SUB_IFDS, Value::Directories(masks)));
        }
        Ok(at)
    }

    fn add(&mut self, table: usize, entry: Entry<'a>) {
        if let Some(table) = self.tables.get_mut(table) {
            table.entries.push(entry);
        }
    }

    fn profile(&mut self, ifd: &Ifd) -> Option<Vec<u8>> {
        let span = ifd.field(tag::ICC)?.value?;
        let bytes = self.document.bytes;
        let scrubbed = self.profiles.entry(span);
        scrubbed
            .or_insert_with(|| icc::scrub(bytes.get(span)))
            .clone()
    }

    /// Adds what the person keeps, from a small TIFF stream of our own making, to a page's table.
    fn chosen(&mut self, page: usize, exif: &[u8]) {
        let Ok((stream, first)) = Bytes::open(exif) else {
            return;
        };
        let Ok(main) = Ifd::read(&stream, first) else {
            return;
        };
        for field in &main.fields {
            if !matches!(field.tag, tag::EXIF_IFD | tag::GPS_IFD) {
                let kept = self.turned(&stream, field);
                self.add(page, kept);
                continue;
            }
            let at = main.number(&stream, field.tag).unwrap_or(0);
            if let Ok(below) = Ifd::read(&stream, at) {
                let entries = below.fields.iter();
                let entries = entries.map(|field| self.turned(&stream, field)).collect();
                let number = self.tables.len();
                self.tables.push(Table {
                    entries,
                    next: None,
                });
                self.add(page, made(field.tag, Value::Directories(vec![number])));
            }
        }
    }

    /// A field of another stream in the byte order of this file.
    fn turned(&self, stream: &Bytes<'_>, field: &Field) -> Entry<'a> {
        let mut value = field.bytes(stream).to_vec();
        if stream.order != self.document.bytes.order {
            for unit in value.chunks_mut(turned_len(field.kind)) {
                unit.reverse();
            }
        }
        entry(field.tag, field.kind, value)
    }

    /// With strips and tiles by number in place of their offsets.
    fn numbered(mut self) -> Self {
        let numbers: BTreeMap<usize, usize> = self
            .pieces
            .keys()
            .enumerate()
            .map(|(number, start)| (*start, number))
            .collect();
        let entries = self.tables.iter_mut().flat_map(|table| &mut table.entries);
        for entry in entries {
            if let Value::Data(list) | Value::Lengths(list) = &mut entry.value {
                for place in list {
                    *place = place.and_then(|start| numbers.get(&start).copied());
                }
            }
        }
        self
    }

    /// The clean strips and tiles, in the order of the file.
    fn data(&mut self) -> Result<Vec<Cow<'a, [u8]>>, Error> {
        let bytes = self.document.bytes;
        let pieces = self.pieces.values();
        pieces
            .map(|(span, coder)| coded::clean(&bytes, *span, *coder, &self.limits))
            .collect()
    }
}

const fn entry<'a>(tag: u16, kind: u16, value: Vec<u8>) -> Entry<'a> {
    Entry {
        tag,
        kind,
        value: Value::Bytes(Cow::Owned(value)),
    }
}

const fn made(tag: u16, value: Value<'_>) -> Entry<'_> {
    Entry {
        tag,
        kind: kind::LONG,
        value,
    }
}

/// Whether the value of a part is one of those that the person keeps, which `exif` holds in big-endian order.
pub(super) fn is_chosen(part: &Part<'_>, exif: &[u8]) -> bool {
    let holds = |value: &[u8]| memchr::memmem::find(exif, value).is_some();
    let turned = || {
        let numbers = part.body.chunks(4);
        let turned = numbers.flat_map(|number| number.iter().rev().copied());
        turned.collect::<Vec<u8>>()
    };
    part.kind == Kind::Exif
        && !part.body.is_empty()
        && (holds(part.body) || (part.body.len().is_multiple_of(8) && holds(&turned())))
}
