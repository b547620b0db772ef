//! The denoiser that the report tries: non-local means (Buades, Coll and Morel 2005) as common tools have it, fast.
//!
//! A patch is as far from the one at an offset as that one is from the first, so every weight serves two pixels. It is worked
//! on in bands of rows, a row at a time, so that everything stays in the processor's cache.

use pulp::Arch;
use rayon::prelude::*;

use super::denoise::decay;
use crate::planes::Planes;

/// Patches reach so many pixels each way: 7×7.
const PATCH: usize = 3;
const SIDE: usize = 2 * PATCH + 1;

/// Patches at most so far away each way are compared: 21×21.
const WINDOW: usize = 10;

/// How far beyond the picture pixels are looked at.
const BORDER: usize = PATCH + WINDOW;

/// So many rows are done at a time; the result does not depend on it.
const BAND_ROWS: usize = 48;

/// Patches of 7×7, a window of 21×21, all channels together, as `cv2.fastNlMeansDenoising(picture, None, h, 7, 21)` does; beyond
/// the border the nearest pixel stands in.
pub(crate) fn non_local_means(planes: &Planes, h: f32) -> Planes {
    let padded = &Padded::new(planes);
    let scale = 1.0 / (3.0 * (SIDE * SIDE) as f32 * h * h);
    let (width, height) = (planes.width, planes.height);
    let arch = Arch::new();
    let bands: Vec<Band> = (0..height.div_ceil(BAND_ROWS))
        .into_par_iter()
        .map(|index| {
            let top = index * BAND_ROWS;
            let band = Band::new(width, top, BAND_ROWS.min(height - top));
            arch.dispatch(
                #[inline(always)]
                move || band.filled(padded, scale),
            )
        })
        .collect();
    let mut out = Planes::zero(width, height);
    for (channel, plane) in out.planes_mut().enumerate() {
        for (into, band) in plane.chunks_mut(BAND_ROWS * width).zip(&bands) {
            into.copy_from_slice(&band.taken[channel]);
        }
    }
    out.rounded()
}

/// A picture with [`BORDER`] more pixels on each side.
struct Padded {
    width: usize,
    planes: [Vec<f32>; 3],
}

impl Padded {
    fn new(planes: &Planes) -> Self {
        let (width, height) = (planes.width, planes.height);
        let mut padded = [const { Vec::new() }; 3];
        for (into, plane) in padded.iter_mut().zip(planes.planes()) {
            into.reserve_exact((width + 2 * BORDER) * (height + 2 * BORDER));
            for y in 0..height + 2 * BORDER {
                let y = y.saturating_sub(BORDER).min(height - 1);
                let row = &plane[y * width..][..width];
                into.extend(std::iter::repeat_n(row[0], BORDER));
                into.extend(row);
                into.extend(std::iter::repeat_n(row[width - 1], BORDER));
            }
        }
        Self {
            width: width + 2 * BORDER,
            planes: padded,
        }
    }

    /// `length` values from column `x` and row `y` on, both counted with the border.
    #[inline(always)]
    fn row(&self, channel: usize, [x, y]: [usize; 2], length: usize) -> &[f32] {
        &self.planes[channel][y * self.width + x..][..length]
    }
}

/// Some rows of the result.
struct Band {
    width: usize,
    top: usize,
    rows: usize,
    /// For each pixel the sum of its weights.
    sums: Vec<f32>,
    /// What it takes from the others, for each channel.
    taken: [Vec<f32>; 3],
}

impl Band {
    fn new(width: usize, top: usize, rows: usize) -> Self {
        Self {
            width,
            top,
            rows,
            sums: vec![0.0; width * rows],
            taken: std::array::from_fn(|_| vec![0.0; width * rows]),
        }
    }

