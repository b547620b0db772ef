//! `cloakroom cloak-report`.

use std::process::ExitCode;

use pipeline::perturb::Measured;
use pipeline::worker::Workers;
use pipeline::{CLOAK_LIMITS, Failure, Limits, cloak_report};
use serde::Serialize;

use crate::clean::{exit_code, load_models, stop_on_ctrl_c};
use crate::cloak_args::CloakReport;
use crate::cloak_text;
use crate::output::{Line, json, print, print_error};
use crate::progress::Progress;
use crate::text::{self, Style};

#[derive(Debug, Serialize)]
struct Told<'a> {
    cloaked: &'a str,
    original: &'a str,
    #[serde(flatten)]
    measured: Option<&'a Measured>,
    error: Option<&'a Failure>,
}

pub(crate) fn run(args: &CloakReport) -> ExitCode {
    let cancel = stop_on_ctrl_c();
    let progress = Progress::new(1, false);
    let measured = load_models().and_then(|models| {
        cloak_report(
            &args.original,
            &args.file,
            (&Limits::default(), args.seed),
            (&models, &Workers::new(1)),
            &cancel,
            &|so_far| progress.cloaking(so_far),
        )
    });
    drop(progress);
    let (cloaked, original) = (args.file.to_string_lossy(), args.original.to_string_lossy());
    if args.json {
        print(&json(&Told {
            cloaked: &cloaked,
            original: &original,
            measured: measured.as_ref().ok(),
            error: measured.as_ref().err(),
        }));
    } else {
        match &measured {
            Ok(measured) => {
                let names = (text::shown(&cloaked), text::shown(&original));
                let mut told = cloak_text::report((&names.0, &names.1), measured);
                told.push_str("\nWhat a cloak does not do\n");
                for limit in CLOAK_LIMITS {
                    told.push_str(&cloak_text::wrapped(limit));
                }
                print(told.as_bytes());
            }
            Err(failure) => {
                let line = Line::failed(&args.file, failure.clone());
                print_error(&text::problem(&line, Style::of_errors()));
            }
        }
    }
    exit_code(measured.is_err(), &cancel)
}
