//! The one-shot generator: picture and strength in, change out.

use crate::Error;
use crate::chance::Chance;
use crate::engine::Network;
use crate::planes::Planes;
use crate::resample::Resampling;

/// The generator's raw output, −1 to 1, for a picture at working size: what to add, but for its strength.
///
/// The fourth input plane holds the natural logarithm of the visibility that is asked for, and half a unit of noise each way:
/// on a plain background there is nothing else that a texture could be irregular by.
pub(crate) fn generated(
    network: &Network,
    picture: &Planes,
    visibility: f32,
    chance: &mut Chance,
) -> Result<Planes, Error> {
    let manifest = network.manifest();
    let unusable = || Error::Unusable {
        model: manifest.name.clone(),
    };
    let input = &manifest.input;
    if input.channels != 4 || input.width != 0 {
        return Err(unusable());
    }
    let multiple = input.multiple.max(1) as usize;
    let size = [picture.width, picture.height];
    let takes = size.map(|side| side.div_ceil(multiple) * multiple);
    let fit = (takes != size).then(|| Resampling::new(size, takes));
    let fitted = fit.as_ref().map(|fit| fit.forward(picture));
    let seen = fitted.as_ref().unwrap_or(picture);
    let [width, height] = takes.map(|side| u32::try_from(side).unwrap_or(u32::MAX));
    let mut plan = network
        .plan_forward(width, height)
        .map_err(|_| unusable())?;
    if plan.output_shape() != [3, takes[1], takes[0]] {
        return Err(unusable());
    }
    let mut values: Vec<f32> = seen.values.iter().map(|value| value / 255.0).collect();
    let strength = visibility.ln();
    values.extend((0..seen.count()).map(|_| strength + chance.between(-0.5, 0.5)));
    let raw = Planes {
        width: takes[0],
        height: takes[1],
        values: plan.forward(network, &values).to_vec(),
    };
    if raw.values.iter().any(|value| !value.is_finite()) {
        return Err(Error::NotFinite {
            model: manifest.name.clone(),
        });
    }
    Ok(match fit {
        Some(_) => Resampling::new(takes, size).forward(&raw),
        None => raw,
    })
}
