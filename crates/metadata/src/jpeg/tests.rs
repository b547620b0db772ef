//! JPEG files built segment by segment, good and bad.

use super::*;
use crate::{Finding, Policy, Topic, clean, inspect};

/// A segment with the right length.
pub(super) fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &len[..], payload].concat()
}

const SCAN: &[u8] = b"\x12\x34\xFF\x00\x56\xFF\xD0\x78\xFF\xFF\xD1\x9A";

/// Tables, an 8×8 grey frame and one scan: what every picture has.
pub(super) fn picture() -> Vec<u8> {
    let dqt = segment(0xDB, &[&[0][..], &[16; 64]].concat());
    let sof = segment(0xC0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]);
    let dht = segment(0xC4, &[&[0, 1][..], &[0; 15], &[0]].concat());
    let sos = segment(0xDA, &[1, 1, 0, 0, 63, 0]);
    [dqt, sof, dht, sos, SCAN.to_vec()].concat()
}

/// A whole file with `segments` before the picture and `trailer` behind it.
pub(super) fn file(segments: &[Vec<u8>], trailer: &[u8]) -> Vec<u8> {
    let middle = [segments.concat(), picture()].concat();
    [b"\xFF\xD8", &middle[..], b"\xFF\xD9", trailer].concat()
}

pub(super) fn jfif() -> Vec<u8> {
    segment(0xE0, b"JFIF\0\x01\x01\x01\0\x48\0\x48\0\0")
}

fn dirty() -> Vec<u8> {
    file(
        &[
            segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01\xAA\xBB\xCC"),
            segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description dc:creator='Jane Doe'/></x:xmpmeta>"),
            segment(0xE4, b"vendor block SERIAL-0815"),
            segment(0xED, b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x0D\x1C\x02\x50\0\x08Jane Doe\0"),
            segment(0xEE, b"Adobe\0\x65\x80\0\0\0\x01and more"),
            segment(0xFE, b"taken at home by Jane Doe"),
            b"stray bytes".to_vec(),
        ],
        b"trailing diary entry",
    )
}

pub(super) fn parts_of(file: &[u8]) -> Result<Vec<Part<'_>>, Error> {
    Jpeg.parts(file, &Limits::default())
}

pub(super) fn cleaned(file: &[u8]) -> Vec<u8> {
    let cleaned = clean(file, &Policy::default(), &Limits::default()).unwrap();
    cleaned.bytes().to_vec()
}

pub(super) fn pixels(file: &[u8]) -> Vec<&[u8]> {
    let parts = parts_of(file).unwrap();
    let coded = |part: &&Part<'_>| matches!(part.kind, Kind::Header | Kind::Tables | Kind::Pixels);
    parts.iter().filter(coded).map(|part| part.bytes).collect()
}

#[test]
fn finds_everything() {
    let report = inspect(&dirty(), &Limits::default()).unwrap();
    assert_eq!((report.width, report.height, report.orientation), (8, 8, 6));
    let tells = |topic: Topic| report.findings.iter().any(|finding| finding.topic == topic);
    for topic in [Topic::Person, Topic::Thumbnail, Topic::Text, Topic::Unknown] {
        assert!(
            tells(topic),
            "{topic:?} is missing in {:#?}",
            report.findings
        );
    }
    assert!(matches!(&report.picture[..], [Finding { name, .. }] if name == "Orientation"));
}

#[test]
fn removes_everything_and_keeps_the_picture() {
    let dirty = dirty();
    let clean = cleaned(&dirty);
    let text = String::from_utf8_lossy(&clean);
    for gone in [
        "Jane", "SERIAL", "diary", "stray", "xmpmeta", "8BIM", "more",
    ] {
        assert!(!text.contains(gone), "{gone} is still there");
    }
    assert_eq!(pixels(&clean), pixels(&dirty));
    let report = inspect(&clean, &Limits::default()).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(report.orientation, 6);
    let names: Vec<_> = parts_of(&clean)
        .unwrap()
        .iter()
        .map(|part| part.name)
        .collect();
    let expected = [
        "SOI",
        "APP0 JFIF",
        "APP1 Exif",
        "APP14 Adobe",
        "DQT",
        "SOF",
        "DHT",
        "SOS and its scan",
        "EOI",
    ];
    assert_eq!(names, expected);
}

