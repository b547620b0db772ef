//! A JPEG XL of what stays: headers without names, previews and time codes, the colour profile without its texts, and
//! the coded sections as they are, cut into boxes as before.

use super::bits::{BitString, Edit, edited};
use super::codestream::Head;
use super::frame::Frame;
use super::image::Image;
use super::{BOX, FRAME, HEADER, HELPER, LEVEL, PIECE, SECTIONS, SIGN, frames_in, joined, profile};
use crate::format::Fresh;
use crate::part::Part;
use crate::{Error, Limits, icc};

/// The one file type that there is (ISO/IEC 18181-2 § 4.2).
const FILE_TYPE: &[u8; 20] = b"\0\0\0\x14ftypjxl \0\0\0\0jxl ";

/// Writes the file.
///
/// # Errors
/// When a header does not read back as it was.
pub(super) fn rebuild(parts: &[Part<'_>], fresh: &Fresh) -> Result<Vec<u8>, Error> {
    let head_bytes = joined(parts, HEADER);
    let limits = Limits {
        inflated_bytes_max: usize::MAX,
        ..Limits::default()
    };
    let head = Head::read(&head_bytes, &limits)?;
    let mut writing = Writing {
        pieces: vec![Vec::new()],
        pending: None,
        image: head.image.clone(),
        header: header(&head_bytes, &head, fresh, &limits)?,
    };
    for part in parts {
        writing.take(part)?;
    }
    writing.flush()?;
    let mut pieces = writing.pieces;
    pieces.retain(|piece| !piece.is_empty());

    let has = |name: &str| parts.iter().find(|part| part.name == name);
    if has(SIGN.0).is_none() {
        return Ok(pieces.concat());
    }
    let mut out = [&super::boxes::SIGNATURE[..], FILE_TYPE].concat();
    if let Some(level) = has(LEVEL.0) {
        push_box(&mut out, *b"jxll", &[level.body]);
    }
    if let Some(tiff) = &fresh.exif {
        // How far behind this number the TIFF stream begins (§ 4.4).
        push_box(&mut out, *b"Exif", &[&[0; 4], tiff]);
    }
    if has(BOX.0).is_some() {
        push_box(&mut out, *b"jxlc", &[&pieces.concat()]);
        return Ok(out);
    }
    let last = pieces.len().saturating_sub(1);
    for (number, piece) in pieces.iter().enumerate() {
        let mark = if number == last { 1_u32 << 31 } else { 0 };
        let number = u32::try_from(number).unwrap_or(u32::MAX) | mark;
        push_box(&mut out, *b"jxlp", &[&number.to_be_bytes(), piece]);
    }
    Ok(out)
}

/// Writes a box; its size in eight bytes when it does not fit four.
fn push_box(out: &mut Vec<u8>, label: [u8; 4], body: &[&[u8]]) {
    let len = body.iter().fold(8_u64, |len, piece| {
        len.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX))
    });
    match u32::try_from(len) {
        Ok(len) => {
            out.extend(len.to_be_bytes());
            out.extend(label);
        }
        Err(_) => {
            out.extend(1_u32.to_be_bytes());
            out.extend(label);
            out.extend(len.saturating_add(8).to_be_bytes());
        }
    }
    for piece in body {
        out.extend_from_slice(piece);
    }
}

/// The codestream's header without what goes.
fn header(bytes: &[u8], head: &Head, fresh: &Fresh, limits: &Limits) -> Result<Vec<u8>, Error> {
    let (fields_end, profile_end) = head.profile_at;
    let mut out = BitString::default();
    edited(&mut out, bytes, 0, fields_end, &head.edits);
    let wanted = match &head.profile {
        None => None,
        Some(found) => {
            let clean = fresh.icc.clone().or_else(|| icc::scrub(found));
            let clean = clean.ok_or(UNREADABLE_PROFILE)?;
            if clean == *found {
                out.copy(bytes, fields_end, profile_end);
            } else {
                out.append(&profile::write(&clean));
            }
            Some(clean)
        }
    };
    out.pad();
    let written = out.into_bytes();
    let again = Head::read(&written, limits)?;
    let same = again.image == expected(&head.image)
        && again.profile == wanted
        && again.to == written.len()
        && again.names.is_empty();
    if same { Ok(written) } else { Err(CHANGED) }
}

