//! The pieces that a file is cut into. Parts tile the file: no gap, no overlap, so nothing can hide between them.

use std::ops::Range;

use crate::Error;

/// What a part is, in words that fit every container. [`fate`](crate::keep::fate) decides by this alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The bytes that name the container.
    Signature,
    /// Size, depth and layout of the picture.
    Header,
    /// Quantisation, entropy-coding and palette tables.
    Tables,
    /// Coded pixels, with the header that they cannot be decoded without.
    Pixels,
    /// Transparency that is stored apart from the pixels.
    Transparency,
    /// Colour space by number: gamma, primaries, transfer, HDR luminance.
    ColourNumbers,
    /// An ICC profile.
    ColourProfile,
    /// Pixel density or aspect ratio.
    Density,
    /// Frame timing, placement and looping.
    Animation,
    /// The JFIF header, which may hold a thumbnail.
    Jfif,
    /// The Adobe colour transform.
    AdobeTransform,
    /// The WebP feature flags and canvas size.
    Features,
    /// What tells where the gain map is and how it brightens the picture on an HDR screen.
    GainMapIndex,
    /// Boxes, lists and offsets that say where the pieces of the picture are.
    Structure,
    /// Words inside coded samples, whose place must stay.
    Message,
    /// The mark that ends the picture.
    End,

    /// An Exif block.
    Exif,
    /// An XMP packet, or a piece of one.
    Xmp,
    /// Photoshop resources, in which IPTC lives.
    Photoshop,
    /// A free comment.
    Comment,
    /// Keyed or plain text.
    Text,
    /// A date.
    Time,
    /// A C2PA manifest store, or a piece of one.
    Provenance,
    /// The index of further pictures in the file (CIPA DC-007).
    MultiPicture,
    /// Another picture than the one that is shown: a thumbnail, a depth map, a second camera's.
    SecondPicture,
    /// A maker's own block.
    Vendor,
    /// Advice for old displays, without effect on the decoded pixels.
    Advice,
    /// What describes or points to a part that goes.
    Orphan,
    /// A second copy of something that may stand once.
    Duplicate,
    /// Bytes between the parts that a decoder skips.
    Filler,
    /// Everything after the end of the picture.
    Trailer,
    /// A part that no rule explains.
    Unknown,
}

/// A piece of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    /// What it is.
    pub(crate) kind: Kind,
    /// What the format calls it, such as `APP1` or `tEXt`.
    pub(crate) name: &'static str,
    /// Where it begins, in bytes from the start of the file.
    pub(crate) offset: usize,
    /// The whole part, headers included.
    pub(crate) bytes: &'a [u8],
    /// The payload: `bytes` without the format's framing.
    pub(crate) body: &'a [u8],
}

impl Part<'_> {
    /// Whether the picture decodes from its bytes.
    pub(crate) const fn is_coded(&self) -> bool {
        matches!(
            self.kind,
            Kind::Header | Kind::Tables | Kind::Pixels | Kind::Transparency
        )
    }
}

/// Checks that the parts tile the file.
///
/// # Errors
/// [`Error::Malformed`] at the first byte that no part, or more than one part, accounts for.
pub(crate) fn check_tiling(parts: &[Part<'_>], file_len: usize) -> Result<(), Error> {
    let mut next = 0_usize;
    for part in parts {
        if part.offset != next {
            return Err(gap(next));
        }
        next = next.saturating_add(part.bytes.len());
    }
    if next == file_len {
        Ok(())
    } else {
        Err(gap(next))
    }
}

/// Whether a stretch of the file lies in parts alone of which that stretch is not looked at; `unseen` tells which bytes of a
/// part are not, counted from its beginning.
pub(crate) fn all_unseen(
    parts: &[Part<'_>],
    stretch: &Range<usize>,
    unseen: impl Fn(&Part<'_>) -> Option<Range<usize>>,
) -> bool {
    let end = |part: &Part<'_>| part.offset.saturating_add(part.bytes.len());
    let first = parts.partition_point(|part| end(part) <= stretch.start);
    let inside = parts.get(first..).unwrap_or_default().iter();
    let mut inside = inside.take_while(|part| part.offset < stretch.end);
    inside.all(|part| {
        let from = stretch.start.saturating_sub(part.offset);
        let to = end(part).min(stretch.end).saturating_sub(part.offset);
        unseen(part).is_some_and(|unseen| unseen.start <= from && to <= unseen.end)
    })
}

fn gap(offset: usize) -> Error {
    Error::Malformed {
        what: "its parts do not account for every byte",
        offset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(offset: usize, bytes: &[u8]) -> Part<'_> {
        Part {
            kind: Kind::Unknown,
            name: "test",
            offset,
            bytes,
            body: bytes,
        }
    }

    #[test]
    fn a_stretch_is_unseen_only_where_all_of_its_parts_are() {
        let parts = [part(0, b"ab"), part(2, b"cdef"), part(6, b"gh")];
        let body = |part: &Part<'_>| (part.offset > 0).then_some(1..part.bytes.len());
        assert!(all_unseen(&parts, &(3..6), body));
        assert!(all_unseen(&parts, &(4..5), body));
        assert!(!all_unseen(&parts, &(2..6), body), "the first byte is seen");
        assert!(!all_unseen(&parts, &(3..7), body), "so is that of the next");
        assert!(!all_unseen(&parts, &(1..2), body));
    }

    #[test]
    fn tiles_without_gap_or_overlap() {
        assert!(check_tiling(&[part(0, b"ab"), part(2, b"c")], 3).is_ok());
        assert!(check_tiling(&[part(0, b"ab"), part(3, b"c")], 4).is_err());
        assert!(check_tiling(&[part(0, b"ab"), part(1, b"c")], 3).is_err());
        assert!(check_tiling(&[part(0, b"ab")], 3).is_err());
    }
}
