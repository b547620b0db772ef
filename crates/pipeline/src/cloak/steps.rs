//! One photo, from its clean copy to a cloaked one.

use ledger::{Digest, Record};
use metadata::{Cleaned, Container, Finding, Limits, Policy, Topic, clean};
use perturb::{Error, Made, Measured, Perturbation, Picture as Photo, measure, protect};

use super::{Cloak, CloakProgress, CloakStage, Cloaked, Cloaking, Watching, encode, used};
use crate::budget::Share;
use crate::run::caught;
use crate::worker::{LIBHEIF_PACKAGES, NotDecoded, Picture, Raster, Samples};
use crate::{Failure, Recording};

/// Where decoding, making, encoding and measuring end, as shares of the whole.
const DECODED: f32 = 0.03;
const MADE: f32 = 0.7;
const ENCODED: f32 = 0.78;

/// A clean copy that was to be cloaked, whether it is or not.
pub(crate) struct Worn<'a> {
    /// What is to be saved.
    pub(crate) cleaned: Cleaned,
    /// What of the original's findings is gone beyond what cleaning removed.
    pub(crate) lost: Vec<Finding>,
    /// What became of the wish.
    pub(crate) cloak: Cloaked,
    /// What else the person should know, as sentences.
    pub(crate) notes: Vec<String>,
    /// What it takes to measure the cloak, where there is one.
    pub(crate) unmeasured: Option<Unmeasured<'a>>,
}

/// A cloak that is not measured yet: that takes longer than making it, and the copy need not wait for it.
pub(crate) struct Unmeasured<'a> {
    cloaking: &'a Cloaking<'a>,
    watching: Watching<'a>,
    original: Photo,
    seed: u64,
    /// The copy's pixels, once it was decoded.
    copy: Option<Photo>,
    /// The next photo waits until this one is measured: both would be slower and take twice the memory.
    _slot: Share<'a>,
}

impl Unmeasured<'_> {
    /// Decodes the finished file as others will, not the pixels that went into it.
    ///
    /// # Errors
    /// It shows no picture of its size, which is a mistake of ours; it must not be published then.
    pub(crate) fn look(&mut self, copy: &Cleaned) -> Result<(), Failure> {
        let raster = self.cloaking.workers.pixels(&Picture::from(copy));
        let copy = into_picture(raster.map_err(|_| Failure::internal())?)?;
        if (copy.width(), copy.height()) != (self.original.width(), self.original.height()) {
            return Err(Failure::internal());
        }
        self.copy = Some(copy);
        Ok(())
    }

    /// Measures what the cloak does; nothing where there is nothing to measure with. A failure here costs the numbers and not
    /// the copy.
    pub(crate) fn measure(self, made: &Made, notes: &mut Vec<String>) -> Option<Measured> {
        let copy = self.copy.as_ref()?;
        let networks = self.cloaking.models.networks();
        let watching = self.watching.part(ENCODED, 1.0);
        watching.tell(CloakStage::Measure, 0.0);
        let measured = caught(|| {
            match measure(
                &self.original,
                copy,
                networks,
                Some(made),
                self.seed,
                &watching,
            ) {
                Ok(measured) => Ok(Some(measured)),
                Err(Error::NoModels | Error::Cancelled) => Ok(None),
                Err(_) => Err(Failure::internal()),
            }
        });
        measured.unwrap_or_else(|_| {
            notes.push("The copy is saved, but what its cloak does could not be measured; `cloakroom cloak-report` tries it again.".to_owned());
            None
        })
    }
}

