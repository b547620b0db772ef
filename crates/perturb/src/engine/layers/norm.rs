//! Layers that divide by a spread or a length.

use super::super::graph::Node;
use super::super::lanes::{Block, LANES};
use super::super::layout::Layout;
use super::Value;
use crate::pack::Op;

/// No length is taken to be less: PyTorch's `normalize`.
const LENGTH_MIN: f64 = 1e-12;

/// Group normalisation; notes each group's mean and one over its deviation.
pub(super) fn group(node: &Node, (x, from): Value<'_>, y: &mut [Block], notes: &mut [f32]) {
    let Op::GroupNorm { groups, eps, .. } = node.op else {
        return;
    };
    let each = from.channels / groups;
    let count = (each * from.rows * from.columns) as f64;
    for (group, notes) in notes.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        let channels = group * each..(group + 1) * each;
        let mean = total(from, channels.clone(), |at, lane| f64::from(x[at].0[lane])) / count;
        let square = |at: usize, lane: usize| (f64::from(x[at].0[lane]) - mean).powi(2);
        let variance = total(from, channels, square) / count;
        *notes = [
            mean as f32,
            (1.0 / (variance + f64::from(eps)).sqrt()) as f32,
        ];
    }
    for (at, (y, x)) in y.iter_mut().zip(x).enumerate() {
        let first = at / from.columns % from.blocks * LANES;
        for lane in 0..LANES {
            let channel = first + lane;
            let Some([mean, inverse]) = notes.as_chunks().0.get(channel / each) else {
                y.0[lane] = 0.0;
                continue;
            };
            let bias = node.bias.get(channel).copied().unwrap_or(0.0);
            y.0[lane] = (x.0[lane] - mean) * inverse * factor(node, channel) + bias;
        }
    }
}

pub(super) fn group_back(
    node: &Node,
    (x, from): Value<'_>,
    gy: &[Block],
    gx: &mut [Block],
    notes: &[f32],
) {
    let Op::GroupNorm { groups, .. } = node.op else {
        return;
    };
    let each = from.channels / groups;
    let count = (each * from.rows * from.columns) as f64;
    for (group, &[mean, inverse]) in notes.as_chunks().0.iter().enumerate() {
        let channels = group * each..(group + 1) * each;
        let g = |at: usize, lane: usize| {
            let channel = at / from.columns % from.blocks * LANES + lane;
            gy[at].0[lane] * factor(node, channel)
        };
        let hat = |at: usize, lane: usize| (x[at].0[lane] - mean) * inverse;
        let mean_g =
            (total(from, channels.clone(), |at, lane| f64::from(g(at, lane))) / count) as f32;
        let product = |at, lane| f64::from(g(at, lane)) * f64::from(hat(at, lane));
        let mean_product = (total(from, channels.clone(), product) / count) as f32;
        places(from, channels, |at, lane| {
            gx[at].0[lane] = inverse * (g(at, lane) - mean_g - hat(at, lane) * mean_product);
        });
    }
}

/// All numbers divided by their length, which is noted.
pub(super) fn length((x, from): Value<'_>, y: &mut [Block], notes: &mut [f32]) {
    let square = |at: usize, lane: usize| f64::from(x[at].0[lane]).powi(2);
    let length = total(from, 0..from.channels, square).sqrt().max(LENGTH_MIN) as f32;
    notes.fill(length);
    for (y, x) in y.iter_mut().zip(x) {
        for lane in 0..LANES {
            y.0[lane] = x.0[lane] / length;
        }
    }
}

pub(super) fn length_back((y, from): Value<'_>, gy: &[Block], gx: &mut [Block], notes: &[f32]) {
    let length = notes.first().copied().unwrap_or(1.0);
    let product = |at: usize, lane: usize| f64::from(y[at].0[lane]) * f64::from(gy[at].0[lane]);
    let dot = total(from, 0..from.channels, product) as f32;
    for (at, gx) in gx.iter_mut().enumerate() {
        for lane in 0..LANES {
            gx.0[lane] = (gy[at].0[lane] - y[at].0[lane] * dot) / length;
        }
    }
}

fn factor(node: &Node, channel: usize) -> f32 {
    if node.weight.is_empty() {
        return 1.0;
    }
    node.weight.get(channel).copied().unwrap_or(0.0)
}

/// The sum over some channels, always in the same order.
fn total(
    layout: Layout,
    channels: std::ops::Range<usize>,
    number: impl Fn(usize, usize) -> f64,
) -> f64 {
    let mut sum = 0.0;
    places(layout, channels, |at, lane| sum += number(at, lane));
    sum
}

/// Calls for each number of some channels: its block and lane.
fn places(layout: Layout, channels: std::ops::Range<usize>, mut place: impl FnMut(usize, usize)) {
    for row in 0..layout.rows {
        let mut channel = channels.start;
        while channel < channels.end {
            let (start, lane) = layout.place(channel, row, 0);
            let lanes = lane..LANES.min(lane + channels.end - channel);
            for at in start..start + layout.columns {
                lanes.clone().for_each(|lane| place(at, lane));
            }
            channel += lanes.len();
        }
    }
}
