//! Layers that treat each number by itself.

use rayon::prelude::*;

use super::super::graph::Node;
use super::super::lanes::{Block, LANES};
use super::super::layout::{Layout, bands};
use super::Notes;
use crate::pack::Op;

/// Blocks that one thread takes at a time where rows do not matter.
const PIECE: usize = 4096;

/// In place, noting what [`backward`] needs.
pub(super) fn forward(node: &Node, y: &mut [Block], to: Layout, notes: &mut Notes) {
    match node.op {
        Op::Relu | Op::LeakyRelu { .. } | Op::Prelu { .. } => bend(node, y, to, &mut notes.bits),
        Op::Clamp { min, max } => {
            bands(y, &mut notes.bits, to.row(), |_, y, bits| {
                for (block, bits) in y.iter_mut().zip(bits) {
                    *bits = mask(&block.0, |x| x > min && x < max);
                    block.0.iter_mut().for_each(|x| *x = x.clamp(min, max));
                }
            });
        }
        Op::Tanh { scale } => each(y, |x| scale * (x / scale).tanh()),
        Op::Sigmoid => each(y, |x| 1.0 / (1.0 + (-x).exp())),
        Op::Scale { .. } => channels(y, to, |channel, x| {
            let at = |list: &[f32]| list.get(channel).copied().unwrap_or(0.0);
            x * at(&node.weight) + at(&node.bias)
        }),
        _ => {}
    }
}

/// In place: a gradient for the output becomes one for the input.
pub(super) fn backward(
    node: &Node,
    g: &mut [Block],
    layout: Layout,
    output: &[Block],
    notes: &Notes,
) {
    match node.op {
        Op::Relu | Op::LeakyRelu { .. } | Op::Prelu { .. } => {
            let slope = |channel| slope(node, channel);
            masked(g, layout, &notes.bits, slope);
        }
        Op::Clamp { .. } => masked(g, layout, &notes.bits, |_| 0.0),
        Op::Tanh { scale } => with(g, output, |g, y| g * (1.0 - (y / scale) * (y / scale))),
        Op::Sigmoid => with(g, output, |g, y| g * y * (1.0 - y)),
        Op::Scale { .. } => channels(g, layout, |channel, g| {
            g * node.weight.get(channel).copied().unwrap_or(0.0)
        }),
        _ => {}
    }
}

/// Multiplies by the slope where the bit is not set.
pub(in super::super) fn masked(
    g: &mut [Block],
    layout: Layout,
    bits: &[u16],
    slope: impl Fn(usize) -> f32 + Sync,
) {
    g.par_chunks_mut(layout.row())
        .zip(bits.par_chunks(layout.row()))
        .for_each(|(g, bits)| {
            for (block, (g, bits)) in g
                .chunks_mut(layout.columns)
                .zip(bits.chunks(layout.columns))
                .enumerate()
            {
                let mut slopes = [0.0; LANES];
                for (lane, value) in slopes.iter_mut().enumerate() {
                    *value = slope(block * LANES + lane);
                }
                for (g, bits) in g.iter_mut().zip(bits) {
                    for lane in 0..LANES {
                        if bits >> lane & 1 == 0 {
                            g.0[lane] *= slopes[lane];
                        }
                    }
                }
            }
        });
}

/// `y` becomes `y + x`, `y - x` or `y · x`.
pub(in super::super) fn join(op: &Op, y: &mut [Block], x: &[Block]) {
    match op {
        Op::Sub => with(y, x, |y, x| y - x),
        Op::Mul => with(y, x, |y, x| y * x),
        _ => with(y, x, |y, x| y + x),
    }
}

pub(super) fn negate(y: &mut [Block]) {
    each(y, |x| -x);
}

fn bend(node: &Node, y: &mut [Block], to: Layout, bits: &mut [u16]) {
    bands(y, bits, to.row(), |_, y, bits| {
        for (at, block) in y.iter_mut().enumerate() {
            let positive = mask(&block.0, |x| x > 0.0);
            if let Some(bits) = bits.get_mut(at) {
                *bits = positive;
            }
            let first = at / to.columns * LANES;
            for lane in 0..LANES {
                if positive >> lane & 1 == 0 {
                    block.0[lane] *= slope(node, first + lane);
                }
            }
        }
    });
}

/// The slope below 0 of a channel.
fn slope(node: &Node, channel: usize) -> f32 {
    match (&node.op, &node.weight[..]) {
        (Op::LeakyRelu { slope }, _) => *slope,
        (Op::Prelu { .. }, [one]) => *one,
        (Op::Prelu { .. }, each) => each.get(channel).copied().unwrap_or(0.0),
        _ => 0.0,
    }
}

fn mask(numbers: &[f32; LANES], holds: impl Fn(f32) -> bool) -> u16 {
    let mut bits = 0;
    for (lane, number) in numbers.iter().enumerate() {
        bits |= u16::from(holds(*number)) << lane;
    }
    bits
}

fn each(y: &mut [Block], f: impl Fn(f32) -> f32 + Sync) {
    y.par_chunks_mut(PIECE).for_each(|y| {
        for block in y {
            for x in &mut block.0 {
                *x = f(*x);
            }
        }
    });
}

fn with(y: &mut [Block], x: &[Block], f: impl Fn(f32, f32) -> f32 + Sync) {
    y.par_chunks_mut(PIECE)
        .zip(x.par_chunks(PIECE))
        .for_each(|(y, x)| {
            for (y, x) in y.iter_mut().zip(x) {
                for (y, x) in y.0.iter_mut().zip(&x.0) {
                    *y = f(*y, *x);
                }
            }
        });
}

fn channels(y: &mut [Block], layout: Layout, f: impl Fn(usize, f32) -> f32 + Sync) {
    y.par_chunks_mut(layout.columns)
        .enumerate()
        .for_each(|(at, y)| {
            let first = at % layout.blocks * LANES;
            for block in y {
                for (lane, x) in block.0.iter_mut().enumerate() {
                    *x = f(first + lane, *x);
                }
            }
        });
}
