//! Every explainer against bytes that nobody meant: none may panic, and each must end.

use super::*;
use crate::Limits;

/// The same numbers on every run (Vigna's splitmix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

/// How payloads begin, so that chance gets past the first check.
const STARTS: &[&[u8]] = &[
    b"",
    b"II*\0\x08\0\0\0\x05\0",
    b"MM\0*\0\0\0\x08\0\x05",
    b"<x:xmpmeta><rdf:Description dc:creator='",
    b"8BIM\x04\x04\0\0\0\0\0\x40\x1C\x02\x50\0\x08",
    b"\x1C\x02\x50\0\x08",
    b"\0\0\0\x80jumb\0\0\0\x20jumd",
    b"\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\x60moov\0\0\0\x20mvhd",
    b"GoPro\0DEVC\0\x01\0\x40",
    b"\xFF\xD8\xFF\xE1\0\x20Exif\0\0",
    b"Nikon\0\x02\x10\0\0II*\0\x08\0\0\0",
    b"\xFF\xFE<\0",
    b"vivo{\"a\": \"",
];

fn explain_all(bytes: &[u8]) {
    let limits = Limits::default();
    let text = String::from_utf8_lossy(bytes).into_owned();
    let borrowed = || std::borrow::Cow::Borrowed(bytes);
    let every = [
        Payload::Exif(borrowed()),
        Payload::Xmp(borrowed()),
        Payload::Icc(borrowed()),
        Payload::BrokenIcc(bytes.len()),
        Payload::Photoshop(borrowed()),
        Payload::Iptc(borrowed()),
        Payload::Provenance(borrowed()),
        Payload::Comment(borrowed()),
        Payload::Text {
            keyword: "Author".to_owned(),
            text: text.clone(),
        },
        Payload::Text {
            keyword: "Raw profile type exif".to_owned(),
            text: text.clone(),
        },
        Payload::Text {
            keyword: text.clone(),
            text,
        },
        Payload::Time("2024".to_owned()),
        Payload::Thumbnail {
            width: 1,
            height: 1,
            bytes,
        },
        Payload::Vendor {
            name: "APP6",
            bytes,
        },
        Payload::Vendor {
            name: "APP2 MPF",
            bytes,
        },
        Payload::Trailer(bytes),
        Payload::Unknown {
            name: "what".to_owned(),
            bytes,
        },
    ];
    for payload in every {
        let icc = matches!(payload, Payload::Icc(_));
        let empty_trailer = matches!(payload, Payload::Trailer([]));
        let mut notes = Notes::new(&limits);
        payloads(std::slice::from_ref(&payload), &mut notes);
        let (findings, _) = notes.finish();
        assert!(
            icc || empty_trailer || !findings.is_empty(),
            "nothing told of {payload:?}"
        );
        exif::kept(bytes);
        exif::orientation(bytes);
    }
}

#[test]
fn chance_is_survived_and_told() {
    let mut chance = Chance(7);
    for len in (0..400).step_by(9) {
        for start in STARTS {
            let mut bytes = start.to_vec();
            bytes.extend(chance.bytes(len));
            explain_all(&bytes);
        }
    }
}

#[test]
fn flipped_bytes_are_survived() {
    let mut chance = Chance(8);
    let exif = tiff::build::stream(
        tiff::Order::Little,
        &[
            tiff::build::ascii(0x010F, "Acme Cameras"),
            tiff::build::short(tiff::Order::Little, 0x0112, 6),
            tiff::build::rationals(tiff::Order::Little, 0x011A, &[(72, 1)]),
        ],
    );
    let video = video::build::video();
    for sample in [exif, video] {
        for at in 0..sample.len() {
            let mut bytes = sample.clone();
            bytes[at] = chance.bytes(1)[0];
            explain_all(&bytes);
        }
    }
}

#[test]
fn nothing_is_left_out_of_a_thousand_parts() {
    let limits = Limits::default();
    let names: Vec<String> = (0..1_000).map(|number| format!("p{number:03}")).collect();
    let parts: Vec<Payload<'_>> = names
        .iter()
        .map(|name| Payload::Unknown {
            name: name.clone(),
            bytes: b"\x01\x02",
        })
        .collect();
    let mut notes = Notes::new(&limits);
    payloads(&parts, &mut notes);
    assert_eq!(notes.finish().0.len(), 1_000);
}

#[test]
fn pictures_in_pictures_end() {
    let mut exif = b"II*\0\x08\0\0\0\0\0".to_vec();
    for _ in 0..500 {
        let mut resource = b"8BIM\x04\x22\0\0".to_vec();
        resource.extend((exif.len() as u32).to_be_bytes());
        resource.extend(&exif);
        let field = (0x8649, 7, resource.len() as u32, resource);
        exif = tiff::build::stream(tiff::Order::Little, &[field]);
    }
    explain_all(&exif);
}
