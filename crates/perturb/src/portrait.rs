//! One face of the photo, with a layer of its own.

use std::sync::Arc;

use crate::Error;
use crate::Picture;
use crate::ascent::{Ascent, CHANGE_MAX};
use crate::chance::Chance;
use crate::faces::{Expectation, Face, Identity, Jitter, Recogniser, Way};
use crate::perturbation::Layer;
use crate::planes::Planes;
use crate::resample::{Axis, Resampling};
use crate::visibility::{Pyramid, numbers};

/// The long side of a face's planes: recognisers look at 112 to 150 px, and an upload leaves a face seldom more.
const SIDE: usize = 256;

/// At the border of the face's square its change fades over this share of the side.
const FADE: f32 = 0.16;

/// How the gradient is taken: on what sharing leaves, from a jittered crop, twice a step, blurred a little, since
/// recognisers that were not asked agree on what is coarse. Each draw through the denoiser takes something from those that are not:
/// at a third both the upload and the denoised upload are beyond the threshold (`docs/CLOAK.md`), at two thirds the upload was not.
const WAY: Way = Way {
    expectation: Expectation {
        rescale: 0.4,
        blur: 0.2,
        jpeg: 0.5,
        denoise: 0.35,
    },
    jitter: Jitter {
        turn: 0.06,
        scale: 0.06,
        shift: 0.03,
        mirror: 0.3,
    },
    draws: 2,
    gradient_blur: 0.8,
    enough: 2.2,
};

/// A face, and the change that moves its embedding.
pub(crate) struct Portrait<'a> {
    /// Left, top, width, height in the photo.
    pub(crate) area: [usize; 4],
    clean: Planes,
    /// What is there of the rest of the picture's change, faded out.
    beneath: Planes,
    /// 1 in the middle, 0 at the border.
    window: Vec<f32>,
    ascent: Ascent,
    identity: Identity<'a>,
    change: Planes,
    chance: Chance,
}

