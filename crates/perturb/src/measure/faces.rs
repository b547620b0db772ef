//! What recognisers say of each face.
//!
//! Faces are looked for in the original. A recogniser sees the original, the original and the cloaked picture after an
//! upload, and the face's square of the latter after the denoiser (at upload size).

use super::{DENOISE_H, UPLOAD_QUALITY, uploaded_uncoded};
use crate::faces::{Face, Recogniser};
use crate::planes::Planes;
use crate::transforms::jpeg;
use crate::transforms::non_local::non_local_means;
use crate::visibility::tiles;
use crate::{Area, Error, FaceMeasured, Made, Models, Picture, Verdict, Watch};

/// One entry for each face, one verdict for each recogniser.
pub(super) fn measured(
    original: &Picture,
    cloaked: &Picture,
    models: &Models,
    made: Option<&Made>,
    watch: &dyn Watch,
) -> Result<Vec<FaceMeasured>, Error> {
    let recognisers = models.recognisers();
    let Some(finder) = &models.finder else {
        return Ok(Vec::new());
    };
    if recognisers.is_empty() {
        return Ok(Vec::new());
    }
    let found = made.and_then(|made| made.found.clone());
    let faces = match found {
        Some(faces) => faces,
        None => finder.find(original).map_err(|_| Error::Unusable {
            model: "face detector".to_owned(),
        })?,
    };
    if faces.is_empty() {
        return Ok(Vec::new());
    }
    let [before, after] = [original, cloaked].map(|picture| {
        let coded = jpeg::coded(&uploaded_uncoded(picture), UPLOAD_QUALITY);
        picture_of(&coded)
    });
    let (before, after) = (before?, after?);
    let scale = [
        before.width() as f32 / original.width() as f32,
        before.height() as f32 / original.height() as f32,
    ];
    let mut measured = Vec::new();
    for face in &faces {
        if watch.is_cancelled() {
            break;
        }
        let there = face.moved(0.0, 0.0, scale[0], scale[1]);
        let (denoised, in_denoised) = denoised(&after, &there)?;
        let mut verdicts = Vec::new();
        for recogniser in &recognisers {
            let embed = |picture: &Picture, face: &Face| {
                recogniser
                    .embed(picture, face)
                    .map_err(|_| Error::Unusable {
                        model: recogniser.name().to_owned(),
                    })
            };
            let own = embed(original, face)?;
            let distance = |picture: &Picture, face: &Face| {
                embed(picture, face).map(|other| recogniser.metric.distance(&own, &other))
            };
            let distances = [
                distance(&before, &there)?,
                distance(&after, &there)?,
                distance(&denoised, &in_denoised)?,
            ];
            verdicts.push(verdict(recogniser, models, made, distances)?);
        }
        measured.push(FaceMeasured {
            area: Area::of(face.bounds),
            verdicts,
        });
    }
    Ok(measured)
}

fn verdict(
    recogniser: &Recogniser<'_>,
    models: &Models,
    made: Option<&Made>,
    [benign, distance, denoised]: [f32; 3],
) -> Result<Verdict, Error> {
    let name = recogniser.name().to_owned();
    if [benign, distance, denoised]
        .iter()
        .any(|value| !value.is_finite())
    {
        return Err(Error::NotFinite { model: name });
    }
    let manifest = models
        .recognisers
        .iter()
        .map(crate::engine::Network::manifest)
        .find(|manifest| manifest.name == name);
    Ok(Verdict {
        title: manifest.map_or_else(String::new, |manifest| manifest.title.clone()),
        origin: manifest
            .map_or("", |manifest| super::origin(manifest.origin))
            .to_owned(),
        held_out: made.is_some_and(|made| !made.recognisers.contains(&name)),
        recogniser: name,
        threshold: recogniser.threshold,
        distance_benign: benign,
        distance,
        distance_denoised: denoised,
        matches_before: recogniser.matches(benign),
        matches_after: recogniser.matches(distance),
        matches_denoised: recogniser.matches(denoised),
    })
}

/// The face's square after the denoiser, and the face in it.
fn denoised(picture: &Picture, face: &Face) -> Result<(Picture, Face), Error> {
    let [left, top, side] = face.square();
    let span = |from: f32, whole: u32| {
        let start = from.max(0.0).min(whole as f32 - 1.0) as usize;
        let end = (from + side).max(0.0).min(whole as f32).ceil() as usize;
        (start, end.max(start + 1) - start)
    };
    let (x, width) = span(left, picture.width());
    let (y, height) = span(top, picture.height());
    let planes = Planes::from_bytes(
        width,
        height,
        &tiles::window(picture, [x, y, width, height]),
    );
    let clean = non_local_means(&planes, DENOISE_H);
    Ok((
        picture_of(&clean)?,
        face.moved(x as f32, y as f32, 1.0, 1.0),
    ))
}

fn picture_of(planes: &Planes) -> Result<Picture, Error> {
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    Picture::new(side(planes.width), side(planes.height), planes.bytes())
}
