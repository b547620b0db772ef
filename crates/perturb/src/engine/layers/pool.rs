//! Windows: the largest number, or the mean.

use rayon::prelude::*;

use super::super::graph::Node;
use super::super::lanes::{Block, LANES};
use super::super::layout::{Layout, bands};
use super::Value;
use crate::pack::Op;

#[derive(Clone, Copy)]
struct Windows {
    size: usize,
    stride: usize,
    /// Top, left, bottom, right.
    padding: [usize; 4],
    count_padding: bool,
}

impl Windows {
    fn of(node: &Node) -> Option<Self> {
        let (size, stride, padding, count_padding) = match node.op {
            Op::MaxPool {
                size,
                stride,
                padding,
                ..
            } => (size, stride, padding, true),
            Op::AvgPool {
                size,
                stride,
                padding,
                count_padding,
                ..
            } => (size, stride, padding, count_padding),
            _ => return None,
        };
        Some(Self {
            size,
            stride: stride.unwrap_or(size),
            padding: padding.sides(),
            count_padding,
        })
    }

    /// The pixels inside along a side, and how many the window covers in a mean. `side` 0 is rows, 1 columns.
    fn span(&self, at: usize, side: usize, length: usize) -> (std::ops::Range<usize>, usize) {
        let (before, after) = (self.padding[side], self.padding[side + 2]);
        let start = at * self.stride;
        let end = (start + self.size).min(length + before);
        let inside = start.max(before) - before..end.max(before) - before;
        let covered = if self.count_padding {
            (start + self.size).min(length + before + after) - start
        } else {
            inside.len()
        };
        (inside, covered)
    }

    /// The windows that an input pixel is in, along a side of `count` windows.
    fn over(&self, at: usize, side: usize, count: usize) -> std::ops::Range<usize> {
        let at = at + self.padding[side];
        let first = (at + 1).saturating_sub(self.size).div_ceil(self.stride);
        first..(at / self.stride + 1).min(count)
    }
}

/// Notes which pixel of its window won, sixteen numbers a block.
pub(super) fn max(
    node: &Node,
    (x, from): Value<'_>,
    (y, to): (&mut [Block], Layout),
    winners: &mut [u16],
) {
    let Some(windows) = Windows::of(node) else {
        return;
    };
    // One row a band; the winners of a row are sixteen times as many.
    let rows = y
        .par_chunks_mut(to.row())
        .zip(winners.par_chunks_mut(to.row() * LANES));
    rows.enumerate().for_each(|(row, (y, winners))| {
        let (rows, _) = windows.span(row, 0, from.rows);
        for (at, (y, winners)) in y
            .iter_mut()
            .zip(winners.as_chunks_mut::<LANES>().0)
            .enumerate()
        {
            let (block, column) = (at / to.columns, at % to.columns);
            let (columns, _) = windows.span(column, 1, from.columns);
            let mut most = Block([f32::NEG_INFINITY; LANES]);
            for row in rows.clone() {
                let start = (row * from.blocks + block) * from.columns;
                for column in columns.clone() {
                    let number = (row - rows.start) * columns.len() + column - columns.start;
                    let pixel = &x[start + column];
                    for lane in 0..LANES {
                        if pixel.0[lane] > most.0[lane] {
                            most.0[lane] = pixel.0[lane];
                            // At most 64 · 64.
                            winners[lane] = number as u16;
                        }
                    }
                }
            }
            *y = most;
        }
    });
}

pub(super) fn max_back(
    node: &Node,
    (gy, to): Value<'_>,
    (gx, from): (&mut [Block], Layout),
    winners: &[u16],
) {
    let Some(windows) = Windows::of(node) else {
        return;
    };
    let (winners, _) = winners.as_chunks::<LANES>();
    bands(gx, &mut [], from.row(), |row, gx, _| {
        for (at, gx) in gx.iter_mut().enumerate() {
            let (block, column) = (at / from.columns, at % from.columns);
            *gx = Block::ZERO;
            for oy in windows.over(row, 0, to.rows) {
                let (rows, _) = windows.span(oy, 0, from.rows);
                for ox in windows.over(column, 1, to.columns) {
                    let (columns, _) = windows.span(ox, 1, from.columns);
                    let number = (row - rows.start) * columns.len() + column - columns.start;
                    let at = (oy * to.blocks + block) * to.columns + ox;
                    for lane in 0..LANES {
                        if usize::from(winners[at][lane]) == number {
                            gx.0[lane] += gy[at].0[lane];
                        }
                    }
                }
            }
        }
    });
}

pub(super) fn mean(node: &Node, (x, from): Value<'_>, (y, to): (&mut [Block], Layout)) {
    let Some(windows) = Windows::of(node) else {
        return;
    };
    bands(y, &mut [], to.row(), |row, y, _| {
        let (rows, high) = windows.span(row, 0, from.rows);
        for (at, y) in y.iter_mut().enumerate() {
            let (block, column) = (at / to.columns, at % to.columns);
            let (columns, wide) = windows.span(column, 1, from.columns);
            let mut sum = Block::ZERO;
            for row in rows.clone() {
                let start = (row * from.blocks + block) * from.columns;
                for pixel in &x[start..][columns.clone()] {
                    for lane in 0..LANES {
                        sum.0[lane] += pixel.0[lane];
                    }
                }
            }
            let area = (high * wide).max(1) as f32;
            sum.0.iter_mut().for_each(|sum| *sum /= area);
            *y = sum;
        }
    });
}

pub(super) fn mean_back(node: &Node, (gy, to): Value<'_>, (gx, from): (&mut [Block], Layout)) {
    let Some(windows) = Windows::of(node) else {
        return;
    };
    bands(gx, &mut [], from.row(), |row, gx, _| {
        for (at, gx) in gx.iter_mut().enumerate() {
            let (block, column) = (at / from.columns, at % from.columns);
            *gx = Block::ZERO;
            for oy in windows.over(row, 0, to.rows) {
                let (_, high) = windows.span(oy, 0, from.rows);
                for ox in windows.over(column, 1, to.columns) {
                    let (_, wide) = windows.span(ox, 1, from.columns);
                    let share = 1.0 / (high * wide).max(1) as f32;
                    let g = &gy[(oy * to.blocks + block) * to.columns + ox];
                    for lane in 0..LANES {
                        gx.0[lane] += g.0[lane] * share;
                    }
                }
            }
        }
    });
}
