//! How fast many photos are cleaned, beside copying, ExifTool and mat2.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Bound;
use super::measure::{Cost, Scratch, cost, median, seconds};
use super::metadata::{MEGA, clean, size_of, slashed, write};
use crate::{jpeg, project, tools};

const SET_BYTES: usize = 400_000_000;
const SPEED_MIN: f64 = 500.0 * MEGA;
/// How often the fast ones run; each row shows the median.
const TIMES: usize = 7;
/// mat2 takes long for each file, so it gets a small part of the set; its speed is in bytes, as for all.
const MAT2_FILES: usize = 6;

/// Measures and prints, for real photos where there are some, and for made ones of the size that phones make.
///
/// # Errors
/// A tool cannot be run.
pub(super) fn measure(cloakroom: &Path, scratch: &Scratch) -> Result<Vec<Bound>, String> {
    let mut bounds = Vec::new();
    let set = scratch.empty("set")?;
    let real = fill_with_copies(&real_photos(cloakroom), &set)?;
    if !real.is_empty() {
        bounds.push(table(
            "real photos, repeated",
            &real,
            &set,
            cloakroom,
            scratch,
        )?);
    }
    let set = scratch.empty("set")?;
    bounds.push(table(
        "photos made here",
        &fill_with_noise(&set)?,
        &set,
        cloakroom,
        scratch,
    )?);
    Ok(bounds)
}

fn table(
    name: &str,
    files: &[PathBuf],
    set: &Path,
    cloakroom: &Path,
    scratch: &Scratch,
) -> Result<Bound, String> {
    let bytes = size_of(files)?;
    println!(
        "\n{} {name}, {:.0} MB; median of {TIMES}\n",
        files.len(),
        bytes / MEGA
    );
    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>10} {:>9}",
        "", "seconds", "CPU s", "MB/s", "MB/s core", "times cp"
    );

    let out = || scratch.empty("out");
    // In turns, so that a busy moment of the machine falls on all of them.
    let (mut copied, mut one, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        copied.push(cost(Command::new("cp").arg("-r").arg(set).arg(out()?))?);
        one.push(cost(clean(cloakroom, set, &out()?).args(["--jobs", "1"]))?);
        all.push(cost(&clean(cloakroom, set, &out()?))?);
    }
    let (copied, one, all) = (middle(&copied), middle(&one), middle(&all));
    let row = |name: &str, bytes: f64, cost: Cost, whole: f64| {
        let Cost { wall_s, cpu_s, .. } = cost;
        let (speed, core, times) = (
            bytes / wall_s / MEGA,
            bytes / cpu_s / MEGA,
            wall_s / bytes * whole / copied.wall_s,
        );
        println!("{name:<34} {wall_s:>9.2} {cpu_s:>9.2} {speed:>9.0} {core:>10.0} {times:>9.1}");
    };
    row("cp -r", bytes, copied, bytes);
    row("cloakroom clean --jobs 1", bytes, one, bytes);
    row("cloakroom clean", bytes, all, bytes);
    let exiftool = cost(
        Command::new("exiftool")
            .args(["-q", "-q", "-all=", "-o"])
            .arg(slashed(&out()?))
            .arg(set),
    )?;
    row("exiftool -all= (once)", bytes, exiftool, bytes);
    if tools::found("mat2") {
        for (name, options) in [
            ("mat2 (once, a part)", &[][..]),
            ("mat2 --lightweight (once, a part)", &["--lightweight"]),
        ] {
            let part = copies(&files[..files.len().min(MAT2_FILES)], &out()?)?;
            let cost = cost(Command::new("mat2").args(options).args(&part))?;
            row(name, size_of(&part)?, cost, bytes);
        }
    }
    let core = bytes / one.cpu_s;
    let what = format!(
        "{name}: {:.0} MB/s or more per core: {:.0} MB/s",
        SPEED_MIN / MEGA,
        core / MEGA
    );
    Ok(Bound {
        what,
        holds: core >= SPEED_MIN,
    })
}

/// The median of each.
fn middle(costs: &[Cost]) -> Cost {
    let of = |field: fn(&Cost) -> f64| median(costs.iter().map(field).collect());
    Cost {
        wall_s: of(|cost| cost.wall_s),
        cpu_s: of(|cost| cost.cpu_s),
        peak_bytes: of(|cost| cost.peak_bytes),
    }
}

/// The JPEG files of the corpus that are whole: what is refused takes no time and would flatter us.
fn real_photos(cloakroom: &Path) -> Vec<PathBuf> {
    let entries = project::corpus().and_then(|folder| folder.read_dir().ok());
    let paths = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let is_whole =
        |path: &PathBuf| seconds(Command::new(cloakroom).arg("inspect").arg(path)).is_ok();
    let mut photos: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "jpg"))
        .filter(is_whole)
        .collect();
    photos.sort();
    photos
}

/// Fills a folder with these photos, over and over.
fn fill_with_copies(photos: &[PathBuf], folder: &Path) -> Result<Vec<PathBuf>, String> {
    let (mut files, mut bytes) = (Vec::new(), 0);
    for photo in photos.iter().cycle() {
        if bytes >= SET_BYTES as u64 {
            break;
        }
        let file = folder.join(format!("{:05}.jpg", files.len()));
        bytes +=
            std::fs::copy(photo, &file).map_err(|error| format!("{}: {error}", photo.display()))?;
        files.push(file);
    }
    Ok(files)
}

fn fill_with_noise(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let make = |number: usize| {
        let file = folder.join(format!("{number:05}.jpg"));
        write(&file, &jpeg::photo(4_000_000, number as u64 + 1))?;
        Ok(file)
    };
    (0..SET_BYTES / 4_000_000).map(make).collect()
}

fn copies(files: &[PathBuf], folder: &Path) -> Result<Vec<PathBuf>, String> {
    let copy = |file: &PathBuf| {
        let copy = folder.join(file.file_name().unwrap_or_default());
        std::fs::copy(file, &copy).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(copy)
    };
    files.iter().map(copy).collect()
}
