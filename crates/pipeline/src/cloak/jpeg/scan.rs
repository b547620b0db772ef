//! The coded data of a baseline JPEG: ITU-T T.81 § F.1.2, in intervals between restart markers, each coded by itself so that all
//! cores can work on them.

use rayon::prelude::*;

use super::blocks::{Block, Samples};
use super::huffman::Codes;
use super::segment;

/// About so many blocks of a component are in an interval: a marker for each costs nothing, and there is enough for many cores.
const INTERVAL_BLOCKS: usize = 8_192;

/// Brightness and colour have tables of their own, each one for the first coefficient and one for the others.
const TABLES: usize = 4;

/// How often each symbol occurs, for each table.
type Counts = [[u64; 256]; TABLES];

/// A picture whose codes are known.
pub(super) struct Scan<'a> {
    samples: &'a Samples<'a>,
    /// Rows of blocks in an interval.
    rows: usize,
    codes: [Codes; TABLES],
}

impl<'a> Scan<'a> {
    /// Looks through the whole picture for how often what occurs.
    pub(super) fn new(samples: &'a Samples<'a>) -> Self {
        let rows = (INTERVAL_BLOCKS / samples.columns()).max(1);
        let counts = (0..samples.rows().div_ceil(rows))
            .into_par_iter()
            .map(|interval| {
                let mut counts = [[0u64; 256]; TABLES];
                each_symbol(samples, rows, interval, |table, symbol, _| {
                    counts[table][usize::from(symbol)] += 1;
                });
                counts
            })
            .reduce(|| [[0; 256]; TABLES], sum);
        Self {
            samples,
            rows,
            codes: counts.each_ref().map(Codes::new),
        }
    }

    /// Writes tables, scan header and data. Nothing where a number does not fit, which it does for all that is a JPEG.
    pub(super) fn write(&self, file: &mut Vec<u8>) -> Option<()> {
        let channels = self.samples.channels;
        let components = if channels == 1 { 1u8 } else { 3 };
        for (table, codes) in self.codes.iter().enumerate().take(2 * channels.min(2)) {
            // The first coefficient's are of class 0, the others' of class 1 (§ B.2.4.2).
            let class_and_number = [0x00, 0x10, 0x01, 0x11][table];
            segment(
                file,
                0xC4,
                &[&[class_and_number][..], &codes.written].concat(),
            )?;
        }
        let interval = u16::try_from(self.rows * self.samples.columns()).ok()?;
        segment(file, 0xDD, &interval.to_be_bytes())?;
        let mut header = vec![components];
        header.extend(
            (0..components).flat_map(|index| [index + 1, [0x00, 0x11][usize::from(index > 0)]]),
        );
        header.extend([0, 63, 0]);
        segment(file, 0xDA, &header)?;
        let intervals: Vec<Vec<u8>> = (0..self.samples.rows().div_ceil(self.rows))
            .into_par_iter()
            .map(|interval| self.interval(interval))
            .collect();
        file.reserve(intervals.iter().map(|data| data.len() + 2).sum());
        for (index, data) in intervals.iter().enumerate() {
            if index > 0 {
                file.extend([0xFF, 0xD0 + ((index - 1) % 8) as u8]);
            }
            file.extend(data);
        }
        Some(())
    }

    fn interval(&self, interval: usize) -> Vec<u8> {
        let mut bits = Bits::default();
        each_symbol(self.samples, self.rows, interval, |table, symbol, value| {
            let (code, length) = self.codes[table].of_symbol[usize::from(symbol)];
            let size = u32::from(symbol & 15);
            bits.push(code << size | value, length + size);
        });
        bits.finish()
    }
}

fn sum(mut one: Counts, other: Counts) -> Counts {
    for (one, other) in one.as_flattened_mut().iter_mut().zip(other.as_flattened()) {
        *one += other;
    }
    one
}

