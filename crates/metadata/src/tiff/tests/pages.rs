//! Pages, masks, smaller copies, thumbnails: which pictures of a file stay.

use super::*;

fn sizes(file: &[u8]) -> Vec<Vec<u8>> {
    pixels_of(&Document::read(file, usize::MAX).unwrap())
}

fn numbered(style: Style, first: u8) -> Page {
    let mut page = style.grey();
    page.pieces = vec![vec![first; 8], vec![first + 1; 4]];
    page
}

fn subfile(style: Style, bits: u32, first: u8) -> Page {
    let mut page = numbered(style, first);
    page.fields.push(style.long(tag::NEW_SUBFILE_TYPE, &[bits]));
    page
}

fn mask(style: Style, first: u8) -> Page {
    let mut page = subfile(style, 4, first);
    page.fields.retain(|field| field.0 != tag::PHOTOMETRIC);
    page.fields.push(style.short(tag::PHOTOMETRIC, &[4]));
    page
}

/// D5: exiv2 and mat2 write only the first page.
#[test]
fn all_pages_stay_in_order() {
    for style in STYLES {
        let pages: Vec<Page> = (0..5)
            .map(|number| {
                let mut page = numbered(style, number * 10);
                page.fields
                    .push(ascii(285, &format!("page of Jane {number}")));
                page.fields.push(style.short(297, &[u16::from(number), 5]));
                page
            })
            .collect();
        let file = style.file(&pages);
        let copy = clean(&Tiff, &file).unwrap();
        assert_eq!(sizes(&copy), sizes(&file));
        assert_eq!(sizes(&copy).len(), 5);
        let report = crate::inspect(&file, &Limits::default()).unwrap();
        assert!(
            report
                .picture
                .iter()
                .any(|f| f.name == "Pages" && f.value == "5")
        );
        assert!(report.findings.iter().any(|f| f.value == "page of Jane 4"));
    }
}

#[test]
fn smaller_copies_go_and_masks_stay() {
    for style in STYLES {
        let mut page = numbered(style, 10);
        page.below = vec![(tag::SUB_IFDS, mask(style, 20))];
        let file = style.file(&[
            page,
            subfile(style, 1, 30),
            mask(style, 40),
            subfile(style, 5, 50),
        ]);
        let copy = clean(&Tiff, &file).unwrap();
        let firsts: Vec<u8> = sizes(&copy).iter().map(|pixels| pixels[0]).collect();
        assert_eq!(firsts, [10, 40, 20]);
        let told = told(&Tiff, &file).join("\n");
        assert_eq!(told.matches("Smaller or second copy").count(), 2, "{told}");
        let frame = crate::format::Format::frame(&Tiff, &walk(&Tiff, &copy).unwrap()).unwrap();
        assert_eq!(frame.frames, 1);
    }
}

/// Viewers show the first page, whatever it says of itself; a copy without it would show another picture.
#[test]
fn the_first_page_stays_even_when_it_says_that_it_is_a_smaller_copy() {
    for style in STYLES {
        let file = style.file(&[
            subfile(style, 1, 10),
            subfile(style, 0, 20),
            subfile(style, 1, 30),
        ]);
        let copy = clean(&Tiff, &file).unwrap();
        let firsts: Vec<u8> = sizes(&copy).iter().map(|pixels| pixels[0]).collect();
        assert_eq!(firsts, [10, 20]);
        assert_eq!(clean(&Tiff, &copy).unwrap(), copy);
        let told = told(&Tiff, &file).join("\n");
        assert_eq!(told.matches("Smaller or second copy").count(), 1, "{told}");
    }
}

#[test]
fn a_first_page_without_strips_is_no_reason_to_show_the_second() {
    for style in STYLES {
        let without = |name: &[u16]| {
            let mut page = numbered(style, 10);
            page.pieces.clear();
            page.fields.retain(|field| !name.contains(&field.0));
            page
        };
        let no_strips = style.file(&[without(&[]), numbered(style, 20)]);
        assert!(matches!(
            walk(&Tiff, &no_strips),
            Err(Error::Malformed { what, .. }) if what.contains("first page")
        ));

        // A whole JPEG in place of strips, which viewers show.
        let mut jpeg = without(&[tag::COMPRESSION]);
        jpeg.fields.extend([
            style.short(tag::COMPRESSION, &[6]),
            style.long(tag::JPEG_AT, &[8]),
            style.long(tag::JPEG_LEN, &[4]),
        ]);
        let is_old = |pages: &[Page]| {
            let file = style.file(pages);
            let walked = walk(&Tiff, &file);
            matches!(walked, Err(Error::UnsupportedFeature { what, .. }) if what.contains("old style"))
        };
        assert!(is_old(&[jpeg.clone(), numbered(style, 20)]));
        // Behind the first page a small one is a thumbnail, and a large one a page.
        assert!(!is_old(&[numbered(style, 20), jpeg.clone()]));
        let size = [tag::WIDTH, tag::HEIGHT];
        jpeg.fields.retain(|field| !size.contains(&field.0));
        jpeg.fields
            .extend(size.map(|tag| style.short(tag, &[2_000])));
        assert!(is_old(&[numbered(style, 20), jpeg]));
    }
}

