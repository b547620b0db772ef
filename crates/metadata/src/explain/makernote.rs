//! Makers' private blocks in Exif (tag 0x927C). Their layouts are not published; most are a TIFF directory behind a
//! short header. Texts in them, and numbers known to identify, are told; of the rest, the readable words.

use super::tiff::{Directory, Entry, Order, Tiff};
use super::{runs, words};
use crate::Topic;
use crate::gain_map::apple;
use crate::notes::{Notes, size_words};

/// What the offsets of a block count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    /// The TIFF header of the whole Exif block.
    Exif,
    /// The first byte of the maker's block.
    Note,
    /// A TIFF header of its own, at this many bytes from the first.
    Own(usize),
}

/// A header, where the directory stands behind it, what offsets count from, and its byte order where it is fixed.
type Layout = (&'static [u8], usize, Base, Option<Order>);

const LAYOUTS: &[Layout] = &[
    (b"Nikon\0\x02", 18, Base::Own(10), None),
    (b"Nikon\0\x01", 8, Base::Exif, None),
    (b"Apple iOS\0", 14, Base::Note, Some(Order::Big)),
    (b"OLYMPUS\0II", 12, Base::Note, Some(Order::Little)),
    (b"OLYMPUS\0MM", 12, Base::Note, Some(Order::Big)),
    (b"OM SYSTEM\0\0\0II", 16, Base::Note, Some(Order::Little)),
    (b"OLYMP\0", 8, Base::Exif, None),
    (b"EPSON\0", 8, Base::Exif, None),
    (b"FUJIFILM", 12, Base::Note, Some(Order::Little)),
    (b"GENERALE", 12, Base::Note, Some(Order::Little)),
    (b"Panasonic\0", 12, Base::Exif, None),
    (b"LEICA\0", 8, Base::Exif, None),
    (b"SONY ", 12, Base::Exif, None),
    (b"VHAB ", 12, Base::Exif, None),
    (b"PENTAX \0", 10, Base::Note, None),
    (b"AOC\0", 6, Base::Exif, None),
    (b"QVC\0", 6, Base::Exif, Some(Order::Big)),
    (b"SANYO\0", 8, Base::Exif, None),
    (b"SIGMA\0", 10, Base::Exif, None),
    (b"FOVEON\0", 10, Base::Exif, None),
    (b"Ricoh", 8, Base::Exif, None),
    (b"RICOH", 8, Base::Exif, None),
    (b"HUAWEI\0\0", 8, Base::Note, None),
    (b"MOT\0", 8, Base::Note, None),
    (b"KYOCERA", 22, Base::Note, None),
];

/// Maker (the start of its name), tag, name. Names without a row are told by number.
#[rustfmt::skip]
const NAMES: &[(&str, u16, Topic, &str)] = &[
    ("Apple", 0x000B, Topic::EditHistory, "Burst number"),
    ("Apple", 0x0011, Topic::Video, "Number of the Live Photo video"),
    ("Apple", 0x0015, Topic::EditHistory, "Picture's unique number"),
    ("Apple", 0x0017, Topic::Video, "Live Photo video"),
    ("Apple", 0x0020, Topic::EditHistory, "Capture number"),
    ("Apple", 0x002B, Topic::EditHistory, "Picture's unique number"),
    ("Canon", 0x0006, Topic::Device, "Camera model"),
    ("Canon", 0x0007, Topic::Device, "Camera firmware"),
    ("Canon", 0x0009, Topic::Person, "Camera owner"),
    ("Canon", 0x000C, Topic::Device, "Camera serial number"),
    ("Canon", 0x0035, Topic::Time, "Time zone set in the camera"),
    ("Canon", 0x0095, Topic::Device, "Lens"),
    ("Canon", 0x0096, Topic::Device, "Camera's internal serial number"),
    ("FUJI", 0x0010, Topic::Device, "Camera's internal serial number"),
    ("NIKON", 0x001D, Topic::Device, "Camera serial number"),
    ("NIKON", 0x00A0, Topic::Device, "Camera serial number"),
    ("NIKON", 0x00A7, Topic::Device, "Pictures taken with this camera"),
    ("NIKON", 0x0084, Topic::Device, "Lens range"),
    ("Nintendo", 0x1101, Topic::Device, "Console serial number"),
    ("OLYMPUS", 0x0101, Topic::Device, "Camera serial number"),
    ("OLYMPUS", 0x0102, Topic::Device, "Camera's internal serial number"),
    ("OLYMPUS", 0x0202, Topic::Device, "Lens serial number"),
    ("OLYMPUS", 0x0203, Topic::Device, "Lens"),
    ("OLYMPUS", 0x0207, Topic::Device, "Camera model"),
    ("OLYMPUS", 0x0404, Topic::Device, "Camera serial number"),
    ("Panasonic", 0x0025, Topic::Device, "Camera's internal serial number"),
    ("Panasonic", 0x0033, Topic::Person, "Baby's age"),
    ("Panasonic", 0x0051, Topic::Device, "Lens"),
    ("Panasonic", 0x0052, Topic::Device, "Lens serial number"),
    ("Panasonic", 0x0054, Topic::Device, "Lens accessory serial number"),
    ("Panasonic", 0x0065, Topic::Text, "Title"),
    ("Panasonic", 0x0066, Topic::Person, "Baby's name"),
    ("Panasonic", 0x0067, Topic::Place, "Place"),
    ("Panasonic", 0x0069, Topic::Place, "Country"),
    ("Panasonic", 0x006B, Topic::Place, "State"),
    ("Panasonic", 0x006D, Topic::Place, "City"),
    ("Panasonic", 0x006F, Topic::Place, "Landmark"),
    ("Panasonic", 0x8008, Topic::Text, "Text stamped on the picture"),
    ("Panasonic", 0x8010, Topic::Person, "Baby's age"),
    ("PENTAX", 0x0229, Topic::Device, "Camera serial number"),
    ("Leica", 0x0303, Topic::Device, "Lens"),
    ("SONY", 0xB02A, Topic::Device, "Lens range"),
    ("SONY", 0x2031, Topic::Device, "Camera serial number"),
];

/// A private block is often padded for reuse; more entries than this are no directory.
const PLAUSIBLE_ENTRIES_MAX: usize = 400;
/// How many words without a name are shown.
const WORDS_SHOWN_MAX: usize = 24;
/// Shorter texts are settings, such as `NORMAL`, and not searched for.
const SECRET_CHARS_MIN: usize = 8;
/// Shorter texts are letters of a code, and not told.
const TEXT_CHARS_MIN: usize = 3;

/// Notes what a maker's block tells that stands in a file of directories, from `at`.
pub(super) fn in_file(file: &[u8], at: usize, len: usize, make: &str, notes: &mut Notes<'_>) {
    let bytes = at.checked_add(len).and_then(|end| file.get(at..end));
    let (Some(order), Some(bytes)) = (Order::named(file), bytes) else {
        return;
    };
    let note = Entry {
        tag: 0x927C,
        format: 7,
        bytes,
        at,
        order,
    };
    explain(Tiff { bytes: file, order }, &note, make, notes);
}

/// Notes what a maker's block tells. `note` is its Exif entry, `exif` the whole block it stands in.
pub(super) fn explain(exif: Tiff<'_>, note: &Entry<'_>, make: &str, notes: &mut Notes<'_>) {
    if notes.has_numbers_in_exif && apple::is_plain_note(note.bytes) {
        return;
    }
    let size = size_words(note.bytes.len());
    notes.find(Topic::Device, "Maker's private block", &size);
    let make = if note.bytes.starts_with(b"Apple iOS") {
        "Apple"
    } else {
        make
    };
    let mut told = Vec::new();
    let mut others = Vec::new();
    if let Some((tiff, directory)) = open(exif, note) {
        tell(make, &directory, &mut told, &mut others, notes);
        // Olympus keeps serial numbers in a directory of its own.
        let equipment = directory.entries.iter().find(|entry| entry.tag == 0x2010);
        if let Some(entry) = equipment.filter(|_| is_by(make, "OLYMPUS") || is_by(make, "OM ")) {
            let at = entry.number().map_or(entry.at, crate::reader::index);
            if let Some(directory) = tiff.directory(at) {
                tell("OLYMPUS", &directory, &mut told, &mut others, notes);
            }
        }
    }
    for word in runs::written(note.bytes) {
        let known = told
            .iter()
            .chain(&others)
            .any(|text| text.contains(&word) || word.contains(text.as_str()));
        if !known {
            runs::secret(&word, notes);
            others.push(word);
        }
    }
    if !others.is_empty() {
        let shown = others.get(..WORDS_SHOWN_MAX).unwrap_or(&others).join(" · ");
        let more = if others.len() > WORDS_SHOWN_MAX {
            " · …"
        } else {
            ""
        };
        notes.find(
            Topic::Device,
            "Words in the maker's private block",
            &format!("{shown}{more}"),
        );
    }
}

/// The directory of a block, and what its offsets count from.
fn open<'a>(exif: Tiff<'a>, note: &Entry<'a>) -> Option<(Tiff<'a>, Directory<'a>)> {
    let layout = LAYOUTS
        .iter()
        .find(|(header, ..)| note.bytes.starts_with(header));
    let in_note = |order| Tiff {
        bytes: note.bytes,
        order,
    };
    let opened = match layout {
        Some((_, _, Base::Own(at), _)) => {
            let (tiff, first) = Tiff::new(note.bytes.get(*at..)?)?;
            (tiff, tiff.directory(first)?)
        }
        Some((_, at, base, order)) => {
            let declared = order.unwrap_or(exif.order);
            [declared, Order::Little, Order::Big]
                .into_iter()
                .find_map(|order| {
                    let (tiff, at) = match base {
                        Base::Exif => (Tiff { order, ..exif }, note.at.checked_add(*at)?),
                        _ => (in_note(order), *at),
                    };
                    let directory = tiff.directory(at).filter(is_plausible)?;
                    Some((tiff, directory))
                })?
        }
        // Canon and many others: a directory without a header, counting from Exif; some count from the block.
        None => [(exif, note.at), (in_note(exif.order), 0)]
            .into_iter()
            .filter_map(|(tiff, at)| Some((tiff, tiff.directory(at)?)))
            .filter(|(_, directory)| is_plausible(directory))
            .min_by_key(|(_, directory)| directory.unreadable)?,
    };
    Some(opened).filter(|(_, directory)| is_plausible(directory))
}

