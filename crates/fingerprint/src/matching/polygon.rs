//! The part of a photo that a copy shows.

use serde::Serialize;

use super::geometry::{Point, Transform};

/// A rectangle in pixels of the photo.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Region {
    /// From the left edge.
    pub x: f64,
    /// From the top edge.
    pub y: f64,
    /// To the right.
    pub width: f64,
    /// Down.
    pub height: f64,
    /// How much of the whole photo the copy shows, from 0 to 1; less than the rectangle's share when the copy is turned.
    pub share: f64,
}

/// The part of a photo of this size that a picture of that size shows when its pixels go into the photo like this.
pub(super) fn shown(transform: &Transform, photo: Point, picture: Point) -> Option<Region> {
    let corners = [(0.0, 0.0), (picture.0, 0.0), picture, (0.0, picture.1)];
    let outline = corners
        .iter()
        .map(|corner| transform.apply(*corner))
        .collect::<Option<Vec<_>>>()?;
    let inside = clipped(outline, photo);
    let of =
        |axis: fn(&Point) -> f64, pick: fn(f64, f64) -> f64| inside.iter().map(axis).reduce(pick);
    let (left, right) = (of(|p| p.0, f64::min)?, of(|p| p.0, f64::max)?);
    let (top, bottom) = (of(|p| p.1, f64::min)?, of(|p| p.1, f64::max)?);
    Some(Region {
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
        share: area(&inside) / (photo.0 * photo.1),
    })
}

/// What of an outline lies in a rectangle from the origin (Sutherland and Hodgman 1974).
fn clipped(mut outline: Vec<Point>, (width, height): Point) -> Vec<Point> {
    let edges: [&dyn Fn(Point) -> f64; 4] =
        [&|p| p.0, &|p| width - p.0, &|p| p.1, &|p| height - p.1];
    for inside in edges {
        let mut next = Vec::with_capacity(outline.len() + 1);
        let following = outline.iter().cycle().skip(1);
        for (from, to) in outline.iter().zip(following) {
            let (a, b) = (inside(*from), inside(*to));
            if a >= 0.0 {
                next.push(*from);
            }
            if (a >= 0.0) != (b >= 0.0) {
                let share = a / (a - b);
                next.push((
                    from.0 + share * (to.0 - from.0),
                    from.1 + share * (to.1 - from.1),
                ));
            }
        }
        outline = next;
    }
    outline
}

fn area(outline: &[Point]) -> f64 {
    let following = outline.iter().cycle().skip(1);
    let twice: f64 = outline
        .iter()
        .zip(following)
        .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
        .sum();
    twice.abs() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_shows_a_part() {
        let moved = Transform([[1.0, 0.0, 100.0], [0.0, 1.0, -50.0], [0.0, 0.0, 1.0]]);
        let region = shown(&moved, (400.0, 200.0), (200.0, 150.0)).unwrap();
        assert_eq!(
            (region.x, region.y, region.width, region.height),
            (100.0, 0.0, 200.0, 100.0)
        );
        assert!((region.share - 0.25).abs() < 1e-9);
    }

    #[test]
    fn a_turned_copy_shows_a_diamond() {
        let turned = Transform([[1.0, -1.0, 100.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
        let region = shown(&turned, (200.0, 200.0), (100.0, 100.0)).unwrap();
        assert!((region.share - 0.5).abs() < 1e-9);
        assert_eq!((region.width, region.height), (200.0, 200.0));
        assert!(
            shown(&turned, (1.0, 1.0), (-900.0, -900.0))
                .is_none_or(|region| region.share < 1e-9 || region.width >= 0.0)
        );
    }
}
