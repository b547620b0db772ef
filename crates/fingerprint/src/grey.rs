//! Grey pictures in floating point: making them, smoothing them.

use crate::Pixels;

/// Grey values from 0 to 255, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Grey {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) values: Vec<f32>,
}

impl Grey {
    pub(crate) fn row(&self, y: usize) -> &[f32] {
        let start = y.min(self.height.saturating_sub(1)) * self.width;
        self.values
            .get(start..start + self.width)
            .unwrap_or_default()
    }

    /// The value at a place between pixels, interpolated from the four around it; at the edge, the edge's.
    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        let x = x.clamp(0.0, self.width.saturating_sub(1) as f32);
        let y = y.clamp(0.0, self.height.saturating_sub(1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (dx, dy) = (x - left as f32, y - top as f32);
        let right = (left + 1).min(self.width.saturating_sub(1));
        let (above, below) = (self.row(top), self.row(top + 1));
        let of = |row: &[f32], x: usize| row.get(x).copied().unwrap_or(0.0);
        let upper = of(above, left) * (1.0 - dx) + of(above, right) * dx;
        let lower = of(below, left) * (1.0 - dx) + of(below, right) * dx;
        upper * (1.0 - dy) + lower * dy
    }

    /// The grey picture, made smaller by means of the pixels covered so that its longer side has at most `side` pixels.
    pub(crate) fn of(picture: &Pixels<'_>, side: usize) -> Self {
        let longer = picture.width().max(picture.height());
        if longer <= side {
            return Self::same_size(picture);
        }
        let scaled = |length: usize| (length * side).div_ceil(longer).max(1);
        let (width, height) = (scaled(picture.width()), scaled(picture.height()));
        let by_two = (longer / side).min(64);
        if by_two >= 2 && picture.width() >= by_two && picture.height() >= by_two {
            // Whole blocks first, which is fast, and then the rest of the way, which needs fractions.
            Self::blocks(picture, by_two).shrunk(width, height)
        } else {
            Self::same_size(picture).shrunk(width, height)
        }
    }

    fn same_size(picture: &Pixels<'_>) -> Self {
        let values = picture.rgb().chunks_exact(3).map(luma).collect();
        Self {
            width: picture.width(),
            height: picture.height(),
            values,
        }
    }

    /// Means of blocks of `size` by `size` pixels; what is left over at the right and the bottom is left out.
    fn blocks(picture: &Pixels<'_>, size: usize) -> Self {
        let (width, height) = (picture.width() / size, picture.height() / size);
        let mut values = Vec::with_capacity(width * height);
        let mut sums = vec![0u32; width];
        let scale = 1.0 / (1000 * size * size) as f32;
        for y in 0..height {
            sums.fill(0);
            for row in (y * size..(y + 1) * size).map(|y| picture.row(y)) {
                for (sum, block) in sums.iter_mut().zip(row.chunks_exact(3 * size)) {
                    for pixel in block.chunks_exact(3) {
                        *sum += 299 * u32::from(pixel[0])
                            + 587 * u32::from(pixel[1])
                            + 114 * u32::from(pixel[2]);
                    }
                }
            }
            values.extend(sums.iter().map(|sum| *sum as f32 * scale));
        }
        Self {
            width,
            height,
            values,
        }
    }

    /// A smaller picture, each pixel the mean of what it covers, fractions of pixels included.
    pub(crate) fn shrunk(&self, width: usize, height: usize) -> Self {
        let shares = shares(self.width, width);
        let mut narrow = Vec::with_capacity(width * self.height);
        for y in 0..self.height {
            let row = self.row(y);
            narrow.extend(shares.iter().map(|share| {
                let covered = row.get(share.start..).unwrap_or_default();
                let sum: f32 = covered.iter().zip(&share.weights).map(|(v, w)| v * w).sum();
                sum
            }));
        }
        let narrow = Self {
            width,
            height: self.height,
            values: narrow,
        };
        let mut values = vec![0.0f32; width * height];
        for (out, share) in values
            .chunks_exact_mut(width)
            .zip(self::shares(self.height, height))
        {
            for (y, weight) in (share.start..).zip(&share.weights) {
                for (out, value) in out.iter_mut().zip(narrow.row(y)) {
                    *out += value * weight;
                }
            }
        }
        Self {
            width,
            height,
            values,
        }
    }

    /// Twice as wide and high, interpolated.
    pub(crate) fn doubled(&self) -> Self {
        let (width, height) = (self.width * 2, self.height * 2);
        let place = |at: usize| at as f32 / 2.0 - 0.25;
        let values = (0..width * height)
            .map(|at| self.at(place(at % width), place(at / width)))
            .collect();
        Self {
            width,
            height,
            values,
        }
    }

    /// Every other pixel of every other row.
    pub(crate) fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let rows = (0..height).map(|y| self.row(2 * y));
        Self {
            width,
            height,
            values: rows
                .flat_map(|row| row.iter().step_by(2).copied())
                .collect(),
        }
    }

