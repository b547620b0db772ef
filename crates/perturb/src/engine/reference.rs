//! Every layer and its gradient, as plainly as they can be written.

use rayon::prelude::*;

use super::graph::{Network, Node};
use super::shape::{Shape, before, count};
use crate::pack::{Op, PackError, Upsampling};

type Real = f32;

/// The buffers for one size of input.
#[derive(Debug)]
pub struct Plan {
    shapes: Vec<Shape>,
    values: Vec<Vec<Real>>,
    gradients: Vec<Vec<Real>>,
    output: Vec<f32>,
    input_gradient: Vec<f32>,
}

impl Network {
    /// Buffers for pictures of one size, in pixels.
    ///
    /// # Errors
    /// The network does not take this size, or would need more memory or time than the limits allow.
    pub fn plan(&self, width: u32, height: u32) -> Result<Plan, PackError> {
        let shapes = self.shapes(width, height)?;
        let zeros = || {
            shapes
                .iter()
                .map(|shape| vec![0.0; count(*shape)])
                .collect()
        };
        let output = vec![0.0; shapes.last().map_or(0, |shape| count(*shape))];
        let input_gradient = vec![0.0; count(shapes[0])];
        Ok(Plan {
            values: zeros(),
            gradients: zeros(),
            shapes,
            output,
            input_gradient,
        })
    }
}

impl Plan {
    /// Channels, rows and columns of the output.
    #[must_use]
    pub fn output_shape(&self) -> [usize; 3] {
        self.shapes.last().copied().unwrap_or_default()
    }

    /// Runs the network on planes of 0 to 1.
    ///
    /// # Panics
    /// `network` is not the one that made this plan, or `input` has another size.
    pub fn forward(&mut self, network: &Network, input: &[f32]) -> &[f32] {
        assert_eq!(
            input.len(),
            self.values[0].len(),
            "an input of another size"
        );
        assert_eq!(
            network.nodes.len() + 1,
            self.shapes.len(),
            "another network"
        );
        let plane = self.shapes[0][1] * self.shapes[0][2];
        let settings = &network.manifest().input;
        for (at, (value, input)) in self.values[0].iter_mut().zip(input).enumerate() {
            let mean = settings.mean.get(at / plane).copied().unwrap_or(0.0);
            let std = settings.std.get(at / plane).copied().unwrap_or(1.0);
            *value = (input - mean) / std;
        }
        for (at, node) in network.nodes.iter().enumerate() {
            let (before, after) = self.values.split_at_mut(at + 1);
            let inputs: Vec<(&[Real], Shape)> = node
                .inputs
                .iter()
                .map(|&input| (before[input].as_slice(), self.shapes[input]))
                .collect();
            forward(node, &inputs, &mut after[0], self.shapes[at + 1]);
        }
        let last = &self.values[network.nodes.len()];
        for (to, from) in self.output.iter_mut().zip(last) {
            *to = *from;
        }
        &self.output
    }

    /// The gradient for the input of the last [`Plan::forward`], from that for its output.
    ///
    /// # Panics
    /// As [`Plan::forward`].
    pub fn backward(&mut self, network: &Network, output_gradient: &[f32]) -> &[f32] {
        assert_eq!(
            output_gradient.len(),
            self.output.len(),
            "a gradient of another size"
        );
        for gradient in &mut self.gradients {
            gradient.fill(0.0);
        }
        let last = network.nodes.len();
        for (to, from) in self.gradients[last].iter_mut().zip(output_gradient) {
            *to = Real::from(*from);
        }
        for (at, node) in network.nodes.iter().enumerate().rev() {
            let (before, after) = self.gradients.split_at_mut(at + 1);
            for which in 0..node.inputs.len() {
                let inputs: Vec<(&[Real], Shape)> = node
                    .inputs
                    .iter()
                    .map(|&input| (self.values[input].as_slice(), self.shapes[input]))
                    .collect();
                let to = &mut before[node.inputs[which]];
                let output = (self.values[at + 1].as_slice(), self.shapes[at + 1]);
                backward(node, &inputs, which, output, &after[0], to);
            }
        }
        let plane = self.shapes[0][1] * self.shapes[0][2];
        let settings = &network.manifest().input;
        for (at, (to, from)) in self
            .input_gradient
            .iter_mut()
            .zip(&self.gradients[0])
            .enumerate()
        {
            *to = *from / settings.std.get(at / plane).copied().unwrap_or(1.0);
        }
        &self.input_gradient
    }
}

