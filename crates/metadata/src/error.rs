//! Why a file is refused. Every error of this crate means: nothing was written, the file is as it was.

use thiserror::Error;

use crate::refusal::Refusal;

/// Why a file is refused. Holds positions and names of structures, never a value found in the file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The first bytes are no picture's.
    #[error("this is not a photo: its first bytes belong to no known picture format")]
    NotAPhoto,
    /// A known format that cannot be cleaned wholly, so it is not touched.
    #[error("{0}")]
    Unsupported(Refusal),
    /// A rare feature of a supported format that cannot be cleaned wholly.
    #[error("this file uses {what}, which cannot be cleaned safely (at byte {offset})")]
    UnsupportedFeature {
        /// The feature, with the clause that defines it.
        what: &'static str,
        /// Where it was met, in bytes from the start.
        offset: usize,
    },
    /// The file ends before its picture does.
    #[error("the file ends too early, inside {what} (at byte {offset})")]
    Truncated {
        /// The structure that was being read.
        what: &'static str,
        /// Where the structure begins, in bytes from the start.
        offset: usize,
    },
    /// The file breaks a rule of its format that the picture depends on.
    #[error("the file is damaged: {what} (at byte {offset})")]
    Malformed {
        /// The rule, with its clause.
        what: &'static str,
        /// Where it is broken, in bytes from the start.
        offset: usize,
    },
    /// The file is larger than the limit.
    #[error("the file is too large: {bytes} bytes, and the limit is {limit}")]
    TooLarge {
        /// The size of the file, in bytes.
        bytes: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The file holds more of something than the limit allows.
    #[error("the file holds too many {what}: more than {limit}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// The limit, as a count.
        limit: usize,
    },
    /// The second reading still found something in the cleaned file, so it was thrown away.
    #[error("the check of the cleaned file still found something of the original in it ({what})")]
    LeftBehind {
        /// What kind of thing was found; never the value itself.
        what: &'static str,
    },
}

impl Error {
    /// A stable word for programs, such as `truncated`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAPhoto => "not_a_photo",
            Self::Unsupported(refusal) => refusal.code(),
            Self::UnsupportedFeature { .. } => "unsupported_feature",
            Self::Truncated { .. } => "truncated",
            Self::Malformed { .. } => "malformed",
            Self::TooLarge { .. } => "too_large",
            Self::TooMany { .. } => "too_many_parts",
            Self::LeftBehind { .. } => "left_behind",
        }
    }

    /// What the person can do about it, as a sentence.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Empty => "Copy the photo again from where it came from.",
            Self::NotAPhoto => {
                "Check that this is the file you meant. It may be damaged, or of a kind that Cloakroom does not know."
            }
            Self::Unsupported(refusal) => refusal.hint(),
            Self::UnsupportedFeature { .. } => {
                "Open it in a photo app and save it as JPEG or PNG, or a video in a video app and export it as MP4; then clean that copy."
            }
            Self::Truncated { .. } => {
                "The copy is probably incomplete. Get it again from the camera, phone or sender."
            }
            Self::Malformed { .. } => {
                "Get the photo again from where it came from, or open it in a photo app and save it anew, then clean that copy."
            }
            Self::TooLarge { .. } => {
                "Save a smaller version, or cut a video into shorter ones, then clean that copy."
            }
            Self::TooMany { .. } => {
                "Open the photo in a photo app and save it anew, then clean that copy."
            }
            Self::LeftBehind { .. } => {
                "Nothing was written. Please report this kind of file to the project (not the photo itself)."
            }
        }
    }
}
