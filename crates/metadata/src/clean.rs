//! Makes the clean copy, and reads it again before anyone gets it.

use crate::exif_writer::fresh_exif;
use crate::explain::exif::{self, Kept};
use crate::format::{Fresh, Payload};
use crate::gain_map::apple::Headroom;
use crate::inspect::{Reading, read};
use crate::keep::{Fate, fate};
use crate::notes::printable;
use crate::{Container, Error, Finding, Keep, Limits, Policy, Topic, icc, verify};

/// The longest line of credits from elsewhere that is written into Exif.
const CREDIT_CHARS_MAX: usize = 250;

/// A clean file. Only [`clean`] makes one, and only after a second reading found nothing left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    bytes: Vec<u8>,
    container: Container,
    width: u32,
    height: u32,
    orientation: u8,
    found: Vec<Finding>,
    removed: Vec<Finding>,
    kept: Vec<Finding>,
    unchanged: bool,
}

impl Cleaned {
    /// The clean file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The clean file, or its memory for the next one.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Its container, the same as the original's.
    #[must_use]
    pub const fn container(&self) -> Container {
        self.container
    }

    /// Width as stored, in pixels.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Height as stored, in pixels.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// How viewers turn the picture, Exif orientation 1 to 8.
    #[must_use]
    pub const fn orientation(&self) -> u8 {
        self.orientation
    }

    /// All that was found in the original, most dangerous first.
    #[must_use]
    pub fn found(&self) -> &[Finding] {
        &self.found
    }

    /// What was found in the original and is gone.
    #[must_use]
    pub fn removed(&self) -> &[Finding] {
        &self.removed
    }

    /// What stays: what the picture needs, and what the person asked to keep.
    #[must_use]
    pub fn kept(&self) -> &[Finding] {
        &self.kept
    }

    /// What the person asked to keep, and the original tells something of, but nothing that could be kept: it stands
    /// where its form is not one that is written anew, or the container has no place for it.
    pub fn not_kept<'c>(&'c self, policy: &'c Policy) -> impl Iterator<Item = Keep> + 'c {
        let tells = |findings: &[Finding], topic| findings.iter().any(|found| found.topic == topic);
        let asked = policy.keep.iter().copied();
        asked.filter(move |keep| {
            tells(&self.found, keep.topic()) && !tells(&self.kept, keep.topic())
        })
    }

    /// Whether the original was clean already: the clean file equals it byte for byte.
    #[must_use]
    pub const fn unchanged(&self) -> bool {
        self.unchanged
    }
}

/// Makes a file of the parts that the picture needs and checks it by reading it again. Coded pixels are copied,
/// never decoded, so the picture decodes bit for bit as before.
///
/// # Errors
/// All those of [`inspect`](fn@crate::inspect); and [`Error::LeftBehind`] when the second reading still finds something,
/// in which case the copy is thrown away.
pub fn clean(file: &[u8], policy: &Policy, limits: &Limits) -> Result<Cleaned, Error> {
    clean_into(file, policy, limits, Vec::new())
}

/// As [`clean`], into memory that is there already: what `room` holds is forgotten, and its memory used where the clean
/// file is put together in one piece. Many photos are cleaned faster when each takes the memory of the one before.
///
/// # Errors
/// As [`clean`].
pub fn clean_into(
    file: &[u8],
    policy: &Policy,
    limits: &Limits,
    mut room: Vec<u8>,
) -> Result<Cleaned, Error> {
    room.clear();
    let original = read(file, limits)?;
    // Where the container turns the picture itself, Exif must not say it again.
    let orientation = match original.is_turned_by_container {
        true => 1,
        false => original.report.orientation,
    };
    let fresh = Fresh {
        exif: fresh_exif(orientation, headroom(&original), &kept(&original), policy),
        icc: fresh_icc(&original),
    };
    let bytes = original.format.rebuild(&original.parts, &fresh, room)?;

    let copy = read(&bytes, limits)?;
    let check = Check {
        original: &original,
        copy: &copy,
        policy,
        fresh: &fresh,
    };
    check.run()?;

    let gone = |finding: &&Finding| !copy.report.findings.contains(finding);
    let removed = original
        .report
        .findings
        .iter()
        .filter(gone)
        .cloned()
        .collect();
    let kept = [copy.report.picture, copy.report.findings].concat();
    Ok(Cleaned {
        unchanged: bytes == file,
        container: copy.report.container,
        width: copy.report.width,
        height: copy.report.height,
        orientation: copy.report.orientation,
        found: original.report.findings,
        removed,
        kept,
        bytes,
    })
}

