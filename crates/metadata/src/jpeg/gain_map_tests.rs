//! Photos with a gain map behind them, built segment by segment.

use super::tests::{cleaned, file, jfif, parts_of, pixels, segment};
use super::*;
use crate::inspect;

const NUMBERS: &str = "<rdf:Description xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/' hdrgm:Version='1.0' \
                       hdrgm:GainMapMax='2.5' hdrgm:HDRCapacityMax='2.5' xmp:CreatorTool='Secret Camera App'/>";

fn xmp(packet: &str) -> Vec<u8> {
    segment(
        0xE1,
        &[b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes()].concat(),
    )
}

fn iso(payload: &[u8]) -> Vec<u8> {
    segment(0xE2, &[gain_map::ISO_SIGNATURE, payload].concat())
}

/// A small JPEG with the numbers of a gain map, and a comment that must go.
fn map() -> Vec<u8> {
    file(&[xmp(NUMBERS), segment(0xFE, b"made on Jane's phone")], b"")
}

/// A photo with these segments and an index before its picture, and behind it these bytes, its gain map, and more.
fn announced(segments: &[Vec<u8>], between: &[u8], map: &[u8], after: &[u8]) -> Vec<u8> {
    let index = |primary: usize, offset: usize| {
        let index = gain_map::index(primary, map.len(), offset);
        segment(0xE2, &[b"MPF\0", &index[..]].concat())
    };
    let with = |index: Vec<u8>| file(&[segments.concat(), index], b"");
    let primary = with(index(0, 0)).len();
    let origin = 2 + segments.concat().len() + 8;
    let offset = primary + between.len() - origin;
    [&with(index(primary, offset)), between, map, after].concat()
}

