//! JPEG without its bit stream: what is lost, and a gradient through it.
//!
//! As libjpeg codes by default below quality 100: YCbCr of JFIF, colour at half size each way (2×2 means), blocks of 8×8,
//! the tables of ITU-T T.81 Annex K scaled by quality, and colour enlarged by its triangle filter. The entropy coding loses
//! nothing and is left out.

use pulp::Arch;

use crate::planes::Planes;

/// T.81 table K.1, row by row.
const LUMINANCE: [u16; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
    92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/// T.81 table K.2.
const CHROMINANCE: [u16; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/// The table at a quality of 1 to 100, as libjpeg scales it.
fn table(base: &[u16; 64], quality: u32) -> [f32; 64] {
    let quality = quality.clamp(1, 100);
    let scale = if quality < 50 {
        5000 / quality
    } else {
        200 - 2 * quality
    };
    base.map(|value| {
        #[allow(clippy::cast_precision_loss)]
        let step = ((u32::from(value) * scale + 50) / 100).clamp(1, 255) as f32;
        step
    })
}

/// cos((2x + 1) u π / 16) / 2, and /√8 for u = 0, for x across and u down: the orthonormal DCT-II of eight samples.
const DCT: [[f32; 8]; 8] = [
    [0.353_553_4; 8],
    [
        0.490_392_64,
        0.415_734_8,
        0.277_785_12,
        0.097_545_16,
        -0.097_545_16,
        -0.277_785_12,
        -0.415_734_8,
        -0.490_392_64,
    ],
    [
        0.461_939_77,
        0.191_341_72,
        -0.191_341_72,
        -0.461_939_77,
        -0.461_939_77,
        -0.191_341_72,
        0.191_341_72,
        0.461_939_77,
    ],
    [
        0.415_734_8,
        -0.097_545_16,
        -0.490_392_64,
        -0.277_785_12,
        0.277_785_12,
        0.490_392_64,
        0.097_545_16,
        -0.415_734_8,
    ],
    [
        0.353_553_4,
        -0.353_553_4,
        -0.353_553_4,
        0.353_553_4,
        0.353_553_4,
        -0.353_553_4,
        -0.353_553_4,
        0.353_553_4,
    ],
    [
        0.277_785_12,
        -0.490_392_64,
        0.097_545_16,
        0.415_734_8,
        -0.415_734_8,
        -0.097_545_16,
        0.490_392_64,
        -0.277_785_12,
    ],
    [
        0.191_341_72,
        -0.461_939_77,
        0.461_939_77,
        -0.191_341_72,
        -0.191_341_72,
        0.461_939_77,
        -0.461_939_77,
        0.191_341_72,
    ],
    [
        0.097_545_16,
        -0.277_785_12,
        0.415_734_8,
        -0.490_392_64,
        0.490_392_64,
        -0.415_734_8,
        0.277_785_12,
        -0.097_545_16,
    ],
];

/// A · B, or Aᵀ · B when `across`.
#[inline(always)]
fn times(a: &[[f32; 8]; 8], b: &[[f32; 8]; 8], transposed: bool) -> [[f32; 8]; 8] {
    let mut out = [[0.0f32; 8]; 8];
    for (i, out) in out.iter_mut().enumerate() {
        for (k, b) in b.iter().enumerate() {
            let factor = if transposed { a[k][i] } else { a[i][k] };
            for (out, b) in out.iter_mut().zip(b) {
                *out += factor * b;
            }
        }
    }
    out
}

#[inline(always)]
fn transposed(a: &[[f32; 8]; 8]) -> [[f32; 8]; 8] {
    let mut out = [[0.0f32; 8]; 8];
    for (i, row) in a.iter().enumerate() {
        for (j, value) in row.iter().enumerate() {
            out[j][i] = *value;
        }
    }
    out
}

/// One component through the quantiser, in place; sides need not be multiples of eight.
#[inline(always)]
fn quantise(plane: &mut [f32], width: usize, height: usize, table: &[f32; 64]) {
    for top in (0..height).step_by(8) {
        for left in (0..width).step_by(8) {
            let mut block = [[0.0f32; 8]; 8];
            for (y, row) in block.iter_mut().enumerate() {
                let line = (top + y).min(height - 1) * width;
                for (x, value) in row.iter_mut().enumerate() {
                    *value = plane[line + (left + x).min(width - 1)] - 128.0;
                }
            }
            // Rows and columns: D · B · Dᵀ.
            let half = transposed(&times(&DCT, &block, false));
            let mut coefficients = times(&DCT, &half, false);
            // This is the transposed block; so is the table's index.
            for (u, row) in coefficients.iter_mut().enumerate() {
                for (v, value) in row.iter_mut().enumerate() {
                    let step = table[v * 8 + u];
                    *value = (*value / step).round_ties_even() * step;
                }
            }
            let half = transposed(&times(&DCT, &coefficients, true));
            let block = times(&DCT, &half, true);
            for (y, row) in block.iter().enumerate().take(height - top) {
                for (x, value) in row.iter().enumerate().take(width - left) {
                    plane[(top + y) * width + left + x] =
                        (value + 128.0).round_ties_even().clamp(0.0, 255.0);
                }
            }
        }
    }
}

/// 2×2 means; the last row and column stand in for missing ones.
#[inline(always)]
fn halve(plane: &[f32], width: usize, height: usize) -> Vec<f32> {
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let mut out = Vec::with_capacity(half_width * half_height);
    for y in 0..half_height {
        let (one, two) = (2 * y * width, (2 * y + 1).min(height - 1) * width);
        for x in 0..half_width {
            let (left, right) = (2 * x, (2 * x + 1).min(width - 1));
            let sum =
                plane[one + left] + plane[one + right] + plane[two + left] + plane[two + right];
            out.push(sum / 4.0);
        }
    }
    out
}

/// The adjoint of [`halve`].
fn halve_back(gradient: &[f32], width: usize, height: usize) -> Vec<f32> {
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let mut out = vec![0.0; width * height];
    for y in 0..half_height {
        let (one, two) = (2 * y * width, (2 * y + 1).min(height - 1) * width);
        for x in 0..half_width {
            let (left, right) = (2 * x, (2 * x + 1).min(width - 1));
            let share = gradient[y * half_width + x] / 4.0;
            out[one + left] += share;
            out[one + right] += share;
            out[two + left] += share;
            out[two + right] += share;
        }
    }
    out
}

/// libjpeg's triangle filter: three parts of the nearer and one of the farther neighbour, each way. The neighbours and
/// their weight for one output.
fn triangle(index: usize, half: usize) -> (usize, usize) {
    let near = index / 2;
    let far = if index.is_multiple_of(2) {
        near.saturating_sub(1)
    } else {
        (near + 1).min(half - 1)
    };
    (near, far)
}

#[inline(always)]
fn double(plane: &[f32], width: usize, height: usize) -> Vec<f32> {
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let mut out = Vec::with_capacity(width * height);
    for y in 0..height {
        let (near, far) = triangle(y, half_height);
        let line: Vec<f32> = (0..half_width)
            .map(|x| 0.75 * plane[near * half_width + x] + 0.25 * plane[far * half_width + x])
            .collect();
        for x in 0..width {
            let (near, far) = triangle(x, half_width);
            out.push(0.75 * line[near] + 0.25 * line[far]);
        }
    }
    out
}

/// The adjoint of [`double`].
fn double_back(gradient: &[f32], width: usize, height: usize) -> Vec<f32> {
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let mut out = vec![0.0; half_width * half_height];
    let mut line = vec![0.0; half_width];
    for y in 0..height {
        line.fill(0.0);
        for x in 0..width {
            let (near, far) = triangle(x, half_width);
            line[near] += 0.75 * gradient[y * width + x];
            line[far] += 0.25 * gradient[y * width + x];
        }
        let (near, far) = triangle(y, half_height);
        for (x, value) in line.iter().enumerate() {
            out[near * half_width + x] += 0.75 * value;
            out[far * half_width + x] += 0.25 * value;
        }
    }
    out
}

/// Codes and decodes at a quality, colour at half size.
pub(crate) fn coded(planes: &Planes, quality: u32) -> Planes {
    let out = Planes::zero(planes.width, planes.height);
    Arch::new().dispatch(
        #[inline(always)]
        move || coded_into(out, planes, quality),
    )
}

#[inline(always)]
fn coded_into(mut out: Planes, planes: &Planes, quality: u32) -> Planes {
    let (width, height) = (planes.width, planes.height);
    let count = planes.count();
    {
        let mut parts = planes.planes();
        let (Some(red), Some(green), Some(blue)) = (parts.next(), parts.next(), parts.next())
        else {
            return out;
        };
        let round = |value: f32| value.round_ties_even().clamp(0.0, 255.0);
        for i in 0..count {
            let (r, g, b) = (round(red[i]), round(green[i]), round(blue[i]));
            out.values[i] = round(0.299 * r + 0.587 * g + 0.114 * b);
            out.values[count + i] = round(-0.168_736 * r - 0.331_264 * g + 0.5 * b + 128.0);
            out.values[2 * count + i] = round(0.5 * r - 0.418_688 * g - 0.081_312 * b + 128.0);
        }
    }
    let colour = table(&CHROMINANCE, quality);
    for (channel, plane) in out.planes_mut().enumerate() {
        if channel == 0 {
            quantise(plane, width, height, &table(&LUMINANCE, quality));
        } else {
            let mut half = halve(plane, width, height);
            for value in &mut half {
                *value = value.round_ties_even();
            }
            quantise(&mut half, width.div_ceil(2), height.div_ceil(2), &colour);
            plane.copy_from_slice(&double(&half, width, height));
        }
    }
    for i in 0..count {
        let (y, cb, cr) = (
            out.values[i],
            out.values[count + i] - 128.0,
            out.values[2 * count + i] - 128.0,
        );
        out.values[i] = y + 1.402 * cr;
        out.values[count + i] = y - 0.344_136 * cb - 0.714_136 * cr;
        out.values[2 * count + i] = y + 1.772 * cb;
    }
    out.rounded()
}

/// The gradient for the input, straight through every rounding: what is left is the loss of colour detail.
pub(crate) fn coded_back(gradient: &Planes) -> Planes {
    let (width, height) = (gradient.width, gradient.height);
    let count = gradient.count();
    // The adjoint of YCbCr → RGB.
    let (mut luma, mut cb, mut cr) = (vec![0.0; count], vec![0.0; count], vec![0.0; count]);
    for i in 0..count {
        let (r, g, b) = (
            gradient.values[i],
            gradient.values[count + i],
            gradient.values[2 * count + i],
        );
        luma[i] = r + g + b;
        cb[i] = -0.344_136 * g + 1.772 * b;
        cr[i] = 1.402 * r - 0.714_136 * g;
    }
    let through = |plane: &[f32]| halve_back(&double_back(plane, width, height), width, height);
    let (cb, cr) = (through(&cb), through(&cr));
    let mut out = Planes::zero(width, height);
    for i in 0..count {
        out.values[i] = 0.299 * luma[i] - 0.168_736 * cb[i] + 0.5 * cr[i];
        out.values[count + i] = 0.587 * luma[i] - 0.331_264 * cb[i] - 0.418_688 * cr[i];
        out.values[2 * count + i] = 0.114 * luma[i] + 0.5 * cb[i] - 0.081_312 * cr[i];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    #[test]
    fn the_transform_is_orthonormal() {
        for (a, one) in DCT.iter().enumerate() {
            for (b, other) in DCT.iter().enumerate() {
                let dot: f32 = one.iter().zip(other).map(|(x, y)| x * y).sum();
                let expected = f32::from(u8::from(a == b));
                assert!((dot - expected).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_flat_picture_stays() {
        for quality in [10, 75, 100] {
            let planes = Planes {
                width: 13,
                height: 9,
                values: vec![128.0; 3 * 13 * 9],
            };
            assert_eq!(coded(&planes, quality), planes);
        }
    }

    #[test]
    fn agrees_with_a_real_coder() {
        // A smooth picture with some texture, through the encoder and decoder that the program uses.
        let (width, height) = (48usize, 40usize);
        let rgb: Vec<u8> = (0..width * height)
            .flat_map(|i| {
                let (x, y) = (i % width, i / width);
                let texture = (x * 7 + y * 13) % 23;
                [
                    (60 + 3 * x + texture) as u8,
                    (200 - 2 * y - texture) as u8,
                    (80 + x + y) as u8,
                ]
            })
            .collect();
        let planes = Planes::from_bytes(width, height, &rgb);
        let ours = coded(&planes, 75).bytes();
        let theirs = include_bytes!("jpeg_q75.rgb");
        let sum: u32 = ours
            .iter()
            .zip(theirs)
            .map(|(a, b)| u32::from(a.abs_diff(*b)))
            .sum();
        #[allow(clippy::cast_precision_loss)]
        let mean = sum as f32 / ours.len() as f32;
        assert!(mean < 0.5, "a mean difference of {mean}");
        let lost: u32 = ours
            .iter()
            .zip(&rgb)
            .map(|(a, b)| u32::from(a.abs_diff(*b)))
            .sum();
        assert!(lost > 3 * sum, "the loss itself is larger");
    }

    #[test]
    fn the_gradient_is_the_adjoint_of_the_loss_of_colour() {
        // At quality 100 hardly anything is quantised: a change of many steps shows what the straight-through gradient is.
        let (width, height) = (14, 10);
        let mut chance = Chance::new(3, 0);
        let mut random = |scale: f32, offset: f32| {
            let mut planes = Planes::zero(width, height);
            for value in &mut planes.values {
                *value = offset + scale * chance.normal();
            }
            planes
        };
        let x = random(10.0, 128.0);
        let d = random(10.0, 0.0);
        let w = random(1.0, 0.0);
        let change = coded(&x.plus(&d, 1.0), 100).plus(&coded(&x, 100), -1.0);
        let (left, right) = (change.dot(&w), d.dot(&coded_back(&w)));
        assert!(
            (left - right).abs() < 0.05 * left.abs().max(100.0),
            "{left} {right}"
        );
    }
}
