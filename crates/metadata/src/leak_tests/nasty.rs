//! Photos made by someone who wants a leak to stay, or a picture to break: nested, split, doubled, packed and written
//! in other alphabets.

use super::fixtures::heif::{Data, Item, Photo, bx, full, group, item, picture_data};
use super::fixtures::*;
use crate::Topic;
use miniz_oxide::deflate::compress_to_vec_zlib;

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

/// The clean copy, in which none of these bytes of the original is left.
#[track_caller]
fn without(file: &[u8], secrets: &[Vec<u8>]) -> Vec<u8> {
    let copy = gone(file, &[]).bytes().to_vec();
    for secret in secrets {
        assert!(count(file, secret) > 0, "was never there");
        assert_eq!(count(&copy, secret), 0, "{secret:?}");
    }
    copy
}

#[test]
fn wide_letters_in_jpeg() {
    for (unit, mark) in [
        (u16::to_be_bytes as fn(u16) -> [u8; 2], b"\xFE\xFF"),
        (u16::to_le_bytes, b"\xFF\xFE"),
    ] {
        let wide = |text: &str| [&mark[..], &utf16(text, unit)].concat();
        let packet = String::from_utf8(xmp()).unwrap();
        let file = jpeg(
            &[
                app1(XMP, &wide(&packet)),
                segment(0xFE, &wide("taken by Jane Doe at 48.8584 N")),
                segment(0xEC, &utf16("SERIAL-0815-4711", unit)),
            ],
            &utf16("diary of Jane Doe", unit),
        );
        tells(&file, Topic::Text, "taken by Jane Doe");
        without(
            &file,
            &[
                utf16("Jane", unit),
                utf16("SERIAL", unit),
                utf16("48", unit),
            ],
        );
    }
}

#[test]
fn extended_xmp_in_the_wrong_order_and_twice() {
    let piece = |offset: u32, text: &[u8]| {
        let head = b"http://ns.adobe.com/xmp/extension/\x000123456789ABCDEF0123456789ABCDEF";
        let numbers = [200_u32.to_be_bytes(), offset.to_be_bytes()].concat();
        segment(0xE1, &[&head[..], &numbers, text].concat())
    };
    let packet = xmp();
    let (a, rest) = packet.split_at(100);
    let (b, c) = rest.split_at(50);
    let pieces = [
        piece(150, c),
        piece(0, a),
        piece(100, b),
        piece(0, b"Jane"),
        piece(u32::MAX, c),
    ];
    gone(&jpeg(&pieces, b""), &["Jane", "GPSLatitude", "extension"]);
}

#[test]
fn exif_in_the_thumbnail_in_the_exif() {
    let inner = jpeg(
        &[
            app1(EXIF, &exif(3)),
            segment(0xFE, b"uncropped, by Jane Doe"),
        ],
        b"",
    );
    let mut tiff =
        b"MM\0*\0\0\0\x08\0\0\0\0\0\x0E\0\x02\x02\x01\0\x04\0\0\0\x01\0\0\0\x2C".to_vec();
    tiff.extend(b"\x02\x02\0\x04\0\0\0\x01");
    tiff.extend((inner.len() as u32).to_be_bytes());
    tiff.extend([0; 4]);
    tiff.extend(&inner);
    let file = jpeg(&[app1(EXIF, &tiff)], b"");
    let report = inspect(&file);
    let nested = |topic| {
        report
            .findings
            .iter()
            .any(|found| found.topic == topic && found.name.contains("in the thumbnail"))
    };
    assert!(nested(Topic::Place) && nested(Topic::Text), "{report:?}");
    let copy = gone(&file, &["Jane", "Acme"]);
    assert_eq!(copy.bytes(), jpeg(&[], b""));
}

