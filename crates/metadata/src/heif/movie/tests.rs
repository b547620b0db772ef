mod refusals;
mod words;

use std::time::{Duration, Instant};

use super::builder::*;
use super::*;
use crate::heif::builder::{bx, full};
use crate::png::properties::{clean, corrupt, cut_anywhere, kinds, told, walk};
use crate::{Policy, Topic};

/// 2024-01-31 11:00:05 UTC.
const DATE: u32 = 3_789_543_605;

/// A place as phones write it, and a title.
fn user_data() -> Vec<u8> {
    let place = [&[0, 18, 0x15, 0xC7][..], b"+48.8584+002.2945/"].concat();
    let title = [&[0, 16, 0x15, 0xC7][..], b"Jane on holidays"].concat();
    bx(
        b"udta",
        &[
            bx(b"\xA9xyz", &place),
            bx(b"\xA9nam", &title),
            bx(b"FIRM", b"HD6.01.01.51.00"),
        ]
        .concat(),
    )
}

/// QuickTime's metadata with one key.
fn metadata(key: &[u8], value: &[u8]) -> Vec<u8> {
    let keys = full(
        b"keys",
        0,
        0,
        &[&1_u32.to_be_bytes()[..], &bx(b"mdta", key)].concat(),
    );
    let data = bx(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], value].concat());
    let list = bx(b"ilst", &bx(&1_u32.to_be_bytes(), &data));
    let handler = full(b"hdlr", 0, 0, b"\0\0\0\0mdta\0\0\0\0\0\0\0\0\0\0\0\0\0");
    bx(b"meta", &[handler, keys, list].concat())
}

/// One of everything.
pub(super) fn everything() -> Film {
    let mut film = Film::new();
    film.date = DATE;
    film.gap = b"between chunks".to_vec();
    film.tracks[0].in_trak = [user_data(), bx(b"uuid", b"0123456789abcdef<jane/>")].concat();
    film.tracks[0].in_stbl = [
        full(b"stss", 0, 0, b"\0\0\0\x01\0\0\0\x01"),
        full(b"sdtp", 0, 0, &[0x20; 4]),
        full(b"sgpd", 1, 0, b"roll\0\0\0\x02\0\0\0\x01\xFF\xFF"),
        full(b"sbgp", 0, 0, b"roll\0\0\0\x01\0\0\0\x04\0\0\0\x01"),
        full(b"sgpd", 1, 0, b"jane\0\0\0\x02\0\0\0\x01ha"),
        full(b"subs", 0, 0, b"what?"),
    ]
    .concat();
    film.tracks[0].references = vec![(*b"tmcd", vec![3]), (*b"chap", vec![5])];
    let boxes = [
        avcc(),
        bx(b"colr", b"nclx\0\x01\0\x0D\0\x06\x80"),
        bx(b"pasp", b"\0\0\0\x01\0\0\0\x01"),
        bx(b"clli", &[1; 4]),
        bx(b"mdcv", &[1; 24]),
        bx(b"jane", b"nobody knows"),
    ];
    film.tracks[0].entry = visual(b"avc1", &boxes.concat());
    film.tracks[0].chunks[0][0] = [sei(5, b"0123456789abcdefJane's x264"), frame(1)].concat();
    let mut code = track(
        3,
        b"tmcd",
        bx(b"tmcd", &[&[0; 8][..], b"reel of Jane"].concat()),
    );
    code.chunks = vec![vec![b"10:20:30".to_vec()]];
    let mut places = track(
        4,
        b"meta",
        bx(b"mebx", &[&[0; 8][..], b"keys of Jane"].concat()),
    );
    places.chunks = vec![
        vec![b"\0\0\0\x1A\0\0\0\x01+48.8584+002.2945/".to_vec()],
        vec![b"face of Jane".to_vec()],
    ];
    let mut words = track(5, b"text", bx(b"text", &[0; 43]));
    words.chunks = vec![vec![b"\0\x0CJane's house".to_vec()]];
    let mut hidden = video(6);
    hidden.is_enabled = false;
    hidden.chunks = vec![vec![frame(9)]];
    let mut strange = track(7, b"zzzz", bx(b"zzzz", &[0; 8]));
    strange.chunks = vec![vec![b"strange Jane".to_vec()]];
    film.tracks.extend([code, places, words, hidden, strange]);
    film.in_moov = [
        user_data(),
        metadata(
            b"com.apple.quicktime.content.identifier",
            b"5B8A1C2D-0000-4000-8000-1A3B5C7D9E0F",
        ),
        bx(b"free", b"not free: IMX754"),
        bx(b"iods", b"nobody needs it"),
    ]
    .concat();
    film.before_mdat = [
        bx(b"wide", b""),
        bx(b"skip", b"hidden in skip"),
        bx(
            b"uuid",
            b"\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81\0\0\0\0manifest\0\0\0\0\0\0\0\0\0jumb",
        ),
        metadata(b"com.android.manufacturer", b"Acme Phones"),
    ]
    .concat();
    film.after = [bx(b"zzzz", b"what?"), b"and some more".to_vec()].concat();
    film
}

