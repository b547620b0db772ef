//! TIFF, classic and big, in both byte orders: the six tests, and what is particular to it.

mod hostile;
mod pages;
mod tags;

use super::builder::{Page, STYLES, Style, ascii, bytes};
use super::ifd::kind;
use super::{Document, Tiff, tag_table as tag};
use crate::format::Fresh;
use crate::part::Kind;
use crate::png::properties::{clean, clean_with, told, walk};
use crate::{Error, Keep, Limits, Policy};

/// One of everything that goes, on one page.
fn dirty(style: Style) -> Vec<u8> {
    let mut page = style.grey();
    page.fields.extend([
        ascii(270, "A caption of Jane Doe"),
        ascii(tag::MAKE, "Acme Cameras"),
        ascii(tag::MODEL, "Acme One"),
        style.short(tag::ORIENTATION, &[6]),
        ascii(305, "Acme Edit 5.0"),
        ascii(306, "2024:01:31 12:00:05"),
        ascii(tag::ARTIST, "Jane Doe, Berlin"),
        ascii(316, "JANES-PC"),
        bytes(
            tag::XMP,
            b"<x:xmpmeta><dc:rights>Joe Bloggs</dc:rights></x:xmpmeta>",
        ),
        bytes(
            tag::IPTC,
            b"\x1C\x02\x50\0\x0BEve Example\x1C\x02\x5A\0\x06Berlin",
        ),
        bytes(
            tag::LAYERS,
            &[
                b"Adobe Photoshop Document Data Block\0".as_slice(),
                &[7; 40],
            ]
            .concat(),
        ),
        ascii(42_112, "<GDALMetadata>shed 7</GDALMetadata>"),
        // What a DNG converter leaves under a .tif name.
        ascii(50_735, "PI040378D25L000046"),
        bytes(50_827, b"IMG_0151_secret.DNG"),
        bytes(65_000, b"a private tag of 1234567890"),
    ]);
    page.below = vec![
        (
            tag::EXIF_IFD,
            Page {
                fields: vec![
                    ascii(0x9003, "2024:01:31 12:00:05"),
                    ascii(0xA431, "SN 0987654321"),
                    bytes(tag::MAKER_NOTE, b"maker's own words LAJ7061317601275"),
                ],
                ..Page::default()
            },
        ),
        (
            tag::GPS_IFD,
            Page {
                fields: vec![
                    ascii(1, "N"),
                    style.rational(2, &[48, 1, 51, 1, 301, 10]),
                    ascii(3, "E"),
                    style.rational(4, &[2, 1, 17, 1, 401, 10]),
                ],
                ..Page::default()
            },
        ),
    ];
    let mut file = style.file(&[page]);
    file.extend(b"behind the end: a secret of 42");
    file
}

const SECRETS: &[&str] = &[
    "Jane Doe",
    "Acme Cameras",
    "Acme One",
    "Acme Edit",
    "2024:01:31",
    "JANES-PC",
    "Joe Bloggs",
    "Eve Example",
    "shed 7",
    "PI040378D25L000046",
    "IMG_0151",
    "1234567890",
    "SN 0987654321",
    "LAJ7061317601275",
    "secret of 42",
    "48.858",
];

#[test]
fn finds_all() {
    for style in STYLES {
        let report = crate::inspect(&dirty(style), &Limits::default()).unwrap();
        let all: Vec<String> = report
            .findings
            .iter()
            .map(|finding| format!("{}: {}", finding.name, finding.value))
            .collect();
        let all = all.join("\n");
        for secret in SECRETS {
            assert!(
                all.contains(secret) || *secret == "2024:01:31",
                "{secret} in {all}"
            );
        }
        assert!(all.contains("2024-01-31"), "{all}");
        assert!(all.contains("Photoshop layers"), "{all}");
        assert_eq!((report.width, report.height, report.orientation), (4, 3, 6));
    }
}

/// L11: exiftool leaves Make, serial numbers and original file names in the first directory of a TIFF.
#[test]
fn removes_all() {
    for style in STYLES {
        let file = dirty(style);
        let cleaned = crate::clean(&file, &Policy::default(), &Limits::default()).unwrap();
        let text = String::from_utf8_lossy(cleaned.bytes());
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret}");
        }
        let again = crate::inspect(cleaned.bytes(), &Limits::default()).unwrap();
        assert_eq!(again.findings, []);
        assert_eq!(again.orientation, 6);
        assert_eq!(again.picture[0].name, "Orientation");
        let twice = crate::clean(cleaned.bytes(), &Policy::default(), &Limits::default()).unwrap();
        assert!(twice.unchanged());
        // Header, fourteen tags, two resolutions, the pixels.
        let word = if style.is_big { 8 } else { 4 };
        assert!(
            cleaned.bytes().len() < 240 + 70 * word,
            "{}",
            cleaned.bytes().len()
        );
    }
}

#[test]
fn what_a_person_keeps_stays_and_nothing_else() {
    for style in STYLES {
        let file = dirty(style);
        for keep in Keep::ALL {
            let policy = Policy {
                keep: [keep].into(),
            };
            let cleaned = crate::clean(&file, &policy, &Limits::default()).unwrap();
            let kept: Vec<_> = cleaned
                .kept()
                .iter()
                .map(|finding| finding.name.as_str())
                .collect();
            let expected = match keep {
                Keep::Date => vec!["Orientation", "Taken"],
                Keep::Camera => vec!["Orientation", "Camera maker", "Camera model"],
                // From XMP, since Exif has none.
                Keep::Copyright => vec!["Orientation", "Copyright"],
                Keep::Artist => vec!["Orientation", "Artist"],
                Keep::Place => vec!["Orientation", "GPS position"],
            };
            assert_eq!(kept, expected, "{keep}");
            let twice = crate::clean(cleaned.bytes(), &policy, &Limits::default()).unwrap();
            assert!(twice.unchanged(), "{keep}");
        }
        let all = Policy {
            keep: Keep::ALL.into(),
        };
        let cleaned = crate::clean(&file, &all, &Limits::default()).unwrap();
        assert!(cleaned.kept().iter().any(|f| f.value.starts_with("48.858")));
        assert!(!String::from_utf8_lossy(cleaned.bytes()).contains("SN 0987"));
    }
}

#[test]
fn parts_tile_and_have_their_kinds() {
    for style in STYLES {
        let file = dirty(style);
        let parts = walk(&Tiff, &file).unwrap();
        let has = |kind| parts.iter().any(|part| part.kind == kind);
        for kind in [
            Kind::Structure,
            Kind::Pixels,
            Kind::Exif,
            Kind::Xmp,
            Kind::Photoshop,
            Kind::SecondPicture,
            Kind::Text,
            Kind::Time,
            Kind::Unknown,
            Kind::Trailer,
        ] {
            assert!(has(kind), "{kind:?}");
        }
    }
}

#[test]
fn pixels_decode_as_before() {
    for style in STYLES {
        let file = dirty(style);
        let copy = clean(&Tiff, &file).unwrap();
        let document = Document::read(&copy, usize::MAX).unwrap();
        assert_eq!(pixels_of(&document), [(1..=12).collect::<Vec<u8>>()]);
    }
}

/// The data of each kept picture, joined.
fn pixels_of(document: &Document<'_>) -> Vec<Vec<u8>> {
    document
        .kept()
        .map(|(_, directory)| {
            let picture =
                super::picture::Picture::read(&document.bytes, &directory.ifd, 1_000).unwrap();
            let pieces = picture
                .pieces
                .iter()
                .map(|piece| document.bytes.get(*piece));
            pieces.collect::<Vec<_>>().concat()
        })
        .collect()
}
