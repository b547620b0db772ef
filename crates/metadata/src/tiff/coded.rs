//! Strips and tiles whose coding has room for more than pixels: JPEG is cut up and cleaned, WebP is looked through.

use std::borrow::Cow;

use super::bytes::{Bytes, Span};
use super::names::{self, Name};
use super::picture::Coder;
use crate::format::Format;
use crate::jpeg::strip;
use crate::keep::{Fate, fate};
use crate::part::{Kind, Part};
use crate::{Error, Limits};

/// Cuts a piece into named stretches that tile it, each with its body.
///
/// # Errors
/// When the coding is damaged, or cannot be cleaned.
pub(super) fn cut(
    bytes: &Bytes<'_>,
    piece: Span,
    coder: Coder,
    whole: Name,
    limits: &Limits,
) -> Result<Vec<(Span, Span, Name)>, Error> {
    if piece.is_empty() {
        return Ok(Vec::new());
    }
    match coder {
        Coder::Opaque => Ok(vec![(piece, piece, whole)]),
        Coder::Webp => {
            look_through(bytes.get(piece), piece.start, limits)?;
            Ok(vec![(piece, piece, whole)])
        }
        Coder::Jpeg => {
            let parts = strip::parts(bytes.get(piece), piece.start, limits)?;
            Ok(parts.iter().map(|part| stretch(part, whole)).collect())
        }
    }
}

/// A segment as a stretch of the file.
fn stretch(part: &Part<'_>, whole: Name) -> (Span, Span, Name) {
    let span = Span {
        start: part.offset,
        end: part.offset.saturating_add(part.bytes.len()),
    };
    // The body is the end of the segment, or all of it.
    let body = Span {
        start: span.end.saturating_sub(part.body.len()),
        end: span.end,
    };
    let name = match part.kind {
        Kind::Signature => names::JPEG_SIGNATURE,
        Kind::Header => names::JPEG_HEADER,
        Kind::Tables => names::JPEG_TABLES,
        Kind::Pixels if whole == names::MASK => names::MASK,
        Kind::Pixels => names::JPEG_SCAN,
        Kind::End => names::JPEG_END,
        Kind::Jfif => names::JPEG_JFIF,
        Kind::AdobeTransform => names::JPEG_ADOBE,
        _ => names::JPEG_OTHER,
    };
    (span, body, name)
}

/// A WebP tile must be a picture and nothing else: libtiff writes no other.
fn look_through(tile: &[u8], offset: usize, limits: &Limits) -> Result<(), Error> {
    let parts = crate::webp::Webp.parts(tile, limits)?;
    let is_more = |part: &Part<'_>| match part.kind {
        Kind::Features => false,
        kind => fate(kind) != Fate::Copy || kind == Kind::Animation,
    };
    if parts.iter().any(is_more) {
        return Err(Error::UnsupportedFeature {
            what: "WebP strips that hold more than pixels (tag 259)",
            offset,
        });
    }
    Ok(())
}

/// A piece as it stands in a clean copy.
///
/// # Errors
/// Those of [`cut`].
pub(super) fn clean<'a>(
    bytes: &Bytes<'a>,
    piece: Span,
    coder: Coder,
    limits: &Limits,
) -> Result<Cow<'a, [u8]>, Error> {
    let whole = bytes.get(piece);
    if coder != Coder::Jpeg || whole.is_empty() {
        return Ok(Cow::Borrowed(whole));
    }
    let parts = strip::parts(whole, piece.start, limits)?;
    if parts.iter().all(|part| fate(part.kind) == Fate::Copy) {
        return Ok(Cow::Borrowed(whole));
    }
    strip::clean(&parts).map(Cow::Owned)
}

/// The tables that strips share, as they stand in a clean copy.
///
/// # Errors
/// When they are no tables.
pub(super) fn clean_tables(
    bytes: &Bytes<'_>,
    tables: Span,
    limits: &Limits,
) -> Result<Vec<u8>, Error> {
    let parts = strip::tables(bytes.get(tables), tables.start, limits)?;
    strip::clean(&parts)
}
