use super::builder::*;
use super::*;
use crate::png::properties::{clean, clean_with, corrupt, cut_anywhere, kinds, told, walk};
use crate::{Keep, Limits, Policy, Topic, icc};

fn tiff() -> &'static [u8] {
    b"MM\0*\0\0\0\x08\0\x01\x01\x31\0\x02\0\0\0\x0A\0\0\0\x1A\0\0\0\0Jane's OS\0"
}

fn exif_box() -> Vec<u8> {
    bx(b"Exif", &[&[0; 4], tiff()].concat())
}

/// A codestream with one of everything that may stand in one.
fn everything() -> Photo {
    Photo {
        orientation: 6,
        preview: Some(sketch(b"small picture")),
        is_animated: true,
        timecode: Some(0x1234_5607),
        channels: vec![(0, "Jane's mask"), (2, "")],
        frames: vec![
            Sketch {
                kind: 1,
                name: "low",
                ..sketch(b"low")
            },
            Sketch {
                kind: 2,
                ..sketch(b"")
            },
            Sketch {
                name: "Jane in her garden",
                duration: 3,
                ..sketch(b"first")
            },
            Sketch {
                duration: 4,
                ..sketch(b"second")
            },
        ],
        ..photo()
    }
}

/// What must be left of it.
fn nothing_else() -> Photo {
    let mut photo = everything();
    photo.preview = None;
    photo.timecode = None;
    photo.channels[0].1 = "";
    photo.frames.iter_mut().for_each(|frame| frame.name = "");
    photo
}

/// A container with one of every box, the codestream in three pieces.
fn boxes() -> Vec<u8> {
    let stream = everything().build();
    [
        start(),
        bx(b"jxll", &[10]),
        exif_box(),
        bx(b"xml ", b"<x:xmpmeta/>"),
        bx(b"jumb", b"claims"),
        bx(b"jbrd", b"\0\0"),
        bx(b"jxli", b"\x01index"),
        bx(b"jhgm", b"gain map"),
        piece(0, false, &stream[..9]),
        bx(b"free", b"secret"),
        piece(1, false, &stream[9..50]),
        bx(
            b"brob",
            &[&b"Exif"[..], &brotli(&[&[0; 4], tiff()].concat())].concat(),
        ),
        bx(
            b"brob",
            &[&b"xml "[..], &brotli(b"<x:xmpmeta>Jane</x:xmpmeta>")].concat(),
        ),
        bx(b"brob", &[&b"jumb"[..], &brotli(b"more claims")].concat()),
        bx(
            b"brob",
            &[&b"what"[..], &brotli(b"Jane Doe, 1 Main Street")].concat(),
        ),
        piece(2, true, &[&stream[50..], b"behind the frames"].concat()),
        bx(b"jxll", &[5]),
        b"behind".to_vec(),
    ]
    .concat()
}

#[test]
fn finds_all() {
    use Kind::*;
    let expected = [
        Signature,
        Structure,
        Header,
        Exif,
        Xmp,
        Provenance,
        SecondPicture,
        Advice,
        SecondPicture,
        Structure,
        Structure,
        Unknown,
        Structure,
        Structure,
    ];
    assert_eq!(kinds(&Jxl, &boxes())[..14], expected);
    let told = told(&Jxl, &boxes()).join("\n");
    for value in [
        r#"keyword: "Channel name", text: "Jane's mask""#,
        r#"keyword: "Layer name", text: "Jane in her garden""#,
        r#"keyword: "Layer name", text: "low""#,
        "12:34:56:07 (time code)",
        "width: 16, height: 16, len: 25",
        "Exif([77, 77",
        "Xmp([60, 120",
        "Provenance([",
        "Reconstruction { len: 2",
        r#"Unknown { name: "free""#,
        r#"Inflated { name: "what""#,
        "Trailer([98, 101, 104, 105, 110, 100, 32",
        "Trailer([98, 101, 104, 105, 110, 100]",
    ] {
        assert!(told.contains(value), "{value} in {told}");
    }
    let frame = Jxl.frame(&walk(&Jxl, &boxes()).unwrap()).unwrap();
    assert_eq!((frame.width, frame.height, frame.frames), (40, 30, 2));
    assert_eq!(frame.orientation, Some(6));
}

