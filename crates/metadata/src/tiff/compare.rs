//! Compares the pictures of two files, page by page: as many, of the same form, with the same data in the same order.
//! The parts of a file stand in its own order; this check knows which strip belongs where.

use std::collections::{BTreeMap, BTreeSet};

use super::coded;
use super::document::{Document, Role};
use super::needed::needed;
use super::picture::Picture;
use super::rebuild::no_limits;
use crate::Error;
use crate::format::Piece;
use crate::part::{Kind, Part};

/// The strips and tiles of every page and mask, in the order in which decoders count them. One that many share is given
/// once, and then by its number.
pub(super) fn arrangement<'a>(parts: &[Part<'a>]) -> Vec<Piece<'a>> {
    let Ok(document) = super::document(parts) else {
        return Vec::new();
    };
    let mut arrangement = Vec::new();
    let mut seen: BTreeMap<usize, u32> = BTreeMap::new();
    for (number, at) in (0_u32..).zip(pictures(&document)) {
        let Some(directory) = document.directories.get(at) else {
            continue;
        };
        arrangement.push(Piece::Picture(number));
        let picture = Picture::read(&document.bytes, &directory.ifd, usize::MAX);
        for span in picture.iter().flat_map(|picture| &picture.pieces) {
            if span.is_empty() {
                arrangement.push(Piece::Bytes(Kind::Filler, &[]));
                continue;
            }
            let next = u32::try_from(seen.len()).unwrap_or(u32::MAX);
            if let Some(first) = seen.get(&span.start) {
                arrangement.push(Piece::Picture(*first));
                continue;
            }
            seen.insert(span.start, next);
            let from = parts.partition_point(|part| part.offset < span.start);
            let inside = parts.get(from..).unwrap_or_default().iter();
            let inside = inside.take_while(|part| part.offset < span.end);
            let coded = inside.filter(|part| part.is_coded());
            arrangement.extend(coded.map(|part| Piece::Bytes(part.kind, part.body)));
        }
    }
    arrangement
}

/// The numbers of the pages and masks, the masks in a page's own directory behind it: as they are written.
fn pictures(document: &Document<'_>) -> Vec<usize> {
    let mut all = Vec::new();
    for (number, directory) in document.kept() {
        if directory.parent.is_none() {
            all.push(number);
            all.extend(document.below(number, Role::Mask));
        }
    }
    all
}

/// Checks that the second file shows what the first one shows.
///
/// # Errors
/// [`Error::LeftBehind`] when it does not, and those of reading.
pub(super) fn same_pictures(before: &Document<'_>, after: &Document<'_>) -> Result<(), Error> {
    let limits = no_limits();
    let (old, new) = (pictures(before), pictures(after));
    let mut compared = BTreeSet::new();
    if old.len() != new.len() {
        return different();
    }
    for (old, new) in old.into_iter().zip(new) {
        let (Some(old), Some(new)) = (before.directories.get(old), after.directories.get(new))
        else {
            return different();
        };
        let one = Picture::read(&before.bytes, &old.ifd, usize::MAX)?;
        let two = Picture::read(&after.bytes, &new.ifd, usize::MAX)?;
        let form = |picture: &Picture| {
            (
                picture.coder,
                picture.is_tiled,
                picture.pieces.len(),
                picture.tables.is_some(),
            )
        };
        let is_same = old.role == new.role
            && form(&one) == form(&two)
            && needed(&before.bytes, &old.ifd, &one) == needed(&after.bytes, &new.ifd, &two);
        if !is_same {
            return different();
        }
        for (piece, copy) in one.pieces.iter().zip(&two.pieces) {
            // What many share is compared once.
            if !compared.insert((*piece, *copy)) {
                continue;
            }
            let clean = coded::clean(&before.bytes, *piece, one.coder, &limits)?;
            if clean.as_ref() != after.bytes.get(*copy) {
                return different();
            }
        }
        if let (Some(tables), Some(copy)) = (one.tables, two.tables) {
            let clean = coded::clean_tables(&before.bytes, tables, &limits)?;
            if clean != after.bytes.get(copy) {
                return different();
            }
        }
    }
    Ok(())
}

const fn different() -> Result<(), Error> {
    Err(Error::LeftBehind {
        what: "a change in the coded picture",
    })
}
