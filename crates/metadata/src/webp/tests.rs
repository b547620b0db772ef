use super::image::flag;
use super::*;
use crate::png::properties::{clean, clean_with, corrupt, cut_anywhere, kinds, told, walk};

fn chunk(label: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = [label, &(data.len() as u32).to_le_bytes()[..], data].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0xAA);
    chunk
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    chunk(b"RIFF", &[&b"WEBP"[..], &chunks.concat()].concat())
}

fn vp8(width: u16, height: u16) -> Vec<u8> {
    let size = [width.to_le_bytes(), height.to_le_bytes()].concat();
    chunk(
        b"VP8 ",
        &[&[0x50, 0, 0, 0x9D, 0x01, 0x2A], &size[..], b"coded"].concat(),
    )
}

fn vp8l(width: u32, height: u32) -> Vec<u8> {
    let bits = (width - 1) | (height - 1) << 14;
    chunk(
        b"VP8L",
        &[&[0x2F], &bits.to_le_bytes()[..], b"lossless"].concat(),
    )
}

/// A canvas of 4 by 3 pixels.
fn vp8x(flags: u8) -> Vec<u8> {
    chunk(b"VP8X", &[flags, 0, 0, 0, 3, 0, 0, 2, 0, 0])
}

fn anim() -> Vec<u8> {
    chunk(b"ANIM", &[255, 255, 255, 255, 0, 0])
}

/// A frame of 2 by 1 pixels in the lower right corner.
fn anmf(chunks: &[Vec<u8>]) -> Vec<u8> {
    let header = [1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 40, 0, 0, 0b1111_1101];
    chunk(b"ANMF", &[&header[..], &chunks.concat()].concat())
}

/// One of everything, still.
fn still() -> Vec<u8> {
    let mut file = riff(&[
        vp8x(!flag::ANIMATION),
        chunk(b"ICCP", b"Jane's screen"),
        chunk(b"ALPH", b"alpha"),
        vp8(4, 3),
        chunk(b"EXIF", b"Exif\0\0MM\0*exif"),
        chunk(b"XMP ", b"<x:xmpmeta/>"),
        chunk(b"XMP\0", b"<x:xmpmeta/>"),
        chunk(b"EXIF", b"II*\0second"),
        chunk(b"C2PA", b"jumb"),
        chunk(b"ABCD", b"secret"),
    ]);
    file.extend(b"trailer");
    file
}

/// One of everything, animated.
fn animated() -> Vec<u8> {
    riff(&[
        vp8x(flag::ANIMATION | flag::ALPHA),
        anim(),
        anmf(&[chunk(b"ALPH", b"a"), vp8(2, 1), chunk(b"JUNK", b"hidden")]),
        chunk(b"ABCD", b"between"),
        anmf(&[vp8l(2, 1), chunk(b"EXIF", b"MM\0*")]),
        anim(),
        chunk(b"ICCP", b"not announced"),
    ])
}

#[test]
fn finds_all() {
    use Kind::*;
    assert_eq!(
        kinds(&Webp, &still()),
        [
            Signature,
            Features,
            ColourProfile,
            Transparency,
            Pixels,
            Exif,
            Xmp,
            Xmp,
            Duplicate,
            Provenance,
            Unknown,
            Trailer
        ]
    );
    assert_eq!(
        kinds(&Webp, &animated()),
        [
            Signature,
            Features,
            Animation,
            Animation,
            Transparency,
            Pixels,
            Unknown,
            Unknown,
            Animation,
            Pixels,
            Orphan,
            Duplicate,
            Orphan
        ]
    );
    let told = told(&Webp, &still()).join("\n");
    for value in [
        "Icc([74, 97, 110, 101",
        "Exif([77, 77, 0, 42, 101",
        "Xmp([60, 120",
        "Exif([73, 73, 42, 0",
        "Provenance([106",
        r#"Unknown { name: "ABCD""#,
        "Trailer([116, 114",
    ] {
        assert!(told.contains(value), "{value} in {told}");
    }
}

