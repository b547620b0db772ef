//! What the page sees of cloaks and models. Measured numbers are hundredths, as whole numbers.

use pipeline::perturb::pack::{Kind, Origin as Made};
use pipeline::perturb::{self, EncoderMeasured, FaceMeasured};
use serde::Serialize;

use crate::problem::Problem;
use crate::settings::Cloak as Strength;

/// How far the cloak of one photo is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct CloakProgress {
    pub(crate) stage: Stage,
    pub(crate) percent: u32,
    pub(crate) seconds_left: Option<u32>,
}

/// What is being done for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Stage {
    Wait,
    Decode,
    Generate,
    FindFaces,
    Faces,
    Refine,
    Fit,
    Encode,
    Measure,
}

impl From<pipeline::CloakProgress> for CloakProgress {
    fn from(progress: pipeline::CloakProgress) -> Self {
        use pipeline::CloakStage as From;
        Self {
            stage: match progress.stage {
                From::Wait => Stage::Wait,
                From::Decode => Stage::Decode,
                From::Generate => Stage::Generate,
                From::FindFaces => Stage::FindFaces,
                From::Faces => Stage::Faces,
                From::Refine => Stage::Refine,
                From::Fit => Stage::Fit,
                From::Encode => Stage::Encode,
                From::Measure => Stage::Measure,
            },
            percent: hundredths(progress.share),
            seconds_left: progress.seconds_left.map(|left| whole(left.ceil())),
        }
    }
}

/// What became of the wish for a cloak.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum Cloaked {
    Yes { report: Box<CloakReport> },
    No { problem: Problem },
}

/// What a cloak does, as measured on the finished file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct CloakReport {
    pub(crate) strength: Strength,
    /// Butteraugli's 3-norm, and the most that the strength allows.
    pub(crate) visibility: u32,
    pub(crate) visibility_max: u32,
    /// Whether there are measurements beyond the visibility.
    pub(crate) is_measured: bool,
    pub(crate) no_face: bool,
    /// Whether the person stopped it early.
    pub(crate) cancelled: bool,
    pub(crate) refine_steps: u32,
    pub(crate) denoiser: String,
    pub(crate) encoders: Vec<EncoderSeen>,
    pub(crate) faces: Vec<FaceSeen>,
}

/// How far what one encoder sees has moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct EncoderSeen {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) origin: Origin,
    pub(crate) held_out: bool,
    pub(crate) as_is: Shift,
    pub(crate) after_upload: Shift,
    pub(crate) after_denoise: Shift,
    pub(crate) after_crop: Shift,
    pub(crate) jpeg_alone: u32,
}

/// A shift beside that of plain noise of the same energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
pub(crate) struct Shift {
    pub(crate) shift: u32,
    pub(crate) noise: u32,
}

/// What recognisers say of one face.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
pub(crate) struct FaceSeen {
    pub(crate) verdicts: Vec<Verdict>,
}

/// What one recogniser says of one face.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verdict {
    pub(crate) title: String,
    pub(crate) origin: Origin,
    pub(crate) held_out: bool,
    /// A match is below this distance.
    pub(crate) threshold: u32,
    pub(crate) distance_before: u32,
    pub(crate) distance_after: u32,
    pub(crate) distance_denoised: u32,
    pub(crate) matches_before: bool,
    pub(crate) matches_after: bool,
    pub(crate) matches_denoised: bool,
}

/// Whose weights a model has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Origin {
    Ours,
    Dependency,
    Pack,
}

impl From<Made> for Origin {
    fn from(made: Made) -> Self {
        match made {
            Made::Ours => Self::Ours,
            Made::Dependency => Self::Dependency,
            Made::Pack => Self::Pack,
        }
    }
}

/// As a report has it, in a word.
fn origin(word: &str) -> Origin {
    match word {
        "ours" => Origin::Ours,
        "dependency" => Origin::Dependency,
        _ => Origin::Pack,
    }
}

impl From<pipeline::Cloaked> for Cloaked {
    fn from(cloaked: pipeline::Cloaked) -> Self {
        match cloaked {
            pipeline::Cloaked::Yes(cloak) => Self::Yes {
                report: Box::new(CloakReport::from(*cloak)),
            },
            pipeline::Cloaked::No(why) => Self::No {
                problem: why.into(),
            },
        }
    }
}

