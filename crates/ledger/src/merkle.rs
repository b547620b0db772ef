//! Merkle trees as RFC 9162 § 2.1 defines them: over the records of the ledger, over the fields of one record, and over
//! the tiles of one picture.
//!
//! A leaf is SHA-256 over 0x00 and its bytes, a node SHA-256 over 0x01 and its two children, so that neither can be
//! taken for the other.

use sha2::{Digest as _, Sha256};

use crate::digest::Digest;

/// The most hashes in a proof that is looked at: a tree of 2^64 leaves needs no more.
pub const PROOF_HASHES_MAX: usize = 64;

/// The hash of a leaf (RFC 9162 § 2.1.1).
pub fn leaf_hash(bytes: &[u8]) -> Digest {
    let mut hash = Sha256::new();
    hash.update([0x00]);
    hash.update(bytes);
    <[u8; 32]>::from(hash.finalize()).into()
}

/// The hash of two children (RFC 9162 § 2.1.1).
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hash = Sha256::new();
    hash.update([0x01]);
    hash.update(left.as_bytes());
    hash.update(right.as_bytes());
    <[u8; 32]>::from(hash.finalize()).into()
}

/// On which side of the way up a proof's hash stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The hash comes first.
    Left,
    /// The hash comes second.
    Right,
}

/// A tree that grows: every complete subtree's hash, so that a proof takes a few look-ups.
///
/// ```
/// use ledger::merkle::{Tree, leaf_hash, verify_inclusion};
///
/// let mut tree = Tree::default();
/// for record in [&b"first"[..], b"second", b"third"] {
///     tree.push(leaf_hash(record));
/// }
/// let proof = tree.inclusion(1, 3).unwrap_or_default();
/// assert!(verify_inclusion(1, 3, &leaf_hash(b"second"), &proof, &tree.root()));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// `levels[k][i]` is the hash over the leaves from `i << k`, `1 << k` of them.
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// The tree over these leaf hashes.
    pub fn of(leaves: impl IntoIterator<Item = Digest>) -> Self {
        let mut tree = Self::default();
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
        tree
    }

    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Adds the hash of a leaf.
    pub fn push(&mut self, leaf: Digest) {
        let (mut hash, mut level) = (leaf, 0);
        loop {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(row) = self.levels.get_mut(level) else {
                return;
            };
            row.push(hash);
            let ([.., left, right], 0) = (row.as_slice(), row.len() % 2) else {
                return;
            };
            hash = node_hash(left, right);
            level += 1;
        }
    }

    /// Takes back the leaves from `size` on.
    pub fn truncate(&mut self, size: u64) {
        for (level, row) in self.levels.iter_mut().enumerate() {
            row.truncate(usize::try_from(size >> level).unwrap_or(usize::MAX));
        }
    }

    /// The hash of the leaf at `index`, from 0.
    pub fn leaf(&self, index: u64) -> Option<Digest> {
        let leaves = self.levels.first()?;
        leaves.get(usize::try_from(index).ok()?).copied()
    }

    /// The root over all leaves; SHA-256 of nothing for none.
    pub fn root(&self) -> Digest {
        self.range(0, self.size())
            .unwrap_or_else(|| Digest::of(b""))
    }

    /// The root over the first `size` leaves; nothing if there are fewer.
    pub fn root_at(&self, size: u64) -> Option<Digest> {
        match size {
            0 => Some(Digest::of(b"")),
            _ if size > self.size() => None,
            _ => self.range(0, size),
        }
    }

    /// That the leaf at `index` is among the first `size`: RFC 9162 § 2.1.3.1. Nothing if it is not.
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Digest>> {
        if index >= size || size > self.size() {
            return None;
        }
        let (mut start, mut end, mut proof) = (0, size, Vec::new());
        while end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                proof.push(self.range(middle, end)?);
                end = middle;
            } else {
                proof.push(self.range(start, middle)?);
                start = middle;
            }
        }
        proof.reverse();
        Some(proof)
    }

    /// That the first `first` leaves are a beginning of the first `second`: RFC 9162 § 2.1.4.1. Nothing unless
    /// 0 < `first` <= `second` <= size.
    pub fn consistency(&self, first: u64, second: u64) -> Option<Vec<Digest>> {
        if first == 0 || first > second || second > self.size() {
            return None;
        }
        let (mut start, mut end, mut proof) = (0, second, Vec::new());
        // Whether the subtree that is looked at begins with leaf 0, so that the verifier knows its hash already.
        let mut known = true;
        while end != first {
            let middle = start + split(end - start);
            if first <= middle {
                proof.push(self.range(middle, end)?);
                end = middle;
            } else {
                proof.push(self.range(start, middle)?);
                start = middle;
                known = false;
            }
        }
        if !known {
            proof.push(self.range(start, end)?);
        }
        proof.reverse();
        Some(proof)
    }

    /// MTH of the leaves from `start` to before `end`, which a split made.
    fn range(&self, start: u64, end: u64) -> Option<Digest> {
        let size = end.checked_sub(start)?;
        if size.is_power_of_two() && start.is_multiple_of(size) {
            let level = size.trailing_zeros();
            let row = self.levels.get(usize::try_from(level).ok()?)?;
            return row.get(usize::try_from(start >> level).ok()?).copied();
        }
        if size == 0 {
            return None;
        }
        let middle = start + split(size);
        Some(node_hash(
            &self.range(start, middle)?,
            &self.range(middle, end)?,
        ))
    }
}

