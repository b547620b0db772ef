//! The evidence report: what a picture that was found has to do with a recorded photo, for people who were not there.

use std::path::Path;

use fingerprint::changes::{Changes, Verdict};
use ledger::document::{Block, Document, Picture};
use ledger::{Ledger, Record};
use metadata::Limits;

use crate::anchored::{Anchored, anchored};
use crate::copies::{Certainty, Likeness, Original, PAIRS_MEASURED, looked};
use crate::evidence::{Comparison, Panel, write_new};
use crate::look::digest;
use crate::worker::{Looked, Workers};
use crate::{Failure, clock};

/// The longer side of the pictures in a report, in pixels.
const SIDE: u32 = 900;

/// The picture that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    sha256: ledger::Digest,
    looked: Looked,
}

impl Found {
    /// Reads and decodes it.
    ///
    /// # Errors
    /// When it cannot be read or decoded.
    pub fn open(path: &Path, limits: &Limits, workers: &Workers) -> Result<Self, Failure> {
        Ok(Self {
            sha256: digest(path)?,
            looked: looked(path, limits, workers)?,
        })
    }

    /// The picture, encoded anew; blurred beyond recognition where wanted.
    #[must_use]
    pub fn panel(&self, blurred: bool) -> Option<Panel> {
        Panel::of(&self.looked, SIDE, blurred)
    }
}

/// Everything that a report tells.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The picture that was found.
    pub found: &'a Found,
    /// What it is of the recorded photo.
    pub original: &'a Original,
    /// How it lies over the original and what was changed, where the original was at hand.
    pub comparison: Option<&'a Comparison>,
    /// Whether the picture that was found is shown as it is; otherwise it is blurred, and so is everything made of it.
    pub show_found: bool,
    /// The program's version.
    pub version: &'a str,
}

