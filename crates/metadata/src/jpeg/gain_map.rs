//! The gain map of an Ultra HDR, ISO 21496-1 or Apple photo: a second, small JPEG behind the first, which says how much
//! brighter each place is on an HDR screen. It is found, cleaned like the picture, and announced anew: by a minimal XMP
//! directory, a minimal ISO 21496-1 segment, and a multi-picture index (CIPA DC-007) with the right offsets.

use memchr::memmem;

use super::announced::{MPF_ORIGIN, announces};
use super::{payload, walk};
use crate::Limits;
use crate::format::Payload;
use crate::gain_map::{apple, fits, iso, ultra_hdr};
use crate::part::{Kind, Part};

/// How an ISO 21496-1 segment begins, behind its length.
pub(super) const ISO_SIGNATURE: &[u8] = b"urn:iso:std:iso:ts:21496:-1\0";
/// The payload of a primary picture's ISO 21496-1 segment: minimum and writer version 0.
const ISO_PRIMARY: &[u8] = &[0, 0, 0, 0];
/// What Apple's programs write behind the JFIF header of a picture with a gain map.
pub(super) const APPLE_MARK: &[u8] = b"AMPF";
/// How many pictures behind the first are looked at.
const PICTURES_MAX: usize = 8;

/// Names of parts in the picture, and the same in its gain map, by which the two are told apart.
const NAMES: &[(&str, &str)] = &[
    ("SOI", "gain map SOI"),
    ("SOF", "gain map SOF"),
    ("DNL", "gain map DNL"),
    ("DQT", "gain map DQT"),
    ("DHT", "gain map DHT"),
    ("DAC", "gain map DAC"),
    ("DRI", "gain map DRI"),
    ("SOS and its scan", "gain map scan"),
    ("EOI", "gain map EOI"),
    ("APP0 JFIF", "gain map JFIF"),
    ("APP0 JFXX", "gain map JFXX"),
    ("APP1 Exif", "gain map Exif"),
    ("APP1 XMP", "gain map XMP"),
    ("APP1 extended XMP", "gain map extended XMP"),
    ("APP2 ICC_PROFILE", "gain map ICC_PROFILE"),
    ("APP2 MPF", "gain map MPF"),
    ("APP2", "gain map APP2"),
    ("APP11 JUMBF", "gain map JUMBF"),
    ("APP13 Photoshop", "gain map Photoshop"),
    ("APP14 Adobe", "gain map Adobe"),
    ("COM", "gain map COM"),
    ("bytes between segments", "gain map bytes between segments"),
];
/// The name of any part of a gain map that is not in the table; such parts are makers' blocks.
const OTHER: &str = "gain map APPn";

/// Finds the gain map of a picture among what stands behind it, from `base` on: a picture of the same shape with the
/// numbers of a gain map, which the first picture announces. Its parts carry names of their own.
pub(super) fn find<'a>(
    picture: &[Part<'_>],
    behind: &'a [u8],
    base: usize,
    limits: &Limits,
) -> Option<Vec<Part<'a>>> {
    let size = |parts: &[Part<'_>]| {
        let frame = super::frame(parts).ok()?;
        Some((frame.width, frame.height))
    };
    let picture_size = size(picture)?;
    let mut from = 0_usize;
    for _ in 0..PICTURES_MAX {
        let at = memmem::find(behind.get(from..)?, b"\xFF\xD8\xFF")?.checked_add(from)?;
        let Ok(parts) = walk::picture(behind.get(at..)?, base.checked_add(at)?, limits) else {
            from = at.checked_add(3)?;
            continue;
        };
        let (map_at, len) = extent(&parts)?;
        let is_map = packet(&parts).is_some() || iso_numbers(&parts).is_some();
        if is_map
            && announces(picture, map_at, len)
            && size(&parts).is_some_and(|map_size| fits(map_size, picture_size))
        {
            return Some(parts.into_iter().map(inner).collect());
        }
        from = at.checked_add(len)?;
    }
    None
}

/// A part of a picture as a part of a gain map.
fn inner(part: Part<'_>) -> Part<'_> {
    let name = NAMES.iter().find(|(outer, _)| *outer == part.name);
    let is_plain = |payload| iso::are_numbers(payload) || iso::is_announcement(payload);
    let announces = packet_of(&part).is_some_and(|packet| packet.as_bytes() == part.body)
        || iso_payload(&part).is_some_and(is_plain);
    let kind = match part.kind {
        _ if announces => Kind::GainMapIndex,
        // A gain map lies on the picture as the picture is turned; it has no orientation of its own.
        Kind::Exif => Kind::Duplicate,
        kind => kind,
    };
    Part {
        kind,
        name: name.map_or(OTHER, |(_, inner)| inner),
        ..part
    }
}

/// The same part under the name that it has in a picture; `None` for parts of the primary picture.
fn outer<'a>(part: &Part<'a>) -> Option<Part<'a>> {
    if part.name == OTHER {
        return Some(Part {
            name: "APP",
            ..*part
        });
    }
    let (name, _) = NAMES.iter().find(|(_, inner)| *inner == part.name)?;
    Some(Part { name, ..*part })
}

