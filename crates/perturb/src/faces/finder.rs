//! Faces in a picture: a detector at several sizes, then 68 points for each.

use rayon::prelude::*;

use super::crop::Sampler;
use super::cut::cut;
use super::detector::{self, CELL, Candidate, PLANES};
use super::geometry::{Point, Points, Similarity};
use crate::Picture;
use crate::engine::{Network, Plan};
use crate::pack::PackError;
use crate::planes::Planes;
use crate::resample::Resampling;

/// More faces in one picture than this are a crowd; the surest are taken.
pub const FACES_MAX: usize = 32;

/// The detector is sure of faces between a tenth and most of its input; so it sees the picture at each of these lengths of
/// its longer side, in pixels, as far as the picture has that many.
const SIDES: [usize; 5] = [160, 256, 416, 672, 1088];

/// How much larger than it is a small picture may be shown.
const ENLARGED_MAX: f32 = 2.0;

/// Less sure than this is no face.
const SCORE_MIN: f32 = 0.5;

/// Hair, doors and windows that resemble a face at one size rarely do so at another. What was seen at one size only gets a
/// second look, alone: so many pixels along each side, of which the candidate takes one part in so many.
const SECOND_LOOK: usize = 6 * CELL;
const SECOND_LOOKS: [f32; 2] = [3.0, 2.2];

/// Boxes that share more of their union are of one face.
const OVERLAP_MAX: f32 = 0.4;

/// So many candidates get a second look.
const CANDIDATES_MAX: usize = 2 * FACES_MAX;

/// The landmark network's points, each an x and a y.
const POINTS: usize = 68;

/// A face in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// Left, top, width and height in pixels, around its points.
    pub bounds: [f32; 4],
    /// Jaw, brows, nose, eyes, mouth, in pixels of the picture.
    pub points: Points,
    /// How sure the detector is, from 0 to 1.
    pub score: f32,
}

impl Face {
    /// From points that were found in some other way.
    #[must_use]
    pub fn new(points: Points, score: f32) -> Self {
        let [left, top, right, bottom] = edges(&points);
        Self {
            bounds: [left, top, right - left, bottom - top],
            points,
            score,
        }
    }

    /// The square that recognisers look at, with a margin for turned faces: left, top, side, in pixels of the picture. It may
    /// reach beyond the picture.
    #[must_use]
    pub fn square(&self) -> [f32; 3] {
        let [left, top, width, height] = self.bounds;
        // The points end at the brows; dlib's crop shows the forehead.
        let side = 1.7 * width.max(height);
        [
            left + (width - side) / 2.0,
            top + height * 0.43 - side / 2.0,
            side,
        ]
    }

    /// The same face where `(x, y)` of the picture is `((x - left) · scale_x, (y - top) · scale_y)`.
    #[must_use]
    pub fn moved(&self, left: f32, top: f32, scale_x: f32, scale_y: f32) -> Self {
        let points = self
            .points
            .map(|(x, y)| ((x - left) * scale_x, (y - top) * scale_y));
        Self::new(points, self.score)
    }
}

/// Left, top, right and bottom of points.
fn edges(points: &[Point]) -> [f32; 4] {
    points.iter().fold(
        [f32::MAX, f32::MAX, f32::MIN, f32::MIN],
        |[left, top, right, bottom], &(x, y)| {
            [left.min(x), top.min(y), right.max(x), bottom.max(y)]
        },
    )
}

/// Finds faces with two networks.
#[derive(Debug)]
pub struct Finder {
    detector: Network,
    landmarks: Network,
    /// Pixels along each side of the landmark network's input.
    side: usize,
}

impl Finder {
    /// From the networks of kind `detector` and `landmarks`.
    ///
    /// # Errors
    /// [`PackError::Manifest`] when they do not put out boxes and points as expected.
    pub fn new(detector: Network, landmarks: Network) -> Result<Self, PackError> {
        let cells = CELL as u32;
        if detector.plan_forward(2 * cells, cells)?.output_shape() != [PLANES, 1, 2] {
            return Err(unusable(
                "a face detector puts out 25 numbers for each cell of 32 pixels",
            ));
        }
        let input = &landmarks.manifest().input;
        let (width, height) = (input.width, input.height);
        let numbers: usize = landmarks
            .plan_forward(width, height)?
            .output_shape()
            .iter()
            .product();
        if width != height || numbers != 2 * POINTS {
            return Err(unusable("facial landmarks are 68 points in a square"));
        }
        Ok(Self {
            detector,
            landmarks,
            side: width as usize,
        })
    }