impl Evidence<'_> {
    /// The report.
    ///
    /// # Errors
    /// When the ledger cannot be used or does not hold the record any more.
    pub fn document(&self, ledger: &Ledger) -> Result<Document, Failure> {
        let record = ledger.get(&self.original.record)?;
        let anchors = anchored(ledger, &record)?;
        let mut blocks = vec![
            Block::Title("Report on a picture that was found".to_owned()),
            paragraph(&format!(
                "Made by Cloakroom {} on {} (the clock of the computer that made it).",
                self.version,
                clock::rfc3339_utc(std::time::SystemTime::now())
            )),
            heading("In short"),
            paragraph(&self.in_short()),
        ];
        self.pictures(&mut blocks);
        self.alignment(&mut blocks);
        self.changed(&mut blocks);
        recorded(&mut blocks, &record, &anchors);
        self.hashes(&mut blocks, &record);
        self.process(&mut blocks, &record);
        Ok(Document { blocks })
    }

    fn in_short(&self) -> String {
        let what = match self.original.kind {
            Likeness::SameFile => {
                "The file that was found is, byte for byte, one that the record names."
            }
            Likeness::SamePixels => {
                "The picture that was found has exactly the pixels of the recorded photo, in another file."
            }
            Likeness::Whole => "The picture that was found shows the whole of the recorded photo.",
            Likeness::Part => "The picture that was found shows a part of the recorded photo.",
            Likeness::Alike => {
                "The picture that was found is alike as a whole to the recorded photo; its details could not be compared."
            }
        };
        let changed = match self.comparison.map(|comparison| comparison.changes.verdict) {
            Some(Verdict::Changed) => " Parts of it were changed; they are outlined below.",
            Some(Verdict::NothingFound) => " No change was found where the two can be compared.",
            Some(_) => " Whether anything in it was changed cannot be told.",
            None => {
                " What was changed in it was not examined, because the original was not at hand."
            }
        };
        format!(
            "{what}{changed} This report does not say who took the photo, who is in it, who made the other picture, or who holds rights in it."
        )
    }

    fn pictures(&self, blocks: &mut Vec<Block>) {
        blocks.push(heading("The pictures"));
        let is_blurred = !self.show_found;
        let caption = if is_blurred {
            "The picture that was found, blurred. Cloakroom shows it only where that was asked for."
        } else {
            "The picture that was found."
        };
        blocks.extend(
            self.found
                .panel(is_blurred)
                .map(|panel| picture(panel, caption)),
        );
        match self.comparison.and_then(Comparison::panels) {
            Some([_, outlined, photo, differences]) => {
                if self.show_found {
                    blocks.push(picture(outlined, "The found picture laid over the original. Red lines surround what was changed; grey is what it does not show."));
                    blocks.push(picture(photo, "The original, in the colours of the found picture."));
                } else {
                    blocks.push(paragraph("The original and the overlay are left out, because they show what the found picture shows; the map below shows only where the two differ."));
                }
                blocks.push(picture(differences, "Where the two differ: black is equal, orange and white are different. Red lines surround what was changed; grey cannot be compared."));
            }
            None => blocks.push(paragraph("The original was not at hand, or the two could not be laid over each other, so that no other picture can be shown.")),
        }
    }

    fn alignment(&self, blocks: &mut Vec<Block>) {
        let original = self.original;
        blocks.push(heading("How the found picture lies in the photo"));
        let certainty = match original.certainty {
            Certainty::Certain => "certain: the bytes or the pixels are the same".to_owned(),
            Certainty::VeryHigh => "very high".to_owned(),
            Certainty::High => "high".to_owned(),
            Certainty::Likely => {
                "likely; photos of one scene, taken one after the other, can be as alike".to_owned()
            }
        };
        blocks.push(fact("How sure this is", certainty));
        if original.certainty != Certainty::Certain {
            blocks.push(fact(
                "In numbers",
                format!(
                    "{:.1} % or more, which is what can be said from no false match in {PAIRS_MEASURED} unrelated pairs; score {:.0}, a match needs {:.0}",
                    100.0 * original.confidence,
                    original.score,
                    fingerprint::matching::SCORE_MIN
                ),
            ));
        }
        if original.inliers > 0 {
            blocks.push(fact(
                "Details that agree on one geometry",
                original.inliers.to_string(),
            ));
            blocks.push(fact(
                "Details of the photo that the picture should show, and that look alike there",
                format!("{} and {}", original.expected, original.alike),
            ));
        }
        if let Some(region) = original.region {
            blocks.push(fact(
                "Part of the photo that it shows",
                format!(
                    "{:.0} x {:.0} pixels from {:.0}, {:.0} of {} x {}; {:.1} % of the photo",
                    region.width,
                    region.height,
                    region.x,
                    region.y,
                    original.size.0,
                    original.size.1,
                    100.0 * region.share
                ),
            ));
        }
        blocks.push(fact(
            "Mirrored",
            if original.mirrored { "yes" } else { "no" }.to_owned(),
        ));
        blocks.push(fact(
            "Turned by",
            format!("{:.1} degrees", original.rotation),
        ));
        if let Some(scale) = original.scale {
            blocks.push(fact(
                "Its size against the photo",
                format!("{:.1} %", 100.0 * scale),
            ));
        }
        if let Some(encoded) = original.recompression {
            blocks.push(fact("Encoded anew as", encoded.in_words()));
        }
    }

    fn changed(&self, blocks: &mut Vec<Block>) {
        let Some(comparison) = self.comparison else {
            return;
        };
        blocks.push(heading("What was changed"));
        blocks.push(paragraph(&changed_in_words(&comparison.changes)));
        for area in &comparison.changes.areas {
            let region = area.region;
            blocks.push(Block::Point(format!(
                "{:.0} x {:.0} pixels from {:.0}, {:.0} of the original; {:.2} % of it; it differs {:.0} times as much as recompression and the like do in this picture.",
                region.width,
                region.height,
                region.x,
                region.y,
                100.0 * region.share,
                area.strength
            )));
        }
    }

    fn hashes(&self, blocks: &mut Vec<Block>, record: &Record) {
        blocks.push(heading("Hashes"));
        let facts = &record.facts;
        for (name, value) in [
            (
                "SHA-256 of the found file",
                Some(self.found.sha256.to_string()),
            ),
            (
                "SHA-256 of its upright pixels",
                Some(self.found.looked.pixels_sha256.to_string()),
            ),
            (
                "PDQ of the found picture",
                self.found
                    .looked
                    .pdq
                    .usable_hash()
                    .map(|hash| hash.to_string()),
            ),
            (
                "SHA-256 of the original file",
                Some(facts.original_sha256.to_string()),
            ),
            (
                "SHA-256 of the clean copy",
                Some(facts.output_sha256.to_string()),
            ),
            (
                "SHA-256 of the photo's upright pixels",
                facts.pixels_sha256.map(|digest| digest.to_string()),
            ),
            (
                "SHA-256 of the photo's local features",
                record
                    .extras
                    .features_sha256
                    .map(|digest| digest.to_string()),
            ),
        ] {
            blocks.extend(value.map(|value| fact(name, value)));
        }
        if let Some(distance) = self.original.pdq_distance {
            blocks.push(fact(
                "Bits in which the two PDQ differ",
                format!("{distance} of 256"),
            ));
        }
    }

    fn process(&self, blocks: &mut Vec<Block>, record: &Record) {
        blocks.push(heading("How to check it"));
        for step in [
            "Compute the SHA-256 of the found file and compare it with the one above.",
            "Compute the SHA-256 of the original, if its holder shows it, and compare.",
            "Ask for the proof bundle of the record (the command below). It shows with sha256sum, ssh-keygen and openssl alone that the holder of the key had these bytes, and what the anchors say about when.",
            "Repeat the comparison with the same version of the program: equal files give equal results.",
        ] {
            blocks.push(Block::Point(step.to_owned()));
        }
        blocks.push(Block::Command("sha256sum FOUND ORIGINAL".to_owned()));
        blocks.push(Block::Command(format!("cloakroom prove {}", record.id)));
        blocks.push(Block::Command(
            "cloakroom find FOUND --original ORIGINAL --json".to_owned(),
        ));
        blocks.push(heading("How it was made"));
        for step in [
            "The found file was read once, and its SHA-256 computed. It was decoded in a process of its own, without access to files or a network.",
            "Local features (blobs in scale space with binary descriptors) and PDQ were computed from its pixels and compared with those that were stored when the photo was recorded.",
            "Features that are each other's nearest were paired; pairs that agree on a similarity, affine or projective transform were counted; then the found picture was looked at where the photo's other features should be. The score is a logarithm of how unlikely that is by accident.",
            "Where the original was at hand, the found picture was laid over it with that transform, the original's colours were fitted to it, and both were compared in cells of 8 x 8 pixels. Cells that differ at least five times as much as recompression and the like make most cells of this picture differ, and those around them, are called changed.",
            "No step was done by hand. The program has no network code, and the originals were opened for reading only.",
        ] {
            blocks.push(Block::Point(step.to_owned()));
        }
        blocks.push(heading("For a qualified person who certifies this process"));
        blocks.push(paragraph(
            "A draft, to be read, corrected and signed by somebody who can answer for it; it certifies nothing by itself. In the United States such certifications are described in Federal Rules of Evidence 902(13) and (14).",
        ));
        blocks.push(paragraph(&format!(
            "I, ______________________, am qualified by ______________________ to say how this report was made. I ran Cloakroom {} on ______________________ on the file whose SHA-256 is given above as that of the found file, or I repeated the steps above and got the same results. The program computes each value in the way described under \"How it was made\". I compared the SHA-256 values of the files that I was given with those in this report, and they are equal.",
            self.version
        )));
        blocks.push(paragraph("Date, place, signature: ______________________"));
        blocks.push(paragraph("This report is no legal advice."));
    }
}

