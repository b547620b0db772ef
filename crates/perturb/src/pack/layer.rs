//! The layers that a network can be made of.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::{Map, Value};

use super::{PackError, PackLimits};

/// One layer: what it does, what it is called, and whose outputs it takes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Layer {
    /// Needed only where another layer refers to it.
    pub name: Option<String>,
    /// Names of layers before it, or `input`; empty for the output of the layer before it.
    pub inputs: Vec<String>,
    /// What it does.
    pub op: Op,
}

/// What a layer does. Unknown kinds and unknown fields are an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
#[allow(missing_docs, reason = "docs/PACKS.md says what each field is")]
pub enum Op {
    /// Cross-correlation, as every framework calls it convolution. `weight`: output, input per group, rows, columns.
    Conv {
        weight: String,
        #[serde(default)]
        bias: Option<String>,
        #[serde(default = "one")]
        stride: usize,
        #[serde(default)]
        padding: Padding,
        #[serde(default = "one")]
        dilation: usize,
        #[serde(default = "one")]
        groups: usize,
    },
    /// `max(x, 0)`.
    Relu,
    /// `x` or, below 0, `slope · x`.
    LeakyRelu { slope: f32 },
    /// As `leaky_relu`, with a slope a channel (or one for all).
    Prelu { weight: String },
    /// The largest in a window.
    MaxPool {
        size: usize,
        #[serde(default)]
        stride: Option<usize>,
        #[serde(default)]
        padding: Padding,
        #[serde(default)]
        ceil: bool,
    },
    /// The mean of a window. `count_padding`: zeros of the padding count, as in PyTorch.
    AvgPool {
        size: usize,
        #[serde(default)]
        stride: Option<usize>,
        #[serde(default)]
        padding: Padding,
        #[serde(default)]
        ceil: bool,
        #[serde(default = "yes")]
        count_padding: bool,
    },
    /// The mean of each channel.
    GlobalAvgPool,
    /// The sum of two or more values of one shape.
    Add,
    /// The first minus the second.
    Sub,
    /// The product of two values of one shape.
    Mul,
    /// `x · weight + bias`, each a number a channel.
    Scale {
        weight: String,
        #[serde(default)]
        bias: Option<String>,
    },
    /// Group normalisation (Wu and He 2018), with the biased variance.
    GroupNorm {
        groups: usize,
        #[serde(default)]
        weight: Option<String>,
        #[serde(default)]
        bias: Option<String>,
        #[serde(default = "eps")]
        eps: f32,
    },
    /// Channels one after the other.
    Concat,
    /// Larger by a factor, half-pixel centres (`align_corners` false).
    Upsample { factor: usize, mode: Upsampling },
    /// Channels become pixels (PyTorch's `PixelShuffle`).
    PixelShuffle { factor: usize },
    /// Pixels become channels (PyTorch's `PixelUnshuffle`).
    PixelUnshuffle { factor: usize },
    /// All numbers times a matrix. `weight`: output, input.
    Linear {
        weight: String,
        #[serde(default)]
        bias: Option<String>,
    },
    /// `scale · tanh(x / scale)`.
    Tanh {
        #[serde(default = "one_f32")]
        scale: f32,
    },
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// Into a range.
    Clamp { min: f32, max: f32 },
    /// Zeros around.
    Pad { padding: Padding },
    /// All numbers as channels of one pixel.
    Flatten,
    /// All numbers divided by their length.
    L2Normalise,
    /// Channels of zeros behind, up to `to`.
    PadChannels { to: usize },
}

/// How [`Op::Upsample`] fills in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Upsampling {
    /// The nearest pixel.
    Nearest,
    /// Between four.
    Bilinear,
}

/// Pixels around a value: one number for all sides, or top, left, bottom, right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Padding {
    /// The same on all sides.
    All(usize),
    /// Top, left, bottom, right.
    Sides([usize; 4]),
}

impl Default for Padding {
    fn default() -> Self {
        Self::All(0)
    }
}

impl Padding {
    /// Top, left, bottom, right.
    #[must_use]
    pub const fn sides(self) -> [usize; 4] {
        match self {
            Self::All(side) => [side; 4],
            Self::Sides(sides) => sides,
        }
    }
}

const fn one() -> usize {
    1
}
const fn one_f32() -> f32 {
    1.0
}
const fn yes() -> bool {
    true
}
const fn eps() -> f32 {
    1e-5
}

impl<'de> Deserialize<'de> for Layer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::<String, Value>::deserialize(deserializer)?;
        let name = match fields.remove("name") {
            Some(name) => Some(serde_json::from_value(name).map_err(de::Error::custom)?),
            None => None,
        };
        let inputs = match fields.remove("in") {
            Some(inputs) => serde_json::from_value(inputs).map_err(de::Error::custom)?,
            None => Vec::new(),
        };
        let op = serde_json::from_value(Value::Object(fields)).map_err(de::Error::custom)?;
        Ok(Self { name, inputs, op })
    }
}

