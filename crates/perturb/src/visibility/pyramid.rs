//! P: a measure of visibility that can be differentiated, fitted to butteraugli's 3-norm.
//!
//! Opponent channels, five bands and a rest, contrast and luminance masking; `models/visibility.md` defines it and
//! `models/visibility.json` holds its numbers. The same measure is in `training/visibility.py`.

use serde::Deserialize;

use super::plane::{Plane, opponent, opponent_back};
use crate::planes::Planes;

/// Bands; after them comes the rest.
const LEVELS: usize = 5;

/// The numbers that were fitted.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Numbers {
    /// For each channel, at each octave of the wavelength at full size.
    gain: [Vec<f32>; 3],
    /// How the luminance's activity masks each channel.
    mask_luma: [f32; 3],
    /// How each channel's own activity masks it.
    mask_own: [f32; 3],
    /// How much of the finer level's activity counts.
    mask_finer: f32,
    mask_power: f32,
    dark_offset: f32,
    dark_power: [f32; 3],
}

impl Numbers {
    /// No masking, the same gain everywhere.
    pub(crate) fn flat() -> Self {
        Self {
            gain: [vec![0.8; 2], vec![0.5; 2], vec![0.1; 2]],
            mask_luma: [0.0; 3],
            mask_own: [0.0; 3],
            mask_finer: 0.0,
            mask_power: 0.0,
            dark_offset: 1.0,
            dark_power: [0.0; 3],
        }
    }
}

/// How visible a change of one picture is: what depends on the picture alone.
#[derive(Debug)]
pub(crate) struct Pyramid {
    /// For each level and channel, what the change is multiplied with.
    weights: Vec<[Plane; 3]>,
}

impl Pyramid {
    /// For a picture whose pixels are `enlargement` pixels wide at full size.
    pub(crate) fn of(picture: &Planes, enlargement: f32, numbers: &Numbers) -> Self {
        let shift = enlargement.max(1e-3).log2();
        let mut channels = opponent(picture);
        let mut finer: Option<Plane> = None;
        let mut weights = Vec::with_capacity(LEVELS + 1);
        for level in 0..=LEVELS {
            let low = channels.each_ref().map(Plane::blurred);
            let activity: [Plane; 3] = std::array::from_fn(|c| {
                if level < LEVELS {
                    let band = channels[c].zip(&low[c], |value, low| (value - low).abs());
                    band.blurred().blurred()
                } else {
                    channels[c].like()
                }
            });
            let luma = match &finer {
                Some(finer) => {
                    activity[0].zip(finer, |own, finer| own + numbers.mask_finer * finer)
                }
                None => activity[0].clone(),
            };
            weights.push(std::array::from_fn(|c| {
                let gain = gain(&numbers.gain[c], level as f32 + shift);
                let masked = luma
                    .zip(&activity[c], |luma, own| {
                        1.0 + numbers.mask_luma[c] * luma + numbers.mask_own[c] * own
                    })
                    .map(|masked| masked.powf(-numbers.mask_power));
                masked.zip(&channels[0], |masked, luma| {
                    let dark = (luma.clamp(0.0, 255.0) / 255.0 + numbers.dark_offset)
                        / (0.5 + numbers.dark_offset);
                    gain * masked * dark.powf(-numbers.dark_power[c])
                })
            }));
            finer = Some(luma.blurred().halved());
            channels = low.map(|low| low.halved());
        }
        Self { weights }
    }

    /// The visibility of a change, and its gradient.
    pub(crate) fn gradient(&self, change: &Planes) -> (f32, Planes) {
        let (bands, map) = self.map(change);
        let (value, slope) = norm(&map);
        // Back through the sum over the levels, each of half the size of the one before.
        let mut level_slope = slope;
        let mut band_slopes: Vec<[Plane; 3]> = Vec::with_capacity(LEVELS + 1);
        for (level, (bands, weights)) in bands.iter().zip(&self.weights).enumerate() {
            let [band, ..] = bands;
            let own = if level == 0 {
                level_slope
                    .halved_back(band.width, band.height)
                    .blurred_back()
            } else {
                if level > 1 {
                    level_slope = level_slope.doubled_back(band.width, band.height);
                }
                level_slope.clone()
            };
            band_slopes.push(std::array::from_fn(|c| {
                let squared =
                    bands[c].zip(&weights[c], |band, weight| 2.0 * band * weight * weight);
                squared.zip(&own, |a, b| a * b)
            }));
        }
        let mut below: Option<[Plane; 3]> = None;
        for slopes in band_slopes.into_iter().rev() {
            below = Some(match below {
                None => slopes,
                Some(below) => std::array::from_fn(|c| {
                    let own = &slopes[c];
                    let low = below[c]
                        .halved_back(own.width, own.height)
                        .zip(own, |below, own| below - own);
                    own.zip(&low.blurred_back(), |own, low| own + low)
                }),
            });
        }
        let gradient = below.map_or_else(
            || Planes::zero(change.width, change.height),
            |channels| opponent_back(&channels),
        );
        (value, gradient)
    }