#[test]
fn the_place_alone_can_go() {
    use crate::Keep;
    use crate::exif_writer::fresh_exif;
    use crate::explain::exif::{Gps, Kept, kept};

    let told = Kept {
        date_time_original: Some("2024:01:31 12:00:05".into()),
        offset_time_original: None,
        make: Some(b"Acme".to_vec()),
        model: Some(b"One".to_vec()),
        copyright: Some(b"(c) Jane Doe".to_vec()),
        artist: Some(b"Jane Doe".to_vec()),
        gps: Some(Gps {
            latitude: [(48, 1), (51, 1), (301, 10)],
            latitude_ref: b'N',
            longitude: [(2, 1), (17, 1), (401, 10)],
            longitude_ref: b'E',
            altitude: None,
        }),
    };
    let everything = Policy {
        keep: Keep::ALL.into_iter().collect(),
    };
    let exif = fresh_exif(6, None, &told, &everything).unwrap();
    let file = file(
        &[
            segment(0xE1, &[b"Exif\0\0", &exif[..]].concat()),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description exif:GPSLatitude='48,51.5N' photoshop:City='Paris'/></x:xmpmeta>"),
            segment(0xE4, b"a place in a maker's block"),
        ],
        b"",
    );
    let cleaned = clean(&file, &Policy::all_but_place(), &Limits::default()).unwrap();
    let is_place = |finding: &&Finding| finding.topic == Topic::Place;
    assert!(cleaned.removed().iter().any(|finding| is_place(&finding)));
    assert_eq!(cleaned.kept().iter().find(is_place), None);

    let parts = parts_of(cleaned.bytes()).unwrap();
    let blocks: Vec<_> = parts.iter().filter(|part| part.bytes[1] == 0xE1).collect();
    assert_eq!(blocks.len(), 1, "one fresh Exif block");
    assert_eq!(kept(blocks[0].body), Kept { gps: None, ..told });
    assert!(parts.iter().all(|part| part.name != "APP4"));
}

