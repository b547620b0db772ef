//! Stopping midway: what was begun is finished, the rest is left alone.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::fs;
use std::sync::Mutex;

use common::{clean_photo, folder, found, names, photo};
use pipeline::{Cancel, Event, Outcome, Request, run};

#[test]
fn finished_files_stay_and_nothing_is_half_written() {
    let folder = folder(&[]);
    let paths: Vec<_> = (0..200)
        .map(|number| folder.path().join(format!("{number:03}.gif")))
        .collect();
    paths
        .iter()
        .for_each(|path| fs::write(path, photo(true)).unwrap());
    let photos = found(paths);
    let request = Request {
        jobs: 4,
        ..Request::default()
    };
    let cancel = Cancel::new();
    let (started, finished) = (Mutex::new(0), Mutex::new(vec![None; photos.len()]));
    let summary = run(&photos, &request, None, &cancel, &|event| match event {
        Event::Started { .. } => *started.lock().unwrap() += 1,
        Event::Cloaking { .. } => {}
        Event::Finished { index, outcome } => {
            finished.lock().unwrap()[index] = Some(outcome);
            if index == 20 {
                cancel.cancel();
            }
        }
    });
    let finished: Vec<_> = finished
        .into_inner()
        .unwrap()
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(finished.len(), 200, "every photo has an ending");
    assert!(summary.done > 20 && summary.done < 200, "{summary:?}");
    assert_eq!(
        summary.done,
        *started.lock().unwrap(),
        "what was begun was finished"
    );
    assert_eq!(summary.cancelled, 200 - summary.done);
    let done: Vec<_> = finished
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Done(finished) => finished.output.as_deref(),
            _ => None,
        })
        .collect();
    assert_eq!(names(folder.path()).len(), 200 + done.len());
    assert!(
        done.iter()
            .all(|output| fs::read(output).unwrap() == clean_photo(true))
    );
}

#[test]
fn cancelled_before_the_start() {
    let folder = folder(&[("a.gif", &photo(true))]);
    let cancel = Cancel::new();
    cancel.cancel();
    let summary = run(
        &found([folder.path().join("a.gif")]),
        &Request::default(),
        None,
        &cancel,
        &|event| {
            let cancelled = Outcome::Cancelled;
            assert_eq!(
                event,
                Event::Finished {
                    index: 0,
                    outcome: cancelled
                }
            );
        },
    );
    assert_eq!(summary.cancelled, 1);
    assert_eq!(names(folder.path()), ["a.gif"]);
}
