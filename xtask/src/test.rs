//! `cargo xtask test`: every test, and a table at the end.

use std::time::{Duration, Instant};

use crate::args::TestOptions;
use crate::needs::Purpose;
use crate::{e2e, install, models, tools, ui};

pub(crate) const NEEDED: &[Purpose] = &[
    Purpose::Compile,
    Purpose::Window,
    Purpose::Screen,
    Purpose::Test,
];

enum Ending {
    Passed,
    Failed,
    Skipped(&'static str),
}

/// # Errors
/// Something is missing, or a test failed. All are run all the same.
pub(crate) fn test(options: &TestOptions) -> Result<(), String> {
    install::ensure(
        if options.end_to_end {
            NEEDED
        } else {
            &NEEDED[..2]
        },
        options.consent,
    )?;
    let mut steps = Steps(Vec::new());
    steps.run("models of a dependency", || models::ensure().map(|_| ()));
    steps.run("rooms and command line", || {
        cargo_test(&["--workspace", "--exclude", "cloakroom-app"])
    });
    steps.run("page: packages", ui::packages);
    steps.run("page: types and accessibility", || {
        ui::npm(&["run", "check"])
    });
    steps.run("page: tests", || ui::npm(&["test"]));
    steps.run("page: build", || ui::npm(&["run", "build"]));
    steps.run("window and bindings", || {
        cargo_test(&[
            "--package",
            "cloakroom-app",
            "--features",
            "custom-protocol,e2e",
        ])
    });
    if !options.end_to_end {
        steps.skip("end to end", "--no-e2e");
        steps.skip("offline proof", "--no-e2e");
    } else if !e2e::possible() {
        steps.skip("end to end", "only on Linux");
        steps.skip("offline proof", "only on Linux");
    } else {
        steps.run("end to end", || e2e::scenarios(None));
        steps.run("offline proof", e2e::offline_proof);
    }
    steps.summary()
}

fn cargo_test(args: &[&str]) -> Result<(), String> {
    tools::run(tools::cargo().args(["test", "--no-fail-fast"]).args(args))
}

struct Steps(Vec<(&'static str, Ending, Duration)>);

impl Steps {
    fn run(&mut self, name: &'static str, step: impl FnOnce() -> Result<(), String>) {
        println!("\n== {name}");
        let started = Instant::now();
        let ending = match step() {
            Ok(()) => Ending::Passed,
            Err(message) => {
                println!("{message}");
                Ending::Failed
            }
        };
        self.0.push((name, ending, started.elapsed()));
    }

    fn skip(&mut self, name: &'static str, reason: &'static str) {
        self.0.push((name, Ending::Skipped(reason), Duration::ZERO));
    }

    fn summary(&self) -> Result<(), String> {
        println!();
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        for (name, ending, took) in &self.0 {
            let (word, count) = match ending {
                Ending::Passed => ("passed".to_owned(), &mut passed),
                Ending::Failed => ("FAILED".to_owned(), &mut failed),
                Ending::Skipped(reason) => (format!("skipped ({reason})"), &mut skipped),
            };
            *count += 1;
            println!("{name:<32} {:>6.1} s  {word}", took.as_secs_f64());
        }
        println!("\nsteps: {passed} passed, {failed} failed, {skipped} skipped");
        if failed == 0 {
            Ok(())
        } else {
            Err("not every test passed".to_owned())
        }
    }
}
