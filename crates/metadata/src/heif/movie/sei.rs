//! Words inside coded samples. They cannot be cut out, since the tables count every byte of a sample; they are written
//! over with padding of the same length, which decoders pass over as they passed over the words.
//! Clauses of ISO/IEC 14496-10 are cited as `AVC §`, those of ISO/IEC 23008-2 as `HEVC §`.

use crate::heif::hevc::{extended, without_emulation_prevention};
pub(in crate::heif) use crate::heif::numeric::Family;
use crate::reader::Reader;

/// What a unit is to a decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::heif) enum Unit {
    /// It decodes it.
    Coded,
    /// It passes over it, or over some of it.
    Message,
    /// The video is of a kind that is not supported.
    Layered,
}

/// Messages of anyone else, behind a UUID.
const UNREGISTERED: u32 = 5;
/// The message that is padding, AVC § D.1.4.
const FILLER: u8 = 3;
/// The byte that padding consists of, and the last one, in which the stop bit stands.
const FILL: u8 = 0xFF;
const STOP: u8 = 0x80;

impl Family {
    /// How long the header of a unit is.
    const fn header_len(self) -> usize {
        match self {
            Self::Avc => 1,
            Self::Hevc => 2,
        }
    }

    /// What a unit is. `has_dolby` is whether units of type 62 brighten the picture by numbers of their own.
    pub(in crate::heif) fn judge(self, unit: &[u8], has_dolby: bool) -> Unit {
        let Some(header) = unit.get(..self.header_len()) else {
            return Unit::Coded;
        };
        match (self, header) {
            (Self::Avc, [first]) => match first & 0x1F {
                1..=5 | 7 | 8 | 13..=15 | 19..=21 => Unit::Coded,
                // A delimiter has one byte, an end none (AVC § 7.3.2.4 to § 7.3.2.6): longer ones hold something else.
                9 if unit.len() <= 2 => Unit::Coded,
                10 | 11 if unit.len() == 1 => Unit::Coded,
                6 if self.is_numeric(unit) => Unit::Coded,
                _ => Unit::Message,
            },
            (Self::Hevc, [first, second]) => match first >> 1 & 0x3F {
                62 if has_dolby => Unit::Coded,
                0..=37 if first & 1 != 0 || second >> 3 != 0 => Unit::Layered,
                0..=9 | 16..=21 | 32..=34 => Unit::Coded,
                35 if unit.len() <= 3 => Unit::Coded,
                36 | 37 if unit.len() == 2 => Unit::Coded,
                39 | 40 if self.is_numeric(unit) => Unit::Coded,
                _ => Unit::Message,
            },
            _ => Unit::Coded,
        }
    }

    /// Whether a unit of messages holds nothing but numbers.
    fn is_numeric(self, unit: &[u8]) -> bool {
        let payload = unit.get(self.header_len()..).unwrap_or_default();
        let bytes = without_emulation_prevention(payload);
        let mut reader = Reader::new(&bytes);
        let mut count = 0_u32;
        while reader.rest().len() > 1 {
            match message(&mut reader) {
                Some((kind, body, _)) if self.stays(kind, body) => count = count.saturating_add(1),
                _ => return false,
            }
        }
        count > 0 && reader.rest() == [STOP]
    }

    /// The same unit with padding in place of its words, as long as before.
    pub(in crate::heif) fn padded(self, unit: &[u8]) -> Vec<u8> {
        let (header, payload) = unit
            .split_at_checked(self.header_len())
            .unwrap_or((unit, &[]));
        let is_messages = match (self, header) {
            (Self::Avc, [first]) => first & 0x1F == 6,
            (Self::Hevc, [first, _]) => matches!(first >> 1 & 0x3F, 39 | 40),
            _ => false,
        };
        let header = match (self, header) {
            _ if is_messages => header.to_vec(),
            // A unit of filler data: AVC § 7.4.1, HEVC § 7.4.2.2.
            (Self::Avc, [_]) => vec![12],
            (Self::Hevc, [_, second]) => vec![38 << 1, second & 7 | u8::from(second & 7 == 0)],
            _ => return vec![0; unit.len()],
        };
        let payload = if is_messages {
            let kept = self.kept(payload);
            let with = messages(&kept, payload.len());
            with.or_else(|| messages(&[], payload.len()))
        } else {
            None
        };
        let payload = payload.unwrap_or_else(|| filler(unit.len().saturating_sub(header.len())));
        [header, payload].concat()
    }

