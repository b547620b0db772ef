//! What is run: the layers that the output depends on, those that follow a convolution put into it.

use super::conv::{Bend, Conv, Slopes, blocks};
use super::graph::Node;
use super::lanes::{Block, Instructions, LANES};
use crate::pack::{Op, PackError, PackLimits};

/// A convolution with all that is done to its sums, or another layer.
#[derive(Debug)]
pub(super) struct Step {
    /// The node of the convolution, or of the layer.
    pub(super) node: usize,
    /// The value that it makes.
    pub(super) output: usize,
    /// The values that it takes, without [`Step::residual`].
    pub(super) inputs: Vec<usize>,
    pub(super) conv: Option<Conv>,
    /// A value that is added to a convolution.
    pub(super) residual: Option<usize>,
    /// What a convolution ends with.
    pub(super) bend: Option<Slope>,
}

/// The slopes of a bend below 0.
#[derive(Debug)]
pub(super) enum Slope {
    Zero,
    /// One for all channels.
    One(Vec<Block>),
    /// One a channel.
    Each(Vec<Block>),
}

impl Slope {
    pub(super) fn forward(&self) -> Bend<'_> {
        Bend::Forward(self.slopes())
    }

    pub(super) fn backward<'a>(&'a self, bits: &'a [u16]) -> Bend<'a> {
        Bend::Backward(self.slopes(), bits)
    }

    pub(super) fn slopes(&self) -> Slopes<'_> {
        match self {
            Self::Zero => Slopes::Zero,
            Self::One(blocks) | Self::Each(blocks) => Slopes::Each(blocks),
        }
    }

    /// Of a ReLU of any kind, for so many channels.
    pub(super) fn of(node: &Node, channels: usize) -> Option<Self> {
        Some(match node.op {
            Op::Relu => Self::Zero,
            Op::LeakyRelu { slope } => Self::One(blocks(&vec![slope; channels])),
            Op::Prelu { .. } if node.weight.len() == 1 => {
                Self::One(blocks(&vec![node.weight[0]; channels]))
            }
            Op::Prelu { .. } => Self::Each(blocks(&node.weight)),
            _ => return None,
        })
    }
}

/// The steps for these nodes, in the order in which they run.
pub(super) fn steps(
    nodes: &mut [Node],
    set: Instructions,
    limits: &PackLimits,
) -> Result<Vec<Step>, PackError> {
    let uses = uses(nodes);
    let mut taken = vec![false; nodes.len()];
    let mut steps = Vec::new();
    let mut packed = 0_usize;
    for at in 0..nodes.len() {
        if taken[at] || (uses[at + 1].is_empty() && at + 1 < nodes.len()) {
            continue;
        }
        let mut step = Step {
            node: at,
            output: at + 1,
            inputs: nodes[at].inputs.clone(),
            conv: None,
            residual: None,
            bend: None,
        };
        if matches!(nodes[at].op, Op::Conv { .. }) {
            follow(&mut step, nodes, &uses, &mut taken);
            packed = packed.saturating_add(laid_out(&nodes[at]));
            limits.check(
                "weights when laid out",
                packed,
                limits.weights_max.saturating_mul(4),
            )?;
            step.conv = Conv::new(&nodes[at], set);
        }
        steps.push(step);
    }
    steps.sort_by_key(|step| step.output);
    Ok(steps)
}

/// Who takes each value, of the nodes that the output depends on.
fn uses(nodes: &[Node]) -> Vec<Vec<usize>> {
    let mut uses = vec![Vec::new(); nodes.len() + 1];
    for (at, node) in nodes.iter().enumerate().rev() {
        let is_needed = at + 1 == nodes.len() || !uses[at + 1].is_empty();
        for input in node.inputs.iter().filter(|_| is_needed) {
            uses[*input].push(at);
        }
    }
    uses
}

/// Puts into a convolution what follows it and nothing else takes.
fn follow(step: &mut Step, nodes: &mut [Node], uses: &[Vec<usize>], taken: &mut [bool]) {
    let only = |value: usize| match uses[value][..] {
        [user] => Some(user),
        _ => None,
    };
    if let Some(next) = only(step.output)
        && matches!(nodes[next].op, Op::Scale { .. })
        && nodes[next].weight.len() == nodes[step.node].kernel()[0]
    {
        let scale = nodes[next].clone();
        nodes[step.node].scale(&scale);
        taken[next] = true;
        step.output = next + 1;
    }
    if let Some(next) = only(step.output)
        && matches!(nodes[next].op, Op::Add)
        && let [a, b] = nodes[next].inputs[..]
        && !taken[next]
    {
        step.residual = Some(if a == step.output { b } else { a });
        taken[next] = true;
        step.output = next + 1;
    }
    if let Some(next) = only(step.output)
        && let Some(slope) = Slope::of(&nodes[next], nodes[step.node].kernel()[0])
    {
        step.bend = Some(slope);
        taken[next] = true;
        step.output = next + 1;
    }
}

/// How many numbers a convolution's weights are when they are laid out, forward and back.
fn laid_out(node: &Node) -> usize {
    let Op::Conv { groups, .. } = node.op else {
        return 0;
    };
    let [outputs, inner, height, width] = node.kernel();
    let is_depthwise = inner == 1 && groups == outputs;
    let dense = if is_depthwise {
        outputs.next_multiple_of(LANES)
    } else {
        let inputs = (inner * groups).next_multiple_of(LANES);
        outputs.next_multiple_of(LANES).saturating_mul(inputs)
    };
    // 36 places for 9 weights, at most.
    let each = if [height, width] == [3, 3] {
        36
    } else {
        height * width
    };
    dense.saturating_mul(each).saturating_mul(2)
}
