//! What the page sees of keys, anchors, proofs and backups: never a path, and a secret only where the person asked for it.

use pipeline::ledger::anchor::{KeptAnchor, Proof};
use pipeline::ledger::field::Value;
use pipeline::ledger::{self, KeyInfo, Reason, bundle};
use serde::{Deserialize, Serialize};

use crate::view::LedgerRecord;

/// Whether it takes a passphrase to read what is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Protection {
    None,
    Locked,
    Unlocked,
}

impl From<ledger::Protection> for Protection {
    fn from(protection: ledger::Protection) -> Self {
        match protection {
            ledger::Protection::None => Self::None,
            ledger::Protection::Locked => Self::Locked,
            ledger::Protection::Unlocked => Self::Unlocked,
        }
    }
}

/// What there is to know of a ledger without opening a record.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct LedgerOverview {
    pub(crate) protection: Protection,
    /// The first one first; the last one is in use.
    pub(crate) keys: Vec<Key>,
    /// Records and statements about keys.
    pub(crate) entries: u64,
    /// The root over them; nothing where nothing is recorded.
    pub(crate) root: Option<String>,
    pub(crate) anchors: Vec<Anchor>,
    /// Up to this entry a time is confirmed by somebody that is trusted here; 0 for none.
    pub(crate) anchored: u64,
    /// How many authorities and blocks the person said that they trust, beside those of the system.
    pub(crate) trusted: u32,
}

/// One of the person's keys.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Key {
    pub(crate) number: u16,
    pub(crate) fingerprint: String,
    pub(crate) since: Option<String>,
    pub(crate) replaced: Option<KeyEvent>,
    pub(crate) revoked: Option<KeyEvent>,
}

/// Why something was said about a key, and when, as the clock claimed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyEvent {
    pub(crate) reason: KeyReason,
    pub(crate) time: String,
}

/// Why a key is replaced or revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum KeyReason {
    Routine,
    Lost,
    Stolen,
}

impl From<KeyReason> for Reason {
    fn from(reason: KeyReason) -> Self {
        match reason {
            KeyReason::Routine => Self::Routine,
            KeyReason::Lost => Self::Lost,
            KeyReason::Stolen => Self::Stolen,
        }
    }
}

impl From<KeyInfo> for Key {
    fn from(key: KeyInfo) -> Self {
        let event = |(reason, time): (Reason, String)| KeyEvent {
            reason: match reason {
                Reason::Routine => KeyReason::Routine,
                Reason::Lost => KeyReason::Lost,
                Reason::Stolen => KeyReason::Stolen,
            },
            time,
        };
        Self {
            number: key.number,
            fingerprint: key.signing.fingerprint(),
            since: key.since,
            replaced: key.replaced.map(event),
            revoked: key.revoked.map(event),
        }
    }
}

/// Somebody else's word on when a part of the ledger was there.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Anchor {
    /// It is about the entries from 1 to this one.
    pub(crate) covers: u64,
    pub(crate) kind: AnchorKind,
    /// When it was brought in, as the clock claimed.
    pub(crate) imported: String,
    /// Times that are confirmed here.
    pub(crate) times: Vec<AnchorTime>,
    /// What is missing for a time to be confirmed here, as sentences.
    pub(crate) open: Vec<String>,
    /// Why it does not hold any more.
    pub(crate) broken: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum AnchorKind {
    TimeStamp,
    OpenTimestamps,
}

/// A time, and who says so.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnchorTime {
    pub(crate) time: String,
    pub(crate) by: String,
}

impl Anchor {
    pub(crate) fn of(kept: KeptAnchor, proof: Result<Proof, &'static str>) -> Self {
        let (times, open, broken) = match proof {
            Ok(Proof::Confirmed(times)) => (times, Vec::new(), None),
            Ok(Proof::Open(open)) => (Vec::new(), open, None),
            Err(reason) => (Vec::new(), Vec::new(), Some(reason.to_owned())),
        };
        Self {
            covers: kept.checkpoint.checkpoint.size,
            kind: if kept.anchor.kind == "ots" {
                AnchorKind::OpenTimestamps
            } else {
                AnchorKind::TimeStamp
            },
            imported: kept.claimed_time,
            times: times
                .into_iter()
                .map(|(time, by)| AnchorTime { time, by })
                .collect(),
            open,
            broken,
        }
    }
}

/// Which records to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum AnchorFilter {
    All,
    Anchored,
    Claimed,
}

/// Everything that a record says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordDetail {
    pub(crate) record: LedgerRecord,
    pub(crate) fields: Vec<Field>,
    /// Those that are about a part of the ledger with this record in it.
    pub(crate) anchors: Vec<Anchor>,
    /// Whether pieces of the full-resolution picture can be shown.
    pub(crate) has_tiles: bool,
}

/// One thing that a record says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Field {
    pub(crate) name: String,
    /// Nothing for what was not recorded.
    pub(crate) value: Option<String>,
}

impl Field {
    pub(crate) fn of(name: &str, value: &Value) -> Self {
        Self {
            name: name.to_owned(),
            value: match value {
                Value::Unknown => None,
                Value::Text(text) => Some(text.clone()),
                Value::List(texts) => Some(texts.join(" ")),
            },
        }
    }
}

