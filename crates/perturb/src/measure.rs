//! The report on one photo: numbers that a script outside can get again.
//!
//! Everything here is defined so that it can be done with common tools (Pillow's names are given, and OpenCV's for the
//! denoiser); `training/evaluate.py` does.
//!
//! | view | what is done to a picture of 8 bits |
//! |---|---|
//! | as it is | `resize(BICUBIC)` to the working size |
//! | upload | `resize(BICUBIC)` to 1080 px on the long side where it is longer, JPEG at quality 75 and 4:2:0, then as it is |
//! | denoised | as it is, then `fastNlMeansDenoising(h=10, 7, 21)` on the three channels together |
//! | crop | `crop` of the middle 60 % of each side, then as it is |
//!
//! The working size has a long side of at most 512 px, with both sides multiples of 32. The shift of a view T and an encoder
//! E is `‖E(T(y)) − E(T(x))‖ / ‖E(T(x))‖`. The noise beside it is Gaussian, drawn at working size, enlarged like the cloak and
//! brought to the root mean square of the difference between the two files at full size. "JPEG alone" is the shift from the
//! original at 1080 px to the same after JPEG at quality 75.

mod faces;

use rayon::prelude::*;

use crate::chance::Chance;
use crate::latent::{Encoder, shift};
use crate::pack::Origin;
use crate::perturbation::{Layer, Perturbation};
use crate::planes::Planes;
use crate::protect::{is_grey, working_size};
use crate::resample::{Axis, Resampling};
use crate::transforms::jpeg;
use crate::transforms::non_local::non_local_means;
use crate::visibility::Chosen;
use crate::watching::Share;
use crate::{EncoderMeasured, Error, Made, Measured, Models, Picture, Shift, Watch};

/// The long side of an uploaded picture.
pub(crate) const UPLOAD_SIDE: usize = 1080;

/// The quality that it is coded at.
pub(crate) const UPLOAD_QUALITY: u32 = 75;

/// How many pixels butteraugli looks at.
const VISIBILITY_PIXELS: usize = 4_000_000;

/// Strength of the denoiser.
pub(crate) const DENOISE_H: f32 = 10.0;

/// Measures what a cloak does, after the final encode: `cloaked` is the finished file, decoded.
///
/// `made` tells what was used and what was held out; without it everything counts as used. Where the person cancels, what was
/// measured so far is returned.
///
/// # Errors
/// [`Error::SizesDiffer`] when the two are not of one size; [`Error::NotFinite`] and [`Error::Unusable`] of a model.
pub fn measure(
    original: &Picture,
    cloaked: &Picture,
    models: &Models,
    made: Option<&Made>,
    seed: u64,
    watch: &dyn Watch,
) -> Result<Measured, Error> {
    if (original.width(), original.height()) != (cloaked.width(), cloaked.height()) {
        return Err(Error::SizesDiffer);
    }
    let networks = || models.encoders.iter().chain(&models.meters);
    let share = Share::new(watch, networks().count() + 3);
    let whole = [0, 0, original.width() as usize, original.height() as usize];
    let tiles = Chosen::new(original, whole, VISIBILITY_PIXELS, seed, |[x, y, w, h]| {
        energy(original, cloaked, [x, y, w, h])
    });
    let mut measured = Measured {
        visibility: tiles.visibility(original, cloaked),
        visibility_sampled: !tiles.complete,
        encoders: Vec::new(),
        faces: Vec::new(),
        no_face: true,
        denoiser: format!("non-local means, h = {DENOISE_H}"),
        cancelled: false,
    };
    share.step();
    if networks().next().is_some() {
        let noise = noisy(original, rms_between(original, cloaked), seed)?;
        let views = Views::new([original, cloaked, &noise]);
        share.step();
        for network in networks() {
            if watch.is_cancelled() {
                break;
            }
            let manifest = network.manifest();
            let mut encoder = Encoder::forward(network, views.size)?;
            let [as_is, after_upload, after_denoise, after_crop] = {
                let mut all = [Shift::default(); 4];
                for (shifts, view) in all.iter_mut().zip(&views.views) {
                    *shifts = shifts_of(&mut encoder, view)?;
                }
                all
            };
            let before = encoder.encode(&views.uploaded_uncoded)?.to_vec();
            let [_, [coded, ..], ..] = &views.views;
            let jpeg_alone = shift(&before, encoder.encode(coded)?);
            let held_out = made.is_some_and(|made| {
                !made.encoders.contains(&manifest.name)
                    && !made.encoder_families.contains(&manifest.family)
            });
            measured.encoders.push(EncoderMeasured {
                name: manifest.name.clone(),
                title: manifest.title.clone(),
                origin: origin(manifest.origin).to_owned(),
                held_out,
                as_is,
                jpeg_alone,
                after_upload,
                after_denoise,
                after_crop,
            });
            share.step();
        }
    }
    if !watch.is_cancelled() {
        measured.faces = faces::measured(original, cloaked, models, made, watch)?;
        measured.no_face = measured.faces.is_empty();
    }
    share.step();
    measured.cancelled = watch.is_cancelled();
    Ok(measured)
}