fn forward(node: &Node, inputs: &[(&[Real], Shape)], y: &mut [Real], to: Shape) {
    let (x, from) = inputs[0];
    let plane = (from[1] * from[2]).max(1);
    let weight = |channel: usize| Real::from(node.weight[channel % node.weight.len()]);
    let bias = |channel: usize| node.bias.get(channel).map_or(0.0, |bias| Real::from(*bias));
    match &node.op {
        Op::Conv { .. } => {
            y.par_chunks_mut(to[1] * to[2])
                .enumerate()
                .for_each(|(output, y)| {
                    y.fill(bias(output));
                    taps(
                        node,
                        from,
                        to,
                        output,
                        0..usize::MAX,
                        |channel, factor, from_row, to_row, columns| {
                            let x = &x[channel * plane + from_row * from[2]..][..from[2]];
                            let y = &mut y[to_row * to[2]..][..to[2]];
                            for (at, source) in columns {
                                y[at] += factor * x[source];
                            }
                        },
                    );
                });
        }
        Op::MaxPool { .. } => windows(node, from, to, |at, window, _| {
            y[at] = window.fold(Real::NEG_INFINITY, |most, at| most.max(x[at]));
        }),
        Op::AvgPool { .. } => windows(node, from, to, |at, window, size| {
            y[at] = window.map(|at| x[at]).sum::<Real>() / size as Real;
        }),
        Op::GlobalAvgPool => {
            for (y, x) in y.iter_mut().zip(x.chunks(plane)) {
                *y = x.iter().sum::<Real>() / plane as Real;
            }
        }
        Op::Add => {
            y.fill(0.0);
            for (x, _) in inputs {
                y.iter_mut().zip(*x).for_each(|(y, x)| *y += x);
            }
        }
        Op::Sub => zip(y, x, inputs[1].0, |a, b| a - b),
        Op::Mul => zip(y, x, inputs[1].0, |a, b| a * b),
        Op::Scale { .. } => each(y, x, plane, |x, channel| {
            x * weight(channel) + bias(channel)
        }),
        Op::Relu => each(y, x, plane, |x, _| x.max(0.0)),
        Op::LeakyRelu { slope } => {
            each(y, x, plane, |x, _| {
                if x > 0.0 { x } else { x * Real::from(*slope) }
            });
        }
        Op::Prelu { .. } => {
            each(
                y,
                x,
                plane,
                |x, channel| if x > 0.0 { x } else { x * weight(channel) },
            );
        }
        Op::Tanh { scale } => {
            let scale = Real::from(*scale);
            each(y, x, plane, |x, _| scale * (x / scale).tanh());
        }
        Op::Sigmoid => each(y, x, plane, |x, _| 1.0 / (1.0 + (-x).exp())),
        Op::Clamp { min, max } => each(y, x, plane, |x, _| {
            x.clamp(Real::from(*min), Real::from(*max))
        }),
        Op::GroupNorm { groups, eps, .. } => {
            let length = x.len() / groups;
            for (group, (y, x)) in y.chunks_mut(length).zip(x.chunks(length)).enumerate() {
                let (mean, inverse) = moments(x, Real::from(*eps));
                for (at, (y, x)) in y.iter_mut().zip(x).enumerate() {
                    let channel = (group * length + at) / plane;
                    let factor = if node.weight.is_empty() {
                        1.0
                    } else {
                        weight(channel)
                    };
                    *y = (x - mean) * inverse * factor + bias(channel);
                }
            }
        }
        Op::L2Normalise => {
            let length = length(x);
            each(y, x, plane, |x, _| x / length);
        }
        Op::Linear { .. } => {
            let [_, width, ..] = node.kernel();
            y.par_iter_mut().enumerate().for_each(|(output, y)| {
                let row = &node.weight[output * width..][..width];
                *y = bias(output)
                    + row
                        .iter()
                        .zip(x)
                        .map(|(w, x)| Real::from(*w) * x)
                        .sum::<Real>();
            });
        }
        Op::Upsample { .. }
        | Op::PixelShuffle { .. }
        | Op::PixelUnshuffle { .. }
        | Op::Pad { .. }
        | Op::Flatten
        | Op::PadChannels { .. } => {
            y.fill(0.0);
            moves(node, from, to, |source, target, factor| {
                y[target] += factor * x[source];
            });
        }
        Op::Concat => {
            let mut start = 0;
            for (x, _) in inputs {
                y[start..][..x.len()].copy_from_slice(x);
                start += x.len();
            }
        }
    }
}