#[test]
fn removes_all_and_writes_the_fresh_in_place() {
    let copy = clean(&Webp, &still()).unwrap();
    assert_eq!(
        copy,
        riff(&[vp8x(flag::ALPHA), chunk(b"ALPH", b"alpha"), vp8(4, 3)]).replace(0xAA, 0)
    );
    let fresh = Fresh {
        exif: Some(b"MM\0*fresh".to_vec()),
        icc: Some(b"profile".to_vec()),
    };
    let copy = clean_with(&Webp, &still(), &fresh).unwrap();
    let expected = riff(&[
        vp8x(flag::ALPHA | flag::ICC | flag::EXIF),
        chunk(b"ICCP", b"profile"),
        chunk(b"ALPH", b"alpha"),
        vp8(4, 3),
        chunk(b"EXIF", b"MM\0*fresh"),
    ]);
    assert_eq!(copy, expected.replace(0xAA, 0));
    let frame = Webp.frame(&walk(&Webp, &still()).unwrap()).unwrap();
    assert_eq!((frame.width, frame.height, frame.frames), (4, 3, 1));
}

#[test]
fn an_animation_plays_as_before() {
    let copy = clean(&Webp, &animated()).unwrap();
    let mut expected = riff(&[
        vp8x(flag::ANIMATION | flag::ALPHA),
        anim(),
        anmf(&[chunk(b"ALPH", b"a"), vp8(2, 1)]),
        anmf(&[vp8l(2, 1)]),
    ])
    .replace(0xAA, 0);
    // The six reserved bits of each frame.
    for byte in expected.iter_mut().filter(|byte| **byte == 0b1111_1101) {
        *byte = 0b0000_0001;
    }
    assert_eq!(copy, expected);
    let frame = Webp.frame(&walk(&Webp, &animated()).unwrap()).unwrap();
    assert_eq!((frame.width, frame.height, frame.frames), (4, 3, 2));
}

#[test]
fn a_clean_file_stays_as_it_is() {
    for picture in [vp8(5, 6), vp8l(5, 6)] {
        let file = riff(&[picture]).replace(0xAA, 0);
        assert_eq!(clean(&Webp, &file), Ok(file));
    }
}

#[test]
fn what_is_not_announced_has_no_effect_and_goes() {
    let exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let fresh = Fresh {
        exif: Some(exif.to_vec()),
        icc: Some(b"profile".to_vec()),
    };
    let extra = [
        chunk(b"ICCP", b"profile"),
        chunk(b"EXIF", exif),
        anim(),
        anmf(&[vp8(2, 1)]),
    ]
    .concat();
    let simple = riff(&[vp8(4, 3), extra.clone()]);
    assert_eq!(
        clean_with(&Webp, &simple, &fresh),
        Ok(riff(&[vp8(4, 3)]).replace(0xAA, 0))
    );
    let extended = riff(&[vp8x(0), vp8(4, 3), extra]);
    let copy = riff(&[vp8x(0), vp8(4, 3)]).replace(0xAA, 0);
    assert_eq!(clean(&Webp, &extended), Ok(copy));
    // Such an Exif block is told, and does not turn the picture.
    assert!(
        told(&Webp, &simple)[1].starts_with("SpareExif("),
        "{:?}",
        told(&Webp, &simple)
    );
}

#[test]
fn cut_off_anywhere_is_an_error() {
    cut_anywhere(&Webp, &still(), still().len() - b"trailer".len());
    cut_anywhere(&Webp, &animated(), animated().len());
    assert!(walk(&Webp, &still()[..still().len() - 3]).is_ok());
}

