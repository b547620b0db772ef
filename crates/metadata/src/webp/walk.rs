//! The walk over the chunks of a WebP, RFC 9649 § 2.4 to § 2.7.
//!
//! A feature counts only if VP8X announces it: decoders pass over a chunk that is there without its flag, and so does
//! the copy. Each picture must have the size that its frame or canvas states, and stand where decoders look for it.

use std::collections::BTreeSet;

use super::chunks::Chunk;
use super::image::{self, Features, flag};
use super::{DUPLICATE_NAME, FRAME_NAME, ORPHAN_NAME, TRAILER_NAME, look_up};
use crate::part::{Kind, Part};
use crate::reader::{Reader, index};
use crate::{Error, Limits};

/// `RIFF`, a size and `WEBP`, RFC 9649 § 2.4.
const HEADER_LEN: usize = 12;
/// A chunk header and the 16 bytes before a frame's pictures, RFC 9649 § 2.7.1.1.
const FRAME_HEADER_LEN: usize = 24;

/// Cuts a WebP into its header, its chunks (those of frames one by one) and what follows the RIFF chunk.
///
/// # Errors
/// When the file is damaged, ends early or holds too many chunks.
pub(super) fn parts<'a>(file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
    let riff_end = riff_end(file)?;
    let header = file.get(..HEADER_LEN).unwrap_or_default();
    let mut walk = Walk {
        parts: vec![Part {
            kind: Kind::Signature,
            name: "RIFF header",
            offset: 0,
            bytes: header,
            body: header,
        }],
        parts_max: limits.parts_max,
        features: None,
        once: BTreeSet::new(),
        seen: Picture::default(),
    };
    let mut reader = Reader::new(file.get(HEADER_LEN..riff_end).unwrap_or_default());
    let first = Chunk::read(&mut reader, HEADER_LEN)?;
    walk.first(&first)?;
    while !reader.at_end() {
        let chunk = Chunk::read(&mut reader, HEADER_LEN)?;
        walk.chunk(&chunk)?;
    }
    walk.finish(riff_end)?;

    let mut parts = walk.parts;
    let trailer = file.get(riff_end..).unwrap_or_default();
    if !trailer.is_empty() {
        parts.push(Part {
            kind: Kind::Trailer,
            name: TRAILER_NAME,
            offset: riff_end,
            bytes: trailer,
            body: trailer,
        });
    }
    Ok(parts)
}

/// The refusal of a file without a picture.
pub(super) const fn no_picture(offset: usize) -> Error {
    Error::Malformed {
        what: "no picture (RFC 9649 § 2.4)",
        offset,
    }
}

/// Where the RIFF chunk ends.
fn riff_end(file: &[u8]) -> Result<usize, Error> {
    const WHAT: &str = "the RIFF chunk (RFC 9649 § 2.4)";
    let mut reader = Reader::new(file);
    let riff = reader.array::<4>(WHAT)?;
    let size = index(reader.u32_le(WHAT)?);
    let webp = reader.array::<4>(WHAT)?;
    if &riff != b"RIFF" || &webp != b"WEBP" {
        return Err(Error::Malformed {
            what: "a header that is not WebP's (RFC 9649 § 2.4)",
            offset: 0,
        });
    }
    let end = size.saturating_add(8);
    if end > file.len() {
        return Err(Error::Truncated {
            what: WHAT,
            offset: 0,
        });
    }
    Ok(end)
}

/// What of a picture was seen: in a still once per file, in an animation once per frame.
#[derive(Debug, Clone, Copy, Default)]
struct Picture {
    alpha: bool,
    pixels: bool,
}

struct Walk<'a> {
    parts: Vec<Part<'a>>,
    parts_max: usize,
    /// `None` in a simple file, RFC 9649 § 2.5 and § 2.6.
    features: Option<Features>,
    /// Chunks of the top level that may stand once and were seen.
    once: BTreeSet<&'static str>,
    seen: Picture,
}

impl<'a> Walk<'a> {
    fn push(&mut self, part: Part<'a>) -> Result<(), Error> {
        if self.parts.len() >= self.parts_max {
            return Err(Error::TooMany {
                what: "WebP chunks",
                limit: self.parts_max,
            });
        }
        self.parts.push(part);
        Ok(())
    }

    /// The first chunk decides whether the file is simple or extended.
    fn first(&mut self, chunk: &Chunk<'a>) -> Result<(), Error> {
        if &chunk.label == b"VP8X" {
            self.features = Some(image::features(chunk.data, chunk.offset)?);
            return self.push(chunk.part("VP8X", Kind::Features));
        }
        if matches!(&chunk.label, b"VP8 " | b"VP8L") {
            return self.chunk(chunk);
        }
        Err(chunk.malformed("a first chunk that is not VP8, VP8L or VP8X (RFC 9649 § 2.4)"))
    }

    fn announced(&self, flag: u8) -> bool {
        self.features
            .is_some_and(|features| features.announce(flag))
    }

