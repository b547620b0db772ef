//! What went wrong, as the page shows it: a code for programs, what happened, and what to do.

use pipeline::ledger;
use serde::Serialize;

/// Something that went wrong, in a person's words. It never holds a path or a value found in a photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Problem {
    /// Stable name for programs and tests, such as `ledger_locked`.
    pub(crate) code: String,
    /// What happened.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: String,
}

impl Problem {
    /// A problem of the window itself.
    pub(crate) fn new(code: &str, message: &str, hint: &str) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// Cleaning is under way, and what was asked for has to wait for its end.
    pub(crate) fn busy() -> Self {
        Self::new(
            "busy",
            "Photos are being cleaned right now.",
            "Wait until that has finished, or cancel it.",
        )
    }

    /// The page named a photo that is not in the list, or that has no clean copy.
    pub(crate) fn not_listed() -> Self {
        Self::new(
            "not_listed",
            "That photo is not in the list any more.",
            "Drop it on the window again.",
        )
    }

    /// A task of ours ended without an answer.
    pub(crate) fn unanswered() -> Self {
        Self::new(
            "internal",
            "Cloakroom made a mistake and has no answer.",
            "Try again; if it stays so, restart Cloakroom. Your originals are untouched.",
        )
    }
}

impl From<pipeline::Failure> for Problem {
    fn from(failure: pipeline::Failure) -> Self {
        Self {
            code: failure.code,
            message: failure.message,
            hint: failure.hint,
        }
    }
}

impl From<ledger::Error> for Problem {
    fn from(error: ledger::Error) -> Self {
        Self::new(error.code(), &error.to_string(), error.hint())
    }
}