/// Hands over what an interval consists of: the table, the symbol, and the bits behind it, of which the symbol's lower half says
/// how many there are.
fn each_symbol(
    samples: &Samples<'_>,
    rows: usize,
    interval: usize,
    mut take: impl FnMut(usize, u8, u32),
) {
    let (mut previous, mut blocks) = ([0; 3], Vec::new());
    let first = interval * rows;
    for row in first..(first + rows).min(samples.rows()) {
        samples.blocks(row, &mut blocks);
        for blocks in blocks.chunks_exact(samples.channels) {
            for (component, (block, previous)) in blocks.iter().zip(&mut previous).enumerate() {
                let table = 2 * usize::from(component > 0);
                let mean = i32::from(block[0]);
                let (size, value) = coded(mean - *previous);
                *previous = mean;
                take(table, size, value);
                others(block, |symbol, value| take(table + 1, symbol, value));
            }
        }
    }
}

/// All coefficients but the first: how many zeros come before each that is none (§ F.1.2.2).
fn others(block: &Block, mut take: impl FnMut(u8, u32)) {
    let mut left = 0u64;
    for (at, value) in block.iter().enumerate().skip(1) {
        left |= u64::from(*value != 0) << at;
    }
    let mut before = 0;
    while left != 0 {
        let at = left.trailing_zeros();
        left &= left - 1;
        let mut zeros = at - before - 1;
        while zeros > 15 {
            take(0xF0, 0);
            zeros -= 16;
        }
        let (size, value) = coded(block[at as usize].into());
        take((zeros as u8) << 4 | size, value);
        before = at;
    }
    if before < 63 {
        take(0, 0);
    }
}

/// How many bits a number takes, and these; of a negative one those of its complement (tables F.1 and F.2).
fn coded(value: i32) -> (u8, u32) {
    let size = i32::BITS - value.abs().leading_zeros();
    let bits = (value - i32::from(value < 0)) as u32 & ((1 << size) - 1);
    (size as u8, bits)
}

/// Bits into bytes, the first one highest; after a byte of ones comes one of zeros (§ F.1.2.3).
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    waiting: u64,
    count: u32,
}

impl Bits {
    /// At most 32 bits.
    fn push(&mut self, bits: u32, count: u32) {
        self.waiting = self.waiting << count | u64::from(bits);
        self.count += count;
        if self.count >= 32 {
            self.count -= 32;
            let word = (self.waiting >> self.count) as u32;
            // Whether a byte of it is all ones.
            if word & 0x8080_8080 & (!word).wrapping_sub(0x0101_0101) == 0 {
                self.bytes.extend(word.to_be_bytes());
            } else {
                word.to_be_bytes()
                    .into_iter()
                    .for_each(|byte| self.byte(byte));
            }
        }
    }

    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
        if byte == 0xFF {
            self.bytes.push(0);
        }
    }

    /// The rest, filled up with ones.
    fn finish(mut self) -> Vec<u8> {
        let padding = (8 - self.count % 8) % 8;
        self.push((1 << padding) - 1, padding);
        while self.count > 0 {
            self.count -= 8;
            self.byte((self.waiting >> self.count) as u8);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_coded_as_the_tables_say() {
        for (value, size, bits) in [
            (0, 0, 0),
            (1, 1, 1),
            (-1, 1, 0),
            (3, 2, 3),
            (-3, 2, 0),
            (-2, 2, 1),
            (-1024, 11, 1023),
            (1023, 10, 1023),
        ] {
            assert_eq!(coded(value), (size, bits), "{value}");
        }
    }

    #[test]
    fn runs_of_zeros_are_counted_and_the_end_is_said_once() {
        let mut block = [0; 64];
        (block[0], block[1], block[40]) = (77, -5, 1);
        let mut symbols = Vec::new();
        others(&block, |symbol, value| symbols.push((symbol, value)));
        assert_eq!(
            symbols,
            [(0x03, 2), (0xF0, 0), (0xF0, 0), (0x61, 1), (0, 0)]
        );
        block[63] = 2;
        symbols.clear();
        others(&block, |symbol, value| symbols.push((symbol, value)));
        assert_eq!(symbols[4..], [(0xF0, 0), (0x62, 2)]);
    }

    #[test]
    fn a_byte_of_ones_is_told_from_a_marker() {
        let mut bits = Bits::default();
        for byte in [0x12, 0xFF, 0x34, 0xFE, 0xFF] {
            bits.push(byte, 8);
        }
        bits.push(1, 1);
        assert_eq!(bits.finish(), [0x12, 0xFF, 0, 0x34, 0xFE, 0xFF, 0, 0xFF, 0]);
    }
}