    /// A chunk on the file's top level.
    fn chunk(&mut self, chunk: &Chunk<'a>) -> Result<(), Error> {
        let is_animated = self.announced(flag::ANIMATION);
        let (name, kind) = look_up(chunk.label);
        let (name, kind) = match kind {
            Kind::ColourProfile if !self.announced(flag::ICC) => (ORPHAN_NAME, Kind::Orphan),
            Kind::Exif if !self.announced(flag::EXIF) => (ORPHAN_NAME, Kind::Orphan),
            Kind::Animation if !is_animated => (ORPHAN_NAME, Kind::Orphan),
            Kind::ColourProfile | Kind::Exif | Kind::Animation if !self.once.insert(name) => {
                (DUPLICATE_NAME, Kind::Duplicate)
            }
            Kind::Animation if chunk.data.len() != 6 => {
                return Err(chunk.malformed("an ANIM of a size other than 6 (RFC 9649 § 2.7.1.1)"));
            }
            Kind::Features => {
                return Err(chunk.malformed("a VP8X that is not the first chunk (RFC 9649 § 2.7)"));
            }
            Kind::Pixels | Kind::Transparency if is_animated => {
                return Err(chunk.malformed("a picture outside the frames (RFC 9649 § 2.7.1.1)"));
            }
            Kind::Transparency if self.features.is_none() => (ORPHAN_NAME, Kind::Orphan),
            Kind::Pixels | Kind::Transparency => {
                let size = self.features.map(|canvas| (canvas.width, canvas.height));
                let mut seen = self.seen;
                picture_chunk(chunk, name, &mut seen, size)?;
                self.seen = seen;
                (name, kind)
            }
            _ if &chunk.label == b"ANMF" => {
                return match self.features {
                    Some(canvas) if is_animated => self.frame(chunk, &canvas),
                    _ => self.push(chunk.part(ORPHAN_NAME, Kind::Orphan)),
                };
            }
            _ => (name, kind),
        };
        self.push(chunk.part(name, kind))
    }

    /// An ANMF chunk: its header, and the chunks inside it. Only one picture is kept of them.
    fn frame(&mut self, anmf: &Chunk<'a>, canvas: &Features) -> Result<(), Error> {
        if !self.once.contains("ANIM") {
            return Err(anmf.malformed("a frame before ANIM (RFC 9649 § 2.7.1.1)"));
        }
        let mut reader = Reader::new(anmf.bytes);
        let Ok(bytes) = reader.take(FRAME_HEADER_LEN, "") else {
            return Err(anmf.malformed("an ANMF of a size below 16 (RFC 9649 § 2.7.1.1)"));
        };
        let body = bytes.get(8..).unwrap_or_default();
        let size = image::frame_size(body, canvas, anmf.offset)?;
        self.push(Part {
            kind: Kind::Animation,
            name: FRAME_NAME,
            offset: anmf.offset,
            bytes,
            body,
        })?;
        let mut seen = Picture::default();
        while !reader.at_end() {
            let chunk = Chunk::read(&mut reader, anmf.offset)?;
            let (name, kind) = look_up(chunk.label);
            match kind {
                Kind::Pixels | Kind::Transparency => {
                    picture_chunk(&chunk, name, &mut seen, Some(size))?;
                    self.push(chunk.part(name, kind))?;
                }
                // What has a meaning at the top level has none here, but is still told for what it is.
                Kind::Xmp | Kind::Provenance | Kind::Unknown => {
                    self.push(chunk.part(name, kind))?;
                }
                _ => self.push(chunk.part(ORPHAN_NAME, Kind::Orphan))?,
            }
        }
        if seen.pixels {
            self.seen.pixels = true;
            Ok(())
        } else {
            Err(anmf.malformed("a frame without a picture (RFC 9649 § 2.7.1.1)"))
        }
    }

    fn finish(&self, end: usize) -> Result<(), Error> {
        if self.seen.pixels {
            Ok(())
        } else {
            Err(no_picture(end))
        }
    }
}

/// Checks the place of ALPH, VP8 or VP8L within its picture, and that the picture has the stated size.
fn picture_chunk(
    chunk: &Chunk<'_>,
    name: &str,
    seen: &mut Picture,
    stated: Option<(u32, u32)>,
) -> Result<(), Error> {
    if seen.pixels || (seen.alpha && name != "VP8 ") {
        return Err(chunk.malformed(
            "more than one ALPH and one VP8, or one VP8L, for a picture (RFC 9649 § 2.7.1.2, § 2.7.1.3)",
        ));
    }
    if name == "ALPH" {
        seen.alpha = true;
        return Ok(());
    }
    seen.pixels = true;
    let coded = image::coded_size(name, chunk.data, chunk.offset)?;
    if stated.is_some_and(|stated| stated != coded) {
        return Err(
            chunk.malformed("a picture of a size other than its canvas or frame (RFC 9649 § 2.7)")
        );
    }
    Ok(())
}
