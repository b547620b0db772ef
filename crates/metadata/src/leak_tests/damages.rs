//! The damages D1 to D9, each by its number: what other tools did to pictures.

use super::fixtures::heif::{Data, Item, Photo, bx, full, grid, group, ispe, item, picture_data};
use super::fixtures::*;
use super::named;
use crate::{Cleaned, Container};

named![
    d1_the_picture_stays_upright,
    d2_the_colours_stay,
    d3_the_gain_map_stays,
    d4_animations_stay,
    d5_every_page_of_a_tiff_stays_in_its_depth,
    d6_coded_pixels_are_never_touched,
    d7_a_heic_keeps_its_profile_as_a_property,
    d8_item_locations_stay_in_their_form,
    d9_there_is_a_copy_of_every_good_picture,
];

#[test]
fn d1_the_picture_stays_upright() {
    for orientation in 2..=8 {
        let tiff = exif(orientation);
        for file in [
            jpeg(&[jfif(), app1(EXIF, &tiff)], b""),
            png(&[chunk(b"eXIf", &tiff)]),
            webp(flag::EXIF, &[vp8(), riff_chunk(b"EXIF", &tiff)]),
        ] {
            let copy = gone(&file, &["Jane", "Acme", "2024:01:31"]);
            assert_eq!(copy.orientation(), orientation);
        }
    }
    for orientation in 2..=8 {
        let photo = jxl::Photo {
            orientation,
            ..jxl::photo()
        };
        assert_eq!(clean(&photo.build()).orientation(), orientation as u8);
    }
    let mut photo = Photo::new();
    let turned = photo.property(bx(b"irot", &[3]));
    photo.items[0].properties.push((turned, true));
    assert_eq!(clean(&photo.build()).orientation(), 6);
}

fn colour_photo(profile: &[u8]) -> Photo {
    let mut photo = Photo::new();
    let colour = photo.property(bx(b"colr", &[b"prof", profile].concat()));
    photo.items[0].properties.push((colour, false));
    photo
}

#[test]
fn d2_the_colours_stay() {
    let numbers = crate::icc::scrub(&profile()).unwrap();
    let pieces = |profile: &[u8]| segment(0xE2, &[b"ICC_PROFILE\0\x01\x01", profile].concat());
    for (file, clean) in [
        (
            jpeg(&[pieces(&profile())], b""),
            jpeg(&[pieces(&numbers)], b""),
        ),
        (
            webp(flag::ICC, &[riff_chunk(b"ICCP", &profile()), vp8()]),
            webp(flag::ICC, &[riff_chunk(b"ICCP", &numbers), vp8()]),
        ),
        (
            colour_photo(&profile()).build(),
            clean(&colour_photo(&numbers).build()).bytes().to_vec(),
        ),
    ] {
        let copy = gone(&file, &["Jane"]);
        assert_eq!(copy.bytes(), clean);
        needs(&copy, "Colour profile", "sRGB");
    }
    let copy = gone(&png(&[iccp()]), &["Jane"]);
    needs(&copy, "Colour profile", "sRGB");

    let spaces = [
        chunk(b"cHRM", &[1; 32]),
        chunk(b"gAMA", &[0, 0, 0xB1, 0x8F]),
        chunk(b"sRGB", &[0]),
        chunk(b"cICP", &[9, 16, 0, 1]),
        chunk(b"mDCV", &[1; 24]),
        chunk(b"cLLI", &[1; 8]),
    ];
    assert!(clean(&png(&spaces)).unchanged());
    let mut photo = Photo::new();
    let colour = photo.property(bx(b"colr", b"nclx\0\x0C\0\x0D\0\x06\x80"));
    let light = photo.property(bx(b"clli", &[1, 2, 3, 4]));
    photo.items[0]
        .properties
        .extend([(colour, false), (light, false)]);
    let copy = clean(&photo.build());
    assert_eq!(count(copy.bytes(), b"nclx\0\x0C\0\x0D\0\x06\x80"), 1);
    assert_eq!(count(copy.bytes(), b"clli\x01\x02\x03\x04"), 1);
}