#[test]
fn removes_all() {
    assert_eq!(
        clean(&Jxl, &everything().build()),
        Ok(nothing_else().build())
    );
    let stream = nothing_else().build();
    let copy = clean_with(
        &Jxl,
        &boxes(),
        &Fresh {
            exif: Some(tiff().to_vec()),
            icc: None,
        },
    )
    .unwrap();
    // The pieces are cut where they were, less what went.
    let before = [start(), bx(b"jxll", &[10]), exif_box()].concat();
    let mut rest = copy.strip_prefix(before.as_slice()).unwrap();
    let mut joined = Vec::new();
    let mut number = 0_u32;
    while !rest.is_empty() {
        let len = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        let mark = if len == rest.len() { 1 << 31 } else { 0 };
        assert_eq!(rest[8..12], (number | mark).to_be_bytes());
        joined.extend(&rest[12..len]);
        rest = &rest[len..];
        number += 1;
    }
    assert_eq!((joined, number), (stream, 2));
}

#[test]
fn a_clean_file_stays_as_it_is() {
    for photo in [photo(), nothing_else()] {
        let bare = photo.build();
        assert_eq!(clean(&Jxl, &bare), Ok(bare.clone()));
        let boxed = [start(), bx(b"jxlc", &bare)].concat();
        assert_eq!(clean(&Jxl, &boxed), Ok(boxed));
        let pieces = [
            start(),
            piece(0, false, &bare[..8]),
            piece(1, true, &bare[8..]),
        ]
        .concat();
        assert_eq!(clean(&Jxl, &pieces), Ok(pieces));
    }
}

#[test]
fn boxes_of_any_size_are_read() {
    let stream = photo().build();
    let clean_copy = [start(), bx(b"jxlc", &stream)].concat();
    let open = [start(), [&[0; 4], &b"jxlc"[..], &stream].concat()].concat();
    assert_eq!(clean(&Jxl, &open), Ok(clean_copy.clone()));
    let size = (stream.len() as u64 + 16).to_be_bytes();
    let wide = [
        start(),
        [&[0, 0, 0, 1], &b"jxlc"[..], &size, &stream].concat(),
    ]
    .concat();
    assert_eq!(clean(&Jxl, &wide), Ok(clean_copy));
}

#[test]
fn what_stands_behind_the_last_frame_is_found() {
    let stream = [photo().build(), b"hidden words behind it".to_vec()].concat();
    for file in [stream.clone(), [start(), bx(b"jxlc", &stream)].concat()] {
        let report = crate::inspect(&file, &Limits::default()).unwrap();
        assert!(
            report
                .findings
                .iter()
                .any(|found| found.value.contains("hidden words")),
            "{:?}",
            report.findings
        );
        assert!(clean(&Jxl, &file).unwrap().ends_with(b"coded picture"));
    }
}

#[test]
fn pieces_must_be_in_order() {
    let stream = photo().build();
    let (a, b) = stream.split_at(10);
    let refused = |boxes: &[Vec<u8>]| {
        let file = [start(), boxes.concat()].concat();
        assert!(walk(&Jxl, &file).is_err(), "{boxes:?}");
    };
    refused(&[piece(1, false, a), piece(0, true, b)]);
    refused(&[piece(0, false, a), piece(2, true, b)]);
    refused(&[piece(0, false, a), piece(1, false, b)]);
    refused(&[piece(0, true, &stream), piece(1, true, b"")]);
    refused(&[piece(0, true, &stream), bx(b"jxlc", &stream)]);
    refused(&[piece(0, false, a), bx(b"jxlc", &stream)]);
    refused(&[bx(b"jxlp", b"\0\0")]);
    refused(&[]);
    assert!(walk(&Jxl, &bx(b"JXL ", b"\r\n\x87\n")).is_err());
    let other = bx(b"ftyp", b"heic\0\0\0\0heic");
    let file = [&boxes::SIGNATURE[..], &other, &bx(b"jxlc", &stream)].concat();
    assert!(walk(&Jxl, &file).is_err());
}

