//! What may happen to a picture before a recogniser sees it.

use super::denoise::Denoised;
use crate::chance::Chance;
use crate::planes::Planes;
use crate::resample::Resampling;
use crate::transforms::jpeg;

/// How often what happens, each a share from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Expectation {
    pub(crate) rescale: f32,
    pub(crate) blur: f32,
    pub(crate) jpeg: f32,
    pub(crate) denoise: f32,
}

/// One of the things that may happen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fate {
    /// Shrunk to this share of its sides.
    pub(crate) scale: Option<f32>,
    /// By a Gaussian of this deviation, in pixels.
    pub(crate) blur: Option<f32>,
    /// The quality of a JPEG.
    pub(crate) jpeg: Option<u32>,
    /// The `h` of non-local means.
    pub(crate) denoise: Option<f32>,
}

/// Offsets of at most this many pixels are looked at when denoising.
const REACH: usize = 4;

impl Fate {
    pub(crate) fn draw(expectation: &Expectation, chance: &mut Chance) -> Self {
        let mut happens = |share: f32, low: f32, high: f32| {
            // Always two draws: what happens later does not hang on what happened before.
            let (happens, value) = (chance.unit() < share, chance.between(low, high));
            happens.then_some(value)
        };
        Self {
            scale: happens(expectation.rescale, 0.5, 0.95),
            blur: happens(expectation.blur, 0.4, 1.2),
            jpeg: happens(expectation.jpeg, 60.0, 92.0).map(|quality| quality as u32),
            denoise: happens(expectation.denoise, 6.0, 12.0),
        }
    }

    /// The picture afterwards, and the way back.
    pub(crate) fn befall(&self, planes: &Planes) -> Befallen {
        let resampling = self.scale.map(|scale| {
            let shrunk = |side: usize| ((side as f32 * scale).round() as usize).max(1);
            Resampling::new(
                [planes.width, planes.height],
                [shrunk(planes.width), shrunk(planes.height)],
            )
        });
        let mut after = match &resampling {
            Some(resampling) => resampling.forward(planes),
            None => planes.clone(),
        };
        if let Some(deviation) = self.blur {
            blur(&mut after, deviation);
        }
        if let Some(quality) = self.jpeg {
            after = jpeg::coded(&after, quality);
        }
        let denoised = self.denoise.map(|h| Denoised::new(&after, h, REACH));
        Befallen {
            planes: match &denoised {
                Some(denoised) => denoised.planes.clone(),
                None => after,
            },
            denoised,
            jpeg: self.jpeg.is_some(),
            blur: self.blur,
            resampling,
        }
    }
}

/// A picture after something has happened to it.
pub(crate) struct Befallen {
    pub(crate) planes: Planes,
    denoised: Option<Denoised>,
    jpeg: bool,
    blur: Option<f32>,
    resampling: Option<Resampling>,
}

impl Befallen {
    /// The gradient for the picture before, straight through what JPEG rounds.
    pub(crate) fn backward(&self, gradient: Planes) -> Planes {
        let mut gradient = gradient;
        if let Some(denoised) = &self.denoised {
            gradient = denoised.backward(&gradient);
        }
        if self.jpeg {
            gradient = jpeg::coded_back(&gradient);
        }
        if let Some(deviation) = self.blur {
            // Its own transpose, but for the outermost pixels.
            blur(&mut gradient, deviation);
        }
        match &self.resampling {
            Some(resampling) => resampling.backward(&gradient),
            None => gradient,
        }
    }
}

/// A Gaussian blur; the edge repeats.
pub(crate) fn blur(planes: &mut Planes, deviation: f32) {
    let radius = (3.0 * deviation).ceil() as usize;
    let mut kernel: Vec<f32> = (0..=2 * radius)
        .map(|at| (-0.5 * ((at as f32 - radius as f32) / deviation).powi(2)).exp())
        .collect();
    let sum: f32 = kernel.iter().sum();
    kernel.iter_mut().for_each(|weight| *weight /= sum);
    let (width, height) = (planes.width, planes.height);
    let mut across = vec![0.0; width * height];
    let mut line = vec![0.0; width + 2 * radius];
    for plane in planes.planes_mut() {
        for (row, out) in plane
            .chunks_exact(width)
            .zip(across.chunks_exact_mut(width))
        {
            for (at, value) in line.iter_mut().enumerate() {
                *value = row[at.saturating_sub(radius).min(width - 1)];
            }
            for (at, out) in out.iter_mut().enumerate() {
                *out = kernel.iter().zip(&line[at..]).map(|(k, v)| k * v).sum();
            }
        }
        plane.fill(0.0);
        for (y, out) in plane.chunks_exact_mut(width).enumerate() {
            for (offset, weight) in kernel.iter().enumerate() {
                let from = (y + offset).saturating_sub(radius).min(height - 1) * width;
                for (out, value) in out.iter_mut().zip(&across[from..from + width]) {
                    *out += weight * value;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(width: usize, height: usize, seed: u64) -> Planes {
        let mut chance = Chance::new(seed, 0);
        let mut planes = Planes::zero(width, height);
        for value in &mut planes.values {
            *value = 128.0 + 30.0 * chance.normal();
        }
        planes
    }

    const NOTHING: Fate = Fate {
        scale: None,
        blur: None,
        jpeg: None,
        denoise: None,
    };

    #[test]
    fn nothing_changes_nothing() {
        let planes = noise(20, 16, 1);
        let befallen = NOTHING.befall(&planes);
        assert_eq!(befallen.planes, planes);
        assert_eq!(befallen.backward(planes.clone()), planes);
    }

    #[test]
    fn the_way_back_is_the_transpose() {
        let planes = noise(40, 40, 2);
        for fate in [
            Fate {
                scale: Some(0.7),
                ..NOTHING
            },
            Fate {
                blur: Some(0.8),
                ..NOTHING
            },
            Fate {
                denoise: Some(10.0),
                ..NOTHING
            },
            Fate {
                scale: Some(0.8),
                blur: Some(0.5),
                jpeg: None,
                denoise: Some(40.0),
            },
        ] {
            let befallen = fate.befall(&planes);
            let gradient = noise(befallen.planes.width, befallen.planes.height, 3);
            let there = befallen.planes.dot(&gradient);
            let back = planes.dot(&befallen.backward(gradient));
            assert!(
                (there - back).abs() < 2e-3 * there.abs(),
                "{fate:?} {there} {back}"
            );
        }
    }

    #[test]
    fn chance_alone_decides() {
        let always = Expectation {
            rescale: 1.0,
            blur: 1.0,
            jpeg: 1.0,
            denoise: 0.0,
        };
        let fate = Fate::draw(&always, &mut Chance::new(5, 0));
        assert_eq!(fate, Fate::draw(&always, &mut Chance::new(5, 0)));
        assert!(
            fate.jpeg
                .is_some_and(|quality| (60..=92).contains(&quality))
        );
        assert!(fate.denoise.is_none());
    }
}
