//! Where the copy differs by more than noise, in cells, and which cells belong together.

use super::Area;
use super::overlay::{Colours, Overlay};
use crate::Pixels;
use crate::matching::Region;

/// Width and height of a cell, in pixels of the overlay.
pub(super) const CELL: usize = 8;

/// A cell stands out by this many grey values, or by this many times the noise, whichever is more.
const STANDS_OUT: (f32, f32) = (9.0, 5.0);

/// Neighbours of a cell that stands out belong to it when they differ by this part of that.
const BELONGS: f32 = 0.4;

/// An area needs this many cells that stand out.
const CELLS_MIN: usize = 3;

/// The differences in cells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cells {
    pub(super) width: usize,
    pub(super) height: usize,
    /// How much each differs, in grey values; nothing where the copy does not show the photo.
    pub(super) differences: Vec<Option<f32>>,
    /// The number of the area that each belongs to, from 0.
    pub(super) area: Vec<Option<usize>>,
    /// How much they differ from recompression and the like, in grey values.
    pub(super) noise: f32,
    count: usize,
    size: (usize, usize),
}

impl Cells {
    pub(super) fn of(overlay: &Overlay) -> Self {
        let (width, height) = (
            overlay.photo.width.div_ceil(CELL),
            overlay.photo.height.div_ceil(CELL),
        );
        let differences: Vec<_> = (0..width * height)
            .map(|at| difference_of_cell(overlay, at % width * CELL, at / width * CELL))
            .collect();
        let mut sorted: Vec<f32> = differences.iter().flatten().copied().collect();
        sorted.sort_by(f32::total_cmp);
        // Changes may be large, so the noise is told from the quieter half.
        let noise = sorted.get(sorted.len() * 2 / 5).copied().unwrap_or(0.0);
        let mut cells = Self {
            width,
            height,
            area: vec![None; differences.len()],
            differences,
            noise,
            count: 0,
            size: (overlay.photo.width, overlay.photo.height),
        };
        cells.join();
        cells
    }

    /// The part of what is compared that is changed.
    pub(super) fn changed(&self) -> f64 {
        let changed = self.area.iter().flatten().count();
        let compared = self.differences.iter().flatten().count();
        changed as f64 / compared.max(1) as f64
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        if x >= self.width || y >= self.height {
            return 0.0;
        }
        self.differences
            .get(y * self.width + x)
            .copied()
            .flatten()
            .unwrap_or(0.0)
    }

    /// Numbers the areas: from each cell that stands out, over neighbours that differ nearly as much.
    fn join(&mut self) {
        let out = STANDS_OUT.0.max(STANDS_OUT.1 * self.noise);
        for seed in 0..self.differences.len() {
            let (x, y) = (seed % self.width, seed / self.width);
            if self.area.get(seed) != Some(&None) || self.at(x, y) < out {
                continue;
            }
            let (mut members, mut next) = (Vec::new(), vec![seed]);
            while let Some(at) = next.pop() {
                let Some(area) = self.area.get_mut(at).filter(|area| area.is_none()) else {
                    continue;
                };
                *area = Some(self.count);
                members.push(at);
                let (x, y) = (at % self.width, at / self.width);
                for (dx, dy) in [
                    (0, 1),
                    (2, 1),
                    (1, 0),
                    (1, 2),
                    (0, 0),
                    (2, 2),
                    (0, 2),
                    (2, 0),
                ] {
                    let (Some(x), Some(y)) = ((x + dx).checked_sub(1), (y + dy).checked_sub(1))
                    else {
                        continue;
                    };
                    if x < self.width && self.at(x, y) >= out * BELONGS {
                        next.push(y * self.width + x);
                    }
                }
            }
            let standing = members
                .iter()
                .filter(|at| self.at(*at % self.width, *at / self.width) >= out);
            if standing.count() >= CELLS_MIN {
                self.count += 1;
            } else {
                for at in members {
                    if let Some(area) = self.area.get_mut(at) {
                        *area = None;
                    }
                }
            }
        }
    }

    pub(super) fn areas(&self, photo: &Pixels<'_>) -> Vec<Area> {
        let unit = (
            photo.width() as f64 / self.size.0 as f64,
            photo.height() as f64 / self.size.1 as f64,
        );
        let all = self.differences.len() as f64;
        let of = |number: usize| {
            let members: Vec<usize> = (0..self.area.len())
                .filter(|at| self.area.get(*at) == Some(&Some(number)))
                .collect();
            let bounds = |axis: &dyn Fn(usize) -> usize, most: usize| {
                let least = members.iter().map(|at| axis(*at)).min().unwrap_or(0);
                let last = members.iter().map(|at| axis(*at)).max().unwrap_or(0);
                (least * CELL, ((last + 1) * CELL).min(most))
            };
            let (left, right) = bounds(&|at| at % self.width, self.size.0);
            let (top, bottom) = bounds(&|at| at / self.width, self.size.1);
            let sum: f32 = members
                .iter()
                .map(|at| self.at(at % self.width, at / self.width))
                .sum();
            Area {
                region: Region {
                    x: left as f64 * unit.0,
                    y: top as f64 * unit.1,
                    width: (right - left) as f64 * unit.0,
                    height: (bottom - top) as f64 * unit.1,
                    share: members.len() as f64 / all,
                },
                strength: f64::from(sum / members.len().max(1) as f32 / self.noise.max(1.0)),
            }
        };
        let mut areas: Vec<Area> = (0..self.count).map(of).collect();
        areas.sort_by(|a, b| b.region.share.total_cmp(&a.region.share));
        areas
    }
}

/// The mean difference in a cell; nothing unless most of it is covered.
fn difference_of_cell(overlay: &Overlay, left: usize, top: usize) -> Option<f32> {
    let (width, height) = (overlay.photo.width, overlay.photo.height);
    let (mut sum, mut count, mut all) = (0.0, 0, 0);
    for y in top..(top + CELL).min(height) {
        for x in left..(left + CELL).min(width) {
            all += 1;
            if overlay.is_covered.get(y * width + x) == Some(&true) {
                sum += difference(&overlay.photo, &overlay.copy, x, y);
                count += 1;
            }
        }
    }
    (count * 2 > all).then(|| sum / count as f32)
}

/// How far the copy's value lies outside of those around the place in the photo, or the other way round, whichever is
/// more: an edge that is moved by a pixel is no change, but a line that is drawn or wiped away is.
fn difference(photo: &Colours, copy: &Colours, x: usize, y: usize) -> f32 {
    let one_way = |from: &Colours, to: &Colours| {
        let value = from.get(x, y);
        let (mut low, mut high) = ([f32::INFINITY; 3], [f32::NEG_INFINITY; 3]);
        for (dx, dy) in (0..9).map(|at| (at % 3, at / 3)) {
            let around = to.get((x + dx).saturating_sub(1), (y + dy).saturating_sub(1));
            for ((low, high), value) in low.iter_mut().zip(&mut high).zip(around) {
                *low = low.min(value);
                *high = high.max(value);
            }
        }
        let outside = value.iter().zip(low.iter().zip(high));
        let outside = outside.map(|(value, (low, high))| (low - value).max(value - high).max(0.0));
        outside.sum::<f32>() / 3.0
    };
    one_way(copy, photo).max(one_way(photo, copy))
}
