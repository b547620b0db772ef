//! Which recorded photos a picture was made from.

use std::path::Path;
use std::sync::OnceLock;

use fingerprint::features::{Features, QUERY_SIDE, Query};
use fingerprint::matching::Region;
use fingerprint::pdq::{Hash, Turn};
use fingerprint::search::{Hit, Index};
use ledger::{Ledger, Record};
use metadata::Limits;
use serde::Serialize;

use crate::Failure;
use crate::leak::{self, Leak};
use crate::look::{self, digest};
use crate::recompression::Recompression;
use crate::run::{caught, cores};
use crate::source::Source;
use crate::worker::{Looked, Picture, Workers};

/// A copy that shows more than this of the photo shows the whole of it.
const WHOLE_MIN: f64 = 0.97;

/// The unrelated pairs among which no false match was found: `cargo xtask bench find`, docs/FIND.md.
pub const PAIRS_MEASURED: u32 = 135_000;

/// The most photos that are compared with a picture in one search.
const COMPARED_MAX: f64 = 128.0;

/// From this score on, certainty is very high: twice what a match needs.
const VERY_HIGH: f64 = 2.0 * fingerprint::matching::SCORE_MIN;

/// What no false match in so many pairs allows to say of one search ("rule of three").
fn measured_confidence() -> f64 {
    1.0 - COMPARED_MAX * 3.0 / f64::from(PAIRS_MEASURED)
}

/// How a picture is a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The file is the original or the clean copy, byte for byte.
    SameFile,
    /// The decoded pixels are the same.
    SamePixels,
    /// It shows the whole photo, however encoded, framed or changed.
    Whole,
    /// It shows a part of the photo.
    Part,
    /// The whole is alike, though no details could be compared.
    Alike,
}

/// How sure it is that a picture was made from a photo, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The whole is alike; pictures of the same scene, shot one after the other, can be, too.
    Likely,
    /// Details agree clearly more than in any wrong pair that was measured.
    High,
    /// And by far.
    VeryHigh,
    /// The same bytes, or the same pixels.
    Certain,
}

/// A recorded photo that a picture was made from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Original {
    /// The record's id.
    pub record: String,
    /// When the photo was recorded, as the computer's clock claimed.
    pub claimed_time: String,
    /// Whom that copy was for, in the person's words, if they said so.
    pub recipient: Option<String>,
    /// What that copy was for, likewise.
    pub purpose: Option<String>,
    /// How the picture is a copy of it.
    pub kind: Likeness,
    /// How sure that is, in words.
    pub certainty: Certainty,
    /// How sure that is, from 0 to 1. For the same bytes or pixels 1. Otherwise what was measured allows: one less the largest rate of
    /// false matches that fits with none in [`PAIRS_MEASURED`] unrelated pairs (at 95 %, three in so many), times the photos that
    /// are compared in one search. It is not 1 however well the details agree; `score` says how well.
    pub confidence: f64,
    /// The score of the [match](fingerprint::matching::Match), 0 without one.
    pub score: f64,
    /// Details of both that agree on one geometry.
    pub inliers: usize,
    /// Details of the photo that the picture should show.
    pub expected: usize,
    /// Of these, those that look alike there.
    pub alike: usize,
    /// The part of the photo that the picture shows, in pixels of the photo.
    pub region: Option<Region>,
    /// Whether the picture is a mirror image.
    pub mirrored: bool,
    /// By how much it is turned, after mirroring, in degrees from -180 to 180, clockwise.
    pub rotation: f64,
    /// Pixels of the picture per pixel of the photo.
    pub scale: Option<f64>,
    /// What it was encoded as anew; nothing where bytes or pixels are the same.
    pub recompression: Option<Recompression>,
    /// How many of the 256 bits of PDQ differ, where they are near.
    pub pdq_distance: Option<u32>,
    /// Width and height of the photo, in pixels.
    pub size: (u32, u32),
}

/// What is known of a picture that was looked up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Search {
    /// The photos that it was made from, the surest first.
    pub matches: Vec<Original>,
    /// Which of several published copies it was made from; nothing where nobody asked by recording whom they are for.
    pub leak: Option<Leak>,
    /// How many recorded files have no fingerprints that can be compared: it may be made from one of these, all the same.
    pub not_comparable: u64,
    /// Its width and height, in pixels, where it could be decoded.
    #[serde(skip)]
    pub size: Option<(u32, u32)>,
}

/// The fingerprints of all recorded photos, ready to be searched.
#[derive(Debug)]
pub struct Finder<'a> {
    ledger: &'a Ledger,
    index: Index,
    records: Vec<Record>,
    not_comparable: u64,
}

impl<'a> Finder<'a> {
    /// Reads them all.
    ///
    /// # Errors
    /// When the ledger is locked or cannot be used.
    pub fn new(ledger: &'a Ledger) -> Result<Self, Failure> {
        let (mut index, mut records) = (Index::new(), Vec::new());
        let mut not_comparable = ledger.count_without_features()?;
        ledger.each_features(|mut record, bytes| {
            // Features of a later version cannot be compared; the file's digest still can.
            if let Ok(features) = Features::from_bytes(&bytes) {
                let pdq = record.extras.pdq.take();
                let usable = pdq.filter(|pdq| pdq.quality >= fingerprint::pdq::QUALITY_MIN);
                index.add(&features, usable.map(|pdq| Hash::from_bytes(pdq.nearest)));
                records.push(record);
            } else {
                not_comparable += 1;
            }
        })?;
        Ok(Self {
            ledger,
            index,
            records,
            not_comparable,
        })
    }

