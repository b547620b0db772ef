//! JPEG streams inside another container (TIFF Technical Note 2): pictures that may leave their tables elsewhere, and
//! those tables. They have room for the same segments as any JPEG, and are cleaned by the same rules.

use super::{payload, rebuild, walk};
use crate::format::{Fresh, Payload};
use crate::part::Part;
use crate::{Error, Limits};

/// Cuts a strip or tile into its segments and what stands behind them; `base` is where it stands in the file.
///
/// # Errors
/// When the stream is damaged, ends early or uses what cannot be cleaned.
pub(crate) fn parts<'a>(
    strip: &'a [u8],
    base: usize,
    limits: &Limits,
) -> Result<Vec<Part<'a>>, Error> {
    let parts = walk::picture(strip, base, limits)?;
    Ok(with_trailer(parts, strip, base))
}

/// As [`parts`], of the tables that all strips share.
///
/// # Errors
/// When the stream is damaged, ends early or holds a picture.
pub(crate) fn tables<'a>(
    stream: &'a [u8],
    base: usize,
    limits: &Limits,
) -> Result<Vec<Part<'a>>, Error> {
    let parts = walk::tables(stream, base, limits)?;
    Ok(with_trailer(parts, stream, base))
}

fn with_trailer<'a>(mut parts: Vec<Part<'a>>, stream: &'a [u8], base: usize) -> Vec<Part<'a>> {
    let end = walk::end_of(&parts).saturating_sub(base);
    let trailer = walk::trailer(stream, end, stream.len());
    parts.extend(trailer.map(|part| Part {
        offset: base.saturating_add(part.offset),
        ..part
    }));
    parts
}

/// The stream of those parts that stay.
///
/// # Errors
/// When a length does not fit its field.
pub(crate) fn clean(parts: &[Part<'_>]) -> Result<Vec<u8>, Error> {
    rebuild::rebuild(parts, &Fresh::default(), Vec::new())
}

/// What the parts that go tell.
pub(crate) fn payloads<'a>(parts: &[Part<'a>]) -> Vec<Payload<'a>> {
    payload::payloads(parts)
}
