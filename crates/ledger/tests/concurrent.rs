//! Several handles, threads and processes on one ledger.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::thread;

use common::{NOON, everything, facts, ledger_of, open, place};
use ledger::Query;

/// Set for a process that this test starts: the ledger it appends to.
const PATH: &str = "LEDGER_TEST_PATH";
/// Set for a process that this test starts: how many records it appends.
const COUNT: &str = "LEDGER_TEST_COUNT";

/// Not a test of its own: what the processes started below do.
#[test]
fn appending_process() {
    let (Some(path), Ok(count)) = (std::env::var_os(PATH), std::env::var(COUNT)) else {
        return;
    };
    let ledger = open(path.as_ref()).unwrap();
    for number in 0..count.parse::<u64>().unwrap() {
        let name = format!("{} {number}", std::process::id());
        let record = ledger.append(&facts(&name), NOON).unwrap();
        // The line leaves after the record is on the disk.
        println!("\nappended {}", record.id);
    }
}

fn process(path: &std::path::Path, count: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "appending_process", "--nocapture"])
        .env(PATH, path)
        .env(COUNT, count.to_string())
        .stdout(Stdio::piped());
    command
}

fn appended(line: &str) -> Option<String> {
    line.strip_prefix("appended ").map(str::to_owned)
}

#[test]
fn two_handles_and_many_threads_make_one_chain() {
    const THREADS: usize = 4;
    const EACH: usize = 25;
    let (_folder, path) = place();
    let handles = [open(&path).unwrap(), open(&path).unwrap()];
    let mut ids: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .flat_map(|thread| handles.iter().map(move |handle| (thread, handle)))
            .map(|(thread, handle)| {
                scope.spawn(move || {
                    (0..EACH)
                        .map(|number| {
                            let name = format!("{handle:p} {thread} {number}");
                            handle.append(&facts(&name), NOON).unwrap().id
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    // Both handles see all, and the chain is whole to a third.
    let records = everything(&handles[0]);
    assert_eq!(records, everything(&handles[1]));
    assert_eq!(records, everything(&open(&path).unwrap()));
    assert_eq!(records.len(), 2 * THREADS * EACH);
    let mut found: Vec<String> = records.into_iter().map(|record| record.id).collect();
    found.sort();
    ids.sort();
    assert_eq!(found, ids);
}

#[test]
fn whoever_comes_first_makes_the_ledger() {
    const THREADS: usize = 8;
    for _ in 0..10 {
        let (_folder, path) = place();
        let barrier = Barrier::new(THREADS);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (path, barrier) = (&path, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    let ledger = open(path).unwrap();
                    ledger.append(&facts(&number.to_string()), NOON).unwrap();
                });
            }
        });
        let ledger = open(&path).unwrap();
        assert_eq!(
            ledger.list(&Query::default()).unwrap().total,
            THREADS as u64
        );
    }
}

#[test]
fn two_processes_make_one_chain() {
    let (_folder, path) = place();
    let processes = [(); 2].map(|()| process(&path, 40).spawn().unwrap());
    let mut ids: Vec<String> = processes
        .into_iter()
        .flat_map(|process| {
            let output = process.wait_with_output().unwrap();
            assert!(output.status.success());
            let lines = String::from_utf8(output.stdout).unwrap();
            lines.lines().filter_map(appended).collect::<Vec<_>>()
        })
        .collect();
    let records = everything(&open(&path).unwrap());
    let mut found: Vec<String> = records.into_iter().map(|record| record.id).collect();
    found.sort();
    ids.sort();
    assert_eq!(found.len(), 80);
    assert_eq!(found, ids);
}

#[test]
fn a_process_killed_while_it_appends_loses_nothing_that_it_was_told_is_recorded() {
    let (_folder, path, before) = ledger_of(1);
    for round in 1..=5 {
        let mut process = process(&path, u64::MAX).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut ids: Vec<String> = lines
            .by_ref()
            .map_while(Result::ok)
            .filter_map(|line| appended(&line))
            .take(10 * round)
            .collect();
        process.kill().unwrap();
        process.wait().unwrap();
        // What it still said before it died.
        ids.extend(
            lines
                .map_while(Result::ok)
                .filter_map(|line| appended(&line)),
        );

        let ledger = open(&path).unwrap();
        for id in &ids {
            assert_eq!(&ledger.get(id).unwrap().id, id);
        }
        assert_eq!(ledger.get(&before[0].id).unwrap(), before[0]);
        ledger.append(&facts("after the crash"), NOON).unwrap();
    }
}

/// Killed at two hundred points of an append, some tens of microseconds from each other: whatever was being written, the
/// ledger opens, holds all that was told, and goes on.
#[cfg(unix)]
#[test]
fn a_kill_at_any_point_of_an_append_leaves_a_whole_ledger() {
    const POINTS: u32 = 200;
    let (_folder, path, _) = ledger_of(1);
    let mut least = 1;
    for point in 0..POINTS {
        let mut process = process(&path, u64::MAX).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| appended(&line));
        assert!(first.is_some());
        thread::sleep(std::time::Duration::from_micros(u64::from(point) * 40));
        process.kill().unwrap();
        process.wait().unwrap();
        let more = lines
            .map_while(Result::ok)
            .filter_map(|line| appended(&line));
        least += 1 + more.count() as u64;
        let total = open(&path).unwrap().list(&Query::default()).unwrap().total;
        // One more may be on the disk than was told: the line was under way.
        assert!(
            total == least || total == least + 1,
            "{point}: {total}, {least}"
        );
        least = total;
    }
    assert!(open(&path).unwrap().check_all().is_ok());
}