/// A photo with a preview, a gain map and a video behind it.
fn dirty() -> Vec<u8> {
    let preview = file(&[segment(0xFE, b"preview of Jane")], b"");
    let segments = [
        jfif(),
        xmp("<x hdrgm:Version='1.0' dc:creator='Jane Doe'/>"),
    ];
    announced(
        &segments,
        &preview,
        &map(),
        b"\0\0\0\x18ftypmp42 video of Jane",
    )
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_map_stays_and_everything_else_behind_the_picture_goes() {
    let clean = cleaned(&dirty());
    let report = inspect(&clean, &Limits::default()).unwrap();
    assert_eq!(report.findings, []);
    assert!(
        report
            .picture
            .iter()
            .any(|need| need.name == "HDR gain map")
    );
    for gone in ["Jane", "Secret", "video", "preview", "creator"] {
        assert!(!text(&clean).contains(gone), "{gone} is still there");
    }
    assert!(text(&clean).contains(r#"hdrgm:GainMapMax="2.5""#));
    assert_eq!(pixels(&clean), pixels(&dirty()));
    assert_eq!(pixels(&clean).len(), 8, "two pictures of four parts each");
    assert_eq!(cleaned(&clean), clean);
}

#[test]
fn both_indexes_lead_to_the_map() {
    let clean = cleaned(&dirty());
    let parts = parts_of(&clean).unwrap();
    let map_at = parts
        .iter()
        .find(|part| part.name == "gain map SOI")
        .unwrap()
        .offset;
    let map_len = clean.len() - map_at;
    assert!(text(&clean).contains(&format!("Item:Length=\"{map_len}\"")));

    let mpf = parts.iter().find(|part| part.name == "APP2 MPF").unwrap();
    let number = |at: usize| {
        let bytes = mpf.body[at..at + 4].try_into().unwrap();
        u32::from_be_bytes(bytes) as usize
    };
    assert_eq!(number(54), map_at, "length of the primary picture");
    assert_eq!(number(70), map_len, "length of the gain map");
    assert_eq!(
        mpf.offset + 8 + number(74),
        map_at,
        "offset of the gain map"
    );
}

#[test]
fn iso_numbers_are_kept_and_announced() {
    let numbers = [&[0, 0, 0, 0, 0x40][..], &[7; 56]].concat();
    let map = file(&[iso(&numbers)], b"");
    let dirty = announced(&[jfif(), iso(&[0, 0, 0, 0])], b"", &map, b"");
    let clean = cleaned(&dirty);
    assert_eq!(
        memchr::memmem::find_iter(&clean, gain_map::ISO_SIGNATURE).count(),
        2
    );
    assert!(memchr::memmem::find(&clean, &numbers).is_some());
    assert_eq!(cleaned(&clean), clean);
}

#[test]
fn a_map_whose_numbers_are_no_numbers_goes() {
    let map = file(
        &[xmp("<x hdrgm:Version='1.0' hdrgm:GainMapMax='Jane Doe'/>")],
        b"",
    );
    let clean = cleaned(&announced(&[jfif()], b"", &map, b""));
    assert_eq!(clean, file(&[jfif()], b""));
}

#[test]
fn a_map_that_the_picture_does_not_announce_goes() {
    // What was left of another photo, with that one's gain map.
    let plain = file(&[jfif()], b"");
    let other = announced(&[jfif()], b"", &map(), b"");
    assert_eq!(cleaned(&file(&[jfif()], &other)), plain);
    assert_eq!(cleaned(&file(&[jfif()], &map())), plain);
    // A directory in XMP announces it as well as an index does, by its length.
    let directory = |len| xmp(&crate::gain_map::ultra_hdr::directory_packet(len));
    let named = file(&[jfif(), directory(map().len())], &map());
    assert_eq!(pixels(&cleaned(&named)).len(), 8);
    let other_len = file(&[jfif(), directory(map().len() + 1)], &map());
    assert_eq!(cleaned(&other_len), plain);
}

#[test]
fn a_map_of_another_shape_goes() {
    // The picture was cropped, and the map still shows all of it.
    let mut wide = map();
    let at = memchr::memmem::find(&wide, b"\xFF\xC0").unwrap();
    wide[at + 7..at + 9].copy_from_slice(&[0, 99]);
    assert_eq!(
        cleaned(&announced(&[jfif()], b"", &wide, b"")),
        file(&[jfif()], b"")
    );
}

#[test]
fn a_cut_map_goes_and_the_picture_stays() {
    let whole = announced(&[jfif()], b"", &map(), b"");
    let picture = file(&[jfif()], b"");
    for end in whole.len() - map().len()..whole.len() {
        assert_eq!(cleaned(&whole[..end]), picture, "cut at {end}");
    }
}

#[test]
fn any_changed_byte_is_survived() {
    let whole = dirty();
    for at in 0..whole.len() {
        for value in [0x00, 0x22, 0x7F, 0xFF] {
            let mut broken = whole.clone();
            broken[at] = value;
            let limits = Limits::default();
            if let Ok(clean) = crate::clean(&broken, &crate::Policy::default(), &limits) {
                assert!(inspect(clean.bytes(), &limits).unwrap().findings.is_empty());
            }
        }
    }
}

const APPLE: &str = "<x:xmpmeta><rdf:Description xmlns:apdi='a' xmp:CreatorTool='18.7.1 of Jane'>\
    <apdi:NativeFormat>1278226488</apdi:NativeFormat>\
    <apdi:AuxiliaryImageType>urn:com:apple:photo:2020:aux:hdrgainmap</apdi:AuxiliaryImageType>\
    <HDRGainMap:HDRGainMapVersion>65536</HDRGainMap:HDRGainMapVersion></rdf:Description></x:xmpmeta>";

/// Exif with a maker's block: an unlisted number, the two numbers of a gain map, and a text.
fn apple_exif() -> Vec<u8> {
    let headroom = [82_317_i32.to_be_bytes(), 54_194_i32.to_be_bytes()].concat();
    let gain = [3_i32.to_be_bytes(), 1_000_i32.to_be_bytes()].concat();
    let mut note = b"Apple iOS\0\0\x01MM\0\x04".to_vec();
    for (tag, kind, count, value) in [
        (0x0001_u16, 9_u16, 1_u32, 15_u32),
        (33, 10, 1, 68),
        (43, 2, 37, 84),
        (48, 10, 1, 76),
    ] {
        note.extend([tag.to_be_bytes(), kind.to_be_bytes()].concat());
        note.extend([count.to_be_bytes(), value.to_be_bytes()].concat());
    }
    note.extend([0; 4]);
    note.extend([headroom, gain].concat());
    note.extend(b"0170521C-E077-45C0-90AE-F1E1E92069E5\0\0");
    let len = (note.len() as u32).to_be_bytes();
    let main = b"MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1A\0\0\0\0";
    let exif = [
        &b"\0\x01\x92\x7C\0\x07"[..],
        &len,
        b"\0\0\0\x2C\0\0\0\0",
        &note,
    ]
    .concat();
    segment(0xE1, &[&b"Exif\0\0"[..], main, &exif].concat())
}

fn apple_jfif() -> Vec<u8> {
    segment(0xE0, b"JFIF\0\x01\x01\x01\0\x48\0\x48\0\0AMPF")
}

#[test]
fn apples_map_stays_with_all_that_viewers_compute_its_brightness_from() {
    let map = file(&[xmp(APPLE), segment(0xFE, b"made on Jane's phone")], b"");
    let dirty = announced(&[apple_jfif(), apple_exif()], b"", &map, b"");
    let clean = cleaned(&dirty);
    assert_eq!(inspect(&clean, &Limits::default()).unwrap().findings, []);
    for gone in ["Jane", "18.7.1", "0170521C", "CreatorTool"] {
        assert!(!text(&clean).contains(gone), "{gone} is still there");
    }
    let packet = "<apdi:AuxiliaryImageType>urn:com:apple:photo:2020:aux:hdrgainmap</apdi:AuxiliaryImageType>\
                  <apdi:NativeFormat>1278226488</apdi:NativeFormat>\
                  <HDRGainMap:HDRGainMapVersion>65536</HDRGainMap:HDRGainMapVersion>";
    assert!(text(&clean).contains(packet));
    assert!(!text(&clean).contains("Container:Directory"));
    assert!(clean[2..].starts_with(&apple_jfif()));

    let parts = parts_of(&clean).unwrap();
    let exif = parts.iter().find(|part| part.name == "APP1 Exif").unwrap();
    let numbers = crate::gain_map::apple::Headroom::of_exif(exif.body).unwrap();
    assert_eq!(numbers.headroom, Some((82_317, 54_194)));
    assert_eq!(numbers.gain, Some((3, 1_000)));
    assert_eq!(pixels(&clean), pixels(&dirty));
    assert_eq!(cleaned(&clean), clean);
}

#[test]
fn without_its_map_apples_block_goes() {
    let clean = cleaned(&file(&[apple_jfif(), apple_exif()], b""));
    assert_eq!(clean, file(&[jfif()], b""));
    // Not even a block that is plain already stays, nor one that belongs to no map: it is told, and goes.
    let numbers = crate::gain_map::apple::Headroom {
        headroom: Some((1, 2)),
        gain: None,
    };
    let kept = crate::explain::exif::Kept::default();
    let tiff = crate::exif_writer::fresh_exif(1, Some(numbers), &kept, &crate::Policy::default());
    let exif = segment(0xE1, &[&b"Exif\0\0"[..], &tiff.unwrap()].concat());
    let dirty = file(&[jfif(), exif], b"");
    assert_ne!(inspect(&dirty, &Limits::default()).unwrap().findings, []);
    assert_eq!(cleaned(&dirty), file(&[jfif()], b""));
}
