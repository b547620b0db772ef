//! Running something and measuring it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::tools;

/// A folder for measuring in, in memory where the system offers that, so that no disk is measured; gone with this value.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    /// # Errors
    /// The folder cannot be made.
    pub(crate) fn new(bytes_needed: u64) -> Result<Self, String> {
        let memory = Path::new("/dev/shm");
        let parent = if free_bytes(memory) >= bytes_needed {
            memory.to_path_buf()
        } else {
            std::env::temp_dir()
        };
        let folder = parent.join(format!("cloakroom-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        println!("Measured in {}.", parent.display());
        Ok(Self(folder))
    }

    /// An empty folder of this name, whatever was in it before.
    pub(crate) fn empty(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.0.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)
                .map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        std::fs::create_dir_all(&folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is in a folder for passing things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn free_bytes(folder: &Path) -> u64 {
    let table = tools::output(
        "df",
        &[
            "--output=avail",
            "--block-size=1",
            &folder.display().to_string(),
        ],
    );
    table
        .lines()
        .nth(1)
        .and_then(|line| line.trim().parse().ok())
        .unwrap_or(0)
}

/// What a command took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// From start to end, as a person waits for it.
    pub(crate) wall_s: f64,
    /// Of the processor, over all cores; a busy machine hardly changes it.
    pub(crate) cpu_s: f64,
    /// The most memory resident at once: the largest of the process and its children.
    pub(crate) peak_bytes: f64,
}

/// Runs a command under GNU time.
///
/// # Errors
/// As [`seconds`].
pub(crate) fn cost(command: &Command) -> Result<Cost, String> {
    let mut timed = Command::new("/usr/bin/time");
    timed
        .args(["--format", "%U %S %M", "--"])
        .arg(command.get_program())
        .args(command.get_args())
        .envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
    let started = Instant::now();
    let said = finished(&mut timed)?;
    let wall_s = started.elapsed().as_secs_f64();
    let line = said.lines().last().unwrap_or_default();
    let numbers: Vec<f64> = line
        .split(' ')
        .filter_map(|number| number.parse().ok())
        .collect();
    let [user_s, system_s, peak_kib] = numbers[..] else {
        return Err(format!("/usr/bin/time said: {line}"));
    };
    Ok(Cost {
        wall_s,
        cpu_s: user_s + system_s,
        peak_bytes: peak_kib * 1024.0,
    })
}

/// Runs a command under GNU time, and looks for something every few milliseconds: what the command and its children had taken
/// when that was there, and what they took in all.
///
/// # Errors
/// As [`seconds`]; or it was never there.
pub(crate) fn cost_until(
    command: &Command,
    is_there: impl Fn() -> bool + Sync,
) -> Result<(Cost, Cost), String> {
    let stop = AtomicBool::new(false);
    let started = Instant::now();
    thread::scope(|scope| {
        let watch = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                if is_there() {
                    return Some(family(std::process::id(), started.elapsed().as_secs_f64()));
                }
                thread::sleep(Duration::from_millis(2));
            }
            None
        });
        let whole = cost(command);
        stop.store(true, Ordering::Relaxed);
        let until = watch.join().ok().flatten();
        Ok((until.ok_or("what was waited for did not come")?, whole?))
    })
}

/// What all processes that descend from this one have taken so far (proc_pid_stat(5), proc_pid_status(5)).
fn family(root: u32, wall_s: f64) -> Cost {
    const TICKS_PER_S: f64 = 100.0;
    let read = |pid: u32, file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}"));
    let all: Vec<(u32, u32, f64)> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| {
            let stat = read(pid, "stat").ok()?;
            // The second field is a name in parentheses; then come the state and the parent.
            let fields: Vec<&str> = stat[stat.rfind(')')? + 1..].split_whitespace().collect();
            // In user mode and in the kernel, its own and that of children that have ended.
            let ticks: f64 = fields
                .get(11..15)?
                .iter()
                .filter_map(|field| field.parse::<f64>().ok())
                .sum();
            Some((pid, fields.get(1)?.parse().ok()?, ticks / TICKS_PER_S))
        })
        .collect();
    let (mut members, mut cpu_s, mut peak_bytes) = (vec![root], 0.0, 0.0f64);
    while let Some(member) = members.pop() {
        for &(pid, _, took_s) in all.iter().filter(|(_, parent, _)| *parent == member) {
            members.push(pid);
            cpu_s += took_s;
            let status = read(pid, "status").unwrap_or_default();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = peak.and_then(|peak| peak.split_whitespace().next()?.parse::<f64>().ok());
            peak_bytes = peak_bytes.max(kib.unwrap_or(0.0) * 1024.0);
        }
    }
    Cost {
        wall_s,
        cpu_s,
        peak_bytes,
    }
}

/// Seconds that a command takes, its start included and nothing else.
///
/// # Errors
/// It cannot be started or ends badly.
pub(crate) fn seconds(command: &mut Command) -> Result<f64, String> {
    let started = Instant::now();
    finished(command)?;
    Ok(started.elapsed().as_secs_f64())
}

/// Runs a command to its end and returns what it said on its error output.
fn finished(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    Err(format!(
        "{} failed ({}): {}",
        command.get_program().display(),
        output.status,
        said.trim()
    ))
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_was_taken_until_something_was_there_is_a_part_of_the_whole() {
        let folder = std::env::temp_dir().join(format!("cloakroom-until-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let there = folder.join("there");
        let mut command = Command::new("sh");
        command.env("THERE", &there);
        command.args([
            "-c",
            "while :; do i=$((i + 1)); test $i = 99999 && break; done; : > \"$THERE\"; sleep 0.3",
        ]);
        let (until, whole) = cost_until(&command, || there.exists()).unwrap();
        assert!(until.wall_s + 0.25 < whole.wall_s && until.cpu_s <= whole.cpu_s + 0.02);
        assert!(until.cpu_s > 0.0 && until.peak_bytes > 0.0);
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(cost_until(&Command::new("true"), || false).is_err());
    }

    #[test]
    fn a_command_that_fails_is_not_a_measurement() {
        assert!(seconds(Command::new("true").arg("x")).is_ok());
        assert!(seconds(&mut Command::new("false")).is_err());
    }
}
