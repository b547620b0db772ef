//! Bits of a codestream, least significant first, and the numbers that are made of them (ISO/IEC 18181-1 § 6, § B).

use crate::Error;

/// Reads bits from front to back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    what: &'static str,
}

/// One of the four forms of a U32: a number, and how many bits to add to it (§ B.2.2).
pub(super) type Choice = (u32, u32);

impl<'a> Bits<'a> {
    /// A reader at the first bit of the byte at `offset`; `what` names the structure in errors.
    pub(super) const fn new(bytes: &'a [u8], offset: usize, what: &'static str) -> Self {
        Self {
            bytes,
            at: offset.saturating_mul(8),
            what,
        }
    }

    /// How many bits were read, those before the start included.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    pub(super) const fn malformed(&self, what: &'static str) -> Error {
        Error::Malformed {
            what,
            offset: self.at >> 3,
        }
    }

    pub(super) const fn unsupported(&self, what: &'static str) -> Error {
        Error::UnsupportedFeature {
            what,
            offset: self.at >> 3,
        }
    }

    /// The next bits without reading them; zeros beyond the end.
    pub(super) fn peek(&self, count: u32) -> u32 {
        let rest = self.bytes.get(self.at >> 3..).unwrap_or_default();
        let mut word = [0_u8; 8];
        for (to, from) in word.iter_mut().zip(rest) {
            *to = *from;
        }
        let shift = self.at & 7;
        let word = u64::from_le_bytes(word) >> shift;
        let mask = (1_u64 << count.min(32)).wrapping_sub(1);
        u32::try_from(word & mask).unwrap_or(0)
    }

    /// Passes over bits.
    pub(super) fn skip(&mut self, count: usize) -> Result<(), Error> {
        let at = self.at.saturating_add(count);
        if at > self.bytes.len().saturating_mul(8) {
            return Err(Error::Truncated {
                what: self.what,
                offset: self.at >> 3,
            });
        }
        self.at = at;
        Ok(())
    }

    /// Reads up to 32 bits.
    pub(super) fn u(&mut self, count: u32) -> Result<u32, Error> {
        let value = self.peek(count);
        self.skip(usize::try_from(count).unwrap_or(usize::MAX))?;
        Ok(value)
    }

    /// Reads one bit.
    pub(super) fn bool(&mut self) -> Result<bool, Error> {
        self.u(1).map(|bit| bit == 1)
    }

    /// Reads a number in one of four forms (§ B.2.2).
    pub(super) fn u32(&mut self, choices: [Choice; 4]) -> Result<u32, Error> {
        let chosen = self.u(2)?;
        let (base, count) = choices
            .into_iter()
            .nth(usize::try_from(chosen).unwrap_or(0))
            .unwrap_or_default();
        Ok(base.saturating_add(self.u(count)?))
    }

    /// Reads a number of any length (§ B.2.3).
    pub(super) fn u64(&mut self) -> Result<u64, Error> {
        match self.u(2)? {
            0 => Ok(0),
            1 => Ok(u64::from(self.u(4)?).saturating_add(1)),
            2 => Ok(u64::from(self.u(8)?).saturating_add(17)),
            _ => {
                let mut value = u64::from(self.u(12)?);
                let mut shift = 12_u32;
                while self.bool()? {
                    if shift == 60 {
                        return Ok(value | u64::from(self.u(4)?) << 60);
                    }
                    value |= u64::from(self.u(8)?) << shift;
                    shift = shift.saturating_add(8);
                }
                Ok(value)
            }
        }
    }

    /// Reads one of a list of names by its number (§ B.2.5).
    pub(super) fn choice(&mut self) -> Result<u32, Error> {
        self.u32([(0, 0), (1, 0), (2, 4), (18, 6)])
    }

    /// Passes over half-precision numbers (§ B.2.6).
    pub(super) fn skip_f16(&mut self, count: usize) -> Result<(), Error> {
        self.skip(count.saturating_mul(16))
    }

    /// Passes over the bits up to the next byte, which must be zero (§ B.2.7).
    pub(super) fn pad(&mut self) -> Result<(), Error> {
        let over = u32::try_from(self.at & 7).unwrap_or(0);
        if over > 0 && self.u(8_u32.saturating_sub(over))? != 0 {
            return Err(self.malformed("padding that is not zero (ISO/IEC 18181-1 § B.2.7)"));
        }
        Ok(())
    }

    /// Reads an extension field, which must be empty: none is defined, so nobody could say what is in it (§ B.3).
    pub(super) fn no_extensions(&mut self) -> Result<(), Error> {
        let offset = *self;
        match self.u64()? {
            0 => Ok(()),
            _ => Err(offset
                .unsupported("an extension of the JPEG XL codestream (ISO/IEC 18181-1 § B.3)")),
        }
    }
}

/// Bits to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct BitString {
    bytes: Vec<u8>,
    /// How many bits of the last byte are taken; 0 when all are.
    taken: u32,
}

