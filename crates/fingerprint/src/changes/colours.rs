//! Matching the colours: what a filter did to all of the picture is taken back before the difference is.

use super::overlay::Overlay;
use crate::matching::least_squares;

/// Rounds of fitting, each with less weight for what does not fit.
const ROUNDS: usize = 8;

/// Pixels used for fitting: every so many-th.
const SAMPLES: usize = 20_000;

/// Bins of a tone curve.
const BINS: usize = 24;

/// Brings the photo to the colours of the copy: each channel from all three by a linear map, then by a curve. In this
/// direction, because a filter that takes colour or contrast away cannot be taken back.
pub(super) fn match_colours(overlay: &mut Overlay) {
    let covered: Vec<usize> = (0..overlay.is_covered.len())
        .filter(|at| overlay.is_covered.get(*at) == Some(&true))
        .collect();
    let step = (covered.len() / SAMPLES).max(1);
    let samples: Vec<([f32; 3], [f32; 3])> = covered
        .iter()
        .step_by(step)
        .filter_map(|at| {
            Some((
                *overlay.photo.values.get(*at)?,
                *overlay.copy.values.get(*at)?,
            ))
        })
        .collect();
    let linear = [0, 1, 2].map(|channel| linear(&samples, channel));
    let map = |colour: [f32; 3]| {
        let row = terms(colour);
        linear.map(|map| row.iter().zip(map).map(|(a, b)| a * b).sum::<f64>() as f32)
    };
    let mapped: Vec<_> = samples
        .iter()
        .map(|(photo, copy)| (map(*photo), *copy))
        .collect();
    let curves = [0, 1, 2].map(|channel| curve(&mapped, channel));
    for colour in &mut overlay.photo.values {
        let mut next = map(*colour);
        for (value, curve) in next.iter_mut().zip(&curves) {
            *value = bent(curve, *value);
        }
        *colour = next;
    }
}

fn terms([red, green, blue]: [f32; 3]) -> [f64; 4] {
    [f64::from(red), f64::from(green), f64::from(blue), 255.0]
}

/// The weights of the three channels and of a constant, fitted to most pixels: those that do not fit lose their weight
/// (Geman and McClure 1985).
fn linear(samples: &[([f32; 3], [f32; 3])], channel: usize) -> [f64; 4] {
    let mut identity = [0.0; 4];
    if let Some(own) = identity.get_mut(channel) {
        *own = 1.0;
    }
    let mut map = identity;
    for round in 0..ROUNDS {
        // From all alike to only those within a few steps.
        let reach = 160.0 * 0.62f64.powi(round as i32) + 8.0;
        let weighed = samples.iter().map(|(photo, copy)| {
            let row = terms(*photo);
            let target = f64::from(copy.get(channel).copied().unwrap_or(0.0));
            let off = target - row.iter().zip(map).map(|(a, b)| a * b).sum::<f64>();
            // Cut off at white and black, values say little.
            let is_cut = !(2.0..=253.0).contains(&target);
            let weight = 1.0 / (1.0 + (off / reach).powi(2)) * if is_cut { 0.1 } else { 1.0 };
            (row.map(|value| value * weight), target * weight)
        });
        // A little pull to the identity keeps grey pictures from leaving the channels undecided.
        let pull = (0..4).map(|at| {
            let mut row = [0.0; 4];
            row[at] = 12.0;
            (row, 12.0 * identity[at])
        });
        match least_squares(weighed.chain(pull)) {
            Some(next) => map = next,
            None => return map,
        }
    }
    map
}

/// The median of the copy's values for each step of the photo's; rising, and straight between the steps.
fn curve(samples: &[([f32; 3], [f32; 3])], channel: usize) -> [f32; BINS + 1] {
    let width = 255.0 / BINS as f32;
    let mut bins = vec![Vec::new(); BINS + 1];
    for (photo, copy) in samples {
        let (Some(photo), Some(copy)) = (photo.get(channel), copy.get(channel)) else {
            continue;
        };
        let bin = (photo.clamp(0.0, 255.0) / width).round() as usize;
        // Only what nearly fits bends the curve: a pasted part has values of its own.
        if let Some(bin) = bins.get_mut(bin).filter(|_| (photo - copy).abs() < 40.0) {
            bin.push(copy - photo);
        }
    }
    let mut curve = [0.0; BINS + 1];
    let mut last = 0.0f32;
    for (number, (value, offsets)) in curve.iter_mut().zip(&mut bins).enumerate() {
        let straight = number as f32 * width;
        offsets.sort_by(f32::total_cmp);
        let offset = match offsets.get(offsets.len() / 2) {
            Some(median) if offsets.len() >= 40 => *median,
            _ => 0.0,
        };
        last = last.max(straight + offset);
        *value = last;
    }
    curve
}

fn bent(curve: &[f32; BINS + 1], value: f32) -> f32 {
    let place = value.clamp(0.0, 255.0) / 255.0 * BINS as f32;
    let (low, share) = (place as usize, place.fract());
    let at = |bin: usize| curve.get(bin.min(BINS)).copied().unwrap_or(value);
    at(low) * (1.0 - share) + at(low + 1) * share
}
