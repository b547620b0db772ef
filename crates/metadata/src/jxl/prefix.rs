//! Prefix codes of an entropy-coded stream (ISO/IEC 18181-1 § C.2.4), as those of Brotli (RFC 7932 § 3.4, § 3.5).

use super::bits::Bits;
use crate::Error;

/// The longest code, in bits.
const LENGTH_MAX: u32 = 15;
/// The sum of all codes' shares when the code is complete.
const WHOLE: u32 = 1 << LENGTH_MAX;
/// The order in which the lengths of the codes for lengths stand (RFC 7932 § 3.5).
const LENGTH_ORDER: [u8; 18] = [1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// A prefix code: its symbols by length, then by value.
#[derive(Debug, Clone)]
pub(super) struct PrefixCode {
    /// How many codes there are of each length.
    counts: [u32; 16],
    symbols: Vec<u32>,
}

impl PrefixCode {
    /// The code of one symbol, which takes no bits.
    pub(super) fn single(symbol: u32) -> Self {
        Self {
            counts: [0; 16],
            symbols: vec![symbol],
        }
    }

    fn from_lengths(lengths: &[(u32, u32)]) -> Self {
        let mut used: Vec<(u32, u32)> = lengths
            .iter()
            .filter(|(length, _)| *length > 0)
            .copied()
            .collect();
        used.sort_unstable();
        if let [(_, symbol)] = used.as_slice() {
            return Self::single(*symbol);
        }
        let mut counts = [0_u32; 16];
        for (length, _) in &used {
            let count = usize::try_from(*length)
                .ok()
                .and_then(|length| counts.get_mut(length));
            if let Some(count) = count {
                *count = count.saturating_add(1);
            }
        }
        Self {
            counts,
            symbols: used.into_iter().map(|(_, symbol)| symbol).collect(),
        }
    }

    /// Reads a code for the symbols below `size`.
    pub(super) fn read(bits: &mut Bits<'_>, size: u32) -> Result<Self, Error> {
        match bits.u(2)? {
            1 => Self::simple(bits, size),
            skip => Self::complex(bits, size, skip),
        }
    }

    /// Up to four symbols (RFC 7932 § 3.4).
    fn simple(bits: &mut Bits<'_>, size: u32) -> Result<Self, Error> {
        let count = bits.u(2)?.saturating_add(1);
        let width = u32::BITS.saturating_sub(size.saturating_sub(1).leading_zeros());
        let mut symbols: Vec<u32> = Vec::new();
        for _ in 0..count {
            let symbol = bits.u(width)?;
            if symbol >= size || symbols.contains(&symbol) {
                return Err(bits.malformed(BROKEN));
            }
            symbols.push(symbol);
        }
        let lengths: &[u32] = match count {
            1 => return Ok(Self::single(symbols.first().copied().unwrap_or(0))),
            2 => &[1, 1],
            3 => &[1, 2, 2],
            _ if bits.bool()? => &[1, 2, 3, 3],
            _ => &[2, 2, 2, 2],
        };
        let lengths: Vec<(u32, u32)> = lengths.iter().copied().zip(symbols).collect();
        Ok(Self::from_lengths(&lengths))
    }

    /// Lengths that are themselves coded (RFC 7932 § 3.5).
    fn complex(bits: &mut Bits<'_>, size: u32, skip: u32) -> Result<Self, Error> {
        let code = Self::length_code(bits, skip)?;
        let mut lengths = Vec::new();
        let mut symbol = 0_u32;
        let mut space = WHOLE;
        let (mut previous, mut repeated, mut repeats) = (8_u32, 0_u32, 0_u32);
        while symbol < size && space > 0 {
            let length = code.symbol(bits)?;
            let (length, count) = if length < 16 {
                repeats = 0;
                if length > 0 {
                    previous = length;
                }
                (length, 1)
            } else {
                let extra = length.saturating_sub(14);
                let length = if length == 16 { previous } else { 0 };
                if repeated != length {
                    repeats = 0;
                    repeated = length;
                }
                let before = repeats;
                if repeats > 0 {
                    repeats = repeats.saturating_sub(2) << extra;
                }
                repeats = repeats.saturating_add(bits.u(extra)?).saturating_add(3);
                (length, repeats.saturating_sub(before))
            };
            if count > size.saturating_sub(symbol) {
                return Err(bits.malformed(BROKEN));
            }
            if length > 0 {
                let share = count.saturating_mul(WHOLE >> length);
                space = space
                    .checked_sub(share)
                    .ok_or_else(|| bits.malformed(BROKEN))?;
                lengths.extend((0..count).map(|more| (length, symbol.saturating_add(more))));
            }
            symbol = symbol.saturating_add(count);
        }
        if space > 0 {
            return Err(bits.malformed(BROKEN));
        }
        Ok(Self::from_lengths(&lengths))
    }

    /// The code for lengths.
    fn length_code(bits: &mut Bits<'_>, skip: u32) -> Result<Self, Error> {
        let mut lengths = Vec::new();
        let mut space = 32_i32;
        let skipped = usize::try_from(skip).unwrap_or(0);
        for symbol in LENGTH_ORDER.iter().skip(skipped) {
            // A fixed code: 00, 0111, 011, 10, 01, 1111 for 0 to 5, read from the right.
            let (length, width) = match bits.peek(4) {
                0b0111 => (1, 4),
                0b1111 => (5, 4),
                0b0011 | 0b1011 => (2, 3),
                other => match other & 0b11 {
                    0b10 => (3, 2),
                    0b01 => (4, 2),
                    _ => (0, 2),
                },
            };
            bits.skip(width)?;
            if length > 0 {
                lengths.push((length, u32::from(*symbol)));
                space = space.saturating_sub(32 >> length);
                if space <= 0 {
                    break;
                }
            }
        }
        if space != 0 && lengths.len() != 1 {
            return Err(bits.malformed(BROKEN));
        }
        Ok(Self::from_lengths(&lengths))
    }

    /// Reads a symbol.
    pub(super) fn symbol(&self, bits: &mut Bits<'_>) -> Result<u32, Error> {
        if let [symbol] = self.symbols.as_slice() {
            return Ok(*symbol);
        }
        let (mut code, mut first, mut before) = (0_u32, 0_u32, 0_u32);
        for count in self.counts.iter().skip(1) {
            code |= bits.u(1)?;
            let within = code.wrapping_sub(first);
            if within < *count {
                let at = usize::try_from(before.saturating_add(within)).unwrap_or(usize::MAX);
                let symbol = self.symbols.get(at).copied();
                return symbol.ok_or_else(|| bits.malformed(BROKEN));
            }
            before = before.saturating_add(*count);
            first = first.saturating_add(*count) << 1;
            code <<= 1;
        }
        Err(bits.malformed(BROKEN))
    }
}

const BROKEN: &str = "a prefix code that is no code (ISO/IEC 18181-1 § C.2.4)";
