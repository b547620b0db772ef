//! HEIC as phones write it, ISO/IEC 23008-12: a grid of tiles, a thumbnail, a depth map, Exif and XMP. The coded data
//! has the form of HEVC and the content of noise: no decoder shows it, and nothing that cleans without decoding can tell.

use super::blocks::{Noise, exif, profile, xmp};

const TILES: u16 = 48;
const GRID: u16 = TILES + 1;
const THUMBNAIL: u16 = TILES + 2;
const DEPTH: u16 = TILES + 3;
const EXIF: u16 = TILES + 4;
const XMP: u16 = TILES + 5;
const HEADER_BYTES_MAX: usize = 8192;

/// A photo of about `bytes`.
pub(super) fn photo(bytes: usize, seed: u64) -> Vec<u8> {
    let mut noise = Noise::new(seed);
    let tile = noise.bytes(bytes.saturating_sub(60_000) / usize::from(TILES));
    let mut data: Vec<(u16, Vec<u8>)> = (1..=TILES).map(|item| (item, unit(&tile, item))).collect();
    data.push((THUMBNAIL, unit(&noise.bytes(12_000), THUMBNAIL)));
    data.push((DEPTH, unit(&noise.bytes(30_000), DEPTH)));
    data.push((EXIF, [b"\0\0\0\x06Exif\0\0", &exif()[..]].concat()));
    data.push((XMP, xmp()));

    let ftyp = boxed(b"ftyp", b"heic\0\0\0\0mif1MiHEMiPrmiafheictmap");
    let rest = [
        handler(),
        primary(),
        items(),
        references(),
        properties(),
        boxed(b"idat", b"\0\0\x07\x05\x0F\xC0\x0B\xD0"),
    ]
    .concat();
    // The media data begins at a fixed place, and what is left before it is free, as phones leave it.
    let mut at = HEADER_BYTES_MAX;
    let mut places = Vec::new();
    for (item, data) in &data {
        places.push((*item, at, data.len()));
        at += data.len();
    }
    let meta = full(b"meta", 0, 0, &[rest, locations(&places)].concat());
    let mut file = [ftyp, meta].concat();
    let free = HEADER_BYTES_MAX - 8 - 8 - file.len();
    file.extend(boxed(b"free", &vec![0; free]));
    file.extend(((at - HEADER_BYTES_MAX + 8) as u32).to_be_bytes());
    file.extend(b"mdat");
    data.iter().for_each(|(_, data)| file.extend(data));
    file
}

fn boxed(label: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [
        &(content.len() as u32 + 8).to_be_bytes()[..],
        label,
        content,
    ]
    .concat()
}

fn full(label: &[u8; 4], version: u8, flags: u8, content: &[u8]) -> Vec<u8> {
    boxed(label, &[&[version, 0, 0, flags], content].concat())
}

/// A length and a NAL unit with a coded slice, ISO/IEC 23008-2 § 7.3.1; the number makes it differ from others.
fn unit(noise: &[u8], number: u16) -> Vec<u8> {
    let len = (noise.len() as u32 + 4).to_be_bytes();
    [&len[..], &[20 << 1, 1], &number.to_be_bytes(), noise].concat()
}

