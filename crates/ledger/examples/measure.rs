//! How long the ledger takes, at a size of your choice:
//!
//! ```text
//! cargo run --release -p cloakroom-ledger --example measure -- FOLDER [RECORDS]
//! ```
//!
//! Makes `FOLDER/measure.sqlite`, or goes on with the one that is there.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::time::Instant;

use ledger::{Digest, ExportFormat, Facts, Ledger, Query};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = arguments.next().ok_or("name a folder to measure in")?;
    let count: u64 = match arguments.next() {
        Some(text) => text.to_str().ok_or("not a number")?.parse()?,
        None => 100_000,
    };
    let path = PathBuf::from(folder).join("measure.sqlite");
    let ledger = Ledger::open(&path, chance)?;
    let there = ledger
        .list(&Query {
            limit: 0,
            ..Query::default()
        })?
        .total;
    timed(
        &format!("append {} records", count.saturating_sub(there)),
        || {
            (there..count).try_for_each(|number| {
                ledger
                    .append(&facts(number), "2026-01-31T12:00:00Z")
                    .map(drop)
            })
        },
    )?;
    drop(ledger);

    let ledger = timed("open and verify", || Ledger::open(&path, chance))?;
    timed("append one", || {
        ledger.append(&facts(count), "2026-01-31T12:00:00Z")
    })?;
    let text = |text: &str| Query {
        text: text.to_owned(),
        ..Query::default()
    };
    let newest = timed("list the newest 100", || ledger.list(&text("")))?;
    timed("list by container", || ledger.list(&text("jpeg")))?;
    timed("list by a digest's beginning", || {
        ledger.list(&text("abcd"))
    })?;
    if let Some(record) = newest.records.last() {
        timed("get by id", || ledger.get(&record.id))?;
        timed("find a digest", || {
            ledger.find_digest(&record.facts.output_sha256)
        })?;
    }
    timed("export CSV", || {
        ledger.export(ExportFormat::Csv, &mut io::sink())
    })?;
    timed("export JSON", || {
        ledger.export(ExportFormat::Json, &mut io::sink())
    })?;
    println!(
        "{:>28} {:>9} bytes",
        "file",
        std::fs::metadata(&path)?.len()
    );
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

fn timed<T, E>(what: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let started = Instant::now();
    let done = work()?;
    println!(
        "{what:>28} {:>9.1} ms",
        started.elapsed().as_secs_f64() * 1e3
    );
    Ok(done)
}