/// The forms in which the same video can be stored.
fn variations() -> Vec<Film> {
    let form = |change: fn(&mut Film)| {
        let mut film = Film::new();
        change(&mut film);
        film
    };
    vec![
        form(|_| {}),
        form(|film| film.moov_first = true),
        form(|film| film.mdat_large = true),
        form(|film| {
            film.moov_first = true;
            film.mdat_open = true;
        }),
        form(|film| film.wide_offsets = true),
        form(|film| film.wide_times = true),
        form(|film| film.gap = b"gap".to_vec()),
        form(|film| {
            film.quick_time = true;
            film.ftyp = bx(b"ftyp", b"qt  \x20\x05\x03\0qt  ");
        }),
        form(|film| {
            film.ftyp = Vec::new();
            film.moov_first = true;
        }),
        form(|film| film.tracks[0].sizes = Sizes::Same),
        form(|film| film.tracks[1].sizes = Sizes::Compact(4)),
        form(|film| film.tracks[1].sizes = Sizes::Compact(8)),
        form(|film| film.tracks[1].sizes = Sizes::Compact(16)),
        form(|film| film.tracks[1].chunks.push(vec![Vec::new()])),
        form(|film| drop(film.tracks.pop())),
    ]
}

/// The samples of a track as a reader finds them.
fn samples_of(file: &[u8], number: u32) -> Vec<Vec<u8>> {
    let parts = walk(&Video, file).unwrap();
    let source = source(&parts).unwrap();
    let mut tracks = source.movie.tracks.iter();
    let track = tracks.find(|track| track.number == number).unwrap();
    let samples = track.samples.as_ref().unwrap();
    let spans = samples.chunks.iter().flat_map(|chunk| samples.of(chunk));
    spans
        .map(|span| file[span.start..span.end].to_vec())
        .collect()
}

