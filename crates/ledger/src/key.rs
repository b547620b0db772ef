//! A person's keys: one secret of 32 bytes, from which the key that signs and the key that records are sealed to are
//! both derived, so that one line on paper brings back both.

use std::fmt;
use std::io;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use x25519_dalek::{PublicKey, StaticSecret};

use crate::digest::Digest;
use crate::hex::{base64, hex, unbase64};
use crate::secret::{Chance, Secret};
use crate::vault::Vault;

/// What an Ed25519 key is called in the SSH protocol (RFC 8709 § 4).
const SSH_NAME: &str = "ssh-ed25519";

/// The public half: what signatures are checked with, and what records are sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKeys {
    /// Ed25519 (RFC 8032).
    pub signing: SigningPublic,
    /// X25519 (RFC 7748).
    pub(crate) sealing: [u8; 32],
}

/// An Ed25519 public key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SigningPublic(pub(crate) [u8; 32]);

impl SigningPublic {
    /// Whether `signature` over `message` was made with this key, by the strict rules: no other signature of the same
    /// message can be made of it, and a key of small order signs nothing.
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(&self.0).is_ok_and(|key| {
            key.verify_strict(message, &Signature::from_bytes(signature))
                .is_ok()
        })
    }

    /// The key as SSH's wire format has it (RFC 8709 § 4).
    pub(crate) fn ssh_blob(&self) -> Vec<u8> {
        [ssh_string(SSH_NAME.as_bytes()), ssh_string(&self.0)].concat()
    }

    /// Reads [`ssh_blob`](Self::ssh_blob).
    pub(crate) fn from_ssh_blob(blob: &[u8]) -> Option<Self> {
        let (_, key) = blob.split_last_chunk::<32>()?;
        let key = Self(*key);
        (key.ssh_blob() == blob).then_some(key)
    }

    /// The key on one line, as in `~/.ssh/id_ed25519.pub`, without a comment.
    pub fn ssh_line(&self) -> String {
        format!("{SSH_NAME} {}", base64(&self.ssh_blob()))
    }

    /// Reads [`ssh_line`](Self::ssh_line).
    pub fn from_ssh_line(line: &str) -> Option<Self> {
        let (name, blob) = line.split_once(' ')?;
        (name == SSH_NAME).then_some(())?;
        Self::from_ssh_blob(&unbase64(blob)?)
    }

    /// What `ssh-keygen -l` shows for this key: `SHA256:` and 43 letters.
    pub fn fingerprint(&self) -> String {
        let digest = Digest::of(&self.ssh_blob());
        let text = base64(digest.as_bytes());
        format!("SHA256:{}", text.trim_end_matches('='))
    }

    /// The key as a SubjectPublicKeyInfo (RFC 8410 § 4) in PEM, for `openssl`.
    pub fn pem(&self) -> String {
        const PREFIX: [u8; 12] = [
            0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
        ];
        let der = [&PREFIX[..], &self.0].concat();
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            base64(&der)
        )
    }
}

impl fmt::Debug for SigningPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// A string of the SSH protocol: its length in four bytes, then itself (RFC 4251 § 5).
pub(crate) fn ssh_string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], bytes].concat()
}

/// Both halves. The secret ones are wiped when this is let go.
#[derive(Clone)]
pub(crate) struct KeyPair {
    seed: Secret,
    signing: SigningKey,
    sealing: StaticSecret,
}

impl KeyPair {
    pub(crate) fn random(chance: Chance) -> io::Result<Self> {
        Secret::random(chance).map(Self::of)
    }

    /// The keys that this seed stands for.
    pub(crate) fn of(seed: Secret) -> Self {
        let signing = seed.derive(&[b"cloakroom-signing-key-v1"]);
        let sealing = seed.derive(&[b"cloakroom-sealing-key-v1"]);
        Self {
            signing: SigningKey::from_bytes(signing.bytes()),
            sealing: StaticSecret::from(*sealing.bytes()),
            seed,
        }
    }

    pub(crate) fn seed(&self) -> &Secret {
        &self.seed
    }

