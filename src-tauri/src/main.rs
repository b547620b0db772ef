//! Door two: the window. What happens before there is one, in an order that matters.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod app;
#[cfg(test)]
mod bindings;
mod cleaning;
mod commands;
mod dialog;
mod environment;
mod events;
mod intake;
mod lock;
mod looking;
mod preview;
#[cfg(feature = "e2e")]
mod probe;
mod problem;
mod records;
mod reveal;
#[cfg(test)]
mod scenarios;
mod session;
mod settings;
mod view;
mod window;

use std::process::ExitCode;

/// Wrong usage, or no way to open a window.
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    speak_neutrally();
    // The decoder's process is this program too; it must become one before anything else is loaded.
    if pipeline::worker::is_worker(std::env::args_os()) {
        pipeline::worker::serve();
    }
    if !environment::has_display() {
        eprintln!(
            "Cloakroom has no screen to open a window on. The command line works without one: cloakroom --help"
        );
        return ExitCode::from(EXIT_USAGE);
    }
    // Starting anew comes before the filter, which a process cannot take off again.
    if environment::settle().is_err() {
        eprintln!(
            "Cloakroom could not prepare its window. The command line works without one: cloakroom --help"
        );
        return ExitCode::from(EXIT_USAGE);
    }
    // Before GTK and the web view, so that every process of theirs inherits it.
    if pipeline::offline::enforce().is_err() {
        eprintln!(
            "Cloakroom could not shut the network off for itself on this system, so it does not start."
        );
        return ExitCode::from(EXIT_USAGE);
    }
    #[cfg(feature = "e2e")]
    if std::env::args_os().any(|argument| argument == "--probe-network") {
        return probe::network();
    }
    app::run()
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
