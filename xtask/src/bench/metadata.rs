//! Cleaning, beside copying, ExifTool and mat2.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::{Scratch, cost, median, seconds};
use super::{Bound, inspect, throughput};
use crate::jpeg;

pub(super) const MEGA: f64 = 1e6;
const SCRATCH_BYTES: u64 = 3_000_000_000;
/// How often a single photo is cleaned; the median is shown.
const TIMES: usize = 21;

/// Measures, prints, and tells which promises hold.
///
/// # Errors
/// A tool cannot be run.
pub(super) fn measure(cloakroom: &Path) -> Result<Vec<Bound>, String> {
    let scratch = Scratch::new(SCRATCH_BYTES)?;
    let mut bounds = throughput::measure(cloakroom, &scratch)?;
    bounds.extend(single(cloakroom, &scratch)?);
    bounds.extend(memory(cloakroom, &scratch)?);
    bounds.extend(inspect::measure(cloakroom, &scratch)?);
    println!();
    for bound in &bounds {
        println!(
            "{}  {}",
            if bound.holds {
                "holds         "
            } else {
                "DOES NOT HOLD "
            },
            bound.what
        );
    }
    Ok(bounds)
}

/// One photo of 4 MB, with the start of the process.
fn single(cloakroom: &Path, scratch: &Scratch) -> Result<Vec<Bound>, String> {
    let photo = scratch.empty("single")?.join("photo.jpg");
    write(&photo, &jpeg::photo(4_000_000, 1))?;
    let (mut copied, mut cleaned, mut exiftool) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        copied.push(1e3 * seconds(Command::new("cp").arg(&photo).arg(scratch.empty("out")?))?);
        cleaned.push(1e3 * seconds(&mut clean(cloakroom, &photo, &scratch.empty("out")?))?);
    }
    for _ in 0..3 {
        let out = slashed(&scratch.empty("out")?);
        exiftool.push(
            1e3 * seconds(
                Command::new("exiftool")
                    .args(["-q", "-all=", "-o"])
                    .arg(out)
                    .arg(&photo),
            )?,
        );
    }
    let (copied, cleaned, exiftool) = (median(copied), median(cleaned), median(exiftool));
    println!("\nOne photo of 4 MB, process start included; median of {TIMES}\n");
    println!("{:<34} {:>9} {:>10}", "", "ms", "times cp");
    for (name, took) in [
        ("cp", copied),
        ("cloakroom clean", cleaned),
        ("exiftool -all=", exiftool),
    ] {
        println!("{name:<34} {took:>9.1} {:>10.1}", took / copied);
    }
    Ok(vec![Bound {
        what: format!("a single 4 MB photo in 30 ms or less: {cleaned:.1} ms"),
        holds: cleaned <= 30.0,
    }])
}

/// The most memory for one photo of several sizes, and for a folder of ten thousand.
fn memory(cloakroom: &Path, scratch: &Scratch) -> Result<Vec<Bound>, String> {
    println!(
        "\nPeak memory, in MB\n\n{:<34} {:>9} {:>10}",
        "", "peak", "bound"
    );
    let mut bounds = Vec::new();
    let folder = scratch.empty("set")?;
    for megabytes in [4, 32, 128] {
        let photo = folder.join(format!("{megabytes}.jpg"));
        write(&photo, &jpeg::photo(megabytes * 1_000_000, 2))?;
        let bytes = size_of(std::slice::from_ref(&photo))?;
        let peak = cost(&clean(cloakroom, &photo, &scratch.empty("out")?))?.peak_bytes;
        bounds.push(memory_row(
            &format!("one photo of {megabytes} MB"),
            peak,
            2.0 * bytes + 64.0 * MEGA,
        ));
    }
    let folder = scratch.empty("set")?;
    let first = scratch.empty("single")?.join("photo.jpg");
    write(&first, &jpeg::photo(0, 3))?;
    for number in 0..10_000 {
        // Links: ten thousand names for one file, so that the folder fits in memory.
        let name = folder.join(format!("{number:05}.jpg"));
        std::fs::hard_link(&first, &name)
            .map_err(|error| format!("{}: {error}", name.display()))?;
    }
    let peak = cost(&clean(cloakroom, &folder, &scratch.empty("out")?))?.peak_bytes;
    bounds.push(memory_row("a folder of 10,000 photos", peak, 512.0 * MEGA));
    Ok(bounds)
}

fn memory_row(name: &str, peak: f64, bound: f64) -> Bound {
    println!("{name:<34} {:>9.0} {:>10.0}", peak / MEGA, bound / MEGA);
    let what = format!(
        "{name} in {:.0} MB or less: {:.0} MB",
        bound / MEGA,
        peak / MEGA
    );
    Bound {
        what,
        holds: peak <= bound,
    }
}

pub(super) fn clean(cloakroom: &Path, what: &Path, out: &Path) -> Command {
    let mut command = Command::new(cloakroom);
    command
        .arg("clean")
        .arg(what)
        .arg("--no-record")
        .arg("--out")
        .arg(out);
    command
}

pub(super) fn size_of(files: &[PathBuf]) -> Result<f64, String> {
    let size = |file: &PathBuf| {
        file.metadata()
            .map_err(|error| format!("{}: {error}", file.display()))
    };
    files.iter().map(|file| Ok(size(file)?.len() as f64)).sum()
}

pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<(), String> {
    std::fs::write(file, bytes).map_err(|error| format!("{}: {error}", file.display()))
}

/// ExifTool takes an output for a folder only when it ends in a slash.
pub(super) fn slashed(folder: &Path) -> PathBuf {
    folder.join("")
}