/// Cloaks a cleaned photo and cleans the result. Nothing when somebody cancelled before there was anything to keep.
///
/// # Errors
/// The photo is cloaked already, as the ledger knows; or a mistake of ours. What cannot be cloaked is no error: the copy is
/// clean all the same, and says why it is nothing more.
pub(crate) fn wear<'a>(
    cloaking: &'a Cloaking<'a>,
    original: &Digest,
    cleaned: Cleaned,
    (policy, limits): (&Policy, &Limits),
    recording: Option<&Recording<'_>>,
    tell: &'a (dyn Fn(CloakProgress) + Sync),
) -> Result<Option<Worn<'a>>, Failure> {
    let mut notes = Vec::new();
    refuse_cloaked(recording, original, &mut notes)?;
    Watching::new(&cloaking.cancel, tell).tell(CloakStage::Wait, 0.0);
    let slot = cloaking.slot.take(1);
    if cloaking.cancel.is_cancelled() {
        return Ok(None);
    }
    let watching = Watching::new(&cloaking.cancel, tell);
    watching.tell(CloakStage::Decode, 0.0);

    let bare = |cleaned, why| {
        Ok(Some(Worn {
            cleaned,
            lost: Vec::new(),
            cloak: Cloaked::No(why),
            notes: Vec::new(),
            unmeasured: None,
        }))
    };
    if let Some(why) = no_kind(cleaned.container()) {
        return bare(cleaned, why);
    }
    let mut raster = match cloaking.workers.pixels(&Picture::from(&cleaned)) {
        Ok(raster) => raster,
        Err(reason) => return bare(cleaned, not_decoded(reason)),
    };
    let Some(container) = encode::target(cleaned.container(), &raster) else {
        return bare(cleaned, other_kind());
    };
    refuse_cloaked(recording, &raster.pixels_sha256, &mut notes)?;
    let narrowed = encode::narrow(&mut raster, container);
    let photo = picture(&raster)?;

    let options = cloaking.options()?;
    let networks = cloaking.models.networks();
    let making = watching.part(DECODED, MADE);
    let perturbation = match protect(&photo, networks, &options, &making) {
        Ok(perturbation) => perturbation,
        Err(Error::Cancelled) => return Ok(None),
        Err(error) => return bare(cleaned, not_made(&error)),
    };
    if !apply(&perturbation, &mut raster) {
        return Err(Failure::internal());
    }

    watching.tell(CloakStage::Encode, MADE);
    notes.extend(encode::notes(cleaned.container(), container, &raster));
    notes.extend(narrowed);
    let Some(bytes) = encode::encode(&mut raster, container, cleaned.bytes()) else {
        return bare(cleaned, not_encoded());
    };
    let made = perturbation.made;
    drop(raster);
    let cloaked = clean(&bytes, policy, limits)?;
    drop(bytes);

    if made.cancelled {
        notes.push(
            "It was stopped early, so the cloak is the best that there was until then.".to_owned(),
        );
    }
    let lost = lost(&cleaned, &cloaked, &mut notes);
    let cloak = Cloak {
        strength: options.strength,
        seed: options.seed,
        models: used(cloaking.models, &made),
        made,
        measured: None,
    };
    Ok(Some(Worn {
        cleaned: cloaked,
        lost,
        cloak: Cloaked::Yes(Box::new(cloak)),
        notes,
        unmeasured: Some(Unmeasured {
            cloaking,
            watching,
            original: photo,
            seed: options.seed,
            copy: None,
            _slot: slot,
        }),
    }))
}

/// The picture as models see it.
fn picture(raster: &Raster) -> Result<Photo, Failure> {
    Photo::new(raster.width, raster.height, raster.rgb8()).map_err(|_| Failure::internal())
}

/// The same, without a copy where the samples are those already.
pub(super) fn into_picture(raster: Raster) -> Result<Photo, Failure> {
    match raster.samples {
        Samples::Eight(rgb) if raster.channels == 3 => {
            Photo::new(raster.width, raster.height, rgb).map_err(|_| Failure::internal())
        }
        _ => picture(&raster),
    }
}

fn apply(perturbation: &Perturbation, raster: &mut Raster) -> bool {
    let (width, height, channels) = (raster.width, raster.height, raster.channels.into());
    match &mut raster.samples {
        Samples::Eight(samples) => perturbation.apply8(samples, width, height, channels),
        Samples::Sixteen(samples) => perturbation.apply16(samples, width, height, channels),
    }
}