    pub(crate) fn public(&self) -> PublicKeys {
        PublicKeys {
            signing: SigningPublic(self.signing.verifying_key().to_bytes()),
            sealing: PublicKey::from(&self.sealing).to_bytes(),
        }
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }

    /// The key of everything that was sealed with this ephemeral public key.
    pub(crate) fn session(&self, ephemeral: &[u8; 32]) -> Secret {
        let shared = self.sealing.diffie_hellman(&PublicKey::from(*ephemeral));
        session_key(
            shared.to_bytes(),
            ephemeral,
            &PublicKey::from(&self.sealing).to_bytes(),
        )
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.public().fmt(f)
    }
}

/// What one run of the program seals with: only the holder of the secret half can open it, this run included. The
/// ephemeral secret half is gone when this is made.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) ephemeral: [u8; 32],
    pub(crate) key: Secret,
}

impl Session {
    /// The one of this run, made when there is none yet, or the key is another since.
    pub(crate) fn current<'a>(
        slot: &'a mut Option<(u16, Self)>,
        vault: &Vault,
        chance: Chance,
    ) -> io::Result<&'a Self> {
        let fits = slot
            .as_ref()
            .is_some_and(|(number, _)| *number == vault.number);
        let session = match slot.take() {
            Some(session) if fits => session,
            _ => (vault.number, Self::with(&vault.public, chance)?),
        };
        Ok(&slot.insert(session).1)
    }

    /// One for the holder of these keys.
    pub(crate) fn with(public: &PublicKeys, chance: Chance) -> io::Result<Self> {
        let secret = StaticSecret::from(*Secret::random(chance)?.bytes());
        let ephemeral = PublicKey::from(&secret).to_bytes();
        let shared = secret.diffie_hellman(&PublicKey::from(public.sealing));
        if !shared.was_contributory() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Self {
            key: session_key(shared.to_bytes(), &ephemeral, &public.sealing),
            ephemeral,
        })
    }
}

fn session_key(shared: [u8; 32], ephemeral: &[u8; 32], sealing: &[u8; 32]) -> Secret {
    // HKDF (RFC 5869) with the two public keys as its salt.
    let salt = [&ephemeral[..], sealing].concat();
    let (key, _) = hkdf::Hkdf::<sha2::Sha256>::extract(Some(&salt), &shared);
    Secret::from(<[u8; 32]>::from(key)).derive(&[b"cloakroom-session-v1"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chance(bytes: &mut [u8]) -> io::Result<()> {
        getrandom::fill(bytes).map_err(io::Error::other)
    }

    #[test]
    fn a_public_key_has_the_forms_that_other_tools_read() {
        let key = KeyPair::of(Secret::from([1; 32])).public().signing;
        assert_eq!(SigningPublic::from_ssh_line(&key.ssh_line()), Some(key));
        assert_eq!(SigningPublic::from_ssh_line("ssh-rsa AAAA"), None);
        assert_eq!(key.fingerprint().len(), "SHA256:".len() + 43);
        assert!(key.pem().contains("MCowBQYDK2VwAyEA"), "as RFC 8410 § 10.1");
    }

    #[test]
    fn what_is_sealed_to_a_key_opens_with_its_secret_half() {
        let person = KeyPair::random(chance).unwrap();
        let session = Session::with(&person.public(), chance).unwrap();
        assert_eq!(person.session(&session.ephemeral), session.key);
        let other = KeyPair::random(chance).unwrap();
        assert_ne!(other.session(&session.ephemeral), session.key);
        let weak = PublicKeys {
            sealing: [0; 32],
            ..person.public()
        };
        assert!(Session::with(&weak, chance).is_err());
    }

    #[test]
    fn signatures_hold_for_their_message_and_key() {
        let person = KeyPair::of(Secret::from([3; 32]));
        let signature = person.sign(b"message");
        let public = person.public().signing;
        assert!(public.verifies(b"message", &signature));
        assert!(!public.verifies(b"massage", &signature));
        assert!(!SigningPublic([0; 32]).verifies(b"message", &signature));
    }
}
