//! Exif (CIPA DC-008) in a person's words. The directories are walked here, without copying; the `exif` crate lends
//! its words for numbers. What cannot be read is listed as such, and never left out.

use std::collections::BTreeSet;

use super::exif_block::{Block, DIRECTORIES_MAX, Place, Tag};
use super::exif_table::{Form, row};
use super::exif_words::{comment, dates, in_words, is_date, known, lens_range, plain, settings};
use super::tiff::{Entry, Order, Tiff};
use super::{date, embedded, exif_gps, icc, iptc, makernote, photoshop, runs, text, words, xmp};
use crate::Topic;
use crate::notes::{Notes, size_words};
use crate::reader::index;

pub(crate) use super::exif_gps::Gps;

/// The most thumbnails of one block that are looked into.
const THUMBNAILS_MAX: usize = 4;
/// The most bytes of one value that are kept when the person asks to keep it.
const KEPT_BYTES_MAX: usize = 1_024;
/// Fewer stray bytes than this are alignment.
const STRAY_BYTES_MIN: usize = 8;
/// The most characters of the summaries, which is less than what any limit shows.
const SUMMARY_CHARS_MAX: usize = 2_000;

/// The values that a person may ask to keep, unchecked but for their form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Such as `2024:01:31 12:00:05`.
    pub(crate) date_time_original: Option<String>,
    /// Such as `+01:00`.
    pub(crate) offset_time_original: Option<String>,
    pub(crate) make: Option<Vec<u8>>,
    pub(crate) model: Option<Vec<u8>>,
    pub(crate) copyright: Option<Vec<u8>>,
    pub(crate) artist: Option<Vec<u8>>,
    pub(crate) gps: Option<Gps>,
}

/// Notes what an Exif block tells.
pub(crate) fn explain(tiff: &[u8], notes: &mut Notes<'_>) {
    let tiff = without_prefix(tiff);
    let Some(block) = Block::read(tiff) else {
        let value = runs::sized(tiff, notes);
        notes.find(Topic::Unknown, "Unreadable Exif block", &value);
        return;
    };
    if block.tags.is_empty() && block.unreadable == 0 {
        notes.find(Topic::Unknown, "Empty Exif block", &size_words(tiff.len()));
    }
    exif_gps::explain(&block.tags, notes);
    dates(&block, notes);
    settings(&block, notes);
    let mut summaries = Summaries::default();
    let mut opened = BTreeSet::new();
    for tag in &block.tags {
        one(tag, &block, &mut opened, &mut summaries, notes);
    }
    thumbnails(&block, notes);
    summaries.note(notes);
    stray(&block, notes);
}

/// How viewers turn the picture: tag 0x0112 of the first directory, when it is 1 to 8 (CIPA DC-008 § 4.6.4).
pub(crate) fn orientation(tiff: &[u8]) -> Option<u8> {
    let (tiff, first) = Tiff::new(without_prefix(tiff))?;
    let directory = tiff.directory(first)?;
    let entry = directory.entries.iter().find(|entry| entry.tag == 0x0112)?;
    let number = entry
        .number()
        .and_then(|number| u8::try_from(number).ok())?;
    (1..=8).contains(&number).then_some(number)
}

/// The values that a person may ask to keep.
pub(crate) fn kept(tiff: &[u8]) -> Kept {
    let Some(block) = Block::read(without_prefix(tiff)) else {
        return Kept::default();
    };
    let bytes = |number: u16| {
        let entry = block.first(number).filter(Entry::is_ascii)?;
        let line = entry.bytes.split(|byte| *byte == 0).map(words::trim);
        let line = line.into_iter().find(|line| !line.is_empty())?;
        Some(line.get(..KEPT_BYTES_MAX).unwrap_or(line).to_vec())
    };
    let form = |number: u16, fits: fn(&str) -> bool| {
        let text = block.first(number).as_ref().map(Entry::text)?;
        fits(&text).then_some(text)
    };
    Kept {
        date_time_original: form(0x9003, date::is_exif_date),
        offset_time_original: form(0x9011, date::is_offset),
        make: bytes(0x010F),
        model: bytes(0x0110),
        copyright: bytes(0x8298),
        artist: bytes(0x013B),
        gps: Gps::read(&block.tags),
    }
}

/// The maker's private block.
pub(crate) fn maker_note(tiff: &[u8]) -> Option<&[u8]> {
    let block = Block::read(without_prefix(tiff))?;
    block.first(0x927C).map(|entry| entry.bytes)
}

/// A signed fraction in a maker's block whose directory, in big-endian order, stands at `at`.
pub(crate) fn signed_fraction(note: &[u8], at: usize, tag: u16) -> Option<(i32, i32)> {
    const SIGNED_RATIONAL: u16 = 10;
    let note = Tiff {
        bytes: note,
        order: Order::Big,
    };
    let directory = note.directory(at)?;
    let is_it = |entry: &&Entry<'_>| entry.tag == tag && entry.format == SIGNED_RATIONAL;
    let [a, b, c, d, e, f, g, h] = directory
        .entries
        .iter()
        .find(is_it)?
        .bytes
        .try_into()
        .ok()?;
    Some((
        i32::from_be_bytes([a, b, c, d]),
        i32::from_be_bytes([e, f, g, h]),
    ))
}