#[test]
fn what_cannot_be_taken_out_is_refused() {
    let unsupported = |photo: Photo| {
        let file = photo.build();
        let refused = walk(&Jxl, &file);
        assert!(
            matches!(refused, Err(Error::UnsupportedFeature { .. })),
            "{refused:?}"
        );
    };
    // Depth, a selection, heat, and what nobody knows.
    for kind in [1, 3, 5, 6, 15] {
        unsupported(Photo {
            channels: vec![(kind, "")],
            ..photo()
        });
    }
    unsupported(Photo {
        extension: 1,
        ..photo()
    });
    unsupported(Photo {
        frames: vec![sketch(b"below"), sketch(b"above")],
        ..photo()
    });
    unsupported(Photo {
        profile: Some(b"no profile".to_vec()),
        ..photo()
    });
}

#[test]
fn the_profile_loses_its_texts_and_keeps_its_numbers() {
    let profile = profile();
    let scrubbed = icc::scrub(&profile).unwrap();
    let file = Photo {
        profile: Some(profile),
        orientation: 3,
        ..photo()
    }
    .build();
    let fresh = Fresh {
        icc: Some(scrubbed.clone()),
        exif: None,
    };
    let expected = Photo {
        profile: Some(scrubbed),
        orientation: 3,
        ..photo()
    }
    .build();
    assert_eq!(clean_with(&Jxl, &file, &fresh), Ok(expected.clone()));
    let report = crate::inspect(&file, &Limits::default()).unwrap();
    let has = |text: &str| {
        report
            .findings
            .iter()
            .any(|found| found.value.contains(text))
    };
    assert!(has("Jane Doe's screen"), "{:?}", report.findings);
    assert_eq!(report.orientation, 3);
    let cleaned = crate::clean(&file, &Policy::default(), &Limits::default()).unwrap();
    assert_eq!(cleaned.bytes(), expected);
}

/// A grey profile that names a person.
fn profile() -> Vec<u8> {
    let text = b"text\0\0\0\0Jane Doe's screen\0\0\0";
    let curve = b"curv\0\0\0\0\0\0\0\x01\x02\x33\0\0";
    let mut profile = vec![0; 128];
    profile[8] = 2;
    profile[12..24].copy_from_slice(b"mntrGRAYXYZ ");
    profile[36..40].copy_from_slice(b"acsp");
    profile.extend(2_u32.to_be_bytes());
    for (tag, at, len) in [
        (b"cprt", 156, text.len()),
        (b"kTRC", 156 + text.len(), curve.len()),
    ] {
        profile.extend(tag);
        profile.extend((at as u32).to_be_bytes());
        profile.extend((len as u32).to_be_bytes());
    }
    profile.extend(text);
    profile.extend(curve);
    let len = profile.len() as u32;
    profile[..4].copy_from_slice(&len.to_be_bytes());
    profile
}

#[test]
fn what_is_kept_stands_in_a_plain_box() {
    let coded = brotli(&[&[0; 4], &exif_with_a_date()[..]].concat());
    let file = [
        start(),
        bx(b"brob", &[&b"Exif"[..], &coded].concat()),
        bx(
            b"jxlc",
            &Photo {
                orientation: 8,
                ..photo()
            }
            .build(),
        ),
    ]
    .concat();
    let policy = Policy {
        keep: [Keep::Date].into(),
    };
    let cleaned = crate::clean(&file, &policy, &Limits::default()).unwrap();
    assert!(
        cleaned
            .bytes()
            .windows(19)
            .any(|seen| seen == b"2024:01:31 12:00:05")
    );
    assert_eq!(cleaned.orientation(), 8);
    assert!(cleaned.kept().iter().any(|kept| kept.topic == Topic::Time));
    let cleaned = crate::clean(&file, &Policy::default(), &Limits::default()).unwrap();
    let expected = Photo {
        orientation: 8,
        ..photo()
    }
    .build();
    assert_eq!(cleaned.bytes(), [start(), bx(b"jxlc", &expected)].concat());
}

