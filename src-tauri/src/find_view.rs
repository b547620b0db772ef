//! What the page sees of a picture that was looked up: numbers and words, never a path.

use pipeline::fingerprint::changes::{Area, Verdict};
use pipeline::fingerprint::matching::Region;
use pipeline::takedown::{Answers, Asking};
use pipeline::{Anchored, By, Certainty, Comparison, Leak, Likeness, Original, Recompression};
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// How looking a picture up is going.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum FindState {
    #[default]
    Idle,
    Looking {
        name: String,
    },
    Found {
        /// Under which its pictures are served.
        id: u32,
        name: String,
        has_picture: bool,
        matches: Vec<FoundMatch>,
        leak: Option<FoundLeak>,
        /// Recorded files without fingerprints.
        not_comparable: u32,
    },
    Failed {
        name: String,
        problem: Problem,
    },
}

/// A photo that a picture was made from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct FoundMatch {
    pub(crate) record: String,
    pub(crate) claimed_time: String,
    pub(crate) kind: FoundKind,
    pub(crate) certainty: FoundCertainty,
    /// In tenths of a percent.
    pub(crate) confidence_permille: u32,
    pub(crate) score: u32,
    pub(crate) inliers: u32,
    pub(crate) expected: u32,
    pub(crate) alike: u32,
    pub(crate) region: Option<FoundRegion>,
    pub(crate) mirrored: bool,
    /// Whole degrees, clockwise.
    pub(crate) rotation: i32,
    pub(crate) scale_percent: Option<u32>,
    /// What it was encoded as anew, in words; nothing where bytes or pixels are the same.
    pub(crate) encoded_as: Option<String>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) recipient: Option<String>,
    pub(crate) purpose: Option<String>,
    /// What its anchors say, as sentences.
    pub(crate) anchored: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum FoundKind {
    SameFile,
    SamePixels,
    Whole,
    Part,
    Alike,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum FoundCertainty {
    Likely,
    High,
    VeryHigh,
    Certain,
}

/// A rectangle in pixels of the photo; its share of the photo in tenths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct FoundRegion {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) share_permille: u32,
}

/// Which published copy was used, if that can be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct FoundLeak {
    /// The record; nothing where it cannot be told.
    pub(crate) record: Option<String>,
    /// Whom it was for, or whom it may have been for.
    pub(crate) recipients: Vec<String>,
    /// What tells it.
    pub(crate) by: Option<LeakBy>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum LeakBy {
    Bytes,
    Pixels,
    Size,
}

/// What was changed in a picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct FoundChanges {
    /// Under which its pictures are served.
    pub(crate) id: u32,
    pub(crate) verdict: FoundVerdict,
    pub(crate) compared_percent: u32,
    pub(crate) changed_permille: u32,
    pub(crate) areas: Vec<FoundRegion>,
    /// Whether the two could be laid over each other.
    pub(crate) has_pictures: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum FoundVerdict {
    NothingFound,
    Changed,
    TooSmall,
    TooLittle,
    TooDifferent,
}

/// The answers of the questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct TakedownAnswers {
    pub(crate) under_18: bool,
    pub(crate) intimate: bool,
    pub(crate) altered: bool,
    pub(crate) asking: TakedownAsking,
    pub(crate) holds_copyright: bool,
    pub(crate) urls: Vec<String>,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) address: String,
    pub(crate) words: String,
    pub(crate) records: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum TakedownAsking {
    Shown,
    ForAnother,
    RightsHolder,
}

