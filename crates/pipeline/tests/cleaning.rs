//! Cleaning as a person asks for it: destinations, names, times, many at once.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::{SECRET, clean_photo, folder, found, names, outcomes, output, photo};
use pipeline::{Cancel, Destination, NEUTRAL_FILE_TIME, Naming, Outcome, Request, gather};

fn request(destination: Destination, naming: Naming) -> Request {
    Request {
        destination,
        naming,
        ..Request::default()
    }
}

#[test]
fn beside_the_original_which_stays_as_it_was() {
    let folder = folder(&[("Beach.GIF", &photo(true))]);
    let original = folder.path().join("Beach.GIF");
    let outcomes = outcomes(&found([original.clone()]), &Request::default(), None);
    let Outcome::Done(finished) = &outcomes[0] else {
        panic!("{outcomes:?}");
    };
    assert_eq!(
        finished.output.as_deref(),
        Some(&*folder.path().join("Beach_clean.GIF"))
    );
    assert_eq!(finished.removed, finished.findings);
    assert_eq!(finished.removed[0].value, SECRET);
    assert_eq!(finished.input_bytes, photo(true).len() as u64);
    assert_eq!(finished.output_bytes, clean_photo(true).len() as u64);
    assert_eq!(finished.record, None);
    assert_eq!(fs::read(original).unwrap(), photo(true));
    assert_eq!(fs::read(output(&outcomes[0])).unwrap(), clean_photo(true));
    assert_eq!(names(folder.path()), ["Beach.GIF", "Beach_clean.GIF"]);
}

#[test]
fn again_and_again_without_writing_over() {
    let folder = folder(&[("a.gif", &photo(true))]);
    let photos = found([folder.path().join("a.gif")]);
    for _ in 0..3 {
        outcomes(&photos, &Request::default(), None);
    }
    assert_eq!(
        names(folder.path()),
        ["a.gif", "a_clean.gif", "a_clean_2.gif", "a_clean_3.gif"]
    );
}

#[test]
fn the_same_names_at_the_same_time() {
    let folder = folder(&[]);
    let out = tempfile::tempdir().unwrap();
    let mut photos = Vec::new();
    for number in 0..40 {
        let path = folder.path().join(number.to_string()).join("a.gif");
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(&path, photo(number % 2 == 0)).unwrap();
        photos.push(path);
    }
    let request = Request {
        jobs: 8,
        ..request(Destination::Folder(out.path().to_owned()), Naming::Keep)
    };
    let outcomes = outcomes(&found(photos), &request, None);
    let outputs: HashSet<_> = outcomes.iter().map(output).collect();
    assert_eq!(outputs.len(), 40);
    for (number, outcome) in outcomes.iter().enumerate() {
        assert_eq!(
            fs::read(output(outcome)).unwrap(),
            clean_photo(number % 2 == 0)
        );
    }
    assert_eq!(names(out.path()).len(), 40);
}

#[test]
fn a_chosen_folder_keeps_the_tree_and_the_names() {
    let folder = folder(&[
        ("x.gif", &photo(true)),
        ("trip/day/y.gif", &clean_photo(true)),
    ]);
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("made/on/demand");
    let gathered = gather(&[folder.path().to_owned()], &Cancel::new());
    let outcomes = outcomes(
        &gathered.photos,
        &request(Destination::Folder(out.clone()), Naming::Keep),
        None,
    );
    assert_eq!(names(&out), ["trip/day/y.gif", "x.gif"]);
    // The clean one is copied too: the person asked for a folder with all of them.
    assert!(matches!(&outcomes[0], Outcome::AlreadyClean(finished) if finished.output.is_some()));
    assert_eq!(names(folder.path()), ["trip/day/y.gif", "x.gif"]);
}

#[test]
fn the_folder_of_the_originals_is_a_chosen_folder_like_any_other() {
    let folder = folder(&[("a.gif", &photo(true))]);
    let here = Destination::Folder(folder.path().to_owned());
    outcomes(
        &found([folder.path().join("a.gif")]),
        &request(here, Naming::Keep),
        None,
    );
    assert_eq!(names(folder.path()), ["a.gif", "a_clean.gif"]);
    assert_eq!(fs::read(folder.path().join("a.gif")).unwrap(), photo(true));
}

