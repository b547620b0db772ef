//! One open window: the list, the settings, the ledger, and the way to the page. Knows nothing of Tauri.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};

use pipeline::worker::Workers;
use pipeline::{Cancel, Found, Handover};

use crate::cleaning::Run;
use crate::events::{Feed, PhotoChange, UiEvent};
use crate::finding::Finding;
use crate::intake::Intake;
use crate::lock::lock;
use crate::looking;
use crate::models::Shelf;
use crate::problem::Problem;
use crate::proving::Held;
use crate::records::Records;
use crate::settings::{Preferences, Settings};
use crate::thumbnails::Thumbnails;
use crate::trusted::Trusted;
use crate::view::{PhotoId, PhotoState, Report, Start};

/// What all commands and threads of the window share.
pub(crate) struct Session {
    pub(crate) feed: Feed,
    pub(crate) intake: Mutex<Intake>,
    pub(crate) preferences: Mutex<Preferences>,
    pub(crate) records: Records,
    pub(crate) trusted: Trusted,
    pub(crate) thumbnails: Thumbnails,
    /// What the proof that is being made takes its pieces from.
    pub(crate) proof: Mutex<Option<Held>>,
    pub(crate) run: Run,
    /// Whom the copies are for that are made from now on. Kept nowhere but in the records.
    pub(crate) handover: Mutex<Handover>,
    /// What cloaks are made with.
    pub(crate) models: Shelf,
    pub(crate) finding: Finding,
    /// Decode pictures in processes of their own.
    pub(crate) workers: Workers,
    /// Photos to be looked at.
    pub(crate) looks: Sender<Vec<(PhotoId, Found)>>,
    /// Stops the folders that are being walked now.
    pub(crate) walks: Mutex<Cancel>,
}

impl Session {
    /// Opens a session on the data in `home`. Without a home it works too, and records nothing.
    pub(crate) fn open(home: Result<PathBuf, Problem>, workers: Workers) -> Arc<Self> {
        let ledger = home.clone().map(|home| home.join("ledger.sqlite"));
        let beside = |name| home.as_ref().ok().map(|home| home.join(name));
        let trusted = Trusted::at(beside("trusted"));
        let thumbnails = Thumbnails::at(beside("thumbnails"));
        let models = Shelf::at(home.clone());
        let (preferences, notice) = Preferences::load(home.ok());
        let (looks, waiting) = mpsc::channel();
        let session = Arc::new(Self {
            feed: Feed::open(),
            intake: Mutex::default(),
            preferences: Mutex::new(preferences),
            records: Records::at(ledger),
            trusted,
            thumbnails,
            proof: Mutex::default(),
            run: Run::default(),
            handover: Mutex::default(),
            models,
            finding: Finding::default(),
            workers,
            looks,
            walks: Mutex::default(),
        });
        looking::start(&session, waiting);
        if let Some(problem) = notice {
            session.feed.tell(UiEvent::Problem { problem });
        }
        session
    }

    /// Everything as it is now, for a page that begins.
    pub(crate) fn start(&self) -> Start {
        let settings = lock(&self.preferences).view();
        Start {
            version: env!("CARGO_PKG_VERSION").into(),
            theme: settings.theme,
            settings,
            photos: lock(&self.intake).photos(),
            ledger: self.records.state(),
            find: self.finding.state(),
        }
    }

    /// Takes photos off the list.
    ///
    /// # Errors
    ///
    /// All of them are being cleaned.
    pub(crate) fn remove(&self, ids: &[PhotoId]) -> Result<(), Problem> {
        // The news goes out under the lock, so that it and other news about the list keep their order.
        let mut intake = lock(&self.intake);
        let removed = intake.remove(ids);
        if removed.is_empty() && !ids.is_empty() {
            return Err(Problem::busy());
        }
        self.feed.tell(UiEvent::Removed { ids: removed });
        Ok(())
    }

    /// Empties the list, and stops walking folders for it.
    ///
    /// # Errors
    ///
    /// All photos in it are being cleaned.
    pub(crate) fn clear(&self) -> Result<(), Problem> {
        self.stop_walking();
        let ids = lock(&self.intake).ids();
        self.remove(&ids)
    }

    /// Stops what is under way: folders being walked, and cleaning. What is finished stays finished.
    pub(crate) fn cancel(&self) {
        self.stop_walking();
        self.run.cancel();
    }

    /// Uses these settings from now on; tells the page when they could not be saved.
    ///
    /// # Errors
    ///
    /// They ask for a folder that was never chosen.
    pub(crate) fn set(&self, settings: Settings) -> Result<Settings, Problem> {
        let mut preferences = lock(&self.preferences);
        let forget = preferences.keeps_thumbnails() && !settings.keep_thumbnails;
        if let Some(problem) = preferences.set(settings)? {
            self.feed.tell(UiEvent::Problem { problem });
        }
        if forget {
            // Whoever does not want them does not want the old ones either.
            self.thumbnails.forget();
        }
        Ok(preferences.view())
    }

    /// Sends clean copies to this folder from now on; nothing changes when the person chose none.
    pub(crate) fn set_folder(&self, folder: Option<PathBuf>) -> Settings {
        let mut preferences = lock(&self.preferences);
        if let Some(problem) = folder.and_then(|folder| preferences.set_folder(folder)) {
            self.feed.tell(UiEvent::Problem { problem });
        }
        preferences.view()
    }

    /// Where a photo's clean copy is, or the photo itself where no copy was needed.
    ///
    /// # Errors
    ///
    /// It is not in the list any more.
    pub(crate) fn place(&self, id: PhotoId) -> Result<PathBuf, Problem> {
        let intake = lock(&self.intake);
        let place = intake.output(id).or_else(|| intake.path(id));
        place.map(Path::to_owned).ok_or_else(Problem::not_listed)
    }

    /// Gives a photo its new state and tells the page.
    pub(crate) fn change(&self, id: PhotoId, state: PhotoState) {
        let mut intake = lock(&self.intake);
        if intake.change(id, state.clone()) {
            let photos = vec![PhotoChange { id, state }];
            self.feed.tell(UiEvent::Changed { photos });
        }
    }

    /// What inspection told about a photo.
    pub(crate) fn report(&self, id: PhotoId) -> Option<Arc<Report>> {
        lock(&self.intake).state(id)?.report().cloned()
    }

    /// Lets go of the photo that a proof was made of.
    pub(crate) fn forget_proof(&self) {
        *lock(&self.proof) = None;
    }

    /// Tells the page how the ledger is.
    pub(crate) fn tell_ledger(&self) {
        let state = self.records.state();
        self.feed.tell(UiEvent::Ledger { state });
    }

    fn stop_walking(&self) {
        std::mem::take(&mut *lock(&self.walks)).cancel();
    }
}
