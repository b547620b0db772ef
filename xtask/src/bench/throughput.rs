//! How fast many photos are cleaned, beside copying and other tools, kind by kind.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Bound;
use super::measure::{Cost, Scratch, cost, median, seconds};
use super::metadata::{MEGA, clean, size_of, slashed, write};
use crate::photos::{KINDS, Kind};
use crate::{project, tools};

const SET_BYTES: u64 = 200_000_000;
const SPEED_MIN: f64 = 500.0 * MEGA;
/// Below this, starting on a file takes longer than reading it, and a speed in bytes says nothing.
const PHOTO_BYTES_MIN: f64 = 500e3;
/// How often ours, `cp` and ExifTool run; each row shows the median.
const TIMES: usize = 5;
/// ExifTool runs once where that takes longer, in seconds.
const SLOW_S: f64 = 5.0;

/// Another tool. It starts once for all files, so that its start hardly counts.
struct Peer {
    name: &'static str,
    program: &'static str,
    args: &'static [&'static str],
    /// Slow ones get a part of the set; their speed is in bytes, as for all.
    files_max: usize,
    /// Writes into another folder, rather than in place or beside.
    has_output: bool,
}

const EXIFTOOL: Peer = Peer {
    name: "exiftool -all=",
    program: "exiftool",
    args: &["-q", "-q", "-all="],
    files_max: usize::MAX,
    has_output: true,
};

/// Those that need not be there.
const PEERS: &[Peer] = &[
    Peer {
        name: "exiv2 rm",
        program: "exiv2",
        args: &["rm"],
        files_max: usize::MAX,
        has_output: false,
    },
    Peer {
        name: "mat2",
        program: "mat2",
        args: &[],
        files_max: 6,
        has_output: false,
    },
    Peer {
        name: "mat2 --lightweight",
        program: "mat2",
        args: &["--lightweight"],
        files_max: 6,
        has_output: false,
    },
];

/// Photos of one kind in a folder.
struct Set<'a> {
    kind: &'a Kind,
    name: String,
    folder: PathBuf,
    files: Vec<PathBuf>,
    bytes: f64,
}

/// Measures and prints, for made photos of the size that phones make, and for real ones where there are some.
///
/// # Errors
/// A tool cannot be run.
pub(super) fn measure(cloakroom: &Path, scratch: &Scratch) -> Result<Vec<Bound>, String> {
    let mut bounds = Vec::new();
    for kind in KINDS {
        let Some(photo) = kind.photo else { continue };
        let size = kind.photo_bytes as f64 / MEGA;
        let made = format!("{} of {size:.0} MB made here", kind.name);
        let fill = |kind: &Kind, folder: &Path| fill_with_noise(kind, photo, folder);
        let set = Set::new(kind, made, scratch, fill)?;
        bounds.extend(table(&set, cloakroom, scratch)?);
    }
    for kind in KINDS {
        let photos = real_photos(kind, cloakroom);
        if !photos.is_empty() {
            let name = format!("{} of {} cameras and programs", kind.name, photos.len());
            let fill = |kind: &Kind, folder: &Path| fill_with_copies(kind, &photos, folder);
            let set = Set::new(kind, name, scratch, fill)?;
            bounds.extend(table(&set, cloakroom, scratch)?);
        }
    }
    Ok(bounds)
}

impl<'a> Set<'a> {
    fn new(
        kind: &'a Kind,
        name: String,
        scratch: &Scratch,
        fill: impl Fn(&Kind, &Path) -> Result<Vec<PathBuf>, String>,
    ) -> Result<Self, String> {
        let folder = scratch.empty("set")?;
        let files = fill(kind, &folder)?;
        let bytes = size_of(&files)?;
        Ok(Self {
            kind,
            name,
            folder,
            files,
            bytes,
        })
    }
}

