//! `cloakroom ledger`.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pipeline::ledger::{Error, ExportFormat, Ledger, Query, Record};
use pipeline::worker::Workers;
use pipeline::{Failure, Limits};
use serde::Serialize;

use crate::args::LedgerCommand;
use crate::care;
use crate::output::{Line, json, print, print_error};
use crate::proof_args::Unlock;
use crate::prove::finish;
use crate::secret::unlocked;
use crate::text::{self, Style, shown};

/// How many records are read at a time.
const PAGE: u64 = 500;

pub(crate) fn run(command: &LedgerCommand, unlock: &Unlock) -> ExitCode {
    finish(match command {
        LedgerCommand::Care(command) => care::run(command, unlock),
        _ => unlocked(unlock).and_then(|ledger| match command {
            LedgerCommand::List { search, json } => list(&ledger, search, *json),
            LedgerCommand::Show { id, json } => show(&ledger, id, *json),
            LedgerCommand::Find { files, json } => Ok(find(&ledger, files, *json)),
            LedgerCommand::Export { format, out } => export(&ledger, *format, out.as_deref()),
            LedgerCommand::Care(_) => Ok(ExitCode::SUCCESS),
        }),
    })
}

fn list(ledger: &Ledger, search: &str, as_json: bool) -> Result<ExitCode, Failure> {
    let mut query = Query {
        text: search.to_owned(),
        limit: PAGE,
        ..Query::default()
    };
    loop {
        let page = ledger.list(&query)?;
        if page.total == 0 && !as_json {
            print_error("No records.\n");
        }
        for record in &page.records {
            let line = if as_json {
                json(record)
            } else {
                in_brief(record).into_bytes()
            };
            if !print(&line) {
                return Ok(ExitCode::SUCCESS);
            }
        }
        query.offset += PAGE;
        if query.offset >= page.total {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

fn show(ledger: &Ledger, id: &str, as_json: bool) -> Result<ExitCode, Failure> {
    let record = ledger.get(id)?;
    print(&if as_json {
        json(&record)
    } else {
        in_full(&record).into_bytes()
    });
    Ok(ExitCode::SUCCESS)
}

fn find(ledger: &Ledger, files: &[PathBuf], as_json: bool) -> ExitCode {
    #[derive(Serialize)]
    struct Match<'a> {
        path: &'a str,
        #[serde(flatten)]
        record: &'a Record,
    }
    let workers = Workers::new(1);
    let mut all_found = true;
    for file in files {
        let name = file.to_string_lossy();
        match pipeline::find(file, ledger, &Limits::default(), &workers) {
            Ok(records) => {
                all_found &= !records.is_empty();
                if records.is_empty() && !as_json {
                    print(format!("{}: no record\n", shown(&name)).as_bytes());
                }
                for record in &records {
                    let line = if as_json {
                        json(&Match {
                            path: &name,
                            record,
                        })
                    } else {
                        format!("{}: {}", shown(&name), in_brief(record)).into_bytes()
                    };
                    print(&line);
                }
            }
            Err(failure) => {
                all_found = false;
                print_error(&text::problem(
                    &Line::failed(file, failure),
                    Style::of_errors(),
                ));
            }
        }
    }
    if all_found {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn export(ledger: &Ledger, format: ExportFormat, out: Option<&Path>) -> Result<ExitCode, Failure> {
    let Some(path) = out else {
        let mut out = BufWriter::new(io::stdout().lock());
        let done = ledger.export(format, &mut out);
        return match done.and_then(|_| out.flush().map_err(Error::Export)) {
            // Nobody reads on, which is their choice.
            Err(Error::Export(error)) if error.kind() == ErrorKind::BrokenPipe => {
                Ok(ExitCode::SUCCESS)
            }
            done => done.map(|()| ExitCode::SUCCESS).map_err(Failure::from),
        };
    };
    let file = create(path).map_err(Error::Export)?;
    let mut out = BufWriter::new(&file);
    let done = ledger.export(format, &mut out);
    let done = done.and_then(|count| {
        let written = out.flush().and_then(|()| file.sync_all());
        written.map(|()| count).map_err(Error::Export)
    });
    // Half an export looks like a whole one.
    let count = done.inspect_err(|_| drop(fs::remove_file(path)))?;
    print_error(&format!("{count} records exported.\n"));
    Ok(ExitCode::SUCCESS)
}

/// A new file that its owner alone may read: whose photos these are is nobody else's business.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes to such a file, wholly or not at all.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut file = create(path).map_err(Error::Export)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.map_err(|error| {
        let _ = fs::remove_file(path);
        Error::Export(error).into()
    })
}

/// A record in one line.
fn in_brief(record: &Record) -> String {
    let facts = &record.facts;
    let said = [
        ("for", &record.extras.recipient),
        ("purpose", &record.extras.purpose),
    ];
    let said: String = said
        .into_iter()
        .filter_map(|(name, text)| Some(format!("  {name}: {}", shown(text.as_ref()?))))
        .collect();
    format!(
        "{}  {}  {:4}  {} × {}  {} → {} bytes{said}\n",
        record.id,
        record.claimed_time,
        facts.container,
        facts.width,
        facts.height,
        facts.original_bytes,
        facts.output_bytes
    )
}

/// All of a record, one fact on a line.
fn in_full(record: &Record) -> String {
    let facts = &record.facts;
    let pixels = facts
        .pixels_sha256
        .map_or_else(|| "not decoded".to_owned(), |digest| digest.to_string());
    let mut text = String::new();
    for (name, value) in [
        ("record", record.id.clone()),
        ("number", record.sequence.to_string()),
        ("claimed time", record.claimed_time.clone()),
        ("container", facts.container.clone()),
        ("size", format!("{} × {} pixels", facts.width, facts.height)),
        (
            "original",
            format!(
                "{} bytes, SHA-256 {}",
                facts.original_bytes, facts.original_sha256
            ),
        ),
        (
            "clean copy",
            format!(
                "{} bytes, SHA-256 {}",
                facts.output_bytes, facts.output_sha256
            ),
        ),
        ("pixels", format!("SHA-256 {pixels}")),
        (
            "given to",
            record.extras.recipient.clone().unwrap_or_default(),
        ),
        ("purpose", record.extras.purpose.clone().unwrap_or_default()),
        ("note", record.extras.note.clone().unwrap_or_default()),
        ("program", facts.app_version.clone()),
        ("previous", record.previous.to_string()),
        ("hash", record.hash.to_string()),
    ] {
        if !value.is_empty() {
            let _ = writeln!(text, "{name:14}{}", shown(&value));
        }
    }
    text
}
