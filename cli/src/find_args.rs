//! The arguments of `cloakroom find` and `cloakroom takedown`.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::proof_args::Unlock;

/// Find the recorded photos that a picture was made from
///
/// Recognises copies that were recompressed, resized, filtered, cropped, mirrored, turned, framed, captioned, photographed
/// from a screen, put into a collage or partly painted over. Only photos that were recorded can be found.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  cloakroom find seen-online.jpg                        Which of my photos is it?
  cloakroom find seen-online.jpg --original beach.jpg   And what was changed in it?
  cloakroom find seen-online.jpg --original Holiday --diff evidence.png
  cloakroom find seen-online.jpg --original Holiday --report report.pdf

Exit status 1 when a picture has no match or cannot be looked up.

With --json each line is one object: path, matches [{record, claimed_time, kind (same_file,
same_pixels, whole, part, alike), certainty (certain, very_high, high, likely), confidence, score,
inliers, expected, alike, region {x, y, width, height, share}, mirrored, rotation, scale,
recompression {container, jpeg_quality}, pdq_distance, size, recipient, purpose, anchored [{kind, imported, says}]}], the surest first;
leak {verdict (told, not_told), …}; changes {verdict, compared, changed, areas [{region,
strength}]}; error {code, message, hint}. Regions are in pixels of the photo. `confidence` is what
can be said from measured unrelated pairs without a false match, so it does not reach 1 however well
the details agree; `score` says how well (a match needs 40).

--diff saves three pictures side by side: the copy laid over the photo with changed areas outlined,
the photo in the copy's colours, and where they differ. --report is about the surest match; the
picture that was found is blurred in it, unless --show-found is given.")]
pub(crate) struct Find {
    #[command(flatten)]
    pub(crate) unlock: Unlock,
    /// The pictures
    #[arg(required = true, value_name = "IMAGE")]
    pub(crate) images: Vec<PathBuf>,
    /// The original, or a folder to look for it in, to tell what was changed
    #[arg(long, value_name = "PATH")]
    pub(crate) original: Option<PathBuf>,
    /// Save what was changed as a PNG picture, which must not exist yet
    #[arg(long, value_name = "OUT", requires = "original")]
    pub(crate) diff: Option<PathBuf>,
    /// Save an evidence report, which must not exist yet: .html, .pdf, or both for any other name
    #[arg(long, value_name = "OUT")]
    pub(crate) report: Option<PathBuf>,
    /// Show the picture that was found in the report, instead of blurring it
    #[arg(long, requires = "report")]
    pub(crate) show_found: bool,
    /// Print one JSON object per line and picture
    #[arg(long)]
    pub(crate) json: bool,
}

/// Prepare what is needed to have a picture taken down
///
/// Writes a new folder: texts for StopNCII.org, a US TAKE IT DOWN Act request, a UK report, an EU notice (Digital Services
/// Act, article 16) and a US copyright notice, as far as they apply, and the hashes of the records that you name. Nothing is
/// sent, and no address is opened. Asks what is not given, if there is a terminal. No legal advice.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  cloakroom takedown --out pack                       Asks everything, the age first
  cloakroom takedown --under-18 no --intimate --url https://example.org/p/1 --out pack
  cloakroom takedown --under-18 yes                   Who helps; nothing else is asked or made

If anybody in the picture was under 18 when it was taken, Cloakroom makes no pack and handles the
picture no further; it says who helps. No text here needs a proof that the photo is yours.

With --json one object: route (under_18 or pack), help, routes, files, missing, folder; or error
{code, message, hint}.")]
pub(crate) struct Takedown {
    #[command(flatten)]
    pub(crate) unlock: Unlock,
    /// Whether anybody in the picture was under 18 when it was taken: yes or no
    #[arg(long, value_name = "YES|NO")]
    pub(crate) under_18: Option<YesNo>,
    /// It shows somebody naked or in a sexual way, or was made to
    #[arg(long)]
    pub(crate) intimate: bool,
    /// It was made or altered by software
    #[arg(long)]
    pub(crate) altered: bool,
    /// You ask for somebody else who is in it and asked you to
    #[arg(long, conflicts_with = "rights_holder")]
    pub(crate) for_another: bool,
    /// You are not in it, but hold the rights in the photo
    #[arg(long)]
    pub(crate) rights_holder: bool,
    /// You took the original photo, or have the rights in it in writing
    #[arg(long)]
    pub(crate) my_photo: bool,
    /// The exact address of a picture or page; may be given many times
    #[arg(long = "url", value_name = "URL")]
    pub(crate) urls: Vec<String>,
    /// Your name, for the signature
    #[arg(long, value_name = "NAME", default_value = "")]
    pub(crate) name: String,
    /// Where the platform can reach you
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    pub(crate) email: String,
    /// Another way to reach you
    #[arg(long, value_name = "NUMBER", default_value = "")]
    pub(crate) phone: String,
    /// A postal address, which some forms ask for
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) address: String,
    /// What it shows, and why it should go, in your words
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) words: String,
    /// A record whose hashes are to be in the pack; may be given many times
    #[arg(long = "record", value_name = "ID")]
    pub(crate) records: Vec<String>,
    /// The new folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Print a JSON object; asks nothing
    #[arg(long)]
    pub(crate) json: bool,
}

/// An answer that must not be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum YesNo {
    Yes,
    No,
}
