//! Where an item's bytes stand in the file, whichever way they are counted.

use super::boxes::{Span, Spans};
use super::locations::{Entry, Method};
use super::meta::Meta;
use crate::Error;

/// How many stretches an item may have whose bytes others are counted from; a limit on work.
const STORE_EXTENTS_MAX: usize = 16;

/// Whether an item's bytes are counted from those of other items.
pub(super) fn is_in_items(meta: &Meta, item: u32) -> bool {
    meta.location(item)
        .is_some_and(|entry| entry.method == Method::Item)
}

/// The stretches of `file` that hold an item's bytes, in order; none for an item without any.
///
/// # Errors
/// [`Error::Truncated`] when one ends behind what it is counted from, [`Error::UnsupportedFeature`] for data in
/// another file or in an item that is itself in another item.
pub(super) fn spans(meta: &Meta, item: u32, file: Span) -> Result<Spans, Error> {
    let Some(entry) = meta.location(item) else {
        return Ok(Spans::new());
    };
    let refuse = |what| Error::UnsupportedFeature {
        what,
        offset: meta.span.start,
    };
    if entry.elsewhere {
        return Err(refuse(
            "a picture in another file (ISO/IEC 14496-12 § 8.11.3)",
        ));
    }
    match entry.method {
        Method::File => entry.resolve(file),
        Method::ItemData => entry.resolve(meta.item_data.map_or(
            Span {
                start: file.start,
                end: file.start,
            },
            |found| found.body,
        )),
        Method::Item => {
            let stores = meta.referred(*b"iloc", item);
            let is_deep = |store: &u32| {
                let extents = meta.location(*store).map_or(0, |entry| entry.extents.len());
                is_in_items(meta, *store) || extents > STORE_EXTENTS_MAX
            };
            if stores.iter().any(is_deep) {
                return Err(refuse(
                    "a picture in too many pieces of others (ISO/IEC 14496-12 § 8.11.3)",
                ));
            }
            in_stores(meta, entry, stores, file)
        }
    }
}

/// ISO/IEC 14496-12 § 8.11.3, item_offset: the index counts the references from 1, and is 1 when it has no field.
fn in_stores(meta: &Meta, entry: &Entry, stores: &[u32], file: Span) -> Result<Spans, Error> {
    let mut all = Spans::new();
    for extent in &entry.extents {
        let at = usize::try_from(extent.index.max(1))
            .ok()
            .and_then(|index| index.checked_sub(1));
        let store = at.and_then(|at| stores.get(at)).ok_or(Error::Malformed {
            what: "a picture stored in an item that is not there (ISO/IEC 14496-12 § 8.11.3)",
            offset: meta.span.start,
        })?;
        let stretches = spans(meta, *store, file)?;
        let from = entry.base.checked_add(extent.offset);
        let to = from.and_then(|from| from.checked_add(extent.length));
        let range = from
            .zip(to)
            .and_then(|(from, to)| Some((usize::try_from(from).ok()?, usize::try_from(to).ok()?)));
        let total = stretches
            .iter()
            .fold(0_usize, |sum, span| sum.saturating_add(span.len()));
        match range {
            Some((from, to)) if to <= total => all.extend(slice(&stretches, from, to)),
            _ => {
                return Err(Error::Truncated {
                    what: "an item's data",
                    offset: file.end,
                });
            }
        }
    }
    Ok(all)
}

/// The stretches that hold the bytes `from` to `to` of these stretches in a row.
pub(super) fn slice(stretches: &[Span], from: usize, to: usize) -> Vec<Span> {
    let mut before = 0_usize;
    let mut found = Vec::new();
    for stretch in stretches {
        let clip = |at: usize| {
            stretch
                .start
                .saturating_add(at.saturating_sub(before))
                .min(stretch.end)
        };
        let piece = Span {
            start: clip(from),
            end: clip(to),
        };
        if !piece.is_empty() {
            found.push(piece);
        }
        before = before.saturating_add(stretch.len());
    }
    found
}
