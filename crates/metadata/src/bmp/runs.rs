//! Pixels stored as runs (BI_RLE8, BI_RLE4): where they end, and which of their bytes are padding.

use crate::Error;
use crate::reader::Reader;

const WHAT: &str = "the runs of the picture";

/// Cuts runs into what is decoded and the padding between: pairs of lengths that tile them.
///
/// # Errors
/// When the runs leave the picture or end before it does.
pub(super) fn runs(
    bytes: &[u8],
    size: (u32, u32),
    depth: u16,
    limit: usize,
) -> Result<Vec<(usize, usize)>, Error> {
    let (width, height) = size;
    // Runs of half bytes may end with one that no pixel has.
    let width = if depth == 4 {
        width.next_multiple_of(2)
    } else {
        width
    };
    let mut reader = Reader::new(bytes);
    let mut pieces = Vec::new();
    let mut from = 0_usize;
    let (mut x, mut y) = (0_u32, 0_u32);
    loop {
        if reader.at_end() && y.saturating_add(1) >= height && x >= size.0 {
            // Some writers leave out the end mark of a full picture.
            pieces.push((reader.offset().saturating_sub(from), 0));
            return Ok(pieces);
        }
        let [count, value] = reader.array(WHAT)?;
        match (count, value) {
            (0, 0) => (x, y) = (0, y.saturating_add(1)),
            (0, 1) => {
                pieces.push((reader.offset().saturating_sub(from), 0));
                return Ok(pieces);
            }
            (0, 2) => {
                let [right, down] = reader.array(WHAT)?;
                x = x.saturating_add(right.into());
                y = y.saturating_add(down.into());
            }
            (0, count) => {
                let bits = usize::from(count).saturating_mul(depth.into());
                let len = bits.div_ceil(8);
                reader.take(len, WHAT)?;
                x = x.saturating_add(count.into());
                if len % 2 == 1 {
                    let coded = reader.offset().saturating_sub(from);
                    reader.take(1, WHAT)?;
                    from = reader.offset();
                    if pieces.len() >= limit {
                        return Err(Error::TooMany {
                            what: "runs",
                            limit,
                        });
                    }
                    pieces.push((coded, 1));
                }
            }
            (count, _) => x = x.saturating_add(count.into()),
        }
        if x > width || (x > 0 && y >= height) {
            return Err(Error::Malformed {
                what: "runs that leave the picture",
                offset: reader.offset(),
            });
        }
    }
}
