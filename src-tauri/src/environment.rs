//! What the process is started with. The web view reads its wishes from the environment, and safe Rust cannot change the
//! environment of a running process: where it has to be different, the program starts itself anew with the right one.

#[cfg(target_os = "linux")]
use std::ffi::OsString;

/// A variable that has to change: its new value, or nothing for it to go.
#[cfg(target_os = "linux")]
type Change = (&'static str, Option<&'static str>);

/// Lets a driver reach into the window, in every build of Tauri.
const AUTOMATION: &str = "TAURI_WEBVIEW_AUTOMATION";

/// Whether there is a screen to open a window on.
#[cfg(target_os = "linux")]
pub(crate) fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .into_iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Whether there is a screen to open a window on; other systems always have one.
#[cfg(not(target_os = "linux"))]
pub(crate) fn has_display() -> bool {
    true
}

/// Whether an end-to-end test drives the window from outside. Only builds for tests can be driven.
pub(crate) fn is_driven() -> bool {
    cfg!(feature = "e2e") && std::env::var_os(AUTOMATION).is_some()
}

/// Returns when the environment is as the web view needs it. Otherwise the program starts anew, and this does not return
/// at all, or with the reason why it could not.
///
/// It ends because what is started anew finds nothing to change any more.
///
/// # Errors
///
/// The program could not be started anew.
#[cfg(target_os = "linux")]
pub(crate) fn settle() -> Result<(), std::io::Error> {
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    let changes = changes(|name| std::env::var_os(name), sandbox_works);
    if changes.is_empty() {
        return Ok(());
    }
    let mut again = Command::new(std::env::current_exe()?);
    let mut arguments = std::env::args_os();
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    again.args(arguments);
    for (name, value) in changes {
        match value {
            Some(value) => again.env(name, value),
            None => again.env_remove(name),
        };
    }
    Err(again.exec())
}

/// Returns at once: other web views read nothing of ours from the environment.
///
/// # Errors
///
/// None.
#[cfg(not(target_os = "linux"))]
pub(crate) fn settle() -> Result<(), std::io::Error> {
    Ok(())
}

/// What has to change in this environment.
#[cfg(target_os = "linux")]
fn changes(
    variable: impl Fn(&str) -> Option<OsString>,
    sandbox_works: impl Fn() -> bool,
) -> Vec<Change> {
    let unset = |name| variable(name).is_none();
    let mut changes = Vec::new();
    if cfg!(not(feature = "e2e")) && !unset(AUTOMATION) {
        changes.push((AUTOMATION, None));
    }
    // With some graphics drivers the window stays blank otherwise. Whoever set it knows better.
    if unset("WEBKIT_DISABLE_DMABUF_RENDERER") {
        changes.push(("WEBKIT_DISABLE_DMABUF_RENDERER", Some("1")));
    }
    // The page's process sees no file of the person's. Asked for last, because the probe takes a moment.
    if unset("WEBKIT_FORCE_SANDBOX") && sandbox_works() {
        changes.push(("WEBKIT_FORCE_SANDBOX", Some("1")));
    }
    changes
}

/// Whether the web view could make its sandbox here. Some systems do not let a program make namespaces, and a web view
/// that is forced to would not start. Inside Flatpak or Snap the whole program is in a sandbox already.
#[cfg(target_os = "linux")]
fn sandbox_works() -> bool {
    use std::path::Path;
    use std::process::{Command, Stdio};

    let contained = Path::new("/.flatpak-info").exists() || std::env::var_os("SNAP").is_some();
    let probe = || {
        Command::new("bwrap")
            .args([
                "--unshare-user",
                "--unshare-pid",
                "--unshare-uts",
                "--unshare-net",
                "--ro-bind",
                "/",
                "/",
            ])
            .args(["--proc", "/proc", "--dev", "/dev", "true"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
    };
    !contained && probe().is_ok_and(|status| status.success())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    type Variables = BTreeMap<&'static str, &'static str>;

    fn changes_in(variables: &Variables, sandbox: bool) -> Vec<Change> {
        changes(|name| variables.get(name).map(OsString::from), || sandbox)
    }

    #[test]
    fn nothing_is_left_to_change_after_the_changes() {
        for sandbox in [false, true] {
            let mut variables = Variables::from([(AUTOMATION, "true")]);
            for (name, value) in changes_in(&variables, sandbox) {
                match value {
                    Some(value) => variables.insert(name, value),
                    None => variables.remove(name),
                };
            }
            assert_eq!(changes_in(&variables, sandbox), []);
            assert_eq!(variables.contains_key("WEBKIT_FORCE_SANDBOX"), sandbox);
            assert_eq!(variables.contains_key(AUTOMATION), cfg!(feature = "e2e"));
        }
    }

    #[test]
    fn what_the_person_set_stays() {
        let own = Variables::from([
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "0"),
            ("WEBKIT_FORCE_SANDBOX", "0"),
        ]);
        assert_eq!(changes_in(&own, true), []);
    }
}
