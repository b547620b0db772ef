//! What is refused, and why: half-cleaned is not clean.

use super::*;

fn reason(film: &Film) -> String {
    match clean(&Video, &film.build()) {
        Err(error) => error.to_string(),
        Ok(_) => "cleaned".to_owned(),
    }
}

#[test]
fn what_cannot_be_cleaned_wholly_is_refused_with_its_reason() {
    let film = |change: fn(&mut Film)| {
        let mut film = Film::new();
        change(&mut film);
        reason(&film)
    };
    for (told, word) in [
        (film(|film| film.in_moov = bx(b"mvex", b"")), "fragments"),
        (film(|film| film.after = bx(b"moof", b"")), "fragments"),
        (
            film(|film| film.in_moov = bx(b"cmov", b"")),
            "compressed movie box",
        ),
        (film(|film| film.in_moov = bx(b"rmra", b"")), "other files"),
        (
            film(|film| film.in_moov = full(b"pssh", 0, 0, b"")),
            "encrypted",
        ),
        (
            film(|film| film.tracks[0].entry = visual(b"encv", &avcc())),
            "encrypted",
        ),
        (
            film(|film| {
                film.tracks[0].entry = visual(b"avc1", &[avcc(), bx(b"sinf", b"")].concat());
            }),
            "encrypted",
        ),
        (
            film(|film| film.tracks[0].in_stbl = full(b"senc", 0, 0, b"")),
            "encrypted",
        ),
        (
            film(|film| film.tracks[0].entry = visual(b"zzzz", b"")),
            "cannot be looked into",
        ),
        (
            film(|film| film.tracks[1].entry = audio(b"zzzz", b"")),
            "cannot be looked into",
        ),
        (film(|film| film.tracks.push(video(3))), "side by side"),
        (
            film(|film| drop(film.tracks.remove(0))),
            "sound without a video",
        ),
        (
            film(|film| film.after = bx(b"moov", b"")),
            "two movie boxes",
        ),
        (
            film(|film| film.tracks[1].number = 1),
            "two tracks with one number",
        ),
        (
            film(|film| {
                film.tracks[0].references_to_data =
                    b"\0\0\0\x01\0\0\0\x14url \0\0\0\0file://\0".to_vec();
            }),
            "another file",
        ),
        (
            film(|film| {
                film.tracks[0].chunks = vec![vec![crate::heif::builder::nal(19, b"1")]];
                film.tracks[0].entry = visual(
                    b"hvc1",
                    &[
                        bx(b"hvcC", &crate::heif::builder::hvcc(&[])),
                        bx(b"lhvC", b""),
                    ]
                    .concat(),
                );
            }),
            "several layers",
        ),
        (
            film(|film| film.tracks[0].entry = visual(b"avc1", b"")),
            "decoder configuration",
        ),
    ] {
        assert!(told.contains(word), "{word}: {told}");
    }
}

#[test]
fn tables_must_have_the_size_that_they_say() {
    let file = Film::new().build();
    for label in [
        b"mvhd", b"tkhd", b"mdhd", b"elst", b"stts", b"stsc", b"stsz", b"stco", b"smhd",
    ] {
        let at = memchr::memmem::find(&file, label).unwrap();
        // A count, or a version, that does not fit the length.
        let field = if matches!(label, b"stsz") {
            at + 12
        } else {
            at + 4
        };
        let mut broken = file.clone();
        broken[field..field + 4].copy_from_slice(&[9, 0, 0, 9]);
        if !matches!(label, b"elst" | b"stts" | b"stsc" | b"stco" | b"smhd") {
            assert!(walk(&Video, &broken).is_err(), "{label:?}");
        }
        let mut film = Film::new();
        film.tracks[0].in_stbl = full(b"ctts", 0, 0, b"\0\0\0\x01\0\0\0\x04\0\0\0\x0Amore");
        assert!(walk(&Video, &film.build()).is_err());
    }
    for extra in [
        full(b"stss", 0, 0, b"\0\0\0\x02\0\0\0\x01"),
        full(b"sdtp", 0, 0, b"too many for four"),
        full(b"cslg", 0, 0, b"short"),
        full(b"stsz", 0, 0, &[0; 8]),
        full(b"stco", 0, 0, &[0; 4]),
    ] {
        let mut film = Film::new();
        film.tracks[0].in_stbl = extra;
        assert!(walk(&Video, &film.build()).is_err());
    }
}

#[test]
fn tracks_that_go_may_be_broken() {
    let mut film = Film::new();
    let mut places = track(3, b"meta", bx(b"gpmd", &[0; 8]));
    places.chunks = vec![vec![b"somewhere".to_vec()]];
    places.in_stbl = full(b"stco", 0, 0, &[0; 4]);
    film.tracks.push(places);
    let copy = clean(&Video, &film.build()).unwrap();
    assert!(memchr::memmem::find(&copy, b"somewhere").is_none());
}

#[test]
fn samples_stand_in_the_boxes_for_data() {
    let mut file = Film::new().build();
    let at = memchr::memmem::find(&file, b"stco").unwrap() + 12;
    file[at..at + 4].copy_from_slice(&[0, 0, 0, 0]);
    assert!(walk(&Video, &file).is_err());
}

#[test]
fn hidden_sounds_and_videos_go_and_choices_stay() {
    let mut film = Film::new();
    let mut hidden = sound(3);
    hidden.is_enabled = false;
    hidden.chunks = vec![vec![b"whispered".to_vec()]];
    film.tracks.push(hidden);
    let copy = clean(&Video, &film.build()).unwrap();
    assert!(memchr::memmem::find(&copy, b"whispered").is_none());
    film.tracks[1].group = 1;
    film.tracks[2].group = 1;
    let copy = clean(&Video, &film.build()).unwrap();
    assert_eq!(samples_of(&copy, 3), [b"whispered"]);
    // Where none is enabled, players show them all.
    film.tracks[0].is_enabled = false;
    clean(&Video, &film.build()).unwrap();
}

#[test]
fn a_file_behind_the_video_goes() {
    let mut film = Film::new();
    film.after = everything().build();
    let copy = clean(&Video, &film.build()).unwrap();
    assert_eq!(copy, clean(&Video, &Film::new().build()).unwrap());
}
