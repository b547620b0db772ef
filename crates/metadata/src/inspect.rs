//! Tells what is in a file.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::format::{Format, Frame, Payload, format_of};
use crate::notes::{Credits, Notes};
use crate::part::{Part, check_tiling};
use crate::{Container, Error, Finding, Limits, Report, Sniffed, Topic, explain, sniff};

/// Tells what a file would give away, and what its picture needs. Reads only; writes nothing.
///
/// # Errors
/// When the file is no photo, is damaged or incomplete, exceeds the limits, or cannot be cleaned wholly.
pub fn inspect(file: &[u8], limits: &Limits) -> Result<Report, Error> {
    read(file, limits).map(|reading| reading.report)
}

/// As [`inspect`], of a file of which `gap` was not read: whatever `file` holds there, in its place. Tells what [`inspect`]
/// tells of the whole file; `None` where that may depend on what was not read, so that the whole must be.
///
/// Coded pixels are not looked into, so a file without them tells the same. What is looked at are the first bytes of each
/// picture, and in some containers the marks between them: those must not stand in the gap, and nothing may lead into it.
#[must_use]
pub fn inspect_around(file: &[u8], gap: &Range<usize>, limits: &Limits) -> Option<Report> {
    let reading = read(file, limits).ok()?;
    let is_same = reading.format.passes_over(&reading.parts, gap);
    is_same.then_some(reading.report)
}

/// A file, read once: all that inspecting and cleaning need to know.
pub(crate) struct Reading<'a> {
    pub(crate) format: &'static dyn Format,
    /// Whether the container says how the picture is turned, so that Exif does not.
    pub(crate) is_turned_by_container: bool,
    pub(crate) parts: Vec<Part<'a>>,
    pub(crate) payloads: Vec<Payload<'a>>,
    pub(crate) report: Report,
    /// Identifying values as bytes, for the check of the output.
    pub(crate) secrets: BTreeSet<Vec<u8>>,
    /// Whom the picture is credited to, apart from Exif.
    pub(crate) credits: Credits,
}

/// Walks a file and explains it.
pub(crate) fn read<'a>(file: &'a [u8], limits: &Limits) -> Result<Reading<'a>, Error> {
    let container = photo_container(file, limits)?;
    let format = format_of(container);
    let parts = cut(format, file, limits)?;
    let (frame, payloads) = format.read(&parts, limits)?;

    let mut notes = Notes::new(limits);
    explain::payloads(&payloads, &mut notes);
    let credits = notes.credits().clone();
    let (findings, secrets) = notes.finish();
    let orientation = frame.orientation.unwrap_or_else(|| orientation(&payloads));
    let report = Report {
        container,
        size_bytes: u64::try_from(file.len()).unwrap_or(u64::MAX),
        width: frame.width,
        height: frame.height,
        orientation,
        findings,
        picture: picture(container, frame, orientation, &payloads),
    };
    Ok(Reading {
        format,
        is_turned_by_container: frame.orientation.is_some(),
        parts,
        payloads,
        report,
        secrets,
        credits,
    })
}

/// The parts of a file, which account for every byte of it.
pub(crate) fn cut<'a>(
    format: &dyn Format,
    file: &'a [u8],
    limits: &Limits,
) -> Result<Vec<Part<'a>>, Error> {
    let parts = format.parts(file, limits)?;
    check_tiling(&parts, file.len())?;
    Ok(parts)
}

/// The container of a file that can be cleaned.
fn photo_container(file: &[u8], limits: &Limits) -> Result<Container, Error> {
    let bytes = u64::try_from(file.len()).unwrap_or(u64::MAX);
    if file.is_empty() {
        return Err(Error::Empty);
    }
    if bytes > limits.file_bytes_max {
        return Err(Error::TooLarge {
            bytes,
            limit: limits.file_bytes_max,
        });
    }
    match sniff(file) {
        Some(Sniffed::Photo(container)) => Ok(container),
        Some(Sniffed::Refused(refusal)) => Err(Error::Unsupported(refusal)),
        None => Err(Error::NotAPhoto),
    }
}

/// How viewers turn the picture: by the first Exif block that says so, upright otherwise.
pub(crate) fn orientation(payloads: &[Payload<'_>]) -> u8 {
    payloads
        .iter()
        .find_map(|payload| match payload {
            Payload::Exif(tiff) => explain::exif::orientation(tiff),
            _ => None,
        })
        .unwrap_or(1)
}

/// What the picture needs, in words.
fn picture(
    container: Container,
    frame: Frame,
    orientation: u8,
    payloads: &[Payload<'_>],
) -> Vec<Finding> {
    let mut needs = Vec::new();
    let mut need = |name: &str, value: String| {
        needs.push(Finding {
            topic: Topic::Picture,
            name: name.to_owned(),
            value,
        });
    };
    if orientation != 1 {
        need("Orientation", orientation_words(orientation).to_owned());
    }
    for payload in payloads {
        match payload {
            Payload::Icc(profile) => need("Colour profile", crate::icc::describe(profile)),
            Payload::Length(length) => need("Length", length.clone()),
            Payload::Window { width, height } => need(
                "Cut off by viewers",
                format!(
                    "stored {} × {}, shown {width} × {height}: the hidden edges stay in the file",
                    frame.width, frame.height
                ),
            ),
            Payload::GainMap { .. } => need("HDR gain map", "brighter on HDR screens".to_owned()),
            _ => {}
        }
    }
    match (container, frame.frames) {
        (_, 0 | 1) => {}
        (Container::Tiff, pages) => need("Pages", pages.to_string()),
        (_, frames) => need("Animation", format!("{frames} frames")),
    }
    needs
}

/// CIPA DC-008 § 4.6.4, Orientation, in words.
const fn orientation_words(orientation: u8) -> &'static str {
    match orientation {
        2 => "mirrored left to right",
        3 => "turned by 180°",
        4 => "mirrored top to bottom",
        5 => "mirrored, turned left",
        6 => "turned right by 90°",
        7 => "mirrored, turned right",
        8 => "turned left by 90°",
        _ => "upright",
    }
}
