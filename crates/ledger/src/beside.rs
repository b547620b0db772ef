//! What is kept outside of the ledger and belongs to one of its records, such as a small picture: sealed as the records
//! are, so that it takes the same key to read, and bound to its record, so that it stands for no other.

use crate::digest::Digest;
use crate::error::Error;
use crate::key::Session;
use crate::record::Record;
use crate::vault::Vault;
use crate::{Ledger, check_vault, query, sealed};

/// What such bytes are sealed for: that, and the record.
fn purpose(record: &Digest) -> Vec<u8> {
    [&b"cloakroom-beside-v1"[..], record.as_bytes()].concat()
}

impl Ledger {
    /// Seals bytes for the record whose hash begins with `id`. Needs no passphrase. The record's hash comes with them.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Ambiguous`], [`Error::InvalidId`], and what [`open`](Self::open) says if the file
    /// cannot be used now.
    pub fn seal_beside(&self, id: &str, bytes: &[u8]) -> Result<(Digest, Vec<u8>), Error> {
        let chance = self.chance;
        let mut guard = self.state();
        let open = &mut *guard;
        let transaction = open.connection.transaction()?;
        open.log.verify(&transaction)?;
        let vault = Vault::read(&transaction)?;
        check_vault(&vault, &open.log)?;
        let found = query::with_hash(&open.log, &query::range_of(id)?);
        let record = match found.as_slice() {
            [sequence] => open.log.tree.leaf(sequence - 1).ok_or(Error::NotFound)?,
            [] => return Err(Error::NotFound),
            _ => return Err(Error::Ambiguous),
        };
        let session = Session::current(&mut open.session, &vault, chance)?;
        let purpose = purpose(&record);
        let sealed = sealed::seal_bytes(bytes, &purpose, vault.number, session, chance)?;
        Ok((record, sealed))
    }

    /// The bytes that were sealed for `record`; nothing if these were sealed for another, or changed.
    ///
    /// # Errors
    ///
    /// [`Error::NeedsPassphrase`].
    pub fn open_beside(&self, record: &Record, sealed: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let mut open = self.state();
        let keyring = open.keyring.as_mut().ok_or(Error::NeedsPassphrase)?;
        Ok(keyring.open_bytes(sealed, &purpose(&record.hash)))
    }
}
