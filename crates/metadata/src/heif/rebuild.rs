//! Writes the clean HEIF file: the parts that stay, in their order, inside boxes of their new sizes, and then the
//! locations of the items, which depend on where everything came to stand.

use std::collections::BTreeSet;

use smallvec::SmallVec;

use super::boxes::{self, Span, View};
use super::entries;
use super::exif;
use super::locations::{Entry, Extent, Method};
use super::movie;
use super::names;
use super::plan::{Plan, no_room};
use super::source::Source;
use crate::Error;
use crate::format::Fresh;
use crate::keep::{Fate, fate};
use crate::part::Part;

/// A new file of the kept parts.
pub(super) fn rebuild(parts: &[Part<'_>], fresh: &Fresh, room: Vec<u8>) -> Result<Vec<u8>, Error> {
    let source = Source::of(parts)?;
    let plan = Plan::of(&source, fresh)?;
    let mut writer = Writer::new(&source, &plan, room);
    let movie = movie::source::Source::of(parts)?;
    let (staying, from, to) = match &movie {
        Some(found) => {
            let span = found.movie.found.span;
            let at = |offset| parts.partition_point(|part| part.offset < offset);
            (found.movie.staying(), at(span.start), at(span.end))
        }
        None => (BTreeSet::new(), 0, 0),
    };
    writer.has_movie = movie.is_some();
    for (at, part) in parts.iter().enumerate() {
        if !(from..to).contains(&at) {
            writer.part(part)?;
        } else if at == from {
            writer.movie(parts.get(from..to).unwrap_or_default(), &staying, fresh)?;
        }
    }
    writer.finish()
}

/// A box whose content is still being written.
struct Open {
    /// Where its header and its content begin in the copy.
    header: usize,
    content: usize,
    /// Where it ends in the original.
    end: usize,
    name: &'static str,
    is_large: bool,
}

struct Writer<'w> {
    source: &'w Source<'w, 'w>,
    plan: &'w Plan,
    out: Vec<u8>,
    open: Vec<Open>,
    /// Where each part came to stand.
    placed: Vec<usize>,
    /// Where the content of the location box stands, and where that of the item data box begins.
    locations: Span,
    item_data: usize,
    has_wide_references: bool,
    has_movie: bool,
    /// The offsets of the chunks of a sequence.
    chunks: movie::rebuild::Tables,
}

impl<'w> Writer<'w> {
    fn new(source: &'w Source<'w, 'w>, plan: &'w Plan, mut out: Vec<u8>) -> Self {
        out.reserve_exact(plan.data_total().saturating_add(source.meta.span.len()));
        Self {
            source,
            plan,
            out,
            open: Vec::new(),
            placed: Vec::with_capacity(source.parts.len()),
            locations: Span { start: 0, end: 0 },
            item_data: 0,
            has_wide_references: false,
            has_movie: false,
            chunks: movie::rebuild::Tables::default(),
        }
    }

    fn part(&mut self, part: &Part<'_>) -> Result<(), Error> {
        self.close(part.offset)?;
        self.placed.push(self.out.len());
        match fate(part.kind) {
            Fate::Copy => self.out.extend_from_slice(part.bytes),
            Fate::Rewrite => self.rewrite(part)?,
            Fate::Drop => {}
        }
        Ok(())
    }

