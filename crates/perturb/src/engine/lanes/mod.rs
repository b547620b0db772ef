//! Sixteen numbers at a time: the seam between the kernels and the processors.
//!
//! A kernel is written once, over [`Lanes`], and compiled for each instruction set. What a set must give is little: load,
//! store, add, multiply, compare. The best one that the processor has is chosen when a network is made.

mod portable;
mod wide;

use portable::Portable;

/// How many numbers are worked on together, on every processor: the layout of values and weights is the same on all.
pub(super) const LANES: usize = 16;

/// Numbers that are worked on together: sixteen channels of one pixel. Aligned to a cache line, which it fills.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub(super) struct Block(pub(super) [f32; LANES]);

impl Block {
    pub(super) const ZERO: Self = Self([0.0; LANES]);
}

/// An instruction set.
pub(super) trait Lanes: Copy + Send + Sync {
    /// A [`Block`] in registers.
    type Wide: Copy;

    /// Runs a kernel that was compiled for this set. Everything inside must be inlined to be.
    fn run<R>(self, kernel: impl FnOnce() -> R) -> R;
    /// The matrix kernel in the shape that suits the number of registers.
    fn multiply(
        self,
        rows: Rows<'_>,
        columns: Columns<'_>,
        done: impl FnMut(usize, usize, Self::Wide),
    );

    fn splat(self, value: f32) -> Self::Wide;
    fn load(self, from: &Block) -> Self::Wide;
    fn store(self, value: Self::Wide, to: &mut Block);
    fn add(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    fn sub(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    fn mul(self, a: Self::Wide, b: Self::Wide) -> Self::Wide;
    /// `a · b + c`, rounded once where the set can.
    fn mul_add(self, a: Self::Wide, b: Self::Wide, c: Self::Wide) -> Self::Wide;
    /// A bit for each number above 0, the first one lowest.
    fn positive(self, value: Self::Wide) -> u16;
    /// `a` where the bit is set, else `b`.
    fn select(self, bits: u16, a: Self::Wide, b: Self::Wide) -> Self::Wide;
}

/// The left matrix: pixels (or tiles) by channels. Row `r` of channel block `k` is at `k · stride + r`.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) blocks: &'a [Block],
    pub(super) stride: usize,
    /// How many rows; `blocks` has room for the next multiple of [`Instructions::rows`].
    pub(super) count: usize,
}

/// The right matrix: input channels by output channels, packed as [`Instructions::pack`] does.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    pub(super) blocks: &'a [Block],
    /// Blocks of output channels.
    pub(super) count: usize,
}

/// `R` rows times `N` blocks of columns at once, in registers. Calls `done` with row, block of columns and sums.
#[inline(always)]
fn multiply<L: Lanes, const R: usize, const N: usize>(
    lanes: L,
    rows: Rows<'_>,
    columns: Columns<'_>,
    mut done: impl FnMut(usize, usize, L::Wide),
) {
    let depth = columns.blocks.len() / columns.count.max(1);
    let mut column = 0;
    while column + N <= columns.count {
        let b = &columns.blocks[column * depth..][..N * depth];
        let mut row = 0;
        while row < rows.count {
            let sums = tile::<L, R, N>(lanes, &rows.blocks[row..], rows.stride, b);
            for (r, sums) in sums.iter().enumerate() {
                if row + r < rows.count {
                    for (n, sum) in sums.iter().enumerate() {
                        done(row + r, column + n, *sum);
                    }
                }
            }
            row += R;
        }
        column += N;
    }
    if N > 1 && column < columns.count {
        let rest = Columns {
            blocks: &columns.blocks[column * depth..],
            count: columns.count - column,
        };
        multiply_one::<L, R>(lanes, rows, rest, |row, n, sum| done(row, column + n, sum));
    }
}

/// The blocks of columns that are left over, one at a time.
#[inline(always)]
fn multiply_one<L: Lanes, const R: usize>(
    lanes: L,
    rows: Rows<'_>,
    columns: Columns<'_>,
    mut done: impl FnMut(usize, usize, L::Wide),
) {
    let depth = columns.blocks.len() / columns.count.max(1);
    for column in 0..columns.count {
        let b = &columns.blocks[column * depth..][..depth];
        let mut row = 0;
        while row < rows.count {
            let sums = tile::<L, R, 1>(lanes, &rows.blocks[row..], rows.stride, b);
            for (r, [sum]) in sums.iter().enumerate() {
                if row + r < rows.count {
                    done(row + r, column, *sum);
                }
            }
            row += R;
        }
    }
}