/// The photo that pieces are taken from, or that is put into a proof.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProofPhoto {
    pub(crate) name: String,
    pub(crate) size_bytes: u64,
    /// How many pieces are in a row, and how many rows.
    pub(crate) columns: u32,
    pub(crate) rows: u32,
    /// Whether it is the file from before cleaning, with everything that it would give away.
    pub(crate) is_original: bool,
}

/// What to show to others.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProofChoice {
    pub(crate) fields: Vec<String>,
    /// Columns and rows.
    pub(crate) tiles: Vec<(u32, u32)>,
    pub(crate) with_photo: bool,
}

/// What came of writing a file that the person named; not saved when they closed the dialog.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Written {
    pub(crate) saved: bool,
    /// Its name, without its folder.
    pub(crate) name: Option<String>,
    /// How many things are in it, where that can be counted.
    pub(crate) count: u64,
}

/// What checking somebody's proof told.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProofReport {
    /// The bundle's name.
    pub(crate) name: String,
    pub(crate) fits_together: bool,
    /// The key that signed.
    pub(crate) key: Option<String>,
    /// Where it is one of the person's own: its number.
    pub(crate) own_key: Option<u16>,
    pub(crate) checks: Vec<ProofCheck>,
    pub(crate) shown: Vec<Field>,
    pub(crate) times: Vec<AnchorTime>,
    pub(crate) open: Vec<String>,
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProofCheck {
    pub(crate) what: String,
    pub(crate) outcome: CheckOutcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum CheckOutcome {
    Holds,
    Fails,
    Open,
}

impl ProofReport {
    pub(crate) fn of(name: String, report: bundle::Report, own_key: Option<u16>) -> Self {
        Self {
            name,
            fits_together: report.fits_together(),
            own_key,
            key: report.key,
            checks: report
                .checks
                .into_iter()
                .map(|check| ProofCheck {
                    what: check.what,
                    outcome: match check.outcome {
                        bundle::Outcome::Holds => CheckOutcome::Holds,
                        bundle::Outcome::Fails => CheckOutcome::Fails,
                        bundle::Outcome::Open => CheckOutcome::Open,
                    },
                })
                .collect(),
            shown: report
                .shown
                .iter()
                .map(|shown| Field::of(&shown.name, &shown.value))
                .collect(),
            times: report
                .times
                .into_iter()
                .map(|time| AnchorTime {
                    time: time.time,
                    by: time.by,
                })
                .collect(),
            open: report.open,
        }
    }
}

/// The person's key on paper. Whoever has it has the key.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecoverySheet {
    pub(crate) code: String,
    pub(crate) fingerprint: String,
    /// How many entries, and the root over them, to know a restored backup by.
    pub(crate) root: Option<String>,
    pub(crate) time: String,
}

/// How a ledger stands to a backup of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum Standing {
    Same,
    /// The ledger has so many entries more.
    More {
        entries: u64,
    },
    /// The backup has so many entries more.
    Fewer {
        entries: u64,
    },
    Forked,
    Another,
    /// There is no ledger, or the one that is there is broken.
    Alone,
}

impl From<Option<ledger::Standing>> for Standing {
    fn from(standing: Option<ledger::Standing>) -> Self {
        match standing {
            Some(ledger::Standing::Holds { more: 0 }) => Self::Same,
            Some(ledger::Standing::Holds { more }) => Self::More { entries: more },
            Some(ledger::Standing::Older { missing }) => Self::Fewer { entries: missing },
            Some(ledger::Standing::Forked) => Self::Forked,
            Some(ledger::Standing::Another) => Self::Another,
            None => Self::Alone,
        }
    }
}

/// What a full check went through, and found to be as it was written.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Checked {
    pub(crate) entries: u64,
    pub(crate) checkpoints: u64,
    pub(crate) anchors: u64,
    /// Records that were opened; 0 while the ledger is locked.
    pub(crate) records_read: u64,
}

/// What is to come of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Restoring {
    Drill,
    Newer,
    Older,
}

impl From<Restoring> for pipeline::Restoring {
    fn from(what: Restoring) -> Self {
        match what {
            Restoring::Drill => Self::Drill,
            Restoring::Newer => Self::Newer,
            Restoring::Older => Self::Older,
        }
    }
}

/// A kind of hash that services compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum HashKind {
    Sha256,
    Md5,
    Pdq,
}

impl From<HashKind> for ledger::HashKind {
    fn from(kind: HashKind) -> Self {
        match kind {
            HashKind::Sha256 => Self::Sha256,
            HashKind::Md5 => Self::Md5,
            HashKind::Pdq => Self::Pdq,
        }
    }
}

/// The form of a list of hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum HashFormat {
    Lines,
    Csv,
    Json,
}

impl From<HashFormat> for ledger::HashFormat {
    fn from(format: HashFormat) -> Self {
        match format {
            HashFormat::Lines => Self::Lines,
            HashFormat::Csv => Self::Csv,
            HashFormat::Json => Self::Json,
        }
    }
}
