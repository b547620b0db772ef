//! Tags, colour profiles, and strips whose coding has room for more than pixels.

use super::*;
use crate::icc::tests::srgb_with_texts;

fn replaced(style: Style, mut page: Page, fields: &[super::super::builder::Field]) -> Page {
    let _ = style;
    for field in fields {
        page.fields.retain(|old| old.0 != field.0);
        page.fields.push(field.clone());
    }
    page
}

#[test]
fn the_colour_profile_of_each_page_loses_its_texts() {
    for style in STYLES {
        let mut page = style.grey();
        page.fields.push(bytes(tag::ICC, &srgb_with_texts()));
        let mut second = style.grey();
        second
            .fields
            .push(bytes(tag::ICC, b"no profile of Jane Doe's"));
        let file = style.file(&[page.clone(), second, page]);
        let cleaned = crate::clean(&file, &Policy::default(), &Limits::default()).unwrap();
        let text = String::from_utf8_lossy(cleaned.bytes()).into_owned();
        assert!(!text.contains("Jane") && !text.contains("SERIAL"));
        assert_eq!(text.matches("acsp").count(), 1, "pages share the profile");
        let document = Document::read(cleaned.bytes(), 1_000).unwrap();
        let has: Vec<bool> = document
            .pages()
            .map(|page| page.ifd.field(tag::ICC).is_some())
            .collect();
        assert_eq!(has, [true, false, true]);
        assert!(
            cleaned
                .kept()
                .iter()
                .any(|f| f.name == "Colour profile" && f.value == "sRGB")
        );
    }
}

#[test]
fn what_decoding_needs_stays() {
    for style in STYLES {
        let page = Page {
            fields: vec![
                style.short(tag::WIDTH, &[2]),
                style.long(tag::HEIGHT, &[2]),
                style.short(tag::BITS_PER_SAMPLE, &[16, 16, 16, 16, 16]),
                style.short(tag::COMPRESSION, &[1]),
                style.short(tag::PHOTOMETRIC, &[5]),
                style.short(266, &[1]),
                style.short(tag::SAMPLES_PER_PIXEL, &[5]),
                style.short(tag::PLANAR, &[2]),
                style.short(317, &[2]),
                style.short(332, &[1]),
                ascii(333, "Jane's own cyan"),
                style.short(334, &[4]),
                style.short(336, &[0, 65_535]),
                style.short(338, &[1, 7, 7, 7, 7, 7, 7]),
                style.short(339, &[1, 1, 1, 1, 1]),
            ],
            pieces: (1..=5).map(|plane| vec![plane; 8]).collect(),
            ..Page::default()
        };
        let copy = clean(&Tiff, &style.file(&[page])).unwrap();
        let document = Document::read(&copy, 1_000).unwrap();
        let ifd = &document.directories[0].ifd;
        let numbers = |tag| {
            ifd.field(tag)
                .map(|field| field.numbers(&document.bytes, 99))
        };
        assert_eq!(numbers(tag::BITS_PER_SAMPLE), Some(vec![16; 5]));
        assert_eq!(numbers(336), Some(vec![0, 65_535]));
        // More than there are samples is cut.
        assert_eq!(numbers(338), Some(vec![1, 7, 7, 7, 7]));
        assert_eq!(numbers(333), None);
        let pixels: Vec<u8> = (1..=5).flat_map(|plane| vec![plane; 8]).collect();
        assert_eq!(pixels_of(&document), [pixels]);
    }
}

