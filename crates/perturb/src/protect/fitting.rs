//! How the visibility budget is shared out, and kept to.

use super::Work;
use crate::Picture;
use crate::perturbation::Renderer;
use crate::planes::Planes;
use crate::portrait::Portrait;
use crate::visibility::{Chosen, Tiles, fit, tiles};

/// How many pixels butteraugli may look at for one face.
const FACE_PIXELS: usize = 500_000;

/// How many pixels butteraugli may look at for one fit: enough for an estimate within a few per cent, and quick.
const FIT_PIXELS: usize = 2_000_000;

/// And where there is time.
const FIT_PIXELS_REFINED: usize = 6_000_000;

/// What is measured on some tiles aims so much lower.
const SAMPLED_AIM: f32 = 0.95;

/// Faces keep all of their change while at least this share of the rest's is left.
const BASE_MIN: f32 = 0.6;

/// A face's square may be so much more visible than the whole picture. The 3-norm counts cubes, so that a little more there
/// costs the rest of the picture little; and a recogniser has a threshold, which a little less may not reach.
const FACE_MAX: f32 = 1.2;

/// And all faces take at most so much of the sum of cubes.
const FACES_MAX: f32 = 0.75;

/// As strong as the budget allows.
pub(super) struct Fitted {
    /// For the base and for the faces.
    pub(super) factors: [f32; 2],
    /// What it is then.
    pub(super) visibility: f32,
    /// Whether the whole picture was measured.
    pub(super) complete: bool,
}

/// How visible each face's square and the rest of the picture may be, in budgets, so that all together keep to it.
///
/// The 3-norm of two parts is the root of the sum of their cubes, each as much as its share of the picture.
#[allow(clippy::cast_precision_loss)]
pub(super) fn shared_out(photo: &Picture, portraits: &[Portrait<'_>]) -> [f32; 2] {
    let whole = photo.width() as f32 * photo.height() as f32;
    let faces: usize = portraits
        .iter()
        .map(|portrait| portrait.area[2] * portrait.area[3])
        .sum();
    beside(faces as f32 / whole)
}

fn beside(share: f32) -> [f32; 2] {
    let face = (FACES_MAX / share.max(1e-6)).cbrt().min(FACE_MAX);
    [face, (1.0 - face.powi(3) * share).cbrt()]
}

impl<'a> Work<'a> {
    /// Each face's square by itself is as visible as its budget says, and no more.
    pub(super) fn fit_faces(&self, base: &Planes, portraits: &mut [Portrait<'a>], budget: f32) {
        for portrait in portraits {
            let perturbation = self.assembled(base, std::slice::from_ref(portrait));
            let tiles = Chosen::new(
                self.photo,
                portrait.area,
                FACE_PIXELS,
                self.options.seed,
                |_| 1.0,
            )
            .prepared(self.photo);
            let renderer = perturbation.renderer();
            let (factor, _) = fit::fitted(budget, 1.0, |factor| {
                self.seen(&tiles, &renderer, [1.0, factor])
            });
            portrait.scale(factor.min(3.0));
        }
    }

    /// The factors for the base and for the faces that bring all to the budget, what it is then, and whether the whole
    /// picture was measured.
    ///
    /// Faces, which have budgets of their own, are never made larger, and smaller only when [`BASE_MIN`] of the base is
    /// still too much: a recogniser has a threshold, and a tenth less of the face's change can be the difference.
    pub(super) fn fit(&self, base: &Planes, portraits: &[Portrait<'a>], budget: f32) -> Fitted {
        let (width, height) = (self.photo.width() as usize, self.photo.height() as usize);
        let heat = self.pyramid.heat(base);
        let (across, down) = (self.picture.width, self.picture.height);
        let faces: Vec<[usize; 4]> = portraits.iter().map(|portrait| portrait.area).collect();
        let tiles = Chosen::new(
            self.photo,
            [0, 0, width, height],
            if self.made.refine_steps > 0 {
                FIT_PIXELS_REFINED
            } else {
                FIT_PIXELS
            },
            self.options.seed,
            |cell @ [x, y, w, h]| {
                let spread = heat.sum(
                    x * across / width,
                    y * down / height,
                    w * across / width,
                    h * down / height,
                );
                // Faces hold what the base does not.
                if faces.iter().any(|face| meet(*face, cell)) {
                    2.0 * spread + 1.0
                } else {
                    spread
                }
            },
        )
        .prepared(self.photo);
        let perturbation = self.assembled(base, portraits);
        let renderer = perturbation.renderer();
        let budget = if tiles.complete {
            budget
        } else {
            SAMPLED_AIM * budget
        };
        let seen = |factors| self.seen(&tiles, &renderer, factors);
        let (factors, visibility) = if portraits.is_empty() {
            let (factor, visibility) = fit::fitted(budget, 1.0, |factor| seen([factor, 1.0]));
            ([factor, 1.0], visibility)
        } else {
            fit::shared(budget, BASE_MIN, seen)
        };
        Fitted {
            factors,
            visibility,
            complete: tiles.complete,
        }
    }

    /// How visible it is with the two factors.
    fn seen(&self, tiles: &Tiles, renderer: &Renderer<'_>, factors: [f32; 2]) -> f32 {
        tiles.visibility(|part| {
            let mut bytes = tiles::window(self.photo, part);
            renderer.add(&mut bytes, 3, part[0], part[1], part[2], factors);
            bytes
        })
    }
}

/// Whether two rectangles share a pixel.
fn meet([x, y, width, height]: [usize; 4], [other_x, other_y, w, h]: [usize; 4]) -> bool {
    x < other_x + w && other_x < x + width && y < other_y + h && other_y < y + height
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_and_the_faces_together_keep_to_the_budget() {
        assert_eq!(beside(0.0), [FACE_MAX, 1.0]);
        for share in [0.05f32, 0.2, 0.5, 0.9] {
            let [face, rest] = beside(share);
            let together = rest.powi(3) + face.powi(3) * share;
            assert!((together - 1.0).abs() < 1e-5, "{together}");
            // However large a face is, something is left for the rest.
            assert!(face <= FACE_MAX && rest > 0.6, "{face} {rest}");
        }
    }
}
