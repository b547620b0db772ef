//! How fast the cloak is: a step of the engine, and whole photos by the command line.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, thread};

use super::measure::{Cost, Scratch, cost_until, median};
use super::metadata::write;
use super::{Bound, engine};
use crate::{models, photos, project, tools};

/// Photos to measure with besides, one without faces and one with; none is part of this repository.
const PHOTO: &str = "CLOAKROOM_PHOTO";
const PORTRAIT: &str = "CLOAKROOM_PORTRAIT";

const TIMES: usize = 3;
const INSTANT_S_MAX: f64 = 1.5;

/// # Errors
/// Something cannot be built or run.
pub(super) fn measure() -> Result<Vec<Bound>, String> {
    let mut bounds = engine::measure()?;
    tools::run(tools::cargo().args(["build", "--release", "--package", "cloakroom-cli"]))?;
    models::ensure()?;
    bounds.extend(photos(&project::built("cloakroom", true)?)?);
    for bound in &bounds {
        let said = if bound.holds {
            "holds"
        } else {
            "DOES NOT HOLD"
        };
        println!("{said:14} {}", bound.what);
    }
    Ok(bounds)
}

/// Whole photos: start of the process, reading, decoding, cloak, encoding, cleaning and saving; and then measuring what the
/// cloak does. Recorded in a ledger, as photos are.
fn photos(cloakroom: &Path) -> Result<Vec<Bound>, String> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let refine_s_max = if cores >= 4 { 15.0 } else { 30.0 };
    let scratch = Scratch::new(200_000_000)?;
    println!(
        "\nA photo cloaked and recorded by the command line at light, on {cores} cores; median of {TIMES}\n"
    );
    println!(
        "{:<34} {:^26} {:^26}",
        "", "until the copy is saved", "with its report"
    );
    let columns = format!("{:>8} {:>8} {:>8}", "s", "CPU-s", "MB");
    println!("{:<34} {columns} {columns}", "");
    let photo = scratch.empty("photo")?.join("photo.jpg");
    write(&photo, &photos::colour_jpeg(12, 1))?;
    let instant = row("12 MP, no face, instant", cloakroom, &photo, &[], &scratch)?;
    let refine = row(
        "12 MP, no face, refined in 20 steps",
        cloakroom,
        &photo,
        &["--refine=20"],
        &scratch,
    )?;
    for name in [PHOTO, PORTRAIT] {
        if let Some(photo) = env::var_os(name).map(PathBuf::from) {
            row(
                &format!("${name}, instant"),
                cloakroom,
                &photo,
                &[],
                &scratch,
            )?;
        } else {
            println!("Set {name} to another photo to measure that as well.");
        }
    }
    Ok(vec![
        Bound {
            what: format!(
                "instant copy at 12 MP in {INSTANT_S_MAX} s or less: {:.2} s",
                instant.wall_s
            ),
            holds: instant.wall_s <= INSTANT_S_MAX,
        },
        Bound {
            what: format!(
                "20 steps at 12 MP in {refine_s_max:.0} s or less: {:.1} s",
                refine.wall_s
            ),
            holds: refine.wall_s <= refine_s_max,
        },
    ])
}

/// Prints what it takes and returns what it took until the copy was saved.
fn row(
    name: &str,
    cloakroom: &Path,
    photo: &Path,
    more: &[&str],
    scratch: &Scratch,
) -> Result<Cost, String> {
    let once = |_| {
        let out = scratch.empty("out")?;
        let copy = out.join(photo.file_name().unwrap_or_default());
        let mut command = Command::new(cloakroom);
        command.arg("clean").arg(photo).arg("--out").arg(&out);
        command.args(["--cloak", "light", "--seed", "1"]).args(more);
        command.env("CLOAKROOM_HOME", scratch.empty("home")?);
        cost_until(&command, || copy.exists())
    };
    let costs: Vec<(Cost, Cost)> = (0..TIMES).map(once).collect::<Result<_, _>>()?;
    let middle = |part: fn(&(Cost, Cost)) -> Cost| {
        let of = |number: fn(Cost) -> f64| median(costs.iter().map(part).map(number).collect());
        Cost {
            wall_s: of(|cost| cost.wall_s),
            cpu_s: of(|cost| cost.cpu_s),
            peak_bytes: of(|cost| cost.peak_bytes),
        }
    };
    let (copy, whole) = (middle(|costs| costs.0), middle(|costs| costs.1));
    let numbers = [copy, whole].map(|cost| {
        let peak_mb = cost.peak_bytes / 1e6;
        format!("{:>8.2} {:>8.2} {peak_mb:>8.0}", cost.wall_s, cost.cpu_s)
    });
    println!("{name:<34} {}", numbers.join(" "));
    Ok(copy)
}
