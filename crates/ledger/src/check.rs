//! The full check: everything that can be verified, verified again.

use serde::Serialize;

use crate::error::Error;
use crate::log::Log;
use crate::statement::History;
use crate::vault::Vault;
use crate::{Ledger, anchor, check_vault, checkpoints, store};

/// What a full check went through, and found to be as it was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Checked {
    /// Entries: records, and statements about keys.
    pub entries: u64,
    /// Checkpoints, with both signatures.
    pub checkpoints: u64,
    /// Anchors, against the checkpoints that they are of.
    pub anchors: u64,
    /// Records that were opened and compared with their hashes; 0 while the ledger is locked.
    pub records_read: u64,
}

impl Ledger {
    /// Verifies everything anew, whatever was verified before: the file by SQLite's own check, every entry from the first,
    /// every checkpoint and anchor, and, where the ledger is unlocked, that every record opens and is what its hash says.
    ///
    /// # Errors
    ///
    /// What [`open`](Self::open) says of a ledger that is not as it was left, or cannot be used now;
    /// [`Error::NotAnAnchor`] for an anchor that was changed.
    pub fn check_all(&self) -> Result<Checked, Error> {
        let mut told = Checked::default();
        {
            let mut open = self.state();
            let transaction = open.connection.transaction()?;
            store::check_file(&transaction)?;
            store::check_structure(&transaction)?;
            let vault = Vault::read(&transaction)?;
            let mut log = Log::empty(History::beginning_with(vault.first));
            log.verify(&transaction)?;
            check_vault(&vault, &log)?;
            told.checkpoints = checkpoints::check(&transaction, &log)?;
            told.entries = log.size();
            drop(transaction);
            if log.tree.root_at(open.log.size()) != Some(open.log.tree.root()) {
                // Somebody computed all of it anew under us.
                return Err(Error::Forked {
                    size: open.log.size(),
                });
            }
            open.log = log;
        }
        for kept in self.anchors()? {
            let digest = kept.checkpoint.digest();
            anchor::check(&kept.anchor.kind, &kept.anchor.bytes, &digest, &[], &[])
                .map_err(|reason| Error::NotAnAnchor { reason })?;
            told.anchors += 1;
        }
        if self.protection()? != crate::Protection::Locked {
            told.records_read = self.export(crate::ExportFormat::Json, &mut std::io::sink())?;
            self.each_features(|_, _| ())?;
        }
        Ok(told)
    }
}
