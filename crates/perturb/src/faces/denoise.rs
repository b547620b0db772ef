//! Non-local means (Buades, Coll and Morel 2005), with a gradient.

use crate::planes::Planes;

/// Neighbourhoods of so many pixels to each side are compared.
const TEMPLATE: usize = 3;

/// A denoised picture, and what each of its pixels was made of.
pub(crate) struct Denoised {
    pub(crate) planes: Planes,
    /// Half of the offsets; each pair of pixels weighs the same in both directions.
    pairs: Vec<Pairs>,
    /// The sum of all weights of each pixel.
    totals: Vec<f32>,
}

/// The weights of pixels that lie one offset apart: that of a pixel and the one `right` and `down` of it.
struct Pairs {
    right: isize,
    down: usize,
    /// One for each pixel of the picture; 0 where the other one is outside.
    weights: Vec<f32>,
}

impl Denoised {
    /// Each pixel becomes the mean of those within `reach` whose neighbourhoods look alike: a mean squared difference in luma
    /// of `h`² weighs 1/e.
    pub(crate) fn new(planes: &Planes, h: f32, reach: usize) -> Self {
        let (width, height) = (planes.width, planes.height);
        let size = width * height;
        let (red, others) = planes.values.split_at(size);
        let (green, blue) = others.split_at(size);
        let luma: Vec<f32> = red
            .iter()
            .zip(green)
            .zip(blue)
            .map(|((r, g), b)| 0.299 * r + 0.587 * g + 0.114 * b)
            .collect();
        let mut totals = vec![1.0; size];
        let mut sums = planes.clone();
        let mut pairs = Vec::new();
        let mut boxes = Boxes::new(width);
        let reach = reach.min(width.min(height) - 1);
        for down in 0..=reach {
            for right in -(reach as isize)..=reach as isize {
                if down == 0 && right <= 0 {
                    continue;
                }
                let mut weights = vec![0.0; size];
                each_row(width, height, right, down, |here, there| {
                    for ((weight, a), b) in weights[here.clone()]
                        .iter_mut()
                        .zip(&luma[here])
                        .zip(&luma[there])
                    {
                        *weight = (a - b) * (a - b);
                    }
                });
                boxes.mean(&mut weights, height, TEMPLATE);
                let scale = 1.0 / (8.0 * h * h);
                for weight in &mut weights {
                    // (1 - x/8)⁸ for e⁻ˣ, which it is near enough.
                    let base = (1.0 - *weight * scale).max(0.0);
                    let square = base * base;
                    let fourth = square * square;
                    *weight = fourth * fourth;
                }
                outside(width, height, right, down, &mut weights);
                let pair = Pairs {
                    right,
                    down,
                    weights,
                };
                pair.spread_one(width, height, &mut totals);
                for (plane, sum) in planes.planes().zip(sums.planes_mut()) {
                    pair.spread(plane, sum, width, height);
                }
                pairs.push(pair);
            }
        }
        for plane in sums.planes_mut() {
            for (value, total) in plane.iter_mut().zip(&totals) {
                *value /= total;
            }
        }
        Self {
            planes: sums,
            pairs,
            totals,
        }
    }

    /// The gradient for the picture before, from that for the picture after, with the weights held still.
    pub(crate) fn backward(&self, gradient: &Planes) -> Planes {
        let mut scaled = gradient.clone();
        for plane in scaled.planes_mut() {
            for (value, total) in plane.iter_mut().zip(&self.totals) {
                *value /= total;
            }
        }
        let mut back = scaled.clone();
        for pair in &self.pairs {
            for (plane, sum) in scaled.planes().zip(back.planes_mut()) {
                pair.spread(plane, sum, gradient.width, gradient.height);
            }
        }
        back
    }
}

impl Pairs {
    /// Adds to each pixel the other one, weighted, in both directions.
    fn spread(&self, from: &[f32], into: &mut [f32], width: usize, height: usize) {
        each_row(width, height, self.right, self.down, |here, there| {
            let weights = &self.weights[here.clone()];
            for ((into, from), weight) in into[here.clone()]
                .iter_mut()
                .zip(&from[there.clone()])
                .zip(weights)
            {
                *into += from * weight;
            }
            for ((into, from), weight) in into[there].iter_mut().zip(&from[here]).zip(weights) {
                *into += from * weight;
            }
        });
    }

    /// As [`Self::spread`] from ones.
    fn spread_one(&self, width: usize, height: usize, into: &mut [f32]) {
        each_row(width, height, self.right, self.down, |here, there| {
            let weights = &self.weights[here.clone()];
            for (into, weight) in into[here].iter_mut().zip(weights) {
                *into += weight;
            }
            for (into, weight) in into[there].iter_mut().zip(weights) {
                *into += weight;
            }
        });
    }
}