#[test]
fn palettes_and_curves_are_cut_to_what_they_are() {
    let style = STYLES[0];
    let colours: Vec<u16> = (0..12).collect();
    let more: Vec<u16> = (0..99).collect();
    let base = replaced(
        style,
        style.grey(),
        &[
            style.short(tag::BITS_PER_SAMPLE, &[2]),
            style.short(tag::PHOTOMETRIC, &[3]),
        ],
    );
    let base = Page {
        pieces: vec![vec![1; 2], vec![2; 1]],
        ..base
    };
    let page = replaced(style, base.clone(), &[style.short(tag::COLOR_MAP, &more)]);
    let copy = clean(&Tiff, &style.file(&[page])).unwrap();
    let document = Document::read(&copy, 1_000).unwrap();
    let map = document.directories[0].ifd.field(tag::COLOR_MAP).unwrap();
    let numbers: Vec<u64> = colours.iter().map(|n| u64::from(*n)).collect();
    assert_eq!(map.numbers(&document.bytes, 99), numbers);
    for short in [
        vec![],
        vec![style.short(tag::COLOR_MAP, &colours[..11])],
        vec![ascii(tag::COLOR_MAP, "colours of Jane")],
    ] {
        let page = replaced(style, base.clone(), &short);
        assert!(matches!(
            walk(&Tiff, &style.file(&[page])),
            Err(Error::Malformed { .. })
        ));
    }
}

#[test]
fn text_under_the_name_of_a_number_goes() {
    let style = STYLES[0];
    let page = replaced(
        style,
        style.grey(),
        &[
            ascii(282, "the house of Jane"),
            ascii(301, "a curve of Jane"),
            ascii(tag::ORIENTATION, "6"),
        ],
    );
    let copy = clean(&Tiff, &style.file(&[page])).unwrap();
    assert!(!String::from_utf8_lossy(&copy).contains("Jane"));
}

#[test]
fn bytes_behind_the_rows_of_uncompressed_strips_go() {
    for style in STYLES {
        let mut page = style.grey();
        page.slack = b"hidden behind rows".to_vec();
        let file = style.file(&[page]);
        let copy = clean(&Tiff, &file).unwrap();
        assert!(!String::from_utf8_lossy(&copy).contains("hidden"));
        assert!(
            told(&Tiff, &file)
                .join("")
                .contains("bytes that no tag explains")
        );
        let document = Document::read(&copy, 1_000).unwrap();
        assert_eq!(pixels_of(&document), [(1..=12).collect::<Vec<u8>>()]);
    }
}

#[test]
fn a_value_shorter_than_its_field_hides_nothing() {
    let style = STYLES[2];
    let mut file = style.file(&[style.grey()]);
    let entry = [
        style.order.write(262, 2),
        style.order.write(3, 2),
        style.order.write(1, 8),
        vec![1, 0],
    ]
    .concat();
    let at = file.windows(entry.len()).position(|w| w == entry).unwrap() + entry.len();
    file[at..at + 6].copy_from_slice(b"hidden");
    assert!(told(&Tiff, &file).join("").contains("behind a short value"));
    let copy = clean(&Tiff, &file).unwrap();
    assert!(!String::from_utf8_lossy(&copy).contains("hidden"));
}

/// SOI, an APPn or COM, tables, SOF0 of 8 by 8, SOS and a scan.
fn jpeg(extra: &[u8], tables: bool) -> Vec<u8> {
    let mut out = b"\xFF\xD8".to_vec();
    out.extend(extra);
    if tables {
        out.extend(quantisation());
    }
    out.extend(b"\xFF\xC0\0\x0B\x08\0\x08\0\x08\x01\x01\x11\0");
    out.extend(b"\xFF\xDA\0\x08\x01\x01\0\0\x3F\0scan\xFF\0bits\xFF\xD9");
    out
}

fn quantisation() -> Vec<u8> {
    [b"\xFF\xDB\0\x43\0".as_slice(), &[16; 64]].concat()
}

fn comment(text: &str) -> Vec<u8> {
    let len = (text.len() + 2) as u16;
    [&[0xFF, 0xFE][..], &len.to_be_bytes(), text.as_bytes()].concat()
}

