//! What happens to a picture when it is shared, each with its gradient.
//!
//! An expectation over these is what keeps the cloak after an upload. All chance comes from the seed.

pub(crate) mod denoise;
pub(crate) mod jpeg;
pub(crate) mod non_local;

use crate::chance::Chance;
use crate::planes::Planes;
use crate::resample::{Axis, Resampling};

/// One thing that is done to a picture; its size at the end of a [`Chain`] is that at the start.
#[derive(Debug, Clone)]
enum Step {
    /// Scaling, cutting, blurring: linear, with an exact adjoint.
    Linear(Resampling),
    /// Straight through the rounding.
    Jpeg(u32),
    /// With the weights held.
    Denoise(f32),
}

/// What one forward pass leaves for the way back.
#[derive(Debug)]
enum Trace {
    Nothing,
    Weights(denoise::Weights),
}

/// Several, one after another.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chain(Vec<Step>);

/// A chain that was run, for the way back.
#[derive(Debug, Default)]
pub(crate) struct Traced(Vec<Trace>);

impl Chain {
    /// So many make a full set: every kind, and crops and denoisers, which take most from a change that was not made for them,
    /// more than once.
    pub(crate) const KINDS: u64 = 10;

    /// The number `index` of a set that a seed draws, for pictures of this size that stand for pictures whose long side is
    /// `side_full` pixels. The first is always the upload.
    pub(crate) fn drawn(
        seed: u64,
        index: u64,
        [width, height]: [usize; 2],
        side_full: usize,
    ) -> Self {
        let mut chance = Chance::new(seed, 100 + index);
        let mut steps = Vec::new();
        let size = [width, height];
        match index % Self::KINDS {
            0 => return Self::upload(size, side_full, quality(&mut chance)),
            1 | 6 => {
                steps.push(Step::Linear(zoomed(size, &mut chance, 1.5, 1.75)));
                steps.push(Step::Jpeg(quality(&mut chance)));
            }
            2 => steps.push(Step::Denoise(chance.between(7.0, 11.0))),
            3 | 8 => steps.push(Step::Linear(zoomed(size, &mut chance, 1.1, 2.4))),
            4 => {
                let scale = f64::from(chance.between(0.5, 0.95));
                steps.extend(down_and_up(size, scale));
                steps.push(Step::Denoise(chance.between(7.0, 11.0)));
            }
            5 => {
                let scale = f64::from(chance.between(0.45, 0.75));
                steps.extend(down_and_up(size, scale));
                steps.push(Step::Jpeg(quality(&mut chance)));
            }
            7 => {
                let Self(upload) = Self::upload(size, side_full, quality(&mut chance));
                steps.extend(upload);
                steps.push(Step::Denoise(chance.between(8.0, 11.0)));
            }
            _ => {
                let sigma = f64::from(chance.between(0.4, 1.2));
                steps.push(Step::Linear(Resampling {
                    columns: Axis::blur(width, sigma),
                    rows: Axis::blur(height, sigma),
                }));
                steps.push(Step::Jpeg(quality(&mut chance)));
            }
        }
        Self(steps)
    }

    /// 1080 px on the long side where the picture is larger, then JPEG, then back to working size.
    pub(crate) fn upload(size: [usize; 2], side_full: usize, quality: u32) -> Self {
        let long = size[0].max(size[1]);
        let wanted = side_full.min(1080);
        let there = size.map(|side| (side * wanted).div_ceil(long).max(1));
        if wanted <= long {
            return Self(vec![Step::Jpeg(quality)]);
        }
        Self(vec![
            Step::Linear(Resampling::new(size, there)),
            Step::Jpeg(quality),
            Step::Linear(Resampling::new(there, size)),
        ])
    }

    /// Runs it, and keeps what the way back needs.
    pub(crate) fn forward(&self, planes: &Planes) -> (Planes, Traced) {
        let mut traces = Vec::with_capacity(self.0.len());
        let mut planes = planes.clone();
        for step in &self.0 {
            let (next, trace) = match step {
                Step::Linear(resampling) => (resampling.forward(&planes), Trace::Nothing),
                Step::Jpeg(quality) => (jpeg::coded(&planes, *quality), Trace::Nothing),
                Step::Denoise(h) => {
                    let weights = denoise::Weights::of(&planes, *h, 8, 2, 3);
                    (weights.forward(&planes), Trace::Weights(weights))
                }
            };
            planes = next;
            traces.push(trace);
        }
        (planes, Traced(traces))
    }

