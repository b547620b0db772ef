//! Who saw a record, and when: its first anchors, in words.

use ledger::anchor::{Proof, check};
use ledger::{Ledger, Record};
use serde::Serialize;

use crate::Failure;

/// An anchor of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Anchored {
    /// `tsr` for an authority of RFC 3161, `ots` for OpenTimestamps.
    pub kind: String,
    /// When it was imported, as the computer's clock claimed.
    pub imported: String,
    /// What it says, as sentences; whether that holds is checked with the proof bundle.
    pub says: Vec<String>,
}

/// The anchors of the first anchored checkpoint that holds a record. None: nobody else has confirmed when it was made.
///
/// # Errors
/// When the ledger cannot be used.
pub fn anchored(ledger: &Ledger, record: &Record) -> Result<Vec<Anchored>, Failure> {
    let mut found: Vec<Anchored> = Vec::new();
    let mut first = None;
    for kept in ledger.anchors()? {
        let size = kept.checkpoint.checkpoint.size;
        if size < record.sequence || first.is_some_and(|first| size > first) {
            continue;
        }
        let digest = kept.checkpoint.digest();
        let Ok(proof) = check(&kept.anchor.kind, &kept.anchor.bytes, &digest, &[], &[]) else {
            continue;
        };
        first = Some(size);
        found.push(Anchored {
            kind: kept.anchor.kind,
            imported: kept.claimed_time,
            says: match proof {
                Proof::Confirmed(times) => times
                    .into_iter()
                    .map(|(time, by)| format!("{by} confirms {time}."))
                    .collect(),
                Proof::Open(open) => open,
            },
        });
    }
    Ok(found)
}
