//! What a directory tells besides its picture, as a small TIFF stream of its own: the tags that go, with those of its
//! Exif, GPS and interoperability directories. So one explainer serves every container, and 64-bit files too.

use std::borrow::Cow;

use super::bytes::{Bytes, Order};
use super::document::{Document, Role};
use super::ifd::{Field, kind};
use super::layout::{Entry, Layout, Table, Value};
use super::{names, tag_table as tag};

/// Longer values that are no text are told by themselves, without a copy, in bytes.
pub(super) const LONG_VALUE_BYTES: usize = 1 << 16;

/// The stream; `None` when the directory tells nothing.
pub(super) fn synopsis(document: &Document<'_>, number: usize) -> Option<Vec<u8>> {
    let below = |parent: Option<usize>, role: Role| document.below(parent?, role).next();
    let exif = below(Some(number), Role::Exif);
    let gps = below(Some(number), Role::Gps).or_else(|| below(exif, Role::Gps));
    let interop = below(exif, Role::Interop);

    let mut tables = vec![table(document, number, true)];
    let mut add = |from: Option<usize>, pointer: u16, to: usize| {
        let found = from.map(|from| table(document, from, false))?;
        let place = tables.len();
        tables.push(found);
        let entry = Entry {
            tag: pointer,
            kind: kind::LONG,
            value: Value::Directories(vec![place]),
        };
        tables.get_mut(to)?.entries.push(entry);
        Some(place)
    };
    let exif = add(exif, tag::EXIF_IFD, 0);
    add(gps, tag::GPS_IFD, 0);
    if let Some(exif) = exif {
        add(interop, tag::INTEROP_IFD, exif);
    }
    let is_empty = tables.iter().all(|table| table.entries.is_empty());
    let layout = Layout {
        order: document.bytes.order,
        is_big: false,
        tables,
        data: Vec::new(),
    };
    layout.write().ok().filter(|_| !is_empty)
}

/// Whether a field is told by itself rather than in the stream.
pub(super) fn stands_alone(field: &Field) -> bool {
    let is_text = matches!(field.kind, kind::ASCII | kind::UTF8);
    let is_long = field
        .value
        .is_some_and(|value| value.len() > LONG_VALUE_BYTES);
    let is_block = matches!(
        field.tag,
        tag::XMP
            | tag::IPTC
            | tag::PHOTOSHOP
            | tag::LAYERS
            | tag::PROVENANCE
            | tag::ICC
            | tag::MAKER_NOTE
    );
    is_block || (is_long && !is_text)
}

/// Whether a field of a picture's directory tells something: it is neither of the picture, nor a pointer.
pub(super) fn tells(field: &Field) -> bool {
    let is_of_picture = [names::NEEDED, names::SHARED_TABLES].contains(&tag::name_of(field));
    !is_of_picture && !is_pointer(field)
}

const fn is_pointer(field: &Field) -> bool {
    matches!(
        field.tag,
        tag::SUB_IFDS
            | tag::EXIF_IFD
            | tag::GPS_IFD
            | tag::INTEROP_IFD
            | tag::JPEG_AT
            | tag::JPEG_LEN
    )
}

fn table<'a>(document: &Document<'a>, number: usize, is_picture: bool) -> Table<'a> {
    let Some(directory) = document.directories.get(number) else {
        return Table::default();
    };
    let fields = directory.ifd.fields.iter().filter(|field| {
        let tells = if is_picture {
            tells(field)
        } else {
            !is_pointer(field)
        };
        tells && field.value.is_some() && !stands_alone(field)
    });
    Table {
        entries: fields.map(|field| entry(&document.bytes, field)).collect(),
        next: None,
    }
}

/// A field as it would stand in a file with 32-bit offsets.
fn entry<'a>(bytes: &Bytes<'a>, field: &Field) -> Entry<'a> {
    let value = field.bytes(bytes);
    let (kind, value) = match field.kind {
        kind::LONG8 => match narrow(bytes.order, value) {
            Some(narrow) => (kind::LONG, Cow::Owned(narrow)),
            None => (kind::UNDEFINED, Cow::Borrowed(value)),
        },
        kind::SLONG8 | kind::IFD8 => (kind::UNDEFINED, Cow::Borrowed(value)),
        kind => (kind, Cow::Borrowed(value)),
    };
    Entry {
        tag: field.tag,
        kind,
        value: Value::Bytes(value),
    }
}

/// Numbers of 64 bits in 32, where they all fit.
fn narrow(order: Order, value: &[u8]) -> Option<Vec<u8>> {
    let mut narrow = Vec::new();
    for number in value.chunks_exact(8) {
        let number = u32::try_from(order.read(number)).ok()?;
        narrow.extend(order.write(number.into(), 4));
    }
    Some(narrow)
}