    /// The faces in a picture, from the left to the right; at most [`FACES_MAX`], the surest.
    ///
    /// # Errors
    /// As [`Network::plan`].
    pub fn find(&self, picture: &Picture) -> Result<Vec<Face>, PackError> {
        let longer = picture.width().max(picture.height()) as f32;
        let sizes: Vec<[usize; 2]> = SIDES
            .into_iter()
            .enumerate()
            .filter(|&(index, side)| index == 0 || side as f32 <= longer * ENLARGED_MAX)
            .map(|(_, side)| {
                [picture.width(), picture.height()].map(|pixels| {
                    let cells = pixels as f32 * side as f32 / longer / CELL as f32;
                    (cells.round() as usize).max(1) * CELL
                })
            })
            .collect();
        // The largest from the picture, the others from that, all at once: the small ones leave cores idle alone.
        let Some((&[width, height], smaller)) = sizes.split_last() else {
            return Ok(Vec::new());
        };
        let largest = Planes::of(picture, width, height);
        let found = (0..sizes.len()).into_par_iter().rev().map(|index| {
            let shrunk = smaller
                .get(index)
                .map(|&size| Resampling::new([width, height], size).forward(&largest));
            self.candidates(picture, shrunk.as_ref().unwrap_or(&largest), 1 << index)
        });
        let found = found.collect::<Result<Vec<_>, _>>()?;
        let candidates = found.into_iter().flatten().collect();
        let side = self.side as u32;
        let mut plan = self.landmarks.plan_forward(side, side)?;
        let mut faces: Vec<Face> = detector::strongest(candidates, OVERLAP_MAX)
            .into_iter()
            .take(CANDIDATES_MAX)
            .map(|candidate| {
                let confirmed = self.confirmed(picture, &candidate)?;
                Ok(confirmed.and_then(|candidate| self.face(picture, &candidate, &mut plan)))
            })
            .filter_map(Result::transpose)
            .take(FACES_MAX)
            .collect::<Result<_, PackError>>()?;
        faces.sort_by(|a, b| a.bounds[0].total_cmp(&b.bounds[0]));
        Ok(faces)
    }

    /// What the detector sees in the picture, shown as `planes`; in pixels of the picture.
    fn candidates(
        &self,
        picture: &Picture,
        planes: &Planes,
        sizes: u32,
    ) -> Result<Vec<Candidate>, PackError> {
        let (width, height) = (planes.width, planes.height);
        let (whole_width, whole_height) = (picture.width() as f32, picture.height() as f32);
        let (scale_x, scale_y) = (whole_width / width as f32, whole_height / height as f32);
        let mut found = self.detect(planes)?;
        for candidate in &mut found {
            let [left, top, right, bottom] = candidate.edges;
            candidate.sizes = sizes;
            candidate.edges = [
                (left * scale_x).max(0.0),
                (top * scale_y).max(0.0),
                (right * scale_x).min(whole_width),
                (bottom * scale_y).min(whole_height),
            ];
        }
        found.retain(|candidate| {
            let [left, top, right, bottom] = candidate.edges;
            right - left >= FACE_SIDE_MIN && bottom - top >= FACE_SIDE_MIN
        });
        Ok(found)
    }

    /// What the detector sees, in pixels of the planes.
    fn detect(&self, planes: &Planes) -> Result<Vec<Candidate>, PackError> {
        let (width, height) = (planes.width, planes.height);
        let mut plan = self.detector.plan_forward(width as u32, height as u32)?;
        let input: Vec<f32> = planes
            .values
            .iter()
            .map(|value| value.clamp(0.0, 255.0) / 255.0)
            .collect();
        let output = plan.forward(&self.detector, &input);
        let found = detector::decode(output, width / CELL, height / CELL, SCORE_MIN);
        Ok(found)
    }

    /// A candidate that was seen at more than one size; `None` for any other.
    fn confirmed(
        &self,
        picture: &Picture,
        candidate: &Candidate,
    ) -> Result<Option<Candidate>, PackError> {
        if candidate.sizes.count_ones() > 1 {
            return Ok(Some(*candidate));
        }
        let [left, top, right, bottom] = candidate.edges;
        for part in SECOND_LOOKS {
            let side = part * (right - left).max(bottom - top);
            let (x, y) = ((left + right - side) / 2.0, (top + bottom - side) / 2.0);
            let planes = cut(picture, [x, y, side, side], SECOND_LOOK, SECOND_LOOK);
            let scale = side / SECOND_LOOK as f32;
            let seen = self.detect(&planes)?.into_iter().any(|seen| {
                let [left, top, right, bottom] = seen.edges.map(|edge| edge * scale);
                let edges = [left + x, top + y, right + x, bottom + y];
                detector::overlap(&edges, &candidate.edges) > OVERLAP_MAX
            });
            if seen {
                return Ok(Some(*candidate));
            }
        }
        Ok(None)
    }

