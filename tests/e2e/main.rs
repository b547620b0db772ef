//! Cloakroom in a real window: a screen, a session bus and a window manager of its own for each scenario, real keys, real drags,
//! real dialogs. `cargo xtask e2e` builds the app and runs these.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a scenario that cannot go on has failed"
)]

mod app;
mod desktop;
mod input;
mod offline_proof;
mod photos;
mod processes;
mod scenarios;
#[path = "../../crates/pipeline/tests/common/tiny.rs"]
#[allow(dead_code, unreachable_pub, reason = "what other tests use as well")]
mod tiny;
mod webdriver;

use std::time::{Duration, Instant};

/// Asks again and again until there is an answer; never a fixed pause.
fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(
            started.elapsed() < PATIENCE,
            "waited {} s for {what}",
            PATIENCE.as_secs()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// How long anything may take on a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(40);
