//! Configurations that have room for more than a decoder needs: written anew without it.

use crate::heif::boxes::Label;
use crate::reader::{Reader, index};

/// The least that a decoder needs of such a box. `None` when it cannot be read.
pub(super) fn minimal(label: Label, body: &[u8]) -> Option<Vec<u8>> {
    match &label {
        b"esds" => elementary_stream(body),
        b"dfLa" => flac(body),
        b"damr" => amr(body),
        b"chan" => channels(body),
        // The name of the program that put the picture together, Spherical Video V2.
        b"svhd" => body.starts_with(&[0; 4]).then(|| vec![0; 5]),
        _ => None,
    }
}

const WHAT: &str = "descriptor";
/// The tags of ISO/IEC 14496-1 § 7.2.2.1 that stay.
const STREAM: u8 = 3;
const DECODER: u8 = 4;
const SPECIFIC: u8 = 5;
const SYNC: u8 = 6;
/// AAC, ISO/IEC 14496-1 § 7.2.6.6.
const AAC: u8 = 0x40;
/// How long a decoder's own configuration may be.
const SPECIFIC_BYTES_MAX: usize = 64;

/// The stream's number, how it is decoded, and how its packets are timed: ISO/IEC 14496-1 § 7.2.6.5 to § 7.3.2.3.
/// Languages, descriptions, addresses and rights, for which there is room too, go.
fn elementary_stream(body: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(body.get(4..)?);
    let stream = descriptor(&mut reader, STREAM)?;
    let mut reader = Reader::new(stream);
    let number = reader.array::<2>(WHAT).ok()?;
    let flags = reader.u8(WHAT).ok()?;
    if flags & 0x80 != 0 {
        reader.take(2, WHAT).ok()?;
    }
    if flags & 0x40 != 0 {
        let len = reader.u8(WHAT).ok()?;
        reader.take(len.into(), WHAT).ok()?;
    }
    if flags & 0x20 != 0 {
        reader.take(2, WHAT).ok()?;
    }
    let decoder = descriptor(&mut reader, DECODER)?;
    let mut reader = Reader::new(decoder);
    let fixed = reader.array::<13>(WHAT).ok()?;
    let mut decoder = fixed.to_vec();
    if !reader.at_end() {
        let specific = descriptor(&mut reader, SPECIFIC)?;
        if specific.len() > SPECIFIC_BYTES_MAX {
            return None;
        }
        let specific = match fixed.first() {
            Some(&AAC) => without_comment(specific),
            _ => specific.to_vec(),
        };
        decoder.extend(described(SPECIFIC, &specific)?);
    }
    let stream = [
        &number[..],
        &[0],
        &described(DECODER, &decoder)?,
        // The timing that MP4 files have: by their own tables.
        &described(SYNC, &[2])?,
    ]
    .concat();
    Some([&[0; 4][..], &described(STREAM, &stream)?].concat())
}

/// Whether a sound sample entry is of AAC in the forms whose frames are rows of elements: main, low complexity,
/// long-term prediction, and with replicated bands (ISO/IEC 14496-3 § 1.5.1.1).
pub(super) fn is_aac(entry: &[u8]) -> bool {
    let esds = memchr::memmem::find(entry, b"esds").and_then(|at| entry.get(at.checked_add(4)?..));
    // As written anew: the object type stands behind two headers, a number and flags, and the kind of sound last but one.
    let minimal = esds.and_then(elementary_stream).unwrap_or_default();
    let is_mpeg4 = minimal.get(11) == Some(&AAC);
    let kind = minimal.get(26).map(|byte| byte >> 3);
    is_mpeg4 && matches!(kind, Some(1 | 2 | 4 | 5 | 29))
}

/// The content of the descriptor that comes next, if it is of this kind: a tag, a size of up to four bytes with seven
/// bits each, the content.
fn descriptor<'a>(reader: &mut Reader<'a>, tag: u8) -> Option<&'a [u8]> {
    if reader.u8(WHAT).ok()? != tag {
        return None;
    }
    let mut len = 0_u32;
    for _ in 0..4 {
        let byte = reader.u8(WHAT).ok()?;
        len = len << 7 | u32::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            break;
        }
    }
    // Some writers count more than there is.
    let len = index(len).min(reader.rest().len());
    reader.take(len, WHAT).ok()
}

fn described(tag: u8, content: &[u8]) -> Option<Vec<u8>> {
    let len = u8::try_from(content.len()).ok().filter(|len| *len < 128)?;
    Some([&[tag, len], content].concat())
}

/// An AAC configuration without the comment that its list of channels may end with, in which encoders leave their name
/// (ISO/IEC 14496-3 § 4.4.1.1). What cannot be followed is left as it is, as long as it is short.
fn without_comment(specific: &[u8]) -> Vec<u8> {
    comment_at(specific)
        .and_then(|at| {
            let (before, behind) = specific.split_at_checked(at)?;
            let (len, behind) = behind.split_first()?;
            Some([before, &[0], behind.get(usize::from(*len)..)?].concat())
        })
        .unwrap_or_else(|| specific.to_vec())
}

