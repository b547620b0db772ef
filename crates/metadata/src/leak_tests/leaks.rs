//! The leaks L1 to L13, each by its number: what other tools left in photos.

use super::fixtures::heif::{Data, Item, Photo, bx, full, group, item, picture_data, sei};
use super::fixtures::*;
use super::named;
use crate::Topic;
use miniz_oxide::deflate::compress_to_vec_zlib;

named![
    l01_the_video_in_a_heic_motion_photo_goes,
    l02_every_exif_item_goes,
    l03_free_boxes_are_not_free,
    l04_depth_maps_and_mattes_go_with_what_describes_them,
    l05_provenance_goes_from_every_container,
    l06_what_an_editor_cut_off_goes,
    l07_everything_behind_a_jpeg_goes,
    l08_makers_segments_go,
    l09_words_go_wherever_they_stand,
    l10_packed_boxes_of_jpeg_xl_go,
    l11_tags_that_identify_go_from_tiff,
    l12_unknown_png_chunks_go,
    l13_unknown_webp_chunks_go,
];

fn aux(urn: &[u8]) -> Vec<u8> {
    full(b"auxC", 0, 0, urn)
}

fn exif_item(id: u32) -> Item {
    item(
        id,
        b"Exif",
        &[&b"\0\0\0\x06Exif\0\0"[..], &exif(1)].concat(),
    )
}

fn xmp_item(id: u32, packet: &[u8]) -> Item {
    Item {
        content_type: "application/rdf+xml",
        ..item(id, b"mime", packet)
    }
}

fn second_picture(id: u32, properties: &[u16]) -> Item {
    Item {
        properties: properties.iter().map(|number| (*number, false)).collect(),
        ..item(id, b"hvc1", &picture_data(id as u8))
    }
}

#[test]
fn l01_the_video_in_a_heic_motion_photo_goes() {
    let mut photo = Photo::new();
    photo.after = [bx(b"mpvd", &video()), bx(b"sefd", b"Jane's phone")].concat();
    let file = photo.build();
    tells(&file, Topic::Place, "48.8584");
    gone(&file, &["mpvd", "sefd", "+48.8584", "moving", "Jane"]);
}

#[test]
fn l02_every_exif_item_goes() {
    let mut photo = Photo::new();
    photo.items.push(second_picture(2, &[1, 2]));
    photo.items.extend([exif_item(3), exif_item(4)]);
    photo.references = vec![(*b"cdsc", 3, vec![1]), (*b"cdsc", 4, vec![2])];
    photo.groups = vec![group(b"ster", &[1, 2])];
    let copy = gone(
        &photo.build(),
        &[
            "Exif",
            "Acme",
            "Right Main",
            "2024:01:31",
            "Jane",
            "ster",
            "cdsc",
        ],
    );
    assert_eq!(count(copy.bytes(), &picture_data(2)), 0);
}

#[test]
fn l03_free_boxes_are_not_free() {
    let free = || bx(b"free", b"ssuniqueid EJ50XSRD00SM000007FFR IMX754");
    let mut photo = Photo::new();
    photo.properties.push(free());
    photo.before_mdat = [
        free(),
        bx(b"skip", b"pipeline model 200MP"),
        bx(b"zzzz", b"what?"),
    ]
    .concat();
    photo.in_meta = [free(), bx(b"xml ", b"<jane/>")].concat();
    photo.after = [free(), b"after the last box".to_vec()].concat();
    photo.gap = b"between the items".to_vec();
    photo.items[0].name = "Jane in her garden";
    let words = photo.property(full(
        b"udes",
        0,
        0,
        b"en\0Holiday\0Jane on the beach\0beach\0",
    ));
    let date = photo.property(full(
        b"crtt",
        0,
        0,
        &3_789_547_205_000_000_u64.to_be_bytes(),
    ));
    let camera = photo.property(full(b"cmin", 0, 0, &[1; 12]));
    let unknown = photo.property(bx(b"yyyy", b"nobody knows"));
    photo.items[0]
        .properties
        .extend([words, date, camera, unknown].map(|number| (number, false)));
    photo.items[0].data = Data::Mdat(vec![
        [sei(5, b"0123456789ABCDEF by Jane"), picture_data(1)].concat(),
    ]);
    let file = photo.build();
    tells(&file, Topic::Unknown, "EJ50XSRD00SM000007FFR");
    gone(
        &file,
        &[
            "free",
            "skip",
            "EJ50X",
            "IMX754",
            "200MP",
            "zzzz",
            "jane",
            "after the",
            "between",
            "garden",
            "udes",
            "crtt",
            "cmin",
            "yyyy",
            "Jane",
        ],
    );
}

