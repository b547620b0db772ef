//! What a cloak does, measured anew from an original and its cloaked copy.

use std::path::Path;

use metadata::Limits;
use perturb::{Error, Measured, Picture, measure};

use super::steps::into_picture;
use super::{CloakProgress, Watching};
use crate::look::not_decoded;
use crate::models::Models;
use crate::run::caught;
use crate::source::Source;
use crate::worker::{self, Workers};
use crate::{Cancel, Failure};

/// Measures what a cloak does: how far each encoder's latent and each face's embedding moved between the two files, beside
/// what plain noise and JPEG alone do. It tells nothing of where the difference came from.
///
/// # Errors
/// When a file cannot be read or decoded, the two are not of one size, or there is no model to measure with.
pub fn cloak_report(
    original: &Path,
    cloaked: &Path,
    (limits, seed): (&Limits, u64),
    (models, workers): (&Models, &Workers),
    cancel: &Cancel,
    tell: &(dyn Fn(CloakProgress) + Sync),
) -> Result<Measured, Failure> {
    caught(|| {
        let original = pixels(original, limits, workers)?;
        let cloaked = pixels(cloaked, limits, workers)?;
        let watching = Watching::new(cancel, tell);
        measure(
            &original,
            &cloaked,
            models.networks(),
            None,
            seed,
            &watching,
        )
        .map_err(|error| not_measured(&error))
    })
}

/// An upright picture of a file, in the colours of light.
fn pixels(path: &Path, limits: &Limits, workers: &Workers) -> Result<Picture, Failure> {
    let source = Source::open(path, limits)?;
    let report = metadata::inspect(source.bytes(), limits)?;
    let raster = workers
        .pixels(&worker::Picture::new(source.bytes(), &report))
        .map_err(|reason| not_decoded(reason, "Save it as an ordinary JPEG or PNG first."))?;
    into_picture(raster)
}

fn not_measured(error: &Error) -> Failure {
    match error {
        Error::SizesDiffer => Failure::refused(
            "sizes_differ",
            "the two pictures are not of the same size, so there is nothing to compare",
            "Give the cloaked copy as it was saved, and the original that it was made from.",
        ),
        Error::NoModels => super::no_models(),
        Error::Cancelled => Failure::failed(
            "cancelled",
            "it was stopped before anything was measured",
            "Ask again, and let it finish.",
        ),
        Error::TooSmall { .. } | Error::TooLarge { .. } => Failure::refused(
            "not_measurable",
            &error.to_string(),
            "Give pictures of an ordinary size.",
        ),
        _ => Failure::internal(),
    }
}