#[test]
fn finds_all() {
    use Kind::*;
    let file = everything().build();
    let kinds = kinds(&Video, &file);
    for kind in [
        Structure,
        Header,
        Tables,
        Pixels,
        ColourNumbers,
        Density,
        Animation,
        Message,
        Provenance,
        Text,
        Time,
        Vendor,
        SecondPicture,
        Filler,
        Orphan,
        Unknown,
        Trailer,
    ] {
        assert!(kinds.contains(&kind), "{kind:?} in {kinds:?}");
    }
    let report = crate::inspect(&file, &Limits::default()).unwrap();
    assert_eq!(
        (report.width, report.height, report.orientation),
        (64, 48, 1)
    );
    let place = "48.858400, 2.294500 (48°51′30.2″ N, 2°17′40.2″ E)";
    for (topic, name, value) in [
        (Topic::Place, "GPS position", place),
        (Topic::Place, "GPS position (timed)", place),
        (Topic::Time, "Video made", "2024-01-31 11:00:05 UTC"),
        (Topic::Time, "Time code", "8 bytes, 1 entry"),
        (Topic::Device, "Camera maker", "Acme Phones"),
        (Topic::Text, "Title", "Jane on holidays"),
        (Topic::Text, "Text in the video", "Jane's house"),
        (Topic::Text, "Language", "eng"),
        (Topic::Software, "Handler", "Jane's handler"),
        (Topic::Software, "Software", "Jane's encoder! jane"),
        (
            Topic::Video,
            "Another video in the file",
            "10 bytes, 64 × 48 pixels",
        ),
        (
            Topic::EditHistory,
            "Number that links photo and video",
            "5B8A1C2D-0000-4000-8000-1A3B5C7D9E0F",
        ),
        (
            Topic::Unknown,
            "Unknown part: FIRM in user data",
            "HD6.01.01.51.00",
        ),
        (
            Topic::Unknown,
            "Unknown part: free, skip, wide",
            "not free: IMX754",
        ),
        (
            Topic::Unknown,
            "Unknown part: bytes that no track uses",
            "between chunks",
        ),
    ] {
        let is_it = |found: &crate::Finding| {
            (found.topic, found.name.as_str()) == (topic, name) && found.value.starts_with(value)
        };
        assert!(
            report.findings.iter().any(is_it),
            "{name}: {:#?}",
            report.findings
        );
    }
    assert_eq!(report.picture[0].value, "2.9 s");
}

#[test]
fn removes_all_and_keeps_the_video() {
    let file = everything().build();
    let cleaned = crate::clean(&file, &Policy::default(), &Limits::default()).unwrap();
    let copy = clean(&Video, &file).unwrap();
    assert_eq!(cleaned.bytes(), copy);
    let text = String::from_utf8_lossy(&copy);
    for gone in [
        "Jane",
        "jane",
        "48.85",
        "IMX754",
        "hidden",
        "between",
        "what?",
        "nobody",
        "udta",
        "meta",
        "keys",
        "uuid",
        "free",
        "skip",
        "wide",
        "iods",
        "mebx",
        "tmcd",
        "text",
        "zzzz",
        "chap",
        "subs",
        "some more",
    ] {
        assert!(!text.contains(gone), "{gone}");
    }
    assert_eq!(samples_of(&copy, 1)[1..], [frame(2), frame(3), frame(4)]);
    assert!(samples_of(&copy, 1)[0].ends_with(&frame(1)));
    assert_eq!(samples_of(&copy, 2), [&b"sound"[..], b"of", b"a voice"]);
    // What is left is what a writer without any of it would have made.
    let mut plain = Film::new();
    let boxes = [
        avcc(),
        bx(b"colr", b"nclx\0\x01\0\x0D\0\x06\x80"),
        bx(b"pasp", b"\0\0\0\x01\0\0\0\x01"),
        bx(b"clli", &[1; 4]),
        bx(b"mdcv", &[1; 24]),
    ];
    plain.tracks[0].entry = visual(b"avc1", &boxes.concat());
    plain.tracks[0].in_stbl = [
        full(b"stss", 0, 0, b"\0\0\0\x01\0\0\0\x01"),
        full(b"sdtp", 0, 0, &[0x20; 4]),
        full(b"sgpd", 1, 0, b"roll\0\0\0\x02\0\0\0\x01\xFF\xFF"),
        full(b"sbgp", 0, 0, b"roll\0\0\0\x01\0\0\0\x04\0\0\0\x01"),
    ]
    .concat();
    let padding = sei(3, &[0xFF; 27]);
    plain.tracks[0].chunks[0][0] = [padding, frame(1)].concat();
    assert_eq!(copy, clean(&Video, &plain.build()).unwrap());
}

#[test]
fn a_clean_file_stays_as_it_is() {
    for film in variations() {
        let once = clean(&Video, &film.build()).unwrap();
        assert_eq!(clean(&Video, &once), Ok(once));
    }
}

