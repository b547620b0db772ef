//! Showing others what a record says, and checking what others show.

use std::path::{Path, PathBuf};

use pipeline::ledger::bundle::{self, Choice};
use pipeline::ledger::tiles::TILE_PX;
use pipeline::ledger::{Error, field::Value};
use pipeline::proof::read_bundle;
use pipeline::{Limits, Source};

use crate::custody::{self, now};
use crate::intake::name;
use crate::ledger_view::{
    Anchor, AnchorFilter, Field, ProofChoice, ProofPhoto, ProofReport, RecordDetail, Written,
};
use crate::lock::lock;
use crate::problem::Problem;
use crate::records::ALL;
use crate::session::Session;
use crate::view::{LedgerPage, LedgerRecord};

/// The photo that a proof takes its pieces from, and the record that it is of.
pub(crate) struct Held {
    pub(crate) id: String,
    pub(crate) path: PathBuf,
}

/// The records that match, newest first.
///
/// # Errors
///
/// The ledger is locked, or cannot be read.
pub(crate) fn list(
    session: &Session,
    text: &str,
    filter: AnchorFilter,
    offset: u32,
    limit: u32,
) -> Result<LedgerPage, Problem> {
    let anchored = match filter {
        AnchorFilter::All => 0,
        AnchorFilter::Anchored | AnchorFilter::Claimed => anchored(session)?,
    };
    let within = match filter {
        AnchorFilter::All => ALL,
        AnchorFilter::Anchored => 1..=anchored,
        AnchorFilter::Claimed => anchored + 1..=u64::MAX,
    };
    told(session, session.records.list(text, within, offset, limit)?)
}

/// Records with what is known about them outside of themselves: anchors, and small pictures.
///
/// # Errors
///
/// The ledger cannot be read.
pub(crate) fn told(session: &Session, mut page: LedgerPage) -> Result<LedgerPage, Problem> {
    if !page.records.is_empty() {
        let anchored = anchored(session)?;
        for record in &mut page.records {
            record.is_anchored = record.sequence <= anchored;
            record.has_thumbnail = session.thumbnails.has(&record.hash);
        }
    }
    Ok(page)
}

/// Up to which entry a time is confirmed by somebody that is trusted here.
fn anchored(session: &Session) -> Result<u64, Problem> {
    let told = session.records.read(|ledger| {
        if ledger.anchors()?.is_empty() {
            return Ok(0);
        }
        let trust = session.trusted.trust()?;
        let anchors = ledger.checked_anchors(&trust.roots, &trust.headers)?;
        let anchors = anchors.into_iter();
        let anchors: Vec<_> = anchors
            .map(|(kept, proof)| Anchor::of(kept, proof))
            .collect();
        Ok::<_, Problem>(custody::anchored(&anchors))
    });
    Ok(told?.unwrap_or(0))
}

/// Everything that a record says, and what is known about when it was there.
///
/// # Errors
///
/// The ledger is locked, or there is no such record.
pub(crate) fn detail(session: &Session, id: &str) -> Result<RecordDetail, Problem> {
    let trust = session.trusted.trust()?;
    session.records.use_it(|ledger| {
        let record = ledger.get(id)?;
        let fields = ledger.fields_of(id)?;
        let anchors = ledger.checked_anchors(&trust.roots, &trust.headers)?;
        let anchors: Vec<_> = anchors
            .into_iter()
            .map(|(kept, proof)| Anchor::of(kept, proof))
            .filter(|anchor| anchor.covers >= record.sequence)
            .collect();
        let is_anchored = custody::anchored(&anchors) > 0;
        Ok::<_, Error>(RecordDetail {
            has_tiles: fields
                .iter()
                .any(|(name, value)| *name == "tiles_root" && *value != Value::Unknown),
            fields: fields
                .iter()
                .map(|(name, value)| Field::of(name, value))
                .collect(),
            anchors,
            record: LedgerRecord {
                is_anchored,
                has_thumbnail: session.thumbnails.has(&record.hash.to_string()),
                ..LedgerRecord::from(record)
            },
        })
    })
}