    #[inline(always)]
    fn filled(mut self, padded: &Padded, scale: f32) -> Self {
        let ones = vec![1.0; self.width];
        for row in 0..self.rows {
            self.take(row, &ones, padded, [BORDER, BORDER + self.top + row]);
        }
        let mut patches = Patches::new(self.width);
        for dy in 0..=WINDOW {
            // To the right in the same row, and everywhere below; the others are the opposites of these.
            for dx in -(WINDOW as isize)..=WINDOW as isize {
                if dy > 0 || dx > 0 {
                    self.offset(dx, dy, &mut patches, padded, scale);
                }
            }
        }
        for plane in &mut self.taken {
            for (value, sum) in plane.iter_mut().zip(&self.sums) {
                *value /= sum;
            }
        }
        self
    }

    /// What all pixels of the band take from those at an offset, and from those at the opposite one.
    #[inline(always)]
    fn offset(&mut self, dx: isize, dy: usize, patches: &mut Patches, padded: &Padded, scale: f32) {
        // Pairs of pixels of which one at least is in the picture: the first ones stand so far to its left, and so many in a row.
        let (left, right) = (dx.max(0) as usize, (-dx).max(0) as usize);
        let pairs = self.width + left + right;
        let column = BORDER - left;
        let other = column + left - right;
        let first = BORDER + self.top - dy;
        patches.begin(padded, [column, first], [other, first + dy], pairs);
        for step in 0..self.rows + dy {
            let row = first + step;
            patches.weigh(padded, [column, row], [other, row + dy], pairs, scale);
            if step >= dy {
                let weights = &patches.weights[left..];
                self.take(step - dy, weights, padded, [other + left, row + dy]);
            }
            if step < self.rows {
                let weights = &patches.weights[right..];
                self.take(step, weights, padded, [column + right, row]);
            }
        }
    }

    /// Each pixel of a row takes from those that begin at a place, as its weight says.
    #[inline(always)]
    fn take(&mut self, row: usize, weights: &[f32], padded: &Padded, place: [usize; 2]) {
        let width = self.width;
        let weights = &weights[..width];
        for (sum, weight) in self.sums[row * width..][..width].iter_mut().zip(weights) {
            *sum += weight;
        }
        for (channel, plane) in self.taken.iter_mut().enumerate() {
            let into = plane[row * width..][..width].iter_mut();
            for ((into, value), weight) in into.zip(padded.row(channel, place, width)).zip(weights)
            {
                *into += weight * value;
            }
        }
    }
}

/// How alike the patches around pairs of pixels are, a row of pairs after another.
struct Patches {
    /// The squared differences of the last rows, the row `y` in the place `y % SIDE`.
    squares: [Vec<f32>; SIDE],
    /// Their sums down the columns. Differences of bytes are whole numbers, so that nothing is lost in these sums.
    columns: Vec<f32>,
    /// The result.
    weights: Vec<f32>,
}

impl Patches {
    fn new(width: usize) -> Self {
        let row = || vec![0.0; width + WINDOW + 2 * PATCH];
        Self {
            squares: std::array::from_fn(|_| row()),
            columns: row(),
            weights: row(),
        }
    }

    /// Before the row of pairs that begins with these two pixels.
    #[inline(always)]
    fn begin(
        &mut self,
        padded: &Padded,
        [x, y]: [usize; 2],
        [other_x, other_y]: [usize; 2],
        pairs: usize,
    ) {
        self.columns.fill(0.0);
        for row in 0..SIDE - 1 {
            let (y, other_y) = (y - PATCH + row, other_y - PATCH + row);
            self.add(padded, [x, y], [other_x, other_y], pairs);
        }
    }

    /// Adds the squared differences of a row, with those that the patches reach on both sides.
    #[inline(always)]
    fn add(
        &mut self,
        padded: &Padded,
        [x, y]: [usize; 2],
        [other_x, other_y]: [usize; 2],
        pairs: usize,
    ) {
        let length = pairs + 2 * PATCH;
        let row = |channel, x, y| padded.row(channel, [x - PATCH, y], length);
        let squares = &mut self.squares[y % SIDE][..length];
        let (a, b) = (row(0, x, y), row(0, other_x, other_y));
        let (c, d) = (row(1, x, y), row(1, other_x, other_y));
        let (e, f) = (row(2, x, y), row(2, other_x, other_y));
        let columns = &mut self.columns[..length];
        for i in 0..length {
            let (red, green, blue) = (a[i] - b[i], c[i] - d[i], e[i] - f[i]);
            squares[i] = red * red + green * green + blue * blue;
            columns[i] += squares[i];
        }
    }

