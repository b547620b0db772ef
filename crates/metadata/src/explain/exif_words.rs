//! Values of Exif in words: numbers and choices, comments, dates, exposure.

use super::exif_block::{Block, Place, Tag};
use super::tiff::{Entry, Order};
use super::{date, gps, words};
use crate::Topic;
use crate::notes::{Notes, size_words};

/// The `exif` crate's name for a tag, if it has one.
pub(super) fn known(tag: &Tag<'_>) -> Option<::exif::Tag> {
    let context = match tag.place {
        Place::Main | Place::Further => ::exif::Context::Tiff,
        Place::Exif => ::exif::Context::Exif,
        Place::Gps => ::exif::Context::Gps,
        Place::Interop => ::exif::Context::Interop,
    };
    Some(::exif::Tag(context, tag.entry.tag)).filter(|known| known.description().is_some())
}

/// A number, choice or fraction in the `exif` crate's words.
pub(super) fn in_words(tag: &Tag<'_>, with_unit: bool) -> String {
    let field = ::exif::Field {
        tag: known(tag).unwrap_or(::exif::Tag(::exif::Context::Tiff, tag.entry.tag)),
        ifd_num: ::exif::In::PRIMARY,
        value: tag.entry.value(known(tag).is_some()),
    };
    let shown = field.display_value();
    let shown = if with_unit {
        shown.with_unit(()).to_string()
    } else {
        shown.to_string()
    };
    match shown.replace("NaN", "unknown").trim() {
        "" => size_words(tag.entry.bytes.len()),
        shown => shown.to_owned(),
    }
}

/// Text, or numbers where a writer put numbers.
pub(super) fn plain(entry: &Entry<'_>) -> String {
    match entry.format {
        1 | 2 | 6 | 7 | 129 => entry.text(),
        _ => {
            let numbers = entry.numbers();
            let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
            numbers.join(" ")
        }
    }
}

/// Text behind the eight bytes that name its encoding (CIPA DC-008 § 4.6.5, UserComment).
pub(super) fn comment(entry: &Entry<'_>) -> String {
    let Some((code, rest)) = entry.bytes.split_first_chunk::<8>() else {
        return entry.text();
    };
    match code {
        b"UNICODE\0" => {
            // Many writers ignore the byte order of the block: the reading with more plain letters is right.
            let as_declared = words::utf16(rest, entry.order);
            let other = match entry.order {
                Order::Little => Order::Big,
                Order::Big => Order::Little,
            };
            let swapped = words::utf16(rest, other);
            let plain = |text: &str| text.chars().filter(char::is_ascii).count();
            if plain(&swapped) > plain(&as_declared) {
                swapped
            } else {
                as_declared
            }
        }
        b"ASCII\0\0\0" | b"JIS\0\0\0\0\0" | b"\0\0\0\0\0\0\0\0" => words::text(rest),
        _ => words::text(entry.bytes),
    }
}

/// The three dates with their fractions and offsets.
pub(super) fn dates(block: &Block<'_>, notes: &mut Notes<'_>) {
    const DATES: [(u16, u16, u16, &str); 3] = [
        (0x9003, 0x9291, 0x9011, "Taken"),
        (0x9004, 0x9292, 0x9012, "Digitised"),
        (0x0132, 0x9290, 0x9010, "Changed"),
    ];
    for (date_tag, fraction, offset, name) in DATES {
        let fraction = block.first(fraction).as_ref().map(Entry::text);
        let offset = block.first(offset).as_ref().map(Entry::text);
        let mut told = false;
        for tag in &block.tags {
            if tag.entry.tag != date_tag || !is_date(tag) {
                continue;
            }
            let raw = tag.entry.text();
            if let Some(value) = date::exif(&raw, fraction.as_deref(), offset.as_deref()) {
                notes.find(Topic::Time, name, &value);
                words::remember(&raw, notes);
                told = true;
            }
        }
        if !told && let Some(offset) = offset.filter(|offset| !offset.is_empty()) {
            notes.find(Topic::Time, "Time zone", &offset);
        }
    }
}

/// Exposure in one line: `1/60 s, f/2.8, ISO 100, 26 mm`.
pub(super) fn settings(block: &Block<'_>, notes: &mut Notes<'_>) {
    let ratio = |number: u16| {
        block
            .first(number)
            .and_then(|entry| entry.rationals().first().copied())
    };
    let mut line = Vec::new();
    if let Some((numerator, denominator)) = ratio(0x829A) {
        line.extend(exposure_time(numerator, denominator));
    }
    let aperture = ratio(0x829D).and_then(|(n, d)| gps::fraction(n, d, 1));
    line.extend(aperture.map(|aperture| format!("f/{aperture}")));
    let sensitivity = block.first(0x8827).and_then(|entry| entry.number());
    line.extend(sensitivity.map(|iso| format!("ISO {iso}")));
    let focal = ratio(0x920A).and_then(|(n, d)| gps::fraction(n, d, 1));
    line.extend(focal.map(|focal| format!("{focal} mm")));
    let full_frame = block.first(0xA405).and_then(|entry| entry.number());
    line.extend(
        full_frame
            .filter(|focal| *focal > 0)
            .map(|focal| format!("{focal} mm in 35 mm terms")),
    );
    if !line.is_empty() {
        notes.find(Topic::Device, "Exposure settings", &line.join(", "));
    }
}

/// Shortest and longest focal length, and the aperture at each: `18-55 mm, f/3.5-5.6`.
pub(super) fn lens_range(values: Vec<(u32, u32)>) -> Option<String> {
    let [short, long, wide, tele] = <[_; 4]>::try_from(values).ok()?;
    let range = |(n, d): (u32, u32), (m, e): (u32, u32)| {
        let (from, to) = (gps::fraction(n, d, 1)?, gps::fraction(m, e, 1)?);
        Some(if from == to {
            from
        } else {
            format!("{from}-{to}")
        })
    };
    let focal = range(short, long)?;
    Some(match range(wide, tele) {
        Some(aperture) => format!("{focal} mm, f/{aperture}"),
        None => format!("{focal} mm"),
    })
}

fn exposure_time(numerator: u32, denominator: u32) -> Option<String> {
    if numerator == 0 {
        return None;
    }
    if numerator >= denominator {
        return gps::fraction(numerator, denominator, 1).map(|seconds| format!("{seconds} s"));
    }
    gps::fraction(denominator, numerator, 0).map(|part| format!("1/{part} s"))
}

/// Whether a tag is one of the three dates, or a part of one.
pub(super) const fn is_date(tag: &Tag<'_>) -> bool {
    matches!(tag.entry.tag, 0x0132 | 0x9003 | 0x9004 | 0x9010..=0x9012 | 0x9290..=0x9292)
        && !matches!(tag.place, Place::Gps | Place::Interop)
}
