//! What a person does in the window, done without one: everything below the page, with real files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use pipeline::worker::Workers;
use tempfile::TempDir;

use crate::events::UiEvent;
use crate::problem::Problem;
use crate::session::Session;
use crate::settings::{Destination, Settings};
use crate::view::{LedgerState, Photo, PhotoId, PhotoState, SkippedFile};
use crate::{cleaning, window};

/// A window without the window: a session, and a page that remembers what it was told.
struct Desk {
    session: Arc<Session>,
    told: Receiver<Vec<UiEvent>>,
    photos: BTreeMap<PhotoId, Photo>,
    skipped: Vec<SkippedFile>,
    events: Vec<UiEvent>,
    home: TempDir,
    pictures: TempDir,
}

impl Desk {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let session = Session::open(Ok(home.path().to_owned()), Workers::in_process());
        let (tell, told) = mpsc::channel();
        session
            .feed
            .listen(Box::new(move |batch| tell.send(batch).is_ok()));
        Self {
            session,
            told,
            photos: BTreeMap::new(),
            skipped: Vec::new(),
            events: Vec::new(),
            home,
            pictures: tempfile::tempdir().expect("a folder"),
        }
    }

    fn picture(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.pictures.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(&path, bytes).expect("written");
        path
    }

    fn drop(&self, paths: &[&Path]) {
        window::on_drop(
            &self.session,
            paths.iter().map(|path| path.to_path_buf()).collect(),
        );
    }

    fn clean(&self) -> Result<(), Problem> {
        cleaning::clean(&self.session, &[])
    }

    fn set(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.session.start().settings;
        change(&mut settings);
        self.session.set(settings).expect("set");
    }

    /// Listens until the page shows what is asked for.
    fn until(&mut self, shown: impl Fn(&Self) -> bool) {
        while !shown(self) {
            let batch = self
                .told
                .recv_timeout(Duration::from_secs(20))
                .expect("news");
            for event in batch {
                self.hear(event);
            }
        }
    }

    fn hear(&mut self, event: UiEvent) {
        match &event {
            UiEvent::Added { photos, skipped } => {
                assert!(
                    photos.len() <= 250 && skipped.len() <= 500,
                    "told in slices"
                );
                self.photos
                    .extend(photos.iter().map(|photo| (photo.id, photo.clone())));
                self.skipped.extend(skipped.iter().cloned());
            }
            UiEvent::Changed { photos } => {
                for change in photos {
                    self.photos.get_mut(&change.id).expect("listed").state = change.state.clone();
                }
            }
            UiEvent::Removed { ids } => self.photos.retain(|id, _| !ids.contains(id)),
            _ => {}
        }
        self.events.push(event);
    }

    fn until_seen(&mut self, count: usize) {
        self.until(|desk| {
            let seen = |photo: &&Photo| !matches!(photo.state, PhotoState::Looking);
            desk.photos.values().filter(seen).count() == count
        });
    }

    fn until_finished(&mut self) {
        self.until(|desk| matches!(desk.events.last(), Some(UiEvent::Ledger { .. })));
    }

    fn states(&self) -> Vec<&PhotoState> {
        self.photos.values().map(|photo| &photo.state).collect()
    }

    fn finished(&self) -> Option<&UiEvent> {
        self.events
            .iter()
            .rfind(|event| matches!(event, UiEvent::Finished { .. }))
    }
}

fn finished(done: u32, already_clean: u32, failed: u32) -> UiEvent {
    UiEvent::Finished {
        cloaked: 0,
        not_cloaked: 0,
        done,
        already_clean,
        refused: 0,
        failed,
        cancelled: 0,
    }
}

