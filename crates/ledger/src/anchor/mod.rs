//! Anchors: somebody else's word on when a checkpoint was there. The person carries a question or a digest to a service
//! and the answer back; nothing here connects to anything.

mod certificate;
mod der;
mod ots;
mod reply;
mod request;
mod signature;

use crate::Ledger;
use crate::bundle::Anchor;
use crate::checkpoint::SignedCheckpoint;
use crate::digest::Digest;
use crate::error::Error;
use crate::time::{is_utc_second, utc_second};

pub use certificate::certificates;
use ots::Attestation;

/// What an anchor proves with what is at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Times, each with who says so.
    Confirmed(Vec<(String, String)>),
    /// Nothing yet: what is missing, as sentences.
    Open(Vec<String>),
}

/// Checks an anchor of the checkpoint with this digest. An error says why it is none.
pub fn check(
    kind: &str,
    bytes: &[u8],
    digest: &Digest,
    roots: &[Vec<u8>],
    headers: &[[u8; 80]],
) -> Result<Proof, &'static str> {
    match kind {
        "tsr" => {
            let stamp = reply::check(bytes, digest, roots)?;
            let (time, by) = (stamp.time, stamp.by);
            Ok(if stamp.trusted {
                Proof::Confirmed(vec![(time, by)])
            } else {
                Proof::Open(vec![format!(
                    "\"{by}\" says {time}, but no certificate that is trusted here vouches for it."
                )])
            })
        }
        "ots" => check_ots(bytes, digest, headers),
        _ => Err("it is of no known kind"),
    }
}

fn check_ots(bytes: &[u8], digest: &Digest, headers: &[[u8; 80]]) -> Result<Proof, &'static str> {
    if ots::digest(bytes).ok_or("it is no OpenTimestamps proof")? != *digest {
        return Err("it is about something else");
    }
    let attestations = ots::read(bytes).ok_or("it is no whole OpenTimestamps proof")?;
    let (mut confirmed, mut open) = (Vec::new(), Vec::new());
    for attestation in attestations {
        match attestation {
            Attestation::Bitcoin { height, root } => {
                let time = headers
                    .iter()
                    .find_map(|header| ots::block_time(header, &root));
                match time.and_then(|seconds| utc_second(seconds.into())) {
                    Some(time) => confirmed.push((time, format!("Bitcoin block {height}"))),
                    None => {
                        let shown: Vec<u8> = root.iter().rev().copied().collect();
                        open.push(format!(
                            "Bitcoin block {height} must have the Merkle root {}. Compare it with any source that you \
                             trust; the time of that block is the time.",
                            crate::hex::hex(&shown)
                        ));
                    }
                }
            }
            Attestation::Pending { calendar } => open.push(format!(
                "The calendar {calendar} promised to put it into a block. Complete the proof with \"ots upgrade\" and \
                 import it again."
            )),
            Attestation::Unknown => {
                open.push("It holds an attestation of a kind that is not known here.".to_owned());
            }
        }
    }
    Ok(if confirmed.is_empty() {
        Proof::Open(open)
    } else {
        Proof::Confirmed(confirmed)
    })
}

/// The bytes of a `.tsq` for this checkpoint: what a person carries to a time-stamping authority.
pub fn request(signed: &SignedCheckpoint) -> Vec<u8> {
    request::request(&signed.digest())
}

/// A block header of Bitcoin: 160 lower-case hexadecimal digits.
pub fn block_header(text: &str) -> Option<[u8; 80]> {
    crate::hex::unhex_array(&text.trim().to_ascii_lowercase())
}

/// An anchor as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptAnchor {
    /// The checkpoint that it is of.
    pub checkpoint: SignedCheckpoint,
    /// What it is.
    pub anchor: Anchor,
    /// When it was imported, as the computer's clock claimed.
    pub claimed_time: String,
}

