//! JPEG out, at no lower quality than the original came with.

mod blocks;
mod huffman;
mod scan;

use blocks::Samples;
use scan::Scan;

use crate::jpeg_header::{JpegHeader, Table, ZIGZAG, finer};
use crate::worker::Raster;

/// The coarsest that a cloaked JPEG may be, of 100. Coarser steps would round a part of the cloak away on the first save.
const QUALITY_MIN: u16 = 90;

/// For what was no JPEG before.
const QUALITY_FRESH: u16 = 95;

/// Luminance and chrominance at quality 50 (ITU-T T.81 Annex K, tables K.1 and K.2).
const LUMA: Table = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
    92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const CHROMA: Table = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/// The longest side of a JPEG.
pub(super) const SIDE_MAX: u32 = 65_535;

/// A whole JPEG: full chroma, each step as fine as the original's or finer, Huffman tables of its own.
///
/// `samples` are those of `raster` with the cloak on, 8 bits each, without alpha. `original` is the file that it came from.
pub(super) fn encode(raster: &Raster, samples: &[u8], original: &[u8]) -> Option<Vec<u8>> {
    let (luma, chroma) = tables(original);
    let channels = if raster.is_grey() { 1 } else { 3 };
    let [width, height] = [raster.width, raster.height].map(|side| u16::try_from(side).ok());
    let size = [width?, height?];
    let samples = Samples::new(samples, size.map(usize::from), channels, [&luma, &chroma])?;
    let scan = Scan::new(&samples);

    let mut file = vec![0xFF, 0xD8];
    segment(&mut file, 0xE0, &JFIF)?;
    if let Some(exif) = &raster.exif {
        segment(&mut file, 0xE1, &[EXIF, exif].concat())?;
    }
    if let Some(icc) = &raster.icc {
        profile(&mut file, icc)?;
    }
    for (number, table) in (0..).zip([&luma, &chroma]).take(channels) {
        let steps = ZIGZAG.map(|place| u8::try_from(table[place]).unwrap_or(u8::MAX).max(1));
        segment(&mut file, 0xDB, &[&[number][..], &steps].concat())?;
    }
    segment(&mut file, 0xC0, &frame(size, channels))?;
    scan.write(&mut file)?;
    file.extend([0xFF, 0xD9]);
    Some(file)
}

/// Version 1.02, pixels as wide as high, no thumbnail (JFIF 1.02, page 5).
const JFIF: [u8; 14] = *b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0";

/// What stands before the TIFF stream (Exif 2.3 § 4.7.2).
const EXIF: &[u8] = b"Exif\0\0";

/// What stands before each part of a profile: then come its number, from 1, and how many there are (ICC.1:2010 § B.4).
const ICC: &[u8] = b"ICC_PROFILE\0";

/// The most bytes of a profile in one segment.
const ICC_PART_BYTES: usize = 65_533 - ICC.len() - 2;

/// A marker, the length, and what it is the length of; nothing where that is too long (T.81 § B.1.1.4).
fn segment(file: &mut Vec<u8>, marker: u8, payload: &[u8]) -> Option<()> {
    let length = u16::try_from(payload.len() + 2).ok()?;
    file.extend([0xFF, marker]);
    file.extend(length.to_be_bytes());
    file.extend(payload);
    Some(())
}

fn profile(file: &mut Vec<u8>, icc: &[u8]) -> Option<()> {
    let parts = icc.chunks(ICC_PART_BYTES);
    let count = u8::try_from(parts.len()).ok()?;
    for (number, part) in (1..=count).zip(parts) {
        segment(file, 0xE2, &[ICC, &[number, count], part].concat())?;
    }
    Some(())
}

/// 8 bits, baseline, no component at a lower resolution than another (T.81 § B.2.2).
fn frame([width, height]: [u16; 2], channels: usize) -> Vec<u8> {
    let components = if channels == 1 { 1 } else { 3 };
    let mut frame = vec![8];
    frame.extend(height.to_be_bytes());
    frame.extend(width.to_be_bytes());
    frame.push(components);
    frame.extend((0..components).flat_map(|index| [index + 1, 0x11, u8::from(index > 0)]));
    frame
}

