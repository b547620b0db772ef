//! How one photo ended, and what is told meanwhile.

use std::path::PathBuf;

use metadata::{Container, Finding, Report};

use crate::Failure;
use crate::cloak::{CloakProgress, Cloaked};
use crate::outside::{self, Trace};

/// What happens during a run. Each photo that is begun is `Started`; each photo at all is `Finished`, exactly once.
// Few are under way at any time, and each is looked at once.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Work on a photo began.
    Started {
        /// Its place among the photos of the run, from 0.
        index: usize,
    },
    /// A photo's cloak is being made.
    Cloaking {
        /// Its place among the photos of the run, from 0.
        index: usize,
        /// How far it is.
        progress: CloakProgress,
    },
    /// A photo is done, in one way or another.
    Finished {
        /// Its place among the photos of the run, from 0.
        index: usize,
        /// How it ended.
        outcome: Outcome,
    },
}

/// The endings of a photo.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// There is a clean copy.
    Done(Finished),
    /// The original is clean, and no note is attached to it. There is a copy only where the person asked for another
    /// folder or name.
    AlreadyClean(Finished),
    /// The file cannot be cleaned wholly, so nothing was written.
    Refused(Failure),
    /// Something else went wrong; the original is as it was.
    Failed(Failure),
    /// There is a clean copy, but it lies beside its original, which could not be moved to the trash.
    NotReplaced(Box<Finished>, Failure),
    /// The run was cancelled before this photo's turn, or before there was a cloak to keep for it.
    Cancelled,
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        if failure.refused {
            Self::Refused(failure)
        } else {
            Self::Failed(failure)
        }
    }
}

/// What is known of a photo that ended well.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The container.
    pub container: Container,
    /// Where the clean copy is, if one was made.
    pub output: Option<PathBuf>,
    /// The id of its record, if one was made.
    pub record: Option<String>,
    /// Everything that was found in the original.
    pub findings: Vec<Finding>,
    /// What of it is gone.
    pub removed: Vec<Finding>,
    /// What stays: what the picture needs, and what the person asked to keep.
    pub kept: Vec<Finding>,
    /// What the file tells without being opened, and whether that stays. Apart from the findings, because it is not in
    /// the file: every file has a name and a time.
    pub traces: Vec<Trace>,
    /// What became of the wish for a cloak; nothing where nobody wished for one.
    pub cloak: Option<Cloaked>,
    /// What else the person should know, as sentences.
    pub notes: Vec<String>,
    /// Size of the original, in bytes.
    pub input_bytes: u64,
    /// Size of the clean copy, in bytes; that of the original where there is no copy.
    pub output_bytes: u64,
}

/// What a photo would give away: what is in the file, and what the file tells without being opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// What is in it.
    pub report: Report,
    /// What it tells without being opened.
    pub traces: Vec<Trace>,
}

impl Inspected {
    /// Whether cleaning would remove anything. Name and times do not count: every file has them.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.report.findings.is_empty() && !outside::has_notes(&self.traces)
    }
}

/// How many photos ended in which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Cleaned; a cloak was not asked for.
    pub done: usize,
    /// Clean from the start; a cloak was not asked for.
    pub already_clean: usize,
    /// Cleaned and cloaked.
    pub cloaked: usize,
    /// Clean, but not cloaked, though that was asked for.
    pub not_cloaked: usize,
    /// Refused, because of the photo.
    pub refused: usize,
    /// Failed, because of the machine.
    pub failed: usize,
    /// Not begun.
    pub cancelled: usize,
    /// Unfinished copies that an earlier run had left, and that were removed.
    pub unfinished_removed: usize,
}

impl Summary {
    /// Counts one more.
    pub fn count(&mut self, outcome: &Outcome) {
        let counter = match outcome {
            Outcome::Done(Finished {
                cloak: Some(cloak), ..
            })
            | Outcome::AlreadyClean(Finished {
                cloak: Some(cloak), ..
            }) => match cloak {
                Cloaked::Yes(_) => &mut self.cloaked,
                Cloaked::No(_) => &mut self.not_cloaked,
            },
            Outcome::Done(_) => &mut self.done,
            Outcome::AlreadyClean(_) => &mut self.already_clean,
            Outcome::Refused(_) => &mut self.refused,
            Outcome::Failed(_) | Outcome::NotReplaced(..) => &mut self.failed,
            Outcome::Cancelled => &mut self.cancelled,
        };
        *counter += 1;
    }
}
