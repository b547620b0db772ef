//! A step of the engine, forward and back, beside PyTorch with the same instruction set in the same run.
//!
//! Both run the layout of TAEF2's encoder with random weights on one thread; what they compute takes the same time with any weights.
//! CPU-seconds are compared, which a busy machine changes little.

use std::path::Path;
use std::process::{Command, Stdio};

use super::Bound;
use super::measure::median;
use crate::{project, tools};

/// Of a step at 256×256, two for each multiplication with addition, convolutions computed by their definition; it grows with the area.
const OPERATIONS_256: f64 = 61.2e9;
const SIDES: [u32; 2] = [256, 512];
/// How often each is started, in turns; the rows show the median.
const TIMES: usize = 3;
const STEPS: u32 = 2;
const SPEED_MIN: f64 = 1.3;
const PEAK_512_BYTES_MAX: f64 = 400e6;
const MEGA: f64 = 1e6;

/// What a step takes.
#[derive(Clone, Copy)]
struct Step {
    cpu_s: f64,
    peak_bytes: f64,
}

/// Measures and prints.
///
/// # Errors
/// The engine cannot be built or run.
pub(super) fn measure() -> Result<Vec<Bound>, String> {
    tools::run(
        tools::cargo()
            .args(["build", "--release", "--package", "cloakroom-perturb"])
            .args(["--example", "engine_step"]),
    )?;
    let engine = project::target()?.join("release/examples/engine_step");
    let sets = said(Command::new(&engine).arg("sets"))?;
    let torch = torch();
    println!(
        "A step of the engine (forward and back, TAEF2's encoder), on one thread, beside PyTorch channels-last:"
    );
    match &torch {
        Some((python, version)) => println!("PyTorch {version} of {python}."),
        None => println!(
            "PyTorch was not found: set CLOAKROOM_PYTHON to a Python that has it. It is not compared."
        ),
    }
    println!(
        "{:9} {:>5} {:>12} {:>13} {:>10} {:>9} {:>14} {:>9} {:>7}",
        "", "side", "CPU-s/step", "GFLOP/CPU-s", "of peak", "MB", "PyTorch CPU-s", "MB", "faster"
    );
    let mut bounds = Vec::new();
    for set in sets.lines() {
        let peak: f64 = number(said(Command::new(&engine).args(["peak", set]))?.trim())?;
        // PyTorch has no portable path to compare with.
        let rival = torch.as_ref().filter(|_| isa(set).is_some());
        for side in SIDES {
            let (ours, theirs) =
                steps(&engine, set, side, rival.map(|(python, _)| python.as_str()))?;
            let operations = OPERATIONS_256 * f64::from(side * side) / f64::from(256 * 256);
            let speed = operations / ours.cpu_s;
            print!(
                "{set:9} {side:>5} {:>12.3} {:>13.0} {:>8.0} % {:>9.0}",
                ours.cpu_s,
                speed / 1e9,
                100.0 * speed / (2.0 * peak * MEGA),
                ours.peak_bytes / MEGA
            );
            if side == 512 {
                bounds.push(Bound {
                    what: format!("{set}: at most {:.0} MB at 512²", PEAK_512_BYTES_MAX / MEGA),
                    holds: ours.peak_bytes <= PEAK_512_BYTES_MAX,
                });
            }
            if let Some(theirs) = theirs {
                let ratio = theirs.cpu_s / ours.cpu_s;
                print!(
                    " {:>14.3} {:>9.0} {ratio:>6.2}×",
                    theirs.cpu_s,
                    theirs.peak_bytes / MEGA
                );
                bounds.push(Bound {
                    what: format!("{set}: {SPEED_MIN} times as fast as PyTorch at {side}²"),
                    holds: ratio >= SPEED_MIN,
                });
            }
            println!();
        }
    }
    println!(
        "GFLOP counts convolutions by their definition; Winograd takes a quarter of the multiplications, so it may exceed the peak."
    );
    Ok(bounds)
}

/// The medians of the engine and of PyTorch, started in turns.
fn steps(
    engine: &Path,
    set: &str,
    side: u32,
    python: Option<&str>,
) -> Result<(Step, Option<Step>), String> {
    let (side, count) = (side.to_string(), STEPS.to_string());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let mut command = Command::new(engine);
        command
            .args(["step", set, &side, &count])
            .env("RAYON_NUM_THREADS", "1");
        ours.push(step(&said(&mut command)?)?);
        if let Some(python) = python {
            let mut command = Command::new(python);
            command
                .args(["-c", include_str!("engine_step.py"), &side, &count])
                .env("OMP_NUM_THREADS", "1")
                .env("ONEDNN_MAX_CPU_ISA", isa(set).unwrap_or("DEFAULT"));
            theirs.push(step(&said(&mut command)?)?);
        }
    }
    Ok((middle(&ours), python.map(|_| middle(&theirs))))
}

/// What oneDNN calls an instruction set, where it can be told to use no better one.
fn isa(set: &str) -> Option<&'static str> {
    match set {
        "AVX2" => Some("AVX2"),
        "AVX-512" | "NEON" => Some("DEFAULT"),
        _ => None,
    }
}

fn middle(steps: &[Step]) -> Step {
    Step {
        cpu_s: median(steps.iter().map(|step| step.cpu_s).collect()),
        peak_bytes: median(steps.iter().map(|step| step.peak_bytes).collect()),
    }
}

/// Reads CPU-seconds, seconds and bytes.
fn step(line: &str) -> Result<Step, String> {
    let numbers: Vec<&str> = line.split_whitespace().collect();
    let [cpu_s, _, peak_bytes] = numbers[..] else {
        return Err(format!("not a step: {line}"));
    };
    Ok(Step {
        cpu_s: number(cpu_s)?,
        peak_bytes: number(peak_bytes)?,
    })
}

fn number(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| format!("not a number: {text}"))
}

/// A Python that has PyTorch, and the version of that.
fn torch() -> Option<(String, String)> {
    let python = std::env::var("CLOAKROOM_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut command = Command::new(&python);
    let version = said(command.args(["-c", "import torch; print(torch.__version__)"])).ok()?;
    Some((python, version.trim().to_owned()))
}

/// Runs a command and returns what it printed.
fn said(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().display().to_string();
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "{program} failed ({}): {}",
        output.status,
        said.trim()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_three_numbers_is_a_step() {
        let step = step("0.2500 0.1300 134217728\n").unwrap();
        assert_eq!((step.cpu_s, step.peak_bytes), (0.25, 134_217_728.0));
    }

    #[test]
    fn anything_else_is_none() {
        assert!(step("").is_err() && step("0.1 0.2").is_err() && step("a b c").is_err());
    }
}
