//! SHA-256 digests and their one spelling: 64 lower-case hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// Hexadecimal digits in a digest.
const DIGITS: usize = 64;

/// A SHA-256 digest. Shown, parsed and serialized as 64 hexadecimal digits, lower case.
///
/// ```
/// let digest = ledger::Digest::of(b"abc");
/// let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
/// assert_eq!(digest.to_string(), text);
/// assert_eq!(text.parse(), Ok(digest));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Thirty-two zero bytes: what the first record names as its predecessor.
    pub const ZERO: Self = Self([0; 32]);

    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The smallest and the largest digest that begin with the hexadecimal digits of `prefix`, in
    /// either case; nothing if `prefix` is anything but 1 to 64 of them.
    pub(crate) fn range(prefix: &str) -> Option<(Self, Self)> {
        if prefix.is_empty() || prefix.len() > DIGITS {
            return None;
        }
        let (mut low, mut high) = ([0x00; 32], [0xff; 32]);
        let bytes = low.iter_mut().zip(high.iter_mut());
        for ((low, high), digits) in bytes.zip(prefix.as_bytes().chunks(2)) {
            match *digits {
                [first] => {
                    let first = nibble(first)?;
                    (*low, *high) = (first << 4, first << 4 | 0x0f);
                }
                [first, second] => {
                    *low = nibble(first)? << 4 | nibble(second)?;
                    *high = *low;
                }
                _ => return None,
            }
        }
        Some((Self(low), Self(high)))
    }
}

/// The value of one hexadecimal digit.
fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// The lower-case digit of a value below 16.
fn digit(nibble: u8) -> u8 {
    match nibble {
        0..10 => b'0' + nibble,
        _ => b'a' + (nibble - 10),
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; DIGITS];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0x0f)]);
        }
        // The precision of a format keeps a prefix: `{:.16}` is how a record's id is made.
        f.pad(str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        match Self::range(text) {
            Some((digest, _)) if text.len() == DIGITS => Ok(digest),
            _ => Err(InvalidDigest),
        }
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The text is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A digest is 64 hexadecimal digits.")]
pub struct InvalidDigest;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_nothing_is_the_published_one() {
        assert_eq!(
            Digest::of(b"").to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn text_and_digest_are_two_forms_of_one_thing() {
        let digest = Digest::of(b"either case is read, lower case is written");
        let text = digest.to_string();
        assert_eq!(text.parse(), Ok(digest));
        assert_eq!(text.to_uppercase().parse(), Ok(digest));
        assert_eq!(
            serde_json::to_string(&digest).unwrap(),
            format!("\"{text}\"")
        );
        assert_eq!(format!("{digest:.16}"), text[..16]);
    }

    #[test]
    fn other_text_is_no_digest() {
        let text = Digest::ZERO.to_string();
        for wrong in [
            "",
            "0",
            &text[1..],
            &format!("{text}0"),
            &text.replacen('0', "g", 1),
            "é",
        ] {
            assert_eq!(wrong.parse::<Digest>(), Err(InvalidDigest), "{wrong:?}");
        }
    }

    #[test]
    fn a_prefix_is_a_range() {
        let (low, high) = Digest::range("aBc").unwrap();
        assert!(low.to_string().starts_with("abc000"));
        assert!(high.to_string().starts_with("abcfff"));
        assert_eq!(Digest::range(""), None);
        assert_eq!(Digest::range("ab-"), None);
        assert_eq!(Digest::range("abé"), None);
    }
}
