//! The lowest frequencies of a 64 × 64 picture.

use std::f64::consts::PI;
use std::sync::LazyLock;

use super::hash::Hash;

/// The basis: rows of the DCT-II of 64 values from the second on. The reference computes in these types and this order,
/// and a different rounding could cost a bit.
static BASIS: LazyLock<[[f32; 64]; 16]> = LazyLock::new(|| {
    let scale = (2.0f64 / 64.0).sqrt() as f32;
    let mut basis = [[0.0; 64]; 16];
    for (i, row) in (1..).zip(&mut basis) {
        for (j, value) in (0..).zip(row) {
            let angle = PI / 2.0 / 64.0 * f64::from(i) * f64::from(2 * j + 1);
            *value = (f64::from(scale) * angle.cos()) as f32;
        }
    }
    basis
});

/// The 16 × 16 lowest frequencies, without the constant ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coefficients(pub(super) [[f32; 16]; 16]);

impl Coefficients {
    pub(super) fn of(small: &[[f32; 64]; 64]) -> Self {
        let mut half = [[0.0f32; 64]; 16];
        for (sums, basis) in half.iter_mut().zip(BASIS.iter()) {
            // Each sum adds its products in the order of the rows, as the reference's does.
            for (weight, row) in basis.iter().zip(small) {
                for (sum, value) in sums.iter_mut().zip(row) {
                    *sum += weight * value;
                }
            }
        }
        let of_row = |row: &[f32; 64]| {
            let mut out = [0.0f32; 16];
            for (out, basis) in out.iter_mut().zip(BASIS.iter()) {
                *out = row.iter().zip(basis).fold(0.0, |sum, (a, b)| sum + a * b);
            }
            out
        };
        Self(half.each_ref().map(of_row))
    }

    /// One bit per coefficient: whether it lies above the median.
    pub(super) fn hash(&self) -> Hash {
        let flat = self.0.as_flattened();
        let mut sorted = flat.to_vec();
        sorted.sort_by(f32::total_cmp);
        // The lower of the two in the middle, as Torben's method finds it.
        let median = sorted.get(127).copied().unwrap_or_default();
        Hash::from_bits(|bit| flat.get(bit).is_some_and(|value| *value > median))
    }
}