/// A JPEG whose directory in XMP names the gain map behind it.
fn announced(segments: &[Vec<u8>], map: &[u8]) -> Vec<u8> {
    let directory = crate::gain_map::ultra_hdr::directory_packet(map.len());
    let directory = app1(XMP, directory.as_bytes());
    jpeg(&[segments.concat(), directory], map)
}

fn has_gain_map(copy: &Cleaned) {
    needs(copy, "HDR gain map", "brighter");
}

#[test]
fn d3_the_gain_map_stays() {
    const ULTRA: &[u8] = b"<x hdrgm:Version='1.0' hdrgm:GainMapMax='2.5' hdrgm:HDRCapacityMax='2.5' dc:creator='Jane Doe'/>";
    const APPLE: &[u8] = b"<x dc:creator='Jane Doe' apdi:AuxiliaryImageType='urn:com:apple:photo:2020:aux:hdrgainmap' \
                           HDRGainMap:HDRGainMapVersion='131072' HDRGainMap:HDRGainMapHeadroom='4.53'/>";
    for (packet, number) in [(ULTRA, "2.5"), (APPLE, "4.53")] {
        let map = jpeg(&[app1(XMP, packet)], b"");
        let copy = gone(&announced(&[jfif()], &map), &["Jane"]);
        has_gain_map(&copy);
        assert!(count(copy.bytes(), number.as_bytes()) > 0);
        assert_eq!(count(copy.bytes(), b"\x12\x34\x56"), 2);
    }
    let numbers = [&[0, 0, 0, 0, 0x40][..], &[7; 56]].concat();
    let iso = |payload: &[u8]| segment(0xE2, &[b"urn:iso:std:iso:ts:21496:-1\0", payload].concat());
    let file = announced(&[jfif(), iso(&[0; 4])], &jpeg(&[iso(&numbers)], b""));
    let copy = clean(&file);
    has_gain_map(&copy);
    assert_eq!(count(copy.bytes(), &numbers), 1);

    let mut photo = Photo::new();
    let numbers = [&[0, 0, 0, 0, 0, 0x40][..], &[1; 56]].concat();
    let mut rule = item(2, b"tmap", &numbers);
    rule.properties = vec![(2, false)];
    let mut map = item(3, b"hvc1", &picture_data(3));
    map.properties = vec![(1, true), (2, false)];
    photo.items.extend([rule, map]);
    photo.references = vec![(*b"dimg", 2, vec![1, 3])];
    photo.groups = vec![group(b"altr", &[2, 1])];
    let copy = clean(&photo.build());
    has_gain_map(&copy);
    assert_eq!(count(copy.bytes(), &picture_data(3)), 1);
    assert_eq!(count(copy.bytes(), &group(b"altr", &[2, 1])), 1);

    let mut photo = Photo::new();
    let name = photo.property(full(
        b"auxC",
        0,
        0,
        b"urn:com:apple:photo:2020:aux:hdrgainmap\0",
    ));
    let mut map = item(2, b"hvc1", &picture_data(2));
    map.properties = vec![(1, true), (2, false), (name, true)];
    let packet = item(
        3,
        b"mime",
        b"<x HDRGainMap:HDRGainMapVersion='131072' HDRGainMap:HDRGainMapHeadroom='4.53'/>",
    );
    photo.items.extend([
        map,
        Item {
            content_type: "application/rdf+xml",
            ..packet
        },
    ]);
    photo.references = vec![(*b"auxl", 2, vec![1]), (*b"cdsc", 3, vec![2])];
    let copy = clean(&photo.build());
    has_gain_map(&copy);
    assert_eq!(count(copy.bytes(), b"aux:hdrgainmap"), 1);
    assert_eq!(count(copy.bytes(), b">4.53<"), 1);
}