    /// How many photos can be recognised.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether none can.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The recorded photos that a picture was made from, the surest first.
    ///
    /// # Errors
    /// When the file cannot be read or is no picture that can be decoded, when there is too little in it to recognise it
    /// by, or when the ledger cannot be used.
    pub fn find(&self, path: &Path, limits: &Limits, workers: &Workers) -> Result<Search, Failure> {
        let same = self.ledger.find_digest(&digest(path)?)?;
        let mut found = exact(&same, Likeness::SameFile);
        let (looked, encoded) = match decoded(path, limits, workers) {
            Ok(looked) => looked,
            // What is known byte for byte need not be decoded.
            Err(_) if !found.is_empty() => return self.told(found, None),
            Err(failure) => return Err(failure),
        };
        let same = self.ledger.find_digest(&looked.pixels_sha256)?;
        found.extend(exact(&same, Likeness::SamePixels));
        let query = looked.pixels().map(|pixels| Query::of(&pixels));
        let query = query.ok_or_else(Failure::internal)?;
        let query = query.of_larger(looked.size.0, looked.size.1);
        if found.is_empty() && !query.is_usable() && !looked.pdq.is_usable() {
            return Err(no_detail());
        }
        let unread = OnceLock::new();
        let features = |number: usize| {
            let record = self.records.get(number)?;
            let bytes = self.ledger.features_of(record);
            let bytes = bytes.map_err(|error| unread.set(error)).ok()??;
            Features::from_bytes(&bytes).ok()
        };
        let hits = caught(|| Ok(self.index.find(&query, &looked.pdq, cores(), features)))?;
        // A photo that could not be compared must not pass for one that is not it.
        if let Some(error) = unread.into_inner() {
            return Err(error.into());
        }
        found.extend(hits.iter().filter_map(|hit| self.original(hit, encoded)));
        // Of one record, the first and surest.
        let mut known = Vec::new();
        found.retain(|original| {
            let is_new = !known.contains(&original.record);
            known.push(original.record.clone());
            is_new
        });
        self.told(found, Some(looked.size))
    }

    fn told(&self, matches: Vec<Original>, size: Option<(u32, u32)>) -> Result<Search, Failure> {
        Ok(Search {
            leak: leak::told(self.ledger, &matches, size)?,
            matches,
            not_comparable: self.not_comparable,
            size,
        })
    }

    fn original(&self, hit: &Hit, encoded: Recompression) -> Option<Original> {
        let record = self.records.get(hit.number)?;
        let pdq_distance = hit.pdq.map(|(distance, _)| distance);
        let plain = Original {
            recompression: Some(encoded),
            pdq_distance,
            ..unaltered(record, Likeness::Alike)
        };
        Some(match (&hit.alignment, hit.pdq) {
            (Some(found), _) => Original {
                kind: if found.region.share >= WHOLE_MIN {
                    Likeness::Whole
                } else {
                    Likeness::Part
                },
                certainty: if found.score >= VERY_HIGH {
                    Certainty::VeryHigh
                } else {
                    Certainty::High
                },
                confidence: measured_confidence(),
                score: found.score,
                inliers: found.inliers,
                expected: found.expected,
                alike: found.alike,
                region: Some(found.region),
                mirrored: found.mirrored,
                rotation: found.rotation,
                scale: Some(found.scale),
                ..plain
            },
            (None, Some((_, turn))) => Original {
                certainty: Certainty::Likely,
                confidence: measured_confidence(),
                mirrored: turn.is_mirrored(),
                rotation: rotation(turn),
                ..plain
            },
            (None, None) => return None,
        })
    }
}

/// What turns the picture back into the photo turned it the other way before.
const fn rotation(turn: Turn) -> f64 {
    match turn {
        Turn::None | Turn::FlipY => 0.0,
        Turn::Rotate90 | Turn::Transpose => 90.0,
        Turn::Rotate180 | Turn::FlipX => 180.0,
        Turn::Rotate270 | Turn::Transverse => -90.0,
    }
}

fn exact(records: &[Record], kind: Likeness) -> Vec<Original> {
    records
        .iter()
        .map(|record| unaltered(record, kind))
        .collect()
}

pub(crate) fn unaltered(record: &Record, kind: Likeness) -> Original {
    Original {
        record: record.id.clone(),
        claimed_time: record.claimed_time.clone(),
        recipient: record.extras.recipient.clone(),
        purpose: record.extras.purpose.clone(),
        kind,
        certainty: Certainty::Certain,
        confidence: 1.0,
        score: 0.0,
        inliers: 0,
        expected: 0,
        alike: 0,
        region: None,
        mirrored: false,
        rotation: 0.0,
        scale: None,
        recompression: None,
        pdq_distance: None,
        size: (record.facts.width, record.facts.height),
    }
}

/// What a picture is looked up by.
pub(crate) fn looked(path: &Path, limits: &Limits, workers: &Workers) -> Result<Looked, Failure> {
    Ok(decoded(path, limits, workers)?.0)
}

/// The same, and how the picture is encoded.
fn decoded(
    path: &Path,
    limits: &Limits,
    workers: &Workers,
) -> Result<(Looked, Recompression), Failure> {
    caught(|| {
        let source = Source::open(path, limits)?;
        let report = metadata::inspect(source.bytes(), limits)?;
        let picture = Picture::new(source.bytes(), &report);
        let looked = workers.look(&picture, QUERY_SIDE).map_err(|reason| {
            look::not_decoded(reason, "It cannot be recognised by its pixels.")
        })?;
        Ok((looked, Recompression::of(source.bytes(), report.container)))
    })
}

fn no_detail() -> Failure {
    Failure::refused(
        "no_usable_detail",
        "there is too little in this picture to recognise it by",
        "Look for a larger or less blurred copy of it.",
    )
}