#[test]
fn two_profiles_or_pieces_of_them_in_any_order() {
    let whole = profile();
    let piece = |number: u8, count: u8, data: &[u8]| {
        segment(
            0xE2,
            &[b"ICC_PROFILE\0", &[number, count][..], data].concat(),
        )
    };
    let (a, b) = whole.split_at(whole.len() / 2);
    let copy = gone(
        &jpeg(&[piece(2, 2, b), piece(1, 2, a)], b""),
        &["Jane", "SERIAL"],
    );
    needs(&copy, "Colour profile", "sRGB");
    for broken in [
        [piece(1, 1, &whole), piece(1, 1, &whole)],
        [piece(1, 2, a), piece(1, 2, a)],
        [piece(0, 2, a), piece(1, 2, b)],
        [piece(1, 3, a), piece(2, 3, b)],
    ] {
        let copy = gone(&jpeg(&broken, b""), &["ICC_PROFILE"]);
        assert_eq!(copy.bytes(), jpeg(&[], b""));
    }
}

#[test]
fn packed_and_doubled_png_chunks() {
    let packed = |text: &[u8]| compress_to_vec_zlib(text, 6);
    let hex: String = [EXIF, &exif(6)[..]]
        .concat()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let hex = hex.replace("01120003000000010006", "01120003000000010003");
    let raw = format!("\nexif\n{:8}\n{hex}\n", hex.len() / 2);
    let file = [
        png(&[
            chunk(
                b"iTXt",
                &[&b"XML:com.adobe.xmp\0\x01\0\0\0"[..], &packed(&xmp())].concat(),
            ),
            chunk(
                b"zTXt",
                &[&b"Raw profile type exif\0\0"[..], &packed(raw.as_bytes())].concat(),
            ),
            chunk(
                b"iTXt",
                &[
                    &b"Author\0\x01\0fr\0Auteur de Jane\0"[..],
                    &packed(b"Jane Doe"),
                ]
                .concat(),
            ),
            iccp(),
            chunk(b"iCCP", b"Jane's second screen\0\0x"),
            chunk(b"eXIf", &exif(6)),
            chunk(b"eXIf", &exif(3)),
            chunk(b"teXt", b"Jane in lower case"),
        ]),
        chunk(b"tEXt", b"Comment\0behind the end, by Jane"),
    ]
    .concat();
    tells(&file, Topic::Place, "48.858");
    tells(&file, Topic::Person, "Jane Doe");
    let copy = gone(&file, &["Jane", "iTXt", "zTXt", "teXt", "tEXt", "Acme"]);
    assert_eq!(copy.orientation(), 6);
    needs(&copy, "Colour profile", "sRGB");
}

#[test]
fn words_in_the_padding_and_frames_of_webp() {
    let odd = |label: &[u8; 4], data: &[u8]| {
        let mut chunk = riff_chunk(label, data);
        if data.len() % 2 == 1 {
            *chunk.last_mut().unwrap() = b'J';
        }
        chunk
    };
    let picture = odd(b"VP8 ", b"\x50\0\0\x9D\x01\x2A\x04\0\x03\0codedx");
    let header = [0, 0, 0, 0, 0, 0, 3, 0, 0, 2, 0, 0, 40, 0, 0, 0xFC];
    let frame = |chunks: &[Vec<u8>]| riff_chunk(b"ANMF", &[&header[..], &chunks.concat()].concat());
    let still = webp(
        flag::EXIF | flag::XMP,
        &[
            picture.clone(),
            odd(b"EXIF", &exif(1)),
            odd(b"EXIF", b"II*\0 Jane's second"),
            odd(b"XMP ", &xmp()),
            odd(b"XMP ", b"Jane again"),
        ],
    );
    let copy = gone(&still, &["Jane", "EXIF", "XMP "]);
    assert_eq!(count(copy.bytes(), b"codedxJ"), 0);
    let animated = webp(
        flag::ANIMATION,
        &[
            riff_chunk(b"ANIM", &[0; 6]),
            frame(&[
                picture.clone(),
                odd(b"XMP ", b"Jane in a frame"),
                odd(b"EXIF", &exif(8)),
            ]),
            frame(&[picture]),
        ],
    );
    let copy = gone(&animated, &["Jane", "EXIF", "XMP "]);
    assert_eq!(count(copy.bytes(), b"codedxJ"), 0);
}

