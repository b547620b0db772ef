//! What every processor has: plain arithmetic, which the compiler makes vectors of.

use super::{Block, Columns, LANES, Lanes, Rows, multiply};

pub(super) const ROWS: usize = 2;

#[derive(Debug, Clone, Copy)]
pub(super) struct Portable;

impl Portable {
    #[inline(always)]
    fn zip(a: [f32; LANES], b: [f32; LANES], f: impl Fn(f32, f32) -> f32) -> [f32; LANES] {
        let mut result = [0.0; LANES];
        for lane in 0..LANES {
            result[lane] = f(a[lane], b[lane]);
        }
        result
    }
}

impl Lanes for Portable {
    type Wide = [f32; LANES];

    #[inline(always)]
    fn run<R>(self, kernel: impl FnOnce() -> R) -> R {
        kernel()
    }

    #[inline(always)]
    fn multiply(
        self,
        rows: Rows<'_>,
        columns: Columns<'_>,
        done: impl FnMut(usize, usize, Self::Wide),
    ) {
        multiply::<Self, ROWS, 1>(self, rows, columns, done);
    }

    #[inline(always)]
    fn splat(self, value: f32) -> Self::Wide {
        [value; LANES]
    }

    #[inline(always)]
    fn load(self, from: &Block) -> Self::Wide {
        from.0
    }

    #[inline(always)]
    fn store(self, value: Self::Wide, to: &mut Block) {
        to.0 = value;
    }

    #[inline(always)]
    fn add(self, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        Self::zip(a, b, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        Self::zip(a, b, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        Self::zip(a, b, |a, b| a * b)
    }

    // Not `f32::mul_add`: without the instruction that is a call of a function.
    #[inline(always)]
    fn mul_add(self, a: Self::Wide, b: Self::Wide, c: Self::Wide) -> Self::Wide {
        Self::zip(Self::zip(a, b, |a, b| a * b), c, |product, c| product + c)
    }

    #[inline(always)]
    fn positive(self, value: Self::Wide) -> u16 {
        let mut bits = 0;
        for lane in 0..LANES {
            bits |= u16::from(value[lane] > 0.0) << lane;
        }
        bits
    }

    #[inline(always)]
    fn select(self, bits: u16, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        let mut result = b;
        for lane in 0..LANES {
            if bits >> lane & 1 == 1 {
                result[lane] = a[lane];
            }
        }
        result
    }
}
