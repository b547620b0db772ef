//! Coded data in its units: which of them a decoder needs, and which only carry words. ISO/IEC 23008-2 (HEVC) § 7,
//! AV1 Bitstream & Decoding Process Specification § 5.

use crate::Error;

/// What a decoder does with a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Decodes it.
    Needed,
    /// Passes over it; it is a message to someone else.
    Message,
    /// Passes over it; it is padding, or of a type that does not exist.
    Padding,
}

/// A unit with its framing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) len: usize,
    pub(super) by_decoder: Use,
}

/// Cuts data into units that tile it, no more than `limit`.
///
/// # Errors
/// [`Error::Malformed`] at the first byte that belongs to no unit.
pub(super) fn tile(
    data: &[u8],
    limit: usize,
    mut next: impl FnMut(&[u8]) -> Result<Option<Unit>, Error>,
) -> Result<Vec<Unit>, Error> {
    let mut units = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let offset = data.len().saturating_sub(rest.len());
        let malformed = || Error::Malformed {
            what: "coded data that is cut short or has bytes between its units (ISO/IEC 14496-15 § 8.3.2)",
            offset,
        };
        let unit = next(rest)?
            .filter(|unit| unit.len > 0)
            .ok_or_else(malformed)?;
        rest = rest.get(unit.len..).ok_or_else(malformed)?;
        if units.len() >= limit {
            return Err(Error::TooMany {
                what: "coded units",
                limit,
            });
        }
        units.push(unit);
    }
    Ok(units)
}
