//! Small systems of linear equations.

/// The solution of `a · x = b`, or nothing where there is none that rounding leaves standing. Gaussian elimination with
/// partial pivoting.
pub(super) fn solve<const N: usize>(mut a: [[f64; N]; N], mut b: [f64; N]) -> Option<[f64; N]> {
    for column in 0..N {
        let pivot =
            (column..N).max_by(|i, j| a[*i][column].abs().total_cmp(&a[*j][column].abs()))?;
        if a[pivot][column].abs() < 1e-12 {
            return None;
        }
        a.swap(pivot, column);
        b.swap(pivot, column);
        for row in column + 1..N {
            let factor = a[row][column] / a[column][column];
            let pivot = a[column];
            for (value, above) in a[row].iter_mut().zip(pivot).skip(column) {
                *value -= factor * above;
            }
            b[row] -= factor * b[column];
        }
    }
    let mut x = [0.0; N];
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|k| a[row][k] * x[k]).sum();
        x[row] = (b[row] - known) / a[row][row];
    }
    x.iter().all(|value| value.is_finite()).then_some(x)
}

/// The least squares solution of rows `(coefficients, value)`.
pub(crate) fn least_squares<const N: usize>(
    rows: impl Iterator<Item = ([f64; N], f64)>,
) -> Option<[f64; N]> {
    let (mut a, mut b) = ([[0.0; N]; N], [0.0; N]);
    for (row, value) in rows {
        for i in 0..N {
            for j in 0..N {
                a[i][j] += row[i] * row[j];
            }
            b[i] += row[i] * value;
        }
    }
    solve(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems() {
        assert_eq!(
            solve([[0.0, 2.0], [1.0, 0.0]], [4.0, 3.0]),
            Some([3.0, 2.0])
        );
        assert_eq!(solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]), None);
        let line = [(0.0, 1.0), (1.0, 3.1), (2.0, 4.9)];
        let [slope, start] = least_squares(line.into_iter().map(|(x, y)| ([x, 1.0], y))).unwrap();
        assert!((slope - 1.95).abs() < 1e-9 && (start - 1.05).abs() < 1e-9);
    }
}
