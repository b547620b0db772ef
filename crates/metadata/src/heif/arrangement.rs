//! How the pieces of a HEIF file are put together to the picture, item by item: read from the tables of the file itself,
//! so that an offset or a number that came out wrong in a copy is noticed, and not only a changed byte.

use std::collections::BTreeMap;

use super::boxes::Span;
use super::meta::Reference;
use super::source::Source;
use super::{data, names};
use crate::format::Piece;
use crate::keep::{Fate, fate};
use crate::part::Part;

/// All coded pieces in their order; then the items that stay, in the order of their numbers: what describes each, what it
/// is made of, and which stretches of the coded pieces are its data.
pub(super) fn arrangement<'a>(parts: &[Part<'a>]) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    // Of each part, which coded piece it is, or the next one is.
    let mut numbers = Vec::with_capacity(parts.len());
    for part in parts {
        numbers.push(pieces.len());
        if part.is_coded() {
            pieces.push(Piece::Bytes(part.kind, part.body));
        }
    }
    // The walk made the parts of a file whose meta box it could read.
    let Ok(source) = Source::of(parts) else {
        return pieces;
    };
    let meta = &source.meta;
    let mut references: BTreeMap<u32, Vec<&Reference>> = BTreeMap::new();
    for found in &meta.references {
        let part = source.part_at(found.entry.span.start);
        let stays = part.is_some_and(|part| (part.name, part.kind) == names::REFERENCE);
        // Descriptions may go with what describes.
        if stays && found.entry.label != *b"cdsc" {
            references.entry(found.from).or_default().push(found);
        }
    }
    pieces.push(Piece::Picture(meta.primary));
    for (number, item) in &meta.items {
        let entry = source.part_at(item.entry.span.start);
        if entry.is_none_or(|entry| (entry.name, entry.kind) != names::INFE) {
            continue;
        }
        pieces.push(Piece::Picture(*number));
        for property in meta.properties_of(*number) {
            let (from, to) = source.range(property.span);
            let described = parts.get(from..to).unwrap_or_default().iter();
            let stays = described.filter(|part| fate(part.kind) == Fate::Copy);
            pieces.extend(stays.map(|part| Piece::Bytes(part.kind, part.body)));
        }
        for found in references.get(number).into_iter().flatten() {
            let made_of = found.to.iter().filter(|item| is_listed(&source, **item));
            pieces.extend(made_of.map(|item| Piece::Picture(*item)));
        }
        for span in data::spans(meta, *number, source.file()).unwrap_or_default() {
            let (from, to) = source.range(span);
            let held = parts.get(from..to).unwrap_or_default().iter();
            let held = held.zip(numbers.get(from..to).unwrap_or_default());
            let coded = held.filter(|(part, _)| part.is_coded());
            pieces.extend(coded.map(|(part, number)| stretch(part, *number, span)));
        }
    }
    pieces
}

/// As much of a span of data as is in a coded part: of which piece, and where in it. Parts of data have no framing, so what
/// is a place in the part is one in the piece.
fn stretch(part: &Part<'_>, number: usize, span: Span) -> Piece<'static> {
    let within = |at: usize| at.saturating_sub(part.offset).min(part.bytes.len());
    Piece::Stretch {
        number,
        from: within(span.start),
        to: within(span.end),
    }
}

fn is_listed(source: &Source<'_, '_>, item: u32) -> bool {
    let entry = source.meta.items.get(&item);
    let entry = entry.and_then(|item| source.part_at(item.entry.span.start));
    entry.is_some_and(|entry| (entry.name, entry.kind) == names::INFE)
}
