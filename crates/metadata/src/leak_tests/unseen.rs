//! What was not read of a file changes nothing that is told of it: for every place, and for files with a changed byte too.

use std::ops::Range;

use super::fixtures;
use crate::heif::builder as heif;
use crate::jxl::builder as jxl;
use crate::tiff::builder as tiff;
use crate::{Limits, inspect, inspect_around};

const CODED: &[u8] =
    b"a coded picture that is a good deal longer than its header, so that it has bytes of its own";

/// Files with a picture that is large for its header.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let picture =
        |label: &[u8; 4], begin: &[u8]| fixtures::riff_chunk(label, &[begin, CODED].concat());
    let vp8 = picture(b"VP8 ", b"\x50\0\0\x9D\x01\x2A\x04\0\x03\0");
    let flags = fixtures::flag::EXIF | fixtures::flag::ALPHA;
    let exif = fixtures::riff_chunk(b"EXIF", &fixtures::exif(6));
    let chunks = [picture(b"ALPH", &[0]), vp8, exif];

    let header = b"\x28\0\0\0\x17\0\0\0\x01\0\0\0\x01\0\x20\0\0\0\0\0";
    let mut bmp = [&b"BM\0\0\0\0\0\0\0\0\x36\0\0\0"[..], header].concat();
    bmp.resize(54, 0);
    bmp.extend(&CODED[..90]);
    bmp.extend(b"\0\0taken by J. Doe");

    let style = tiff::STYLES[0];
    let mut page = style.grey();
    page.fields[0] = style.short(256, &[30]);
    page.pieces = vec![CODED[..60].to_vec(), CODED[60..90].to_vec()];
    page.fields.push(tiff::ascii(315, "J. Doe"));

    let mut heic = heif::Photo::new();
    heic.items[0].data = heif::Data::Mdat(vec![heif::nal(19, CODED)]);
    heic.after = heif::bx(b"free", b"taken by J. Doe");
    let mut words = heif::Photo::new();
    let message = [heif::sei(5, CODED), heif::nal(19, CODED)].concat();
    words.items[0].data = heif::Data::Mdat(vec![message]);

    let mut avif = heif::Photo::new();
    avif.ftyp = heif::bx(b"ftyp", b"avif\0\0\0\0mif1avif");
    avif.items[0].label = *b"av01";
    avif.properties[0] = heif::bx(b"av1C", &[0x81, 0, 0x0C, 0]);
    avif.items[0].data = heif::Data::Mdat(vec![heif::obu(6, CODED)]);

    let mut photo = jxl::photo();
    photo.frames = vec![jxl::sketch(CODED)];
    let trailed = [&photo.build()[..], b"taken by J. Doe"].concat();

    vec![
        ("WebP", fixtures::webp(flags, &chunks)),
        ("BMP", bmp),
        ("TIFF", style.file(&[page])),
        ("HEIC", heic.build()),
        ("HEIC with words", words.build()),
        ("AVIF", avif.build()),
        ("JPEG XL", trailed),
    ]
}

/// Numbers without a pattern.
struct Noise(u32);

impl Noise {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % end
    }
}

/// Whether a file tells the same without a gap, or it is said that it must be read.
fn is_passed_over(name: &str, file: &[u8], gap: &Range<usize>) -> bool {
    let limits = Limits::default();
    let whole = inspect(file, &limits);
    let told = [0, 0xFF, b'J'].map(|fill| {
        let mut other = file.to_vec();
        other[gap.clone()].fill(fill);
        inspect_around(&other, gap, &limits)
    });
    for told in told.iter().flatten() {
        assert_eq!(Ok(told), whole.as_ref(), "{name} without {gap:?}");
    }
    told.iter().all(Option::is_some)
}

#[test]
fn most_of_a_large_picture_needs_not_be_read() {
    for (name, file) in files() {
        assert!(inspect(&file, &Limits::default()).is_ok(), "{name}");
        let at = memchr::memmem::rfind(&file, &CODED[..20]).unwrap();
        assert!(is_passed_over(name, &file, &(at + 16..at + 50)), "{name}");
    }
}

#[test]
fn whatever_is_not_read_changes_nothing() {
    for (name, file) in files() {
        for from in 0..file.len() {
            for len in [1, 7, 40, 100] {
                let to = (from + len).min(file.len());
                is_passed_over(name, &file, &(from..to));
            }
        }
    }
}

#[test]
fn nor_does_it_in_damaged_files() {
    let mut noise = Noise(7);
    for (name, file) in files() {
        for _ in 0..1_500 {
            let mut file = file.clone();
            for _ in 0..=noise.below(2) {
                let at = noise.below(file.len());
                file[at] = match noise.below(3) {
                    0 => file[at] ^ 1 << noise.below(8),
                    1 => file[noise.below(file.len())],
                    _ => 0,
                };
            }
            file.truncate(file.len() - [0, 0, noise.below(40)][noise.below(3)]);
            let from = noise.below(file.len());
            let to = from + noise.below(file.len() - from) + 1;
            is_passed_over(name, &file, &(from..to.min(file.len())));
        }
    }
}

#[test]
fn words_in_a_picture_are_always_read() {
    let files = files();
    let (_, file) = files
        .iter()
        .find(|(name, _)| *name == "HEIC with words")
        .unwrap();
    let at = memchr::memmem::find(file, &CODED[..20]).unwrap();
    assert!(!is_passed_over("words", file, &(at + 16..at + 50)));
}
