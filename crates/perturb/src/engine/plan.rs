//! A network at work on one size of input.

use rayon::prelude::*;

use super::conv::{Bend, Plus, Scratch, Slopes};
use super::graph::Network;
use super::lanes::{Block, LANES};
use super::layers::{self, Notes, NotesSize};
use super::layout::{Layout, from_planes, to_planes};
use super::program::Step;
use super::schedule::{Back, Run, Schedule};
use super::shape::{Shape, count};
use crate::pack::{Op, PackError};

/// The buffers of a network for one size of input. All memory is taken when it is made: running takes none.
#[derive(Debug)]
pub struct Plan {
    /// Of the network.
    number: u64,
    layouts: Vec<Layout>,
    shapes: [Shape; 2],
    schedule: Schedule,
    buffers: Vec<Vec<Block>>,
    notes: Vec<Notes>,
    scratch: Scratch,
    output: Vec<f32>,
    /// Empty in a plan without gradients.
    input_gradient: Vec<f32>,
}

impl Network {
    /// Buffers for pictures of one size, in pixels: forward and back.
    ///
    /// # Errors
    /// The network does not take this size, or would need more memory or time than the limits allow.
    pub fn plan(&self, width: u32, height: u32) -> Result<Plan, PackError> {
        self.planned(width, height, true)
    }

    /// As [`Network::plan`], with less memory: [`Plan::backward`] gives nothing.
    ///
    /// # Errors
    /// As [`Network::plan`].
    pub fn plan_forward(&self, width: u32, height: u32) -> Result<Plan, PackError> {
        self.planned(width, height, false)
    }

    fn planned(&self, width: u32, height: u32, with_gradient: bool) -> Result<Plan, PackError> {
        let shapes = self.shapes(width, height)?;
        self.steps.par_iter().for_each(|step| {
            let node = &self.nodes[step.node];
            if let Some(conv) = &step.conv {
                conv.prepare_forward(node);
                if with_gradient {
                    conv.prepare_backward(node);
                }
            }
        });
        let layouts: Vec<Layout> = shapes.iter().map(|shape| Layout::new(*shape)).collect();
        let schedule = Schedule::new(self, &layouts, with_gradient);
        let lengths = schedule.slots.lengths();
        let notes = |step: &Step| {
            let (from, to) = (layouts[step.inputs[0]], layouts[step.output]);
            let bends = step.bend.is_some() && with_gradient;
            NotesSize::of(&self.nodes[step.node].op, bends, from, to)
        };
        let notes: Vec<NotesSize> = self.steps.iter().map(notes).collect();
        let columns = layouts
            .iter()
            .map(|layout| layout.columns)
            .max()
            .unwrap_or(0);
        let scratch = self.steps.iter().filter_map(|step| step.conv.as_ref());
        let scratch = scratch.map(|conv| conv.scratch(columns)).max().unwrap_or(0);
        let working = Scratch::total(scratch);
        let blocks = lengths
            .iter()
            .fold(working, |sum, length| sum.saturating_add(*length));
        let noted = notes
            .iter()
            .fold(0, |sum: usize, size| sum.saturating_add(size.values()));
        let values = blocks.saturating_mul(LANES).saturating_add(noted);
        self.limits()
            .check("values", values, self.limits().values_max)?;
        let last = shapes.last().copied().unwrap_or_default();
        Ok(Plan {
            number: self.number,
            buffers: lengths
                .iter()
                .map(|length| vec![Block::ZERO; *length])
                .collect(),
            notes: notes.into_iter().map(Notes::new).collect(),
            scratch: Scratch::new(scratch),
            output: vec![0.0; count(last)],
            input_gradient: vec![0.0; if with_gradient { count(shapes[0]) } else { 0 }],
            shapes: [shapes[0], last],
            schedule,
            layouts,
        })
    }
}

impl Plan {
    /// Channels, rows and columns of the input.
    #[must_use]
    pub const fn input_shape(&self) -> [usize; 3] {
        self.shapes[0]
    }

    /// Channels, rows and columns of the output.
    #[must_use]
    pub const fn output_shape(&self) -> [usize; 3] {
        self.shapes[1]
    }

    /// Runs the network on planes of numbers from 0 to 1: channel, row, column.
    ///
    /// # Panics
    /// `network` is not the one that made this plan, or `input` has another size than [`Plan::input_shape`].
    pub fn forward(&mut self, network: &Network, input: &[f32]) -> &[f32] {
        assert_eq!(self.number, network.number, "a plan of another network");
        assert_eq!(
            input.len(),
            count(self.shapes[0]),
            "an input of another size"
        );
        let settings = &network.manifest().input;
        let layout = self.layouts[0];
        let buffer = &mut self.buffers[self.schedule.input][..layout.len()];
        from_planes(input, layout, buffer, |channel, value| {
            let mean = settings.mean.get(channel).copied().unwrap_or(0.0);
            (value - mean) / settings.std.get(channel).copied().unwrap_or(1.0)
        });
        // In the pool at once, rather than once a step: a step takes less time than waking a thread.
        rayon::scope(|_| {
            for at in 0..self.schedule.forward.len() {
                self.run(network, at);
            }
        });
        if let Some(last) = network.steps.last() {
            let output = &self.buffers[self.schedule.output];
            to_planes(
                output,
                self.layouts[last.output],
                &mut self.output,
                |_, value| value,
            );
        }
        &self.output
    }

