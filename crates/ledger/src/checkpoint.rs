//! A checkpoint: how many records there are, and the root over them, signed. In the form of C2SP tlog-checkpoint, so
//! that its first three lines are origin, size and root in base64:
//!
//! ```text
//! cloakroom-ledger/1f0c…                       what the ledger is called: it follows from its first key
//! 57                                           how many entries it had
//! 3q2+7w…                                      the root over them, base64
//! key ssh-ed25519 AAAA…                        the key that signs
//! ```
//!
//! Every line is ended by one line feed. The bytes of this text are what is signed, and what is anchored.

use std::fmt;

use crate::digest::Digest;
use crate::hex::{base64, unbase64};
use crate::key::{KeyPair, SigningPublic};
use crate::sshsig;

/// The most bytes of a checkpoint.
pub(crate) const BYTES_MAX: usize = 1_000;

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checkpoint {
    /// What the ledger is called.
    pub origin: String,
    /// How many entries it had.
    pub size: u64,
    /// The root over them.
    pub root: Digest,
    /// The key that signs.
    pub key: SigningPublic,
}

impl Checkpoint {
    /// Reads a checkpoint; nothing for any other text, or one that is spelled in another way.
    pub fn read(text: &[u8]) -> Option<Self> {
        if text.len() > BYTES_MAX {
            return None;
        }
        let mut lines = str::from_utf8(text).ok()?.lines();
        let origin = lines.next()?.to_owned();
        let id = origin.strip_prefix("cloakroom-ledger/")?;
        crate::hex::unhex_array::<16>(id)?;
        let size = lines.next()?.parse().ok()?;
        let root: [u8; 32] = unbase64(lines.next()?)?.try_into().ok()?;
        let key = SigningPublic::from_ssh_line(lines.next()?.strip_prefix("key ")?)?;
        let checkpoint = Self {
            origin,
            size,
            root: root.into(),
            key,
        };
        (checkpoint.to_string().as_bytes() == text).then_some(checkpoint)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            origin,
            size,
            root,
            key,
        } = self;
        let (root, key) = (base64(root.as_bytes()), key.ssh_line());
        write!(f, "{origin}\n{size}\n{root}\nkey {key}\n")
    }
}

/// A checkpoint with both of its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedCheckpoint {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// Raw Ed25519 over the text.
    pub signature: [u8; 64],
    /// The same, as `ssh-keygen -Y verify` reads it.
    pub ssh_signature: String,
    /// When it was signed, as the computer's clock claimed.
    pub claimed_time: String,
}

impl SignedCheckpoint {
    pub(crate) fn sign(checkpoint: Checkpoint, pair: &KeyPair, claimed_time: String) -> Self {
        let text = checkpoint.to_string();
        Self {
            signature: pair.sign(text.as_bytes()),
            ssh_signature: sshsig::sign(pair, text.as_bytes()),
            checkpoint,
            claimed_time,
        }
    }

    /// The text that is signed and anchored.
    pub fn text(&self) -> String {
        self.checkpoint.to_string()
    }

    /// What an anchor is of: SHA-256 of the text.
    pub fn digest(&self) -> Digest {
        Digest::of(self.text().as_bytes())
    }

    /// Whether both signatures are the key's that the checkpoint names.
    pub fn holds(&self) -> bool {
        let (text, key) = (self.text(), self.checkpoint.key);
        key.verifies(text.as_bytes(), &self.signature)
            && sshsig::verify(&self.ssh_signature, text.as_bytes()) == Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_checkpoint_is_read_as_it_was_written_and_in_no_other_way() {
        let pair = KeyPair::of(Secret::from([1; 32]));
        let checkpoint = Checkpoint {
            origin: format!("cloakroom-ledger/{:.32}", Digest::of(b"origin")),
            size: 57,
            root: Digest::of(b"root"),
            key: pair.public().signing,
        };
        let text = checkpoint.to_string();
        assert_eq!(text.lines().count(), 4);
        assert_eq!(Checkpoint::read(text.as_bytes()), Some(checkpoint.clone()));
        for wrong in [
            text.replace("\n57\n", "\n057\n"),
            text.replace("\n57\n", "\n+57\n"),
            text.replace('\n', "\r\n"),
            text.clone() + "\n",
            text.trim_end().to_owned(),
            text.replace("ledger/", "ledger/0"),
        ] {
            assert_eq!(Checkpoint::read(wrong.as_bytes()), None, "{wrong}");
        }
        let signed = SignedCheckpoint::sign(checkpoint, &pair, "2026-01-31T12:00:00Z".to_owned());
        assert!(signed.holds());
        let mut other = signed.clone();
        other.checkpoint.size = 58;
        assert!(!other.holds());
    }
}
