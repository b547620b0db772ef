//! Layers that only move numbers.

use rayon::prelude::*;

use super::super::lanes::{Block, LANES};
use super::super::layout::Layout;
use super::{Value, sums};
use crate::pack::Op;

/// Where a layer puts an input: channel, row, column. `channel` is how many channels stand before it.
pub(super) const fn offset(op: &Op, channel: usize) -> [usize; 3] {
    match op {
        Op::Pad { padding } => {
            let [top, left, ..] = padding.sides();
            [0, top, left]
        }
        _ => [channel, 0, 0],
    }
}

/// Writes a value into a larger one.
pub(super) fn put(
    (x, from): Value<'_>,
    (y, to): (&mut [Block], Layout),
    [channel, row, column]: [usize; 3],
) {
    let rows = y.par_chunks_mut(to.row()).skip(row).take(from.rows);
    rows.enumerate().for_each(|(at, y)| {
        for block in 0..from.blocks {
            let x = &x[(at * from.blocks + block) * from.columns..][..from.columns];
            let lanes = LANES.min(from.channels - block * LANES);
            for lane in 0..lanes {
                let target = channel + block * LANES + lane;
                let y = &mut y[target / LANES * to.columns + column..][..from.columns];
                if lane == 0 && target.is_multiple_of(LANES) && lanes == LANES {
                    y.copy_from_slice(x);
                    break;
                }
                for (y, x) in y.iter_mut().zip(x) {
                    y.0[target % LANES] = x.0[lane];
                }
            }
        }
    });
}

/// Reads a value out of a larger one.
pub(super) fn take(
    (y, to): Value<'_>,
    (x, from): (&mut [Block], Layout),
    [channel, row, column]: [usize; 3],
) {
    x.par_chunks_mut(from.row())
        .enumerate()
        .for_each(|(at, x)| {
            for (block, x) in x.chunks_mut(from.columns).enumerate() {
                let lanes = LANES.min(from.channels - block * LANES);
                for lane in 0..lanes {
                    let source = channel + block * LANES + lane;
                    let start = ((at + row) * to.blocks + source / LANES) * to.columns + column;
                    let y = &y[start..][..from.columns];
                    if lane == 0 && source.is_multiple_of(LANES) && lanes == LANES {
                        x.copy_from_slice(y);
                        break;
                    }
                    for (x, y) in x.iter_mut().zip(y) {
                        x.0[lane] = y.0[source % LANES];
                    }
                }
            }
        });
}

/// Channels become pixels.
pub(super) fn shuffle(factor: usize, (x, from): Value<'_>, y: (&mut [Block], Layout)) {
    gather(y, |channel, row, column| {
        let inner = row % factor * factor + column % factor;
        from.at(
            x,
            channel * factor * factor + inner,
            row / factor,
            column / factor,
        )
    });
}

/// Pixels become channels.
pub(super) fn unshuffle(factor: usize, (x, from): Value<'_>, y: (&mut [Block], Layout)) {
    gather(y, |channel, row, column| {
        let inner = channel % (factor * factor);
        let (row, column) = (
            row * factor + inner / factor,
            column * factor + inner % factor,
        );
        from.at(x, channel / (factor * factor), row, column)
    });
}

/// Pixels of all channels become channels of one pixel.
pub(super) fn flatten((x, from): Value<'_>, (y, _): (&mut [Block], Layout)) {
    sums::flatten(x, from, y.iter_mut().flat_map(|block| &mut block.0));
}

pub(super) fn unflatten((gy, _): Value<'_>, (gx, from): (&mut [Block], Layout)) {
    sums::unflatten(gy.iter().flat_map(|block| block.0), gx, from);
}

/// Makes each number of a value from its channel, row and column.
fn gather((y, to): (&mut [Block], Layout), number: impl Fn(usize, usize, usize) -> f32 + Sync) {
    y.par_chunks_mut(to.row()).enumerate().for_each(|(row, y)| {
        for (at, y) in y.iter_mut().enumerate() {
            let (first, column) = (at / to.columns * LANES, at % to.columns);
            *y = Block::ZERO;
            for channel in first..to.channels.min(first + LANES) {
                y.0[channel - first] = number(channel, row, column);
            }
        }
    });
}
