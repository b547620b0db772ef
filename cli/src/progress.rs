//! A progress bar, where a person is looking.

use std::io::{IsTerminal, stderr};
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pipeline::CloakProgress;

/// So many steps of the bar are one photo.
const STEPS: u64 = 1_000;

/// A bar on standard error; nothing where that is no terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    photos: u64,
    done: AtomicU64,
    /// Whether it is shown only once a cloak is being made.
    waits: bool,
}

impl Progress {
    /// A bar for so many photos. For a single one there is none before it is seen that it takes long.
    pub(crate) fn new(photos: usize, quiet: bool) -> Self {
        let photos = photos as u64;
        let is_seen = !quiet && photos > 0 && stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(Some(photos * STEPS), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {msg}") {
            bar.set_style(style);
        }
        let progress = Self {
            bar,
            photos,
            done: AtomicU64::new(0),
            waits: is_seen,
        };
        if is_seen && photos > 1 {
            progress.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        progress
    }

    /// One more photo is done.
    pub(crate) fn advance(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.bar.set_position(done * STEPS);
        let left = self.bar.eta().as_secs();
        self.bar
            .set_message(format!("{done} of {}, {left} s left", self.photos));
    }

    /// The cloak of one more photo is so far.
    pub(crate) fn cloaking(&self, progress: CloakProgress) {
        if self.waits && self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        let done = self.done.load(Ordering::Relaxed);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let part = (f64::from(progress.share) * STEPS as f64) as u64;
        self.bar.set_position(done * STEPS + part);
        let left = progress
            .seconds_left
            .map(|seconds| format!(", {} s left", seconds.ceil()))
            .unwrap_or_default();
        let which = match self.photos {
            1 => String::new(),
            photos => format!(" photo {} of {photos}", (done + 1).min(photos)),
        };
        self.bar
            .set_message(format!("{}{which}{left}", progress.stage));
    }

    /// Writes something while the bar is out of the way.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
