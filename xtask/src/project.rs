//! Where things are.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.parent()
        .map_or_else(|| here.clone(), Path::to_path_buf)
}

/// Where cargo puts what it builds: this very program lies in `<target>/debug/`, wherever the person has put that.
///
/// # Errors
/// The system does not say where this program lies.
pub(crate) fn target() -> Result<PathBuf, String> {
    let program = std::env::current_exe()
        .map_err(|error| format!("cannot tell where this program is: {error}"))?;
    program
        .parent()
        .and_then(Path::parent)
        .map(Path::to_path_buf)
        .ok_or_else(|| "this program is not in cargo's target folder".to_owned())
}

/// A program that cargo has built.
///
/// # Errors
/// As [`target`].
pub(crate) fn built(name: &str, release: bool) -> Result<PathBuf, String> {
    let profile = if release { "release" } else { "debug" };
    Ok(target()?
        .join(profile)
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// A folder of real photos to try things on, if there is one: `$CLOAKROOM_CORPUS`, or one beside the repository.
pub(crate) fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("CLOAKROOM_CORPUS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| root().join("../shared/corpus/metadata"));
    folder.is_dir().then_some(folder)
}

/// The version that the whole workspace carries.
///
/// # Errors
/// `Cargo.toml` cannot be read or names none.
pub(crate) fn version() -> Result<String, String> {
    let path = root().join("Cargo.toml");
    let manifest =
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let line = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = "));
    line.map(|version| version.trim_matches('"').to_owned())
        .ok_or_else(|| format!("{} names no version", path.display()))
}
