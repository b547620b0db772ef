//! The ledger as the window uses it: opened when needed, shown in pages, exported to a file.

use std::io::{self, BufWriter};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use pipeline::Limits;
use pipeline::ledger::{self, Ledger, Query};
use pipeline::worker::Workers;

use crate::lock::lock;
use crate::problem::Problem;
use crate::view::{LedgerPage, LedgerRecord, LedgerState};

/// The most records in one page.
const PAGE_MAX: u32 = 500;

/// All places in the ledger.
pub(crate) const ALL: RangeInclusive<u64> = 1..=u64::MAX;

/// The person's ledger. It is opened, and so verified, at its first use and again after every trouble, because the person
/// may have done what the hint said.
pub(crate) struct Records {
    /// Where it is, or why there is no place for one.
    path: Result<PathBuf, Problem>,
    open: Mutex<Option<Arc<Ledger>>>,
}

impl Records {
    /// The ledger kept at `path`, which need not exist yet.
    pub(crate) fn at(path: Result<PathBuf, Problem>) -> Self {
        Self {
            path,
            open: Mutex::new(None),
        }
    }

    /// The file, to be shown in the file manager.
    ///
    /// # Errors
    ///
    /// Nothing has been recorded yet, or there is no place for a ledger.
    pub(crate) fn file(&self) -> Result<&Path, Problem> {
        let path = self.path.as_deref().map_err(Problem::clone)?;
        if path.exists() {
            Ok(path)
        } else {
            Err(nothing_recorded())
        }
    }

    /// Closes the ledger, so that it is verified again at its next use.
    pub(crate) fn close(&self) {
        *lock(&self.open) = None;
    }

    /// The ledger, to be written to. It is made if there is none.
    ///
    /// # Errors
    ///
    /// It cannot be opened or is not as it was left.
    pub(crate) fn ledger(&self) -> Result<Arc<Ledger>, Problem> {
        let mut open = lock(&self.open);
        if let Some(ledger) = &*open {
            return Ok(Arc::clone(ledger));
        }
        let path = self.path.as_deref().map_err(Problem::clone)?;
        let ledger = Arc::new(pipeline::open_ledger(path)?);
        *open = Some(Arc::clone(&ledger));
        Ok(ledger)
    }

    /// Whether the ledger can be used, and how many records it holds.
    pub(crate) fn state(&self) -> LedgerState {
        match self.list("", ALL, 0, 0) {
            Ok(page) => LedgerState::Ready { count: page.total },
            Err(problem) => LedgerState::Problem { problem },
        }
    }

    /// The ledger's place, whether it is there or not.
    ///
    /// # Errors
    ///
    /// There is no place for one.
    pub(crate) fn place(&self) -> Result<&Path, Problem> {
        self.path.as_deref().map_err(Problem::clone)
    }

    /// Closes the ledger if it is not what it was: after photos failed, the ledger may have been the reason. One that is
    /// well stays open, and unlocked.
    pub(crate) fn look_again(&self) {
        let open = lock(&self.open).clone();
        if open.is_some_and(|ledger| !ledger.is_in_place() || ledger.protection().is_err()) {
            self.close();
        }
    }

    /// The records at these places that match `text`, newest first.
    ///
    /// # Errors
    ///
    /// The ledger cannot be read or is not as it was left.
    pub(crate) fn list(
        &self,
        text: &str,
        within: RangeInclusive<u64>,
        offset: u32,
        limit: u32,
    ) -> Result<LedgerPage, Problem> {
        let query = Query {
            text: text.into(),
            within,
            offset: offset.into(),
            limit: limit.min(PAGE_MAX).into(),
        };
        let page = self.read(|ledger| ledger.list(&query))?;
        Ok(page.map_or_else(|| page_of(Vec::new()), LedgerPage::from))
    }

    /// The records of this photo, whether it is an original or a clean copy, newest first.
    ///
    /// # Errors
    ///
    /// The photo cannot be read, or as [`list`](Self::list).
    pub(crate) fn find_photo(
        &self,
        photo: &Path,
        workers: &Workers,
    ) -> Result<LedgerPage, Problem> {
        let found =
            self.read(|ledger| pipeline::find(photo, ledger, &Limits::default(), workers))?;
        Ok(page_of(found.unwrap_or_default()))
    }

    /// Writes every record to the file at `to`, replacing it, and says how many there were.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list), or there is nothing to export, or the file cannot be written; then it is as it was.
    pub(crate) fn export(&self, format: ledger::ExportFormat, to: &Path) -> Result<u64, Problem> {
        let folder = to.parent().unwrap_or_else(|| Path::new("."));
        let staged = tempfile::NamedTempFile::new_in(folder).map_err(export_failed)?;
        let mut out = BufWriter::new(staged);
        let count = self
            .read(|ledger| ledger.export(format, &mut out))?
            .ok_or_else(nothing_recorded)?;
        let staged = out
            .into_inner()
            .map_err(|error| export_failed(error.into_error()))?;
        staged.as_file().sync_all().map_err(export_failed)?;
        staged
            .persist(to)
            .map_err(|error| export_failed(error.error))?;
        Ok(count)
    }

    /// Asks the ledger, or nothing where there is none: looking must not leave a file behind.
    pub(crate) fn read<T, E: Into<Problem>>(
        &self,
        ask: impl FnOnce(&Ledger) -> Result<T, E>,
    ) -> Result<Option<T>, Problem> {
        let path = self.path.as_deref().map_err(Problem::clone)?;
        if !path.try_exists().unwrap_or(true) && lock(&self.open).is_none() {
            return Ok(None);
        }
        let ledger = self.ledger()?;
        match ask(&ledger) {
            Ok(answer) => Ok(Some(answer)),
            Err(error) => {
                let problem = error.into();
                if is_of_the_file(&problem) {
                    self.close();
                }
                Err(problem)
            }
        }
    }

    /// As [`read`](Self::read), for what needs a ledger.
    pub(crate) fn use_it<T, E: Into<Problem>>(
        &self,
        ask: impl FnOnce(&Ledger) -> Result<T, E>,
    ) -> Result<T, Problem> {
        self.read(ask)?.ok_or_else(nothing_recorded)
    }
}

/// Whether opening the ledger anew may tell more, or help. A wrong passphrase is no reason to forget the right one.
fn is_of_the_file(problem: &Problem) -> bool {
    [
        "ledger_tampered",
        "ledger_truncated",
        "ledger_forked",
        "ledger_emptied",
        "ledger_altered",
        "ledger_corrupt",
        "ledger_not_a_ledger",
        "ledger_newer_version",
        "ledger_unwritable",
        "ledger_moved",
        "ledger_io",
        "ledger_sqlite",
    ]
    .contains(&problem.code.as_str())
}

fn page_of(records: Vec<ledger::Record>) -> LedgerPage {
    LedgerPage {
        total: records.len() as u64,
        records: records.into_iter().map(LedgerRecord::from).collect(),
    }
}

fn nothing_recorded() -> Problem {
    Problem::new(
        "ledger_empty",
        "Nothing has been recorded yet.",
        "Clean a photo with recording on, and it will be here.",
    )
}

fn export_failed(_: io::Error) -> Problem {
    Problem::new(
        "export_failed",
        "The export could not be written.",
        "Choose another place with enough free space, where you may write files.",
    )
}
