//! Vector registers, through `pulp`: one of 16 numbers, two of 8, or four of 4.

use pulp::Simd;
#[cfg(target_arch = "aarch64")]
use pulp::aarch64::Neon;
#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};

use super::{Block, Columns, LANES, Lanes, Rows, multiply};

// How much of the product is kept in registers: AVX-512 and NEON have 32, AVX2 has 16; each block takes 1, 4 or 2 of them.
pub(super) const AVX512_ROWS: usize = 8;
pub(super) const AVX512_COLUMNS: usize = 2;
pub(super) const AVX2_ROWS: usize = 6;
pub(super) const NEON_ROWS: usize = 6;

/// `N` registers that make a [`Block`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Wide<S, const N: usize>(S);

#[cfg(target_arch = "x86_64")]
pub(super) fn avx512() -> Option<Wide<V4, 1>> {
    V4::try_new().map(Wide)
}

#[cfg(target_arch = "x86_64")]
pub(super) fn avx2() -> Option<Wide<V3, 2>> {
    V3::try_new().map(Wide)
}

#[cfg(target_arch = "aarch64")]
pub(super) fn neon() -> Option<Wide<Neon, 4>> {
    Neon::try_new().map(Wide)
}

/// What differs between the sets: how a comparison becomes bits, and the shape of the matrix kernel.
pub(super) trait Set: Simd {
    /// The lowest bit for the first number.
    fn bits(self, mask: Self::m32s) -> u16;
    /// The other way; bits for more numbers than the register has are ignored.
    fn mask(self, bits: u16) -> Self::m32s;
    fn multiply<L: Lanes>(
        lanes: L,
        rows: Rows<'_>,
        columns: Columns<'_>,
        done: impl FnMut(usize, usize, L::Wide),
    );
}

#[cfg(target_arch = "x86_64")]
impl Set for V4 {
    #[inline(always)]
    fn bits(self, mask: Self::m32s) -> u16 {
        mask.0
    }

    #[inline(always)]
    fn mask(self, bits: u16) -> Self::m32s {
        pulp::b16(bits)
    }

    #[inline(always)]
    fn multiply<L: Lanes>(
        lanes: L,
        rows: Rows<'_>,
        columns: Columns<'_>,
        done: impl FnMut(usize, usize, L::Wide),
    ) {
        multiply::<L, AVX512_ROWS, AVX512_COLUMNS>(lanes, rows, columns, done);
    }
}

#[cfg(target_arch = "x86_64")]
impl Set for V3 {
    #[inline(always)]
    fn bits(self, mask: Self::m32s) -> u16 {
        // Eight bits.
        self.avx._mm256_movemask_ps(pulp::cast(mask)) as u16
    }

    #[inline(always)]
    fn mask(self, bits: u16) -> Self::m32s {
        let each = pulp::u32x8(1, 2, 4, 8, 16, 32, 64, 128);
        let bits = self.and_u32x8(self.splat_u32x8(u32::from(bits)), each);
        self.cmp_eq_u32x8(bits, each)
    }

    #[inline(always)]
    fn multiply<L: Lanes>(
        lanes: L,
        rows: Rows<'_>,
        columns: Columns<'_>,
        done: impl FnMut(usize, usize, L::Wide),
    ) {
        multiply::<L, AVX2_ROWS, 1>(lanes, rows, columns, done);
    }
}

#[cfg(target_arch = "aarch64")]
impl Set for Neon {
    #[inline(always)]
    fn bits(self, mask: Self::m32s) -> u16 {
        let lanes: [u32; 4] = pulp::cast(mask);
        let mut bits = 0;
        for (lane, value) in lanes.into_iter().enumerate() {
            bits |= u16::from(value != 0) << lane;
        }
        bits
    }

    #[inline(always)]
    fn mask(self, bits: u16) -> Self::m32s {
        let all = |lane: u16| if bits >> lane & 1 == 1 { u32::MAX } else { 0 };
        pulp::cast([all(0), all(1), all(2), all(3)])
    }

    #[inline(always)]
    fn multiply<L: Lanes>(
        lanes: L,
        rows: Rows<'_>,
        columns: Columns<'_>,
        done: impl FnMut(usize, usize, L::Wide),
    ) {
        multiply::<L, NEON_ROWS, 1>(lanes, rows, columns, done);
    }
}

impl<S: Set, const N: usize> Wide<S, N> {
    /// How many numbers a register holds.
    const EACH: usize = LANES / N;

    #[inline(always)]
    fn each(f: impl Fn(usize) -> S::f32s) -> [S::f32s; N] {
        std::array::from_fn(f)
    }
}

impl<S: Set, const N: usize> Lanes for Wide<S, N> {
    type Wide = [S::f32s; N];

    #[inline(always)]
    fn run<R>(self, kernel: impl FnOnce() -> R) -> R {
        Simd::vectorize(self.0, kernel)
    }

    #[inline(always)]
    fn multiply(
        self,
        rows: Rows<'_>,
        columns: Columns<'_>,
        done: impl FnMut(usize, usize, Self::Wide),
    ) {
        S::multiply(self, rows, columns, done);
    }

    #[inline(always)]
    fn splat(self, value: f32) -> Self::Wide {
        [self.0.splat_f32s(value); N]
    }

    #[inline(always)]
    fn load(self, from: &Block) -> Self::Wide {
        let (registers, _) = S::as_simd_f32s(&from.0);
        Self::each(|n| registers[n])
    }

    #[inline(always)]
    fn store(self, value: Self::Wide, to: &mut Block) {
        let (registers, _) = S::as_mut_simd_f32s(&mut to.0);
        registers.copy_from_slice(&value);
    }

    #[inline(always)]
    fn add(self, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        Self::each(|n| self.0.add_f32s(a[n], b[n]))
    }

    #[inline(always)]
    fn sub(self, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        Self::each(|n| self.0.sub_f32s(a[n], b[n]))
    }

    #[inline(always)]
    fn mul(self, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        Self::each(|n| self.0.mul_f32s(a[n], b[n]))
    }

    #[inline(always)]
    fn mul_add(self, a: Self::Wide, b: Self::Wide, c: Self::Wide) -> Self::Wide {
        Self::each(|n| self.0.mul_add_f32s(a[n], b[n], c[n]))
    }

    #[inline(always)]
    fn positive(self, value: Self::Wide) -> u16 {
        let zero = self.0.splat_f32s(0.0);
        let mut bits = 0;
        for (n, value) in value.into_iter().enumerate() {
            bits |= self.0.bits(self.0.greater_than_f32s(value, zero)) << (n * Self::EACH);
        }
        bits
    }

    #[inline(always)]
    fn select(self, bits: u16, a: Self::Wide, b: Self::Wide) -> Self::Wide {
        Self::each(|n| {
            let mask = self.0.mask(bits >> (n * Self::EACH));
            self.0.select_f32s(mask, a[n], b[n])
        })
    }
}
