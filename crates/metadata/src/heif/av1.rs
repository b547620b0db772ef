//! AV1: open bitstream units in items and in the decoder configuration. Clauses of the AV1 Bitstream & Decoding
//! Process Specification are cited as `AV1 §`.

use super::units::{Unit, Use, tile};
use super::{av1_sequence, hdr10_plus};
use crate::Error;

/// Where the units begin in av1C, AV1-ISOBMFF § 2.3.3.
pub(super) const UNITS_AT: usize = 4;

/// What sequence headers and metadata are called, AV1 § 6.2.2.
const SEQUENCE_HEADER: u8 = 1;
const METADATA: u8 = 5;

/// The units of an item.
///
/// # Errors
/// When the data is no row of units, or something follows the fields of a sequence header.
pub(super) fn units(data: &[u8], limit: usize) -> Result<Vec<Unit>, Error> {
    tile(data, limit, |rest| unit(rest, |_| true))
}

/// The units of a decoder configuration behind its fixed fields: it has room for a sequence header and metadata, and
/// nothing decodes others, AV1-ISOBMFF § 2.3.3.
///
/// # Errors
/// As [`units`].
pub(super) fn configuration(data: &[u8], limit: usize) -> Result<Vec<Unit>, Error> {
    let is_allowed = |kind| matches!(kind, SEQUENCE_HEADER | METADATA);
    tile(data, limit, |rest| unit(rest, is_allowed))
}

/// One unit, AV1 § 5.3.1.
fn unit(rest: &[u8], is_allowed: impl Fn(u8) -> bool) -> Result<Option<Unit>, Error> {
    let Some((kind, payload, len)) = parts(rest) else {
        return Ok(None);
    };
    if kind == SEQUENCE_HEADER && !av1_sequence::is_exact(payload) {
        return Err(Error::Malformed {
            what: "a sequence header with more in it than its fields (AV1 § 5.5)",
            offset: 0,
        });
    }
    let by_decoder = if is_allowed(kind) {
        judge(kind, payload)
    } else {
        Use::Message
    };
    Ok(Some(Unit { len, by_decoder }))
}

/// The type of the first unit, its payload, and its length.
fn parts(rest: &[u8]) -> Option<(u8, &[u8], usize)> {
    let header = *rest.first()?;
    let (at, len) = payload_range(rest)?;
    let end = at.checked_add(len)?;
    Some((header >> 3 & 15, rest.get(at..end)?, end))
}

/// What a unit holds behind its header.
pub(super) fn payload(unit: &[u8]) -> Option<&[u8]> {
    let (at, len) = payload_range(unit)?;
    unit.get(at..at.checked_add(len)?)
}

/// Where the payload begins, and how long it is, AV1 § 5.3.1: behind a header, an extension and a size where the header
/// says so; without a size it is the last.
fn payload_range(rest: &[u8]) -> Option<(usize, usize)> {
    let header = *rest.first()?;
    if header & 0b1000_0001 != 0 {
        return None;
    }
    let size_at = if header & 0b100 == 0 { 1 } else { 2 };
    Some(if header & 0b10 == 0 {
        (size_at, rest.len().checked_sub(size_at)?)
    } else {
        let (size, size_len) = leb128(rest.get(size_at..)?)?;
        (size_len.saturating_add(size_at), size)
    })
}

/// What a decoder does with a unit, AV1 § 6.2.2: sequence and frame headers and tiles are decoded. A temporal delimiter
/// is empty (§ 5.6); nobody reads words in one. Of metadata (§ 6.7) the two on luminance are mere numbers, and so is
/// HDR10+, each with its trailing bits and nothing more.
fn judge(kind: u8, payload: &[u8]) -> Use {
    match kind {
        SEQUENCE_HEADER | 3 | 4 | 6 | 7 => Use::Needed,
        2 if payload.is_empty() => Use::Needed,
        2 => Use::Message,
        METADATA => match (leb128(payload), payload.len()) {
            (Some((1, 1)), 6) | (Some((2, 1)), 26) => Use::Needed,
            (Some((4, 1)), _) if is_hdr10_plus(payload) => Use::Needed,
            _ => Use::Message,
        },
        _ => Use::Padding,
    }
}

/// A type, a T.35 message and the bit that ends it, AV1 § 5.8.2.
fn is_hdr10_plus(payload: &[u8]) -> bool {
    let message = payload.split_first().map(|(_, message)| message);
    let message = message.and_then(|message| message.strip_suffix(&[0x80]));
    message.is_some_and(hdr10_plus::is_exact)
}

/// A number of up to eight bytes with seven bits each, AV1 § 4.10.5; and how many bytes it took.
fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().take(8).enumerate() {
        let shift = u32::try_from(at).ok()?.checked_mul(7)?;
        value |= u64::from(byte & 0x7F).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, at.saturating_add(1)));
        }
    }
    None
}
