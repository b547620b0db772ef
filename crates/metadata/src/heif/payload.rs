//! What a HEIF file tells: its items of metadata, its other pictures, and what its boxes hold besides.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::boxes::{Span, View};
use super::source::Source;
use super::{data, exif, names, size};
use crate::format::Payload;
use crate::gain_map::apple;
use crate::part::{Kind, Part};
use crate::reader::Reader;

/// Names that programs give to items and that say nothing.
const PLAIN_NAMES: &[&[u8]] = &[
    b"",
    b"Color",
    b"Alpha",
    b"GMap",
    b"Exif",
    b"XMP",
    b"HEVC Image",
    b"AV1 Image",
];

/// What auxiliary pictures are, by a piece of their URN; the first that fits.
const AUXILIARY: &[(&[u8], &str)] = &[
    (
        b"hdrgainmap",
        "HDR gain map in a maker's form (the copy shows the standard range)",
    ),
    (b"auxid:2", "Depth map"),
    (b"auxiliary:depth", "Depth map"),
    (b"depth", "Depth map"),
    (b"disparity", "Depth map"),
    (b"portraiteffectsmatte", "Outline of the person"),
    (b"semanticskinmatte", "Outline of the skin"),
    (b"semantichairmatte", "Outline of the hair"),
    (b"semanticteethmatte", "Outline of the teeth"),
    (b"semanticglassesmatte", "Outline of the glasses"),
    (b"semanticskymatte", "Outline of the sky"),
    (b"matte", "Outline of something in the picture"),
    (b"", "Auxiliary picture"),
];

/// From 1904, when the time in such files begins, to 1970, in seconds.
const EPOCH_SECONDS: u64 = 2_082_844_800;

/// Everything that the parts tell.
pub(super) fn payloads<'a>(source: &Source<'_, 'a>) -> Vec<Payload<'a>> {
    let parts = source.parts;
    let mut payloads = items(source);
    payloads.extend(parts.iter().filter_map(|part| single(part)));
    let has_gain_map = source.meta.items.values().any(|item| {
        let entry = source.part_at(item.entry.span.start);
        item.label == *b"tmap" && entry.is_some_and(|entry| entry.kind == Kind::Structure)
    });
    let numbers = parts
        .iter()
        .find(|part| (part.name, part.kind) == names::GAIN_MAP_NUMBERS);
    if has_gain_map || numbers.is_some() {
        payloads.push(Payload::GainMap {
            is_apple: numbers.is_some(),
            inside: numbers.and_then(|part| foreign(part)).into_iter().collect(),
        });
    }
    payloads.extend(window(source));
    if let Some(handler) = parts.iter().find(|part| part.name == names::HDLR.0) {
        payloads.extend(handler_name(handler.body));
    }
    payloads
}

/// The part of the picture that viewers show, by its `clap` property (ISO/IEC 14496-12 § 12.1.4), where it is smaller
/// by more than the padding of a block.
fn window<'a>(source: &Source<'_, '_>) -> Option<Payload<'a>> {
    const PADDING: u32 = 16;
    let meta = &source.meta;
    let mut properties = meta.properties_of(meta.primary);
    let clap = properties.find(|found| found.label == *b"clap")?;
    let mut numbers = Reader::new(source.view().get(clap.body));
    let mut side = || {
        let numerator = numbers.u32_be("clap").ok()?;
        let denominator = numbers.u32_be("clap").ok()?;
        numerator.checked_div(denominator)
    };
    let (width, height) = (side()?, side()?);
    let stored = size(source, meta.primary)?;
    let is_cut =
        width.saturating_add(PADDING) <= stored.0 || height.saturating_add(PADDING) <= stored.1;
    is_cut.then_some(Payload::Window { width, height })
}

/// The numbers of a gain map, unless they are written as a clean copy has them.
fn foreign<'a>(numbers: &Part<'a>) -> Option<Payload<'a>> {
    let packet = apple::Numbers::read(numbers.body)?.packet();
    (packet.as_bytes() != numbers.body).then_some(Payload::Xmp(Cow::Borrowed(numbers.body)))
}

