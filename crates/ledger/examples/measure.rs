//! How long the ledger takes, at a size of your choice, beside what it may take:
//!
//! ```text
//! cargo run --release -p cloakroom-ledger --example measure -- SCRATCH DISK [RECORDS]
//! ```
//!
//! Fills a ledger in the folder `SCRATCH`, best in memory; measures appending in the folder `DISK`. A line that begins
//! with `bound ok` or `bound broken` is about something that we promise.

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ledger::bundle::Choice;
use ledger::{Cost, Digest, ExportFormat, Extras, Facts, Ledger, Pdq, Query};
use rusqlite::Connection;

const NOON: &str = "2026-01-31T12:00:00Z";
/// How often what is quick is done; the median counts.
const TIMES: usize = 301;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let mut folder = || arguments.next().map(PathBuf::from);
    let (scratch, disk) = (folder().ok_or("SCRATCH")?, folder().ok_or("DISK")?);
    let count: u64 = match arguments.next() {
        Some(text) => text.to_str().ok_or("not a number")?.parse()?,
        None => 100_000,
    };
    let path = scratch.join("measure.sqlite");
    let ledger = Ledger::open(&path, chance)?;
    timed(&format!("append {count} records in memory"), || {
        (0..count).try_for_each(|number| {
            ledger
                .append_with(&facts(number), &extras(number), NOON)
                .map(drop)
        })
    })?;
    drop(ledger);
    let bytes = fs::metadata(&path)?.len();
    let each = bytes as f64 / count as f64;
    println!("{:>34} {each:>9.0} bytes", "a record with PDQ, in the file");
    bound("2 KB or less per record", each, 2_048.0, "bytes");

    let mark = scratch.join("measure.sqlite-mark");
    // Of the processor, which a busy machine hardly changes, and as a person waits for it.
    let opening = |marked: bool| -> Result<(f64, f64), Box<dyn Error>> {
        let (mut busy, mut waited) = (Vec::new(), Vec::new());
        for _ in 0..5 {
            if !marked {
                let _ = fs::remove_file(&mark);
            }
            let before = processor_seconds();
            let (took, ledger) = seconds(|| Ledger::open(&path, chance))?;
            let after = processor_seconds();
            busy.push(
                after
                    .zip(before)
                    .map_or(took, |(after, before)| after - before),
            );
            waited.push(took);
            drop(ledger);
        }
        Ok((median(busy), median(waited)))
    };
    let (busy, waited) = opening(false)?;
    println!(
        "{:>34} {:>9.2} ms",
        "opening, as one waits for it",
        waited * 1e3
    );
    let what = format!("opening a ledger of {count} in 1 s, every record walked");
    let most = count as f64 / 100_000.0;
    bound(&what, busy, most, "s of the processor");
    let (busy, waited) = opening(true)?;
    println!("{:>34} {:>9.2} ms", "opening it by its mark", waited * 1e3);
    println!("{:>34} {:>9.2} ms", "of the processor", busy * 1e3);
    let ledger = Ledger::open(&path, chance)?;
    timed("closing it, unchanged", || {
        drop(ledger);
        Ok::<_, io::Error>(())
    })?;
    let ledger = Ledger::open(&path, chance)?;
    timed("a full check", || ledger.check_all())?;
    drop(ledger);

    let ledger = Ledger::open(&path, chance)?;
    let mut proofs = Vec::new();
    for number in (1..=count).step_by((count / 1_000).max(1).try_into()?) {
        let (took, proof) = seconds(|| Ok::<_, io::Error>(ledger.inclusion(number, count)))?;
        assert!(proof.is_some(), "there is a proof for every record");
        proofs.push(took);
    }
    bound(
        "an inclusion proof in 1 ms",
        median(proofs) * 1e3,
        1.0,
        "ms",
    );

    let text = |text: &str| Query {
        text: text.to_owned(),
        ..Query::default()
    };
    let newest = timed("list the newest 100", || ledger.list(&text("")))?;
    timed("list by a digest's beginning", || {
        ledger.list(&text("abcd"))
    })?;
    if let Some(record) = newest.records.last() {
        timed("get by id", || ledger.get(&record.id))?;
        let digest = record.facts.output_sha256;
        timed("find a digest, the first time", || {
            ledger.find_digest(&digest)
        })?;
        timed("find a digest, then", || ledger.find_digest(&digest))?;
        timed("sign a checkpoint", || ledger.sign_checkpoint(NOON))?;
        timed("a proof bundle", || {
            ledger.prove(&record.id, &Choice::default(), NOON)
        })?;
    }
    timed("export CSV", || {
        ledger.export(ExportFormat::Csv, &mut io::sink())
    })?;
    timed("backup", || ledger.backup("passphrase", Cost::default()))?;
    drop(ledger);
    appending(&path, &disk)
}