/// Takes a photo for a proof of this record. It must be the original or the clean copy, byte for byte.
///
/// # Errors
///
/// It is another file, or the ledger is locked.
pub(crate) fn hold(session: &Session, id: &str, path: PathBuf) -> Result<ProofPhoto, Problem> {
    let source = Source::open(&path, &Limits::default())?;
    let record = session.records.use_it(|ledger| ledger.get(id))?;
    let (facts, digest) = (&record.facts, source.digest());
    if ![facts.original_sha256, facts.output_sha256].contains(&digest) {
        return Err(Error::PixelsDiffer.into());
    }
    let photo = ProofPhoto {
        name: name(&path),
        size_bytes: source.bytes().len() as u64,
        columns: facts.width.div_ceil(TILE_PX),
        rows: facts.height.div_ceil(TILE_PX),
        is_original: digest == facts.original_sha256 && digest != facts.output_sha256,
    };
    *lock(&session.proof) = Some(Held {
        id: record.id,
        path,
    });
    Ok(photo)
}

/// Makes the bundle.
///
/// # Errors
///
/// The ledger is locked, the photo is not the one that was recorded, or pieces are asked for of none.
pub(crate) fn make(session: &Session, id: &str, choice: &ProofChoice) -> Result<Vec<u8>, Problem> {
    let held = lock(&session.proof)
        .as_ref()
        .filter(|held| held.id == id)
        .map(|held| held.path.clone());
    let needed = choice.with_photo || !choice.tiles.is_empty();
    let path = match held {
        Some(path) => Some(path),
        None if needed => return Err(no_photo()),
        None => None,
    };
    session.records.use_it(|ledger| {
        let record = ledger.get(id)?;
        let mut asked = Choice {
            fields: choice.fields.clone(),
            ..Choice::default()
        };
        if let Some(path) = &path {
            if choice.with_photo {
                let source = Source::open(path, &Limits::default())?;
                let shown = if source.digest() == record.facts.original_sha256 {
                    "original_sha256"
                } else {
                    "output_sha256"
                };
                asked.fields.push(shown.to_owned());
                let ending = path.extension().unwrap_or_default().to_string_lossy();
                asked.photo = Some((ending.into_owned(), source.bytes().to_vec()));
            }
            let (seed, limits) = (ledger.tile_seed(id)?, Limits::default());
            asked.tiles = pipeline::tiles(path, &seed, &choice.tiles, &limits, &session.workers)?;
        }
        let files = ledger.prove(id, &asked, &now())?;
        Ok::<_, Problem>(bundle::write_zip(&files)?)
    })
}

/// Writes the bundle to where the person said.
///
/// # Errors
///
/// It cannot be written.
pub(crate) fn save(bytes: &[u8], to: &Path) -> Result<Written, Problem> {
    custody::write(to, bytes)?;
    Ok(Written {
        saved: true,
        name: Some(name(to)),
        count: bytes.len() as u64,
    })
}

/// Checks a bundle that somebody gave.
///
/// # Errors
///
/// The file cannot be read, or is no bundle.
pub(crate) fn check(session: &Session, path: &Path) -> Result<ProofReport, Problem> {
    let files = read_bundle(path)?;
    let report = bundle::check(&files, &session.trusted.trust()?);
    // Without a ledger, or with one in trouble, a bundle can be checked all the same.
    let keys = session.records.read(pipeline::ledger::Ledger::keys);
    let keys = keys.ok().flatten().unwrap_or_default();
    let own = keys
        .iter()
        .find(|key| Some(key.signing.fingerprint()) == report.key);
    Ok(ProofReport::of(
        name(path),
        report,
        own.map(|key| key.number),
    ))
}

/// Whether a dropped file may be a proof rather than a photo.
pub(crate) fn may_be_proof(path: &Path) -> bool {
    let zip = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
    zip && path.is_file()
}

fn no_photo() -> Problem {
    Problem::new(
        "no_photo",
        "No photo was chosen to take this from.",
        "Choose the original or the clean copy first.",
    )
}
