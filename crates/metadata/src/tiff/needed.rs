//! The tags of a picture that stay, each cut to the numbers that it needs.

use super::bytes::Bytes;
use super::ifd::{Field, Ifd, unit_len};
use super::picture::Picture;
use super::tag_table::{self as tag, Count};
use crate::Error;

/// A tag with its type and its numbers, as they stand.
pub(super) type Needed = (u16, u16, Vec<u8>);

/// Reads them. What does not have the form that its tag asks for has no effect, and goes.
pub(super) fn needed(bytes: &Bytes<'_>, ifd: &Ifd, picture: &Picture) -> Vec<Needed> {
    let rows = tag::NEEDED.iter().filter_map(|(tag, form, count)| {
        let field = ifd.field(*tag).filter(|field| form.fits(field.kind))?;
        let units = wanted(*count, field, picture)?;
        let len = units.checked_mul(unit_len(field.kind)?)?;
        let value = field.bytes(bytes).get(..len)?;
        let value = match field.tag {
            tag::NEW_SUBFILE_TYPE => {
                let all = bytes.order.read(value);
                bytes.order.write(all & SUBFILE_BITS, value.len())
            }
            tag::SUBFILE_TYPE => within(value, bytes, 1..=3)?,
            tag::ORIENTATION => within(value, bytes, 1..=8)?,
            _ => value.to_vec(),
        };
        Some((field.tag, field.kind, value))
    });
    rows.collect()
}

/// Checks that a picture whose pixels are numbers of colours says which colours.
///
/// # Errors
/// When it does not.
pub(super) fn palette_is_there(
    bytes: &Bytes<'_>,
    ifd: &Ifd,
    picture: &Picture,
) -> Result<(), Error> {
    const PALETTE: u64 = 3;
    let is_palette = ifd.number(bytes, tag::PHOTOMETRIC) == Some(PALETTE);
    let has_colours = || {
        let mut numbers = needed(bytes, ifd, picture).into_iter();
        numbers.any(|(tag, ..)| tag == tag::COLOR_MAP)
    };
    if is_palette && !has_colours() {
        return Err(Error::Malformed {
            what: "a palette picture without its palette (TIFF 6.0 § 5)",
            offset: ifd.span.start,
        });
    }
    Ok(())
}

/// Reduced, page and mask; the other bits have no meaning.
const SUBFILE_BITS: u64 = 0b111;

fn within(
    value: &[u8],
    bytes: &Bytes<'_>,
    known: std::ops::RangeInclusive<u64>,
) -> Option<Vec<u8>> {
    known
        .contains(&bytes.order.read(value))
        .then(|| value.to_vec())
}

/// How many numbers of a value stay; `None` when it has too few.
fn wanted(count: Count, field: &Field, picture: &Picture) -> Option<usize> {
    let given = usize::try_from(field.count).ok()?;
    let curve = 1_usize
        .checked_shl(picture.bits)
        .filter(|_| picture.bits <= 16);
    let at_least = |wanted: usize| (given >= wanted && wanted > 0).then_some(wanted);
    match count {
        Count::Exactly(count) => at_least(count),
        Count::PerSample => at_least(given.min(picture.samples)),
        Count::Ranges => at_least(picture.samples.checked_mul(2)?).or_else(|| at_least(2)),
        Count::Curve => at_least(curve?),
        Count::Curves => at_least(curve?.checked_mul(3)?).or_else(|| at_least(curve?)),
        Count::Palette => at_least(curve?.checked_mul(3)?),
    }
}