/// Calls with the pixels of each row that have another one `right` and `down` of them, and with those.
fn each_row(
    width: usize,
    height: usize,
    right: isize,
    down: usize,
    mut row: impl FnMut(std::ops::Range<usize>, std::ops::Range<usize>),
) {
    let (from, to) = if right < 0 {
        (right.unsigned_abs(), width)
    } else {
        (0, width - right.unsigned_abs())
    };
    for y in 0..height - down {
        let here = y * width + from..y * width + to;
        let shift = |at: usize| (at + down * width).saturating_add_signed(right);
        row(here.clone(), shift(here.start)..shift(here.end));
    }
}

/// Zeroes the weights of pixels whose other one is outside.
fn outside(width: usize, height: usize, right: isize, down: usize, weights: &mut [f32]) {
    for (y, row) in weights.chunks_exact_mut(width).enumerate() {
        if y + down >= height {
            row.fill(0.0);
        } else if right < 0 {
            row[..right.unsigned_abs()].fill(0.0);
        } else {
            row[width - right.unsigned_abs()..].fill(0.0);
        }
    }
}

/// Means over squares, by running sums.
struct Boxes {
    line: Vec<f32>,
}

impl Boxes {
    fn new(width: usize) -> Self {
        Self {
            line: vec![0.0; width],
        }
    }

    /// Each value becomes the mean of the square of `radius` around it; beyond the edge nothing counts as zero.
    fn mean(&mut self, plane: &mut [f32], height: usize, radius: usize) {
        let width = self.line.len();
        let share = 1.0 / ((2 * radius + 1) as f32).powi(2);
        for row in plane.chunks_exact_mut(width) {
            self.line.copy_from_slice(row);
            let mut sum: f32 = self.line.iter().take(radius).sum();
            for (x, value) in row.iter_mut().enumerate() {
                sum += self.line.get(x + radius).copied().unwrap_or_default();
                *value = sum * share;
                sum -= x
                    .checked_sub(radius)
                    .and_then(|x| self.line.get(x))
                    .copied()
                    .unwrap_or_default();
            }
        }
        let before = plane.to_vec();
        let row = |y: usize| before.get(y * width..(y + 1) * width).unwrap_or_default();
        self.line.fill(0.0);
        for y in 0..radius.min(height) {
            for (sum, value) in self.line.iter_mut().zip(row(y)) {
                *sum += value;
            }
        }
        for (y, into) in plane.chunks_exact_mut(width).enumerate() {
            for (sum, value) in self.line.iter_mut().zip(row(y + radius)) {
                *sum += value;
            }
            // Running sums of numbers of one sign can fall below zero by rounding alone.
            for (into, sum) in into.iter_mut().zip(&self.line) {
                *into = sum.max(0.0);
            }
            if let Some(gone) = y.checked_sub(radius) {
                for (sum, value) in self.line.iter_mut().zip(row(gone)) {
                    *sum -= value;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    fn noisy(width: usize, height: usize, amplitude: f32, seed: u64) -> Planes {
        let mut chance = Chance::new(seed, 0);
        let mut planes = Planes::zero(width, height);
        for (index, value) in planes.values.iter_mut().enumerate() {
            // An edge in the middle, and noise.
            let base = if index % width < width / 2 {
                60.0
            } else {
                180.0
            };
            *value = base + amplitude * chance.normal();
        }
        planes
    }

    #[test]
    fn noise_goes_and_edges_stay() {
        let clean = noisy(32, 24, 0.0, 1);
        let noise = noisy(32, 24, 4.0, 1);
        let denoised = Denoised::new(&noise, 10.0, 5).planes;
        let error = |planes: &Planes| planes.plus(&clean, -1.0).rms();
        assert!(
            error(&denoised) < 0.45 * error(&noise),
            "{}",
            error(&denoised)
        );
        let same = Denoised::new(&clean, 10.0, 5).planes;
        assert!(error(&same) < 1e-3, "{}", error(&same));
    }

    #[test]
    fn backward_is_the_transpose_while_the_weights_are_still() {
        let picture = noisy(19, 15, 9.0, 2);
        let denoised = Denoised::new(&picture, 10.0, 3);
        let gradient = noisy(19, 15, 30.0, 3);
        // Linear in the picture for still weights, so that the two products are one number.
        let there = denoised.planes.dot(&gradient);
        let back = picture.dot(&denoised.backward(&gradient));
        assert!((there - back).abs() < 1e-4 * there.abs(), "{there} {back}");
    }

    #[test]
    fn tiny_pictures_are_taken() {
        for (width, height) in [(1, 1), (2, 9), (9, 2)] {
            let picture = noisy(width, height, 3.0, 4);
            let denoised = Denoised::new(&picture, 10.0, 5);
            assert!(denoised.planes.values.iter().all(|value| value.is_finite()));
        }
    }
}