    /// The movie box of a sequence.
    fn movie(
        &mut self,
        parts: &[Part<'_>],
        staying: &BTreeSet<u32>,
        fresh: &Fresh,
    ) -> Result<(), Error> {
        self.close(parts.first().map_or(0, |part| part.offset))?;
        let end = self.source.file().end;
        let mut writer = movie::rebuild::Writer::new(&mut self.out, staying, fresh, end);
        for part in parts {
            self.placed.push(writer.part(part)?);
        }
        self.chunks = writer.finish()?;
        Ok(())
    }

    fn rewrite(&mut self, part: &Part<'_>) -> Result<(), Error> {
        let plan = self.plan;
        let wide = self.has_wide_references;
        match (part.name, part.kind) {
            names::META
            | names::IINF
            | names::IREF
            | names::IPRP
            | names::IPCO
            | names::HVCC
            | names::AV1C
            | names::IDAT
            | names::GRPL
            | names::MDAT => self.open(part),
            names::FTYP => self.leaf(*b"ftyp", &entries::file_type(part.body, self.has_movie)),
            names::HDLR => self.leaf(*b"hdlr", entries::HANDLER),
            names::PITM => self.leaf(*b"pitm", &entries::primary(part.body)),
            names::DINF => self.leaf(*b"dinf", part.body),
            names::INFE => self.leaf(*b"infe", &entries::item(part.body)),
            names::REFERENCE => match entries::reference(part.body, wide, &plan.items) {
                Some(body) => self.leaf(label(part), &body),
                None => Ok(()),
            },
            names::ALTR => self.leaf(
                *b"altr",
                &entries::group(part.body, &plan.items).ok_or_else(no_room)?,
            ),
            names::IPMA => {
                let body = entries::associations(part.body, &plan.items, &plan.properties);
                self.leaf(*b"ipma", &body?)
            }
            names::ILOC => {
                // Its length is known now, its numbers at the end.
                let body = self.moved(|_| 0).ok_or_else(no_room)?;
                self.leaf(*b"iloc", &body)?;
                let end = self.out.len();
                self.locations = Span {
                    start: end.saturating_sub(body.len()),
                    end,
                };
                Ok(())
            }
            names::HVCC_COUNT => {
                self.out.push(0);
                Ok(())
            }
            names::PROFILE => match plan.profiles.get(&part.offset) {
                Some(profile) => {
                    let kind = part.body.get(..4).unwrap_or_default();
                    self.leaf(*b"colr", &[kind, profile].concat())
                }
                None => Ok(()),
            },
            names::EXIF => self.exif(part),
            names::GAIN_MAP_NUMBERS
            | movie::names::AVC_MESSAGE
            | movie::names::HEVC_MESSAGE
            | movie::names::AV1_MESSAGE
            | movie::names::AAC_FILLING => {
                let fresh = self.plan.fresh.get(&part.offset).ok_or_else(no_room)?;
                self.out.extend_from_slice(fresh);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The fresh Exif block, in place of the data of the one; and its entry in the list of items.
    fn exif(&mut self, part: &Part<'_>) -> Result<(), Error> {
        if !self.plan.has_exif {
            return Ok(());
        }
        let chosen =
            exif::chosen(&self.source.meta).and_then(|item| self.source.meta.items.get(&item));
        if let Some(fresh) = self.plan.fresh.get(&part.offset) {
            self.out.extend_from_slice(fresh);
        } else if chosen.is_some_and(|item| item.entry.span.start == part.offset) {
            self.leaf(*b"infe", &entries::item(part.body))?;
        }
        Ok(())
    }

    fn leaf(&mut self, label: [u8; 4], body: &[u8]) -> Result<(), Error> {
        let size = u32::try_from(body.len().saturating_add(8)).map_err(|_| no_room())?;
        self.out.extend(size.to_be_bytes());
        self.out.extend(label);
        self.out.extend_from_slice(body);
        Ok(())
    }

    /// Begins a box. Its flags say nothing.
    fn open(&mut self, part: &Part<'_>) -> Result<(), Error> {
        let view = View::new(part.bytes, part.offset);
        // A size of 0 means up to the end of the box around it.
        let file_end = self.source.file().end;
        let end = self.open.last().map_or(file_end, |around| around.end);
        let found = boxes::read(view, part.offset, end).map_err(|_| no_room())?;
        let header = self.out.len();
        let is_large = part.bytes.starts_with(&[0, 0, 0, 1]);
        self.out
            .extend(if is_large { [0, 0, 0, 1] } else { [0; 4] });
        self.out.extend(found.label);
        self.out
            .extend_from_slice(if is_large { &[0; 8] } else { &[] });
        let full = part
            .bytes
            .get(found.body.start.saturating_sub(part.offset)..)
            .unwrap_or_default();
        if let [version, _, _, _, rest @ ..] = full {
            self.out.extend([*version, 0, 0, 0]);
            self.out.extend_from_slice(rest);
            self.has_wide_references |= part.name == names::IREF.0 && *version != 0;
        }
        if part.name == names::IDAT.0 {
            self.item_data = self.out.len();
        }
        self.open.push(Open {
            header,
            content: self.out.len(),
            end: found.span.end,
            name: part.name,
            is_large,
        });
        Ok(())
    }

    /// Ends the boxes that end here in the original. Those that came out empty go.
    fn close(&mut self, offset: usize) -> Result<(), Error> {
        while self.open.last().is_some_and(|open| open.end <= offset)
            && let Some(open) = self.open.pop()
        {
            if self.out.len() == open.content {
                self.out.truncate(open.header);
                continue;
            }
            if open.name == names::IINF.0 {
                self.count_items(&open)?;
            }
            if open.name == names::HVCC.0 {
                self.count_arrays(&open);
            }
            let size = self.out.len().saturating_sub(open.header);
            if open.is_large {
                let size = u64::try_from(size).map_err(|_| no_room())?;
                self.patch(open.header.saturating_add(8), &size.to_be_bytes());
            } else {
                let size = u32::try_from(size).map_err(|_| no_room())?;
                self.patch(open.header, &size.to_be_bytes());
            }
        }
        Ok(())
    }

    /// The count has 16 bits in version 0 and 32 since (ISO/IEC 14496-12 § 8.11.6).
    fn count_items(&mut self, open: &Open) -> Result<(), Error> {
        let header = if open.is_large { 16 } else { 8 };
        let version = open.header.saturating_add(header);
        let at = version.saturating_add(4);
        if self.out.get(version) == Some(&0) {
            let count = u16::try_from(self.plan.items.len()).map_err(|_| no_room())?;
            self.patch(at, &count.to_be_bytes());
        } else {
            let count = u32::try_from(self.plan.items.len()).map_err(|_| no_room())?;
            self.patch(at, &count.to_be_bytes());
        }
        Ok(())
    }

    /// Counts the arrays that were written into a decoder configuration.
    fn count_arrays(&mut self, open: &Open) {
        let body = self.out.get(open.content..).unwrap_or_default();
        let at = open.content.saturating_add(super::hevc::ARRAYS_AT);
        let arrays = super::hevc::count_arrays(body);
        self.patch(at, &[arrays]);
    }

    fn patch(&mut self, at: usize, bytes: &[u8]) {
        let end = at.saturating_add(bytes.len());
        if let Some(field) = self.out.get_mut(at..end) {
            field.copy_from_slice(bytes);
        }
    }

    /// The content of the location box, with the place of each part in the copy as `place` says.
    fn moved(&self, place: impl Fn(usize) -> usize) -> Option<Vec<u8>> {
        let locations = &self.source.meta.locations;
        let staying = locations
            .entries
            .iter()
            .filter(|entry| self.plan.items.contains(&entry.item));
        let entries = staying.map(|entry| self.moved_entry(entry, &place));
        locations.with(entries.collect::<Option<_>>()?).write()
    }

    fn moved_entry(&self, entry: &Entry, place: &impl Fn(usize) -> usize) -> Option<Entry> {
        if entry.method == Method::Item {
            return Some(entry.clone());
        }
        let file = self.source.file();
        let home = match (entry.method, self.source.meta.item_data) {
            (Method::ItemData, Some(found)) => found.body,
            _ => file,
        };
        let origin = if entry.method == Method::ItemData {
            self.item_data
        } else {
            0
        };
        let mut extents = Vec::new();
        let mut kept = SmallVec::new();
        for (span, extent) in entry.resolve(home).ok()?.into_iter().zip(&entry.extents) {
            let range = self.source.range(span);
            let len = self.plan.data_between(range);
            if len > 0 {
                let start = place(range.0).saturating_sub(origin);
                extents.push((u64::try_from(start).ok()?, u64::try_from(len).ok()?));
                kept.push(Extent {
                    index: 0,
                    ..*extent
                });
            }
        }
        let entry = Entry {
            extents: kept,
            ..*entry
        };
        self.source.meta.locations.moved(&entry, &extents)
    }

    fn finish(mut self) -> Result<Vec<u8>, Error> {
        self.close(usize::MAX)?;
        let place = |at: usize| self.placed.get(at).copied().unwrap_or(0);
        let body = self.moved(place).ok_or_else(no_room)?;
        if body.len() != self.locations.len() {
            return Err(no_room());
        }
        let at = self.locations.start;
        self.patch(at, &body);
        let place = |offset| movie::rebuild::place(self.source.parts, &self.placed, offset);
        self.chunks.patch(&mut self.out, place)?;
        Ok(self.out)
    }
}

/// The label of a box that is one part; a box of 64-bit size has it in the same place.
fn label(part: &Part<'_>) -> [u8; 4] {
    part.bytes
        .get(4..8)
        .and_then(|label| label.try_into().ok())
        .unwrap_or_default()
}
