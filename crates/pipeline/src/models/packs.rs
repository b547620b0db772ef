//! The packs that a person added.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use perturb::engine::Network;
use perturb::pack::Origin;

use super::{Model, not_a_model, places, read};
use crate::Failure;
use crate::run::caught;

/// What the names of packs end in.
pub(super) const EXTENSION: &str = "safetensors";

/// The smallest side that a pack is tried at, in pixels.
const TRIAL_PX: u32 = 64;

/// How long one pass forward and back may take at that size. A pack that takes longer would take minutes for a photo.
const TRIAL_TIME_MAX: Duration = Duration::from_secs(20);

/// The folder of a person's packs.
pub(super) fn folder(home: &Path) -> PathBuf {
    home.join("models")
}

/// Copies a pack into the data folder, after it was read, checked and tried: whole, or not at all.
///
/// # Errors
/// The file cannot be read, is no sound pack, gives what is no number, is too slow, or has the name of a model that is at
/// hand; or the copy cannot be written.
pub fn add(home: &Path, file: &Path) -> Result<Model, Failure> {
    caught(|| {
        let bytes = places::read(file)?;
        let (model, network) = read(&bytes, Origin::Pack).map_err(|error| not_a_model(&error))?;
        if let Some(known) = by_name(home, &model.name) {
            return Err(if known.sha256 == model.sha256 {
                exists(
                    "this very model is at hand already",
                    "There is nothing to do.",
                )
            } else {
                exists(
                    "there is another model of this name already",
                    "Remove that one first, if it is a pack of yours.",
                )
            });
        }
        try_out(&network)?;
        drop(network);
        save(&folder(home), &model.name, &bytes)?;
        Ok(model)
    })
}

/// Removes a pack that the person added. What it is that is removed.
///
/// # Errors
/// There is no such model, it came with the program, or its file cannot be removed.
pub fn remove(home: &Path, name: &str) -> Result<(), Failure> {
    let own = places::packs_in(&folder(home)).into_iter().find(|path| {
        // By the name of the file where it cannot be read: a broken pack must go as well.
        let is_file = path.file_stem().is_some_and(|stem| stem == name);
        is_file || named(path).is_some_and(|found| found == name)
    });
    match own {
        Some(path) => fs::remove_file(path).map_err(|_| {
            Failure::failed(
                "model_not_removed",
                "the model's file could not be removed",
                "Check that the folder of Cloakroom's data can be written to.",
            )
        }),
        None if by_name(home, name).is_some() => Err(Failure::refused(
            "model_built_in",
            "this model came with the program",
            "Only packs that you added can be removed.",
        )),
        None => Err(Failure::refused(
            "model_unknown",
            "there is no model of this name",
            "List the models to see what they are called.",
        )),
    }
}

fn named(path: &Path) -> Option<String> {
    let (model, _) = read(&places::read(path).ok()?, Origin::Pack).ok()?;
    Some(model.name)
}

fn by_name(home: &Path, name: &str) -> Option<Model> {
    places::all(Some(home))
        .filter_map(|found| read(&found.bytes.ok()?, found.origin).ok())
        .map(|(model, _)| model)
        .find(|model| model.name == name)
}

/// Runs the network once, forward and back.
fn try_out(network: &Network) -> Result<(), Failure> {
    let bad = |error| not_a_model(&error);
    let input = &network.manifest().input;
    let side = |fixed: u32| match fixed {
        0 => TRIAL_PX.next_multiple_of(input.multiple.max(1)),
        fixed => fixed,
    };
    let (width, height) = (side(input.width), side(input.height));
    let mut plan = network.plan(width, height).map_err(bad)?;
    let values = input.channels as u64 * u64::from(width) * u64::from(height);
    let begun = Instant::now();
    let pattern: Vec<f32> = (0..values).map(|at| (at % 97) as f32 / 96.0).collect();
    let output = plan.forward(network, &pattern);
    let ones = vec![1.0; output.len()];
    let are_numbers = output.iter().all(|value| value.is_finite())
        && plan
            .backward(network, &ones)
            .iter()
            .all(|value| value.is_finite());
    if !are_numbers {
        return Err(Failure::refused(
            "model_failed",
            "the model gives values that are no numbers",
            "Ask who made the pack.",
        ));
    }
    if begun.elapsed() > TRIAL_TIME_MAX {
        return Err(Failure::refused(
            "model_too_slow",
            "the model is too slow for this computer",
            "Use a smaller model.",
        ));
    }
    Ok(())
}

/// Beside, synced, renamed, never over another.
fn save(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let saved = fs::create_dir_all(folder).and_then(|()| {
        let mut file = tempfile::Builder::new()
            .prefix(".pack-")
            .suffix(".part")
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(folder.join(format!("{name}.{EXTENSION}")))?;
        Ok(())
    });
    saved.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(
            "there is a file of this name among your models, which is no sound pack",
            "Remove that one first.",
        ),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Failure::failed(
            "disk_full",
            "the disk is full; the model was not added",
            "Free some space, then try again.",
        ),
        _ => Failure::failed(
            "model_not_added",
            "the model could not be copied into the folder of Cloakroom's data",
            "Check that this folder can be written to.",
        ),
    })
}

fn exists(message: &str, hint: &str) -> Failure {
    Failure::refused("model_exists", message, hint)
}
