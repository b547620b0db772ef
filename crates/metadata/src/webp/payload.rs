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
        (Kind::Orphan | Kind::Duplicate, b"EXIF") => {
            Payload::SpareExif(Cow::Borrowed(tiff(part.body)))
        }
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
