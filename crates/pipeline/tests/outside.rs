//! What a file tells without being opened: shown, and not taken along.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use common::{clean_photo, folder, found, names, outcomes, photo};
use pipeline::{Carrier, Destination, Finished, Limits, Naming, Outcome, Request, Topic, inspect};

/// What is told of a photo's file: carrier, topic, value, and whether it stays.
fn told(finished: &Finished, carrier: Carrier) -> Vec<(Topic, &str, Option<bool>)> {
    let traces = finished.traces.iter();
    traces
        .filter(|trace| trace.carrier == carrier)
        .map(|trace| {
            (
                trace.finding.topic,
                trace.finding.value.as_str(),
                trace.stays,
            )
        })
        .collect()
}

fn clean(path: &Path, request: &Request) -> Outcome {
    outcomes(&found([path.to_owned()]), request, None).remove(0)
}

fn done(outcome: &Outcome) -> &Finished {
    match outcome {
        Outcome::Done(finished) => finished,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_telling_name_stays_unless_asked_otherwise_and_is_told() {
    let folder = folder(&[("IMG_20240131_142045.gif", &photo(true))]);
    let path = folder.path().join("IMG_20240131_142045.gif");
    let stays = |naming| {
        let request = Request {
            naming,
            ..Request::default()
        };
        let outcome = clean(&path, &request);
        let finished = done(&outcome);
        assert!(
            finished
                .findings
                .iter()
                .all(|found| found.topic == Topic::Text)
        );
        let told = told(finished, Carrier::Name);
        let [
            (Topic::Time, "2024-01-31 14:20:45", stays),
            (Topic::Device, _, _),
        ] = told[..]
        else {
            panic!("{told:?}");
        };
        stays.unwrap()
    };
    assert!(stays(Naming::Keep));
    assert!(!stays(Naming::Safe));
    assert!(!stays(Naming::Sequence));
    assert!(!stays(Naming::Random));
}

#[test]
fn name_and_time_alone_leave_a_photo_clean() {
    let folder = folder(&[("IMG_20240131_142045.gif", &clean_photo(true))]);
    let path = folder.path().join("IMG_20240131_142045.gif");
    let inspected = inspect(&path, &Limits::default()).unwrap();
    assert!(inspected.is_clean());
    assert_eq!(inspected.traces.len(), 3);
    assert!(inspected.traces.iter().all(|trace| trace.stays.is_none()));

    let outcome = clean(&path, &Request::default());
    let Outcome::AlreadyClean(finished) = &outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(finished.output, None);
    assert!(
        finished
            .traces
            .iter()
            .all(|trace| trace.stays == Some(true))
    );
}

#[test]
fn times_stay_only_when_asked() {
    let folder = folder(&[("a.gif", &photo(true))]);
    let path = folder.path().join("a.gif");
    for keep_times in [false, true] {
        let request = Request {
            keep_times,
            ..Request::default()
        };
        let outcome = clean(&path, &request);
        let told = told(done(&outcome), Carrier::Times);
        assert!(!told.is_empty());
        assert!(told.iter().all(|(.., stays)| *stays == Some(keep_times)));
    }
}

#[test]
#[cfg(not(windows))]
fn files_beside_it_are_told_and_left_alone() {
    let folder = folder(&[
        ("a.gif", &photo(true)),
        ("a.gif:Zone.Identifier", b"HostUrl=https://example.org/jane"),
    ]);
    let path = folder.path().join("a.gif");
    let before = names(folder.path());
    let outcome = clean(&path, &Request::default());
    assert_eq!(
        told(done(&outcome), Carrier::Sidecar),
        [(Topic::Provenance, "https://example.org/jane", Some(false))]
    );
    assert_eq!(names(folder.path()).len(), before.len() + 1);
}

#[cfg(target_os = "linux")]
mod notes {
    use rustix::fs::{XattrFlags, listxattr, setxattr};

    use super::*;

    const NOTES: &[(&str, &[u8])] = &[
        ("user.xdg.origin.url", b"https://example.org/jane"),
        ("user.xdg.referrer.url", b"https://example.org/"),
        ("user.xdg.comment", b"at the protest"),
        ("user.xdg.tags", b"protest,Jane"),
        ("user.com.apple.quarantine", b"0083;59b926ad;Safari;5584"),
        ("user.com.example.case", b"no. 7"),
    ];

    /// Whether the file has these notes now; not where the file system has none.
    fn attach(path: &Path) -> bool {
        let set = NOTES
            .iter()
            .all(|(name, note)| setxattr(path, *name, note, XattrFlags::empty()).is_ok());
        if !set {
            common::skipped("this file system has no extended attributes");
        }
        set
    }

    /// How many bytes the names of a file's notes take. Those of the system itself (such as access rights) count too;
    /// there are none in the tests' folders.
    fn notes(path: &Path) -> usize {
        listxattr(path, &mut [0_u8; 4_000][..]).unwrap()
    }

    #[test]
    fn are_told_and_do_not_reach_the_copy() {
        let folder = folder(&[("a.gif", &photo(true))]);
        let path = folder.path().join("a.gif");
        if !attach(&path) {
            return;
        }
        let request = |destination| Request {
            destination,
            keep_times: true,
            ..Request::default()
        };
        let elsewhere = Destination::Folder(folder.path().join("out"));
        for destination in [Destination::Beside, elsewhere] {
            let outcome = clean(&path, &request(destination));
            let finished = done(&outcome);
            let told = told(finished, Carrier::Attribute);
            assert_eq!(told.len(), NOTES.len() + 2, "{told:?}");
            assert!(told.iter().all(|(.., stays)| *stays == Some(false)));
            for value in ["https://example.org/jane", "at the protest", "Safari"] {
                assert!(told.iter().any(|(_, told, _)| *told == value), "{value}");
            }
            assert_eq!(notes(finished.output.as_deref().unwrap()), 0);
        }
        assert!(notes(&path) > 0, "the original is as it was");
    }

    #[test]
    fn make_a_clean_photo_worth_copying() {
        let folder = folder(&[("a.gif", &clean_photo(true))]);
        let path = folder.path().join("a.gif");
        if !attach(&path) {
            return;
        }
        assert!(!inspect(&path, &Limits::default()).unwrap().is_clean());
        let outcome = clean(&path, &Request::default());
        let copy = done(&outcome).output.clone().unwrap();
        assert_eq!(fs::read(&copy).unwrap(), fs::read(&path).unwrap());
        assert_eq!(notes(&copy), 0);
        assert!(inspect(&copy, &Limits::default()).unwrap().is_clean());
    }
}
