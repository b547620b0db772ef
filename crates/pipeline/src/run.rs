//! Many photos at once, over the cores, with bounded memory.

use std::collections::HashSet;
use std::fs;
use std::hint;
use std::num::NonZero;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::SystemTime;

use metadata::{Limits, Policy};

use crate::budget::Budget;
use crate::cloak::{CloakProgress, Cloaking};
use crate::glimpse::glimpse;
use crate::naming::Names;
use crate::outcome::{Event, Inspected, Outcome, Summary};
use crate::outside;
use crate::photo::{Work, clean_photo};
use crate::source::Opened;
use crate::stage::sweep;
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
/// left alone. Events come from several threads, in the order in which photos end. Before the first, the unfinished
/// copies that an earlier run was not left to remove are removed.
pub fn run(
    photos: &[Found],
    request: &Request,
    recording: Option<&Recording<'_>>,
    cancel: &Cancel,
    on_event: &(dyn Fn(Event) + Sync),
) -> Summary {
    run_cloaking(photos, request, recording, None, cancel, on_event)
}

/// As [`run`], and cloaks each photo before it is cleaned. What cannot be cloaked is cleaned all the same, and its outcome
/// says why.
pub fn run_cloaking(
    photos: &[Found],
    request: &Request,
    recording: Option<&Recording<'_>>,
    cloaking: Option<&Cloaking<'_>>,
    cancel: &Cancel,
    on_event: &(dyn Fn(Event) + Sync),
) -> Summary {
    let names = Names::new(request.naming, &request.destination, photos);
    let summary = Mutex::new(Summary {
        unfinished_removed: sweep_folders(photos, &request.destination),
        ..Summary::default()
    });
    // The original and its clean copy are in memory at once.
    each(photos, request.jobs, 2, &request.limits, |index, photo| {
        let outcome = if cancel.is_cancelled() {
            Outcome::Cancelled
        } else {
            on_event(Event::Started { index });
            let tell = |progress: CloakProgress| on_event(Event::Cloaking { index, progress });
            let work = Work {
                request,
                names: &names,
                recording,
                cloaking,
                tell: &tell,
            };
            let clean = || clean_photo(photo, index, &work);
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

/// Tells what photos would give away, without writing anything: [`inspect`] for many at once. Reports
/// come from several threads, in the order in which they are ready; after a cancel there are no more.
pub fn inspect_all(
    photos: &[Found],
    limits: &Limits,
    jobs: usize,
    cancel: &Cancel,
    on_report: &(dyn Fn(usize, Result<Inspected, Failure>) + Sync),
) {
    each(photos, jobs, 1, limits, |index, photo| {
        if !cancel.is_cancelled() {
            on_report(index, inspect(&photo.path, limits));
        }
    });
}

/// Tells what one photo would give away, without writing anything.
///
/// # Errors
/// When the file cannot be read, or could not be cleaned.
pub fn inspect(path: &Path, limits: &Limits) -> Result<Inspected, Failure> {
    caught(|| {
        let mut opened = Opened::open(path, limits)?;
        let traces = outside::look(path, opened.stat());
        let report = match glimpse(&mut opened, limits) {
            Some(report) => report,
            None => metadata::inspect(opened.whole()?.bytes(), limits)?,
        };
        Ok(Inspected { report, traces })
    })
}

/// Removes the unfinished copies that runs which were cut short have left, where the photos are and where their copies
/// go; how many.
fn sweep_folders(photos: &[Found], destination: &Destination) -> usize {
    let mut folders = HashSet::new();
    for photo in photos {
        folders.insert(destination.folder(photo));
        folders.extend(photo.path.parent().map(Path::to_owned));
    }
    let now = SystemTime::now();
    folders.iter().map(|folder| sweep(folder, now)).sum()
}

/// A mistake of ours in one photo is that photo's failure, not the end of the batch.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Failure::internal()))
}

/// How many threads the machine runs at once.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Does something with each photo, begun in their order: at most `jobs` at once (0 for one per core), and no more than
/// fit into memory when each takes `copies` times its size.
///
/// Each thread takes the next photo as soon as it is done with one. A new thread for every photo meant two wake-ups for
/// each, while a core had nothing to do.
fn each(
    photos: &[Found],
    jobs: usize,
    copies: u64,
    limits: &Limits,
    work: impl Fn(usize, &Found) + Sync,
) {
    keep_memory_at_hand();
    let jobs = if jobs == 0 { cores() } else { jobs };
    let memory = Budget::new(MEMORY_BYTES);
    let next = Mutex::new(photos.iter().enumerate());
    let take_and_work = || {
        // Taken together, so that photos begin in their order.
        let take = || {
            let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
            let (index, photo) = next.next()?;
            Some((
                index,
                photo,
                memory.take(copies * size_bytes(photo, limits)),
            ))
        };
        while let Some((index, photo, _held)) = take() {
            work(index, photo);
        }
    };
    thread::scope(|scope| {
        for _ in 1..jobs.min(photos.len()) {
            // Where the system gives no more threads, those that there are do it.
            if thread::Builder::new()
                .spawn_scoped(scope, take_and_work)
                .is_err()
            {
                break;
            }
        }
        take_and_work();
    });
}

/// The C library of Linux hands the memory of each photo's findings back to the system when more than 128 KiB of it are
/// free, and must then be given it again page by page for the next photo. It waits for twice the size of the largest block
/// that was ever given back (mallopt(3), `M_MMAP_THRESHOLD`), so one is: it is never written to, and costs nothing.
fn keep_memory_at_hand() {
    const LARGE_BYTES: usize = 8 << 20;
    drop(hint::black_box(Vec::<u8>::with_capacity(LARGE_BYTES)));
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
            each(&photos, jobs, 2, &Limits::default(), |index, _| {
                seen.lock().unwrap().push(index);
            });
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
