//! The one Exif item that may stay: written anew with what the person keeps, in the place of the original's.

use super::meta::Meta;

/// What stands before the TIFF stream in an Exif item (ISO/IEC 23008-12 § A.2.1): how far behind it the stream
/// begins, and the marker that JPEG has there, which most programs write.
pub(super) const PREFIX: &[u8] = b"\0\0\0\x06Exif\0\0";

/// The Exif item that describes the primary picture.
pub(super) fn chosen(meta: &Meta) -> Option<u32> {
    meta.referring(b"cdsc")
        .filter(|found| found.to.contains(&meta.primary))
        .map(|found| found.from)
        .find(|from| {
            meta.items
                .get(from)
                .is_some_and(|item| item.label == *b"Exif")
        })
}

/// The TIFF stream in an Exif item's data.
pub(super) fn tiff(data: &[u8]) -> Option<&[u8]> {
    let (length, rest) = data.split_first_chunk::<4>()?;
    let skip = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let tiff = rest.get(skip..)?;
    (tiff.starts_with(b"II") || tiff.starts_with(b"MM")).then_some(tiff)
}