/// Some PNG and WebP files carry the six bytes that belong to JPEG before the TIFF header.
fn without_prefix(tiff: &[u8]) -> &[u8] {
    tiff.strip_prefix(b"Exif\0\0").unwrap_or(tiff)
}
/// The lines that gather many small values.
#[derive(Default)]
struct Summaries {
    settings: Vec<String>,
    technical: Vec<String>,
}

impl Summaries {
    fn note(self, notes: &mut Notes<'_>) {
        let lines = [
            ("Other camera settings", self.settings),
            ("Technical values", self.technical),
        ];
        for (name, values) in lines {
            if !values.is_empty() {
                notes.find(Topic::Device, name, &values.join("; "));
            }
        }
    }

    fn add(line: &mut Vec<String>, value: String) {
        let chars: usize = line.iter().map(String::len).sum();
        if chars < SUMMARY_CHARS_MAX && !line.contains(&value) {
            line.push(value);
        }
    }
}

/// Notes one tag, unless it is told together with others.
fn one(
    tag: &Tag<'_>,
    block: &Block<'_>,
    opened: &mut BTreeSet<u16>,
    summaries: &mut Summaries,
    notes: &mut Notes<'_>,
) {
    let entry = &tag.entry;
    if exif_gps::tells(tag) || is_told_elsewhere(tag) {
        return;
    }
    // Blocks in the block are opened once each: many pointers at one block would cost much and tell nothing.
    if is_block(tag) && opened.insert(entry.tag) {
        open(tag, block, notes);
        return;
    }
    let Some((_, _, topic, name, form)) = row(tag.place, entry.tag) else {
        if !of_thumbnail(tag, block) {
            unlisted(tag, summaries, notes);
        }
        return;
    };
    let (raw, value) = match form {
        Form::Text => (entry.bytes, plain(entry)),
        Form::Wide => (entry.bytes, words::utf16(entry.bytes, Order::Little)),
        Form::Comment => (entry.bytes, comment(entry)),
        Form::Words => {
            notes.find(*topic, name, &in_words(tag, true));
            if entry.format == 12 {
                // Maps give their position in floating-point numbers, of which each tells it.
                entry
                    .bytes
                    .chunks_exact(8)
                    .for_each(|number| notes.secret_bytes(number));
            }
            return;
        }
        Form::Lens => {
            notes.find(
                *topic,
                name,
                &lens_range(entry.rationals()).unwrap_or_else(|| in_words(tag, true)),
            );
            return;
        }
        Form::Bytes => {
            let value = runs::sized(entry.bytes, notes);
            notes.find(*topic, name, &value);
            return;
        }
        Form::Settings => return,
        Form::Technical => {
            // A version number alone says nothing, and a thumbnail is told with its size.
            if !matches!(entry.tag, 0x9000 | 0x0000 | 0xB000) && !of_thumbnail(tag, block) {
                summarise(tag, &mut summaries.technical);
            }
            return;
        }
    };
    if value.is_empty() {
        return;
    }
    if text::is_prompt(&value) {
        notes.find(Topic::Software, "AI prompt", &value);
    } else {
        notes.find(*topic, name, &value);
    }
    words::secret(raw, &value, notes);
}

/// Whether it is a number in the directory of a thumbnail, such as its width.
fn of_thumbnail(tag: &Tag<'_>, block: &Block<'_>) -> bool {
    let pointed = |other: &Tag<'_>| {
        other.directory == tag.directory && matches!(other.entry.tag, 0x0111 | 0x0201)
    };
    tag.place == Place::Further
        && known(tag).is_some()
        && !tag.entry.is_ascii()
        && block.tags.iter().any(pointed)
}

/// Whether a tag is told by [`dates`], [`settings`], [`thumbnails`] or the picture's own needs.
fn is_told_elsewhere(tag: &Tag<'_>) -> bool {
    let pointer = matches!(tag.entry.tag, 0x8769 | 0x8825 | 0xA005 | 0x0112);
    is_date(tag) || pointer && !matches!(tag.place, Place::Gps | Place::Interop)
}

/// XMP, IPTC, Photoshop resources, a colour profile or a maker's block inside Exif.
fn is_block(tag: &Tag<'_>) -> bool {
    matches!(tag.entry.tag, 0x02BC | 0x83BB | 0x8649 | 0x8773 | 0x927C)
        && matches!(tag.place, Place::Main | Place::Exif | Place::Further)
}

