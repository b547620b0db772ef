//! Files made to break the reader: loops, overlaps, counts without end, cuts anywhere.

use super::*;
use crate::format::Format;
use crate::png::properties::corrupt;

fn refused(file: &[u8]) -> Error {
    walk(&Tiff, file).expect_err("refused")
}

#[test]
fn cut_off_anywhere_is_an_error() {
    for style in STYLES {
        let file = dirty(style);
        let end = file.len() - b"behind the end: a secret of 42".len();
        // The first directory is the last thing in the file.
        for len in 0..end {
            assert!(walk(&Tiff, &file[..len]).is_err(), "cut at {len}");
        }
        assert!(walk(&Tiff, &file[..end]).is_ok());
        let copy = clean(&Tiff, &file).unwrap();
        for len in 0..copy.len() {
            assert!(walk(&Tiff, &copy[..len]).is_err(), "copy cut at {len}");
        }
    }
}

#[test]
fn corruption_never_panics() {
    for style in STYLES {
        assert!(corrupt(&Tiff, &dirty(style), 1_000, |_| {}) > 50);
        let copy = clean(&Tiff, &dirty(style)).unwrap();
        corrupt(&Tiff, &copy, 500, |_| {});
    }
}

#[test]
fn loops_of_directories_are_refused() {
    for style in STYLES {
        let mut file = style.file(&[style.grey(), style.grey()]);
        let first = Document::read(&file, 1_000).unwrap().directories[0]
            .ifd
            .span
            .start;
        // The link of the last directory ends the file.
        let at = file.len() - style.order.write(0, if style.is_big { 8 } else { 4 }).len();
        let link = style.order.write(first as u64, file.len() - at);
        file[at..].copy_from_slice(&link);
        assert!(refused(&file).to_string().contains("lead back"));
    }
}

#[test]
fn a_page_that_is_its_own_sub_directory_is_refused() {
    let style = STYLES[0];
    let mut page = style.grey();
    page.fields.push(style.long(tag::SUB_IFDS, &[0xAAAA_AAAA]));
    let mut file = style.file(&[page]);
    let first = u32::from_le_bytes(file[4..8].try_into().unwrap());
    let at = file.windows(4).position(|w| w == [0xAA; 4]).unwrap();
    file[at..at + 4].copy_from_slice(&first.to_le_bytes());
    assert!(refused(&file).to_string().contains("lead back"));
}

#[test]
fn deep_directories_are_refused() {
    let style = STYLES[0];
    let mut page = style.grey();
    for _ in 0..6 {
        page = Page {
            below: vec![(tag::SUB_IFDS, page)],
            ..style.grey()
        };
    }
    assert!(matches!(
        refused(&style.file(&[page])),
        Error::UnsupportedFeature { .. }
    ));
}

#[test]
fn strips_that_share_bytes_with_something_else_are_refused() {
    let style = STYLES[0];
    let with = |offsets: &[u32]| {
        let mut page = style.grey();
        page.fields.push(style.long(tag::STRIP_OFFSETS, offsets));
        style.file(&[page])
    };
    assert!(walk(&Tiff, &with(&[8, 16])).is_ok());
    assert!(
        refused(&with(&[8, 12]))
            .to_string()
            .contains("shares bytes")
    );
    // The header.
    assert!(
        refused(&with(&[4, 16]))
            .to_string()
            .contains("shares bytes")
    );
    // A value: the resolution stands behind the strips.
    assert!(
        refused(&with(&[8, 20]))
            .to_string()
            .contains("shares bytes")
    );
    assert!(matches!(
        refused(&with(&[8, 100_000])),
        Error::Truncated { .. }
    ));
    assert!(matches!(
        refused(&with(&[8, u32::MAX])),
        Error::Truncated { .. }
    ));
}

#[test]
fn a_strip_over_metadata_is_refused() {
    // Compressed strips are copied as long as they say: one that covers a text would carry it along.
    let style = STYLES[0];
    let mut page = style.grey();
    page.fields.retain(|field| field.0 != tag::COMPRESSION);
    page.fields.push(style.short(tag::COMPRESSION, &[5]));
    page.fields.push(ascii(270, "Jane Doe lives here"));
    page.fields
        .push(style.long(tag::STRIP_BYTE_COUNTS, &[8, 100]));
    assert!(
        refused(&style.file(&[page]))
            .to_string()
            .contains("shares bytes")
    );
}

