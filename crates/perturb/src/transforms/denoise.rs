//! Non-local means (Buades, Coll and Morel 2005), with the weights held for the gradient.

use rayon::prelude::*;

use crate::planes::Planes;

/// How much each pixel takes from each of its neighbours.
#[derive(Debug)]
pub(crate) struct Weights {
    width: usize,
    height: usize,
    /// One plane for each offset of the window: what the pixel takes from the pixel there. They sum to one.
    offsets: Vec<(isize, isize, Vec<f32>)>,
}

/// exp(−x) for x ≥ 0, by arithmetic that is the same on every machine.
#[inline(always)]
pub(super) fn decay(x: f32) -> f32 {
    let t = x.min(80.0) / 64.0;
    let series = 1.0 + t * (1.0 + t * (0.5 + t * (1.0 / 6.0 + t / 24.0)));
    let squared = series * series;
    let fourth = squared * squared;
    let eighth = fourth * fourth;
    let sixteenth = eighth * eighth;
    let more = sixteenth * sixteenth;
    1.0 / (more * more)
}

/// The sum of the (2r + 1)² values around each, the nearest standing in beyond the border.
fn boxed(values: &[f32], width: usize, height: usize, radius: usize) -> Vec<f32> {
    let mut rows = vec![0.0f32; values.len()];
    for (line, out) in values.chunks_exact(width).zip(rows.chunks_exact_mut(width)) {
        sliding(line, out, radius);
    }
    // Down the columns, whole rows at a time.
    let mut out = vec![0.0f32; values.len()];
    let row = |y: isize| {
        let y = y.clamp(0, height as isize - 1) as usize;
        &rows[y * width..][..width]
    };
    let mut sum = vec![0.0f32; width];
    for y in -(radius as isize)..=(radius as isize) {
        for (sum, value) in sum.iter_mut().zip(row(y)) {
            *sum += value;
        }
    }
    for y in 0..height {
        out[y * width..][..width].copy_from_slice(&sum);
        let y = y as isize;
        let (old, new) = (row(y - radius as isize), row(y + 1 + radius as isize));
        for ((sum, old), new) in sum.iter_mut().zip(old).zip(new) {
            *sum += new - old;
        }
    }
    out
}

fn sliding(line: &[f32], out: &mut [f32], radius: usize) {
    let last = line.len() as isize - 1;
    let at = |x: isize| line[x.clamp(0, last) as usize];
    let radius = radius as isize;
    let mut sum: f32 = (-radius..=radius).map(at).sum();
    for (x, out) in out.iter_mut().enumerate() {
        *out = sum;
        let x = x as isize;
        sum += at(x + 1 + radius) - at(x - radius);
    }
}

/// The squared difference between each pixel and the one at the offset, mean over the channels and summed over the patch.
fn distances(planes: &Planes, dx: isize, dy: isize, patch: usize) -> Vec<f32> {
    let (width, height) = (planes.width, planes.height);
    let mut squares = vec![0.0f32; planes.count()];
    for plane in planes.planes() {
        for y in 0..height {
            let there = (y as isize + dy).clamp(0, height as isize - 1) as usize;
            let line = &plane[y * width..][..width];
            let other = &plane[there * width..][..width];
            let squares = &mut squares[y * width..][..width];
            let (low, high) = inside(width, dx);
            for x in (0..low).chain(high..width) {
                let source = (x as isize + dx).clamp(0, width as isize - 1) as usize;
                squares[x] += (line[x] - other[source]).powi(2);
            }
            if low < high {
                let shifted = &other[(low as isize + dx) as usize..];
                for ((square, a), b) in squares[low..high].iter_mut().zip(&line[low..]).zip(shifted)
                {
                    *square += (a - b) * (a - b);
                }
            }
        }
    }
    for square in &mut squares {
        *square /= 3.0;
    }
    boxed(&squares, width, height, patch)
}

/// Where `x + dx` lies inside.
fn inside(width: usize, dx: isize) -> (usize, usize) {
    let low = (-dx).clamp(0, width as isize) as usize;
    let high = (width as isize - dx).clamp(0, width as isize) as usize;
    (low.min(high), high)
}

/// exp(−mean squared difference of the patches / h²), for each pixel and offset.
fn likeness(planes: &Planes, dx: isize, dy: isize, h: f32, patch: usize) -> Vec<f32> {
    let side = (2 * patch + 1) as f32;
    let scale = 1.0 / (side * side * h * h);
    let mut values = distances(planes, dx, dy, patch);
    for value in &mut values {
        *value = decay((*value * scale).max(0.0));
    }
    values
}

