//! A still picture's upright pixels at their own depth, and what belongs into a file beside them.

use std::io::Cursor;

use heif::Coding;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder};
use metadata::{Container, Sniffed, sniff};
use tiff::tags::Tag;

use super::decode::{DECODER_BYTES_MAX, decoder, not_decoded, pixels_digest, turns_itself};
use super::raster::Found;
use super::{NotDecoded, heic, jpeg_xl};
use crate::jpeg_header::JpegHeader;

/// Decodes a still picture and turns it upright.
pub(super) fn pixels(bytes: &[u8], orientation: u8) -> Result<Vec<u8>, NotDecoded> {
    let Some(Sniffed::Photo(container)) = sniff(bytes) else {
        return Err(NotDecoded::Undecodable);
    };
    check(container, bytes)?;
    let mut cicp = None;
    let (mut image, icc, exif) = match container {
        Container::Jxl => {
            let (image, icc) = jpeg_xl::still(bytes, DECODER_BYTES_MAX)?;
            (image, icc, Vec::new())
        }
        Container::Heic | Container::Avif => {
            let coding = match container {
                Container::Avif => Coding::Av1,
                _ => Coding::Hevc,
            };
            let still = heic::still(bytes, coding, DECODER_BYTES_MAX)?;
            cicp = still.cicp;
            (still.image, still.icc, Vec::new())
        }
        _ => decode(bytes)?,
    };
    if !turns_itself(container) {
        let turn = Orientation::from_exif(orientation).unwrap_or(Orientation::NoTransforms);
        image.apply_orientation(turn);
    }
    let color = image.color();
    Found {
        width: image.width(),
        height: image.height(),
        channels: color.channel_count(),
        sample_bytes: color.bytes_per_pixel() / color.channel_count(),
        // Numbers that are neither 8 nor 16 bits have no digest: they are refused here.
        digest: pixels_digest(&image, 1)?,
        samples: image.as_bytes(),
        icc,
        cicp,
        exif,
        texts: texts(container, bytes),
        has_palette: has_palette(container, bytes),
    }
    .write()
}

/// A picture that is more, or other, than one still picture in the colours of light.
fn check(container: Container, bytes: &[u8]) -> Result<(), NotDecoded> {
    let at = || Cursor::new(bytes);
    let wrong = match container {
        Container::Jpeg => JpegHeader::read(bytes)
            .is_some_and(|header| header.components > 3)
            .then_some(NotDecoded::Inks),
        Container::Png => PngDecoder::new(at())
            .and_then(|decoder| decoder.is_apng())
            .map_err(|error| not_decoded(&error))?
            .then_some(NotDecoded::Moving),
        Container::Webp => WebPDecoder::new(at())
            .map_err(|error| not_decoded(&error))?
            .has_animation()
            .then_some(NotDecoded::Moving),
        Container::Tiff => tiff::decoder::Decoder::new(at())
            .map_err(|_| NotDecoded::Undecodable)?
            .more_images()
            .then_some(NotDecoded::Pages),
        _ => None,
    };
    wrong.map_or(Ok(()), Err)
}

fn decode(bytes: &[u8]) -> Result<(DynamicImage, Vec<u8>, Vec<u8>), NotDecoded> {
    let mut decoder = decoder(bytes)?;
    if matches!(
        decoder.original_color_type(),
        ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16
    ) {
        return Err(NotDecoded::Inks);
    }
    // A picture without its profile would look different.
    let icc = decoder.icc_profile().map_err(|error| not_decoded(&error))?;
    let exif = decoder.exif_metadata().ok().flatten();
    let image = DynamicImage::from_decoder(decoder).map_err(|error| not_decoded(&error))?;
    Ok((image, icc.unwrap_or_default(), exif.unwrap_or_default()))
}

/// What a TIFF's first directory says of time, maker, model, artist and copyright (TIFF 6.0 § 8), in ASCII.
fn texts(container: Container, bytes: &[u8]) -> Vec<(u16, String)> {
    const TAGS: [Tag; 5] = [
        Tag::DateTime,
        Tag::Make,
        Tag::Model,
        Tag::Artist,
        Tag::Copyright,
    ];
    if container != Container::Tiff {
        return Vec::new();
    }
    let Ok(mut decoder) = tiff::decoder::Decoder::new(Cursor::new(bytes)) else {
        return Vec::new();
    };
    TAGS.into_iter()
        .filter_map(|tag| Some((tag.to_u16(), decoder.get_tag_ascii_string(tag).ok()?)))
        .collect()
}

