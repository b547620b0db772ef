//! How fast the ledger is, beside what we promise. The measuring itself is an example of the ledger's own crate.

use std::process::{Command, Stdio};

use super::Bound;
use super::measure::Scratch;
use crate::{project, tools};

/// The most that a ledger of 100,000 records takes.
const BYTES_MAX: u64 = 1 << 30;

/// Measures and prints.
///
/// # Errors
/// It cannot be built or run.
pub(super) fn measure() -> Result<Vec<Bound>, String> {
    let build = [
        "build",
        "--release",
        "--package",
        "cloakroom-ledger",
        "--example",
        "measure",
    ];
    tools::run(tools::cargo().args(build))?;
    let scratch = Scratch::new(BYTES_MAX)?;
    let memory = scratch.empty("ledger")?;
    let program = project::built("examples/measure", true)?;
    // Beside the program, which is on a disk as a person's ledger is.
    let disk = program.with_file_name("measure-on-disk");
    std::fs::create_dir_all(&disk).map_err(|error| format!("{}: {error}", disk.display()))?;
    let output = Command::new(&program)
        .args([&memory, &disk])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let _ = std::fs::remove_dir_all(&disk);
    let told = String::from_utf8_lossy(&output.stdout);
    print!("{told}");
    if !output.status.success() {
        return Err(format!("measuring failed ({})", output.status));
    }
    Ok(told.lines().filter_map(bound).collect())
}

/// What a line promises, if it does.
fn bound(line: &str) -> Option<Bound> {
    let (told, what) = line.strip_prefix("bound ")?.split_once(": ")?;
    Some(Bound {
        what: what.to_owned(),
        holds: told == "ok",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_are_read() {
        assert!(bound("bound ok: a proof in 1 ms: 0.1 ms").is_some_and(|bound| bound.holds));
        assert!(bound("bound broken: a: 2").is_some_and(|bound| !bound.holds));
        assert!(bound("list 3 ms").is_none());
    }
}
