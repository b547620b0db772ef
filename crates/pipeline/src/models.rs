//! The models that cloaks are made and measured with: ours, those of a dependency, and the packs that a person added.
//!
//! Ours are a part of the program. A dependency's are made when the program is built and lie in a folder beside it, or in
//! `$CLOAKROOM_MODELS`. A person's packs lie in `models` of the program's own data folder ([`home`](crate::home)).
//!
//! A model is told apart by where it was found, not by what it says of itself: a pack that somebody made cannot pass for
//! one of ours.

mod packs;
mod places;

use std::path::Path;

use ledger::Digest;
use perturb::engine::Network;
use perturb::pack::{Kind, Manifest, Origin, Pack, PackError, PackLimits};
use rayon::prelude::*;
use serde::Serialize;

use crate::Failure;

pub use packs::{add, remove};

/// One model that is at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Model {
    /// Its short name, unique.
    pub name: String,
    /// A name for people.
    pub title: String,
    /// Networks of one family see alike.
    pub family: String,
    /// What it is for.
    pub kind: Kind,
    /// The licence of the weights.
    pub licence: String,
    /// Where the weights are from, in words.
    pub source: String,
    /// Who brought it here.
    pub origin: Origin,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// Size of the file.
    pub bytes: u64,
}

impl Model {
    fn new(manifest: &Manifest, origin: Origin, file: &[u8]) -> Self {
        let text = |text: &str| text.chars().filter(|c| !c.is_control()).collect();
        Self {
            name: text(&manifest.name),
            title: text(&manifest.title),
            family: text(&manifest.family),
            kind: manifest.kind,
            licence: text(&manifest.licence),
            source: text(&manifest.source),
            origin,
            sha256: Digest::of(file),
            bytes: file.len() as u64,
        }
    }

    /// Whether faces are found with it.
    #[must_use]
    pub const fn is_for_finding_faces(&self) -> bool {
        matches!(self.kind, Kind::Detector | Kind::Landmarks)
    }
}

/// The models at hand, ready to be used.
#[derive(Debug, Default)]
pub struct Models {
    list: Vec<Model>,
    networks: perturb::Models,
    problems: Vec<Failure>,
}

impl Models {
    /// Reads all models: ours, the dependency's, and, where there is a data folder, the person's. What cannot be read is
    /// left out and told.
    #[must_use]
    pub fn load(home: Option<&Path>) -> Self {
        let (mut list, mut networks, mut problems) = (Vec::<Model>::new(), Vec::new(), Vec::new());
        let all: Vec<_> = places::all(home)
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|found| {
                let bytes = found.bytes?;
                read(&bytes, found.origin).map_err(|error| not_a_model(&error))
            })
            .collect();
        for read in all {
            match read {
                // Ours come first, then the dependency's: nothing takes their names.
                Ok((model, _)) if list.iter().any(|known| known.name == model.name) => {}
                Ok((model, network)) => {
                    list.push(model);
                    networks.push(network);
                }
                Err(problem) => problems.push(problem),
            }
        }
        let networks = perturb::Models::from_networks(networks).unwrap_or_else(|error| {
            problems.push(not_a_model(&error));
            list.clear();
            perturb::Models::default()
        });
        Self {
            list,
            networks,
            problems,
        }
    }

    /// Every model, ours first.
    #[must_use]
    pub fn list(&self) -> &[Model] {
        &self.list
    }

    /// What could not be read.
    #[must_use]
    pub fn problems(&self) -> &[Failure] {
        &self.problems
    }

    /// Whether there is anything to make a cloak with.
    ///
    /// # Errors
    /// There is neither a generator nor an encoder, nor a recogniser with what finds faces for it.
    pub fn check(&self) -> Result<(), Failure> {
        if self.networks.is_empty() {
            Err(crate::cloak::no_models())
        } else {
            Ok(())
        }
    }

    pub(crate) const fn networks(&self) -> &perturb::Models {
        &self.networks
    }
}

/// Reads a pack as a model that was found in a place of this origin.
fn read(bytes: &[u8], origin: Origin) -> Result<(Model, Network), PackError> {
    let pack = Pack::read(bytes, &PackLimits::default())?;
    let (network, model) = rayon::join(
        || Network::new(&pack),
        || Model::new(pack.manifest(), origin, bytes),
    );
    Ok((model, network?))
}

fn not_a_model(error: &PackError) -> Failure {
    let message: String = error
        .to_string()
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    Failure::refused(
        error.code(),
        &message,
        "Get the pack again from where it is from, or ask who made it.",
    )
}