/// The largest power of two below `size`, which is 2 or more.
fn split(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// On which side each hash of an inclusion proof stands, from the leaf up: RFC 9162 § 2.1.3.2. Nothing if a proof of
/// `count` hashes is of another length than this one must be.
pub fn sides(index: u64, size: u64, count: usize) -> Option<Vec<Side>> {
    if index >= size || count > PROOF_HASHES_MAX {
        return None;
    }
    let (mut index, mut last) = (index, size - 1);
    let mut sides = Vec::with_capacity(count);
    for _ in 0..count {
        if last == 0 {
            return None;
        }
        if index & 1 == 1 || index == last {
            sides.push(Side::Left);
            while index & 1 == 0 && index != 0 {
                index >>= 1;
                last >>= 1;
            }
        } else {
            sides.push(Side::Right);
        }
        index >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(sides)
}

/// Where the way from `leaf` up ends.
pub fn climb(leaf: &Digest, steps: impl IntoIterator<Item = (Side, Digest)>) -> Digest {
    steps
        .into_iter()
        .fold(*leaf, |below, (side, hash)| match side {
            Side::Left => node_hash(&hash, &below),
            Side::Right => node_hash(&below, &hash),
        })
}

/// Whether `leaf` is the leaf at `index` of a tree of `size` leaves with this root: RFC 9162 § 2.1.3.2.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: &Digest,
    proof: &[Digest],
    root: &Digest,
) -> bool {
    let Some(sides) = sides(index, size, proof.len()) else {
        return false;
    };
    climb(leaf, sides.into_iter().zip(proof.iter().copied())) == *root
}

/// Whether the tree of `first` leaves is a beginning of the tree of `second`: RFC 9162 § 2.1.4.2.
pub fn verify_consistency(
    first: u64,
    second: u64,
    first_root: &Digest,
    second_root: &Digest,
    proof: &[Digest],
) -> bool {
    if first == second {
        return proof.is_empty() && first_root == second_root;
    }
    if first == 0 || first > second || proof.len() > PROOF_HASHES_MAX {
        return false;
    }
    let mut hashes = proof.iter();
    let start = if first.is_power_of_two() {
        Some(first_root)
    } else {
        hashes.next()
    };
    let Some(&start) = start else {
        return false;
    };
    let (mut index, mut last) = (first - 1, second - 1);
    while index & 1 == 1 {
        index >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (start, start);
    for hash in hashes {
        if last == 0 {
            return false;
        }
        if index & 1 == 1 || index == last {
            old = node_hash(hash, &old);
            new = node_hash(hash, &new);
            while index & 1 == 0 && index != 0 {
                index >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, hash);
        }
        index >>= 1;
        last >>= 1;
    }
    last == 0 && old == *first_root && new == *second_root
}

#[cfg(test)]
#[path = "merkle_tests.rs"]
mod tests;
