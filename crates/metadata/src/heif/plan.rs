//! What stays of a HEIF file and under which numbers, decided from the kinds of its parts before the first byte is
//! written.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;
use super::{data, exif, movie, names};
use crate::format::Fresh;
use crate::gain_map::apple;
use crate::keep::{Fate, fate};
use crate::part::{Kind, Part};
use crate::{Error, icc};

/// What stays, decided before the first byte is written, since the tables at the front depend on it.
pub(super) struct Plan {
    /// The items that stay.
    pub(super) items: BTreeSet<u32>,
    /// The new numbers of the properties that stay, by their old ones.
    pub(super) properties: BTreeMap<u16, u16>,
    /// The colour profiles without their texts, by where they stood.
    pub(super) profiles: BTreeMap<usize, Vec<u8>>,
    /// Whether an Exif item stays.
    pub(super) has_exif: bool,
    /// The data of items that is written anew, by where that stood whose place it takes.
    pub(super) fresh: BTreeMap<usize, Vec<u8>>,
    /// How many bytes of data are written before each part, and after the last one.
    written: Vec<usize>,
}

impl Plan {
    pub(super) fn of(source: &Source<'_, '_>, fresh: &Fresh) -> Result<Self, Error> {
        let meta = &source.meta;
        let stays = |offset| {
            source
                .part_at(offset)
                .is_some_and(|part: &Part<'_>| part.kind == Kind::Structure)
        };
        let entries = meta
            .items
            .iter()
            .filter(|(_, item)| stays(item.entry.span.start));
        let mut items: BTreeSet<u32> = entries.map(|(number, _)| *number).collect();
        let place = exif::chosen(meta).and_then(|item| Some((item, exif_place(source, item)?)));
        let mut data = numbers(source);
        data.extend(padding(source));
        let exif = place.zip(fresh.exif.as_deref());
        if let Some(((item, place), tiff)) = exif {
            items.insert(item);
            data.insert(place, [exif::PREFIX, tiff].concat());
        }

        let mut profiles = BTreeMap::new();
        let mut properties = BTreeMap::new();
        for (number, property) in (1_u16..).zip(&meta.properties) {
            let Some(part) = source.part_at(property.span.start) else {
                continue;
            };
            let stays = match (fate(part.kind), part.kind) {
                (Fate::Rewrite, Kind::ColourProfile) => {
                    let profile = fresh
                        .icc
                        .as_ref()
                        .and_then(|_| icc::scrub(part.body.get(4..)?));
                    profile.is_some_and(|profile| {
                        profiles.insert(part.offset, profile);
                        true
                    })
                }
                (fate, _) => fate != Fate::Drop,
            };
            if stays {
                let next = properties.len().saturating_add(1);
                properties.insert(number, u16::try_from(next).map_err(|_| no_room())?);
            }
        }

        let mut plan = Self {
            items,
            properties,
            profiles,
            has_exif: exif.is_some(),
            fresh: data,
            written: vec![0],
        };
        let mut sum = 0_usize;
        for part in source.parts {
            sum = sum.saturating_add(plan.data_len(part));
            plan.written.push(sum);
        }
        Ok(plan)
    }

    /// How long a part of an item's data is in the copy.
    fn data_len(&self, part: &Part<'_>) -> usize {
        match fate(part.kind) {
            Fate::Copy => part.bytes.len(),
            Fate::Rewrite => self.fresh.get(&part.offset).map_or(0, Vec::len),
            Fate::Drop => 0,
        }
    }

    /// How many bytes all data has in the copy.
    pub(super) fn data_total(&self) -> usize {
        self.written.last().copied().unwrap_or(0)
    }

    /// How many bytes the data in these parts has in the copy.
    pub(super) fn data_between(&self, (from, to): (usize, usize)) -> usize {
        let written = |at: usize| self.written.get(at).copied().unwrap_or(0);
        written(to).saturating_sub(written(from))
    }
}

/// The numbers of the gain map, and where they stood.
fn numbers(source: &Source<'_, '_>) -> BTreeMap<usize, Vec<u8>> {
    let parts = source.parts.iter();
    let parts = parts.filter(|part| (part.name, part.kind) == names::GAIN_MAP_NUMBERS);
    let packet = |part: &Part<'_>| {
        let numbers = apple::Numbers::read(part.body)?;
        Some((part.offset, numbers.packet().into_bytes()))
    };
    parts.filter_map(packet).collect()
}

/// The messages in samples of a sequence as padding, by where they stood.
fn padding(source: &Source<'_, '_>) -> BTreeMap<usize, Vec<u8>> {
    let messages = source.parts.iter();
    let messages = messages.filter(|part| part.kind == Kind::Message);
    let padded = |part: &Part<'_>| (part.offset, movie::data::padded(part.name, part.bytes));
    messages.map(padded).collect()
}

/// Where the data of the Exif item begins, if its first stretch is a part of its own.
fn exif_place(source: &Source<'_, '_>, item: u32) -> Option<usize> {
    let spans = data::spans(&source.meta, item, source.file()).ok()?;
    let is_in_items = data::is_in_items(&source.meta, item);
    let first = *spans.first().filter(|_| !is_in_items)?;
    let part = source.part_at(first.start)?;
    (part.kind == Kind::Exif && part.bytes.len() == first.len()).then_some(first.start)
}

/// Why a table cannot be written.
pub(super) fn no_room() -> Error {
    Error::UnsupportedFeature {
        what: "a table with too little room for where its data would come to stand (ISO/IEC 14496-12 § 8.11.3)",
        offset: 0,
    }
}
