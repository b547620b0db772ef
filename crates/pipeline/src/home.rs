//! Where the program keeps what is its own: the ledger.

use std::env;
use std::ffi::OsString;
use std::fs::DirBuilder;
use std::path::{Path, PathBuf};

use crate::Failure;

/// The folder of the program's own data, made if it is not there, readable by its owner alone: `$CLOAKROOM_HOME`, or a
/// folder in the platform's data directory.
///
/// # Errors
/// When the person has no home directory, or the folder cannot be made.
pub fn dir() -> Result<PathBuf, Failure> {
    let folder = locate(|name| env::var_os(name), env::home_dir()).ok_or_else(|| {
        Failure::failed(
            "no_home",
            "there is no home directory to keep the ledger in",
            "Set CLOAKROOM_HOME to a folder of your own.",
        )
    })?;
    make(&folder)?;
    Ok(folder)
}

/// The path of the ledger in [`dir`].
///
/// # Errors
/// As [`dir`].
pub fn ledger() -> Result<PathBuf, Failure> {
    dir().map(|folder| folder.join("ledger.sqlite"))
}

/// Where the folder is, by the environment and the home directory.
fn locate(variable: impl Fn(&str) -> Option<OsString>, home: Option<PathBuf>) -> Option<PathBuf> {
    let set = |name| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    // An absolute path, so that it stays the same wherever the program is started.
    if let Some(own) = set("CLOAKROOM_HOME") {
        return std::path::absolute(own).ok();
    }
    let home = home.filter(|home| home.is_absolute());
    if cfg!(windows) {
        let data = set("LOCALAPPDATA").or_else(|| Some(home?.join("AppData").join("Local")));
        data.map(|data| data.join("Cloakroom"))
    } else if cfg!(target_os = "macos") {
        home.map(|home| home.join("Library/Application Support/Cloakroom"))
    } else {
        // XDG Base Directory Specification: a relative path must be ignored.
        let data = set("XDG_DATA_HOME").filter(|data| data.is_absolute());
        let data = data.or_else(|| Some(home?.join(".local/share")));
        data.map(|data| data.join("cloakroom"))
    }
}

fn make(folder: &Path) -> Result<(), Failure> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|_| {
        Failure::failed(
            "home_unwritable",
            "the folder for the ledger cannot be made",
            "Set CLOAKROOM_HOME to a folder that you may write to.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_comes_first() {
        let found = locate(
            |name| (name == "CLOAKROOM_HOME").then(|| "/own".into()),
            Some("/home/jane".into()),
        );
        assert_eq!(found, std::path::absolute("/own").ok());
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn otherwise_the_data_directory() {
        let xdg =
            |value: &'static str| move |name: &str| (name == "XDG_DATA_HOME").then(|| value.into());
        let home = || Some(PathBuf::from("/home/jane"));
        assert_eq!(locate(xdg("/data"), home()), Some("/data/cloakroom".into()));
        assert_eq!(
            locate(xdg("data"), home()),
            Some("/home/jane/.local/share/cloakroom".into())
        );
        assert_eq!(locate(|_| None, None), None);
    }

    #[cfg(unix)]
    #[test]
    fn made_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/b");
        make(&folder).unwrap();
        make(&folder).unwrap();
        assert_eq!(
            folder.metadata().unwrap().permissions().mode() & 0o777,
            0o700
        );
        std::fs::write(parent.path().join("file"), "").unwrap();
        assert_eq!(
            make(&parent.path().join("file")).unwrap_err().code,
            "home_unwritable"
        );
    }
}
