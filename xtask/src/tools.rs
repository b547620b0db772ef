//! Other programs: whether they are there, which version they are, and running them.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::project;
use crate::system::version_of;

const RUST_MIN: (u32, u32) = (1, 90);

/// npm is a script, and Windows wants the name of the script.
pub(crate) const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Whether a program is on the search path, or exists where an absolute path says.
pub(crate) fn found(program: &str) -> bool {
    if Path::new(program).is_absolute() {
        return Path::new(program).is_file();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| {
        folder.join(program).is_file()
            || cfg!(windows) && folder.join(format!("{program}.exe")).is_file()
    })
}

/// Whether a command runs and ends well, without showing anything of it.
pub(crate) fn succeeds(program: &str, args: &[&str]) -> bool {
    let status = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// What a program prints, or nothing when it is not there or fails.
pub(crate) fn output(program: &str, args: &[&str]) -> String {
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default()
}

pub(crate) fn node_version() -> (u32, u32) {
    version_of(&output("node", &["--version"]))
}

/// # Errors
/// The compiler is older than the workspace asks for.
pub(crate) fn require_rust() -> Result<(), String> {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = version_of(&output(&rustc, &["--version"]));
    if version >= RUST_MIN {
        return Ok(());
    }
    Err(format!(
        "Rust {}.{} is too old; 1.90 or newer is needed. With rustup: rustup update stable",
        version.0, version.1
    ))
}

pub(crate) fn is_root() -> bool {
    output("id", &["-u"]).trim() == "0"
}

/// The cargo that started us.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Shows a command and runs it at the root of the repository.
///
/// # Errors
/// It cannot be started, or ends badly.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let line = line_of(command);
    println!("$ {line}");
    command.current_dir(project::root()).stdin(Stdio::null());
    let status = command
        .status()
        .map_err(|error| format!("{line}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("'{line}' failed ({status})"))
    }
}

/// As [`run`], for a line that is already split into words. It may ask for a password.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_line(words: &[String]) -> Result<(), String> {
    let [program, args @ ..] = words else {
        return Ok(());
    };
    let line = words.join(" ");
    println!("$ {line}");
    let status = Command::new(program)
        .args(args)
        .status()
        .map_err(|error| format!("{line}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("'{line}' failed ({status})"))
    }
}

/// The command as one would type it, with the program's name alone and without its environment.
fn line_of(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_else(|| command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
