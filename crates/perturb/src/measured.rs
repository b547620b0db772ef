//! What a cloak does, in numbers that stand beside their control.

use serde::{Deserialize, Serialize};

use crate::faces::Face;

/// A rectangle in pixels of the upright picture at full size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
    /// To the right of `x`.
    pub width: f32,
    /// Down from `y`.
    pub height: f32,
}

impl Area {
    /// From left, top, width and height.
    pub(crate) fn of([x, y, width, height]: [f32; 4]) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }
}

/// What was used to make a cloak, and what came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Made {
    /// The name of the generator, if one was run.
    pub generator: Option<String>,
    /// Names of the latent encoders and meters whose gradient was followed.
    pub encoders: Vec<String>,
    /// Families of the encoders that it was made with, the generator's training included.
    pub encoder_families: Vec<String>,
    /// Names of the recognisers whose gradient was followed.
    pub recognisers: Vec<String>,
    /// The faces that were found and cloaked.
    pub faces: Vec<Area>,
    /// True when no face was found, or nothing that finds or recognises faces was there: the cloak is latent only.
    pub no_face: bool,
    /// Steps on each face in the instant tier.
    pub face_steps: u32,
    /// Steps on everything after the instant result.
    pub refine_steps: u32,
    /// True when the person cancelled on the way: what is here is the best until then.
    pub cancelled: bool,
    /// Butteraugli's 3-norm of the 8-bit result at full size, as it was fitted.
    pub visibility: f32,
    /// True when that stands for the whole picture but was measured on some of its tiles.
    pub visibility_sampled: bool,
    /// The faces with their points, where they were looked for; the report need not look again.
    #[serde(skip)]
    pub(crate) found: Option<Vec<Face>>,
}

/// The relative latent shift `‖E(T(cloaked)) − E(T(original))‖ / ‖E(T(original))‖` of the cloak, and of plain noise that has
/// its energy and its grain.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Shift {
    /// The cloak's.
    pub shift: f32,
    /// The noise's.
    pub noise: f32,
}

/// What one encoder of an image generator sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncoderMeasured {
    /// The name in its manifest.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Whose weights these are: `ours`, `dependency` or `pack`.
    pub origin: String,
    /// True when neither the cloak nor the generator behind it was made with this encoder or one of its family.
    pub held_out: bool,
    /// As the file is.
    pub as_is: Shift,
    /// What JPEG at quality 75 does to the original alone: a shift of this size means nothing.
    pub jpeg_alone: f32,
    /// After a simulated upload: 1080 px on the long side, then JPEG at quality 75.
    pub after_upload: Shift,
    /// After a denoiser ([`Measured::denoiser`]).
    pub after_denoise: Shift,
    /// After the middle 60 % of each side was cut out.
    pub after_crop: Shift,
}

/// What one recogniser says of one face.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The name in its manifest.
    pub recogniser: String,
    /// What people call it.
    pub title: String,
    /// Whose weights these are: `ours`, `dependency` or `pack`.
    pub origin: String,
    /// True when the cloak was made without this recogniser.
    pub held_out: bool,
    /// Two faces are of one person when their distance is below.
    pub threshold: f32,
    /// From the original to itself after a simulated upload.
    pub distance_benign: f32,
    /// From the original to the cloaked picture after a simulated upload.
    pub distance: f32,
    /// From the original to the cloaked picture after the upload and the denoiser.
    pub distance_denoised: f32,
    /// Whether the original is still recognised after a simulated upload.
    pub matches_before: bool,
    /// Whether the cloaked picture is.
    pub matches_after: bool,
    /// Whether it is after the upload and the denoiser.
    pub matches_denoised: bool,
}

/// One face of the original.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaceMeasured {
    /// Where it is.
    pub area: Area,
    /// One for each recogniser.
    pub verdicts: Vec<Verdict>,
}

/// The report on one photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Butteraugli's 3-norm between the original and the cloaked picture at full size.
    pub visibility: f32,
    /// True when that was measured on some tiles and stands for the whole.
    pub visibility_sampled: bool,
    /// One for each encoder and meter.
    pub encoders: Vec<EncoderMeasured>,
    /// From the left to the right, as the finder gives them.
    pub faces: Vec<FaceMeasured>,
    /// True when no face was found in the original, or nothing that finds or recognises faces was there.
    pub no_face: bool,
    /// Which denoiser was tried, in words.
    pub denoiser: String,
    /// True when the person cancelled: some numbers are missing.
    pub cancelled: bool,
}
