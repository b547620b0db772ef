//! Small pictures that decoders of others read, before and after cleaning: every sample must be the same.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

use std::io::Cursor;

use cloakroom_tests::pixels;
use image::{DynamicImage, GrayImage, ImageFormat, Rgb, RgbImage};
use metadata::{Cleaned, Limits, Policy, clean, inspect};

/// Cleans a picture and compares what decoders make of it before and after.
fn cleaned(file: &[u8]) -> Cleaned {
    let cleaned = clean(file, &Policy::default(), &Limits::default()).unwrap();
    assert!(pixels(file).unwrap() == pixels(cleaned.bytes()).unwrap());
    let again = inspect(cleaned.bytes(), &Limits::default()).unwrap();
    assert_eq!(again.findings, []);
    cleaned
}

/// Twelve by eight pixels, lossless, as libjxl writes them.
const JXL_STILL: &str = "ff0a0141407121080201008c014b189bedec1414148c02c54af5c606c4189c618c418e8ea51963b0e80144e136d93ece\
    858d38e7fc789c73059804acf17667dd40ed2763cc5d5dbf3ae2bf04db754734486be38126e40acc56f32c8310728c420821845e5f10427beb62ec\
    bd1557f706";

/// The same picture in XYB, with a colour profile that names a person, coded as libjxl codes profiles.
const JXL_PROFILE: &str = "ff0a01410ab70b0312e601309d920921be791df9b6d207b099d50a31f03521d0508aab4500b56619686dcb045c6d02af1c59874f2cc9d6e5d46a3c\
    0b3c897f009fd867cc8e2d7b1a74000c78a262a063c11f41c550d7728084afe5b001a296ca037cbd7507383b2a5b5aeabe1c3ff1767e8ef300e1db\
    92e5ef107bacacdf3ed3699041c0303dbefcf3cf3fbb9b4c8090d8586845078306df289a106476c02a33e1eb1e0012880200180215b8160000152a\
    a38c1bbc9cebf9f24387c5b48deb0c6db56d6149a2c8383649277048124bb85d4102f63cf09879e150bea0373a0c9496512105f26cdb154b9191b1\
    6a648c91220a3200b899acfa6220da7ab61be46cbc37426eaaffd746b87f6d3c319f226e6f3e6fe86fc47e010f27655572e1da207f7e26bfeb11d2\
    64a12fabe5a4052a00";

/// Three frames of fifty, a hundred and a hundred and fifty milliseconds.
const JXL_ANIMATION: &str = "ff0a01050308282e090802ca080000d0004b18938e838300a81dad1863ad0b4402f04f2d9387e3bf4f0cc60563929c71c1e07f67201f24e0e7837c\
    5cf5154285ef0d804c00080292090000d4004b18938e83830900e168a10e630c0a435f201280f3441300886f16c71f062387ee82c1f8613090fe79\
    0ff2413e60cedac50a205b0008025a0600d4004b18938e83830900e168a10e630c42c01788044098470300443b81e31fc6ff2fe382c178643090fe\
    3d0ff2413e60cedac50a205b00";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

fn jxl_box(label: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len() + 8).unwrap();
    [&len.to_be_bytes()[..], label, body].concat()
}

#[test]
fn jpeg_xl_decodes_as_before() {
    for hex in [JXL_STILL, JXL_ANIMATION] {
        let bare = bytes(hex);
        assert!(cleaned(&bare).unchanged());
        let (first, second) = bare.split_at(20);
        let boxed = [
            b"\0\0\0\x0CJXL \r\n\x87\n".to_vec(),
            jxl_box(b"ftyp", b"jxl \0\0\0\0jxl "),
            jxl_box(
                b"xml ",
                b"<x:xmpmeta><dc:creator>Jane Doe</dc:creator></x:xmpmeta>",
            ),
            jxl_box(b"jxlp", &[&[0; 4], first].concat()),
            jxl_box(
                b"jxlp",
                &[b"\x80\0\0\x01", second, b"Jane Doe was here"].concat(),
            ),
        ];
        let cleaned = cleaned(&boxed.concat());
        assert!(!cleaned.bytes().windows(4).any(|seen| seen == b"Jane"));
    }
    assert_eq!(pixels(&bytes(JXL_ANIMATION)).unwrap().len(), 3);
}