/// A cloak on a cloak is seen twice and does no more; the record of the first tells it.
fn refuse_cloaked(
    recording: Option<&Recording<'_>>,
    digest: &Digest,
    notes: &mut Vec<String>,
) -> Result<(), Failure> {
    let Some(recording) = recording else {
        return Ok(());
    };
    let is_cloaked = |record: &Record| {
        record.extras.cloak.is_some()
            && (record.facts.output_sha256 == *digest
                || record.facts.pixels_sha256 == Some(*digest))
    };
    match recording.ledger.find_digest(digest) {
        Ok(records) if records.iter().any(is_cloaked) => Err(Failure::refused(
            "already_cloaked",
            "this photo is cloaked already, as your ledger knows; a second cloak would only be more visible",
            "Start from the original photo.",
        )),
        Ok(_) => Ok(()),
        Err(ledger::Error::NeedsPassphrase) => {
            let told = "The ledger is locked, so it could not be checked whether this photo is cloaked already.";
            if !notes.iter().any(|note| note == told) {
                notes.push(told.to_owned());
            }
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// What the original's clean copy has and the cloaked one has not, told where a person would miss it.
fn lost(cleaned: &Cleaned, cloaked: &Cleaned, notes: &mut Vec<String>) -> Vec<Finding> {
    let is_lost = |finding: &&Finding| !cloaked.kept().contains(finding);
    let lost: Vec<_> = cleaned.kept().iter().filter(is_lost).cloned().collect();
    if lost.iter().any(|finding| finding.name.contains("gain map")) {
        notes.push("The HDR gain map is left out, because it would show the picture without its cloak; HDR screens show the standard picture.".to_owned());
    }
    let wanted: Vec<_> = lost
        .iter()
        .filter(|finding| finding.topic != Topic::Picture)
        .map(|finding| finding.name.as_str())
        .collect();
    if !wanted.is_empty() {
        notes.push(format!(
            "The cloaked copy could not keep what you asked to keep: {}.",
            wanted.join(", ")
        ));
    }
    lost
}

/// Kinds that are known not to be cloaked before anything is decoded.
fn no_kind(container: Container) -> Option<Failure> {
    match container {
        Container::Mp4 | Container::Mov => Some(not_cloaked(
            "video",
            "videos are not cloaked",
            "The copy is clean. Cloak single pictures instead.",
        )),
        Container::Jpeg
        | Container::Png
        | Container::Webp
        | Container::Tiff
        | Container::Jxl
        | Container::Heic
        | Container::Avif => None,
        _ => Some(other_kind()),
    }
}

/// As of every format that is not cloaked, and what would help.
fn no_library() -> Failure {
    let mut why = other_kind();
    why.hint
        .push_str(" Or install libheif, with which HEIC and AVIF are cloaked: ");
    why.hint.push_str(LIBHEIF_PACKAGES);
    why
}

fn other_kind() -> Failure {
    not_cloaked(
        "format",
        "pictures of this format are cleaned, but not cloaked",
        "The copy is clean. To cloak it, save the photo as JPEG or PNG first, and start from that.",
    )
}

fn not_decoded(reason: NotDecoded) -> Failure {
    const OTHER: &str =
        "The copy is clean. To cloak it, save the photo as an ordinary JPEG or PNG first.";
    let (code, hint) = match reason {
        NotDecoded::Moving => (
            "animation",
            "The copy is clean, and still moves. Only still pictures are cloaked.",
        ),
        NotDecoded::Pages => (
            "pages",
            "The copy is clean. To cloak it, save each page as a file of its own.",
        ),
        NotDecoded::Inks => (
            "inks",
            "The copy is clean. To cloak it, save the photo in RGB first.",
        ),
        NotDecoded::TooLarge => (
            "too_large",
            "The copy is clean. To cloak it, save the photo with fewer pixels first.",
        ),
        NotDecoded::Video => ("video", "The copy is clean."),
        NotDecoded::NoLibrary => return no_library(),
        NotDecoded::Undecodable => ("undecodable", OTHER),
        NotDecoded::TimedOut | NotDecoded::Lost => {
            ("not_decoded", "The copy is clean. Try again to cloak it.")
        }
    };
    not_cloaked(code, &reason.to_string(), hint)
}

fn not_made(error: &Error) -> Failure {
    let (code, hint) = match error {
        Error::TooSmall { .. } => (
            "too_small",
            "The copy is clean. A picture this small cannot be cloaked.",
        ),
        Error::TooLarge { .. } => (
            "too_large",
            "The copy is clean. To cloak it, save the photo with fewer pixels first.",
        ),
        Error::NoModels => (
            "no_models",
            "The copy is clean. To cloak it, install Cloakroom with its models, or add a model pack.",
        ),
        Error::NotFinite { .. } => (
            "model_failed",
            "The copy is clean. Remove that model, then try again.",
        ),
        _ => ("not_made", "The copy is clean. Try again to cloak it."),
    };
    not_cloaked(code, &error.to_string(), hint)
}

fn not_encoded() -> Failure {
    not_cloaked(
        "not_encoded",
        "the cloaked picture does not fit into a file of this format",
        "The copy is clean. To cloak it, save the photo as PNG first.",
    )
}

fn not_cloaked(code: &str, message: &str, hint: &str) -> Failure {
    Failure::refused(code, message, hint)
}
