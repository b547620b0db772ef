//! 3×3 convolutions of stride 1 as F(4×4, 3×3) (Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks"):
//! tiles of 6×6 are transformed, multiplied place by place, and transformed back to 4×4, with a quarter of the
//! multiplications.

use super::super::lanes::{Block, Columns, Instructions, LANES, Lanes, Rows, Task};
use super::super::layout::{Layout, bands};
use super::{Finish, Scratch};

/// Output pixels along a side of a tile.
const OUT: usize = 4;
/// Input pixels along a side of a tile.
const IN: usize = 6;
const PLACES: usize = IN * IN;
/// Tiles that are worked on together: their transforms and a part of the weights fit into the second cache.
const TILES: usize = 24;

/// Weights, transformed once.
#[derive(Debug)]
pub(super) struct Winograd {
    /// By place, then as [`Instructions::pack`] lays them out.
    weights: Vec<Block>,
    inputs: usize,
    outputs: usize,
    set: Instructions,
}

/// `G` of F(4, 3), times the three weights of a row or column.
fn widened([a, b, c]: [f64; 3]) -> [f64; IN] {
    [
        a / 4.0,
        -(a + b + c) / 6.0,
        -(a - b + c) / 6.0,
        a / 24.0 + b / 12.0 + c / 6.0,
        a / 24.0 - b / 12.0 + c / 6.0,
        c,
    ]
}

impl Winograd {
    /// From `weight(output, input, row, column)`.
    pub(super) fn new(
        set: Instructions,
        inputs: usize,
        outputs: usize,
        weight: impl Fn(usize, usize, usize, usize) -> f32,
    ) -> Self {
        let (deep, wide) = (inputs.div_ceil(LANES), outputs.div_ceil(LANES));
        let mut transformed = vec![[0.0_f32; PLACES]; deep * LANES * wide * LANES];
        for output in 0..outputs {
            for input in 0..inputs {
                let row = |row| {
                    widened([0, 1, 2].map(|column| f64::from(weight(output, input, row, column))))
                };
                let rows = [row(0), row(1), row(2)];
                let to = &mut transformed[input * wide * LANES + output];
                for column in 0..IN {
                    let column_of = widened([rows[0][column], rows[1][column], rows[2][column]]);
                    for (row, value) in column_of.into_iter().enumerate() {
                        to[row * IN + column] = value as f32;
                    }
                }
            }
        }
        let mut weights = Vec::with_capacity(PLACES * deep * LANES * wide);
        for place in 0..PLACES {
            weights.extend(set.pack(deep * LANES, wide, |input, output| {
                transformed[input * wide * LANES + output][place]
            }));
        }
        Self {
            weights,
            inputs: deep,
            outputs: wide,
            set,
        }
    }

    /// Blocks of working memory that a thread needs.
    pub(super) fn scratch(&self) -> usize {
        let tiles = TILES.next_multiple_of(self.set.rows());
        PLACES * (self.step(tiles, self.inputs) + self.step(tiles, self.outputs))
    }

    /// Blocks between one place and the next; odd, so that the places do not share the same lines of a cache.
    const fn step(&self, tiles: usize, blocks: usize) -> usize {
        (tiles * blocks) | 1
    }

    /// `top` and `left` are the border in front of the input.
    pub(super) fn run(
        &self,
        (x, from): (&[Block], Layout),
        (y, to): (&mut [Block], Layout),
        bits: &mut [u16],
        [top, left]: [usize; 2],
        finish: Finish<'_>,
        scratch: &Scratch,
    ) {
        self.set.run(Job {
            weights: self,
            x,
            from,
            y,
            to,
            bits,
            before: [top, left],
            finish,
            scratch,
        });
    }
}

struct Job<'a> {
    weights: &'a Winograd,
    x: &'a [Block],
    from: Layout,
    y: &'a mut [Block],
    to: Layout,
    bits: &'a mut [u16],
    before: [usize; 2],
    finish: Finish<'a>,
    scratch: &'a Scratch,
}

impl Task for Job<'_> {
    fn run<L: Lanes>(self, lanes: L) {
        let across = self.to.columns.div_ceil(OUT);
        // Small pictures: several rows of tiles together, to fill the matrix kernel.
        let down = (TILES / across).max(1);
        let length = down * OUT * self.to.row();
        let Job {
            weights,
            x,
            from,
            y,
            to,
            bits,
            before,
            finish,
            scratch,
        } = self;
        bands(y, bits, length, |at, y, bits| {
            let band = Band {
                weights,
                x,
                from,
                to,
                before,
                finish,
                across,
                first: at * down,
            };
            scratch.with(|scratch| {
                lanes.run(
                    #[inline(always)]
                    || band.run(lanes, y, bits, scratch),
                );
            });
        });
    }
}

/// A band of the output: whole rows of tiles.
struct Band<'a> {
    weights: &'a Winograd,
    x: &'a [Block],
    from: Layout,
    to: Layout,
    before: [usize; 2],
    finish: Finish<'a>,
    /// Tiles in a row.
    across: usize,
    /// The first row of tiles.
    first: usize,
}

