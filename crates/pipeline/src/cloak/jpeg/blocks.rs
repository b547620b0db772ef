//! From samples to quantised blocks: ITU-T T.81 § A.3, with the colours of JFIF (BT.601, full range).
//!
//! In floating point, and each value rounded once, when it is quantised. No operation here is rounded otherwise on another
//! processor, so the same samples give the same blocks everywhere.

use pulp::Arch;

use crate::jpeg_header::{Table, ZIGZAG};

/// The side of a block, in samples.
pub(super) const SIDE: usize = 8;

/// The quantised coefficients of a block, in the order of the file.
pub(super) type Block = [i16; 64];

/// cos(k π / 16) / 2 for k = 1 to 7.
const COSINES: [f32; 7] = [
    0.490_392_64,
    0.461_939_77,
    0.415_734_8,
    0.353_553_4,
    0.277_785_12,
    0.191_341_72,
    0.097_545_16,
];

/// Added to a number below 2¹⁵ in size, it leaves that number, rounded, ties to even, in the lowest 16 bits: 1.5 · 2²³.
const ROUNDING: f32 = 12_582_912.0;

/// Samples of 8 bits, ready to be cut into blocks.
pub(super) struct Samples<'a> {
    values: &'a [u8],
    width: usize,
    height: usize,
    /// 1 or 3.
    pub(super) channels: usize,
    /// One over each step, for brightness and for colour, in the order in which [`coefficients`] has them.
    scales: [[f32; 64]; 2],
}

impl<'a> Samples<'a> {
    /// Of `width · height · channels` values; nothing where there are more or fewer, or none.
    pub(super) fn new(
        values: &'a [u8],
        [width, height]: [usize; 2],
        channels: usize,
        tables: [&Table; 2],
    ) -> Option<Self> {
        let expected = width.checked_mul(height)?.checked_mul(channels)?;
        let fits = matches!(channels, 1 | 3) && expected > 0 && values.len() == expected;
        fits.then(|| Self {
            values,
            width,
            height,
            channels,
            scales: tables.map(|table| {
                std::array::from_fn(|at| {
                    let (across, down) = (at / SIDE, at % SIDE);
                    1.0 / f32::from(table[down * SIDE + across].max(1))
                })
            }),
        })
    }

    /// Blocks in a row of the picture.
    pub(super) const fn columns(&self) -> usize {
        self.width.div_ceil(SIDE)
    }

    /// Rows of blocks.
    pub(super) const fn rows(&self) -> usize {
        self.height.div_ceil(SIDE)
    }

    /// The blocks of one row, those of all components of a place together, in place of what was in the list.
    pub(super) fn blocks(&self, row: usize, blocks: &mut Vec<Block>) {
        let (top, stride) = (row * SIDE, self.width * self.channels);
        // What is missing at the border is repeated.
        let lines: &[&[u8]; SIDE] = &std::array::from_fn(|y| {
            let y = (top + y).min(self.height - 1);
            &self.values[y * stride..][..stride]
        });
        blocks.resize(self.columns() * self.channels, [0; 64]);
        let [luma, chroma] = &self.scales;
        Arch::new().dispatch(
            #[inline(always)]
            move || {
                // Used up, because only closures that are called once are compiled for the processor that is chosen.
                let blocks = blocks;
                for (column, blocks) in blocks.chunks_exact_mut(self.channels).enumerate() {
                    let left = column * SIDE;
                    if let [grey] = blocks {
                        quantise(self.square(lines, left, GREY), luma, grey);
                    }
                    if let [brightness, blue, red] = blocks {
                        quantise(self.square(lines, left, BRIGHTNESS), luma, brightness);
                        quantise(self.square(lines, left, BLUE), chroma, blue);
                        quantise(self.square(lines, left, RED), chroma, red);
                    }
                }
            },
        );
    }

    /// A component of a block, as far as the picture goes, the last pixel repeated.
    #[inline(always)]
    fn square<const CHANNELS: usize>(
        &self,
        lines: &[&[u8]; SIDE],
        left: usize,
        (weights, zero): Component<CHANNELS>,
    ) -> Square {
        let across = SIDE.min(self.width - left);
        let mut out = [[0.0; SIDE]; SIDE];
        for (out, line) in out.iter_mut().zip(lines) {
            let (pixels, _) = line[left * CHANNELS..].as_chunks::<CHANNELS>();
            for (out, pixel) in out.iter_mut().zip(pixels) {
                for (value, weight) in pixel.iter().zip(weights) {
                    *out += weight * f32::from(*value);
                }
                *out -= zero;
            }
            let last = out[across - 1];
            out[across..].fill(last);
        }
        out
    }
}

/// How much of each channel of a pixel is in a component, and what is taken off to have it around 0.
type Component<const CHANNELS: usize> = ([f32; CHANNELS], f32);

// The colours of JFIF 1.02, page 3.
const GREY: Component<1> = ([1.0], 128.0);
const BRIGHTNESS: Component<3> = ([0.299, 0.587, 0.114], 128.0);
const BLUE: Component<3> = ([-0.168_735_9, -0.331_264_1, 0.5], 0.0);
const RED: Component<3> = ([0.5, -0.418_687_6, -0.081_312_4], 0.0);

