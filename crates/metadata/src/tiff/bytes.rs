//! A file of directories seen through its header: byte order, width of offsets, and where the first directory is.
//! TIFF 6.0 § 2; BigTIFF is the same with 64-bit counts and offsets.

use crate::Error;

/// A range of the file, in bytes from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    pub(super) const EMPTY: Self = Self { start: 0, end: 0 };

    pub(super) const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    pub(super) const fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// In which order the bytes of a number stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// `II`.
    Little,
    /// `MM`.
    Big,
}

impl Order {
    /// A number of at most eight bytes.
    pub(super) fn read(self, bytes: &[u8]) -> u64 {
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match self {
            Self::Little => bytes.iter().rev().fold(0, add),
            Self::Big => bytes.iter().fold(0, add),
        }
    }

    /// The lowest `len` bytes of a number, at most eight.
    pub(super) fn write(self, number: u64, len: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = number.to_le_bytes().into_iter().take(len).collect();
        if self == Self::Big {
            bytes.reverse();
        }
        bytes
    }
}

/// A file, its byte order, and whether its offsets have 64 bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a> {
    pub(super) file: &'a [u8],
    pub(super) order: Order,
    pub(super) is_big: bool,
}

impl<'a> Bytes<'a> {
    /// Reads the header; says where the first directory begins, too.
    ///
    /// # Errors
    /// When it is no header of TIFF, or is cut off.
    pub(super) fn open(file: &'a [u8]) -> Result<(Self, u64), Error> {
        let malformed = |what| Err(Error::Malformed { what, offset: 0 });
        let (order, rest) = match file {
            [b'I', b'I', rest @ ..] => (Order::Little, rest),
            [b'M', b'M', rest @ ..] => (Order::Big, rest),
            _ => return malformed("a header that is not TIFF's (TIFF 6.0 § 2)"),
        };
        let is_big = match rest.get(..2).map(|version| order.read(version)) {
            Some(42) => false,
            Some(43) => true,
            _ => return malformed("a header that is not TIFF's (TIFF 6.0 § 2)"),
        };
        let bytes = Self {
            file,
            order,
            is_big,
        };
        // BigTIFF says how wide its offsets are, though no other width is defined.
        let is_known = !is_big || (bytes.number(4, 2), bytes.number(6, 2)) == (Some(8), Some(0));
        if !is_known {
            return malformed("a header that is not BigTIFF's (BigTIFF § header)");
        }
        let at = bytes.header_len().saturating_sub(bytes.word_len());
        let first = bytes.number(at, bytes.word_len());
        first.map(|first| (bytes, first)).ok_or(Error::Truncated {
            what: "the header (TIFF 6.0 § 2)",
            offset: 0,
        })
    }

    pub(super) const fn header_len(&self) -> usize {
        if self.is_big { 16 } else { 8 }
    }

    /// How many bytes an offset has, and the count of a value.
    pub(super) const fn word_len(&self) -> usize {
        if self.is_big { 8 } else { 4 }
    }

    /// How many bytes the count of entries has.
    pub(super) const fn count_len(&self) -> usize {
        if self.is_big { 8 } else { 2 }
    }

    /// How many bytes an entry has: tag, type, count, value or offset.
    pub(super) const fn entry_len(&self) -> usize {
        if self.is_big { 20 } else { 12 }
    }

    pub(super) fn get(&self, span: Span) -> &'a [u8] {
        self.file.get(span.start..span.end).unwrap_or_default()
    }

    /// A number of `len` bytes, at most eight.
    pub(super) fn number(&self, at: usize, len: usize) -> Option<u64> {
        let bytes = self.file.get(at..at.checked_add(len)?)?;
        Some(self.order.read(bytes))
    }

    /// The span of `len` bytes at an offset that the file gives, when all of it is in the file.
    pub(super) fn span(&self, at: u64, len: u64) -> Option<Span> {
        let start = usize::try_from(at).ok()?;
        let end = start.checked_add(usize::try_from(len).ok()?)?;
        (end <= self.file.len()).then_some(Span { start, end })
    }
}
