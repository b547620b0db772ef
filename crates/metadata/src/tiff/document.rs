//! All directories of a file, and what each is: a page, a mask, a smaller copy, Exif. TIFF 6.0 § 8 (NewSubfileType),
//! TIFF Technical Note 1 (SubIFDs), CIPA DC-008 § 4.6.3 (Exif, GPS and interoperability directories).

use std::collections::BTreeMap;

use super::bytes::Bytes;
use super::ifd::Ifd;
use super::{raw, tag_table as tag};
use crate::Error;

/// Directories in directories in directories: no picture needs more.
const DEPTH_MAX: usize = 4;
/// How often the values of all tags together may claim the bytes of the file.
const CLAIMS_MAX: usize = 2;
/// A second page of at most this size beside a page with Exif is a thumbnail (CIPA DC-008 § 4.5.8), in pixels.
const THUMBNAIL_PX_MAX: u64 = 256;

/// What a directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A picture that viewers show.
    Page,
    /// The transparency of a page.
    Mask,
    /// A smaller copy of a page, or another picture in its own directory.
    Small,
    /// No picture at all.
    Empty,
    Exif,
    Gps,
    Interop,
}

/// A directory, and how it hangs together with others.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) ifd: Ifd,
    pub(super) role: Role,
    /// The directory that points at it; `None` in the chain that the header begins.
    pub(super) parent: Option<usize>,
    depth: usize,
}

impl Directory {
    /// Whether it stays: a page or a mask.
    pub(super) const fn stays(&self) -> bool {
        matches!(self.role, Role::Page | Role::Mask)
    }
}

/// A file with all its directories: first the chain in its order, then those that others point at.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub(super) bytes: Bytes<'a>,
    pub(super) directories: Vec<Directory>,
    /// The numbers of those that a directory points at.
    below: BTreeMap<usize, Vec<usize>>,
}

