//! One directory: its entries, and where their values stand. TIFF 6.0 § 2.

use super::bytes::{Bytes, Span};
use crate::Error;

/// The types of values, TIFF 6.0 § 2, Adobe Pagemaker 6.0 technical notes (IFD), BigTIFF (the last three).
pub(super) mod kind {
    pub(in super::super) const BYTE: u16 = 1;
    pub(in super::super) const ASCII: u16 = 2;
    pub(in super::super) const SHORT: u16 = 3;
    pub(in super::super) const LONG: u16 = 4;
    pub(in super::super) const RATIONAL: u16 = 5;
    pub(in super::super) const SBYTE: u16 = 6;
    pub(in super::super) const UNDEFINED: u16 = 7;
    pub(in super::super) const SSHORT: u16 = 8;
    pub(in super::super) const SLONG: u16 = 9;
    pub(in super::super) const SRATIONAL: u16 = 10;
    pub(in super::super) const FLOAT: u16 = 11;
    pub(in super::super) const DOUBLE: u16 = 12;
    pub(in super::super) const IFD: u16 = 13;
    pub(in super::super) const LONG8: u16 = 16;
    pub(in super::super) const SLONG8: u16 = 17;
    pub(in super::super) const IFD8: u16 = 18;
    /// UTF-8, CIPA DC-008-2023 § 4.6.2.
    pub(in super::super) const UTF8: u16 = 129;
}

/// How many bytes one number of a type has; `None` for types that nobody defined.
pub(super) const fn unit_len(of: u16) -> Option<usize> {
    match of {
        kind::BYTE | kind::ASCII | kind::SBYTE | kind::UNDEFINED | kind::UTF8 => Some(1),
        kind::SHORT | kind::SSHORT => Some(2),
        kind::LONG | kind::SLONG | kind::FLOAT | kind::IFD => Some(4),
        kind::RATIONAL | kind::SRATIONAL | kind::DOUBLE => Some(8),
        kind::LONG8 | kind::SLONG8 | kind::IFD8 => Some(8),
        _ => None,
    }
}

/// How many bytes are turned together when the byte order changes: a fraction is two numbers.
pub(super) const fn turned_len(of: u16) -> usize {
    match of {
        kind::RATIONAL | kind::SRATIONAL => 4,
        of => match unit_len(of) {
            Some(len) => len,
            None => 1,
        },
    }
}

/// One entry of a directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) tag: u16,
    pub(super) kind: u16,
    pub(super) count: u64,
    /// Where the entry stands.
    pub(super) entry: Span,
    /// Where its value stands; `None` when it is not in the file, or of no known type.
    pub(super) value: Option<Span>,
}

impl Field {
    /// Whether the value stands in the entry itself.
    pub(super) fn is_inline(&self) -> bool {
        self.value
            .is_some_and(|value| self.entry.start <= value.start && value.end <= self.entry.end)
    }

    /// The value's bytes, as they stand; empty when it cannot be read.
    pub(super) fn bytes<'a>(&self, bytes: &Bytes<'a>) -> &'a [u8] {
        self.value.map(|value| bytes.get(value)).unwrap_or_default()
    }

    /// The first `most` numbers of the value; empty when it is not made of whole numbers.
    pub(super) fn numbers(&self, bytes: &Bytes<'_>, most: usize) -> Vec<u64> {
        let len = match self.kind {
            kind::BYTE => 1,
            kind::SHORT => 2,
            kind::LONG | kind::IFD => 4,
            kind::LONG8 | kind::IFD8 => 8,
            _ => return Vec::new(),
        };
        let units = self.bytes(bytes).chunks_exact(len).take(most);
        units.map(|unit| bytes.order.read(unit)).collect()
    }
}

/// A directory.
#[derive(Debug, Clone)]
pub(super) struct Ifd {
    /// All of it: count, entries, and the offset of the next.
    pub(super) span: Span,
    /// In the order of the file.
    pub(super) fields: Vec<Field>,
    /// Where the next directory begins; 0 when there is none.
    pub(super) next: u64,
}

impl Ifd {
    /// Reads the directory that begins at `at`.
    ///
    /// # Errors
    /// When it is not wholly in the file.
    pub(super) fn read(bytes: &Bytes<'_>, at: u64) -> Result<Self, Error> {
        const WHAT: &str = "a directory (TIFF 6.0 § 2)";
        let truncated = || Error::Truncated {
            what: WHAT,
            offset: usize::try_from(at).unwrap_or(usize::MAX),
        };
        let read = || {
            let start = usize::try_from(at).ok()?;
            let count = bytes.number(start, bytes.count_len())?;
            let entries = usize::try_from(count)
                .ok()?
                .checked_mul(bytes.entry_len())?;
            let first = start.checked_add(bytes.count_len())?;
            let link = first.checked_add(entries)?;
            let next = bytes.number(link, bytes.word_len())?;
            let span = Span {
                start,
                end: link.checked_add(bytes.word_len())?,
            };
            Some((span, first, link, next))
        };
        let (span, first, link, next) = read().ok_or_else(truncated)?;
        let starts = (first..link).step_by(bytes.entry_len());
        let fields: Option<Vec<Field>> = starts.map(|start| field(bytes, start)).collect();
        Ok(Self {
            span,
            fields: fields.ok_or_else(truncated)?,
            next,
        })
    }

    /// The first entry of a tag: decoders use that one.
    pub(super) fn field(&self, tag: u16) -> Option<&Field> {
        self.fields.iter().find(|field| field.tag == tag)
    }

    /// The first number of a tag's value.
    pub(super) fn number(&self, bytes: &Bytes<'_>, tag: u16) -> Option<u64> {
        let numbers = self.field(tag)?.numbers(bytes, 1);
        numbers.first().copied()
    }
}

fn field(bytes: &Bytes<'_>, start: usize) -> Option<Field> {
    let word = bytes.word_len();
    let tag = u16::try_from(bytes.number(start, 2)?).ok()?;
    let kind = u16::try_from(bytes.number(start.checked_add(2)?, 2)?).ok()?;
    let count = bytes.number(start.checked_add(4)?, word)?;
    let value_at = start.checked_add(4)?.checked_add(word)?;
    let end = value_at.checked_add(word)?;
    let len = unit_len(kind).and_then(|len| u64::try_from(len).ok()?.checked_mul(count));
    let value = len.and_then(|len| {
        if usize::try_from(len).is_ok_and(|len| len <= word) {
            bytes.span(u64::try_from(value_at).ok()?, len)
        } else {
            bytes.span(bytes.number(value_at, word)?, len)
        }
    });
    Some(Field {
        tag,
        kind,
        count,
        entry: Span { start, end },
        value,
    })
}
