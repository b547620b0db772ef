//! What the directories of a file tell, and the bytes between them.

use std::borrow::Cow;

use super::bytes::{Bytes, Span};
use super::document::{Directory, Document, Role};
use super::ifd::Field;
use super::picture::{Coder, Picture};
use super::synopsis::{stands_alone, synopsis, tells};
use super::{names, tag_table as tag};
use crate::Limits;
use crate::format::Payload;
use crate::jpeg::strip;
use crate::part::Part;

/// Of how many strips and tiles is told what stands between their pixels; more would only tell it again.
const STRIPS_TOLD_MAX: usize = 64;
/// How many stretches that no tag explains are told one by one.
const GAPS_TOLD_MAX: usize = 64;
/// JPEG, in both its styles.
const JPEG: [u64; 2] = [6, 7];

/// Everything that the parts tell.
pub(super) fn payloads<'a>(parts: &[Part<'a>], limits: &Limits) -> Vec<Payload<'a>> {
    let Ok(document) = super::document(parts) else {
        return Vec::new();
    };
    let mut payloads = Vec::new();
    for (number, directory) in document.directories.iter().enumerate() {
        let is_picture = !matches!(directory.role, Role::Exif | Role::Gps | Role::Interop);
        if is_picture {
            payloads
                .extend(synopsis(&document, number).map(|tiff| Payload::Exif(Cow::Owned(tiff))));
            payloads.extend(other_picture(&document.bytes, directory));
        }
        for field in &directory.ifd.fields {
            if !is_picture || tells(field) {
                payloads.extend(field_payload(&document, directory, field));
            }
            payloads.extend(spare(&document.bytes, field));
        }
    }
    payloads.extend(between_pixels(&document, parts, limits));
    payloads.extend(gaps(parts));
    payloads
}

/// What a field tells by itself.
fn field_payload<'a>(
    document: &Document<'a>,
    directory: &Directory,
    field: &Field,
) -> Option<Payload<'a>> {
    let bytes = &document.bytes;
    if field.value.is_none() {
        return Some(unknown("a tag that cannot be read", bytes.get(field.entry)));
    }
    let value = field.bytes(bytes);
    if !stands_alone(field) || value.is_empty() {
        return None;
    }
    Some(match field.tag {
        tag::XMP => Payload::Xmp(Cow::Borrowed(value)),
        tag::IPTC => Payload::Iptc(iptc(value)),
        tag::PHOTOSHOP => Payload::Photoshop(Cow::Borrowed(value)),
        tag::PROVENANCE => Payload::Provenance(Cow::Borrowed(value)),
        tag::ICC if directory.stays() => Payload::Icc(Cow::Borrowed(value)),
        tag::ICC => unknown("Colour profile of a smaller copy", value),
        tag::LAYERS => Payload::Picture {
            name: "Photoshop layers, with what they hide",
            width: 0,
            height: 0,
            len: value.len(),
        },
        tag::MAKER_NOTE => Payload::MakerNote {
            file: bytes.file,
            at: field.value.map_or(0, |value| value.start),
            len: value.len(),
            make: make(document),
        },
        _ => unknown(&format!("tag {}", field.tag), value),
    })
}

fn unknown<'a>(name: &str, bytes: &'a [u8]) -> Payload<'a> {
    Payload::Unknown {
        name: name.to_owned(),
        bytes,
    }
}

/// Who made the camera, by which its private block is read.
fn make(document: &Document<'_>) -> String {
    let fields = document.directories.iter();
    let make = fields
        .filter_map(|found| found.ifd.field(tag::MAKE))
        .map(|field| field.bytes(&document.bytes))
        .next()
        .unwrap_or_default();
    String::from_utf8_lossy(make)
        .trim_matches(|c: char| c.is_whitespace() || c == '\0')
        .to_owned()
}

/// Programs that declare the datasets as 32-bit numbers turn them, too.
fn iptc(value: &[u8]) -> Cow<'_, [u8]> {
    const MARK: u8 = 0x1C;
    match value {
        [first, _, _, MARK, ..] if *first != MARK => {
            let turned = value.chunks(4).flat_map(|word| word.iter().rev().copied());
            Cow::Owned(turned.collect())
        }
        _ => Cow::Borrowed(value),
    }
}

/// The bytes of an entry that its short value leaves over; writers make them zero.
fn spare<'a>(bytes: &Bytes<'a>, field: &Field) -> Option<Payload<'a>> {
    let value = field.value.filter(|_| field.is_inline())?;
    let left = bytes.get(Span {
        start: value.end,
        end: field.entry.end,
    });
    let is_used = left.iter().any(|byte| *byte != 0);
    is_used.then(|| unknown("behind a short value", left))
}

