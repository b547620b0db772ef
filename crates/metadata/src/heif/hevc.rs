//! HEVC: NAL units in items and in the decoder configuration. Clauses of ISO/IEC 23008-2 are cited as `HEVC §`.

use super::numeric::Family;
use super::units::{Unit, Use, tile};
use crate::Error;
use crate::reader::{Reader, index};

/// Where hvcC holds how long the length before each unit is, ISO/IEC 14496-15 § 8.3.3.1.
const LENGTH_SIZE_AT: usize = 21;
/// Where the number of arrays stands in hvcC.
pub(super) const ARRAYS_AT: usize = 22;

/// The last byte of a unit of messages holds nothing but the stop bit, HEVC § 7.3.2.11.
const STOP: u8 = 0x80;

/// Whether the lengths before the units have four bytes, by the decoder configuration. Other lengths are allowed, but
/// programs disagree on whether to heed them.
pub(super) fn has_plain_lengths(configuration: &[u8]) -> bool {
    configuration
        .get(LENGTH_SIZE_AT)
        .is_some_and(|bits| bits & 0b11 == 3)
}

/// The units of an item, each behind its length.
///
/// # Errors
/// When the data is no row of units, or a unit cannot be judged.
pub(super) fn units(data: &[u8], limit: usize) -> Result<Vec<Unit>, Error> {
    tile(data, limit, |rest| {
        let Some((length, behind)) = rest.split_first_chunk::<4>() else {
            let is_zero = rest.iter().all(|byte| *byte == 0);
            return Ok(is_zero.then_some(Unit {
                len: rest.len(),
                by_decoder: Use::Padding,
            }));
        };
        let len = index(u32::from_be_bytes(*length));
        let Some(unit) = behind.get(..len) else {
            return Ok(None);
        };
        Ok(Some(Unit {
            len: len.saturating_add(length.len()),
            by_decoder: judge(unit)?,
        }))
    })
}

/// The arrays of units in a decoder configuration, behind its fixed fields. An array of messages is one unit.
///
/// # Errors
/// When the configuration is damaged, or a unit cannot be judged.
pub(super) fn arrays(configuration: &[u8]) -> Result<Vec<Unit>, Error> {
    const WHAT: &str = "its decoder configuration is cut short (ISO/IEC 14496-15 § 8.3.3.1)";
    let mut reader = Reader::new(configuration);
    reader.take(ARRAYS_AT, WHAT)?;
    let count = reader.u8(WHAT)?;
    let mut arrays = Vec::new();
    for _ in 0..count {
        let begin = reader.offset();
        reader.u8(WHAT)?;
        let mut by_decoder = Use::Needed;
        for _ in 0..reader.u16_be(WHAT)? {
            let len = reader.u16_be(WHAT)?;
            let unit = judge(reader.take(usize::from(len), WHAT)?)?;
            if unit != Use::Needed {
                by_decoder = unit;
            }
        }
        arrays.push(Unit {
            len: reader.offset().saturating_sub(begin),
            by_decoder,
        });
    }
    if !reader.at_end() {
        arrays.push(Unit {
            len: reader.rest().len(),
            by_decoder: Use::Padding,
        });
    }
    Ok(arrays)
}

/// How many arrays follow the fixed fields of a decoder configuration, whatever their number says.
pub(super) fn count_arrays(configuration: &[u8]) -> u8 {
    let mut reader = Reader::new(
        configuration
            .get(ARRAYS_AT.saturating_add(1)..)
            .unwrap_or_default(),
    );
    let mut skip = || {
        reader.u8("hvcC")?;
        for _ in 0..reader.u16_be("hvcC")? {
            let len = reader.u16_be("hvcC")?;
            reader.take(usize::from(len), "hvcC")?;
        }
        Ok::<(), Error>(())
    };
    let mut count = 0_u8;
    while skip().is_ok() {
        count = count.saturating_add(1);
    }
    count
}

/// What a decoder does with a unit, HEVC § 7.4.2.2.
fn judge(unit: &[u8]) -> Result<Use, Error> {
    let Some(([first, second], payload)) = unit.split_first_chunk::<2>() else {
        // Nothing can stand in it.
        return Ok(Use::Padding);
    };
    if first & 1 != 0 || second >> 3 != 0 {
        return Err(Error::UnsupportedFeature {
            what: "a picture in several layers (ISO/IEC 23008-2 Annex F)",
            offset: 0,
        });
    }
    match first >> 1 & 0x3F {
        0..=9 | 16..=21 | 32..=34 => Ok(Use::Needed),
        // A delimiter has one byte, an end none (§ 7.3.2.5 to § 7.3.2.7): what is longer holds something else.
        35 if payload.len() <= 1 => Ok(Use::Needed),
        36 | 37 if payload.is_empty() => Ok(Use::Needed),
        35..=37 => Ok(Use::Message),
        39 | 40 => messages(payload),
        _ => Ok(Use::Padding),
    }
}

/// What a unit of supplemental information is, HEVC § 7.3.5: it stays when all of its messages are mere
/// numbers.
fn messages(payload: &[u8]) -> Result<Use, Error> {
    let bytes = without_emulation_prevention(payload);
    let mut reader = Reader::new(&bytes);
    let mut seen = [false; 2];
    while reader.rest().len() > 1 {
        let message = extended(&mut reader).zip(extended(&mut reader));
        let Some((kind, len)) = message else {
            return Ok(Use::Message);
        };
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let Ok(message) = reader.take(len, "SEI") else {
            return Ok(Use::Message);
        };
        let numeric = Family::Hevc.stays(kind, message);
        if let Some(seen) = seen.get_mut(usize::from(numeric)) {
            *seen = true;
        }
    }
    let ends = reader.rest().is_empty() || reader.rest() == [STOP];
    match seen {
        _ if !ends => Ok(Use::Message),
        [true, true] => Err(Error::UnsupportedFeature {
            what: "words and numbers in one message to the decoder (ISO/IEC 23008-2 § 7.3.5)",
            offset: 0,
        }),
        [true, false] => Ok(Use::Message),
        [false, _] => Ok(Use::Needed),
    }
}

/// A number as a row of 255s and a last byte, HEVC § 7.3.5.
pub(super) fn extended(reader: &mut Reader<'_>) -> Option<u32> {
    let mut number = 0_u32;
    loop {
        let byte = reader.u8("SEI").ok()?;
        number = number.checked_add(byte.into())?;
        if byte != 0xFF {
            return Some(number);
        }
    }
}

/// HEVC § 7.3.1.1: a 3 behind two zeros was put there so that no start code appears.
pub(super) fn without_emulation_prevention(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len());
    let mut zeros = 0_u32;
    for byte in payload {
        if zeros >= 2 && *byte == 3 {
            zeros = 0;
            continue;
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
