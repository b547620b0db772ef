//! What a person does with their key: put it under a passphrase, unlock, write it down, replace it.

use rusqlite::TransactionBehavior;

use crate::digest::Digest;
use crate::entry::Kind;
use crate::error::Error;
use crate::key::{KeyPair, SigningPublic};
use crate::keyring::{Keyring, seal_seed};
use crate::open::New;
use crate::passphrase::Cost;
use crate::secret::Secret;
use crate::statement::{Action, KeyInfo, Reason, Statement};
use crate::time::is_utc_second;
use crate::vault::Vault;
use crate::{Ledger, Open, check_vault};

/// Whether it takes a passphrase to read what is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// No: whoever can read the file can read the records and sign with the key.
    None,
    /// Yes, and it was not given yet.
    Locked,
    /// Yes, and it was given.
    Unlocked,
}

impl Ledger {
    /// Whether there is a passphrase, and whether it was given.
    ///
    /// # Errors
    ///
    /// What [`open`](Self::open) says if the file cannot be used now.
    pub fn protection(&self) -> Result<Protection, Error> {
        let mut open = self.state();
        open.refresh()?;
        Ok(match (open.vault.is_protected(), &open.keyring) {
            (false, _) => Protection::None,
            (true, None) => Protection::Locked,
            (true, Some(_)) => Protection::Unlocked,
        })
    }

    /// Opens the key, so that records can be read and checkpoints signed until [`lock`](Self::lock).
    ///
    /// # Errors
    ///
    /// [`Error::WrongPassphrase`], and what [`open`](Self::open) says if the file cannot be used now.
    pub fn unlock(&self, passphrase: &str) -> Result<(), Error> {
        let mut open = self.state();
        open.refresh()?;
        let pair = open.vault.open(Some(passphrase))?;
        open.keyring = Some(Keyring::of(pair, &open.log.history)?);
        Ok(())
    }

    /// Forgets the key and everything that was read with it. Without a passphrase there is nothing to lock.
    pub fn lock(&self) {
        let mut open = self.state();
        if open.vault.is_protected() {
            open.keyring = None;
            open.index = crate::Index::default();
        }
    }

    /// Puts the key under `passphrase`, or under none. The ledger must be unlocked.
    ///
    /// # Errors
    ///
    /// [`Error::NeedsPassphrase`], [`Error::InvalidPassphrase`], and what [`open`](Self::open) says if the file cannot be
    /// used now.
    pub fn set_passphrase(&self, passphrase: Option<&str>, cost: Cost) -> Result<(), Error> {
        let chance = self.chance;
        self.state().set_vault(|pair, old| {
            Vault::of(
                pair,
                old.number,
                old.first,
                passphrase.map(|text| (text, cost)),
                chance,
            )
        })?;
        // The old key must not stay in the part of the file that was freed.
        crate::store::tidy(&self.state().connection);
        Ok(())
    }

    /// Every key that was in use, the first one first.
    ///
    /// # Errors
    ///
    /// What [`open`](Self::open) says if the file cannot be used now.
    pub fn keys(&self) -> Result<Vec<KeyInfo>, Error> {
        let mut open = self.state();
        open.refresh()?;
        Ok(open.log.history.keys.clone())
    }

    /// The key in use, as text to be kept on paper: it opens the ledger without the passphrase.
    ///
    /// # Errors
    ///
    /// [`Error::NeedsPassphrase`].
    pub fn recovery_code(&self) -> Result<RecoveryCode, Error> {
        let open = self.state();
        let pair = open.keyring.as_ref().and_then(Keyring::current);
        let pair = pair.ok_or(Error::NeedsPassphrase)?;
        Ok(RecoveryCode(pair.seed().clone()))
    }

    /// Unlocks with a recovery code, so that a new passphrase can be set.
    ///
    /// # Errors
    ///
    /// [`Error::WrongPassphrase`] if it is the code of another key.
    pub fn recover(&self, code: &RecoveryCode) -> Result<(), Error> {
        let mut open = self.state();
        open.refresh()?;
        let pair = KeyPair::of(code.0.clone());
        if pair.public() != open.vault.public {
            return Err(Error::WrongPassphrase);
        }
        open.keyring = Some(Keyring::of(pair, &open.log.history)?);
        Ok(())
    }

    /// Replaces the key by a new one, and says so in the ledger, signed by both. Records of before stay readable. The
    /// new key is under `passphrase`, or under none. Write down its recovery code: the old one opens nothing new.
    ///
    /// # Errors
    ///
    /// [`Error::NeedsPassphrase`], and those of [`append`](Self::append).
    pub fn rotate_key(
        &self,
        reason: Reason,
        passphrase: Option<&str>,
        cost: Cost,
        claimed_time: &str,
    ) -> Result<SigningPublic, Error> {
        let chance = self.chance;
        let mut open = self.state();
        open.refresh()?;
        let old = open.current()?;
        let new = KeyPair::random(chance)?;
        let public = new.public();
        open.state_key(claimed_time, |vault| {
            let number = vault.number.checked_add(1).ok_or(Error::Corrupt)?;
            let statement = Statement {
                action: Action::Rotate,
                number,
                claimed_time: claimed_time.to_owned(),
                reason,
                previous: vault.public.signing,
                key: public,
                previous_seed: seal_seed(old.seed(), &public, chance)?,
            };
            let passphrase = passphrase.map(|text| (text, cost));
            let vault = Vault::of(&new, number, vault.first, passphrase, chance)?;
            Ok((statement.signed(Some(&old), &new), Some(vault)))
        })?;
        open.keyring = Some(Keyring::of(new, &open.log.history)?);
        open.session = None;
        crate::store::tidy(&open.connection);
        Ok(public.signing)
    }

