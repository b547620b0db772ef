//! `cloakroom find`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pipeline::fingerprint::changes::{Changes, Verdict};
use pipeline::ledger::Ledger;
use pipeline::worker::Workers;
use pipeline::{
    Anchored, By, Cancel, Certainty, Comparison, Evidence, Failure, Finder, FoundPicture, Leak,
    Likeness, Limits, Original, anchored, compare_with, gather, locate, save_evidence, save_report,
};
use serde::Serialize;

use crate::find_args;
use crate::output::{Line, json, print, print_error, warn};
use crate::secret::unlocked;
use crate::text::{self, Style, shown};

/// What is told of one picture.
#[derive(Debug, Default, Serialize)]
struct Told<'a> {
    path: &'a str,
    matches: &'a [Matched],
    #[serde(skip_serializing_if = "Option::is_none")]
    leak: Option<&'a Leak>,
    /// How many recorded files have no fingerprints and could not be compared with it.
    #[serde(skip_serializing_if = "is_zero")]
    not_comparable: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'a Changes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Failure>,
}

/// A photo that a picture was made from, and who else has seen its record.
#[derive(Debug, Clone, Serialize)]
struct Matched {
    #[serde(flatten)]
    original: Original,
    anchored: Vec<Anchored>,
}

/// What became of one picture, as far as it went.
#[derive(Default)]
struct Looked {
    matches: Vec<Matched>,
    leak: Option<Leak>,
    not_comparable: u64,
    comparison: Option<Comparison>,
    error: Option<Failure>,
    is_searched: bool,
}

pub(crate) fn run(args: &find_args::Find) -> ExitCode {
    let done = unlocked(&args.unlock).and_then(|ledger| {
        let finder = Finder::new(&ledger)?;
        Ok(find(&ledger, &finder, args))
    });
    done.unwrap_or_else(|failure| {
        warn(&failure);
        ExitCode::FAILURE
    })
}

