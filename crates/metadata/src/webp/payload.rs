//! What the chunks of a WebP tell.

use std::borrow::Cow;

use crate::format::Payload;
use crate::keep::{Fate, fate};
use crate::part::{Kind, Part};

/// The payload of a part that is not copied.
pub(super) fn payload<'a>(part: &Part<'a>) -> Option<Payload<'a>> {
    let label = part.bytes.get(..4).unwrap_or_default();
    Some(match (part.kind, label) {
        (Kind::Exif, _) => Payload::Exif(Cow::Borrowed(tiff(part.body))),
        (Kind::Orphan | Kind::Duplicate, b"EXIF") => Payload::Exif(upright(tiff(part.body))),
        (Kind::ColourProfile, _) => Payload::Icc(Cow::Borrowed(part.body)),
        (Kind::Orphan | Kind::Duplicate, b"ICCP") => Payload::BrokenIcc(part.body.len()),
        (Kind::Xmp, _) => Payload::Xmp(Cow::Borrowed(part.body)),
        (Kind::Provenance, _) => Payload::Provenance(Cow::Borrowed(part.body)),
        (Kind::Trailer, _) => Payload::Trailer(part.body),
        (kind, _) if fate(kind) == Fate::Drop => Payload::Unknown {
            name: label.escape_ascii().to_string(),
            bytes: part.body,
        },
        _ => return None,
    })
}

/// Many writers put JPEG's prefix before the TIFF stream, against RFC 9649 § 2.7.1.5.
fn tiff(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"Exif\0\0").unwrap_or(body)
}

/// An Exif block that viewers pass over must not turn the picture: the same block, with the orientation (tag 0x0112)
/// of its first IFD set to 1 (TIFF 6.0 § 2 and § 8).
fn upright(tiff: &[u8]) -> Cow<'_, [u8]> {
    orientation_at(tiff).map_or(Cow::Borrowed(tiff), |(at, upright)| {
        let mut changed = tiff.to_vec();
        if let Some(field) = changed.get_mut(at..at.saturating_add(2)) {
            field.copy_from_slice(&upright);
        }
        Cow::Owned(changed)
    })
}

/// Where the value of the orientation stands, and 1 in the stream's byte order.
fn orientation_at(tiff: &[u8]) -> Option<(usize, [u8; 2])> {
    let little = tiff.starts_with(b"II");
    let u16_at = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let bytes: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let ifd = if little {
        u32::from_le_bytes(bytes)
    } else {
        u32::from_be_bytes(bytes)
    };
    let ifd = usize::try_from(ifd).ok()?;
    let entries = usize::from(u16_at(ifd)?);
    (0..entries)
        .filter_map(|entry| ifd.checked_add(2)?.checked_add(entry.checked_mul(12)?))
        .find(|at| u16_at(*at) == Some(0x0112))
        .and_then(|at| at.checked_add(8))
        .map(|at| (at, if little { [1, 0] } else { [0, 1] }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_exif_does_not_turn_the_picture() {
        let big = b"MM\0*\0\0\0\x08\0\x02\x01\x0F\0\x02\0\0\0\x04Acm\0\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let changed = upright(big);
        assert_eq!(changed.iter().zip(big).filter(|(a, b)| a != b).count(), 1);
        assert_eq!(changed[30..32], [0, 1]);
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        assert_eq!(upright(little)[18..20], [1, 0]);
        for len in 0..big.len() {
            upright(&big[..len]);
        }
    }
}
