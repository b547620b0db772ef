//! The walk over a BMP: headers, colours, rows, a profile, and whatever stands between and behind.

use std::ops::Range;

use super::header::{self, FILE_HEADER_LEN, Header, Storage, header};
use super::runs::runs;
use super::{
    COLOURS, FILE_HEADER, FILLER, HEADER, LINK, MASKS, Name, PIXELS, PROFILE, ROW_END, TRAILER,
    UNUSED_COLOURS,
};
use crate::part::Part;
use crate::reader::{Reader, index};
use crate::{Error, Limits};

/// Cuts a BMP into parts.
///
/// # Errors
/// When the file is damaged, ends early, or holds what could not be cleaned.
pub(super) fn parts<'a>(file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
    let mut reader = Reader::new(file);
    reader.take(10, "the file header")?;
    let pixels_from = index(reader.u32_le("the file header")?);
    let header = header(reader.rest(), FILE_HEADER_LEN)?;
    let mut walk = Walk {
        file,
        parts: Vec::new(),
        parts_max: limits.parts_max,
        at: 0,
    };
    walk.push(FILE_HEADER, FILE_HEADER_LEN)?;
    walk.push(HEADER, header.form)?;
    walk.push(MASKS, header.masks_len)?;
    let colours = walk.colours(&header, pixels_from)?;
    let colours_end = walk.at;

    let pixels = pixels(file, &header, pixels_from, limits)?;
    if header.is_indexed() && colours < header.colours {
        let rows = file.get(pixels.span.clone()).unwrap_or_default();
        names_only(rows, &header, colours, pixels_from)?;
        // Decoders read as many colours as there could be all the same, and the file must not end within them.
        let missing = header.colours.saturating_sub(colours);
        if missing.saturating_mul(header.colour_len()) > pixels.span.len() {
            return Err(Error::Malformed {
                what: "a file that ends where colours could still be",
                offset: pixels_from,
            });
        }
    }
    let bytes = file.get(FILE_HEADER_LEN..FILE_HEADER_LEN.saturating_add(header.form));
    let profile = header::profile(bytes.unwrap_or_default()).and_then(|(from, len, is_linked)| {
        let from = from.saturating_add(FILE_HEADER_LEN);
        let span = from..from.saturating_add(len);
        let is_apart = span.end <= pixels.span.start || span.start >= pixels.span.end;
        let is_there = span.start >= colours_end && span.end <= file.len() && is_apart;
        is_there.then_some((span, if is_linked { LINK } else { PROFILE }))
    });
    match profile {
        Some((span, name)) if span.start < pixels.span.start => {
            walk.apart(name, span)?;
            walk.pixels(&pixels)?;
        }
        Some((span, name)) => {
            walk.pixels(&pixels)?;
            walk.apart(name, span)?;
        }
        None => walk.pixels(&pixels)?,
    }
    walk.push(TRAILER, file.len().saturating_sub(walk.at))?;
    Ok(walk.parts)
}

/// Where the pixels are, and what of them is decoded: pairs of lengths, of pixels and of what ends a row or run.
struct Pixels {
    span: Range<usize>,
    pieces: Vec<(usize, usize)>,
}

fn pixels(file: &[u8], header: &Header, from: usize, limits: &Limits) -> Result<Pixels, Error> {
    const WHAT: &str = "the pixels";
    let truncated = || Error::Truncated {
        what: WHAT,
        offset: from,
    };
    let bytes = file.get(from..).ok_or_else(truncated)?;
    let pieces = match header.storage {
        Storage::Runs => runs(
            bytes,
            (header.width, header.height),
            header.depth,
            limits.parts_max,
        )
        .map_err(|error| behind(error, from))?,
        Storage::Plain => rows(header, bytes.len(), limits)?.ok_or_else(truncated)?,
    };
    let len = pieces.iter().fold(0_usize, |len, (coded, end)| {
        len.saturating_add(*coded).saturating_add(*end)
    });
    Ok(Pixels {
        span: from..from.saturating_add(len),
        pieces,
    })
}

/// Checks that no pixel of rows that are not in runs names a colour that is not there: decoders would take the bytes of
/// something else for it.
fn names_only(rows: &[u8], header: &Header, colours: usize, offset: usize) -> Result<(), Error> {
    let (_, row_len) = header.row();
    let row_len = usize::try_from(row_len).unwrap_or(usize::MAX).max(1);
    let depth = usize::from(header.depth).max(1);
    let in_a_byte = 8_usize.checked_div(depth).unwrap_or(1);
    let mask = usize::MAX.checked_shr(usize::BITS.saturating_sub(header.depth.into()));
    let mask = mask.unwrap_or(0);
    let is_there = |row: &[u8]| {
        let numbers = row.iter().flat_map(|byte| {
            let shifts = (0..in_a_byte)
                .rev()
                .map(move |place| place.saturating_mul(depth));
            shifts.map(move |shift| usize::from(*byte) >> shift & mask)
        });
        let width = usize::try_from(header.width).unwrap_or(usize::MAX);
        numbers.take(width).all(|number| number < colours)
    };
    if rows.chunks(row_len).all(is_there) {
        Ok(())
    } else {
        Err(Error::Malformed {
            what: "pixels of colours that are not there",
            offset,
        })
    }
}

