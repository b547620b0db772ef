//! The parts of a video read again: its movie box, and the bytes of any stretch.

use std::borrow::Cow;

use super::names;
use super::tracks::Movie;
use crate::Error;
use crate::heif::boxes::{Span, View, read};
use crate::part::Part;

/// A file in parts, with its movie box in one piece.
pub(in crate::heif) struct Source<'p, 'a> {
    parts: &'p [Part<'a>],
    pub(in crate::heif) movie: Movie,
    bytes: Vec<u8>,
    start: usize,
}

impl<'p, 'a> Source<'p, 'a> {
    /// Reads the movie box of a file that was cut into these parts; `None` when there is none.
    ///
    /// # Errors
    /// When the parts are not those of such a file.
    pub(in crate::heif) fn of(parts: &'p [Part<'a>]) -> Result<Option<Self>, Error> {
        let is_movie = |part: &Part<'_>| {
            part.name == names::CONTAINER.0 && part.bytes.get(4..8) == Some(b"moov")
        };
        let Some(at) = parts.iter().position(is_movie) else {
            return Ok(None);
        };
        let rest = parts.get(at..).unwrap_or_default();
        let (Some(header), Some(last)) = (rest.first(), parts.last()) else {
            return Ok(None);
        };
        let end = last.offset.saturating_add(last.bytes.len());
        let view = View::new(header.bytes, header.offset);
        let found = read(view, header.offset, end).map_err(|_| Error::Malformed {
            what: "no movie box (ISO/IEC 14496-12 § 8.2.1)",
            offset: header.offset,
        })?;
        let pieces = rest.iter().take_while(|part| part.offset < found.span.end);
        let bytes = pieces.map(|part| part.bytes).collect::<Vec<_>>().concat();
        // The walk has held it to the limits.
        let movie = Movie::read(View::new(&bytes, header.offset), found, end, usize::MAX)?;
        Ok(Some(Self {
            parts,
            movie,
            bytes,
            start: header.offset,
        }))
    }

    /// The movie box.
    pub(in crate::heif) fn view(&self) -> View<'_> {
        View::new(&self.bytes, self.start)
    }

    /// The bytes of a span, without a copy where they are one piece of one part.
    pub(in crate::heif) fn bytes(&self, span: Span) -> Cow<'a, [u8]> {
        let from = self.parts.partition_point(|part| part.offset <= span.start);
        let to = self.parts.partition_point(|part| part.offset < span.end);
        let parts = self.parts.get(from.saturating_sub(1)..to);
        let pieces = parts.unwrap_or_default().iter();
        let mut pieces = pieces.map(|part| View::new(part.bytes, part.offset).clip(span));
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
