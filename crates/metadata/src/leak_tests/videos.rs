//! What is left in videos by tools that know their headers only, and what breaks in them.

use super::fixtures::heif::{bx, picture_data};
use super::fixtures::*;
use super::named;
use crate::Topic;
use crate::heif::movie::builder::{Film, frame, sei, track};
use crate::heif::tests::sequences;

named![
    words_inside_samples_become_padding,
    places_go_with_the_track_that_holds_them,
    a_clean_video_leads_to_the_same_samples,
    d9_there_is_a_copy_of_an_animation_with_transparency_and_depth,
];

#[test]
fn words_inside_samples_become_padding() {
    let mut film = Film::new();
    let words = sei(5, b"0123456789abcdefoptions of Jane");
    film.tracks[0].chunks[1][0] = [words, frame(3)].concat();
    let file = film.build();
    tells(&file, Topic::Unknown, "options of Jane");
    let copy = gone(&file, &["options", "Jane"]);
    assert_eq!(
        count(copy.bytes(), &[sei(3, &[0xFF; 31]), frame(3)].concat()),
        1
    );
}

#[test]
fn places_go_with_the_track_that_holds_them() {
    let mut film = Film::new();
    let mut places = track(3, b"meta", bx(b"mebx", &[0; 8]));
    places.chunks = vec![vec![b"\0\0\0\x1A\0\0\0\x01+48.8584+002.2945/".to_vec()]; 2];
    film.tracks.push(places);
    film.in_moov = video();
    film.date = 3_789_543_605;
    let file = film.build();
    tells(&file, Topic::Place, "48.8584");
    tells(&file, Topic::Time, "2024-01-31 11:00:05");
    gone(&file, &["+48.8584", "mebx", "meta", "udta", "moving"]);
}

#[test]
fn a_clean_video_leads_to_the_same_samples() {
    let mut film = Film::new();
    film.gap = b"something else".to_vec();
    film.tracks.swap(0, 1);
    let copy = clean(&film.build());
    let samples = [b"soundof".to_vec(), frame(1), frame(2), b"a voice".to_vec()].concat();
    let at = memchr::memmem::find(copy.bytes(), &samples).unwrap();
    let offset = |at: usize| (at as u32).to_be_bytes();
    let sound = [offset(at), offset(at + samples.len() - 7)].concat();
    let video = [offset(at + 7), offset(at + samples.len())].concat();
    for table in [sound, video] {
        let table = [b"stco\0\0\0\0\0\0\0\x02", &table[..]].concat();
        assert_eq!(count(copy.bytes(), &table), 1);
    }
    assert!(clean(copy.bytes()).unchanged());
}

#[test]
fn d9_there_is_a_copy_of_an_animation_with_transparency_and_depth() {
    let (photo, film) = sequences::sequence();
    let file = sequences::build(&photo, &film);
    let copy = gone(&file, &["Jane", "Exif", "auxid:2", "mett"]);
    needs(&copy, "Animation", "3 frames");
    for (number, is_kept) in [(1, 1), (2, 1), (3, 1), (11, 1), (12, 1), (21, 0), (22, 0)] {
        assert_eq!(count(copy.bytes(), &picture_data(number)), is_kept);
    }
}