#[test]
fn d4_animations_stay() {
    let copy = clean(&apng(b""));
    assert_eq!(copy.bytes(), apng(b""));
    needs(&copy, "Animation", "2 frames");

    let header = [0, 0, 0, 0, 0, 0, 3, 0, 0, 2, 0, 0, 40, 0, 0, 0];
    let alpha = riff_chunk(b"ALPH", b"\0alpha");
    let frame = riff_chunk(b"ANMF", &[&header[..], &alpha, &vp8()].concat());
    let file = webp(
        flag::ANIMATION | flag::ALPHA,
        &[riff_chunk(b"ANIM", &[0; 6]), frame.clone(), frame],
    );
    assert!(clean(&file).unchanged());
    needs(&clean(&file), "Animation", "2 frames");

    let frames = ["first", "second"].map(|_| jxl::Sketch {
        duration: 3,
        ..jxl::sketch(b"coded frame")
    });
    let moving = jxl::Photo {
        is_animated: true,
        frames: frames.to_vec(),
        ..jxl::photo()
    };
    let copy = clean(&moving.build());
    assert!(copy.unchanged());
    needs(&copy, "Animation", "2 frames");

    let file = gif(&[GIF_LOOP, GIF_CONTROL, GIF_IMAGE, GIF_CONTROL, GIF_IMAGE]);
    assert!(clean(&file).unchanged());
    needs(&clean(&file), "Animation", "2 frames");
}

#[test]
fn d5_every_page_of_a_tiff_stays_in_its_depth() {
    for style in tiff::STYLES {
        let pages: Vec<_> = (0..5_u8)
            .map(|number| {
                let mut page = style.grey();
                let depth = page.fields.iter_mut().find(|field| field.0 == 258);
                *depth.unwrap() = style.short(258, &[16]);
                page.fields.push(tiff::ascii(0x010E, "page of Jane's"));
                page.pieces = vec![vec![number + 100; 16], vec![number + 200; 8]];
                page
            })
            .collect();
        let copy = gone(&style.file(&pages), &["Jane"]);
        for number in 0..5 {
            assert_eq!(count(copy.bytes(), &[number + 100; 16]), 1);
            assert_eq!(count(copy.bytes(), &[number + 200; 8]), 1);
        }
        let (_, _, depth) = style.short(258, &[16]);
        let entry = [&style.short(0, &[258]).2[..], &style.short(0, &[3]).2].concat();
        let mut at = 0;
        for _ in 0..5 {
            let found = memchr::memmem::find(&copy.bytes()[at..], &entry).unwrap();
            at += found + if style.is_big { 12 } else { 8 };
            assert_eq!(copy.bytes()[at..at + 2], depth);
        }
    }
}

#[test]
fn d6_coded_pixels_are_never_touched() {
    // The coded picture of four colours, how they were transformed, and how many pixels go to an inch.
    let adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x02");
    let frame = segment(
        0xC0,
        &[
            8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0,
        ],
    );
    let cmyk = [
        b"\xFF\xD8".to_vec(),
        jfif(),
        adobe,
        segment(0xDB, &[&[0][..], &[16; 64]].concat()),
        frame,
        segment(0xC4, &[&[0, 1][..], &[0; 15], &[0]].concat()),
        segment(0xDA, &[4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]),
        b"coded\xFF\x00\xFF\xD0pixels\xFF\xD9".to_vec(),
    ];
    assert!(clean(&cmyk.concat()).unchanged());
    let clear = [
        chunk(b"tRNS", &[0, 1, 0, 2, 0, 3]),
        chunk(b"pHYs", &[0, 0, 0, 1, 0, 0, 0, 1, 1]),
    ];
    assert!(clean(&png(&clear)).unchanged());
    let alpha = [riff_chunk(b"ALPH", b"\0alpha"), vp8()];
    assert!(clean(&webp(flag::ALPHA, &alpha)).unchanged());
    let mut photo = Photo::new();
    let name = photo.property(full(b"auxC", 0, 0, b"urn:mpeg:hevc:2015:auxid:1\0"));
    let shape = photo.property(bx(b"pasp", &[0, 0, 0, 2, 0, 0, 0, 1]));
    let mut alpha = item(2, b"hvc1", &picture_data(2));
    alpha.properties = vec![(1, true), (2, false), (name, true)];
    photo.items[0].properties.push((shape, false));
    photo.items.push(alpha);
    photo.references = vec![(*b"auxl", 2, vec![1]), (*b"prem", 1, vec![2])];
    let copy = clean(&photo.build());
    for kept in [&picture_data(1)[..], &picture_data(2), b"prem", b"pasp"] {
        assert_eq!(count(copy.bytes(), kept), 1);
    }
}

