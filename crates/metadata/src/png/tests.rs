use miniz_oxide::deflate::compress_to_vec_zlib;

use super::properties::{clean, clean_with, corrupt, cut_anywhere, kinds, told, walk};
use super::*;

fn chunk(label: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let crc = crc32fast::hash(&[&label[..], data].concat());
    let len = data.len() as u32;
    [&len.to_be_bytes()[..], label, data, &crc.to_be_bytes()].concat()
}

fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
    [&SIGNATURE[..], &chunks.concat()].concat()
}

/// A one-pixel image of 8 bits and this colour type.
fn ihdr(colour: u8) -> Vec<u8> {
    chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, colour, 0, 0, 0])
}

fn idat() -> Vec<u8> {
    chunk(b"IDAT", &compress_to_vec_zlib(&[0, 1, 2, 3, 4], 6))
}

fn iend() -> Vec<u8> {
    chunk(b"IEND", b"")
}

/// A PNG with these chunks before its image data.
fn with(chunks: &[Vec<u8>]) -> Vec<u8> {
    png(&[ihdr(6), chunks.concat(), idat(), iend()])
}

fn fctl(sequence: u32, sides: [u32; 4]) -> Vec<u8> {
    let mut data = sequence.to_be_bytes().to_vec();
    data.extend(sides.iter().flat_map(|side| side.to_be_bytes()));
    data.extend([0, 1, 0, 10, 0, 0]);
    chunk(b"fcTL", &data)
}

fn fdat(sequence: u32) -> Vec<u8> {
    chunk(b"fdAT", &[&sequence.to_be_bytes()[..], b"frame"].concat())
}

fn actl(frames: u32) -> Vec<u8> {
    chunk(b"acTL", &[frames.to_be_bytes(), [0; 4]].concat())
}

const ALL: [u32; 4] = [1, 1, 0, 0];

fn apng() -> Vec<u8> {
    png(&[
        ihdr(6),
        actl(2),
        fctl(0, ALL),
        idat(),
        fctl(1, ALL),
        chunk(b"tEXt", b"Comment\0between frames"),
        fdat(2),
        fdat(3),
        iend(),
    ])
}

fn profile() -> Vec<u8> {
    let mut profile = vec![0; 132];
    profile[3] = 132;
    profile
}

fn iccp(name: &[u8]) -> Vec<u8> {
    chunk(
        b"iCCP",
        &[name, b"\0\0", &compress_to_vec_zlib(&profile(), 9)].concat(),
    )
}