/// A block of values, row by row.
type Square = [[f32; SIDE]; SIDE];

/// The coefficients of a block in steps of its table.
#[inline(always)]
fn quantise(square: Square, scales: &[f32; 64], block: &mut Block) {
    let coefficients = coefficients(square);
    let mut steps = [0i16; 64];
    for ((step, value), scale) in steps
        .iter_mut()
        .zip(coefficients.as_flattened())
        .zip(scales)
    {
        *step = (value * scale + ROUNDING).to_bits() as i16;
    }
    for (into, place) in block.iter_mut().zip(ZIGZAG) {
        *into = steps[place % SIDE * SIDE + place / SIDE];
    }
}

/// The discrete cosine transform of a block (T.81 § A.3.3): the frequency across chooses the row, that down the column.
#[inline(always)]
fn coefficients(mut square: Square) -> Square {
    down(&mut square);
    let mut turned: Square = std::array::from_fn(|x| std::array::from_fn(|y| square[y][x]));
    down(&mut turned);
    turned
}

/// The transform of each column.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // Eight columns at once.
fn down(square: &mut Square) {
    let [c1, c2, c3, c4, c5, c6, c7] = COSINES;
    for x in 0..SIDE {
        let [a, b, c, d, e, f, g, h] = std::array::from_fn(|y| square[y][x]);
        // Even frequencies see the sums of opposite samples, odd ones their differences.
        let (outer, inner) = ([a + h, d + e], [b + g, c + f]);
        let (even, odd) = (outer[0] + outer[1], inner[0] + inner[1]);
        let (far, near) = (outer[0] - outer[1], inner[0] - inner[1]);
        square[0][x] = (even + odd) * c4;
        square[4][x] = (even - odd) * c4;
        square[2][x] = far * c2 + near * c6;
        square[6][x] = far * c6 - near * c2;
        let [p, q, r, s] = [a - h, b - g, c - f, d - e];
        square[1][x] = p * c1 + q * c3 + r * c5 + s * c7;
        square[3][x] = p * c3 - q * c7 - r * c1 - s * c5;
        square[5][x] = p * c5 - q * c1 + r * c7 + s * c3;
        square[7][x] = p * c7 - q * c5 + r * c3 - s * c1;
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    /// As T.81 § A.3.3 defines it, at the frequencies across and down.
    fn defined(square: &Square, u: usize, v: usize) -> f64 {
        let norm = |k: usize| if k == 0 { 0.5f64.sqrt() } else { 1.0 };
        let wave = |k: usize, at: usize| ((2 * at + 1) as f64 * k as f64 * PI / 16.0).cos();
        let mut sum = 0.0;
        for (y, row) in square.iter().enumerate() {
            for (x, value) in row.iter().enumerate() {
                sum += f64::from(*value) * wave(u, x) * wave(v, y);
            }
        }
        0.25 * norm(u) * norm(v) * sum
    }

    #[test]
    fn the_transform_is_the_one_that_is_defined() {
        let square: Square = std::array::from_fn(|y| {
            std::array::from_fn(|x| ((x * 37 + y * 91 + x * y * 13) % 256) as f32 - 128.0)
        });
        let got = coefficients(square);
        for (u, got) in got.iter().enumerate() {
            for (v, got) in got.iter().enumerate() {
                let expected = defined(&square, u, v);
                assert!((f64::from(*got) - expected).abs() < 1e-3, "{u} {v}");
            }
        }
    }

    #[test]
    fn the_border_is_repeated() {
        let values: Vec<u8> = (0..9 * 3).map(|at| at * 9).collect();
        let ones = [1; 64];
        let samples = Samples::new(&values, [9, 3], 1, [&ones; 2]).unwrap();
        assert_eq!((samples.columns(), samples.rows()), (2, 1));
        let mut blocks = Vec::new();
        samples.blocks(0, &mut blocks);
        let means: Vec<_> = blocks.iter().map(|block| block[0]).collect();
        let mean = |pixels: [usize; 8]| {
            let rows = [0, 1, 2, 2, 2, 2, 2, 2];
            let sum: usize = rows
                .iter()
                .flat_map(|row| pixels.map(|x| usize::from(values[row * 9 + x])))
                .sum();
            (sum as f64 / 8.0 - 1024.0).round_ties_even() as i16
        };
        assert_eq!(means, [mean([0, 1, 2, 3, 4, 5, 6, 7]), mean([8; 8])]);
    }

    #[test]
    fn no_coefficient_is_larger_than_a_code_for_it() {
        let mut blocks = Vec::new();
        for seed in 0..200u32 {
            // The worst that there is: black and white alone, along each pattern of the transform among others.
            let values: Vec<u8> = (0..64u32)
                .map(|at| {
                    let bit = (seed.wrapping_mul(2_654_435_761) >> (at % 29)) ^ (at * seed / 7);
                    if bit & 1 == 0 { 0 } else { 255 }
                })
                .collect();
            let ones = [1; 64];
            let samples = Samples::new(&values, [8, 8], 1, [&ones; 2]).unwrap();
            samples.blocks(0, &mut blocks);
            let [mean, others @ ..] = &blocks[0];
            assert!((-1024..=1023).contains(mean));
            assert!(others.iter().all(|value| value.abs() <= 1023));
        }
    }
}
