//! Which input pixels meet which weights.
//!
//! Forward, each output pixel sees the same taps. Backward through a stride of `s`, there are `s · s` kinds of pixels, each with taps
//! of its own: for each kind (phase), it is a convolution again.

/// One weight's place in the kernel, and its pixel relative to the first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tap {
    pub(super) kernel: [usize; 2],
    pub(super) shift: [isize; 2],
}

/// Output pixels that see the same taps.
#[derive(Debug, Clone)]
pub(super) struct Phase {
    /// The first row and column; further ones are [`Phases::step_out`] apart.
    pub(super) start: [usize; 2],
    pub(super) taps: Vec<Tap>,
}

#[derive(Debug, Clone)]
pub(super) struct Phases {
    pub(super) all: Vec<Phase>,
    /// Between the input pixels of neighbouring output pixels.
    pub(super) step_in: usize,
    /// Between neighbouring output pixels of a phase.
    pub(super) step_out: usize,
}

/// Sizes are bounded far below what a signed number holds.
const fn signed(value: usize) -> isize {
    value as isize
}

impl Phases {
    pub(super) fn forward(
        kernel: [usize; 2],
        stride: usize,
        dilation: usize,
        before: [usize; 2],
    ) -> Self {
        let taps = places(kernel).map(|at| Tap {
            kernel: at,
            shift: [0, 1].map(|side| signed(at[side] * dilation) - signed(before[side])),
        });
        let phase = Phase {
            start: [0, 0],
            taps: taps.collect(),
        };
        Self {
            all: vec![phase],
            step_in: stride,
            step_out: 1,
        }
    }

    pub(super) fn backward(
        kernel: [usize; 2],
        stride: usize,
        dilation: usize,
        before: [usize; 2],
    ) -> Self {
        let step = signed(stride);
        // Output row `o` took input row `o · stride + kernel · dilation - before`: which one does an input row come from?
        let shift = |start: usize, kernel: usize, before: usize| {
            let distance = signed(start) + signed(before) - signed(kernel * dilation);
            (distance.rem_euclid(step) == 0).then(|| distance.div_euclid(step))
        };
        let mut all = Vec::new();
        for start in places([stride, stride]) {
            let tap = |at: [usize; 2]| {
                let row = shift(start[0], at[0], before[0])?;
                let column = shift(start[1], at[1], before[1])?;
                Some(Tap {
                    kernel: at,
                    shift: [row, column],
                })
            };
            all.push(Phase {
                start,
                taps: places(kernel).filter_map(tap).collect(),
            });
        }
        Self {
            all,
            step_in: 1,
            step_out: stride,
        }
    }
}

fn places([rows, columns]: [usize; 2]) -> impl Iterator<Item = [usize; 2]> {
    (0..rows).flat_map(move |row| (0..columns).map(move |column| [row, column]))
}
