//! Cuts a JPEG file into segments, scans, what stands between them, and what stands behind.

use memchr::memchr;

use super::gain_map;
use super::marker::{self, EOI, SOI, SOS};
use crate::part::{Kind, Part};
use crate::reader::Reader;
use crate::{Error, Limits};

/// What was seen on the way; some segments count only once, or only before the first scan.
#[derive(Default)]
struct Seen {
    frame: bool,
    scan: bool,
    jfif: bool,
    adobe: bool,
    exif: bool,
}

/// Cuts the file into parts that tile it. A gain map behind the picture is cut up like the picture; anything else
/// behind the end is a trailer.
pub(super) fn parts<'a>(file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
    let mut parts = picture(file, 0, limits)?;
    let end = end_of(&parts);
    let behind = file.get(end..).unwrap_or_default();
    let mut rest_at = end;
    if let Some(map) = gain_map::find(&parts, behind, end, limits) {
        let map_end = end_of(&map);
        let map_at = map.first().map_or(map_end, |part| part.offset);
        parts.extend(trailer(file, end, map_at));
        parts.extend(map);
        rest_at = map_end;
        gain_map::claim_index(&mut parts);
    }
    parts.extend(trailer(file, rest_at, file.len()));
    Ok(parts)
}

/// Where the last part ends, in bytes from the start of the file.
pub(super) fn end_of(parts: &[Part<'_>]) -> usize {
    parts
        .last()
        .map_or(0, |part| part.offset.saturating_add(part.bytes.len()))
}

/// What stands between the end of a picture and `to`, if anything.
pub(super) fn trailer(file: &[u8], from: usize, to: usize) -> Option<Part<'_>> {
    let bytes = file.get(from..to).filter(|bytes| !bytes.is_empty())?;
    Some(whole(Kind::Trailer, "after EOI", from, bytes))
}

/// Cuts one picture into parts, from its SOI to its EOI. `base` is where it stands in the file.
pub(super) fn picture<'a>(
    file: &'a [u8],
    base: usize,
    limits: &Limits,
) -> Result<Vec<Part<'a>>, Error> {
    segments(file, base, limits, Seen::default())
}

/// Cuts a stream of tables without a picture into parts (T.81 § B.5), from its SOI to its EOI.
pub(super) fn tables<'a>(
    file: &'a [u8],
    base: usize,
    limits: &Limits,
) -> Result<Vec<Part<'a>>, Error> {
    // No scan has to come before its end, and no segment of an application means anything in it.
    let seen = Seen {
        scan: true,
        ..Seen::default()
    };
    let parts = segments(file, base, limits, seen)?;
    let coded = |part: &&Part<'_>| matches!(part.kind, Kind::Header | Kind::Pixels);
    match parts.iter().find(coded) {
        None => Ok(parts),
        Some(part) => Err(Error::Malformed {
            what: "a picture among the tables (T.81 § B.5)",
            offset: part.offset,
        }),
    }
}

fn segments<'a>(
    file: &'a [u8],
    base: usize,
    limits: &Limits,
    mut seen: Seen,
) -> Result<Vec<Part<'a>>, Error> {
    let mut parts = Vec::new();
    let mut reader = Reader::new(file);
    let signature = reader.take(2, "the JPEG signature")?;
    if signature != [0xFF, SOI] {
        return Err(Error::NotAPhoto);
    }
    parts.push(whole(Kind::Signature, "SOI", base, signature));
    loop {
        if parts.len() > limits.parts_max {
            return Err(Error::TooMany {
                what: "segments",
                limit: limits.parts_max,
            });
        }
        let filler_at = reader.offset();
        let skipped = next_marker(reader.rest()).ok_or(Error::Truncated {
            what: "the segments of the JPEG file, before its end mark",
            offset: filler_at,
        })?;
        if skipped > 0 {
            let filler = reader.take(skipped, "filler")?;
            let at = base.saturating_add(filler_at);
            parts.push(whole(Kind::Filler, "bytes between segments", at, filler));
        }
        let part = segment(&mut reader, &mut seen)?;
        parts.push(Part {
            offset: base.saturating_add(part.offset),
            ..part
        });
        if part.kind == Kind::End {
            return Ok(parts);
        }
    }
}

