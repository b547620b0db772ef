//! Enlarging by a whole factor.

use super::super::lanes::{Block, LANES};
use super::super::layout::{Layout, bands};
use super::Value;
use crate::pack::Upsampling;

/// The two pixels along a side that an enlarged one is made of, and the share of the second.
fn sources(at: usize, factor: usize, length: usize, mode: Upsampling) -> (usize, usize, f32) {
    match mode {
        Upsampling::Nearest => (at / factor, at / factor, 0.0),
        Upsampling::Bilinear => {
            // Centres of pixels lie at halves: (at + 1/2) / factor - 1/2, not below the first.
            let doubled = (2 * at + 1).saturating_sub(factor);
            let first = (doubled / (2 * factor)).min(length - 1);
            let share = doubled as f32 / (2 * factor) as f32 - first as f32;
            (first, (first + 1).min(length - 1), share)
        }
    }
}

pub(super) fn forward(
    factor: usize,
    mode: Upsampling,
    (x, from): Value<'_>,
    (y, to): (&mut [Block], Layout),
) {
    bands(y, &mut [], to.row(), |row, y, _| {
        let (top, bottom, down) = sources(row, factor, from.rows, mode);
        for (block, y) in y.chunks_mut(to.columns).enumerate() {
            let line =
                |row: usize| &x[(row * from.blocks + block) * from.columns..][..from.columns];
            let (top, bottom) = (line(top), line(bottom));
            for (column, y) in y.iter_mut().enumerate() {
                let (left, right, across) = sources(column, factor, from.columns, mode);
                for lane in 0..LANES {
                    let mix = |line: &[Block]| {
                        let (a, b) = (line[left].0[lane], line[right].0[lane]);
                        a + (b - a) * across
                    };
                    let (a, b) = (mix(top), mix(bottom));
                    y.0[lane] = a + (b - a) * down;
                }
            }
        }
    });
}

pub(super) fn backward(
    factor: usize,
    mode: Upsampling,
    (gy, to): Value<'_>,
    (gx, from): (&mut [Block], Layout),
) {
    // How much of the input pixel an enlarged one has.
    let share = |at: usize, enlarged: usize, length: usize| {
        let (first, second, share) = sources(enlarged, factor, length, mode);
        let of_first = if first == at { 1.0 - share } else { 0.0 };
        of_first + if second == at { share } else { 0.0 }
    };
    // The enlarged pixels that may have any of it.
    let near =
        |at: usize, length: usize| at.saturating_sub(1) * factor..((at + 2) * factor).min(length);
    bands(gx, &mut [], from.row(), |row, gx, _| {
        gx.fill(Block::ZERO);
        for oy in near(row, to.rows) {
            let down = share(row, oy, from.rows);
            if down == 0.0 {
                continue;
            }
            for (column, ox) in
                (0..from.columns).flat_map(|at| near(at, to.columns).map(move |ox| (at, ox)))
            {
                let weight = down * share(column, ox, from.columns);
                if weight == 0.0 {
                    continue;
                }
                for block in 0..from.blocks {
                    let g = &gy[(oy * to.blocks + block) * to.columns + ox];
                    let gx = &mut gx[block * from.columns + column];
                    for lane in 0..LANES {
                        gx.0[lane] += g.0[lane] * weight;
                    }
                }
            }
        }
    });
}
