//! Photos with something to hide, made here.

use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, codecs};

/// The values that identify somebody; none of them may be in a clean copy.
pub(crate) const SECRETS: &[&[u8]] = &[b"SN-0042-4711", b"Mila Example", b"Home, second floor"];

/// A JPEG with a place, a serial number and an artist.
pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 90);
    encoder
        .write_image(
            &picture(width, height),
            width,
            height,
            ExtendedColorType::Rgb8,
        )
        .unwrap();
    let exif = [b"Exif\0\0", tiff().as_slice()].concat();
    let mut segment = vec![0xFF, 0xE1];
    segment.extend((exif.len() as u16 + 2).to_be_bytes());
    segment.extend(exif);
    file.splice(2..2, segment);
    file
}

/// A PNG with a description in a text chunk.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = codecs::png::PngEncoder::new(&mut file);
    encoder
        .write_image(
            &picture(width, height),
            width,
            height,
            ExtendedColorType::Rgb8,
        )
        .unwrap();
    let text = b"tEXtDescription\0Home, second floor";
    let mut chunk = (text.len() as u32 - 4).to_be_bytes().to_vec();
    chunk.extend(text);
    chunk.extend(crc32fast::hash(text).to_be_bytes());
    // After the header, which is always 8 + 25 bytes.
    file.splice(33..33, chunk);
    file
}

/// A picture that compresses like a photo: a smooth ground with something in it.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let grain = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 13 & 15;
        let sun =
            (x.abs_diff(width / 2).pow(2) + y.abs_diff(height / 3).pow(2)) < (height / 5).pow(2);
        let shade = |from: u32, to: u32| {
            (from + (to.saturating_sub(from)) * y / height.max(1) + grain).min(255) as u8
        };
        if sun {
            Rgb([250, 214, 120])
        } else {
            Rgb([shade(40, 230), shade(90, 160), shade(140, 170)])
        }
    })
}

/// Exif 2.3 § 4.5, big-endian: artist, serial number and a place.
fn tiff() -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let fields = [
            &tag.to_be_bytes()[..],
            &kind.to_be_bytes(),
            &count.to_be_bytes(),
            &value.to_be_bytes(),
        ];
        fields.concat()
    };
    let end = [0u8; 4];
    // Three directories of 3, 1 and 4 entries, then the values that do not fit into an entry.
    let (exif_at, gps_at, values_at) = (8 + 2 + 36 + 4, 8 + 42 + 18, 8 + 42 + 18 + 54);
    tiff.extend([0, 3]);
    tiff.extend(entry(0x013B, 2, 13, values_at));
    tiff.extend(entry(0x8769, 4, 1, exif_at));
    tiff.extend(entry(0x8825, 4, 1, gps_at));
    tiff.extend(end);
    tiff.extend([0, 1]);
    tiff.extend(entry(0xA431, 2, 13, values_at + 14));
    tiff.extend(end);
    tiff.extend([0, 4]);
    tiff.extend(entry(1, 2, 2, u32::from_be_bytes(*b"N\0\0\0")));
    tiff.extend(entry(2, 5, 3, values_at + 28));
    tiff.extend(entry(3, 2, 2, u32::from_be_bytes(*b"E\0\0\0")));
    tiff.extend(entry(4, 5, 3, values_at + 52));
    tiff.extend(end);
    tiff.extend(b"Mila Example\0\0");
    tiff.extend(b"SN-0042-4711\0\0");
    for number in [52u32, 1, 31, 1, 1234, 100, 13, 1, 24, 1, 4321, 100] {
        tiff.extend(number.to_be_bytes());
    }
    tiff
}