    /// The gradient for the input of the last [`Plan::forward`], from that for its output. May be called again with another one.
    ///
    /// # Panics
    /// `network` is not the one that made this plan, or `output_gradient` has another size than the output.
    pub fn backward(&mut self, network: &Network, output_gradient: &[f32]) -> &[f32] {
        assert_eq!(self.number, network.number, "a plan of another network");
        assert_eq!(
            output_gradient.len(),
            self.output.len(),
            "a gradient of another size"
        );
        let Some(last) = network
            .steps
            .last()
            .filter(|_| !self.input_gradient.is_empty())
        else {
            return &[];
        };
        let layout = self.layouts[last.output];
        let buffer = &mut self.buffers[self.schedule.output_gradient][..layout.len()];
        from_planes(output_gradient, layout, buffer, |_, value| value);
        rayon::scope(|_| {
            for at in 0..self.schedule.backward.len() {
                self.back(network, at);
            }
        });
        let std = &network.manifest().input.std;
        let gradient = &self.buffers[self.schedule.input_gradient];
        to_planes(
            gradient,
            self.layouts[0],
            &mut self.input_gradient,
            |channel, value| value / std.get(channel).copied().unwrap_or(1.0),
        );
        &self.input_gradient
    }

    /// One step forward.
    fn run(&mut self, network: &Network, at: usize) {
        let Run {
            step: at,
            inputs,
            residual,
            output,
        } = &self.schedule.forward[at];
        let step = &network.steps[*at];
        let node = &network.nodes[step.node];
        // Out of the list while it is written; a buffer in place is read through this one alone.
        let mut buffer = std::mem::take(&mut self.buffers[*output]);
        let to = self.layouts[step.output];
        let y = &mut buffer[..to.len()];
        let notes = &mut self.notes[*at];
        let value = |which: usize| {
            let layout = self.layouts[step.inputs[which]];
            (&self.buffers[inputs[which]][..layout.len()], layout)
        };
        if let Some(conv) = &step.conv {
            let plus = match residual {
                Some(slot) if slot == output => Plus::Place,
                Some(slot) => Plus::Other(&self.buffers[*slot]),
                None => Plus::Nothing,
            };
            let bend = step.bend.as_ref().map_or(Bend::None, |bend| bend.forward());
            conv.forward(
                value(0),
                (y, to),
                &mut notes.bits,
                plus,
                bend,
                &self.scratch,
            );
        } else {
            if layers::works_in_place(&node.op) && inputs[0] != *output {
                y.copy_from_slice(value(0).0);
            }
            layers::forward(node, value, (y, to), notes);
        }
        self.buffers[*output] = buffer;
    }

    /// One step back.
    fn back(&mut self, network: &Network, at: usize) {
        match self.schedule.backward[at] {
            Back::Conv {
                step: at,
                from,
                to,
                adds,
                bends,
            } => {
                let step = &network.steps[at];
                let mut buffer = std::mem::take(&mut self.buffers[to]);
                let (target, source) = (self.layouts[step.inputs[0]], self.layouts[step.output]);
                let plus = if adds { Plus::Place } else { Plus::Nothing };
                let bend = bends
                    .and_then(|at| Some((network.steps[at].bend.as_ref()?, &self.notes[at].bits)));
                let bend = bend.map_or(Bend::None, |(bend, bits)| bend.backward(bits));
                if let Some(conv) = &step.conv {
                    let gy = (&self.buffers[from][..source.len()], source);
                    let gx = (&mut buffer[..target.len()], target);
                    conv.backward(gy, gx, plus, bend, &self.scratch);
                }
                self.buffers[to] = buffer;
            }
            Back::Layer {
                step: at,
                which,
                from,
                to,
            } => {
                let step = &network.steps[at];
                let mut buffer = std::mem::take(&mut self.buffers[to]);
                let mut notes = std::mem::take(&mut self.notes[at]);
                let (target, source) =
                    (self.layouts[step.inputs[which]], self.layouts[step.output]);
                let kept = |which: usize| self.kept(step.inputs[which]);
                // In place, the gradient is in the buffer that was taken out.
                let gy = self.buffers[from].get(..source.len()).unwrap_or_default();
                let gx = (&mut buffer[..target.len()], target);
                let channel = step.inputs[..which]
                    .iter()
                    .map(|value| self.layouts[*value].channels)
                    .sum();
                let output = self.kept(step.output).0;
                let node = &network.nodes[step.node];
                layers::backward(
                    node,
                    (which, channel),
                    kept,
                    output,
                    (gy, source),
                    gx,
                    &mut notes,
                );
                self.buffers[to] = buffer;
                self.notes[at] = notes;
            }
            Back::Bend { step: at, at: slot } => {
                let step = &network.steps[at];
                let layout = self.layouts[step.output];
                let Some(bend) = &step.bend else {
                    return;
                };
                let g = &mut self.buffers[slot][..layout.len()];
                layers::masked(g, layout, &self.notes[at].bits, |channel| {
                    match bend.slopes() {
                        Slopes::Zero => 0.0,
                        Slopes::Each(blocks) => blocks[channel / LANES].0[channel % LANES],
                    }
                });
            }
            Back::Add { value, from, to } => {
                let length = self.layouts[value].len();
                let mut buffer = std::mem::take(&mut self.buffers[to]);
                layers::join(
                    &Op::Add,
                    &mut buffer[..length],
                    &self.buffers[from][..length],
                );
                self.buffers[to] = buffer;
            }
        }
    }

    /// A value that is still there; empty where none is.
    fn kept(&self, value: usize) -> (&[Block], Layout) {
        let layout = self.layouts[value];
        let place = self.schedule.places[value];
        let blocks = place.and_then(|slot| self.buffers[slot].get(..layout.len()));
        (blocks.unwrap_or_default(), layout)
    }
}
