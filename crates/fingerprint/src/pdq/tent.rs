//! Grey values to 64 × 64 with two passes of a moving mean in each direction, which together weigh like a tent.

const SIDE: usize = 64;

/// Takes every 64th part's middle, after smoothing. A picture of 64 × 64 is smoothed by windows of one, which is not at all.
pub(super) fn to_64(mut luma: Vec<f32>, width: usize, height: usize) -> [[f32; SIDE]; SIDE] {
    let (across, down) = (window(width), window(height));
    let mut other = luma.clone();
    for _ in 0..2 {
        for (from, to) in luma.chunks_exact(width).zip(other.chunks_exact_mut(width)) {
            mean_of_row(from, to, across);
        }
        mean_of_columns(&other, &mut luma, width, down);
    }
    let mut small = [[0.0; SIDE]; SIDE];
    for (y, row) in small.iter_mut().enumerate() {
        let start = middle(y, height) * width;
        for (x, value) in row.iter_mut().enumerate() {
            *value = luma.get(start + middle(x, width)).copied().unwrap_or(0.0);
        }
    }
    small
}

/// The window of each pass: half of what one of the 64 parts covers, rounded up.
const fn window(side: usize) -> usize {
    side.div_ceil(2 * SIDE)
}

/// The middle of part `number` of 64.
const fn middle(number: usize, side: usize) -> usize {
    (2 * number + 1) * side / (2 * SIDE)
}

/// The moving mean of a row. At both ends the window is cut off. The sum is carried along, added to before it is taken
/// from, because the reference does so and rounds so.
fn mean_of_row(from: &[f32], to: &mut [f32], window: usize) {
    let ahead = window / 2;
    let (mut sum, mut count) = (0.0f32, 0.0f32);
    for value in from.iter().take(ahead) {
        sum += value;
        count += 1.0;
    }
    for (at, out) in to.iter_mut().enumerate() {
        if let Some(value) = from.get(at + ahead) {
            sum += value;
            count += 1.0;
        }
        if let Some(value) = (at + ahead).checked_sub(window).and_then(|at| from.get(at)) {
            sum -= value;
            count -= 1.0;
        }
        *out = sum / count;
    }
}

/// The same down all columns at once: a row of sums moves down the picture.
fn mean_of_columns(from: &[f32], to: &mut [f32], width: usize, window: usize) {
    let row = |y: usize| from.get(y * width..(y + 1) * width);
    let ahead = window / 2;
    let (mut sums, mut count) = (vec![0.0f32; width], 0.0f32);
    for y in 0..ahead {
        for (sum, value) in sums.iter_mut().zip(row(y).unwrap_or_default()) {
            *sum += value;
        }
        count += 1.0;
    }
    for (y, out) in to.chunks_exact_mut(width).enumerate() {
        if let Some(row) = row(y + ahead) {
            sums.iter_mut()
                .zip(row)
                .for_each(|(sum, value)| *sum += value);
            count += 1.0;
        }
        if let Some(row) = (y + ahead).checked_sub(window).and_then(row) {
            sums.iter_mut()
                .zip(row)
                .for_each(|(sum, value)| *sum -= value);
            count -= 1.0;
        }
        for (out, sum) in out.iter_mut().zip(&sums) {
            *out = sum / count;
        }
    }
}
