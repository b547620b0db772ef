//! The person's keys, unlocked: what opens records and what signs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::digest::Digest;
use crate::entry::{Entry, Kind};
use crate::error::Error;
use crate::field::Fields;
use crate::key::{KeyPair, PublicKeys, Session, SigningPublic};
use crate::record::{Content, Record};
use crate::sealed::Sealed;
use crate::secret::{Chance, Secret};
use crate::statement::{History, KeyInfo};

/// What a replaced key's seed is sealed for.
const SEED_PURPOSE: &[u8] = b"cloakroom-previous-seed-v1";

/// Every key that was ever in use, the first one first.
#[derive(Debug)]
pub(crate) struct Keyring {
    pairs: Vec<KeyPair>,
    /// The keys of sessions that were met, so that each is agreed upon once.
    sessions: Mutex<HashMap<[u8; 32], Arc<Secret>>>,
}

impl Keyring {
    /// From the key in use, which opens the one before, and so on.
    ///
    /// # Errors
    ///
    /// [`Error::Altered`] if one does not open the other, or is not the one that the ledger names.
    pub(crate) fn of(current: KeyPair, history: &History) -> Result<Self, Error> {
        let mut pairs = vec![current];
        for key in history.keys.iter().rev() {
            let Some(last) = pairs.last() else { break };
            if key.replaced.is_some() {
                let seed = open_seed(last, key).ok_or(Error::Altered)?;
                pairs.push(KeyPair::of(seed));
            }
            let told = pairs.last().map(|pair| pair.public().signing);
            if told != Some(key.signing) {
                return Err(Error::Altered);
            }
        }
        pairs.reverse();
        Ok(Self {
            pairs,
            sessions: Mutex::default(),
        })
    }

    /// The key in use.
    pub(crate) fn current(&self) -> Option<&KeyPair> {
        self.pairs.last()
    }

    /// The key that signs as this.
    pub(crate) fn signing_with(&self, key: &SigningPublic) -> Option<&KeyPair> {
        let mut pairs = self.pairs.iter();
        pairs.find(|pair| pair.public().signing == *key)
    }

    /// The fields of a photo's entry.
    ///
    /// # Errors
    ///
    /// [`Error::Tampered`] if no key of the person opens it.
    pub(crate) fn fields(&self, entry: &Entry) -> Result<Fields, Error> {
        let sealed = Sealed::read(&entry.payload);
        let fields = sealed.and_then(|sealed| sealed.open(&*self.session(&sealed)?));
        fields.ok_or(Error::Tampered {
            sequence: entry.sequence,
        })
    }

    /// Bytes that were sealed for a purpose; nothing if no key of the person opens them.
    pub(crate) fn open_bytes(&self, payload: &[u8], purpose: &[u8]) -> Option<Vec<u8>> {
        let sealed = Sealed::read(payload)?;
        sealed.open_bytes(&*self.session(&sealed)?, purpose)
    }

    /// The key of a session with one of the person's keys.
    fn session(&self, sealed: &Sealed<'_>) -> Option<Arc<Secret>> {
        let number = usize::from(sealed.number).checked_sub(1)?;
        let pair = self.pairs.get(number)?;
        // Whoever panicked has left a whole map behind.
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions
            .entry(sealed.ephemeral)
            .or_insert_with(|| Arc::new(pair.session(&sealed.ephemeral)));
        Some(Arc::clone(session))
    }

    /// What a photo's entry says.
    ///
    /// # Errors
    ///
    /// As [`fields`](Self::fields).
    pub(crate) fn content(&self, entry: &Entry) -> Result<Content, Error> {
        let content = Content::of(&self.fields(entry)?);
        content.ok_or(Error::Tampered {
            sequence: entry.sequence,
        })
    }

    /// The record of an entry; nothing for what is no photo.
    ///
    /// # Errors
    ///
    /// As [`fields`](Self::fields).
    pub(crate) fn record(&self, entry: &Entry, hash: Digest) -> Result<Option<Record>, Error> {
        if entry.kind != Kind::Photo {
            return Ok(None);
        }
        let content = self.content(entry)?;
        Ok(Some(content.record(entry.sequence, entry.previous, hash)))
    }
}

/// `seed`, for the holder of `next` alone.
pub(crate) fn seal_seed(
    seed: &Secret,
    next: &PublicKeys,
    chance: Chance,
) -> std::io::Result<Vec<u8>> {
    let session = Session::with(next, chance)?;
    let sealed = session.key.seal(seed.bytes(), SEED_PURPOSE, chance)?;
    Ok([&session.ephemeral[..], &sealed].concat())
}

fn open_seed(next: &KeyPair, key: &KeyInfo) -> Option<Secret> {
    let (ephemeral, sealed) = key.sealed_seed.split_first_chunk::<32>()?;
    let seed = next.session(ephemeral).open(sealed, SEED_PURPOSE)?;
    Some(Secret::from(<[u8; 32]>::try_from(seed.as_slice()).ok()?))
}
