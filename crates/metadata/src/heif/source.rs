//! The parts of a file read again: its meta box, and the bytes of any stretch.

use std::borrow::Cow;

use super::boxes::{self, Span, View};
use super::meta::Meta;
use super::names;
use crate::Error;
use crate::part::Part;

/// A file in parts, with its meta box in one piece.
pub(super) struct Source<'p, 'a> {
    pub(super) parts: &'p [Part<'a>],
    pub(super) meta: Meta,
    bytes: Vec<u8>,
    start: usize,
}

impl<'p, 'a> Source<'p, 'a> {
    /// Reads the meta box of a file that was cut into these parts.
    ///
    /// # Errors
    /// When the parts are not those of such a file.
    pub(super) fn of(parts: &'p [Part<'a>]) -> Result<Self, Error> {
        let damaged = || Error::Malformed {
            what: "no meta box (ISO/IEC 14496-12 § 8.11.1)",
            offset: 0,
        };
        let at = parts
            .iter()
            .position(|part| part.name == names::META.0)
            .ok_or_else(damaged)?;
        let rest = parts.get(at..).unwrap_or_default();
        let header = rest.first().ok_or_else(damaged)?;
        let view = View::new(header.bytes, header.offset);
        let meta = boxes::read(view, header.offset, end(parts)).map_err(|_| damaged())?;
        let pieces = rest.iter().take_while(|part| part.offset < meta.span.end);
        let bytes = pieces.map(|part| part.bytes).collect::<Vec<_>>().concat();
        Ok(Self {
            parts,
            // The walk has held it to the limits.
            meta: Meta::read(View::new(&bytes, header.offset), meta, usize::MAX)?,
            bytes,
            start: header.offset,
        })
    }

    /// The meta box.
    pub(super) fn view(&self) -> View<'_> {
        View::new(&self.bytes, self.start)
    }

    /// The whole file's span.
    pub(super) fn file(&self) -> Span {
        Span {
            start: 0,
            end: end(self.parts),
        }
    }

    /// Which parts hold the bytes of a span: from, and up to.
    pub(super) fn range(&self, span: Span) -> (usize, usize) {
        let after = self.parts.partition_point(|part| part.offset <= span.start);
        let to = self.parts.partition_point(|part| part.offset < span.end);
        (after.saturating_sub(1), to)
    }

    /// The part that begins here.
    pub(super) fn part_at(&self, offset: usize) -> Option<&'p Part<'a>> {
        let at = self.parts.binary_search_by_key(&offset, |part| part.offset);
        at.ok().and_then(|at| self.parts.get(at))
    }

    /// The bytes of these spans, without a copy where they are one piece of one part.
    pub(super) fn bytes(&self, spans: &[Span]) -> Cow<'a, [u8]> {
        let mut pieces = spans.iter().flat_map(|span| {
            let (from, to) = self.range(*span);
            let parts = self.parts.get(from..to).unwrap_or_default();
            parts
                .iter()
                .map(|part| View::new(part.bytes, part.offset).clip(*span))
        });
        match (pieces.next(), pieces.next()) {
            (Some(only), None) => Cow::Borrowed(only),
            (Some(first), Some(second)) => {
                let mut joined = [first, second].concat();
                joined.extend(pieces.flatten());
                Cow::Owned(joined)
            }
            (None, _) => Cow::Borrowed(&[]),
        }
    }
}

fn end(parts: &[Part<'_>]) -> usize {
    parts
        .last()
        .map_or(0, |part| part.offset.saturating_add(part.bytes.len()))
}