#[test]
fn l04_depth_maps_and_mattes_go_with_what_describes_them() {
    let mut photo = Photo::new();
    let depth = photo.property(aux(b"urn:mpeg:hevc:2015:auxid:2\0"));
    let matte = photo.property(aux(b"urn:com:apple:photo:2018:aux:portraiteffectsmatte\0"));
    let map = photo.property(aux(b"urn:com:apple:photo:2020:aux:hdrgainmap\0"));
    photo.items.extend([
        second_picture(2, &[1, 2, depth]),
        second_picture(3, &[1, 2, matte]),
        second_picture(4, &[1, 2]),
        second_picture(5, &[1, 2, map]),
        xmp_item(6, b"<x:xmpmeta>depthData of Jane Doe</x:xmpmeta>"),
        xmp_item(
            7,
            b"<x:xmpmeta xmp:CreatorTool='by Jane Doe' HDRGainMap:HDRGainMapVersion='65536'/>",
        ),
    ]);
    photo.references = vec![
        (*b"auxl", 2, vec![1]),
        (*b"auxl", 3, vec![1]),
        (*b"thmb", 4, vec![1]),
        (*b"auxl", 5, vec![1]),
        (*b"cdsc", 6, vec![2]),
        (*b"cdsc", 7, vec![5]),
    ];
    let file = photo.build();
    let copy = gone(
        &file,
        &["auxid:2", "portraiteffects", "thmb", "depthData", "Jane"],
    );
    for (id, times) in [(1, 1), (2, 0), (3, 0), (4, 0), (5, 1)] {
        assert_eq!(
            count(copy.bytes(), &picture_data(id)),
            times,
            "picture {id}"
        );
    }
    assert_eq!(count(copy.bytes(), b"cdsc"), 1);
    assert_eq!(count(copy.bytes(), b"auxl"), 1);
}

#[test]
fn l05_provenance_goes_from_every_container() {
    let jumbf = segment(0xEB, &[&b"JP\0\x01\0\0\0\x01"[..], &manifest()].concat());
    let mut heic = Photo::new();
    let uuid = b"\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81\0\0\0\0manifest\0\0\0\0\0\0\0\0\0";
    heic.before_mdat = bx(b"uuid", &[&uuid[..], &manifest()].concat());
    heic.items.push(Item {
        content_type: "application/x-c2pa-manifest-store",
        ..item(2, b"mime", &manifest())
    });
    let mut avif = heic.clone();
    avif.ftyp = bx(b"ftyp", b"avif\0\0\0\0mif1avif");
    avif.items[0].label = *b"av01";
    avif.items[0].data = Data::Mdat(vec![vec![6 << 3, 1, 2, 3]]);
    avif.properties[0] = bx(b"av1C", &[0x81, 0, 0x0C, 0]);
    for file in [
        jpeg(&[jfif(), jumbf], b""),
        png(&[chunk(b"caBX", &manifest())]),
        webp(0, &[vp8(), riff_chunk(b"C2PA", &manifest())]),
        gif(&[
            &gif_application(b"C2PA_GIF\x01\0\0", &manifest()),
            GIF_IMAGE,
        ]),
        heic.build(),
        avif.build(),
        jxl_boxes(&[manifest()]),
        jxl_boxes(&[bx(
            b"brob",
            &[&b"jumb"[..], &jxl::brotli(&manifest()[8..])].concat(),
        )]),
    ] {
        let report = inspect(&file);
        let names: Vec<_> = report.findings.iter().map(|found| found.topic).collect();
        assert!(names.contains(&Topic::Provenance), "{report:?}");
        gone(&file, &["jumb", "GPSLatitude", PLACE, "Jane"]);
    }
}

#[test]
fn l06_what_an_editor_cut_off_goes() {
    let rest = [&idat()[..], b"the uncropped picture"].concat();
    let file = [png(&[]), rest.clone()].concat();
    assert_eq!(gone(&file, &["uncropped"]).bytes(), png(&[]));
    let file = [gif(&[GIF_IMAGE]), rest.clone()].concat();
    assert_eq!(gone(&file, &["uncropped"]).bytes(), gif(&[GIF_IMAGE]));
    let file = jpeg(&[], &rest);
    assert_eq!(gone(&file, &["uncropped"]).bytes(), jpeg(&[], b""));
    let file = [webp(0, &[vp8()]), rest.clone()].concat();
    gone(&file, &["uncropped"]);
    let mut photo = Photo::new();
    photo.after = rest;
    gone(&photo.build(), &["uncropped"]);
}

