//! How fast ten thousand photos are looked into, beside reading them and ExifTool; and how much of large ones is read.

use std::path::Path;
use std::process::Command;

use super::Bound;
use super::measure::{Cost, Scratch, cost, median};
use super::metadata::{MEGA, size_of, write};
use crate::photos;

/// So many photos, under so many names each: the folder fits in memory, and every name is read as a file of its own.
const PHOTOS: usize = 200;
const NAMES: usize = 50;
const PHOTO_BYTES: usize = 400_000;
/// How often the fast ones run; each row shows the median.
const TIMES: usize = 3;
/// Large photos of each kind, likewise.
const LARGE: usize = 20;
const LARGE_NAMES: usize = 20;
const LARGE_BYTES: usize = 4_000_000;
/// Of these kinds no more than this share is read.
const READ_IN_PART: &[&str] = &["WebP", "TIFF", "BMP"];
const READ_MAX: f64 = 0.2;
/// How many times as fast as ExifTool at least.
const RATIO_MIN: f64 = 5.0;

/// Measures and prints. ExifTool runs once for the whole folder, so that its start counts for nothing.
///
/// # Errors
/// A tool cannot be run.
pub(super) fn measure(cloakroom: &Path, scratch: &Scratch) -> Result<Vec<Bound>, String> {
    let set = scratch.empty("set")?;
    let mut bytes = 0.0;
    for number in 0..PHOTOS {
        let first = set.join(format!("{number:03}-00.jpg"));
        write(&first, &photos::jpeg(PHOTO_BYTES, number as u64 + 1))?;
        bytes += size_of(std::slice::from_ref(&first))? * NAMES as f64;
        for name in 1..NAMES {
            let name = set.join(format!("{number:03}-{name:02}.jpg"));
            std::fs::hard_link(&first, &name)
                .map_err(|error| format!("{}: {error}", name.display()))?;
        }
    }
    let (mut read, mut one, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let mut reading = Command::new("find");
        reading
            .arg(&set)
            .args(["-type", "f", "-exec", "cat", "{}", "+"]);
        read.push(cost(&reading)?);
        let mut confined = Command::new("taskset");
        confined.args(["--cpu-list", "0"]).arg(cloakroom);
        one.push(cost(confined.args(["inspect", "--json"]).arg(&set))?);
        let mut inspect = Command::new(cloakroom);
        all.push(cost(inspect.args(["inspect", "--json"]).arg(&set))?);
    }
    let exiftool = cost(
        Command::new("exiftool")
            .args(["-q", "-q", "-json"])
            .arg(&set),
    )?;

    println!(
        "\nLooking into {} photos, {:.0} MB; median of {TIMES}\n",
        PHOTOS * NAMES,
        bytes / MEGA
    );
    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>10}",
        "", "seconds", "CPU s", "MB/s", "photos/s"
    );
    let row = |name: &str, cost: Cost| {
        let photos = (PHOTOS * NAMES) as f64 / cost.wall_s;
        println!(
            "{name:<34} {:>9.2} {:>9.2} {:>9.0} {photos:>10.0}",
            cost.wall_s,
            cost.cpu_s,
            bytes / cost.wall_s / MEGA
        );
    };
    let middle = |costs: &[Cost]| Cost {
        wall_s: median(costs.iter().map(|cost| cost.wall_s).collect()),
        cpu_s: median(costs.iter().map(|cost| cost.cpu_s).collect()),
        peak_bytes: median(costs.iter().map(|cost| cost.peak_bytes).collect()),
    };
    let (one, all) = (middle(&one), middle(&all));
    row("cat", middle(&read));
    row("cloakroom inspect on one core", one);
    row("cloakroom inspect", all);
    row("exiftool -json (once)", exiftool);
    let ratio = exiftool.cpu_s / all.cpu_s;
    let mut bounds = vec![Bound {
        what: format!(
            "inspect {RATIO_MIN} times as fast as exiftool or faster, in CPU time: {ratio:.1} times"
        ),
        holds: ratio >= RATIO_MIN,
    }];
    bounds.extend(by_kind(cloakroom, scratch)?);
    Ok(bounds)
}

/// How much of photos of each kind is read, by what the system says of finished commands.
fn by_kind(cloakroom: &Path, scratch: &Scratch) -> Result<Vec<Bound>, String> {
    println!(
        "\nLooking into {} photos of 4 MB of each kind\n",
        LARGE * LARGE_NAMES
    );
    println!(
        "{:<10} {:>9} {:>9} {:>9} {:>9}",
        "", "MB", "MB read", "seconds", "CPU s"
    );
    let mut bounds = Vec::new();
    for kind in photos::KINDS {
        let Some(make) = kind.photo else { continue };
        let set = scratch.empty("set")?;
        let mut bytes = 0.0;
        for number in 0..LARGE {
            let name =
                |name: usize| set.join(format!("{number:02}-{name:02}.{}", kind.extensions[0]));
            let first = name(0);
            write(&first, &make(LARGE_BYTES, number as u64 + 1))?;
            bytes += size_of(std::slice::from_ref(&first))? * LARGE_NAMES as f64;
            for link in (1..LARGE_NAMES).map(name) {
                std::fs::hard_link(&first, &link)
                    .map_err(|error| format!("{}: {error}", link.display()))?;
            }
        }
        let before = bytes_read();
        let mut inspect = Command::new(cloakroom);
        let took = cost(inspect.args(["inspect", "--json"]).arg(&set))?;
        let read = bytes_read() - before;
        println!(
            "{:<10} {:>9.0} {:>9.0} {:>9.2} {:>9.2}",
            kind.name,
            bytes / MEGA,
            read / MEGA,
            took.wall_s,
            took.cpu_s
        );
        if READ_IN_PART.contains(&kind.name) {
            bounds.push(Bound {
                what: format!(
                    "inspect reads {:.0} % or less of a large {}: {:.0} %",
                    100.0 * READ_MAX,
                    kind.name,
                    100.0 * read / bytes
                ),
                holds: read <= READ_MAX * bytes,
            });
        }
    }
    Ok(bounds)
}

/// What this program and all commands that it has waited for have read so far, in bytes (proc(5), `/proc/pid/io`).
fn bytes_read() -> f64 {
    let table = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let row = table.lines().find_map(|line| line.strip_prefix("rchar: "));
    row.and_then(|number| number.parse().ok())
        .unwrap_or(f64::NAN)
}