/// A picture that goes.
fn other_picture<'a>(bytes: &Bytes<'a>, directory: &Directory) -> Option<Payload<'a>> {
    if directory.role != Role::Small {
        return None;
    }
    let number = |tag| directory.ifd.number(bytes, tag);
    let size = |tag| {
        number(tag)
            .and_then(|px| u32::try_from(px).ok())
            .unwrap_or(0)
    };
    let (width, height) = (size(tag::WIDTH), size(tag::HEIGHT));
    let list = |tag| {
        let field = directory.ifd.field(tag);
        field.map_or_else(Vec::new, |field| field.numbers(bytes, bytes.file.len()))
    };
    let (offsets, lengths) = if directory.ifd.field(tag::TILE_OFFSETS).is_some() {
        (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)
    } else {
        (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
    };
    let whole = number(tag::JPEG_AT).zip(number(tag::JPEG_LEN));
    let (offsets, lengths) = (list(offsets), list(lengths));
    let single = match (whole, offsets.as_slice(), lengths.as_slice()) {
        (Some(whole), ..) => Some(whole),
        (None, [at], [len]) if JPEG.contains(&number(tag::COMPRESSION).unwrap_or(0)) => {
            Some((*at, *len))
        }
        _ => None,
    };
    if let Some(span) = single.and_then(|(at, len)| bytes.span(at, len)) {
        return Some(Payload::Thumbnail {
            width,
            height,
            bytes: bytes.get(span),
        });
    }
    let len = lengths
        .into_iter()
        .chain(whole.map(|(_, len)| len))
        .fold(0_u64, u64::saturating_add);
    Some(Payload::Picture {
        name: "Smaller or second copy of the picture",
        width,
        height,
        len: usize::try_from(len).unwrap_or(usize::MAX),
    })
}

/// What JPEG strips, tiles and their tables hold besides pixels.
fn between_pixels<'a>(
    document: &Document<'a>,
    parts: &[Part<'a>],
    limits: &Limits,
) -> Vec<Payload<'a>> {
    let mut told = Vec::new();
    let mut left = STRIPS_TOLD_MAX;
    let bytes = &document.bytes;
    for (_, directory) in document.kept() {
        let Ok(picture) = Picture::read(bytes, &directory.ifd, usize::MAX) else {
            continue;
        };
        if picture.coder != Coder::Jpeg {
            continue;
        }
        let tables = picture.tables.map(|span| (span, true));
        let pieces = picture.pieces.iter().map(|span| (*span, false));
        for (span, is_tables) in tables.into_iter().chain(pieces) {
            if left == 0 {
                return told;
            }
            if !is_tables && !holds_more(parts, span) {
                continue;
            }
            left = left.saturating_sub(1);
            let stream = bytes.get(span);
            let found = if is_tables {
                strip::tables(stream, span.start, limits)
            } else {
                strip::parts(stream, span.start, limits)
            };
            let found = found.as_deref().map(strip::payloads).unwrap_or_default();
            told.extend(found.into_iter().filter(|payload| !is_zeros(payload)));
        }
    }
    told
}

/// Whether there is a segment in this strip that does not stay as it is.
fn holds_more(parts: &[Part<'_>], span: Span) -> bool {
    let from = parts.partition_point(|part| part.offset < span.start);
    let inside = parts.get(from..).unwrap_or_default().iter();
    let more = [names::JPEG_OTHER, names::JPEG_JFIF, names::JPEG_ADOBE];
    inside
        .take_while(|part| part.offset < span.end)
        .any(|part| more.contains(&(part.name, part.kind)))
}

fn is_zeros(payload: &Payload<'_>) -> bool {
    matches!(payload, Payload::Trailer(bytes) if bytes.iter().all(|byte| *byte == 0))
}

/// Whether a picture or a video begins somewhere in bytes that no tag explains, which are then told piece by piece.
fn holds_a_file(bytes: &[u8]) -> bool {
    let marks = [b"\xFF\xD8\xFF".as_slice(), b"\x89PNG", b"ftyp"];
    marks
        .iter()
        .any(|mark| memchr::memmem::find(bytes, mark).is_some())
}

/// Whether bytes begin as the file does and are no longer than its header.
fn is_header(parts: &[Part<'_>], bytes: &[u8]) -> bool {
    let header = parts.first().map_or(&[][..], |part| part.bytes);
    bytes.len() == header.len() && bytes.get(..4) == header.get(..4)
}

/// Bytes that no tag explains, unless they are zeros.
fn gaps<'a>(parts: &[Part<'a>]) -> Vec<Payload<'a>> {
    let is_unclaimed = |part: &&Part<'_>| [names::GAP.0, names::TRAILER.0].contains(&part.name);
    let is_used = |part: &&Part<'_>| part.body.iter().any(|byte| *byte != 0);
    let found = parts.iter().filter(is_unclaimed).filter(is_used);
    // Some programs append pages with a header of their own, which nothing points at.
    let found = found.filter(|part| part.name != names::GAP.0 || !is_header(parts, part.body));
    let found = found.filter_map(|part| match (part.name, part.kind) {
        names::GAP if !holds_a_file(part.body) => Some(unknown(part.name, part.body)),
        names::GAP | names::TRAILER => Some(Payload::Trailer(part.body)),
        _ => None,
    });
    found.take(GAPS_TOLD_MAX).collect()
}
