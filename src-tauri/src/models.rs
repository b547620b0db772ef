//! The models that cloaks are made with: read when they are needed, and again after a change.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use pipeline::models::{self, Models};

use crate::cloak_view::{Model, ModelsPage};
use crate::lock::lock;
use crate::problem::Problem;

/// The models at hand.
pub(crate) struct Shelf {
    /// The folder that the person's packs are in, or why there is none.
    home: Result<PathBuf, Problem>,
    read: Mutex<Option<Arc<Models>>>,
}

impl Shelf {
    pub(crate) fn at(home: Result<PathBuf, Problem>) -> Self {
        Self {
            home,
            read: Mutex::default(),
        }
    }

    fn read(&self) -> Arc<Models> {
        let load = || Arc::new(Models::load(self.home.as_deref().ok()));
        Arc::clone(lock(&self.read).get_or_insert_with(load))
    }

    /// The models, to make cloaks with.
    ///
    /// # Errors
    ///
    /// There is none to make a cloak with. The person decides whether photos are cleaned without.
    pub(crate) fn ready(&self) -> Result<Arc<Models>, Problem> {
        let models = self.read();
        if let Err(failure) = models.check() {
            // The person may bring some; they are looked for again.
            *lock(&self.read) = None;
            return Err(failure.into());
        }
        Ok(models)
    }

    /// The models as the page shows them.
    pub(crate) fn page(&self) -> ModelsPage {
        let read = self.read();
        ModelsPage {
            models: read.list().iter().map(Model::from).collect(),
            problems: read.problems().iter().cloned().map(Problem::from).collect(),
        }
    }

    /// Adds packs, each for itself; the models as they are then.
    ///
    /// # Errors
    ///
    /// The first pack that could not be added; those before and after it are.
    pub(crate) fn add(&self, files: &[PathBuf]) -> Result<ModelsPage, Problem> {
        let home = self.home.as_ref().map_err(Problem::clone)?;
        let mut first = None;
        for file in files {
            if let Err(failure) = models::add(home, file) {
                first.get_or_insert(failure);
            }
        }
        *lock(&self.read) = None;
        match first {
            Some(failure) => Err(failure.into()),
            None => Ok(self.page()),
        }
    }

    /// Removes a pack that the person added; the models as they are then.
    ///
    /// # Errors
    ///
    /// There is none of this name, or it cannot be removed.
    pub(crate) fn remove(&self, name: &str) -> Result<ModelsPage, Problem> {
        let home = self.home.as_ref().map_err(Problem::clone)?;
        let removed = models::remove(home, name);
        *lock(&self.read) = None;
        removed?;
        Ok(self.page())
    }
}
