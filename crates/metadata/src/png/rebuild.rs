//! A PNG of the parts that stay.

use miniz_oxide::deflate::compress_to_vec_zlib;

use crate::Error;
use crate::format::Fresh;
use crate::keep::{Fate, fate};
use crate::part::{Kind, Part};

/// The compression level for colour profiles; higher ones gain nothing on a few kilobytes.
const LEVEL: u8 = 6;

/// Writes the kept parts in their order, the profile in its place and the Exif block before the image data
/// (PNG § 5.6).
///
/// # Errors
/// When a fresh block does not fit a chunk.
pub(super) fn rebuild(
    parts: &[Part<'_>],
    fresh: &Fresh,
    mut out: Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let mut exif = fresh.exif.as_deref();
    out.reserve_exact(kept_len(parts));
    for part in parts {
        match fate(part.kind) {
            Fate::Copy => {
                if part.kind == Kind::Pixels
                    && let Some(tiff) = exif.take()
                {
                    write_chunk(&mut out, *b"eXIf", tiff)?;
                }
                out.extend_from_slice(part.bytes);
            }
            Fate::Rewrite if part.kind == Kind::ColourProfile => {
                if let Some(profile) = &fresh.icc {
                    // The name is free text; "ICC" tells nothing. Then its NUL, and compression method 0.
                    let mut iccp = b"ICC\0\0".to_vec();
                    iccp.extend(compress_to_vec_zlib(profile, LEVEL));
                    write_chunk(&mut out, *b"iCCP", &iccp)?;
                }
            }
            Fate::Rewrite | Fate::Drop => {}
        }
    }
    Ok(out)
}

fn kept_len(parts: &[Part<'_>]) -> usize {
    parts
        .iter()
        .filter(|part| fate(part.kind) != Fate::Drop)
        .fold(0, |len, part| len.saturating_add(part.bytes.len()))
}

/// PNG § 5.3.
fn write_chunk(out: &mut Vec<u8>, label: [u8; 4], data: &[u8]) -> Result<(), Error> {
    let len = u32::try_from(data.len()).map_err(|_| Error::Malformed {
        what: "a block too long for a chunk (PNG § 5.3)",
        offset: out.len(),
    })?;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&label);
    hasher.update(data);
    out.extend(len.to_be_bytes());
    out.extend(label);
    out.extend_from_slice(data);
    out.extend(hasher.finalize().to_be_bytes());
    Ok(())
}