#[test]
fn every_form_leads_to_the_same_samples() {
    for film in variations() {
        let file = film.build();
        let copy = clean(&Video, &file).unwrap();
        for (number, track) in (1..).zip(&film.tracks) {
            let samples: Vec<Vec<u8>> = track.chunks.concat();
            assert_eq!(samples_of(&file, number), samples, "{film:?}");
            assert_eq!(samples_of(&copy, number), samples, "{film:?}");
        }
    }
}

#[test]
fn cut_off_anywhere_is_an_error() {
    let film = everything();
    let file = film.build();
    cut_anywhere(&Video, &file, file.len() - film.after.len());
    for film in variations() {
        let file = film.build();
        cut_anywhere(&Video, &file, file.len());
    }
}

#[test]
fn corruption_never_panics() {
    let mut accepted = 0;
    for film in [everything(), Film::new()] {
        accepted += corrupt(&Video, &film.build(), 6_000, |_| {});
    }
    assert!(accepted > 100, "{accepted}");
}

#[test]
fn the_way_it_is_turned_stays() {
    let one = 0x1_0000;
    for (numbers, orientation) in [
        ([one, 0, 0, one], 1),
        ([0, one, -one, 0], 6),
        ([-one, 0, 0, -one], 3),
        ([0, -one, one, 0], 8),
        ([-one, 0, 0, one], 2),
        ([one, 0, 0, -one], 4),
        ([one / 2, one / 2, one, one], 1),
    ] {
        let mut film = Film::new();
        let [a, b, c, d] = numbers;
        film.tracks[0].matrix = [a, b, 0, c, d, 0, 0, 0, 0x4000_0000];
        let file = film.build();
        let cleaned = crate::clean(&file, &Policy::default(), &Limits::default()).unwrap();
        assert_eq!(cleaned.orientation(), orientation);
        let has_matrix = |bytes: &[u8]| {
            let numbers: Vec<u8> = [a, b, 0, c, d]
                .iter()
                .flat_map(|n| n.to_be_bytes())
                .collect();
            memchr::memmem::find(bytes, &numbers).is_some()
        };
        assert!(has_matrix(&file) && has_matrix(cleaned.bytes()));
    }
}

#[test]
fn work_is_bounded() {
    let begun = Instant::now();
    // Samples that cost nothing to list.
    let mut film = Film::new();
    film.tracks[1].sizes = Sizes::Same;
    film.tracks[1].chunks = vec![vec![b"s".to_vec()]];
    let mut file = film.build();
    let at = memchr::memmem::rfind(&file, b"stsz").unwrap();
    file[at + 12..at + 16].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(walk(&Video, &file).is_err());
    let at = memchr::memmem::rfind(&file, b"stsc").unwrap();
    file[at + 16..at + 20].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(walk(&Video, &file).is_err());

    // Many chunks that all are the same bytes.
    let mut film = Film::new();
    film.tracks.pop();
    film.tracks[0].sizes = Sizes::Same;
    film.tracks[0].chunks = vec![vec![vec![0; 400]]; 4_000];
    let mut file = film.build();
    let at = memchr::memmem::find(&file, b"stsz").unwrap() + 8;
    file[at..at + 4].copy_from_slice(&1_000_000_u32.to_be_bytes());
    let at = memchr::memmem::find(&file, b"stco").unwrap() + 12;
    for chunk in 0..4_000 {
        file[at + chunk * 4..at + chunk * 4 + 4].copy_from_slice(&100_u32.to_be_bytes());
    }
    let refused = walk(&Video, &file);
    assert!(
        matches!(refused, Err(Error::UnsupportedFeature { .. })),
        "{refused:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(120));

    let limits = Limits {
        parts_max: 50,
        ..Limits::default()
    };
    let file = everything().build();
    let refused = Video.parts(&file, &limits);
    assert!(matches!(refused, Err(Error::TooMany { .. })), "{refused:?}");
}
