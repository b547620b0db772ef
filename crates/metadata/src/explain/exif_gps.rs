//! The GPS directory of Exif (CIPA DC-008 § 4.6.6): where, how high, when.

use super::exif_block::{Place, Tag};
use super::exif_words::in_words;
use super::gps::{Angle, fraction, position};
use super::tiff::Entry;
use super::words;
use crate::Topic;
use crate::notes::Notes;

/// A position as it stands in the file, for writing it anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gps {
    /// Degrees, minutes and seconds, each as numerator and denominator.
    pub(crate) latitude: [(u32, u32); 3],
    /// `b'N'` or `b'S'`.
    pub(crate) latitude_ref: u8,
    /// Degrees, minutes and seconds, each as numerator and denominator.
    pub(crate) longitude: [(u32, u32); 3],
    /// `b'E'` or `b'W'`.
    pub(crate) longitude_ref: u8,
    /// 0 above the sea, 1 below; metres as numerator and denominator.
    pub(crate) altitude: Option<(u8, u32, u32)>,
}

impl Gps {
    /// The position, when it is whole and on the globe.
    pub(super) fn read(tags: &[Tag<'_>]) -> Option<Self> {
        let letter = |number: u16| {
            find(tags, number)?
                .bytes
                .first()
                .map(u8::to_ascii_uppercase)
        };
        let latitude_ref = letter(1).filter(|letter| matches!(letter, b'N' | b'S'))?;
        let longitude_ref = letter(3).filter(|letter| matches!(letter, b'E' | b'W'))?;
        let latitude = <[_; 3]>::try_from(find(tags, 2)?.rationals()).ok()?;
        let longitude = <[_; 3]>::try_from(find(tags, 4)?.rationals()).ok()?;
        Angle::from_rationals(&latitude, false)?;
        Angle::from_rationals(&longitude, false)?;
        let metres = find(tags, 6).and_then(|entry| entry.rationals().first().copied());
        let below = find(tags, 5).and_then(|entry| entry.bytes.first().copied());
        Some(Self {
            latitude,
            latitude_ref,
            longitude,
            longitude_ref,
            altitude: metres.filter(|(_, denominator)| *denominator > 0).map(
                |(numerator, denominator)| (below.unwrap_or(0).min(1), numerator, denominator),
            ),
        })
    }
}

/// What is shown with a unit that another tag names: value, unit, name, and the words for the units.
type Measured = (u16, u16, &'static str, &'static [(u8, &'static str)]);

const NORTHS: &[(u8, &str)] = &[(b'T', "from true north"), (b'M', "from magnetic north")];
const LENGTHS: &[(u8, &str)] = &[(b'K', "km"), (b'M', "miles"), (b'N', "nautical miles")];
const MEASURED: [Measured; 5] = [
    (
        0x0D,
        0x0C,
        "Speed",
        &[(b'K', "km/h"), (b'M', "miles per hour"), (b'N', "knots")],
    ),
    (0x0F, 0x0E, "Direction of movement", NORTHS),
    (0x11, 0x10, "Direction of view", NORTHS),
    (0x18, 0x17, "Bearing of the target", NORTHS),
    (0x1A, 0x19, "Distance to the target", LENGTHS),
];

/// Whether a tag is told here rather than by its row.
pub(super) fn tells(tag: &Tag<'_>) -> bool {
    let together = matches!(tag.entry.tag, 0x01..=0x07 | 0x13..=0x16 | 0x1D);
    let measured = MEASURED
        .iter()
        .any(|(value, unit, ..)| [*value, *unit].contains(&tag.entry.tag));
    tag.place == Place::Gps && (together || measured)
}

/// Notes where and when the GPS says it was.
pub(super) fn explain(tags: &[Tag<'_>], notes: &mut Notes<'_>) {
    place("GPS position", tags, [1, 2, 3, 4], notes);
    place(
        "GPS position of the target",
        tags,
        [0x13, 0x14, 0x15, 0x16],
        notes,
    );
    altitude(tags, notes);
    time(tags, notes);
    for (value, unit, name, units) in MEASURED {
        let Some(tag) = tag(tags, value) else {
            continue;
        };
        let number = tag.entry.rationals().first().copied();
        let shown = number
            .and_then(|(numerator, denominator)| fraction(numerator, denominator, 2))
            .unwrap_or_else(|| in_words(tag, false));
        let letter = find(tags, unit).and_then(|entry| entry.bytes.first());
        let unit = units.iter().find(|(name, _)| Some(name) == letter);
        let degrees = if units == NORTHS { "°" } else { "" };
        let unit = unit.map(|(_, unit)| format!(" {unit}")).unwrap_or_default();
        notes.find(Topic::Place, name, &format!("{shown}{degrees}{unit}"));
    }
}

/// A latitude and a longitude, together when both are there and sound.
fn place(name: &str, tags: &[Tag<'_>], numbers: [u16; 4], notes: &mut Notes<'_>) {
    let [latitude_ref, latitude, longitude_ref, longitude] = numbers;
    let angle = |reference: u16, value: u16, negative: u8| {
        let letter = find(tags, reference).and_then(|entry| entry.bytes.first());
        let negative = letter.is_some_and(|letter| letter.eq_ignore_ascii_case(&negative));
        let parts = find(tags, value)?.rationals();
        Angle::from_rationals(&parts, negative).filter(|_| !parts.is_empty())
    };
    for value in [latitude, longitude] {
        if let Some(entry) = find(tags, value) {
            secret(entry, notes);
        }
    }
    let south_west = angle(latitude_ref, latitude, b'S').zip(angle(longitude_ref, longitude, b'W'));
    if let Some((latitude, longitude)) = south_west {
        notes.find(Topic::Place, name, &position(latitude, longitude));
        return;
    }
    // Half a position, or numbers that mean nothing: as they stand.
    for (number, part) in [(latitude, "latitude"), (longitude, "longitude")] {
        if let Some(tag) = tag(tags, number) {
            notes.find(
                Topic::Place,
                &format!("{name}, {part}"),
                &in_words(tag, false),
            );
        }
    }
}

/// The three fractions as they stand, and in the other byte order.
fn secret(entry: &Entry<'_>, notes: &mut Notes<'_>) {
    notes.secret_bytes(entry.bytes);
    let mut swapped = Vec::with_capacity(24);
    for four in entry.bytes.chunks_exact(4).take(6) {
        swapped.extend(four.iter().rev());
    }
    notes.secret_bytes(&swapped);
}

fn altitude(tags: &[Tag<'_>], notes: &mut Notes<'_>) {
    let Some(tag) = tag(tags, 6) else { return };
    let below = find(tags, 5).and_then(|entry| entry.bytes.first()) == Some(&1);
    let metres = tag.entry.rationals().first().copied();
    let value = match metres.and_then(|(n, d)| fraction(n, d, 1)) {
        Some(metres) if below => format!("{metres} m below the sea"),
        Some(metres) => format!("{metres} m"),
        None => in_words(tag, false),
    };
    notes.find(Topic::Place, "Height above the sea", &value);
}

/// The satellites' date and time, which are UTC.
fn time(tags: &[Tag<'_>], notes: &mut Notes<'_>) {
    let date = find(tags, 0x1D).map(Entry::text).unwrap_or_default();
    let parts = find(tags, 7).map(Entry::rationals).unwrap_or_default();
    let clock: Vec<String> = parts
        .iter()
        .filter_map(|(numerator, denominator)| fraction(*numerator, *denominator, 3))
        .map(|part| {
            let whole = part.find('.').unwrap_or(part.len());
            if whole < 2 { format!("0{part}") } else { part }
        })
        .collect();
    let day = date.replace(':', "-");
    let value = format!("{day} {}", clock.join(":"));
    if !value.trim().is_empty() {
        notes.find(Topic::Time, "GPS time", &format!("{} UTC", value.trim()));
        words::remember(&date, notes);
    }
}

fn tag<'t, 'a>(tags: &'t [Tag<'a>], number: u16) -> Option<&'t Tag<'a>> {
    tags.iter()
        .find(|tag| tag.place == Place::Gps && tag.entry.tag == number)
}

fn find<'t, 'a>(tags: &'t [Tag<'a>], number: u16) -> Option<&'t Entry<'a>> {
    tag(tags, number).map(|tag| &tag.entry)
}