/// Adds to the gradient `gx` of input `which`.
fn backward(
    node: &Node,
    inputs: &[(&[Real], Shape)],
    which: usize,
    (y, to): (&[Real], Shape),
    gy: &[Real],
    gx: &mut [Real],
) {
    let (x, from) = inputs[which];
    let plane = (from[1] * from[2]).max(1);
    let weight = |channel: usize| Real::from(node.weight[channel % node.weight.len()]);
    // The gradient times a factor, number by number.
    fn by(gx: &mut [Real], gy: &[Real], factor: impl Fn(usize) -> Real) {
        for (at, (gx, gy)) in gx.iter_mut().zip(gy).enumerate() {
            *gx += gy * factor(at);
        }
    }
    match &node.op {
        Op::Conv { groups, .. } => {
            let [outputs, inner, ..] = node.kernel();
            let each = outputs / groups;
            gx.par_chunks_mut(plane)
                .enumerate()
                .for_each(|(channel, gx)| {
                    let group = channel / inner;
                    for output in group * each..(group + 1) * each {
                        taps(
                            node,
                            from,
                            to,
                            output,
                            channel..channel + 1,
                            |_, factor, from_row, to_row, columns| {
                                let gy = &gy[(output * to[1] + to_row) * to[2]..][..to[2]];
                                let gx = &mut gx[from_row * from[2]..][..from[2]];
                                for (at, source) in columns {
                                    gx[source] += factor * gy[at];
                                }
                            },
                        );
                    }
                });
        }
        Op::MaxPool { .. } => windows(node, from, to, |at, window, _| {
            let mut window = window;
            if let Some(most) = (&mut window).find(|source| x[*source] == y[at]) {
                gx[most] += gy[at];
            }
        }),
        Op::AvgPool { .. } => windows(node, from, to, |at, window, size| {
            window.for_each(|source| gx[source] += gy[at] / size as Real);
        }),
        Op::GlobalAvgPool => {
            for (gx, gy) in gx.chunks_mut(plane).zip(gy) {
                gx.iter_mut().for_each(|gx| *gx += gy / plane as Real);
            }
        }
        Op::Add => by(gx, gy, |_| 1.0),
        Op::Sub => by(gx, gy, |_| if which == 0 { 1.0 } else { -1.0 }),
        Op::Mul => by(gx, gy, |at| inputs[1 - which].0[at]),
        Op::Scale { .. } => by(gx, gy, |at| weight(at / plane)),
        Op::Relu => by(gx, gy, |at| if x[at] > 0.0 { 1.0 } else { 0.0 }),
        Op::LeakyRelu { slope } => {
            by(
                gx,
                gy,
                |at| if x[at] > 0.0 { 1.0 } else { Real::from(*slope) },
            );
        }
        Op::Prelu { .. } => by(
            gx,
            gy,
            |at| if x[at] > 0.0 { 1.0 } else { weight(at / plane) },
        ),
        Op::Tanh { scale } => {
            let scale = Real::from(*scale);
            by(gx, gy, |at| 1.0 - (y[at] / scale) * (y[at] / scale));
        }
        Op::Sigmoid => by(gx, gy, |at| y[at] * (1.0 - y[at])),
        Op::Clamp { min, max } => by(gx, gy, |at| {
            let inside = x[at] > Real::from(*min) && x[at] < Real::from(*max);
            if inside { 1.0 } else { 0.0 }
        }),
        Op::GroupNorm { groups, eps, .. } => {
            let length = x.len() / groups;
            for group in 0..*groups {
                let start = group * length;
                let x = &x[start..][..length];
                let (mean, inverse) = moments(x, Real::from(*eps));
                let factor = |at: usize| {
                    if node.weight.is_empty() {
                        1.0
                    } else {
                        weight((start + at) / plane)
                    }
                };
                let g = |at: usize| gy[start + at] * factor(at);
                let hat = |at: usize| (x[at] - mean) * inverse;
                let mean_g = (0..length).map(g).sum::<Real>() / length as Real;
                let mean_gh = (0..length).map(|at| g(at) * hat(at)).sum::<Real>() / length as Real;
                for at in 0..length {
                    gx[start + at] += inverse * (g(at) - mean_g - hat(at) * mean_gh);
                }
            }
        }
        Op::L2Normalise => {
            let length = length(x);
            let dot: Real = y.iter().zip(gy).map(|(y, gy)| y * gy).sum();
            for (at, gx) in gx.iter_mut().enumerate() {
                *gx += (gy[at] - y[at] * dot) / length;
            }
        }
        Op::Linear { .. } => {
            let [_, width, ..] = node.kernel();
            for (row, gy) in node.weight.chunks(width).zip(gy) {
                gx.iter_mut()
                    .zip(row)
                    .for_each(|(gx, w)| *gx += gy * Real::from(*w));
            }
        }
        Op::Upsample { .. }
        | Op::PixelShuffle { .. }
        | Op::PixelUnshuffle { .. }
        | Op::Pad { .. }
        | Op::Flatten
        | Op::PadChannels { .. } => {
            moves(node, from, to, |source, target, factor| {
                gx[source] += factor * gy[target];
            });
        }
        Op::Concat => {
            let start: usize = inputs[..which].iter().map(|(x, _)| x.len()).sum();
            by(gx, &gy[start..], |_| 1.0);
        }
    }
}

