//! What a recogniser says of a face.

use super::crop::Sampler;
use super::cut::cut;
use super::finder::Face;
use crate::Picture;
use crate::engine::{Network, Plan};
use crate::pack::{Crop, Metric, PackError};
use crate::planes::Planes;

impl Metric {
    /// The distance of two embeddings of one length; never negative.
    #[must_use]
    pub fn distance(self, a: &[f32], b: &[f32]) -> f32 {
        match self {
            Self::Euclidean => a
                .iter()
                .zip(b)
                .map(|(a, b)| (a - b) * (a - b))
                .sum::<f32>()
                .sqrt(),
            Self::Cosine => {
                let lengths = length(a) * length(b);
                (1.0 - dot(a, b) / lengths.max(f32::MIN_POSITIVE)).max(0.0)
            }
        }
    }

    /// The distance from `b`, and its gradient with respect to `a`; that is zero where `a` is `b`.
    pub(crate) fn gradient(self, a: &[f32], b: &[f32]) -> (f32, Vec<f32>) {
        let distance = self.distance(a, b);
        let gradient = match self {
            Self::Euclidean => {
                let scale = 1.0 / distance.max(1e-6);
                a.iter().zip(b).map(|(a, b)| (a - b) * scale).collect()
            }
            Self::Cosine => {
                let (own, other) = (length(a).max(1e-12), length(b).max(1e-12));
                let cosine = dot(a, b) / (own * other);
                a.iter()
                    .zip(b)
                    .map(|(a, b)| (cosine * a / own - b / other) / own)
                    .collect()
            }
        };
        (distance, gradient)
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn length(a: &[f32]) -> f32 {
    dot(a, a).sqrt()
}

/// A network that tells people apart, with how it wants its faces and when two are of one person.
#[derive(Debug, Clone, Copy)]
pub struct Recogniser<'a> {
    pub(crate) network: &'a Network,
    pub(crate) crop: Crop,
    pub(crate) side: usize,
    /// How its embeddings are compared.
    pub metric: Metric,
    /// Two faces are of one person when their distance is below.
    pub threshold: f32,
}

impl<'a> Recogniser<'a> {
    /// From a network of kind `recogniser`.
    ///
    /// # Errors
    /// [`PackError::Manifest`] when its manifest has no threshold or metric, or an input that is not square.
    pub fn new(network: &'a Network) -> Result<Self, PackError> {
        let manifest = network.manifest();
        let unusable = |reason: &str| PackError::Manifest {
            reason: reason.to_owned(),
        };
        let (width, height) = (manifest.input.width, manifest.input.height);
        if width != height || width == 0 || manifest.input.channels != 3 {
            return Err(unusable("a recogniser takes a square in colour"));
        }
        let metric = manifest
            .metric
            .ok_or_else(|| unusable("a recogniser has a metric"))?;
        let threshold = manifest
            .threshold
            .filter(|threshold| *threshold > 0.0)
            .ok_or_else(|| unusable("a recogniser has a threshold above 0"))?;
        Ok(Self {
            network,
            crop: manifest.crop.unwrap_or_default(),
            side: width as usize,
            metric,
            threshold,
        })
    }

    /// The name in its manifest.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.network.manifest().name
    }

    /// Buffers for [`Self::embed`] and its gradient.
    pub(crate) fn plan(&self) -> Result<Plan, PackError> {
        self.network.plan(self.side as u32, self.side as u32)
    }

    /// From the recogniser's input to the planes that the face's points are in.
    pub(crate) fn sampler(&self, face: &Face) -> Sampler {
        Sampler {
            map: self.crop.to_picture(&face.points, self.side),
            side: self.side,
        }
    }

    /// The embedding of a face in a picture.
    ///
    /// # Errors
    /// As [`Network::plan`].
    pub fn embed(&self, picture: &Picture, face: &Face) -> Result<Vec<f32>, PackError> {
        let (planes, face) = around(picture, face, self.side);
        let mut crop = vec![0.0; 3 * self.side * self.side];
        let side = self.side as u32;
        let mut plan = self.network.plan_forward(side, side)?;
        Ok(self
            .forward(&planes, &self.sampler(&face), &mut crop, &mut plan)
            .to_vec())
    }

    /// The embedding of what a sampler cuts out.
    pub(crate) fn forward<'p>(
        &self,
        planes: &Planes,
        sampler: &Sampler,
        crop: &mut [f32],
        plan: &'p mut Plan,
    ) -> &'p [f32] {
        sampler.forward(planes, crop);
        crop.iter_mut().for_each(|value| *value /= 255.0);
        plan.forward(self.network, crop)
    }

    /// Whether two embeddings so far apart are of one person to it.
    #[must_use]
    pub fn matches(&self, distance: f32) -> bool {
        distance < self.threshold
    }
}

/// The square around a face, no finer than half a pixel of a crop of `side` pixels, and the face in it.
fn around(picture: &Picture, face: &Face, side: usize) -> (Planes, Face) {
    let [left, top, square] = face.square();
    let size = (square.round() as usize).clamp(1, 2 * side);
    let planes = cut(picture, [left, top, square, square], size, size);
    let scale = size as f32 / square;
    (planes, face.moved(left, top, scale, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f32; 3] = [0.4, -1.2, 0.7];
    const B: [f32; 3] = [0.9, 0.3, -0.2];

    #[test]
    fn distances_are_as_written_down() {
        assert!((Metric::Euclidean.distance(&A, &B) - 1.819_34).abs() < 1e-4);
        assert!((Metric::Cosine.distance(&A, &B) - 1.099_88).abs() < 1e-4);
        assert_eq!(Metric::Euclidean.distance(&A, &A), 0.0);
        assert!(Metric::Cosine.distance(&A, &A) < 1e-6);
    }

    #[test]
    fn gradients_agree_with_finite_differences() {
        for metric in [Metric::Euclidean, Metric::Cosine] {
            let (distance, gradient) = metric.gradient(&A, &B);
            assert_eq!(distance, metric.distance(&A, &B));
            for (index, slope) in gradient.iter().enumerate() {
                let moved = |by: f32| {
                    let mut a = A;
                    a[index] += by;
                    metric.distance(&a, &B)
                };
                let measured = (moved(1e-2) - moved(-1e-2)) / 2e-2;
                assert!(
                    (slope - measured).abs() < 1e-3,
                    "{metric:?} {slope} {measured}"
                );
            }
        }
    }

    #[test]
    fn the_same_embedding_has_no_slope() {
        for metric in [Metric::Euclidean, Metric::Cosine] {
            let (_, gradient) = metric.gradient(&A, &A);
            assert!(gradient.iter().all(|slope| slope.abs() < 1e-6));
        }
    }
}
