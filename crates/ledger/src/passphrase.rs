//! Bytes under a passphrase: Argon2id (RFC 9106) makes a key of it, XChaCha20-Poly1305 seals them.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | memory in KiB, big-endian |
//! | 4 | passes, big-endian |
//! | 4 | lanes, big-endian |
//! | 16 | salt |
//! | 24 | nonce |
//! | rest | sealed bytes and 16 bytes of tag; what comes before the nonce is authenticated with them |

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::secret::{Chance, Secret};

const SALT_BYTES: usize = 16;
/// What comes before the nonce.
const HEAD_BYTES: usize = 12 + SALT_BYTES;

/// How hard a guess is made, for us as for whoever guesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// How often that memory is gone through.
    pub passes: u32,
    /// In how many parts.
    pub lanes: u32,
}

impl Default for Cost {
    /// RFC 9106 § 4, the second recommended: 64 MiB, three times, in four parts. A few tenths of a second.
    fn default() -> Self {
        Self {
            memory_kib: 64 << 10,
            passes: 3,
            lanes: 4,
        }
    }
}

impl Cost {
    /// More than this is no cost that we ever wrote: a file that asks for it wants to stop the machine.
    const MAX: Self = Self {
        memory_kib: 1 << 20,
        passes: 16,
        lanes: 16,
    };

    fn is_sane(self) -> bool {
        self.memory_kib <= Self::MAX.memory_kib
            && self.passes <= Self::MAX.passes
            && self.lanes <= Self::MAX.lanes
    }

    fn key(self, passphrase: &str, salt: &[u8]) -> Option<Secret> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).ok()?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), salt, &mut *key)
            .ok()?;
        Some(Secret::from(*key))
    }
}

/// Seals `plain` under `passphrase`. `purpose` sets this use apart from every other.
///
/// # Errors
///
/// [`Error::InvalidPassphrase`] for an empty one, or there is no randomness or memory.
pub(crate) fn seal(
    plain: &[u8],
    passphrase: &str,
    purpose: &str,
    cost: Cost,
    chance: Chance,
) -> Result<Vec<u8>, Error> {
    if passphrase.is_empty() {
        return Err(Error::InvalidPassphrase);
    }
    let mut salt = [0; SALT_BYTES];
    chance(&mut salt)?;
    let numbers = [cost.memory_kib, cost.passes, cost.lanes].map(u32::to_be_bytes);
    let head = [&numbers.concat()[..], &salt].concat();
    let key = cost
        .key(passphrase, &salt)
        .ok_or_else(|| Error::Io(std::io::ErrorKind::OutOfMemory.into()))?;
    let sealed = key.seal(plain, &with(&head, purpose), chance)?;
    Ok([head, sealed].concat())
}

/// Opens what [`seal`] made.
///
/// # Errors
///
/// [`Error::WrongPassphrase`] if the passphrase, the purpose or any byte is another; [`Error::Corrupt`] if the bytes
/// cannot be what was sealed.
pub(crate) fn open(
    sealed: &[u8],
    passphrase: &str,
    purpose: &str,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (head, rest) = sealed.split_at_checked(HEAD_BYTES).ok_or(Error::Corrupt)?;
    let mut numbers = head.chunks_exact(4).map(|bytes| match *bytes {
        [a, b, c, d] => u32::from_be_bytes([a, b, c, d]),
        _ => 0,
    });
    let mut next = || numbers.next().unwrap_or(0);
    let cost = Cost {
        memory_kib: next(),
        passes: next(),
        lanes: next(),
    };
    let salt = head.get(12..).unwrap_or_default();
    let key = Some(cost)
        .filter(|cost| cost.is_sane())
        .and_then(|cost| cost.key(passphrase, salt))
        .ok_or(Error::Corrupt)?;
    key.open(rest, &with(head, purpose))
        .map(Zeroizing::new)
        .ok_or(Error::WrongPassphrase)
}

fn with(head: &[u8], purpose: &str) -> Vec<u8> {
    [purpose.as_bytes(), b"\n", head].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };

    fn chance(bytes: &mut [u8]) -> std::io::Result<()> {
        getrandom::fill(bytes).map_err(std::io::Error::other)
    }

    #[test]
    fn only_the_same_passphrase_opens() {
        let sealed = seal(b"plain", "correct horse", "test", CHEAP, chance).unwrap();
        assert_eq!(*open(&sealed, "correct horse", "test").unwrap(), b"plain");
        for (passphrase, purpose) in [
            ("", "test"),
            ("Correct horse", "test"),
            ("correct horse", "tost"),
        ] {
            let opened = open(&sealed, passphrase, purpose);
            assert!(matches!(opened, Err(Error::WrongPassphrase)), "{opened:?}");
        }
        assert!(matches!(
            seal(b"plain", "", "test", CHEAP, chance),
            Err(Error::InvalidPassphrase)
        ));
    }

    #[test]
    fn no_byte_may_change_and_no_cost_is_without_bounds() {
        let sealed = seal(b"plain", "p", "test", CHEAP, chance).unwrap();
        for at in 0..sealed.len() {
            let mut wrong = sealed.clone();
            wrong[at] ^= 0x80;
            assert!(open(&wrong, "p", "test").is_err(), "byte {at}");
            assert!(open(&sealed[..at], "p", "test").is_err());
        }
    }
}
