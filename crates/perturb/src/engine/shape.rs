//! Shapes of the values between layers.

use super::graph::Node;
use crate::pack::{Op, PackError, PackLimits, Padding};

/// Channels, rows, columns.
pub(crate) type Shape = [usize; 3];

/// How many numbers a value of this shape has; the largest number where that cannot be counted.
pub(crate) fn count(shape: Shape) -> usize {
    shape
        .iter()
        .fold(1, |product: usize, side| product.saturating_mul(*side))
}

/// The shapes of all values for an input of this shape: first the input's, then one a layer.
pub(super) fn all(
    nodes: &[Node],
    input: Shape,
    limits: &PackLimits,
) -> Result<Vec<Shape>, PackError> {
    let mut shapes = vec![input];
    let mut multiplications = 0_u64;
    for (layer, node) in nodes.iter().enumerate() {
        let inputs: Vec<Shape> = node.inputs.iter().map(|&at| shapes[at]).collect();
        let wrong = |reason| PackError::Shape {
            layer,
            op: node.op.name(),
            found: inputs[0],
            reason,
        };
        let shape = output(node, &inputs).map_err(wrong)?;
        if shape.contains(&0) {
            return Err(wrong("nothing would be left"));
        }
        limits.check(
            "channels",
            shape[0],
            limits.channels_max.max(flat_max(&node.op)),
        )?;
        limits.check("values", count(shape), limits.values_max)?;
        multiplications = multiplications.saturating_add(node.multiplications(shape));
        if multiplications > limits.multiplications_max {
            return Err(PackError::TooLarge {
                what: "multiplications",
                found: usize::try_from(multiplications).unwrap_or(usize::MAX),
                max: usize::try_from(limits.multiplications_max).unwrap_or(usize::MAX),
            });
        }
        shapes.push(shape);
    }
    Ok(shapes)
}

/// Flattening makes channels of pixels; only memory bounds those.
const fn flat_max(op: &Op) -> usize {
    match op {
        Op::Flatten => usize::MAX,
        _ => 0,
    }
}

fn output(node: &Node, inputs: &[Shape]) -> Result<Shape, &'static str> {
    let first = inputs[0];
    let [channels, rows, columns] = first;
    Ok(match &node.op {
        Op::Conv {
            stride,
            padding,
            dilation,
            groups,
            ..
        } => {
            let [outputs, inner, height, width] = node.kernel();
            if inner * groups != channels || outputs % groups != 0 {
                return Err("the weights are for another number of channels");
            }
            let [top, left, bottom, right] = padding.sides();
            let side = |size: usize, around: usize, kernel: usize| {
                let room = (size + around).checked_sub((kernel - 1) * dilation + 1)?;
                Some(room / stride + 1)
            };
            [
                outputs,
                side(rows, top + bottom, height).ok_or("it is smaller than the kernel")?,
                side(columns, left + right, width).ok_or("it is smaller than the kernel")?,
            ]
        }
        Op::MaxPool {
            size,
            stride,
            padding,
            ceil,
        }
        | Op::AvgPool {
            size,
            stride,
            padding,
            ceil,
            ..
        } => {
            let [top, left, bottom, right] = padding.sides();
            let stride = stride.unwrap_or(*size);
            let side = |length, before, after| {
                pooled(length, before, after, *size, stride, *ceil)
                    .ok_or("it is smaller than the window")
            };
            [
                channels,
                side(rows, top, bottom)?,
                side(columns, left, right)?,
            ]
        }
        Op::GlobalAvgPool => [channels, 1, 1],
        Op::Add | Op::Sub | Op::Mul => {
            if inputs.iter().any(|shape| *shape != first) {
                return Err("the inputs have different shapes");
            }
            first
        }
        Op::Concat => {
            if inputs.iter().any(|shape| shape[1..] != first[1..]) {
                return Err("the inputs have different sizes");
            }
            let channels = inputs.iter().map(|shape| shape[0]).sum();
            [channels, rows, columns]
        }
        Op::Upsample { factor, .. } => [channels, rows * factor, columns * factor],
        Op::PixelShuffle { factor } => {
            if channels % (factor * factor) != 0 {
                return Err("the channels are no multiple of the factor squared");
            }
            [
                channels / (factor * factor),
                rows * factor,
                columns * factor,
            ]
        }
        Op::PixelUnshuffle { factor } => {
            if rows % factor != 0 || columns % factor != 0 {
                return Err("the size is no multiple of the factor");
            }
            [channels * factor * factor, rows / factor, columns / factor]
        }
        Op::Linear { .. } => {
            let [outputs, inputs, ..] = node.kernel();
            if inputs != count(first) {
                return Err("the matrix is for another number of values");
            }
            [outputs, 1, 1]
        }
        Op::Prelu { .. } => {
            if node.weight.len() != 1 && node.weight.len() != channels {
                return Err("there is not one slope a channel");
            }
            first
        }
        Op::Scale { .. } => {
            if node.weight.len() != channels {
                return Err("there is not one factor a channel");
            }
            first
        }
        Op::GroupNorm { groups, .. } => {
            if channels % groups != 0 {
                return Err("the channels are no multiple of the groups");
            }
            if !node.weight.is_empty() && node.weight.len() != channels
                || !node.bias.is_empty() && node.bias.len() != channels
            {
                return Err("there is not one factor a channel");
            }
            first
        }
        Op::Pad { padding } => {
            let [top, left, bottom, right] = padding.sides();
            [channels, rows + top + bottom, columns + left + right]
        }
        Op::Flatten => [count(first), 1, 1],
        Op::PadChannels { to } => {
            if *to < channels {
                return Err("it has more channels already");
            }
            [*to, rows, columns]
        }
        Op::Relu
        | Op::LeakyRelu { .. }
        | Op::Tanh { .. }
        | Op::Sigmoid
        | Op::Clamp { .. }
        | Op::L2Normalise => first,
    })
}

/// How many windows there are along a side, as PyTorch counts them.
fn pooled(
    length: usize,
    before: usize,
    after: usize,
    size: usize,
    stride: usize,
    ceil: bool,
) -> Option<usize> {
    let room = (length + before + after).checked_sub(size)?;
    let floor = room / stride + 1;
    if !ceil || room % stride == 0 {
        return Some(floor);
    }
    // One more, which hangs over the end; but it must begin inside.
    Some(if floor * stride < length + before {
        floor + 1
    } else {
        floor
    })
}

/// The top and left border of a layer.
pub(super) fn before(padding: Padding) -> [usize; 2] {
    let [top, left, ..] = padding.sides();
    [top, left]
}