    /// The points of a candidate; `None` when they are no face's.
    fn face(&self, picture: &Picture, candidate: &Candidate, plan: &mut Plan) -> Option<Face> {
        let [left, top, right, bottom] = candidate.edges;
        let (width, height) = (right - left, bottom - top);
        // Twice the box, so that a turned one fits in; fine enough for the network and no finer.
        let reach = width.max(height);
        let (x, y) = ((left + right) / 2.0 - reach, (top + bottom) / 2.0 - reach);
        let size = ((2.0 * reach).round() as usize).clamp(1, 3 * self.side);
        let around = cut(picture, [x, y, 2.0 * reach, 2.0 * reach], size, size);
        let scale = size as f32 / (2.0 * reach);

        let upright = Similarity {
            a: 1.0,
            b: 0.0,
            tx: 0.0,
            ty: 0.0,
        };
        let inside = [left - x, top - y, right - x, bottom - y].map(|edge| edge * scale);
        let first = self.points(&around, &upright, inside, plan);
        // Again, turned upright and in the box of the points: the network knows little of turned faces.
        let turn = upright_turn(&first);
        let back = Similarity { b: -turn.b, ..turn };
        let points = self.points(
            &around,
            &turn,
            edges(&first.map(|point| back.apply(point))),
            plan,
        );

        let points = points.map(|(u, v)| (u / scale + x, v / scale + y));
        (points.iter().all(|(u, v)| u.is_finite() && v.is_finite())
            && is_plausible(&points, candidate))
        .then(|| Face::new(points, candidate.score))
    }

    /// The network's points, in planes' pixels, for a box whose edges are given in a frame that `frame` maps to the planes.
    fn points(
        &self,
        planes: &Planes,
        frame: &Similarity,
        [left, top, right, bottom]: [f32; 4],
        plan: &mut Plan,
    ) -> Points {
        let side = self.side as f32;
        let (width, height) = (right - left, bottom - top);
        let scale = (width.max(height) / side).max(1e-3);
        let box_to_frame = Similarity {
            a: scale,
            b: 0.0,
            tx: (left + right - side * scale) / 2.0,
            ty: (top + bottom - side * scale) / 2.0,
        };
        let sampler = Sampler {
            map: frame.after(&box_to_frame),
            side: self.side,
        };
        let mut input = vec![0.0; 3 * self.side * self.side];
        sampler.forward(planes, &mut input);
        // The network was trained on boxes that are not square, with black beside them.
        let (half_width, half_height) = (width / scale / 2.0, height / scale / 2.0);
        for (index, value) in input.iter_mut().enumerate() {
            let at = index % (self.side * self.side);
            let (x, y) = (at % self.side, at / self.side);
            let off = |at: usize| (at as f32 + 0.5 - side / 2.0).abs();
            *value = if off(x) > half_width || off(y) > half_height {
                0.0
            } else {
                *value / 255.0
            };
        }
        let output = plan.forward(&self.landmarks, &input);
        std::array::from_fn(|index| {
            let number = |at: usize| output.get(at).copied().unwrap_or_default() * side;
            sampler
                .map
                .apply((number(2 * index), number(2 * index + 1)))
        })
    }
}

/// Smaller faces, in pixels of the picture, are recognised by nobody.
const FACE_SIDE_MIN: f32 = 16.0;

/// A turn (without shift or scale) after which the eyes are level.
fn upright_turn(points: &Points) -> Similarity {
    let middle = |range: std::ops::Range<usize>| {
        let count = range.len() as f32;
        points[range].iter().fold((0.0, 0.0), |sum, point| {
            (sum.0 + point.0 / count, sum.1 + point.1 / count)
        })
    };
    let ((left_x, left_y), (right_x, right_y)) = (middle(36..42), middle(42..48));
    let (along, down) = (right_x - left_x, right_y - left_y);
    let length = along.hypot(down).max(1e-6);
    Similarity {
        a: along / length,
        b: down / length,
        tx: 0.0,
        ty: 0.0,
    }
}

/// Whether points lie as in a face, and where the detector saw one.
fn is_plausible(points: &Points, candidate: &Candidate) -> bool {
    let turn = upright_turn(points);
    let back = Similarity { b: -turn.b, ..turn };
    let level = points.map(|point| back.apply(point));
    let [left, top, right, bottom] = edges(&level);
    let (width, height) = (right - left, bottom - top);
    let middle = |range: std::ops::Range<usize>| {
        let count = range.len() as f32;
        level[range].iter().fold((0.0, 0.0), |sum, point| {
            (sum.0 + point.0 / count, sum.1 + point.1 / count)
        })
    };
    let (left_eye, right_eye, mouth) = (middle(36..42), middle(42..48), middle(48..68));
    let eyes_y = (left_eye.1 + right_eye.1) / 2.0;
    let [seen_left, seen_top, seen_right, seen_bottom] = candidate.edges;
    let (x, y) = points[30];
    width > 0.0
        && height > 0.0
        && right_eye.0 - left_eye.0 > 0.2 * width
        && mouth.1 - eyes_y > 0.25 * height
        && level[30].1 > eyes_y
        && level[30].1 < mouth.1
        && (0.5..2.0).contains(&(width / height))
        && x > seen_left
        && x < seen_right
        && y > seen_top
        && y < seen_bottom
}

fn unusable(reason: &str) -> PackError {
    PackError::Manifest {
        reason: reason.to_owned(),
    }
}
