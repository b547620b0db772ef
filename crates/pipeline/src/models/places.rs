//! Where models are found.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use perturb::pack::{Origin, PackLimits};

use super::packs::{EXTENSION, folder};
use crate::Failure;
use crate::source::open_file;

/// Weights of our own, which are a part of the program: every pack in `models/` (see `build.rs`).
const OURS: &[&[u8]] = include!(concat!(env!("OUT_DIR"), "/ours.rs"));

/// The file of one model, wherever it was found.
pub(super) struct Found {
    pub(super) origin: Origin,
    pub(super) bytes: Result<Vec<u8>, Failure>,
}

/// Every file that should be a model: ours, those beside the program, the person's; each group by name.
pub(super) fn all(home: Option<&Path>) -> impl Iterator<Item = Found> {
    let ours = OURS.iter().map(|bytes| Found {
        origin: Origin::Ours,
        bytes: Ok(bytes.to_vec()),
    });
    let beside = beside_program();
    let beside = beside.iter().flat_map(|folder| packs_in(folder));
    let own = home.map(folder);
    let own = own.iter().flat_map(|folder| packs_in(folder));
    let read = |origin| {
        move |path: PathBuf| Found {
            origin,
            bytes: read(&path),
        }
    };
    let all: Vec<_> = ours
        .chain(beside.map(read(Origin::Dependency)))
        .chain(own.map(read(Origin::Pack)))
        .collect();
    all.into_iter()
}

/// The folder of the models that came with the program: `$CLOAKROOM_MODELS`, or the first that is there of those where
/// an installed program, an unpacked archive or a build has them.
fn beside_program() -> Option<PathBuf> {
    let named = env::var_os("CLOAKROOM_MODELS").filter(|name| !name.is_empty());
    if let Some(named) = named {
        return std::path::absolute(named).ok();
    }
    let program = env::current_exe().ok()?;
    let folder = program.parent()?;
    [
        "models",
        "../models",
        "../lib/cloakroom/models",
        "../Resources/models",
    ]
    .map(|place| folder.join(place))
    .into_iter()
    .find(|place| place.is_dir())
}

/// The packs in a folder, by name; none where there is no folder.
pub(super) fn packs_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|found| found == EXTENSION))
        .collect();
    paths.sort();
    paths
}

/// The file, unless it is larger than any pack.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let (_, stat) = open_file(path)?;
    let limit = PackLimits::default().bytes_max as u64;
    if stat.len() > limit {
        return Err(Failure::refused(
            "pack_too_large",
            &format!(
                "the file has {} bytes; a model pack has at most {limit}",
                stat.len()
            ),
            "Check that this is the file you meant.",
        ));
    }
    fs::read(path).map_err(|error| Failure::reading(&error))
}