/// Whether it is a directory, and not chance.
fn is_plausible(directory: &Directory<'_>) -> bool {
    let readable = directory.entries.len();
    (1..=PLAUSIBLE_ENTRIES_MAX).contains(&readable) && directory.unreadable <= readable
}

/// Notes the texts of a directory, and the numbers that have a name.
/// `told` gathers what was told, `others` the texts without a name.
fn tell(
    make: &str,
    directory: &Directory<'_>,
    told: &mut Vec<String>,
    others: &mut Vec<String>,
    notes: &mut Notes<'_>,
) {
    for entry in &directory.entries {
        let row = NAMES
            .iter()
            .find(|(by, tag, ..)| *tag == entry.tag && is_by(make, by));
        let value = row
            .and_then(|row| special(row.2, row.3, entry))
            .unwrap_or_else(|| value(entry));
        match row {
            Some((_, _, topic, name)) if !value.is_empty() => {
                notes.find(*topic, name, &value);
                words::secret(entry.bytes, &value, notes);
                told.push(value);
            }
            None if entry.is_ascii()
                && value.len() >= TEXT_CHARS_MIN
                && words::looks_written(&value) =>
            {
                if value.len() >= SECRET_CHARS_MIN {
                    words::secret(entry.bytes, &value, notes);
                }
                if !others.contains(&value) {
                    others.push(value);
                }
            }
            _ => {}
        }
    }
}

