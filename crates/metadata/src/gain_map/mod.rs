//! The numbers of HDR gain maps, in the forms in which makers write them, read from what a file says and written anew:
//! Ultra HDR's XMP, Apple's XMP with two numbers in the maker's block of Exif, and the binary form of ISO 21496-1. Only
//! numbers pass; texts, dates and names have no way through. Where the map itself stands is each container's business.

pub(crate) mod apple;
pub(crate) mod iso;
pub(crate) mod ultra_hdr;
mod xmp;

/// What the announcement of every gain map says, whatever its numbers are; each form behind a NUL of its own.
pub(crate) fn words() -> Vec<u8> {
    let directory = ultra_hdr::directory_packet(0);
    [
        directory.as_bytes(),
        apple::URN.as_bytes(),
        apple::NOTE_NAME,
    ]
    .join(&0)
}

/// Whether a gain map of this size can lie on a picture of that one: both have the same shape, but for rounding. One of
/// another shape belongs to another picture, or to this one before it was cropped, which it would show.
pub(crate) fn fits(map: (u32, u32), picture: (u32, u32)) -> bool {
    /// How many pixels of a map may be more or less on each side; some are padded to blocks.
    const PADDING: u64 = 2;
    let [map_width, map_height] = [map.0, map.1].map(u64::from);
    let [width, height] = [picture.0, picture.1].map(u64::from);
    let (a, b) = (
        width.saturating_mul(map_height),
        height.saturating_mul(map_width),
    );
    a.abs_diff(b) <= width.saturating_add(height).saturating_mul(PADDING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_have_the_shape_of_their_picture() {
        for (map, picture) in [
            ((2_016, 1_512), (4_032, 3_024)),
            ((1_008, 756), (4_032, 3_024)),
            ((97, 128), (387, 512)),
            ((26, 17), (101, 67)),
            ((8, 8), (8, 8)),
            ((1_020, 768), (4_080, 3_072)),
        ] {
            assert!(fits(map, picture), "{map:?} {picture:?}");
        }
        for (map, picture) in [
            ((1_008, 756), (4_032, 2_268)),
            ((1_008, 756), (3_024, 4_032)),
            ((1_008, 756), (3_000, 3_000)),
            ((1_008, 756), (4_032, 2_900)),
        ] {
            assert!(!fits(map, picture), "{map:?} {picture:?}");
        }
    }
}
