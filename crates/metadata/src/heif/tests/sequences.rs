//! Sequences of pictures: a movie box beside the picture, and samples that the picture shares. They come from cameras as
//! bursts and from the web as animations.

use super::*;
use crate::heif::movie::builder::{Film, Track, track, visual};

/// A track of pictures, one chunk for each list of numbers.
fn pictures(number: u32, handler: &[u8; 4], boxes: &[u8], chunks: &[&[u8]]) -> Track {
    let boxes = [&bx(b"hvcC", &hvcc(&[]))[..], boxes].concat();
    let mut pictures = track(number, handler, visual(b"hvc1", &boxes));
    let samples = |chunk: &&[u8]| chunk.iter().map(|number| picture_data(*number)).collect();
    pictures.chunks = chunks.iter().map(samples).collect();
    pictures
}

fn auxi(urn: &[u8]) -> Vec<u8> {
    full(b"auxi", 0, 0, urn)
}

/// A photo whose first picture is the first sample of a sequence; the sequence has transparency, depth and words.
pub(crate) fn sequence() -> (Photo, Film) {
    let mut photo = Photo::new();
    photo.ftyp = bx(b"ftyp", b"msf1\0\0\0\x01msf1hevcmif1heicJane");
    photo.items.push(exif_item(2));
    photo.references = vec![(*b"cdsc", 2, vec![1])];
    let mut film = Film::new();
    film.date = 3_789_543_605;
    let mut alpha = pictures(2, b"auxv", &auxi(ALPHA), &[&[11, 12]]);
    alpha.references = vec![(*b"auxl", vec![1])];
    let mut depth = pictures(3, b"auxv", &auxi(DEPTH), &[&[21, 22]]);
    depth.references = vec![(*b"auxl", vec![1])];
    let mut words = track(4, b"meta", bx(b"mett", &[0; 8]));
    words.chunks = vec![vec![b"Jane at home".to_vec()]];
    let mut main = pictures(1, b"pict", &[], &[&[1], &[2, 3]]);
    main.in_trak = full(b"meta", 0, 0, b"Exif of Jane");
    film.tracks = vec![main, alpha, depth, words];
    (photo, film)
}

/// The file, with the first chunk of the first track where the photo's first picture is.
pub(crate) fn build(photo: &Photo, film: &Film) -> Vec<u8> {
    let mut photo = photo.clone();
    let (content, _) = film.data();
    photo.before_mdat = film.moov(0);
    let second = bx(b"mdat", &content);
    photo.after = second.clone();
    let file = photo.build();
    photo.before_mdat = film.moov(file.len() - content.len());
    let mut file = photo.build();
    let shared = memchr::memmem::find(&file, b"mdat").unwrap() + 4 + photo.gap.len();
    let at = memchr::memmem::find(&file, b"stco").unwrap() + 12;
    file[at..at + 4].copy_from_slice(&(shared as u32).to_be_bytes());
    file
}

/// The samples of a track as a reader finds them.
fn samples_of(file: &[u8], number: u32) -> Vec<Vec<u8>> {
    let parts = walk(&Heif, file).unwrap();
    let source = movie::source::Source::of(&parts).unwrap().unwrap();
    let mut tracks = source.movie.tracks.iter();
    let track = tracks.find(|track| track.number == number).unwrap();
    let samples = track.samples.as_ref().unwrap();
    let spans = samples.chunks.iter().flat_map(|chunk| samples.of(chunk));
    spans
        .map(|span| file[span.start..span.end].to_vec())
        .collect()
}

#[test]
fn the_animation_stays_with_its_transparency_and_nothing_else_does() {
    let (photo, film) = sequence();
    let file = build(&photo, &film);
    let report = crate::inspect(&file, &Limits::default()).unwrap();
    for (topic, value) in [
        (Topic::Time, "2024-01-31 11:00:05 UTC"),
        (Topic::Video, "22 bytes, 64 × 48 pixels"),
        (Topic::Software, "Jane's OS"),
        (Topic::Software, "Jane's encoder! jane"),
    ] {
        let mut found = report.findings.iter();
        assert!(
            found.any(|found| found.topic == topic && found.value.starts_with(value)),
            "{value}: {:#?}",
            report.findings
        );
    }
    assert_eq!(report.picture.last().unwrap().value, "3 frames");

    let cleaned = crate::clean(&file, &Policy::default(), &Limits::default()).unwrap();
    let copy = clean(&Heif, &file).unwrap();
    assert_eq!(cleaned.bytes(), copy);
    let text = String::from_utf8_lossy(&copy);
    for gone in ["Jane", "jane", "Exif", "mett", "cdsc", "auxid:2"] {
        assert!(!text.contains(gone), "{gone}");
    }
    assert!(text.contains("msf1") && text.contains("hevc"));
    let numbers = |numbers: &[u8]| -> Vec<_> { numbers.iter().map(|n| picture_data(*n)).collect() };
    assert_eq!(samples_of(&copy, 1), numbers(&[1, 2, 3]));
    assert_eq!(samples_of(&copy, 2), numbers(&[11, 12]));
    assert_eq!(data_of(&copy, 1), picture_data(1));
    // The picture is in the copy once: as itself and as a sample.
    let picture = picture_data(1);
    let places = memchr::memmem::find_iter(&copy, &picture).count();
    assert_eq!(places, 1);
    assert!(memchr::memmem::find(&copy, &picture_data(21)).is_none());
}