#[inline(always)]
fn tile<L: Lanes, const R: usize, const N: usize>(
    lanes: L,
    a: &[Block],
    stride: usize,
    b: &[Block],
) -> [[L::Wide; N]; R] {
    let mut sums = [[lanes.splat(0.0); N]; R];
    let (b, _) = b.as_chunks::<N>();
    let (b, _) = b.as_chunks::<LANES>();
    let mut start = 0;
    for b in b {
        // The caller leaves room for R rows; without it nothing is added.
        let Some(a) = a.get(start..).and_then(|a| a.first_chunk::<R>()) else {
            break;
        };
        for k in 0..LANES {
            let mut column = [lanes.splat(0.0); N];
            for n in 0..N {
                column[n] = lanes.load(&b[k][n]);
            }
            for r in 0..R {
                let factor = lanes.splat(a[r].0[k]);
                for n in 0..N {
                    sums[r][n] = lanes.mul_add(factor, column[n], sums[r][n]);
                }
            }
        }
        start += stride;
    }
    sums
}

/// The instruction sets that the engine is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Instructions {
    /// What every processor has.
    Portable,
    /// 64-bit ARM.
    Neon,
    /// AVX2 and FMA (x86-64-v3).
    Avx2,
    /// AVX-512 (x86-64-v4).
    Avx512,
}

/// A piece of work that is compiled for each instruction set.
pub(super) trait Task {
    fn run<L: Lanes>(self, lanes: L);
}

impl Instructions {
    /// Those that this processor has, the fastest last.
    #[must_use]
    pub fn available() -> Vec<Self> {
        [Self::Portable, Self::Neon, Self::Avx2, Self::Avx512]
            .into_iter()
            .filter(|set| set.is_available())
            .collect()
    }

    /// The fastest that this processor has.
    #[must_use]
    pub fn best() -> Self {
        [Self::Avx512, Self::Avx2, Self::Neon]
            .into_iter()
            .find(|set| set.is_available())
            .unwrap_or(Self::Portable)
    }

    /// The name that people know.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Neon => "NEON",
            Self::Avx2 => "AVX2",
            Self::Avx512 => "AVX-512",
        }
    }

    fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "aarch64")]
            Self::Neon => wide::neon().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => wide::avx2().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => wide::avx512().is_some(),
            #[allow(
                unreachable_patterns,
                reason = "which are left depends on the processor"
            )]
            _ => false,
        }
    }

    /// Runs a task in this set, or in portable code where the processor has it not.
    pub(super) fn run(self, task: impl Task) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                if let Some(lanes) = wide::avx512() {
                    return task.run(lanes);
                }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                if let Some(lanes) = wide::avx2() {
                    return task.run(lanes);
                }
            }
            #[cfg(target_arch = "aarch64")]
            Self::Neon => {
                if let Some(lanes) = wide::neon() {
                    return task.run(lanes);
                }
            }
            _ => {}
        }
        task.run(Portable);
    }

    /// How many rows the matrix kernel takes at once.
    pub(super) const fn rows(self) -> usize {
        match self {
            Self::Portable => portable::ROWS,
            Self::Neon => wide::NEON_ROWS,
            Self::Avx2 => wide::AVX2_ROWS,
            Self::Avx512 => wide::AVX512_ROWS,
        }
    }

    /// How many blocks of columns the matrix kernel takes at once.
    const fn columns(self) -> usize {
        match self {
            Self::Avx512 => wide::AVX512_COLUMNS,
            _ => 1,
        }
    }

    /// Lays out a right matrix: `depth` rows of `count` blocks, given number by number.
    pub(super) fn pack(
        self,
        depth: usize,
        count: usize,
        value: impl Fn(usize, usize) -> f32,
    ) -> Vec<Block> {
        let mut packed = Vec::with_capacity(depth * count);
        let mut first = 0;
        while first < count {
            let together = if count - first >= self.columns() {
                self.columns()
            } else {
                1
            };
            for k in 0..depth {
                for block in first..first + together {
                    let mut numbers = Block::ZERO;
                    for (lane, number) in numbers.0.iter_mut().enumerate() {
                        *number = value(k, block * LANES + lane);
                    }
                    packed.push(numbers);
                }
            }
            first += together;
        }
        packed
    }
}