/// The word for whose weights they are.
pub(crate) fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Ours => "ours",
        Origin::Dependency => "dependency",
        Origin::Pack => "pack",
    }
}

fn shifts_of(encoder: &mut Encoder<'_>, [x, y, noise]: &[Planes; 3]) -> Result<Shift, Error> {
    let clean = encoder.encode(x)?.to_vec();
    Ok(Shift {
        shift: shift(&clean, encoder.encode(y)?),
        noise: shift(&clean, encoder.encode(noise)?),
    })
}

/// What an encoder is shown of the original, the cloaked picture and the noisy one, for each way.
struct Views {
    size: [usize; 2],
    /// As it is, uploaded, denoised, cropped.
    views: [[Planes; 3]; 4],
    /// The original at upload size, without JPEG.
    uploaded_uncoded: Planes,
}

impl Views {
    fn new(pictures: [&Picture; 3]) -> Self {
        let [first, ..] = pictures;
        let size = working_size(first.width(), first.height());
        let [width, height] = size;
        let as_is = of_each(&pictures, |picture| {
            Planes::of(picture, width, height).rounded()
        });
        let denoised = of_each(&as_is, |planes| non_local_means(planes, DENOISE_H));
        let cropped = of_each(&pictures, |picture| {
            Planes::of_part(picture, middle(picture), width, height).rounded()
        });
        let small = of_each(&pictures, |picture| uploaded_uncoded(picture));
        let [clean, ..] = &small;
        let down = Resampling::new([clean.width, clean.height], size);
        let uploaded = of_each(&small, |planes| {
            down.forward(&jpeg::coded(planes, UPLOAD_QUALITY)).rounded()
        });
        Self {
            size,
            uploaded_uncoded: down.forward(clean).rounded(),
            views: [as_is, uploaded, denoised, cropped],
        }
    }
}

/// The same of three pictures, at once where there are cores for it.
fn of_each<T: Sync>([one, two, three]: &[T; 3], view: impl Fn(&T) -> Planes + Sync) -> [Planes; 3] {
    let (one, (two, three)) =
        rayon::join(|| view(one), || rayon::join(|| view(two), || view(three)));
    [one, two, three]
}

/// At upload size, before it is coded.
pub(crate) fn uploaded_uncoded(picture: &Picture) -> Planes {
    let sides = [picture.width() as usize, picture.height() as usize];
    let long = sides[0].max(sides[1]).max(1);
    let wanted = long.min(UPLOAD_SIDE);
    let [width, height] = sides.map(|side| ((side * wanted + long / 2) / long).max(1));
    Planes::of(picture, width, height).rounded()
}

/// The middle 60 % of each side.
fn middle(picture: &Picture) -> [usize; 4] {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (left, top) = (width / 5, height / 5);
    [
        left,
        top,
        (width - 2 * left).max(1),
        (height - 2 * top).max(1),
    ]
}

