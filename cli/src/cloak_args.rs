//! The arguments of everything about cloaks but making one.

use std::path::PathBuf;

use clap::Subcommand;

/// Measure what a cloak does to a photo
///
/// Compares a cloaked copy with its original: how far what image generators see has moved, beside plain noise of the same
/// energy and beside what JPEG alone does; whether face recognisers still match, before and after; how visible it is. All
/// of it also after a simulated upload, a denoiser and a crop. Only what is measured on these two files is told.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  cloakroom cloak-report portrait_cloaked.jpg portrait.jpg
  cloakroom cloak-report portrait_cloaked.jpg portrait.jpg --json

How to read it: a shift is how far an encoder's picture of the photo moved, as a share of its size.
It means something where it is well above the noise and JPEG beside it. \"left out\" are models that
the cloak was made without, which is the fairer test; that is known only right after cloaking.

What a cloak does not do:
  - It raises the cost for lazy scrapers; it is not a lock. Published purifiers (noisy upscaling,
    DiffPure, EditorClean) remove every known scheme, and one clean photo elsewhere is enough. It
    does nothing for photos that are online already.
  - It does not stop \"nudify\" or inpainting apps, or face swaps: an image encoder of 2025/26 with 32
    channels still reproduces the person. What was measured are latents and face recognisers, not
    finished deepfakes.
  - Out of the box it is weak. On six portraits at light, after an upload, the instant cloak moved
    what Sana's encoder sees 1.4 times as far as plain noise of the same energy, Stable Diffusion
    1.x's 1.2 times, and FLUX.2's no farther, too little to claim anything of these two. With the
    faces left as they are, which take most of what may be seen, it was 1.8, 1.5 and 1.2 times. On a
    family of models that it has not seen, expect little more than noise.
  - Strong settings are visible on skin, every setting is on plain backgrounds such as sky and
    walls; a score such as SSIM alone hides that.
  - Screenshots, photographs of the screen and heavy denoising reduce it. Start again from the
    original, never from a cloaked copy.
  - In eighteen portraits tried at balanced, the face recogniser that the cloak was made on matched
    no copy with its original after an upload, and three after a denoiser; two others that it was
    made without still matched seventeen and sixteen. The report tells it for each face of each
    photo. A recogniser that is trained anew may undo whatever was moved.

With --json one object: {cloaked, original, visibility, visibility_sampled, encoders [{name, title,
origin, held_out, as_is {shift, noise}, jpeg_alone, after_upload {..}, after_denoise {..},
after_crop {..}}], faces [{area {x, y, width, height}, verdicts [{recogniser, title, origin,
held_out, threshold, distance_benign, distance, distance_denoised, matches_before, matches_after,
matches_denoised}]}], no_face, denoiser, cancelled, error {code, message, hint}}.")]
pub(crate) struct CloakReport {
    /// The cloaked copy
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The photo that it was made from
    #[arg(value_name = "ORIGINAL")]
    pub(crate) original: PathBuf,
    /// Where the chance in the simulated noise comes from
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Print a JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Add, list or remove the models that cloaks are made with
///
/// Some come with the program: ours, and a dependency's for faces. Model packs that you add make the cloak work against
/// more, and its report tell more.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
#[command(after_long_help = "\
Examples:
  cloakroom models list
  cloakroom models add taef2.safetensors
  cloakroom models remove taef2

A pack is one file: weights (safetensors) with a manifest that describes the layers, the licence and
where it is from. Nothing in it is executed. Add only packs whose licence you accept.")]
pub(crate) struct Models {
    #[command(subcommand)]
    pub(crate) command: ModelsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// Check model packs, try them, and copy them into the data folder
    Add {
        /// The packs
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Print one JSON object per line and pack
        #[arg(long)]
        json: bool,
    },
    /// List the models at hand
    List {
        /// Print one JSON object per line and model
        #[arg(long)]
        json: bool,
    },
    /// Remove a model pack that you added
    Remove {
        /// What it is called, as in the list
        name: String,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
}

/// More steps than this do not help.
const REFINE_STEPS_MAX: u32 = 80;

pub(crate) fn refine_steps(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(steps @ 1..=REFINE_STEPS_MAX) => Ok(steps),
        _ => Err(format!("a number from 1 to {REFINE_STEPS_MAX}")),
    }
}
