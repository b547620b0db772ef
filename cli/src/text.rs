//! What is told of one file, as text for people. Without colour it says the same.

use std::env;
use std::fmt::Write;
use std::io::{IsTerminal, stderr, stdout};
use std::path::Path;

use pipeline::{Carrier, Finding, SkipReason, Skipped, Summary, Topic, Trace};

use crate::cloak_text;
use crate::output::{Ending, Line};

/// The width of the first column.
const LABEL_WIDTH: usize = 15;

/// How many names are told of what was left out.
const NAMES_MAX: usize = 8;

/// Whether, and how, to colour.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    coloured: bool,
}

impl Style {
    /// For standard output.
    pub(crate) fn of_output() -> Self {
        Self::of(stdout().is_terminal())
    }

    /// For standard error.
    pub(crate) fn of_errors() -> Self {
        Self::of(stderr().is_terminal())
    }

    fn of(is_terminal: bool) -> Self {
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || env::var_os("TERM").is_some_and(|value| value == "dumb")
            || cfg!(windows);
        Self {
            coloured: is_terminal && !unwanted,
        }
    }

    /// `text` in a colour of SGR (ECMA-48 § 8.3.117).
    fn paint(self, colour: u8, text: &str) -> String {
        if self.coloured {
            format!("\u{1b}[{colour}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn label(self, colour: u8, label: &str) -> String {
        self.paint(colour, &format!("{label:LABEL_WIDTH$}"))
    }
}

const BOLD: u8 = 1;
const RED: u8 = 31;
const GREEN: u8 = 32;
const YELLOW: u8 = 33;
const CYAN: u8 = 36;

/// What an inspection found in a file, by topic.
pub(crate) fn inspected(line: &Line, style: Style) -> String {
    let mut text = String::new();
    let name = shown(line.path.path.as_deref().unwrap_or_default());
    let container = line.container.map_or("", |container| container.name());
    let _ = writeln!(text, "{} ({container})", style.paint(BOLD, &name));
    if line.outcome == Ending::AlreadyClean {
        text.push_str("  nothing to remove\n");
    }
    for group in line.findings.chunk_by(|a, b| a.topic == b.topic) {
        let Some(first) = group.first() else {
            continue;
        };
        let title = style.paint(colour(first.topic), words(first.topic));
        list(&mut text, &title, group.iter());
    }
    let outside = line.outside.iter().map(|trace| &trace.finding);
    list(&mut text, "the file itself", outside);
    text
}

/// Findings under a title, in two columns; nothing where there are none.
fn list<'a>(text: &mut String, title: &str, findings: impl Iterator<Item = &'a Finding> + Clone) {
    let widths = findings.clone().map(|finding| finding.name.chars().count());
    let Some(width) = widths.max().map(|width| width.min(28)) else {
        return;
    };
    let _ = writeln!(text, "  {title}");
    for Finding { name, value, .. } in findings {
        let _ = writeln!(text, "    {:width$}  {}", shown(name), shown(value));
    }
}

/// How cleaning a file ended. Problems are told by [`problem`].
pub(crate) fn cleaned(line: &Line, style: Style) -> String {
    let mut text = String::new();
    let name = shown(line.path.path.as_deref().unwrap_or_default());
    let is_cloaked = line.cloak.as_ref().map(|cloak| cloak.not_cloaked.is_none());
    let label = match (line.outcome, is_cloaked) {
        (_, Some(true)) => style.label(GREEN, "cloaked"),
        (_, Some(false)) => style.label(YELLOW, "not cloaked"),
        (Ending::AlreadyClean, None) => style.label(CYAN, "already clean"),
        _ => style.label(GREEN, "cleaned"),
    };
    let _ = write!(text, "{label}{name}");
    if let Some(output) = &line.output.output {
        let _ = write!(text, " → {}", shown(beside(line, output)));
    }
    text.push('\n');
    let mut more = |what: &str| {
        let _ = writeln!(text, "{:LABEL_WIDTH$}{what}", "");
    };
    if !line.removed.is_empty() {
        more(&format!("removed: {}", topics(&line.removed)));
    }
    let kept: Vec<_> = line
        .kept
        .iter()
        .filter(|kept| kept.topic != Topic::Picture)
        .cloned()
        .collect();
    if !kept.is_empty() {
        more(&format!("kept: {}", topics(&kept)));
    }
    for told in outside(&line.outside) {
        more(&told);
    }
    if let Some(cloak) = &line.cloak {
        cloak_text::in_short(cloak)
            .iter()
            .for_each(|told| more(told));
    }
    if let Some(record) = &line.record {
        more(&format!("record: {record}"));
    }
    for note in &line.notes {
        more(note);
    }
    text
}

/// What a person should hear of the name, the notes and the files beside a photo that was cleaned. That its times are
/// neutral goes without saying.
fn outside(traces: &[Trace]) -> Vec<String> {
    let of = |carrier: Carrier, stays: bool| {
        let these = traces
            .iter()
            .filter(move |trace| trace.carrier == carrier && trace.stays == Some(stays));
        these.map(|trace| &trace.finding)
    };
    let told = |what: &str, mut words: Vec<String>, then: &str| {
        words.dedup();
        (!words.is_empty()).then(|| format!("{what}: {}{then}", words.join(", ")))
    };
    let values = |carrier| {
        of(carrier, true)
            .map(|finding| shown(&finding.value))
            .collect()
    };
    let notes = of(Carrier::Attribute, false)
        .map(|finding| shown(&finding.name).to_lowercase())
        .collect();
    let name_stays = "name stays and tells";
    [
        told(
            name_stays,
            values(Carrier::Name),
            " (--name safe replaces it)",
        ),
        told("left behind", notes, ""),
        told("still beside it", values(Carrier::Sidecar), ""),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Why a file was refused or failed, and what to do.
pub(crate) fn problem(line: &Line, style: Style) -> String {
    let Some(error) = &line.error else {
        return String::new();
    };
    let label = match line.outcome {
        Ending::Refused => style.label(YELLOW, "refused"),
        _ => style.label(RED, "failed"),
    };
    let space = " ".repeat(LABEL_WIDTH);
    let name = shown(line.path.path.as_deref().unwrap_or_default());
    let (message, hint, code) = (&error.message, &error.hint, &error.code);
    let copy = match &line.output.output {
        Some(output) => format!("{space}clean copy: {}\n", shown(beside(line, output))),
        None => String::new(),
    };
    format!("{label}{name}\n{space}{message} [{code}]\n{space}{hint}\n{copy}")
}

/// How many ended in which way.
pub(crate) fn summary(summary: &Summary) -> String {
    let parts = [
        (summary.cloaked, "cloaked"),
        (summary.not_cloaked, "cleaned but not cloaked"),
        (summary.done, "cleaned"),
        (summary.already_clean, "already clean"),
        (summary.refused, "refused"),
        (summary.failed, "failed"),
        (summary.cancelled, "not begun"),
    ];
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    let mut text = if parts.is_empty() {
        "No photos.\n".to_owned()
    } else {
        format!("{}.\n", parts.join(", "))
    };
    match summary.unfinished_removed {
        0 => {}
        1 => text.push_str("Removed an unfinished copy that an earlier run had left.\n"),
        some => {
            let _ = writeln!(
                text,
                "Removed {some} unfinished copies that earlier runs had left."
            );
        }
    }
    text
}

/// What was left out in folders, counted and named, in one line.
pub(crate) fn skipped(skipped: &[Skipped]) -> String {
    let mut reasons: Vec<SkipReason> = skipped.iter().map(|skipped| skipped.reason).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let told = reasons.into_iter().map(|reason| {
        let of_reason: Vec<_> = skipped
            .iter()
            .filter(|skipped| skipped.reason == reason)
            .collect();
        let mut names: Vec<_> = of_reason
            .iter()
            .take(NAMES_MAX)
            .map(|skipped| last_name(&skipped.path))
            .collect();
        if of_reason.len() > NAMES_MAX {
            names.push(format!("and {} more", of_reason.len() - NAMES_MAX));
        }
        format!("{} {reason} ({})", of_reason.len(), names.join(", "))
    });
    format!("Left out: {}.\n", told.collect::<Vec<_>>().join("; "))
}

/// The topics of findings, each once, in their order.
fn topics(findings: &[Finding]) -> String {
    let mut topics: Vec<Topic> = findings.iter().map(|finding| finding.topic).collect();
    topics.sort_unstable();
    topics.dedup();
    topics.into_iter().map(words).collect::<Vec<_>>().join(", ")
}

/// A topic in words.
fn words(topic: Topic) -> &'static str {
    match topic {
        Topic::Place => "place",
        Topic::Person => "person",
        Topic::Device => "device",
        Topic::Time => "time",
        Topic::Thumbnail => "thumbnail",
        Topic::Video => "video",
        Topic::EditHistory => "edit history",
        Topic::Provenance => "provenance",
        Topic::Text => "text",
        Topic::Software => "software",
        Topic::Picture => "picture",
        _ => "unknown",
    }
}

const fn colour(topic: Topic) -> u8 {
    match topic {
        Topic::Place | Topic::Person | Topic::Device => RED,
        Topic::Time | Topic::Thumbnail | Topic::Video => YELLOW,
        _ => CYAN,
    }
}

/// The clean copy's name alone where it lies beside the original.
fn beside<'a>(line: &Line, output: &'a str) -> &'a str {
    let original = Path::new(line.path.path.as_deref().unwrap_or_default());
    let copy = Path::new(output);
    match copy.file_name().and_then(|name| name.to_str()) {
        Some(name) if copy.parent() == original.parent() => name,
        _ => output,
    }
}