impl Weights {
    /// Of a picture, for patches of so many pixels around each, compared within a window that reaches `window` pixels, of which
    /// every `apart`th is looked at each way: a mean over some neighbours stands for that over all.
    pub(crate) fn of(planes: &Planes, h: f32, window: usize, apart: usize, patch: usize) -> Self {
        let (width, height) = (planes.width, planes.height);
        let window = window as isize;
        let places = || (-window..=window).step_by(apart.max(1));
        let around: Vec<(isize, isize)> = places()
            .flat_map(|dy| places().map(move |dx| (dx, dy)))
            .collect();
        let mut offsets: Vec<(isize, isize, Vec<f32>)> = around
            .into_par_iter()
            .map(|(dx, dy)| (dx, dy, likeness(planes, dx, dy, h, patch)))
            .collect();
        let mut sum = vec![0.0f32; planes.count()];
        for (_, _, weights) in &offsets {
            for (sum, weight) in sum.iter_mut().zip(weights) {
                *sum += weight;
            }
        }
        for (_, _, weights) in &mut offsets {
            for (weight, sum) in weights.iter_mut().zip(&sum) {
                *weight /= sum;
            }
        }
        Self {
            width,
            height,
            offsets,
        }
    }

    pub(crate) fn forward(&self, planes: &Planes) -> Planes {
        let mut out = Planes::zero(self.width, self.height);
        for (plane, out) in planes.planes().zip(out.planes_mut()) {
            for (dx, dy, weights) in &self.offsets {
                gather(weights, plane, out, self.width, *dx, *dy);
            }
        }
        out
    }

    /// The adjoint of [`Self::forward`].
    pub(crate) fn backward(&self, gradient: &Planes) -> Planes {
        let (width, height) = (self.width, self.height);
        let mut out = Planes::zero(width, height);
        for (plane, out) in gradient.planes().zip(out.planes_mut()) {
            for (dx, dy, weights) in &self.offsets {
                let (low, high) = inside(width, *dx);
                for y in 0..height {
                    let there = (y as isize + dy).clamp(0, height as isize - 1) as usize;
                    let weights = &weights[y * width..][..width];
                    let line = &plane[y * width..][..width];
                    let into = &mut out[there * width..][..width];
                    for x in (0..low).chain(high..width) {
                        into[(x as isize + dx).clamp(0, width as isize - 1) as usize] +=
                            weights[x] * line[x];
                    }
                    if low < high {
                        let into = &mut into[(low as isize + dx) as usize..];
                        for ((into, weight), value) in
                            into.iter_mut().zip(&weights[low..high]).zip(&line[low..])
                        {
                            *into += weight * value;
                        }
                    }
                }
            }
        }
        out
    }
}

/// Adds to each pixel its weight times the pixel at the offset, the nearest standing in beyond the border.
fn gather(weights: &[f32], plane: &[f32], out: &mut [f32], width: usize, dx: isize, dy: isize) {
    let height = plane.len() / width;
    let (low, high) = inside(width, dx);
    for (y, out) in out.chunks_exact_mut(width).enumerate() {
        let there = (y as isize + dy).clamp(0, height as isize - 1) as usize;
        let weights = &weights[y * width..][..width];
        let line = &plane[there * width..][..width];
        for x in (0..low).chain(high..width) {
            out[x] += weights[x] * line[(x as isize + dx).clamp(0, width as isize - 1) as usize];
        }
        if low < high {
            let shifted = &line[(low as isize + dx) as usize..];
            for ((out, weight), value) in
                out[low..high].iter_mut().zip(&weights[low..]).zip(shifted)
            {
                *out += weight * value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    fn noisy(sigma: f32) -> (Planes, Planes) {
        let mut chance = Chance::new(4, 4);
        let mut clean = Planes::zero(40, 30);
        for (i, value) in clean.values.iter_mut().enumerate() {
            *value = if i % 40 < 20 { 80.0 } else { 160.0 };
        }
        let mut noisy = clean.clone();
        for value in &mut noisy.values {
            *value += sigma * chance.normal();
        }
        (clean, noisy)
    }

    #[test]
    fn noise_goes_and_the_edge_stays() {
        let (clean, noisy) = noisy(5.0);
        let before = noisy.plus(&clean, -1.0).rms();
        let small = Weights::of(&noisy, 10.0, 2, 1, 1).forward(&noisy);
        assert!(small.plus(&clean, -1.0).rms() < 0.5 * before);
    }

    #[test]
    fn the_adjoint_is_the_adjoint() {
        let (_, x) = noisy(3.0);
        let weights = Weights::of(&x, 10.0, 4, 2, 1);
        let (y, _) = noisy(2.0);
        let left = weights.forward(&x).dot(&y);
        let right = x.dot(&weights.backward(&y));
        assert!((left / right - 1.0).abs() < 1e-4);
    }

    #[test]
    fn decay_is_the_exponential() {
        for x in [0.0f32, 0.1, 1.0, 5.0, 20.0] {
            assert!((decay(x) / (-x).exp() - 1.0).abs() < 1e-2, "{x}");
        }
    }
}