fn find(ledger: &Ledger, finder: &Finder<'_>, args: &find_args::Find) -> ExitCode {
    let (workers, limits) = (Workers::new(1), Limits::default());
    let mut all_found = true;
    for image in &args.images {
        let name = image.to_string_lossy();
        let mut looked = Looked::default();
        looked.error = look(ledger, finder, image, args, &limits, &workers, &mut looked).err();
        all_found &= !looked.matches.is_empty() && looked.error.is_none();
        let changes = looked.comparison.as_ref().map(|found| &found.changes);
        if args.json {
            print(&json(&Told {
                path: &name,
                matches: &looked.matches,
                leak: looked.leak.as_ref(),
                not_comparable: looked.not_comparable,
                changes,
                error: looked.error.as_ref(),
            }));
            continue;
        }
        if let Some(failure) = &looked.error {
            let line = Line::failed(image, failure.clone());
            print_error(&text::problem(&line, Style::of_errors()));
        }
        if looked.is_searched {
            let text = in_words(&shown(&name), &looked, changes);
            print(text.as_bytes());
        }
    }
    if all_found {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Looks one picture up, compares it, and saves what was asked for. What came out before something failed stays.
fn look(
    ledger: &Ledger,
    finder: &Finder<'_>,
    image: &Path,
    args: &find_args::Find,
    limits: &Limits,
    workers: &Workers,
    looked: &mut Looked,
) -> Result<(), Failure> {
    let search = finder.find(image, limits, workers)?;
    looked.is_searched = true;
    looked.leak = search.leak;
    looked.not_comparable = search.not_comparable;
    for original in search.matches {
        let anchored = anchored(ledger, &ledger.get(&original.record)?)?;
        looked.matches.push(Matched { original, anchored });
    }
    if let Some(place) = &args.original {
        let best = looked.matches.first().map(|found| &found.original.record);
        looked.comparison = compared(ledger, best, place, image, limits, workers)?;
    }
    if let (Some(out), Some(comparison)) = (&args.diff, &looked.comparison) {
        save_evidence(&comparison.changes, out)?;
    }
    if let (Some(out), Some(best)) = (&args.report, looked.matches.first()) {
        let found = FoundPicture::open(image, limits, workers)?;
        let evidence = Evidence {
            found: &found,
            original: &best.original,
            comparison: looked.comparison.as_ref(),
            show_found: args.show_found,
            version: env!("CARGO_PKG_VERSION"),
        };
        save_report(&evidence.document(ledger)?, out)?;
    }
    Ok(())
}

/// What was changed, against the original of the record if it is there, or else against whichever file the picture is a copy of.
fn compared(
    ledger: &Ledger,
    record: Option<&String>,
    original: &Path,
    image: &Path,
    limits: &Limits,
    workers: &Workers,
) -> Result<Option<Comparison>, Failure> {
    if let Some(record) = record
        && let Some(file) = locate(original, &ledger.get(record)?, &Cancel::new())
    {
        return compare_with(&file, image, limits, workers);
    }
    let photos = gather(&[PathBuf::from(original)], &Cancel::new()).photos;
    for photo in &photos {
        // In a folder, what cannot be read is not it.
        match compare_with(&photo.path, image, limits, workers) {
            Err(failure) if photos.len() == 1 => return Err(failure),
            Ok(Some(found)) => return Ok(Some(found)),
            _ => {}
        }
    }
    Ok(None)
}

fn in_words(name: &str, looked: &Looked, changes: Option<&Changes>) -> String {
    let mut text = String::new();
    if looked.matches.is_empty() {
        let _ = writeln!(
            text,
            "{name}: not made from any photo recorded here, as far as can be told"
        );
        let count = looked.not_comparable;
        if count > 0 {
            let have = if count == 1 { "file has" } else { "files have" };
            let _ = writeln!(
                text,
                "  {count} recorded {have} no fingerprints and could not be compared with it"
            );
        }
    }
    for Matched { original, anchored } in &looked.matches {
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
            let mut facts = vec![format!(
                "{} details agree, and {} of {} look alike where they should be (score {:.0}, a match needs 40)",
                original.inliers, original.alike, original.expected, original.score
            )];
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
            if let Some(encoded) = original.recompression {
                facts.push(format!("encoded anew as {}", encoded.in_words()));
            }
            let _ = writeln!(text, "  {}", facts.join("; "));
        }
        if original.certainty < Certainty::Certain {
            let _ = writeln!(text, "  {}", certainty(original));
        }
        for anchor in anchored {
            let _ = writeln!(text, "  Anchored: {}", shown(&anchor.says.join(" ")));
        }
    }
    if let Some(leak) = &looked.leak {
        text.push_str(&leaked(leak));
    }
    if let Some(changes) = changes {
        text.push_str(&changed_in_words(changes));
    }
    text
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
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

fn certainty(original: &Original) -> String {
    let word = match original.certainty {
        Certainty::Certain => "Certain",
        Certainty::VeryHigh => "Very sure",
        Certainty::High => "Sure",
        Certainty::Likely => "Likely; photos taken one after the other can be as alike",
    };
    format!(
        "{word}: {:.1} % or more, from no false match in {} unrelated pairs",
        100.0 * original.confidence,
        pipeline::PAIRS_MEASURED
    )
}

fn leaked(leak: &Leak) -> String {
    match leak {
        Leak::Told {
            record,
            recipient,
            purpose,
            by,
        } => {
            let by = match by {
                By::Bytes => "its bytes are those of that copy",
                By::Pixels => "its pixels are those of that copy",
                By::Size => {
                    "it is as large as that copy alone; anybody can make a picture that large"
                }
            };
            let whom = [recipient, purpose].into_iter().flatten();
            let whom: Vec<String> = whom.map(|text| shown(text)).collect();
            format!(
                "  Made from the copy for {} (record {record}): {by}.\n",
                whom.join(", ")
            )
        }
        Leak::NotTold { recipients, .. } => {
            let names: Vec<String> = recipients.iter().map(|text| shown(text)).collect();
            format!(
                "  Which copy it was made from cannot be told; it may be that for {}.\n",
                names.join(" or ")
            )
        }
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