#[test]
fn gif_extensions_that_look_harmless() {
    let file = gif(&[
        b"\x21\xFF\x0BNETSCAPE2.0\x03\x01\x05\0\x04Jane\0",
        &gif_application(b"NETSCAPE2.0", b"\x02buffer of Jane"),
        &gif_application(b"ANIMEXTS1.0", b"\x01\x05\0 and Jane"),
        &gif_application(b"JANEDOE 1.0", b"Jane"),
        &gif_application(b"XMP DataXMP", &xmp()),
        GIF_CONTROL,
        b"\x21\xFE\x04Jane\0",
        GIF_IMAGE,
        b"\x21\xF9\x04\x04\x0AJa\0",
    ]);
    let copy = gone(&file, &["Ja", "JANEDOE", "XMP"]);
    assert!(count(copy.bytes(), b"NETSCAPE2.0") <= 1);
}

#[test]
fn heif_metadata_in_every_place() {
    let tiff = [&b"\0\0\0\x06Exif\0\0"[..], &exif(1)].concat();
    let xmp_item = |id: u32, data: Data| Item {
        content_type: "application/rdf+xml",
        data,
        ..item(id, b"mime", b"")
    };
    let mut photo = Photo::new();
    photo.iloc = (1, [4, 4, 0, 4]);
    let half = tiff.len() / 2;
    photo.items.extend([
        Item {
            data: Data::Mdat(vec![tiff[..half].to_vec(), tiff[half..].to_vec()]),
            ..item(2, b"Exif", b"")
        },
        Item {
            data: Data::Idat(tiff.clone()),
            ..item(3, b"Exif", b"")
        },
        Item {
            data: Data::In(0, tiff.len() as u64),
            ..item(4, b"Exif", b"")
        },
        xmp_item(5, Data::Idat(xmp())),
        xmp_item(6, Data::Mdat(vec![xmp()])),
        item(7, b"blob", &tiff),
        item(8, b"uri ", b"https://jane.example/Jane"),
        item(9, b"hvt1", b"a tile of Jane's"),
        Item {
            content_type: "text/plain",
            name: "Jane's note",
            ..item(10, b"mime", b"written by Jane")
        },
    ]);
    photo.references = vec![
        (*b"cdsc", 2, vec![1]),
        (*b"cdsc", 3, vec![1]),
        (*b"cdsc", 5, vec![1]),
        (*b"iloc", 4, vec![7]),
    ];
    photo.in_meta = [
        bx(b"meta", &full(b"xml ", 0, 0, b"<Jane/>")),
        bx(b"uuid", b"0123456789ABCDEFJane"),
    ]
    .concat();
    photo.before_mdat = [
        bx(
            b"uuid",
            &[
                &b"\xBE\x7A\xCF\xCB\x97\xA9\x42\xE8\x9C\x71\x99\x94\x91\xE3\xAF\xAC"[..],
                &xmp(),
            ]
            .concat(),
        ),
        bx(
            b"udta",
            &bx(b"\xA9xyz", b"\0\x12\x15\xC7+48.8584+002.2945/"),
        ),
        bx(b"mdat", b"a second mdat of Jane"),
    ]
    .concat();
    let file = photo.build();
    tells(&file, Topic::Place, "48.85");
    let copy = gone(
        &file,
        &[
            "Jane",
            "Acme",
            "GPSLatitude",
            "48.8584",
            "uri ",
            "blob",
            "hvt1",
            "udta",
            "uuid",
            "Exif",
        ],
    );
    assert_eq!(count(copy.bytes(), &picture_data(1)), 1);
}

#[test]
fn archives_behind_every_container() {
    let zip = b"PK\x03\x04\x14\0\0\0\0\0diary of Jane.txtPK\x05\x06\0\0";
    for file in [
        jpeg(&[jfif()], b""),
        png(&[]),
        apng(b""),
        gif(&[GIF_IMAGE]),
        webp(0, &[vp8()]),
        Photo::new().build(),
    ] {
        let polyglot = [&file[..], zip].concat();
        let copy = gone(&polyglot, &["diary", "PK\x03\x04"]);
        assert_eq!(copy.bytes(), clean(&file).bytes());
    }
}

