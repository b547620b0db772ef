//! The networks at hand.

use crate::engine::Network;
use crate::pack::{Kind, Pack, PackError};

/// What a cloak is made and measured with, sorted by kind.
#[derive(Debug, Default)]
pub struct Models {
    /// The one-shot generator.
    pub generator: Option<Network>,
    /// Encoders of image generators.
    pub encoders: Vec<Network>,
    /// Small stand-ins for such encoders; their gradient is followed only where there is no encoder.
    pub meters: Vec<Network>,
    /// Finds faces.
    pub detector: Option<Network>,
    /// Finds eyes, nose and mouth in a face.
    pub landmarks: Option<Network>,
    /// Tell faces apart.
    pub recognisers: Vec<Network>,
}

impl Models {
    /// Builds the networks of packs. Where one kind has room for one network only, a later pack takes the place of an earlier.
    ///
    /// # Errors
    /// [`PackError`] of the first pack whose network cannot be built.
    pub fn from_packs<'a>(packs: impl IntoIterator<Item = &'a Pack>) -> Result<Self, PackError> {
        let mut models = Self::default();
        for pack in packs {
            let network = Network::new(pack)?;
            match pack.manifest().kind {
                Kind::Generator => models.generator = Some(network),
                Kind::Latent => models.encoders.push(network),
                Kind::Meter => models.meters.push(network),
                Kind::Detector => models.detector = Some(network),
                Kind::Landmarks => models.landmarks = Some(network),
                Kind::Recogniser => models.recognisers.push(network),
            }
        }
        Ok(models)
    }

    /// The encoders whose gradient is followed: those of image generators, else our stand-ins.
    pub(crate) fn followed(&self) -> &[Network] {
        if self.encoders.is_empty() {
            &self.meters
        } else {
            &self.encoders
        }
    }

    /// True when there is nothing that a cloak could be made with.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.generator.is_none()
            && self.followed().is_empty()
            && (self.recognisers.is_empty() || self.detector.is_none() || self.landmarks.is_none())
    }
}