impl<'a> Document<'a> {
    /// Reads all directories. `entries_max` bounds how many entries they have together.
    ///
    /// # Errors
    /// When the chain is broken, a loop, or without a picture; when there is too much of anything.
    pub(super) fn read(file: &'a [u8], entries_max: usize) -> Result<Self, Error> {
        let (bytes, first) = Bytes::open(file)?;
        let mut reading = Reading {
            bytes,
            directories: Vec::new(),
            seen: BTreeMap::new(),
            entries: 0,
            entries_max,
            claimed: 0,
        };
        reading.chain(first, None, 0)?;
        let mut at = 0_usize;
        while at < reading.directories.len() {
            reading.pointers(at)?;
            at = at.saturating_add(1);
        }
        let mut below: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, directory) in reading.directories.iter().enumerate() {
            if let Some(parent) = directory.parent {
                below.entry(parent).or_default().push(number);
            }
        }
        let mut document = Self {
            bytes,
            directories: reading.directories,
            below,
        };
        raw::refuse(&document)?;
        document.assign()?;
        Ok(document)
    }

    /// The directories that stay, in order, with their numbers.
    pub(super) fn kept(&self) -> impl Iterator<Item = (usize, &Directory)> {
        self.directories
            .iter()
            .enumerate()
            .filter(|(_, found)| found.stays())
    }

    /// The pages, in order.
    pub(super) fn pages(&self) -> impl Iterator<Item = &Directory> {
        let all = self.directories.iter();
        all.filter(|found| found.role == Role::Page)
    }

    /// Those of this role that a directory points at, by number.
    pub(super) fn below(&self, of: usize, role: Role) -> impl Iterator<Item = usize> {
        let all = self.below.get(&of).map(Vec::as_slice).unwrap_or_default();
        all.iter().copied().filter(move |number| {
            let found = self.directories.get(*number);
            found.is_some_and(|found| found.role == role)
        })
    }

    fn number(&self, directory: &Directory, tag: u16) -> Option<u64> {
        directory.ifd.number(&self.bytes, tag)
    }

    /// Says of each directory what it is.
    fn assign(&mut self) -> Result<(), Error> {
        let looks: Vec<Look> = self
            .directories
            .iter()
            .map(|directory| self.look(directory))
            .collect();
        let in_chain = |number: usize| {
            self.directories
                .get(number)
                .is_some_and(|directory| directory.parent.is_none())
        };
        let chain: Vec<Look> = looks
            .iter()
            .enumerate()
            .filter(|(number, _)| in_chain(*number))
            .map(|(_, look)| *look)
            .collect();
        let is_full = |look: &Look| look.has_picture && !look.is_reduced;
        let has_full = chain.iter().any(is_full);
        let has_full_below = looks
            .iter()
            .enumerate()
            .any(|(number, look)| !in_chain(number) && is_full(look) && !look.is_mask);
        let start = self.directories.first().map_or(0, |d| d.ifd.span.start);
        if !chain.iter().any(|look| look.has_picture) {
            return Err(match chain.first() {
                Some(look) if look.is_jpeg => old_jpeg(start),
                _ => Error::Malformed {
                    what: "no picture in any directory (TIFF 6.0 § 8)",
                    offset: start,
                },
            });
        }
        // Viewers show the first directory, and the others page by page.
        if let Some(look) = chain.first().filter(|look| !look.has_picture)
            && look.claims_picture()
            && !look.is_jpeg
        {
            return Err(Error::Malformed {
                what: "no strips or tiles on its first page (TIFF 6.0 § 8)",
                offset: start,
            });
        }
        // A page must not go because its size stands in a type that only some decoders read.
        if chain.iter().any(|look| look.has_data && !look.has_picture) {
            return Err(Error::Malformed {
                what: "a page of which the size cannot be read (TIFF 6.0 § 8)",
                offset: start,
            });
        }
        let is_old_page = |(number, look): (usize, &Look)| {
            look.is_jpeg && !look.has_picture && (number == 0 || look.is_large_page())
        };
        if chain.iter().enumerate().any(is_old_page) {
            return Err(old_jpeg(start));
        }
        if !has_full && has_full_below {
            return Err(Error::UnsupportedFeature {
                what: "a preview in the place of the picture, as RAW photos do (TIFF Technical Note 1)",
                offset: start,
            });
        }
        // The first stays even when it says that it is a smaller copy: it is the one that viewers show.
        let is_page = |number: usize, look: &Look| {
            look.has_picture && (number == 0 || !look.is_reduced || !has_full)
        };
        let mut numbered = chain.iter().enumerate();
        let only_masks = !numbered.any(|(number, look)| is_page(number, look) && !look.is_mask);
        let thumbnail = exif_thumbnail(&chain);
        let roles: Vec<Role> = looks
            .iter()
            .enumerate()
            .zip(&self.directories)
            .map(|((number, look), directory)| match directory.role {
                Role::Exif | Role::Gps | Role::Interop => directory.role,
                _ if !look.has_picture && look.is_jpeg => Role::Small,
                _ if !look.has_picture => Role::Empty,
                _ if thumbnail == Some(number) => Role::Small,
                _ if directory.parent.is_none() && is_page(number, look) => {
                    if look.is_mask && !only_masks {
                        Role::Mask
                    } else {
                        Role::Page
                    }
                }
                _ if directory.depth == 1 && look.is_mask && !look.is_reduced => Role::Mask,
                _ => Role::Small,
            })
            .collect();
        for (directory, role) in self.directories.iter_mut().zip(&roles) {
            // The mask of something that goes, goes.
            let lost = directory
                .parent
                .is_some_and(|parent| roles.get(parent) != Some(&Role::Page));
            directory.role = match role {
                Role::Mask if lost => Role::Small,
                role => *role,
            };
        }
        Ok(())
    }

    fn look(&self, directory: &Directory) -> Look {
        let number = |tag| self.number(directory, tag);
        let size = (
            number(tag::WIDTH).unwrap_or(0),
            number(tag::HEIGHT).unwrap_or(0),
        );
        let has_data = [tag::STRIP_OFFSETS, tag::TILE_OFFSETS]
            .iter()
            .any(|tag| directory.ifd.field(*tag).is_some());
        let bits = number(tag::NEW_SUBFILE_TYPE);
        Look {
            size,
            has_data,
            has_picture: has_data && size.0 > 0 && size.1 > 0,
            is_jpeg: directory.ifd.field(tag::JPEG_AT).is_some(),
            is_reduced: match bits {
                Some(bits) => bits & 1 != 0,
                None => number(tag::SUBFILE_TYPE) == Some(2),
            },
            // A mask that is not of the kind that § 8 asks for is some other picture.
            is_mask: bits.is_some_and(|bits| bits & 4 != 0)
                && number(tag::PHOTOMETRIC) == Some(TRANSPARENCY_MASK),
            has_exif: directory.ifd.field(tag::EXIF_IFD).is_some(),
        }
    }
}

/// PhotometricInterpretation of a transparency mask, TIFF 6.0 § 8.
const TRANSPARENCY_MASK: u64 = 4;

/// What a directory looks like by itself.
#[derive(Debug, Clone, Copy)]
struct Look {
    size: (u64, u64),
    /// Whether it has strips or tiles.
    has_data: bool,
    /// Whether it has a size, too.
    has_picture: bool,
    is_jpeg: bool,
    is_reduced: bool,
    is_mask: bool,
    has_exif: bool,
}

impl Look {
    /// Whether it says how large its picture is.
    const fn claims_picture(&self) -> bool {
        self.size.0 > 0 && self.size.1 > 0
    }