impl Serialize for Layer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serde_json::to_value(&self.op).map_err(ser::Error::custom)?;
        if let Value::Object(fields) = &mut fields {
            if let Some(name) = &self.name {
                fields.insert("name".to_owned(), name.as_str().into());
            }
            if !self.inputs.is_empty() {
                fields.insert("in".to_owned(), self.inputs.as_slice().into());
            }
        }
        fields.serialize(serializer)
    }
}

impl Layer {
    /// Checks the numbers that need no shape.
    pub(super) fn check(&self, position: usize, limits: &PackLimits) -> Result<(), PackError> {
        limits.check("inputs of a layer", self.inputs.len(), limits.inputs_max)?;
        let (needed, enough) = match (&self.op, self.inputs.len()) {
            (Op::Sub | Op::Mul, n) => (2, n == 2),
            (Op::Add | Op::Concat, n) => (2, n >= 2),
            (_, n) => (1, n <= 1),
        };
        if !enough {
            return Err(PackError::InputCount {
                layer: position,
                op: self.op.name(),
                found: self.inputs.len(),
                needed,
            });
        }
        self.op.check(limits)
    }
}

impl Op {
    /// The word in the manifest.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Conv { .. } => "conv",
            Self::Relu => "relu",
            Self::LeakyRelu { .. } => "leaky_relu",
            Self::Prelu { .. } => "prelu",
            Self::MaxPool { .. } => "max_pool",
            Self::AvgPool { .. } => "avg_pool",
            Self::GlobalAvgPool => "global_avg_pool",
            Self::Add => "add",
            Self::Sub => "sub",
            Self::Mul => "mul",
            Self::Scale { .. } => "scale",
            Self::GroupNorm { .. } => "group_norm",
            Self::Concat => "concat",
            Self::Upsample { .. } => "upsample",
            Self::PixelShuffle { .. } => "pixel_shuffle",
            Self::PixelUnshuffle { .. } => "pixel_unshuffle",
            Self::Linear { .. } => "linear",
            Self::Tanh { .. } => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Clamp { .. } => "clamp",
            Self::Pad { .. } => "pad",
            Self::Flatten => "flatten",
            Self::L2Normalise => "l2_normalise",
            Self::PadChannels { .. } => "pad_channels",
        }
    }

    /// The tensors that it names.
    pub(crate) fn tensors(&self) -> impl Iterator<Item = &str> {
        let (weight, bias) = match self {
            Self::Conv { weight, bias, .. }
            | Self::Scale { weight, bias }
            | Self::Linear { weight, bias } => (Some(weight), bias.as_ref()),
            Self::Prelu { weight } => (Some(weight), None),
            Self::GroupNorm { weight, bias, .. } => (weight.as_ref(), bias.as_ref()),
            _ => (None, None),
        };
        weight.into_iter().chain(bias).map(String::as_str)
    }

    fn check(&self, limits: &PackLimits) -> Result<(), PackError> {
        let reach = |field, value: usize, least: usize| {
            if value < least {
                return Err(PackError::OutOfRange {
                    field,
                    reason: "too small",
                });
            }
            limits.check(field, value, limits.reach_max)
        };
        let sides = |padding: Padding| {
            padding
                .sides()
                .into_iter()
                .try_for_each(|side| reach("padding", side, 0))
        };
        let number = |field, holds: bool| {
            holds.then_some(()).ok_or(PackError::OutOfRange {
                field,
                reason: "a finite number of the right sign",
            })
        };
        match *self {
            Self::Conv {
                stride,
                padding,
                dilation,
                groups,
                ..
            } => {
                reach("stride", stride, 1)?;
                reach("dilation", dilation, 1)?;
                limits.check("groups", groups, limits.channels_max)?;
                number("groups", groups > 0)?;
                sides(padding)
            }
            Self::MaxPool {
                size,
                stride,
                padding,
                ..
            }
            | Self::AvgPool {
                size,
                stride,
                padding,
                ..
            } => {
                reach("size", size, 1)?;
                reach("stride", stride.unwrap_or(size), 1)?;
                number(
                    "padding",
                    padding.sides().into_iter().all(|side| side * 2 <= size),
                )
            }
            Self::LeakyRelu { slope } => number("slope", slope.is_finite()),
            Self::GroupNorm { groups, eps, .. } => {
                number("eps", eps.is_finite() && eps > 0.0)?;
                number("groups", groups > 0)
            }
            Self::Upsample { factor, .. }
            | Self::PixelShuffle { factor }
            | Self::PixelUnshuffle { factor } => reach("factor", factor, 1),
            Self::Tanh { scale } => number("scale", scale.is_finite() && scale > 0.0),
            Self::Clamp { min, max } => {
                number("min, max", min.is_finite() && max.is_finite() && min <= max)
            }
            Self::Pad { padding } => sides(padding),
            Self::PadChannels { to } => limits.check("channels", to, limits.channels_max),
            _ => Ok(()),
        }
    }
}