fn open(tag: &Tag<'_>, block: &Block<'_>, notes: &mut Notes<'_>) {
    let bytes = tag.entry.bytes;
    match tag.entry.tag {
        0x02BC => xmp::explain(bytes, notes),
        0x83BB => iptc::explain(bytes, notes),
        0x8649 => {
            notes.find(
                Topic::EditHistory,
                "Photoshop block",
                &size_words(bytes.len()),
            );
            notes.nested("in the Exif block", |notes| {
                photoshop::explain(bytes, notes);
            });
        }
        0x8773 => icc::explain(bytes, notes),
        _ => {
            let make = block
                .first(0x010F)
                .as_ref()
                .map(Entry::text)
                .unwrap_or_default();
            makernote::explain(block.tiff, &tag.entry, &make, notes);
        }
    }
}

/// A tag without a row: by the `exif` crate's name for it, or by number.
fn unlisted(tag: &Tag<'_>, summaries: &mut Summaries, notes: &mut Notes<'_>) {
    let entry = &tag.entry;
    let known = known(tag);
    let name = known.as_ref().map_or_else(
        || match tag.place {
            Place::Gps => format!("GPS tag 0x{:04X}", entry.tag),
            _ => format!("Exif tag 0x{:04X}", entry.tag),
        },
        |known| known.description().unwrap_or("Exif tag").to_owned(),
    );
    let topic = if tag.place == Place::Gps {
        Topic::Place
    } else {
        Topic::Unknown
    };
    if entry.is_ascii() && tag.place != Place::Interop {
        let value = entry.text();
        if !value.is_empty() {
            notes.find(topic, &name, &value);
            words::secret(entry.bytes, &value, notes);
        }
    } else if known.is_some() && tag.place == Place::Exif {
        summarise(tag, &mut summaries.settings);
    } else if known.is_some() {
        summarise(tag, &mut summaries.technical);
    } else if entry.numbers().len() > 8 || matches!(entry.format, 6 | 7 | 12 | 129) {
        let value = runs::sized(entry.bytes, notes);
        notes.find(topic, &name, &value);
    } else {
        notes.find(topic, &name, &in_words(tag, false));
    }
}
fn summarise(tag: &Tag<'_>, line: &mut Vec<String>) {
    let value = match known(tag).as_ref().and_then(::exif::Tag::description) {
        Some(name) => format!("{name}: {}", in_words(tag, false)),
        None => format!("0x{:04X}: {}", tag.entry.tag, in_words(tag, false)),
    };
    Summaries::add(line, value);
}

/// Thumbnails: JPEG by offset and length, or strips of raw pixels.
fn thumbnails(block: &Block<'_>, notes: &mut Notes<'_>) {
    let mut seen = BTreeSet::new();
    for number in 0..=DIRECTORIES_MAX {
        let tags: Vec<_> = block
            .tags
            .iter()
            .filter(|tag| tag.directory == number)
            .collect();
        let value = |wanted: u16| {
            let tag = tags.iter().find(|tag| {
                tag.entry.tag == wanted
                    && matches!(tag.place, Place::Main | Place::Exif | Place::Further)
            });
            tag.and_then(|tag| tag.entry.number())
        };
        let jpeg = value(0x0201).zip(value(0x0202));
        let Some((at, len)) = jpeg.or_else(|| value(0x0111).zip(value(0x0117))) else {
            continue;
        };
        if len == 0 || seen.len() >= THUMBNAILS_MAX || !seen.insert((at, len)) {
            continue;
        }
        let (width, height) = (value(0x0100).unwrap_or(0), value(0x0101).unwrap_or(0));
        match thumbnail_bytes(block, at, len) {
            Some(bytes) => embedded::thumbnail(width, height, bytes, notes),
            None => notes.find(
                Topic::Thumbnail,
                embedded::THUMBNAIL,
                &format!("{}, damaged", size_words(index(len))),
            ),
        }
    }
}

/// The thumbnail as far as it is there: files that were cut or rewritten may hold only its beginning.
fn thumbnail_bytes<'a>(block: &Block<'a>, at: u32, len: u32) -> Option<&'a [u8]> {
    let rest = block.tiff.bytes.get(index(at)..)?;
    let bytes = rest.get(..index(len)).unwrap_or(rest);
    (!bytes.is_empty()).then_some(bytes)
}

/// Tags that cannot be read, and bytes that no tag accounts for.
fn stray(block: &Block<'_>, notes: &mut Notes<'_>) {
    if block.unreadable > 0 {
        let value = format!(
            "{} that point outside the block or at shared bytes, or have no known type",
            block.unreadable
        );
        notes.find(Topic::Unknown, "Unreadable Exif tags", &value);
    }
    let gaps = block.gaps();
    let size = gaps.iter().filter(|byte| **byte != 0).count();
    if size < STRAY_BYTES_MIN && block.unreadable == 0 || size == 0 {
        return;
    }
    let value = runs::sized(&gaps, notes);
    notes.find(Topic::Unknown, "Bytes that no Exif tag explains", &value);
}

#[cfg(test)]
#[path = "exif_tests.rs"]
mod tests;
