//! How values lie in memory: row by row; in a row, sixteen channels after sixteen; in these, pixel by pixel.
//!
//! `(row · blocks + block) · columns + column` is the place of a [`Block`]. So a band of rows is one piece of memory, which one
//! thread can have to itself, and neighbouring pixels of sixteen channels lie side by side. Lanes behind the last channel
//! hold any numbers; whoever mixes channels gives them no weight.

use rayon::prelude::*;

use super::lanes::{Block, LANES};
use super::shape::Shape;

/// The layout of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) channels: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// Blocks of channels.
    pub(super) blocks: usize,
}

impl Layout {
    pub(super) const fn new([channels, rows, columns]: Shape) -> Self {
        Self {
            channels,
            rows,
            columns,
            blocks: channels.div_ceil(LANES),
        }
    }

    /// Blocks in a row.
    pub(super) const fn row(self) -> usize {
        self.blocks * self.columns
    }

    /// Blocks in all.
    pub(super) const fn len(self) -> usize {
        self.rows * self.row()
    }

    /// Where a number is: its block, and its lane there.
    pub(super) const fn place(self, channel: usize, row: usize, column: usize) -> (usize, usize) {
        let block = (row * self.blocks + channel / LANES) * self.columns + column;
        (block, channel % LANES)
    }

    /// The number at a place.
    pub(super) fn at(self, value: &[Block], channel: usize, row: usize, column: usize) -> f32 {
        let (block, lane) = self.place(channel, row, column);
        value[block].0[lane]
    }
}

/// From planes, number by number through `f(channel, number)`; lanes behind the last channel become 0.
pub(super) fn from_planes(
    planes: &[f32],
    layout: Layout,
    to: &mut [Block],
    f: impl Fn(usize, f32) -> f32 + Sync,
) {
    let plane = layout.rows * layout.columns;
    to.par_chunks_mut(layout.row())
        .enumerate()
        .for_each(|(row, to)| {
            for (block, to) in to.chunks_mut(layout.columns).enumerate() {
                to.fill(Block::ZERO);
                let first = block * LANES;
                for channel in first..layout.channels.min(first + LANES) {
                    let from = &planes[channel * plane + row * layout.columns..][..layout.columns];
                    for (to, from) in to.iter_mut().zip(from) {
                        to.0[channel - first] = f(channel, *from);
                    }
                }
            }
        });
}

/// Back to planes.
pub(super) fn to_planes(
    value: &[Block],
    layout: Layout,
    planes: &mut [f32],
    f: impl Fn(usize, f32) -> f32 + Sync,
) {
    let plane = layout.rows * layout.columns;
    planes
        .par_chunks_mut(plane)
        .enumerate()
        .for_each(|(channel, plane)| {
            for (row, plane) in plane.chunks_mut(layout.columns).enumerate() {
                let (start, lane) = layout.place(channel, row, 0);
                for (to, from) in plane.iter_mut().zip(&value[start..]) {
                    *to = f(channel, from.0[lane]);
                }
            }
        });
}

/// Calls `band` for pieces of `rows` rows, over all cores: its first row, its part of the value and of the bits (none when there are
/// none).
pub(super) fn bands(
    value: &mut [Block],
    bits: &mut [u16],
    length: usize,
    band: impl Fn(usize, &mut [Block], &mut [u16]) + Sync,
) {
    if bits.is_empty() {
        value
            .par_chunks_mut(length)
            .enumerate()
            .for_each(|(at, value)| band(at, value, &mut []));
    } else {
        value
            .par_chunks_mut(length)
            .zip(bits.par_chunks_mut(length))
            .enumerate()
            .for_each(|(at, (value, bits))| band(at, value, bits));
    }
}
