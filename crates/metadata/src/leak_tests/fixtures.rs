//! Small photos of every container, made piece by piece, and what must hold of their clean copies.

use miniz_oxide::deflate::compress_to_vec_zlib;

use crate::exif_writer::fresh_exif;
use crate::explain::exif::{Gps, Kept};
pub(super) use crate::heif::builder as heif;
pub(super) use crate::jxl::builder as jxl;
pub(super) use crate::tiff::builder as tiff;
use crate::{Cleaned, Keep, Limits, Policy, Report, Topic};

/// A position in the garden of the Eiffel tower, as text.
pub(super) const PLACE: &str = "48.8584,2.2945";

/// An Exif block with a person, a camera, a date, a place and this orientation.
pub(super) fn exif(orientation: u8) -> Vec<u8> {
    let kept = Kept {
        date_time_original: Some("2024:01:31 12:00:05".into()),
        make: Some(b"Acme Cameras".to_vec()),
        model: Some(b"Right Main Camera".to_vec()),
        artist: Some(b"Jane Doe".to_vec()),
        gps: Some(Gps {
            latitude: [(48, 1), (51, 1), (3_024, 100)],
            latitude_ref: b'N',
            longitude: [(2, 1), (17, 1), (4_020, 100)],
            longitude_ref: b'E',
            altitude: None,
        }),
        ..Kept::default()
    };
    let policy = Policy {
        keep: Keep::ALL.into_iter().collect(),
    };
    fresh_exif(orientation, None, &kept, &policy).unwrap()
}

/// An XMP packet with a place and a person.
pub(super) fn xmp() -> Vec<u8> {
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
      <rdf:Description xmlns:exif='http://ns.adobe.com/exif/1.0/' exif:GPSLatitude='48,51.504N' \
      exif:GPSLongitude='2,17.670E' xmlns:dc='http://purl.org/dc/elements/1.1/' dc:creator='Jane Doe'/></rdf:RDF></x:xmpmeta>"
        .to_vec()
}

/// A C2PA manifest store: JUMBF boxes with a claim that names a place and a person.
pub(super) fn manifest() -> Vec<u8> {
    let json = format!(r#"{{"exif:GPSLatitude":"{PLACE}","author":"Jane Doe"}}"#);
    let description = |label: &[u8]| {
        heif::bx(
            b"jumd",
            &[
                &b"json\0\x11\0\x10\x80\0\0\xAA\0\x38\x9B\x71\x03"[..],
                label,
                b"\0",
            ]
            .concat(),
        )
    };
    let claim = [
        description(b"stds.exif"),
        heif::bx(b"json", json.as_bytes()),
    ]
    .concat();
    heif::bx(
        b"jumb",
        &[description(b"c2pa"), heif::bx(b"jumb", &claim)].concat(),
    )
}

/// A video with a place in its user data.
pub(super) fn video() -> Vec<u8> {
    let place = b"+48.8584+002.2945/";
    let user = heif::bx(
        b"\xA9xyz",
        &[&[0, place.len() as u8, 0x15, 0xC7][..], place].concat(),
    );
    let moov = heif::bx(b"moov", &heif::bx(b"udta", &user));
    [
        heif::bx(b"ftyp", b"mp42\0\0\0\0mp42isom"),
        moov,
        heif::bx(b"mdat", b"the moving picture"),
    ]
    .concat()
}

/// An sRGB profile with the name of a person's screen.
pub(super) fn profile() -> Vec<u8> {
    crate::icc::tests::srgb_with_texts()
}

// - JPEG

pub(super) fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let len = (payload.len() as u16 + 2).to_be_bytes();
    [&[0xFF, marker], &len[..], payload].concat()
}

/// A JPEG of 8 × 8 grey pixels with these segments before its tables and these bytes behind its end.
pub(super) fn jpeg(segments: &[Vec<u8>], behind: &[u8]) -> Vec<u8> {
    let picture = [
        segment(0xDB, &[&[0][..], &[16; 64]].concat()),
        segment(0xC0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]),
        segment(0xC4, &[&[0, 1][..], &[0; 15], &[0]].concat()),
        segment(0xDA, &[1, 1, 0, 0, 63, 0]),
        b"\x12\x34\x56".to_vec(),
    ];
    let inside = [segments.concat(), picture.concat()].concat();
    [b"\xFF\xD8", &inside[..], b"\xFF\xD9", behind].concat()
}

pub(super) fn jfif() -> Vec<u8> {
    segment(0xE0, b"JFIF\0\x01\x01\x01\0\x48\0\x48\0\0")
}

pub(super) fn app1(signature: &[u8], body: &[u8]) -> Vec<u8> {
    segment(0xE1, &[signature, body].concat())
}

pub(super) const EXIF: &[u8] = b"Exif\0\0";
pub(super) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

// - PNG

pub(super) fn chunk(label: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let crc = crc32fast::hash(&[&label[..], data].concat());
    let len = data.len() as u32;
    [&len.to_be_bytes()[..], label, data, &crc.to_be_bytes()].concat()
}

pub(super) fn ihdr() -> Vec<u8> {
    chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0])
}

pub(super) fn idat() -> Vec<u8> {
    chunk(b"IDAT", &compress_to_vec_zlib(&[0, 1, 2, 3], 6))
}