    /// The visibility of a change.
    pub(crate) fn value(&self, change: &Planes) -> f32 {
        norm(&self.map(change).1).0
    }

    /// Where a change is seen: the map, cubed as the 3-norm counts it.
    pub(crate) fn heat(&self, change: &Planes) -> Heat {
        Heat(self.map(change).1.map(|square| square * square.sqrt()))
    }

    /// How large a change may be at each pixel to be seen as well as one anywhere else, for fine grain: 1 on average.
    pub(crate) fn room(&self) -> Vec<f32> {
        let Some([luma, ..]) = self.weights.get(1) else {
            return Vec::new();
        };
        let (width, height) = self
            .weights
            .first()
            .map_or((0, 0), |[luma, ..]| (luma.width, luma.height));
        let coarse = luma.blurred().doubled(width, height).blurred();
        let mut room: Vec<f32> = coarse
            .values
            .iter()
            .map(|weight| 1.0 / weight.max(1e-6))
            .collect();
        let mean = room.iter().sum::<f32>() / room.len().max(1) as f32;
        for value in &mut room {
            *value /= mean;
        }
        room
    }

    /// The bands of a change, and the map of squared visibility at half size.
    fn map(&self, change: &Planes) -> (Vec<[Plane; 3]>, Plane) {
        let mut channels = opponent(change);
        let mut bands = Vec::with_capacity(LEVELS + 1);
        let mut parts: Vec<Plane> = Vec::with_capacity(LEVELS + 1);
        for (level, weights) in self.weights.iter().enumerate() {
            let band = if level < LEVELS {
                let low = channels.each_ref().map(Plane::blurred);
                let band: [Plane; 3] =
                    std::array::from_fn(|c| channels[c].zip(&low[c], |value, low| value - low));
                channels = low.map(|low| low.halved());
                band
            } else {
                channels.clone()
            };
            let mut part = band[0].like();
            for (band, weights) in band.iter().zip(weights) {
                for ((part, band), weight) in part
                    .values
                    .iter_mut()
                    .zip(&band.values)
                    .zip(&weights.values)
                {
                    *part += (band * weight).powi(2);
                }
            }
            bands.push(band);
            parts.push(part);
        }
        let mut parts = parts.into_iter();
        let finest = parts.next();
        let mut total: Option<Plane> = None;
        for part in parts.rev() {
            total = Some(match total {
                None => part,
                Some(total) => part.zip(&total.doubled(part.width, part.height), |a, b| a + b),
            });
        }
        let map = match (finest, total) {
            (Some(finest), Some(total)) => total.zip(&finest.blurred().halved(), |a, b| a + b),
            _ => Plane::zero(1, 1),
        };
        (bands, map)
    }
}

/// A map of visibility at half of the working size.
pub(crate) struct Heat(Plane);

impl Heat {
    /// The sum over a rectangle in working pixels, as far as it lies inside, of at least one value.
    pub(crate) fn sum(&self, x: usize, y: usize, width: usize, height: usize) -> f32 {
        let Plane {
            width: across,
            height: down,
            values,
        } = &self.0;
        let span = |from: usize, length: usize, side: usize| {
            let start = (from / 2).min(side - 1);
            start..(((from + length).div_ceil(2)).clamp(start + 1, side))
        };
        let columns = span(x, width, *across);
        span(y, height, *down)
            .map(|y| values[y * across..][columns.clone()].iter().sum::<f32>())
            .sum()
    }
}

/// Between octaves linearly, outside held.
fn gain(gains: &[f32], octave: f32) -> f32 {
    let last = gains.len().saturating_sub(1);
    let at = octave.clamp(0.0, last as f32);
    let low = (at.floor() as usize).min(last.saturating_sub(1));
    let part = at - low as f32;
    gains[low] * (1.0 - part) + gains[(low + 1).min(last)] * part
}

