//! Pictures and changes as planes of floats.

use pulp::Arch;
use rayon::prelude::*;

use crate::Picture;
use crate::resample::Axis;

/// Three planes, row by row, red, green and blue. A picture holds 0 to 255; a change is in the same unit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Planes {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// 3 × height × width.
    pub(crate) values: Vec<f32>,
}

impl Planes {
    pub(crate) fn zero(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            values: vec![0.0; 3 * width * height],
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.width * self.height
    }

    /// Each plane as one slice.
    pub(crate) fn planes(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.count())
    }

    pub(crate) fn planes_mut(&mut self) -> std::slice::ChunksExactMut<'_, f32> {
        let count = self.count();
        self.values.chunks_exact_mut(count)
    }

    /// `self + factor · other`.
    pub(crate) fn plus(&self, other: &Self, factor: f32) -> Self {
        let mut sum = self.clone();
        sum.add(other, factor);
        sum
    }

    /// Adds `factor · other`.
    pub(crate) fn add(&mut self, other: &Self, factor: f32) {
        debug_assert_eq!(self.values.len(), other.values.len());
        for (value, other) in self.values.iter_mut().zip(&other.values) {
            *value += factor * other;
        }
    }

    pub(crate) fn scale(&mut self, factor: f32) {
        for value in &mut self.values {
            *value *= factor;
        }
    }

    /// Multiplies each pixel by its weight.
    pub(crate) fn weigh(&mut self, weights: &[f32]) {
        for plane in self.planes_mut() {
            for (value, weight) in plane.iter_mut().zip(weights) {
                *value *= weight;
            }
        }
    }

    /// Clipped to what 8 bits hold, and rounded to it.
    pub(crate) fn rounded(self) -> Self {
        Arch::new().dispatch(
            #[inline(always)]
            move || {
                let mut planes = self;
                for value in &mut planes.values {
                    *value = value.round_ties_even().clamp(0.0, 255.0);
                }
                planes
            },
        )
    }

    pub(crate) fn clipped(mut self) -> Self {
        for value in &mut self.values {
            *value = value.clamp(0.0, 255.0);
        }
        self
    }

    pub(crate) fn dot(&self, other: &Self) -> f32 {
        #[allow(clippy::cast_possible_truncation)]
        let sum = self
            .values
            .iter()
            .zip(&other.values)
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum::<f64>() as f32;
        sum
    }

    /// The root of the mean square.
    pub(crate) fn rms(&self) -> f32 {
        #[allow(clippy::cast_precision_loss)]
        let count = self.values.len() as f32;
        (self.dot(self) / count).sqrt()
    }

    /// The same change in all three planes, where the picture is grey.
    pub(crate) fn make_grey(&mut self) {
        let count = self.count();
        let (red, rest) = self.values.split_at_mut(count);
        let (green, blue) = rest.split_at_mut(count);
        for ((r, g), b) in red.iter_mut().zip(green).zip(blue) {
            let grey = 0.299 * *r + 0.587 * *g + 0.114 * *b;
            (*r, *g, *b) = (grey, grey, grey);
        }
    }

    /// The picture as red, green and blue bytes, rounded.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let bytes = vec![0; self.values.len()];
        Arch::new().dispatch(
            #[inline(always)]
            move || {
                let mut bytes = bytes;
                for (channel, plane) in self.planes().enumerate() {
                    for (byte, value) in bytes.iter_mut().skip(channel).step_by(3).zip(plane) {
                        *byte = value.round_ties_even().clamp(0.0, 255.0) as u8;
                    }
                }
                bytes
            },
        )
    }

    /// From interleaved bytes.
    pub(crate) fn from_bytes(width: usize, height: usize, rgb: &[u8]) -> Self {
        let mut planes = Self::zero(width, height);
        for (channel, plane) in planes.planes_mut().enumerate() {
            for (value, byte) in plane.iter_mut().zip(rgb.iter().skip(channel).step_by(3)) {
                *value = f32::from(*byte);
            }
        }
        planes
    }

    /// The part of a picture at `left`, `top`, `across` × `down` pixels, resampled to `width` × `height` as
    /// [`Axis`] says. The part must lie inside.
    pub(crate) fn of_part(
        picture: &Picture,
        [left, top, across, down]: [usize; 4],
        width: usize,
        height: usize,
    ) -> Self {
        let columns = Axis::new(across, width);
        let rows = Axis::new(down, height);
        let stride = picture.width() as usize * 3;
        let rgb = picture.rgb();
        let arch = Arch::new();
        let mut lines = vec![0.0f32; height * 3 * width];
        lines
            .par_chunks_exact_mut(3 * width)
            .enumerate()
            .for_each_init(
                || (vec![0.0f32; 3 * across], vec![0.0f32; across]),
                |(sums, line), (y, out)| {
                    // Down first, whole rows of bytes at a time: few rows are left then to go along.
                    let taken = rows.taps(y).map(|(source, weight)| {
                        let start = (top + source) * stride + left * 3;
                        (
                            rgb.get(start..start + across * 3).unwrap_or_default(),
                            weight,
                        )
                    });
                    arch.dispatch(
                        #[inline(always)]
                        || {
                            sums.fill(0.0);
                            for (bytes, weight) in taken {
                                add_bytes(sums, bytes, weight);
                            }
                            for (channel, out) in out.chunks_exact_mut(width).enumerate() {
                                for (value, sum) in
                                    line.iter_mut().zip(sums[channel..].iter().step_by(3))
                                {
                                    *value = *sum;
                                }
                                columns.along(line, out);
                            }
                        },
                    );
                },
            );
        let mut planes = Self::zero(width, height);
        for (channel, plane) in planes.planes_mut().enumerate() {
            for (row, line) in plane
                .chunks_exact_mut(width)
                .zip(lines.chunks_exact(3 * width))
            {
                row.copy_from_slice(&line[channel * width..][..width]);
            }
        }
        planes
    }

    /// The whole picture at `width` × `height`.
    pub(crate) fn of(picture: &Picture, width: usize, height: usize) -> Self {
        let whole = [0, 0, picture.width() as usize, picture.height() as usize];
        Self::of_part(picture, whole, width, height)
    }
}

#[inline(always)]
fn add_bytes(sums: &mut [f32], bytes: &[u8], weight: f32) {
    for (sum, byte) in sums.iter_mut().zip(bytes) {
        *sum += weight * f32::from(*byte);
    }
}