/// What came out of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct TakedownTexts {
    /// Who helps, when anybody in the picture was under 18; then there is nothing else.
    pub(crate) help: Option<String>,
    pub(crate) overview: String,
    pub(crate) texts: Vec<TakedownText>,
    pub(crate) missing: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct TakedownText {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl FoundMatch {
    pub(crate) fn new(found: &Original, anchored: Vec<Anchored>) -> Self {
        Self {
            record: found.record.clone(),
            claimed_time: found.claimed_time.clone(),
            kind: match found.kind {
                Likeness::SameFile => FoundKind::SameFile,
                Likeness::SamePixels => FoundKind::SamePixels,
                Likeness::Whole => FoundKind::Whole,
                Likeness::Part => FoundKind::Part,
                Likeness::Alike => FoundKind::Alike,
            },
            certainty: match found.certainty {
                Certainty::Likely => FoundCertainty::Likely,
                Certainty::High => FoundCertainty::High,
                Certainty::VeryHigh => FoundCertainty::VeryHigh,
                Certainty::Certain => FoundCertainty::Certain,
            },
            confidence_permille: whole(found.confidence * 1000.0),
            score: whole(found.score),
            inliers: count(found.inliers),
            expected: count(found.expected),
            alike: count(found.alike),
            region: found.region.map(FoundRegion::from),
            mirrored: found.mirrored,
            rotation: found.rotation.round() as i32,
            scale_percent: found.scale.map(|scale| whole(scale * 100.0)),
            encoded_as: found.recompression.map(Recompression::in_words),
            width: found.size.0,
            height: found.size.1,
            recipient: found.recipient.clone(),
            purpose: found.purpose.clone(),
            anchored: anchored
                .into_iter()
                .flat_map(|anchor| anchor.says)
                .collect(),
        }
    }
}

impl FoundChanges {
    pub(crate) fn new(id: u32, comparison: &Comparison, has_pictures: bool) -> Self {
        let changes = &comparison.changes;
        Self {
            id,
            verdict: match changes.verdict {
                Verdict::NothingFound => FoundVerdict::NothingFound,
                Verdict::Changed => FoundVerdict::Changed,
                Verdict::TooSmall => FoundVerdict::TooSmall,
                Verdict::TooLittle => FoundVerdict::TooLittle,
                Verdict::TooDifferent => FoundVerdict::TooDifferent,
            },
            compared_percent: whole(changes.compared * 100.0),
            changed_permille: whole(changes.changed * 1000.0),
            areas: changes
                .areas
                .iter()
                .map(|Area { region, .. }| (*region).into())
                .collect(),
            has_pictures,
        }
    }
}

impl From<Region> for FoundRegion {
    fn from(region: Region) -> Self {
        Self {
            x: whole(region.x),
            y: whole(region.y),
            width: whole(region.width),
            height: whole(region.height),
            share_permille: whole(region.share * 1000.0),
        }
    }
}

impl From<Leak> for FoundLeak {
    fn from(leak: Leak) -> Self {
        match leak {
            Leak::Told {
                record,
                recipient,
                purpose,
                by,
            } => Self {
                record: Some(record),
                recipients: [recipient, purpose].into_iter().flatten().collect(),
                by: Some(match by {
                    By::Bytes => LeakBy::Bytes,
                    By::Pixels => LeakBy::Pixels,
                    By::Size => LeakBy::Size,
                }),
            },
            Leak::NotTold { recipients, .. } => Self {
                record: None,
                recipients,
                by: None,
            },
        }
    }
}

impl From<TakedownAnswers> for Answers {
    fn from(answers: TakedownAnswers) -> Self {
        Self {
            under_18: Some(answers.under_18),
            intimate: answers.intimate,
            altered: answers.altered,
            asking: match answers.asking {
                TakedownAsking::Shown => Asking::Shown,
                TakedownAsking::ForAnother => Asking::ForAnother,
                TakedownAsking::RightsHolder => Asking::RightsHolder,
            },
            holds_copyright: answers.holds_copyright,
            urls: answers.urls,
            name: answers.name,
            email: answers.email,
            phone: answers.phone,
            address: answers.address,
            words: answers.words,
            records: answers.records,
        }
    }
}

/// Numbers below zero, and what is no number, become 0.
fn whole(value: f64) -> u32 {
    value.round() as u32
}

fn count(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