/// What was changed, in a sentence or two.
pub(crate) fn changed_in_words(changes: &Changes) -> String {
    match changes.verdict {
        Verdict::NothingFound => format!(
            "No change was found in the {:.0} % of the photo that can be compared. Very small or faint changes cannot be told from recompression.",
            100.0 * changes.compared
        ),
        Verdict::Changed => format!(
            "{:.1} % of what can be compared was changed; {:.0} % of the photo can be compared.",
            100.0 * changes.changed,
            100.0 * changes.compared
        ),
        Verdict::TooSmall => "What was changed cannot be told: the copy is too small.".to_owned(),
        Verdict::TooLittle => {
            "What was changed cannot be told: the copy shows too little of the photo.".to_owned()
        }
        Verdict::TooDifferent => {
            "What was changed cannot be told: the copy differs nearly everywhere.".to_owned()
        }
    }
}

fn recorded(blocks: &mut Vec<Block>, record: &Record, anchors: &[Anchored]) {
    blocks.push(heading("The record"));
    blocks.push(fact("Record", record.id.clone()));
    blocks.push(fact("Entry in the ledger", record.sequence.to_string()));
    blocks.push(fact(
        "Recorded, as the computer's clock claimed",
        record.claimed_time.clone(),
    ));
    blocks.push(fact(
        "Size of the photo",
        format!("{} x {} pixels", record.facts.width, record.facts.height),
    ));
    for (name, value) in [
        ("Given to, as the holder says", &record.extras.recipient),
        ("For, as the holder says", &record.extras.purpose),
    ] {
        blocks.extend(value.clone().map(|value| fact(name, value)));
    }
    if anchors.is_empty() {
        blocks.push(paragraph("Nobody else has confirmed when this record was made: it has no anchor yet. The time above is the holder's own claim."));
    }
    for anchor in anchors {
        blocks.push(fact(
            match anchor.kind.as_str() {
                "tsr" => "Anchor: time-stamping authority (RFC 3161)",
                _ => "Anchor: OpenTimestamps",
            },
            anchor.says.join(" "),
        ));
    }
}

/// Writes a report into a new file: a page for `.html` and `.htm`, a PDF for `.pdf`, and both, with these endings added, for any
/// other name. Returns how many files were written.
///
/// # Errors
/// When there is a file of this name already, or it cannot be written.
pub fn save_report(document: &Document, path: &Path) -> Result<usize, Failure> {
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("html" | "htm") => write_new(path, document.page().as_bytes()).map(|()| 1),
        Some("pdf") => write_new(path, &document.pdf()).map(|()| 1),
        _ => {
            let with = |ending: &str| {
                let mut name = path.as_os_str().to_owned();
                name.push(ending);
                std::path::PathBuf::from(name)
            };
            write_new(&with(".html"), document.page().as_bytes())?;
            write_new(&with(".pdf"), &document.pdf()).map(|()| 2)
        }
    }
}

fn picture(panel: Panel, caption: &str) -> Block {
    Block::Picture(Picture {
        jpeg: panel.jpeg,
        width: panel.width,
        height: panel.height,
        caption: caption.to_owned(),
    })
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph(text.to_owned())
}

fn heading(text: &str) -> Block {
    Block::Heading(text.to_owned())
}

fn fact(name: &str, value: String) -> Block {
    Block::Fact(name.to_owned(), value)
}
