//! Cleaning, beside copying and other tools.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::{Scratch, cost, median, seconds};
use super::{Bound, inspect, throughput};
use crate::photos::{self, KINDS};

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

/// One photo of 4 MB of each kind, with the start of the process.
fn single(cloakroom: &Path, scratch: &Scratch) -> Result<Vec<Bound>, String> {
    println!("\nOne photo of 4 MB, process start included, in ms; median of {TIMES}\n");
    println!(
        "{:<10} {:>9} {:>16} {:>9} {:>16}",
        "", "cp", "cloakroom clean", "times cp", "exiftool -all="
    );
    let mut bounds = Vec::new();
    for kind in KINDS {
        let Some(make) = kind.photo else { continue };
        let photo = scratch
            .empty("single")?
            .join(format!("photo.{}", kind.extensions[0]));
        write(&photo, &make(4_000_000, 1))?;
        let (mut copied, mut cleaned, mut exiftool) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..TIMES {
            copied.push(1e3 * seconds(Command::new("cp").arg(&photo).arg(scratch.empty("out")?))?);
            cleaned.push(1e3 * seconds(&mut clean(cloakroom, &photo, &scratch.empty("out")?))?);
        }
        for _ in 0..3 {
            let out = slashed(&scratch.empty("out")?);
            let mut command = Command::new("exiftool");
            command.args(["-q", "-all=", "-o"]).arg(out).arg(&photo);
            // There are kinds of which it writes none.
            exiftool.extend(seconds(&mut command).ok().map(|time| 1e3 * time));
        }
        let (copied, cleaned, exiftool) = (median(copied), median(cleaned), median(exiftool));
        println!(
            "{:<10} {copied:>9.1} {cleaned:>16.1} {:>9.1} {exiftool:>16.1}",
            kind.name,
            cleaned / copied
        );
        bounds.push(Bound {
            what: format!(
                "a single 4 MB {} in 30 ms or less: {cleaned:.1} ms",
                kind.name
            ),
            holds: cleaned <= 30.0,
        });
    }
    Ok(bounds)
}

/// The most memory for one photo of each kind in several sizes, and for a folder of ten thousand.
fn memory(cloakroom: &Path, scratch: &Scratch) -> Result<Vec<Bound>, String> {
    println!(
        "\nPeak memory, in MB\n\n{:<34} {:>9} {:>10}",
        "", "peak", "bound"
    );
    let mut bounds = Vec::new();
    for kind in KINDS {
        let Some(make) = kind.photo else { continue };
        for megabytes in [4, 32, 128] {
            let photo = scratch
                .empty("set")?
                .join(format!("photo.{}", kind.extensions[0]));
            write(&photo, &make(megabytes * 1_000_000, 2))?;
            let bytes = size_of(std::slice::from_ref(&photo))?;
            let peak = cost(&clean(cloakroom, &photo, &scratch.empty("out")?))?.peak_bytes;
            bounds.push(memory_row(
                &format!("one {} of {megabytes} MB", kind.name),
                peak,
                2.0 * bytes + 64.0 * MEGA,
            ));
        }
    }
    let folder = scratch.empty("set")?;
    let first = scratch.empty("single")?.join("photo.jpg");
    write(&first, &photos::jpeg(0, 3))?;
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
