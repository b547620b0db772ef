//! The copy laid over the photo, pixel on pixel.

use crate::Pixels;
use crate::matching::Transform;

/// A small picture in floating point, red, green and blue from 0 to 255.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Colours {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<[f32; 3]>,
}

/// Photo and copy in the photo's pixels, made smaller.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Overlay {
    pub(super) photo: Colours,
    pub(super) copy: Colours,
    /// The copy as it is, before its colours are matched.
    pub(super) shown: Colours,
    /// Where the copy shows the photo.
    pub(super) is_covered: Vec<bool>,
}

/// The copy's edge is left out this far, in its pixels: it is smeared by resizing.
const EDGE: f64 = 2.0;

impl Overlay {
    /// Nothing where the transform cannot be undone.
    pub(super) fn new(
        photo: &Pixels<'_>,
        copy: &Pixels<'_>,
        into_photo: &Transform,
        side: usize,
    ) -> Option<Self> {
        let small = Colours::of(photo, side);
        let unit = (
            photo.width() as f64 / small.width as f64,
            photo.height() as f64 / small.height as f64,
        );
        let back = into_photo.inverse()?;
        // The copy is first made as small, so that each of its pixels counts.
        let middle = (photo.width() as f64 / 2.0, photo.height() as f64 / 2.0);
        let [[a, b], [c, d]] = back.derivatives(middle)?;
        let scale = (a * d - b * c).abs().sqrt() * unit.0.max(unit.1);
        let copy_longer = copy.width().max(copy.height());
        let copy_side = ((copy_longer as f64 / scale.max(1.0)) as usize).max(1);
        let source = Colours::of(copy, copy_side);
        let shrunk = (
            source.width as f64 / copy.width() as f64,
            source.height as f64 / copy.height() as f64,
        );
        let mut values = Vec::with_capacity(small.values.len());
        let mut is_covered = Vec::with_capacity(small.values.len());
        for at in 0..small.values.len() {
            let (x, y) = (at % small.width, at / small.width);
            let place = ((x as f64 + 0.5) * unit.0, (y as f64 + 0.5) * unit.1);
            let (u, v) = back.apply(place).unwrap_or((-1.0, -1.0));
            let inside = u >= EDGE
                && v >= EDGE
                && u <= copy.width() as f64 - EDGE
                && v <= copy.height() as f64 - EDGE;
            is_covered.push(inside);
            values.push(source.at((u * shrunk.0 - 0.5) as f32, (v * shrunk.1 - 0.5) as f32));
        }
        let shown = Colours {
            values,
            ..small.clone()
        };
        Some(Self {
            // A little smoothing takes away what sharpening and coding do.
            photo: small.smoothed(),
            copy: shown.smoothed(),
            shown,
            is_covered,
        })
    }

    /// The share of the photo that the copy shows.
    pub(super) fn covered(&self) -> f64 {
        let count = self.is_covered.iter().filter(|covered| **covered).count();
        count as f64 / self.is_covered.len().max(1) as f64
    }
}

impl Colours {
    fn of(picture: &Pixels<'_>, side: usize) -> Self {
        let longer = picture.width().max(picture.height());
        let side = side.min(longer).max(1);
        let scaled = |length: usize| (length * side / longer).max(1);
        let (width, height) = (scaled(picture.width()), scaled(picture.height()));
        let bytes = picture.boxed(width, height);
        let colour = |pixel: &[u8]| match pixel {
            [red, green, blue] => [*red, *green, *blue].map(f32::from),
            _ => [0.0; 3],
        };
        Self {
            width,
            height,
            values: bytes.chunks_exact(3).map(colour).collect(),
        }
    }

    pub(super) fn get(&self, x: usize, y: usize) -> [f32; 3] {
        let (x, y) = (x.min(self.width - 1), y.min(self.height - 1));
        self.values
            .get(y * self.width + x)
            .copied()
            .unwrap_or_default()
    }

    fn at(&self, x: f32, y: f32) -> [f32; 3] {
        let (x, y) = (x.max(0.0), y.max(0.0));
        let (left, top) = (x as usize, y as usize);
        let (dx, dy) = (x - left as f32, y - top as f32);
        let corners = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(a, b)| self.get(left + a, top + b));
        let weights = [
            (1.0 - dx) * (1.0 - dy),
            dx * (1.0 - dy),
            (1.0 - dx) * dy,
            dx * dy,
        ];
        let mut sum = [0.0; 3];
        for (corner, weight) in corners.iter().zip(weights) {
            for (sum, value) in sum.iter_mut().zip(corner) {
                *sum += value * weight;
            }
        }
        sum
    }

    /// Each pixel with its eight neighbours, weighed 1 2 1 each way.
    fn smoothed(&self) -> Self {
        let mut values = Vec::with_capacity(self.values.len());
        for at in 0..self.values.len() {
            let (x, y) = (at % self.width, at / self.width);
            let mut sum = [0.0; 3];
            for (j, down) in [1.0, 2.0, 1.0].into_iter().enumerate() {
                for (i, across) in [1.0, 2.0, 1.0].into_iter().enumerate() {
                    let value = self.get((x + i).saturating_sub(1), (y + j).saturating_sub(1));
                    for (sum, value) in sum.iter_mut().zip(value) {
                        *sum += value * down * across / 16.0;
                    }
                }
            }
            values.push(sum);
        }
        Self { values, ..*self }
    }
}
