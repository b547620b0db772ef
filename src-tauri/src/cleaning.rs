//! A run: the chosen photos go through the pipeline, and the page is told as each ends.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::SystemTime;

use pipeline::ledger::Ledger;
use pipeline::models::Models;
use pipeline::perturb::Strength;
use pipeline::{
    Cancel, Cloaking, Event, Finished, Found, Handover, Outcome, Recording, Request, Summary,
};

use crate::cloak_view::{CloakProgress, Cloaked};
use crate::events::UiEvent;
use crate::intake::name;
use crate::lock::lock;
use crate::problem::Problem;
use crate::session::Session;
use crate::view::{PhotoId, PhotoState, Saved, findings, traces};

/// The run that is under way, if one is.
#[derive(Debug, Default)]
pub(crate) struct Run {
    cancel: Mutex<Option<Cancel>>,
    ended: Condvar,
}

impl Run {
    /// Whether photos are being cleaned.
    pub(crate) fn is_under_way(&self) -> bool {
        lock(&self.cancel).is_some()
    }

    /// Asks the run to stop; photos that are being written are finished.
    pub(crate) fn cancel(&self) {
        if let Some(cancel) = &*lock(&self.cancel) {
            cancel.cancel();
        }
    }

    /// Waits until no run is under way.
    pub(crate) fn wait(&self) {
        let guard = lock(&self.cancel);
        let waited = self.ended.wait_while(guard, |cancel| cancel.is_some());
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn begin(&self) -> Result<Cancel, Problem> {
        let mut running = lock(&self.cancel);
        if running.is_some() {
            return Err(Problem::busy());
        }
        Ok(running.insert(Cancel::new()).clone())
    }

    fn end(&self) {
        *lock(&self.cancel) = None;
        self.ended.notify_all();
    }
}

/// Begins to clean the photos named, or all that wait where none is named. Returns when it has begun.
///
/// # Errors
///
/// A run is under way, nothing can be cleaned, or recording is on and the ledger cannot be used. Then nothing is cleaned:
/// going on without a record is for the person to decide.
pub(crate) fn clean(session: &Arc<Session>, ids: &[PhotoId]) -> Result<(), Problem> {
    let cancel = session.run.begin()?;
    let prepared = prepare(session, ids).inspect_err(|_| session.run.end())?;
    let session = Arc::clone(session);
    thread::spawn(move || run(&session, &prepared, &cancel));
    Ok(())
}

/// All that a run needs.
struct Prepared {
    ids: Vec<PhotoId>,
    photos: Vec<Found>,
    request: Request,
    ledger: Option<Arc<Ledger>>,
    handover: Handover,
    keep_thumbnails: bool,
    /// How strongly, with how many refining steps, and with what.
    cloak: Option<(Strength, u32, Arc<Models>)>,
}

fn prepare(session: &Session, ids: &[PhotoId]) -> Result<Prepared, Problem> {
    let (request, records, keep_thumbnails, cloak) = {
        let preferences = lock(&session.preferences);
        (
            preferences.request(),
            preferences.records(),
            preferences.keeps_thumbnails(),
            preferences.cloak(),
        )
    };
    let cloak = match cloak {
        Some((strength, steps)) => Some((strength, steps, session.models.ready()?)),
        None => None,
    };
    let ledger = if records {
        Some(
            session
                .records
                .ledger()
                .inspect_err(|_| session.tell_ledger())?,
        )
    } else {
        None
    };
    let (ids, photos): (Vec<_>, Vec<_>) = lock(&session.intake).begin_run(ids).into_iter().unzip();
    if ids.is_empty() {
        return Err(nothing_waits());
    }
    Ok(Prepared {
        ids,
        photos,
        request,
        ledger,
        handover: lock(&session.handover).clone(),
        keep_thumbnails,
        cloak,
    })
}

fn run(session: &Session, prepared: &Prepared, cancel: &Cancel) {
    let total = count(prepared.ids.len());
    let done = Mutex::new(0);
    let progress = |done, running| {
        session.feed.tell(UiEvent::Progress {
            done,
            total,
            running,
        });
    };
    progress(0, true);

    let hear = |event| match event {
        Event::Started { index } => begun(session, prepared, index, None),
        Event::Cloaking { index, progress } => {
            begun(session, prepared, index, Some(progress.into()));
        }
        Event::Finished { index, outcome } => {
            ended(session, prepared, index, outcome);
            let mut done = lock(&done);
            *done += 1;
            progress(*done, true);
        }
    };
    let recording = prepared.ledger.as_deref().map(|ledger| Recording {
        ledger,
        workers: &session.workers,
        app_version: env!("CARGO_PKG_VERSION"),
        clock: &SystemTime::now,
        handover: &prepared.handover,
    });
    let cloaking = prepared.cloak.as_ref().map(|(strength, steps, models)| {
        let workers = &session.workers;
        Cloaking::new(models, workers, *strength, *steps, None, cancel.clone())
    });
    let summary = pipeline::run_cloaking(
        &prepared.photos,
        &prepared.request,
        recording.as_ref(),
        cloaking.as_ref(),
        cancel,
        &hear,
    );

    lock(&session.intake).end_run();
    if summary.failed > 0 {
        // The ledger may have been the reason; it is looked at again before anything is said about it.
        session.records.look_again();
    }
    session.run.end();
    progress(*lock(&done), false);
    session.feed.tell(finished(&summary));
    session.tell_ledger();
}

fn begun(session: &Session, prepared: &Prepared, index: usize, cloak: Option<CloakProgress>) {
    let Some(&id) = prepared.ids.get(index) else {
        return;
    };
    if let Some(report) = session.report(id) {
        session.change(id, PhotoState::Cleaning { report, cloak });
    }
}

fn ended(session: &Session, prepared: &Prepared, index: usize, outcome: Outcome) {
    let Some(&id) = prepared.ids.get(index) else {
        return;
    };
    keep_thumbnail(session, prepared, index, &outcome);
    let report = session.report(id);
    let state = match (outcome, report) {
        (Outcome::Refused(failure), _) => PhotoState::Refused {
            problem: failure.into(),
        },
        (Outcome::Failed(failure), report) => PhotoState::Failed {
            problem: failure.into(),
            report,
            saved: None,
        },
        (Outcome::NotReplaced(finished, failure), report) => PhotoState::Failed {
            problem: failure.into(),
            report,
            saved: Some(saved(session, id, *finished)),
        },
        (Outcome::Done(finished), Some(report)) => PhotoState::Done {
            report,
            saved: saved(session, id, finished),
        },
        (Outcome::AlreadyClean(finished), Some(report)) => PhotoState::AlreadyClean {
            report,
            saved: saved(session, id, finished),
        },
        (Outcome::Cancelled, Some(report)) => PhotoState::Cancelled { report },
        (_, None) => return,
    };
    session.change(id, state);
}

/// Keeps a small picture of what was recorded, where the person wants that.
fn keep_thumbnail(session: &Session, prepared: &Prepared, index: usize, outcome: &Outcome) {
    let (Outcome::Done(finished) | Outcome::AlreadyClean(finished)) = outcome else {
        return;
    };
    let original = prepared.photos.get(index).map(|photo| photo.path.as_path());
    let photo = finished.output.as_deref().or(original);
    if let (true, Some(ledger), Some(record), Some(photo)) = (
        prepared.keep_thumbnails,
        &prepared.ledger,
        &finished.record,
        photo,
    ) {
        session
            .thumbnails
            .keep(ledger, record, photo, &session.workers);
    }
}

/// Remembers where the clean copy is, and tells the rest.
fn saved(session: &Session, id: PhotoId, finished: Finished) -> Saved {
    let saved = Saved {
        name: finished.output.as_deref().map(name),
        removed: findings(finished.removed),
        kept: findings(finished.kept),
        outside: traces(finished.traces),
        record: finished.record,
        cloak: finished.cloak.map(Cloaked::from),
        notes: finished.notes,
    };
    lock(&session.intake).save(id, finished.output);
    saved
}

fn finished(summary: &Summary) -> UiEvent {
    UiEvent::Finished {
        cloaked: count(summary.cloaked),
        not_cloaked: count(summary.not_cloaked),
        done: count(summary.done),
        already_clean: count(summary.already_clean),
        refused: count(summary.refused),
        failed: count(summary.failed),
        cancelled: count(summary.cancelled),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn nothing_waits() -> Problem {
    Problem::new(
        "nothing_waits",
        "No photo in the list is waiting to be cleaned.",
        "Drop photos on the window first.",
    )
}