impl<'a> Portrait<'a> {
    /// None when the face is too small to be anyone's.
    pub(crate) fn new(
        photo: &Picture,
        face: &Face,
        recognisers: &[Recogniser<'a>],
        grey: bool,
        mut chance: Chance,
    ) -> Result<Option<Self>, Error> {
        let Some(area) = area(photo, face) else {
            return Ok(None);
        };
        let [left, top, across, down] = area;
        let size = planes_size(photo, across, down);
        let [width, height] = size;
        let clean = Planes::of_part(photo, area, width, height);
        let (x, y) = (width as f32 / across as f32, height as f32 / down as f32);
        let moved = face.moved(left as f32, top as f32, x, y);
        let identity =
            Identity::new(recognisers, &[moved], &clean, WAY).map_err(|_| Error::Unusable {
                model: recognisers
                    .first()
                    .map_or_else(String::new, |recogniser| recogniser.name().to_owned()),
            })?;
        let pyramid = Pyramid::of(&clean, across as f32 / width as f32, numbers());
        let window = window(width, height);
        let mut ascent = Ascent::new(Arc::new(pyramid), size, 1.0, grey);
        ascent.spare(&window);
        let mut change = Planes::zero(width, height);
        for value in &mut change.values {
            *value = chance.normal();
        }
        change.weigh(&window);
        ascent.normalise(&mut change);
        let portrait = Self {
            area,
            beneath: Planes::zero(width, height),
            clean,
            window,
            ascent,
            identity,
            change,
            chance,
        };
        Ok(Some(portrait))
    }

    /// Before the first step: how visible the face's square may become.
    pub(crate) fn allow(&mut self, budget: f32) {
        // A quiet start: the first steps should not have to undo noise.
        self.change.scale(0.3 * budget);
        self.ascent.budget = budget;
    }

    /// Takes over what the rest of the picture's change is here.
    pub(crate) fn lay_over(&mut self, base: &Planes, photo: &Picture) {
        let [left, top, across, down] = self.area;
        let part = |side: usize, from: usize, length: usize, whole: u32, to: usize| {
            let scale = side as f64 / f64::from(whole);
            Axis::part(side, from as f64 * scale, length as f64 * scale, to)
        };
        self.beneath = Resampling {
            columns: part(base.width, left, across, photo.width(), self.clean.width),
            rows: part(base.height, top, down, photo.height(), self.clean.height),
        }
        .forward(base);
    }

    /// One step. Returns how many thresholds the embedding has moved, on average.
    pub(crate) fn step(&mut self, rate: f32) -> f32 {
        let seen = self
            .clean
            .plus(&self.beneath, 1.0)
            .plus(&self.change, 1.0)
            .clipped();
        let (loss, mut gradient) = self.identity.gradient(&seen, &mut self.chance);
        // The loss falls; the ascent climbs.
        gradient.scale(-1.0);
        gradient.weigh(&self.window);
        self.ascent.step(&mut self.change, gradient, rate);
        -loss
    }

    /// Makes the change this much larger, and keeps it so from now on.
    pub(crate) fn scale(&mut self, factor: f32) {
        self.change.scale(factor);
        self.ascent.budget *= factor;
        for value in &mut self.change.values {
            *value = value.clamp(-CHANGE_MAX, CHANGE_MAX);
        }
    }

    pub(crate) fn layer(&self) -> Layer {
        Layer {
            area: self.area,
            size: [self.change.width, self.change.height],
            planes: self.change.values.clone(),
        }
    }

    /// How much of the rest of the picture's change stays, at each pixel of planes over the whole photo: nothing in the middle of
    /// a face, where the budget is the face's, and recognisers do not care for what moves an image generator's latent.
    pub(crate) fn spare(&self, kept: &mut [f32], [width, height]: [usize; 2], photo: &Picture) {
        let [left, top, across, down] = self.area.map(|value| value as f32);
        let (scale_x, scale_y) = (
            photo.width() as f32 / width as f32,
            photo.height() as f32 / height as f32,
        );
        for (y, row) in kept.chunks_exact_mut(width).enumerate() {
            let down_here = ((y as f32 + 0.5) * scale_y - top) / down;
            for (x, kept) in row.iter_mut().enumerate() {
                let across_here = ((x as f32 + 0.5) * scale_x - left) / across;
                let inside = fade(across_here) * fade(down_here);
                *kept *= 1.0 - inside;
            }
        }
    }
}

/// The face's square as far as it is in the photo; none below what planes need.
fn area(photo: &Picture, face: &Face) -> Option<[usize; 4]> {
    let [left, top, side] = face.square();
    let span = |from: f32, whole: u32| {
        let start = from.max(0.0).min(whole as f32) as usize;
        let end = ((from + side).max(0.0).min(whole as f32)) as usize;
        (start, end.saturating_sub(start))
    };
    let (x, width) = span(left, photo.width());
    let (y, height) = span(top, photo.height());
    (width >= 24 && height >= 24).then_some([x, y, width, height])
}

/// As fine as recognisers see it and an upload leaves it.
fn planes_size(photo: &Picture, across: usize, down: usize) -> [usize; 2] {
    let long = across.max(down);
    let upload = 1080.0 / photo.width().max(photo.height()).max(1080) as f32;
    let left = (long as f32 * upload) as usize;
    let wanted = left.clamp(64, SIDE).min(long);
    [across, down].map(|side| (side * wanted / long).max(8).min(side))
}

/// 1 inside, falling to 0 at 0 and 1 (a raised cosine, as a polynomial).
fn fade(at: f32) -> f32 {
    let near = at.min(1.0 - at) / FADE;
    let t = near.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

fn window(width: usize, height: usize) -> Vec<f32> {
    (0..height)
        .flat_map(|y| {
            let down = fade((y as f32 + 0.5) / height as f32);
            (0..width).map(move |x| down * fade((x as f32 + 0.5) / width as f32))
        })
        .collect()
}
