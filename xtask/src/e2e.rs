//! What needs a real window: the scenarios, and the proof of silence.

use std::path::Path;

use crate::{run, tools};

/// The test that is the proof; it runs with another build of the app than the scenarios.
const PROOF: &str = "offline_proof";

/// Whether this system can do it at all.
pub(crate) fn possible() -> bool {
    cfg!(target_os = "linux")
}

/// Runs the scenarios whose name contains `filter`, or all.
///
/// # Errors
/// The app does not build or a scenario fails.
pub(crate) fn scenarios(filter: Option<&str>) -> Result<(), String> {
    require()?;
    let app = run::build(false, &["custom-protocol", "e2e"])?;
    let mut select = vec!["--skip", PROOF];
    select.extend(filter);
    drive(&app, &select)
}

/// Runs a session of the app as it is shipped under strace.
///
/// # Errors
/// The app does not build, or one of its processes asked for a network socket.
pub(crate) fn offline_proof() -> Result<(), String> {
    require()?;
    let app = run::build(false, &["custom-protocol"])?;
    drive(&app, &[PROOF])
}

fn require() -> Result<(), String> {
    if possible() {
        Ok(())
    } else {
        Err("The window can only be driven from outside on Linux.".to_owned())
    }
}

/// Hands the app to the tests that drive it, one after the other: each has a desktop to itself, but not the processor.
fn drive(app: &Path, select: &[&str]) -> Result<(), String> {
    let mut command = tools::cargo();
    command.args([
        "test",
        "--package",
        "cloakroom-tests",
        "--features",
        "e2e",
        "--test",
        "e2e",
        "--",
    ]);
    command
        .args(["--nocapture", "--test-threads=1"])
        .args(select);
    tools::run(command.env("CLOAKROOM_APP", app))
}
