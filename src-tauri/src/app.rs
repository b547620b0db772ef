//! The app: plugins, commands, the preview scheme, and the one window.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pipeline::worker::Workers;
use tauri::{App, AppHandle, Manager, RunEvent};

use crate::commands;
use crate::find_commands;
use crate::ledger_commands;
use crate::looking;
use crate::preview;
use crate::problem::Problem;
use crate::session::Session;
use crate::window;

/// Opens the window and stays until it is closed. Returns its exit code, or nothing where no window can be opened.
pub(crate) fn run() -> Option<i32> {
    let build = || {
        tauri::Builder::default()
            // First, so that a second start ends before it does anything.
            .plugin(tauri_plugin_single_instance::init(second_start))
            .plugin(tauri_plugin_dialog::init())
            .register_asynchronous_uri_scheme_protocol(preview::SCHEME, preview::answer)
            .manage(preview::Previews::default())
            .invoke_handler(handler())
            .setup(set_up)
            .build(tauri::generate_context!())
    };
    // GTK's part of it panics where the screen that the environment names is not there.
    let app = std::panic::catch_unwind(build).ok()?.ok()?;
    Some(app.run_return(on_event))
}

#[cfg(not(feature = "e2e"))]
fn handler() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
    commands::all!(tauri::generate_handler)
}

#[cfg(feature = "e2e")]
fn handler() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
    commands::all!(tauri::generate_handler, e2e_drop)
}

fn set_up(app: &mut App) -> Result<(), Box<dyn std::error::Error>> {
    #[cfg(feature = "e2e")]
    app.add_capability(include_str!("../e2e/capability.json"))?;
    #[cfg(target_os = "linux")]
    crate::recent::forget_own_files();
    let home = pipeline::home::dir().map_err(Problem::from);
    let session = Session::open(home, Workers::new(0));
    app.manage(Arc::clone(&session));
    window::open(app.handle(), &session)?;
    let directory = std::env::current_dir().unwrap_or_default();
    take_arguments(&session, std::env::args_os().skip(1), &directory);
    Ok(())
}

/// A second start hands over what it was given and ends; the window that is open takes it.
fn second_start(app: &AppHandle, arguments: Vec<String>, directory: String) {
    if let Some(session) = app.try_state::<Arc<Session>>() {
        let arguments = arguments.into_iter().skip(1).map(OsString::from);
        take_arguments(&session, arguments, Path::new(&directory));
        window::show(app);
    }
}

fn take_arguments(
    session: &Arc<Session>,
    arguments: impl Iterator<Item = OsString>,
    directory: &Path,
) {
    let paths = paths_of(arguments, directory);
    if !paths.is_empty() {
        looking::take(session, paths);
    }
}

/// The paths among the arguments, made absolute. The window has no options of its own.
fn paths_of(arguments: impl Iterator<Item = OsString>, directory: &Path) -> Vec<PathBuf> {
    arguments
        .filter(|argument| !argument.as_encoded_bytes().starts_with(b"-"))
        .map(|argument| directory.join(argument))
        .collect()
}

fn on_event(app: &AppHandle, event: RunEvent) {
    // How macOS hands over files, at the first start and later.
    #[cfg(target_os = "macos")]
    if let RunEvent::Opened { urls } = &event {
        let paths = urls
            .iter()
            .filter_map(|url| url.to_file_path().ok())
            .collect();
        looking::take(&app.state::<Arc<Session>>(), paths);
    }
    if matches!(event, RunEvent::Exit)
        && let Some(session) = app.try_state::<Arc<Session>>()
    {
        // Closed in order, it opens faster next time.
        session.records.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_paths_from_where_they_were_said() {
        let arguments = ["a.jpg", "/b/c.jpg", "../d", "--help", "-x"];
        let paths = paths_of(
            arguments.into_iter().map(OsString::from),
            Path::new("/home"),
        );
        assert_eq!(
            paths,
            ["/home/a.jpg", "/b/c.jpg", "/home/../d"].map(PathBuf::from)
        );
    }
}
