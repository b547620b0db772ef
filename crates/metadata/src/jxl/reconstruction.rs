//! The `jbrd` box: all that is needed to write the original JPEG again, byte for byte (ISO/IEC 18181-2 § 5). What its
//! segments told stands here too, and goes with it.

use std::borrow::Cow;

use super::bits::{Bits, Choice};
use super::payload::Inflater;
use crate::Error;
use crate::format::Payload;

const SOS: u32 = 0xDA;
const EOI: u32 = 0xD9;
const DRI: u32 = 0xDD;
const COM: u32 = 0xFE;
/// What stands for bytes between segments.
const FILLER: u32 = 0xFF;
/// More markers than any JPEG has; a limit on work.
const MARKERS_MAX: usize = 1 << 14;

/// What the segments of the original JPEG told; only that it can be rebuilt where they cannot be read.
pub(super) fn told<'a>(jbrd: &[u8], inflater: &mut Inflater) -> Vec<Payload<'a>> {
    let mut bits = Bits::new(jbrd, 0, "jbrd (ISO/IEC 18181-2 § 5)");
    let Ok(lengths) = lengths(&mut bits) else {
        return Vec::new();
    };
    let coded = jbrd.get(bits.at() >> 3..).unwrap_or_default();
    let Some(bytes) = inflater.inflate(coded) else {
        return Vec::new();
    };
    let mut rest = bytes.as_slice();
    let mut take = |len: usize| {
        let (taken, left) = rest.split_at_checked(len).unwrap_or((rest, &[]));
        rest = left;
        taken
    };
    let mut told: Vec<Payload<'a>> = Vec::new();
    told.extend(lengths.apps.iter().filter_map(|len| segment(take(*len))));
    told.extend(
        lengths
            .comments
            .iter()
            .filter_map(|len| segment(take(*len))),
    );
    for len in &lengths.fillers {
        told.push(inflated("between the segments of the JPEG", take(*len)));
    }
    told.push(Payload::Behind(take(lengths.tail).to_vec()));
    told.retain(|payload| !matches!(payload, Payload::Behind(bytes) | Payload::Inflated { bytes, .. } if bytes.is_empty()));
    told
}

fn inflated<'a>(name: &str, bytes: &[u8]) -> Payload<'a> {
    Payload::Inflated {
        name: name.to_owned(),
        bytes: bytes.to_vec(),
    }
}

/// A segment: its marker, its length, and what it holds.
fn segment<'a>(bytes: &[u8]) -> Option<Payload<'a>> {
    let (marker, rest) = bytes.split_first()?;
    let body = rest.get(2..).unwrap_or_default();
    let owned = |bytes: &[u8]| Cow::Owned(bytes.to_vec());
    let after = |prefix: &[u8]| body.strip_prefix(prefix).map(owned);
    Some(match marker {
        0xFE => Payload::Comment(owned(body)),
        _ if let Some(tiff) = after(b"Exif\0\0") => Payload::Exif(tiff),
        _ if let Some(packet) = after(b"http://ns.adobe.com/xap/1.0/\0") => Payload::Xmp(packet),
        _ if let Some(resources) = after(b"Photoshop 3.0\0") => Payload::Photoshop(resources),
        // Common to all, and without anything of anyone's.
        0xE0 if body.starts_with(b"JFIF\0") => return None,
        0xEE if body.starts_with(b"Adobe") && body.len() == 12 => return None,
        _ => inflated(&format!("APP{}", marker & 0x0F), body),
    })
}

/// How long the pieces are that follow, compressed.
#[derive(Debug, Default)]
struct Lengths {
    /// Of the segments that are stored whole, not taken from other boxes.
    apps: Vec<usize>,
    comments: Vec<usize>,
    fillers: Vec<usize>,
    tail: usize,
}

