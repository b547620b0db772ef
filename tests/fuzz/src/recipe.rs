//! Decisions from the fuzzer's bytes. Where they are used up, every decision is the plain one, so that a short input is
//! a good file and each further byte can spoil something.

use arbitrary::Unstructured;

/// Stands in everything that must go, whatever the person keeps.
pub const SECRET: &[u8] = b"planted secret";
/// Stands in what a person may keep.
pub const NAME: &[u8] = b"planted name";

/// Reads decisions.
pub struct Recipe<'a> {
    decisions: Unstructured<'a>,
    is_true: bool,
}

impl<'a> Recipe<'a> {
    #[must_use]
    pub fn new(data: &'a [u8]) -> Self {
        Self {
            decisions: Unstructured::new(data),
            is_true: true,
        }
    }

    /// Whether every number was the right one and every piece stood at its place: then nothing but pixels counts as such.
    #[must_use]
    pub const fn is_true(&self) -> bool {
        self.is_true
    }

    /// A byte, 0 at the end.
    pub fn byte(&mut self) -> u8 {
        self.decisions.arbitrary().unwrap_or(0)
    }

    /// A number below `limit`, 0 at the end.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit.max(1)
    }

    /// Yes, once in about `times`; never at the end.
    pub fn once_in(&mut self, times: u8) -> bool {
        self.byte() % times == times - 1
    }

    /// One of several; the first at the end.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// How many of something there are: mostly few.
    pub fn count(&mut self, most: usize) -> usize {
        let byte = self.below(256);
        byte * byte * (most + 1) / (256 * 256)
    }

    /// A number that should be `right` and sometimes is not.
    pub fn number(&mut self, right: u64) -> u64 {
        let number = self.guess(right);
        self.is_true &= number == right;
        number
    }

    fn guess(&mut self, right: u64) -> u64 {
        match self.byte() {
            byte if byte < 236 => right,
            236..=240 => right.wrapping_add(1),
            241..=244 => right.wrapping_sub(1),
            245 => right.wrapping_add(u64::from(self.byte())),
            246 => right.wrapping_sub(u64::from(self.byte())),
            247 => 0,
            248 => u64::from(self.byte()),
            249 => 0x7FFF_FFFF,
            250 => 0xFFFF_FFFF,
            251 => u64::MAX,
            252 => 1 << (self.byte() % 64),
            253 => right.wrapping_mul(2),
            254 => right / 2,
            _ => self.decisions.arbitrary().unwrap_or(0),
        }
    }

    pub fn be16(&mut self, right: usize) -> [u8; 2] {
        low(self.number(right as u64))
    }

    pub fn be32(&mut self, right: usize) -> [u8; 4] {
        low(self.number(right as u64))
    }

    pub fn le16(&mut self, right: usize) -> [u8; 2] {
        reversed(self.be16(right))
    }

    pub fn le32(&mut self, right: usize) -> [u8; 4] {
        reversed(self.be32(right))
    }

    /// A few arbitrary bytes, and a secret among them.
    pub fn secret(&mut self) -> Vec<u8> {
        let before = self.some_bytes();
        [&before, SECRET, &self.some_bytes()[..]].concat()
    }

    /// A text with a secret in it.
    pub fn text(&mut self) -> Vec<u8> {
        match self.below(4) {
            0 => SECRET.to_vec(),
            1 => [b"a ", SECRET, b" of Jane Doe, 2024:01:02 03:04:05"].concat(),
            2 => [SECRET; 30].concat(),
            _ => [SECRET, &[0xE4, b'\n', b'<', b'&']].concat(),
        }
    }

    /// Few bytes of any value.
    pub fn some_bytes(&mut self) -> Vec<u8> {
        (0..self.count(12)).map(|_| self.byte()).collect()
    }

    /// Noise as coded pixels may be; it cannot hold a secret, since the fuzzer does not choose its bytes.
    pub fn noise(&mut self, len: usize) -> Vec<u8> {
        let mut state = u64::from(self.byte()) + 1;
        let next = |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        };
        (0..len).map(next).collect()
    }

    /// Puts pieces into another order, sometimes: two change places, one is doubled or is left out.
    pub fn disturb<T: Clone>(&mut self, pieces: &mut Vec<T>) {
        while !pieces.is_empty() && self.once_in(8) {
            self.is_true = false;
            let (from, to) = (self.below(pieces.len()), self.below(pieces.len()));
            match self.below(3) {
                0 => pieces.swap(from, to),
                1 => pieces.insert(to, pieces[from].clone()),
                _ => drop(pieces.remove(from)),
            }
        }
    }

    /// Breaks a finished file, sometimes: cuts it off, drops, adds or changes bytes.
    pub fn spoil(&mut self, file: &mut Vec<u8>) {
        if !self.once_in(6) {
            return;
        }
        self.is_true = false;
        for _ in 0..=self.below(3) {
            if file.is_empty() {
                return;
            }
            let at = (self.below(256) << 8 | self.below(256)) % file.len();
            match self.below(4) {
                0 => file[at] = self.byte(),
                1 => file.truncate(at),
                2 => drop(file.drain(at..(at + self.below(12)).min(file.len()))),
                _ => file.insert(at, self.byte()),
            }
        }
    }
}

fn low<const N: usize>(number: u64) -> [u8; N] {
    let bytes = number.to_be_bytes();
    std::array::from_fn(|at| bytes[bytes.len() - N + at])
}

fn reversed<const N: usize>(mut bytes: [u8; N]) -> [u8; N] {
    bytes.reverse();
    bytes
}
