//! What the page sees: ids, names, reports and records, never a path.

use std::sync::Arc;

use pipeline::ledger;
use serde::{Deserialize, Serialize};

use crate::cloak_view::{CloakProgress, Cloaked};
use crate::find_view::FindState;
use crate::problem::Problem;
use crate::settings::{Settings, Theme};

/// Names one photo of the list, for as long as the window is open.
pub(crate) type PhotoId = u32;

/// Everything that a page needs to draw itself from nothing.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Start {
    pub(crate) version: String,
    pub(crate) settings: Settings,
    pub(crate) photos: Vec<Photo>,
    pub(crate) ledger: LedgerState,
    pub(crate) find: FindState,
    pub(crate) theme: Theme,
}

/// One photo of the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Photo {
    pub(crate) id: PhotoId,
    pub(crate) name: String,
    /// The dropped folder's name and the way down from it; nothing for a photo that was dropped by itself.
    pub(crate) folder: Option<String>,
    pub(crate) state: PhotoState,
}

/// Where a photo is between being dropped and one of its five endings.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum PhotoState {
    Looking,
    Waiting {
        report: Arc<Report>,
    },
    Cleaning {
        report: Arc<Report>,
        /// How far its cloak is, where one is being made.
        cloak: Option<CloakProgress>,
    },
    Done {
        report: Arc<Report>,
        saved: Saved,
    },
    AlreadyClean {
        report: Arc<Report>,
        saved: Saved,
    },
    Refused {
        problem: Problem,
    },
    Failed {
        problem: Problem,
        report: Option<Arc<Report>>,
        /// The clean copy that there is all the same, where only its original could not be moved to the trash.
        saved: Option<Saved>,
    },
    Cancelled {
        report: Arc<Report>,
    },
}

impl PhotoState {
    /// Whether the photo still has its ending before it; after a cancel it has.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Looking
            | Self::Waiting { .. }
            | Self::Cleaning { .. }
            | Self::Cancelled { .. } => true,
            Self::Done { .. }
            | Self::AlreadyClean { .. }
            | Self::Refused { .. }
            | Self::Failed { .. } => false,
        }
    }

    /// What inspection told, where it has.
    pub(crate) fn report(&self) -> Option<&Arc<Report>> {
        match self {
            Self::Looking | Self::Refused { .. } => None,
            Self::Failed { report, .. } => report.as_ref(),
            Self::Waiting { report }
            | Self::Cleaning { report, .. }
            | Self::Done { report, .. }
            | Self::AlreadyClean { report, .. }
            | Self::Cancelled { report } => Some(report),
        }
    }
}

/// What inspection tells about one photo.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    pub(crate) container: String,
    pub(crate) size_bytes: u64,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// What it would give away, most dangerous first.
    pub(crate) findings: Vec<Finding>,
    /// What the picture needs, and every clean copy keeps.
    pub(crate) picture: Vec<Finding>,
    /// What the file tells without being opened.
    pub(crate) outside: Vec<Trace>,
}

impl From<pipeline::Inspected> for Report {
    fn from(inspected: pipeline::Inspected) -> Self {
        let report = inspected.report;
        Self {
            container: report.container.name().into(),
            size_bytes: report.size_bytes,
            width: report.width,
            height: report.height,
            findings: findings(report.findings),
            picture: findings(report.picture),
            outside: traces(inspected.traces),
        }
    }
}

/// One thing that a file tells without being opened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
pub(crate) struct Trace {
    pub(crate) carrier: Carrier,
    pub(crate) topic: Topic,
    pub(crate) name: String,
    pub(crate) value: String,
    /// Whether it is there with the clean copy too; nothing before there is one.
    pub(crate) stays: Option<bool>,
}

/// The traces as the page gets them.
pub(crate) fn traces(told: Vec<pipeline::Trace>) -> Vec<Trace> {
    told.into_iter()
        .map(|trace| Trace {
            carrier: trace.carrier.into(),
            topic: trace.finding.topic.into(),
            name: trace.finding.name,
            value: trace.finding.value,
            stays: trace.stays,
        })
        .collect()
}

/// What of a file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Carrier {
    Name,
    Times,
    Attribute,
    Sidecar,
}

impl From<pipeline::Carrier> for Carrier {
    fn from(carrier: pipeline::Carrier) -> Self {
        use pipeline::Carrier as From;
        match carrier {
            From::Name => Self::Name,
            From::Times => Self::Times,
            From::Attribute => Self::Attribute,
            From::Sidecar => Self::Sidecar,
        }
    }
}

