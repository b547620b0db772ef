//! What happens to dropped paths: folders are walked, photos are listed, and each is looked at.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;

use pipeline::{Cancel, Failure, Found, Limits};

use crate::events::UiEvent;
use crate::intake::{NotAdded, name};
use crate::lock::lock;
use crate::session::Session;
use crate::view::{PhotoId, PhotoState, Report, SkippedFile};

/// The most photos, and the most skipped files, told at once.
const SLICE: usize = 250;

/// The most photos looked at in the same moment; more would only fight over the disk.
const LOOKS_AT_ONCE: usize = 4;

/// Starts the thread that has photos looked at, in the order in which they were listed. It ends with the session.
pub(crate) fn start(session: &Arc<Session>, waiting: Receiver<Vec<(PhotoId, Found)>>) {
    let session = Arc::downgrade(session);
    thread::spawn(move || {
        for listed in waiting {
            let Some(session) = session.upgrade() else {
                break;
            };
            look(&session, listed);
        }
    });
}

/// Takes in what was dropped, chosen or named on the command line. Returns at once; the page is told as it goes.
pub(crate) fn take(session: &Arc<Session>, paths: Vec<PathBuf>) {
    let cancel = lock(&session.walks).clone();
    let session = Arc::clone(session);
    thread::spawn(move || walk(&session, &paths, &cancel));
}

fn walk(session: &Session, paths: &[PathBuf], cancel: &Cancel) {
    let (mut here, mut skipped) = (Vec::new(), Vec::new());
    for path in paths {
        match unreachable(path) {
            Some(reason) => skipped.push(skipped_file(path, reason)),
            None => here.push(path.clone()),
        }
    }
    let mut gathered = pipeline::gather(&here, cancel);
    let destination = lock(&session.preferences).request().destination;
    if let pipeline::Destination::Folder(folder) = &destination {
        gathered.leave_out(folder);
    }
    skipped.extend(
        gathered
            .skipped
            .iter()
            .map(|skip| skipped_file(&skip.path, &skip.reason.to_string())),
    );
    list(session, gathered.photos, skipped, cancel);
}

/// Why a path leads nowhere. A drag from a network place arrives as an address, and a name that is no Unicode arrives
/// broken; neither can be opened.
fn unreachable(path: &Path) -> Option<&'static str> {
    if !path.is_absolute() {
        return Some("not on this computer; copy it to a folder here first");
    }
    let gone = path
        .symlink_metadata()
        .is_err_and(|error| error.kind() == ErrorKind::NotFound);
    gone.then_some("not found under this name; try “Choose photos” instead")
}

fn skipped_file(path: &Path, reason: &str) -> SkippedFile {
    SkippedFile {
        name: name(path),
        reason: reason.into(),
    }
}

/// Lists the photos and tells the page, in slices, and has them looked at.
fn list(session: &Session, found: Vec<Found>, skipped: Vec<SkippedFile>, cancel: &Cancel) {
    let mut found = found.into_iter().peekable();
    let mut skipped = skipped.into_iter().peekable();
    while (found.peek().is_some() || skipped.peek().is_some()) && !cancel.is_cancelled() {
        let listed = add(
            session,
            found.by_ref().take(SLICE),
            skipped.by_ref().take(SLICE).collect(),
        );
        // It cannot fail: the thread that looks lives as long as the session.
        let _ = session.looks.send(listed);
    }
}

fn add(
    session: &Session,
    found: impl Iterator<Item = Found>,
    mut skipped: Vec<SkippedFile>,
) -> Vec<(PhotoId, Found)> {
    // The page is told under the lock, so that a photo's removal cannot be told before it.
    let mut intake = lock(&session.intake);
    let (mut photos, mut listed) = (Vec::new(), Vec::new());
    for found in found {
        match intake.add(found.clone()) {
            Ok(photo) => {
                listed.push((photo.id, found));
                photos.push(photo);
            }
            Err(NotAdded::Listed) => skipped.push(skipped_file(&found.path, "in the list already")),
            Err(NotAdded::Full) => {
                skipped.push(skipped_file(
                    &found.path,
                    "the list is full; clean and clear it first",
                ));
            }
        }
    }
    session.feed.tell(UiEvent::Added { photos, skipped });
    listed
}

/// Looks at photos, except those that were taken off the list meanwhile.
fn look(session: &Session, mut listed: Vec<(PhotoId, Found)>) {
    listed.retain(|(id, _)| lock(&session.intake).path(*id).is_some());
    let (ids, photos): (Vec<_>, Vec<_>) = listed.into_iter().unzip();
    let seen = |index: usize, result: Result<_, Failure>| {
        let state = match result {
            Ok(inspected) => PhotoState::Waiting {
                report: Arc::new(Report::from(inspected)),
            },
            Err(failure) if failure.refused => PhotoState::Refused {
                problem: failure.into(),
            },
            Err(failure) => PhotoState::Failed {
                problem: failure.into(),
                report: None,
                saved: None,
            },
        };
        if let Some(&id) = ids.get(index) {
            session.change(id, state);
        }
    };
    pipeline::inspect_all(
        &photos,
        &Limits::default(),
        LOOKS_AT_ONCE,
        &Cancel::new(),
        &seen,
    );
}