    /// Whether it claims to be a page of its own, larger than the thumbnails of cameras.
    const fn is_large_page(&self) -> bool {
        !self.is_reduced && (self.size.0 > THUMBNAIL_PX_MAX || self.size.1 > THUMBNAIL_PX_MAX)
    }
}

/// The number of the directory that is a thumbnail without saying so: cameras write it second, beside one page with
/// Exif (CIPA DC-008 § 4.5.8).
fn exif_thumbnail(chain: &[Look]) -> Option<usize> {
    let [page, second] = chain else { return None };
    let is_small = |px: u64, of: u64| px <= THUMBNAIL_PX_MAX && px.saturating_mul(2) <= of;
    let fits = page.has_exif
        && page.has_picture
        && !second.is_mask
        && is_small(second.size.0, page.size.0)
        && is_small(second.size.1, page.size.1);
    fits.then_some(1)
}

/// The refusal of a whole JPEG in place of strips.
pub(super) const fn old_jpeg(offset: usize) -> Error {
    Error::UnsupportedFeature {
        what: "JPEG in its old style (TIFF 6.0 § 22)",
        offset,
    }
}

struct Reading<'a> {
    bytes: Bytes<'a>,
    directories: Vec<Directory>,
    /// Where directories begin, and what points at them.
    seen: BTreeMap<u64, Option<usize>>,
    entries: usize,
    entries_max: usize,
    claimed: usize,
}

impl Reading<'_> {
    /// Reads a directory and those that follow it.
    fn chain(&mut self, first: u64, parent: Option<usize>, depth: usize) -> Result<(), Error> {
        let mut next = first;
        loop {
            match self.seen.insert(next, parent) {
                None => {}
                // A list of directories that are a chain as well, as libtiff writes them.
                Some(other) if other == parent && parent.is_some() => return Ok(()),
                Some(_) => {
                    return Err(Error::Malformed {
                        what: "its directories lead back to themselves (TIFF 6.0 § 2)",
                        offset: usize::try_from(next).unwrap_or(usize::MAX),
                    });
                }
            }
            let ifd = Ifd::read(&self.bytes, next)?;
            next = ifd.next;
            self.add(ifd, Role::Empty, parent, depth)?;
            if next == 0 {
                return Ok(());
            }
        }
    }

    fn add(
        &mut self,
        ifd: Ifd,
        role: Role,
        parent: Option<usize>,
        depth: usize,
    ) -> Result<(), Error> {
        self.entries = self.entries.saturating_add(ifd.fields.len());
        if self.entries > self.entries_max || self.directories.len() >= self.entries_max {
            return Err(Error::TooMany {
                what: "tags",
                limit: self.entries_max,
            });
        }
        for field in ifd.fields.iter().filter(|field| !field.is_inline()) {
            let len = field.value.map_or(0, |value| value.len());
            self.claimed = self.claimed.saturating_add(len);
        }
        if self.claimed > self.bytes.file.len().saturating_mul(CLAIMS_MAX) {
            return Err(Error::Malformed {
                what: "its tags claim the same bytes again and again (TIFF 6.0 § 2)",
                offset: ifd.span.start,
            });
        }
        self.directories.push(Directory {
            ifd,
            role,
            parent,
            depth,
        });
        Ok(())
    }

    /// Follows the pointers of a directory.
    fn pointers(&mut self, from: usize) -> Result<(), Error> {
        let Some(directory) = self.directories.get(from) else {
            return Ok(());
        };
        let (depth, role) = (directory.depth, directory.role);
        let mut found = Vec::new();
        for field in &directory.ifd.fields {
            let (to, most) = match (field.tag, role) {
                (tag::SUB_IFDS, Role::Empty) => (Role::Empty, self.entries_max),
                (tag::EXIF_IFD, Role::Empty) => (Role::Exif, 1),
                (tag::GPS_IFD, Role::Empty | Role::Exif) => (Role::Gps, 1),
                (tag::INTEROP_IFD, Role::Exif) => (Role::Interop, 1),
                _ => continue,
            };
            let at = field.numbers(&self.bytes, most);
            found.extend(at.into_iter().filter(|at| *at != 0).map(|at| (to, at)));
        }
        let below = depth.saturating_add(1);
        if below > DEPTH_MAX && !found.is_empty() {
            return Err(Error::UnsupportedFeature {
                what: "directories more than four deep (TIFF Technical Note 1)",
                offset: self.directories.last().map_or(0, |d| d.ifd.span.start),
            });
        }
        for (role, at) in found {
            if role == Role::Empty {
                self.chain(at, Some(from), below)?;
            } else if let Ok(ifd) = Ifd::read(&self.bytes, at)
                && !self.seen.contains_key(&at)
            {
                // Exif cannot be needed: where it cannot be read, it is told as what no tag explains.
                self.seen.insert(at, Some(from));
                self.add(ifd, role, Some(from), below)?;
            }
        }
        Ok(())
    }
}
