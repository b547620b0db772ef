//! `cloakroom clean`.

use std::process::{ExitCode, exit};
use std::time::SystemTime;

use pipeline::ledger::Ledger;
use pipeline::models::Models;
use pipeline::worker::Workers;
use pipeline::{
    Cancel, Cloaking, Destination, Event, Failure, Handover, Limits, Policy, Recording, Request,
    gather, home,
};

use crate::args;
use crate::output::{Line, json, print, print_error, warn};
use crate::printer::{Form, Printer};
use crate::text;

/// The exit status after Ctrl-C: 128 and the number of SIGINT, as shells have it.
const INTERRUPTED: u8 = 130;
/// The exit status for what cannot be meant.
const WRONG_USAGE: u8 = 2;

pub(crate) fn run(args: &args::Clean) -> ExitCode {
    let cancel = stop_on_ctrl_c();
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    let handover = match Handover::new(&said(&args.recipient), &said(&args.purpose)) {
        Ok(handover) => handover,
        Err(failure) => {
            warn(&failure);
            return ExitCode::from(WRONG_USAGE);
        }
    };
    let ledger = match open_ledger(args) {
        Ok(ledger) => ledger,
        Err(failure) => return not_recordable(failure, args.json),
    };
    let models = match args.cloak.map(|_| load_models()).transpose() {
        Ok(models) => models,
        Err(failure) => return fails(failure, args.json),
    };
    let workers = Workers::new(args.jobs.unwrap_or(0));
    let cloaking = args.cloak.zip(models.as_ref()).map(|(strength, models)| {
        let steps = args.refine.unwrap_or(0);
        Cloaking::new(models, &workers, strength, steps, args.seed, cancel.clone())
    });
    let recording = ledger.as_ref().map(|ledger| Recording {
        ledger,
        workers: &workers,
        app_version: env!("CARGO_PKG_VERSION"),
        clock: &SystemTime::now,
        handover: &handover,
    });

    let mut found = gather(&args.paths, &cancel);
    if let Some(folder) = &args.out {
        found.leave_out(folder);
    }
    let form = Form {
        json: args.json,
        quiet: args.quiet,
        in_full: false,
    };
    let printer = Printer::new(form, found.photos.len());
    let hear = |event| match event {
        Event::Started { .. } => {}
        Event::Cloaking { progress, .. } => printer.cloaking(progress),
        Event::Finished { index, outcome } => {
            let path = found
                .photos
                .get(index)
                .map(|photo| photo.path.clone())
                .unwrap_or_default();
            // Cleaning goes on when nobody reads what is printed: that was not what was asked for.
            printer.tell(index, Line::cleaned(&path, outcome));
        }
    };
    let summary = pipeline::run_cloaking(
        &found.photos,
        &request(args),
        recording.as_ref(),
        cloaking.as_ref(),
        &cancel,
        &hear,
    );
    let any_problem = printer.finish(&found.skipped, &cancel);
    if !args.json && !args.quiet {
        print(text::summary(&summary).as_bytes());
    }
    exit_code(any_problem, &cancel)
}

fn request(args: &args::Clean) -> Request {
    Request {
        policy: if args.only.is_some() {
            Policy::all_but_place()
        } else {
            Policy {
                keep: args.keep.iter().copied().collect(),
            }
        },
        destination: match (&args.out, args.replace) {
            (Some(folder), _) => Destination::Folder(folder.clone()),
            (None, true) => Destination::Replace,
            (None, false) => Destination::Beside,
        },
        naming: args.name,
        keep_times: args.keep_times,
        jobs: args.jobs.unwrap_or(0),
        limits: Limits::default(),
    }
}

/// The ledger to record in; none where the person said so.
fn open_ledger(args: &args::Clean) -> Result<Option<Ledger>, Failure> {
    if args.no_record {
        return Ok(None);
    }
    Ok(Some(pipeline::open_ledger(&home::ledger()?)?))
}

/// All models at hand; those that cannot be read are told.
///
/// # Errors
/// There is none to make a cloak with.
pub(crate) fn load_models() -> Result<Models, Failure> {
    let models = Models::load(home::dir().ok().as_deref());
    models.problems().iter().for_each(warn);
    models.check()?;
    Ok(models)
}

/// Without a ledger nothing is cleaned, unless the person says that this is well.
fn not_recordable(mut failure: Failure, as_json: bool) -> ExitCode {
    failure
        .hint
        .push_str(" To clean without recording, add --no-record.");
    fails(failure, as_json)
}

/// Tells of what concerns all files.
pub(crate) fn fails(failure: Failure, as_json: bool) -> ExitCode {
    if as_json {
        print(&json(&Line::failed_altogether(failure)));
    } else {
        warn(&failure);
    }
    ExitCode::FAILURE
}

/// A request that Ctrl-C makes: the first time it stops after the photos in hand, the second time at once.
pub(crate) fn stop_on_ctrl_c() -> Cancel {
    let cancel = Cancel::new();
    let asked = cancel.clone();
    // Without a handler the system's own does its work: it ends the program, and nothing half-written is left under a
    // final name then either.
    let _ = ctrlc::set_handler(move || {
        if asked.is_cancelled() {
            exit(INTERRUPTED.into());
        }
        print_error("\nStopping after the photos in hand. Press Ctrl-C again to stop at once.\n");
        asked.cancel();
    });
    cancel
}

/// The exit status of a command that works on files.
pub(crate) fn exit_code(any_problem: bool, cancel: &Cancel) -> ExitCode {
    if cancel.is_cancelled() {
        ExitCode::from(INTERRUPTED)
    } else if any_problem {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
