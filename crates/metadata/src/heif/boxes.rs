//! Boxes, the pieces of the ISO base media file format: ISO/IEC 14496-12 § 4.2.

use smallvec::SmallVec;

use crate::Error;
use crate::reader::{Reader, index};

/// The four letters that say what a box, an item or a reference is.
pub(super) type Label = [u8; 4];

/// A range of the file, in bytes from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Some stretches, in their order; mostly one.
pub(super) type Spans = SmallVec<[Span; 1]>;

impl Span {
    pub(super) const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    pub(super) const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    pub(super) const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// A stretch of the file, so that positions are always those of the file, even when only a piece of it is at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    bytes: &'a [u8],
    /// Where `bytes` begins in the file.
    base: usize,
}

impl<'a> View<'a> {
    pub(super) const fn new(bytes: &'a [u8], base: usize) -> Self {
        Self { bytes, base }
    }

    /// The bytes of a span; empty when it is not within the view.
    pub(super) fn get(&self, span: Span) -> &'a [u8] {
        let start = span.start.checked_sub(self.base);
        let end = span.end.checked_sub(self.base);
        start
            .zip(end)
            .and_then(|(start, end)| self.bytes.get(start..end))
            .unwrap_or_default()
    }

    /// The bytes of a span as far as they are within the view.
    pub(super) fn clip(&self, span: Span) -> &'a [u8] {
        self.get(Span {
            start: span.start.max(self.base),
            end: span.end.min(self.end()),
        })
    }

    pub(super) const fn end(&self) -> usize {
        self.base.saturating_add(self.bytes.len())
    }
}

/// A box: its label, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IsoBox {
    pub(super) label: Label,
    /// The whole box.
    pub(super) span: Span,
    /// What follows its size and label (and, in `uuid` boxes, still begins with the UUID).
    pub(super) body: Span,
}

/// Why no box could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoBox {
    /// Fewer bytes than a header has, or a size smaller than its own header.
    NoHeader,
    /// The box says that it is longer than what holds it.
    TooLong(Label),
}

/// Reads the header of the box at `at`, which must end by `end`. A size of 1 is given in eight more bytes; a size of
/// 0 means up to the end (§ 4.2.2). The view may hold less than the box, but its header.
pub(super) fn read(view: View<'_>, at: usize, end: usize) -> Result<IsoBox, NoBox> {
    let mut header = Reader::new(view.get(Span {
        start: at,
        end: end.min(view.end()),
    }));
    let short = |_: Error| NoBox::NoHeader;
    let size = header.u32_be("box").map_err(short)?;
    let label: Label = header.array("box").map_err(short)?;
    let size = match size {
        0 => end.saturating_sub(at),
        1 => {
            let size = u64::from_be_bytes(header.array("box").map_err(short)?);
            usize::try_from(size).unwrap_or(usize::MAX)
        }
        size => index(size),
    };
    let body = at.saturating_add(header.offset());
    let box_end = at.saturating_add(size);
    if box_end < body {
        return Err(NoBox::NoHeader);
    }
    if box_end > end {
        return Err(NoBox::TooLong(label));
    }
    Ok(IsoBox {
        label,
        span: Span {
            start: at,
            end: box_end,
        },
        body: Span {
            start: body,
            end: box_end,
        },
    })
}

/// The boxes that tile `within`, no more than `limit`.
pub(super) fn children(view: View<'_>, within: Span, limit: usize) -> Result<Vec<IsoBox>, Error> {
    let mut found = Vec::new();
    let mut at = within.start;
    while at < within.end {
        let child = read(view, at, within.end).map_err(|_| Error::Malformed {
            what: "a box that does not fit into the one around it (ISO/IEC 14496-12 § 4.2)",
            offset: at,
        })?;
        if found.len() >= limit {
            return Err(Error::TooMany {
                what: "boxes",
                limit,
            });
        }
        at = child.span.end;
        found.push(child);
    }
    Ok(found)
}

/// Says where in the file an error is, which was found in a piece of it. The end that was met is that of the piece, so
/// the file is damaged rather than cut short.
pub(super) fn inside<T>(read: Result<T, Error>, offset: usize) -> Result<T, Error> {
    read.map_err(|error| match error {
        Error::Truncated { what, .. } | Error::Malformed { what, .. } => {
            Error::Malformed { what, offset }
        }
        Error::UnsupportedFeature { what, .. } => Error::UnsupportedFeature { what, offset },
        other => other,
    })
}

/// An unsigned number of 0, 2, 4 or 8 bytes; one of 0 bytes is 0.
pub(super) fn number(reader: &mut Reader<'_>, size: u8, what: &'static str) -> Result<u64, Error> {
    match size {
        0 => Ok(0),
        2 => reader.u16_be(what).map(u64::from),
        4 => reader.u32_be(what).map(u64::from),
        8 => reader.array(what).map(u64::from_be_bytes),
        _ => Err(Error::Malformed {
            what: "a field of an impossible size (ISO/IEC 14496-12 § 8.11.3)",
            offset: reader.offset(),
        }),
    }
}

/// Writes such a number. `None` when it does not fit.
#[must_use]
pub(super) fn write_number(out: &mut Vec<u8>, value: u64, size: u8) -> Option<()> {
    match size {
        0 if value == 0 => {}
        2 => out.extend(u16::try_from(value).ok()?.to_be_bytes()),
        4 => out.extend(u32::try_from(value).ok()?.to_be_bytes()),
        8 => out.extend(value.to_be_bytes()),
        _ => return None,
    }
    Some(())
}