#[test]
fn words_of_formats_in_comments_do_not_stop_the_cleaning() {
    // Values that a clean copy contains for reasons of its own.
    let words = [
        "image/jpeg",
        "GainMap",
        "Primary",
        "ICC_PROFILE",
        "JFIF, by Adobe",
        "Display P3",
        "sRGB IEC61966-2.1",
        "acspMSFT",
        "http://ns.adobe.com/xap/1.0/",
        "mntrRGB XYZ",
        "hdrgm:Version=\"1.0\"",
        "Copyright",
        "NETSCAPE2.0",
        "IHDR and IDAT",
    ];
    for word in words {
        let icc = segment(0xE2, &[b"ICC_PROFILE\0\x01\x01", &profile()[..]].concat());
        let directory = |len| crate::gain_map::ultra_hdr::directory_packet(len);
        let map = jpeg(
            &[app1(
                XMP,
                b"<x hdrgm:Version='1.0' hdrgm:GainMapMax='2.5' hdrgm:HDRCapacityMax='2.5'/>",
            )],
            b"",
        );
        let announced = app1(XMP, directory(map.len()).as_bytes());
        let file = jpeg(
            &[jfif(), icc, announced, segment(0xFE, word.as_bytes())],
            &map,
        );
        gone(&file, &[]);
        gone(
            &png(&[
                iccp(),
                chunk(b"tEXt", &[b"Comment\0", word.as_bytes()].concat()),
            ]),
            &[],
        );
        let comment = [&[0x21, 0xFE, word.len() as u8][..], word.as_bytes(), &[0]].concat();
        gone(&gif(&[GIF_LOOP, &comment, GIF_IMAGE]), &[]);
    }
}

#[test]
fn only_the_exif_that_viewers_read_turns_the_picture() {
    let turned = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let dated = b"MM\0*\0\0\0\x08\0\x01\x01\x31\0\x02\0\0\0\x04Jan\0\0\0\0\0";
    let second = jpeg(&[app1(EXIF, dated), app1(EXIF, turned)], b"");
    assert_eq!(gone(&second, &["Jan"]).bytes(), jpeg(&[], b""));
    // Behind the first scan.
    let mut late = jpeg(&[], b"");
    late.truncate(late.len() - 2);
    late.extend([app1(EXIF, turned), b"\xFF\xD9".to_vec()].concat());
    assert_eq!(gone(&late, &["Exif"]).bytes(), jpeg(&[], b""));
    let second = png(&[chunk(b"eXIf", dated), chunk(b"eXIf", turned)]);
    assert_eq!(gone(&second, &["Jan"]).orientation(), 1);
    let second = webp(
        flag::EXIF,
        &[
            vp8(),
            riff_chunk(b"EXIF", dated),
            riff_chunk(b"EXIF", turned),
        ],
    );
    assert_eq!(gone(&second, &["Jan"]).orientation(), 1);
    let hidden = webp(0, &[vp8(), riff_chunk(b"EXIF", turned)]);
    assert_eq!(gone(&hidden, &["EXIF"]).orientation(), 1);
}

#[test]
fn a_gain_map_in_two_forms_keeps_both() {
    // As phones write it since 2024: a tone map for all, and Apple's own names for the same map.
    let mut photo = Photo::new();
    let name = photo.property(full(
        b"auxC",
        0,
        0,
        b"urn:com:apple:photo:2020:aux:hdrgainmap\0",
    ));
    let numbers = [&[0, 0, 0, 0, 0, 0x40][..], &[1; 56]].concat();
    let mut rule = item(2, b"tmap", &numbers);
    rule.properties = vec![(2, false)];
    let mut map = item(3, b"hvc1", &picture_data(3));
    map.properties = vec![(1, true), (2, false), (name, true)];
    let packet = item(
        4,
        b"mime",
        b"<x xmp:CreatorTool='18.7 of Jane' HDRGainMap:HDRGainMapVersion='131072'/>",
    );
    photo.items.extend([
        rule,
        map,
        Item {
            content_type: "application/rdf+xml",
            ..packet
        },
    ]);
    photo.references = vec![
        (*b"dimg", 2, vec![1, 3]),
        (*b"auxl", 3, vec![1]),
        (*b"cdsc", 4, vec![3]),
    ];
    photo.groups = vec![group(b"altr", &[2, 1])];
    let copy = gone(&photo.build(), &["Jane", "18.7"]);
    for kept in [
        &b"tmap"[..],
        b"auxl",
        b"aux:hdrgainmap",
        b"131072",
        b"altr",
        &picture_data(3),
    ] {
        assert_eq!(count(copy.bytes(), kept), 1);
    }
}