fn last_name(path: &Path) -> String {
    shown(
        &path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy(),
    )
}

/// Text that cannot move the cursor or change colours: names and values come from strangers.
pub(crate) fn shown(text: &str) -> String {
    let escape = |c: char| {
        let direction = matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || direction {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_do_not_move_the_cursor() {
        assert_eq!(
            shown("a\u{1b}[2Jb\n\u{202E}c é"),
            "a\\u{1b}[2Jb\\n\\u{202e}c é"
        );
    }

    #[test]
    fn what_was_left_out_is_counted_and_named() {
        let skip = |name: &str, reason| Skipped {
            path: Path::new("in").join(name),
            reason,
        };
        let mut all = vec![skip("._a.jpg", SkipReason::Hidden)];
        all.extend((0..9).map(|number| skip(&format!("{number}.txt"), SkipReason::NotAPhoto)));
        assert_eq!(
            skipped(&all),
            "Left out: 9 not a photo (0.txt, 1.txt, 2.txt, 3.txt, 4.txt, 5.txt, 6.txt, 7.txt, and 1 more); 1 hidden (._a.jpg).\n"
        );
    }

    #[test]
    fn a_summary_names_what_there_was() {
        assert_eq!(summary(&Summary::default()), "No photos.\n");
        let some = Summary {
            done: 2,
            failed: 1,
            ..Summary::default()
        };
        assert_eq!(summary(&some), "2 cleaned, 1 failed.\n");
        let cloaked = Summary {
            cloaked: 1,
            not_cloaked: 2,
            ..Summary::default()
        };
        assert_eq!(summary(&cloaked), "1 cloaked, 2 cleaned but not cloaked.\n");
        let tidied = Summary {
            unfinished_removed: 2,
            ..some
        };
        assert_eq!(
            summary(&tidied),
            "2 cleaned, 1 failed.\nRemoved 2 unfinished copies that earlier runs had left.\n"
        );
    }
}
