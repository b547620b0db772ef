//! Recording a clean copy in the ledger.

use std::fmt;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use ledger::{Digest, Extras, Facts, Ledger, Secret};
use metadata::Cleaned;

use crate::Failure;
use crate::clock::rfc3339_utc;
use crate::source::Source;
use crate::worker::{NotDecoded, Picture, Workers};

/// Opens the ledger at `path`, making it if there is none.
///
/// # Errors
/// As [`Ledger::open`].
pub fn open_ledger(path: &Path) -> Result<Ledger, ledger::Error> {
    Ledger::open(path, chance)
}

/// Randomness of the operating system.
///
/// # Errors
/// The system has none.
pub fn chance(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(io::Error::other)
}

/// The versions behind digest and fingerprints. Another version may give others for the same picture.
const ALGORITHMS: &str = "pixels-1 pdq-1 features-1";

/// Whom copies are made for, in the person's words: with a copy of its own for each, a copy that turns up tells who had it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handover {
    /// Who gets the copies.
    pub recipient: Option<String>,
    /// What for.
    pub purpose: Option<String>,
}

impl Handover {
    /// From what a person typed: spaces around it do not count, and nothing typed is nothing said.
    ///
    /// # Errors
    /// A text is longer than a record takes.
    pub fn new(recipient: &str, purpose: &str) -> Result<Self, Failure> {
        let said = |text: &str| {
            let text = text.trim();
            if text.len() > ledger::TEXT_BYTES_MAX {
                return Err(Failure::failed(
                    "text_too_long",
                    "the words for recipient or purpose are longer than a record takes",
                    "Use up to 1,000 bytes for each: about 15 lines.",
                ));
            }
            Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
        };
        Ok(Self {
            recipient: said(recipient)?,
            purpose: said(purpose)?,
        })
    }

    /// Whether anything was said.
    fn is_said(&self) -> bool {
        self.recipient.is_some() || self.purpose.is_some()
    }
}

/// What recording needs.
#[derive(Clone, Copy)]
pub struct Recording<'a> {
    /// Where records go.
    pub ledger: &'a Ledger,
    /// What decodes the pixels for their digest.
    pub workers: &'a Workers,
    /// The version of the program that cleans.
    pub app_version: &'a str,
    /// What time it is.
    pub clock: &'a (dyn Fn() -> SystemTime + Sync),
    /// Whom the copies are for.
    pub handover: &'a Handover,
}

impl fmt::Debug for Recording<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("app_version", &self.app_version)
            .finish_non_exhaustive()
    }
}

/// Everything that is recorded of one photo, before it is.
#[derive(Debug)]
pub(crate) struct Entry(Facts, Extras);

impl Recording<'_> {
    /// Gathers the facts: the digests of original, clean copy and pixels, and the fingerprints. Takes the source, because its memory is not
    /// needed any more while the pixels are decoded.
    pub(crate) fn entry(
        &self,
        source: Source,
        cleaned: &Cleaned,
        cloak: Option<String>,
        notes: &mut Vec<String>,
    ) -> Entry {
        let (original_sha256, original_bytes) = (source.digest(), source.bytes().len() as u64);
        drop(source);
        // A cloaked copy comes out of an encoder, which may have left nothing to clean.
        let output_sha256 = if cloak.is_none() && cleaned.unchanged() {
            original_sha256
        } else {
            Digest::of(cleaned.bytes())
        };
        let picture = Picture::from(cleaned);
        let mut extras = Extras::default();
        extras.cloak = cloak;
        extras.seed = Secret::random(chance).ok();
        extras.recipient = self.handover.recipient.clone();
        extras.purpose = self.handover.purpose.clone();
        let pixels = match &extras.seed {
            Some(seed) => self.workers.fingerprints(&picture, seed),
            None => Err(NotDecoded::Lost),
        };
        let mut size = match picture.orientation {
            5..=8 => (picture.height, picture.width),
            _ => (picture.width, picture.height),
        };
        let pixels_sha256 = match pixels {
            Ok((root, found)) => {
                size = found.size;
                extras.tiles_root = Some(root);
                extras.pdq = Some(found.pdq);
                extras.features = found.features;
                extras.algorithms = Some(ALGORITHMS.to_owned());
                Some(found.pixels_sha256)
            }
            Err(reason) => {
                notes.push(format!(
                    "{reason}, so its pixels have no digest in the ledger, and copies of it cannot be recognised."
                ));
                None
            }
        };
        let (width, height) = size;
        let facts = Facts {
            original_sha256,
            output_sha256,
            pixels_sha256,
            original_bytes,
            output_bytes: cleaned.bytes().len() as u64,
            width,
            height,
            container: cleaned.container().word().to_owned(),
            app_version: self.app_version.to_owned(),
        };
        Entry(facts, extras)
    }

    /// Records a photo that is clean as it is and gets no copy: what a person shares belongs into the ledger all the same.
    /// One that the ledger knows, as an original or as a clean copy, is not recorded again, unless it is for somebody now.
    /// Returns the record's id.
    pub(crate) fn record_as_it_is(
        &self,
        source: Source,
        cleaned: &Cleaned,
        notes: &mut Vec<String>,
    ) -> Result<String, Failure> {
        if self.handover.is_said() {
            return self.append(&self.entry(source, cleaned, None, notes));
        }
        let known = match self.ledger.find_digest(&source.digest()) {
            // What is known cannot be read without the passphrase, and recording never asks for it. A second record does
            // no harm.
            Err(ledger::Error::NeedsPassphrase) => Vec::new(),
            known => known?,
        };
        match known.into_iter().next() {
            Some(record) => Ok(record.id),
            None => self.append(&self.entry(source, cleaned, None, notes)),
        }
    }

    /// Appends the record. Returns its id.
    pub(crate) fn append(&self, entry: &Entry) -> Result<String, Failure> {
        let record = self
            .ledger
            .append_with(&entry.0, &entry.1, &rfc3339_utc((self.clock)()))?;
        Ok(record.id)
    }
}
