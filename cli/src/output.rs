//! What is told of one file, as JSON, and how anything gets out of the program.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use pipeline::{Container, Failure, Finding, Finished, Inspected, Outcome, Skipped, Trace};
use serde::Serialize;

use crate::cloak_text::CloakText;

/// How a file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// Cleaned; for an inspection: there is something to remove.
    Done,
    AlreadyClean,
    Refused,
    Failed,
}

/// What is told of one file: one line of JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    #[serde(flatten)]
    pub(crate) path: PathText,
    pub(crate) container: Option<Container>,
    pub(crate) outcome: Ending,
    #[serde(flatten)]
    pub(crate) output: OutputText,
    pub(crate) findings: Vec<Finding>,
    pub(crate) removed: Vec<Finding>,
    pub(crate) kept: Vec<Finding>,
    pub(crate) outside: Vec<Trace>,
    pub(crate) record: Option<String>,
    pub(crate) cloak: Option<CloakText>,
    pub(crate) notes: Vec<String>,
    pub(crate) error: Option<Failure>,
}

/// A path as text; where that loses something, its bytes in hexadecimal too.
#[derive(Debug, Serialize)]
pub(crate) struct PathText {
    pub(crate) path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

/// As [`PathText`], for the clean copy.
#[derive(Debug, Serialize)]
pub(crate) struct OutputText {
    pub(crate) output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_path_bytes: Option<String>,
}

impl Line {
    /// What inspecting a file found.
    pub(crate) fn inspected(path: &Path, inspected: Result<Inspected, Failure>) -> Self {
        match inspected {
            Ok(inspected) => {
                let ending = if inspected.is_clean() {
                    Ending::AlreadyClean
                } else {
                    Ending::Done
                };
                Self {
                    container: Some(inspected.report.container),
                    findings: inspected.report.findings,
                    kept: inspected.report.picture,
                    outside: inspected.traces,
                    ..Self::empty(path, ending)
                }
            }
            Err(failure) => Self::failed(path, failure),
        }
    }

    /// How cleaning a file ended; nothing for a file that was not begun.
    pub(crate) fn cleaned(path: &Path, outcome: Outcome) -> Option<Self> {
        match outcome {
            Outcome::Done(finished) => Some(Self::finished(path, Ending::Done, finished)),
            Outcome::AlreadyClean(finished) => {
                Some(Self::finished(path, Ending::AlreadyClean, finished))
            }
            Outcome::Refused(failure) | Outcome::Failed(failure) => {
                Some(Self::failed(path, failure))
            }
            Outcome::NotReplaced(finished, failure) => Some(Self {
                error: Some(failure),
                ..Self::finished(path, Ending::Failed, *finished)
            }),
            Outcome::Cancelled => None,
        }
    }

    fn finished(path: &Path, ending: Ending, finished: Finished) -> Self {
        let output = finished.output.as_deref().map(lossless);
        Self {
            container: Some(finished.container),
            output: OutputText {
                output: output.as_ref().map(|(text, _)| text.clone()),
                output_path_bytes: output.and_then(|(_, bytes)| bytes),
            },
            findings: finished.findings,
            removed: finished.removed,
            kept: finished.kept,
            outside: finished.traces,
            record: finished.record,
            cloak: finished.cloak.map(CloakText::from),
            notes: finished.notes,
            ..Self::empty(path, ending)
        }
    }

    pub(crate) fn failed(path: &Path, failure: Failure) -> Self {
        let ending = if failure.refused {
            Ending::Refused
        } else {
            Ending::Failed
        };
        Self {
            error: Some(failure),
            ..Self::empty(path, ending)
        }
    }

    /// Whether not everything that was asked for was done.
    pub(crate) fn is_problem(&self) -> bool {
        let is_bare = |cloak: &CloakText| cloak.not_cloaked.is_some();
        self.error.is_some() || self.cloak.as_ref().is_some_and(is_bare)
    }

    /// Something went wrong that concerns all files.
    pub(crate) fn failed_altogether(failure: Failure) -> Self {
        let mut line = Self::failed(Path::new(""), failure);
        line.path.path = None;
        line
    }

    fn empty(path: &Path, outcome: Ending) -> Self {
        let (path, path_bytes) = lossless(path);
        Self {
            path: PathText {
                path: Some(path),
                path_bytes,
            },
            container: None,
            outcome,
            output: OutputText {
                output: None,
                output_path_bytes: None,
            },
            findings: Vec::new(),
            removed: Vec::new(),
            kept: Vec::new(),
            outside: Vec::new(),
            record: None,
            cloak: None,
            notes: Vec::new(),
            error: None,
        }
    }
}

/// The last line of JSON: what was left out in folders.
pub(crate) fn skipped_json(skipped: &[Skipped]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Entry {
        #[serde(flatten)]
        path: PathText,
        reason: pipeline::SkipReason,
    }
    #[derive(Serialize)]
    struct Skips {
        skipped: Vec<Entry>,
    }
    let entry = |skipped: &Skipped| {
        let (path, path_bytes) = lossless(&skipped.path);
        let path = PathText {
            path: Some(path),
            path_bytes,
        };
        Entry {
            path,
            reason: skipped.reason,
        }
    };
    json(&Skips {
        skipped: skipped.iter().map(entry).collect(),
    })
}

/// One line of JSON.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}

/// A path as text, and its bytes in hexadecimal where it is none.
fn lossless(path: &Path) -> (String, Option<String>) {
    match path.to_str() {
        Some(text) => (text.to_owned(), None),
        None => (path.to_string_lossy().into_owned(), Some(hex(path))),
    }
}

fn hex(path: &Path) -> String {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Writes to standard output; whether somebody still reads it.
pub(crate) fn print(bytes: &[u8]) -> bool {
    let mut out = io::stdout().lock();
    let written = out.write_all(bytes).and_then(|()| out.flush());
    !matches!(written, Err(error) if error.kind() == ErrorKind::BrokenPipe)
}

/// Writes to standard error, if there is one.
pub(crate) fn print_error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Tells of a failure that concerns no single file.
pub(crate) fn warn(failure: &Failure) {
    print_error(&format!(
        "cloakroom: {}\n           {}\n",
        failure.message, failure.hint
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_there_and_null_when_there_is_nothing() {
        let line = Line::inspected(
            Path::new("a.jpg"),
            Err(pipeline::inspect(Path::new(""), &Default::default()).unwrap_err()),
        );
        let text = String::from_utf8(json(&line)).unwrap();
        assert!(
            text.starts_with(
                r#"{"path":"a.jpg","container":null,"outcome":"failed","output":null,"findings":[],"removed":[],"kept":[],"outside":[],"record":null,"cloak":null,"notes":[],"error":{"code":"not_found","message":""#
            ),
            "{text}"
        );
        assert!(text.ends_with("\"}}\n"));
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_have_their_bytes_too() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"caf\xE9"));
        assert_eq!(
            lossless(path),
            ("caf\u{FFFD}".to_owned(), Some("636166e9".to_owned()))
        );
    }
}