/// The numbers in Exif from which programs compute how bright a gain map makes the picture, where there is one.
fn headroom(original: &Reading<'_>) -> Option<Headroom> {
    let mut payloads = original.payloads.iter();
    payloads
        .clone()
        .find(|payload| payload.needs_numbers_in_exif())?;
    payloads.find_map(|payload| match payload {
        Payload::Exif(tiff) => Headroom::of_exif(tiff),
        _ => None,
    })
}

/// What the original offers to keep: what the first Exif block says, and who made the picture and whose it is from XMP,
/// IPTC and texts where Exif says nothing of it.
fn kept(original: &Reading<'_>) -> Kept {
    let credits = &original.credits;
    let by_exif = kept_exif(original);
    // One line, which the next reading takes from Exif as it stands.
    let bytes = |text: &str| {
        let line = printable(text, CREDIT_CHARS_MAX);
        (!line.is_empty()).then(|| line.into_bytes())
    };
    Kept {
        artist: by_exif
            .artist
            .or_else(|| bytes(&credits.artists.join("; "))),
        copyright: by_exif
            .copyright
            .or_else(|| bytes(credits.copyright.as_deref()?)),
        ..by_exif
    }
}

fn kept_exif(original: &Reading<'_>) -> Kept {
    original
        .payloads
        .iter()
        .find_map(|payload| match payload {
            Payload::Exif(tiff) => Some(exif::kept(tiff)),
            _ => None,
        })
        .unwrap_or_default()
}

/// The colour profile without its texts. A damaged one goes: viewers ignore it, so the colours stay the same.
fn fresh_icc(original: &Reading<'_>) -> Option<Vec<u8>> {
    original.payloads.iter().find_map(|payload| match payload {
        Payload::Icc(profile) => icc::scrub(profile),
        _ => None,
    })
}

/// The second reading: what it looks at.
pub(crate) struct Check<'c> {
    pub(crate) original: &'c Reading<'c>,
    pub(crate) copy: &'c Reading<'c>,
    pub(crate) policy: &'c Policy,
    pub(crate) fresh: &'c Fresh,
}

type Step = fn(&Check<'_>) -> Result<(), Error>;

/// The steps of the second reading. Each knows of leaks and damages that no other step sees.
pub(crate) const STEPS: [Step; 5] = [
    nothing_droppable_is_there,
    nothing_unwanted_is_told,
    size_and_orientation_are_the_same,
    coded_pixels_are_the_same,
    no_identifying_value_is_there,
];

impl Check<'_> {
    fn run(&self) -> Result<(), Error> {
        STEPS.iter().try_for_each(|step| step(self))
    }
}

const fn left_behind(what: &'static str) -> Result<(), Error> {
    Err(Error::LeftBehind { what })
}

fn nothing_droppable_is_there(check: &Check<'_>) -> Result<(), Error> {
    let mut parts = check.copy.parts.iter();
    if parts.any(|part| fate(part.kind) == Fate::Drop) {
        return left_behind("a part that should have gone");
    }
    Ok(())
}

fn nothing_unwanted_is_told(check: &Check<'_>) -> Result<(), Error> {
    let mut findings = check.copy.report.findings.iter();
    if findings.any(|finding| !wanted(finding, check.policy)) {
        return left_behind("a finding that nobody asked to keep");
    }
    Ok(())
}

fn size_and_orientation_are_the_same(check: &Check<'_>) -> Result<(), Error> {
    let frame = |reading: &Reading<'_>| {
        let report = &reading.report;
        (report.width, report.height, report.orientation)
    };
    if frame(check.original) != frame(check.copy) {
        return left_behind("a different size or orientation");
    }
    Ok(())
}

fn coded_pixels_are_the_same(check: &Check<'_>) -> Result<(), Error> {
    let Check { original, copy, .. } = check;
    verify::pictures_are_equal(
        &original.format.arrangement(&original.parts),
        &copy.format.arrangement(&copy.parts),
    )
}

fn no_identifying_value_is_there(check: &Check<'_>) -> Result<(), Error> {
    // What the person keeps stands in the fresh Exif, and only there.
    let chosen = check.fresh.exif.as_deref();
    let chosen = chosen.filter(|_| !check.policy.keep.is_empty());
    let copy = check.copy;
    verify::secrets_are_gone(&check.original.secrets, &copy.parts, |part| {
        chosen.is_some_and(|exif| copy.format.is_chosen(part, exif))
    })
}

/// Whether the person asked to keep what this finding is about.
fn wanted(finding: &Finding, policy: &Policy) -> bool {
    let is_about = |keep: &Keep| keep.topic() == finding.topic;
    finding.topic == Topic::Picture || policy.keep.iter().any(is_about)
}
