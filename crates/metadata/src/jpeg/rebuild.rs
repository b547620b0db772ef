//! Writes the clean JPEG file.

use super::gain_map;
use super::payload;
use crate::Error;
use crate::format::{Fresh, Payload};
use crate::icc;
use crate::keep::{Fate, fate};
use crate::part::{Kind, Part};

/// The most bytes of a profile in one segment: 65,535 less the length, the signature, the number and the count.
const ICC_PIECE_MAX: usize = 65_535 - 2 - 12 - 2;

/// A segment that is written anew: marker, signature, payload.
type Segment = (u8, &'static [u8], Vec<u8>);

const XMP_SIGNATURE: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const MPF_SIGNATURE: &[u8] = b"MPF\0";

/// A new file of the kept parts, in their order; the gain map behind the picture, if there is one.
pub(super) fn rebuild(
    parts: &[Part<'_>],
    fresh: &Fresh,
    mut out: Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let map = gain_map::parts_of_map(parts);
    let primary: Vec<Part<'_>> = parts
        .iter()
        .filter(|part| !gain_map::is_inner(part))
        .copied()
        .collect();
    let size: usize = parts.iter().map(|part| part.bytes.len()).sum();
    out.reserve_exact(size.saturating_add(4_096));
    if map.is_empty() {
        write(&mut out, &primary, fresh, &[], &[])?;
        return Ok(out);
    }

    let has_iso = gain_map::iso_numbers(&map).is_some();
    let map_parts = map;
    let map = clean_map(&map_parts)?;
    let mut index: Vec<Segment> = Vec::new();
    if let Some(directory) = gain_map::directory(&map_parts, map.len()) {
        index.push((0xE1, XMP_SIGNATURE, directory.into_bytes()));
    }
    if has_iso {
        index.push((0xE2, gain_map::ISO_SIGNATURE, vec![0; 4]));
    }
    index.push((0xE2, MPF_SIGNATURE, gain_map::index(0, 0, 0)));
    let mark: &[u8] = match gain_map::is_apple(&map_parts) {
        true => gain_map::APPLE_MARK,
        false => &[],
    };
    let index_at = write(&mut out, &primary, fresh, &index, mark)?;
    // Only now are the lengths known.
    let mpf_at = index_at.saturating_sub(gain_map::index(0, 0, 0).len());
    let mpf = gain_map::index(out.len(), map.len(), out.len().saturating_sub(mpf_at));
    if let Some(placeholder) = out.get_mut(mpf_at..index_at) {
        placeholder.copy_from_slice(&mpf);
    }
    out.extend(map);
    Ok(out)
}

/// The gain map, cleaned like a picture of its own, with its numbers written anew.
fn clean_map(map: &[Part<'_>]) -> Result<Vec<u8>, Error> {
    let profile = payload::payloads(map)
        .into_iter()
        .find_map(|payload| match payload {
            Payload::Icc(profile) => icc::scrub(&profile),
            _ => None,
        });
    let fresh = Fresh {
        exif: None,
        icc: profile,
    };
    let mut index: Vec<Segment> = Vec::new();
    if let Some(packet) = gain_map::packet(map) {
        index.push((0xE1, XMP_SIGNATURE, packet.into_bytes()));
    }
    if let Some(numbers) = gain_map::iso_numbers(map) {
        index.push((0xE2, gain_map::ISO_SIGNATURE, numbers.to_vec()));
    }
    let mut out = Vec::new();
    write(&mut out, map, &fresh, &index, &[])?;
    Ok(out)
}

/// Writes one picture, with `index` before its first table or frame header and `mark` behind its JFIF header if it was
/// there. Says where the index ends.
fn write(
    out: &mut Vec<u8>,
    parts: &[Part<'_>],
    fresh: &Fresh,
    index: &[Segment],
    mark: &[u8],
) -> Result<usize, Error> {
    let mut icc = fresh.icc.as_deref();
    // Where the original has none, it stands behind the JFIF header, as programs write it.
    let has_exif = parts.iter().any(|part| part.kind == Kind::Exif);
    let mut exif = fresh.exif.as_deref().filter(|_| !has_exif);
    let mut index_end = None;
    for part in parts {
        if !matches!(part.kind, Kind::Signature | Kind::Jfif)
            && let Some(tiff) = exif.take()
        {
            segment(out, 0xE1, &[b"Exif\0\0", tiff])?;
        }
        if index_end.is_none() && matches!(part.kind, Kind::Tables | Kind::Header) {
            for (marker, signature, payload) in index {
                segment(out, *marker, &[signature, payload])?;
            }
            index_end = Some(out.len());
        }
        match fate(part.kind) {
            Fate::Copy => out.extend_from_slice(part.bytes),
            Fate::Drop => {}
            Fate::Rewrite => match part.kind {
                Kind::Jfif => jfif(out, part.body, mark),
                Kind::AdobeTransform => adobe(out, part.body),
                Kind::Exif => {
                    if let Some(tiff) = &fresh.exif {
                        segment(out, 0xE1, &[b"Exif\0\0", tiff])?;
                    }
                }
                // The whole profile stands where its first piece stood.
                Kind::ColourProfile => {
                    if let Some(profile) = icc.take() {
                        icc_segments(out, profile)?;
                    }
                }
                _ => {}
            },
        }
    }
    Ok(index_end.unwrap_or(out.len()))
}

/// Writes a segment: marker, length, payload (T.81 § B.1.1.4).
fn segment(out: &mut Vec<u8>, marker: u8, payload: &[&[u8]]) -> Result<(), Error> {
    let len = payload.iter().map(|piece| piece.len()).sum::<usize>();
    let len = u16::try_from(len.saturating_add(2)).map_err(|_| Error::TooLarge {
        bytes: u64::try_from(len).unwrap_or(u64::MAX),
        limit: 65_533,
    })?;
    out.extend([0xFF, marker]);
    out.extend(len.to_be_bytes());
    for piece in payload {
        out.extend_from_slice(piece);
    }
    Ok(())
}

/// T.871 § 10.1: the version (1.01 unless 1.00 or 1.02), units and density; never the thumbnail. The mark by which
/// Apple's programs know a picture with a gain map stays where there is one.
fn jfif(out: &mut Vec<u8>, body: &[u8], mark: &[u8]) {
    let mark = body.get(9..).filter(|rest| *rest == mark);
    let mark = mark.unwrap_or_default();
    let len = u8::try_from(mark.len()).unwrap_or(0).saturating_add(16);
    out.extend([0xFF, 0xE0, 0, len]);
    out.extend(b"JFIF\0\x01");
    let minor = body.get(1).copied().filter(|minor| *minor <= 2);
    out.push(minor.unwrap_or(1));
    out.extend(body.get(2..7).unwrap_or(&[0, 0, 1, 0, 1]));
    out.extend([0, 0]);
    out.extend_from_slice(mark);
}

/// T.872 § 6.5.3: of the Adobe segment only the colour transform decides how the picture decodes.
fn adobe(out: &mut Vec<u8>, body: &[u8]) {
    out.extend(b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0");
    out.push(body.get(6).copied().unwrap_or(0));
}

/// ICC.1:2022 § B.4: pieces numbered from 1, each with the count.
fn icc_segments(out: &mut Vec<u8>, profile: &[u8]) -> Result<(), Error> {
    let pieces = profile.chunks(ICC_PIECE_MAX);
    let count = u8::try_from(pieces.len()).map_err(|_| Error::TooMany {
        what: "pieces of a colour profile",
        limit: 255,
    })?;
    for (number, piece) in (1_u8..).zip(pieces) {
        segment(out, 0xE2, &[b"ICC_PROFILE\0", &[number, count], piece])?;
    }
    Ok(())
}
