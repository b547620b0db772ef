//! TIFF, decoded before and after by a decoder that knows nothing of us: every page, every bit.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

use std::io::Cursor;

use metadata::{Limits, Policy, clean};
use tiff::decoder::{Decoder, DecodingResult};
use tiff::encoder::colortype::{CMYK8, ColorType, Gray8, Gray16, Gray32Float, RGB8, RGB16, RGBA8};
use tiff::encoder::{Compression, DeflateLevel, Predictor, TiffEncoder, TiffKind, TiffValue};
use tiff::tags::Tag;

const WIDTH: u32 = 37;
const HEIGHT: u32 = 23;

/// A page with texts in it that say who, where and with what.
fn page<C: ColorType, K: TiffKind>(
    file: &mut TiffEncoder<&mut Cursor<Vec<u8>>, K>,
    number: u32,
    sample: impl Fn(u32) -> C::Inner,
) where
    [C::Inner]: TiffValue,
{
    let samples = WIDTH * HEIGHT * C::BITS_PER_SAMPLE.len() as u32;
    let pixels: Vec<C::Inner> = (0..samples).map(sample).collect();
    let mut image = file.new_image::<C>(WIDTH, HEIGHT).unwrap();
    image.rows_per_strip(5).unwrap();
    let tags = image.encoder();
    let text = format!("Jane Doe's page {number}");
    tags.write_tag(Tag::ImageDescription, text.as_str())
        .unwrap();
    tags.write_tag(Tag::Make, "Acme Cameras").unwrap();
    tags.write_tag(Tag::DateTime, "2024:01:31 12:00:05")
        .unwrap();
    // What exiftool leaves in a TIFF that a raw converter wrote: serial number, name of the original.
    tags.write_tag(Tag::Unknown(50_735), "PI040378D25L000046")
        .unwrap();
    tags.write_tag(Tag::Unknown(50_827), "IMG_0151_secret.DNG")
        .unwrap();
    tags.write_tag(Tag::Unknown(65_000), "a private tag")
        .unwrap();
    image.write_data(&pixels).unwrap();
}

fn decoded(file: &[u8]) -> Vec<(Vec<u16>, (u32, u32), String)> {
    let mut decoder = Decoder::new(Cursor::new(file)).unwrap();
    let mut pages = Vec::new();
    loop {
        let bits = decoder.get_tag(Tag::BitsPerSample).unwrap();
        let pixels = match decoder.read_image().unwrap() {
            DecodingResult::U8(pixels) => format!("{pixels:?}"),
            DecodingResult::U16(pixels) => format!("{pixels:?}"),
            DecodingResult::F32(pixels) => format!("{pixels:?}"),
            other => panic!("{other:?}"),
        };
        pages.push((
            bits.into_u16_vec().unwrap(),
            decoder.dimensions().unwrap(),
            pixels,
        ));
        if !decoder.more_images() {
            return pages;
        }
        decoder.next_image().unwrap();
    }
}

fn check(file: &[u8], pages: usize) {
    let cleaned = clean(file, &Policy::default(), &Limits::default()).unwrap();
    let before = decoded(file);
    assert_eq!(before.len(), pages);
    assert_eq!(decoded(cleaned.bytes()), before);
    let text = String::from_utf8_lossy(cleaned.bytes());
    for secret in ["Jane", "Acme", "2024", "PI0403", "IMG_0151", "private"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

fn all_kinds<K: TiffKind>(
    new: impl Fn(&mut Cursor<Vec<u8>>) -> TiffEncoder<&mut Cursor<Vec<u8>>, K>,
) {
    let compressions = [
        Compression::Uncompressed,
        Compression::Lzw,
        Compression::Deflate(DeflateLevel::default()),
        Compression::Packbits,
    ];
    for compression in compressions {
        for predictor in [Predictor::None, Predictor::Horizontal] {
            // Rows are predicted where they are compressed.
            if compression == Compression::Uncompressed && predictor != Predictor::None {
                continue;
            }
            let mut bytes = Cursor::new(Vec::new());
            {
                let mut file = new(&mut bytes)
                    .with_compression(compression)
                    .with_predictor(predictor);
                page::<Gray8, K>(&mut file, 1, |n| (n % 251) as u8);
                page::<Gray16, K>(&mut file, 2, |n| (n * 77 % 65_521) as u16);
                page::<RGB8, K>(&mut file, 3, |n| (n * 3 % 241) as u8);
                page::<RGB16, K>(&mut file, 4, |n| (n * 991 % 65_521) as u16);
                page::<RGBA8, K>(&mut file, 5, |n| (n * 7 % 239) as u8);
                page::<CMYK8, K>(&mut file, 6, |n| (n * 5 % 233) as u8);
                if predictor == Predictor::None {
                    page::<Gray32Float, K>(&mut file, 7, |n| n as f32 / 7.0);
                }
            }
            let pages = if predictor == Predictor::None { 7 } else { 6 };
            check(&bytes.into_inner(), pages);
        }
    }
}

/// D5: exiv2 and mat2 write the first of several pages, and mat2 makes 8 bits of 16. L11: exiftool leaves what stands in the
/// first directory.
#[test]
fn every_page_and_every_bit_stays() {
    all_kinds(|out| TiffEncoder::new(out).unwrap());
}

#[test]
fn every_page_and_every_bit_of_a_big_tiff_stays() {
    all_kinds(|out| TiffEncoder::new_big(out).unwrap());
}