/// One thing that was found in a photo, in a person's words.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
pub(crate) struct Finding {
    pub(crate) topic: Topic,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// The findings as the page gets them, in the order in which they came.
pub(crate) fn findings(found: Vec<pipeline::Finding>) -> Vec<Finding> {
    found
        .into_iter()
        .map(|finding| Finding {
            topic: finding.topic.into(),
            name: finding.name,
            value: finding.value,
        })
        .collect()
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Topic {
    Place,
    Time,
    Device,
    Person,
    Software,
    Thumbnail,
    Video,
    EditHistory,
    Provenance,
    Text,
    Unknown,
    Picture,
}

impl From<pipeline::Topic> for Topic {
    fn from(topic: pipeline::Topic) -> Self {
        use pipeline::Topic as From;
        match topic {
            From::Place => Self::Place,
            From::Time => Self::Time,
            From::Device => Self::Device,
            From::Person => Self::Person,
            From::Software => Self::Software,
            From::Thumbnail => Self::Thumbnail,
            From::Video => Self::Video,
            From::EditHistory => Self::EditHistory,
            From::Provenance => Self::Provenance,
            From::Text => Self::Text,
            From::Picture => Self::Picture,
            // A topic that this page has no word for yet is shown as what nobody can explain.
            _ => Self::Unknown,
        }
    }
}

/// What was written for a photo.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Saved {
    /// The clean copy's file name; nothing where no copy was made.
    pub(crate) name: Option<String>,
    pub(crate) removed: Vec<Finding>,
    pub(crate) kept: Vec<Finding>,
    /// What the file told without being opened, and whether it stays.
    pub(crate) outside: Vec<Trace>,
    /// The id of its record in the ledger; nothing where none was made.
    pub(crate) record: Option<String>,
    /// What became of the wish for a cloak; nothing where nobody wished for one.
    pub(crate) cloak: Option<Cloaked>,
    pub(crate) notes: Vec<String>,
}

/// A file that was dropped and is not in the list, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct SkippedFile {
    pub(crate) name: String,
    pub(crate) reason: String,
}

/// Whether the ledger can be used.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum LedgerState {
    Ready { count: u64 },
    Problem { problem: Problem },
}

/// Some of the records that match a search.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct LedgerPage {
    /// How many match.
    pub(crate) total: u64,
    /// The asked part of them, newest first.
    pub(crate) records: Vec<LedgerRecord>,
}

/// One record of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct LedgerRecord {
    pub(crate) id: String,
    pub(crate) sequence: u64,
    pub(crate) claimed_time: String,
    pub(crate) container: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) original_bytes: u64,
    pub(crate) output_bytes: u64,
    pub(crate) original_sha256: String,
    pub(crate) output_sha256: String,
    pub(crate) pixels_sha256: Option<String>,
    pub(crate) app_version: String,
    /// Whom the copy was for, and what for, if the person said so.
    pub(crate) recipient: Option<String>,
    pub(crate) purpose: Option<String>,
    pub(crate) previous: String,
    pub(crate) hash: String,
    /// Whether somebody that is trusted here confirms a time for it.
    pub(crate) is_anchored: bool,
    /// Whether there is a small picture of it.
    pub(crate) has_thumbnail: bool,
}

impl From<ledger::Record> for LedgerRecord {
    fn from(record: ledger::Record) -> Self {
        let facts = record.facts;
        Self {
            id: record.id,
            sequence: record.sequence,
            claimed_time: record.claimed_time,
            container: facts.container,
            width: facts.width,
            height: facts.height,
            original_bytes: facts.original_bytes,
            output_bytes: facts.output_bytes,
            original_sha256: facts.original_sha256.to_string(),
            output_sha256: facts.output_sha256.to_string(),
            pixels_sha256: facts.pixels_sha256.map(|digest| digest.to_string()),
            app_version: facts.app_version,
            recipient: record.extras.recipient,
            purpose: record.extras.purpose,
            previous: record.previous.to_string(),
            hash: record.hash.to_string(),
            is_anchored: false,
            has_thumbnail: false,
        }
    }
}

impl From<ledger::Page> for LedgerPage {
    fn from(page: ledger::Page) -> Self {
        Self {
            total: page.total,
            records: page.records.into_iter().map(LedgerRecord::from).collect(),
        }
    }
}

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum ExportFormat {
    Csv,
    Json,
}

impl From<ExportFormat> for ledger::ExportFormat {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Json => Self::Json,
        }
    }
}

/// What came of an export; not saved when the person closed the dialog.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExportResult {
    pub(crate) saved: bool,
    pub(crate) count: u64,
    /// The file's name, without its folder.
    pub(crate) name: Option<String>,
}