fn jpeg_page(style: Style, strips: Vec<Vec<u8>>, tables: Option<Vec<u8>>) -> Page {
    let mut page = replaced(
        style,
        style.grey(),
        &[
            style.short(tag::COMPRESSION, &[7]),
            style.short(tag::WIDTH, &[8]),
            style.short(tag::HEIGHT, &[16]),
            style.short(tag::ROWS_PER_STRIP, &[8]),
        ],
    );
    page.fields
        .extend(tables.map(|tables| bytes(tag::JPEG_TABLES, &tables)));
    page.pieces = strips;
    page
}

#[test]
fn jpeg_strips_and_tables_are_cleaned() {
    for style in STYLES {
        let tables = [
            b"\xFF\xD8".to_vec(),
            comment("tables of Jane Doe"),
            quantisation(),
            b"\xFF\xD9".to_vec(),
        ]
        .concat();
        let mut behind = jpeg(&[], false);
        behind.extend(b"behind the strip of Jane");
        let strips = vec![jpeg(&comment("strip of Jane Doe"), false), behind];
        let file = style.file(&[jpeg_page(style, strips, Some(tables))]);
        let report = crate::inspect(&file, &Limits::default()).unwrap();
        let values: Vec<_> = report.findings.iter().map(|f| f.value.as_str()).collect();
        let values = values.join("\n");
        for word in [
            "tables of Jane Doe",
            "strip of Jane Doe",
            "behind the strip",
        ] {
            assert!(values.contains(word), "{word} in {values}");
        }
        let copy = clean(&Tiff, &file).unwrap();
        assert!(!String::from_utf8_lossy(&copy).contains("Jane"));
        let document = Document::read(&copy, 1_000).unwrap();
        assert_eq!(pixels_of(&document), [jpeg(&[], false).repeat(2)]);
        let tables = document.directories[0].ifd.field(tag::JPEG_TABLES).unwrap();
        let expected = [b"\xFF\xD8".to_vec(), quantisation(), b"\xFF\xD9".to_vec()].concat();
        assert_eq!(tables.bytes(&document.bytes), expected);
    }
}

#[test]
fn damaged_jpeg_strips_are_refused() {
    let style = STYLES[0];
    let whole = jpeg(&[], true);
    for end in 0..whole.len() {
        let strips = vec![whole[..end].to_vec(), whole.clone()];
        let page = jpeg_page(style, strips, None);
        // A strip of no bytes is one that is left out.
        assert_eq!(
            walk(&Tiff, &style.file(&[page])).is_ok(),
            end == 0,
            "cut at {end}"
        );
    }
    let page = jpeg_page(style, vec![whole.clone(), whole.clone()], Some(whole));
    assert!(
        walk(&Tiff, &style.file(&[page])).is_err(),
        "a picture among the tables"
    );
}

#[test]
fn what_cannot_be_cleaned_is_refused() {
    let style = STYLES[0];
    for compression in [6, 33_003, 34_712, 50_002, 12_345] {
        let page = replaced(
            style,
            style.grey(),
            &[style.short(tag::COMPRESSION, &[compression])],
        );
        let error = walk(&Tiff, &style.file(&[page])).unwrap_err();
        assert!(
            matches!(error, Error::UnsupportedFeature { .. }),
            "{compression}: {error}"
        );
    }
    let webp = replaced(
        style,
        style.grey(),
        &[style.short(tag::COMPRESSION, &[50_001])],
    );
    let tile = |chunks: &[u8]| {
        [
            b"RIFF".as_slice(),
            &((chunks.len() + 4) as u32).to_le_bytes(),
            b"WEBP",
            chunks,
        ]
        .concat()
    };
    let coded = b"VP8L\x0C\0\0\0\x2F\x03\x80\0\0lossles";
    let page = Page {
        pieces: vec![tile(coded), tile(coded)],
        ..webp.clone()
    };
    let file = style.file(&[page]);
    assert_eq!(
        clean(&Tiff, &file).map(|copy| copy.ends_with(&tile(coded).repeat(2))),
        Ok(true)
    );
    let more = [coded.as_slice(), b"XMP \x04\0\0\0Jane"].concat();
    let page = Page {
        pieces: vec![tile(coded), tile(&more)],
        ..webp
    };
    assert!(matches!(
        walk(&Tiff, &style.file(&[page])),
        Err(Error::UnsupportedFeature { .. })
    ));
}