/// Who made a picture, and whose it is, stands in XMP and IPTC more often than in Exif.
#[test]
fn credits_are_kept_from_wherever_they_stand() {
    use crate::Keep;
    use crate::explain::exif::kept;

    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF><rdf:Description>\
        <dc:creator><rdf:Seq><rdf:li>Jane Doe</rdf:li><rdf:li>Joe Bloggs</rdf:li></rdf:Seq></dc:creator>\
        <dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>(c) 2024 Jane Doe</rdf:li></rdf:Alt></dc:rights>\
        <xmpRights:Owner>Secret Agency</xmpRights:Owner></rdf:Description></rdf:RDF></x:xmpmeta>";
    let dataset =
        |number: u8, value: &[u8]| [&[0x1C, 2, number, 0, value.len() as u8][..], value].concat();
    let datasets = [
        dataset(80, b"Jane Doe"),
        dataset(116, b"(c) 2024 Jane Doe"),
        dataset(118, b"jane@example.org"),
    ]
    .concat();
    let len = [0, 0, 0, datasets.len() as u8];
    let iptc = [
        b"Photoshop 3.0\x008BIM\x04\x04\0\0".as_slice(),
        &len,
        &datasets,
    ]
    .concat();
    let both = [Keep::Artist, Keep::Copyright];
    for (block, artists) in [
        (segment(0xE1, xmp), "Jane Doe; Joe Bloggs"),
        (segment(0xED, &iptc), "Jane Doe"),
    ] {
        for front in [vec![jfif()], vec![]] {
            let file = file(&[front, vec![block.clone()]].concat(), b"");
            for keep in [&both[..], &both[..1], &both[1..], &[]] {
                let policy = Policy {
                    keep: keep.iter().copied().collect(),
                };
                let copy = clean(&file, &policy, &Limits::default()).unwrap();
                let parts = parts_of(copy.bytes()).unwrap();
                let exif = parts.iter().find(|part| part.name == "APP1 Exif");
                let told = exif.map(|part| kept(part.body)).unwrap_or_default();
                let text =
                    |value: Option<Vec<u8>>| value.map(|text| String::from_utf8(text).unwrap());
                let wants = |what| keep.contains(&what);
                let artist = wants(Keep::Artist).then(|| artists.to_owned());
                let rights = wants(Keep::Copyright).then(|| "(c) 2024 Jane Doe".to_owned());
                assert_eq!((text(told.artist), text(told.copyright)), (artist, rights));
                assert_eq!(copy.not_kept(&policy).count(), 0);
                let again = clean(copy.bytes(), &policy, &Limits::default()).unwrap();
                assert!(again.unchanged());
                for gone in ["Secret Agency", "jane@example.org", "xmpmeta", "8BIM"] {
                    assert!(memchr::memmem::find(copy.bytes(), gone.as_bytes()).is_none());
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_kept_is_said() {
    use crate::Keep;
    let caption = file(&[jfif(), segment(0xFE, b"at home")], b"");
    let place = file(
        &[segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description photoshop:City='Paris'/></x:xmpmeta>")],
        b"",
    );
    let policy = Policy {
        keep: [Keep::Place, Keep::Date].into(),
    };
    let lost = |file: &[u8]| -> Vec<Keep> {
        let copy = clean(file, &policy, &Limits::default()).unwrap();
        copy.not_kept(&policy).collect()
    };
    assert_eq!(lost(&caption), []);
    assert_eq!(lost(&place), [Keep::Place]);
}

#[test]
fn cleaning_twice_is_cleaning_once() {
    let once = cleaned(&dirty());
    assert_eq!(cleaned(&once), once);
}

#[test]
fn a_clean_file_is_left_as_it_is() {
    let file = file(&[jfif()], b"");
    assert!(
        clean(&file, &Policy::default(), &Limits::default())
            .unwrap()
            .unchanged()
    );
}

#[test]
fn truncation_at_every_byte_is_an_error() {
    let whole = file(&[jfif(), segment(0xFE, b"comment")], b"");
    for end in 0..whole.len() {
        assert!(
            clean(&whole[..end], &Policy::default(), &Limits::default()).is_err(),
            "at {end}"
        );
    }
}

#[test]
fn any_changed_byte_is_survived() {
    let whole = dirty();
    for at in 0..whole.len() {
        for value in [0x00, 0x01, 0x7F, 0xD8, 0xD9, 0xFF] {
            let mut broken = whole.clone();
            broken[at] = value;
            if let Ok(cleaned) = clean(&broken, &Policy::default(), &Limits::default()) {
                assert!(
                    inspect(cleaned.bytes(), &Limits::default())
                        .unwrap()
                        .findings
                        .is_empty()
                );
            }
        }
    }
}

#[test]
fn nothing_hides_behind_tables() {
    for (marker, payload) in [
        (0xDB, [&[0][..], &[16; 64], b"x"].concat()),
        (0xC4, [&[0, 1][..], &[0; 15], &[0], b"x"].concat()),
        (0xDD, b"\0\x01x".to_vec()),
    ] {
        let file = file(&[segment(marker, &payload)], b"");
        assert_eq!(parts_of(&file).unwrap_err().code(), "malformed");
    }
}

#[test]
fn a_profile_in_pieces_is_joined_and_scrubbed() {
    let profile = crate::icc::tests::srgb_with_texts();
    let (a, b) = profile.split_at(300);
    let piece = |number: u8, data: &[u8]| {
        segment(0xE2, &[b"ICC_PROFILE\0", &[number, 2][..], data].concat())
    };
    let dirty = file(&[piece(2, b), piece(1, a)], b"");
    let clean = cleaned(&dirty);
    assert!(!String::from_utf8_lossy(&clean).contains("Jane"));
    let report = inspect(&clean, &Limits::default()).unwrap();
    assert_eq!(report.picture[0].value, "sRGB");
    // One piece missing: viewers ignore the profile, so the clean copy goes without.
    let broken = file(&[piece(1, a)], b"");
    assert!(!String::from_utf8_lossy(&cleaned(&broken)).contains("ICC_PROFILE"));
}

#[test]
fn segments_between_scans_go() {
    let mut progressive = file(&[jfif()], b"");
    progressive.truncate(progressive.len() - 2);
    progressive.extend(segment(0xFE, b"between the scans"));
    progressive.extend(segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"));
    progressive.extend(segment(0xDA, &[1, 1, 0, 0, 63, 0]));
    progressive.extend(SCAN);
    progressive.extend(b"\xFF\xD9");
    let clean = cleaned(&progressive);
    assert!(!String::from_utf8_lossy(&clean).contains("between"));
    assert_eq!(pixels(&clean), pixels(&progressive));
}

#[test]
fn very_many_segments_take_linear_time() {
    let comments = vec![segment(0xFE, b"x"); 65_535];
    let clean = cleaned(&file(&comments, b""));
    assert_eq!(clean, file(&[], b""));
}

#[test]
fn the_limit_on_segments_holds() {
    let limits = Limits {
        parts_max: 10,
        ..Limits::default()
    };
    let file = file(&vec![segment(0xFE, b"x"); 20], b"");
    assert_eq!(
        inspect(&file, &limits).unwrap_err().code(),
        "too_many_parts"
    );
}

#[test]
fn hierarchical_frames_are_refused() {
    let file = file(&[segment(0xDE, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0])], b"");
    assert_eq!(parts_of(&file).unwrap_err().code(), "unsupported_feature");
}
