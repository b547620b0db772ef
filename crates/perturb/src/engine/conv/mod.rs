//! Convolutions, forward and with respect to their input.

mod depthwise;
mod direct;
mod finish;
mod phase;
mod scratch;
mod winograd;

use std::sync::OnceLock;

use depthwise::Depthwise;
use direct::Direct;
pub(super) use finish::{Bend, Finish, Plus, Slopes};
use phase::Phases;
pub(super) use scratch::Scratch;
use winograd::Winograd;

use super::graph::Node;
use super::lanes::{Block, Instructions, LANES};
use super::layout::Layout;
use super::shape::before;
use crate::pack::Op;

/// A convolution whose weights are laid out when a plan needs them, once.
#[derive(Debug)]
pub(super) struct Conv {
    sides: Sides,
    set: Instructions,
    bias: Vec<Block>,
    /// Laid out when the first plan is made: not every network that is at hand is run.
    forward: OnceLock<Method>,
    /// Laid out when a plan with gradients is made.
    backward: OnceLock<Method>,
}

/// What a convolution is, without its weights.
#[derive(Debug, Clone, Copy)]
struct Sides {
    inputs: usize,
    outputs: usize,
    kernel: [usize; 2],
    stride: usize,
    dilation: usize,
    groups: usize,
    before: [usize; 2],
}

#[derive(Debug)]
enum Method {
    Winograd(Winograd),
    Direct(Direct),
    Depthwise(Depthwise),
}

/// Input channels from which on Winograd pays.
const WINOGRAD_MIN: usize = 9;

impl Conv {
    /// None when the layer is no convolution.
    pub(super) fn new(node: &Node, set: Instructions) -> Option<Self> {
        Some(Self {
            sides: Sides::of(node)?,
            set,
            bias: blocks(&node.bias),
            forward: OnceLock::new(),
            backward: OnceLock::new(),
        })
    }

    /// Lays the weights out for [`Conv::forward`], if they are not yet.
    pub(super) fn prepare_forward(&self, node: &Node) {
        self.forward.get_or_init(|| {
            let weight =
                |output, input, row, column| self.sides.weight(node, output, input, row, column);
            Method::forward(self.set, self.sides, weight)
        });
    }

    /// Lays the weights out for [`Conv::backward`], if they are not yet.
    pub(super) fn prepare_backward(&self, node: &Node) {
        self.backward.get_or_init(|| {
            let weight =
                |output, input, row, column| self.sides.weight(node, output, input, row, column);
            Method::backward(self.set, self.sides, weight)
        });
    }

    /// Blocks of working memory that a thread needs for values of up to so many columns.
    pub(super) fn scratch(&self, columns: usize) -> usize {
        let each = |method: &Method| match method {
            Method::Winograd(method) => method.scratch(),
            Method::Direct(method) => method.scratch(),
            Method::Depthwise(_) => Depthwise::scratch(columns),
        };
        let laid_out = [self.forward.get(), self.backward.get()];
        laid_out.into_iter().flatten().map(each).max().unwrap_or(0)
    }

    /// The output, from the input. Does nothing before [`Conv::prepare_forward`].
    pub(super) fn forward(
        &self,
        x: (&[Block], Layout),
        y: (&mut [Block], Layout),
        bits: &mut [u16],
        plus: Plus<'_>,
        bend: Bend<'_>,
        scratch: &Scratch,
    ) {
        let finish = Finish {
            bias: &self.bias,
            plus,
            bend,
        };
        if let Some(method) = self.forward.get() {
            method.run(x, y, bits, self.sides.before, finish, scratch);
        }
    }

    /// The gradient for the input, from that for the output. Does nothing before [`Conv::prepare_backward`].
    pub(super) fn backward(
        &self,
        gy: (&[Block], Layout),
        gx: (&mut [Block], Layout),
        plus: Plus<'_>,
        bend: Bend<'_>,
        scratch: &Scratch,
    ) {
        let finish = Finish {
            bias: &[],
            plus,
            bend,
        };
        if let Some(method) = self.backward.get() {
            // Of a kernel of three, two pixels are before or behind; more may be cut off than there are.
            let before = self.sides.before.map(|side| 2_usize.wrapping_sub(side));
            method.run(gy, gx, &mut [], before, finish, scratch);
        }
    }
}