    /// Says in the ledger, signed by the key in use, that an earlier one must not be trusted any more.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is no earlier key of this number, [`Error::NeedsPassphrase`], and those of
    /// [`append`](Self::append).
    pub fn revoke_key(&self, number: u16, reason: Reason, claimed_time: &str) -> Result<(), Error> {
        let mut open = self.state();
        open.refresh()?;
        let pair = open.current()?;
        let keys = &open.log.history.keys;
        let revoked = keys
            .iter()
            .find(|key| key.number == number && key.replaced.is_some());
        let previous = revoked.ok_or(Error::NotFound)?.signing;
        open.state_key(claimed_time, |vault| {
            let statement = Statement {
                action: Action::Revoke,
                number,
                claimed_time: claimed_time.to_owned(),
                reason,
                previous,
                key: vault.public,
                previous_seed: Vec::new(),
            };
            Ok((statement.signed(None, &pair), None))
        })
    }
}

impl Open {
    /// Takes in what another program did meanwhile. A key that it replaced must be unlocked anew.
    pub(crate) fn refresh(&mut self) -> Result<(), Error> {
        let transaction = self.connection.transaction()?;
        self.log.verify(&transaction)?;
        let vault = Vault::read(&transaction)?;
        drop(transaction);
        check_vault(&vault, &self.log)?;
        let same = vault.digest() == self.vault.digest();
        self.vault = vault;
        if !same {
            self.keyring = None;
            self.unlock_if_open()?;
        }
        Ok(())
    }

    /// The key in use.
    pub(crate) fn current(&self) -> Result<KeyPair, Error> {
        let pair = self.keyring.as_ref().and_then(Keyring::current);
        let pair = pair.ok_or(Error::NeedsPassphrase)?;
        // Another program may have replaced it.
        if pair.public() == self.vault.public {
            Ok(pair.clone())
        } else {
            Err(Error::NeedsPassphrase)
        }
    }

    fn set_vault(
        &mut self,
        make: impl FnOnce(&KeyPair, &Vault) -> Result<Vault, Error>,
    ) -> Result<(), Error> {
        self.refresh()?;
        let pair = self.current()?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let old = Vault::read(&transaction)?;
        if old.public != pair.public() {
            return Err(Error::NeedsPassphrase);
        }
        let vault = make(&pair, &old)?;
        vault.write(&transaction)?;
        transaction.commit()?;
        self.vault = vault;
        Ok(())
    }

    /// Adds a statement about keys, and what takes the vault's place with it.
    fn state_key(
        &mut self,
        claimed_time: &str,
        make: impl FnOnce(&Vault) -> Result<(String, Option<Vault>), Error>,
    ) -> Result<(), Error> {
        if !is_utc_second(claimed_time) {
            return Err(Error::InvalidTime);
        }
        self.add(|vault, _, _| {
            let (text, vault) = make(vault)?;
            Ok(New {
                kind: Kind::Key,
                fields: Digest::ZERO,
                payload: text.into_bytes(),
                vault,
                features: None,
            })
        })?;
        Ok(())
    }
}

/// A person's key as text for paper: 14 groups of four letters and digits. The last three bytes are the beginning of
/// SHA-256 over the key, so that a slip of the pen is noticed.
///
/// Crockford's base 32: no letter looks like a digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryCode(Secret);

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHECK_BYTES: usize = 3;

impl RecoveryCode {
    /// The text, groups set apart by spaces.
    pub fn text(&self) -> zeroize::Zeroizing<String> {
        let check = Digest::of(self.0.bytes());
        let check = check.as_bytes().iter().take(CHECK_BYTES);
        let bits: Vec<u8> = self
            .0
            .bytes()
            .iter()
            .chain(check)
            .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
            .collect();
        let mut text = zeroize::Zeroizing::new(String::new());
        for (at, group) in bits.chunks(5).enumerate() {
            if at > 0 && at % 4 == 0 {
                text.push(' ');
            }
            let value = group
                .iter()
                .fold(0_usize, |value, bit| value << 1 | usize::from(*bit));
            text.push(char::from(CROCKFORD.get(value).copied().unwrap_or(b'0')));
        }
        text
    }
}

impl std::str::FromStr for RecoveryCode {
    type Err = InvalidRecoveryCode;

    fn from_str(text: &str) -> Result<Self, InvalidRecoveryCode> {
        let mut bits = zeroize::Zeroizing::new(Vec::new());
        for letter in text.bytes().filter(|letter| !b" -\r\n\t".contains(letter)) {
            let letter = match letter.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                letter => letter,
            };
            let value = CROCKFORD.iter().position(|known| *known == letter);
            let value = value.ok_or(InvalidRecoveryCode)?;
            bits.extend((0..5).rev().map(|bit| u8::from(value >> bit & 1 == 1)));
        }
        let byte = |bits: &[u8]| bits.iter().fold(0_u8, |byte, bit| byte << 1 | bit);
        let bytes = zeroize::Zeroizing::new(bits.chunks(8).map(byte).collect::<Vec<_>>());
        let (seed, check) = bytes.split_first_chunk::<32>().ok_or(InvalidRecoveryCode)?;
        let expected = Digest::of(seed);
        if bits.len() == 8 * (32 + CHECK_BYTES)
            && expected.as_bytes().get(..CHECK_BYTES) == Some(check)
        {
            Ok(Self(Secret::from(*seed)))
        } else {
            Err(InvalidRecoveryCode)
        }
    }
}

/// The text is no recovery code, or a letter of it is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is no recovery code, or a letter of it is wrong.")]
pub struct InvalidRecoveryCode;
