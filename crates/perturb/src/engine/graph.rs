//! A network: its layers with their weights, in the order in which they run.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use super::lanes::Instructions;
use super::program::{self, Step};
use super::shape;
use crate::pack::{Manifest, Op, Pack, PackError, PackLimits, Tensor};

/// A frozen network, ready to run.
#[derive(Debug)]
pub struct Network {
    manifest: Manifest,
    limits: PackLimits,
    pub(super) nodes: Vec<Node>,
    pub(super) steps: Vec<Step>,
    pub(super) set: Instructions,
    /// Tells this network's plans from those of others.
    pub(super) number: u64,
}

/// One layer. Value 0 is the network's input; layer `n` makes value `n + 1`.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) op: Op,
    /// The values that it takes.
    pub(super) inputs: Vec<usize>,
    /// Empty where it has none.
    pub(super) weight: Vec<f32>,
    weight_shape: Vec<usize>,
    /// Empty where it has none.
    pub(super) bias: Vec<f32>,
}

impl Network {
    /// # Errors
    /// A layer refers to none before it, or its tensors have the wrong shape.
    pub fn new(pack: &Pack) -> Result<Self, PackError> {
        Self::with_instructions(pack, Instructions::best())
    }

    /// As [`Network::new`], for an instruction set; portable code where the processor does not have it.
    ///
    /// # Errors
    /// As [`Network::new`].
    pub fn with_instructions(pack: &Pack, set: Instructions) -> Result<Self, PackError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let set = if Instructions::available().contains(&set) {
            set
        } else {
            Instructions::Portable
        };
        let manifest = pack.manifest().clone();
        let limits = *pack.limits();
        let mut nodes = nodes(pack)?;
        let input = &manifest.input;
        if input.width > 0 {
            let size = [input.channels, side(input.height), side(input.width)];
            shape::all(&nodes, size, &limits)?;
        }
        let steps = program::steps(&mut nodes, set, &limits)?;
        Ok(Self {
            manifest,
            limits,
            nodes,
            steps,
            set,
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
        })
    }

    /// What the pack says of itself.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The instruction set that it runs with.
    #[must_use]
    pub const fn instructions(&self) -> Instructions {
        self.set
    }

    pub(super) const fn limits(&self) -> &PackLimits {
        &self.limits
    }

    /// The shapes of all values for a picture of this size.
    pub(super) fn shapes(&self, width: u32, height: u32) -> Result<Vec<shape::Shape>, PackError> {
        self.manifest.input.takes(width, height)?;
        let input = [self.manifest.input.channels, side(height), side(width)];
        self.limits
            .check("values", shape::count(input), self.limits.values_max)?;
        shape::all(&self.nodes, input, &self.limits)
    }
}

impl Node {
    /// Puts a layer that scales each channel into the weights of this convolution.
    pub(super) fn scale(&mut self, scale: &Self) {
        let each = self.weight.len() / scale.weight.len().max(1);
        for (weights, factor) in self.weight.chunks_mut(each.max(1)).zip(&scale.weight) {
            weights.iter_mut().for_each(|weight| *weight *= factor);
        }
        let at = |list: &[f32], channel: usize| list.get(channel).copied().unwrap_or(0.0);
        let bias = |(channel, factor): (usize, &f32)| {
            at(&self.bias, channel) * factor + at(&scale.bias, channel)
        };
        self.bias = scale.weight.iter().enumerate().map(bias).collect();
    }

    /// The four sides of a kernel, or the two of a matrix and ones.
    pub(super) fn kernel(&self) -> [usize; 4] {
        let mut sides = [1; 4];
        for (side, length) in sides.iter_mut().zip(&self.weight_shape) {
            *side = *length;
        }
        sides
    }

    /// How many multiplications making a value of this shape takes.
    pub(super) fn multiplications(&self, output: shape::Shape) -> u64 {
        let [_, inner, height, width] = self.kernel();
        let each = match &self.op {
            Op::Conv { .. } | Op::Linear { .. } => inner * height * width,
            Op::MaxPool { size, .. } | Op::AvgPool { size, .. } => size * size,
            _ => 1,
        };
        (shape::count(output) as u64).saturating_mul(each as u64)
    }
}

/// Resolves names to positions, and tensors to numbers.
fn nodes(pack: &Pack) -> Result<Vec<Node>, PackError> {
    let mut names = BTreeMap::from([("input", 0)]);
    let mut nodes: Vec<Node> = Vec::new();
    for (layer, described) in pack.manifest().layers.iter().enumerate() {
        let mut inputs = Vec::new();
        for input in &described.inputs {
            let at = names
                .get(input.as_str())
                .ok_or_else(|| PackError::UnknownInput {
                    layer,
                    input: input.clone(),
                })?;
            inputs.push(*at);
        }
        if inputs.is_empty() {
            inputs.push(layer);
        }
        if let Some(name) = &described.name
            && names.insert(name, layer + 1).is_some()
        {
            return Err(PackError::DuplicateName {
                layer,
                name: name.clone(),
            });
        }
        nodes.push(node(layer, &described.op, inputs, pack)?);
    }
    Ok(nodes)
}

fn node(layer: usize, op: &Op, inputs: Vec<usize>, pack: &Pack) -> Result<Node, PackError> {
    let limits = pack.limits();
    let read = |name: &str, sides: usize, needed: &str| {
        let tensor = pack.tensor(name)?;
        let fits = tensor.shape.len() == sides && !tensor.values.is_empty();
        if fits {
            return Ok(tensor.clone());
        }
        Err(PackError::TensorShape {
            layer,
            tensor: name.to_owned(),
            found: tensor.shape.clone(),
            needed: needed.to_owned(),
        })
    };
    let none = || Tensor {
        shape: Vec::new(),
        values: Vec::new(),
    };
    let per_channel = |name: Option<&String>| match name {
        Some(name) => read(name, 1, "one number a channel"),
        None => Ok(none()),
    };
    let (weight, bias, outputs) = match op {
        Op::Conv { weight, bias, .. } => {
            let kernel = read(
                weight,
                4,
                "four sides: output, input per group, rows, columns",
            )?;
            for side in &kernel.shape[2..] {
                limits.check("rows or columns of a kernel", *side, limits.reach_max)?;
            }
            let outputs = kernel.shape[0];
            (kernel, per_channel(bias.as_ref())?, Some((bias, outputs)))
        }
        Op::Linear { weight, bias } => {
            let matrix = read(weight, 2, "two sides: output, input")?;
            let outputs = matrix.shape[0];
            (matrix, per_channel(bias.as_ref())?, Some((bias, outputs)))
        }
        Op::Scale { weight, bias } => {
            let factors = read(weight, 1, "one number a channel")?;
            let outputs = factors.shape[0];
            (factors, per_channel(bias.as_ref())?, Some((bias, outputs)))
        }
        Op::Prelu { weight } => (read(weight, 1, "one number a channel")?, none(), None),
        Op::GroupNorm { weight, bias, .. } => (
            per_channel(weight.as_ref())?,
            per_channel(bias.as_ref())?,
            None,
        ),
        _ => (none(), none(), None),
    };
    if let Some((Some(name), outputs)) = outputs
        && bias.values.len() != outputs
    {
        return Err(PackError::TensorShape {
            layer,
            tensor: name.clone(),
            found: bias.shape,
            needed: format!("[{outputs}]"),
        });
    }
    Ok(Node {
        op: op.clone(),
        inputs,
        weight: weight.values,
        weight_shape: weight.shape,
        bias: bias.values,
    })
}

fn side(pixels: u32) -> usize {
    pixels as usize
}
