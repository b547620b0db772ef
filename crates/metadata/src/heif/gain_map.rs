//! Apple's gain maps: an auxiliary picture of the primary one, and an item of XMP with its numbers. Both stay together
//! or not at all; of the XMP only the numbers do. (Gain maps of ISO 21496-1 are tone maps, see `roles`.)

use super::boxes::{Span, View};
use super::data;
use super::locations::Method;
use super::meta::Meta;
use super::roles::{is_usable_picture, span_of_file};
use super::size_in;
use crate::gain_map::apple::{Numbers, URN};
use crate::gain_map::fits;

/// How many candidates are looked at; a limit on work.
const CANDIDATES_MAX: usize = 4;

/// The media type of XMP.
pub(super) const XMP_TYPE: &[u8] = b"application/rdf+xml";

/// A gain map by the numbers of its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GainMap {
    pub(super) map: u32,
    pub(super) numbers: u32,
}

/// Whether an auxC property says that a picture is a gain map, and nothing else (ISO/IEC 23008-12 § 6.5.8).
pub(super) fn is_named(property: &[u8]) -> bool {
    let urn = property.strip_prefix(&[0; 4]);
    urn.and_then(|urn| urn.strip_prefix(URN.as_bytes())) == Some(&[0])
}

/// The gain map of the primary picture whose numbers can be read and stand by themselves.
pub(super) fn find(view: View<'_>, meta: &Meta, homes: &[Span]) -> Option<GainMap> {
    let is_map = |map: &u32| {
        let mut properties = meta.properties_of(*map);
        let mut names = properties.by_ref().filter(|found| found.label == *b"auxC");
        names
            .next()
            .is_some_and(|name| is_named(view.get(name.body)))
            && names.next().is_none()
            && is_usable_picture(meta, *map)
            && has_shape_of_primary(view, meta, *map)
    };
    let maps = meta
        .referring(b"auxl")
        .filter(|found| found.to == [meta.primary])
        .map(|found| found.from);
    maps.filter(is_map).take(CANDIDATES_MAX).find_map(|map| {
        let mut described = meta
            .referring(b"cdsc")
            .filter(|found| found.to == [map])
            .take(CANDIDATES_MAX)
            .map(|found| found.from);
        let numbers = described.find(|numbers| are_numbers(view, meta, homes, *numbers))?;
        Some(GainMap { map, numbers })
    })
}

/// Whether a picture has the shape of the primary one, by their `ispe` properties (ISO/IEC 23008-12 § 6.5.3).
pub(super) fn has_shape_of_primary(view: View<'_>, meta: &Meta, item: u32) -> bool {
    let size = |item| {
        let mut properties = meta.properties_of(item);
        let ispe = properties.find(|found| found.label == *b"ispe")?;
        size_in(view.get(ispe.body))
    };
    size(item)
        .zip(size(meta.primary))
        .is_some_and(|(map, picture)| fits(map, picture))
}

/// Whether an item is XMP with the numbers of a gain map, in bytes that no other item has a part in.
fn are_numbers(view: View<'_>, meta: &Meta, homes: &[Span], number: u32) -> bool {
    let is_xmp = meta.items.get(&number).is_some_and(|item| {
        // Older entries have no type, and another layout.
        let has_type = view.get(item.entry.body).first() >= Some(&2);
        item.label == *b"mime" && item.content_type == XMP_TYPE && has_type && !item.protected
    });
    let in_file = || {
        meta.location(number)
            .is_some_and(|entry| entry.method != Method::Item && !entry.elsewhere)
    };
    if !is_xmp || !in_file() {
        return false;
    }
    let spans_of = |item| data::spans(meta, item, span_of_file(view)).unwrap_or_default();
    let spans = spans_of(number);
    let [span] = spans.as_slice() else {
        return false;
    };
    let is_home = homes.iter().any(|home| home.contains(*span));
    let mut others = meta.items.keys().filter(|other| **other != number);
    let overlaps = |other: &Span| other.start < span.end && span.start < other.end;
    !span.is_empty()
        && is_home
        && Numbers::read(view.get(*span)).is_some()
        && !others.any(|other| spans_of(*other).iter().any(overlaps))
}