/// Reads all that stands before the compressed bytes (§ 5.2).
fn lengths(bits: &mut Bits<'_>) -> Result<Lengths, Error> {
    let mut found = Lengths::default();
    bits.skip(1)?;
    let markers = markers(bits)?;
    let count = |wanted: u32| markers.iter().filter(|marker| **marker == wanted).count();
    let length = |bits: &mut Bits<'_>| {
        let length = bits.u(16)?;
        Ok::<_, Error>(usize::try_from(length).unwrap_or(0))
    };
    for _ in markers
        .iter()
        .filter(|marker| matches!(marker, 0xE0..=0xEF))
    {
        let kind = bits.u32([(0, 0), (1, 0), (2, 1), (4, 2)])?;
        let len = length(bits)?.saturating_add(1);
        if kind == 0 {
            found.apps.push(len);
        }
    }
    for _ in 0..count(COM) {
        found.comments.push(length(bits)?.saturating_add(1));
    }
    tables(bits)?;
    let scans = count(SOS);
    for _ in 0..scans {
        scan(bits)?;
    }
    if count(DRI) > 0 {
        bits.skip(16)?;
    }
    for _ in 0..scans {
        restarts(bits)?;
    }
    for _ in 0..count(FILLER) {
        found.fillers.push(length(bits)?);
    }
    let tail = bits.u32([(0, 0), (1, 8), (257, 16), (65_793, 22)])?;
    found.tail = usize::try_from(tail).unwrap_or(usize::MAX);
    if bits.bool()? {
        let padding = bits.u(24)?;
        bits.skip(usize::try_from(padding).unwrap_or(usize::MAX))?;
    }
    bits.pad()?;
    Ok(found)
}

/// The markers of the JPEG in their order, up to its end.
fn markers(bits: &mut Bits<'_>) -> Result<Vec<u32>, Error> {
    let mut markers = Vec::new();
    while markers.len() < MARKERS_MAX {
        let marker = bits.u(6)?.saturating_add(0xC0);
        markers.push(marker);
        if marker == EOI {
            return Ok(markers);
        }
    }
    Err(Error::TooMany {
        what: "markers",
        limit: MARKERS_MAX,
    })
}

/// Quantisation tables, components, and Huffman codes.
fn tables(bits: &mut Bits<'_>) -> Result<(), Error> {
    const CUSTOM: u32 = 3;
    for _ in 0..bits.u(2)?.saturating_add(1) {
        bits.skip(4)?;
    }
    let components = match bits.u(2)? {
        0 => 1,
        CUSTOM => {
            let count = bits.u(2)?.saturating_add(1);
            for _ in 0..count {
                bits.skip(8)?;
            }
            count
        }
        _ => 3,
    };
    for _ in 0..components {
        bits.skip(2)?;
    }
    let codes = bits.u32([(4, 0), (2, 3), (10, 4), (26, 6)])?;
    for _ in 0..codes {
        bits.skip(4)?;
        let mut values = 0_u32;
        for _ in 0..=16 {
            values = values.saturating_add(bits.u32([(0, 0), (1, 0), (2, 3), (0, 8)])?);
        }
        for _ in 0..values {
            bits.u32([(0, 2), (4, 2), (8, 4), (1, 8)])?;
        }
    }
    Ok(())
}

/// The header of a scan.
fn scan(bits: &mut Bits<'_>) -> Result<(), Error> {
    let components = bits.u(2)?.saturating_add(1);
    bits.skip(20)?;
    for _ in 0..components {
        bits.skip(6)?;
    }
    bits.u32([(0, 0), (1, 0), (2, 0), (3, 3)]).map(drop)
}

/// Where in a scan the coder started anew, and runs of zeros that it need not have written.
fn restarts(bits: &mut Bits<'_>) -> Result<(), Error> {
    const COUNT: [Choice; 4] = [(0, 0), (1, 2), (4, 4), (20, 16)];
    const BLOCK: [Choice; 4] = [(0, 0), (1, 3), (9, 5), (41, 28)];
    for _ in 0..bits.u32(COUNT)? {
        bits.u32(BLOCK)?;
    }
    for _ in 0..bits.u32(COUNT)? {
        bits.u32([(1, 0), (2, 2), (5, 4), (20, 8)])?;
        bits.u32(BLOCK)?;
    }
    Ok(())
}
