//! Picture in, perturbation out.

mod fitting;

use std::sync::Arc;

use rayon::prelude::*;

use crate::ascent::{Ascent, rate};
use crate::chance::Chance;
use crate::generator::generated;
use crate::latent::Latents;
use crate::perturbation::{Layer, Perturbation};
use crate::planes::Planes;
use crate::portrait::Portrait;
use crate::transforms::Chain;
use crate::visibility::{Pyramid, numbers};
use crate::watching::Course;
use crate::{Area, Error, Made, Models, Options, Picture, Stage, Watch};

/// The shortest side that can be cloaked, in pixels.
pub const SIDE_MIN: u32 = 32;

/// The most pixels that are cloaked.
pub const PIXELS_MAX: u64 = 1 << 28;

/// The long side of the planes that the latent objective works on.
///
/// Of 512 to 1024 the least: an encoder's step costs a quarter of what it costs at 1024, image generators look at pictures
/// of about this size, and a coarser grain survives an upload's scaling better.
pub(crate) const WORKING_SIDE: usize = 512;

/// Working sides are multiples of this, as encoders want them.
const MULTIPLE: usize = 32;

/// Steps that stand in for the generator where there is none.
const STEPS_ALONE: u32 = 20;

/// Steps on each face in the instant tier.
const FACE_STEPS: usize = 36;

/// The first step when refining, as a share of the budget.
const REFINE_RATE: f32 = 0.4;

/// The working size for a picture: never larger than it, sides of at least 32.
pub(crate) fn working_size(width: u32, height: u32) -> [usize; 2] {
    let sides = [width as usize, height as usize];
    let long = sides[0].max(sides[1]).max(1);
    let wanted = long.min(WORKING_SIDE);
    sides.map(|side| {
        let scaled = (side * wanted + long / 2) / long;
        let nearest = (scaled + MULTIPLE / 2) / MULTIPLE * MULTIPLE;
        nearest.min(side / MULTIPLE * MULTIPLE).max(MULTIPLE)
    })
}

