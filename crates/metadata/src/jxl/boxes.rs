//! The boxes of the container (ISO/IEC 18181-2 § 4), and the codestream that some of them hold.

use std::borrow::Cow;
use std::ops::Range;

use crate::reader::{Reader, index};
use crate::{Error, Limits};

/// The box that every such file begins with (§ 4.1).
pub(super) const SIGNATURE: &[u8; 12] = b"\0\0\0\x0CJXL \r\n\x87\n";

/// A box.
#[derive(Debug, Clone)]
pub(super) struct Box {
    pub(super) label: [u8; 4],
    /// The whole box.
    pub(super) span: Range<usize>,
    /// Where its content begins.
    pub(super) body: usize,
}

impl Box {
    /// Whether it holds the codestream, or a piece of it.
    pub(super) fn is_codestream(&self) -> bool {
        matches!(&self.label, b"jxlc" | b"jxlp")
    }
}

/// The boxes of a file, and where they end: what follows is too short or too odd to be one.
///
/// # Errors
/// When a box is cut short before the codestream is whole, or the codestream is in disorder.
pub(super) fn boxes(file: &[u8], limits: &Limits) -> Result<(Vec<Box>, usize), Error> {
    let mut found: Vec<Box> = Vec::new();
    let mut order = Order::default();
    let mut at = 0_usize;
    while at < file.len() {
        let mut next = match header(file, at) {
            Ok(next) => next,
            // Behind the picture anything may stand.
            Err(_) if order.is_whole => break,
            Err(error) => return Err(error),
        };
        if found.len() >= limits.parts_max {
            return Err(Error::TooMany {
                what: "boxes",
                limit: limits.parts_max,
            });
        }
        order.check(file, &mut next)?;
        at = next.span.end;
        found.push(next);
    }
    match order.is_whole {
        true => Ok((found, at)),
        false => Err(Error::Truncated {
            what: "the codestream (ISO/IEC 18181-2 § 4.7, § 4.8)",
            offset: at,
        }),
    }
}

/// Reads the header of the box at `at`: a size of 1 is given in eight more bytes, a size of 0 means up to the end
/// (§ 4, as ISO/IEC 14496-12 § 4.2).
fn header(file: &[u8], at: usize) -> Result<Box, Error> {
    const WHAT: &str = "a box (ISO/IEC 18181-2 § 4)";
    let rest = file.get(at..).unwrap_or_default();
    let truncated = Error::Truncated {
        what: WHAT,
        offset: at,
    };
    let mut reader = Reader::new(rest);
    let read = |reader: &mut Reader<'_>| {
        let size = reader.u32_be(WHAT)?;
        let label = reader.array(WHAT)?;
        let size = match size {
            0 => rest.len(),
            1 => usize::try_from(u64::from_be_bytes(reader.array(WHAT)?)).unwrap_or(usize::MAX),
            size => index(size),
        };
        Ok((label, size))
    };
    let (label, size) = read(&mut reader).map_err(|_: Error| truncated.clone())?;
    if size < reader.offset() {
        return Err(Error::Malformed {
            what: "a box that is smaller than its header (ISO/IEC 18181-2 § 4)",
            offset: at,
        });
    }
    if size > rest.len() {
        return Err(truncated);
    }
    Ok(Box {
        label,
        span: at..at.saturating_add(size),
        body: at.saturating_add(reader.offset()),
    })
}

/// In what order the pieces of the codestream stand.
#[derive(Debug, Default)]
struct Order {
    pieces: u32,
    is_whole: bool,
}

impl Order {
    /// Checks the place of a box; the content of `jxlp` begins behind its number (§ 4.8).
    fn check(&mut self, file: &[u8], next: &mut Box) -> Result<(), Error> {
        const LAST: u32 = 1 << 31;
        let malformed = |what| {
            Err(Error::Malformed {
                what,
                offset: next.span.start,
            })
        };
        if next.is_codestream() && self.is_whole {
            return malformed("a second codestream (ISO/IEC 18181-2 § 4.7, § 4.8)");
        }
        match &next.label {
            b"jxlc" if self.pieces > 0 => {
                malformed("a whole codestream among pieces of one (ISO/IEC 18181-2 § 4.8)")
            }
            b"jxlc" => {
                self.is_whole = true;
                Ok(())
            }
            b"jxlp" => {
                let body = file.get(next.body..next.span.end).unwrap_or_default();
                let number = Reader::new(body).u32_be("");
                let Ok(number) = number else {
                    return malformed(
                        "a piece of a codestream without a number (ISO/IEC 18181-2 § 4.8)",
                    );
                };
                if number & !LAST != self.pieces {
                    return malformed(
                        "pieces of a codestream out of order (ISO/IEC 18181-2 § 4.8)",
                    );
                }
                self.pieces = self.pieces.saturating_add(1);
                self.is_whole = number & LAST != 0;
                next.body = next.body.saturating_add(4);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// The codestream in one piece.
pub(super) fn joined<'a>(file: &'a [u8], pieces: &[Range<usize>]) -> Cow<'a, [u8]> {
    let bytes = |piece: &Range<usize>| file.get(piece.clone()).unwrap_or_default();
    match pieces {
        [only] => Cow::Borrowed(bytes(only)),
        many => Cow::Owned(many.iter().map(bytes).collect::<Vec<_>>().concat()),
    }
}