/// One pixel, with or without a comment.
fn gif(comment: &str) -> Vec<u8> {
    let mut gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF".to_vec();
    if !comment.is_empty() {
        gif.extend(b"\x21\xFE");
        gif.push(u8::try_from(comment.len()).expect("short"));
        gif.extend(comment.bytes());
        gif.push(0);
    }
    gif.extend(b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3B");
    gif
}

#[test]
fn from_drop_to_record() {
    let mut desk = Desk::new();
    let leaky = desk.picture("leaky.gif", &gif("taken by J. Doe"));
    // Another picture than the clean copy of the first, which would be known already if that were done sooner.
    let mut other = gif("");
    other[13] = 7;
    let clean = desk.picture("clean.gif", &other);
    let diary = desk.picture("diary.gif", b"dear diary");
    desk.drop(&[&leaky, &clean, &diary]);
    desk.until_seen(3);
    let [
        PhotoState::Waiting { report },
        PhotoState::Waiting { .. },
        PhotoState::Refused { problem },
    ] = desk.states()[..]
    else {
        panic!("{:?}", desk.states());
    };
    assert_eq!((report.container.as_str(), report.width), ("GIF", 1));
    assert_eq!(report.findings[0].value, "taken by J. Doe");
    assert_eq!(problem.code, "not_a_photo");

    desk.clean().expect("begun");
    desk.until_finished();
    assert_eq!(desk.finished(), Some(&finished(1, 1, 0)));
    let [
        PhotoState::Done { saved, .. },
        PhotoState::AlreadyClean {
            saved: as_it_was, ..
        },
        _,
    ] = desk.states()[..]
    else {
        panic!("{:?}", desk.states());
    };
    assert_eq!(saved.name.as_deref(), Some("leaky_clean.gif"));
    assert_eq!(saved.removed[0].value, "taken by J. Doe");
    assert_eq!(as_it_was.name, None, "no copy was needed");
    assert!(as_it_was.record.is_some(), "recorded all the same");
    let record = saved.record.clone().expect("recorded");
    assert_eq!(
        fs::read(desk.pictures.path().join("leaky_clean.gif")).expect("there"),
        gif("")
    );

    let records = &desk.session.records;
    let page = records
        .list(&record, crate::records::ALL, 0, 10)
        .expect("listed");
    assert_eq!(
        (page.total, page.records[0].id.as_str()),
        (1, record.as_str())
    );
    let found = records
        .find_photo(&leaky, &desk.session.workers)
        .expect("looked up");
    assert_eq!(found.records, page.records);
    assert_eq!(
        desk.events.last(),
        Some(&UiEvent::Ledger {
            state: LedgerState::Ready { count: 2 }
        })
    );

    let export = desk.home.path().join("export.json");
    assert_eq!(
        records.export(pipeline::ledger::ExportFormat::Json, &export),
        Ok(2)
    );
    assert!(fs::read_to_string(export).expect("text").contains(&record));
}

#[test]
fn a_page_that_begins_later_sees_the_same() {
    let mut desk = Desk::new();
    let photo = desk.picture("Holiday/a.gif", &gif("x"));
    desk.drop(&[photo.parent().expect("a folder")]);
    desk.until_seen(1);
    let start = desk.session.start();
    assert_eq!(
        start.photos,
        desk.photos.values().cloned().collect::<Vec<_>>()
    );
    assert_eq!(start.photos[0].folder.as_deref(), Some("Holiday"));

    let everything = serde_json::to_string(&start).expect("JSON")
        + &serde_json::to_string(&desk.events).expect("JSON");
    let path = desk.pictures.path().to_str().expect("text");
    assert!(
        !everything.contains(path),
        "a path reached the page: {everything}"
    );
}

#[test]
fn a_ledger_in_trouble_stops_cleaning_until_the_person_says_otherwise() {
    let mut desk = Desk::new();
    fs::write(
        desk.home.path().join("ledger.sqlite"),
        "this is no ledger, and long enough to be looked at",
    )
    .expect("written");
    let photo = desk.picture("a.gif", &gif("x"));
    desk.drop(&[&photo]);
    desk.until_seen(1);

    let problem = desk.clean().expect_err("stopped");
    assert!(problem.code.starts_with("ledger_"), "{}", problem.code);
    assert!(!desk.pictures.path().join("a_clean.gif").exists());
    assert!(matches!(
        desk.session.start().ledger,
        LedgerState::Problem { .. }
    ));

    desk.set(|settings| settings.record = false);
    desk.clean().expect("begun");
    desk.until(|desk| desk.finished().is_some());
    assert_eq!(desk.finished(), Some(&finished(1, 0, 0)));
    let [PhotoState::Done { saved, .. }] = desk.states()[..] else {
        panic!("{:?}", desk.states());
    };
    assert_eq!(saved.record, None);
}

#[test]
fn looking_leaves_no_ledger_behind() {
    let mut desk = Desk::new();
    desk.set(|settings| settings.record = false);
    let photo = desk.picture("a.gif", &gif("x"));
    desk.drop(&[&photo]);
    desk.until_seen(1);
    desk.clean().expect("begun");
    desk.until_finished();
    assert_eq!(desk.session.start().ledger, LedgerState::Ready { count: 0 });
    assert_eq!(
        desk.session
            .records
            .list("", crate::records::ALL, 0, 10)
            .expect("empty")
            .total,
        0
    );
    assert_eq!(
        desk.session.records.file().expect_err("none").code,
        "ledger_empty"
    );
    assert!(!desk.home.path().join("ledger.sqlite").exists());
}

#[test]
fn what_leads_nowhere_is_told() {
    let mut desk = Desk::new();
    let gone = desk.pictures.path().join("gone.jpg");
    let text = desk.picture("folder/notes.txt", b"dear diary");
    desk.drop(&[
        Path::new("smb://server/share/a.jpg"),
        &gone,
        text.parent().expect("a folder"),
    ]);
    desk.until(|desk| desk.skipped.len() >= 3);
    let names: Vec<_> = desk.skipped.iter().map(|skip| skip.name.as_str()).collect();
    assert_eq!(names[..3], ["a.jpg", "gone.jpg", "notes.txt"]);
    assert!(desk.skipped[0].reason.starts_with("not on this computer"));
    assert!(desk.skipped[1].reason.starts_with("not found"));
    assert!(desk.photos.is_empty());
}

#[test]
fn a_large_folder_comes_in_slices_and_only_once() {
    let mut desk = Desk::new();
    for number in 0..600 {
        desk.picture(&format!("many/{number}.gif"), &gif("x"));
    }
    let folder = desk.pictures.path().join("many");
    desk.drop(&[&folder]);
    desk.until_seen(600);
    desk.drop(&[&folder]);
    desk.until(|desk| desk.skipped.len() == 600);
    assert!(
        desk.skipped
            .iter()
            .all(|skip| skip.reason == "in the list already")
    );
    assert_eq!(desk.photos.len(), 600);

    desk.session.clear().expect("cleared");
    desk.until(|desk| desk.photos.is_empty());
}

#[test]
fn cancelled_photos_can_be_cleaned_later() {
    let mut desk = Desk::new();
    for number in 0..400 {
        desk.picture(&format!("many/{number}.gif"), &gif("x"));
    }
    desk.drop(&[&desk.pictures.path().join("many")]);
    desk.until_seen(400);

    desk.clean().expect("begun");
    assert_eq!(desk.clean().expect_err("one at a time").code, "busy");
    desk.session.cancel();
    desk.until_finished();
    let Some(&UiEvent::Finished {
        done,
        cancelled,
        failed,
        ..
    }) = desk.finished()
    else {
        panic!("{:?}", desk.finished());
    };
    assert_eq!((done + cancelled, failed), (400, 0));
    assert!(cancelled > 0, "the cancel came too late");
    let copies = || {
        fs::read_dir(desk.pictures.path().join("many"))
            .expect("read")
            .count()
            - 400
    };
    assert_eq!(
        copies(),
        done as usize,
        "every copy is whole, and nothing else is there"
    );

    desk.events.clear();
    desk.clean().expect("begun");
    desk.until_finished();
    assert_eq!(desk.finished(), Some(&finished(cancelled, 0, 0)));
    assert_eq!(
        desk.clean().expect_err("all are clean").code,
        "nothing_waits"
    );
    assert!(
        !desk.session.run.is_under_way(),
        "nothing hangs after a refusal"
    );
}

#[test]
fn clean_copies_go_where_the_person_said() {
    let mut desk = Desk::new();
    let photo = desk.picture("Holiday/day 1/a.gif", &gif("x"));
    let output = desk.home.path().join("Clean ones");
    fs::create_dir(&output).expect("made");
    assert_eq!(
        desk.session.set_folder(None).destination,
        Destination::Beside,
        "the dialog was closed"
    );
    let name = "Clean ones".to_owned();
    assert_eq!(
        desk.session.set_folder(Some(output.clone())).destination,
        Destination::Folder { name }
    );

    desk.drop(&[&desk.pictures.path().join("Holiday")]);
    desk.until_seen(1);
    desk.clean().expect("begun");
    desk.until_finished();
    let id = *desk.photos.keys().next().expect("listed");
    let place = desk.session.place(id).expect("saved");
    assert!(place.starts_with(&output), "{}", place.display());
    assert_eq!(fs::read(place).expect("there"), gif(""));
    assert_eq!(
        fs::read(photo).expect("there"),
        gif("x"),
        "the original is untouched"
    );
}

#[test]
fn a_session_without_a_home_cleans_and_says_what_it_cannot_do() {
    let trouble = Problem::new("home_unwritable", "No.", "Ask somebody.");
    let session = Session::open(Err(trouble.clone()), Workers::in_process());
    let mut settings = session.start().settings;
    assert_eq!(
        session.start().ledger,
        LedgerState::Problem { problem: trouble }
    );
    settings.record = false;
    assert!(!session.set(settings).expect("in use").record);
}
