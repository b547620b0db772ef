//! `cloakroom prove` and `cloakroom verify`.

use std::process::ExitCode;
use std::time::SystemTime;

use pipeline::clock::rfc3339_utc;
use pipeline::ledger::bundle::{self, Choice, Outcome, Report, Trust};
use pipeline::ledger::{self, field::FIELDS};
use pipeline::proof::{read_bundle, trust};
use pipeline::worker::Workers;
use pipeline::{Failure, Limits, Source};
use serde::Serialize;

use crate::ledger::write_new;
use crate::output::{json, print, print_error, warn};
use crate::proof_args::{Prove, Verify};
use crate::secret::unlocked;
use crate::text::shown;

pub(crate) fn prove(args: &Prove) -> ExitCode {
    finish(make(args))
}

pub(crate) fn verify(args: &Verify) -> ExitCode {
    finish(check(args))
}

pub(crate) fn finish(done: Result<ExitCode, Failure>) -> ExitCode {
    done.unwrap_or_else(|failure| {
        warn(&failure);
        ExitCode::FAILURE
    })
}

/// What the clock says.
pub(crate) fn now() -> String {
    rfc3339_utc(SystemTime::now())
}

fn make(args: &Prove) -> Result<ExitCode, Failure> {
    let fields = match args.disclose.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["none"] => Vec::new(),
        ["all"] => FIELDS.map(str::to_owned).to_vec(),
        _ => args.disclose.clone(),
    };
    let photo = match &args.photo {
        Some(path) => {
            let source = Source::open(path, &Limits::default())?;
            let ending = path.extension().unwrap_or_default().to_string_lossy();
            Some((ending.into_owned(), source.bytes().to_vec()))
        }
        None => None,
    };
    let ledger = unlocked(&args.unlock)?;
    let tiles = match &args.tile_of {
        Some(path) => {
            let seed = ledger.tile_seed(&args.id)?;
            pipeline::tiles(
                path,
                &seed,
                &args.tile,
                &Limits::default(),
                &Workers::new(1),
            )?
        }
        None => Vec::new(),
    };
    let choice = Choice {
        fields,
        photo,
        tiles,
    };
    let files = ledger.prove(&args.id, &choice, &now())?;
    write_new(&args.out, &bundle::write_zip(&files)?)?;
    let report = bundle::check(&files, &Trust::default());
    if args.json {
        print(&json(&report));
        return Ok(ExitCode::SUCCESS);
    }
    print_error(&format!(
        "Wrote {}. Key: {}\n{}",
        shown(&args.out.to_string_lossy()),
        report.key.as_deref().unwrap_or_default(),
        if files.keys().any(|name| name.starts_with("anchors/")) {
            "Its time is confirmed by the anchors in it, for whoever trusts them.\n"
        } else {
            "Its time is your own claim: no checkpoint with this record is anchored yet. See \"cloakroom ledger anchor\".\n"
        }
    ));
    Ok(ExitCode::SUCCESS)
}

fn check(args: &Verify) -> Result<ExitCode, Failure> {
    let files = read_bundle(&args.bundle)?;
    let trust = Trust {
        keys: args.key.iter().map(|key| named(key)).collect(),
        ..trust(&args.ca, &args.block)?
    };
    let report = bundle::check(&files, &trust);
    let well = if trust.keys.is_empty() {
        report.fits_together()
    } else {
        report.is_by_a_known_key()
    };
    if args.json {
        #[derive(Serialize)]
        struct Told<'a> {
            fits_together: bool,
            #[serde(flatten)]
            report: &'a Report,
        }
        print(&json(&Told {
            fits_together: report.fits_together(),
            report: &report,
        }));
    } else {
        print(told(&report, !trust.keys.is_empty()).as_bytes());
    }
    Ok(if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn named(key: &str) -> (String, String) {
    // Base64 ends with `=` only where it is padded, which fingerprints are not.
    let (fingerprint, name) = key
        .split_once('=')
        .unwrap_or((key, "the key that you named"));
    (fingerprint.to_owned(), name.to_owned())
}

/// A report as text.
fn told(report: &Report, key_was_named: bool) -> String {
    let mut text = String::new();
    for check in &report.checks {
        let label = match check.outcome {
            Outcome::Holds => "ok",
            Outcome::Fails => "FAILED",
            Outcome::Open => "open",
        };
        text += &format!("{label:8}{}\n", shown(&check.what));
    }
    if !report.fits_together() {
        return text + "\nSomething is not as it was made. Do not rely on this bundle.\n";
    }
    text += "\nThe record says:\n";
    for field in &report.shown {
        let value = match &field.value {
            ledger::field::Value::Unknown => "not recorded".to_owned(),
            ledger::field::Value::Text(text) => text.clone(),
            ledger::field::Value::List(texts) => texts.join(" "),
        };
        text += &format!("  {:18}{}\n", field.name, shown(&value));
    }
    if report.shown.is_empty() {
        text += "  nothing but that it is there\n";
    }
    text += "\nTime:\n";
    for time in &report.times {
        text += &format!("  there by {}, says {}\n", time.time, shown(&time.by));
    }
    for open in &report.open {
        text += &format!("  {}\n", shown(open));
    }
    if report.times.is_empty() && report.open.is_empty() {
        text += "  nobody but the holder of the key says when\n";
    }
    let key = report.key.as_deref().unwrap_or_default();
    text + &match (&report.key_known_as, key_was_named) {
        (Some(whose), _) => format!(
            "\nEverything fits together, signed with {key}: {}.\n",
            shown(whose)
        ),
        (None, true) => format!(
            "\nEverything fits together, but it was signed with ANOTHER key than you named: {key}\n"
        ),
        (None, false) => format!(
            "\nEverything fits together, signed with the key {key}\nWhose key that is, this bundle cannot show. Ask the person by another way.\n"
        ),
    }
}