/// The root mean square of the difference, over all values.
fn rms_between(one: &Picture, other: &Picture) -> f32 {
    let sum: u64 = one
        .rgb()
        .par_chunks(1 << 16)
        .zip(other.rgb().par_chunks(1 << 16))
        .map(|(one, other)| {
            one.iter()
                .zip(other)
                .map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2))
                .sum::<u64>()
        })
        .sum();
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
    let rms = (sum as f64 / one.rgb().len() as f64).sqrt() as f32;
    rms
}

/// The squared difference in a rectangle, of every fourth pixel each way.
fn energy(one: &Picture, other: &Picture, [left, top, width, height]: [usize; 4]) -> f32 {
    let stride = one.width() as usize * 3;
    let mut sum = 0u64;
    for y in (top..top + height).step_by(4) {
        for x in (left..left + width).step_by(4) {
            let at = y * stride + x * 3;
            if let (Some(a), Some(b)) = (one.rgb().get(at..at + 3), other.rgb().get(at..at + 3)) {
                sum += a
                    .iter()
                    .zip(b)
                    .map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2))
                    .sum::<u64>();
            }
        }
    }
    #[allow(clippy::cast_precision_loss)]
    let energy = sum as f32;
    energy
}

/// The picture with Gaussian noise of the cloak's grain and this root mean square at full size.
fn noisy(picture: &Picture, rms: f32, seed: u64) -> Result<Picture, Error> {
    let [width, height] = working_size(picture.width(), picture.height());
    let full = [picture.width() as usize, picture.height() as usize];
    let mut chance = Chance::new(seed, 60);
    let mut noise = Planes::zero(width, height);
    for value in &mut noise.values {
        *value = chance.normal();
    }
    if is_grey(picture) {
        noise.make_grey();
        let grey = noise.rms();
        noise.scale(1.0 / grey.max(1e-6));
    }
    // What enlarging leaves of the variance of values that know nothing of each other.
    let kept =
        Axis::new(width, full[0]).variance_kept() * Axis::new(height, full[1]).variance_kept();
    noise.scale(rms / kept.sqrt().max(1e-6));
    let perturbation = Perturbation::new(
        full[0],
        full[1],
        vec![Layer {
            area: [0, 0, full[0], full[1]],
            size: [width, height],
            planes: noise.values,
        }],
        Made::default(),
    );
    let mut rgb = picture.rgb().to_vec();
    let _ = perturbation.apply8(&mut rgb, picture.width(), picture.height(), 3);
    Picture::new(picture.width(), picture.height(), rgb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noise_has_the_energy_that_was_asked_for() {
        let grey = vec![120u8; 300 * 200 * 3];
        let colour: Vec<u8> = (0..300 * 200 * 3).map(|i| 100 + (i % 3) as u8).collect();
        for rgb in [grey, colour] {
            let picture = Picture::new(300, 200, rgb).unwrap();
            let noisy = noisy(&picture, 3.0, 1).unwrap();
            let rms = rms_between(&picture, &noisy);
            assert!((rms - 3.0).abs() < 0.15, "{rms}");
        }
    }

    #[test]
    fn two_sizes_are_refused() {
        let one = Picture::new(40, 40, vec![9; 4800]).unwrap();
        let other = Picture::new(40, 41, vec![9; 4920]).unwrap();
        let got = measure(&one, &other, &Models::default(), None, 1, &());
        assert_eq!(got, Err(Error::SizesDiffer));
    }

    #[test]
    fn without_models_there_is_still_the_visibility() {
        let one = Picture::new(64, 64, vec![90; 64 * 64 * 3]).unwrap();
        let mut rgb = one.rgb().to_vec();
        rgb.iter_mut().step_by(7).for_each(|value| *value += 9);
        let other = Picture::new(64, 64, rgb).unwrap();
        let measured = measure(&one, &other, &Models::default(), None, 1, &()).unwrap();
        assert!(measured.visibility > 0.3 && measured.encoders.is_empty() && measured.no_face);
    }
}
