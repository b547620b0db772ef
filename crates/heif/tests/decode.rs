//! Real files, decoded by the system's library. Where there is none, each test says so and passes.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)]

use heif::{Coding, Colours, Decoder, Error, Limits, Picture, Samples};

const STILL_HEIC: &[u8] = include_bytes!("files/still.heic");
const STILL_AVIF: &[u8] = include_bytes!("files/still.avif");

/// The system's library, if it has what these pictures need.
fn decoder(coding: Coding) -> Option<Decoder> {
    let decoder = Decoder::load().filter(|decoder| decoder.decodes(coding));
    if decoder.is_none() {
        eprintln!("SKIPPED: this system has no libheif with a decoder for {coding:?}");
    }
    decoder
}

fn decode(coding: Coding, file: &[u8]) -> Option<Picture> {
    Some(decoder(coding)?.decode(file, &Limits::default()).unwrap())
}

fn pixel(picture: &Picture, x: usize, y: usize) -> &[u8] {
    let channels = usize::from(picture.channels);
    let start = (y * picture.width as usize + x) * channels;
    match &picture.samples {
        Samples::Eight(samples) => &samples[start..start + channels],
        Samples::Sixteen(_) => panic!("8 bits"),
    }
}

fn assert_near(found: &[u8], expected: &[u8]) {
    assert_eq!(found.len(), expected.len());
    let is_near = |(found, expected): (&u8, &u8)| found.abs_diff(*expected) < 12;
    let all = found.iter().zip(expected).all(is_near);
    assert!(all, "{found:?} is not {expected:?}");
}

#[test]
fn the_drawing_comes_out() {
    for (coding, file) in [(Coding::Hevc, STILL_HEIC), (Coding::Av1, STILL_AVIF)] {
        let Some(picture) = decode(coding, file) else {
            continue;
        };
        assert_eq!((picture.width, picture.height), (48, 32));
        assert_eq!((picture.bits, picture.channels), (8, 3));
        let (primaries, transfer) = (1, 13);
        let coded = Colours::Coded {
            primaries,
            transfer,
        };
        assert_eq!(picture.colours, coded);
        assert_near(pixel(&picture, 2, 2), &[255, 255, 255]);
        assert_near(pixel(&picture, 14, 20), &[200, 80, 40]);
        assert_near(pixel(&picture, 44, 8), &[30, 32, 200]);
    }
}

#[test]
fn turned_as_the_file_says() {
    let file = include_bytes!("files/turned.heic");
    let Some(picture) = decode(Coding::Hevc, file) else {
        return;
    };
    assert_eq!((picture.width, picture.height), (32, 48));
    assert_near(pixel(&picture, 29, 2), &[255, 255, 255]);
    assert_near(pixel(&picture, 11, 14), &[200, 80, 40]);
    assert_near(pixel(&picture, 23, 44), &[30, 32, 200]);
}

#[test]
fn transparency_stays() {
    let heic = &include_bytes!("files/clear.heic")[..];
    let avif = &include_bytes!("files/clear.avif")[..];
    for (coding, file) in [(Coding::Hevc, heic), (Coding::Av1, avif)] {
        let Some(picture) = decode(coding, file) else {
            continue;
        };
        assert_eq!(picture.channels, 4);
        assert_near(pixel(&picture, 14, 20), &[200, 80, 40, 76]);
        assert_near(pixel(&picture, 47, 20), &[30, 80, 200, 255]);
    }
}

#[test]
fn ten_bits_reach_from_black_to_white() {
    let Some(picture) = decode(Coding::Hevc, include_bytes!("files/deep.heic")) else {
        return;
    };
    assert_eq!(picture.bits, 10);
    let Samples::Sixteen(samples) = &picture.samples else {
        panic!("16 bits");
    };
    assert!(samples[0] < 200 && samples[47 * 3] > 65_300, "{samples:?}");
    let steps = samples[..48 * 3]
        .iter()
        .collect::<std::collections::BTreeSet<_>>();
    assert!(steps.len() >= 48);
}

#[test]
fn the_profile_comes_whole() {
    let file = include_bytes!("files/profile.heic");
    let Some(picture) = decode(Coding::Hevc, file) else {
        return;
    };
    let Colours::Icc(icc) = picture.colours else {
        panic!("{:?}", picture.colours);
    };
    assert_eq!(
        icc.len(),
        u32::from_be_bytes(icc[..4].try_into().unwrap()) as usize
    );
    assert!(file.windows(icc.len()).any(|part| part == icc));
}

#[test]
fn too_large_is_told_before_anything_is_decoded() {
    let Some(decoder) = decoder(Coding::Hevc) else {
        return;
    };
    let (width, height) = (48, 32);
    for limits in [
        Limits {
            pixels_max: 48 * 32 - 1,
            ..Limits::default()
        },
        Limits {
            bytes_max: 48 * 32 * 3 - 1,
            ..Limits::default()
        },
    ] {
        let found = decoder.decode(STILL_HEIC, &limits);
        assert_eq!(found, Err(Error::TooLarge { width, height }));
    }
    // A size that is claimed and not there, in the property `ispe` (ISO/IEC 23008-12 § 6.5.3).
    let mut huge = STILL_HEIC.to_vec();
    let at = huge.windows(4).position(|label| label == b"ispe").unwrap();
    huge[at + 8..at + 16].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
    assert!(decoder.decode(&huge, &Limits::default()).is_err());
}

#[test]
fn a_file_that_is_cut_anywhere_is_an_error() {
    for (coding, file) in [(Coding::Hevc, STILL_HEIC), (Coding::Av1, STILL_AVIF)] {
        let Some(decoder) = decoder(coding) else {
            continue;
        };
        for len in 0..file.len() {
            let cut = decoder.decode(&file[..len], &Limits::default());
            assert!(cut.is_err(), "{coding:?} cut at {len}");
        }
    }
}

#[test]
fn pictures_of_other_kinds_are_refused() {
    let Some(decoder) = decoder(Coding::Hevc) else {
        return;
    };
    for file in [&b""[..], b"dear diary", b"\x89PNG\r\n\x1A\n", &[0; 4096]] {
        assert!(decoder.decode(file, &Limits::default()).is_err());
    }
}

/// One library for all threads: every picture has its own memory.
#[test]
fn several_at_once() {
    let Some(decoder) = decoder(Coding::Hevc) else {
        return;
    };
    let alone = decoder.decode(STILL_HEIC, &Limits::default()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert_eq!(
                        decoder.decode(STILL_HEIC, &Limits::default()).unwrap(),
                        alone
                    );
                }
            });
        }
    });
}
