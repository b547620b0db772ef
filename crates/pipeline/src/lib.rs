//! Paths in, outcomes out: finds photos, reads each once, cleans it, and saves the clean copy so that nothing is lost
//! whatever happens. The only room of the program that opens photo files.
//!
//! ```
//! use pipeline::{Cancel, Event, Outcome, Request, gather, run};
//!
//! # let folder = tempfile::tempdir()?;
//! # let photo = folder.path().join("beach.gif");
//! # let mut gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF".to_vec();
//! # gif.extend(b"\x21\xFE\x10taken by J. Doe!\0");
//! # gif.extend(b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3B");
//! # std::fs::write(&photo, gif)?;
//! let cancel = Cancel::new();
//! let found = gather(&[folder.path().to_owned()], &cancel);
//! let summary = run(&found.photos, &Request::default(), None, &cancel, &|event| {
//!     if let Event::Finished { outcome: Outcome::Done(finished), .. } = event {
//!         assert_eq!(finished.removed[0].value, "taken by J. Doe!");
//!     }
//! });
//! assert_eq!(summary.done, 1);
//! assert!(folder.path().join("beach_clean.gif").exists());
//! # Ok::<(), std::io::Error>(())
//! ```

#![deny(rustdoc::broken_intra_doc_links)]

mod anchored;
mod budget;
mod cancel;
mod cloak;
pub mod clock;
mod compare;
mod copies;
mod destination;
mod evidence;
mod failure;
mod gather;
mod glimpse;
pub mod home;
mod jpeg_header;
mod leak;
mod look;
pub mod models;
mod naming;
pub mod offline;
mod originals;
mod outcome;
mod outside;
mod photo;
pub mod proof;
mod recompression;
mod record;
mod report;
mod restore;
mod run;
mod safe_name;
mod source;
mod stage;
pub mod takedown;
#[cfg(test)]
mod testing;
mod times;
pub mod worker;

pub use anchored::{Anchored, anchored};
pub use cancel::Cancel;
pub use cloak::{
    Cloak, CloakProgress, CloakStage, Cloaked, Cloaking, LIMITS as CLOAK_LIMITS, Used, cloak_report,
};
pub use compare::{AMPLIFIED, difference, picture_to_compare};
pub use copies::{Certainty, Finder, Likeness, Original, PAIRS_MEASURED, Search};
pub use destination::Destination;
pub use evidence::{Comparison, Panel, compare_with, save_evidence};
pub use failure::Failure;
pub use gather::{Found, Gathered, SkipReason, Skipped, gather};
pub use leak::{By, Leak};
pub use look::{digest, find, thumbnail, tiles};
pub use naming::{Naming, UnknownNaming};
pub use originals::locate;
pub use outcome::{Event, Finished, Inspected, Outcome, Summary};
pub use outside::{Carrier, Trace};
pub use recompression::Recompression;
pub use record::{Handover, Recording, chance, open_ledger};
pub use report::{Evidence, Found as FoundPicture, save_report};
pub use restore::{Restoring, restore_ledger};
pub use run::{Request, inspect, inspect_all, run, run_cloaking};
pub use source::Source;
pub use times::NEUTRAL as NEUTRAL_FILE_TIME;

/// Records: what the doors need to open the ledger and to show it.
pub use fingerprint;
pub use ledger;
/// What the doors need to ask for a cleaning and to show a report.
pub use metadata::{Container, Finding, Keep, Limits, Policy, Report, Topic, UnknownKeep};
/// Cloaks: what the doors need to ask for one and to show its report.
pub use perturb;