/// An error within the pixels, told by its place in the file.
fn behind(error: Error, from: usize) -> Error {
    match error {
        Error::Truncated { what, offset } => Error::Truncated {
            what,
            offset: offset.saturating_add(from),
        },
        Error::Malformed { what, offset } => Error::Malformed {
            what,
            offset: offset.saturating_add(from),
        },
        other => other,
    }
}

/// The rows; `None` when the file ends before them. The padding of the last may be missing: some writers leave it out.
fn rows(
    header: &Header,
    available: usize,
    limits: &Limits,
) -> Result<Option<Vec<(usize, usize)>>, Error> {
    let (bits, len) = header.row();
    let height = u64::from(header.height);
    let last = bits.div_ceil(8);
    let needed = len
        .saturating_mul(height.saturating_sub(1))
        .saturating_add(last);
    let left = u64::try_from(available).unwrap_or(u64::MAX);
    let Some(rest) = left.checked_sub(needed) else {
        return Ok(None);
    };
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    // A last byte that is not full belongs to what is written anew, for its free bits.
    let coded = bits.checked_div(8).unwrap_or(0);
    let end = len.saturating_sub(coded);
    if end == 0 {
        return Ok(Some(vec![(size(len.saturating_mul(height)), 0)]));
    }
    if height > u64::try_from(limits.parts_max).unwrap_or(u64::MAX) {
        return Err(Error::TooMany {
            what: "rows",
            limit: limits.parts_max,
        });
    }
    let mut rows = vec![(size(coded), size(end)); size(height)];
    let padding = len.saturating_sub(last);
    if let Some((_, end)) = rows.last_mut() {
        *end = end.saturating_sub(size(padding.saturating_sub(rest)));
    }
    Ok(Some(rows))
}

struct Walk<'a> {
    file: &'a [u8],
    parts: Vec<Part<'a>>,
    parts_max: usize,
    /// The first byte that no part has yet.
    at: usize,
}

impl Walk<'_> {
    /// Adds the next bytes as a part, unless there are none.
    fn push(&mut self, name: Name, len: usize) -> Result<(), Error> {
        if len == 0 {
            return Ok(());
        }
        let offset = self.at;
        let end = offset.saturating_add(len);
        let bytes = self.file.get(offset..end).ok_or(Error::Truncated {
            what: name.0,
            offset,
        })?;
        if self.parts.len() >= self.parts_max {
            return Err(Error::TooMany {
                what: "BMP parts",
                limit: self.parts_max,
            });
        }
        self.at = end;
        self.parts.push(Part {
            kind: name.1,
            name: name.0,
            offset,
            bytes,
            body: bytes,
        });
        Ok(())
    }

    /// The colours, which must end before the pixels begin; how many there are.
    fn colours(&mut self, header: &Header, pixels_from: usize) -> Result<usize, Error> {
        let room = pixels_from.checked_sub(self.at).ok_or(Error::Malformed {
            what: "pixels that begin inside the headers",
            offset: 10,
        })?;
        let one = header.colour_len();
        let mut count = header.colours;
        let fitting = room.checked_div(one).unwrap_or(0);
        if !header.is_indexed() {
            self.push(UNUSED_COLOURS, count.min(fitting).saturating_mul(one))?;
            return Ok(count);
        }
        if count > fitting {
            // The oldest header cannot say that there are fewer colours than there could be.
            let is_short = header.form == header::CORE && room.checked_rem(one) == Some(0);
            if !is_short {
                return Err(Error::Malformed {
                    what: "pixels that begin inside the colours",
                    offset: 10,
                });
            }
            count = fitting;
        }
        self.push(COLOURS, count.saturating_mul(one))?;
        Ok(count)
    }

    /// What stands somewhere behind, with what is before it.
    fn apart(&mut self, name: Name, span: Range<usize>) -> Result<(), Error> {
        self.push(FILLER, span.start.saturating_sub(self.at))?;
        self.push(name, span.len())
    }

    fn pixels(&mut self, pixels: &Pixels) -> Result<(), Error> {
        self.push(FILLER, pixels.span.start.saturating_sub(self.at))?;
        for (coded, end) in &pixels.pieces {
            self.push(PIXELS, *coded)?;
            self.push(ROW_END, *end)?;
        }
        Ok(())
    }
}
