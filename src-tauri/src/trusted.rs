//! Whom the person trusts to tell the time: certificates of authorities and headers of blocks, kept in the data folder.

use std::fs;
use std::path::{Path, PathBuf};

use pipeline::ledger::Digest;
use pipeline::ledger::bundle::Trust;
use pipeline::proof;

use crate::custody::write;
use crate::problem::Problem;

/// The most authorities that are kept.
const FILES_MAX: usize = 100;

/// What is trusted beside what the system trusts.
pub(crate) struct Trusted {
    /// Nothing where the person has no data folder.
    folder: Option<PathBuf>,
}

impl Trusted {
    /// What is kept in `folder`, which need not be there.
    pub(crate) fn at(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// Everything that is trusted here. A file that cannot be read any more is not.
    ///
    /// # Errors
    ///
    /// None that a person could do something about.
    pub(crate) fn trust(&self) -> Result<Trust, Problem> {
        let authorities: Vec<_> = self
            .files("cer")
            .into_iter()
            .filter(|path| proof::authority(path).is_ok())
            .collect();
        let blocks: Vec<_> = self
            .files("block")
            .iter()
            .filter_map(|path| fs::read_to_string(path).ok())
            .filter(|text| proof::trust(&[], std::slice::from_ref(text)).is_ok())
            .collect();
        Ok(proof::trust(&authorities, &blocks)?)
    }

    /// How many authorities and blocks the person named.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.files("cer").len() + self.files("block").len()).unwrap_or(u32::MAX)
    }

    /// Trusts the certificates in this file from now on.
    ///
    /// # Errors
    ///
    /// It holds none, or cannot be kept.
    pub(crate) fn add_authority(&self, file: &Path) -> Result<(), Problem> {
        proof::authority(file)?;
        self.keep(&proof::bytes_of(file)?, "cer")
    }

    /// Trusts this block header from now on.
    ///
    /// # Errors
    ///
    /// It is none, or cannot be kept.
    pub(crate) fn add_block(&self, header: &str) -> Result<(), Problem> {
        proof::trust(&[], &[header.to_owned()])?;
        self.keep(header.trim().as_bytes(), "block")
    }

    /// Trusts nobody any more but those that the system trusts.
    ///
    /// # Errors
    ///
    /// The files cannot be removed.
    pub(crate) fn forget(&self) -> Result<(), Problem> {
        let files = [self.files("cer"), self.files("block")].concat();
        let removed = files.into_iter().try_for_each(fs::remove_file);
        removed.map_err(|_| not_kept())
    }

    fn keep(&self, bytes: &[u8], ending: &str) -> Result<(), Problem> {
        let folder = self.folder.as_deref().ok_or_else(not_kept)?;
        if self.files(ending).len() >= FILES_MAX {
            return Err(not_kept());
        }
        fs::create_dir_all(folder).map_err(|_| not_kept())?;
        // A name that tells nothing, and the same for the same.
        let name = format!("{:.16}.{ending}", Digest::of(bytes));
        write(&folder.join(name), bytes)
    }

    fn files(&self, ending: &str) -> Vec<PathBuf> {
        let entries = self.folder.iter().flat_map(fs::read_dir).flatten();
        let mut files: Vec<_> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|own| own == ending))
            .collect();
        files.sort();
        files
    }
}

fn not_kept() -> Problem {
    Problem::new(
        "trust_not_kept",
        "This could not be kept in your data folder.",
        "Check that the disk has room and that your data folder can be written.",
    )
}