/// What the items tell that go, the Exif block of the picture first: of it the person may keep something.
fn items<'a>(source: &Source<'_, 'a>) -> Vec<Payload<'a>> {
    let meta = &source.meta;
    let chosen = exif::chosen(meta);
    let others = meta
        .items
        .keys()
        .copied()
        .filter(|number| Some(*number) != chosen);
    // Items may claim the same bytes again and again.
    let mut seen = BTreeSet::new();
    let mut left = source.file().len();
    let mut payloads = Vec::new();
    let tiles = tiles(source);
    for number in chosen.into_iter().chain(others) {
        let Some(item) = meta.items.get(&number) else {
            continue;
        };
        if !PLAIN_NAMES.contains(&item.name.as_slice()) {
            payloads.push(Payload::Text {
                keyword: "Name of an item".to_owned(),
                text: String::from_utf8_lossy(&item.name).into_owned(),
            });
        }
        let Some(entry) = source.part_at(item.entry.span.start) else {
            continue;
        };
        let is_tile = tiles.contains_key(&number) && entry.name == names::UNUSED.0;
        if (entry.name, entry.kind) == names::INFE || is_tile {
            continue;
        }
        let spans = data::spans(meta, number, source.file()).unwrap_or_default();
        let len = spans
            .iter()
            .fold(0_usize, |sum, span| sum.saturating_add(span.len()));
        if len > left || !spans.is_empty() && !seen.insert(spans.clone()) {
            continue;
        }
        left = left.saturating_sub(len);
        let own = meta.referred(*b"dimg", number).iter();
        let with_tiles = own
            .filter_map(|tile| tiles.get(tile))
            .fold(len, |sum, len| sum.saturating_add(*len));
        payloads.push(item_payload(source, number, entry, &spans, with_tiles));
    }
    payloads
}

/// How long each of the pictures is that others are made of and that go; they are told together with those.
fn tiles(source: &Source<'_, '_>) -> BTreeMap<u32, usize> {
    let meta = &source.meta;
    let inputs = meta.referring(b"dimg").flat_map(|found| &found.to).copied();
    let distinct: BTreeSet<u32> = inputs.collect();
    let goes = |number: &u32| {
        let item = meta.items.get(number);
        let entry = item.and_then(|item| source.part_at(item.entry.span.start));
        entry.is_some_and(|entry| entry.kind != Kind::Structure)
    };
    let len = |number: u32| {
        let spans = data::spans(meta, number, source.file()).unwrap_or_default();
        (
            number,
            spans
                .iter()
                .fold(0, |sum: usize, span| sum.saturating_add(span.len())),
        )
    };
    distinct.into_iter().filter(goes).map(len).collect()
}

fn item_payload<'a>(
    source: &Source<'_, 'a>,
    number: u32,
    entry: &Part<'_>,
    spans: &[Span],
    len: usize,
) -> Payload<'a> {
    let (width, height) = size(source, number).unwrap_or((0, 0));
    let item = source.meta.items.get(&number);
    let other_picture = |name| Payload::Picture {
        name,
        width,
        height,
        len,
    };
    match (entry.name, entry.kind) {
        names::EXIF => {
            let bytes = source.bytes(spans);
            match (exif::tiff(&bytes).map(<[u8]>::len), bytes) {
                (Some(len), Cow::Borrowed(bytes)) => Payload::Exif(Cow::Borrowed(tail(bytes, len))),
                (Some(len), Cow::Owned(bytes)) => {
                    Payload::Exif(Cow::Owned(tail(&bytes, len).to_vec()))
                }
                (None, _) => unknown("Exif", first(source, spans)),
            }
        }
        names::XMP => Payload::Xmp(source.bytes(spans)),
        names::PROVENANCE => Payload::Provenance(source.bytes(spans)),
        names::THUMBNAIL => Payload::Thumbnail {
            width,
            height,
            bytes: first(source, spans),
        },
        names::AUXILIARY if item.is_some_and(|item| item.label == *b"tmap") => other_picture(
            "HDR gain map that holds more than numbers (the copy shows the standard range)",
        ),
        names::AUXILIARY => {
            let aux = source
                .meta
                .properties_of(number)
                .find(|found| found.label == *b"auxC");
            let urn = aux
                .map(|found| source.view().get(found.body))
                .unwrap_or_default();
            let is_in = |word: &[u8]| word.is_empty() || memchr::memmem::find(urn, word).is_some();
            let row = AUXILIARY.iter().find(|(word, _)| is_in(word));
            other_picture(row.map_or("Auxiliary picture", |(_, name)| name))
        }
        names::UNUSED => other_picture("Another picture in the file"),
        _ => {
            let name = item.map(|item| [item.label.as_slice(), b" ", &item.content_type].concat());
            unknown(
                String::from_utf8_lossy(&name.unwrap_or_default()).trim(),
                first(source, spans),
            )
        }
    }
}

fn tail(bytes: &[u8], len: usize) -> &[u8] {
    bytes
        .get(bytes.len().saturating_sub(len)..)
        .unwrap_or_default()
}

/// The first stretch of an item's bytes.
fn first<'a>(source: &Source<'_, 'a>, spans: &[Span]) -> &'a [u8] {
    let Some(span) = spans.first() else {
        return &[];
    };
    let (from, _) = source.range(*span);
    source
        .parts
        .get(from)
        .map_or(&[], |part| View::new(part.bytes, part.offset).clip(*span))
}

fn unknown<'a>(name: &str, bytes: &'a [u8]) -> Payload<'a> {
    Payload::Unknown {
        name: name.to_owned(),
        bytes,
    }
}

