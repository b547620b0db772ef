//! A BMP of the parts that stay, one behind the other, with nothing in the fields that mean nothing.

use super::header::{self, FILE_HEADER_LEN, Header, Storage, V4, V5, header, space};
use super::{COLOURS, HEADER, MASKS, PIXELS, PROFILE, ROW_END, find};
use crate::Error;
use crate::format::Fresh;
use crate::part::Part;

/// Writes the file.
///
/// # Errors
/// When a size does not fit its field.
pub(super) fn rebuild(parts: &[Part<'_>], fresh: &Fresh) -> Result<Vec<u8>, Error> {
    let found = find(parts, HEADER);
    let header = header(found, FILE_HEADER_LEN)?;
    let profile = fresh
        .icc
        .as_deref()
        .filter(|_| !find(parts, PROFILE).is_empty());
    let mut out = vec![0; FILE_HEADER_LEN];
    out.extend(plain_header(found, &header, profile.is_some()));
    out.extend_from_slice(find(parts, MASKS));
    for colour in find(parts, COLOURS).chunks(header.colour_len()) {
        out.extend_from_slice(colour.get(..3).unwrap_or(colour));
        out.extend((header.colour_len() == 4).then_some(0));
    }
    let pixels_from = out.len();
    for part in parts {
        if part.name == PIXELS.0 {
            out.extend_from_slice(part.bytes);
        } else if part.name == ROW_END.0 {
            row_end(&mut out, part.bytes, &header);
        }
    }
    if header.storage == Storage::Plain {
        // The last row's padding may be missing.
        let len = header.row().1.saturating_mul(header.height.into());
        let end = pixels_from.saturating_add(usize::try_from(len).unwrap_or(0));
        out.resize(end.max(out.len()), 0);
    }
    let profile_from = out.len();
    out.extend_from_slice(profile.unwrap_or_default());

    let len = out.len();
    write(&mut out, 0, *b"BM\0\0");
    number(&mut out, 2, len)?;
    write(&mut out, 6, [0; 4]);
    number(&mut out, 10, pixels_from)?;
    if header.form >= header::INFO {
        let size = profile_from.saturating_sub(pixels_from);
        number(&mut out, FILE_HEADER_LEN.saturating_add(20), size)?;
    }
    if let Some(profile) = profile {
        let from = profile_from.saturating_sub(FILE_HEADER_LEN);
        number(&mut out, FILE_HEADER_LEN.saturating_add(112), from)?;
        number(&mut out, FILE_HEADER_LEN.saturating_add(116), profile.len())?;
    }
    Ok(out)
}

/// A last byte with the bits that are pixels, and zeros up to the next row.
fn row_end(out: &mut Vec<u8>, end: &[u8], header: &Header) {
    let (bits, len) = header.row();
    if header.storage == Storage::Runs {
        out.push(0);
        return;
    }
    let used = u32::try_from(bits % 8).unwrap_or(0);
    let zeros = usize::try_from(len.saturating_sub(bits.div_ceil(8))).unwrap_or(0);
    if used > 0 {
        let mask = !(0xFF_u8 >> used);
        out.push(end.first().copied().unwrap_or(0) & mask);
    }
    out.extend(std::iter::repeat_n(0, zeros));
}

/// The header with what decoders read: its size, the picture's, depth, storage, density, colours, masks, colour space.
fn plain_header(found: &[u8], header: &Header, has_profile: bool) -> Vec<u8> {
    let mut out = found.get(..header.form).unwrap_or(found).to_vec();
    if header.form <= header::OS2_SHORT {
        return out;
    }
    // The size of the pixels comes later; how many colours are important is advice.
    write(&mut out, 20, [0; 4]);
    if !header.is_indexed() {
        write(&mut out, 32, [0; 4]);
    }
    write(&mut out, 36, [0; 4]);
    for at in unused(found, header) {
        if let Some(byte) = out.get_mut(at) {
            *byte = 0;
        }
    }
    if header.form >= V5 {
        write(&mut out, 112, [0; 8]);
    }
    if let Some(space) = header::colour_space(found) {
        let known = [space::CALIBRATED, space::SRGB, space::WINDOWS];
        let is_kept = known.contains(&space) || space == space::EMBEDDED && has_profile;
        write(&mut out, 56, if is_kept { space } else { space::SRGB });
    }
    out
}

/// The bytes of a header that decoders do not read: those of the program that wrote it, masks and colour
/// coordinates without effect, and what is reserved.
pub(super) fn unused(found: &[u8], header: &Header) -> Vec<usize> {
    let mut unused: Vec<usize> = Vec::new();
    match header.form {
        header::OS2 => unused.extend(40..header::OS2),
        form if form > header::INFO && !matches!(header.depth, 16 | 32) => {
            unused.extend(40..form.min(56));
        }
        _ => {}
    }
    if header.form >= V4 && header::colour_space(found) != Some(space::CALIBRATED) {
        unused.extend(60..V4);
    }
    if header.form >= V5 {
        // Rendering intents are 1, 2, 4 and 8.
        let is_intent = matches!(found.get(108..112), Some([0 | 1 | 2 | 4 | 8, 0, 0, 0]));
        unused.extend((108..112).filter(|_| !is_intent));
        // Where a profile is, if there is one.
        unused.extend((112..120).filter(|_| header::profile(found).is_none()));
        unused.extend(120..V5);
    }
    unused
}

fn write<const N: usize>(out: &mut [u8], at: usize, bytes: [u8; N]) {
    if let Some(field) = out.get_mut(at..at.saturating_add(N)) {
        field.copy_from_slice(&bytes);
    }
}

fn number(out: &mut [u8], at: usize, value: usize) -> Result<(), Error> {
    let value = u32::try_from(value).map_err(|_| Error::Malformed {
        what: "a BMP of more than 4 GiB",
        offset: at,
    })?;
    write(out, at, value.to_le_bytes());
    Ok(())
}
