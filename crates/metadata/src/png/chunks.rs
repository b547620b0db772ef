//! The walk over the chunks, PNG § 5.

use std::collections::BTreeSet;

use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};

use super::animation::{self, Animation};
use super::header::{self, Colour, ImageHeader};
use super::{
    DUPLICATE_NAME, ORPHAN_NAME, SIGNATURE, TRAILER_NAME, UNKNOWN_NAME, XMP_KEYWORD, XMP_NAME,
    look_up, payload,
};
use crate::keep::{Fate, fate};
use crate::part::{Kind, Part};
use crate::reader::{Reader, index};
use crate::{Error, Limits};

/// Cuts a PNG into its signature, its chunks and what follows IEND.
///
/// # Errors
/// When the file is damaged, ends early, holds too many chunks or a critical one that is not known.
pub(super) fn parts<'a>(file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
    let mut reader = Reader::new(file);
    let signature = reader.take(SIGNATURE.len(), "the signature (PNG § 5.2)")?;
    if signature != SIGNATURE {
        return Err(Error::Malformed {
            what: "a signature that is not PNG's (PNG § 5.2)",
            offset: 0,
        });
    }
    let mut parts = vec![Part {
        kind: Kind::Signature,
        name: "signature",
        offset: 0,
        bytes: signature,
        body: signature,
    }];

    let first = Chunk::read(&mut reader)?;
    let mut walk = Walk::begin(&first)?;
    parts.push(first.part("IHDR", Kind::Header));
    loop {
        if parts.len() >= limits.parts_max {
            return Err(Error::TooMany {
                what: "PNG chunks",
                limit: limits.parts_max,
            });
        }
        let chunk = Chunk::read(&mut reader)?;
        let (name, kind) = walk.classify(&chunk, limits)?;
        parts.push(chunk.part(name, kind));
        if kind == Kind::End {
            break;
        }
    }
    if !reader.at_end() {
        parts.push(Part {
            kind: Kind::Trailer,
            name: TRAILER_NAME,
            offset: reader.offset(),
            bytes: reader.rest(),
            body: reader.rest(),
        });
    }
    Ok(parts)
}

/// A chunk as it stands in the file, PNG § 5.3.
struct Chunk<'a> {
    offset: usize,
    label: [u8; 4],
    data: &'a [u8],
    crc: u32,
    bytes: &'a [u8],
}

impl<'a> Chunk<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let offset = reader.offset();
        let start = reader.rest();
        let len = index(reader.u32_be("a chunk before IEND (PNG § 5.3)")?);
        let label = reader.array("a chunk before IEND (PNG § 5.3)")?;
        let data = reader.take(len, "a chunk (PNG § 5.3)")?;
        let crc = reader.u32_be("a chunk's CRC (PNG § 5.3)")?;
        let total = reader.offset().saturating_sub(offset);
        Ok(Self {
            offset,
            label,
            data,
            crc,
            bytes: start.get(..total).unwrap_or(start),
        })
    }

    const fn part(&self, name: &'static str, kind: Kind) -> Part<'a> {
        Part {
            kind,
            name,
            offset: self.offset,
            bytes: self.bytes,
            body: self.data,
        }
    }

    const fn malformed(&self, what: &'static str) -> Error {
        Error::Malformed {
            what,
            offset: self.offset,
        }
    }

    /// PNG § 5.5.
    fn check_crc(&self) -> Result<(), Error> {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&self.label);
        hasher.update(self.data);
        if hasher.finalize() == self.crc {
            Ok(())
        } else {
            Err(self.malformed("a chunk whose checksum is wrong (PNG § 5.5)"))
        }
    }
}

/// Where the walk stands relative to the image data, which must not be interrupted (PNG § 5.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    Inside,
    After,
}

/// What the chunks so far say about those that follow.
struct Walk {
    header: ImageHeader,
    palette_len: usize,
    seen: BTreeSet<&'static str>,
    animation: Option<Animation>,
    place: Place,
}

impl Walk {
    fn begin(ihdr: &Chunk<'_>) -> Result<Self, Error> {
        if &ihdr.label != b"IHDR" {
            // Apple's optimised PNGs begin with CgBI and hold pixels that no PNG decoder reads.
            unknown(ihdr)?;
            return Err(ihdr.malformed("IHDR is not the first chunk (PNG § 5.6)"));
        }
        ihdr.check_crc()?;
        Ok(Self {
            header: header::parse(ihdr.data)?,
            palette_len: 0,
            seen: BTreeSet::from(["IHDR"]),
            animation: None,
            place: Place::Before,
        })
    }