/// Calls for each tap and row of one output channel: input channel, weight, input row, output row, and pairs of output and input columns.
fn taps(
    node: &Node,
    from: Shape,
    to: Shape,
    output: usize,
    only: std::ops::Range<usize>,
    mut tap: impl FnMut(
        usize,
        Real,
        usize,
        usize,
        std::iter::Map<std::ops::Range<usize>, &dyn Fn(usize) -> (usize, usize)>,
    ),
) {
    let Op::Conv {
        stride,
        padding,
        dilation,
        groups,
        ..
    } = node.op
    else {
        return;
    };
    let [outputs, inner, height, width] = node.kernel();
    let [top, left] = before(padding);
    let first = output / (outputs / groups) * inner;
    for input in (0..inner).filter(|input| only.contains(&(first + input))) {
        for ky in 0..height {
            for kx in 0..width {
                let factor = node.weight[((output * inner + input) * height + ky) * width + kx];
                let shift = kx * dilation;
                // Output columns whose input column lies inside.
                let start = left.saturating_sub(shift).div_ceil(stride);
                let end = (from[2] + left)
                    .saturating_sub(shift)
                    .div_ceil(stride)
                    .min(to[2]);
                for row in 0..to[1] {
                    let Some(source) = (row * stride + ky * dilation).checked_sub(top) else {
                        continue;
                    };
                    if source < from[1] && start < end {
                        let place = move |at: usize| (at, at * stride + shift - left);
                        let place: &dyn Fn(usize) -> (usize, usize) = &place;
                        tap(
                            first + input,
                            Real::from(factor),
                            source,
                            row,
                            (start..end).map(place),
                        );
                    }
                }
            }
        }
    }
}