    /// The weights of a row of pairs, which begins with these two pixels and follows the one before.
    #[inline(always)]
    fn weigh(
        &mut self,
        padded: &Padded,
        [x, y]: [usize; 2],
        [other_x, other_y]: [usize; 2],
        pairs: usize,
        scale: f32,
    ) {
        self.add(padded, [x, y + PATCH], [other_x, other_y + PATCH], pairs);
        let column = |k: usize| &self.columns[k..][..pairs];
        let (a, b, c, d) = (column(0), column(1), column(2), column(3));
        let (e, f, g) = (column(4), column(5), column(6));
        for (i, weight) in self.weights[..pairs].iter_mut().enumerate() {
            let sum = ((a[i] + b[i]) + (c[i] + d[i])) + ((e[i] + f[i]) + g[i]);
            *weight = decay((sum * scale).max(0.0));
        }
        for (column, gone) in self
            .columns
            .iter_mut()
            .zip(&self.squares[(y - PATCH) % SIDE])
        {
            *column -= gone;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    fn noisy(width: usize, height: usize, sigma: f32) -> (Planes, Planes) {
        let mut chance = Chance::new(4, 4);
        let mut clean = Planes::zero(width, height);
        for (i, value) in clean.values.iter_mut().enumerate() {
            *value = if i % width < width / 2 { 80.0 } else { 160.0 };
        }
        let mut noisy = clean.clone();
        for value in &mut noisy.values {
            *value += sigma * chance.normal();
        }
        (clean, noisy.rounded())
    }

    /// As it is defined, pixel by pixel.
    fn defined(planes: &Planes, h: f64) -> Planes {
        let (width, height) = (planes.width as isize, planes.height as isize);
        let at = |channel: usize, x: isize, y: isize| {
            let place = y.clamp(0, height - 1) * width + x.clamp(0, width - 1);
            f64::from(planes.values[channel * planes.count() + place as usize])
        };
        let mut out = Planes::zero(planes.width, planes.height);
        for y in 0..height {
            for x in 0..width {
                let (mut sum, mut taken) = (0.0, [0.0; 3]);
                for (dx, dy) in (-10..=10).flat_map(|dy| (-10..=10).map(move |dx| (dx, dy))) {
                    let mut squares = 0.0;
                    for (u, v) in (-3..=3).flat_map(|v| (-3..=3).map(move |u| (x + u, y + v))) {
                        for channel in 0..3 {
                            let apart = at(channel, u, v) - at(channel, u + dx, v + dy);
                            squares += apart * apart;
                        }
                    }
                    let weight = (-squares / (3.0 * 49.0 * h * h)).exp();
                    sum += weight;
                    for (channel, taken) in taken.iter_mut().enumerate() {
                        *taken += weight * at(channel, x + dx, y + dy);
                    }
                }
                for (channel, taken) in taken.into_iter().enumerate() {
                    let place = channel * planes.count() + (y * width + x) as usize;
                    out.values[place] = (taken / sum) as f32;
                }
            }
        }
        out
    }

    #[test]
    fn every_pixel_is_as_defined() {
        // More than one band, and narrower than the window.
        for (width, height) in [(9, 53), (31, 20), (1, 1)] {
            let (_, noisy) = noisy(width, height, 6.0);
            let expected = defined(&noisy, 10.0);
            let got = non_local_means(&noisy, 10.0);
            for (got, expected) in got.values.iter().zip(&expected.values) {
                // It is rounded.
                assert!((got - expected).abs() <= 0.51, "{got} {expected}");
            }
        }
    }

    #[test]
    fn noise_goes_and_the_edge_stays() {
        let (clean, noisy) = noisy(40, 30, 5.0);
        let before = noisy.plus(&clean, -1.0).rms();
        let after = non_local_means(&noisy, 10.0).plus(&clean, -1.0).rms();
        assert!(after < 0.35 * before, "{after} of {before}");
    }
}
