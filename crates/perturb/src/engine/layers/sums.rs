//! Layers that sum over all pixels.

use rayon::prelude::*;

use super::super::graph::Node;
use super::super::lanes::{Block, LANES};
use super::super::layout::Layout;
use super::Value;

/// Numbers of a vector that one thread takes at a time.
const PIECE: usize = 256;

/// The mean of each channel.
pub(super) fn mean((x, from): Value<'_>, y: &mut [Block]) {
    let count = (from.rows * from.columns) as f32;
    for (block, y) in y.iter_mut().enumerate() {
        *y = Block::ZERO;
        for row in 0..from.rows {
            let mut sum = [0.0; LANES];
            for pixel in &x[(row * from.blocks + block) * from.columns..][..from.columns] {
                for lane in 0..LANES {
                    sum[lane] += pixel.0[lane];
                }
            }
            for lane in 0..LANES {
                y.0[lane] += sum[lane];
            }
        }
        y.0.iter_mut().for_each(|y| *y /= count);
    }
}

pub(super) fn mean_back(gy: &[Block], (gx, from): (&mut [Block], Layout)) {
    let count = (from.rows * from.columns) as f32;
    for (at, gx) in gx.chunks_mut(from.columns).enumerate() {
        let mut each = gy[at % from.blocks];
        each.0.iter_mut().for_each(|g| *g /= count);
        gx.fill(each);
    }
}

/// A matrix times all numbers; `flat` is where they are laid in order.
pub(super) fn linear(
    node: &Node,
    (x, from): Value<'_>,
    (y, to): (&mut [Block], Layout),
    flat: &mut [f32],
) {
    flatten(x, from, flat.iter_mut());
    let flat = &*flat;
    y.par_iter_mut().enumerate().for_each(|(block, y)| {
        *y = Block::ZERO;
        let first = block * LANES;
        for output in first..to.channels.min(first + LANES) {
            let row = &node.weight[output * flat.len()..][..flat.len()];
            let bias = node.bias.get(output).copied().unwrap_or(0.0);
            y.0[output - first] = bias + dot(row, flat);
        }
    });
}

pub(super) fn linear_back(
    node: &Node,
    (gy, to): Value<'_>,
    (gx, from): (&mut [Block], Layout),
    flat: &mut [f32],
) {
    let width = flat.len();
    flat.par_chunks_mut(PIECE)
        .enumerate()
        .for_each(|(piece, flat)| {
            flat.fill(0.0);
            for output in 0..to.channels {
                let g = gy[output / LANES].0[output % LANES];
                let row = &node.weight[output * width + piece * PIECE..][..flat.len()];
                for (sum, weight) in flat.iter_mut().zip(row) {
                    *sum += g * weight;
                }
            }
        });
    unflatten(flat.iter().copied(), gx, from);
}

/// All numbers in channel, row, column order.
pub(super) fn flatten<'a>(x: &[Block], from: Layout, flat: impl IntoIterator<Item = &'a mut f32>) {
    let mut flat = flat.into_iter();
    for channel in 0..from.channels {
        for row in 0..from.rows {
            for column in 0..from.columns {
                if let Some(to) = flat.next() {
                    *to = from.at(x, channel, row, column);
                }
            }
        }
    }
}

/// The other way.
pub(super) fn unflatten(flat: impl IntoIterator<Item = f32>, x: &mut [Block], from: Layout) {
    let mut flat = flat.into_iter();
    for channel in 0..from.channels {
        for row in 0..from.rows {
            for column in 0..from.columns {
                let (block, lane) = from.place(channel, row, column);
                x[block].0[lane] = flat.next().unwrap_or(0.0);
            }
        }
    }
}

/// In sixteen sums, which are added up at the end.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}
