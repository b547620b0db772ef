//! The directories of an Exif block (CIPA DC-008 § 4.6.2), walked once.

use std::collections::BTreeSet;

use super::tiff::{Directory, ENTRIES_MAX, Entry, Tiff};
use crate::reader::index;

/// The most directories of one block that are read. Real ones have five.
pub(super) const DIRECTORIES_MAX: usize = 16;

/// Which directory a tag stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Main,
    Exif,
    Gps,
    Interop,
    /// The thumbnail's directory, and any more.
    Further,
}

/// A tag, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'a> {
    pub(super) place: Place,
    pub(super) directory: usize,
    pub(super) entry: Entry<'a>,
}

/// All directories of a block, walked once.
pub(super) struct Block<'a> {
    pub(super) tiff: Tiff<'a>,
    pub(super) tags: Vec<Tag<'a>>,
    pub(super) unreadable: usize,
    /// How many bytes the values have together.
    claimed: usize,
    /// What is accounted for: from and to, in bytes.
    covered: Vec<(usize, usize)>,
}

impl<'a> Block<'a> {
    /// `None` when there is no header or no first directory.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (tiff, first) = Tiff::new(bytes)?;
        let mut block = Self {
            tiff,
            tags: Vec::new(),
            unreadable: 0,
            claimed: 0,
            covered: vec![(0, 8)],
        };
        block.add(Place::Main, first, 0, &tiff.directory(first)?);
        let mut waiting = block.links(0, tiff.directory(first)?.next);
        let mut seen = BTreeSet::from([first]);
        let mut number = 0_usize;
        while let Some((place, at)) = waiting.pop() {
            if number >= DIRECTORIES_MAX {
                block.unreadable = block.unreadable.saturating_add(1);
                break;
            }
            // A directory that was read already is a loop.
            if !seen.insert(at) {
                continue;
            }
            match tiff.directory(at) {
                Some(directory) => {
                    number = number.saturating_add(1);
                    block.add(place, at, number, &directory);
                    waiting.extend(block.links(number, directory.next));
                }
                None => block.unreadable = block.unreadable.saturating_add(1),
            }
        }
        // Directories are read in any order, but told in one.
        block.tags.sort_by_key(|tag| tag.directory);
        Some(block)
    }

    fn add(&mut self, place: Place, at: usize, number: usize, directory: &Directory<'a>) {
        self.covered.push((at, directory.end));
        self.unreadable = self.unreadable.saturating_add(directory.unreadable);
        for (read, entry) in directory.entries.iter().enumerate() {
            // Values may share bytes, but many that share many would cost much and tell nothing.
            self.claimed = self.claimed.saturating_add(entry.bytes.len());
            let most = self.tiff.bytes.len().saturating_mul(2);
            if self.tags.len() >= ENTRIES_MAX || self.claimed > most {
                let rest = directory.entries.len().saturating_sub(read);
                self.unreadable = self.unreadable.saturating_add(rest);
                return;
            }
            let end = entry.at.saturating_add(entry.bytes.len());
            self.covered.push((entry.at, end));
            self.tags.push(Tag {
                place,
                directory: number,
                entry: *entry,
            });
        }
    }

    /// Where the directories begin that this one points at.
    fn links(&self, directory: usize, next: Option<usize>) -> Vec<(Place, usize)> {
        let mut links: Vec<_> = next
            .map(|next| (Place::Further, next))
            .into_iter()
            .collect();
        for tag in self.tags.iter().filter(|tag| tag.directory == directory) {
            let place = match tag.entry.tag {
                0x8769 => Place::Exif,
                0x8825 => Place::Gps,
                0xA005 => Place::Interop,
                0x014A => Place::Further,
                _ => continue,
            };
            let at = tag.entry.numbers().into_iter().map(index);
            links.extend(at.map(|at| (place, at)));
        }
        links
    }

    /// The first tag of that number outside GPS and interoperability, where numbers mean other things.
    pub(super) fn first(&self, number: u16) -> Option<Entry<'a>> {
        self.tags
            .iter()
            .find(|tag| {
                tag.entry.tag == number && !matches!(tag.place, Place::Gps | Place::Interop)
            })
            .map(|tag| tag.entry)
    }

    /// The bytes that neither a directory, a value nor a thumbnail accounts for.
    pub(super) fn gaps(&self) -> Vec<u8> {
        let mut covered = self.covered.clone();
        covered.extend(self.tags.iter().filter_map(|tag| {
            let wanted = match tag.entry.tag {
                0x0201 => 0x0202,
                0x0111 => 0x0117,
                _ => return None,
            };
            let len = self
                .tags
                .iter()
                .find(|other| other.directory == tag.directory && other.entry.tag == wanted)?;
            let at = index(tag.entry.number()?);
            Some((at, at.saturating_add(index(len.entry.number()?))))
        }));
        covered.sort_unstable();
        let mut gaps = Vec::new();
        let mut next = 0_usize;
        for (from, to) in covered
            .into_iter()
            .chain([(self.tiff.bytes.len(), usize::MAX)])
        {
            gaps.extend_from_slice(self.tiff.bytes.get(next..from).unwrap_or_default());
            next = next.max(to);
        }
        gaps
    }
}
