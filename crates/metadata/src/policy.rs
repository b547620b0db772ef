//! What a person chooses to keep, beyond what the picture needs.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Topic;

/// A kind of information that is removed unless the person asks to keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The date and time the photo was taken.
    Date,
    /// The camera's maker and model; never its serial numbers.
    Camera,
    /// The copyright line.
    Copyright,
    /// The artist's name.
    Artist,
    /// Where the photo was taken.
    Place,
}

impl Keep {
    /// Every choice, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Date,
        Self::Camera,
        Self::Copyright,
        Self::Artist,
        Self::Place,
    ];

    /// The topic under which it is told.
    #[must_use]
    pub const fn topic(self) -> Topic {
        match self {
            Self::Date => Topic::Time,
            Self::Camera => Topic::Device,
            Self::Copyright | Self::Artist => Topic::Person,
            Self::Place => Topic::Place,
        }
    }

    /// The word for it on the command line, such as `date`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Camera => "camera",
            Self::Copyright => "copyright",
            Self::Artist => "artist",
            Self::Place => "place",
        }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The word was none of those in [`Keep::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("can only keep date, camera, copyright, artist or place")]
pub struct UnknownKeep;

impl FromStr for Keep {
    type Err = UnknownKeep;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|keep| keep.name() == word)
            .ok_or(UnknownKeep)
    }
}

/// What stays in a clean copy beyond what the picture needs. The default keeps nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Policy {
    /// What the person asked to keep.
    pub keep: BTreeSet<Keep>,
}

impl Policy {
    /// Removes the place, and keeps all that can be kept by name. It is a keep-list still: those few values are written
    /// anew, and whatever has no name here goes too, because a place can hide in it.
    ///
    /// ```
    /// use metadata::{Keep, Policy};
    /// let policy = Policy::all_but_place();
    /// assert!(policy.keeps(Keep::Date) && !policy.keeps(Keep::Place));
    /// ```
    #[must_use]
    pub fn all_but_place() -> Self {
        Self {
            keep: Keep::ALL
                .into_iter()
                .filter(|keep| *keep != Keep::Place)
                .collect(),
        }
    }

    /// Whether the person asked to keep this.
    #[must_use]
    pub fn keeps(&self, what: Keep) -> bool {
        self.keep.contains(&what)
    }
}