fn exif_with_a_date() -> Vec<u8> {
    let kept = crate::explain::exif::Kept {
        date_time_original: Some("2024:01:31 12:00:05".to_owned()),
        ..Default::default()
    };
    let policy = Policy {
        keep: [Keep::Date].into(),
    };
    // It says that the picture is turned, which counts for nothing here.
    crate::exif_writer::fresh_exif(3, None, &kept, &policy).unwrap()
}

#[test]
fn bombs_are_told_by_their_size() {
    let coded = brotli(&[b'a'; 5_000]);
    let file = [
        start(),
        bx(b"brob", &[&b"xml "[..], &coded].concat()),
        bx(b"jxlc", &photo().build()),
    ];
    let limits = Limits {
        inflated_bytes_max: 4_999,
        ..Limits::default()
    };
    let report = crate::inspect(&file.concat(), &limits).unwrap();
    assert!(
        report.findings[0].value.contains("larger than is read"),
        "{:?}",
        report.findings
    );
    let profile = Photo {
        profile: Some(profile()),
        ..photo()
    }
    .build();
    let limits = Limits {
        inflated_bytes_max: 100,
        ..Limits::default()
    };
    assert!(matches!(
        Jxl.parts(&profile, &limits),
        Err(Error::TooMany { .. })
    ));
}

#[test]
fn cut_off_anywhere_is_an_error() {
    let bare = everything().build();
    cut_anywhere(&Jxl, &bare, bare.len());
    let boxed = boxes();
    let behind = [
        b"behind the frames".len(),
        bx(b"jxll", &[5]).len(),
        b"behind".len(),
    ];
    let whole = boxed.len() - behind[1] - behind[2];
    for len in 0..whole {
        assert!(walk(&Jxl, &boxed[..len]).is_err(), "cut at {len}");
    }
    for len in whole..boxed.len() {
        assert!(walk(&Jxl, &boxed[..len]).is_ok(), "cut at {len}");
    }
}

#[test]
fn many_frames_and_boxes_meet_a_limit() {
    let limits = Limits {
        parts_max: 100,
        ..Limits::default()
    };
    let file = Photo {
        is_animated: true,
        frames: vec![sketch(b"x"); 200],
        ..photo()
    }
    .build();
    assert!(matches!(
        Jxl.parts(&file, &limits),
        Err(Error::TooMany { .. })
    ));
    assert!(clean(&Jxl, &file).is_ok());
    let file = [
        start(),
        bx(b"free", b"").repeat(200),
        bx(b"jxlc", &photo().build()),
    ]
    .concat();
    assert!(matches!(
        Jxl.parts(&file, &limits),
        Err(Error::TooMany { .. })
    ));
}

#[test]
fn corruption_never_panics() {
    assert!(corrupt(&Jxl, &everything().build(), 1_500, |_| {}) > 100);
    assert!(corrupt(&Jxl, &boxes(), 1_500, |_| {}) > 100);
    // A profile is checked where it is read, so a broken one is mostly refused.
    let profile = Photo {
        profile: Some(profile()),
        ..photo()
    }
    .build();
    let limits = Limits::default();
    for at in 0..profile.len() {
        for bit in 0..8 {
            let mut broken = profile.clone();
            broken[at] ^= 1 << bit;
            let _ = crate::clean(&broken, &Policy::default(), &limits);
        }
    }
}
