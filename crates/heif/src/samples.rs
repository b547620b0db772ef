//! From the library's rows to samples of our own.

use crate::Samples;
use crate::calls::Plane;

/// All samples without what lies between rows; nothing where there is no memory for them, or they are not what they
/// should be. Deeper ones are spread over all 16 bits, so that white is white.
pub(crate) fn gather(plane: &Plane<'_>, channels: u8, is_deep: bool) -> Option<Samples> {
    let height = usize::try_from(plane.height).ok()?;
    let rows = plane
        .bytes
        .chunks(plane.stride_bytes.max(1))
        .map(|row| row.get(..plane.row_bytes))
        .take(height);
    let len = plane.row_bytes.checked_mul(height)?;
    if !is_deep {
        // Another depth than was asked for would be another picture.
        if plane.bits != 8 {
            return None;
        }
        let mut samples = Vec::new();
        samples.try_reserve_exact(len).ok()?;
        for row in rows {
            samples.extend_from_slice(row?);
        }
        return (samples.len() == len).then_some(Samples::Eight(samples));
    }
    let most = match plane.bits {
        bits @ 9..=16 => (1_u32 << bits) - 1,
        _ => return None,
    };
    debug_assert!(matches!(channels, 3 | 4));
    let spread = |value: u16| {
        let spread = (u32::from(value).min(most) * u32::from(u16::MAX) + most / 2) / most;
        u16::try_from(spread).unwrap_or(u16::MAX)
    };
    let mut samples = Vec::new();
    samples.try_reserve_exact(len / 2).ok()?;
    for row in rows {
        let (pairs, _) = row?.as_chunks::<2>();
        samples.extend(pairs.iter().map(|pair| spread(u16::from_le_bytes(*pair))));
    }
    (samples.len() == len / 2).then_some(Samples::Sixteen(samples))
}

/// Colours as they are before alpha is applied. Where nothing is seen there is no colour, and black stays.
pub(crate) fn divide_by_alpha(samples: &mut Samples) {
    match samples {
        Samples::Eight(samples) => divide(samples, 255, |value| u8::try_from(value).ok()),
        Samples::Sixteen(samples) => divide(samples, 65_535, |value| u16::try_from(value).ok()),
    }
}

fn divide<T: Copy + Into<u64>>(samples: &mut [T], most: u64, narrow: impl Fn(u64) -> Option<T>) {
    let (pixels, _) = samples.as_chunks_mut::<4>();
    for [red, green, blue, alpha] in pixels {
        let alpha: u64 = (*alpha).into();
        if alpha == 0 || alpha == most {
            continue;
        }
        for value in [red, green, blue] {
            let divided = ((*value).into() * most + alpha / 2) / alpha;
            if let Some(divided) = narrow(divided.min(most)) {
                *value = divided;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane<'a>(bytes: &'a [u8], bits: u8, row_bytes: usize) -> Plane<'a> {
        Plane {
            width: 1,
            height: 2,
            bits,
            row_bytes,
            stride_bytes: row_bytes + 2,
            bytes,
        }
    }

    #[test]
    fn what_lies_between_rows_is_left_out() {
        let rows = [1, 2, 3, 99, 99, 4, 5, 6];
        let samples = gather(&plane(&rows, 8, 3), 3, false);
        assert_eq!(samples, Some(Samples::Eight(vec![1, 2, 3, 4, 5, 6])));
        assert_eq!(gather(&plane(&rows[..7], 8, 3), 3, false), None);
        assert_eq!(gather(&plane(&rows, 10, 3), 3, false), None);
    }

    #[test]
    fn deep_samples_reach_from_black_to_white() {
        let rows = [0, 0, 0, 2, 0xFF, 3, 99, 99, 1, 0, 0xFF, 0xFF, 0, 0];
        let samples = gather(&plane(&rows, 10, 6), 3, true);
        let expected = vec![0, 32_800, 65_535, 64, 65_535, 0];
        assert_eq!(samples, Some(Samples::Sixteen(expected)));
        assert_eq!(gather(&plane(&rows, 8, 6), 3, true), None);
        assert_eq!(gather(&plane(&rows, 17, 6), 3, true), None);
    }

    #[test]
    fn alpha_is_taken_out_of_colours() {
        let mut eight = Samples::Eight(vec![50, 100, 128, 128, 9, 9, 9, 0, 7, 7, 7, 255]);
        divide_by_alpha(&mut eight);
        let expected = vec![100, 199, 255, 128, 9, 9, 9, 0, 7, 7, 7, 255];
        assert_eq!(eight, Samples::Eight(expected));
        let mut sixteen = Samples::Sixteen(vec![10_000, 0, 40_000, 32_768]);
        divide_by_alpha(&mut sixteen);
        assert_eq!(sixteen, Samples::Sixteen(vec![20_000, 0, 65_535, 32_768]));
    }
}
