//! `cargo xtask fuzz`: hostile files against the readers of every container, for as long as one likes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::args::FuzzOptions;
use crate::needs::Purpose;
use crate::{install, project, tools};

const VERSION: &str = "0.13.2";
/// No file that the fuzzer makes may take longer to read, clean, and read and clean again.
const SECONDS_MAX: u32 = 10;
/// Nor more memory, with all that the fuzzer itself remembers.
const MEGABYTES_MAX: u32 = 2048;
/// Larger files find no more, and each takes longer.
const FILE_BYTES_MAX: usize = 48 << 10;

/// How a target fared.
struct Run {
    name: String,
    executions: u64,
    per_second: u64,
    peak_megabytes: u64,
    /// The inputs for which something did not hold.
    found: Vec<PathBuf>,
}

/// Runs one target or all, one after the other, and shows what each did.
///
/// # Errors
/// There is no such target, something does not build, or something was found.
pub(crate) fn fuzz(options: &FuzzOptions) -> Result<(), String> {
    let chosen: Vec<String> = names()?
        .into_iter()
        .filter(|name| options.target.as_ref().is_none_or(|target| target == name))
        .collect();
    if chosen.is_empty() {
        return Err(format!(
            "there is no such target; there are: {}",
            names()?.join(", ")
        ));
    }
    install::ensure(&[Purpose::Compile], options.consent)?;
    if !tools::succeeds("cargo", &["fuzz", "--version"]) {
        tools::run(tools::cargo().args([
            "install",
            "--locked",
            "--version",
            VERSION,
            "cargo-fuzz",
        ]))?;
    }
    let mut runs = Vec::new();
    for name in chosen {
        seeds(&name)?;
        runs.push(run(name, options.minutes)?);
    }
    println!(
        "\n{:<10} {:>12} {:>10} {:>9}  found",
        "", "executions", "a second", "peak MB"
    );
    for run in &runs {
        println!(
            "{:<10} {:>12} {:>10} {:>9}  {}",
            run.name,
            run.executions,
            run.per_second,
            run.peak_megabytes,
            run.found.len()
        );
    }
    let found: Vec<String> = runs
        .iter()
        .flat_map(|run| &run.found)
        .map(|path| path.display().to_string())
        .collect();
    if found.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "something does not hold for:\n  {}",
            found.join("\n  ")
        ))
    }
}

/// The targets, by the names of their files.
fn names() -> Result<Vec<String>, String> {
    let mut names: Vec<String> = files(&project::root().join("tests/fuzz/targets"))?
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = folder
        .read_dir()
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

/// Where the inputs of a target gather.
fn inputs(name: &str) -> PathBuf {
    project::root().join("tests/fuzz/corpus").join(name)
}

/// Files to begin with: made in code, and small sample photos where there are some.
fn seeds(name: &str) -> Result<(), String> {
    let mut command = tools::cargo();
    command.args([
        "run",
        "--quiet",
        "--manifest-path",
        "tests/fuzz/Cargo.toml",
        "--example",
        "seeds",
        "--",
        name,
    ]);
    command.arg(inputs(name));
    command.args(project::corpus());
    tools::run(&mut command)
}

fn run(name: String, minutes: u32) -> Result<Run, String> {
    // There is no unsafe code that a sanitizer would watch; without one, the fuzzer is many times faster. The flags that
    // tell it which code an input reaches are not yet part of stable Rust.
    let mut command = tools::cargo();
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .args([
            "fuzz",
            "run",
            "--fuzz-dir",
            "tests/fuzz",
            "--sanitizer",
            "none",
            &name,
        ])
        .arg(inputs(&name))
        .arg("--")
        .arg(format!(
            "-dict={}",
            inputs(&name).with_extension("dict").display()
        ))
        .arg(format!("-max_total_time={}", minutes * 60))
        .arg(format!("-timeout={SECONDS_MAX}"))
        .arg(format!("-rss_limit_mb={MEGABYTES_MAX}"))
        .arg(format!("-max_len={FILE_BYTES_MAX}"))
        .arg("-print_final_stats=1")
        .current_dir(project::root())
        .stdin(Stdio::null());
    println!("$ cargo fuzz run {name}, for {minutes} minutes");
    let said = log(
        &mut command,
        &project::root()
            .join("tests/fuzz/artifacts")
            .join(format!("{name}.log")),
    )?;
    let number = |key: &str| {
        let line = said
            .lines()
            .find_map(|line| line.strip_prefix("stat::")?.strip_prefix(key));
        line.and_then(|rest| rest.trim_start_matches(':').trim().parse().ok())
            .unwrap_or(0)
    };
    let executions = number("number_of_executed_units");
    let folder = project::root().join("tests/fuzz/artifacts").join(&name);
    let found = if folder.is_dir() {
        files(&folder)?
    } else {
        Vec::new()
    };
    if executions == 0 && found.is_empty() {
        return Err(format!("'{name}' did not run:\n{said}"));
    }
    Ok(Run {
        name,
        executions,
        per_second: number("average_exec_per_sec"),
        peak_megabytes: number("peak_rss_mb"),
        found,
    })
}

/// Runs a command to its end, however it ends, with all that it says in a file, and returns that.
fn log(command: &mut Command, path: &Path) -> Result<String, String> {
    let problem = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(problem)?;
    }
    let file = std::fs::File::create(path).map_err(problem)?;
    command
        .stdout(file.try_clone().map_err(problem)?)
        .stderr(file);
    command.status().map_err(problem)?;
    let said = std::fs::read(path).map_err(problem)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}
