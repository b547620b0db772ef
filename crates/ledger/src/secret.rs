//! Secrets: made of randomness that is given, derived for one purpose each, sealed, and wiped when they are let go.

use std::fmt;
use std::io;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroize;

/// Bytes of an XChaCha20-Poly1305 nonce.
pub(crate) const NONCE_BYTES: usize = 24;

/// Fills bytes with randomness that nobody can foresee: the operating system's. An argument, so that this crate asks no
/// system for it.
pub type Chance = fn(&mut [u8]) -> io::Result<()>;

/// Thirty-two bytes that nobody else may know. Never shown, and wiped when let go.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    ///
    /// There is no randomness.
    pub fn random(chance: Chance) -> io::Result<Self> {
        let mut secret = Self([0; 32]);
        chance(&mut secret.0)?;
        Ok(secret)
    }

    /// The bytes, for whoever must pass them on.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A secret for one purpose, from which this one cannot be found: HKDF-Expand (RFC 5869 § 2.3) with this secret as
    /// the pseudorandom key.
    pub(crate) fn derive(&self, purpose: &[&[u8]]) -> Self {
        let mut derived = Self([0; 32]);
        // Neither step fails for 32 bytes; were it to, the result would be of no use rather than of none.
        if let Ok(key) = Hkdf::<Sha256>::from_prk(&self.0) {
            let _ = key.expand_multi_info(purpose, &mut derived.0);
        }
        derived
    }

    /// `plain` sealed under this key, with what must come with it unchanged. The nonce comes first.
    pub(crate) fn seal(&self, plain: &[u8], with: &[u8], chance: Chance) -> io::Result<Vec<u8>> {
        let mut nonce = [0; NONCE_BYTES];
        chance(&mut nonce)?;
        let sealed = XChaCha20Poly1305::new(&self.0.into())
            .encrypt(
                &nonce.into(),
                Payload {
                    msg: plain,
                    aad: with,
                },
            )
            .map_err(|_| io::ErrorKind::OutOfMemory)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// What [`seal`](Self::seal) sealed; nothing if it is not what was sealed, or not under this key.
    pub(crate) fn open(&self, sealed: &[u8], with: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        XChaCha20Poly1305::new(&self.0.into())
            .decrypt(
                &(*nonce).into(),
                Payload {
                    msg: sealed,
                    aad: with,
                },
            )
            .ok()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl From<[u8; 32]> for Secret {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(bytes: &mut [u8]) -> io::Result<()> {
        bytes.fill(7);
        Ok(())
    }

    #[test]
    fn each_purpose_has_its_own_secret() {
        let secret = Secret::from([1; 32]);
        let one = secret.derive(&[b"one"]);
        assert_ne!(one, secret.derive(&[b"two"]));
        assert_eq!(one, secret.derive(&[b"o", b"ne"]));
        assert_eq!(format!("{one:?}"), "Secret");
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_and_company_alone() {
        let secret = Secret::from([1; 32]);
        let sealed = secret.seal(b"plain", b"with", fixed).unwrap();
        assert_eq!(secret.open(&sealed, b"with"), Some(b"plain".to_vec()));
        assert_eq!(secret.open(&sealed, b"without"), None);
        assert_eq!(Secret::from([2; 32]).open(&sealed, b"with"), None);
        for at in 0..sealed.len() {
            let mut wrong = sealed.clone();
            wrong[at] ^= 1;
            assert_eq!(secret.open(&wrong, b"with"), None, "byte {at}");
            assert_eq!(secret.open(&sealed[..at], b"with"), None);
        }
    }
}
