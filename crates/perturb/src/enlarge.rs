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

    /// The window from column `left` and row `top`, `width` × `height`: adds it, three planes a row, row by row, to what
    /// `add` is given: `(row in the window, channel, values)`.
    pub(crate) fn window(
        &self,
        left: usize,
        top: usize,
        width: usize,
        height: usize,
        mut add: impl FnMut(usize, usize, &[f32]),
    ) {
        let [from_width, from_height] = self.from;
        let rows: Vec<Taps> = (top..top + height)
            .map(|y| taps(y, from_height, self.height))
            .collect();
        let (Some(start), Some(end)) = (
            rows.iter().map(|row| row.first).min(),
            rows.iter().map(|row| row.first + 4).max(),
        ) else {
            return;
        };
        let Some(columns) = self.columns.get(left..left + width) else {
            return;
        };
        // The source rows that this window needs, enlarged sideways once.
        let mut wide = vec![0.0f32; (end - start) * width];
        let mut line = vec![0.0f32; width];
        for (channel, plane) in self
            .planes
            .chunks_exact(from_width * from_height)
            .enumerate()
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
            for (row, taps) in rows.iter().enumerate() {
                let first = (taps.first - start) * width;
                let mut four = wide
                    .get(first..first + 4 * width)
                    .unwrap_or_default()
                    .chunks_exact(width);
                if let (Some(a), Some(b), Some(c), Some(d)) =
                    (four.next(), four.next(), four.next(), four.next())
                {
                    let [wa, wb, wc, wd] = taps.weights;
                    for ((((value, a), b), c), d) in line.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                        *value = a * wa + b * wb + c * wc + d * wd;
                    }
                }
                add(row, channel, &line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let mut seen = vec![0.0; planes.len()];
        enlarged.window(0, 0, 6, 5, |row, channel, values| {
            seen[channel * 30 + row * 6..][..6].copy_from_slice(values);
        });
        assert_eq!(seen, planes);
    }

    #[test]
    fn enlarges_as_pillow_does() {
        // PIL.Image.fromarray(np.float32([0, 1, 4, 9, 16]), 'F').resize((8, 1), BICUBIC), for each row.
        let row = [0.0, 1.0, 4.0, 9.0, 16.0];
        let planes: Vec<f32> = (0..3 * 5).flat_map(|_| row).collect();
        let enlarged = Enlarged::new(&planes, 5, 5, 8, 5);
        enlarged.window(0, 0, 8, 5, |_, _, values| {
            for (value, expected) in values.iter().zip(PILLOW) {
                assert!((value - expected).abs() < 1e-4, "{values:?}");
            }
        });
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
        let mut whole = vec![0.0; 3 * 40 * 31];
        enlarged.window(0, 0, 40, 31, |row, channel, values| {
            whole[(channel * 31 + row) * 40..][..40].copy_from_slice(values);
        });
        enlarged.window(13, 5, 11, 20, |row, channel, values| {
            assert_eq!(values, &whole[(channel * 31 + row + 5) * 40 + 13..][..11],);
        });
    }
}