impl Ledger {
    /// Keeps an anchor: the answer of an authority (`.tsr`) or an OpenTimestamps proof (`.ots`). Which of the ledger's
    /// checkpoints it is of, it says itself.
    ///
    /// # Errors
    ///
    /// [`Error::NotAnAnchor`] for anything else; [`Error::AnchorOfAnother`] where no checkpoint is what it is of; what
    /// [`open`](Self::open) says if the file cannot be used now.
    pub fn import_anchor(&self, bytes: &[u8], claimed_time: &str) -> Result<KeptAnchor, Error> {
        if !is_utc_second(claimed_time) {
            return Err(Error::InvalidTime);
        }
        let (kind, digest) = if bytes.starts_with(ots::MAGIC) {
            ("ots", ots::digest(bytes))
        } else {
            ("tsr", reply::imprint(bytes))
        };
        let wrong = |reason| Error::NotAnAnchor { reason };
        let digest = digest.ok_or_else(|| {
            wrong("it is neither a granted answer of RFC 3161 nor an OpenTimestamps proof")
        })?;
        let open = self.state();
        let checkpoint = open
            .checkpoints()?
            .into_iter()
            .find(|signed| signed.digest() == digest)
            .ok_or(Error::AnchorOfAnother)?;
        check(kind, bytes, &digest, &[], &[]).map_err(wrong)?;
        open.connection.execute(
            "INSERT INTO anchors (checkpoint, kind, bytes, claimed_time) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (checkpoint, bytes) DO NOTHING",
            (checkpoint.text(), kind, bytes, claimed_time),
        )?;
        Ok(KeptAnchor {
            checkpoint,
            anchor: Anchor {
                kind: kind.to_owned(),
                bytes: bytes.to_vec(),
            },
            claimed_time: claimed_time.to_owned(),
        })
    }

    /// Every anchor, those of the smallest checkpoint first.
    ///
    /// # Errors
    ///
    /// What [`open`](Self::open) says if the file cannot be used now.
    pub fn anchors(&self) -> Result<Vec<KeptAnchor>, Error> {
        let open = self.state();
        let checkpoints = open.checkpoints()?;
        let mut statement = open
            .connection
            .prepare("SELECT checkpoint, kind, bytes, claimed_time FROM anchors ORDER BY rowid")?;
        let mut rows = statement.query(())?;
        let mut anchors = Vec::new();
        while let Some(row) = rows.next()? {
            let text: String = row.get(0)?;
            let known = checkpoints.iter().find(|signed| signed.text() == text);
            anchors.push(KeptAnchor {
                checkpoint: known.ok_or(Error::Altered)?.clone(),
                anchor: Anchor {
                    kind: row.get(1)?,
                    bytes: row.get(2)?,
                },
                claimed_time: row.get(3)?,
            });
        }
        anchors.sort_by_key(|anchor| anchor.checkpoint.checkpoint.size);
        Ok(anchors)
    }

    /// Every anchor, as [`anchors`](Self::anchors), with what it proves by these certificates and block headers, or why it
    /// does not hold any more.
    ///
    /// # Errors
    ///
    /// What [`open`](Self::open) says if the file cannot be used now.
    #[expect(clippy::type_complexity, reason = "an anchor and what came of it")]
    pub fn checked_anchors(
        &self,
        roots: &[Vec<u8>],
        headers: &[[u8; 80]],
    ) -> Result<Vec<(KeptAnchor, Result<Proof, &'static str>)>, Error> {
        let anchors = self.anchors()?.into_iter().map(|kept| {
            let digest = kept.checkpoint.digest();
            let (kind, bytes) = (&kept.anchor.kind, &kept.anchor.bytes);
            let proof = check(kind, bytes, &digest, roots, headers);
            (kept, proof)
        });
        Ok(anchors.collect())
    }

    /// The first anchored checkpoint with the entry at `sequence` in it, and its anchors.
    pub(crate) fn first_anchored(
        &self,
        sequence: u64,
    ) -> Result<Option<(SignedCheckpoint, Vec<Anchor>)>, Error> {
        let mut found: Option<(SignedCheckpoint, Vec<Anchor>)> = None;
        for kept in self.anchors()? {
            let digest = kept.checkpoint.digest();
            // An anchor that does not hold any more, since somebody changed it, proves nothing.
            let holds = check(&kept.anchor.kind, &kept.anchor.bytes, &digest, &[], &[]).is_ok();
            if kept.checkpoint.checkpoint.size < sequence || !holds {
                continue;
            }
            match &mut found {
                None => found = Some((kept.checkpoint, vec![kept.anchor])),
                Some((checkpoint, anchors)) if *checkpoint == kept.checkpoint => {
                    anchors.push(kept.anchor);
                }
                Some(_) => break,
            }
        }
        Ok(found)
    }
}