impl Sides {
    fn of(node: &Node) -> Option<Self> {
        let Op::Conv {
            stride,
            padding,
            dilation,
            groups,
            ..
        } = node.op
        else {
            return None;
        };
        let [outputs, inner, height, width] = node.kernel();
        Some(Self {
            inputs: inner * groups,
            outputs,
            kernel: [height, width],
            stride,
            dilation,
            groups,
            before: before(padding),
        })
    }

    /// A weight; 0 between channels of different groups.
    fn weight(&self, node: &Node, output: usize, input: usize, row: usize, column: usize) -> f32 {
        let inner = self.inputs / self.groups;
        if input / inner != output * self.groups / self.outputs {
            return 0.0;
        }
        let [height, width] = self.kernel;
        node.weight[((output * inner + input % inner) * height + row) * width + column]
    }

    const fn is_depthwise(&self) -> bool {
        self.groups > 1 && self.groups == self.inputs && self.groups == self.outputs
    }

    fn suits_winograd(&self, inputs: usize) -> bool {
        self.kernel == [3, 3] && self.stride == 1 && self.dilation == 1 && inputs >= WINOGRAD_MIN
    }
}

impl Method {
    fn forward(
        set: Instructions,
        sides: Sides,
        weight: impl Fn(usize, usize, usize, usize) -> f32,
    ) -> Self {
        let phases = Phases::forward(sides.kernel, sides.stride, sides.dilation, sides.before);
        if sides.is_depthwise() {
            let weight = |channel, row, column| weight(channel, channel, row, column);
            return Self::Depthwise(Depthwise::new(set, phases, sides.inputs, weight));
        }
        if sides.suits_winograd(sides.inputs) {
            return Self::Winograd(Winograd::new(set, sides.inputs, sides.outputs, weight));
        }
        Self::Direct(Direct::new(
            set,
            phases,
            sides.inputs,
            sides.outputs,
            weight,
        ))
    }

    fn backward(
        set: Instructions,
        sides: Sides,
        weight: impl Fn(usize, usize, usize, usize) -> f32,
    ) -> Self {
        let phases = Phases::backward(sides.kernel, sides.stride, sides.dilation, sides.before);
        if sides.is_depthwise() {
            let weight = |channel, row, column| weight(channel, channel, row, column);
            return Self::Depthwise(Depthwise::new(set, phases, sides.inputs, weight));
        }
        // From outputs to inputs.
        if sides.suits_winograd(sides.outputs) {
            let weight = |to, from, row, column| weight(from, to, 2 - row, 2 - column);
            return Self::Winograd(Winograd::new(set, sides.outputs, sides.inputs, weight));
        }
        let weight = |to, from, row, column| weight(from, to, row, column);
        Self::Direct(Direct::new(
            set,
            phases,
            sides.outputs,
            sides.inputs,
            weight,
        ))
    }

    fn run(
        &self,
        x: (&[Block], Layout),
        y: (&mut [Block], Layout),
        bits: &mut [u16],
        before: [usize; 2],
        finish: Finish<'_>,
        scratch: &Scratch,
    ) {
        match self {
            Self::Winograd(method) => method.run(x, y, bits, before, finish, scratch),
            Self::Direct(method) => method.run(x, y, bits, finish, scratch),
            Self::Depthwise(method) => method.run(x, y, bits, finish, scratch),
        }
    }
}

/// One number a channel, in blocks.
pub(super) fn blocks(numbers: &[f32]) -> Vec<Block> {
    let block = |numbers: &[f32]| {
        let mut block = Block::ZERO;
        block.0[..numbers.len()].copy_from_slice(numbers);
        block
    };
    numbers.chunks(LANES).map(block).collect()
}
