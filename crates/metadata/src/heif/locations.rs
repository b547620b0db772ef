//! Where the bytes of the items stand: the item location box, ISO/IEC 14496-12 § 8.11.3. It is written in the version
//! and with the field sizes that it was read in; a change of either broke photos elsewhere (a construction method is
//! lost when version 1 becomes version 0).

use smallvec::SmallVec;

use super::boxes::{Span, Spans, number, write_number};
use crate::Error;
use crate::reader::Reader;

const WHAT: &str = "its item locations end too early (ISO/IEC 14496-12 § 8.11.3)";

/// The item location box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Locations {
    version: u8,
    sizes: Sizes,
    pub(super) entries: Vec<Entry>,
}

/// How many bytes each field has: 0, 4 or 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sizes {
    offset: u8,
    length: u8,
    base: u8,
    index: u8,
}

/// Where one item's bytes stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) item: u32,
    pub(super) method: Method,
    /// Whether the bytes stand in another file.
    pub(super) elsewhere: bool,
    pub(super) base: u64,
    pub(super) extents: SmallVec<[Extent; 1]>,
}

/// What offsets count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// The start of the file.
    File,
    /// The start of the item data box.
    ItemData,
    /// The start of another item's bytes.
    Item,
}

/// One stretch of an item's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// Which of the references of type `iloc` is counted from; only with [`Method::Item`].
    pub(super) index: u64,
    pub(super) offset: u64,
    pub(super) length: u64,
}

impl Entry {
    /// The extents counted from `source`, in which each must lie.
    ///
    /// # Errors
    /// [`Error::Truncated`] when one ends behind the source.
    pub(super) fn resolve(&self, source: Span) -> Result<Spans, Error> {
        let within = |extent: &Extent| {
            let offset = self.base.checked_add(extent.offset)?;
            let start = source.start.checked_add(usize::try_from(offset).ok()?)?;
            let end = start.checked_add(usize::try_from(extent.length).ok()?)?;
            (end <= source.end).then_some(Span { start, end })
        };
        let spans: Option<_> = self.extents.iter().map(within).collect();
        spans.ok_or(Error::Truncated {
            what: "an item's data",
            offset: source.end,
        })
    }
}

/// Reads the content of the box. No more than `limit` extents, since with fields of no size they cost no bytes.
pub(super) fn read(body: &[u8], limit: usize) -> Result<Locations, Error> {
    let mut reader = Reader::new(body);
    let [version, ..] = reader.array::<4>(WHAT)?;
    let [a, b] = reader.array(WHAT)?;
    let sizes = Sizes {
        offset: a >> 4,
        length: a & 15,
        base: b >> 4,
        index: if version == 0 { 0 } else { b & 15 },
    };
    let is_size = |size: u8| matches!(size, 0 | 4 | 8);
    let Sizes {
        offset,
        length,
        base,
        index,
    } = sizes;
    if version > 2 || ![offset, length, base, index].into_iter().all(is_size) {
        return Err(Error::Malformed {
            what: "item locations of an unknown version or field size (ISO/IEC 14496-12 § 8.11.3)",
            offset: 0,
        });
    }
    let count = id(&mut reader, version)?;
    let mut left = limit;
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(entry(&mut reader, version, sizes, &mut left, limit)?);
    }
    Ok(Locations {
        version,
        sizes,
        entries,
    })
}

fn entry(
    reader: &mut Reader<'_>,
    version: u8,
    sizes: Sizes,
    left: &mut usize,
    limit: usize,
) -> Result<Entry, Error> {
    let item = id(reader, version)?;
    let method = match version {
        0 => 0,
        _ => reader.u16_be(WHAT)? & 15,
    };
    let method = match method {
        0 => Method::File,
        1 => Method::ItemData,
        2 => Method::Item,
        _ => {
            return Err(Error::Malformed {
                what: "an unknown construction method (ISO/IEC 14496-12 § 8.11.3)",
                offset: reader.offset(),
            });
        }
    };
    let elsewhere = reader.u16_be(WHAT)? != 0;
    let base = number(reader, sizes.base, WHAT)?;
    let count = reader.u16_be(WHAT)?;
    *left = left.checked_sub(usize::from(count)).ok_or(Error::TooMany {
        what: "extents",
        limit,
    })?;
    // The limit holds for all of them together.
    let mut extents = SmallVec::with_capacity(count.into());
    for _ in 0..count {
        extents.push(Extent {
            index: number(reader, sizes.index, WHAT)?,
            offset: number(reader, sizes.offset, WHAT)?,
            length: number(reader, sizes.length, WHAT)?,
        });
    }
    Ok(Entry {
        item,
        method,
        elsewhere,
        base,
        extents,
    })
}

/// Item numbers and counts have 32 bits since version 2.
fn id(reader: &mut Reader<'_>, version: u8) -> Result<u32, Error> {
    if version < 2 {
        reader.u16_be(WHAT).map(u32::from)
    } else {
        reader.u32_be(WHAT)
    }
}

impl Locations {
    /// The same box with these entries.
    pub(super) fn with(&self, entries: Vec<Entry>) -> Self {
        Self { entries, ..*self }
    }

    /// An entry whose extents now begin at `starts`, counted as its method says, and have `lengths`.
    pub(super) fn moved(&self, entry: &Entry, extents: &[(u64, u64)]) -> Option<Entry> {
        // The base moves with the first extent where there is one; so what did not move is written as it was.
        let old = entry.extents.first().map_or(0, |extent| extent.offset);
        let first = extents.first().map_or(0, |(start, _)| *start);
        let least = extents.iter().map(|(start, _)| *start).min().unwrap_or(0);
        let base = match (self.sizes.base, self.sizes.offset) {
            (0, _) => 0,
            (_, 0) => least,
            _ if entry.base == 0 => 0,
            _ => first.saturating_sub(old).min(least),
        };
        let extents = extents.iter().map(|(start, length)| {
            Some(Extent {
                index: 0,
                offset: start.checked_sub(base)?,
                length: *length,
            })
        });
        Some(Entry {
            base,
            extents: extents.collect::<Option<_>>()?,
            ..*entry
        })
    }

    /// The content of the box. `None` when a number does not fit its field.
    pub(super) fn write(&self) -> Option<Vec<u8>> {
        let Sizes {
            offset,
            length,
            base,
            index,
        } = self.sizes;
        let id_size = if self.version < 2 { 2 } else { 4 };
        let mut out = vec![
            self.version,
            0,
            0,
            0,
            offset << 4 | length,
            base << 4 | index,
        ];
        write_number(&mut out, u64::try_from(self.entries.len()).ok()?, id_size)?;
        for entry in &self.entries {
            write_number(&mut out, entry.item.into(), id_size)?;
            if self.version > 0 {
                out.extend(match entry.method {
                    Method::File => [0, 0],
                    Method::ItemData => [0, 1],
                    Method::Item => [0, 2],
                });
            }
            out.extend([0, 0]); // the data is in this file
            write_number(&mut out, entry.base, base)?;
            out.extend(u16::try_from(entry.extents.len()).ok()?.to_be_bytes());
            for extent in &entry.extents {
                write_number(&mut out, extent.index, index)?;
                write_number(&mut out, extent.offset, offset)?;
                write_number(&mut out, extent.length, length)?;
            }
        }
        Some(out)
    }
}