    /// Smoothed by a Gaussian of this standard deviation, in pixels.
    pub(crate) fn smoothed(&self, sigma: f32) -> Self {
        let kernel = kernel(sigma);
        let reach = kernel.len() - 1;
        let (centre, sides) = kernel
            .split_first()
            .map_or((1.0, &[][..]), |(c, s)| (*c, s));
        let mut across = vec![0.0f32; self.values.len()];
        let mut padded = Vec::with_capacity(self.width + 2 * reach);
        for (y, out) in across.chunks_exact_mut(self.width).enumerate() {
            let row = self.row(y);
            let (first, last) = (
                row.first().copied().unwrap_or(0.0),
                row.last().copied().unwrap_or(0.0),
            );
            padded.clear();
            padded.extend(std::iter::repeat_n(first, reach));
            padded.extend_from_slice(row);
            padded.extend(std::iter::repeat_n(last, reach));
            for (out, value) in out.iter_mut().zip(row) {
                *out = centre * value;
            }
            for (distance, weight) in (1..).zip(sides) {
                let before = padded.get(reach - distance..).unwrap_or_default();
                let after = padded.get(reach + distance..).unwrap_or_default();
                for ((out, a), b) in out.iter_mut().zip(before).zip(after) {
                    *out += weight * (a + b);
                }
            }
        }
        let across = Self {
            width: self.width,
            height: self.height,
            values: across,
        };
        let mut values = vec![0.0f32; self.values.len()];
        for (y, out) in values.chunks_exact_mut(self.width).enumerate() {
            for (out, value) in out.iter_mut().zip(across.row(y)) {
                *out = centre * value;
            }
            for (distance, weight) in (1..).zip(sides) {
                // Beyond the last row lies the last again.
                let (before, after) = (
                    across.row(y.saturating_sub(distance)),
                    across.row(y + distance),
                );
                for ((out, a), b) in out.iter_mut().zip(before).zip(after) {
                    *out += weight * (a + b);
                }
            }
        }
        Self { values, ..across }
    }
}

/// Rec. 601, as PDQ weighs.
pub(crate) fn luma(pixel: &[u8]) -> f32 {
    match pixel {
        [red, green, blue] => {
            0.299 * f32::from(*red) + 0.587 * f32::from(*green) + 0.114 * f32::from(*blue)
        }
        _ => 0.0,
    }
}

/// The middle and one side of a Gaussian kernel that sums to one.
fn kernel(sigma: f32) -> Vec<f32> {
    let reach = (3.0 * sigma).ceil().clamp(1.0, 40.0);
    let of = |distance: f32| (-distance * distance / (2.0 * sigma * sigma)).exp();
    let side: Vec<f32> = (0..=reach as u16).map(|d| of(f32::from(d))).collect();
    let sum = 2.0 * side.iter().sum::<f32>() - 1.0;
    side.into_iter().map(|weight| weight / sum).collect()
}

/// What one pixel of a smaller picture covers of a row.
struct Share {
    start: usize,
    weights: Vec<f32>,
}

fn shares(from: usize, to: usize) -> Vec<Share> {
    let step = from as f64 / to as f64;
    let share = |at: usize| {
        let (left, right) = (at as f64 * step, (at + 1) as f64 * step);
        let start = left as usize;
        let end = (right.ceil() as usize).min(from);
        let weights = (start..end).map(|pixel| {
            let pixel = pixel as f64;
            let covered = right.min(pixel + 1.0) - left.max(pixel);
            (covered / step) as f32
        });
        Share {
            start,
            weights: weights.collect(),
        }
    };
    (0..to).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: usize, height: usize) -> Grey {
        Grey {
            width,
            height,
            values: (0..width * height).map(|at| (at % width) as f32).collect(),
        }
    }

    #[test]
    fn smoothing_keeps_the_mean_and_a_ramp() {
        let smooth = ramp(50, 20).smoothed(1.6);
        assert!((smooth.row(10)[25] - 25.0).abs() < 1e-3);
        let flat = Grey {
            width: 3,
            height: 1,
            values: vec![7.0; 3],
        };
        assert!(
            flat.smoothed(9.0)
                .values
                .iter()
                .all(|v| (v - 7.0).abs() < 1e-4)
        );
    }

    #[test]
    fn shrinking_weighs_fractions() {
        let small = ramp(5, 5).shrunk(2, 1);
        // 0, 1 and half of 2, over two and a half.
        assert!((small.values[0] - 0.8).abs() < 1e-6, "{:?}", small.values);
        assert!((small.values[1] - 3.2).abs() < 1e-6);
    }

    #[test]
    fn doubling_and_halving() {
        let twice = ramp(4, 3).doubled();
        assert_eq!((twice.width, twice.height), (8, 6));
        assert!((twice.row(2)[3] - 1.25).abs() < 1e-6);
        let half = ramp(5, 3).halved();
        assert_eq!(half.values, [0.0, 2.0, 4.0, 0.0, 2.0, 4.0]);
    }

    #[test]
    fn large_pictures_are_made_small_and_stay_as_bright() {
        let rgb = vec![100u8; 1000 * 300 * 3];
        let grey = Grey::of(&Pixels::new(1000, 300, &rgb).unwrap(), 256);
        assert_eq!((grey.width, grey.height), (256, 77));
        assert!(grey.values.iter().all(|value| (value - 100.0).abs() < 0.01));
        let strip = vec![9u8; 200_000 * 3];
        let grey = Grey::of(&Pixels::new(200_000, 1, &strip).unwrap(), 256);
        assert_eq!((grey.width, grey.height), (256, 1));
    }
}