/// One of everything.
fn full() -> Vec<u8> {
    let hex = b"Raw profile type APP1\0\ngeneric profile\n      10\n4578696600004d4d\n002a\n";
    png(&[
        ihdr(2),
        chunk(b"cHRM", &[1; 32]),
        chunk(b"gAMA", &[1; 4]),
        chunk(b"sRGB", &[0]),
        chunk(b"cICP", &[9, 16, 0, 1]),
        chunk(b"mDCV", &[1; 24]),
        chunk(b"cLLI", &[1; 8]),
        chunk(b"sBIT", &[8, 8, 8]),
        iccp(b"Jane's screen"),
        chunk(b"PLTE", &[1; 6]),
        chunk(b"tRNS", &[1; 6]),
        chunk(b"bKGD", &[1; 6]),
        chunk(b"hIST", &[1; 4]),
        chunk(b"pHYs", &[1; 9]),
        chunk(b"sPLT", b"Jane's palette\0\x08"),
        chunk(b"tIME", &[0x07, 0xE8, 1, 31, 12, 0, 5]),
        chunk(b"tEXt", b"Author\0Jane M\xFCller"),
        chunk(b"tEXt", hex),
        chunk(
            b"zTXt",
            &[
                b"Comment\0\0",
                &compress_to_vec_zlib(b"in her garden", 6)[..],
            ]
            .concat(),
        ),
        chunk(b"iTXt", b"Title\0\0\0de\0Titel\0F\xC3\xA4hre"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta/>"),
        chunk(b"eXIf", b"MM\0*\0\0\0\x08"),
        chunk(b"caBX", b"jumb"),
        idat(),
        chunk(b"eXIf", b"II*\0second"),
        chunk(b"prVt", b"secret"),
        iend(),
        b"the uncropped picture".to_vec(),
    ])
}

#[test]
fn finds_all() {
    use Kind::*;
    assert_eq!(
        kinds(&Png, &full()),
        [
            Signature,
            Header,
            ColourNumbers,
            ColourNumbers,
            ColourNumbers,
            ColourNumbers,
            ColourNumbers,
            ColourNumbers,
            ColourNumbers,
            ColourProfile,
            Tables,
            Transparency,
            ColourNumbers,
            Advice,
            Density,
            Advice,
            Time,
            Text,
            Text,
            Text,
            Text,
            Xmp,
            Exif,
            Provenance,
            Pixels,
            Duplicate,
            Unknown,
            End,
            Trailer,
        ]
    );
    let told = told(&Png, &full()).join("\n");
    for value in [
        "Icc([0, 0, 0, 132,",
        r#"Unknown { name: "sPLT""#,
        r#"Unknown { name: "hIST""#,
        r#"Time("2024-01-31 12:00:05 UTC")"#,
        r#"keyword: "Author", text: "Jane Müller""#,
        "Exif([77, 77, 0, 42])",
        r#"keyword: "Comment", text: "in her garden""#,
        r#"keyword: "Title (Titel)", text: "Fähre""#,
        "Xmp([60, 120, 58",
        "Exif([77, 77, 0, 42, 0,",
        "Provenance([106, 117, 109, 98])",
        "Exif([73, 73, 42, 0,",
        r#"Unknown { name: "prVt""#,
        "Trailer([116, 104, 101",
    ] {
        assert!(told.contains(value), "{value} in {told}");
    }
}

#[test]
fn removes_all_and_writes_the_fresh_in_place() {
    let copy = clean(&Png, &full()).unwrap();
    assert!(!kinds(&Png, &copy).contains(&Kind::ColourProfile));

    let fresh = Fresh {
        exif: Some(b"MM\0*fresh".to_vec()),
        icc: Some(profile()),
    };
    let copy = clean_with(&Png, &full(), &fresh).unwrap();
    let names: Vec<_> = walk(&Png, &copy)
        .unwrap()
        .iter()
        .map(|part| part.name)
        .collect();
    assert_eq!(
        names[9..],
        [
            "iCCP", "PLTE", "tRNS", "bKGD", "pHYs", "eXIf", "IDAT", "IEND"
        ]
    );
    let text = String::from_utf8_lossy(&copy);
    assert!(text.contains("iCCPICC\0") && !text.contains("Jane"));
}

#[test]
fn a_clean_file_stays_as_it_is() {
    let file = with(&[chunk(b"gAMA", &[1; 4])]);
    assert_eq!(clean(&Png, &file), Ok(file));
    assert!(clean(&Png, &apng()).unwrap().len() < apng().len());
}

#[test]
fn cut_off_anywhere_is_an_error() {
    let file = full();
    cut_anywhere(&Png, &file, file.len() - b"the uncropped picture".len());
    for len in file.len() - 20..file.len() {
        assert!(walk(&Png, &file[..len]).is_ok());
    }
    cut_anywhere(&Png, &apng(), apng().len());
}

#[test]
fn an_animation_plays_as_before_or_is_refused() {
    let frame = Png.frame(&walk(&Png, &apng()).unwrap()).unwrap();
    assert_eq!((frame.width, frame.height, frame.frames), (1, 1, 2));
    clean(&Png, &apng()).unwrap();
    // The still is not part of the animation.
    clean(
        &Png,
        &png(&[ihdr(6), actl(1), idat(), fctl(0, ALL), fdat(1), iend()]),
    )
    .unwrap();

    let refused = |chunks: &[Vec<u8>]| {
        let file = png(&[ihdr(6), chunks.concat(), iend()]);
        assert!(
            matches!(walk(&Png, &file), Err(Error::Malformed { .. })),
            "{chunks:?}"
        );
    };
    refused(&[actl(2), fctl(0, ALL), idat()]);
    refused(&[
        actl(1),
        idat(),
        fctl(0, ALL),
        fdat(1),
        fctl(2, ALL),
        fdat(3),
    ]);
    refused(&[actl(1), fctl(0, ALL), idat(), fdat(1)]);
    refused(&[actl(1), idat(), fctl(0, ALL)]);
    refused(&[actl(2), idat(), fctl(0, ALL), fctl(1, ALL), fdat(2)]);
    refused(&[actl(1), idat(), fctl(0, ALL), fdat(2)]);
    refused(&[actl(1), idat(), fctl(1, ALL), fdat(2)]);
    refused(&[actl(1), idat(), fctl(0, [2, 1, 0, 0]), fdat(1)]);
    refused(&[actl(1), idat(), fctl(0, [1, 1, u32::MAX, 0]), fdat(1)]);
    refused(&[actl(1), idat(), fctl(0, [1, 0, 0, 0]), fdat(1)]);
    refused(&[actl(1), idat(), chunk(b"fcTL", &[0; 27]), fdat(1)]);
    refused(&[actl(1), fctl(0, ALL), fdat(1), idat()]);
}

#[test]
fn animation_chunks_that_decoders_pass_over_go() {
    let orphans = |chunks: &[Vec<u8>]| {
        let file = png(&[ihdr(6), chunks.concat(), iend()]);
        let kinds = kinds(&Png, &file);
        assert_eq!(Png.frame(&walk(&Png, &file).unwrap()).unwrap().frames, 1);
        assert_eq!(clean(&Png, &file), Ok(png(&[ihdr(6), idat(), iend()])));
        kinds.iter().filter(|kind| **kind == Kind::Orphan).count()
    };
    assert_eq!(orphans(&[fctl(0, ALL), idat(), fctl(1, ALL), fdat(2)]), 3);
    assert_eq!(orphans(&[idat(), actl(1), fctl(0, ALL), fdat(1)]), 3);
    assert_eq!(orphans(&[actl(0), fctl(0, ALL), idat()]), 2);
    assert_eq!(orphans(&[actl(u32::MAX), fctl(0, ALL), idat()]), 2);
}

#[test]
fn wrong_sizes_orders_and_checksums_are_refused() {
    let malformed = |file: Vec<u8>| {
        assert!(
            matches!(walk(&Png, &file), Err(Error::Malformed { .. })),
            "{file:?}"
        );
    };
    for kept in [
        b"cHRM", b"gAMA", b"sRGB", b"cICP", b"mDCV", b"mDCv", b"cLLI", b"cLLi", b"sBIT", b"bKGD",
        b"pHYs",
    ] {
        malformed(with(&[chunk(kept, &[0; 33])]));
        malformed(with(&[chunk(kept, &[])]));
    }
    malformed(with(&[chunk(b"acTL", &[0, 0, 0, 1])]));
    malformed(with(&[chunk(b"tRNS", &[0; 6])]));
    malformed(with(&[ihdr(6)]));
    malformed(with(&[chunk(b"tE1t", b"")]));
    malformed(png(&[ihdr(3), idat(), iend()]));
    malformed(png(&[ihdr(3), chunk(b"PLTE", &[1; 4]), idat(), iend()]));
    malformed(png(&[
        ihdr(3),
        chunk(b"PLTE", &[1; 3]),
        chunk(b"PLTE", &[1; 3]),
        idat(),
        iend(),
    ]));
    malformed(png(&[ihdr(2), idat(), chunk(b"PLTE", &[1; 3]), iend()]));
    malformed(png(&[
        ihdr(6),
        idat(),
        chunk(b"tEXt", b"a\0b"),
        idat(),
        iend(),
    ]));
    malformed(png(&[ihdr(6), iend()]));
    malformed(png(&[ihdr(6), idat(), chunk(b"IEND", b"secret")]));
    malformed(png(&[chunk(b"tEXt", b"a\0b"), ihdr(6), idat(), iend()]));
    for label in [b"gAMA", b"iCCP", b"eXIf", b"IDAT"] {
        let mut file = with(&[
            chunk(b"gAMA", &[1; 4]),
            iccp(b"x"),
            chunk(b"eXIf", b"MM\0*"),
        ]);
        let at = memchr::memmem::find(&file, label).unwrap();
        file[at + 4] ^= 1;
        malformed(file);
    }
    assert!(
        clean(
            &Png,
            &png(&[
                ihdr(3),
                chunk(b"PLTE", &[1; 6]),
                chunk(b"tRNS", &[0]),
                idat(),
                iend()
            ])
        )
        .is_ok()
    );
}

#[test]
fn critical_chunks_that_nobody_knows_are_refused() {
    let unsupported = |file: Vec<u8>| {
        assert!(matches!(
            walk(&Png, &file),
            Err(Error::UnsupportedFeature { .. })
        ));
    };
    unsupported(png(&[chunk(b"CgBI", &[0; 4]), ihdr(6), idat(), iend()]));
    unsupported(with(&[chunk(b"JDAT", b"")]));
}

#[test]
fn second_copies_go_and_the_first_stays() {
    let gama = |value| chunk(b"gAMA", &[value; 4]);
    assert_eq!(
        clean(&Png, &with(&[gama(1), gama(2)])),
        Ok(with(&[gama(1)]))
    );
    let told = told(&Png, &with(&[iccp(b"a"), iccp(b"b")]));
    assert!(
        told[0].starts_with("Icc(") && told[1].starts_with("BrokenIcc("),
        "{told:?}"
    );
}

#[test]
fn inflation_is_bounded() {
    let limits = Limits {
        inflated_bytes_max: 100_000,
        ..Limits::default()
    };
    let bomb = compress_to_vec_zlib(&vec![b'a'; 1_000_000], 9);
    let profile = with(&[chunk(b"iCCP", &[b"bomb\0\0", &bomb[..]].concat())]);
    assert!(matches!(
        Png.parts(&profile, &limits),
        Err(Error::TooMany { limit: 100_000, .. })
    ));
    let text = with(&[chunk(b"zTXt", &[b"bomb\0\0", &bomb[..]].concat())]);
    let parts = Png.parts(&text, &limits).unwrap();
    let told = format!("{:?}", Png.payloads(&parts, &limits));
    assert!(
        told.contains("of compressed text, too long to read"),
        "{told}"
    );
}

#[test]
fn many_chunks_take_linear_time_and_a_limit() {
    let file = with(&vec![chunk(b"zTXt", b"a\0\0broken"); 65_535]);
    clean(&Png, &file).unwrap();
    let limits = Limits {
        parts_max: 1_000,
        ..Limits::default()
    };
    assert!(matches!(
        Png.parts(&file, &limits),
        Err(Error::TooMany { limit: 1_000, .. })
    ));
}

#[test]
fn corruption_never_panics() {
    for file in [full(), apng()] {
        corrupt(&Png, &file, 2_000, |_| {});
        assert!(corrupt(&Png, &file, 6_000, repair) > 100);
    }
}

/// Sets the checksums of all chunks that can be found.
fn repair(file: &mut [u8]) {
    let mut at = 8;
    while let Some(len) = file.get(at..at + 4) {
        let len = u32::from_be_bytes(len.try_into().unwrap()) as usize;
        let end = at.saturating_add(8).saturating_add(len);
        let Some(crc) = file.get(at + 4..end).map(crc32fast::hash) else {
            return;
        };
        let Some(field) = file.get_mut(end..end + 4) else {
            return;
        };
        field.copy_from_slice(&crc.to_be_bytes());
        at = end + 4;
    }
}
