//! Convolutions of any kernel, stride and dilation: the pixels under the kernel are laid side by side, and multiplied.

use super::super::lanes::{Block, Columns, Instructions, LANES, Lanes, Rows, Task};
use super::super::layout::{Layout, bands};
use super::phase::{Phase, Phases};
use super::{Finish, Scratch};

/// Pixels that are worked on together, at most.
const PIXELS: usize = 96;
/// Working memory for them, in blocks: a part of the second cache.
const SCRATCH: usize = 4096;
/// With no more input channels than this, those of several taps share a block.
const NARROW: usize = 8;

/// Weights, laid out for the matrix kernel, one piece a phase.
#[derive(Debug)]
pub(super) struct Direct {
    phases: Phases,
    weights: Vec<Vec<Block>>,
    inputs: usize,
    outputs: usize,
    set: Instructions,
}

impl Direct {
    /// From `weight(output, input, row, column)`.
    pub(super) fn new(
        set: Instructions,
        phases: Phases,
        inputs: usize,
        outputs: usize,
        weight: impl Fn(usize, usize, usize, usize) -> f32,
    ) -> Self {
        let wide = outputs.div_ceil(LANES);
        let packed = |phase: &Phase| {
            let step = step(inputs);
            let depth = (phase.taps.len() * step).next_multiple_of(LANES);
            set.pack(depth, wide, |k, output| {
                let input = k % step;
                match phase.taps.get(k / step) {
                    Some(tap) if input < inputs && output < outputs => {
                        weight(output, input, tap.kernel[0], tap.kernel[1])
                    }
                    _ => 0.0,
                }
            })
        };
        Self {
            weights: phases.all.iter().map(packed).collect(),
            phases,
            inputs,
            outputs,
            set,
        }
    }

    /// Blocks of working memory that a thread needs.
    pub(super) fn scratch(&self) -> usize {
        let most = |weights: &Vec<Block>| self.deep(weights) * self.together(weights);
        self.weights.iter().map(most).max().unwrap_or(0).max(PIXELS)
    }

    /// Blocks of input channels under the kernel.
    fn deep(&self, weights: &[Block]) -> usize {
        weights.len() / (LANES * self.outputs.div_ceil(LANES))
    }

    /// Pixels that are worked on together.
    fn together(&self, weights: &[Block]) -> usize {
        let rows = self.set.rows();
        let room = SCRATCH / self.deep(weights).max(1);
        (room.min(PIXELS) / rows * rows).max(rows)
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

/// How far apart the taps are in the depth of the matrix.
const fn step(inputs: usize) -> usize {
    if inputs <= NARROW {
        inputs
    } else {
        inputs.next_multiple_of(LANES)
    }
}

struct Job<'a> {
    weights: &'a Direct,
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
        let step = self.weights.phases.step_out;
        // Small pictures: several rows together, to fill the matrix kernel.
        let down = (PIXELS / 2 * step / self.to.columns).max(1) * step;
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
        bands(y, bits, down * to.row(), |at, y, bits| {
            let band = Band {
                weights,
                x,
                from,
                to,
                finish,
                first: at * down,
            };
            scratch.with(|scratch| {
                lanes.run(
                    #[inline(always)]
                    || {
                        for (phase, packed) in weights.phases.all.iter().zip(&weights.weights) {
                            band.run(lanes, phase, packed, y, bits, scratch);
                        }
                    },
                );
            });
        });
    }
}

struct Band<'a> {
    weights: &'a Direct,
    x: &'a [Block],
    from: Layout,
    to: Layout,
    finish: Finish<'a>,
    /// The first row.
    first: usize,
}

