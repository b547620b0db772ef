//! Layers that are no convolutions, forward and back.
//!
//! A gradient function writes the gradient for one input; adding several up is the plan's work.

mod moves;
mod norm;
mod pointwise;
mod pool;
mod resample;
mod sums;

pub(super) use pointwise::{join, masked};

use super::graph::Node;
use super::lanes::{Block, LANES};
use super::layout::Layout;
use crate::pack::Op;

/// What a layer notes for its gradient.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// One number a block (a bit a lane), or sixteen.
    pub(super) bits: Vec<u16>,
    pub(super) numbers: Vec<f32>,
}

/// What a gradient needs to have been kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    Nothing,
    Inputs,
    Output,
}

pub(super) const fn keeps(op: &Op) -> Keeps {
    match op {
        Op::Mul | Op::GroupNorm { .. } => Keeps::Inputs,
        Op::Tanh { .. } | Op::Sigmoid | Op::L2Normalise => Keeps::Output,
        _ => Keeps::Nothing,
    }
}

/// Whether a layer can work where its first input stands: forward, and its gradient.
pub(super) const fn works_in_place(op: &Op) -> bool {
    matches!(
        op,
        Op::Relu
            | Op::LeakyRelu { .. }
            | Op::Prelu { .. }
            | Op::Tanh { .. }
            | Op::Sigmoid
            | Op::Clamp { .. }
            | Op::Scale { .. }
    )
}

impl Notes {
    /// Room for a step's notes.
    pub(super) fn new(size: NotesSize) -> Self {
        Self {
            bits: vec![0; size.bits],
            numbers: vec![0.0; size.numbers],
        }
    }
}

/// How large [`Notes`] are.
#[derive(Debug, Clone, Copy)]
pub(super) struct NotesSize {
    bits: usize,
    numbers: usize,
}

impl NotesSize {
    /// `bends` is whether it is a convolution that ends with one.
    pub(super) fn of(op: &Op, bends: bool, from: Layout, to: Layout) -> Self {
        let bits = match op {
            Op::Relu | Op::LeakyRelu { .. } | Op::Prelu { .. } | Op::Clamp { .. } => to.len(),
            Op::MaxPool { .. } => to.len() * LANES,
            _ if bends => to.len(),
            _ => 0,
        };
        let numbers = match op {
            Op::GroupNorm { groups, .. } => 2 * groups,
            Op::L2Normalise => 1,
            Op::Linear { .. } => from.channels * from.rows * from.columns,
            _ => 0,
        };
        Self { bits, numbers }
    }

    /// In 32-bit numbers.
    pub(super) const fn values(self) -> usize {
        self.bits / 2 + self.numbers
    }
}

/// A value and its layout.
pub(super) type Value<'a> = (&'a [Block], Layout);

/// Runs a layer. One that works in place has its input in `y` already, and takes none.
pub(super) fn forward<'a>(
    node: &Node,
    input: impl Fn(usize) -> Value<'a>,
    y: (&mut [Block], Layout),
    notes: &mut Notes,
) {
    let (y, to) = y;
    match &node.op {
        op if works_in_place(op) => pointwise::forward(node, y, to, notes),
        Op::Add | Op::Sub | Op::Mul => {
            y.copy_from_slice(input(0).0);
            for which in 1..node.inputs.len() {
                join(&node.op, y, input(which).0);
            }
        }
        Op::MaxPool { .. } => pool::max(node, input(0), (y, to), &mut notes.bits),
        Op::AvgPool { .. } => pool::mean(node, input(0), (y, to)),
        Op::GlobalAvgPool => sums::mean(input(0), y),
        Op::GroupNorm { .. } => norm::group(node, input(0), y, &mut notes.numbers),
        Op::L2Normalise => norm::length(input(0), y, &mut notes.numbers),
        Op::Linear { .. } => sums::linear(node, input(0), (y, to), &mut notes.numbers),
        Op::Upsample { factor, mode } => resample::forward(*factor, *mode, input(0), (y, to)),
        Op::PixelShuffle { factor } => moves::shuffle(*factor, input(0), (y, to)),
        Op::PixelUnshuffle { factor } => moves::unshuffle(*factor, input(0), (y, to)),
        Op::Flatten => moves::flatten(input(0), (y, to)),
        Op::Concat | Op::Pad { .. } | Op::PadChannels { .. } => {
            y.fill(Block::ZERO);
            let mut channel = 0;
            for which in 0..node.inputs.len() {
                let x = input(which);
                moves::put(x, (y, to), moves::offset(&node.op, channel));
                channel += x.1.channels;
            }
        }
        _ => {}
    }
}

/// Writes the gradient for input `which`, whose layout is `gx.1`. A layer that works in place has the output's gradient in `gx` already.
/// `kept(which)` is an input and `output` the output, where [`keeps`] says so; `channel` is the first channel of the output that is
/// of this input.
pub(super) fn backward<'a>(
    node: &Node,
    (which, channel): (usize, usize),
    kept: impl Fn(usize) -> Value<'a>,
    output: &[Block],
    (gy, to): Value<'_>,
    (gx, from): (&mut [Block], Layout),
    notes: &mut Notes,
) {
    match &node.op {
        op if works_in_place(op) => pointwise::backward(node, gx, from, output, notes),
        Op::Add => gx.copy_from_slice(gy),
        Op::Sub => {
            gx.copy_from_slice(gy);
            if which == 1 {
                pointwise::negate(gx);
            }
        }
        Op::Mul => {
            gx.copy_from_slice(gy);
            join(&node.op, gx, kept(1 - which).0);
        }
        Op::MaxPool { .. } => pool::max_back(node, (gy, to), (gx, from), &notes.bits),
        Op::AvgPool { .. } => pool::mean_back(node, (gy, to), (gx, from)),
        Op::GlobalAvgPool => sums::mean_back(gy, (gx, from)),
        Op::GroupNorm { .. } => norm::group_back(node, kept(0), gy, gx, &notes.numbers),
        Op::L2Normalise => norm::length_back((output, from), gy, gx, &notes.numbers),
        Op::Linear { .. } => sums::linear_back(node, (gy, to), (gx, from), &mut notes.numbers),
        Op::Upsample { factor, mode } => resample::backward(*factor, *mode, (gy, to), (gx, from)),
        Op::PixelShuffle { factor } => moves::unshuffle(*factor, (gy, to), (gx, from)),
        Op::PixelUnshuffle { factor } => moves::shuffle(*factor, (gy, to), (gx, from)),
        Op::Flatten => moves::unflatten((gy, to), (gx, from)),
        Op::Concat | Op::Pad { .. } | Op::PadChannels { .. } => {
            moves::take((gy, to), (gx, from), moves::offset(&node.op, channel));
        }
        _ => {}
    }
}
