//! Geometries: similarity, affine and projective transforms, and fitting them to pairs of points.

use serde::Serialize;

use super::solve::least_squares;

/// A point, x to the right and y down.
pub(crate) type Point = (f64, f64);

/// A projective transform of the plane: rows of a 3 × 3 matrix that is applied to `(x, y, 1)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Transform(pub [[f64; 3]; 3]);

/// How much a geometry may bend a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Moved, turned, scaled.
    Similarity,
    /// And stretched or slanted.
    Affine,
    /// And seen from an angle.
    Projective,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Similarity, Self::Affine, Self::Projective];

    /// How many pairs decide such a geometry.
    pub(super) const fn pairs_needed(self) -> usize {
        match self {
            Self::Similarity => 2,
            Self::Affine => 3,
            Self::Projective => 4,
        }
    }
}

impl Transform {
    /// Nothing moves.
    pub const IDENTITY: Self = Self([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);

    pub(crate) const fn scaling(x: f64, y: f64) -> Self {
        Self([[x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, 1.0]])
    }

    /// Left and right exchanged, of a picture this wide.
    pub(crate) const fn mirror(width: f64) -> Self {
        Self([[-1.0, 0.0, width], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    }

    /// Where a point goes; nothing for one at or behind the horizon.
    #[must_use]
    pub fn apply(&self, (x, y): (f64, f64)) -> Option<(f64, f64)> {
        let [tx, ty, w] = self.0.map(|[a, b, c]| a * x + b * y + c);
        let (tx, ty) = (tx / w, ty / w);
        (w > 1e-9 && tx.is_finite() && ty.is_finite()).then_some((tx, ty))
    }

    /// First `first`, then this one.
    #[must_use]
    pub fn after(&self, first: &Self) -> Self {
        let mut out = [[0.0; 3]; 3];
        for (row, from) in out.iter_mut().zip(&self.0) {
            for (j, value) in row.iter_mut().enumerate() {
                *value = (0..3).map(|k| from[k] * first.0[k][j]).sum();
            }
        }
        Self(out)
    }

    /// The way back.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        let m = &self.0;
        let minor = |i: usize, j: usize| {
            let (a, b) = ((i + 1) % 3, (i + 2) % 3);
            let (c, d) = ((j + 1) % 3, (j + 2) % 3);
            m[a][c] * m[b][d] - m[a][d] * m[b][c]
        };
        let determinant: f64 = (0..3).map(|j| m[0][j] * minor(0, j)).sum();
        if determinant.abs() < 1e-12 || !determinant.is_finite() {
            return None;
        }
        let mut out = [[0.0; 3]; 3];
        for (i, row) in out.iter_mut().enumerate() {
            for (j, value) in row.iter_mut().enumerate() {
                *value = minor(j, i) / determinant;
            }
        }
        // So that what lies before the horizon has a positive weight, as in `apply`.
        let scale = if out[2][2] > 0.0 { 1.0 } else { -1.0 };
        Some(Self(out.map(|row| row.map(|value| value * scale))))
    }

    /// The derivatives at a point: how x and y move with x and with y.
    pub(crate) fn derivatives(&self, at: Point) -> Option<[[f64; 2]; 2]> {
        let (tx, ty) = self.apply(at)?;
        let [[a, b, _], [c, d, _], [e, f, g]] = self.0;
        let w = e * at.0 + f * at.1 + g;
        Some([
            [(a - tx * e) / w, (b - tx * f) / w],
            [(c - ty * e) / w, (d - ty * f) / w],
        ])
    }
}

/// The geometry that takes the first points nearest to the second ones, by least squares.
pub(super) fn fit(kind: Kind, pairs: &[(Point, Point)]) -> Option<Transform> {
    if pairs.len() < kind.pairs_needed() {
        return None;
    }
    let (from, to) = (
        normalising(pairs.iter().map(|p| p.0))?,
        normalising(pairs.iter().map(|p| p.1))?,
    );
    let near = pairs
        .iter()
        .map(|(a, b)| Some((from.apply(*a)?, to.apply(*b)?)))
        .collect::<Option<Vec<_>>>()?;
    let fitted = match kind {
        Kind::Similarity => {
            let rows = near
                .iter()
                .flat_map(|((x, y), (u, v))| [([*x, -y, 1.0, 0.0], *u), ([*y, *x, 0.0, 1.0], *v)]);
            let [a, b, c, d] = least_squares(rows)?;
            Transform([[a, -b, c], [b, a, d], [0.0, 0.0, 1.0]])
        }
        Kind::Affine => {
            let across = least_squares(near.iter().map(|((x, y), (u, _))| ([*x, *y, 1.0], *u)))?;
            let down = least_squares(near.iter().map(|((x, y), (_, v))| ([*x, *y, 1.0], *v)))?;
            Transform([across, down, [0.0, 0.0, 1.0]])
        }
        Kind::Projective => {
            let rows = near.iter().flat_map(|((x, y), (u, v))| {
                [
                    ([*x, *y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], *u),
                    ([0.0, 0.0, 0.0, *x, *y, 1.0, -v * x, -v * y], *v),
                ]
            });
            let [a, b, c, d, e, f, g, h] = least_squares(rows)?;
            Transform([[a, b, c], [d, e, f], [g, h, 1.0]])
        }
    };
    Some(to.inverse()?.after(&fitted).after(&from))
}

/// Takes points to around the origin at about one, so that the equations are well conditioned (Hartley 1997).
fn normalising(points: impl Iterator<Item = Point> + Clone) -> Option<Transform> {
    let count = points.clone().count() as f64;
    let sum = points
        .clone()
        .fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
    let (x, y) = (sum.0 / count, sum.1 / count);
    let spread: f64 = points.map(|p| (p.0 - x).hypot(p.1 - y)).sum::<f64>() / count;
    (spread > 1e-9).then(|| {
        let scale = 1.0 / spread;
        Transform([
            [scale, 0.0, -x * scale],
            [0.0, scale, -y * scale],
            [0.0, 0.0, 1.0],
        ])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: [Point; 6] = [
        (0.0, 0.0),
        (700.0, 20.0),
        (650.0, 500.0),
        (10.0, 480.0),
        (300.0, 200.0),
        (90.0, 333.0),
    ];

    fn assert_fits(kind: Kind, truth: &Transform) {
        let pairs: Vec<_> = POINTS
            .iter()
            .map(|p| (*p, truth.apply(*p).unwrap()))
            .collect();
        for count in [kind.pairs_needed(), POINTS.len()] {
            let found = fit(kind, &pairs[..count]).unwrap();
            for (from, to) in &pairs {
                let there = found.apply(*from).unwrap();
                assert!((there.0 - to.0).hypot(there.1 - to.1) < 1e-5, "{kind:?}");
                let back = found.inverse().unwrap().apply(there).unwrap();
                assert!((back.0 - from.0).hypot(back.1 - from.1) < 1e-5, "{kind:?}");
            }
        }
        assert_eq!(fit(kind, &pairs[..kind.pairs_needed() - 1]), None);
    }

    #[test]
    fn geometries_are_found_again() {
        assert_fits(
            Kind::Similarity,
            &Transform([[0.8, -0.6, 30.0], [0.6, 0.8, -7.0], [0.0, 0.0, 1.0]]),
        );
        assert_fits(
            Kind::Affine,
            &Transform([[1.8, -0.2, 3.0], [0.4, 0.5, 70.0], [0.0, 0.0, 1.0]]),
        );
        assert_fits(
            Kind::Projective,
            &Transform([[1.1, 0.1, 9.0], [0.05, 0.9, 4.0], [2e-4, -1e-4, 1.0]]),
        );
    }

    #[test]
    fn points_in_a_heap_decide_nothing() {
        let heap = [((1.0, 1.0), (2.0, 2.0)); 5];
        for kind in Kind::ALL {
            assert_eq!(fit(kind, &heap), None);
        }
        let line = [0.0, 1.0, 2.0, 3.0].map(|x| ((x, x), (x, x)));
        assert_eq!(fit(Kind::Affine, &line), None);
        assert_eq!(fit(Kind::Projective, &line), None);
    }
}
