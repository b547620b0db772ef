//! Resampling with its adjoint.
//!
//! Keys' cubic (a = −0.5), widened by the factor when it shrinks, cut at the border and made to sum to one: what Pillow's
//! `Image.resize(…, BICUBIC, box=…)` does, in floats and without its rounding between the two passes.

use crate::planes::Planes;

/// One direction: where each output sample takes its values from.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    from: usize,
    /// For each output: the first source, and where its weights begin.
    first: Vec<(usize, usize)>,
    weights: Vec<f32>,
}

/// Keys' cubic convolution kernel with a = −0.5.
pub(crate) fn keys(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
impl Axis {
    /// All of `from` samples to `to`.
    pub(crate) fn new(from: usize, to: usize) -> Self {
        Self::part(from, 0.0, from as f64, to)
    }

    /// The stretch of `length` from `start` on to `to` samples.
    pub(crate) fn part(from: usize, start: f64, length: f64, to: usize) -> Self {
        let step = length / to as f64;
        let widening = step.max(1.0);
        let support = 2.0 * widening;
        let mut first = Vec::with_capacity(to);
        let mut weights = Vec::new();
        for index in 0..to {
            let centre = start + (index as f64 + 0.5) * step;
            let low = (centre - support + 0.5).floor().max(0.0) as usize;
            let high = ((centre + support + 0.5).floor().max(0.0) as usize).min(from);
            let low = low.min(from.saturating_sub(1));
            let high = high.max(low + 1);
            let begin = weights.len();
            let row: Vec<f64> = (low..high)
                .map(|source| keys((source as f64 + 0.5 - centre) / widening))
                .collect();
            let sum: f64 = row.iter().sum();
            let sum = if sum.abs() < 1e-9 { 1.0 } else { sum };
            weights.extend(row.into_iter().map(|weight| (weight / sum) as f32));
            first.push((low, begin));
        }
        first.push((0, weights.len()));
        Self {
            from,
            first,
            weights,
        }
    }

    /// A Gaussian of `sigma` samples.
    pub(crate) fn blur(size: usize, sigma: f64) -> Self {
        let radius = (3.0 * sigma).ceil() as usize;
        let mut first = Vec::with_capacity(size + 1);
        let mut weights = Vec::new();
        for index in 0..size {
            let low = index.saturating_sub(radius);
            let high = (index + radius + 1).min(size);
            let begin = weights.len();
            let row: Vec<f64> = (low..high)
                .map(|source| {
                    let distance = (source as f64 - index as f64) / sigma;
                    // Rational, not exp: the same on every machine.
                    let x = distance * distance / 2.0 / 16.0;
                    1.0 / (1.0 + x + x * x / 2.0 + x * x * x / 6.0).powi(16)
                })
                .collect();
            let sum: f64 = row.iter().sum();
            weights.extend(row.into_iter().map(|weight| (weight / sum) as f32));
            first.push((low, begin));
        }
        first.push((0, weights.len()));
        Self {
            from: size,
            first,
            weights,
        }
    }

    /// The mean over the outputs of the squared weights' sum.
    pub(crate) fn variance_kept(&self) -> f32 {
        self.weights
            .iter()
            .map(|weight| weight * weight)
            .sum::<f32>()
            / self.to().max(1) as f32
    }

    pub(crate) fn to(&self) -> usize {
        self.first.len() - 1
    }

    #[inline(always)]
    fn weights_of(&self, index: usize) -> (usize, &[f32]) {
        match self.first.get(index..index + 2) {
            Some(&[(low, begin), (_, end)]) => {
                (low, self.weights.get(begin..end).unwrap_or_default())
            }
            _ => (0, &[]),
        }
    }

    /// Sources and weights of one output.
    pub(crate) fn taps(&self, index: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let (low, weights) = self.weights_of(index);
        (low..).zip(weights.iter().copied())
    }

    /// One line.
    #[inline(always)]
    pub(crate) fn along(&self, line: &[f32], out: &mut [f32]) {
        for (index, out) in out.iter_mut().enumerate() {
            let (low, weights) = self.weights_of(index);
            *out = dot(line.get(low..).unwrap_or_default(), weights);
        }
    }

    /// The adjoint of [`Self::along`]: adds to `line`.
    fn back_along(&self, out: &[f32], line: &mut [f32]) {
        for (index, out) in out.iter().enumerate() {
            let (low, weights) = self.weights_of(index);
            let into = line.get_mut(low..).unwrap_or_default();
            for (into, weight) in into.iter_mut().zip(weights) {
                *into += weight * out;
            }
        }
    }
}

/// The sum of products, as far as there are weights; always added up in the same order.
#[inline(always)]
fn dot(values: &[f32], weights: &[f32]) -> f32 {
    let (eights, rest) = weights.as_chunks::<8>();
    let (values, left) = values
        .split_at_checked(8 * eights.len())
        .unwrap_or_default();
    let mut sums = [0.0f32; 8];
    for (values, weights) in values.as_chunks::<8>().0.iter().zip(eights) {
        for ((sum, value), weight) in sums.iter_mut().zip(values).zip(weights) {
            *sum += value * weight;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let rest: f32 = left.iter().zip(rest).map(|(v, w)| v * w).sum();
    ((a + e) + (b + f)) + ((c + g) + (d + h)) + rest
}

/// Both directions.
#[derive(Debug, Clone)]
pub(crate) struct Resampling {
    pub(crate) columns: Axis,
    pub(crate) rows: Axis,
}

impl Resampling {
    /// The whole picture to another size.
    pub(crate) fn new(from: [usize; 2], to: [usize; 2]) -> Self {
        let [from_width, from_height] = from;
        let [width, height] = to;
        Self {
            columns: Axis::new(from_width, width),
            rows: Axis::new(from_height, height),
        }
    }

    pub(crate) fn forward(&self, planes: &Planes) -> Planes {
        let (from_width, from_height) = (self.columns.from, self.rows.from);
        let (width, height) = (self.columns.to(), self.rows.to());
        debug_assert_eq!([planes.width, planes.height], [from_width, from_height]);
        let mut out = Planes::zero(width, height);
        let mut narrow = vec![0.0f32; width * from_height];
        for (plane, out) in planes.planes().zip(out.planes_mut()) {
            for (line, narrow) in plane
                .chunks_exact(from_width)
                .zip(narrow.chunks_exact_mut(width))
            {
                self.columns.along(line, narrow);
            }
            for (y, into) in out.chunks_exact_mut(width).enumerate() {
                for (source, weight) in self.rows.taps(y) {
                    let row = narrow.get(source * width..).unwrap_or_default();
                    for (into, value) in into.iter_mut().zip(row) {
                        *into += weight * value;
                    }
                }
            }
        }
        out
    }

    /// The adjoint: the gradient for the input from that for the output.
    pub(crate) fn backward(&self, gradient: &Planes) -> Planes {
        let (from_width, from_height) = (self.columns.from, self.rows.from);
        let width = self.columns.to();
        let mut out = Planes::zero(from_width, from_height);
        for (plane, out) in gradient.planes().zip(out.planes_mut()) {
            let mut narrow = vec![0.0f32; width * from_height];
            for (y, row) in plane.chunks_exact(width).enumerate() {
                for (source, weight) in self.rows.taps(y) {
                    let into = narrow.get_mut(source * width..).unwrap_or_default();
                    for (into, value) in into.iter_mut().zip(row) {
                        *into += weight * value;
                    }
                }
            }
            for (line, narrow) in out
                .chunks_exact_mut(from_width)
                .zip(narrow.chunks_exact(width))
            {
                self.columns.back_along(narrow, line);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    fn random(width: usize, height: usize, stream: u64) -> Planes {
        let mut chance = Chance::new(1, stream);
        let mut planes = Planes::zero(width, height);
        for value in &mut planes.values {
            *value = chance.normal();
        }
        planes
    }

    #[test]
    fn the_adjoint_is_the_adjoint() {
        for (from, to) in [([17, 13], [8, 9]), ([8, 9], [17, 21]), ([5, 5], [5, 1])] {
            let resampling = Resampling::new(from, to);
            let x = random(from[0], from[1], 1);
            let y = random(to[0], to[1], 2);
            let left = resampling.forward(&x).dot(&y);
            let right = x.dot(&resampling.backward(&y));
            assert!((left - right).abs() < 1e-3, "{left} {right}");
        }
    }

    #[test]
    fn shrinks_as_pillow_does() {
        // Image.fromarray(float32 [0, 1, 4, 9, 16, 25, 36, 49]).resize((3, 8), BICUBIC, box=(1, 0, 7.5, 8))
        let axis = Axis::part(8, 1.0, 6.5, 3);
        let mut out = [0.0; 3];
        axis.along(&[0.0, 1.0, 4.0, 9.0, 16.0, 25.0, 36.0, 49.0], &mut out);
        for (value, expected) in out.iter().zip(PILLOW) {
            assert!((value - expected).abs() < 1e-3, "{out:?}");
        }
    }

    const PILLOW: [f32; 3] = [2.494_060_5, 14.125_525, 36.370_026];

    #[test]
    fn a_picture_and_its_planes_shrink_alike() {
        let rgb: Vec<u8> = (0..40 * 30 * 3).map(|i| (i * 7 % 256) as u8).collect();
        let picture = crate::Picture::new(40, 30, rgb.clone()).unwrap();
        let planes = Planes::from_bytes(40, 30, &rgb);
        let one = Planes::of(&picture, 16, 11);
        let other = Resampling::new([40, 30], [16, 11]).forward(&planes);
        for (one, other) in one.values.iter().zip(&other.values) {
            assert!((one - other).abs() < 1e-3);
        }
        assert_eq!(planes.bytes(), rgb);
    }
}
