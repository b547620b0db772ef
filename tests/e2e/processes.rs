//! Processes by the environment they were started with, which no child can lose.

use std::fs;
use std::process::Command;

/// Every living process that was started with this variable, or by one that was, with its name.
pub(crate) fn started_with(variable: &str, value: &str) -> Vec<(u32, String)> {
    let entry = format!("{variable}={value}");
    let is_marked = |pid: u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|one| one == entry.as_bytes())
    };
    all()
        .into_iter()
        .filter(|pid| is_marked(*pid))
        .map(|pid| (pid, name(pid)))
        .collect()
}

/// The short name that the kernel keeps for a process.
pub(crate) fn name(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/comm"))
        .unwrap_or_default()
        .trim_end()
        .to_owned()
}

/// One line of `/proc/PID/status`, such as `Seccomp`.
pub(crate) fn status(pid: u32, field: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| {
        line.strip_prefix(field)?
            .strip_prefix(':')
            .map(|value| value.trim().to_owned())
    })
}

pub(crate) fn kill(pids: impl IntoIterator<Item = u32>) {
    let pids: Vec<_> = pids.into_iter().map(|pid| pid.to_string()).collect();
    if !pids.is_empty() {
        // One that ended by itself in between is what we want too.
        let _ = Command::new("sh")
            .arg("-c")
            .arg(format!("kill -KILL {} 2>/dev/null", pids.join(" ")))
            .status();
    }
}

fn all() -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("Linux has /proc");
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}