#[test]
fn l07_everything_behind_a_jpeg_goes() {
    let preview = jpeg(&[app1(EXIF, &exif(1))], b"");
    let mpf = |count: usize| {
        let entries = [0; 16].repeat(count);
        let head = b"MPF\0MM\0*\0\0\0\x08\0\x01\xB0\x02\0\x07\0\0\0\x20\0\0\0\x1A\0\0\0\0";
        segment(0xE2, &[&head[..], &entries].concat())
    };
    for (behind, word) in [
        (video(), "+48.8584"),
        (
            b"\0\0\0\x0A0MCVTime1706702405123SEFHSEFT".to_vec(),
            "1706702405123",
        ),
        (
            b"vivo{\"com.android.camera\":\"Jane Doe\"}".to_vec(),
            "Jane",
        ),
        (preview.clone(), "Right Main Camera"),
        (b"PK\x03\x04\x14\0diary of Jane.txt".to_vec(), "diary"),
        ([&[0xFF; 99][..], &preview, &preview].concat(), "Acme"),
    ] {
        let copy = gone(&jpeg(&[jfif(), mpf(3)], &behind), &[word, "MPF"]);
        assert_eq!(copy.bytes(), jpeg(&[jfif()], b""));
    }
    tells(&jpeg(&[jfif()], &video()), Topic::Place, "48.8584");
}

