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

/// A photo with a preview, a gain map and a video behind it.
fn dirty() -> Vec<u8> {
    let preview = file(&[segment(0xFE, b"preview of Jane")], b"");
    let behind = [&preview[..], &map(), b"\0\0\0\x18ftypmp42 video of Jane"].concat();
    let segments = [
        jfif(),
        xmp("<x hdrgm:Version='1.0' dc:creator='Jane Doe'/>"),
        segment(0xE2, b"MPF\0MM\0*\0\0\0\x08\0\0\0\0\0\0"),
    ];
    file(&segments, &behind)
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
    let dirty = file(&[jfif(), iso(&[0, 0, 0, 0])], &map);
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
    let clean = cleaned(&file(&[jfif()], &map));
    assert_eq!(clean, file(&[jfif()], b""));
}

#[test]
fn a_cut_map_goes_and_the_picture_stays() {
    let whole = file(&[jfif()], &map());
    let picture = file(&[jfif()], b"");
    for end in picture.len()..whole.len() {
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
