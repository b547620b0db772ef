//! What the page is told: one union of events, in order, in batches of at most twenty a second.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use serde::Serialize;

use crate::find_view::FindState;
use crate::ledger_view::ProofReport;
use crate::lock::lock;
use crate::problem::Problem;
use crate::view::{LedgerState, Photo, PhotoId, PhotoState, SkippedFile};

/// The shortest time between two batches.
const BATCH_EVERY: Duration = Duration::from_millis(50);

/// One piece of news for the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum UiEvent {
    /// Files hover over the window.
    DragEnter {
        count: u32,
    },
    /// They went away, or were dropped.
    DragLeave,
    Added {
        photos: Vec<Photo>,
        skipped: Vec<SkippedFile>,
    },
    Changed {
        photos: Vec<PhotoChange>,
    },
    Removed {
        ids: Vec<PhotoId>,
    },
    /// How far cleaning is.
    Progress {
        done: u32,
        total: u32,
        running: bool,
    },
    /// Cleaning is over; how many photos had which ending.
    Finished {
        cloaked: u32,
        not_cloaked: u32,
        done: u32,
        already_clean: u32,
        refused: u32,
        failed: u32,
        cancelled: u32,
    },
    Ledger {
        state: LedgerState,
    },
    /// How looking a picture up is going.
    Find {
        state: FindState,
    },
    Problem {
        problem: Problem,
    },
    /// A proof was dropped, and this is what checking it told.
    Proof {
        report: ProofReport,
    },
}

/// A photo's new state.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PhotoChange {
    pub(crate) id: PhotoId,
    pub(crate) state: PhotoState,
}

/// Where batches go: the page's channel, or a test's list. It answers false when nobody listens there any more.
type Listener = Box<dyn Fn(Vec<UiEvent>) -> bool + Send>;

/// The way to the page. Events wait until a page listens, so nothing that happens before is lost.
pub(crate) struct Feed {
    events: Sender<UiEvent>,
    stage: Arc<Stage>,
}

#[derive(Default)]
struct Stage {
    listener: Mutex<Option<Listener>>,
    arrived: Condvar,
}

impl Feed {
    /// Opens the way and starts the thread that carries the batches.
    pub(crate) fn open() -> Self {
        let (events, waiting) = mpsc::channel();
        let stage = Arc::<Stage>::default();
        let carried = Arc::clone(&stage);
        thread::spawn(move || carry(&waiting, &carried));
        Self { events, stage }
    }

    /// Tells the page, soon.
    pub(crate) fn tell(&self, event: UiEvent) {
        // It cannot fail: the thread that receives lives as long as this sender.
        let _ = self.events.send(event);
    }

    /// From now on this page listens, and the one before does not.
    pub(crate) fn listen(&self, listener: Listener) {
        *lock(&self.stage.listener) = Some(listener);
        self.stage.arrived.notify_all();
    }
}

/// Carries events in batches until the sending side is gone. The first event after a pause goes at once.
fn carry(waiting: &Receiver<UiEvent>, stage: &Stage) {
    while let Ok(first) = waiting.recv() {
        let guard = lock(&stage.listener);
        let mut listener = stage
            .arrived
            .wait_while(guard, |listener| listener.is_none())
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut batch = vec![first];
        batch.extend(waiting.try_iter());
        if !listener.as_ref().is_some_and(|listen| listen(fold(batch))) {
            *listener = None;
        }
        drop(listener);
        thread::sleep(BATCH_EVERY);
    }
}

/// The same news in fewer words: of several states of one photo, and of several counts of progress, the last. Everything
/// else keeps its place, and nothing is moved across it.
fn fold(events: Vec<UiEvent>) -> Vec<UiEvent> {
    let mut folded = Vec::new();
    let mut changes = BTreeMap::new();
    let mut progress = None;
    for event in events {
        match event {
            UiEvent::Changed { photos } => {
                changes.extend(photos.into_iter().map(|photo| (photo.id, photo.state)));
            }
            UiEvent::Progress { .. } => progress = Some(event),
            other => {
                flush(&mut changes, &mut progress, &mut folded);
                folded.push(other);
            }
        }
    }
    flush(&mut changes, &mut progress, &mut folded);
    folded
}

fn flush(
    changes: &mut BTreeMap<PhotoId, PhotoState>,
    progress: &mut Option<UiEvent>,
    folded: &mut Vec<UiEvent>,
) {
    if !changes.is_empty() {
        let photos = std::mem::take(changes)
            .into_iter()
            .map(|(id, state)| PhotoChange { id, state })
            .collect();
        folded.push(UiEvent::Changed { photos });
    }
    folded.extend(progress.take());
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn progress(done: u32) -> UiEvent {
        UiEvent::Progress {
            done,
            total: 9,
            running: true,
        }
    }

    fn changed(ids: &[PhotoId]) -> UiEvent {
        let photos = ids.iter().map(|&id| PhotoChange {
            id,
            state: PhotoState::Looking,
        });
        UiEvent::Changed {
            photos: photos.collect(),
        }
    }

    #[test]
    fn the_last_state_and_the_last_count_win() {
        let folded = fold(vec![
            changed(&[1]),
            progress(1),
            changed(&[2]),
            changed(&[1]),
            progress(2),
        ]);
        assert_eq!(folded, [changed(&[1, 2]), progress(2)]);
    }

    #[test]
    fn nothing_moves_across_other_news() {
        let events = vec![
            changed(&[1]),
            UiEvent::Removed { ids: vec![1] },
            changed(&[2]),
            progress(1),
        ];
        assert_eq!(fold(events.clone()), events);
    }

    #[test]
    fn batches_come_at_most_every_fiftieth_of_a_second_and_lose_nothing() {
        let feed = Feed::open();
        feed.tell(UiEvent::DragEnter { count: 3 });

        let (batches, arrived) = mpsc::channel();
        feed.listen(Box::new(move |batch| {
            batches.send((Instant::now(), batch)).is_ok()
        }));
        for done in 0..1_000 {
            feed.tell(progress(done));
            thread::sleep(Duration::from_micros(200));
        }
        feed.tell(UiEvent::DragLeave);

        let mut got = Vec::new();
        while got
            .last()
            .is_none_or(|(_, batch): &(Instant, Vec<UiEvent>)| {
                batch.last() != Some(&UiEvent::DragLeave)
            })
        {
            got.push(
                arrived
                    .recv_timeout(Duration::from_secs(5))
                    .expect("a batch"),
            );
        }
        assert_eq!(
            got[0].1[0],
            UiEvent::DragEnter { count: 3 },
            "told before anybody listened"
        );
        for pair in got.windows(2) {
            assert!(pair[1].0.duration_since(pair[0].0) >= BATCH_EVERY);
        }
        let last = got.iter().flat_map(|(_, batch)| batch).rev().nth(1);
        assert_eq!(last, Some(&progress(999)));
    }

    #[test]
    fn a_new_page_takes_over() {
        let feed = Feed::open();
        feed.listen(Box::new(|_| false));
        feed.tell(UiEvent::DragLeave);
        thread::sleep(BATCH_EVERY * 2);

        let (batches, arrived) = mpsc::channel();
        feed.tell(progress(1));
        feed.listen(Box::new(move |batch| batches.send(batch).is_ok()));
        assert_eq!(
            arrived
                .recv_timeout(Duration::from_secs(5))
                .expect("a batch"),
            [progress(1)]
        );
    }
}