#[test]
fn the_place_of_a_map_is_told_and_goes() {
    let style = STYLES[1];
    let mut page = style.grey();
    let place = [0.0, 0.0, 0.0, 13.404_954, 52.520_008, 0.0_f64];
    let bytes: Vec<u8> = place
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect();
    page.fields.push((33_922, kind::DOUBLE, bytes));
    let file = style.file(&[page]);
    let report = crate::inspect(&file, &Limits::default()).unwrap();
    let found = report.findings.iter().find(|f| f.name == "Map position");
    assert!(found.unwrap().value.contains("52.520008"), "{found:?}");
    let copy = clean(&Tiff, &file).unwrap();
    let latitude = 52.520_008_f64.to_be_bytes();
    assert!(!copy.windows(8).any(|window| window == latitude));
}

#[test]
fn the_headers_of_appended_pages_are_no_finding() {
    let style = STYLES[0];
    let mut page = style.grey();
    page.pieces[0].extend([0x49, 0x49, 0x2A, 0, 8, 1, 0, 0]);
    let file = style.file(&[page]);
    let report = crate::inspect(&file, &Limits::default()).unwrap();
    assert_eq!(report.findings, []);
}

#[test]
fn raw_photos_are_refused_by_name() {
    let style = STYLES[0];
    let refused = |fields: &[super::super::builder::Field]| {
        let page = replaced(style, style.grey(), fields);
        match walk(&Tiff, &style.file(&[page])) {
            Err(Error::Unsupported(refusal)) => refusal.name,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&[bytes(50_706, &[1, 4, 0, 0])]), "DNG");
    let cfa = style.short(tag::PHOTOMETRIC, &[32_803]);
    assert_eq!(
        refused(&[cfa.clone(), ascii(tag::MAKE, "NIKON CORPORATION")]),
        "Nikon NEF"
    );
    assert_eq!(
        refused(&[cfa.clone(), ascii(tag::MAKE, "SONY")]),
        "Sony ARW"
    );
    assert_eq!(refused(&[cfa]), "in the form of TIFF");
    let packed = style.short(tag::COMPRESSION, &[65_535]);
    assert_eq!(
        refused(&[packed, ascii(tag::MAKE, "PENTAX Corporation")]),
        "Pentax PEF"
    );

    // A preview in front, the picture below it.
    let mut preview = style.grey();
    preview.fields.push(style.long(tag::NEW_SUBFILE_TYPE, &[1]));
    preview.below = vec![(tag::SUB_IFDS, style.grey())];
    assert!(matches!(
        walk(&Tiff, &style.file(&[preview])),
        Err(Error::UnsupportedFeature { .. })
    ));
}

#[test]
fn what_is_chosen_is_written_on_the_first_page() {
    let style = STYLES[0];
    let mut page = style.grey();
    page.fields.push(ascii(tag::COPYRIGHT, "(c) Jane Doe"));
    let file = style.file(&[style.grey(), page]);
    let fresh = Fresh::default();
    assert!(clean_with(&Tiff, &file, &fresh).is_ok());
    let policy = Policy {
        keep: [Keep::Copyright].into(),
    };
    let cleaned = crate::clean(&file, &policy, &Limits::default()).unwrap();
    let document = Document::read(cleaned.bytes(), 1_000).unwrap();
    assert_eq!(
        document.directories[0]
            .ifd
            .field(tag::COPYRIGHT)
            .map(|field| field.kind),
        Some(kind::ASCII)
    );
    assert!(document.directories[1].ifd.field(tag::COPYRIGHT).is_none());
}