#[test]
fn what_decoders_refuse_is_refused() {
    let refused = |chunks: &[Vec<u8>]| {
        assert!(
            matches!(walk(&Webp, &riff(chunks)), Err(Error::Malformed { .. })),
            "{chunks:?}"
        );
    };
    refused(&[chunk(b"ABCD", b""), vp8(4, 3)]);
    refused(&[vp8x(0)]);
    refused(&[vp8x(0), vp8(4, 4)]);
    refused(&[vp8x(0), vp8(4, 3), vp8(4, 3)]);
    refused(&[vp8x(0), vp8(4, 3), vp8x(0)]);
    refused(&[vp8x(0), vp8(4, 3), chunk(b"ALPH", b"a")]);
    refused(&[vp8x(0), chunk(b"ALPH", b"a"), vp8l(4, 3)]);
    refused(&[chunk(b"VP8X", &[0; 12]), vp8(1, 1)]);
    refused(&[
        chunk(b"VP8X", &[0, 0, 0, 0, 255, 255, 255, 255, 255, 255]),
        vp8(4, 3),
    ]);
    refused(&[vp8(0, 3)]);
    refused(&[chunk(b"VP8 ", &[0x50, 0, 0, 0x9D, 0x01, 0x2B, 1, 0, 1, 0])]);
    refused(&[chunk(b"VP8 ", &[0x51, 0, 0, 0x9D, 0x01, 0x2A, 1, 0, 1, 0])]);
    refused(&[chunk(b"VP8L", &[0x2E, 0, 0, 0, 0])]);
    refused(&[chunk(b"VP8L", &[0x2F, 0, 0, 0, 0xE0])]);

    let frames = |chunks: &[Vec<u8>]| refused(&[vp8x(flag::ANIMATION), chunks.concat()]);
    frames(&[]);
    frames(&[anim()]);
    frames(&[anmf(&[vp8(2, 1)])]);
    frames(&[chunk(b"ANIM", &[0; 8]), anmf(&[vp8(2, 1)])]);
    frames(&[anim(), vp8(4, 3)]);
    frames(&[anim(), anmf(&[])]);
    frames(&[anim(), anmf(&[vp8(1, 1)])]);
    frames(&[anim(), anmf(&[vp8(2, 1), vp8(2, 1)])]);
    frames(&[anim(), chunk(b"ANMF", &[0; 15])]);
    frames(&[
        anim(),
        chunk(
            b"ANMF",
            &[
                &[2, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                &vp8(2, 1)[..],
            ]
            .concat(),
        ),
    ]);
}

#[test]
fn the_last_padding_may_be_missing() {
    let mut file = riff(&[vp8(4, 3)]);
    assert_eq!(file.pop(), Some(0xAA));
    file[4] -= 1;
    assert_eq!(clean(&Webp, &file), Ok(riff(&[vp8(4, 3)]).replace(0xAA, 0)));
}

#[test]
fn many_chunks_take_linear_time_and_a_limit() {
    let half = vec![chunk(b"ABCD", b"x"); 32_768].concat();
    let file = riff(&[
        vp8x(flag::EXIF),
        vp8(4, 3),
        half,
        vec![chunk(b"EXIF", b"x"); 32_768].concat(),
    ]);
    clean(&Webp, &file).unwrap();
    let limits = Limits {
        parts_max: 1_000,
        ..Limits::default()
    };
    assert!(matches!(
        Webp.parts(&file, &limits),
        Err(Error::TooMany { limit: 1_000, .. })
    ));
}

#[test]
fn corruption_never_panics() {
    let without_trailer = still().len() - b"trailer".len();
    assert!(corrupt(&Webp, &still()[..without_trailer], 5_000, repair) > 100);
    corrupt(&Webp, &still(), 2_000, |_| {});
    assert!(corrupt(&Webp, &animated(), 5_000, repair) > 100);
}

/// Sets the size of the RIFF chunk to what is there.
fn repair(file: &mut [u8]) {
    let size = (file.len().saturating_sub(8) as u32).to_le_bytes();
    if let Some(field) = file.get_mut(4..8) {
        field.copy_from_slice(&size);
    }
}

/// Written padding is 0; that of the files made here is not, so that a copy of it would show.
trait Replace {
    fn replace(self, from: u8, to: u8) -> Self;
}

impl Replace for Vec<u8> {
    fn replace(mut self, from: u8, to: u8) -> Self {
        self.iter_mut()
            .filter(|byte| **byte == from)
            .for_each(|byte| *byte = to);
        self
    }
}