/// A part whose payload is all of it.
const fn whole<'a>(kind: Kind, name: &'static str, offset: usize, bytes: &'a [u8]) -> Part<'a> {
    Part {
        kind,
        name,
        offset,
        bytes,
        body: bytes,
    }
}

/// How many bytes a decoder skips to reach the next marker: garbage, and the fill bytes of T.81 § B.1.1.2.
fn next_marker(rest: &[u8]) -> Option<usize> {
    let mut from = 0_usize;
    loop {
        let at = memchr(0xFF, rest.get(from..)?)?.checked_add(from)?;
        let next = at.checked_add(1)?;
        match rest.get(next)? {
            0x00 | 0xFF => from = next,
            _ => return Some(at),
        }
    }
}

/// Reads the segment that begins here, with its scan if it has one.
fn segment<'a>(reader: &mut Reader<'a>, seen: &mut Seen) -> Result<Part<'a>, Error> {
    let offset = reader.offset();
    let file = reader.rest();
    reader.u8("a marker")?;
    let code = reader.u8("a marker")?;
    let malformed = |what| Err(Error::Malformed { what, offset });
    match code {
        EOI if seen.scan => {
            let bytes = file.get(..2).unwrap_or_default();
            return Ok(whole(Kind::End, "EOI", offset, bytes));
        }
        EOI => return malformed("it ends before its picture begins (T.81 § B.2.1)"),
        SOI => return malformed("a second picture begins inside the first (T.81 § B.2.1)"),
        // TEM and RSTn stand alone; outside a scan a decoder skips them.
        0x01 | 0xD0..=0xD7 => {
            let bytes = file.get(..2).unwrap_or_default();
            return Ok(whole(Kind::Filler, "bytes between segments", offset, bytes));
        }
        _ => {}
    }

    let len = usize::from(reader.u16_be("a segment's length")?);
    let Some(payload_len) = len.checked_sub(2) else {
        return malformed("a segment's length is less than 2 (T.81 § B.1.1.4)");
    };
    let payload = reader.take(payload_len, "a segment")?;
    if code == SOS {
        if !seen.frame {
            return malformed("its picture begins before its frame header (T.81 § B.2.2)");
        }
        check_scan_header(payload, offset)?;
        seen.scan = true;
        let scan = scan_len(reader.rest()).ok_or_else(|| Error::Truncated {
            what: "the picture data",
            offset: reader.offset(),
        })?;
        reader.take(scan, "the picture data")?;
    }
    let bytes = file
        .get(..reader.offset().saturating_sub(offset))
        .unwrap_or_default();
    let content = content(code, payload, offset, seen)?;
    Ok(Part {
        kind: content.kind,
        name: content.name,
        offset,
        bytes,
        body: if code == SOS { bytes } else { content.body },
    })
}

/// Names a segment, and checks that those which stay hold nothing but what they are for.
fn content<'a>(
    code: u8,
    payload: &'a [u8],
    offset: usize,
    seen: &mut Seen,
) -> Result<marker::Content<'a>, Error> {
    let kept = |kind, name| marker::Content {
        kind,
        name,
        body: payload,
    };
    let exactly = |fits: bool, what| {
        if fits {
            Ok(())
        } else {
            Err(Error::Malformed { what, offset })
        }
    };
    Ok(match code {
        SOS => kept(Kind::Pixels, "SOS and its scan"),
        0xC4 => {
            exactly(
                huffman_tables_fit(payload),
                "a Huffman table has a wrong length (T.81 § B.2.4.2)",
            )?;
            kept(Kind::Tables, "DHT")
        }
        0xCC => {
            exactly(
                payload.len().is_multiple_of(2),
                "an arithmetic table has a wrong length (T.81 § B.2.4.3)",
            )?;
            kept(Kind::Tables, "DAC")
        }
        0xDB => {
            exactly(
                quantisation_tables_fit(payload),
                "a quantisation table has a wrong length (T.81 § B.2.4.1)",
            )?;
            kept(Kind::Tables, "DQT")
        }
        0xDD => {
            exactly(
                payload.len() == 2,
                "the restart interval has a wrong length (T.81 § B.2.4.4)",
            )?;
            kept(Kind::Tables, "DRI")
        }
        0xDC => {
            exactly(
                payload.len() == 2,
                "the number of lines has a wrong length (T.81 § B.2.5)",
            )?;
            kept(Kind::Header, "DNL")
        }
        // Frames of the sequential, progressive and lossless processes, with either entropy coder.
        0xC0..=0xC3 | 0xC9..=0xCB => {
            exactly(!seen.frame, "it has two frame headers (T.81 § B.2.1)")?;
            exactly(
                frame_header_fits(payload),
                "the frame header has a wrong length (T.81 § B.2.2)",
            )?;
            seen.frame = true;
            kept(Kind::Header, marker::FRAME)
        }
        0xE0..=0xEF => application(marker::application(code, payload), seen),
        0xFE => kept(Kind::Comment, "COM"),
        0xC5..=0xC7 | 0xCD..=0xCF | 0xDE | 0xDF => {
            return Err(Error::UnsupportedFeature {
                what: "hierarchical coding (T.81 annex J)",
                offset,
            });
        }
        _ => {
            return Err(Error::Malformed {
                what: "a marker that no picture has (T.81 table B.1)",
                offset,
            });
        }
    })
}

