//! A reader of bits, highest first, with the codes of ISO/IEC 23008-2 § 9.2.

/// Where bits are read.
pub(super) struct Bits<'a> {
    body: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) const fn new(body: &'a [u8]) -> Self {
        Self { body, at: 0 }
    }

    fn bit(&self, at: usize) -> Option<u8> {
        let byte = self.body.get(at >> 3)?;
        Some(byte >> (7 & !at) & 1)
    }

    /// A number of up to 32 bits.
    pub(super) fn take(&mut self, count: usize) -> Option<usize> {
        let end = self.at.checked_add(count)?;
        let mut number = 0_usize;
        for at in self.at..end {
            number = number << 1 | usize::from(self.bit(at)?);
        }
        self.at = end;
        Some(number)
    }

    /// Whether the next bit is set.
    pub(super) fn flag(&mut self) -> Option<bool> {
        self.take(1).map(|bit| bit == 1)
    }

    /// Passes over a number of bits whose values say nothing.
    pub(super) fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count)?;
        (self.at <= self.body.len().checked_mul(8)?).then_some(())
    }

    /// A number of at most `max`, coded as in § 9.2: as many zeros as bits follow the first one.
    pub(super) fn up_to(&mut self, max: usize) -> Option<usize> {
        let mut zeros = 0_usize;
        while !self.flag()? {
            zeros = zeros.checked_add(1).filter(|zeros| *zeros < 32)?;
        }
        let base = 1_usize.checked_shl(u32::try_from(zeros).ok()?)?;
        let number = base.checked_sub(1)?.checked_add(self.take(zeros)?)?;
        (number <= max).then_some(number)
    }

    /// Whether nothing but zeros is left.
    pub(super) fn only_zeros(&self) -> bool {
        let end = self.body.len().saturating_mul(8);
        (self.at..end).all(|at| self.bit(at) == Some(0))
    }

    /// Whether what was read ends in the last byte, and the rest of that is zeros.
    pub(super) fn only_zeros_to_the_byte(&self) -> bool {
        let end = self.body.len().saturating_mul(8);
        end.saturating_sub(self.at) < 8 && self.only_zeros()
    }

    /// Whether a message ends here: with its last byte, or with a one and then zeros in it (§ 7.3.5, D.2.1).
    pub(super) fn at_end_of_message(&mut self) -> bool {
        let end = self.body.len().saturating_mul(8);
        self.at == end || self.flag() == Some(true) && self.only_zeros_to_the_byte()
    }
}

// Bits are grouped by the fields that they make up.
#[cfg(test)]
#[allow(clippy::unusual_byte_groupings)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_length() {
        // 0, 1, 2, 3 and 7, and the end of the message.
        let mut bits = Bits::new(&[0b1_010_011_0, 0b0100_0001, 0b000_1_0000]);
        for number in [0, 1, 2, 3, 7] {
            assert_eq!(bits.up_to(7), Some(number));
        }
        assert!(bits.at_end_of_message());
        assert_eq!(Bits::new(&[0b0001_0000]).up_to(6), None);
        assert_eq!(Bits::new(&[0; 9]).up_to(usize::MAX), None);
        assert_eq!(Bits::new(&[0b0000_1000]).up_to(99), None);
    }

    #[test]
    fn nothing_stands_behind_the_end() {
        let at_end = |byte: u8, read: usize| {
            let mut bits = Bits {
                body: &[byte],
                at: 0,
            };
            bits.skip(read).is_some() && bits.at_end_of_message()
        };
        assert!(at_end(0b1111_1000, 4) && at_end(7, 8));
        assert!(!at_end(0b1111_1001, 4) && !at_end(0, 4) && !at_end(0, 9));
    }
}