/// Calls for each output of a pooling layer: its position, the positions in its window, and what an average divides by.
fn windows(
    node: &Node,
    from: Shape,
    to: Shape,
    mut window: impl FnMut(usize, &mut dyn Iterator<Item = usize>, usize),
) {
    let (size, stride, padding, count_padding) = match node.op {
        Op::MaxPool {
            size,
            stride,
            padding,
            ..
        } => (size, stride, padding, true),
        Op::AvgPool {
            size,
            stride,
            padding,
            count_padding,
            ..
        } => (size, stride, padding, count_padding),
        _ => return,
    };
    let stride = stride.unwrap_or(size);
    let [top, left, bottom, right] = padding.sides();
    let span = |at: usize, before: usize, length: usize, after: usize| {
        let start = at * stride;
        let inside = start.max(before) - before..(start + size).min(length + before) - before;
        (inside, (start + size).min(length + before + after) - start)
    };
    for channel in 0..to[0] {
        for row in 0..to[1] {
            for column in 0..to[2] {
                let (rows, high) = span(row, top, from[1], bottom);
                let (columns, wide) = span(column, left, from[2], right);
                let area = if count_padding {
                    high * wide
                } else {
                    rows.len() * columns.len()
                };
                let mut inside = rows.flat_map(|y| {
                    columns
                        .clone()
                        .map(move |x| (channel * from[1] + y) * from[2] + x)
                });
                window((channel * to[1] + row) * to[2] + column, &mut inside, area);
            }
        }
    }
}

/// Calls for each number that a layer moves: where from, where to, and with what weight.
fn moves(node: &Node, from: Shape, to: Shape, mut moved: impl FnMut(usize, usize, Real)) {
    let at = |shape: Shape, channel: usize, row: usize, column: usize| {
        (channel * shape[1] + row) * shape[2] + column
    };
    for channel in 0..from[0] {
        for row in 0..from[1] {
            for column in 0..from[2] {
                let source = at(from, channel, row, column);
                match node.op {
                    Op::PixelShuffle { factor } => {
                        let (channel, inner) =
                            (channel / (factor * factor), channel % (factor * factor));
                        let (row, column) = (
                            row * factor + inner / factor,
                            column * factor + inner % factor,
                        );
                        moved(source, at(to, channel, row, column), 1.0);
                    }
                    Op::PixelUnshuffle { factor } => {
                        let inner = row % factor * factor + column % factor;
                        moved(
                            source,
                            at(
                                to,
                                channel * factor * factor + inner,
                                row / factor,
                                column / factor,
                            ),
                            1.0,
                        );
                    }
                    Op::Pad { padding } => {
                        let [top, left] = before(padding);
                        moved(source, at(to, channel, row + top, column + left), 1.0);
                    }
                    Op::Upsample { .. } => {}
                    _ => moved(source, source, 1.0),
                }
            }
        }
    }
    if let Op::Upsample { factor, mode } = node.op {
        for channel in 0..to[0] {
            for row in 0..to[1] {
                for column in 0..to[2] {
                    let target = at(to, channel, row, column);
                    for (y, wy) in sources(row, factor, from[1], mode) {
                        for (x, wx) in sources(column, factor, from[2], mode) {
                            moved(at(from, channel, y, x), target, wy * wx);
                        }
                    }
                }
            }
        }
    }
}

/// The two pixels along a side that an enlarged one is made of, and their weights.
fn sources(at: usize, factor: usize, length: usize, mode: Upsampling) -> [(usize, Real); 2] {
    if mode == Upsampling::Nearest {
        return [(at / factor, 1.0), (at / factor, 0.0)];
    }
    let place = ((at as Real + 0.5) / factor as Real - 0.5).max(0.0);
    let first = (place as usize).min(length - 1);
    let share = place - first as Real;
    [(first, 1.0 - share), ((first + 1).min(length - 1), share)]
}

fn each(y: &mut [Real], x: &[Real], plane: usize, f: impl Fn(Real, usize) -> Real) {
    for (at, (y, x)) in y.iter_mut().zip(x).enumerate() {
        *y = f(*x, at / plane);
    }
}

fn zip(y: &mut [Real], a: &[Real], b: &[Real], f: impl Fn(Real, Real) -> Real) {
    for (y, (a, b)) in y.iter_mut().zip(a.iter().zip(b)) {
        *y = f(*a, *b);
    }
}

/// The mean, and one over the standard deviation.
fn moments(x: &[Real], eps: Real) -> (Real, Real) {
    let mean = x.iter().sum::<Real>() / x.len() as Real;
    let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<Real>() / x.len() as Real;
    (mean, 1.0 / (variance + eps).sqrt())
}

fn length(x: &[Real]) -> Real {
    x.iter().map(|x| x * x).sum::<Real>().sqrt().max(1e-12)
}