    /// What a unit says to people: the content of its first message, without the number that says whose it is.
    pub(in crate::heif) fn content(self, unit: &[u8]) -> &[u8] {
        let payload = unit.get(self.header_len()..).unwrap_or_default();
        let mut reader = Reader::new(payload);
        match (extended(&mut reader), extended(&mut reader)) {
            (Some(UNREGISTERED), Some(_)) => reader.rest().get(16..).unwrap_or_default(),
            _ => payload,
        }
    }

    /// The messages that stay, as they are coded.
    fn kept(self, payload: &[u8]) -> Vec<u8> {
        let bytes = without_emulation_prevention(payload);
        let mut reader = Reader::new(&bytes);
        let mut kept = Vec::new();
        while reader.rest().len() > 1 {
            match message(&mut reader) {
                Some((kind, body, whole)) if self.stays(kind, body) => {
                    kept.extend_from_slice(whole);
                }
                Some(_) => {}
                None => break,
            }
        }
        kept
    }
}

/// A message: its kind, its body, and all of it (AVC § 7.3.2.3.1).
fn message<'a>(reader: &mut Reader<'a>) -> Option<(u32, &'a [u8], &'a [u8])> {
    let before = reader.rest();
    let kind = extended(reader)?;
    let len = usize::try_from(extended(reader)?).ok()?;
    let body = reader.take(len, "SEI").ok()?;
    let whole = before.get(..before.len().checked_sub(reader.rest().len())?)?;
    Some((kind, body, whole))
}

/// Messages, and behind them padding, so that all of it is `len` bytes as coded. `None` when it cannot be.
fn messages(kept: &[u8], len: usize) -> Option<Vec<u8>> {
    // A message of 255 or 256 bytes more is one byte longer than it was asked to be; a second one evens that out.
    for empty in 0..4 {
        for slack in 0..64_usize {
            let used = kept.len().checked_add(empty_len(empty))?;
            let room = len.checked_sub(used.checked_add(3)?)?;
            let by_length = room.checked_div(256)?.checked_add(slack)?;
            let Some(size) = room.checked_sub(by_length) else {
                continue;
            };
            let mut bytes = kept.to_vec();
            for _ in 0..empty {
                bytes.extend([FILLER, 0]);
            }
            bytes.push(FILLER);
            bytes.extend(std::iter::repeat_n(FILL, size.checked_div(255)?));
            bytes.push(u8::try_from(size.checked_rem(255)?).ok()?);
            bytes.extend(std::iter::repeat_n(FILL, size));
            bytes.push(STOP);
            let coded = with_emulation_prevention(&bytes);
            if coded.len() == len {
                return Some(coded);
            }
        }
    }
    None
}

const fn empty_len(count: usize) -> usize {
    count.saturating_mul(2)
}

fn filler(len: usize) -> Vec<u8> {
    let mut bytes = vec![FILL; len];
    if let Some(last) = bytes.last_mut() {
        *last = STOP;
    }
    bytes
}

/// AVC § 7.4.1.1: between two zeros and a byte of up to 3 stands a 3, so that no start code appears.
fn with_emulation_prevention(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut zeros = 0_u32;
    for byte in bytes {
        if zeros >= 2 && *byte <= 3 {
            out.push(3);
            zeros = 0;
        }
        zeros = if *byte == 0 {
            zeros.saturating_add(1)
        } else {
            0
        };
        out.push(*byte);
    }
    out
}

