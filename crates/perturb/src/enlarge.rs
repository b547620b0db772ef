//! Bicubic enlargement, a few rows at a time.
//!
//! The kernel is Keys' with a = −0.5, pixel centres are at halves, and taps beyond the border are left out and the others
//! made to sum to one: what Pillow's `Image.resize(…, BICUBIC)` does when it enlarges, so that a script outside gets the
//! same planes.

use crate::resample::keys;

/// Where one output sample takes its values from.
#[derive(Debug, Clone, Copy)]
struct Taps {
    first: usize,
    weights: [f32; 4],
}

/// The taps of output `index` of `to`, from `from` samples. `to` is not below `from`.
fn taps(index: usize, from: usize, to: usize) -> Taps {
    #[allow(clippy::cast_precision_loss)]
    let centre = (index as f64 + 0.5) * from as f64 / to as f64;
    #[allow(clippy::cast_possible_truncation)]
    let first = (centre - 0.5).floor() as isize - 1;
    let mut at = [0usize; 4];
    let mut weights = [0.0; 4];
    for (k, (at, weight)) in at.iter_mut().zip(&mut weights).enumerate() {
        let source = first + isize::try_from(k).unwrap_or(0);
        if let Ok(source) = usize::try_from(source)
            && source < from
        {
            *at = source;
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
            let near = keys(source as f64 + 0.5 - centre) as f32;
            *weight = near;
        }
    }
    let sum: f32 = weights.iter().sum();
    // Four neighbours that all exist: at the borders the missing ones move inside and carry no weight.
    let start = usize::try_from(first)
        .unwrap_or(0)
        .min(from.saturating_sub(4));
    let mut moved = [0.0; 4];
    for (at, weight) in at.into_iter().zip(weights) {
        if weight != 0.0
            && let Some(slot) = moved.get_mut(at - start)
        {
            *slot += weight / sum;
        }
    }
    Taps {
        first: start,
        weights: moved,
    }
}

/// Planes that are enlarged to `width` × `height`, ready to give any window of the result.
#[derive(Debug)]
pub(crate) struct Enlarged<'a> {
    planes: &'a [f32],
    from: [usize; 2],
    columns: Vec<Taps>,
    height: usize,
}

impl<'a> Enlarged<'a> {
    /// Of `planes`, 3 × `from_height` × `from_width` values, both at least 4; the result is not smaller.
    pub(crate) fn new(
        planes: &'a [f32],
        from_width: usize,
        from_height: usize,
        width: usize,
        height: usize,
    ) -> Self {
        debug_assert_eq!(planes.len(), 3 * from_width * from_height);
        debug_assert!(from_width >= 4 && from_height >= 4);
        Self {
            planes,
            from: [from_width, from_height],
            columns: (0..width).map(|x| taps(x, from_width, width)).collect(),
            height,
        }
    }

    /// The window from column `left` and row `top`, `width` × `height`; nothing where it lies outside.
    #[inline(always)]
    pub(crate) fn window(
        &self,
        left: usize,
        top: usize,
        width: usize,
        height: usize,
    ) -> Option<Window> {
        let [from_width, from_height] = self.from;
        let rows: Vec<Taps> = (top..top + height)
            .map(|y| taps(y, from_height, self.height))
            .collect();
        let start = rows.iter().map(|row| row.first).min()?;
        let end = rows.iter().map(|row| row.first + 4).max()?;
        let columns = self.columns.get(left..left + width)?;
        let mut wide = vec![0.0f32; 3 * (end - start) * width];
        for (plane, wide) in self
            .planes
            .chunks_exact(from_width * from_height)
            .zip(wide.chunks_exact_mut((end - start) * width))
        {
            for (into, source) in wide
                .chunks_exact_mut(width)
                .zip(plane.chunks_exact(from_width).skip(start))
            {
                for (value, taps) in into.iter_mut().zip(columns) {
                    if let Some(&[a, b, c, d]) = source
                        .get(taps.first..)
                        .and_then(|rest| rest.first_chunk::<4>())
                    {
                        let [wa, wb, wc, wd] = taps.weights;
                        *value = a * wa + b * wb + c * wc + d * wd;
                    }
                }
            }
        }
        Some(Window {
            wide,
            width,
            start,
            sources: end - start,
            rows,
        })
    }
}

