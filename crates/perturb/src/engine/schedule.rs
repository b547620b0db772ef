//! The order of work for one size of input, and the buffers that it uses.

use super::graph::Network;
use super::layers::{self, Keeps};
use super::layout::Layout;
use super::slots::Slots;

/// A step forward.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) step: usize,
    /// The buffers of its inputs.
    pub(super) inputs: Vec<usize>,
    pub(super) residual: Option<usize>,
    /// May be that of the residual, or of the first input of a layer that works in place.
    pub(super) output: usize,
}

/// A step back.
#[derive(Debug)]
pub(super) enum Back {
    /// Through a convolution. With `adds`, to what stands there; `bends` is the step whose bend the sum then goes through.
    Conv {
        step: usize,
        from: usize,
        to: usize,
        adds: bool,
        bends: Option<usize>,
    },
    /// Through another layer, to its input `which`; in place where the buffers are the same.
    Layer {
        step: usize,
        which: usize,
        from: usize,
        to: usize,
    },
    /// Through the bend of a convolution, in place.
    Bend { step: usize, at: usize },
    /// Adds one gradient to another, for the value.
    Add {
        value: usize,
        from: usize,
        to: usize,
    },
}

#[derive(Debug, Default)]
pub(super) struct Schedule {
    pub(super) slots: Slots,
    pub(super) forward: Vec<Run>,
    pub(super) backward: Vec<Back>,
    /// Where the input, the output, the gradient for the output and that for the input are.
    pub(super) input: usize,
    pub(super) output: usize,
    pub(super) output_gradient: usize,
    pub(super) input_gradient: usize,
    /// The buffer of each value, while it is there.
    pub(super) places: Vec<Option<usize>>,
}

impl Schedule {
    pub(super) fn new(network: &Network, layouts: &[Layout], with_gradient: bool) -> Self {
        let kept = kept(network, layouts.len(), with_gradient);
        let mut schedule = Self {
            places: vec![None; layouts.len()],
            ..Self::default()
        };
        schedule.input = schedule.slots.take(layouts[0].len());
        schedule.places[0] = Some(schedule.input);
        schedule.plan_forward(network, layouts, &kept);
        if with_gradient {
            schedule.plan_backward(network, layouts);
        }
        schedule
    }

    fn plan_forward(&mut self, network: &Network, layouts: &[Layout], kept: &[bool]) {
        let mut left = vec![0; layouts.len()];
        for value in network
            .steps
            .iter()
            .flat_map(|step| step.inputs.iter().chain(&step.residual))
        {
            left[*value] += 1;
        }
        for (at, step) in network.steps.iter().enumerate() {
            let place = |value: &usize| self.places[*value].unwrap_or_default();
            let inputs: Vec<usize> = step.inputs.iter().map(place).collect();
            let residual = step.residual.as_ref().map(place);
            let dies = |value: usize| left[value] == 1 && !kept[value];
            let op = &network.nodes[step.node].op;
            let reused = match step.residual {
                Some(value) if dies(value) && value != step.inputs[0] => residual,
                None if layers::works_in_place(op) && dies(step.inputs[0]) => Some(inputs[0]),
                _ => None,
            };
            let length = layouts[step.output].len();
            let output = if kept[step.output] {
                self.slots.take_to_keep(length)
            } else {
                reused.unwrap_or_else(|| self.slots.take(length))
            };
            for value in step.inputs.iter().chain(&step.residual) {
                left[*value] -= 1;
                if left[*value] == 0
                    && !kept[*value]
                    && let Some(slot) = self.places[*value].take()
                    && slot != output
                {
                    self.slots.give(slot);
                }
            }
            self.places[step.output] = Some(output);
            self.forward.push(Run {
                step: at,
                inputs,
                residual,
                output,
            });
            self.output = output;
        }
        if let Some(last) = network.steps.last()
            && !kept[last.output]
        {
            // Read as soon as it is there.
            self.places[last.output] = None;
            self.slots.give(self.output);
        }
    }

