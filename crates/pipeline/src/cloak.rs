//! Cloaking a photo before it is cleaned: decode, add the perturbation, encode in kind, measure.
//!
//! Untrusted pixels are decoded by a worker; the perturbation is made and the new file is encoded here. One photo at a time,
//! because making a cloak uses all cores, and large pictures a good part of the memory.

mod encode;
mod jpeg;
mod report;
mod steps;
mod watching;

use perturb::{Made, Measured, Options, Strength};
use serde::Serialize;

use crate::budget::Budget;
use crate::models::{Model, Models};
use crate::worker::Workers;
use crate::{Cancel, Failure};

pub use report::cloak_report;
pub(crate) use steps::wear;
pub(crate) use watching::Watching;
pub use watching::{CloakProgress, CloakStage};

/// What a person must know before a cloak is trusted, in plain words. Each was measured or is the published state of the art.
pub const LIMITS: [&str; 6] = [
    "A cloak raises the cost for lazy scrapers; it is not a lock. Published purifiers (noisy upscaling, DiffPure, EditorClean) remove every known scheme, and one clean photo elsewhere is enough. It does nothing for photos that are online already.",
    "It does not stop \u{201C}nudify\u{201D} or inpainting apps, or face swaps: an image encoder of 2025/26 with 32 channels still reproduces the person. What was measured are latents and face recognisers, not finished deepfakes.",
    "Out of the box it is weak. On six portraits at light, after an upload, the instant cloak moved what Sana's encoder sees 1.4 times as far as plain noise of the same energy, Stable Diffusion 1.x's 1.2 times, and FLUX.2's no farther, too little to claim anything of these two. With the faces left as they are, which take most of what may be seen, it was 1.8, 1.5 and 1.2 times. On a family of models that it has not seen, expect little more than noise.",
    "Strong settings are visible on skin, every setting is on plain backgrounds such as sky and walls, and a similarity score such as SSIM alone hides that: look at the picture.",
    "Screenshots, photographs of the screen and heavy denoising reduce it. Start again from the original, never from a cloaked copy.",
    "In eighteen portraits tried at balanced, the face recogniser that the cloak was made on matched no copy with its original after an upload, and three after a denoiser; two others that it was made without still matched seventeen and sixteen. The report tells it for each face of each photo. A recogniser that is trained anew may undo whatever was moved.",
];

/// What cloaking needs.
#[derive(Debug)]
pub struct Cloaking<'a> {
    models: &'a Models,
    workers: &'a Workers,
    strength: Strength,
    refine_steps: u32,
    seed: Option<u64>,
    cancel: Cancel,
    /// One photo at a time.
    slot: Budget,
}

impl<'a> Cloaking<'a> {
    /// With these models, and these workers to decode with. So many refining steps, 0 for the instant cloak alone. Without
    /// a seed each photo gets one of its own. After a cancel the best so far is kept, where there is something to keep.
    #[must_use]
    pub const fn new(
        models: &'a Models,
        workers: &'a Workers,
        strength: Strength,
        refine_steps: u32,
        seed: Option<u64>,
        cancel: Cancel,
    ) -> Self {
        Self {
            models,
            workers,
            strength,
            refine_steps,
            seed,
            cancel,
            slot: Budget::new(1),
        }
    }

    fn options(&self) -> Result<Options, Failure> {
        let seed = match self.seed {
            Some(seed) => seed,
            None => random_seed()?,
        };
        Ok(Options {
            strength: self.strength,
            refine_steps: self.refine_steps,
            seed,
        })
    }
}

/// Below 2^53, so that it is the same number in JSON wherever that is read.
fn random_seed() -> Result<u64, Failure> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|_| {
        Failure::failed(
            "no_randomness",
            "the system gave no random number for the cloak",
            "Give a seed yourself.",
        )
    })?;
    Ok(u64::from_le_bytes(bytes) >> 11)
}

/// What became of the wish for a cloak.
#[derive(Debug, Clone, PartialEq)]
pub enum Cloaked {
    /// The copy is cloaked.
    Yes(Box<Cloak>),
    /// The copy is clean, and not cloaked; why, and what to do.
    No(Failure),
}

/// How a photo was cloaked, and what that does as measured on the finished file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cloak {
    /// The visibility budget.
    pub strength: Strength,
    /// Where all chance came from.
    pub seed: u64,
    /// The models that were used.
    pub models: Vec<Used>,
    /// What was done with them.
    pub made: Made,
    /// What that does; nothing where it was not measured, because somebody cancelled or there is nothing to measure with.
    pub measured: Option<Measured>,
}

/// A model that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Used {
    /// The name in its manifest.
    pub name: String,
    /// SHA-256 of its file.
    pub sha256: String,
}

impl Cloak {
    /// The field of a record: what it takes to make this cloak again from the original.
    pub(crate) fn field(&self) -> String {
        let models: Vec<_> = self
            .models
            .iter()
            .map(|used| {
                format!(
                    "{}:{}",
                    used.name,
                    used.sha256.get(..16).unwrap_or_default()
                )
            })
            .collect();
        let made = &self.made;
        let text = format!(
            "cloak-1 strength={} seed={} faces={} face_steps={} refine={} visibility={:.2} models={}",
            self.strength,
            self.seed,
            made.faces.len(),
            made.face_steps,
            made.refine_steps,
            made.visibility,
            models.join(",")
        );
        // A record takes so much and no more.
        text.chars().take(FIELD_CHARS_MAX).collect()
    }
}

/// Names and digests are ASCII.
const FIELD_CHARS_MAX: usize = 1_000;

/// There is nothing to make a cloak with, or to measure one.
pub(crate) fn no_models() -> Failure {
    Failure::failed(
        "no_models",
        "there is no model to make a cloak with",
        "Install Cloakroom with the models that belong to it, or add a model pack.",
    )
}

/// The models by these names.
fn used(models: &Models, made: &Made) -> Vec<Used> {
    let was_used = |model: &&Model| {
        let name = &model.name;
        let faces = !made.faces.is_empty() && model.is_for_finding_faces();
        faces
            || made.generator.as_ref() == Some(name)
            || made.encoders.contains(name)
            || made.recognisers.contains(name)
    };
    models
        .list()
        .iter()
        .filter(was_used)
        .map(|model| Used {
            name: model.name.clone(),
            sha256: model.sha256.to_string(),
        })
        .collect()
}
