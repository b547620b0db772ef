//! Stopped midway, in order or not: nothing is lost, nothing is half-written.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]
#![cfg(unix)]

mod common;

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::{CLEAN, PHOTO, Place};

const PHOTOS: usize = 400;

fn place() -> Place {
    let files: Vec<_> = (0..PHOTOS)
        .map(|number| format!("{number:03}.gif"))
        .collect();
    Place::new(
        &files
            .iter()
            .map(|name| (name.as_str(), PHOTO))
            .collect::<Vec<_>>(),
    )
}

/// What a terminal does on Ctrl-C: SIGINT to the whole group.
fn press_ctrl_c(child: &Child) {
    let group = format!("-{}", child.id());
    assert!(
        Command::new("kill")
            .args(["-INT", "--", &group])
            .status()
            .unwrap()
            .success()
    );
}

/// Every original is whole, and every file with a final name too. Returns how many clean copies and unfinished files
/// there are.
fn check(place: &Place) -> (usize, usize) {
    let (mut clean, mut originals, mut unfinished) = (0, 0, 0);
    for name in place.names() {
        if name.starts_with(".cloakroom-") {
            unfinished += 1;
        } else if name.contains("_clean") {
            assert_eq!(place.read(&name), CLEAN, "{name}");
            clean += 1;
        } else {
            assert_eq!(place.read(&name), PHOTO, "{name}");
            originals += 1;
        }
    }
    assert_eq!(originals, PHOTOS);
    (clean, unfinished)
}

#[test]
fn ctrl_c_finishes_the_photos_in_hand() {
    let place = place();
    let mut command = place.command(&["clean", ".", "--json", "--jobs", "2"]);
    command.process_group(0);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    for _ in 0..5 {
        out.read_line(&mut text).unwrap();
    }
    press_ctrl_c(&child);
    out.read_to_string(&mut text).unwrap();
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{err}");
    assert!(err.contains("Stopping after the photos in hand."), "{err}");
    let told = text.lines().count();
    assert!((5..PHOTOS).contains(&told), "{told}");
    assert!(
        text.lines()
            .all(|line| line.contains(r#""outcome":"done""#) && line.contains(r#""notes":[]"#)),
        "{text}"
    );
    assert_eq!(check(&place), (told, 0));
    let (_, records, _) = place.run(&["ledger", "list", "--json"]);
    assert_eq!(records.lines().count(), told);
}

#[test]
fn killed_at_any_instant() {
    let place = place();
    let mut clean = 0;
    // Longer and longer, until some are finished: on a busy machine the start alone may take a while.
    for round in 0..400 {
        if round >= 12 && clean > 0 {
            break;
        }
        let mut command =
            place.command(&["clean", ".", "--quiet", "--no-record", "--name", "keep"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(4 + 3 * round));
        let _ = child.kill();
        child.wait().unwrap();
        clean = check(&place).0;
    }
    assert!(clean > 0, "some were finished");
    // What a kill leaves behind is left out the next time, and said.
    let (code, _, err) = place.run(&["inspect", "."]);
    let unfinished = check(&place).1;
    assert_eq!(code, 0);
    assert_eq!(
        err.contains("an unfinished copy of a run that was cut short"),
        unfinished > 0,
        "{err}"
    );
}
