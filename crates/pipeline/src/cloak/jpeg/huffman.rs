//! Huffman codes made for one picture: ITU-T T.81 Annex C and § K.2.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Symbols are bytes.
const SYMBOLS: usize = 256;

/// No code is longer, in bits.
const LENGTH_MAX: usize = 16;

/// The code of each symbol, and how it is written into the file.
pub(super) struct Codes {
    /// For each symbol its code and the code's length in bits; 0 where the symbol does not occur.
    pub(super) of_symbol: [(u32, u32); SYMBOLS],
    /// How many codes there are of each length, then the symbols in the order of their codes (§ B.2.4.2).
    pub(super) written: Vec<u8>,
}

impl Codes {
    /// The shortest codes for symbols that occur so often each.
    pub(super) fn new(counts: &[u64; SYMBOLS]) -> Self {
        let lengths = lengths(counts);
        let mut symbols: Vec<u8> = (0..=u8::MAX)
            .filter(|symbol| lengths[usize::from(*symbol)] > 0)
            .collect();
        symbols.sort_by_key(|symbol| lengths[usize::from(*symbol)]);
        // As many codes of each length as the tree has, after they were made short enough; the longest symbols get the longest.
        let of_length = limited(&lengths);
        let mut of_symbol = [(0, 0); SYMBOLS];
        let (mut code, mut next) = (0, symbols.iter());
        for (length, count) in (1..).zip(of_length) {
            for symbol in next.by_ref().take(usize::from(count)) {
                of_symbol[usize::from(*symbol)] = (code, length);
                code += 1;
            }
            code <<= 1;
        }
        let written = of_length
            .into_iter()
            .chain(symbols.iter().copied())
            .collect();
        Self { of_symbol, written }
    }
}

/// How long each symbol's code is in the best tree; 0 where it does not occur. One more leaf, the rarest, keeps the code of ones
/// alone free (§ C.2).
fn lengths(counts: &[u64; SYMBOLS]) -> [usize; SYMBOLS] {
    // The rarest two become one, over and over. What is equally rare is told apart by number, so that the tree is always the same.
    let leaves = (0..SYMBOLS).filter(|symbol| counts[*symbol] > 0);
    let mut heap: BinaryHeap<Reverse<(u64, usize)>> = leaves
        .map(|symbol| Reverse((counts[symbol], symbol)))
        .collect();
    heap.push(Reverse((0, SYMBOLS)));
    let mut parents: Vec<Option<usize>> = vec![None; SYMBOLS + 1];
    while let (Some(Reverse((rare, one))), Some(Reverse((also, other)))) = (heap.pop(), heap.pop())
    {
        let parent = parents.len();
        parents.push(None);
        parents[one] = Some(parent);
        parents[other] = Some(parent);
        heap.push(Reverse((rare + also, parent)));
    }
    std::array::from_fn(|symbol| {
        let (mut at, mut length) = (symbol, 0);
        while let Some(parent) = parents[at] {
            (at, length) = (parent, length + 1);
        }
        length
    })
}

/// How many codes of each length from 1 there are when none is too long (figure K.3), without the one that is kept free.
fn limited(lengths: &[usize; SYMBOLS]) -> [u8; LENGTH_MAX] {
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let mut counts = vec![0usize; longest.max(LENGTH_MAX) + 1];
    for length in lengths.iter().filter(|length| **length > 0) {
        counts[*length] += 1;
    }
    // The leaf that is kept free is one of the longest, as it is the rarest.
    counts[longest.max(1)] += 1;
    for length in (LENGTH_MAX + 1..counts.len()).rev() {
        while counts[length] > 0 {
            // Two of the longest: one takes the place of their parent, the other goes beside a shorter one, a level deeper.
            let mut shorter = length - 2;
            while counts[shorter] == 0 {
                shorter -= 1;
            }
            counts[length] -= 2;
            counts[length - 1] += 1;
            counts[shorter + 1] += 2;
            counts[shorter] -= 1;
        }
    }
    if let Some(last) = counts[..=LENGTH_MAX].iter_mut().rfind(|count| **count > 0) {
        *last -= 1;
    }
    std::array::from_fn(|index| u8::try_from(counts[index + 1]).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(counts: &[u64; SYMBOLS]) -> Codes {
        let codes = Codes::new(counts);
        let used: Vec<_> = (0..SYMBOLS).filter(|symbol| counts[*symbol] > 0).collect();
        assert_eq!(codes.written.len(), LENGTH_MAX + used.len());
        for ((code, length), count) in codes.of_symbol.into_iter().zip(counts) {
            assert_eq!(length > 0, *count > 0);
            assert!(
                length <= 16 && (length == 0 || code + 1 < 1 << length),
                "ones alone are free"
            );
        }
        // None begins as another one does.
        for one in &used {
            for other in &used {
                let ((code, length), (longer_code, longer)) =
                    (codes.of_symbol[*one], codes.of_symbol[*other]);
                if one != other && length <= longer {
                    assert_ne!(longer_code >> (longer - length), code);
                }
            }
        }
        codes
    }

    #[test]
    fn what_occurs_often_is_short() {
        let mut counts = [0; SYMBOLS];
        (counts[3], counts[7], counts[9], counts[200]) = (1000, 100, 90, 1);
        let codes = check(&counts);
        let length = |symbol: usize| codes.of_symbol[symbol].1;
        assert_eq!([length(3), length(7), length(9), length(200)], [1, 2, 3, 4]);
    }

    #[test]
    fn one_symbol_alone_has_a_code() {
        let mut counts = [0; SYMBOLS];
        counts[0] = 5;
        assert_eq!(check(&counts).of_symbol[0], (0, 1));
    }

    #[test]
    fn no_code_is_too_long() {
        // Fibonacci's numbers make the deepest trees.
        let mut counts = [0u64; SYMBOLS];
        let (mut one, mut other) = (1u64, 1u64);
        for count in counts.iter_mut().take(60) {
            (*count, one, other) = (one, other, one + other);
        }
        let codes = check(&counts);
        assert_eq!(
            codes.of_symbol.iter().map(|(_, length)| *length).max(),
            Some(16)
        );
        check(&[1; SYMBOLS]);
    }

    #[test]
    fn the_codes_are_as_short_as_can_be() {
        let mut counts = [0u64; SYMBOLS];
        for (symbol, count) in counts.iter_mut().enumerate().take(160) {
            *count = 1 + 100_000 / (1 + symbol as u64);
        }
        let codes = check(&counts);
        let total: u64 = counts.iter().sum();
        let bits = |length: &dyn Fn(usize) -> f64| -> f64 {
            (0..SYMBOLS)
                .filter(|symbol| counts[*symbol] > 0)
                .map(|symbol| counts[symbol] as f64 * length(symbol))
                .sum()
        };
        let entropy = bits(&|symbol| -(counts[symbol] as f64 / total as f64).log2());
        let got = bits(&|symbol| f64::from(codes.of_symbol[symbol].1));
        assert!(got < 1.02 * entropy, "{got} {entropy}");
    }
}
