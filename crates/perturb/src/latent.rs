//! The latent objective: move what image generators see.

use crate::Error;
use crate::engine::{Network, Plan};
use crate::pack::PackError;
use crate::planes::Planes;
use crate::resample::Resampling;
use crate::transforms::Chain;

/// An encoder, ready for pictures of one size.
pub(crate) struct Encoder<'a> {
    pub(crate) network: &'a Network,
    plan: Plan,
    /// To the size that it takes, where it does not take ours.
    fit: Option<Resampling>,
    input: Vec<f32>,
}

impl<'a> Encoder<'a> {
    /// For pictures of `size`, forward and back. Where the network takes other sizes only, pictures are resampled to the nearest
    /// that it takes.
    ///
    /// # Errors
    /// [`Error::Unusable`] when the network takes no such picture.
    pub(crate) fn new(network: &'a Network, size: [usize; 2]) -> Result<Self, Error> {
        Self::planned(network, size, Network::plan)
    }

    /// As [`Encoder::new`], for encoding alone.
    ///
    /// # Errors
    /// As [`Encoder::new`].
    pub(crate) fn forward(network: &'a Network, size: [usize; 2]) -> Result<Self, Error> {
        Self::planned(network, size, Network::plan_forward)
    }

    fn planned(
        network: &'a Network,
        size: [usize; 2],
        plan: fn(&Network, u32, u32) -> Result<Plan, PackError>,
    ) -> Result<Self, Error> {
        let input = &network.manifest().input;
        let takes = if input.width > 0 && input.height > 0 {
            [input.width as usize, input.height as usize]
        } else {
            let multiple = input.multiple.max(1) as usize;
            size.map(|side| ((side + multiple / 2) / multiple).max(1) * multiple)
        };
        let unusable = || Error::Unusable {
            model: network.manifest().name.clone(),
        };
        if input.channels != 3 {
            return Err(unusable());
        }
        let [width, height] = takes.map(|side| u32::try_from(side).unwrap_or(u32::MAX));
        Ok(Self {
            network,
            plan: plan(network, width, height).map_err(|_| unusable())?,
            fit: (takes != size).then(|| Resampling::new(size, takes)),
            input: Vec::new(),
        })
    }

    /// The latent of a picture.
    pub(crate) fn encode(&mut self, planes: &Planes) -> Result<&[f32], Error> {
        let fitted = self.fit.as_ref().map(|fit| fit.forward(planes));
        let values = &fitted.as_ref().unwrap_or(planes).values;
        self.input.clear();
        self.input.extend(values.iter().map(|value| value / 255.0));
        let latent = self.plan.forward(self.network, &self.input);
        if latent.iter().all(|value| value.is_finite()) {
            Ok(latent)
        } else {
            Err(Error::NotFinite {
                model: self.network.manifest().name.clone(),
            })
        }
    }

    /// The gradient for the picture that was encoded last, in 1/255.
    fn back(&mut self, slope: &[f32], size: [usize; 2]) -> Planes {
        let gradient = self.plan.backward(self.network, slope);
        let [width, height] = self
            .fit
            .as_ref()
            .map_or(size, |fit| [fit.columns.to(), fit.rows.to()]);
        let gradient = Planes {
            width,
            height,
            values: gradient.iter().map(|value| value / 255.0).collect(),
        };
        match &self.fit {
            Some(fit) => fit.backward(&gradient),
            None => gradient,
        }
    }
}

/// How far apart two latents are, in lengths of the first.
pub(crate) fn shift(clean: &[f32], cloaked: &[f32]) -> f32 {
    let (mut apart, mut length) = (0.0f64, 0.0f64);
    for (clean, cloaked) in clean.iter().zip(cloaked) {
        apart += f64::from(cloaked - clean).powi(2);
        length += f64::from(*clean).powi(2);
    }
    #[allow(clippy::cast_possible_truncation)]
    let shift = (apart / length.max(1e-12)).sqrt() as f32;
    shift
}

/// The objective over an ensemble of encoders and a set of ways in which the picture is shared.
pub(crate) struct Latents<'a> {
    picture: Planes,
    encoders: Vec<Encoder<'a>>,
    chains: Vec<Chain>,
    /// The clean latent for each chain and encoder, once it was asked for. The chains are few, so that the clean picture is
    /// not encoded again at each step.
    clean: Vec<Option<Vec<Vec<f32>>>>,
}

impl<'a> Latents<'a> {
    pub(crate) fn new(
        picture: Planes,
        networks: &'a [Network],
        chains: Vec<Chain>,
    ) -> Result<Self, Error> {
        let size = [picture.width, picture.height];
        Ok(Self {
            encoders: networks
                .iter()
                .map(|network| Encoder::new(network, size))
                .collect::<Result<_, _>>()?,
            clean: chains.iter().map(|_| None).collect(),
            picture,
            chains,
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.encoders.is_empty() || self.chains.is_empty()
    }

    /// The mean of `ln(shift) + shift / 2` over the encoders under the way of this step, and the gradient that makes it grow.
    ///
    /// The logarithm lets each encoder count alike, however large its shift; the other term keeps pushing where a shift is
    /// already large.
    pub(crate) fn gradient(
        &mut self,
        change: &Planes,
        step: usize,
    ) -> Result<(f32, Planes), Error> {
        let index = step % self.chains.len().max(1);
        let size = [self.picture.width, self.picture.height];
        let mut gradient = Planes::zero(size[0], size[1]);
        let Some(chain) = self.chains.get(index) else {
            return Ok((0.0, gradient));
        };
        if let Some(clean @ None) = self.clean.get_mut(index) {
            let (seen, _) = chain.forward(&self.picture);
            *clean = Some(
                self.encoders
                    .iter_mut()
                    .map(|encoder| encoder.encode(&seen).map(<[f32]>::to_vec))
                    .collect::<Result<_, _>>()?,
            );
        }
        let (seen, traced) = chain.forward(&self.picture.plus(change, 1.0).clipped());
        let mut gained = 0.0;
        let clean = self.clean.get(index).and_then(Option::as_ref);
        for (encoder, clean) in self.encoders.iter_mut().zip(clean.into_iter().flatten()) {
            let latent = encoder.encode(&seen)?;
            let moved = shift(clean, latent);
            let mut slope: Vec<f32> = latent.iter().zip(clean).map(|(a, b)| a - b).collect();
            let square: f64 = slope.iter().map(|d| f64::from(*d).powi(2)).sum();
            #[allow(clippy::cast_possible_truncation)]
            let scale = ((1.0 + 0.5 * f64::from(moved)) / square.max(1e-12)) as f32;
            for value in &mut slope {
                *value *= scale;
            }
            gradient.add(&encoder.back(&slope, size), 1.0);
            gained += moved.max(1e-6).ln() + moved / 2.0;
        }
        #[allow(clippy::cast_precision_loss)]
        let mean = gained / self.encoders.len().max(1) as f32;
        Ok((mean, chain.backward(&traced, gradient)))
    }
}
