//! Door two: the window. What happens before there is one, in an order that matters.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod app;
#[cfg(test)]
mod bindings;
mod cleaning;
mod clipboard;
mod cloak_view;
mod commands;
mod custody;
#[cfg(test)]
mod custody_scenarios;
mod dialog;
mod environment;
mod events;
mod find_commands;
mod find_view;
mod finding;
mod intake;
mod ledger_commands;
mod ledger_view;
mod lock;
mod looking;
mod models;
mod preview;
#[cfg(feature = "e2e")]
mod probe;
mod problem;
mod proving;
#[cfg(target_os = "linux")]
mod recent;
mod records;
mod reveal;
#[cfg(test)]
mod scenarios;
mod session;
mod settings;
mod thumbnails;
mod trusted;
mod view;
mod window;

use std::process::ExitCode;

/// There is no window to be had here; the command line's code for wrong usage.
const EXIT_NO_WINDOW: u8 = 2;

fn main() -> ExitCode {
    speak_neutrally();
    // The decoder's process is this program too; it must become one before anything else is loaded.
    if pipeline::worker::is_worker(std::env::args_os()) {
        pipeline::worker::serve();
    }
    // Starting anew comes before the filter, which a process cannot take off again.
    if !environment::has_display() || environment::settle().is_err() {
        return no_window();
    }
    // Before GTK and the web view, so that every process of theirs inherits it. A driver of tests speaks to the web view
    // over a network socket, so this is the one case without it; only builds for tests can be driven.
    if !environment::is_driven() && pipeline::offline::enforce().is_err() {
        eprintln!(
            "Cloakroom cannot shut itself off from the network on this system, so it does not start."
        );
        return ExitCode::from(EXIT_NO_WINDOW);
    }
    #[cfg(feature = "e2e")]
    if std::env::args_os().any(|argument| argument == "--probe-network") {
        return probe::network();
    }
    match app::run() {
        Some(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        None => no_window(),
    }
}

fn no_window() -> ExitCode {
    eprintln!(
        "Cloakroom could not open a window here. The command line works without one: cloakroom --help"
    );
    ExitCode::from(EXIT_NO_WINDOW)
}

/// A panic tells where in our code it was, and nothing of what it was about: its message may hold a path or a value.
fn speak_neutrally() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| {
            let file = place.file().rsplit(['/', '\\']).next().unwrap_or_default();
            format!(" ({file}:{})", place.line())
        });
        eprintln!("Cloakroom made a mistake{}.", place.unwrap_or_default());
    }));
}