/// An open bitstream unit of padding, as long as this one (AV1 § 5.11). Its header and size stay.
pub(in crate::heif) fn padded_obu(unit: &[u8], payload_len: usize) -> Vec<u8> {
    let at = unit.len().saturating_sub(payload_len);
    let mut out = unit.to_vec();
    if let Some(first) = out.first_mut() {
        *first = *first & 0b1000_0111 | 15 << 3;
    }
    if let Some(payload) = out.get_mut(at..) {
        payload.fill(0);
        if let Some(last) = payload.last_mut() {
            *last = STOP;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heif::hdr10_plus;

    fn x264(len: usize) -> Vec<u8> {
        let text = [&[0xDC; 16][..], &vec![b'x'; len]].concat();
        sei(&[(5, &text)])
    }

    fn sei(messages: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (kind, body) in messages {
            bytes.push(*kind);
            bytes.extend(vec![0xFF; body.len() / 255]);
            bytes.push((body.len() % 255) as u8);
            bytes.extend_from_slice(body);
        }
        bytes.push(0x80);
        [vec![6], with_emulation_prevention(&bytes)].concat()
    }

    #[test]
    fn words_of_every_length_become_padding_of_that_length() {
        for len in 0..1_400 {
            let unit = x264(len);
            assert_eq!(Family::Avc.judge(&unit, false), Unit::Message);
            let padded = Family::Avc.padded(&unit);
            assert_eq!(padded.len(), unit.len(), "{len}");
            assert!(!padded.windows(3).any(|run| run == b"xxx"));
            assert_eq!(Family::Avc.padded(&padded), padded, "{len}");
            assert!(padded.starts_with(&[6, 3]), "{len}");
            assert_eq!(Family::Avc.judge(&padded, false), Unit::Message);
        }
    }

    #[test]
    fn numbers_beside_words_stay() {
        let numbers = [1, 0, 0, 0, 0, 0, 0, 1];
        for len in 0..600 {
            let words = vec![b'x'; len];
            let unit = sei(&[(148, &numbers), (5, &words), (6, &[0x84])]);
            let padded = Family::Avc.padded(&unit);
            assert_eq!(padded.len(), unit.len());
            assert!(!padded.windows(3).any(|run| run == b"xxx"));
            assert_eq!(Family::Avc.padded(&padded), padded);
            let kept = Family::Avc.kept(&padded[1..]);
            assert_eq!(kept, [&[148, 8][..], &numbers, &[6, 1, 0x84]].concat());
        }
    }

    #[test]
    fn mere_numbers_are_left_alone() {
        let unit = sei(&[(144, &[0, 0, 0, 1]), (137, &[7; 24])]);
        assert_eq!(Family::Avc.judge(&unit, false), Unit::Coded);
        let brighter = sei(&[(4, &hdr10_plus::tests::message())]);
        assert_eq!(Family::Avc.judge(&brighter, false), Unit::Coded);
        let captions = sei(&[(4, b"\xB5\x00\x31GA94\x03 some words")]);
        assert_eq!(Family::Avc.judge(&captions, false), Unit::Message);
        let behind = [unit, b"words behind the stop bit".to_vec()].concat();
        assert_eq!(Family::Avc.judge(&behind, false), Unit::Message);
    }

    #[test]
    fn delimiters_with_words_are_messages() {
        let judged = |family: Family, unit: &[u8]| family.judge(unit, false);
        assert_eq!(judged(Family::Avc, &[9, 0x10]), Unit::Coded);
        assert_eq!(judged(Family::Avc, b"\x09\x10Jane"), Unit::Message);
        assert_eq!(judged(Family::Avc, &[10]), Unit::Coded);
        assert_eq!(judged(Family::Avc, b"\x0AJane"), Unit::Message);
        assert_eq!(judged(Family::Hevc, &[35 << 1, 1, 0x50]), Unit::Coded);
        assert_eq!(judged(Family::Hevc, b"\x46\x01\x50Jane"), Unit::Message);
        assert_eq!(judged(Family::Hevc, &[36 << 1, 1]), Unit::Coded);
        assert_eq!(judged(Family::Hevc, b"\x48\x01Jane"), Unit::Message);
    }

    #[test]
    fn hevc_has_longer_headers() {
        let words = [&[39 << 1, 1, 5, 20][..], &[b'x'; 20], &[0x80]].concat();
        assert_eq!(Family::Hevc.judge(&words, false), Unit::Message);
        let padded = Family::Hevc.padded(&words);
        assert_eq!(
            padded,
            [&[39 << 1, 1, 3, 20][..], &[0xFF; 20], &[0x80]].concat()
        );
        let dolby = [&[62 << 1, 1][..], &[b'x'; 20]].concat();
        assert_eq!(Family::Hevc.judge(&dolby, true), Unit::Coded);
        assert_eq!(Family::Hevc.judge(&dolby, false), Unit::Message);
        assert_eq!(Family::Hevc.padded(&dolby)[..4], [38 << 1, 1, 0xFF, 0xFF]);
        assert_eq!(
            Family::Hevc.judge(&[2, 1 << 3 | 1, 0], false),
            Unit::Layered
        );
    }

    #[test]
    fn obus_keep_their_size() {
        let unit = [&[5 << 3 | 0b10, 6, 4][..], b"words"].concat();
        let padded = padded_obu(&unit, 6);
        assert_eq!(padded, [15 << 3 | 0b10, 6, 0, 0, 0, 0, 0, 0x80]);
        assert_eq!(padded_obu(&padded, 6), padded);
    }
}
