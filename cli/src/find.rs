//! `cloakroom find`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pipeline::fingerprint::changes::{Changes, Verdict};
use pipeline::worker::Workers;
use pipeline::{
    Cancel, Failure, Finder, Likeness, Limits, Original, gather, home, open_ledger, save_evidence,
    what_changed,
};
use serde::Serialize;

use crate::args;
use crate::output::{Line, json, print, print_error, warn};
use crate::text::{self, Style, shown};

/// What is told of one picture.
#[derive(Debug, Serialize)]
struct Told<'a> {
    path: &'a str,
    matches: &'a [Original],
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'a Changes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Failure>,
}

pub(crate) fn run(args: &args::Find) -> ExitCode {
    let done = home::ledger().and_then(|path| {
        let ledger = open_ledger(&path)?;
        let finder = Finder::new(&ledger)?;
        Ok(find(&finder, args))
    });
    done.unwrap_or_else(|failure| {
        warn(&failure);
        ExitCode::FAILURE
    })
}

fn find(finder: &Finder<'_>, args: &args::Find) -> ExitCode {
    let (workers, limits) = (Workers::new(1), Limits::default());
    let mut all_found = true;
    for image in &args.images {
        let name = image.to_string_lossy();
        let found = finder.find(image, &limits, &workers);
        let matches = found.as_deref().unwrap_or_default();
        let changes = match &args.original {
            Some(original) if found.is_ok() => {
                compared(original, image, args.diff.as_deref(), &limits, &workers)
            }
            _ => Ok(None),
        };
        let error = found.as_ref().err().or_else(|| changes.as_ref().err());
        all_found &= !matches.is_empty() && error.is_none();
        let changes = changes.as_ref().ok().and_then(Option::as_ref);
        if args.json {
            print(&json(&Told {
                path: &name,
                matches,
                changes,
                error,
            }));
            continue;
        }
        if let Some(failure) = error {
            let line = Line::failed(image, failure.clone());
            print_error(&text::problem(&line, Style::of_errors()));
        }
        if found.is_ok() {
            print(in_words(&shown(&name), matches, changes).as_bytes());
        }
    }
    if all_found {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What was changed, against whichever of the originals the picture is a copy of; and the evidence, saved.
fn compared(
    original: &Path,
    image: &Path,
    diff: Option<&Path>,
    limits: &Limits,
    workers: &Workers,
) -> Result<Option<Changes>, Failure> {
    let photos = gather(&[PathBuf::from(original)], &Cancel::new()).photos;
    for photo in &photos {
        // In a folder, what cannot be read is not it.
        let found = match what_changed(&photo.path, image, limits, workers) {
            Err(failure) if photos.len() == 1 => return Err(failure),
            found => found.ok().flatten(),
        };
        if let Some(changes) = found {
            if let Some(diff) = diff {
                save_evidence(&changes, diff)?;
            }
            return Ok(Some(changes));
        }
    }
    Ok(None)
}

fn in_words(name: &str, matches: &[Original], changes: Option<&Changes>) -> String {
    let mut text = String::new();
    if matches.is_empty() {
        let _ = writeln!(
            text,
            "{name}: not made from any photo recorded here, as far as can be told"
        );
    }
    for original in matches {
        let _ = writeln!(
            text,
            "{name}: {}, record {} of {}",
            likeness(original),
            original.record,
            original.claimed_time
        );
        for (name, said) in [("for", &original.recipient), ("purpose", &original.purpose)] {
            if let Some(said) = said {
                let _ = writeln!(text, "  {name}: {}", shown(said));
            }
        }
        if let Some(region) = original.region {
            let mut facts = vec![format!("{} details agree", original.inliers)];
            if original.kind == Likeness::Part {
                facts.push(format!(
                    "shows {:.0} × {:.0} pixels of the photo from {:.0}, {:.0}, which is {:.0} % of it",
                    region.width,
                    region.height,
                    region.x,
                    region.y,
                    100.0 * region.share
                ));
            }
            if original.mirrored {
                facts.push("mirrored".to_owned());
            }
            if original.rotation.abs() >= 0.5 {
                facts.push(format!("turned by {:.0}°", original.rotation));
            }
            if let Some(scale) = original.scale {
                facts.push(format!("at {:.0} % of the size", 100.0 * scale));
            }
            let _ = writeln!(text, "  {}", facts.join("; "));
        }
    }
    if let Some(changes) = changes {
        text.push_str(&changed_in_words(changes));
    }
    text
}

fn likeness(original: &Original) -> &'static str {
    match original.kind {
        Likeness::SameFile => "the same file",
        Likeness::SamePixels => "the same pixels in another file",
        Likeness::Whole => "very probably a copy of the whole photo",
        Likeness::Part => "very probably a copy of a part of the photo",
        Likeness::Alike => "probably a copy of the whole photo",
    }
}

fn changed_in_words(changes: &Changes) -> String {
    let mut text = match changes.verdict {
        Verdict::NothingFound => {
            "  No change was found where the two can be compared.\n".to_owned()
        }
        Verdict::Changed => format!(
            "  Changed: {:.1} % of what can be compared.\n",
            100.0 * changes.changed
        ),
        Verdict::TooSmall => {
            "  What was changed cannot be told: the copy is too small.\n".to_owned()
        }
        Verdict::TooLittle => {
            "  What was changed cannot be told: the copy shows too little of the photo.\n"
                .to_owned()
        }
        Verdict::TooDifferent => {
            "  What was changed cannot be told: the copy differs nearly everywhere.\n".to_owned()
        }
    };
    for area in &changes.areas {
        let region = area.region;
        let _ = writeln!(
            text,
            "    {:.0} × {:.0} pixels from {:.0}, {:.0}",
            region.width, region.height, region.x, region.y
        );
    }
    text
}
