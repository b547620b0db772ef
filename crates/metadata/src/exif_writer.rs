//! Writes the smallest Exif block that holds what stays: the orientation, and what the person asked to keep.

use crate::Keep;
use crate::Policy;
use crate::explain::exif::{Gps, Kept};
use crate::gain_map::apple::Headroom;

/// TIFF field types, TIFF 6.0 § 2.
const BYTE: u16 = 1;
const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
const UNDEFINED: u16 = 7;

/// Tags of CIPA DC-008-2019 (Exif 2.32) § 4.6.4 to § 4.6.6.
mod tag {
    pub(super) const MAKE: u16 = 0x010F;
    pub(super) const MODEL: u16 = 0x0110;
    pub(super) const ORIENTATION: u16 = 0x0112;
    pub(super) const ARTIST: u16 = 0x013B;
    pub(super) const COPYRIGHT: u16 = 0x8298;
    pub(super) const EXIF_IFD: u16 = 0x8769;
    pub(super) const GPS_IFD: u16 = 0x8825;
    pub(super) const MAKER_NOTE: u16 = 0x927C;
    pub(super) const DATE_TIME_ORIGINAL: u16 = 0x9003;
    pub(super) const OFFSET_TIME_ORIGINAL: u16 = 0x9011;
    pub(super) const GPS_VERSION: u16 = 0;
    pub(super) const GPS_LATITUDE_REF: u16 = 1;
    pub(super) const GPS_LATITUDE: u16 = 2;
    pub(super) const GPS_LONGITUDE_REF: u16 = 3;
    pub(super) const GPS_LONGITUDE: u16 = 4;
    pub(super) const GPS_ALTITUDE_REF: u16 = 5;
    pub(super) const GPS_ALTITUDE: u16 = 6;
}

/// The longest text that is kept, in bytes; enough for any name, and far from a segment's 64 KiB.
const TEXT_BYTES_MAX: usize = 4_096;

/// One IFD entry: tag, type, count, and the value in big-endian order.
struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    value: Vec<u8>,
}

/// A TIFF stream (big-endian) with the orientation, the numbers of a gain map, and what `policy` keeps of `kept`, or
/// `None` when there is nothing to say: an upright picture of which nothing is kept needs no Exif.
pub(crate) fn fresh_exif(
    orientation: u8,
    headroom: Option<Headroom>,
    kept: &Kept,
    policy: &Policy,
) -> Option<Vec<u8>> {
    let mut main = Vec::new();
    let mut exif = Vec::new();
    let mut gps = Vec::new();

    if policy.keeps(Keep::Camera) {
        main.extend(kept.make.as_deref().and_then(|text| ascii(tag::MAKE, text)));
        main.extend(
            kept.model
                .as_deref()
                .and_then(|text| ascii(tag::MODEL, text)),
        );
    }
    if orientation != 1 {
        main.push(short(tag::ORIENTATION, u16::from(orientation)));
    }
    if policy.keeps(Keep::Artist) {
        main.extend(
            kept.artist
                .as_deref()
                .and_then(|text| ascii(tag::ARTIST, text)),
        );
    }
    if policy.keeps(Keep::Copyright) {
        main.extend(
            kept.copyright
                .as_deref()
                .and_then(|text| ascii(tag::COPYRIGHT, text)),
        );
    }
    if policy.keeps(Keep::Date) {
        let date = kept.date_time_original.as_deref();
        exif.extend(date.and_then(|text| ascii(tag::DATE_TIME_ORIGINAL, text.as_bytes())));
        let offset = kept.offset_time_original.as_deref();
        exif.extend(offset.and_then(|text| ascii(tag::OFFSET_TIME_ORIGINAL, text.as_bytes())));
    }
    exif.extend(headroom.map(|numbers| maker_note(numbers.note())));
    if policy.keeps(Keep::Place)
        && let Some(place) = &kept.gps
    {
        gps = gps_entries(place);
    }
    (!main.is_empty() || !exif.is_empty() || !gps.is_empty()).then(|| tiff(main, &exif, &gps))
}

fn gps_entries(place: &Gps) -> Vec<Entry> {
    let mut entries = vec![
        Entry {
            tag: tag::GPS_VERSION,
            kind: BYTE,
            count: 4,
            value: vec![2, 3, 0, 0],
        },
        reference(tag::GPS_LATITUDE_REF, place.latitude_ref),
        rationals(tag::GPS_LATITUDE, &place.latitude),
        reference(tag::GPS_LONGITUDE_REF, place.longitude_ref),
        rationals(tag::GPS_LONGITUDE, &place.longitude),
    ];
    if let Some((below, numerator, denominator)) = place.altitude {
        entries.push(Entry {
            tag: tag::GPS_ALTITUDE_REF,
            kind: BYTE,
            count: 1,
            value: vec![below],
        });
        entries.push(rationals(tag::GPS_ALTITUDE, &[(numerator, denominator)]));
    }
    entries
}

/// Lays out header, IFD0 and the sub-IFDs one after the other, each followed by its long values.
fn tiff(mut main: Vec<Entry>, exif: &[Entry], gps: &[Entry]) -> Vec<u8> {
    // The pointers' values are known only once the sizes are; the sizes do not depend on them.
    for (tag, entries) in [(tag::EXIF_IFD, exif), (tag::GPS_IFD, gps)] {
        if !entries.is_empty() {
            main.push(long(tag, 0));
        }
    }
    main.sort_by_key(|entry| entry.tag);
    let exif_at = HEADER_LEN.saturating_add(ifd_len(&main));
    let gps_at = exif_at.saturating_add(if exif.is_empty() { 0 } else { ifd_len(exif) });
    for entry in &mut main {
        match entry.tag {
            tag::EXIF_IFD => *entry = long(tag::EXIF_IFD, exif_at),
            tag::GPS_IFD => *entry = long(tag::GPS_IFD, gps_at),
            _ => {}
        }
    }
    let mut out = b"MM\0*\0\0\0\x08".to_vec();
    write_ifd(&mut out, &main);
    if !exif.is_empty() {
        write_ifd(&mut out, exif);
    }
    if !gps.is_empty() {
        write_ifd(&mut out, gps);
    }
    out
}