/// A PNG of one RGB pixel with these chunks before its image data.
pub(super) fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
    [
        &b"\x89PNG\r\n\x1A\n"[..],
        &ihdr(),
        &chunks.concat(),
        &idat(),
        &chunk(b"IEND", b""),
    ]
    .concat()
}

/// A PNG of two frames with these chunks between them.
pub(super) fn apng(between: &[u8]) -> Vec<u8> {
    let control = |sequence: u32| {
        let sides = [sequence, 1, 1, 0, 0].map(u32::to_be_bytes).concat();
        chunk(b"fcTL", &[&sides[..], &[0, 1, 0, 10, 0, 0]].concat())
    };
    let pixels = compress_to_vec_zlib(&[0, 4, 5, 6], 6);
    [
        &b"\x89PNG\r\n\x1A\n"[..],
        &ihdr(),
        &chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]),
        &control(0),
        &idat(),
        between,
        &control(1),
        &chunk(b"fdAT", &[&[0, 0, 0, 2][..], &pixels].concat()),
        &chunk(b"IEND", b""),
    ]
    .concat()
}

pub(super) fn iccp() -> Vec<u8> {
    let zlib = compress_to_vec_zlib(&profile(), 6);
    chunk(b"iCCP", &[&b"Jane's screen\0\0"[..], &zlib].concat())
}

// - WebP

pub(super) fn riff_chunk(label: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = [label, &(data.len() as u32).to_le_bytes()[..], data].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// A lossy picture of 4 × 3 pixels.
pub(super) fn vp8() -> Vec<u8> {
    riff_chunk(b"VP8 ", b"\x50\0\0\x9D\x01\x2A\x04\0\x03\0coded")
}

/// A WebP file with these flags and chunks.
pub(super) fn webp(flags: u8, chunks: &[Vec<u8>]) -> Vec<u8> {
    let features = riff_chunk(b"VP8X", &[flags, 0, 0, 0, 3, 0, 0, 2, 0, 0]);
    riff_chunk(
        b"RIFF",
        &[&b"WEBP"[..], &features, &chunks.concat()].concat(),
    )
}

pub(super) mod flag {
    pub(in super::super) const ANIMATION: u8 = 0x02;
    pub(in super::super) const XMP: u8 = 0x04;
    pub(in super::super) const EXIF: u8 = 0x08;
    pub(in super::super) const ALPHA: u8 = 0x10;
    pub(in super::super) const ICC: u8 = 0x20;
}

// - GIF

pub(super) const GIF_CONTROL: &[u8] = b"\x21\xF9\x04\x04\x0A\0\0\0";
pub(super) const GIF_IMAGE: &[u8] = b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
pub(super) const GIF_LOOP: &[u8] = b"\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0\0";

/// A GIF of one pixel with these blocks.
pub(super) fn gif(blocks: &[&[u8]]) -> Vec<u8> {
    const HEAD: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF";
    [HEAD, &blocks.concat(), b";"].concat()
}

pub(super) fn gif_application(name: &[u8; 11], data: &[u8]) -> Vec<u8> {
    let mut block = [b"\x21\xFF\x0B", &name[..]].concat();
    for piece in data.chunks(255) {
        block.push(piece.len() as u8);
        block.extend(piece);
    }
    block.push(0);
    block
}

// - JPEG XL

/// A container with these boxes before its codestream.
pub(super) fn jxl_boxes(boxes: &[Vec<u8>]) -> Vec<u8> {
    let stream = jxl::bx(b"jxlc", &jxl::photo().build());
    [jxl::start(), boxes.concat(), stream].concat()
}

// - What must hold

/// The clean copy, in which none of these words of the original is left, and which tells nothing.
#[track_caller]
pub(super) fn gone(file: &[u8], words: &[&str]) -> Cleaned {
    let copy = clean(file);
    for word in words {
        let is_in = |file: &[u8]| memchr::memmem::find(file, word.as_bytes()).is_some();
        assert!(is_in(file), "{word} was never there");
        assert!(!is_in(copy.bytes()), "{word} is still there");
    }
    assert_eq!(inspect(copy.bytes()).findings, []);
    assert!(clean(copy.bytes()).unchanged(), "twice is not once");
    copy
}

#[track_caller]
pub(super) fn clean(file: &[u8]) -> Cleaned {
    crate::clean(file, &Policy::default(), &Limits::default()).unwrap()
}

#[track_caller]
pub(super) fn inspect(file: &[u8]) -> Report {
    crate::inspect(file, &Limits::default()).unwrap()
}

/// Checks that the report on a file tells this, whatever it is called.
#[track_caller]
pub(super) fn tells(file: &[u8], topic: Topic, value: &str) {
    let report = inspect(file);
    let is_told = report
        .findings
        .iter()
        .any(|found| found.topic == topic && found.value.contains(value));
    assert!(is_told, "{topic:?} {value} in {:#?}", report.findings);
}

/// Checks that the picture of the copy needs this.
#[track_caller]
pub(super) fn needs(copy: &Cleaned, name: &str, value: &str) {
    let picture = inspect(copy.bytes()).picture;
    let is_needed = picture
        .iter()
        .any(|need| need.name == name && need.value.contains(value));
    assert!(is_needed, "{name} {value} in {picture:?}");
}

/// How often bytes occur in a file.
pub(super) fn count(file: &[u8], bytes: &[u8]) -> usize {
    memchr::memmem::find_iter(file, bytes).count()
}