impl From<pipeline::Cloak> for CloakReport {
    fn from(cloak: pipeline::Cloak) -> Self {
        let (made, measured) = (cloak.made, cloak.measured);
        let visibility = measured
            .as_ref()
            .map_or(made.visibility, |measured| measured.visibility);
        let is_measured = measured.is_some();
        let (encoders, faces, denoiser) = match measured {
            Some(measured) => (measured.encoders, measured.faces, measured.denoiser),
            None => (Vec::new(), Vec::new(), String::new()),
        };
        Self {
            strength: cloak.strength.into(),
            visibility: hundredths(visibility),
            visibility_max: hundredths(cloak.strength.visibility_max()),
            is_measured,
            no_face: made.no_face,
            cancelled: made.cancelled,
            refine_steps: made.refine_steps,
            denoiser,
            encoders: encoders.into_iter().map(EncoderSeen::from).collect(),
            faces: faces.into_iter().map(FaceSeen::from).collect(),
        }
    }
}

impl From<EncoderMeasured> for EncoderSeen {
    fn from(measured: EncoderMeasured) -> Self {
        Self {
            origin: origin(&measured.origin),
            name: measured.name,
            title: measured.title,
            held_out: measured.held_out,
            as_is: measured.as_is.into(),
            after_upload: measured.after_upload.into(),
            after_denoise: measured.after_denoise.into(),
            after_crop: measured.after_crop.into(),
            jpeg_alone: hundredths(measured.jpeg_alone),
        }
    }
}

impl From<perturb::Shift> for Shift {
    fn from(measured: perturb::Shift) -> Self {
        Self {
            shift: hundredths(measured.shift),
            noise: hundredths(measured.noise),
        }
    }
}

impl From<FaceMeasured> for FaceSeen {
    fn from(face: FaceMeasured) -> Self {
        let verdict = |told: perturb::Verdict| Verdict {
            origin: origin(&told.origin),
            title: told.title,
            held_out: told.held_out,
            threshold: hundredths(told.threshold),
            distance_before: hundredths(told.distance_benign),
            distance_after: hundredths(told.distance),
            distance_denoised: hundredths(told.distance_denoised),
            matches_before: told.matches_before,
            matches_after: told.matches_after,
            matches_denoised: told.matches_denoised,
        };
        Self {
            verdicts: face.verdicts.into_iter().map(verdict).collect(),
        }
    }
}

/// The models at hand, and what could not be read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
pub(crate) struct ModelsPage {
    pub(crate) models: Vec<Model>,
    pub(crate) problems: Vec<Problem>,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) kind: ModelKind,
    pub(crate) licence: String,
    pub(crate) source: String,
    pub(crate) origin: Origin,
    pub(crate) sha256: String,
    pub(crate) size_bytes: u64,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum ModelKind {
    Latent,
    Meter,
    Generator,
    Recogniser,
    Detector,
    Landmarks,
}

impl From<&pipeline::models::Model> for Model {
    fn from(model: &pipeline::models::Model) -> Self {
        Self {
            name: model.name.clone(),
            title: model.title.clone(),
            kind: match model.kind {
                Kind::Latent => ModelKind::Latent,
                Kind::Meter => ModelKind::Meter,
                Kind::Generator => ModelKind::Generator,
                Kind::Recogniser => ModelKind::Recogniser,
                Kind::Detector => ModelKind::Detector,
                Kind::Landmarks => ModelKind::Landmarks,
            },
            licence: model.licence.clone(),
            source: model.source.clone(),
            origin: model.origin.into(),
            sha256: model.sha256.to_string(),
            size_bytes: model.bytes,
        }
    }
}

fn hundredths(value: f32) -> u32 {
    whole((value * 100.0).round())
}

/// What is no number, or below zero, is 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(value: f32) -> u32 {
    value as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_hundredths() {
        assert_eq!(hundredths(2.304), 230);
        assert_eq!(hundredths(-1.0), 0);
        assert_eq!(hundredths(f32::NAN), 0);
    }
}
