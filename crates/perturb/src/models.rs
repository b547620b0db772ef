//! The networks at hand.

use crate::engine::Network;
use crate::faces::{Finder, Recogniser};
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
    /// Finds faces and their eyes, noses and mouths.
    pub finder: Option<Finder>,
    /// Tell faces apart.
    pub recognisers: Vec<Network>,
}

impl Models {
    /// Builds the networks of packs. Where one kind has room for one network only, a later pack takes the place of an earlier.
    ///
    /// # Errors
    /// [`PackError`] of the first pack whose network cannot be built.
    pub fn from_packs<'a>(packs: impl IntoIterator<Item = &'a Pack>) -> Result<Self, PackError> {
        let networks: Result<Vec<_>, _> = packs.into_iter().map(Network::new).collect();
        Self::from_networks(networks?)
    }

    /// As [`Models::from_packs`], of networks that are built.
    ///
    /// # Errors
    /// [`PackError`] of the first that cannot be what it says it is for.
    pub fn from_networks(networks: impl IntoIterator<Item = Network>) -> Result<Self, PackError> {
        let mut models = Self::default();
        let (mut detector, mut landmarks) = (None, None);
        for network in networks {
            match network.manifest().kind {
                Kind::Generator => models.generator = Some(network),
                Kind::Latent => models.encoders.push(network),
                Kind::Meter => models.meters.push(network),
                Kind::Detector => detector = Some(network),
                Kind::Landmarks => landmarks = Some(network),
                Kind::Recogniser => {
                    Recogniser::new(&network)?;
                    models.recognisers.push(network);
                }
            }
        }
        if let (Some(detector), Some(landmarks)) = (detector, landmarks) {
            models.finder = Some(Finder::new(detector, landmarks)?);
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

    /// The recognisers, ready to be asked.
    pub(crate) fn recognisers(&self) -> Vec<Recogniser<'_>> {
        self.recognisers
            .iter()
            .filter_map(|network| Recogniser::new(network).ok())
            .collect()
    }

    /// True when there is nothing that a cloak could be made with.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.generator.is_none()
            && self.followed().is_empty()
            && (self.recognisers.is_empty() || self.finder.is_none())
    }
}
