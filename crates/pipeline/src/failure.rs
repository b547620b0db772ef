//! Why a photo has no clean copy: a code for programs, and two sentences for people.

use std::io::{self, ErrorKind};

use serde::Serialize;

/// Why something could not be done. Holds no path and no value found in a photo, so it may be shown and logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Whether the photo is the reason (it is refused, and trying again does not help) or the machine is.
    #[serde(skip)]
    pub refused: bool,
    /// A stable word for programs, such as `disk_full`.
    pub code: String,
    /// What happened, as a sentence.
    pub message: String,
    /// What to do about it, as a sentence.
    pub hint: String,
}

impl Failure {
    /// The machine, not the photo, is the reason.
    pub(crate) fn failed(code: &str, message: &str, hint: &str) -> Self {
        Self {
            refused: false,
            code: code.to_owned(),
            message: sentence(message),
            hint: hint.to_owned(),
        }
    }

    /// The photo is the reason.
    pub(crate) fn refused(code: &str, message: &str, hint: &str) -> Self {
        Self {
            refused: true,
            ..Self::failed(code, message, hint)
        }
    }

    /// A photo could not be read.
    pub(crate) fn reading(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::failed(
                "not_found",
                "the file is not there (any more)",
                "Check whether it was moved, renamed or deleted, or whether its disk was unplugged.",
            ),
            ErrorKind::PermissionDenied => Self::failed(
                "permission_denied",
                "this file may not be read",
                "Allow yourself to read it, or copy it to a folder of your own.",
            ),
            _ => Self::failed(
                "io",
                &format!("the file could not be read: {}", words(error)),
                "Check that its disk is connected and healthy, then try again.",
            ),
        }
    }

    /// A clean copy could not be written.
    pub(crate) fn writing(error: &io::Error) -> Self {
        const ELSEWHERE: &str = "Choose another folder for the clean copies.";
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::failed(
                "disk_full",
                "the disk is full; no clean copy was saved",
                "Free some space, or choose a folder on another disk.",
            ),
            ErrorKind::FileTooLarge => Self::failed(
                "too_large_for_disk",
                "this disk takes no file of this size",
                "Choose a folder on another disk.",
            ),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::failed(
                "destination_unwritable",
                "nothing may be saved in this folder",
                ELSEWHERE,
            ),
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
                Self::failed(
                    "destination_missing",
                    "the folder for the clean copy is not there, or it is not a folder",
                    ELSEWHERE,
                )
            }
            ErrorKind::InvalidFilename => Self::failed(
                "name_too_long",
                "this disk takes no file name of this length",
                "Choose random names, or rename the photo.",
            ),
            _ => Self::failed(
                "io",
                &format!("the clean copy could not be saved: {}", words(error)),
                "Check that the disk is connected and healthy, then try again.",
            ),
        }
    }

    /// Our own fault.
    pub(crate) fn internal() -> Self {
        Self::failed(
            "internal",
            "the program made a mistake with this photo; nothing was saved",
            "Please report this kind of file to the project (not the photo itself).",
        )
    }
}

impl From<metadata::Error> for Failure {
    fn from(error: metadata::Error) -> Self {
        Self::refused(error.code(), &error.to_string(), error.hint())
    }
}

impl From<ledger::Error> for Failure {
    fn from(error: ledger::Error) -> Self {
        Self::failed(error.code(), &error.to_string(), error.hint())
    }
}

/// An error in the system's words. Its own `Display` may hold a path; number and kind never do.
fn words(error: &io::Error) -> String {
    error.raw_os_error().map_or_else(
        || error.kind().to_string(),
        |number| io::Error::from_raw_os_error(number).to_string(),
    )
}

/// Begins with a capital and ends with a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let stop = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{stop}", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_sentences() {
        let failure = Failure::from(metadata::Error::Empty);
        assert!(failure.refused);
        assert_eq!(failure.code, "empty");
        assert_eq!(failure.to_string(), "The file is empty.");
        assert_eq!(sentence("Is it?"), "Is it?");
    }

    #[test]
    fn no_path_reaches_the_message() {
        let error = io::Error::other("cannot read /home/jane/secret.jpg");
        for failure in [Failure::reading(&error), Failure::writing(&error)] {
            assert_eq!(failure.code, "io");
            assert!(!failure.message.contains("jane"), "{}", failure.message);
        }
    }
}