fn handler() -> Vec<u8> {
    full(b"hdlr", 0, 0, b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0")
}

fn primary() -> Vec<u8> {
    full(b"pitm", 0, 0, &GRID.to_be_bytes())
}

fn items() -> Vec<u8> {
    let entry = |item: u16, label: &[u8; 4], rest: &[u8]| {
        let hidden = u8::from(item != GRID);
        full(
            b"infe",
            2,
            hidden,
            &[&item.to_be_bytes(), &[0, 0], &label[..], b"\0", rest].concat(),
        )
    };
    let mut content = XMP.to_be_bytes().to_vec();
    for item in 1..=TILES {
        content.extend(entry(item, b"hvc1", b""));
    }
    content.extend(entry(GRID, b"grid", b""));
    content.extend(entry(THUMBNAIL, b"hvc1", b""));
    content.extend(entry(DEPTH, b"hvc1", b""));
    content.extend(entry(EXIF, b"Exif", b""));
    content.extend(entry(XMP, b"mime", b"application/rdf+xml\0"));
    full(b"iinf", 0, 0, &content)
}

fn references() -> Vec<u8> {
    let reference = |label: &[u8; 4], from: u16, to: &[u16]| {
        let to: Vec<u8> = std::iter::once(to.len() as u16)
            .chain(to.iter().copied())
            .flat_map(u16::to_be_bytes)
            .collect();
        boxed(label, &[&from.to_be_bytes()[..], &to].concat())
    };
    let tiles: Vec<u16> = (1..=TILES).collect();
    let content = [
        reference(b"dimg", GRID, &tiles),
        reference(b"thmb", THUMBNAIL, &[GRID]),
        reference(b"auxl", DEPTH, &[GRID]),
        reference(b"cdsc", EXIF, &[GRID]),
        reference(b"cdsc", XMP, &[GRID]),
    ];
    full(b"iref", 0, 0, &content.concat())
}

fn properties() -> Vec<u8> {
    let size = |width: u32, height: u32| {
        full(
            b"ispe",
            0,
            0,
            &[width.to_be_bytes(), height.to_be_bytes()].concat(),
        )
    };
    let content = [
        boxed(b"colr", &[b"prof", &profile()[..]].concat()),
        boxed(b"hvcC", &configuration()),
        size(512, 512),
        size(4032, 3024),
        boxed(b"irot", &[3]),
        full(b"pixi", 0, 0, &[3, 8, 8, 8]),
        size(320, 240),
        full(b"auxC", 0, 0, b"urn:mpeg:hevc:2015:auxid:2\0"),
    ];
    let container = boxed(b"ipco", &content.concat());
    let of = |item: u16| -> &[u8] {
        match item {
            GRID => &[1, 4, 0x85, 6],
            THUMBNAIL => &[1, 0x82, 7, 0x85, 6],
            DEPTH => &[0x82, 7, 0x85, 8],
            _ => &[1, 0x82, 3],
        }
    };
    let mut entries = u32::from(DEPTH).to_be_bytes().to_vec();
    for item in 1..=DEPTH {
        entries.extend(item.to_be_bytes());
        entries.push(of(item).len() as u8);
        entries.extend(of(item));
    }
    boxed(
        b"iprp",
        &[container, full(b"ipma", 0, 0, &entries)].concat(),
    )
}

/// A decoder configuration with its three parameter sets, ISO/IEC 14496-15 § 8.3.2.1.
fn configuration() -> Vec<u8> {
    let mut content =
        b"\x01\x03\x70\0\0\0\xB0\0\0\0\0\0\x5A\xF0\0\xFC\xFD\xF8\xF8\0\0\x0F\x03".to_vec();
    for (kind, len) in [(32_u8, 24_u16), (33, 41), (34, 7)] {
        content.extend([kind | 0x80, 0, 1]);
        content.extend(len.to_be_bytes());
        content.extend([kind << 1, 1]);
        content.extend(Noise::new(kind.into()).bytes(usize::from(len) - 2));
    }
    content
}

/// ISO/IEC 14496-12 § 8.11.3, version 1: the rule of the grid stands in `idat`, everything else in `mdat`.
fn locations(places: &[(u16, usize, usize)]) -> Vec<u8> {
    let mut content = vec![0x44, 0];
    content.extend((places.len() as u16 + 1).to_be_bytes());
    let mut entry = |item: u16, method: u16, at: usize, len: usize| {
        for number in [item, method, 0, 1] {
            content.extend(number.to_be_bytes());
        }
        content.extend((at as u32).to_be_bytes());
        content.extend((len as u32).to_be_bytes());
    };
    for (item, at, len) in places {
        entry(*item, 0, *at, *len);
    }
    entry(GRID, 1, 0, 8);
    full(b"iloc", 1, 0, &content)
}
