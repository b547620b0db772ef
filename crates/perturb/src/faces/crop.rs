//! Cutting a turned square out of planes, and carrying a gradient back through that.

use super::geometry::Similarity;
use crate::planes::Planes;

/// At most so many samples along each side of an output pixel: planes more than so much finer than the crop are to be shrunk before.
const SAMPLES_MAX: usize = 4;

/// Bilinear samples, as many to a pixel of the crop as the planes are finer than it. Outside, the edge repeats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sampler {
    /// From the crop to the planes.
    pub(crate) map: Similarity,
    /// Pixels along each side of the crop.
    pub(crate) side: usize,
}

impl Sampler {
    /// Into 3 × side × side values.
    pub(crate) fn forward(&self, planes: &Planes, crop: &mut [f32]) {
        crop.fill(0.0);
        let (size, area) = (planes.width * planes.height, self.side * self.side);
        let values = &planes.values;
        self.for_each_tap(planes.width, planes.height, |to, from, weight| {
            for channel in 0..3 {
                crop[channel * area + to] += weight * values[channel * size + from];
            }
        });
    }

    /// Adds the gradient for the planes that belongs to a gradient for the crop: the transpose of [`Self::forward`].
    pub(crate) fn backward(&self, crop: &[f32], planes: &mut Planes) {
        let (width, height) = (planes.width, planes.height);
        let (size, area) = (width * height, self.side * self.side);
        let values = &mut planes.values;
        self.for_each_tap(width, height, |to, from, weight| {
            for channel in 0..3 {
                values[channel * size + from] += weight * crop[channel * area + to];
            }
        });
    }

    /// Calls with the crop's pixel, the planes' pixel and the share that the one has in the other.
    fn for_each_tap(&self, width: usize, height: usize, mut tap: impl FnMut(usize, usize, f32)) {
        // A fifth finer is not worth four times the samples.
        let samples = ((self.map.scale() - 0.2).ceil().max(1.0) as usize).min(SAMPLES_MAX);
        let share = 1.0 / (samples * samples) as f32;
        let between = |at: f32, size: usize| {
            let at = (at - 0.5).clamp(0.0, size as f32 - 1.0);
            let low = (at as usize).min(size - 1);
            (low, (low + 1).min(size - 1), at - low as f32)
        };
        for y in 0..self.side {
            for x in 0..self.side {
                let to = y * self.side + x;
                for sample in 0..samples * samples {
                    let inside = |index: usize| (index as f32 + 0.5) / samples as f32;
                    let (u, v) = self.map.apply((
                        x as f32 + inside(sample % samples),
                        y as f32 + inside(sample / samples),
                    ));
                    let (left, right, in_x) = between(u, width);
                    let (top, bottom, in_y) = between(v, height);
                    tap(to, top * width + left, share * (1.0 - in_x) * (1.0 - in_y));
                    tap(to, top * width + right, share * in_x * (1.0 - in_y));
                    tap(to, bottom * width + left, share * (1.0 - in_x) * in_y);
                    tap(to, bottom * width + right, share * in_x * in_y);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 65_536.0
            })
            .collect()
    }

    #[test]
    fn backward_is_the_transpose_of_forward() {
        for scale in [0.6, 1.0, 1.9, 3.3] {
            let sampler = Sampler {
                map: Similarity {
                    a: scale,
                    b: 0.2,
                    tx: -1.5,
                    ty: 2.25,
                },
                side: 12,
            };
            let planes = Planes {
                width: 20,
                height: 17,
                values: noise(3 * 20 * 17, 1),
            };
            let gradient = noise(3 * 144, 2);
            let mut crop = vec![0.0; 3 * 144];
            sampler.forward(&planes, &mut crop);
            let mut back = Planes::zero(20, 17);
            sampler.backward(&gradient, &mut back);
            let dot = |a: &[f32], b: &[f32]| -> f64 {
                a.iter()
                    .zip(b)
                    .map(|(a, b)| f64::from(*a) * f64::from(*b))
                    .sum()
            };
            let (there, back) = (dot(&crop, &gradient), dot(&planes.values, &back.values));
            assert!((there - back).abs() < 1e-5 * there.abs(), "{there} {back}");
        }
    }

    #[test]
    fn a_straight_crop_is_the_part_itself() {
        let planes = Planes {
            width: 8,
            height: 8,
            values: noise(192, 3),
        };
        let sampler = Sampler {
            map: Similarity {
                a: 1.0,
                b: 0.0,
                tx: 2.0,
                ty: 3.0,
            },
            side: 4,
        };
        let mut crop = vec![0.0; 48];
        sampler.forward(&planes, &mut crop);
        assert_eq!(crop[..4], planes.values[3 * 8 + 2..3 * 8 + 6]);
    }
}