/// Appending to the ledger, in turns with one bare commit of SQLite with the same promises about the disk.
fn appending(filled: &Path, disk: &Path) -> Result<(), Box<dyn Error>> {
    let path = disk.join("measure.sqlite");
    fs::copy(filled, &path)?;
    let ledger = Ledger::open(&path, chance)?;
    let bare = Connection::open(disk.join("bare.sqlite"))?;
    bare.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = EXTRA; PRAGMA fullfsync = 1;
        CREATE TABLE bare (number INTEGER PRIMARY KEY, payload BLOB) STRICT",
    )?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for number in 0..TIMES as u64 {
        ours.push(seconds(|| ledger.append_with(&facts(number), &extras(number), NOON))?.0);
        theirs.push(seconds(|| bare.execute("INSERT INTO bare (payload) VALUES (x'00')", ()))?.0);
    }
    let (ours, theirs) = (median(ours) * 1e3, median(theirs) * 1e3);
    println!("{:>34} {theirs:>9.2} ms", "one bare commit of SQLite");
    println!("{:>34} {ours:>9.2} ms", "appending, on this disk");
    let what = "appending in 1.5 times a bare commit";
    bound(what, ours / theirs, 1.5, "times");
    let what = "appending in 5 ms beyond a bare commit";
    bound(what, ours - theirs, 5.0, "ms");
    drop((ledger, bare));
    for name in ["measure.sqlite", "bare.sqlite"] {
        fs::remove_file(disk.join(name))?;
    }
    Ok(())
}

fn chance(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(io::Error::other)
}

fn facts(number: u64) -> Facts {
    let digest = |what| Digest::of(format!("{what} {number}").as_bytes());
    Facts {
        original_sha256: digest("original"),
        output_sha256: digest("output"),
        pixels_sha256: Some(digest("pixels")),
        original_bytes: 4_000_000 + number,
        output_bytes: 3_990_000 + number,
        width: 4032,
        height: 3024,
        container: "jpeg".to_owned(),
        app_version: "0.1.0".to_owned(),
    }
}

fn extras(number: u64) -> Extras {
    let digest = *Digest::of(&number.to_be_bytes()).as_bytes();
    let mut extras = Extras::default();
    extras.tiles_root = Some(digest.into());
    extras.pdq = Some(Pdq {
        nearest: digest,
        boxed: digest,
        dihedral: [digest; 8],
        quality: 100,
    });
    extras
}

fn bound(what: &str, measured: f64, most: f64, unit: &str) {
    let told = if measured <= most { "ok" } else { "broken" };
    println!("bound {told}: {what}: {measured:.3} {unit}");
}

fn seconds<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<(f64, T), E> {
    let started = Instant::now();
    let done = work()?;
    Ok((started.elapsed().as_secs_f64(), done))
}

/// What this thread took of the processor so far; nothing where the system does not say.
fn processor_seconds() -> Option<f64> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = told.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn timed<T, E>(what: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let (took, done) = seconds(work)?;
    println!("{what:>34} {:>9.2} ms", took * 1e3);
    Ok(done)
}
