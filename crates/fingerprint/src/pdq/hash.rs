//! 256 bits, their distance and their text.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A PDQ hash: 256 bits, written as 64 hexadecimal digits, the highest bit first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Hash([u64; 4]);

impl Hash {
    /// The bits that `is_set` names, by their number from 0 to 255.
    pub(super) fn from_bits(is_set: impl Fn(usize) -> bool) -> Self {
        Self([3, 2, 1, 0].map(|word: usize| {
            let bits = (0..64).filter(|bit| is_set(word * 64 + bit));
            bits.fold(0, |word, bit| word | 1 << bit)
        }))
    }

    /// How many bits differ, 0 to 256.
    #[must_use]
    pub fn distance(self, other: Self) -> u32 {
        let words = self.0.iter().zip(other.0);
        words.map(|(a, b)| (a ^ b).count_ones()).sum()
    }

    /// The 32 bytes, in the order in which they are written.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (bytes, word) in bytes.chunks_exact_mut(8).zip(self.0) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        bytes
    }

    /// The hash of these 32 bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = bytes
                .iter()
                .fold(0, |word, byte| word << 8 | u64::from(*byte));
        }
        Self(words)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|word| write!(f, "{word:016x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAHash;

impl fmt::Display for NotAHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("A PDQ hash has 64 hexadecimal digits.")
    }
}

impl std::error::Error for NotAHash {}

impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAHash);
        }
        let mut words = [0; 4];
        for (word, digits) in words.iter_mut().zip(text.as_bytes().chunks_exact(16)) {
            let digits = std::str::from_utf8(digits).map_err(|_| NotAHash)?;
            *word = u64::from_str_radix(digits, 16).map_err(|_| NotAHash)?;
        }
        Ok(Self(words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bit_is_written_first() {
        let hash = Hash::from_bits(|bit| bit == 0 || bit == 255);
        let text = format!("8{}1", "0".repeat(62));
        assert_eq!(hash.to_string(), text);
        assert_eq!(text.parse(), Ok(hash));
        assert_eq!(Hash::from_bytes(hash.to_bytes()), hash);
        assert_eq!(hash.to_bytes()[0], 0x80);
    }

    #[test]
    fn distance_counts_bits() {
        let (all, none) = (Hash::from_bits(|_| true), Hash::default());
        assert_eq!(all.distance(none), 256);
        assert_eq!(all.distance(all), 0);
        assert_eq!(Hash::from_bits(|bit| bit % 3 == 0).distance(none), 86);
    }

    #[test]
    fn other_texts_are_no_hashes() {
        for text in [
            "",
            "00",
            &"g".repeat(64),
            &"0".repeat(65),
            &"é".repeat(32),
            &"+".repeat(64),
        ] {
            assert_eq!(text.parse::<Hash>(), Err(NotAHash), "{text}");
        }
    }
}
