//! Which bytes of a file inspecting does not look at.

use std::ops::Range;

use super::boxes::{Label, Span};
use super::source::Source;
use super::{data, names};
use crate::part::{Part, all_unseen};

/// The length before a unit of HEVC, the longest header of any unit, and more.
const UNIT_HEADER_LEN: usize = 16;

/// Whether a stretch lies in units of coded pixels, behind their headers, and no item that goes has bytes there.
///
/// Between the units stand the messages to decoders, which are read, so this holds for pictures in few large units
/// alone.
pub(super) fn passes_over(source: &Source<'_, '_>, parts: &[Part<'_>], gap: &Range<usize>) -> bool {
    let Some(label) = only_picture(source, gap) else {
        return false;
    };
    all_unseen(parts, gap, |part| {
        let is_coded = [names::CODED.0, names::ALPHA.0].contains(&part.name);
        (is_coded && holds_pixels(label, part.bytes)).then_some(UNIT_HEADER_LEN..part.bytes.len())
    })
}

/// How the one item is coded that has bytes in a stretch: one that stays and stands in one piece, so that each part of it
/// is a unit.
fn only_picture(source: &Source<'_, '_>, gap: &Range<usize>) -> Option<Label> {
    let meta = &source.meta;
    let mut only = None;
    for (number, item) in &meta.items {
        let Ok(spans) = data::spans(meta, *number, source.file()) else {
            continue;
        };
        let is_there = |span: &Span| span.start < gap.end && gap.start < span.end;
        if !spans.iter().any(is_there) {
            continue;
        }
        let entry = source.part_at(item.entry.span.start)?;
        let stays = (entry.name, entry.kind) == names::INFE;
        if !stays || spans.len() != 1 || only.replace(item.label).is_some() {
            return None;
        }
    }
    only
}

/// Whether a unit is a slice of HEVC (ISO/IEC 23008-2 § 7.4.2.2) or a tile group or frame of AV1 (AV1 § 6.2.2).
fn holds_pixels(label: Label, unit: &[u8]) -> bool {
    match (&label, unit) {
        (b"hvc1", [_, _, _, _, header, ..]) => header >> 1 & 0x3F < 32,
        (b"av01", [header, ..]) => matches!(header >> 3 & 15, 4 | 6),
        _ => false,
    }
}
