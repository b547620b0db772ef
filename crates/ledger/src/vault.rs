//! The person's key as the ledger keeps it: its public halves, and its seed, under a passphrase or not.

use rusqlite::Connection;

use crate::digest::Digest;
use crate::error::Error;
use crate::key::{KeyPair, PublicKeys, SigningPublic};
use crate::passphrase::{self, Cost};
use crate::secret::{Chance, Secret};

/// What a seed under a passphrase is sealed for.
const PURPOSE: &str = "cloakroom-vault-v1";
const OPEN: u8 = 0;
const PROTECTED: u8 = 1;

/// The one row of the vault.
#[derive(Debug, Clone)]
pub(crate) struct Vault {
    /// Which of the person's keys this is, from 1.
    pub(crate) number: u16,
    pub(crate) public: PublicKeys,
    /// The key that the ledger began with.
    pub(crate) first: SigningPublic,
    seed: Vec<u8>,
}

impl Vault {
    /// For this key, under `passphrase` if there is one.
    pub(crate) fn of(
        pair: &KeyPair,
        number: u16,
        first: SigningPublic,
        passphrase: Option<(&str, Cost)>,
        chance: Chance,
    ) -> Result<Self, Error> {
        let plain = pair.seed().bytes();
        let (form, seed) = match passphrase {
            Some((text, cost)) => (
                PROTECTED,
                passphrase::seal(plain, text, PURPOSE, cost, chance)?,
            ),
            None => (OPEN, plain.to_vec()),
        };
        Ok(Self {
            number,
            public: pair.public(),
            first,
            seed: [&[form][..], &seed].concat(),
        })
    }

    /// Whether it takes a passphrase to open.
    pub(crate) fn is_protected(&self) -> bool {
        self.seed.first() != Some(&OPEN)
    }

    /// The key.
    ///
    /// # Errors
    ///
    /// [`Error::NeedsPassphrase`], [`Error::WrongPassphrase`], or [`Error::Altered`] if the public halves beside the
    /// seed are not this key's: then somebody wanted to read what is recorded from now on.
    pub(crate) fn open(&self, passphrase: Option<&str>) -> Result<KeyPair, Error> {
        let seed = match (self.seed.split_first(), passphrase) {
            (Some((&OPEN, seed)), _) => <[u8; 32]>::try_from(seed).ok(),
            (Some((&PROTECTED, sealed)), Some(text)) => {
                let seed = passphrase::open(sealed, text, PURPOSE)?;
                <[u8; 32]>::try_from(seed.as_slice()).ok()
            }
            (Some((&PROTECTED, _)), None) => return Err(Error::NeedsPassphrase),
            _ => None,
        };
        let pair = KeyPair::of(Secret::from(seed.ok_or(Error::Corrupt)?));
        if pair.public() == self.public {
            Ok(pair)
        } else {
            Err(Error::Altered)
        }
    }

    pub(crate) fn read(connection: &Connection) -> Result<Self, Error> {
        let vault = connection
            .prepare_cached("SELECT number, signing, sealing, first, seed FROM vault")?
            .query_row((), |row| {
                Ok(Self {
                    number: row.get(0)?,
                    public: PublicKeys {
                        signing: SigningPublic(row.get(1)?),
                        sealing: row.get(2)?,
                    },
                    first: SigningPublic(row.get(3)?),
                    seed: row.get(4)?,
                })
            })?;
        Ok(vault)
    }

    /// Puts this in the place of what is there.
    pub(crate) fn write(&self, connection: &Connection) -> Result<(), Error> {
        connection.execute(
            "INSERT INTO vault (one, number, signing, sealing, first, seed)
            VALUES (1, ?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (one) DO UPDATE SET
                number = excluded.number, signing = excluded.signing,
                sealing = excluded.sealing, seed = excluded.seed",
            (
                self.number,
                self.public.signing.0,
                self.public.sealing,
                self.first.0,
                &self.seed,
            ),
        )?;
        Ok(())
    }

    /// What tells one state of the vault from another.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.seed)
    }
}