#[test]
fn the_profile_inside_jpeg_xl_is_rewritten_and_decodes_as_before() {
    let file = bytes(JXL_PROFILE);
    let cleaned = cleaned(&file);
    let found = |text: &str| {
        cleaned
            .found()
            .iter()
            .any(|found| found.value.contains(text))
    };
    assert!(found("Jane Doe, her own screen"), "{:?}", cleaned.found());
    assert!(found("Jane Doe's panel"));
    let profile = |file: &[u8]| {
        let picture = jxl_oxide::JxlImage::builder().read(file).unwrap();
        picture.original_icc().unwrap().to_vec()
    };
    let (before, after) = (profile(&file), profile(cleaned.bytes()));
    assert!(before.windows(8).any(|seen| seen == b"Jane Doe"));
    assert!(
        !after
            .windows(4)
            .any(|seen| seen == b"Jane" || seen == b"JANE")
    );
    // The numbers are there still: the first colorant.
    let red = b"XYZ \0\0\0\0\0\0\x83\xE0\0\0\x3D\xBE\xFF\xFF\xFF\xBB";
    assert!(before.windows(20).any(|seen| seen == red));
    assert!(after.windows(20).any(|seen| seen == red));
}

/// A BMP with this second header, what follows it, and the pixels.
fn bmp(header: &[u8], between: &[u8], pixels: &[u8]) -> Vec<u8> {
    let from = u32::try_from(14 + header.len() + between.len()).unwrap();
    let len = from + u32::try_from(pixels.len()).unwrap();
    [
        b"BM",
        &len.to_le_bytes()[..],
        b"Jane",
        &from.to_le_bytes(),
        header,
        between,
        pixels,
        b"Jane",
    ]
    .concat()
}

/// A header of this size in bytes, with width, height, depth, compression and the number of colours.
fn bmp_header(
    form: usize,
    size: (i32, i32),
    depth: u16,
    compression: u32,
    colours: u32,
) -> Vec<u8> {
    let mut header = u32::try_from(form).unwrap().to_le_bytes().to_vec();
    header.extend(size.0.to_le_bytes());
    header.extend(size.1.to_le_bytes());
    header.extend(1_u16.to_le_bytes());
    header.extend(depth.to_le_bytes());
    header.extend(compression.to_le_bytes());
    header.extend([0; 12]);
    header.extend(colours.to_le_bytes());
    header.resize(form, 0);
    header
}

#[test]
fn bmp_decodes_as_before() {
    let colours = b"\x10\x20\x30J\xF0\x80\x40J\x01\x02\x03J\xAA\xBB\xCCJ";
    let files = [
        // Thirteen pixels of one bit, and nineteen bits to spare in each row.
        bmp(
            &bmp_header(40, (13, 2), 1, 0, 2),
            &colours[..8],
            b"\xA5\x5FJaX\x17ne",
        ),
        bmp(
            &bmp_header(40, (5, -2), 4, 0, 4),
            colours,
            b"\x01\x23\x3FJ\x32\x10\x0FJ",
        ),
        bmp(
            &bmp_header(40, (3, 2), 8, 0, 4),
            colours,
            b"\0\x01\x02J\x03\x02\x01J",
        ),
        // Runs: three as they are, one run, the next row, four in a run, the end.
        bmp(
            &bmp_header(40, (4, 2), 8, 1, 4),
            colours,
            b"\0\x03\x01\x02\x03J\x01\0\0\0\x04\x03\0\x01",
        ),
        bmp(
            &bmp_header(40, (4, 2), 4, 2, 4),
            colours,
            b"\x04\x12\0\0\0\x03\x12\x30\x01\0\0\x01",
        ),
        bmp(
            &bmp_header(40, (3, 2), 16, 0, 0),
            b"between",
            b"abcdefJaghijklne",
        ),
        bmp(
            &bmp_header(40, (3, 1), 16, 3, 0),
            b"\0\xF8\0\0\xE0\x07\0\0\x1F\0\0\0",
            b"abcdefJa",
        ),
        bmp(
            &bmp_header(40, (3, 2), 24, 0, 0),
            b"",
            b"abcdefghiJanjklmnopqrJan",
        ),
        bmp(&bmp_header(108, (1, 2), 32, 0, 0), b"gap", b"abcdefgh"),
        bmp(&bmp_header(124, (1, 2), 24, 0, 0), b"gap", b"abcJdefJ"),
    ];
    for file in files {
        let cleaned = cleaned(&file);
        assert!(!cleaned.bytes().ends_with(b"Jane"));
        assert_eq!(cleaned.bytes()[6..10], [0; 4]);
    }
    let pictures = [
        DynamicImage::from(RgbImage::from_fn(7, 5, |x, y| {
            Rgb([x as u8 * 30, y as u8 * 40, 9])
        })),
        DynamicImage::from(GrayImage::from_fn(7, 5, |x, y| {
            image::Luma([(x * y) as u8])
        })),
    ];
    for picture in pictures {
        let mut file = Vec::new();
        picture
            .write_to(&mut Cursor::new(&mut file), ImageFormat::Bmp)
            .unwrap();
        cleaned(&file);
    }
}
