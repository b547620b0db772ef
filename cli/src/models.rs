//! `cloakroom models`.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use pipeline::models::{Model, Models, add, remove};
use pipeline::perturb::pack::{Kind, Origin};
use pipeline::{Failure, home};
use serde::Serialize;

use crate::cloak_args::ModelsCommand;
use crate::output::{Line, json, print, print_error, warn};
use crate::text::{self, Style, shown};

pub(crate) fn run(command: &ModelsCommand) -> ExitCode {
    match command {
        ModelsCommand::List { json } => list(*json),
        ModelsCommand::Add { files, json } => {
            let all = files.iter().map(|file| {
                let added = home::dir().and_then(|home| add(&home, file));
                told(file, added, *json)
            });
            // Each is tried, whatever became of the one before.
            exit(all.fold(true, |well, this| well & this))
        }
        ModelsCommand::Remove { name, json } => {
            let removed = home::dir().and_then(|home| remove(&home, name));
            exit(match removed {
                Ok(()) if *json => print(&self::json(&Told::removed(name))),
                Ok(()) => print(format!("removed        {}\n", shown(name)).as_bytes()),
                Err(failure) => fails(Path::new(name), failure, *json),
            })
        }
    }
}

const fn exit(well: bool) -> ExitCode {
    if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[derive(Debug, Serialize)]
struct Told<'a> {
    /// The file, or the name of what was removed.
    named: &'a str,
    outcome: &'a str,
    model: Option<Model>,
    error: Option<Failure>,
}

impl<'a> Told<'a> {
    const fn removed(named: &'a str) -> Self {
        Self {
            named,
            outcome: "removed",
            model: None,
            error: None,
        }
    }
}

fn told(file: &Path, added: Result<Model, Failure>, as_json: bool) -> bool {
    match added {
        Ok(model) if as_json => {
            print(&json(&Told {
                named: &file.to_string_lossy(),
                outcome: "added",
                model: Some(model),
                error: None,
            }));
            true
        }
        Ok(model) => {
            print(format!("added          {}\n{}", model.name, in_words(&model)).as_bytes());
            true
        }
        Err(failure) => fails(file, failure, as_json),
    }
}

fn fails(named: &Path, failure: Failure, as_json: bool) -> bool {
    if as_json {
        print(&json(&Told {
            named: &named.to_string_lossy(),
            outcome: if failure.refused { "refused" } else { "failed" },
            model: None,
            error: Some(failure),
        }));
    } else {
        let line = Line::failed(named, failure);
        print_error(&text::problem(&line, Style::of_errors()));
    }
    false
}

fn list(as_json: bool) -> ExitCode {
    let models = Models::load(home::dir().ok().as_deref());
    if as_json {
        models.list().iter().for_each(|model| {
            print(&json(model));
        });
    } else {
        let mut text = String::new();
        for model in models.list() {
            let _ = writeln!(text, "{}", model.name);
            text.push_str(&in_words(model));
        }
        if models.list().is_empty() {
            text.push_str("No models. Cloaks cannot be made before there are some.\n");
        }
        print(text.as_bytes());
    }
    models.problems().iter().for_each(warn);
    exit(models.problems().is_empty())
}

fn in_words(model: &Model) -> String {
    let space = " ".repeat(15);
    let size = model.bytes as f64 / 1e6;
    format!(
        "{space}{}: {}\n{space}{}; {}, licence {}; {size:.1} MB\n{space}sha256 {}\n",
        kind(model.kind),
        shown(&model.title),
        origin(model.origin),
        shown(&model.source),
        shown(&model.licence),
        model.sha256
    )
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Latent => "encoder of image generators",
        Kind::Meter => "stand-in for an encoder of image generators",
        Kind::Generator => "makes cloaks",
        Kind::Recogniser => "recognises faces",
        Kind::Detector => "finds faces",
        Kind::Landmarks => "finds eyes, nose and mouth",
    }
}

/// Whose weights these are.
pub(crate) const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Ours => "ours",
        Origin::Dependency => "from a dependency",
        Origin::Pack => "a pack that you added",
    }
}
