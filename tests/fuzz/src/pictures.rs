//! Small pictures that can be decoded, coded once: what the built files show.

use std::io::Cursor;
use std::sync::LazyLock;

use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};

/// A JPEG: its tables and frame header, and its scan with the header.
pub struct Jpeg {
    pub tables: Vec<(u8, Vec<u8>)>,
    pub scan: Vec<u8>,
}

/// A colour JPEG and a grey one.
pub static JPEG: LazyLock<[Jpeg; 2]> = LazyLock::new(|| {
    let colour = DynamicImage::ImageRgb8(RgbImage::from_fn(17, 9, |x, y| {
        image::Rgb([(x * 15) as u8, (y * 28) as u8, (x * y) as u8])
    }));
    let grey = DynamicImage::ImageLuma8(colour.to_luma8());
    [colour, grey].map(|picture| split(&coded(&picture, ImageFormat::Jpeg)))
});

/// The payload of a lossless WebP picture of 9 × 5 with transparency.
pub static VP8L: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let picture = DynamicImage::ImageRgba8(RgbaImage::from_fn(9, 5, |x, y| {
        image::Rgba([(x * 20) as u8, (y * 40) as u8, 7, 255 - (x * 9) as u8])
    }));
    let file = coded(&picture, ImageFormat::WebP);
    let at = file
        .windows(4)
        .position(|word| word == b"VP8L")
        .unwrap_or_default();
    let len = u32::from_le_bytes([file[at + 4], file[at + 5], file[at + 6], file[at + 7]]);
    file[at + 8..at + 8 + len as usize].to_vec()
});

/// The payload of a lossy WebP picture of one pixel.
pub const VP8: &[u8] = b"\x30\x01\0\x9D\x01\x2A\x01\0\x01\0\x0E\xC0\xFE\x25\xA4\0\x03\x70\0\0\0\0";

/// A JPEG XL codestream in colour and one in grey, lossless.
pub static JXL: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    use zune_core::{bit_depth::BitDepth, colorspace::ColorSpace, options::EncoderOptions};
    let pixels: Vec<u8> = (0..9 * 5 * 3).map(|at| (at * 37 % 251) as u8).collect();
    [ColorSpace::RGB, ColorSpace::Luma].map(|space| {
        let options = EncoderOptions::new(9, 5, space, BitDepth::Eight);
        let mut file = Vec::new();
        zune_jpegxl::JxlSimpleEncoder::new(&pixels[..45 * space.num_components()], options)
            .encode(&mut file)
            .expect("a small picture can be coded");
        file
    })
});

fn coded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture
        .write_to(&mut file, format)
        .expect("a small picture can be coded");
    file.into_inner()
}

/// ITU-T T.81 § B.1.1: segments up to the scan, which goes up to the end of the image.
fn split(file: &[u8]) -> Jpeg {
    let mut tables = Vec::new();
    let mut at = 2;
    loop {
        let len = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        if file[at + 1] == 0xDA {
            let scan = file[at..file.len() - 2].to_vec();
            return Jpeg { tables, scan };
        }
        if !(0xE0..=0xEF).contains(&file[at + 1]) {
            tables.push((file[at + 1], file[at + 4..at + 2 + len].to_vec()));
        }
        at += 2 + len;
    }
}