#[test]
fn previews_in_sub_directories_go() {
    for style in STYLES {
        let mut page = numbered(style, 10);
        page.below = vec![(tag::SUB_IFDS, subfile(style, 1, 30))];
        let file = style.file(std::slice::from_ref(&page));
        let copy = clean(&Tiff, &file).unwrap();
        assert_eq!(sizes(&copy).len(), 1);
        assert!(Document::read(&copy, 1_000).unwrap().directories.len() == 1);
    }
}

#[test]
fn a_file_of_nothing_but_smaller_copies_keeps_them() {
    let style = STYLES[0];
    let file = style.file(&[subfile(style, 1, 10), subfile(style, 1, 20)]);
    assert_eq!(sizes(&clean(&Tiff, &file).unwrap()), sizes(&file));
}

#[test]
fn the_thumbnail_of_a_camera_goes() {
    for style in STYLES {
        let thumbnail = Page {
            fields: vec![
                style.short(tag::COMPRESSION, &[6]),
                style.long(tag::JPEG_AT, &[8]),
                style.long(tag::JPEG_LEN, &[4]),
            ],
            ..Page::default()
        };
        let file = style.file(&[numbered(style, 10), thumbnail]);
        let copy = clean(&Tiff, &file).unwrap();
        assert_eq!(sizes(&copy).len(), 1);
        assert!(told(&Tiff, &file).join("").contains("Thumbnail"));

        // One that does not say so, but stands where Exif puts it.
        let mut large = numbered(style, 10);
        large
            .fields
            .retain(|field| ![tag::WIDTH, tag::HEIGHT, tag::ROWS_PER_STRIP].contains(&field.0));
        large.fields.extend([
            style.short(tag::WIDTH, &[8]),
            style.short(tag::HEIGHT, &[6]),
            style.short(tag::ROWS_PER_STRIP, &[6]),
        ]);
        large.pieces = vec![vec![3; 48]];
        let alone = style.file(&[large.clone(), numbered(style, 20)]);
        assert_eq!(sizes(&clean(&Tiff, &alone).unwrap()).len(), 2);
        large.below = vec![(
            tag::EXIF_IFD,
            Page {
                fields: vec![ascii(0x9003, "2024:01:31 12:00:05")],
                ..Page::default()
            },
        )];
        let with_exif = style.file(&[large, numbered(style, 20)]);
        assert_eq!(sizes(&clean(&Tiff, &with_exif).unwrap()).len(), 1);
    }
}

#[test]
fn directories_without_a_picture_go() {
    let style = STYLES[1];
    let words = Page {
        fields: vec![ascii(270, "nothing but words of Jane")],
        ..Page::default()
    };
    let file = style.file(&[words.clone(), numbered(style, 10), words.clone()]);
    assert_eq!(sizes(&clean(&Tiff, &file).unwrap()).len(), 1);
    let report = crate::inspect(&file, &Limits::default()).unwrap();
    assert!(
        report
            .findings
            .iter()
            .any(|f| f.value == "nothing but words of Jane")
    );
    assert!(matches!(
        walk(&Tiff, &style.file(&[words])),
        Err(Error::Malformed { .. })
    ));
}

#[test]
fn shared_strips_stay_shared() {
    let style = STYLES[0];
    let mut page = numbered(style, 10);
    page.fields.push(style.long(tag::STRIP_OFFSETS, &[8, 8]));
    page.fields
        .push(style.long(tag::STRIP_BYTE_COUNTS, &[8, 8]));
    page.fields.retain(|field| field.0 != tag::HEIGHT);
    page.fields.push(style.short(tag::HEIGHT, &[4]));
    let file = style.file(&[page]);
    let copy = clean(&Tiff, &file).unwrap();
    assert_eq!(sizes(&copy), [vec![10; 16]]);
    assert!(copy.ends_with(&[10; 8]) && !copy.ends_with(&[10; 9]));
}

#[test]
fn tiles_that_are_left_out_stay_left_out() {
    let style = STYLES[0];
    let mut page = numbered(style, 10);
    page.fields
        .retain(|field| field.0 != tag::ROWS_PER_STRIP && field.0 != tag::COMPRESSION);
    page.fields.extend([
        style.short(tag::COMPRESSION, &[8]),
        style.short(tag::TILE_WIDTH, &[16]),
        style.short(tag::TILE_HEIGHT, &[16]),
        style.short(tag::WIDTH, &[32]),
        style.long(tag::TILE_OFFSETS, &[8, 0]),
        style.long(tag::TILE_BYTE_COUNTS, &[12, 0]),
    ]);
    page.fields.remove(0);
    let file = style.file(&[page]);
    let copy = clean(&Tiff, &file).unwrap();
    assert_eq!(sizes(&copy), sizes(&file));
    assert_eq!(sizes(&copy)[0].len(), 12);
}
