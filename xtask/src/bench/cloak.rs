//! How fast the cloak is: a step of the engine, and whole photos by the command line.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, thread};

use super::measure::{Cost, Scratch, cost, median};
use super::metadata::{clean, write};
use super::{Bound, engine};
use crate::{models, photos, project, tools};

/// A photo with faces to measure with besides; none is part of this repository.
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

/// Whole photos: start of the process, decoding, cloak, encoding, cleaning and measuring what the cloak does.
fn photos(cloakroom: &Path) -> Result<Vec<Bound>, String> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let refine_s_max = if cores >= 4 { 15.0 } else { 30.0 };
    let scratch = Scratch::new(200_000_000)?;
    println!(
        "\nA photo cloaked by the command line, its report included, on {cores} cores; median of {TIMES}\n"
    );
    println!("{:<34} {:>8} {:>8} {:>8}", "", "s", "CPU-s", "MB");
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
    if let Some(portrait) = env::var_os(PORTRAIT).map(PathBuf::from) {
        row(
            "$CLOAKROOM_PORTRAIT, instant",
            cloakroom,
            &portrait,
            &[],
            &scratch,
        )?;
    } else {
        println!("Set {PORTRAIT} to a photo with faces to measure that as well.");
    }
    Ok(vec![
        Bound {
            what: format!("instant at 12 MP in {INSTANT_S_MAX} s or less: {instant:.1} s"),
            holds: instant <= INSTANT_S_MAX,
        },
        Bound {
            what: format!("20 steps at 12 MP in {refine_s_max:.0} s or less: {refine:.1} s"),
            holds: refine <= refine_s_max,
        },
    ])
}

/// Prints what it takes and returns the seconds.
fn row(
    name: &str,
    cloakroom: &Path,
    photo: &Path,
    more: &[&str],
    scratch: &Scratch,
) -> Result<f64, String> {
    let once = |_| {
        let mut command: Command = clean(cloakroom, photo, &scratch.empty("out")?);
        command.args(["--cloak", "light", "--seed", "1"]).args(more);
        cost(&command)
    };
    let costs: Vec<Cost> = (0..TIMES).map(once).collect::<Result<_, _>>()?;
    let middle = |of: fn(&Cost) -> f64| median(costs.iter().map(of).collect());
    let wall_s = middle(|cost| cost.wall_s);
    println!(
        "{name:<34} {wall_s:>8.2} {:>8.2} {:>8.0}",
        middle(|cost| cost.cpu_s),
        middle(|cost| cost.peak_bytes) / 1e6
    );
    Ok(wall_s)
}