/// Decoders use the first JFIF, Adobe and Exif segment before the first scan; later ones are duplicates.
fn application<'a>(mut content: marker::Content<'a>, seen: &mut Seen) -> marker::Content<'a> {
    let first = match content.kind {
        Kind::Jfif => Some(&mut seen.jfif),
        Kind::AdobeTransform => Some(&mut seen.adobe),
        Kind::Exif => Some(&mut seen.exif),
        _ => None,
    };
    let taken = first.is_some_and(|seen| std::mem::replace(seen, true));
    let late = seen.scan && content.kind != Kind::Vendor;
    let malformed = match content.kind {
        Kind::Jfif => content.body.len() < 7,
        Kind::AdobeTransform => content.body.len() < 7,
        _ => false,
    };
    if taken || malformed || (late && crate::keep::fate(content.kind) != crate::keep::Fate::Drop) {
        content.kind = Kind::Duplicate;
    }
    content
}

/// The length of entropy-coded data up to the marker that ends it: stuffed zeros and restart markers belong to it
/// (T.81 § B.1.1.5), and so do fill bytes before them.
fn scan_len(data: &[u8]) -> Option<usize> {
    let mut from = 0_usize;
    loop {
        let at = memchr(0xFF, data.get(from..)?)?.checked_add(from)?;
        let mut next = at.checked_add(1)?;
        while data.get(next) == Some(&0xFF) {
            next = next.checked_add(1)?;
        }
        match data.get(next)? {
            0x00 | 0xD0..=0xD7 => from = next.checked_add(1)?,
            _ => return Some(at),
        }
    }
}

/// T.81 § B.2.3: component count, two bytes each, three more.
fn check_scan_header(payload: &[u8], offset: usize) -> Result<(), Error> {
    let fits = payload.first().is_some_and(|count| {
        payload.len() == usize::from(*count).saturating_mul(2).saturating_add(4)
    });
    if fits {
        Ok(())
    } else {
        Err(Error::Malformed {
            what: "a scan header has a wrong length (T.81 § B.2.3)",
            offset,
        })
    }
}

/// T.81 § B.2.2: six bytes, three more for each component.
fn frame_header_fits(payload: &[u8]) -> bool {
    payload.get(5).is_some_and(|count| {
        payload.len() == usize::from(*count).saturating_mul(3).saturating_add(6)
    })
}

/// T.81 § B.2.4.2: class and number, 16 counts, as many symbols as they add up to; one or more times.
fn huffman_tables_fit(mut payload: &[u8]) -> bool {
    while let Some((_, rest)) = payload.split_first() {
        let Some((counts, rest)) = rest.split_at_checked(16) else {
            return false;
        };
        let symbols: usize = counts.iter().map(|count| usize::from(*count)).sum();
        let Some(rest) = rest.get(symbols..).filter(|_| symbols <= 256) else {
            return false;
        };
        payload = rest;
    }
    true
}

/// T.81 § B.2.4.1: precision and number, 64 values of one or two bytes; one or more times.
fn quantisation_tables_fit(mut payload: &[u8]) -> bool {
    while let Some((precision, rest)) = payload.split_first() {
        let len = if precision >> 4 == 0 { 64 } else { 128 };
        let Some(rest) = rest.get(len..) else {
            return false;
        };
        payload = rest;
    }
    true
}
