//! What is told of a cloak, as JSON and as text. No number stands without its control.

use std::fmt::Write as _;

use pipeline::perturb::{EncoderMeasured, FaceMeasured, Measured, Shift, Strength, Verdict};
use pipeline::{Cloaked, Failure, Used};
use serde::Serialize;

use crate::text::shown;

/// The width that texts are wrapped at.
const WIDTH: usize = 96;

/// The cloak of one photo: a part of its line of JSON.
#[derive(Debug, Default, Serialize)]
pub(crate) struct CloakText {
    strength: Option<Strength>,
    seed: Option<u64>,
    visibility: Option<f32>,
    face_steps: u32,
    refine_steps: u32,
    cancelled: bool,
    models: Vec<Used>,
    encoders: Vec<EncoderMeasured>,
    faces: Vec<FaceMeasured>,
    no_face: Option<bool>,
    denoiser: Option<String>,
    /// Why the copy is clean and nothing more.
    pub(crate) not_cloaked: Option<Failure>,
}

impl From<Cloaked> for CloakText {
    fn from(cloaked: Cloaked) -> Self {
        let cloak = match cloaked {
            Cloaked::Yes(cloak) => *cloak,
            Cloaked::No(why) => {
                return Self {
                    not_cloaked: Some(why),
                    ..Self::default()
                };
            }
        };
        let (made, measured) = (cloak.made, cloak.measured);
        let visibility = measured
            .as_ref()
            .map_or(made.visibility, |measured| measured.visibility);
        let (encoders, faces, denoiser) = match measured {
            Some(measured) => (measured.encoders, measured.faces, Some(measured.denoiser)),
            None => (Vec::new(), Vec::new(), None),
        };
        Self {
            strength: Some(cloak.strength),
            seed: Some(cloak.seed),
            visibility: Some(visibility),
            face_steps: made.face_steps,
            refine_steps: made.refine_steps,
            cancelled: made.cancelled,
            models: cloak.models,
            encoders,
            faces,
            no_face: Some(made.no_face),
            denoiser,
            not_cloaked: None,
        }
    }
}

/// A cloak in a few lines.
pub(crate) fn in_short(cloak: &CloakText) -> Vec<String> {
    if let Some(why) = &cloak.not_cloaked {
        return vec![format!("{} [{}]", why.message, why.code), why.hint.clone()];
    }
    let mut lines = Vec::new();
    if let (Some(strength), Some(seed)) = (cloak.strength, cloak.seed) {
        let visibility = cloak.visibility.unwrap_or_default();
        lines.push(format!(
            "cloak: {strength}, visibility {visibility:.2}, made for {:.1}; seed {seed}",
            strength.visibility_max()
        ));
    }
    for encoder in &cloak.encoders {
        let Shift { shift, noise } = encoder.after_upload;
        lines.push(format!(
            "{}: moved {shift:.2} after an upload, plain noise {noise:.2}, JPEG alone {:.2}{}",
            shown(&encoder.title),
            encoder.jpeg_alone,
            left_out(encoder.held_out)
        ));
    }
    for (number, face) in cloak.faces.iter().enumerate() {
        for verdict in &face.verdicts {
            lines.push(format!("face {}: {}", number + 1, in_words(verdict)));
        }
    }
    if cloak.no_face == Some(true) {
        lines.push("no face was found, so only what image generators see was moved".to_owned());
    }
    lines.push(
        "It is not a lock: cloakroom cloak-report --help says what it does not do.".to_owned(),
    );
    lines
}

/// The whole report.
pub(crate) fn report((cloaked, original): (&str, &str), measured: &Measured) -> String {
    let mut text = format!("{cloaked}, beside {original}\n\n");
    let [light, balanced, strong] = Strength::ALL.map(Strength::visibility_max);
    let sampled = if measured.visibility_sampled {
        ", from a sample of the picture"
    } else {
        ""
    };
    let _ = writeln!(
        text,
        "Visibility {:.2} (butteraugli, 3-norm{sampled}; light is up to {light:.1}, balanced {balanced:.1}, strong {strong:.1})",
        measured.visibility
    );
    if !measured.encoders.is_empty() {
        text.push_str("\nWhat image generators see: how far it moved (cloak / plain noise of the same energy)\n");
        let _ = writeln!(
            text,
            "  {:30} {:>13} {:>13} {:>13} {:>13} {:>10}",
            "", "as it is", "after upload", "denoised", "60 % crop", "JPEG alone"
        );
    }
    let pair = |shift: Shift| format!("{:.2} / {:.2}", shift.shift, shift.noise);
    for encoder in &measured.encoders {
        let _ = writeln!(
            text,
            "  {:30} {:>13} {:>13} {:>13} {:>13} {:>10.2}{}",
            shown(&encoder.title),
            pair(encoder.as_is),
            pair(encoder.after_upload),
            pair(encoder.after_denoise),
            pair(encoder.after_crop),
            encoder.jpeg_alone,
            left_out(encoder.held_out)
        );
    }
    if measured.no_face {
        text.push_str("\nNo face was found.\n");
    }
    for (number, face) in measured.faces.iter().enumerate() {
        let area = face.area;
        let _ = writeln!(
            text,
            "\nFace {}: {:.0} × {:.0} pixels from {:.0}, {:.0}",
            number + 1,
            area.width,
            area.height,
            area.x,
            area.y
        );
        for verdict in &face.verdicts {
            let _ = writeln!(text, "  {}", in_words(verdict));
        }
    }
    if !measured.denoiser.is_empty() {
        let _ = writeln!(text, "\nDenoiser: {}", shown(&measured.denoiser));
    }
    if measured.cancelled {
        text.push_str("\nIt was stopped early: some numbers are missing.\n");
    }
    text
}

fn in_words(verdict: &Verdict) -> String {
    let said = |matches: bool| if matches { "match" } else { "no match" };
    format!(
        "{}: the original {} ({:.2}), the cloaked copy {} ({:.2}), denoised {} ({:.2}); a match is below {:.2}{}",
        shown(&verdict.title),
        said(verdict.matches_before),
        verdict.distance_benign,
        said(verdict.matches_after),
        verdict.distance,
        said(verdict.matches_denoised),
        verdict.distance_denoised,
        verdict.threshold,
        left_out(verdict.held_out)
    )
}

const fn left_out(held_out: bool) -> &'static str {
    if held_out { "  (left out)" } else { "" }
}

/// A text as an item of a list, in lines of a bearable length.
pub(crate) fn wrapped(text: &str) -> String {
    let mut lines = String::from("  -");
    let mut width = 3;
    for word in text.split(' ') {
        let length = word.chars().count() + 1;
        if width + length > WIDTH {
            lines.push_str("\n   ");
            width = 3;
        }
        lines.push(' ');
        lines.push_str(word);
        width += length;
    }
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_wrapped_between_words() {
        let text = wrapped("word ".repeat(60).trim_end());
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(text.matches("word").count(), 60);
        assert!(text.starts_with("  - word") && text.contains("\n    word"));
    }

    #[test]
    fn what_was_not_cloaked_says_so_and_nothing_else() {
        let why = pipeline::inspect(std::path::Path::new(""), &Default::default()).unwrap_err();
        let text = CloakText::from(Cloaked::No(why.clone()));
        assert_eq!(in_short(&text)[1], why.hint);
        let json = serde_json::to_value(&text).unwrap();
        assert_eq!(json["not_cloaked"]["code"], "not_found");
        assert!(json["strength"].is_null() && json["visibility"].is_null());
    }
}
