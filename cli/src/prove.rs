//! `cloakroom prove` and `cloakroom verify`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use pipeline::clock::rfc3339_utc;
use pipeline::ledger::bundle::{self, Choice, Files, Outcome, Report, Trust};
use pipeline::ledger::{self, field::FIELDS};
use pipeline::worker::Workers;
use pipeline::{Failure, Limits, Source};
use serde::Serialize;

use crate::ledger::write_new;
use crate::output::{json, print, print_error, warn};
use crate::proof_args::{Prove, Verify};
use crate::secret::{failure, unlocked};
use crate::text::shown;

/// The most bytes of a file that is checked.
const FILE_BYTES_MAX: u64 = 1 << 30;

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
    let files = read(&args.bundle)?;
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

/// What a person relies on: certificates that they name, those of the system, and blocks that they name.
pub(crate) fn trust(ca: &[PathBuf], blocks: &[String]) -> Result<Trust, Failure> {
    let mut roots = Vec::new();
    for path in ca {
        let found = ledger::anchor::certificates(&bytes_of(path)?);
        if found.is_empty() {
            return Err(failure(
                "no_certificate",
                "A file that was given with --ca holds no certificate.",
                "Give a certificate in PEM or DER, as the authority publishes it.",
            ));
        }
        roots.extend(found);
    }
    for path in [
        "/etc/ssl/cert.pem",
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
    ] {
        if let Ok(bytes) = fs::read(path) {
            roots.extend(ledger::anchor::certificates(&bytes));
            break;
        }
    }
    let headers = blocks
        .iter()
        .map(|text| ledger::anchor::block_header(text))
        .collect::<Option<Vec<_>>>();
    let headers = headers.ok_or_else(|| {
        failure(
            "no_block_header",
            "A block header is 160 hexadecimal digits.",
            "Give the raw header of the block that the anchor names.",
        )
    })?;
    let mut trust = Trust::default();
    (trust.roots, trust.headers) = (roots, headers);
    Ok(trust)
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = || {
        failure(
            "not_found",
            "The file cannot be read, or is too large.",
            "Check its name and whether you may read it.",
        )
    };
    let size = fs::metadata(path).map_err(|_| unreadable())?.len();
    if size > FILE_BYTES_MAX {
        return Err(unreadable());
    }
    fs::read(path).map_err(|_| unreadable())
}

/// A bundle's files, from its `.zip` or from a folder.
pub(crate) fn read(path: &Path) -> Result<Files, Failure> {
    if !path.is_dir() {
        return Ok(bundle::read_zip(&bytes_of(path)?)?);
    }
    let mut files = Files::new();
    let mut folders = vec![(path.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let not_a_bundle = |_| Failure::from(ledger::Error::NotABundle);
        for entry in fs::read_dir(&folder).map_err(not_a_bundle)? {
            let entry = entry.map_err(not_a_bundle)?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(not_a_bundle)?;
            if kind.is_dir() && prefix.is_empty() {
                folders.push((entry.path(), format!("{name}/")));
            } else if kind.is_file() && files.len() <= bundle::FILES_MAX {
                files.insert(name, bytes_of(&entry.path())?);
            } else {
                return Err(ledger::Error::NotABundle.into());
            }
        }
    }
    Ok(files)
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