    /// Names a chunk, and checks it if it is kept.
    fn classify(
        &mut self,
        chunk: &Chunk<'_>,
        limits: &Limits,
    ) -> Result<(&'static str, Kind), Error> {
        if self.place == Place::Inside && &chunk.label != b"IDAT" {
            self.place = Place::After;
        }
        let Some((name, kind)) = look_up(chunk.label) else {
            return unknown(chunk);
        };
        if fate(kind) == Fate::Drop {
            let is_xmp = kind == Kind::Text
                && chunk.data.strip_prefix(XMP_KEYWORD).and_then(<[u8]>::first) == Some(&0);
            return Ok(if is_xmp {
                (XMP_NAME, Kind::Xmp)
            } else {
                (name, kind)
            });
        }
        if self.has_no_effect(name, chunk.data) {
            return Ok((ORPHAN_NAME, Kind::Orphan));
        }
        if !matches!(name, "IDAT" | "fcTL" | "fdAT") && !self.seen.insert(name) {
            // Decoders take the first copy of an ancillary chunk and refuse a second critical one.
            return if matches!(name, "IHDR" | "PLTE") {
                Err(chunk.malformed("a second IHDR or PLTE (PNG § 5.6)"))
            } else {
                Ok((DUPLICATE_NAME, Kind::Duplicate))
            };
        }
        chunk.check_crc()?;
        header::check_size(name, chunk.data.len(), self.header.colour, self.palette_len)
            .and_then(|()| self.follow(name, chunk.data))
            .map_err(|what| chunk.malformed(what))?;
        if kind == Kind::ColourProfile {
            check_profile_len(chunk.data, limits)?;
        }
        Ok((name, kind))
    }

    /// Whether decoders pass over this animation chunk: acTL counts only before IDAT, the others only after acTL.
    fn has_no_effect(&self, name: &str, data: &[u8]) -> bool {
        match name {
            "acTL" => {
                self.animation.is_none()
                    && (self.place != Place::Before || animation::announces_nothing(data))
            }
            "fcTL" | "fdAT" => self.animation.is_none(),
            _ => false,
        }
    }

    /// Takes note of a kept chunk and checks its place, PNG § 5.6.
    fn follow(&mut self, name: &str, data: &[u8]) -> Result<(), &'static str> {
        let before_idat = self.place == Place::Before;
        match (name, &mut self.animation) {
            ("PLTE", _) if !before_idat => Err("a PLTE after IDAT (PNG § 5.6)"),
            ("PLTE", _) => {
                self.palette_len = data.len().checked_div(3).unwrap_or(0);
                Ok(())
            }
            ("acTL", animation) => {
                *animation = Some(Animation::begin(data, &self.header)?);
                Ok(())
            }
            ("fcTL", Some(animation)) => animation.control(data, before_idat),
            ("fdAT", Some(animation)) => animation.data(data, before_idat),
            ("IDAT", _) => self.image_data(),
            ("IEND", _) if before_idat => Err("no IDAT (PNG § 5.6)"),
            ("IEND", Some(animation)) => animation.finish(),
            _ => Ok(()),
        }
    }

    fn image_data(&mut self) -> Result<(), &'static str> {
        if self.place == Place::After {
            return Err("IDAT chunks that do not follow each other (PNG § 5.6)");
        }
        if self.header.colour == Colour::Indexed && self.palette_len == 0 {
            return Err("an indexed image without PLTE (PNG § 11.2.2)");
        }
        if let Some(animation) = &mut self.animation {
            animation.still();
        }
        self.place = Place::Inside;
        Ok(())
    }
}

/// A chunk that the vocabulary does not know: it goes if the picture does not depend on it, PNG § 5.4.
fn unknown(chunk: &Chunk<'_>) -> Result<(&'static str, Kind), Error> {
    let [first, ..] = chunk.label;
    if !chunk.label.iter().all(u8::is_ascii_alphabetic) {
        Err(chunk.malformed("a chunk type that is not four letters (PNG § 5.3)"))
    } else if first.is_ascii_uppercase() && look_up(chunk.label).is_none() {
        Err(Error::UnsupportedFeature {
            what: "a critical chunk that is not in the specification (PNG § 5.4)",
            offset: chunk.offset,
        })
    } else {
        Ok((UNKNOWN_NAME, Kind::Unknown))
    }
}

/// Refuses a colour profile that inflates to more than the limit.
fn check_profile_len(iccp: &[u8], limits: &Limits) -> Result<(), Error> {
    let limit = limits.inflated_bytes_max;
    let zlib = payload::compressed_profile(iccp).unwrap_or_default();
    // Deflate cannot do better than 1032 to 1, so that most profiles need not be tried.
    if zlib.len().saturating_mul(1_032) <= limit {
        return Ok(());
    }
    match decompress_to_vec_zlib_with_limit(zlib, limit) {
        Err(failed) if failed.status == TINFLStatus::HasMoreOutput => Err(Error::TooMany {
            what: "bytes in its colour profile (PNG § 11.3.2.3)",
            limit,
        }),
        _ => Ok(()),
    }
}
