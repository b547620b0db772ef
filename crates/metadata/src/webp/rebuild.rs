//! A WebP of the parts that stay.

use super::chunks::{chunk_size, write_chunk};
use super::image::flag;
use super::is_frame;
use crate::Error;
use crate::format::Fresh;
use crate::keep::{Fate, fate};
use crate::part::{Kind, Part};

/// Writes the kept parts in their order, the profile in its place, and the Exif block last (RFC 9649 § 2.7). A simple
/// file has no place for either, and neither had any effect in it.
///
/// # Errors
/// When a size does not fit its field.
pub(super) fn rebuild(
    parts: &[Part<'_>],
    fresh: &Fresh,
    mut out: Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let has = |kind| parts.iter().any(|part| part.kind == kind);
    let icc = fresh.icc.as_deref().filter(|_| has(Kind::ColourProfile));
    let exif = fresh.exif.as_deref().filter(|_| has(Kind::Features));

    out.reserve_exact(
        parts
            .iter()
            .fold(0, |len, part| len.saturating_add(part.bytes.len())),
    );
    out.extend(b"RIFF\0\0\0\0WEBP");
    let mut frame = None;
    for part in parts.iter().filter(|part| fate(part.kind) != Fate::Drop) {
        // In an animation the pictures of a frame stand inside its chunk, which any other part ends.
        if !matches!(part.kind, Kind::Pixels | Kind::Transparency)
            && let Some(start) = frame.take()
        {
            close(&mut out, start)?;
        }
        match part.kind {
            Kind::Features => write_chunk(
                &mut out,
                *b"VP8X",
                &vp8x(part.body, icc.is_some(), exif.is_some()),
            )?,
            Kind::ColourProfile => {
                if let Some(profile) = icc {
                    write_chunk(&mut out, *b"ICCP", profile)?;
                }
            }
            Kind::Animation if is_frame(part) => {
                frame = Some(out.len());
                out.extend(b"ANMF\0\0\0\0");
                out.extend(frame_header(part.body));
            }
            Kind::Animation | Kind::Pixels | Kind::Transparency => {
                let label = part.bytes.first_chunk().copied().unwrap_or_default();
                write_chunk(&mut out, label, part.body)?;
            }
            _ => {}
        }
    }
    if let Some(start) = frame {
        close(&mut out, start)?;
    }
    if let Some(tiff) = exif {
        write_chunk(&mut out, *b"EXIF", tiff)?;
    }
    close(&mut out, 0)?;
    Ok(out)
}

/// Writes the size of a chunk that began at `start`, now that all of it stands.
fn close(out: &mut [u8], start: usize) -> Result<(), Error> {
    let data = start.saturating_add(8);
    let size = chunk_size(out.len().saturating_sub(data))?;
    if let Some(field) = out.get_mut(start.saturating_add(4)..data) {
        field.copy_from_slice(&size);
    }
    Ok(())
}

/// VP8X with the flags of what stays, the canvas as it was and nothing in the reserved bits.
fn vp8x(body: &[u8], icc: bool, exif: bool) -> [u8; 10] {
    let mut fresh: [u8; 10] = body.first_chunk().copied().unwrap_or_default();
    let [flags, reserved @ .., _, _, _, _, _, _] = &mut fresh;
    *flags &= flag::ALPHA | flag::ANIMATION;
    if icc {
        *flags |= flag::ICC;
    }
    if exif {
        *flags |= flag::EXIF;
    }
    reserved.fill(0);
    fresh
}

/// A frame's place, size and duration as they were, and nothing in the six reserved bits (RFC 9649 § 2.7.1.1).
fn frame_header(body: &[u8]) -> [u8; 16] {
    const BLENDING_AND_DISPOSAL: u8 = 0b0000_0011;
    let mut fresh: [u8; 16] = body.first_chunk().copied().unwrap_or_default();
    let [.., flags] = &mut fresh;
    *flags &= BLENDING_AND_DISPOSAL;
    fresh
}