#[test]
fn d7_a_heic_keeps_its_profile_as_a_property() {
    let file = colour_photo(&profile()).build();
    let copy = gone(&file, &["Jane"]);
    assert_eq!(count(copy.bytes(), b"colrprof"), 1);
    // The picture has three properties: decoder, size, colours (version, flags, count, item, how many).
    let ipma = memchr::memmem::find(copy.bytes(), b"ipma").unwrap();
    let described = &copy.bytes()[ipma + 4..ipma + 18];
    assert_eq!(described, b"\0\0\0\0\0\0\0\x01\0\x01\x03\x81\x02\x03");
}

#[test]
fn d8_item_locations_stay_in_their_form() {
    for (version, wide_items) in [(1, false), (2, true)] {
        let mut photo = Photo::new();
        photo.iloc = (version, [4, 4, 0, 0]);
        photo.wide_items = wide_items;
        let size = photo.property(ispe(128, 48));
        photo.items[0].label = *b"grid";
        photo.items[0].data = Data::Idat(grid(1, 2, 128, 48));
        photo.items[0].properties = vec![(size, false)];
        for id in [2, 3] {
            let mut tile = item(id, b"hvc1", &picture_data(id as u8));
            tile.properties = vec![(1, true), (2, false)];
            photo.items.push(tile);
        }
        photo.items.push(item(4, b"uri ", b"Jane's address"));
        photo.references = vec![(*b"dimg", 1, vec![2, 3])];
        let copy = gone(&photo.build(), &["Jane"]);
        let iloc = memchr::memmem::find(copy.bytes(), b"iloc").unwrap();
        assert_eq!(copy.bytes()[iloc + 4], version);
        // The first entry is that of the grid, which stands in the item data box: construction method 1.
        let first = iloc + 4 + 4 + 2 + if version < 2 { 2 } else { 4 };
        let method = first + if version < 2 { 2 } else { 4 };
        assert_eq!(copy.bytes()[method..method + 2], [0, 1]);
        assert_eq!((copy.width(), copy.height()), (128, 48));
    }
    // Version 0 has no methods, and 64-bit offsets stay such.
    for (version, sizes) in [(0, [4, 4, 4, 0]), (1, [8, 8, 8, 8])] {
        let mut photo = Photo::new();
        photo.iloc = (version, sizes);
        let copy = clean(&photo.build());
        let iloc = memchr::memmem::find(copy.bytes(), b"iloc").unwrap();
        assert_eq!(copy.bytes()[iloc + 4], version);
        assert_eq!(copy.bytes()[iloc + 8], sizes[0] << 4 | sizes[1]);
    }
}

#[test]
fn d9_there_is_a_copy_of_every_good_picture() {
    let lossy = vp8();
    let lossless = riff_chunk(b"VP8L", b"\x2F\x03\x80\0\0lossless");
    let plain = |chunk: &[u8]| riff_chunk(b"RIFF", &[b"WEBP", chunk].concat());
    for file in [
        plain(&lossy),
        plain(&lossless),
        webp(0, &[lossy]),
        webp(0, &[lossless]),
    ] {
        assert_eq!(clean(&file).container(), Container::Webp);
    }
    assert!(clean(&jxl::photo().build()).unchanged());
    assert!(clean(&jxl_boxes(&[])).unchanged());
    for colour in [0, 2, 3, 4, 6] {
        let palette = chunk(b"PLTE", &[1; 6]);
        let header = chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, colour, 0, 0, 0]);
        let chunks = [
            header,
            if colour == 3 { palette } else { vec![] },
            idat(),
            chunk(b"IEND", b""),
        ];
        clean(&[&b"\x89PNG\r\n\x1A\n"[..], &chunks.concat()].concat());
    }
    for process in [0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB] {
        let mut file = jpeg(&[jfif()], b"");
        let at = memchr::memmem::find(&file, b"\xFF\xC0").unwrap();
        file[at + 1] = process;
        clean(&file);
    }
    for (change, container) in [
        (b"heic\0\0\0\0mif1heic", Container::Heic),
        (b"mif1\0\0\0\0mif1heix", Container::Heic),
    ] {
        let mut photo = Photo::new();
        photo.ftyp = bx(b"ftyp", change);
        assert_eq!(clean(&photo.build()).container(), container);
    }
}
