//! A backup: the whole ledger with its key, in one file under a passphrase.
//!
//! `cloakroom-backup-v1`, a line feed, then the database under the passphrase as `docs/RECORD.md` describes. The key inside
//! may be under a passphrase of its own.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::checkpoints::Standing;
use crate::error::Error;
use crate::passphrase::{self, Cost};
use crate::secret::Chance;
use crate::{Ledger, PATIENCE};

const MAGIC: &[u8] = b"cloakroom-backup-v1\n";
const PURPOSE: &str = "cloakroom-backup-v1";

impl Ledger {
    /// The bytes of a backup under `passphrase`. The ledger need not be unlocked.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidPassphrase`], and what [`open`](Self::open) says if the file cannot be used now.
    pub fn backup(&self, passphrase: &str, cost: Cost) -> Result<Vec<u8>, Error> {
        let mut open = self.state();
        let database = open.connection.serialize("main")?;
        let sealed = passphrase::seal(&database, passphrase, PURPOSE, cost, self.chance)?;
        Ok([MAGIC, &sealed].concat())
    }

    /// How this ledger stands to another copy of it, such as a restored backup: [`Standing::Holds`] if it has everything
    /// that the copy has, [`Standing::Older`] if the copy has more.
    ///
    /// # Errors
    ///
    /// What [`open`](Self::open) says if either cannot be used now.
    pub fn compare_with(&self, copy: &Self) -> Result<Standing, Error> {
        let (origin, size, root) = copy.end()?;
        let (own, own_size, own_root) = self.end()?;
        if origin != own {
            return Ok(Standing::Another);
        }
        if size <= own_size {
            return self.compare_root(size, &root);
        }
        // The copy has more: whether it also has all of this one, it must say.
        Ok(match copy.compare_root(own_size, &own_root)? {
            Standing::Holds { more } => Standing::Older { missing: more },
            other => other,
        })
    }

    fn end(&self) -> Result<(String, u64, crate::Digest), Error> {
        let mut open = self.state();
        open.refresh()?;
        let log = &open.log;
        Ok((log.history.origin(), log.size(), log.tree.root()))
    }
}

/// Makes the ledger of a backup at `to`, where nothing may be yet, and opens it, so that it is verified.
///
/// # Errors
///
/// [`Error::NotABackup`], [`Error::WrongPassphrase`] (also for a backup of which any byte was changed or is missing), and
/// those of [`Ledger::open`]. Nothing is left behind then.
pub fn restore(
    backup: &[u8],
    passphrase: &str,
    to: &Path,
    chance: Chance,
) -> Result<Ledger, Error> {
    let sealed = backup.strip_prefix(MAGIC).ok_or(Error::NotABackup)?;
    let database = passphrase::open(sealed, passphrase, PURPOSE)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(to)?;
    let written = file.write_all(&database).and_then(|()| file.sync_all());
    drop(file);
    let opened = written
        .map_err(Error::from)
        .and_then(|()| Ledger::open_within(to, PATIENCE, chance));
    if opened.is_err() {
        for suffix in ["", "-wal", "-shm", "-mark"] {
            let mut name = to.as_os_str().to_owned();
            name.push(suffix);
            let _ = fs::remove_file(name);
        }
    }
    opened
}