/// A part of the enlarged planes.
#[derive(Debug)]
pub(crate) struct Window {
    /// The source rows that it needs, enlarged sideways: for each channel from the row `start` on so many.
    wide: Vec<f32>,
    width: usize,
    start: usize,
    sources: usize,
    rows: Vec<Taps>,
}

impl Window {
    /// Adds `gain` times a row of one channel.
    #[inline(always)]
    pub(crate) fn add(&self, row: usize, channel: usize, gain: f32, into: &mut [f32]) {
        let (Some(taps), width) = (self.rows.get(row), self.width) else {
            return;
        };
        let first = (channel * self.sources + taps.first - self.start) * width;
        let four = self.wide.get(first..first + 4 * width).unwrap_or_default();
        let mut four = four.chunks_exact(width);
        if let (Some(a), Some(b), Some(c), Some(d)) =
            (four.next(), four.next(), four.next(), four.next())
        {
            let [wa, wb, wc, wd] = taps.weights;
            for ((((value, a), b), c), d) in into.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *value += gain * (a * wa + b * wb + c * wc + d * wd);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window as three planes.
    fn values(
        enlarged: &Enlarged<'_>,
        left: usize,
        top: usize,
        width: usize,
        height: usize,
    ) -> Vec<f32> {
        let window = enlarged.window(left, top, width, height).unwrap();
        let mut values = vec![0.0; 3 * width * height];
        for (index, row) in values.chunks_exact_mut(width).enumerate() {
            window.add(index % height, index / height, 1.0, row);
        }
        values
    }

    #[test]
    fn the_weights_sum_to_one_and_a_constant_stays() {
        for (from, to) in [(4, 4), (4, 5), (5, 64), (32, 33), (512, 4000)] {
            for index in 0..to {
                let taps = taps(index, from, to);
                assert!((taps.weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
                assert!(taps.first + 4 <= from);
            }
        }
    }

    #[test]
    fn the_same_size_changes_nothing() {
        let planes: Vec<f32> = (0..3 * 6 * 5).map(|i| (i * 7 % 11) as f32).collect();
        let enlarged = Enlarged::new(&planes, 6, 5, 6, 5);
        assert_eq!(values(&enlarged, 0, 0, 6, 5), planes);
    }

    #[test]
    fn enlarges_as_pillow_does() {
        // PIL.Image.fromarray(np.float32([0, 1, 4, 9, 16]), 'F').resize((8, 1), BICUBIC), for each row.
        let row = [0.0, 1.0, 4.0, 9.0, 16.0];
        let planes: Vec<f32> = (0..3 * 5).flat_map(|_| row).collect();
        let enlarged = Enlarged::new(&planes, 5, 5, 8, 5);
        for row in values(&enlarged, 0, 0, 8, 5).chunks(8) {
            for (value, expected) in row.iter().zip(PILLOW) {
                assert!((value - expected).abs() < 1e-4, "{row:?}");
            }
        }
    }

    const PILLOW: [f32; 8] = [
        -0.071_955_72,
        0.243_749_29,
        1.128_906_2,
        2.847_656_2,
        5.347_656_2,
        8.628_906,
        13.488_184,
        16.503_69,
    ];

    #[test]
    fn a_window_is_a_part_of_the_whole() {
        let planes: Vec<f32> = (0..3 * 7 * 9).map(|i| (i * 31 % 17) as f32).collect();
        let enlarged = Enlarged::new(&planes, 9, 7, 40, 31);
        let whole = values(&enlarged, 0, 0, 40, 31);
        for (index, row) in values(&enlarged, 13, 5, 11, 20).chunks(11).enumerate() {
            let (channel, row_of_whole) = (index / 20, index % 20 + 5);
            assert_eq!(row, &whole[(channel * 31 + row_of_whole) * 40 + 13..][..11]);
        }
        assert!(enlarged.window(13, 5, 28, 20).is_none());
    }
}
