//! Signing checkpoints, keeping them, and comparing the ledger with those that were kept elsewhere.

use rusqlite::Connection;

use crate::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::digest::Digest;
use crate::error::Error;
use crate::log::Log;
use crate::time::is_utc_second;
use crate::{Ledger, Open};

/// How a ledger stands to a checkpoint that was kept somewhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The ledger holds what it held then, and so many entries more.
    Holds {
        /// Entries since.
        more: u64,
    },
    /// The ledger holds fewer entries than then: it is an older copy, or its end is gone.
    Older {
        /// How many entries are missing.
        missing: u64,
    },
    /// The ledger does not hold what it held then.
    Forked,
    /// The checkpoint is of another ledger.
    Another,
}

impl Ledger {
    /// Signs how many records there are and the root over them. Signing the same again gives what was signed before.
    ///
    /// # Errors
    ///
    /// [`Error::NeedsPassphrase`], [`Error::InvalidTime`], [`Error::Empty`] where nothing is recorded, and what
    /// [`open`](Self::open) says if the file cannot be used now.
    pub fn sign_checkpoint(&self, claimed_time: &str) -> Result<SignedCheckpoint, Error> {
        if !is_utc_second(claimed_time) {
            return Err(Error::InvalidTime);
        }
        let mut open = self.state();
        open.refresh()?;
        let pair = open.current()?;
        let checkpoint = open.checkpoint_now(pair.public().signing)?;
        if let Some(known) = open
            .checkpoints()?
            .into_iter()
            .find(|known| known.checkpoint == checkpoint)
        {
            return Ok(known);
        }
        let signed = SignedCheckpoint::sign(checkpoint, &pair, claimed_time.to_owned());
        open.connection.execute(
            "INSERT INTO checkpoints (size, text, signature, ssh_signature, claimed_time)
            VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (text) DO NOTHING",
            (
                crate::store::signed(signed.checkpoint.size),
                signed.text(),
                &signed.signature[..],
                &signed.ssh_signature,
                claimed_time,
            ),
        )?;
        Ok(signed)
    }

    /// Every checkpoint that was signed, the newest first.
    ///
    /// # Errors
    ///
    /// What [`open`](Self::open) says if the file cannot be used now.
    pub fn checkpoints(&self) -> Result<Vec<SignedCheckpoint>, Error> {
        self.state().checkpoints()
    }

    /// How this ledger stands to a checkpoint that was kept on paper, in a bundle, or with an anchor.
    ///
    /// # Errors
    ///
    /// What [`open`](Self::open) says if the file cannot be used now.
    pub fn compare(&self, kept: &Checkpoint) -> Result<Standing, Error> {
        let mut open = self.state();
        open.refresh()?;
        Ok(if kept.origin == open.log.history.origin() {
            open.standing(kept.size, &kept.root)
        } else {
            Standing::Another
        })
    }

    /// As [`compare`](Self::compare), for a size and a root alone, as they stand on a recovery sheet.
    ///
    /// # Errors
    ///
    /// What [`open`](Self::open) says if the file cannot be used now.
    pub fn compare_root(&self, size: u64, root: &Digest) -> Result<Standing, Error> {
        let mut open = self.state();
        open.refresh()?;
        Ok(open.standing(size, root))
    }

    /// What the ledger holds now, not signed: how many entries, and the root over them.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`], and what [`open`](Self::open) says if the file cannot be used now.
    pub fn checkpoint_now(&self) -> Result<Checkpoint, Error> {
        let mut open = self.state();
        open.refresh()?;
        let key = open.vault.public.signing;
        open.checkpoint_now(key)
    }

    /// That the ledger of `first` entries is a beginning of the ledger of `second` (RFC 9162 § 2.1.4); nothing if there
    /// is no such proof.
    pub fn consistency(&self, first: u64, second: u64) -> Option<Vec<Digest>> {
        self.state().log.tree.consistency(first, second)
    }

    /// That the entry at `sequence` is among the first `size` (RFC 9162 § 2.1.3); nothing if it is not.
    pub fn inclusion(&self, sequence: u64, size: u64) -> Option<Vec<Digest>> {
        let index = sequence.checked_sub(1)?;
        self.state().log.tree.inclusion(index, size)
    }
}

impl Open {
    fn checkpoint_now(&self, key: crate::SigningPublic) -> Result<Checkpoint, Error> {
        if self.log.size() == 0 {
            return Err(Error::Empty);
        }
        Ok(Checkpoint {
            origin: self.log.history.origin(),
            size: self.log.size(),
            root: self.log.tree.root(),
            key,
        })
    }

    fn standing(&self, size: u64, root: &Digest) -> Standing {
        let now = self.log.size();
        match self.log.tree.root_at(size) {
            Some(then) if then == *root => Standing::Holds { more: now - size },
            Some(_) => Standing::Forked,
            None => Standing::Older {
                missing: size.saturating_sub(now),
            },
        }
    }

    pub(crate) fn checkpoints(&self) -> Result<Vec<SignedCheckpoint>, Error> {
        read_all(&self.connection)
    }
}

fn read_all(connection: &Connection) -> Result<Vec<SignedCheckpoint>, Error> {
    let mut statement = connection.prepare(
        "SELECT text, signature, ssh_signature, claimed_time FROM checkpoints ORDER BY rowid DESC",
    )?;
    let mut rows = statement.query(())?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let text: String = row.get(0)?;
        all.push(SignedCheckpoint {
            checkpoint: Checkpoint::read(text.as_bytes()).ok_or(Error::Altered)?,
            signature: row.get(1)?,
            ssh_signature: row.get(2)?,
            claimed_time: row.get(3)?,
        });
    }
    Ok(all)
}

/// Whether the ledger still holds what the person signed; how many checkpoints that were.
///
/// # Errors
///
/// [`Error::Forked`] or [`Error::Truncated`] if it does not; [`Error::Altered`] for what the person never signed.
pub(crate) fn check(connection: &Connection, log: &Log) -> Result<u64, Error> {
    let all = read_all(connection)?;
    for signed in &all {
        let Checkpoint {
            origin,
            size,
            root,
            key,
        } = &signed.checkpoint;
        let known = log.history.keys.iter().any(|known| known.signing == *key);
        if !known || *origin != log.history.origin() || !signed.holds() {
            return Err(Error::Altered);
        }
        match log.tree.root_at(*size) {
            Some(now) if now == *root => {}
            Some(_) => return Err(Error::Forked { size: *size }),
            None => {
                return Err(Error::Truncated {
                    expected: *size,
                    found: log.size(),
                });
            }
        }
    }
    Ok(all.len() as u64)
}