/// Makes the cloak for an upright picture at full size.
///
/// First the instant result: the generator, or some steps where there is none, and steps on each face that is found. Then, if
/// asked for, steps on everything from there. At last it is made as strong as [`crate::Strength`] allows.
///
/// # Errors
/// [`Error::TooSmall`] and [`Error::TooLarge`]; [`Error::NoModels`] when there is neither a generator nor an encoder, nor a
/// face and a recogniser for it; [`Error::NotFinite`] and [`Error::Unusable`] of a model; [`Error::Cancelled`] when there was
/// nothing to keep yet.
pub fn protect(
    photo: &Picture,
    models: &Models,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Perturbation, Error> {
    let (width, height) = (photo.width(), photo.height());
    if width.min(height) < SIDE_MIN {
        return Err(Error::TooSmall {
            width,
            height,
            side_min: SIDE_MIN,
        });
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXELS_MAX {
        return Err(Error::TooLarge {
            pixels,
            pixels_max: PIXELS_MAX,
        });
    }
    if models.is_empty() {
        return Err(Error::NoModels);
    }
    Work::new(photo, models, options, watch).run()
}

/// One picture on its way.
struct Work<'a> {
    photo: &'a Picture,
    models: &'a Models,
    options: &'a Options,
    course: Course<'a>,
    /// At working size.
    picture: Planes,
    grey: bool,
    pyramid: Arc<Pyramid>,
    made: Made,
}

impl<'a> Work<'a> {
    fn new(
        photo: &'a Picture,
        models: &'a Models,
        options: &'a Options,
        watch: &'a dyn Watch,
    ) -> Self {
        let [width, height] = working_size(photo.width(), photo.height());
        let picture = Planes::of(photo, width, height);
        #[allow(clippy::cast_precision_loss)]
        let enlargement = photo.width().max(photo.height()) as f32 / width.max(height) as f32;
        Self {
            photo,
            models,
            options,
            course: Course::new(watch, options.refine_steps),
            grey: is_grey(photo),
            pyramid: Arc::new(Pyramid::of(&picture, enlargement, numbers())),
            picture,
            made: Made::default(),
        }
    }

    fn run(mut self) -> Result<Perturbation, Error> {
        if self.course.stopped() {
            return Err(Error::Cancelled);
        }
        let budget = self.options.strength.visibility_max();
        let mut change = self.instant(budget)?;
        let mut portraits = self.portraits()?;
        self.made.no_face = portraits.is_empty();
        let [face, rest] = fitting::shared_out(self.photo, &portraits).map(|share| share * budget);
        let mut kept = vec![1.0; self.picture.count()];
        for portrait in &mut portraits {
            portrait.allow(face);
            portrait.spare(&mut kept, self.size(), self.photo);
        }
        change.weigh(&kept);
        if !portraits.is_empty() || self.options.refine_steps > 0 {
            // From here on P's value of this very change stands for the budget: P is a stand-in, and a little off.
            // It takes from the start what the faces will leave of the budget, so that the fit at the end has little to do.
            change.scale(self.fit(&change, &[], rest).factors[0]);
        }
        self.face_steps(&change, &mut portraits, face);
        if self.options.refine_steps > 0 && !self.course.stopped() {
            self.refine(&mut change, &mut portraits, &kept)?;
            self.fit_faces(&change, &mut portraits, face);
        }
        self.made.cancelled = self.course.stopped();
        self.course.reach(Stage::Fit, 0.0);
        let fitted = self.fit(&change, &portraits, budget);
        let mut perturbation = self.assembled(&change, &portraits);
        perturbation.scale(fitted.factors);
        self.made.visibility = fitted.visibility;
        self.made.visibility_sampled = !fitted.complete;
        self.course.reach(Stage::Fit, 1.0);
        perturbation.made = self.made;
        Ok(perturbation)
    }

    /// The faces in the photo, each with a change that is yet to be made.
    fn portraits(&mut self) -> Result<Vec<Portrait<'a>>, Error> {
        let recognisers = self.models.recognisers();
        let Some(finder) = &self.models.finder else {
            return Ok(Vec::new());
        };
        if recognisers.is_empty() || self.course.stopped() {
            return Ok(Vec::new());
        }
        self.course.reach(Stage::FindFaces, 0.0);
        let faces = finder.find(self.photo).map_err(|_| Error::Unusable {
            model: "face detector".to_owned(),
        })?;
        let mut portraits = Vec::new();
        for (index, face) in faces.iter().enumerate() {
            let chance = Chance::new(self.options.seed, 1000 + index as u64);
            let portrait = Portrait::new(self.photo, face, &recognisers, self.grey, chance)?;
            if let Some(portrait) = portrait {
                self.made.faces.push(Area::of(face.bounds));
                portraits.push(portrait);
            }
        }
        if !portraits.is_empty() {
            self.made.recognisers = recognisers
                .iter()
                .map(|recogniser| recogniser.name().to_owned())
                .collect();
        }
        self.made.found = Some(faces);
        self.course.reach(Stage::FindFaces, 1.0);
        Ok(portraits)
    }

    /// The instant tier's steps on each face.
    fn face_steps(&mut self, base: &Planes, portraits: &mut [Portrait<'a>], budget: f32) {
        let whole = portraits.len() * FACE_STEPS;
        let mut done = 0;
        for portrait in portraits.iter_mut() {
            portrait.lay_over(base, self.photo);
            for step in 0..FACE_STEPS {
                if self.course.stopped() {
                    return;
                }
                #[allow(clippy::cast_precision_loss)]
                let share = done as f32 / whole as f32;
                self.course.reach(Stage::Faces, share);
                portrait.step(rate(step, FACE_STEPS, 0.4));
                done += 1;
            }
        }
        if whole > 0 {
            self.made.face_steps = u32::try_from(FACE_STEPS).unwrap_or(u32::MAX);
            self.fit_faces(base, portraits, budget);
        }
    }

    fn assembled(&self, base: &Planes, portraits: &[Portrait<'a>]) -> Perturbation {
        let (width, height) = (self.photo.width() as usize, self.photo.height() as usize);
        let whole = Layer {
            area: [0, 0, width, height],
            size: self.size(),
            planes: base.values.clone(),
        };
        let layers = std::iter::once(whole)
            .chain(portraits.iter().map(Portrait::layer))
            .collect();
        Perturbation::new(width, height, layers, Made::default())
    }

    fn size(&self) -> [usize; 2] {
        [self.picture.width, self.picture.height]
    }

    fn latents(&self) -> Result<Latents<'a>, Error> {
        let side = self.photo.width().max(self.photo.height()) as usize;
        let chains = (0..Chain::KINDS)
            .map(|index| Chain::drawn(self.options.seed, index, self.size(), side))
            .collect();
        Latents::new(self.picture.clone(), self.models.followed(), chains)
    }

    /// The latent part of the instant result, about as visible as the budget says.
    fn instant(&mut self, budget: f32) -> Result<Planes, Error> {
        self.course.reach(Stage::Generate, 0.0);
        let ascent = Ascent::new(self.pyramid.clone(), self.size(), budget, self.grey);
        if let Some(generator) = &self.models.generator {
            let mut change = generated(
                generator,
                &self.picture,
                budget,
                &mut Chance::new(self.options.seed, 2),
            )?;
            // Its texture is much the same everywhere; on skies and walls it would be seen first.
            change.weigh(&self.pyramid.room());
            ascent.normalise(&mut change);
            let manifest = generator.manifest();
            self.made.generator = Some(manifest.name.clone());
            // Its manifest names the families that it was trained against, one after another.
            self.made
                .encoder_families
                .extend(manifest.family.split([' ', ',', '+']).map(str::to_owned));
            self.course.reach(Stage::Generate, 1.0);
            return Ok(change);
        }
        let mut change = self.noise();
        ascent.normalise(&mut change);
        if self.models.followed().is_empty() {
            // Recognisers alone: nothing for the rest of the picture.
            return Ok(Planes::zero(self.picture.width, self.picture.height));
        }
        let kept = vec![1.0; self.picture.count()];
        self.ascend(
            &mut change,
            &mut [],
            &kept,
            budget,
            STEPS_ALONE,
            0.5,
            Stage::Generate,
        )?;
        Ok(change)
    }

    fn noise(&self) -> Planes {
        let mut chance = Chance::new(self.options.seed, 1);
        let mut noise = Planes::zero(self.picture.width, self.picture.height);
        for value in &mut noise.values {
            *value = chance.normal();
        }
        noise
    }

    /// Steps on everything, from what is there.
    fn refine(
        &mut self,
        change: &mut Planes,
        portraits: &mut [Portrait<'a>],
        kept: &[f32],
    ) -> Result<(), Error> {
        let budget = self.pyramid.value(change);
        let steps = self.options.refine_steps;
        self.ascend(
            change,
            portraits,
            kept,
            budget,
            steps,
            REFINE_RATE,
            Stage::Refine,
        )
    }

    /// Steps on the encoders, and on each face beside them; on cancel what was reached stays.
    #[allow(clippy::too_many_arguments)]
    fn ascend(
        &mut self,
        change: &mut Planes,
        portraits: &mut [Portrait<'a>],
        kept: &[f32],
        budget: f32,
        steps: u32,
        first_rate: f32,
        stage: Stage,
    ) -> Result<(), Error> {
        let mut latents = self.latents()?;
        let mut ascent = Ascent::new(self.pyramid.clone(), self.size(), budget, self.grey);
        ascent.spare(kept);
        let steps = steps as usize;
        for step in 0..steps {
            if self.course.stopped() {
                break;
            }
            #[allow(clippy::cast_precision_loss)]
            let share = step as f32 / steps as f32;
            self.course.reach(stage, share);
            let rate = rate(step, steps, first_rate);
            if !latents.is_empty() {
                let (_, gradient) = latents.gradient(change, step)?;
                ascent.step(change, gradient, rate);
            }
            for portrait in &mut *portraits {
                portrait.lay_over(change, self.photo);
                portrait.step(rate);
            }
            if stage == Stage::Refine {
                self.made.refine_steps += 1;
            }
        }
        for network in self.models.followed() {
            let manifest = network.manifest();
            self.made.encoders.push(manifest.name.clone());
            self.made.encoder_families.push(manifest.family.clone());
        }
        Ok(())
    }
}

pub(crate) fn is_grey(photo: &Picture) -> bool {
    photo.rgb().par_chunks(3 << 16).all(|part| {
        part.chunks_exact(3)
            .all(|pixel| matches!(pixel, [r, g, b] if r == g && g == b))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_working_size_fits_encoders_and_is_never_larger_than_the_picture() {
        for (width, height, expected) in [
            (4000, 3000, [512, 384]),
            (3000, 4000, [384, 512]),
            (20_000, 32, [512, 32]),
            (33, 40, [32, 32]),
            (500, 333, [480, 320]),
            (768, 512, [512, 352]),
        ] {
            assert_eq!(working_size(width, height), expected);
        }
    }
}