#[test]
fn what_is_clean_already_needs_no_copy() {
    let folder = folder(&[
        ("a.gif", &clean_photo(true)),
        ("IMG_20240131_142045.gif", &clean_photo(true)),
    ]);
    let photos = found([
        folder.path().join("a.gif"),
        folder.path().join("IMG_20240131_142045.gif"),
    ]);
    for naming in [Naming::Keep, Naming::Safe] {
        let outcomes = outcomes(&photos, &request(Destination::Beside, naming), None);
        assert!(
            matches!(&outcomes[0], Outcome::AlreadyClean(finished) if finished.output.is_none())
        );
        // Unless its name tells something.
        assert!(
            matches!(&outcomes[1], Outcome::AlreadyClean(finished) if finished.output.is_some() == (naming == Naming::Safe))
        );
    }
    assert_eq!(names(folder.path()).len(), 3);
}

#[test]
fn numbers_follow_the_order_in_which_photos_were_given() {
    let folder = folder(&[("photo-0007.png", b"mine")]);
    let photos: Vec<PathBuf> = (0..50)
        .rev()
        .map(|number| folder.path().join(format!("{number:02}.gif")))
        .collect();
    for (number, path) in photos.iter().enumerate() {
        fs::write(path, photo(number % 2 == 0)).unwrap();
    }
    let request = Request {
        jobs: 8,
        ..request(Destination::Beside, Naming::Sequence)
    };
    let outcomes = outcomes(&found(photos), &request, None);
    for (number, outcome) in outcomes.iter().enumerate() {
        assert_eq!(
            output(outcome).file_name().unwrap().to_str().unwrap(),
            format!("photo-{:04}.gif", number + 8)
        );
        assert_eq!(
            fs::read(output(outcome)).unwrap(),
            clean_photo(number % 2 == 0)
        );
    }
}

#[test]
fn telling_names_are_replaced() {
    let folder = folder(&[
        ("IMG_20240131_142045.GIF", &photo(true)),
        ("Beach.GIF", &photo(true)),
    ]);
    for naming in [Naming::Safe, Naming::Random] {
        let gathered = gather(
            &[folder.path().join("IMG_20240131_142045.GIF")],
            &Cancel::new(),
        );
        let outcomes = outcomes(
            &gathered.photos,
            &request(Destination::Beside, naming),
            None,
        );
        let name = output(&outcomes[0]).file_name().unwrap().to_str().unwrap();
        assert!(!name.contains("2024") && name.ends_with(".gif"), "{name}");
    }
    let outcomes = outcomes(
        &found([folder.path().join("Beach.GIF")]),
        &request(Destination::Beside, Naming::Safe),
        None,
    );
    assert_eq!(output(&outcomes[0]).file_name().unwrap(), "Beach_clean.GIF");
}

#[test]
fn times_are_neutral_unless_asked_otherwise() {
    let folder = folder(&[("a.gif", &photo(true))]);
    let original = folder.path().join("a.gif");
    let taken = UNIX_EPOCH + Duration::from_secs(1_706_706_045);
    let times = fs::FileTimes::new().set_modified(taken).set_accessed(taken);
    fs::File::options()
        .write(true)
        .open(&original)
        .unwrap()
        .set_times(times)
        .unwrap();
    let photos = found([original]);
    let modified = |path: &Path| -> SystemTime { path.metadata().unwrap().modified().unwrap() };

    let neutral = outcomes(&photos, &Request::default(), None);
    assert_eq!(
        modified(output(&neutral[0])),
        UNIX_EPOCH + NEUTRAL_FILE_TIME
    );
    let request = Request {
        keep_times: true,
        ..Request::default()
    };
    let kept = outcomes(&photos, &request, None);
    assert_eq!(modified(output(&kept[0])), taken);
}

#[test]
fn a_wrong_extension_is_noted_and_kept() {
    let folder = folder(&[("a.jpg", &photo(true))]);
    let outcomes = outcomes(
        &found([folder.path().join("a.jpg")]),
        &Request::default(),
        None,
    );
    let Outcome::Done(finished) = &outcomes[0] else {
        panic!("{outcomes:?}");
    };
    assert_eq!(
        finished.notes,
        ["The name ends in .jpg, but the file is a GIF."]
    );
    assert_eq!(names(folder.path()), ["a.jpg", "a_clean.jpg"]);
}