/// The refusal of a profile that cannot be written anew.
pub(super) const UNREADABLE_PROFILE: Error = Error::UnsupportedFeature {
    what: "a colour profile that is damaged (ISO/IEC 18181-1 § E.4)",
    offset: 0,
};

/// A header that does not say what it said before.
const CHANGED: Error = Error::LeftBehind {
    what: "a change in the coded picture",
};

/// What the new header must say.
fn expected(image: &Image) -> Image {
    let mut image = image.clone();
    image.preview = None;
    if let Some(animation) = &mut image.animation {
        animation.has_timecodes = false;
    }
    image
}

struct Writing {
    /// The codestream, cut as it was.
    pieces: Vec<Vec<u8>>,
    pending: Option<Pending>,
    image: Image,
    /// The codestream's header, as it will stand.
    header: Vec<u8>,
}

/// Headers that were gathered and not written yet.
struct Pending {
    name: &'static str,
    bytes: Vec<u8>,
    /// In which piece they stand, and how many bytes there.
    cuts: Vec<(usize, usize)>,
}

impl Writing {
    fn take(&mut self, part: &Part<'_>) -> Result<(), Error> {
        let name = part.name;
        if name == BOX.0 || name == PIECE.0 {
            self.pieces.push(Vec::new());
        } else if [HEADER.0, FRAME.0, HELPER.0].contains(&name) {
            if self
                .pending
                .as_ref()
                .is_some_and(|before| before.name != name)
            {
                self.flush()?;
            }
            let pending = self.pending.get_or_insert(Pending {
                name,
                bytes: Vec::new(),
                cuts: Vec::new(),
            });
            pending.bytes.extend_from_slice(part.bytes);
            let at = self.pieces.len().saturating_sub(1);
            pending.cuts.push((at, part.bytes.len()));
        } else if name == SECTIONS.0 {
            self.flush()?;
            if let Some(piece) = self.pieces.last_mut() {
                piece.extend_from_slice(part.bytes);
            }
        }
        Ok(())
    }

    /// Writes the headers that were gathered: cut as they were where they are as they were, else in one piece.
    fn flush(&mut self) -> Result<(), Error> {
        let Some(pending) = self.pending.take() else {
            return Ok(());
        };
        let written = match pending.name == HEADER.0 {
            true => std::mem::take(&mut self.header),
            false => self.frames(&pending.bytes)?,
        };
        let is_same = written == pending.bytes;
        let mut rest = written.as_slice();
        for (at, len) in pending.cuts {
            let len = if is_same { len } else { rest.len() };
            let (taken, left) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            rest = left;
            if let Some(piece) = self.pieces.get_mut(at) {
                piece.extend_from_slice(taken);
            }
        }
        Ok(())
    }

    /// The headers of frames without what goes, each read again.
    fn frames(&self, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let image = expected(&self.image);
        let mut all = Vec::new();
        for frame in frames_in(bytes, &self.image)? {
            let written = frame_header(bytes, &frame);
            let again = frames_in(&written, &image)?;
            let [again] = again.as_slice() else {
                return Err(CHANGED);
            };
            let coded = |frame: &Frame| frame.to.saturating_sub(frame.sections_from);
            if again.header != frame.header
                || !again.edits.is_empty()
                || coded(again) != coded(&frame)
            {
                return Err(CHANGED);
            }
            all.extend(written);
        }
        Ok(all)
    }
}

/// A frame's header and table, without what goes.
fn frame_header(bytes: &[u8], frame: &Frame) -> Vec<u8> {
    let mut out = BitString::default();
    let from = frame.from.saturating_mul(8);
    let edits: &[Edit] = &frame.edits;
    edited(&mut out, bytes, from, frame.order_end, edits);
    out.pad();
    let mut out = out.into_bytes();
    let sizes = bytes.get(frame.sizes_at >> 3..frame.sections_from);
    out.extend_from_slice(sizes.unwrap_or_default());
    out
}