#[test]
fn counts_without_end_are_refused() {
    let big = STYLES[2];
    let file = big.file(&[big.grey()]);
    let strips = [big.order.write(273, 2), big.order.write(4, 2)].concat();
    let at = file.windows(4).position(|w| w == strips).unwrap() + 4;
    for count in [u64::MAX, u64::MAX / 4, u64::MAX / 4 + 1, 1 << 32] {
        let mut broken = file.clone();
        broken[at..at + 8].copy_from_slice(&count.to_le_bytes());
        refused(&broken);
    }
    let directory = Document::read(&file, 1_000).unwrap().directories[0]
        .ifd
        .span
        .start;
    for count in [u64::MAX, u64::MAX / 20, u64::MAX / 20 + 1, 1 << 60] {
        let mut broken = file.clone();
        broken[directory..directory + 8].copy_from_slice(&count.to_le_bytes());
        assert!(matches!(refused(&broken), Error::Truncated { .. }));
    }
    for offset in [u64::MAX, u64::MAX - 7, 1 << 63, file.len() as u64] {
        let mut broken = file.clone();
        broken[8..16].copy_from_slice(&offset.to_le_bytes());
        assert!(matches!(refused(&broken), Error::Truncated { .. }));
    }
}

#[test]
fn impossible_pictures_are_refused() {
    let style = STYLES[0];
    let cases = [
        style.short(tag::WIDTH, &[0]),
        style.long(tag::HEIGHT, &[u32::MAX]),
        style.short(tag::SAMPLES_PER_PIXEL, &[0]),
        style.short(tag::BITS_PER_SAMPLE, &[0]),
        style.short(tag::BITS_PER_SAMPLE, &[]),
        style.short(tag::ROWS_PER_STRIP, &[0]),
        style.short(tag::ROWS_PER_STRIP, &[1]),
        style.short(tag::PLANAR, &[3]),
        style.short(tag::TILE_WIDTH, &[0]),
        style.long(tag::STRIP_BYTE_COUNTS, &[7, 4]),
        style.long(32_997, &[2]),
    ];
    for field in cases {
        let mut page = style.grey();
        page.fields.retain(|old| old.0 != field.0);
        page.fields.push(field.clone());
        let file = style.file(&[page]);
        let result = walk(&Tiff, &file);
        let is_refused = matches!(
            result,
            Err(Error::Malformed { .. } | Error::UnsupportedFeature { .. } | Error::TooMany { .. })
        );
        assert!(is_refused, "{}: {result:?}", field.0);
    }
}

#[test]
fn two_different_entries_of_a_tag_are_refused() {
    let style = STYLES[0];
    let mut page = style.grey();
    page.fields.push(style.short(tag::WIDTH, &[4]));
    assert!(clean(&Tiff, &style.file(&[page.clone()])).is_ok());
    page.fields.push(style.short(tag::WIDTH, &[5]));
    assert!(matches!(
        refused(&style.file(&[page])),
        Error::Malformed { .. }
    ));
}

#[test]
fn many_directories_take_linear_time_and_a_limit() {
    let style = STYLES[0];
    let file = style.file(&vec![style.grey(); 5_000]);
    let parts = Tiff.parts(&file, &Limits::default()).unwrap();
    Tiff.payloads(&parts, &Limits::default());
    Tiff.rebuild(&parts, &Fresh::default(), Vec::new()).unwrap();
    let limits = Limits {
        parts_max: 1_000,
        ..Limits::default()
    };
    assert!(matches!(
        Tiff.parts(&file, &limits),
        Err(Error::TooMany { limit: 1_000, .. })
    ));
}

#[test]
fn a_strip_that_many_pages_share_is_looked_at_once() {
    let style = STYLES[0];
    let mut page = style.grey();
    page.fields
        .retain(|field| field.0 != tag::COMPRESSION && field.0 != tag::ROWS_PER_STRIP);
    page.fields.push(style.short(tag::COMPRESSION, &[5]));
    let mut first = page.clone();
    first.pieces = vec![vec![7; 1 << 20]];
    page.pieces.clear();
    page.fields.push(style.long(tag::STRIP_OFFSETS, &[8]));
    page.fields
        .push(style.long(tag::STRIP_BYTE_COUNTS, &[1 << 20]));
    // Three gigabytes of pixels, as it says, in one megabyte.
    let mut pages = vec![page; 3_000];
    pages.insert(0, first);
    let file = style.file(&pages);
    let cleaned = crate::clean(&file, &Policy::default(), &Limits::default()).unwrap();
    assert!(cleaned.bytes().len() < file.len());
}

#[test]
fn tags_that_claim_the_same_bytes_again_and_again_are_refused() {
    let style = STYLES[0];
    let mut page = style.grey();
    page.fields.push(bytes(60_000, &[7; 5_000]));
    let mut file = style.file(&[page.clone()]);
    assert!(clean(&Tiff, &file).is_ok());
    // The same value under many tags.
    let entry = 60_000_u16.to_le_bytes();
    let at = file.windows(2).position(|w| w == entry).unwrap();
    let value: Vec<u8> = file[at..at + 12].to_vec();
    let directory = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
    let count = u16::from_le_bytes(file[directory..directory + 2].try_into().unwrap());
    file[directory..directory + 2].copy_from_slice(&(count + 100).to_le_bytes());
    let link = file.len() - 4;
    for number in 0..100_u16 {
        let mut copy = value.clone();
        copy[..2].copy_from_slice(&(60_001 + number).to_le_bytes());
        file.splice(link..link, copy);
    }
    assert!(refused(&file).to_string().contains("again and again"));
}
