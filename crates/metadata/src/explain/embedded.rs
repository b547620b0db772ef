//! Pictures inside the picture: thumbnails, previews, depth maps, and what they give away themselves.

use super::runs;
use crate::format::{Frame, format_of};
use crate::notes::{Notes, size_words};
use crate::part::Kind;
use crate::{Sniffed, Topic, sniff};

/// What thumbnails are called everywhere.
pub(super) const THUMBNAIL: &str = "Small copy of the picture (thumbnail)";

/// Notes a thumbnail whose size its container may know, and what is in it.
pub(super) fn thumbnail(width: u32, height: u32, bytes: &[u8], notes: &mut Notes<'_>) {
    let told = (width > 0 && height > 0).then_some((width, height));
    let frame = frame(bytes, notes).map(|frame| (frame.width, frame.height));
    notes.find(Topic::Thumbnail, THUMBNAIL, &size(bytes.len(), frame.or(told)));
    inside("in the thumbnail", bytes, notes);
}

/// Notes an embedded picture, and what is in it.
pub(super) fn picture(topic: Topic, name: &str, place: &str, bytes: &[u8], notes: &mut Notes<'_>) {
    let frame = frame(bytes, notes).map(|frame| (frame.width, frame.height));
    notes.find(topic, name, &size(bytes.len(), frame));
    inside(place, bytes, notes);
}

/// A size in bytes, and in pixels where known.
pub(super) fn size(bytes: usize, pixels: Option<(u32, u32)>) -> String {
    match pixels {
        Some((width, height)) => format!("{}, {width} × {height} pixels", size_words(bytes)),
        None => size_words(bytes),
    }
}

/// The size of a picture in pixels.
pub(super) fn frame(bytes: &[u8], notes: &Notes<'_>) -> Option<Frame> {
    let Some(Sniffed::Photo(container)) = sniff(bytes) else {
        return None;
    };
    let format = format_of(container);
    let parts = format.parts(bytes, notes.limits).ok()?;
    format.frame(&parts).ok()
}

/// Where a picture ends, when bytes follow it.
pub(super) fn end(bytes: &[u8], notes: &Notes<'_>) -> Option<usize> {
    let Some(Sniffed::Photo(container)) = sniff(bytes) else {
        return None;
    };
    let parts = format_of(container).parts(bytes, notes.limits).ok()?;
    let trailer = parts.iter().find(|part| part.kind == Kind::Trailer);
    Some(trailer.map_or(bytes.len(), |part| part.offset))
}

/// Notes what is in an embedded picture; of bytes that cannot be read, the words are searched for later.
pub(super) fn inside(place: &str, bytes: &[u8], notes: &mut Notes<'_>) {
    let readable = match sniff(bytes) {
        Some(Sniffed::Photo(container)) => {
            let format = format_of(container);
            format.parts(bytes, notes.limits).ok().map(|mut parts| {
                // Fill bytes behind a thumbnail tell nothing.
                parts.retain(|part| {
                    part.kind != Kind::Trailer || part.bytes.iter().any(|byte| *byte != 0)
                });
                format.payloads(&parts, notes.limits)
            })
        }
        _ => None,
    };
    match readable {
        Some(payloads) => notes.nested(place, |notes| super::payloads(&payloads, notes)),
        None => {
            runs::harvest(bytes, notes);
        }
    }
}