/// Values that are not a text or a number of their own.
fn special(topic: Topic, name: &str, entry: &Entry<'_>) -> Option<String> {
    match (topic, name) {
        (Topic::Device, "Lens range") => super::exif_words::lens_range(entry.rationals()),
        // Canon: a size, minutes from UTC, a city by number, daylight saving.
        (Topic::Time, _) => {
            let minutes = entry.numbers().get(1)?.cast_signed();
            let size = minutes.unsigned_abs();
            let sign = if minutes < 0 { '-' } else { '+' };
            let (hours, rest) = (size.checked_div(60)?, size.checked_rem(60)?);
            Some(format!("{sign}{hours:02}:{rest:02}"))
        }
        // Nintendo: in the middle of a block.
        (Topic::Device, "Console serial number") => entry.bytes.get(0x18..0x1C).map(words::hex),
        _ => None,
    }
}

/// Text, or one number; raw bytes when they are text after all.
fn value(entry: &Entry<'_>) -> String {
    let value = match entry.format {
        2 => entry.text(),
        1 | 6 | 7 => Some(entry.text())
            .filter(|text| words::looks_written(text) && text.len() >= TEXT_CHARS_MIN)
            .unwrap_or_default(),
        _ => entry
            .number()
            .filter(|number| *number != 0)
            .map(|number| number.to_string())
            .unwrap_or_default(),
    };
    value.trim().to_owned()
}

