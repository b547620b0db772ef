//! JPEG out, at no lower quality than the original came with.

use jpeg_encoder::{ColorType, Encoder, QuantizationTableType, SamplingFactor};

use crate::jpeg_header::{JpegHeader, Table, finer};
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

/// From this width on, in pixels, a picture gets codes of its own, in a scan for each component: 5 % fewer bytes. In narrower
/// ones they save nothing to speak of, and where the last row of blocks takes but a few bytes of such a scan, zune-jpeg 0.5,
/// which reads ahead, shows that row grey.
const OWN_CODES_WIDTH_MIN: u32 = 512;

/// A whole JPEG: full chroma, each step as fine as the original's or finer, Huffman tables of its own.
///
/// `samples` are those of `raster` with the cloak on, 8 bits each, without alpha. `original` is the file that it came from.
pub(super) fn encode(raster: &Raster, samples: &[u8], original: &[u8]) -> Option<Vec<u8>> {
    let (luma, chroma) = tables(original);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 100);
    let custom = |table| QuantizationTableType::Custom(Box::new(table));
    encoder.set_quantization_tables(custom(luma), custom(chroma));
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder.set_optimized_huffman_tables(raster.width >= OWN_CODES_WIDTH_MIN);
    if let Some(icc) = &raster.icc {
        encoder.add_icc_profile(icc).ok()?;
    }
    if let Some(exif) = &raster.exif {
        encoder.add_exif_metadata(exif).ok()?;
    }
    let color = if raster.is_grey() {
        ColorType::Luma
    } else {
        ColorType::Rgb
    };
    let side = |side: u32| u16::try_from(side).ok();
    encoder
        .encode(samples, side(raster.width)?, side(raster.height)?, color)
        .ok()?;
    Some(bytes)
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

    /// Sizes of every kind: within a block, not whole blocks, narrow and wide.
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
    fn a_plain_lower_border_is_decoded_to_its_end() {
        for width in [8, 32, 64, 200, OWN_CODES_WIDTH_MIN - 1, OWN_CODES_WIDTH_MIN] {
            let (raster, mut samples) = of_size(width, 64, 3);
            let plain = samples.len() / 2;
            for pixel in samples[plain..].as_chunks_mut::<3>().0 {
                *pixel = [200, 30, 60];
            }
            let bytes = encode(&raster, &samples, b"").unwrap();
            let decoded = image::load_from_memory(&bytes)
                .unwrap()
                .to_rgb8()
                .into_raw();
            let below = decoded[plain..].iter().zip(&samples[plain..]);
            assert!(
                below.map(|(a, b)| a.abs_diff(*b)).max() < Some(8),
                "{width}"
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