const HEADER_LEN: u32 = 8;

/// The length of an IFD with its long values, in bytes.
fn ifd_len(entries: &[Entry]) -> u32 {
    let fixed = count(entries.len()).saturating_mul(12).saturating_add(6);
    entries
        .iter()
        .map(|entry| count(padded(entry.value.len())))
        .filter(|len| *len > 4)
        .fold(fixed, u32::saturating_add)
}

fn write_ifd(out: &mut Vec<u8>, entries: &[Entry]) {
    let fixed = entries.len().saturating_mul(12).saturating_add(6);
    let mut long_at = out.len().saturating_add(fixed);
    let mut long_values = Vec::new();
    out.extend(
        u16::try_from(entries.len())
            .unwrap_or(u16::MAX)
            .to_be_bytes(),
    );
    for entry in entries {
        out.extend(entry.tag.to_be_bytes());
        out.extend(entry.kind.to_be_bytes());
        out.extend(entry.count.to_be_bytes());
        let mut value = entry.value.clone();
        if value.len() > 4 {
            value.resize(padded(value.len()), 0);
            out.extend(count(long_at).to_be_bytes());
            long_at = long_at.saturating_add(value.len());
            long_values.extend(value);
        } else {
            value.resize(4, 0);
            out.extend(value);
        }
    }
    out.extend([0; 4]);
    out.extend(long_values);
}

/// Values begin on word boundaries, TIFF 6.0 § 2.
const fn padded(len: usize) -> usize {
    len.saturating_add(len % 2)
}

/// A size of our own making as a 32-bit number; texts are cut long before it could not fit.
fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

fn ascii(tag: u16, text: &[u8]) -> Option<Entry> {
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    let text = text.get(..TEXT_BYTES_MAX).unwrap_or(text).trim_ascii();
    (!text.is_empty()).then(|| {
        let mut value = text.to_vec();
        value.push(0);
        Entry {
            tag,
            kind: ASCII,
            count: count(value.len()),
            value,
        }
    })
}

fn maker_note(value: Vec<u8>) -> Entry {
    Entry {
        tag: tag::MAKER_NOTE,
        kind: UNDEFINED,
        count: count(value.len()),
        value,
    }
}

fn short(tag: u16, number: u16) -> Entry {
    Entry {
        tag,
        kind: SHORT,
        count: 1,
        value: number.to_be_bytes().to_vec(),
    }
}

fn long(tag: u16, number: u32) -> Entry {
    Entry {
        tag,
        kind: LONG,
        count: 1,
        value: number.to_be_bytes().to_vec(),
    }
}

fn reference(tag: u16, letter: u8) -> Entry {
    Entry {
        tag,
        kind: ASCII,
        count: 2,
        value: vec![letter, 0],
    }
}

fn rationals(tag: u16, values: &[(u32, u32)]) -> Entry {
    Entry {
        tag,
        kind: RATIONAL,
        count: count(values.len()),
        value: values
            .iter()
            .flat_map(|(numerator, denominator)| {
                [numerator.to_be_bytes(), denominator.to_be_bytes()]
            })
            .flatten()
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::exif;

    #[test]
    fn an_upright_picture_of_which_nothing_is_kept_needs_no_exif() {
        assert_eq!(
            fresh_exif(1, None, &Kept::default(), &Policy::default()),
            None
        );
    }

    #[test]
    fn orientation_alone_is_26_bytes_of_tiff() {
        // With JPEG's marker, length and "Exif\0\0" this makes the 36-byte segment.
        let tiff = fresh_exif(6, None, &Kept::default(), &Policy::default()).unwrap();
        assert_eq!(tiff.len(), 26);
        assert_eq!(exif::orientation(&tiff), Some(6));
    }

    #[test]
    fn the_numbers_of_a_gain_map_read_back() {
        let numbers = Headroom {
            headroom: Some((82_317, 54_194)),
            gain: Some((0, 1)),
        };
        let tiff = fresh_exif(1, Some(numbers), &Kept::default(), &Policy::default()).unwrap();
        assert_eq!(Headroom::of_exif(&tiff), Some(numbers));
    }

    #[test]
    fn what_is_kept_reads_back() {
        let kept = Kept {
            date_time_original: Some("2024:01:31 12:00:05".into()),
            offset_time_original: Some("+01:00".into()),
            make: Some(b"Acme\0junk".to_vec()),
            model: Some(b"One".to_vec()),
            copyright: Some(b"(c) Jane Doe".to_vec()),
            artist: Some(b"Jane Doe".to_vec()),
            gps: Some(Gps {
                latitude: [(48, 1), (51, 1), (301, 10)],
                latitude_ref: b'N',
                longitude: [(2, 1), (17, 1), (401, 10)],
                longitude_ref: b'E',
                altitude: Some((0, 35, 1)),
            }),
        };
        let policy = Policy {
            keep: Keep::ALL.into_iter().collect(),
        };
        let tiff = fresh_exif(8, None, &kept, &policy).unwrap();
        let back = exif::kept(&tiff);
        assert_eq!(exif::orientation(&tiff), Some(8));
        assert_eq!(back.make.as_deref(), Some(&b"Acme"[..]));
        assert_eq!(
            Kept {
                make: kept.make.clone(),
                ..back
            },
            kept
        );
    }
}
