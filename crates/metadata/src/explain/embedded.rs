//! Pictures inside the picture: thumbnails, previews, depth maps, and what they give away themselves.

use super::runs;
use crate::format::{Format, format_of};
use crate::notes::{Notes, size_words};
use crate::part::{Kind, Part};
use crate::{Sniffed, Topic, sniff};

/// What thumbnails are called everywhere.
pub(super) const THUMBNAIL: &str = "Small copy of the picture (thumbnail)";
/// Fewer bytes than this behind an embedded picture are fill.
const FILL_BYTES_MAX: usize = 64;

/// Notes a thumbnail whose size its container may know, and what is in it.
pub(super) fn thumbnail(width: u32, height: u32, bytes: &[u8], notes: &mut Notes<'_>) {
    let told = (width > 0 && height > 0).then_some((width, height));
    let end = note(
        Topic::Thumbnail,
        THUMBNAIL,
        "in the thumbnail",
        bytes,
        told,
        notes,
    );
    behind(bytes, end, "in the thumbnail", notes);
}

/// Notes an embedded picture, and what is in it.
pub(super) fn picture(topic: Topic, name: &str, place: &str, bytes: &[u8], notes: &mut Notes<'_>) {
    let end = note(topic, name, place, bytes, None, notes);
    behind(bytes, end, place, notes);
}

/// Notes a picture that others may follow, and what is in it. Returns where it ends; `None` when it cannot be read.
pub(super) fn first_of_many(
    topic: Topic,
    name: &str,
    place: &str,
    bytes: &[u8],
    notes: &mut Notes<'_>,
) -> Option<usize> {
    cut(bytes, notes)?;
    note(topic, name, place, bytes, None, notes)
}

/// Notes what stands behind an embedded picture where nothing should.
fn behind(bytes: &[u8], end: Option<usize>, place: &str, notes: &mut Notes<'_>) {
    let behind = end.and_then(|end| bytes.get(end..)).unwrap_or_default();
    let value = runs::sized(behind, notes);
    if behind.iter().filter(|byte| **byte != 0).count() > FILL_BYTES_MAX {
        notes.find(
            Topic::Unknown,
            &format!("Bytes behind the picture ({place})"),
            &value,
        );
    }
}

fn note(
    topic: Topic,
    name: &str,
    place: &str,
    bytes: &[u8],
    told: Option<(u32, u32)>,
    notes: &mut Notes<'_>,
) -> Option<usize> {
    let Some((format, mut parts)) = cut(bytes, notes) else {
        notes.find(topic, name, &size(bytes.len(), told));
        runs::harvest(bytes, notes);
        return None;
    };
    let trailer = parts.iter().find(|part| part.kind == Kind::Trailer);
    let end = trailer.map_or(bytes.len(), |part| part.offset);
    // What follows a picture among others is the next of them.
    parts.retain(|part| part.kind != Kind::Trailer);
    let frame = format.frame(&parts).ok();
    let pixels = frame.map(|frame| (frame.width, frame.height)).or(told);
    notes.find(topic, name, &size(end, pixels));
    let payloads = format.payloads(&parts, notes.limits);
    notes.nested(place, |notes| super::payloads(&payloads, notes));
    Some(end)
}

/// The parts of a picture, when it is one that can be read.
fn cut<'a>(bytes: &'a [u8], notes: &Notes<'_>) -> Option<(&'static dyn Format, Vec<Part<'a>>)> {
    let Some(Sniffed::Photo(container)) = sniff(bytes) else {
        return None;
    };
    let format = format_of(container);
    Some((format, format.parts(bytes, notes.limits).ok()?))
}

/// A size in bytes, and in pixels where known.
fn size(bytes: usize, pixels: Option<(u32, u32)>) -> String {
    match pixels {
        Some((width, height)) => format!("{}, {width} × {height} pixels", size_words(bytes)),
        None => size_words(bytes),
    }
}
