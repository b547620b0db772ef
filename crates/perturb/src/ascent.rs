//! One step of ascent that keeps to the visibility budget.

use std::sync::Arc;

use crate::planes::Planes;
use crate::visibility::Pyramid;

/// No single value is changed by more, in 1/255, whatever the budget.
pub(crate) const CHANGE_MAX: f32 = 16.0;

/// Momentum 0.5, as measured best for few steps.
const MOMENTUM: f32 = 0.5;

/// A change on its way up, always as visible as it may be.
pub(crate) struct Ascent {
    pyramid: Arc<Pyramid>,
    /// How large a step may be at each pixel.
    room: Vec<f32>,
    /// P's value that the change is kept at.
    pub(crate) budget: f32,
    momentum: Planes,
    /// Whether the picture is grey, and the change with it.
    grey: bool,
}

impl Ascent {
    pub(crate) fn new(pyramid: Arc<Pyramid>, size: [usize; 2], budget: f32, grey: bool) -> Self {
        Self {
            room: pyramid.room(),
            pyramid,
            budget,
            momentum: Planes::zero(size[0], size[1]),
            grey,
        }
    }

    /// Gives less room where `kept` is below 1.
    pub(crate) fn spare(&mut self, kept: &[f32]) {
        for (room, kept) in self.room.iter_mut().zip(kept) {
            *room *= kept;
        }
    }

    /// Brings a change to the budget.
    pub(crate) fn normalise(&self, change: &mut Planes) {
        if self.grey {
            change.make_grey();
        }
        let seen = self.pyramid.value(change);
        if seen > 1e-9 {
            change.scale(self.budget / seen);
        }
        for value in &mut change.values {
            *value = value.clamp(-CHANGE_MAX, CHANGE_MAX);
        }
    }

    /// A step along `gradient` that is `rate` times as visible as the budget.
    ///
    /// What the gradient would gain by making the whole change larger is taken off first: the budget takes that away again
    /// (the projection onto the surface of equal visibility, with Lagrange's multiplier from P's own gradient).
    pub(crate) fn step(&mut self, change: &mut Planes, mut gradient: Planes, rate: f32) {
        let (seen, slope) = self.pyramid.gradient(change);
        if seen > 1e-6 {
            let multiplier = gradient.dot(change) / seen;
            gradient.add(&slope, -multiplier);
        }
        let size = gradient.rms();
        if size < 1e-20 || !size.is_finite() {
            return;
        }
        self.momentum.scale(MOMENTUM);
        self.momentum.add(&gradient, 1.0 / size);
        // Almost the sign: a step of equal size everywhere uses the budget better than one that follows the gradient's own
        // size, and small values, whose sign means little, count less.
        let soft = 0.5 * self.momentum.rms();
        let mut update = self.momentum.clone();
        for plane in update.planes_mut() {
            for (value, room) in plane.iter_mut().zip(&self.room) {
                *value = *value / (value.abs() + soft) * room;
            }
        }
        if self.grey {
            update.make_grey();
        }
        let length = self.pyramid.value(&update);
        if length > 1e-9 {
            change.add(&update, rate * self.budget / length);
        }
        self.normalise(change);
    }
}

/// The rate of one of so many steps: falls evenly.
pub(crate) fn rate(step: usize, steps: usize, first: f32) -> f32 {
    #[allow(clippy::cast_precision_loss)]
    let left = (steps - step.min(steps)) as f32 / steps.max(1) as f32;
    first * left.max(0.05)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visibility::numbers;
    use crate::visibility::pyramid::tests::random;

    #[test]
    fn climbs_within_the_budget() {
        let picture = random(48, 40, 120.0, 25.0, 1);
        let pyramid = Arc::new(Pyramid::of(&picture, 2.0, numbers()));
        let wanted = random(48, 40, 0.0, 1.0, 2);
        let mut change = random(48, 40, 0.0, 1.0, 3);
        let mut ascent = Ascent::new(pyramid.clone(), [48, 40], 1.5, false);
        ascent.normalise(&mut change);
        let before = change.dot(&wanted);
        for step in 0..20 {
            ascent.step(&mut change, wanted.clone(), rate(step, 20, 0.4));
            assert!(pyramid.value(&change) < 1.5 * 1.001);
        }
        let mut straight = wanted.clone();
        ascent.normalise(&mut straight);
        let (after, best) = (change.dot(&wanted), straight.dot(&wanted));
        assert!(
            after > before + 0.8 * (best - before),
            "{before} {after} {best}"
        );
        assert!(pyramid.value(&change) > 1.4);
    }

    #[test]
    fn a_grey_picture_gets_a_grey_change() {
        let mut picture = random(32, 32, 120.0, 25.0, 1);
        picture.make_grey();
        let pyramid = Arc::new(Pyramid::of(&picture, 2.0, numbers()));
        let mut change = random(32, 32, 0.0, 1.0, 3);
        let mut ascent = Ascent::new(pyramid.clone(), [32, 32], 1.5, true);
        ascent.step(&mut change, random(32, 32, 0.0, 1.0, 4), 0.3);
        let planes: Vec<&[f32]> = change.planes().collect();
        for ((red, green), blue) in planes[0].iter().zip(planes[1]).zip(planes[2]) {
            assert!((red - green).abs() < 1e-5 && (red - blue).abs() < 1e-5);
        }
    }
}
