//! What is done to each sum of a convolution while it is still in a register.

use super::super::lanes::{Block, Lanes};

/// What is added to the sums.
#[derive(Clone, Copy)]
pub(in super::super) enum Plus<'a> {
    Nothing,
    /// What stands where the result goes.
    Place,
    /// A value of the same layout.
    Other(&'a [Block]),
}

/// The bend at the end: `x`, or `slope · x` below 0. ReLU is slope 0.
#[derive(Clone, Copy)]
pub(in super::super) enum Bend<'a> {
    None,
    /// Bends, and notes in `bits` where it did not.
    Forward(Slopes<'a>),
    /// Multiplies a gradient by the slope, by the bits noted then.
    Backward(Slopes<'a>, &'a [u16]),
}

/// One slope a channel, in blocks, or zero for all.
#[derive(Clone, Copy)]
pub(in super::super) enum Slopes<'a> {
    Zero,
    Each(&'a [Block]),
}

#[derive(Clone, Copy)]
pub(in super::super) struct Finish<'a> {
    /// One block a block of channels; empty for zeros.
    pub(in super::super) bias: &'a [Block],
    pub(in super::super) plus: Plus<'a>,
    pub(in super::super) bend: Bend<'a>,
}

impl Finish<'_> {
    /// Finishes a sum of channel block `channel`, whose place in the whole value is `at`; `old` stands there, and `bits` is where its
    /// bits go.
    #[inline(always)]
    pub(in super::super) fn apply<L: Lanes>(
        &self,
        lanes: L,
        sum: L::Wide,
        channel: usize,
        at: usize,
        place: &mut Block,
        bits: Option<&mut u16>,
    ) {
        let mut value = sum;
        if let Some(bias) = self.bias.get(channel) {
            value = lanes.add(value, lanes.load(bias));
        }
        match self.plus {
            Plus::Nothing => {}
            Plus::Place => value = lanes.add(value, lanes.load(place)),
            Plus::Other(other) => value = lanes.add(value, lanes.load(&other[at])),
        }
        let (slopes, positive) = match self.bend {
            Bend::None => return lanes.store(value, place),
            Bend::Forward(slopes) => {
                let positive = lanes.positive(value);
                if let Some(bits) = bits {
                    *bits = positive;
                }
                (slopes, positive)
            }
            Bend::Backward(slopes, bits) => (slopes, bits[at]),
        };
        let below = match slopes {
            Slopes::Zero => lanes.splat(0.0),
            Slopes::Each(slopes) => lanes.mul(value, lanes.load(&slopes[channel])),
        };
        lanes.store(lanes.select(positive, value, below), place);
    }
}
