//! A decoded picture, and smaller copies of it.

use std::fmt;

/// The widest and highest picture that is looked at, in pixels.
pub const SIDE_MAX: u32 = 1 << 20;

/// A decoded, upright picture: three bytes a pixel (red, green, blue), row by row from the top left.
#[derive(Clone, Copy)]
pub struct Pixels<'a> {
    width: usize,
    height: usize,
    rgb: &'a [u8],
}

impl<'a> Pixels<'a> {
    /// A picture of this width and height; nothing unless `rgb` holds exactly `3 * width * height` bytes and both sides are
    /// from 1 to [`SIDE_MAX`].
    #[must_use]
    pub fn new(width: u32, height: u32, rgb: &'a [u8]) -> Option<Self> {
        let fits = (1..=SIDE_MAX).contains(&width) && (1..=SIDE_MAX).contains(&height);
        let bytes = u128::from(width) * u128::from(height) * 3;
        (fits && rgb.len() as u128 == bytes).then_some(Self {
            width: width as usize,
            height: height as usize,
            rgb,
        })
    }

    /// Pixels from left to right.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Pixels from top to bottom.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.height
    }

    /// All bytes.
    #[must_use]
    pub const fn rgb(&self) -> &'a [u8] {
        self.rgb
    }

    /// The bytes of a row; empty below the picture.
    pub(crate) fn row(&self, y: usize) -> &'a [u8] {
        let start = y.saturating_mul(self.width * 3);
        self.rgb
            .get(start..start + self.width * 3)
            .unwrap_or_default()
    }

    /// A copy of this size by nearest neighbour, as CImg does it: pixel `x` is the source's `floor(x * width / to_width)`.
    pub(crate) fn nearest(&self, to_width: usize, to_height: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(to_width * to_height * 3);
        for y in 0..to_height {
            let row = self.row(y * self.height / to_height);
            for x in 0..to_width {
                let at = x * self.width / to_width * 3;
                out.extend_from_slice(row.get(at..at + 3).unwrap_or(&[0; 3]));
            }
        }
        out
    }

    /// A copy of this size, not larger than the picture on either side, each pixel the rounded mean of those that it covers.
    pub(crate) fn boxed(&self, to_width: usize, to_height: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(to_width * to_height * 3);
        let mut sums = vec![0u32; to_width * 3];
        let edges: Vec<usize> = (0..=to_width).map(|x| x * self.width / to_width).collect();
        for y in 0..to_height {
            let (top, bottom) = (
                y * self.height / to_height,
                (y + 1) * self.height / to_height,
            );
            sums.fill(0);
            for row in (top..bottom).map(|y| self.row(y)) {
                for (edge, sum) in edges.windows(2).zip(sums.chunks_exact_mut(3)) {
                    let covered = row.get(edge[0] * 3..edge[1] * 3).unwrap_or_default();
                    for pixel in covered.chunks_exact(3) {
                        for (sum, value) in sum.iter_mut().zip(pixel) {
                            *sum += u32::from(*value);
                        }
                    }
                }
            }
            for (edge, sum) in edges.windows(2).zip(sums.chunks_exact(3)) {
                let count = u32::try_from((edge[1] - edge[0]) * (bottom - top)).unwrap_or(1);
                out.extend(sum.iter().map(|sum| ((sum + count / 2) / count) as u8));
            }
        }
        out
    }
}

impl fmt::Debug for Pixels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pixels({} x {})", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_pictures() {
        assert!(Pixels::new(2, 1, &[0; 6]).is_some());
        for (width, height, bytes) in [(2, 1, 5), (2, 1, 7), (0, 1, 0), (1 << 21, 0, 0)] {
            assert!(Pixels::new(width, height, &vec![0; bytes]).is_none());
        }
        assert!(Pixels::new(u32::MAX, u32::MAX, &[]).is_none());
    }

    #[test]
    fn nearest_takes_what_lies_at_the_left() {
        let rgb: Vec<u8> = (0..5).flat_map(|v| [v; 3]).collect();
        let picture = Pixels::new(5, 1, &rgb).unwrap();
        let three: Vec<u8> = picture.nearest(3, 1).chunks(3).map(|p| p[0]).collect();
        assert_eq!(three, [0, 1, 3]);
        assert_eq!(picture.nearest(10, 2).len(), 60);
    }

    #[test]
    fn boxes_are_means() {
        let rgb: Vec<u8> = [0, 10, 20, 31].iter().flat_map(|v| [*v; 3]).collect();
        let picture = Pixels::new(2, 2, &rgb).unwrap();
        assert_eq!(picture.boxed(1, 1), [15; 3]);
        assert_eq!(picture.boxed(2, 1)[..3], [10; 3]);
        assert_eq!(picture.boxed(2, 2), rgb);
    }
}
