//! Entries of an open ledger: added, found, read.

use rusqlite::{Connection, TransactionBehavior};

use crate::digest::Digest;
use crate::entry::{Entry, Kind};
use crate::error::Error;
use crate::key::Session;
use crate::keyring::Keyring;
use crate::log::Log;
use crate::record::Record;
use crate::statement::History;
use crate::vault::Vault;
use crate::{Open, check_vault, features, place, query, store};

/// What is to be added.
pub(crate) struct New {
    pub(crate) kind: Kind,
    pub(crate) fields: Digest,
    pub(crate) payload: Vec<u8>,
    /// What takes the vault's place at the same instant.
    pub(crate) vault: Option<Vault>,
    /// Sealed, to be kept beside the record.
    pub(crate) features: Option<Vec<u8>>,
}

impl Open {
    /// Adds the entry that `make` makes, once it is certain that nothing changed under us. It is on the disk, or nothing
    /// is.
    pub(crate) fn add(
        &mut self,
        make: impl FnOnce(&Vault, &History, &mut Option<(u16, Session)>) -> Result<New, Error>,
    ) -> Result<(Entry, Digest), Error> {
        let Self {
            connection,
            log,
            vault,
            session,
            ..
        } = self;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        log.verify(&transaction)?;
        *vault = Vault::read(&transaction)?;
        check_vault(vault, log)?;
        let known = (log.size(), log.last, log.history.clone());
        let added = (|| {
            let new = make(vault, &log.history, session)?;
            let entry = Entry {
                kind: new.kind,
                sequence: log.size().saturating_add(1),
                previous: log.last,
                fields: new.fields,
                payload: new.payload,
            };
            let hash = entry.hash();
            log.extend(&entry, hash)?;
            store::insert(&transaction, &entry, &log.tree.root())?;
            if let Some(sealed) = &new.features {
                features::insert(&transaction, entry.sequence, sealed)?;
            }
            if let Some(new) = new.vault {
                new.write(&transaction)?;
                *vault = new;
            }
            transaction.commit()?;
            Ok((entry, hash))
        })();
        if added.is_err() {
            log.tree.truncate(known.0);
            (log.last, log.history) = (known.1, known.2);
        } else if place::identity(&self.path) != self.identity {
            return Err(Error::Moved);
        }
        added
    }

    /// Opens the vault if that takes no passphrase.
    pub(crate) fn unlock_if_open(&mut self) -> Result<(), Error> {
        if !self.vault.is_protected() {
            let pair = self.vault.open(None)?;
            self.keyring = Some(Keyring::of(pair, &self.log.history)?);
        }
        Ok(())
    }

    /// The place of the record whose hash begins with `id`.
    pub(crate) fn find(&mut self, id: &str) -> Result<u64, Error> {
        let keyring = self.keyring.as_mut().ok_or(Error::NeedsPassphrase)?;
        let range = query::range_of(id)?;
        {
            let transaction = self.connection.transaction()?;
            self.log.verify(&transaction)?;
        }
        let mut found = query::with_hash(&self.log, &range);
        if found.is_empty() {
            self.index.extend(&self.connection, &self.log, keyring)?;
            found = self.index.first_form(&range);
        }
        match found.as_slice() {
            [sequence] => Ok(*sequence),
            [] => Err(Error::NotFound),
            _ => Err(Error::Ambiguous),
        }
    }

    /// The entry at `sequence`.
    ///
    /// # Errors
    ///
    /// [`Error::Tampered`] if it is not the one that was verified.
    pub(crate) fn entry_at(&self, sequence: u64) -> Result<(Entry, Digest), Error> {
        let (entry, hash) = Self::entry(&self.connection, sequence)?;
        self.log.confirm(sequence, hash)?;
        Ok((entry, hash))
    }

    pub(crate) fn entry(connection: &Connection, sequence: u64) -> Result<(Entry, Digest), Error> {
        let at = store::signed(sequence);
        let found = store::all(connection, "WHERE sequence = ?1", [at])?;
        found.into_iter().next().ok_or(Error::NotFound)
    }

    /// The record at `sequence`.
    pub(crate) fn record_at(&mut self, sequence: u64) -> Result<Record, Error> {
        let (entry, hash) = self.entry_at(sequence)?;
        let keyring = self.keyring.as_mut().ok_or(Error::NeedsPassphrase)?;
        keyring.record(&entry, hash)?.ok_or(Error::NotFound)
    }

    /// The records after those that were walked, up to `last`.
    pub(crate) fn batch(&mut self, walk: &mut Log, last: u64) -> Result<Vec<Record>, Error> {
        let keyring = self.keyring.as_mut().ok_or(Error::NeedsPassphrase)?;
        let mut records = Vec::new();
        store::each(
            &self.connection,
            "WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence",
            (store::signed(walk.size()), store::signed(last)),
            |entry, hash| {
                walk.extend(&entry, hash)?;
                records.extend(keyring.record(&entry, hash)?);
                Ok(())
            },
        )?;
        Ok(records)
    }
}
