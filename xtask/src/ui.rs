//! The page: its packages, its build, its tests.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::project;
use crate::tools::{self, NPM};

/// What the built page is made of.
const SOURCES: &[&str] = &[
    "src",
    "index.html",
    "vite.config.ts",
    "tsconfig.json",
    "package.json",
    "package-lock.json",
];

/// Builds the page if it is older than its sources.
///
/// # Errors
/// npm fails.
pub(crate) fn build() -> Result<(), String> {
    packages()?;
    let ui = project::root().join("ui");
    let sources = SOURCES
        .iter()
        .filter_map(|source| newest(&ui.join(source)))
        .max();
    // The folder too: it changes when a file in it is taken away.
    if changed(&ui.join("dist/index.html")) >= sources {
        return Ok(());
    }
    npm(&["run", "build"])
}

/// Installs the page's packages if they are older than the lock. None of them may run a script while it is installed.
///
/// # Errors
/// npm fails.
pub(crate) fn packages() -> Result<(), String> {
    let ui = project::root().join("ui");
    // npm writes this file last.
    if changed(&ui.join("node_modules/.package-lock.json"))
        >= changed(&ui.join("package-lock.json"))
    {
        return Ok(());
    }
    npm(&["ci", "--ignore-scripts"])
}

/// # Errors
/// npm, or what it ran, fails.
pub(crate) fn npm(args: &[&str]) -> Result<(), String> {
    tools::run(Command::new(NPM).args(["--prefix", "ui"]).args(args))
}

/// When a file was last changed, `None` if it is not there.
pub(crate) fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata()
        .and_then(|metadata| metadata.modified())
        .ok()
}

/// When anything at or below a path was last changed; folders count, since they change when a file is removed.
fn newest(path: &Path) -> Option<SystemTime> {
    let below = std::fs::read_dir(path)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| newest(&entry.path()));
    below.chain(changed(path)).max()
}