impl Band<'_> {
    #[inline(always)]
    fn run<L: Lanes>(&self, lanes: L, y: &mut [Block], bits: &mut [u16], scratch: &mut [Block]) {
        let rows = y.len() / self.to.row();
        let tiles = rows.div_ceil(OUT) * self.across;
        let mut start = 0;
        while start < tiles {
            let count = TILES.min(tiles - start);
            let room = count.next_multiple_of(self.weights.set.rows());
            let (deep, wide) = (self.weights.inputs, self.weights.outputs);
            let (step_in, step_out) =
                (self.weights.step(room, deep), self.weights.step(room, wide));
            let (v, m) = scratch.split_at_mut(PLACES * step_in);
            for tile in 0..count {
                for block in 0..deep {
                    self.transform(
                        lanes,
                        start + tile,
                        block,
                        &mut v[block * room + tile..],
                        step_in,
                    );
                }
            }
            let each = deep * LANES * wide;
            for place in 0..PLACES {
                let a = Rows {
                    blocks: &v[place * step_in..][..deep * room],
                    stride: room,
                    count,
                };
                let b = Columns {
                    blocks: &self.weights.weights[place * each..][..each],
                    count: wide,
                };
                let m = &mut m[place * step_out..][..wide * room];
                lanes.multiply(
                    a,
                    b,
                    #[inline(always)]
                    |tile, block, sum| lanes.store(sum, &mut m[block * room + tile]),
                );
            }
            for block in 0..wide {
                for tile in 0..count {
                    self.back(
                        lanes,
                        start + tile,
                        block,
                        &m[block * room + tile..],
                        step_out,
                        y,
                        bits,
                    );
                }
            }
            start += count;
        }
    }

    /// Transforms one tile of one block of input channels: `Bᵀ d B`.
    #[inline(always)]
    fn transform<L: Lanes>(
        &self,
        lanes: L,
        tile: usize,
        block: usize,
        v: &mut [Block],
        step: usize,
    ) {
        let row = ((self.first + tile / self.across) * OUT).wrapping_sub(self.before[0]);
        let column = (tile % self.across * OUT).wrapping_sub(self.before[1]);
        let zero = lanes.splat(0.0);
        let mut half = [[zero; IN]; IN];
        for i in 0..IN {
            let y = row.wrapping_add(i);
            let mut d = [zero; IN];
            if y < self.from.rows {
                let line = &self.x[(y * self.from.blocks + block) * self.from.columns..]
                    [..self.from.columns];
                if let Some(inside) = line.get(column..).and_then(|line| line.first_chunk::<IN>()) {
                    for j in 0..IN {
                        d[j] = lanes.load(&inside[j]);
                    }
                } else {
                    for (j, d) in d.iter_mut().enumerate() {
                        if let Some(pixel) = line.get(column.wrapping_add(j)) {
                            *d = lanes.load(pixel);
                        }
                    }
                }
            }
            half[i] = spread(lanes, d);
        }
        for j in 0..IN {
            let columns = spread(
                lanes,
                [
                    half[0][j], half[1][j], half[2][j], half[3][j], half[4][j], half[5][j],
                ],
            );
            for i in 0..IN {
                lanes.store(columns[i], &mut v[(i * IN + j) * step]);
            }
        }
    }

    /// Transforms one tile of one block of output channels back: `Aᵀ m A`.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "two places to write to")]
    fn back<L: Lanes>(
        &self,
        lanes: L,
        tile: usize,
        block: usize,
        m: &[Block],
        step: usize,
        y: &mut [Block],
        bits: &mut [u16],
    ) {
        let (row, column) = (tile / self.across * OUT, tile % self.across * OUT);
        let zero = lanes.splat(0.0);
        let mut half = [[zero; IN]; OUT];
        for j in 0..IN {
            let mut d = [zero; IN];
            for i in 0..IN {
                d[i] = lanes.load(&m[(i * IN + j) * step]);
            }
            let gathered = gather(lanes, d);
            for i in 0..OUT {
                half[i][j] = gathered[i];
            }
        }
        let rows = y.len() / self.to.row();
        let offset = self.first * OUT * self.to.row();
        for (i, half) in half.into_iter().enumerate().take(rows - row) {
            let pixels = gather(lanes, half);
            let start = ((row + i) * self.to.blocks + block) * self.to.columns + column;
            let wide = OUT.min(self.to.columns - column);
            let y = &mut y[start..][..wide];
            let mut bits = bits.get_mut(start..start + wide);
            for (j, (pixel, place)) in pixels.into_iter().zip(y).enumerate() {
                let bits = bits.as_mut().map(|bits| &mut bits[j]);
                self.finish
                    .apply(lanes, pixel, block, offset + start + j, place, bits);
            }
        }
    }
}

/// `Bᵀ` times six numbers.
#[inline(always)]
fn spread<L: Lanes>(lanes: L, d: [L::Wide; IN]) -> [L::Wide; IN] {
    let by = |factor: f32, a, b| lanes.mul_add(lanes.splat(factor), a, b);
    let (even, odd) = (by(-4.0, d[2], d[4]), by(-4.0, d[1], d[3]));
    let (outer, inner) = (lanes.sub(d[4], d[2]), lanes.sub(d[3], d[1]));
    [
        by(4.0, d[0], by(-5.0, d[2], d[4])),
        lanes.add(even, odd),
        lanes.sub(even, odd),
        by(2.0, inner, outer),
        by(-2.0, inner, outer),
        by(4.0, d[1], by(-5.0, d[3], d[5])),
    ]
}

/// `Aᵀ` times six numbers.
#[inline(always)]
fn gather<L: Lanes>(lanes: L, m: [L::Wide; IN]) -> [L::Wide; OUT] {
    let by = |factor: f32, a, b| lanes.mul_add(lanes.splat(factor), a, b);
    let (near, near_less) = (lanes.add(m[1], m[2]), lanes.sub(m[1], m[2]));
    let (far, far_less) = (lanes.add(m[3], m[4]), lanes.sub(m[3], m[4]));
    [
        lanes.add(m[0], lanes.add(near, far)),
        by(2.0, far_less, near_less),
        by(4.0, far, near),
        lanes.add(m[5], by(8.0, far_less, near_less)),
    ]
}