/// The tables for a file that was made from this one.
fn tables(original: &[u8]) -> (Table, Table) {
    match JpegHeader::read(original) {
        Some(header) => (
            finer(&header.first, &at_quality(&LUMA, QUALITY_MIN)),
            finer(&header.others, &at_quality(&CHROMA, QUALITY_MIN)),
        ),
        None => (
            at_quality(&LUMA, QUALITY_FRESH),
            at_quality(&CHROMA, QUALITY_FRESH),
        ),
    }
}

/// A table scaled as the Independent JPEG Group's library does, for qualities from 50.
fn at_quality(table: &Table, quality: u16) -> Table {
    table.map(|step| ((step * (200 - 2 * quality) + 50) / 100).clamp(1, 255))
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ColorType, Encoder};

    use super::*;
    use crate::worker::Samples;
    use ledger::Digest;

    fn raster(channels: u8) -> (Raster, Vec<u8>) {
        of_size(32, 16, channels)
    }

    fn of_size(width: u32, height: u32, channels: u8) -> (Raster, Vec<u8>) {
        let samples: Vec<u8> = (0..width * height * u32::from(channels))
            .map(|at| (at * 7 % 251) as u8)
            .collect();
        let raster = Raster {
            width,
            height,
            channels,
            samples: Samples::Eight(samples.clone()),
            icc: None,
            cicp: None,
            exif: None,
            texts: Vec::new(),
            pixels_sha256: Digest::from([0; 32]),
            has_palette: false,
        };
        (raster, samples)
    }

    fn quality(quality: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        Encoder::new(&mut bytes, quality)
            .encode(&[99; 16 * 16 * 3], 16, 16, ColorType::Rgb)
            .unwrap();
        bytes
    }

    #[test]
    fn no_step_is_coarser_than_it_came_and_none_coarser_than_the_least() {
        let (raster, samples) = raster(3);
        for came in [30, 75, 92, 97, 100] {
            let original = quality(came);
            let before = JpegHeader::read(&original).unwrap();
            let after = JpegHeader::read(&encode(&raster, &samples, &original).unwrap()).unwrap();
            let least = at_quality(&LUMA, QUALITY_MIN);
            let none_above = |steps: &Table, most: &Table| {
                steps.iter().zip(most).all(|(step, most)| step <= most)
            };
            assert!(none_above(&after.first, &before.first), "{came}");
            assert!(none_above(&after.others, &before.others), "{came}");
            assert!(none_above(&after.first, &least), "{came}");
            if came > QUALITY_MIN as u8 {
                assert_eq!(after.first, before.first, "not needlessly finer");
            }
        }
    }

    /// Sizes of every kind: within a block, not whole blocks, and many intervals between restart markers.
    #[test]
    fn a_decoder_reads_what_was_coded() {
        let finest = quality(100);
        let sizes = [
            (1, 1),
            (7, 9),
            (8, 8),
            (65, 130),
            (3_000, 100),
            (9, 70_000 / 16),
            (65_535, 17),
        ];
        for ((width, height), channels) in sizes.into_iter().flat_map(|size| [(size, 1), (size, 3)])
        {
            let (raster, samples) = of_size(width, height, channels);
            let bytes = encode(&raster, &samples, &finest).unwrap();
            let decoded = image::load_from_memory(&bytes).unwrap();
            assert_eq!((decoded.width(), decoded.height()), (width, height));
            let decoded = match channels {
                1 => decoded.to_luma8().into_raw(),
                _ => decoded.to_rgb8().into_raw(),
            };
            let worst = decoded
                .iter()
                .zip(&samples)
                .map(|(a, b)| a.abs_diff(*b))
                .max();
            assert!(
                worst <= Some(4),
                "{width} × {height}, {channels}: {worst:?}"
            );
        }
    }

    #[test]
    fn full_chroma_and_a_single_component_for_grey() {
        let (colour, samples) = raster(3);
        let bytes = encode(&colour, &samples, b"").unwrap();
        let frame = bytes.windows(2).position(|at| at == [0xFF, 0xC0]).unwrap();
        assert_eq!(bytes[frame + 9], 3, "components");
        for component in 0..3 {
            assert_eq!(bytes[frame + 11 + 3 * component], 0x11, "sampling");
        }
        let (grey, samples) = raster(1);
        let bytes = encode(&grey, &samples, b"").unwrap();
        assert_eq!(JpegHeader::read(&bytes).unwrap().components, 1);
    }
}
