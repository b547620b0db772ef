//! The process that decodes pictures: what it can do, and what it cannot.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

use common::{PHOTO, workers};
use pipeline::worker::{NotDecoded, Picture, Workers};

fn picture(bytes: &[u8]) -> Picture<'_> {
    Picture {
        bytes,
        width: 1,
        height: 1,
        orientation: 1,
    }
}

#[test]
fn answers_as_the_decoder_in_this_process_does() {
    let workers = workers(1);
    let digest = workers.pixels_digest(&picture(PHOTO));
    assert!(digest.is_ok(), "{digest:?}");
    assert_eq!(digest, Workers::in_process().pixels_digest(&picture(PHOTO)));
    assert_eq!(
        workers.thumbnail(&picture(PHOTO), 160),
        Workers::in_process().thumbnail(&picture(PHOTO), 160)
    );
    assert_eq!(
        workers.pixels_digest(&picture(b"dear diary")),
        Err(NotDecoded::Undecodable)
    );
    // The same worker goes on after a picture that it could not decode.
    assert_eq!(workers.pixels_digest(&picture(PHOTO)), digest);
}

#[test]
fn sizes_that_lie_are_noticed_inside() {
    let mut huge = PHOTO.to_vec();
    huge[6..10].fill(0xFF);
    assert_eq!(
        workers(1).pixels_digest(&picture(&huge)),
        Err(NotDecoded::TooLarge)
    );
}

#[test]
fn many_at_once() {
    let workers = workers(3);
    let expected = Workers::in_process().pixels_digest(&picture(PHOTO));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    assert_eq!(workers.pixels_digest(&picture(PHOTO)), expected);
                }
            });
        }
    });
}

/// A request for the digest of a picture, as it goes through the pipe.
#[cfg(unix)]
fn request(picture: &[u8]) -> Vec<u8> {
    // The digest of upright pixels; no size, no tile and no seed.
    let mut request = [&[0, 1][..], &[0; 40]].concat();
    request.extend((picture.len() as u64).to_le_bytes());
    request.extend(picture);
    request
}

#[cfg(target_os = "linux")]
#[test]
fn confined_by_the_system() {
    use std::io::Read;
    let mut child = Command::new(env!("CARGO_BIN_EXE_cloakroom"))
        .arg("--worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut requests, mut replies) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    requests.write_all(&request(PHOTO)).unwrap();
    let mut reply = [0; 5 + 32];
    replies.read_exact(&mut reply).unwrap();
    assert_eq!(reply[..5], [0, 32, 0, 0, 0]);

    let about =
        |file: &str| std::fs::read_to_string(format!("/proc/{}/{file}", child.id())).unwrap();
    let status = about("status");
    if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
        assert!(status.contains("Seccomp:\t2"), "{status}");
    }
    assert!(status.contains("Threads:\t1\n"), "{status}");
    let limits = about("limits");
    let limit = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..]
            .split_whitespace()
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(limit("Max address space"), (3_u64 << 30).to_string());
    assert_eq!(limit("Max cpu time"), "120");
    for nothing in ["Max core file size", "Max file size", "Max open files"] {
        assert_eq!(limit(nothing), "0", "{nothing}");
    }

    // It ends by itself when there are no more requests.
    drop(requests);
    assert!(child.wait().unwrap().success());
}

#[cfg(unix)]
#[test]
fn a_worker_that_ended_is_replaced() {
    use std::os::unix::fs::PermissionsExt;
    // A worker that hears one request and then nothing more, so that it ends after its first picture.
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("short");
    let length = request(PHOTO).len();
    let script = format!(
        "#!/bin/sh\nhead -c {length} | {} --worker\n",
        env!("CARGO_BIN_EXE_cloakroom")
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    let workers = Workers::of(program, 1);
    for _ in 0..4 {
        assert!(workers.pixels_digest(&picture(PHOTO)).is_ok());
    }
}

#[test]
fn ends_on_nonsense() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cloakroom"))
        .arg("--worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(&[0xFF; 100]);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
}