    /// The gradient for the input from that for the output.
    pub(crate) fn backward(&self, traced: &Traced, gradient: Planes) -> Planes {
        let mut gradient = gradient;
        for (step, trace) in self.0.iter().zip(&traced.0).rev() {
            gradient = match (step, trace) {
                (Step::Linear(resampling), _) => resampling.backward(&gradient),
                (Step::Jpeg(_), _) => jpeg::coded_back(&gradient),
                (Step::Denoise(_), Trace::Weights(weights)) => weights.backward(&gradient),
                (Step::Denoise(_), Trace::Nothing) => gradient,
            };
        }
        gradient
    }
}

/// JPEG qualities that people meet.
fn quality(chance: &mut Chance) -> u32 {
    60 + u32::try_from(chance.bits() % 33).unwrap_or(0)
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
fn down_and_up(size: [usize; 2], scale: f64) -> [Step; 2] {
    let small = size.map(|side| ((side as f64 * scale) as usize).max(1));
    [
        Step::Linear(Resampling::new(size, small)),
        Step::Linear(Resampling::new(small, size)),
    ]
}

/// A part of the picture, enlarged by a factor between `low` and `high` to the whole's size.
#[allow(clippy::cast_precision_loss)]
fn zoomed([width, height]: [usize; 2], chance: &mut Chance, low: f32, high: f32) -> Resampling {
    let zoom = f64::from(chance.between(low, high));
    let (x, y) = (f64::from(chance.unit()), f64::from(chance.unit()));
    let part = |side: usize, at: f64| {
        let length = side as f64 / zoom;
        Axis::part(side, (side as f64 - length) * at, length, side)
    };
    Resampling {
        columns: part(width, x),
        rows: part(height, y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: usize, height: usize) -> Planes {
        let mut chance = Chance::new(5, 5);
        let mut planes = Planes::zero(width, height);
        for (i, value) in planes.values.iter_mut().enumerate() {
            let (x, y) = (i % width, i / width % height);
            *value = 100.0 + 20.0 * ((x / 9 + y / 7) % 3) as f32 + 4.0 * chance.normal();
        }
        planes
    }

    #[test]
    fn every_kind_keeps_the_size_and_is_drawn_alike() {
        let planes = picture(64, 48);
        for index in 0..2 * Chain::KINDS {
            let chain = Chain::drawn(9, index, [64, 48], 2000);
            let (out, traced) = chain.forward(&planes);
            assert_eq!((out.width, out.height), (64, 48), "{index}");
            let again = Chain::drawn(9, index, [64, 48], 2000).forward(&planes).0;
            assert_eq!(out, again);
            assert_ne!(out, planes);
            let back = chain.backward(&traced, out);
            assert_eq!((back.width, back.height), (64, 48));
        }
    }

    #[test]
    fn gradients_point_where_a_change_goes() {
        // The change of the output along the gradient's own direction, against what the gradient promises. JPEG and the
        // denoiser's weights are not differentiable, so this is no equality.
        let planes = picture(64, 48);
        for index in 0..Chain::KINDS {
            let chain = Chain::drawn(2, index, [64, 48], 2000);
            let mut wanted = Planes::zero(64, 48);
            for (i, value) in wanted.values.iter_mut().enumerate() {
                *value = if (i % 64 / 12 + i / 64 / 12) % 2 == 0 {
                    1.0
                } else {
                    -1.0
                };
            }
            let (before, traced) = chain.forward(&planes);
            let gradient = chain.backward(&traced, wanted.clone());
            let change = 6.0 / gradient.rms();
            let after = chain.forward(&planes.plus(&gradient, change)).0;
            let got = after.plus(&before, -1.0).dot(&wanted);
            let promised = change * gradient.dot(&gradient);
            assert!(got > 0.5 * promised, "{index}: {got} of {promised}");
        }
    }
}