/// Where the length of the comment stands, if there is a list of channels.
fn comment_at(specific: &[u8]) -> Option<usize> {
    let mut bits = Bits {
        bytes: specific,
        at: 0,
    };
    if bits.take(5)? != 2 {
        return None;
    }
    if bits.take(4)? == 15 {
        bits.take(24)?;
    }
    // A list of channels stands only where no number names their layout.
    if bits.take(4)? != 0 {
        return None;
    }
    bits.take(1)?;
    if bits.take(1)? == 1 {
        bits.take(14)?;
    }
    bits.take(1)?;
    bits.take(10)?;
    let [front, side, back] = [bits.take(4)?, bits.take(4)?, bits.take(4)?];
    let [low, data, coupled] = [bits.take(2)?, bits.take(3)?, bits.take(4)?];
    for width in [4, 4, 3] {
        if bits.take(1)? == 1 {
            bits.take(width)?;
        }
    }
    let pairs = front
        .checked_add(side)?
        .checked_add(back)?
        .checked_add(coupled)?;
    for _ in 0..pairs {
        bits.take(5)?;
    }
    for _ in 0..low.checked_add(data)? {
        bits.take(4)?;
    }
    let at = bits.at.checked_add(7)?.checked_div(8)?;
    specific.get(at)?;
    Some(at)
}

/// Reads bits from the highest.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0_u32;
        for _ in 0..count {
            let byte = self.bytes.get(self.at.checked_div(8)?)?;
            let shift = u32::try_from(7_usize.checked_sub(self.at.checked_rem(8)?)?).ok()?;
            value = value << 1 | u32::from(byte.checked_shr(shift)? & 1);
            self.at = self.at.checked_add(1)?;
        }
        Some(value)
    }
}

/// The block that a decoder needs, of those that FLAC has: FLAC in ISOBMFF § 3.3.2.
fn flac(body: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(body);
    reader.take(4, WHAT).ok()?;
    let [kind, a, b, c] = reader.array(WHAT).ok()?;
    let len = index(u32::from_be_bytes([0, a, b, c]));
    if kind & 0x7F != 0 || len != 34 {
        return None;
    }
    let block = reader.take(len, WHAT).ok()?;
    Some([&[0, 0, 0, 0, 0x80, 0, 0, 34], block].concat())
}

/// AMR's configuration without the maker's code, 3GPP TS 26.244 § 6.7.
fn amr(body: &[u8]) -> Option<Vec<u8>> {
    let numbers = body.get(4..9).filter(|_| body.len() == 9)?;
    Some([&[0; 4], numbers].concat())
}

/// QuickTime's channel layout: three numbers, and for each channel described five more. Apple leaves room for one even
/// where there is none, with what happened to be in memory.
fn channels(body: &[u8]) -> Option<Vec<u8>> {
    let count = index(u32::from_be_bytes(*body.get(12..)?.first_chunk()?));
    let len = count.checked_mul(20)?.checked_add(16)?;
    let room = body.len().checked_sub(len)?;
    (room <= 20).then(|| body.get(..len).map(<[u8]>::to_vec))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn esds(specific: &[u8], more: &[u8]) -> Vec<u8> {
        let mut decoder = vec![0x40, 0x15, 0, 0, 0, 0, 1, 0xF4, 0, 0, 1, 0xF4, 0];
        decoder.extend([0x05, 0x80, 0x80, 0x80, specific.len() as u8]);
        decoder.extend(specific);
        let mut stream = vec![0, 2, 0, 0x04, 0x80, 0x80, 0x80, decoder.len() as u8];
        stream.extend(decoder);
        stream.extend([6, 1, 2]);
        stream.extend(more);
        let mut body = vec![0, 0, 0, 0, 3, 0x80, 0x80, 0x80, stream.len() as u8];
        body.extend(stream);
        body
    }

    #[test]
    fn a_sound_needs_little() {
        let plain = minimal(*b"esds", &esds(&[0x12, 0x10], b"")).unwrap();
        assert_eq!(
            minimal(*b"esds", &esds(&[0x12, 0x10], b"\x43\x05Jane!")),
            Some(plain.clone())
        );
        assert_eq!(minimal(*b"esds", &plain), Some(plain));
        assert_eq!(minimal(*b"esds", b"\0\0\0\0\x04"), None);
    }

    #[test]
    fn comments_of_encoders_go() {
        // AAC-LC, 48 kHz, a list of channels with one pair in front, and a comment.
        let list = [0x11, 0x80, 0x04, 0xC8, 0x44, 0x00, 0x20, 0x00];
        let at = comment_at(&[&list[..], &[0; 8]].concat()).unwrap();
        let specific = [
            &vec![0x11, 0x80, 0x04, 0xC8, 0x44, 0, 0x20, 0, 0, 0][..at],
            b"\x04Lavc",
        ]
        .concat();
        let clean = minimal(*b"esds", &esds(&specific, b"")).unwrap();
        assert!(!clean.windows(4).any(|word| word == b"Lavc"));
        assert_eq!(minimal(*b"esds", &clean), Some(clean.clone()));
    }

    #[test]
    fn makers_and_comments_of_others_go() {
        let amr = minimal(*b"damr", b"FFMP\x01\0\x81\0\x01").unwrap();
        assert_eq!(amr, b"\0\0\0\0\x01\0\x81\0\x01");
        let block = [
            &[0, 0, 0, 0, 0, 0, 0, 34][..],
            &[7; 34],
            b"\x84\0\0\x04Jane",
        ]
        .concat();
        let flac = minimal(*b"dfLa", &block).unwrap();
        assert_eq!(flac.len(), 42);
        assert_eq!(minimal(*b"dfLa", &flac), Some(flac));
    }
}
