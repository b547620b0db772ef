//! Convolutions that keep each channel to itself.

use super::super::lanes::{Block, Instructions, LANES, Lanes, Task};
use super::super::layout::{Layout, bands};
use super::phase::{Phase, Phases};
use super::{Finish, Scratch};

#[derive(Debug)]
pub(super) struct Depthwise {
    phases: Phases,
    /// By phase; in it by tap, then by block of channels.
    weights: Vec<Vec<Block>>,
    set: Instructions,
}

impl Depthwise {
    /// From `weight(channel, row, column)`.
    pub(super) fn new(
        set: Instructions,
        phases: Phases,
        channels: usize,
        weight: impl Fn(usize, usize, usize) -> f32,
    ) -> Self {
        let packed = |phase: &Phase| {
            let mut packed = Vec::with_capacity(phase.taps.len() * channels.div_ceil(LANES));
            for tap in &phase.taps {
                for first in (0..channels).step_by(LANES) {
                    let mut block = Block::ZERO;
                    for (number, channel) in block.0.iter_mut().zip(first..channels) {
                        *number = weight(channel, tap.kernel[0], tap.kernel[1]);
                    }
                    packed.push(block);
                }
            }
            packed
        };
        Self {
            weights: phases.all.iter().map(packed).collect(),
            phases,
            set,
        }
    }

    /// Blocks of working memory that a thread needs: a row of one block of channels.
    pub(super) const fn scratch(columns: usize) -> usize {
        columns
    }

    pub(super) fn run(
        &self,
        (x, from): (&[Block], Layout),
        (y, to): (&mut [Block], Layout),
        bits: &mut [u16],
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
            finish,
            scratch,
        });
    }
}

struct Job<'a> {
    weights: &'a Depthwise,
    x: &'a [Block],
    from: Layout,
    y: &'a mut [Block],
    to: Layout,
    bits: &'a mut [u16],
    finish: Finish<'a>,
    scratch: &'a Scratch,
}

impl Task for Job<'_> {
    fn run<L: Lanes>(self, lanes: L) {
        let Job {
            weights,
            x,
            from,
            y,
            to,
            bits,
            finish,
            scratch,
        } = self;
        bands(y, bits, to.row(), |row, y, bits| {
            let line = Line {
                weights,
                x,
                from,
                to,
                finish,
                row,
            };
            scratch.with(|scratch| {
                lanes.run(
                    #[inline(always)]
                    || line.run(lanes, y, bits, scratch),
                );
            });
        });
    }
}

/// One row of the output.
struct Line<'a> {
    weights: &'a Depthwise,
    x: &'a [Block],
    from: Layout,
    to: Layout,
    finish: Finish<'a>,
    row: usize,
}

impl Line<'_> {
    #[inline(always)]
    fn run<L: Lanes>(&self, lanes: L, y: &mut [Block], bits: &mut [u16], scratch: &mut [Block]) {
        let step = self.weights.phases.step_out;
        for (phase, weights) in self.weights.phases.all.iter().zip(&self.weights.weights) {
            if phase.start[0] != self.row % step || phase.start[1] >= self.to.columns {
                continue;
            }
            let across = (self.to.columns - phase.start[1]).div_ceil(step);
            let sums = &mut scratch[..across];
            for block in 0..self.to.blocks {
                sums.fill(Block::ZERO);
                self.sum(lanes, phase, weights, block, sums);
                for (at, sum) in sums.iter().enumerate() {
                    let at = block * self.to.columns + at * step + phase.start[1];
                    let whole = self.row * self.to.row() + at;
                    let bits = bits.get_mut(at);
                    self.finish
                        .apply(lanes, lanes.load(sum), block, whole, &mut y[at], bits);
                }
            }
        }
    }

    #[inline(always)]
    fn sum<L: Lanes>(
        &self,
        lanes: L,
        phase: &Phase,
        weights: &[Block],
        block: usize,
        sums: &mut [Block],
    ) {
        let Phases {
            step_in, step_out, ..
        } = self.weights.phases;
        for (tap, weights) in phase.taps.iter().zip(weights.chunks(self.to.blocks)) {
            let source = (self.row / step_out * step_in).wrapping_add_signed(tap.shift[0]);
            if source >= self.from.rows {
                continue;
            }
            let weight = lanes.load(&weights[block]);
            let line = &self.x[(source * self.from.blocks + block) * self.from.columns..]
                [..self.from.columns];
            // The pixels whose source lies inside.
            let before = tap.shift[1]
                .min(0)
                .unsigned_abs()
                .div_ceil(step_in)
                .min(sums.len());
            let first = (before * step_in).wrapping_add_signed(tap.shift[1]);
            let line = line.get(first..).unwrap_or_default();
            for (sum, pixel) in sums[before..].iter_mut().zip(line.iter().step_by(step_in)) {
                let value = lanes.mul_add(lanes.load(pixel), weight, lanes.load(sum));
                lanes.store(value, sum);
            }
        }
    }
}