/// The mean of the 3-, 6- and 12-norms of a map of squares, as butteraugli's "3-norm" is, and its gradient.
fn norm(map: &Plane) -> (f32, Plane) {
    let peak = map.values.iter().copied().fold(1e-12f32, f32::max);
    let count = map.values.len() as f64;
    let mut sums = [0.0f64; 3];
    for value in &map.values {
        let ratio = f64::from(value / peak);
        let cubed = ratio * ratio.sqrt();
        sums[0] += cubed;
        sums[1] += cubed * cubed;
        sums[2] += (cubed * cubed).powi(2);
    }
    let powers = [3.0, 6.0, 12.0];
    let root = f64::from(peak).sqrt();
    let norms: [f64; 3] =
        std::array::from_fn(|i| root * (sums[i] / count).max(1e-30).powf(1.0 / powers[i]));
    let mut slope = map.like();
    for (slope, value) in slope.values.iter_mut().zip(&map.values) {
        let ratio = f64::from(value / peak);
        let root = ratio.sqrt();
        let third = norms[0] * root / sums[0].max(1e-30);
        let sixth = norms[1] * ratio * ratio / sums[1].max(1e-30);
        let twelfth = norms[2] * (ratio * ratio * root).powi(2) / sums[2].max(1e-30);
        *slope = ((third + sixth + twelfth) / 6.0 / f64::from(peak)) as f32;
    }
    ((norms.iter().sum::<f64>() / 3.0) as f32, slope)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::chance::Chance;

    pub(crate) fn random(
        width: usize,
        height: usize,
        mean: f32,
        scale: f32,
        stream: u64,
    ) -> Planes {
        let mut chance = Chance::new(11, stream);
        let mut planes = Planes::zero(width, height);
        for value in &mut planes.values {
            *value = mean + scale * chance.normal();
        }
        planes
    }

    #[test]
    fn the_gradient_agrees_with_differences() {
        let numbers = super::super::numbers();
        let picture = random(37, 26, 120.0, 30.0, 1);
        let pyramid = Pyramid::of(&picture, 3.0, numbers);
        let change = random(37, 26, 0.0, 2.0, 2);
        let (value, gradient) = pyramid.gradient(&change);
        assert!((value - pyramid.value(&change)).abs() < 1e-6);
        // Homogeneous: twice the change is twice as visible, and the gradient along the change is the value.
        assert!((gradient.dot(&change) / value - 1.0).abs() < 1e-3);
        for stream in 3..8 {
            let direction = random(37, 26, 0.0, 1.0, stream);
            let step = 0.01;
            let difference = (pyramid.value(&change.plus(&direction, step))
                - pyramid.value(&change.plus(&direction, -step)))
                / (2.0 * step);
            let slope = gradient.dot(&direction);
            assert!(
                (difference - slope).abs() < 0.02 * value.max(slope.abs()),
                "{difference} {slope}"
            );
        }
    }

    #[test]
    fn texture_hides_a_change_and_a_plain_wall_does_not() {
        let numbers = super::super::numbers();
        let plain = random(64, 64, 150.0, 0.5, 1);
        let rough = random(64, 64, 150.0, 40.0, 1);
        let change = random(64, 64, 0.0, 2.0, 2);
        let on_plain = Pyramid::of(&plain, 2.0, numbers).value(&change);
        let on_rough = Pyramid::of(&rough, 2.0, numbers).value(&change);
        assert!(on_rough < 0.75 * on_plain, "{on_rough} {on_plain}");
        assert!(Pyramid::of(&plain, 2.0, numbers).value(&Planes::zero(64, 64)) < 1e-4);
    }

    #[test]
    fn agrees_with_the_measure_in_training() {
        // training/visibility.py with these numbers, on the same pictures.
        let numbers: Numbers = serde_json::from_str(NUMBERS).unwrap();
        let (width, height) = (24, 18);
        let mut picture = Planes::zero(width, height);
        let mut change = Planes::zero(width, height);
        for (i, (x, d)) in picture
            .values
            .iter_mut()
            .zip(&mut change.values)
            .enumerate()
        {
            *x = (i * 7919 % 256) as f32;
            *d = ((i / 5 * 104_729 % 21) as f32 - 10.0) * 0.2;
        }
        let mut probe = Planes::zero(width, height);
        for (i, value) in probe.values.iter_mut().enumerate() {
            *value = (i * 31 % 7) as f32 - 3.0;
        }
        for (enlargement, expected, mean, along) in [
            (1.0, 0.309_599_52, 0.000_279_969_16, 0.053_828_284),
            (3.0, 0.488_579_06, 0.000_444_195_43, 0.054_489_47),
        ] {
            let (value, gradient) = Pyramid::of(&picture, enlargement, &numbers).gradient(&change);
            let size =
                gradient.values.iter().map(|g| g.abs()).sum::<f32>() / gradient.values.len() as f32;
            assert!((value / expected - 1.0).abs() < 1e-3, "{value}");
            assert!((size / mean - 1.0).abs() < 1e-2, "{size}");
            assert!((gradient.dot(&probe) / along - 1.0).abs() < 1e-2);
        }
    }

    const NUMBERS: &str = r#"{
        "gain": [
            [0.449147, 0.766375, 0.958667, 1.07875, 1.70053, 0.72692, 1.34068, 1.36119, 0.901858],
            [0.288378, 0.289449, 0.479922, 0.66625, 1.02634, 0.945685, 1.18483, 0.88304, 0.750953],
            [0.0928511, 0.0774049, 0.103661, 0.127067, 0.159748, 0.187083, 0.200872, 0.209301, 0.199454]
        ],
        "mask_luma": [0.09877, 0.0449419, 0.0440691],
        "mask_own": [0.0, 0.012938, 0.0115097],
        "mask_finer": 0.22661,
        "mask_power": 0.459975,
        "dark_offset": 0.760302,
        "dark_power": [0.260803, 0.205974, 0.258438]
    }"#;
}