/// Whether the colours stand in a list. PNG: colour type 3 (PNG 3rd edition § 11.2.1); BMP: up to 8 bits a pixel.
fn has_palette(container: Container, bytes: &[u8]) -> bool {
    match container {
        Container::Png => bytes.get(25) == Some(&3),
        Container::Bmp => bytes
            .get(28..30)
            .is_some_and(|bits| matches!(bits, [1..=8, 0])),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{ImageBuffer, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

    use super::super::decode::perform;
    use super::super::protocol::Task;
    use super::super::raster::{Raster, Samples};
    use super::*;

    fn raster(bytes: &[u8], orientation: u8) -> Result<Raster, NotDecoded> {
        perform(Task::Pixels { orientation }, bytes).map(|reply| Raster::read(reply).unwrap())
    }

    fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.into().write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn own_depth_and_upright() {
        let wide = RgbImage::from_fn(3, 2, |x, y| Rgb([x as u8, y as u8, 9]));
        let picture = raster(&encoded(wide.clone(), ImageFormat::Png), 6).unwrap();
        assert_eq!((picture.width, picture.height, picture.channels), (2, 3, 3));
        let turned = image::imageops::rotate90(&wide);
        assert_eq!(picture.samples, Samples::Eight(turned.into_raw()));
        assert!(!picture.has_palette);

        let deep = ImageBuffer::from_fn(3, 2, |x, _| Rgba([x as u16 * 9_000, 1, 2, 65_535]));
        for format in [ImageFormat::Png, ImageFormat::Tiff] {
            let image = DynamicImage::ImageRgba16(deep.clone());
            let picture = raster(&encoded(image, format), 1).unwrap();
            assert_eq!(picture.channels, 4);
            assert_eq!(picture.samples, Samples::Sixteen(deep.as_raw().clone()));
        }
    }

    #[test]
    fn the_digest_is_the_same_as_that_of_the_digest_task() {
        let clear = RgbaImage::from_fn(5, 4, |x, y| Rgba([x as u8, y as u8, 7, 100]));
        let bytes = encoded(clear, ImageFormat::WebP);
        for orientation in 1..=8 {
            let digest = perform(Task::Digest { orientation }, &bytes).unwrap();
            let picture = raster(&bytes, orientation).unwrap();
            assert_eq!(picture.pixels_sha256.as_bytes()[..], digest[..]);
        }
    }

    #[test]
    fn numbers_that_are_no_integers_are_not_taken() {
        let float = DynamicImage::from(RgbImage::new(2, 2)).into_rgb32f();
        let bytes = encoded(DynamicImage::ImageRgb32F(float), ImageFormat::Tiff);
        assert_eq!(raster(&bytes, 1), Err(NotDecoded::Undecodable));
    }

    #[test]
    fn several_pages_are_not_one_picture() {
        let mut bytes = Cursor::new(Vec::new());
        let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).unwrap();
        for _ in 0..2 {
            encoder
                .write_image::<tiff::encoder::colortype::RGB8>(2, 2, &[0; 12])
                .unwrap();
        }
        assert_eq!(raster(&bytes.into_inner(), 1), Err(NotDecoded::Pages));
    }

    #[test]
    fn inks_are_not_light() {
        let mut bytes = Vec::new();
        jpeg_encoder::Encoder::new(&mut bytes, 90)
            .encode(&[0; 8 * 8 * 4], 8, 8, jpeg_encoder::ColorType::Cmyk)
            .unwrap();
        assert_eq!(raster(&bytes, 1), Err(NotDecoded::Inks));
        let mut bytes = Cursor::new(Vec::new());
        tiff::encoder::TiffEncoder::new(&mut bytes)
            .unwrap()
            .write_image::<tiff::encoder::colortype::CMYK8>(2, 2, &[0; 16])
            .unwrap();
        assert_eq!(raster(&bytes.into_inner(), 1), Err(NotDecoded::Inks));
    }
}