/// The gain map's parts under the names that they have in a picture; empty when there is no gain map.
pub(super) fn parts_of_map<'a>(parts: &[Part<'a>]) -> Vec<Part<'a>> {
    parts.iter().filter_map(outer).collect()
}

/// Whether a part belongs to the gain map.
pub(super) fn is_inner(part: &Part<'_>) -> bool {
    part.name == OTHER || NAMES.iter().any(|(_, inner)| *inner == part.name)
}

/// What the gain map's file carries besides the map.
pub(super) fn payload<'a>(parts: &[Part<'a>]) -> Option<Payload<'a>> {
    let map = parts_of_map(parts);
    (!map.is_empty()).then(|| Payload::GainMap {
        is_apple: is_apple(&map),
        inside: payload::payloads(&map),
    })
}

/// Whether the part only announces the gain map, in exactly the form that a clean copy has.
pub(super) const fn is_ours(part: &Part<'_>) -> bool {
    matches!(part.kind, Kind::GainMapIndex)
}

/// Marks those parts of the primary picture that announce the gain map in exactly the form that a clean copy has. Any
/// other form is explained and goes like everything else; the clean copy gets its own.
pub(super) fn claim_index(parts: &mut [Part<'_>]) {
    let map = parts_of_map(parts);
    let Some((map_at, map_len)) = extent(&map) else {
        return;
    };
    let directory = directory(&map, map_len);
    let primary_len = parts
        .iter()
        .find(|part| part.name == "EOI")
        .map_or(0, |part| part.offset.saturating_add(part.bytes.len()));
    for part in parts.iter_mut() {
        let ours = match part.name {
            "APP1 XMP" => directory
                .as_ref()
                .is_some_and(|packet| part.body == packet.as_bytes()),
            "APP2 MPF" => {
                let offset = map_at.saturating_sub(part.offset.saturating_add(MPF_ORIGIN));
                part.body == index(primary_len, map_len, offset)
            }
            _ => iso_payload(part) == Some(ISO_PRIMARY) && iso_numbers(&map).is_some(),
        };
        if ours {
            part.kind = Kind::GainMapIndex;
        }
    }
}

/// Where parts begin and how many bytes they are long.
fn extent(parts: &[Part<'_>]) -> Option<(usize, usize)> {
    let len = parts
        .iter()
        .fold(0_usize, |len, part| len.saturating_add(part.bytes.len()));
    Some((parts.first()?.offset, len))
}

/// The packet by which the primary picture says that a gain map of `len` bytes follows; Apple's need none.
pub(super) fn directory(map: &[Part<'_>], len: usize) -> Option<String> {
    (!is_apple(map)).then(|| ultra_hdr::directory_packet(len))
}

/// Whether the map is in Apple's form. One in two forms is announced in the newer.
pub(super) fn is_apple(map: &[Part<'_>]) -> bool {
    let ours = map.iter().find(|part| packet_of(part).is_some());
    ours.is_some_and(|part| ultra_hdr::Numbers::read(part.body).is_none())
}

/// The packet with the numbers that a gain map's XMP gives, and nothing else.
pub(super) fn packet(map: &[Part<'_>]) -> Option<String> {
    map.iter().find_map(packet_of)
}

fn packet_of(part: &Part<'_>) -> Option<String> {
    if part.name != "APP1 XMP" {
        return None;
    }
    let ultra = ultra_hdr::Numbers::read(part.body).map(|numbers| numbers.packet());
    ultra.or_else(|| apple::Numbers::read_typed(part.body).map(|numbers| numbers.packet()))
}

/// The numbers that a gain map's ISO 21496-1 segment gives, as they stand there.
pub(super) fn iso_numbers<'a>(map: &[Part<'a>]) -> Option<&'a [u8]> {
    map.iter()
        .filter_map(iso_payload)
        .find(|payload| iso::are_numbers(payload))
}

/// The payload of an ISO 21496-1 segment, in the picture or in its gain map.
fn iso_payload<'a>(part: &Part<'a>) -> Option<&'a [u8]> {
    match part.name {
        "APP2" | "gain map APP2" => part.body.strip_prefix(ISO_SIGNATURE),
        _ => None,
    }
}

/// A multi-picture index of two entries (CIPA DC-007 § 5.2), without the `MPF\0` before it: a TIFF header, version,
/// number of images and the entries; `map_offset` counts from [`MPF_ORIGIN`].
pub(super) fn index(primary_len: usize, map_len: usize, map_offset: usize) -> Vec<u8> {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX).to_be_bytes();
    let mut out = b"MM\0*\0\0\0\x08\0\x03".to_vec();
    out.extend(b"\xB0\0\0\x07\0\0\0\x040100"); // MPFVersion
    out.extend(b"\xB0\x01\0\x04\0\0\0\x01\0\0\0\x02"); // NumberOfImages
    out.extend(b"\xB0\x02\0\x07\0\0\0\x20\0\0\0\x32"); // MPEntry, 32 bytes at 50
    out.extend([0; 4]); // no further IFD
    out.extend(b"\0\x03\0\0"); // the first is a baseline primary image
    out.extend(number(primary_len));
    out.extend([0; 8]); // at offset 0, depending on nothing
    out.extend([0; 4]); // the second is of no declared kind
    out.extend(number(map_len));
    out.extend(number(map_offset));
    out.extend([0; 4]);
    out
}
