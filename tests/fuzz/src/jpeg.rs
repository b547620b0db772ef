//! JPEG, ITU-T T.81, with vendors' segments, a gain map and trailers.

use crate::blocks::{exif, icc, photoshop, provenance, trailer, xmp};
use crate::pictures::{self, JPEG};
use crate::recipe::{Recipe, SECRET};

pub fn build(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let picture = &JPEG[recipe.below(2)];
    let mut file = one(recipe, picture, 4);
    if recipe.once_in(3) {
        let map = gain_map(recipe, picture);
        file.extend(map);
    }
    if recipe.once_in(2) {
        file.extend(trailer(recipe));
    }
    recipe.spoil(&mut file);
    file
}

fn one(recipe: &mut Recipe<'_>, picture: &pictures::Jpeg, extras: usize) -> Vec<u8> {
    let tables = picture.tables.iter();
    let mut segments: Vec<Vec<u8>> = tables
        .map(|(marker, payload)| segment(recipe, *marker, payload))
        .collect();
    if recipe.once_in(4) {
        segments.push(segment(recipe, 0xDD, &[0, 0]));
    }
    for _ in 0..recipe.count(extras) {
        let found = extra(recipe);
        let at = if recipe.once_in(4) {
            recipe.below(segments.len() + 1)
        } else {
            0
        };
        segments.insert(at, found);
    }
    recipe.disturb(&mut segments);
    let mut file = b"\xFF\xD8".to_vec();
    for piece in segments {
        if recipe.once_in(16) {
            file.extend(recipe.pick(&[
                &b"\xFF\xFF"[..],
                b"\0\0",
                SECRET,
                b"\xFF\x01",
                b"\xFF\xD0",
            ]));
        }
        file.extend(piece);
    }
    file.extend(&picture.scan);
    if recipe.once_in(12) {
        let found = extra(recipe);
        file.extend(found);
    }
    if !recipe.once_in(24) {
        file.extend(b"\xFF\xD9");
    }
    file
}

fn segment(recipe: &mut Recipe<'_>, marker: u8, payload: &[u8]) -> Vec<u8> {
    let len = recipe.be16(payload.len() + 2);
    [
        &[0xFF, recipe.number(marker.into()) as u8][..],
        &len,
        payload,
    ]
    .concat()
}

fn extra(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let (marker, payload): (u8, Vec<u8>) = match recipe.below(18) {
        0 => (0xE1, [b"Exif\0\0", &exif(recipe)[..]].concat()),
        1 => (
            0xE1,
            [b"http://ns.adobe.com/xap/1.0/\0", &xmp(recipe)[..]].concat(),
        ),
        2 => return profile(recipe),
        3 => (0xED, [b"Photoshop 3.0\0", &photoshop(recipe)[..]].concat()),
        4 => (0xFE, recipe.text()),
        5 => {
            let (width, height) = (recipe.byte(), recipe.byte());
            (
                0xE0,
                [
                    b"JFIF\0\x01\x01\0\0\x48\0\x48",
                    &[width, height][..],
                    SECRET,
                ]
                .concat(),
            )
        }
        6 => (0xE0, [b"JFXX\0\x10", SECRET].concat()),
        7 => {
            let store = provenance(recipe);
            (0xEB, [b"JP\0\x01\0\0\0\x01", &store[..]].concat())
        }
        8 => (0xEE, [b"Adobe\0\x64\0\0\0\0\x01", SECRET].concat()),
        9 => (0xEE, b"Adobe\0\x64\0\0\0\0\x01".to_vec()),
        10 => (0xE2, multi_picture(recipe)),
        11 => {
            let name = b"http://ns.adobe.com/xmp/extension/\0";
            let (len, at) = (recipe.be32(SECRET.len()), recipe.be32(0));
            (
                0xE1,
                [
                    &name[..],
                    b"0123456789ABCDEF0123456789ABCDEF",
                    &len,
                    &at,
                    SECRET,
                ]
                .concat(),
            )
        }
        12 => (
            0xE2,
            [b"urn:iso:std:iso:ts:21496:-1\0", &[0; 4][..]].concat(),
        ),
        13 => (0xE1, numbers(recipe)),
        14 => (0xDB, vec![0; 65]),
        15 => (0xDC, vec![0, 9]),
        _ => (0xE0 | recipe.byte() % 16, recipe.secret()),
    };
    segment(recipe, marker, &payload)
}

/// A colour profile in several segments, ICC.1:2022 Annex B.4.
fn profile(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let profile = icc(recipe);
    let pieces = 1 + recipe.count(4);
    let len = profile.len().div_ceil(pieces).max(1);
    let count = profile.chunks(len).len();
    let mut out = Vec::new();
    for (at, piece) in profile.chunks(len).enumerate() {
        let (number, of) = (
            recipe.number(at as u64 + 1) as u8,
            recipe.number(count as u64) as u8,
        );
        let payload = [b"ICC_PROFILE\0", &[number, of][..], piece].concat();
        out.extend(segment(recipe, 0xE2, &payload));
    }
    out
}

/// The numbers of a gain map, and words beside them.
fn numbers(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let text = String::from_utf8_lossy(SECRET).into_owned();
    let number = recipe.pick(&[
        "2.5",
        "1e3",
        "-1",
        "planted secret",
        "",
        "0x10",
        "1.0000000000000000000000000000001",
    ]);
    let more = match recipe.below(3) {
        0 => String::new(),
        1 => format!(
            "<hdrgm:GainMapMin><rdf:Seq><rdf:li>0.1</rdf:li><rdf:li>{number}</rdf:li><rdf:li>0.3</rdf:li></rdf:Seq></hdrgm:GainMapMin>"
        ),
        _ => format!("<dc:title>{text}</dc:title>"),
    };
    format!(
        "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF><rdf:Description \
         xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/' hdrgm:Version='1.0' hdrgm:GainMapMax='{number}' \
         hdrgm:HDRCapacityMax='2.5' xmp:CreatorTool='{text}'>{more}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    .into_bytes()
}

/// A gain map behind the picture: a JPEG with its numbers.
fn gain_map(recipe: &mut Recipe<'_>, picture: &pictures::Jpeg) -> Vec<u8> {
    let mut map = one(recipe, picture, 2);
    let numbers = numbers(recipe);
    let at = map.len().min(2);
    let numbers = segment(recipe, 0xE1, &numbers);
    map.splice(at..at, numbers);
    map
}

/// An index of the pictures in the file, CIPA DC-007 § 5.
fn multi_picture(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let mut out = b"MPF\0MM\0*\0\0\0\x08\0\x03".to_vec();
    out.extend(
        b"\xB0\0\0\x07\0\0\0\x040100\xB0\x01\0\x04\0\0\0\x01\0\0\0\x02\xB0\x02\0\x07\0\0\0\x20",
    );
    out.extend(recipe.be32(50));
    out.extend([0; 4]);
    for _ in 0..2 {
        out.extend([0; 4]);
        out.extend(recipe.be32(600));
        out.extend(recipe.be32(600));
        out.extend([0; 4]);
    }
    out.extend(SECRET);
    out
}