fn table(set: &Set<'_>, cloakroom: &Path, scratch: &Scratch) -> Result<Vec<Bound>, String> {
    println!(
        "\n{} {}, {:.0} MB; ours, cp and exiftool: median of {TIMES} (exiftool once where it is slow); others once\n",
        set.files.len(),
        set.name,
        set.bytes / MEGA
    );
    println!(
        "{:<26} {:>9} {:>9} {:>9} {:>10} {:>9} {:>9}",
        "", "seconds", "CPU s", "MB/s", "MB/s core", "times cp", "peak MB"
    );
    let out = || scratch.empty("out");
    // In turns, so that a busy moment of the machine falls on all of them.
    let (mut copied, mut one, mut all) = (Vec::new(), Vec::new(), Vec::new());
    let mut exiftool: Vec<Cost> = Vec::new();
    for turn in 0..TIMES {
        copied.push(cost(
            Command::new("cp").arg("-r").arg(&set.folder).arg(out()?),
        )?);
        one.push(cost(
            clean(cloakroom, &set.folder, &out()?).args(["--jobs", "1"]),
        )?);
        all.push(cost(&clean(cloakroom, &set.folder, &out()?))?);
        if turn == 0 || exiftool.last().is_some_and(|cost| cost.wall_s < SLOW_S) {
            exiftool.extend(run(&EXIFTOOL, set, scratch)?.map(|(_, cost)| cost));
        }
    }
    let (copied, one, all) = (middle(&copied), middle(&one), middle(&all));
    let row = |name: &str, bytes: f64, cost: Cost| {
        println!(
            "{name:<26} {:>9.2} {:>9.2} {:>9.0} {:>10.0} {:>9.1} {:>9.0}",
            cost.wall_s,
            cost.cpu_s,
            bytes / cost.wall_s / MEGA,
            bytes / cost.cpu_s / MEGA,
            cost.wall_s / bytes * set.bytes / copied.wall_s,
            cost.peak_bytes / MEGA
        );
    };
    row("cp -r", set.bytes, copied);
    row("cloakroom clean --jobs 1", set.bytes, one);
    row("cloakroom clean", set.bytes, all);
    let exiftool = (!exiftool.is_empty()).then(|| middle(&exiftool));
    match exiftool {
        Some(cost) => row(EXIFTOOL.name, set.bytes, cost),
        None => println!("{:<26} does not clean all of these", EXIFTOOL.name),
    }
    for peer in PEERS.iter().filter(|peer| tools::found(peer.program)) {
        match run(peer, set, scratch)? {
            Some((bytes, cost)) => row(peer.name, bytes, cost),
            None => println!("{:<26} does not clean all of these", peer.name),
        }
    }
    let ahead = exiftool.map(|other| Ahead {
        waiting: other.wall_s / all.wall_s,
        working: other.cpu_s / one.cpu_s,
        copying: other.cpu_s / copied.cpu_s,
    });
    if let Some(ahead) = &ahead {
        println!(
            "beside exiftool: {:.1} times as fast to wait for; {:.1} times on one core, where cp is {:.1} times",
            ahead.waiting, ahead.working, ahead.copying
        );
    }
    if !set.kind.is_promised {
        return Ok(Vec::new());
    }
    if set.bytes / (set.files.len() as f64) < PHOTO_BYTES_MIN {
        println!("(small files: no promise is checked)");
        return Ok(Vec::new());
    }
    let ours = set.bytes / one.cpu_s;
    let mut bounds = vec![Bound {
        what: format!(
            "{}: {:.0} MB/s or more per core: {:.0} MB/s",
            set.name,
            SPEED_MIN / MEGA,
            ours / MEGA
        ),
        holds: ours >= SPEED_MIN,
    }];
    if let (Some(times), Some(ahead)) = (set.kind.ahead_of_exiftool, ahead) {
        bounds.push(Bound {
            what: format!(
                "{}: {times} times as fast to wait for as exiftool or more: {:.1} times",
                set.name, ahead.waiting
            ),
            holds: ahead.waiting >= times,
        });
    }
    Ok(bounds)
}

/// How many times as fast as exiftool.
struct Ahead {
    /// Until all photos are done, with all cores: what a person sees. This is what we promise.
    waiting: f64,
    /// In the time of one core.
    working: f64,
    /// The same of `cp`, which does less than anything that cleans: a core cannot be much further ahead.
    copying: f64,
}

/// Runs another tool over the set, or a part of it; nothing when it refuses some of that.
fn run(peer: &Peer, set: &Set<'_>, scratch: &Scratch) -> Result<Option<(f64, Cost)>, String> {
    let files = &set.files[..set.files.len().min(peer.files_max)];
    let out = scratch.empty("out")?;
    let mut command = Command::new(peer.program);
    command.args(peer.args);
    let part = if peer.has_output {
        command.arg("-o").arg(slashed(&out)).args(files);
        files.to_vec()
    } else {
        let part = copies(files, &out)?;
        command.args(&part);
        part
    };
    let bytes = size_of(&part)?;
    Ok(cost(&command).ok().map(|cost| (bytes, cost)))
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

/// The files of the corpus that are whole: what is refused takes no time and would flatter us.
fn real_photos(kind: &Kind, cloakroom: &Path) -> Vec<PathBuf> {
    let entries = project::corpus().and_then(|folder| folder.read_dir().ok());
    let paths = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let is_whole =
        |path: &PathBuf| seconds(Command::new(cloakroom).arg("inspect").arg(path)).is_ok();
    let is_kind = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| kind.extensions.iter().any(|known| extension == *known))
    };
    let mut photos: Vec<_> = paths.filter(is_kind).filter(is_whole).collect();
    photos.sort();
    photos
}

/// Fills a folder with these photos, over and over.
fn fill_with_copies(
    kind: &Kind,
    photos: &[PathBuf],
    folder: &Path,
) -> Result<Vec<PathBuf>, String> {
    let (mut files, mut bytes) = (Vec::new(), 0);
    for photo in photos.iter().cycle() {
        if bytes >= SET_BYTES {
            break;
        }
        let file = folder.join(format!("{:05}.{}", files.len(), kind.extensions[0]));
        bytes +=
            std::fs::copy(photo, &file).map_err(|error| format!("{}: {error}", photo.display()))?;
        files.push(file);
    }
    Ok(files)
}

fn fill_with_noise(
    kind: &Kind,
    photo: fn(usize, u64) -> Vec<u8>,
    folder: &Path,
) -> Result<Vec<PathBuf>, String> {
    let make = |number: u64| {
        let file = folder.join(format!("{number:05}.{}", kind.extensions[0]));
        write(&file, &photo(kind.photo_bytes, number + 1))?;
        Ok(file)
    };
    (0..SET_BYTES / kind.photo_bytes as u64).map(make).collect()
}

fn copies(files: &[PathBuf], folder: &Path) -> Result<Vec<PathBuf>, String> {
    let copy = |file: &PathBuf| {
        let copy = folder.join(file.file_name().unwrap_or_default());
        std::fs::copy(file, &copy).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(copy)
    };
    files.iter().map(copy).collect()
}