/// What one part tells by itself.
pub(super) fn single<'a>(part: &Part<'a>) -> Option<Payload<'a>> {
    let label = part.bytes.get(4..8).unwrap_or_default();
    match (part.name, part.kind) {
        names::PROFILE => Some(Payload::Icc(Cow::Borrowed(part.body.get(4..)?))),
        names::C2PA => Some(Payload::Provenance(Cow::Borrowed(manifest_store(
            part.body,
        )))),
        names::VENDOR if matches!(label, b"mpvd" | b"sefd") => Some(Payload::Trailer(part.body)),
        names::TRAILER => Some(Payload::Trailer(part.body)),
        names::VENDOR | names::CAMERA | names::OTHER | names::UNKNOWN_PROPERTY | names::GROUP => {
            Some(unknown(&String::from_utf8_lossy(label), part.body))
        }
        names::MESSAGE => Some(unknown("inside the coded picture", part.body)),
        names::FREE | names::GAP => told_unless_empty(part, part.body),
        // Without the framing, which is no longer than a length of four bytes and a header of two.
        names::PADDING => told_unless_empty(part, part.body.get(6..).unwrap_or_default()),
        names::WORDS => Some(words(label, part.body)),
        names::DATES => {
            let micros = part
                .body
                .get(4..12)?
                .try_into()
                .ok()
                .map(u64::from_be_bytes)?;
            let seconds = micros.checked_div(1_000_000)?;
            Some(Payload::Time(date(seconds)))
        }
        _ => None,
    }
}

/// Padding is zeros or, in HEVC and its like, ones and a stop bit.
fn told_unless_empty<'a>(part: &Part<'_>, bytes: &'a [u8]) -> Option<Payload<'a>> {
    let is_padding = bytes.iter().all(|byte| matches!(byte, 0 | 0x80 | 0xFF));
    (!is_padding).then(|| unknown(part.name, bytes))
}

/// What a C2PA box holds behind its UUID, version and flags: a purpose and its NUL, an offset, the store (C2PA § A.5.1).
fn manifest_store(body: &[u8]) -> &[u8] {
    let rest = body.get(20..).unwrap_or_default();
    let purpose = rest.iter().position(|byte| *byte == 0).unwrap_or(0);
    rest.get(purpose.saturating_add(9)..).unwrap_or(rest)
}

/// The texts of `udes` (language, name, description, tags) and `altt` (text, language), ISO/IEC 23008-12 § 6.5.20 and
/// § 6.5.21.
fn words<'a>(label: &[u8], body: &[u8]) -> Payload<'a> {
    let texts = body.get(4..).unwrap_or_default().split(|byte| *byte == 0);
    let (skip, take) = if label == b"udes" { (1, 3) } else { (0, 1) };
    let texts = texts.skip(skip).take(take).filter(|text| !text.is_empty());
    let texts: Vec<_> = texts.map(String::from_utf8_lossy).collect();
    Payload::Text {
        keyword: "Description".to_owned(),
        text: texts.join("; "),
    }
}

/// The name of who wrote the file, ISO/IEC 14496-12 § 8.4.3.
fn handler_name<'a>(body: &[u8]) -> Option<Payload<'a>> {
    let name = body.get(24..)?;
    let text = String::from_utf8_lossy(name);
    let text = text.trim_matches(|c: char| c.is_control() || c.is_whitespace());
    (!text.is_empty()).then(|| Payload::Text {
        keyword: "Software".to_owned(),
        text: text.to_owned(),
    })
}

/// Seconds since 1904 as a date, in the proleptic Gregorian calendar.
fn date(seconds: u64) -> String {
    let seconds = seconds.saturating_sub(EPOCH_SECONDS);
    let part = |unit: u64, of: u64| {
        seconds
            .checked_div(unit)
            .and_then(|n| n.checked_rem(of))
            .unwrap_or(0)
    };
    let mut days = part(86_400, u64::MAX);
    let mut year = 1970_u64;
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while let Some(rest) = days.checked_sub(if is_leap(year) { 366 } else { 365 })
        && year < 9_999
    {
        days = rest;
        year = year.saturating_add(1);
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1_u64;
    for len in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        let Some(rest) = days.checked_sub(len) else {
            break;
        };
        days = rest;
        month = month.saturating_add(1);
    }
    let day = days.saturating_add(1);
    let (hours, minutes, seconds) = (part(3_600, 24), part(60, 60), part(1, 60));
    format!("{year:04}-{month:02}-{day:02} {hours:02}:{minutes:02}:{seconds:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_since_1904() {
        assert_eq!(date(EPOCH_SECONDS), "1970-01-01 00:00:00 UTC");
        assert_eq!(date(EPOCH_SECONDS + 951_782_400), "2000-02-29 00:00:00 UTC");
        assert_eq!(
            date(EPOCH_SECONDS + 1_706_702_405),
            "2024-01-31 12:00:05 UTC"
        );
    }

    #[test]
    fn a_manifest_store_is_found_behind_its_purpose() {
        let body = [&[0; 20][..], b"manifest\0", &[0; 8], b"jumb"].concat();
        assert_eq!(manifest_store(&body), b"jumb");
    }
}
