//! What a pack says of itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FORMAT, Layer, PackError, PackLimits};

/// The manifest of a pack. Unknown fields are an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// A short name, unique among packs: lower-case letters, digits and hyphens.
    pub name: String,
    /// A name for people.
    pub title: String,
    /// Networks of one family see alike; one of the family that is not used says nothing about others.
    #[serde(default)]
    pub family: String,
    /// What it is for.
    pub kind: Kind,
    /// The licence of the weights, in SPDX's words where they have one.
    pub licence: String,
    /// Where the weights are from, in words.
    pub source: String,
    /// Who brought it here.
    pub origin: Origin,
    /// What it takes.
    pub input: Input,
    /// Recognisers: two faces are one person's when their distance is below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f32>,
    /// Recognisers: the distance of two outputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<Metric>,
    /// Recognisers: how they want their faces cut out; as ArcFace where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<Crop>,
    /// How U8 tensors become numbers, by tensor.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub quantised: BTreeMap<String, Quantisation>,
    /// The layers, in the order in which they run.
    pub layers: Vec<Layer>,
}

/// What a network is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The encoder of an image generator: picture in, latent out.
    Latent,
    /// A small stand-in for such an encoder.
    Meter,
    /// Picture and strength in, perturbation out.
    Generator,
    /// Face in, numbers out that are close for one person's faces.
    Recogniser,
    /// Finds faces.
    Detector,
    /// Finds eyes, nose and mouth in a face.
    Landmarks,
}

/// Who brought a pack here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Made by this project.
    Ours,
    /// Converted from a package that this project is built with.
    Dependency,
    /// Added by the person.
    Pack,
}

/// The distance of two outputs of a recogniser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// The length of their difference.
    Euclidean,
    /// 1 minus the cosine of their angle.
    Cosine,
}

/// How a recogniser wants its faces cut out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Crop {
    /// As dlib's `get_face_chip`: upright by the corners of the eyes and the base of the nose, with a margin of a quarter.
    Dlib,
    /// As ArcFace and MobileFaceNet: eyes, tip of the nose and corners of the mouth on fixed places.
    #[default]
    Arcface,
}

/// What a network takes: planes of red, green and blue (and more), 0 to 1, of which `mean` is subtracted and which are
/// divided by `std` inside the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Input {
    /// How many planes.
    pub channels: usize,
    /// Width in pixels; 0 for any.
    #[serde(default)]
    pub width: u32,
    /// Height in pixels; 0 for any.
    #[serde(default)]
    pub height: u32,
    /// Where any size is taken, width and height are multiples of this.
    #[serde(default = "one")]
    pub multiple: u32,
    /// One number a plane; none for zeros.
    #[serde(default)]
    pub mean: Vec<f32>,
    /// One number a plane; none for ones.
    #[serde(default)]
    pub std: Vec<f32>,
}

/// `number = byte · scale + min`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantisation {
    /// Of one step.
    pub scale: f32,
    /// The number that byte 0 stands for.
    pub min: f32,
}

const fn one() -> u32 {
    1
}

impl Manifest {
    /// Checks everything that needs no tensor.
    pub(crate) fn check(&self, limits: &PackLimits) -> Result<(), PackError> {
        if self.format != FORMAT {
            return Err(PackError::UnknownFormat {
                format: self.format,
            });
        }
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
        if self.name.is_empty() || self.name.len() > 64 || !self.name.chars().all(is_plain) {
            return Err(PackError::OutOfRange {
                field: "name",
                reason: "1 to 64 of a-z, 0-9, - _ .",
            });
        }
        for (field, text) in [
            ("title", &self.title),
            ("family", &self.family),
            ("licence", &self.licence),
            ("source", &self.source),
        ] {
            if text.len() > 500 || text.chars().any(char::is_control) {
                return Err(PackError::OutOfRange {
                    field,
                    reason: "at most 500 bytes, no control characters",
                });
            }
        }
        self.input.check(limits)?;
        if self.threshold.is_some_and(|value| !value.is_finite()) {
            return Err(PackError::OutOfRange {
                field: "threshold",
                reason: "a number",
            });
        }
        if self.kind == Kind::Recogniser && (self.threshold.is_none() || self.metric.is_none()) {
            return Err(PackError::OutOfRange {
                field: "threshold, metric",
                reason: "a recogniser needs both",
            });
        }
        if self.layers.is_empty() {
            return Err(PackError::OutOfRange {
                field: "layers",
                reason: "at least one",
            });
        }
        limits.check("layers", self.layers.len(), limits.layers_max)?;
        for (position, layer) in self.layers.iter().enumerate() {
            layer.check(position, limits)?;
        }
        Ok(())
    }
}

impl Input {
    fn check(&self, limits: &PackLimits) -> Result<(), PackError> {
        limits.check("input channels", self.channels, limits.channels_max)?;
        let fits = |list: &[f32]| list.is_empty() || list.len() == self.channels;
        let checks = [
            (self.channels > 0, "input.channels", "at least 1"),
            (
                (1..=4096).contains(&self.multiple),
                "input.multiple",
                "1 to 4096",
            ),
            (
                (self.width == 0) == (self.height == 0),
                "input.width, input.height",
                "both or neither",
            ),
            (
                self.width.max(self.height) <= 65_536,
                "input.width, input.height",
                "at most 65536",
            ),
            (
                fits(&self.mean) && self.mean.iter().all(|value| value.is_finite()),
                "input.mean",
                "one number a channel",
            ),
            (
                fits(&self.std)
                    && self
                        .std
                        .iter()
                        .all(|value| value.is_finite() && value.abs() > 1e-6),
                "input.std",
                "one number a channel, none of them 0",
            ),
        ];
        for (holds, field, reason) in checks {
            if !holds {
                return Err(PackError::OutOfRange { field, reason });
            }
        }
        Ok(())
    }

    /// # Errors
    /// [`PackError::InputSize`] when the network does not take pictures of this size.
    pub fn takes(&self, width: u32, height: u32) -> Result<(), PackError> {
        let (takes, needed) = if self.width == 0 {
            let multiple = self.multiple;
            (
                width > 0
                    && height > 0
                    && width.is_multiple_of(multiple)
                    && height.is_multiple_of(multiple),
                format!("sides that are multiples of {multiple}"),
            )
        } else {
            (
                (width, height) == (self.width, self.height),
                format!("{}×{}", self.width, self.height),
            )
        };
        if takes {
            return Ok(());
        }
        Err(PackError::InputSize {
            width,
            height,
            needed,
        })
    }
}
