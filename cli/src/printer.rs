//! Prints what is told of files in the order in which they were given, although they end in another.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use pipeline::{Cancel, CloakProgress, Skipped};

use crate::output::{Line, json, print, print_error, skipped_json};
use crate::progress::Progress;
use crate::text::{self, Style};

/// How files are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    /// As JSON, one object per line.
    pub(crate) json: bool,
    /// Problems only.
    pub(crate) quiet: bool,
    /// With every finding, because nothing was done with it.
    pub(crate) in_full: bool,
}

/// Prints lines in order.
#[derive(Debug)]
pub(crate) struct Printer {
    form: Form,
    progress: Progress,
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    next: usize,
    /// Lines that wait for the ones before; nothing for files that are not told of.
    waiting: BTreeMap<usize, Option<Line>>,
    any_problem: bool,
    is_closed: bool,
}

impl Printer {
    /// For so many files.
    pub(crate) fn new(form: Form, files: usize) -> Self {
        Self {
            form,
            progress: Progress::new(files, form.quiet),
            queue: Mutex::default(),
        }
    }

    /// Takes what is told of the file at `index`, and prints all that are next in order. Whether somebody still reads.
    pub(crate) fn tell(&self, index: usize, line: Option<Line>) -> bool {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.any_problem |= line.as_ref().is_some_and(Line::is_problem);
        queue.waiting.insert(index, line);
        self.progress.advance();
        loop {
            let next = queue.next;
            let Some(line) = queue.waiting.remove(&next) else {
                return !queue.is_closed;
            };
            queue.next += 1;
            if let Some(line) = line {
                let open = self.progress.aside(|| self.print(&line));
                queue.is_closed |= !open;
            }
        }
    }

    /// Shows how far the cloak of a photo is, where a person is looking.
    pub(crate) fn cloaking(&self, progress: CloakProgress) {
        self.progress.cloaking(progress);
    }

    /// Prints one line; whether somebody still reads.
    fn print(&self, line: &Line) -> bool {
        let Form {
            json: as_json,
            quiet,
            in_full,
        } = self.form;
        match (as_json, &line.error) {
            (true, _) => print(&json(line)),
            (false, Some(_)) => {
                print_error(&text::problem(line, Style::of_errors()));
                true
            }
            (false, None) if quiet => true,
            (false, None) if in_full => print(text::inspected(line, Style::of_output()).as_bytes()),
            (false, None) => print(text::cleaned(line, Style::of_output()).as_bytes()),
        }
    }

    /// Tells what was left out in folders. Returns whether there was any problem, with files or with folders.
    pub(crate) fn finish(self, skipped: &[Skipped], cancel: &Cancel) -> bool {
        drop(self.progress);
        if !skipped.is_empty() && !cancel.is_cancelled() {
            if self.form.json {
                print(&skipped_json(skipped));
            } else if !self.form.quiet || skipped.iter().any(|skipped| skipped.reason.is_problem())
            {
                print_error(&text::skipped(skipped));
            }
        }
        let queue = self
            .queue
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        queue.any_problem || skipped.iter().any(|skipped| skipped.reason.is_problem())
    }
}
