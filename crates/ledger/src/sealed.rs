//! What the ledger keeps of a record: its fields, sealed to the person's public key.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | 2, the form |
//! | 2 | which of the person's keys, from 1, big-endian |
//! | 32 | ephemeral X25519 public key, the same for all records of one run of the program |
//! | 24 | nonce |
//! | rest | XChaCha20-Poly1305 of a JSON array: the seed in hexadecimal, then the fields' values in their order |
//!
//! The key is HKDF-SHA256 of the X25519 secret that the two keys share. Writing needs the public key alone.

use std::io;

use serde_json::Value as Json;

use crate::field::{FIELDS, Fields, Value};
use crate::hex::{hex, unhex_array};
use crate::key::Session;
use crate::secret::{Chance, Secret};

const FORM: u8 = 2;
const PURPOSE: &[u8] = b"cloakroom-record-v2";

/// Seals `fields` in this session, for the key of this number.
pub(crate) fn seal(
    fields: &Fields,
    number: u16,
    session: &Session,
    chance: Chance,
) -> io::Result<Vec<u8>> {
    let mut values = vec![Json::from(hex(fields.seed.bytes()))];
    for value in &fields.values {
        values.push(serde_json::to_value(value)?);
    }
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(&values)?);
    seal_bytes(&plain, PURPOSE, number, session, chance)
}

/// Seals bytes in this session, for this purpose and the key of this number.
pub(crate) fn seal_bytes(
    plain: &[u8],
    purpose: &[u8],
    number: u16,
    session: &Session,
    chance: Chance,
) -> io::Result<Vec<u8>> {
    let sealed = session.key.seal(plain, purpose, chance)?;
    Ok([
        &[FORM][..],
        &number.to_be_bytes(),
        &session.ephemeral,
        &sealed,
    ]
    .concat())
}

/// Which key opens a payload, and which session it is of.
pub(crate) struct Sealed<'a> {
    pub(crate) number: u16,
    pub(crate) ephemeral: [u8; 32],
    sealed: &'a [u8],
}

impl<'a> Sealed<'a> {
    pub(crate) fn read(payload: &'a [u8]) -> Option<Self> {
        let (&[form, high, low], rest) = payload.split_first_chunk::<3>()?;
        let (ephemeral, sealed) = rest.split_first_chunk::<32>()?;
        (form == FORM).then_some(Self {
            number: u16::from_be_bytes([high, low]),
            ephemeral: *ephemeral,
            sealed,
        })
    }

    /// The bytes; nothing if this is not the session's key, the purpose is another, or a byte is.
    pub(crate) fn open_bytes(&self, key: &Secret, purpose: &[u8]) -> Option<Vec<u8>> {
        key.open(self.sealed, purpose)
    }

    /// The fields; nothing if this is not the session's key, or a byte is another.
    pub(crate) fn open(&self, key: &Secret) -> Option<Fields> {
        let plain = zeroize::Zeroizing::new(self.open_bytes(key, PURPOSE)?);
        let mut values = serde_json::from_slice::<Vec<Value>>(&plain)
            .ok()?
            .into_iter();
        let Some(Value::Text(seed)) = values.next() else {
            return None;
        };
        let values: Vec<_> = values.collect();
        (values.len() == FIELDS.len()).then_some(Fields {
            seed: Secret::from(unhex_array::<32>(&seed)?),
            values,
        })
    }
}