#[test]
fn a_picture_may_be_one_sample_of_a_chunk() {
    let (mut photo, mut film) = sequence();
    // The next item in the data is no picture that is shown, but it is the second sample.
    let mut second = item(3, b"hvc1", &picture_data(2));
    second.properties = vec![(1, true), (2, false)];
    photo.items.insert(1, second);
    film.tracks[0].chunks = vec![vec![picture_data(1), picture_data(2)]];
    let file = build(&photo, &film);
    let copy = clean(&Heif, &file).unwrap();
    assert_eq!(data_of(&copy, 1), picture_data(1));
    assert_eq!(samples_of(&copy, 1), [picture_data(1), picture_data(2)]);
}

#[test]
fn words_in_a_shared_sample_become_padding() {
    let (mut photo, mut film) = sequence();
    let sample = [sei(5, b"0123456789abcdefJane"), picture_data(1)].concat();
    photo.items[0].data = Data::Mdat(vec![sample.clone()]);
    film.tracks[0].chunks[0] = vec![sample];
    let copy = clean(&Heif, &build(&photo, &film)).unwrap();
    let padded = [sei(3, &[0xFF; 20]), picture_data(1)].concat();
    assert_eq!(data_of(&copy, 1), padded);
    assert_eq!(samples_of(&copy, 1)[0], padded);
}

#[test]
fn a_picture_that_shares_half_a_sample_is_refused() {
    let (mut photo, film) = sequence();
    photo.items[0].data = Data::Mdat(vec![[picture_data(1), picture_data(9)].concat()]);
    let file = build(&photo, &film);
    assert!(matches!(
        walk(&Heif, &file),
        Err(Error::UnsupportedFeature { .. })
    ));
}

#[test]
fn a_sequence_needs_no_picture_beside_it() {
    let (_, mut film) = sequence();
    film.ftyp = bx(b"ftyp", b"msf1\0\0\0\x01msf1hevc");
    let file = film.build();
    let report = crate::inspect(&file, &Limits::default()).unwrap();
    assert_eq!(report.container, crate::Container::Heic);
    let copy = clean(&Heif, &file).unwrap();
    assert!(copy[4..].starts_with(b"ftypmsf1\0\0\0\0msf1hevc"));
    assert!(!String::from_utf8_lossy(&copy).contains("Jane"));
}

#[test]
fn cut_off_or_broken_anywhere_is_an_error_or_clean() {
    let (photo, film) = sequence();
    let file = build(&photo, &film);
    cut_anywhere(&Heif, &file, file.len());
    assert!(corrupt(&Heif, &file, 6_000, |_| {}) > 100);
}

#[test]
fn a_video_behind_or_beside_a_still_picture_is_no_animation() {
    let mut photo = Photo::new();
    let video = Film::new().build();
    photo.after = video.clone();
    let file = photo.build();
    assert!(told(&Heif, &file).join("\n").contains("Trailer("));
    let copy = clean(&Heif, &file).unwrap();
    assert_eq!(copy, clean(&Heif, &Photo::new().build()).unwrap());

    photo.after = Film::new().moov(0);
    let file = photo.build();
    assert!(matches!(
        walk(&Heif, &file),
        Err(Error::UnsupportedFeature { .. })
    ));
}

#[test]
fn the_sound_of_an_animation_goes() {
    let (photo, mut film) = sequence();
    let mut sound = movie::builder::sound(9);
    sound.chunks = vec![vec![b"Jane's voice".to_vec()]];
    film.tracks.push(sound);
    let copy = clean(&Heif, &build(&photo, &film)).unwrap();
    assert!(!String::from_utf8_lossy(&copy).contains("Jane's voice"));
}
