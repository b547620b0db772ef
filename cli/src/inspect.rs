//! `cloakroom inspect`.

use std::process::ExitCode;

use pipeline::{Cancel, Limits, gather, inspect_all};

use crate::args;
use crate::clean::{exit_code, stop_on_ctrl_c};
use crate::output::Line;
use crate::printer::{Form, Printer};

pub(crate) fn run(args: &args::Inspect) -> ExitCode {
    let interrupted = stop_on_ctrl_c();
    // Nobody reading is a reason to stop too, but not an interruption.
    let cancel = Cancel::new();
    let found = gather(&args.paths, &interrupted);
    let form = Form {
        json: args.json,
        quiet: false,
        in_full: true,
    };
    let printer = Printer::new(form, found.photos.len());
    inspect_all(
        &found.photos,
        &Limits::default(),
        0,
        &cancel,
        &|index, inspected| {
            let path = found
                .photos
                .get(index)
                .map(|photo| photo.path.clone())
                .unwrap_or_default();
            let is_read = printer.tell(index, Some(Line::inspected(&path, inspected)));
            if !is_read || interrupted.is_cancelled() {
                cancel.cancel();
            }
        },
    );
    let any_problem = printer.finish(&found.skipped, &cancel);
    exit_code(any_problem, &interrupted)
}