impl Band<'_> {
    #[inline(always)]
    fn run<L: Lanes>(
        &self,
        lanes: L,
        phase: &Phase,
        packed: &[Block],
        y: &mut [Block],
        bits: &mut [u16],
        scratch: &mut [Block],
    ) {
        let step = self.weights.phases.step_out;
        let rows = (y.len() / self.to.row())
            .saturating_sub(phase.start[0])
            .div_ceil(step);
        let across = self
            .to
            .columns
            .saturating_sub(phase.start[1])
            .div_ceil(step);
        let together = self.weights.together(packed);
        let offset = self.first * self.to.row();
        let mut start = 0;
        while start < rows * across {
            let count = together.min(rows * across - start);
            let room = count.next_multiple_of(self.weights.set.rows());
            let mut places = [0; PIXELS];
            for (pixel, place) in places[..count].iter_mut().enumerate() {
                let (row, column) = ((start + pixel) / across, (start + pixel) % across);
                *place =
                    (row * step + phase.start[0]) * self.to.row() + column * step + phase.start[1];
            }
            if self.weights.inputs <= NARROW {
                self.lay_narrow(phase, start..start + count, across, room, scratch);
            } else {
                self.lay(phase, start..start + count, across, room, scratch);
            }
            let a = Rows {
                blocks: scratch,
                stride: room,
                count,
            };
            let b = Columns {
                blocks: packed,
                count: self.to.blocks,
            };
            lanes.multiply(
                a,
                b,
                #[inline(always)]
                |pixel, block, sum| {
                    let at = places[pixel] + block * self.to.columns;
                    let bits = bits.get_mut(at);
                    self.finish
                        .apply(lanes, sum, block, offset + at, &mut y[at], bits);
                },
            );
            start += count;
        }
    }

    /// Copies the blocks under each tap, zeros outside.
    #[inline(always)]
    fn lay(
        &self,
        phase: &Phase,
        pixels: std::ops::Range<usize>,
        across: usize,
        room: usize,
        to: &mut [Block],
    ) {
        let step = self.weights.phases.step_in;
        let base = self.first / self.weights.phases.step_out;
        let deep = self.from.blocks;
        for (tap, to) in phase.taps.iter().zip(to.chunks_mut(deep * room)) {
            let mut pixel = pixels.start;
            while pixel < pixels.end {
                let (row, column) = (pixel / across, pixel % across);
                let run = (across - column).min(pixels.end - pixel);
                let source = ((base + row) * step).wrapping_add_signed(tap.shift[0]);
                for block in 0..deep {
                    let to = &mut to[block * room + pixel - pixels.start..][..run];
                    if source >= self.from.rows {
                        to.fill(Block::ZERO);
                        continue;
                    }
                    let line =
                        &self.x[(source * deep + block) * self.from.columns..][..self.from.columns];
                    let first = (column * step).wrapping_add_signed(tap.shift[1]);
                    match line.get(first..).and_then(|line| line.get(..run)) {
                        Some(line) if step == 1 => to.copy_from_slice(line),
                        _ => {
                            for (at, to) in to.iter_mut().enumerate() {
                                let pixel = line.get(first.wrapping_add(at * step));
                                *to = pixel.copied().unwrap_or(Block::ZERO);
                            }
                        }
                    }
                }
                pixel += run;
            }
        }
    }

    /// The same with few channels, number by number, so that those of several taps share a block.
    #[inline(always)]
    fn lay_narrow(
        &self,
        phase: &Phase,
        pixels: std::ops::Range<usize>,
        across: usize,
        room: usize,
        to: &mut [Block],
    ) {
        let step = self.weights.phases.step_in;
        let base = self.first / self.weights.phases.step_out;
        let inputs = self.weights.inputs;
        let deep = (phase.taps.len() * inputs).div_ceil(LANES);
        for (at, pixel) in pixels.enumerate() {
            let (row, column) = (pixel / across, pixel % across);
            for block in 0..deep {
                to[block * room + at] = Block::ZERO;
            }
            for (which, tap) in phase.taps.iter().enumerate() {
                let y = ((base + row) * step).wrapping_add_signed(tap.shift[0]);
                let x = (column * step).wrapping_add_signed(tap.shift[1]);
                if y < self.from.rows && x < self.from.columns {
                    let pixel = &self.x[y * self.from.columns + x];
                    for (input, number) in pixel.0.iter().enumerate().take(inputs) {
                        let k = which * inputs + input;
                        to[k / LANES * room + at].0[k % LANES] = *number;
                    }
                }
            }
        }
    }
}