    fn plan_backward(&mut self, network: &Network, layouts: &[Layout]) {
        let mut gradients = Gradients {
            places: vec![None; layouts.len()],
            left: vec![0; layouts.len()],
            makers: vec![None; layouts.len()],
        };
        for (at, step) in network.steps.iter().enumerate() {
            gradients.makers[step.output] = step.bend.as_ref().map(|_| at);
            for value in step.inputs.iter().chain(&step.residual) {
                gradients.left[*value] += 1;
            }
        }
        let Some(last) = network.steps.last() else {
            return;
        };
        self.output_gradient = self.slots.take(layouts[last.output].len());
        gradients.places[last.output] = Some(self.output_gradient);
        if let Some(step) = gradients.makers[last.output] {
            self.backward.push(Back::Bend {
                step,
                at: self.output_gradient,
            });
        }
        for (at, step) in network.steps.iter().enumerate().rev() {
            let Some(from) = gradients.places[step.output].take() else {
                continue;
            };
            if step.conv.is_some() {
                self.back_conv(
                    at,
                    from,
                    step.inputs[0],
                    step.residual,
                    layouts,
                    &mut gradients,
                );
            } else {
                self.back_layer(network, at, from, layouts, &mut gradients);
            }
        }
        self.input_gradient = gradients.places[0].unwrap_or_default();
    }

    fn back_conv(
        &mut self,
        step: usize,
        from: usize,
        input: usize,
        residual: Option<usize>,
        layouts: &[Layout],
        gradients: &mut Gradients,
    ) {
        let there = gradients.places[input];
        let to = there.unwrap_or_else(|| self.slots.take(layouts[input].len()));
        gradients.left[input] -= 1;
        let bends = gradients.makers[input].filter(|_| gradients.left[input] == 0);
        self.backward.push(Back::Conv {
            step,
            from,
            to,
            adds: there.is_some(),
            bends,
        });
        gradients.places[input] = Some(to);
        match residual {
            Some(value) => self.arrive(value, from, gradients),
            None => self.slots.give(from),
        }
    }

    fn back_layer(
        &mut self,
        network: &Network,
        at: usize,
        from: usize,
        layouts: &[Layout],
        gradients: &mut Gradients,
    ) {
        let step = &network.steps[at];
        let op = &network.nodes[step.node].op;
        let mut is_moved = false;
        for (which, value) in step.inputs.iter().enumerate() {
            let to = if layers::works_in_place(op) {
                is_moved = true;
                from
            } else {
                self.slots.take(layouts[*value].len())
            };
            self.backward.push(Back::Layer {
                step: at,
                which,
                from,
                to,
            });
            self.arrive(*value, to, gradients);
        }
        if !is_moved {
            self.slots.give(from);
        }
    }

    /// A gradient for a value is in a buffer of its own: it stays there, or is added to what came before.
    fn arrive(&mut self, value: usize, slot: usize, gradients: &mut Gradients) {
        let to = match gradients.places[value] {
            Some(to) => {
                self.backward.push(Back::Add {
                    value,
                    from: slot,
                    to,
                });
                self.slots.give(slot);
                to
            }
            None => slot,
        };
        gradients.places[value] = Some(to);
        gradients.left[value] -= 1;
        if gradients.left[value] == 0
            && let Some(step) = gradients.makers[value]
        {
            self.backward.push(Back::Bend { step, at: to });
        }
    }
}

/// Gradients while the way back is planned, by value.
struct Gradients {
    places: Vec<Option<usize>>,
    /// How many parts of it are still to come.
    left: Vec<usize>,
    /// The step that made it, where that ends with a bend.
    makers: Vec<Option<usize>>,
}

/// The values that gradients need.
fn kept(network: &Network, values: usize, with_gradient: bool) -> Vec<bool> {
    let mut kept = vec![false; values];
    for step in network.steps.iter().filter(|_| with_gradient) {
        match layers::keeps(&network.nodes[step.node].op) {
            Keeps::Nothing => {}
            Keeps::Inputs => step.inputs.iter().for_each(|value| kept[*value] = true),
            Keeps::Output => kept[step.output] = true,
        }
    }
    kept
}
