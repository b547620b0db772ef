//! Writes the clean video: the parts that stay, in their order, inside boxes of their new sizes, and then the offsets of
//! the chunks, which depend on where everything came to stand.

use std::collections::BTreeSet;

use super::names;
use super::rewrite::{self, Written, written};
use super::samples::offsets;
use crate::Error;
use crate::format::Fresh;
use crate::heif::boxes::{View, read};
use crate::heif::hevc;
use crate::heif::names as shared;
use crate::heif::plan::no_room;
use crate::keep::{Fate, fate};
use crate::part::{Kind, Part};

/// A new file of the kept parts.
pub(super) fn rebuild(
    parts: &[Part<'_>],
    staying: &BTreeSet<u32>,
    fresh: &Fresh,
    mut out: Vec<u8>,
) -> Result<Vec<u8>, Error> {
    out.reserve_exact(parts.iter().map(kept_len).sum());
    let end = parts
        .last()
        .map_or(0, |part| part.offset.saturating_add(part.bytes.len()));
    let mut writer = Writer::new(&mut out, staying, fresh, end);
    let mut placed = Vec::with_capacity(parts.len());
    for part in parts {
        placed.push(writer.part(part)?);
    }
    let tables = writer.finish()?;
    tables.patch(&mut out, |offset| place(parts, &placed, offset))?;
    Ok(out)
}

/// Where a byte of the samples came to stand; `placed` is where each part did.
pub(in crate::heif) fn place(parts: &[Part<'_>], placed: &[usize], offset: usize) -> Option<usize> {
    let after = parts.partition_point(|part| part.offset <= offset);
    let at = after.checked_sub(1)?;
    let part = parts.get(at).filter(|part| is_samples(part))?;
    let inside = offset.checked_sub(part.offset)?;
    (inside < part.bytes.len()).then(|| placed.get(at)?.checked_add(inside))?
}

/// Roughly how long a part is in the copy.
fn kept_len(part: &Part<'_>) -> usize {
    match fate(part.kind) {
        Fate::Drop => 0,
        _ => part.bytes.len(),
    }
}

/// Whether a part holds samples of a track that stays.
pub(super) fn is_samples(part: &Part<'_>) -> bool {
    part.kind == Kind::Message
        || matches!(
            (part.name, part.kind),
            names::VIDEO | names::ALPHA | names::SOUND
        )
}

/// The offsets of the chunks, to be written when all is in its place.
#[derive(Default)]
pub(in crate::heif) struct Tables {
    tables: Vec<Table>,
}

struct Table {
    /// Where the first offset stands in the copy.
    at: usize,
    wide: bool,
    /// The offsets in the original.
    old: Vec<u64>,
}

impl Tables {
    /// Writes the offsets anew; `place` says where a byte of the samples came to stand. A chunk without samples may
    /// lead anywhere, and leads to the beginning of the file.
    pub(in crate::heif) fn patch(
        &self,
        out: &mut [u8],
        place: impl Fn(usize) -> Option<usize>,
    ) -> Result<(), Error> {
        for table in &self.tables {
            let mut at = table.at;
            for old in &table.old {
                let new = usize::try_from(*old).ok().and_then(&place).unwrap_or(0);
                let new = u64::try_from(new).map_err(|_| no_room())?;
                let bytes = if table.wide {
                    new.to_be_bytes().to_vec()
                } else {
                    let new = u32::try_from(new).map_err(|_| no_room())?;
                    new.to_be_bytes().to_vec()
                };
                let end = at.saturating_add(bytes.len());
                if let Some(field) = out.get_mut(at..end) {
                    field.copy_from_slice(&bytes);
                }
                at = end;
            }
        }
        Ok(())
    }
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

/// Writes the parts of a video, or of the movie box of a sequence of pictures.
pub(in crate::heif) struct Writer<'w> {
    out: &'w mut Vec<u8>,
    staying: &'w BTreeSet<u32>,
    fresh: &'w Fresh,
    open: Vec<Open>,
    tables: Tables,
    /// Where the file ends in the original.
    end: usize,
}

impl<'w> Writer<'w> {
    /// A writer at the end of `out`. `end` is where the file ends in the original.
    pub(in crate::heif) fn new(
        out: &'w mut Vec<u8>,
        staying: &'w BTreeSet<u32>,
        fresh: &'w Fresh,
        end: usize,
    ) -> Self {
        Self {
            out,
            staying,
            fresh,
            open: Vec::new(),
            tables: Tables::default(),
            end,
        }
    }

    /// Writes a part, and returns where it came to stand.
    pub(in crate::heif) fn part(&mut self, part: &Part<'_>) -> Result<usize, Error> {
        self.close(part.offset)?;
        let at = self.out.len();
        match fate(part.kind) {
            Fate::Copy => self.out.extend_from_slice(part.bytes),
            Fate::Rewrite => self.rewrite(part)?,
            Fate::Drop => {}
        }
        Ok(at)
    }

    fn rewrite(&mut self, part: &Part<'_>) -> Result<(), Error> {
        let written = written(part, self.staying, self.fresh).ok_or(Error::Malformed {
            what: "a box of a video that is not as it must be (ISO/IEC 14496-12 § 8)",
            offset: part.offset,
        })?;
        match written {
            Written::Open => self.open(part)?,
            Written::Plain(bytes) => self.out.extend(bytes),
            Written::Nothing => {}
            Written::Leaf(body) => {
                let label = rewrite::label(part);
                let size = u32::try_from(body.len().saturating_add(8)).map_err(|_| no_room())?;
                self.out.extend(size.to_be_bytes());
                self.out.extend(label);
                if part.name == names::OFFSETS.0 {
                    let wide = label == *b"co64";
                    self.tables.tables.push(Table {
                        at: self.out.len().saturating_add(8),
                        wide,
                        old: offsets(&body, wide).ok_or_else(no_room)?,
                    });
                }
                self.out.extend(body);
            }
        }
        Ok(())
    }

    /// Begins a box: its header, without flags, and what stands before its children.
    fn open(&mut self, part: &Part<'_>) -> Result<(), Error> {
        let view = View::new(part.bytes, part.offset);
        // A size of 0 means up to the end of the box around it.
        let end = self.open.last().map_or(self.end, |around| around.end);
        let found = read(view, part.offset, end).map_err(|_| no_room())?;
        let header = self.out.len();
        let is_large = part.bytes.starts_with(&[0, 0, 0, 1]);
        self.out
            .extend(if is_large { [0, 0, 0, 1] } else { [0; 4] });
        self.out.extend(found.label);
        if is_large {
            self.out.extend([0; 8]);
        }
        let full = found.body.start.saturating_sub(part.offset);
        if let [version, _, _, _, rest @ ..] = part.bytes.get(full..).unwrap_or_default() {
            self.out.extend([*version, 0, 0, 0]);
            self.out.extend_from_slice(rest);
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
            if open.name == shared::HVCC.0 {
                let body = self.out.get(open.content..).unwrap_or_default();
                let arrays = hevc::count_arrays(body);
                self.patch(open.content.saturating_add(hevc::ARRAYS_AT), &[arrays]);
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

    fn patch(&mut self, at: usize, bytes: &[u8]) {
        let end = at.saturating_add(bytes.len());
        if let Some(field) = self.out.get_mut(at..end) {
            field.copy_from_slice(bytes);
        }
    }

    /// Ends all boxes.
    pub(in crate::heif) fn finish(mut self) -> Result<Tables, Error> {
        self.close(usize::MAX)?;
        Ok(self.tables)
    }
}
