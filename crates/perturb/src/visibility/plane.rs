//! Planes of values: blurred, halved, doubled, each with its adjoint; and the three opponent channels.

use crate::planes::Planes;

/// Luminance, red-green, blue-yellow.
const OPPONENT: [[f32; 3]; 3] = [[0.299, 0.587, 0.114], [0.5, -0.5, 0.0], [-0.25, -0.25, 0.5]];

/// One plane of values.
#[derive(Debug, Clone)]
pub(super) struct Plane {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f32>,
}

impl Plane {
    pub(super) fn zero(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            values: vec![0.0; width * height],
        }
    }

    pub(super) fn like(&self) -> Self {
        Self::zero(self.width, self.height)
    }

    /// [1 4 6 4 1]/16 down and across, the edges repeated.
    pub(super) fn blurred(&self) -> Self {
        let (width, height) = (self.width, self.height);
        let mut rows = vec![0.0f32; self.values.len()];
        for (line, out) in self
            .values
            .chunks_exact(width)
            .zip(rows.chunks_exact_mut(width))
        {
            let edge = |x: usize| {
                let at = |offset: isize| {
                    line[(x as isize + offset).clamp(0, width as isize - 1) as usize]
                };
                (at(-2) + at(2) + 4.0 * (at(-1) + at(1)) + 6.0 * at(0)) / 16.0
            };
            for (out, five) in out.iter_mut().skip(2).zip(line.windows(5)) {
                if let &[a, b, c, d, e] = five {
                    *out = (a + e + 4.0 * (b + d) + 6.0 * c) / 16.0;
                }
            }
            for x in (0..width.min(2)).chain(width.saturating_sub(2)..width) {
                out[x] = edge(x);
            }
        }
        let mut out = self.like();
        for (y, out) in out.values.chunks_exact_mut(width).enumerate() {
            let row = |offset: isize| {
                let y = (y as isize + offset).clamp(0, height as isize - 1) as usize;
                &rows[y * width..][..width]
            };
            let (a, b, c, d, e) = (row(-2), row(-1), row(0), row(1), row(2));
            for (x, out) in out.iter_mut().enumerate() {
                *out = (a[x] + e[x] + 4.0 * (b[x] + d[x]) + 6.0 * c[x]) / 16.0;
            }
        }
        out
    }

    /// The adjoint of [`Self::blurred`].
    pub(super) fn blurred_back(&self) -> Self {
        const KERNEL: [f32; 5] = [1.0 / 16.0, 0.25, 0.375, 0.25, 1.0 / 16.0];
        let (width, height) = (self.width, self.height);
        let mut rows = vec![0.0f32; self.values.len()];
        for (y, line) in self.values.chunks_exact(width).enumerate() {
            for (k, weight) in KERNEL.iter().enumerate() {
                let y = (y as isize + k as isize - 2).clamp(0, height as isize - 1) as usize;
                for (into, value) in rows[y * width..][..width].iter_mut().zip(line) {
                    *into += weight * value;
                }
            }
        }
        let mut out = self.like();
        for (line, out) in rows
            .chunks_exact(width)
            .zip(out.values.chunks_exact_mut(width))
        {
            for (k, weight) in KERNEL.iter().enumerate() {
                let shift = k as isize - 2;
                for (x, value) in line.iter().enumerate() {
                    let x = (x as isize + shift).clamp(0, width as isize - 1) as usize;
                    out[x] += weight * value;
                }
            }
        }
        out
    }

    /// Every second sample.
    pub(super) fn halved(&self) -> Self {
        let mut out = Self::zero(self.width.div_ceil(2), self.height.div_ceil(2));
        for (line, out) in self
            .values
            .chunks_exact(self.width)
            .step_by(2)
            .zip(out.values.chunks_exact_mut(out.width))
        {
            for (out, value) in out.iter_mut().zip(line.iter().step_by(2)) {
                *out = *value;
            }
        }
        out
    }

    /// The adjoint of [`Self::halved`].
    pub(super) fn halved_back(&self, width: usize, height: usize) -> Self {
        let mut out = Self::zero(width, height);
        for (line, out) in self
            .values
            .chunks_exact(self.width)
            .zip(out.values.chunks_exact_mut(width).step_by(2))
        {
            for (value, out) in line.iter().zip(out.iter_mut().step_by(2)) {
                *out = *value;
            }
        }
        out
    }

    /// Each sample four times, cut to a size.
    pub(super) fn doubled(&self, width: usize, height: usize) -> Self {
        let mut out = Self::zero(width, height);
        for (y, out) in out.values.chunks_exact_mut(width).enumerate() {
            let line = &self.values[y / 2 * self.width..][..self.width];
            for (x, out) in out.iter_mut().enumerate() {
                *out = line[x / 2];
            }
        }
        out
    }

    /// The adjoint of [`Self::doubled`].
    pub(super) fn doubled_back(&self, width: usize, height: usize) -> Self {
        let mut out = Self::zero(width, height);
        for (y, line) in self.values.chunks_exact(self.width).enumerate() {
            let out = &mut out.values[y / 2 * width..][..width];
            for (x, value) in line.iter().enumerate() {
                out[x / 2] += value;
            }
        }
        out
    }

    pub(super) fn zip(&self, other: &Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Self {
            width: self.width,
            height: self.height,
            values: self
                .values
                .iter()
                .zip(&other.values)
                .map(|(a, b)| f(*a, *b))
                .collect(),
        }
    }

    pub(super) fn map(mut self, f: impl Fn(f32) -> f32) -> Self {
        for value in &mut self.values {
            *value = f(*value);
        }
        self
    }
}

pub(super) fn opponent(planes: &Planes) -> [Plane; 3] {
    let count = planes.count();
    OPPONENT.map(|[r, g, b]| {
        let mut out = Plane::zero(planes.width, planes.height);
        let (red, rest) = planes.values.split_at(count);
        let (green, blue) = rest.split_at(count);
        for (((out, red), green), blue) in out.values.iter_mut().zip(red).zip(green).zip(blue) {
            *out = r * red + g * green + b * blue;
        }
        out
    })
}

/// The adjoint of [`opponent`].
pub(super) fn opponent_back(channels: &[Plane; 3]) -> Planes {
    let [luma, one, two] = channels;
    let mut out = Planes::zero(luma.width, luma.height);
    for (colour, plane) in out.planes_mut().enumerate() {
        let [a, b, c] = [
            OPPONENT[0][colour],
            OPPONENT[1][colour],
            OPPONENT[2][colour],
        ];
        for (((out, luma), one), two) in plane
            .iter_mut()
            .zip(&luma.values)
            .zip(&one.values)
            .zip(&two.values)
        {
            *out = a * luma + b * one + c * two;
        }
    }
    out
}
