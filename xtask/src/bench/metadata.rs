//! Cleaning, beside copying, ExifTool and mat2.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Bound;
use super::measure::{Scratch, median, peak_bytes, seconds};
use crate::{jpeg, project, tools};

const MEGA: f64 = 1e6;
const SET_BYTES: usize = 400_000_000;
const SCRATCH_BYTES: u64 = 3_000_000_000;
/// How often the fast ones run; each row shows the median.
const TIMES: usize = 7;
/// mat2 draws every picture anew, so it gets a small part of the set; its speed is given in bytes, as for all.
const MAT2_FILES: usize = 6;

/// Measures, prints, and tells which promises hold.
///
/// # Errors
/// A tool cannot be run.
pub(super) fn measure(cloakroom: &Path) -> Result<Vec<Bound>, String> {
    let scratch = Scratch::new(SCRATCH_BYTES)?;
    let mut bounds = throughput(cloakroom, &scratch)?;
    bounds.extend(single(cloakroom, &scratch)?);
    bounds.extend(memory(cloakroom, &scratch)?);
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

/// A set of JPEG files, each tool over all of them.
fn throughput(cloakroom: &Path, scratch: &Scratch) -> Result<Vec<Bound>, String> {
    let set = scratch.empty("set")?;
    let (files, origin) = fill(&set)?;
    let bytes = size_of(&files)?;
    println!(
        "\n{} JPEG files, {:.0} MB, {origin}; median of {TIMES}\n",
        files.len(),
        bytes / MEGA
    );
    println!(
        "{:<34} {:>9} {:>9} {:>10}",
        "", "seconds", "MB/s", "times cp"
    );

    let out = || scratch.empty("out");
    // In turns, so that a busy moment of the machine falls on all of them.
    let (mut copied, mut one, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        copied.push(seconds(Command::new("cp").arg("-r").arg(&set).arg(out()?))?);
        one.push(seconds(
            clean(cloakroom, &set, &out()?).args(["--jobs", "1"]),
        )?);
        all.push(seconds(&mut clean(cloakroom, &set, &out()?))?);
    }
    let cp = bytes / median(copied);
    let one = bytes / median(one);
    row("cp -r", bytes, cp, cp);
    row("cloakroom clean --jobs 1", bytes, one, cp);
    row("cloakroom clean", bytes, bytes / median(all), cp);
    let took = seconds(
        Command::new("exiftool")
            .args(["-q", "-q", "-all=", "-o"])
            .arg(slashed(&out()?))
            .arg(&set),
    )?;
    row("exiftool -all= (once)", bytes, bytes / took, cp);
    if tools::found("mat2") {
        let part = copies(&files[..files.len().min(MAT2_FILES)], &out()?)?;
        let bytes = size_of(&part)?;
        let took = seconds(Command::new("mat2").arg("--lightweight").args(&part))?;
        row("mat2 --lightweight (once, a part)", bytes, bytes / took, cp);
        let part = copies(&files[..files.len().min(MAT2_FILES)], &out()?)?;
        let took = seconds(Command::new("mat2").args(&part))?;
        row("mat2 (once, a part)", bytes, bytes / took, cp);
    }
    Ok(vec![Bound {
        what: format!("500 MB/s or more on one core: {:.0} MB/s", one / MEGA),
        holds: one >= 500.0 * MEGA,
    }])
}

/// One photo of 4 MB, with the start of the process.
fn single(cloakroom: &Path, scratch: &Scratch) -> Result<Vec<Bound>, String> {
    let photo = scratch.empty("single")?.join("photo.jpg");
    write(&photo, &jpeg::photo(4_000_000, 1))?;
    let (mut copied, mut cleaned, mut exiftool) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES * 3 {
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
    println!(
        "\nOne photo of 4 MB, process start included; median of {}\n",
        TIMES * 3
    );
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
        let peak = peak_bytes(&clean(cloakroom, &photo, &scratch.empty("out")?))? as f64;
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
    let peak = peak_bytes(&clean(cloakroom, &folder, &scratch.empty("out")?))? as f64;
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

fn row(name: &str, bytes: f64, speed: f64, cp: f64) {
    println!(
        "{name:<34} {:>9.2} {:>9.0} {:>10.2}",
        bytes / speed,
        speed / MEGA,
        cp / speed
    );
}

fn clean(cloakroom: &Path, what: &Path, out: &Path) -> Command {
    let mut command = Command::new(cloakroom);
    command
        .arg("clean")
        .arg(what)
        .arg("--no-record")
        .arg("--out")
        .arg(out);
    command
}

/// Fills a folder with real photos, over and over, or with made ones where there are none.
fn fill(folder: &Path) -> Result<(Vec<PathBuf>, &'static str), String> {
    let photos = real_photos();
    let mut files = Vec::new();
    let mut bytes = 0;
    while bytes < SET_BYTES {
        let number = files.len();
        let file = folder.join(format!("{number:05}.jpg"));
        match photos.get(number % photos.len().max(1)) {
            Some(photo) => {
                let copied = std::fs::copy(photo, &file)
                    .map_err(|error| format!("{}: {error}", photo.display()))?;
                bytes += copied as usize;
            }
            None => {
                let photo = jpeg::photo(4_000_000, number as u64 + 1);
                bytes += photo.len();
                write(&file, &photo)?;
            }
        }
        files.push(file);
    }
    Ok((
        files,
        if photos.is_empty() {
            "made here"
        } else {
            "real photos, repeated"
        },
    ))
}

/// The JPEG files of the corpus as cameras, phones and programs made them.
fn real_photos() -> Vec<PathBuf> {
    let entries = project::corpus().and_then(|folder| folder.read_dir().ok());
    let paths = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut photos: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "jpg"))
        .filter(|path| !path.to_string_lossy().contains("malformed"))
        .collect();
    photos.sort();
    photos
}

fn copies(files: &[PathBuf], folder: &Path) -> Result<Vec<PathBuf>, String> {
    let copy = |file: &PathBuf| {
        let copy = folder.join(file.file_name().unwrap_or_default());
        std::fs::copy(file, &copy).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(copy)
    };
    files.iter().map(copy).collect()
}

fn size_of(files: &[PathBuf]) -> Result<f64, String> {
    let size = |file: &PathBuf| {
        file.metadata()
            .map_err(|error| format!("{}: {error}", file.display()))
    };
    files.iter().map(|file| Ok(size(file)?.len() as f64)).sum()
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), String> {
    std::fs::write(file, bytes).map_err(|error| format!("{}: {error}", file.display()))
}

/// ExifTool takes an output for a folder only when it ends in a slash.
fn slashed(folder: &Path) -> PathBuf {
    folder.join("")
}