#[test]
fn l08_makers_segments_go() {
    let mut segments =
        vec![
        segment(0xE0, b"JFIF\0\x01\x02\x01\0\x48\0\x48\x02\x01Jane's face!\xAA\xBB\xCC"),
        segment(0xE0, b"JFXX\0\x13\x01\x01Jane's thumbnail"),
        app1(EXIF, &exif(1)),
        app1(EXIF, b"MM\0*\0\0\0\x08 a second by Jane"),
        app1(
            b"http://ns.adobe.com/xmp/extension/\0",
            b"0123456789ABCDEF0123456789ABCDEF\0\0\0\x1E\0\0\0\0<x:xmpmeta>Jane Doe</x:xmpmeta>",
        ),
        segment(0xED, b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x0D\x1C\x02\x50\0\x08Jane Doe\0"),
        segment(0xEE, b"Adobe\0\x65\x80\0\0\0\x01and Jane"),
        b"Jane between the segments".to_vec(),
    ];
    for marker in 0xE2..=0xEF {
        segments.push(segment(marker, b"HUAWEI debug SERIAL-0815-4711"));
    }
    let copy = gone(
        &jpeg(&segments, b""),
        &[
            "Jane",
            "SERIAL",
            "JFXX",
            "8BIM",
            "extension",
            "Acme",
            "Photoshop",
        ],
    );
    let adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01");
    let header = segment(0xE0, b"JFIF\0\x01\x02\x01\0\x48\0\x48\0\0");
    assert_eq!(copy.bytes(), jpeg(&[header, adobe], b""));
}

#[test]
fn l09_words_go_wherever_they_stand() {
    let comment = b"48.8584 N, taken by Jane Doe";
    let file = jpeg(&[app1(XMP, &xmp()), segment(0xFE, comment)], b"");
    tells(&file, Topic::Place, "48.8584");
    gone(&file, &["xmpmeta", "48,51.504N", "48.8584", "Jane"]);

    let packed = compress_to_vec_zlib(b"in Jane's garden, 48.8584 N", 6);
    let itxt =
        |keyword: &[u8], text: &[u8]| chunk(b"iTXt", &[keyword, b"\0\0\0\0\0", text].concat());
    let file = png(&[
        chunk(b"tEXt", b"exif:GPSLatitude\x0048,51.504N"),
        chunk(b"zTXt", &[&b"Comment\0\0"[..], &packed].concat()),
        itxt(b"XML:com.adobe.xmp", &xmp()),
        itxt(b"Author", b"Jane Doe"),
        chunk(b"tIME", &[0x07, 0xE8, 1, 31, 12, 0, 5]),
        chunk(b"eXIf", &exif(1)),
    ]);
    tells(&file, Topic::Text, "in Jane's garden");
    tells(&file, Topic::Time, "2024-01-31 12:00:05");
    let copy = gone(
        &file,
        &["tEXt", "zTXt", "iTXt", "tIME", "eXIf", "48,51.504N", "Jane"],
    );
    assert_eq!(copy.bytes(), png(&[]));

    let file = webp(
        flag::XMP | flag::EXIF,
        &[
            vp8(),
            riff_chunk(b"EXIF", &exif(1)),
            riff_chunk(b"XMP ", &xmp()),
        ],
    );
    gone(&file, &["EXIF", "XMP ", "48,51.504N", "Jane", "Acme"]);

    let trailer: Vec<u8> = [1].into_iter().chain((0..=255).rev()).chain([0]).collect();
    let packet = [b"\x21\xFF\x0BXMP DataXMP", &xmp()[..], &trailer].concat();
    let text = b"\x21\x01\x0Cabcdefghijkl\x08Jane Doe\0";
    let blocks: [&[u8]; 6] = [
        b"\x21\xFE\x08Jane Doe\0",
        &packet,
        GIF_IMAGE,
        b"\0\0\0",
        GIF_CONTROL,
        text,
    ];
    gone(&gif(&blocks), &["XMP Data", "48,51.504N", "Jane"]);
}

#[test]
fn l10_packed_boxes_of_jpeg_xl_go() {
    let exif = [&[0; 4], &exif(1)[..]].concat();
    let packed =
        |label: &[u8; 4], bytes: &[u8]| bx(b"brob", &[&label[..], &jxl::brotli(bytes)].concat());
    for boxes in [
        [packed(b"Exif", &exif), packed(b"xml ", &xmp())],
        [bx(b"Exif", &exif), bx(b"xml ", &xmp())],
    ] {
        let file = jxl_boxes(&boxes);
        tells(&file, Topic::Place, "48.858");
        let copy = gone(&file, &["Exif", "xml ", "Acme", "48,51.504N", "Jane"]);
        assert_eq!(copy.bytes(), jxl_boxes(&[]));
    }
}

#[test]
fn l11_tags_that_identify_go_from_tiff() {
    for style in tiff::STYLES {
        let mut page = style.grey();
        let picture = page.pieces.clone();
        page.fields.extend([
            tiff::ascii(0x010E, "in Jane's garden"),
            tiff::ascii(0x010F, "Acme Cameras"),
            tiff::ascii(0x0110, "Right Main Camera"),
            tiff::ascii(0x0131, "Janesoft"),
            tiff::ascii(0x0132, "2024:01:31 12:00:05"),
            tiff::ascii(0x013B, "Jane Doe"),
            tiff::bytes(0x02BC, &xmp()),
            tiff::ascii(0x8298, "(c) Jane Doe"),
            tiff::bytes(0x83BB, b"\x1C\x02\x50\0\x08Jane Doe"),
            tiff::ascii(0xA431, "PI040378D25L000046"),
            tiff::ascii(0xFDE8, "a private tag of Jane's"),
        ]);
        let preview = tiff::Page {
            pieces: vec![b"a smaller Jane".to_vec()],
            ..style.grey()
        };
        let mut small = preview.clone();
        small.fields.push(style.long(0x00FE, &[1]));
        page.below.push((0x014A, small));
        let file = [style.file(&[page]), b"behind it all, Jane".to_vec()].concat();
        tells(&file, Topic::Person, "Jane Doe");
        let copy = gone(
            &file,
            &[
                "Jane",
                "Acme",
                "Right Main",
                "2024:01:31",
                "PI0403",
                "xmpmeta",
            ],
        );
        for piece in picture {
            assert_eq!(count(copy.bytes(), &piece), 1);
        }
    }
}

#[test]
fn l12_unknown_png_chunks_go() {
    let file = png(&[
        chunk(b"prVt", b"SERIAL-0815-4711"),
        chunk(b"sPLT", b"Jane's palette\0\x08"),
        chunk(b"gAMA", &[0, 0, 0xB1, 0x8F]),
        chunk(b"gAMA", b"Jane"),
    ]);
    let copy = gone(&file, &["prVt", "SERIAL", "sPLT", "Jane"]);
    assert_eq!(copy.bytes(), png(&[chunk(b"gAMA", &[0, 0, 0xB1, 0x8F])]));
    gone(&apng(&chunk(b"prVt", b"between Jane's frames")), &["Jane"]);
}

#[test]
fn l13_unknown_webp_chunks_go() {
    let frame = |chunks: &[Vec<u8>]| {
        let header = [0, 0, 0, 0, 0, 0, 3, 0, 0, 2, 0, 0, 40, 0, 0, 0];
        riff_chunk(b"ANMF", &[&header[..], &chunks.concat()].concat())
    };
    let mut file = webp(
        flag::ANIMATION,
        &[
            riff_chunk(b"ANIM", &[0; 6]),
            frame(&[vp8(), riff_chunk(b"JUNK", b"Jane inside a frame")]),
            riff_chunk(b"ABCD", b"Jane between the frames"),
            frame(&[vp8()]),
            riff_chunk(b"ICCP", b"Jane's screen, not announced"),
        ],
    );
    file.extend(b"Jane behind the file");
    let copy = gone(&file, &["JUNK", "ABCD", "ICCP", "Jane"]);
    let frames = [frame(&[vp8()]), frame(&[vp8()])].concat();
    let clean = webp(flag::ANIMATION, &[riff_chunk(b"ANIM", &[0; 6]), frames]);
    assert_eq!(copy.bytes(), clean);
}
