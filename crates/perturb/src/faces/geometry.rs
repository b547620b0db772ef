//! Where a recogniser wants eyes, nose and mouth to be.

use crate::pack::Crop;

/// A point in pixels, x then y; the middle of the first pixel is at one half.
pub type Point = (f32, f32);

/// A turn, a scale and a shift: `(x, y) → (a·x - b·y + tx, b·x + a·y + ty)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Similarity {
    pub(crate) a: f32,
    pub(crate) b: f32,
    pub(crate) tx: f32,
    pub(crate) ty: f32,
}

impl Similarity {
    /// The one that brings `from` nearest to `to`, by least squares. Points that all coincide give a mere shift.
    pub(crate) fn between(from: &[Point], to: &[Point]) -> Self {
        let (from_x, from_y) = mean(from);
        let (to_x, to_y) = mean(to);
        let (mut along, mut across, mut square) = (0.0, 0.0, 0.0);
        for (&(x, y), &(u, v)) in from.iter().zip(to) {
            let (x, y, u, v) = (x - from_x, y - from_y, u - to_x, v - to_y);
            along += x * u + y * v;
            across += x * v - y * u;
            square += x * x + y * y;
        }
        let (a, b) = if square > 0.0 {
            (along / square, across / square)
        } else {
            (1.0, 0.0)
        };
        Self {
            a,
            b,
            tx: to_x - (a * from_x - b * from_y),
            ty: to_y - (b * from_x + a * from_y),
        }
    }

    pub(crate) fn apply(&self, (x, y): Point) -> Point {
        (
            self.a * x - self.b * y + self.tx,
            self.b * x + self.a * y + self.ty,
        )
    }

    /// First `self`, then a scale (not mirrored) and a shift along each axis by the same scale.
    pub(crate) fn then_scaled(&self, scale: f32, shift_x: f32, shift_y: f32) -> Self {
        Self {
            a: self.a * scale,
            b: self.b * scale,
            tx: self.tx * scale + shift_x,
            ty: self.ty * scale + shift_y,
        }
    }

    /// First `first`, then `self`.
    pub(crate) fn after(&self, first: &Self) -> Self {
        let (tx, ty) = self.apply((first.tx, first.ty));
        Self {
            a: self.a * first.a - self.b * first.b,
            b: self.b * first.a + self.a * first.b,
            tx,
            ty,
        }
    }

    /// How many pixels there one pixel here is wide.
    pub(crate) fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }
}

fn mean(points: &[Point]) -> Point {
    let count = points.len().max(1) as f32;
    let (x, y) = points
        .iter()
        .fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
    (x / count, y / count)
}

/// The 68 points of a face, in the order of the iBUG 300-W set: jaw 0–16, brows 17–26, nose 27–35, eyes 36–47, mouth 48–67.
pub type Points = [Point; 68];

impl Crop {
    /// From a crop of `side` × `side` pixels to the picture that the points are in.
    pub(crate) fn to_picture(self, points: &Points, side: usize) -> Similarity {
        let side = side as f32;
        let (template, five): ([Point; 5], [Point; 5]) = match self {
            // dlib's five-point model, from 0 to 1 across the face, then a quarter of it more on each side.
            Self::Dlib => (
                [
                    (0.120, 0.214),
                    (0.334, 0.229),
                    (0.646, 0.229),
                    (0.860, 0.213),
                    (0.490, 0.628),
                ]
                .map(|(x, y)| ((x + 0.25) / 1.5, (y + 0.25) / 1.5)),
                [36, 39, 42, 45, 33].map(|index: usize| points[index]),
            ),
            // InsightFace's places in 112 × 112 pixels, measured from the corner of the first pixel.
            Self::Arcface => (
                [
                    (38.29, 51.70),
                    (73.53, 51.50),
                    (56.03, 71.74),
                    (41.55, 92.37),
                    (70.73, 92.20),
                ]
                .map(|(x, y)| ((x + 0.5) / 112.0, (y + 0.5) / 112.0)),
                [
                    mean(&points[36..42]),
                    mean(&points[42..48]),
                    points[30],
                    points[48],
                    points[54],
                ],
            ),
        };
        Similarity::between(&template.map(|(x, y)| (x * side, y * side)), &five)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close((x, y): Point, (u, v): Point) -> bool {
        (x - u).abs() < 1e-3 && (y - v).abs() < 1e-3
    }

    #[test]
    fn a_similarity_is_found_again_from_points() {
        let wanted = Similarity {
            a: 1.2,
            b: -0.4,
            tx: 17.0,
            ty: -3.0,
        };
        let from = [(0.0, 0.0), (10.0, 3.0), (4.0, 8.0), (-2.0, 5.0)];
        let found = Similarity::between(&from, &from.map(|point| wanted.apply(point)));
        for point in from {
            assert!(close(found.apply(point), wanted.apply(point)), "{found:?}");
        }
        assert!((found.scale() - 1.2_f32.hypot(0.4)).abs() < 1e-5);
    }

    #[test]
    fn one_after_the_other() {
        let first = Similarity {
            a: 0.8,
            b: 0.3,
            tx: 2.0,
            ty: 1.0,
        };
        let second = Similarity {
            a: 1.1,
            b: -0.2,
            tx: -5.0,
            ty: 4.0,
        };
        let point = (3.0, 7.0);
        assert!(close(
            second.after(&first).apply(point),
            second.apply(first.apply(point))
        ));
        let (x, y) = first.apply(point);
        assert!(close(
            first.then_scaled(2.0, 1.0, -1.0).apply(point),
            (2.0 * x + 1.0, 2.0 * y - 1.0)
        ));
    }

    #[test]
    fn points_that_coincide_give_a_shift() {
        let found = Similarity::between(&[(1.0, 1.0); 5], &[(4.0, 2.0); 5]);
        assert!(close(found.apply((1.0, 1.0)), (4.0, 2.0)));
        assert_eq!(found.scale(), 1.0);
    }

    #[test]
    fn a_face_in_the_right_place_is_cut_without_a_turn() {
        let mut points = [(0.0, 0.0); 68];
        let side = 150.0;
        for (index, x, y) in [
            (36, 0.120, 0.214),
            (39, 0.334, 0.229),
            (42, 0.646, 0.229),
            (45, 0.860, 0.213),
            (33, 0.490, 0.628),
        ] {
            points[index] = ((x + 0.25) / 1.5 * side, (y + 0.25) / 1.5 * side);
        }
        let map = Crop::Dlib.to_picture(&points, 150);
        assert!(close(map.apply((75.0, 75.0)), (75.0, 75.0)), "{map:?}");
        assert!((map.scale() - 1.0).abs() < 1e-4);
    }
}