fn is_by(make: &str, maker: &str) -> bool {
    make.get(..maker.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(maker))
}

#[cfg(test)]
mod tests {
    use super::super::tiff::build;
    use super::*;
    use crate::Limits;

    fn told(
        make: &str,
        note: Vec<u8>,
    ) -> (Vec<crate::Finding>, std::collections::BTreeSet<Vec<u8>>) {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        let len = note.len() as u32;
        let bytes = build::stream(Order::Little, &[(0x927C, 7, len, note)]);
        let (tiff, first) = Tiff::new(&bytes).unwrap();
        let entry = tiff.directory(first).unwrap().entries[0];
        explain(tiff, &entry, make, &mut notes);
        notes.finish()
    }

    #[test]
    fn nikon_has_a_header_of_its_own() {
        let mut note = b"Nikon\0\x02\x10\0\0".to_vec();
        note.extend(build::stream(
            Order::Big,
            &[build::ascii(0x001D, "3001234")],
        ));
        let (findings, secrets) = told("NIKON CORPORATION", note);
        assert!(
            findings
                .iter()
                .any(|f| f.name == "Camera serial number" && f.value == "3001234")
        );
        assert!(secrets.contains(&b"3001234"[..]));
    }

    #[test]
    fn apple_counts_from_the_block() {
        let mut note = b"Apple iOS\0\0\x01MM".to_vec();
        let id = build::ascii(0x0011, "5B8A1C2D-0000-4000-8000-123456789ABC");
        note.extend(build::directory(Order::Big, 14, &[id], 0));
        let (findings, _) = told("", note);
        assert!(
            findings
                .iter()
                .any(|f| f.topic == Topic::Video && f.value.starts_with("5B8A1C2D"))
        );
    }

    #[test]
    fn canon_has_no_header() {
        // The value of the first entry of a stream stands at 8 + 2 + 12 + 4.
        let fields = [
            build::ascii(0x0009, "Jane Doe"),
            build::long(Order::Little, 0x000C, 1_234_567_890),
        ];
        let (findings, secrets) = told("Canon", build::directory(Order::Little, 26, &fields, 0));
        assert!(
            findings
                .iter()
                .any(|f| f.topic == Topic::Person && f.value == "Jane Doe")
        );
        assert!(findings.iter().any(|f| f.value == "1234567890"));
        assert!(secrets.contains(&b"Jane Doe"[..]));
    }

    #[test]
    fn words_of_unknown_blocks_are_told() {
        let (findings, secrets) = told("Acme", b"\xFF\xFE\x01IMX754 module 00017\x03\x04".to_vec());
        assert!(findings.iter().any(|f| f.value == "IMX754 module 00017"));
        assert!(secrets.contains(&b"IMX754 module 00017"[..]));
    }
}
