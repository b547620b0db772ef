//! Many photos at once, over the cores, with bounded memory.

use std::fs;
use std::num::NonZero;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use metadata::{Limits, Policy, Report};

use crate::budget::Budget;
use crate::naming::Names;
use crate::outcome::{Event, Outcome, Summary};
use crate::photo::clean_photo;
use crate::source::Source;
use crate::{Cancel, Destination, Failure, Found, Naming, Recording};

/// Memory for the bytes of photos in work, originals and clean copies; a photo that needs more runs alone.
const MEMORY_BYTES: u64 = 128 << 20;

/// What a person wants done with photos.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// What stays beyond what the picture needs.
    pub policy: Policy,
    /// Where clean copies go.
    pub destination: Destination,
    /// What they are called.
    pub naming: Naming,
    /// Whether they get the file times of the original instead of neutral ones.
    pub keep_times: bool,
    /// How many photos are in work at once; 0 for one per core.
    pub jobs: usize,
    /// Bounds on a single photo.
    pub limits: Limits,
}

/// Cleans photos. Without `recording`, nothing is recorded and no picture is decoded.
///
/// One photo that fails does not stop the others. After a cancel, photos that were begun are finished, and the rest are
/// left alone. Events come from several threads, in the order in which photos end.
pub fn run(
    photos: &[Found],
    request: &Request,
    recording: Option<&Recording<'_>>,
    cancel: &Cancel,
    on_event: &(dyn Fn(Event) + Sync),
) -> Summary {
    let names = Names::new(request.naming, &request.destination, photos);
    let memory = Budget::new(MEMORY_BYTES);
    let summary = Mutex::new(Summary::default());
    each(photos, request.jobs, |index, photo| {
        let outcome = if cancel.is_cancelled() {
            Outcome::Cancelled
        } else {
            // The original and its clean copy are in memory at once.
            let _share = memory.take(2 * size_bytes(photo, &request.limits));
            on_event(Event::Started { index });
            let clean = || clean_photo(photo, index, request, &names, recording);
            caught(clean).unwrap_or_else(Outcome::from)
        };
        summary
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .count(&outcome);
        on_event(Event::Finished { index, outcome });
    });
    summary.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Tells what photos would give away, without writing anything: [`inspect`](crate::inspect) for many at once. Reports
/// come from several threads, in the order in which they are ready; after a cancel there are no more.
pub fn inspect_all(
    photos: &[Found],
    limits: &Limits,
    jobs: usize,
    cancel: &Cancel,
    on_report: &(dyn Fn(usize, Result<Report, Failure>) + Sync),
) {
    let memory = Budget::new(MEMORY_BYTES);
    each(photos, jobs, |index, photo| {
        if !cancel.is_cancelled() {
            let _share = memory.take(size_bytes(photo, limits));
            on_report(index, inspect(&photo.path, limits));
        }
    });
}

/// Tells what one photo would give away, without writing anything.
///
/// # Errors
/// When the file cannot be read, or could not be cleaned.
pub fn inspect(path: &std::path::Path, limits: &Limits) -> Result<Report, Failure> {
    caught(|| {
        let source = Source::open(path, limits)?;
        Ok(metadata::inspect(source.bytes(), limits)?)
    })
}

/// A mistake of ours in one photo is that photo's failure, not the end of the batch.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Failure::internal()))
}

/// How many threads the machine runs at once.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Does something with each photo, begun in their order, by so many threads; 0 for one per core.
fn each(photos: &[Found], jobs: usize, work: impl Fn(usize, &Found) + Sync) {
    let jobs = if jobs == 0 { cores() } else { jobs };
    let next = AtomicUsize::new(0);
    let work_off = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(photo) = photos.get(index) else {
                return;
            };
            work(index, photo);
        }
    };
    thread::scope(|scope| {
        for _ in 1..jobs.min(photos.len()) {
            // Where the system gives no thread, the others do its work.
            let _ = thread::Builder::new().spawn_scoped(scope, work_off);
        }
        work_off();
    });
}

/// What a photo will take in memory, once; what is not read takes none.
fn size_bytes(photo: &Found, limits: &Limits) -> u64 {
    fs::metadata(&photo.path)
        .map_or(0, |stat| stat.len())
        .min(limits.file_bytes_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_photo_once_in_order() {
        let photos: Vec<_> = (0..100)
            .map(|number| Found {
                path: number.to_string().into(),
                root: None,
            })
            .collect();
        for jobs in [0, 1, 7, 1_000] {
            let seen = Mutex::new(Vec::new());
            each(&photos, jobs, |index, _| seen.lock().unwrap().push(index));
            let mut seen = seen.into_inner().unwrap();
            if jobs == 1 {
                assert!(seen.is_sorted());
            }
            seen.sort_unstable();
            assert_eq!(seen, (0..100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_panic_is_a_failure() {
        let failure = caught(|| -> Result<(), _> { panic!("on purpose") }).unwrap_err();
        assert_eq!(failure.code, "internal");
        assert!(!failure.refused);
    }
}
