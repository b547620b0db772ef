//! A reader of hostile bytes that cannot panic: every step either succeeds or says where the file ended.

use crate::Error;

/// Reads a slice from front to back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the first byte.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// How many bytes were read.
    pub(crate) const fn offset(&self) -> usize {
        self.offset
    }

    /// Whether all bytes were read.
    pub(crate) const fn at_end(&self) -> bool {
        self.offset >= self.bytes.len()
    }

    /// What is left, without reading it.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.offset..).unwrap_or_default()
    }

    /// Reads `len` bytes; `what` names the structure in the error.
    pub(crate) fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], Error> {
        let taken = self.rest().get(..len).ok_or(Error::Truncated {
            what,
            offset: self.offset,
        })?;
        self.offset = self.offset.saturating_add(len);
        Ok(taken)
    }

    /// Reads `N` bytes as an array.
    pub(crate) fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Error> {
        let offset = self.offset;
        self.take(N, what)?
            .try_into()
            .map_err(|_| Error::Truncated { what, offset })
    }

    /// Reads one byte.
    pub(crate) fn u8(&mut self, what: &'static str) -> Result<u8, Error> {
        self.array(what).map(|[byte]| byte)
    }

    /// Reads a big-endian 16-bit number.
    pub(crate) fn u16_be(&mut self, what: &'static str) -> Result<u16, Error> {
        self.array(what).map(u16::from_be_bytes)
    }

    /// Reads a big-endian 32-bit number.
    pub(crate) fn u32_be(&mut self, what: &'static str) -> Result<u32, Error> {
        self.array(what).map(u32::from_be_bytes)
    }

    /// Reads a little-endian 16-bit number.
    pub(crate) fn u16_le(&mut self, what: &'static str) -> Result<u16, Error> {
        self.array(what).map(u16::from_le_bytes)
    }

    /// Reads a little-endian 24-bit number.
    pub(crate) fn u24_le(&mut self, what: &'static str) -> Result<u32, Error> {
        self.array(what)
            .map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
    }

    /// Reads a little-endian 32-bit number.
    pub(crate) fn u32_le(&mut self, what: &'static str) -> Result<u32, Error> {
        self.array(what).map(u32::from_le_bytes)
    }
}

/// A 32-bit length as an index; lengths that the machine cannot address become unreachable, never wrapped.
pub(crate) fn index(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_says_where_it_ended() {
        let mut reader = Reader::new(&[1, 2, 3, 4, 5]);
        assert_eq!(reader.u16_be("a"), Ok(0x0102));
        assert_eq!(reader.u24_le("b"), Ok(0x05_04_03));
        assert!(reader.at_end());
        assert_eq!(
            reader.u8("c"),
            Err(Error::Truncated {
                what: "c",
                offset: 5
            })
        );
        assert_eq!(reader.rest(), b"");
    }
}
