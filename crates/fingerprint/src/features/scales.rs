//! Scale space: the picture at ever coarser resolutions, each smoothed by several degrees, and where its blobs are.

use crate::grey::Grey;

/// Smoothings per doubling of the scale.
pub(super) const PER_OCTAVE: usize = 3;

/// The smoothing of the first level of an octave, in its pixels.
const SIGMA: f32 = 1.6;

/// What a camera's picture is taken to be smoothed by already, in pixels.
const SIGMA_OF_INPUT: f32 = 0.5;

/// Levels of an octave: one more at each end, so that a maximum among scales can be told, and the one that the next
/// octave begins with is the last but one.
pub(super) const LEVELS: usize = PER_OCTAVE + 2;

/// No octave has a shorter side, in pixels.
const SIDE_MIN: usize = 24;

/// One resolution.
#[derive(Debug, Clone)]
pub(super) struct Octave {
    /// Pixels of the first octave per pixel of this one.
    pub(super) step: f32,
    /// Smoothed, by [`sigma`] of the level's number.
    pub(super) levels: Vec<Grey>,
    /// How much of a blob each place is, in the scale of the level: the determinant of the Hessian, times the fourth power
    /// of the scale.
    pub(super) blobs: Vec<Grey>,
}

/// The smoothing of a level, in pixels of its octave. Levels between two are allowed.
pub(super) fn sigma(level: f32) -> f32 {
    SIGMA * (level / PER_OCTAVE as f32).exp2()
}

impl Octave {
    /// All octaves of a picture, the finest first.
    pub(super) fn all(picture: Grey) -> Vec<Self> {
        let mut octaves = Vec::new();
        let mut step = 1.0;
        let extra = (SIGMA * SIGMA - SIGMA_OF_INPUT * SIGMA_OF_INPUT).sqrt();
        if picture.width.min(picture.height) < SIDE_MIN {
            return octaves;
        }
        let mut first = picture.smoothed(extra);
        loop {
            let octave = Self::of(first, step);
            let next = octave.levels.get(PER_OCTAVE).map(Grey::halved);
            octaves.push(octave);
            match next {
                Some(next) if next.width.min(next.height) >= SIDE_MIN => first = next,
                _ => return octaves,
            }
            step *= 2.0;
        }
    }

    /// The pictures alone: less than half of the memory.
    pub(super) fn without_blobs(mut self) -> Self {
        self.blobs = Vec::new();
        self
    }

    fn of(first: Grey, step: f32) -> Self {
        let mut levels = vec![first];
        for number in 1..LEVELS {
            let (before, now) = (sigma(number as f32 - 1.0), sigma(number as f32));
            let smoother = levels
                .last()
                .map(|last| last.smoothed((now * now - before * before).sqrt()));
            levels.extend(smoother);
        }
        let blobs = levels
            .iter()
            .enumerate()
            .map(|(number, level)| hessian(level, sigma(number as f32)))
            .collect();
        Self {
            step,
            levels,
            blobs,
        }
    }
}

/// The determinant of the second derivatives, in units of the scale. Zero along the edges.
fn hessian(level: &Grey, sigma: f32) -> Grey {
    let (width, height) = (level.width, level.height);
    let mut values = vec![0.0f32; width * height];
    let norm = sigma.powi(4);
    for (y, out) in values.chunks_exact_mut(width).enumerate() {
        if y == 0 || y + 1 >= height {
            continue;
        }
        let (above, row, below) = (level.row(y - 1), level.row(y), level.row(y + 1));
        let inner = out.get_mut(1..width - 1).unwrap_or_default();
        let triples = above.windows(3).zip(row.windows(3)).zip(below.windows(3));
        for (out, ((a, r), b)) in inner.iter_mut().zip(triples) {
            let xx = r[0] - 2.0 * r[1] + r[2];
            let yy = a[1] - 2.0 * r[1] + b[1];
            let xy = 0.25 * (a[0] - a[2] - b[0] + b[2]);
            *out = norm * (xx * yy - xy * xy);
        }
    }
    Grey {
        width,
        height,
        values,
    }
}
