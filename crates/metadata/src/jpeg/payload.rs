//! What the segments of a JPEG file carry, joined where one thing is spread over several of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::gain_map;
use crate::format::Payload;
use crate::part::{Kind, Part};
use crate::reader::{Reader, index};

/// Everything that the parts tell, in the order in which it begins.
pub(super) fn payloads<'a>(parts: &[Part<'a>]) -> Vec<Payload<'a>> {
    let mut payloads: Vec<Payload<'a>> = parts.iter().filter_map(single).collect();
    payloads.extend(icc_profile(parts));
    payloads.extend(extended_xmp(parts));
    payloads.extend(jumbf(parts));
    payloads.extend(gain_map::payload(parts));
    payloads
}

/// What one segment tells by itself.
fn single<'a>(part: &Part<'a>) -> Option<Payload<'a>> {
    if gain_map::is_ours(part) {
        return None;
    }
    let body = Cow::Borrowed(part.body);
    match part.name {
        "APP1 Exif" if part.kind == Kind::Duplicate => Some(Payload::SpareExif(body)),
        "APP1 Exif" => Some(Payload::Exif(body)),
        "APP1 XMP" => Some(Payload::Xmp(body)),
        "APP13 Photoshop" => Some(Payload::Photoshop(body)),
        "COM" => Some(Payload::Comment(body)),
        "after EOI" => Some(Payload::Trailer(part.body)),
        "bytes between segments" => filler(part),
        "APP0 JFIF" => jfif_thumbnail(part.body),
        "APP0 JFXX" => Some(jfxx_thumbnail(part.body)),
        "APP14 Adobe" => (part.body.len() > 7).then_some(Payload::Vendor {
            name: part.name,
            bytes: part.body,
        }),
        "APP1 extended XMP" | "APP2 ICC_PROFILE" | "APP11 JUMBF" => None,
        _ if part.kind == Kind::Vendor || part.kind == Kind::MultiPicture => {
            Some(Payload::Vendor {
                name: part.name,
                bytes: part.body,
            })
        }
        _ => None,
    }
}

/// Fill bytes (0xFF) and lone restart markers are harmless; anything else was put there.
fn filler<'a>(part: &Part<'a>) -> Option<Payload<'a>> {
    let harmless = part.bytes.iter().all(|byte| *byte == 0xFF)
        || matches!(part.bytes, [0xFF, 0x01 | 0xD0..=0xD7]);
    (!harmless).then(|| Payload::Unknown {
        name: "Bytes between segments".to_owned(),
        bytes: part.bytes,
    })
}

/// T.871 § 10.1: seven bytes, then the thumbnail's size and its RGB pixels.
fn jfif_thumbnail(body: &[u8]) -> Option<Payload<'_>> {
    let rest = body.get(7..)?;
    let (size, bytes) = rest.split_at_checked(2)?;
    (!bytes.is_empty() && bytes != gain_map::APPLE_MARK).then(|| Payload::Thumbnail {
        width: size.first().copied().unwrap_or(0).into(),
        height: size.get(1).copied().unwrap_or(0).into(),
        bytes,
    })
}

/// T.871 § 10.2: an extension code, then a JPEG (0x10), palette (0x11) or RGB (0x13) thumbnail.
fn jfxx_thumbnail(body: &[u8]) -> Payload<'_> {
    let size = |at: usize| body.get(at).copied().unwrap_or(0).into();
    match body.split_first() {
        Some((0x11 | 0x13, bytes)) => Payload::Thumbnail {
            width: size(1),
            height: size(2),
            bytes,
        },
        Some((_, bytes)) => Payload::Thumbnail {
            width: 0,
            height: 0,
            bytes,
        },
        None => Payload::Thumbnail {
            width: 0,
            height: 0,
            bytes: body,
        },
    }
}

/// ICC.1:2022 § B.4: each segment has its number and how many there are; all must be there, each once.
fn icc_profile<'a>(parts: &[Part<'a>]) -> Option<Payload<'a>> {
    let pieces: Vec<&[u8]> = parts
        .iter()
        .filter(|part| part.name == "APP2 ICC_PROFILE" && part.kind == Kind::ColourProfile)
        .map(|part| part.body)
        .collect();
    if pieces.is_empty() {
        return None;
    }
    let total = pieces.iter().map(|piece| piece.len()).sum();
    let mut ordered = BTreeMap::new();
    for piece in &pieces {
        if let [number, count, data @ ..] = piece
            && usize::from(*count) == pieces.len()
        {
            ordered.insert(*number, data);
        }
    }
    let numbers = 1..=u8::try_from(pieces.len()).unwrap_or(0);
    if !numbers.eq(ordered.keys().copied()) || ordered.len() != pieces.len() {
        return Some(Payload::BrokenIcc(total));
    }
    if let [single] = pieces.as_slice() {
        return Some(Payload::Icc(Cow::Borrowed(
            single.get(2..).unwrap_or_default(),
        )));
    }
    let joined: Vec<&[u8]> = ordered.into_values().collect();
    Some(Payload::Icc(Cow::Owned(joined.concat())))
}

/// ISO 16684-3 § 7: a digest of 32 letters names the packet, then its full length and this piece's offset.
fn extended_xmp<'a>(parts: &[Part<'a>]) -> Vec<Payload<'a>> {
    let mut packets: BTreeMap<&[u8], BTreeMap<usize, &[u8]>> = BTreeMap::new();
    let mut broken = Vec::new();
    for part in parts.iter().filter(|part| part.name == "APP1 extended XMP") {
        match extended_xmp_piece(part.body) {
            Some((digest, offset, data)) => {
                packets.entry(digest).or_default().insert(offset, data);
            }
            None => broken.push(Payload::Xmp(Cow::Borrowed(part.body))),
        }
    }
    let joined = packets.into_values().map(|pieces| {
        let pieces: Vec<&[u8]> = pieces.into_values().collect();
        Payload::Xmp(Cow::Owned(pieces.concat()))
    });
    joined.chain(broken).collect()
}

fn extended_xmp_piece(body: &[u8]) -> Option<(&[u8], usize, &[u8])> {
    let mut reader = Reader::new(body);
    let digest = reader.take(32, "extended XMP").ok()?;
    reader.u32_be("extended XMP").ok()?;
    let offset = index(reader.u32_be("extended XMP").ok()?);
    Some((digest, offset, reader.rest()))
}

/// ISO/IEC 19566-5 § D.2: after `JP` come the box instance, the packet's number, and the box, whose header of eight
/// bytes is repeated in every packet after the first.
fn jumbf<'a>(parts: &[Part<'a>]) -> Option<Payload<'a>> {
    let mut boxes: BTreeMap<u16, BTreeMap<u32, &[u8]>> = BTreeMap::new();
    let mut any = false;
    for part in parts.iter().filter(|part| part.name == "APP11 JUMBF") {
        any = true;
        let mut reader = Reader::new(part.body);
        if let (Ok(instance), Ok(packet)) = (reader.u16_be("JUMBF"), reader.u32_be("JUMBF")) {
            boxes
                .entry(instance)
                .or_default()
                .insert(packet, reader.rest());
        }
    }
    let mut joined = Vec::new();
    for packets in boxes.into_values() {
        for (number, packet) in packets.into_values().enumerate() {
            let repeated = if number == 0 { 0 } else { 8 };
            joined.extend_from_slice(packet.get(repeated..).unwrap_or_default());
        }
    }
    any.then_some(Payload::Provenance(Cow::Owned(joined)))
}
