//! Exact search for many byte strings at once. Most of a text is passed over by one look at a small table per byte,
//! which is made faster than an automaton of thousands of strings, and stays in the processor's nearest memory.

use std::collections::BTreeSet;

use memchr::memmem;

/// How many bytes at the beginning of a string lead to it.
const KEY_BYTES: usize = 6;
const KEY_MASK: u64 = (1 << (8 * KEY_BYTES)) - 1;
/// The table has this many entries, as a power of two; for thousands of strings few of them are set.
const TABLE_BITS: u32 = 16;
/// A number without pattern (2^64 divided by the golden ratio), by which the bits of a key reach all bits of its hash. It
/// is shifted so far that only the six lowest bytes count.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15 << (u64::BITS - 8 * 6);

/// Strings to be searched for.
pub(crate) struct Search<'s> {
    /// In order, with their keys.
    strings: Vec<(u64, &'s [u8])>,
    /// Those too short to have a key.
    short: Vec<&'s [u8]>,
    /// Whether a key has this hash.
    table: Vec<bool>,
}

impl<'s> Search<'s> {
    pub(crate) fn new(strings: &'s BTreeSet<Vec<u8>>) -> Self {
        let mut search = Self {
            strings: Vec::with_capacity(strings.len()),
            short: Vec::new(),
            table: vec![false; 1 << TABLE_BITS],
        };
        for string in strings {
            let Some(start) = string.get(..KEY_BYTES) else {
                search.short.push(string);
                continue;
            };
            let key = start.iter().fold(0, |key, byte| key_with(key, *byte));
            if let Some(entry) = search.table.get_mut(hash(key)) {
                *entry = true;
            }
            search.strings.push((key, string));
        }
        search
    }

    /// Every string that occurs in a text, once for each place in which it does.
    pub(crate) fn find<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = &'s [u8]> + 't {
        let short = self.short.iter().copied();
        let short = short.filter(|string| memmem::find(text, string).is_some());
        let mut key = 0;
        let ends = text.iter().enumerate().filter_map(move |(at, byte)| {
            key = key_with(key, *byte);
            let is_set = self.table.get(hash(key)).is_some_and(|is_set| *is_set);
            is_set.then_some((at, key & KEY_MASK))
        });
        let long = ends.flat_map(move |(last, key)| {
            let start = last.saturating_add(1).checked_sub(KEY_BYTES);
            let rest = start.and_then(|start| text.get(start..)).unwrap_or(&[]);
            let first = self.strings.partition_point(|(other, _)| *other < key);
            let alike = self.strings.get(first..).unwrap_or_default().iter();
            alike
                .take_while(move |(other, _)| *other == key)
                .map(|(_, string)| *string)
                .filter(move |string| rest.starts_with(string))
        });
        short.chain(long)
    }
}

/// The last eight bytes as a number, in the order of the bytes.
fn key_with(key: u64, byte: u8) -> u64 {
    key << 8 | u64::from(byte)
}

/// Where a key stands in the table, by its last six bytes.
fn hash(key: u64) -> usize {
    let hash = key.wrapping_mul(SPREAD) >> (u64::BITS - TABLE_BITS);
    usize::try_from(hash).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use aho_corasick::AhoCorasick;

    use super::*;

    fn found(strings: &BTreeSet<Vec<u8>>, text: &[u8]) -> BTreeSet<Vec<u8>> {
        let search = Search::new(strings);
        search.find(text).map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn finds_what_another_search_finds() {
        let mut state = 5_u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        for round in 0..300 {
            // Few letters, so that strings begin alike, overlap and stand inside each other.
            let letters = 2 + round % 3;
            let mut bytes =
                |len: u32| -> Vec<u8> { (0..len).map(|_| next(letters) as u8).collect() };
            let strings: BTreeSet<Vec<u8>> = (1..40).map(|number| bytes(1 + number % 14)).collect();
            let text = bytes(200);
            let patterns: Vec<&Vec<u8>> = strings.iter().collect();
            let other = AhoCorasick::new(&patterns).unwrap();
            let expected: BTreeSet<Vec<u8>> = other
                .find_overlapping_iter(&text)
                .map(|hit| patterns[hit.pattern().as_usize()].clone())
                .collect();
            assert_eq!(found(&strings, &text), expected);
        }
    }

    #[test]
    fn finds_at_both_ends_and_nothing_in_nothing() {
        let strings = BTreeSet::from([b"Jane Doe".to_vec(), b"Berlin".to_vec()]);
        assert_eq!(found(&strings, b"Jane Doe in Berlin"), strings);
        assert!(found(&strings, b"Jane Do").is_empty());
        assert!(found(&strings, b"").is_empty());
        // A key of zeros is no text of zeros.
        let zeros = BTreeSet::from([vec![0; 6]]);
        assert!(found(&zeros, &[0; 5]).is_empty());
        assert_eq!(found(&zeros, &[0; 6]), zeros);
    }
}