impl BitString {
    /// Writes the `count` low bits of `value`, up to 32.
    pub(super) fn push(&mut self, value: u32, count: u32) {
        let mut left = u64::from(value) & (1_u64 << count.min(32)).wrapping_sub(1);
        let mut count = count.min(32);
        while count > 0 {
            if self.taken == 0 {
                self.bytes.push(0);
            }
            let room = 8_u32.saturating_sub(self.taken);
            let step = room.min(count);
            let piece = left & (1_u64 << step).wrapping_sub(1);
            if let Some(last) = self.bytes.last_mut() {
                *last |= u8::try_from(piece << self.taken).unwrap_or(0);
            }
            left >>= step;
            self.taken = self.taken.saturating_add(step) & 7;
            count = count.saturating_sub(step);
        }
    }

    /// Copies the bits `from..to` of `bytes`.
    pub(super) fn copy(&mut self, bytes: &[u8], from: usize, to: usize) {
        let mut bits = Bits {
            bytes,
            at: from,
            what: "",
        };
        while bits.at < to {
            let count = u32::try_from(to.saturating_sub(bits.at).min(32)).unwrap_or(32);
            self.push(bits.peek(count), count);
            bits.at = bits.at.saturating_add(32);
        }
    }

    /// Writes a number of any length (§ B.2.3), in its longest form where it is not small.
    pub(super) fn push_u64(&mut self, value: u64) {
        if value == 0 {
            return self.push(0, 2);
        }
        let low = |value: u64, mask: u64| u32::try_from(value & mask).unwrap_or(0);
        self.push(3, 2);
        self.push(low(value, 0xFFF), 12);
        let mut left = value >> 12;
        let mut shift = 12_u32;
        while left > 0 {
            self.push(1, 1);
            if shift == 60 {
                return self.push(low(left, 0xF), 4);
            }
            self.push(low(left, 0xFF), 8);
            left >>= 8;
            shift = shift.saturating_add(8);
        }
        self.push(0, 1);
    }

    /// Fills the last byte with zeros.
    pub(super) const fn pad(&mut self) {
        self.taken = 0;
    }

    /// The whole bytes.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Appends the bits of another.
    pub(super) fn append(&mut self, other: &Self) {
        let bits = other.bytes.len().saturating_mul(8);
        let unused = match other.taken {
            0 => 0,
            taken => 8_usize.saturating_sub(usize::try_from(taken).unwrap_or(0)),
        };
        self.copy(&other.bytes, 0, bits.saturating_sub(unused));
    }
}

/// A place in a header where something else is to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// The first bit that goes.
    pub(super) from: usize,
    /// The first bit behind it.
    pub(super) to: usize,
    /// What is written in its place.
    pub(super) with: BitString,
}

impl Edit {
    /// Bits `from..to` give way to the `count` low bits of `value`.
    pub(super) fn new(from: usize, to: usize, value: u32, count: u32) -> Self {
        let mut with = BitString::default();
        with.push(value, count);
        Self { from, to, with }
    }
}

/// Writes the bits `from..to` of `bytes` with the edits done, which are in order.
pub(super) fn edited(out: &mut BitString, bytes: &[u8], from: usize, to: usize, edits: &[Edit]) {
    let mut at = from;
    for edit in edits
        .iter()
        .filter(|edit| edit.from >= from && edit.to <= to)
    {
        out.copy(bytes, at, edit.from);
        out.append(&edit.with);
        at = edit.to;
    }
    out.copy(bytes, at, to);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_written() {
        for value in [0, 1, 16, 17, 272, 273, 4095, 4096, 1 << 40, u64::MAX] {
            let mut out = BitString::default();
            out.push(1, 3);
            out.push_u64(value);
            let bytes = out.into_bytes();
            let mut bits = Bits::new(&bytes, 0, "test");
            assert_eq!(bits.u(3), Ok(1));
            assert_eq!(bits.u64(), Ok(value));
            assert_eq!(bits.pad(), Ok(()));
        }
        let mut bits = Bits::new(&[0b1010_0110], 0, "test");
        assert_eq!(bits.u32([(0, 0), (1, 1), (7, 3), (0, 5)]), Ok(7 + 1));
        assert!(bits.pad().is_err());
        assert!(bits.u(1).is_err());
    }

    #[test]
    fn edits_leave_the_rest_as_it_was() {
        let bytes = [0b1111_0000, 0b1010_1010, 0xFF];
        let mut out = BitString::default();
        let edits = [Edit::new(4, 8, 0b01, 2), Edit::new(10, 10, 0, 3)];
        edited(&mut out, &bytes, 0, 20, &edits);
        let written = out.into_bytes();
        let mut bits = Bits::new(&written, 0, "test");
        assert_eq!(bits.u(4), Ok(0));
        assert_eq!(bits.u(2), Ok(1));
        assert_eq!(bits.u(2), Ok(0b10));
        assert_eq!(bits.u(3), Ok(0));
        assert_eq!(bits.u(6), Ok(0b10_1010));
        assert_eq!(bits.u(4), Ok(0xF));
    }
}
