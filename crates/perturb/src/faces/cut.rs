//! The part of a picture that is around a face.

use crate::Picture;
use crate::planes::Planes;

/// A rectangle of a picture, shrunk (each value is the mean of what it covers) or enlarged (bilinear). What lies outside the
/// picture repeats its edge.
///
/// `area` is left, top, width and height in pixels of the picture; sides below a thousandth of a pixel are taken as that.
pub(crate) fn cut(picture: &Picture, area: [f32; 4], width: usize, height: usize) -> Planes {
    let [left, top, area_width, area_height] = area;
    let columns = Spans::new(left, area_width, width, picture.width() as usize);
    let rows = Spans::new(top, area_height, height, picture.height() as usize);
    let mut planes = Planes::zero(width, height);
    let size = width * height;
    let (red, others) = planes.values.split_at_mut(size);
    let (green, blue) = others.split_at_mut(size);
    let line = picture.width() as usize * 3;
    let mut sums = vec![[0.0_f32; 3]; width];
    for y in 0..height {
        sums.fill([0.0; 3]);
        for (row, row_weight) in rows.of(y) {
            let pixels = picture.rgb().get(row * line..(row + 1) * line);
            let pixels = pixels.unwrap_or_default();
            for (x, sum) in sums.iter_mut().enumerate() {
                for (column, weight) in columns.of(x) {
                    if let Some([r, g, b]) = pixels.get(column * 3..column * 3 + 3) {
                        let weight = weight * row_weight;
                        sum[0] += weight * f32::from(*r);
                        sum[1] += weight * f32::from(*g);
                        sum[2] += weight * f32::from(*b);
                    }
                }
            }
        }
        for (x, [r, g, b]) in sums.iter().enumerate() {
            let at = y * width + x;
            red[at] = *r;
            green[at] = *g;
            blue[at] = *b;
        }
    }
    planes
}

/// Which pixels along one axis an output pixel is made of.
struct Spans {
    /// For each output pixel where its entries begin in `taps`, and where the last ends.
    starts: Vec<usize>,
    taps: Vec<(usize, f32)>,
}

impl Spans {
    /// `count` output pixels over `[begin, begin + length)` of an axis of `size` pixels.
    fn new(begin: f32, length: f32, count: usize, size: usize) -> Self {
        let step = f64::from(length).max(0.001) / count.max(1) as f64;
        // A tent over a neighbour on each side when enlarging; when shrinking, what the output pixel covers.
        let radius = (step / 2.0).max(0.5);
        let mut starts = vec![0];
        let mut taps: Vec<(usize, f32)> = Vec::new();
        for index in 0..count {
            let centre = f64::from(begin) + (index as f64 + 0.5) * step;
            let first = taps.len();
            let mut total = 0.0;
            if step <= 1.0 {
                let low = (centre - 0.5).floor();
                let high_share = centre - 0.5 - low;
                for (at, weight) in [(low, 1.0 - high_share), (low + 1.0, high_share)] {
                    taps.push((clamped(at, size), weight as f32));
                    total += weight;
                }
            } else {
                let mut at = (centre - radius).floor();
                while at < centre + radius {
                    let covered = (at + 1.0).min(centre + radius) - at.max(centre - radius);
                    if covered > 0.0 {
                        taps.push((clamped(at, size), covered as f32));
                        total += covered;
                    }
                    at += 1.0;
                }
            }
            for (_, weight) in taps.iter_mut().skip(first) {
                *weight /= total as f32;
            }
            starts.push(taps.len());
        }
        Self { starts, taps }
    }

    fn of(&self, index: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let range = self.starts[index]..self.starts[index + 1];
        self.taps[range].iter().copied()
    }
}

fn clamped(at: f64, size: usize) -> usize {
    // A negative number becomes 0.
    (at as usize).min(size.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: u32, height: u32) -> Picture {
        let rgb = (0..height)
            .flat_map(|y| (0..width).flat_map(move |x| [x as u8, y as u8, 7]))
            .collect();
        Picture::new(width, height, rgb).unwrap()
    }

    #[test]
    fn the_whole_picture_at_its_own_size_is_itself() {
        let planes = cut(&ramp(5, 4), [0.0, 0.0, 5.0, 4.0], 5, 4);
        let planes: Vec<&[f32]> = planes.planes().collect();
        assert_eq!(planes[0][..5], [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(planes[1][15..], [3.0; 5]);
        assert_eq!(planes[2], [7.0; 20]);
    }

    #[test]
    fn shrinking_takes_the_mean_and_enlarging_goes_between() {
        let half = cut(&ramp(8, 8), [0.0, 0.0, 8.0, 8.0], 4, 4);
        assert_eq!(half.planes().next().unwrap()[..4], [0.5, 2.5, 4.5, 6.5]);
        let odd = cut(&ramp(9, 9), [0.0, 0.0, 9.0, 9.0], 2, 2);
        let first = odd.planes().next().unwrap()[0];
        // 0, 1, 2, 3 and half of 4.
        assert!((first - 8.0 / 4.5).abs() < 1e-5, "{first}");
        let twice = cut(&ramp(8, 8), [2.0, 2.0, 4.0, 4.0], 8, 8);
        assert_eq!(
            twice.planes().next().unwrap()[..4],
            [1.75, 2.25, 2.75, 3.25]
        );
    }

    #[test]
    fn what_lies_outside_repeats_the_edge() {
        let planes = cut(&ramp(4, 4), [-4.0, -4.0, 12.0, 12.0], 12, 12);
        let red = planes.planes().next().unwrap();
        assert_eq!(red[..4], [0.0; 4]);
        assert_eq!(red[8..12], [3.0; 4]);
    }
}
