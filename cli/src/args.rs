//! The arguments, and the help that teaches them.

use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand};
use clap_complete::Shell;
use pipeline::ledger::ExportFormat;
use pipeline::perturb::Strength;
use pipeline::{Keep, Naming};

use crate::cloak_args::{CloakReport, Models, refine_steps};
use crate::find_args::{Find, Takedown};
use crate::proof_args::{LedgerCare, Prove, Unlock, Verify};

/// Clean photos before you share them: remove place, time, device, names and more.
///
/// Cloakroom shows what a photo would tell a stranger, and saves a clean copy beside it. The picture itself stays as it
/// is, bit for bit, and the original is not touched. Everything happens on this computer; the program connects to
/// nothing.
#[derive(Debug, Parser)]
#[command(
    name = "cloakroom",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(after_long_help = "\
Examples:
  cloakroom inspect beach.jpg           What would this photo give away?
  cloakroom clean beach.jpg             Save beach_clean.jpg beside it
  cloakroom clean Holiday --out Clean   Clean a whole folder into another
  cloakroom clean clip.mov              Save clip_clean.mov: MP4 and MOV videos are cleaned too
  cloakroom clean portrait.jpg --cloak balanced
                                        Cloak it against AI misuse too
  cloakroom ledger list                 What was cleaned on this computer
  cloakroom prove ID --disclose output_sha256 --out proof.zip
                                        Show somebody that you had it
  cloakroom verify proof.zip            Check what somebody shows you
  cloakroom find seen-online.jpg        Which of my photos was this made from?

Exit status: 0 when all went well, 1 when a file was refused or failed, or was not cloaked although
you asked for it, 2 for wrong usage, 130 after Ctrl-C.

Environment:
  CLOAKROOM_HOME         the folder of the ledger, instead of the usual one
  CLOAKROOM_MODELS       the folder of the models that came with the program
  CLOAKROOM_PASSPHRASE   the passphrase of the ledger or backup, instead of asking for it
  NO_COLOR               no colours, whatever the value")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Inspect(Inspect),
    Clean(Clean),
    CloakReport(CloakReport),
    Models(Models),
    Find(Find),
    Takedown(Takedown),
    Ledger(Ledger),
    Prove(Prove),
    Verify(Verify),
    /// Print completions for a shell
    #[command(hide = true)]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    #[command(hide = true)]
    Man,
}

/// Show what photos would give away
///
/// Nothing is written or changed. What is found is grouped by topic, the most dangerous first.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  cloakroom inspect beach.jpg
  cloakroom inspect Holiday                           Every photo in a folder
  cloakroom inspect --json *.jpg | grep '\"place\"'     Only those that tell where

With --json each line is one object: path, container, outcome (done: there is something to remove;
already_clean; refused; failed), output, findings [{topic, name, value}], removed, kept, outside
[{carrier, topic, name, value, stays}], record, cloak, notes, error {code, message, hint}. What was left
out in folders comes last: {skipped: [{path, reason}]}.

`outside` (in text: \"the file itself\") is what the file tells without being opened: its name and
times, notes that the system attached to it (such as where it was downloaded from), and files beside
it. Names and times alone do not make a photo unclean.")]
pub(crate) struct Inspect {
    /// Photos, and folders to search for photos
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Print one JSON object per line and file
    #[arg(long)]
    pub(crate) json: bool,
}

/// Save clean copies of photos
///
/// The copy lies beside the original as NAME_clean.EXT, unless you say otherwise. An existing file is never written
/// over. Each copy is read back from the disk before it gets its name, and gets a neutral file time.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  cloakroom clean beach.jpg                          Save beach_clean.jpg
  cloakroom clean Holiday --out Clean                Keep the folder's tree, in another folder
  cloakroom clean *.jpg --name random                Names that tell nothing
  cloakroom clean beach.jpg --keep copyright,artist  Keep your name in it
  cloakroom clean beach.jpg --only place             Remove the place, keep date, camera and name
  cloakroom clean beach.jpg --replace                The original goes to the trash
  cloakroom clean beach.jpg --no-record              Leave no line in the ledger
  cloakroom clean beach.jpg --recipient Ann          Remember whom this copy was for
  cloakroom clean portrait.jpg --cloak balanced      Save portrait_cloaked.jpg
  cloakroom clean portrait.jpg --cloak light --refine=40
                                                     Take longer, do more as invisibly

--cloak changes the picture a little, to move what image generators and face recognisers see in it.
It is not a lock, and today it is weak: face recognisers that it was made without still matched in
nearly every photo tried. Each copy comes with what was measured on it; `cloakroom cloak-report
--help` says what a cloak does not do. light is the least visible and strong shows on skin; on plain
backgrounds each of them is seen. JPEG, PNG, WebP and TIFF stay what they are (JPEG at no lower
quality; WebP becomes lossless); JPEG XL, HEIC and AVIF become JPEG or PNG, the last two only where
libheif is installed. GIF, BMP, animations, several pages, CMYK and videos are cleaned but not
cloaked, and the outcome says so. A photo that is cloaked already, as the ledger knows, is refused.
The same seed, models and kind of processor make the same cloak again.

What the picture needs always stays: orientation, colour profile, animation, transparency.

--only place is the same as --keep date,camera,copyright,artist: these are written anew. Captions,
serial numbers, edits, thumbnails, videos and whatever no rule explains go all the same, because a
place can hide in them.

Names:
  keep      as the original (default)
  random    ten random letters and digits
  sequence  photo-0001, photo-0002, … in the order in which the photos are given
  safe      as the original, unless it looks like the work of a camera or messenger, or holds a
            date, a time or a long number

With --json each line is one object: path, container, outcome (done, already_clean, refused,
failed), output, findings [{topic, name, value}], removed, kept, outside [{carrier, topic, name,
value, stays}], record, cloak, notes, error {code, message, hint}. What was left out in folders
comes last: {skipped: [{path, reason}]}. cloak is null without --cloak, else {strength, seed,
visibility, face_steps, refine_steps, cancelled, models [{name, sha256}], encoders, faces, no_face,
denoiser, not_cloaked {code, message, hint}}; encoders and faces are as in `cloak-report --json`.

Ctrl-C stops after the photos in hand, and refining at the best so far; a second Ctrl-C stops at
once.")]
pub(crate) struct Clean {
    /// Photos, and folders to search for photos
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Save into this folder (made if needed) instead of beside the originals
    #[arg(long, value_name = "DIR", conflicts_with = "replace")]
    pub(crate) out: Option<PathBuf>,
    /// Put the clean copy in the original's place, and the original in the trash
    #[arg(long)]
    pub(crate) replace: bool,
    /// How to name the copies: keep, random, sequence or safe
    #[arg(
        long,
        value_name = "HOW",
        default_value = "keep",
        hide_default_value = true
    )]
    pub(crate) name: Naming,
    /// What to keep in the photos: date, camera, copyright, artist, place (with commas between)
    #[arg(long, value_name = "LIST", value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) keep: Vec<Keep>,
    /// Remove only the place, and keep date, camera, copyright and artist (see below)
    #[arg(long, value_name = "place", value_parser = ["place"], conflicts_with = "keep")]
    pub(crate) only: Option<String>,
    /// Cloak the copies against AI misuse: light, balanced or strong (see below)
    #[arg(long, value_name = "STRENGTH")]
    pub(crate) cloak: Option<Strength>,
    /// Refine the cloak with so many steps, 1 to 80 [default when given: 20]; slower and stronger
    #[arg(long, value_name = "STEPS", requires = "cloak", num_args = 0..=1, require_equals = true,
        default_missing_value = "20", value_parser = refine_steps)]
    pub(crate) refine: Option<u32>,
    /// Where all chance of the cloak comes from [default: a new one for each photo]
    #[arg(long, value_name = "N", requires = "cloak")]
    pub(crate) seed: Option<u64>,
    /// Give the copies the file times of the originals
    #[arg(long)]
    pub(crate) keep_times: bool,
    /// Leave no record in the ledger
    #[arg(long)]
    pub(crate) no_record: bool,
    /// Note in the record whom these copies are for, in your words
    #[arg(long, value_name = "TEXT", conflicts_with = "no_record")]
    pub(crate) recipient: Option<String>,
    /// Note in the record what these copies are for, in your words
    #[arg(long, value_name = "TEXT", conflicts_with = "no_record")]
    pub(crate) purpose: Option<String>,
    /// How many photos to work on at once [default: one per core]
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub(crate) jobs: Option<usize>,
    /// Print one JSON object per line and file
    #[arg(long)]
    pub(crate) json: bool,
    /// Print problems only
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Look up what was cleaned on this computer
///
/// The ledger holds digests, sizes and times of the photos that were cleaned, never names, paths or pictures. A file is
/// found by its digest.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
#[command(after_long_help = "\
Examples:
  cloakroom ledger list --search 2026-01   Records of one month
  cloakroom ledger find beach_clean.jpg    Is this one of mine?
  cloakroom ledger export --format csv --out ledger.csv
  cloakroom ledger key passphrase          Let nobody else read it
  cloakroom ledger anchor export --out ask Let somebody confirm the time
  cloakroom ledger backup --out ledger.backup

With a passphrase, reading asks for it; recording never does.")]
pub(crate) struct Ledger {
    #[command(flatten)]
    pub(crate) unlock: Unlock,
    #[command(subcommand)]
    pub(crate) command: LedgerCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// List records, newest first
    List {
        /// Only records whose id, digests, container or date begin with this, or whose recipient or purpose hold it
        #[arg(
            long,
            value_name = "TEXT",
            default_value = "",
            hide_default_value = true
        )]
        search: String,
        /// Print one JSON object per line and record
        #[arg(long)]
        json: bool,
    },
    /// Show one record
    Show {
        /// The record's id, or at least its first 4 digits
        id: String,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Find the records of files, by their bytes or else by their pixels
    ///
    /// Finds the originals and the clean copies, and files with the same pixels but other metadata. Exit status 1 when
    /// a file has no record.
    Find {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Print one JSON object per line and record
        #[arg(long)]
        json: bool,
    },
    /// Write out all records, oldest first
    Export {
        /// The form: csv or json
        #[arg(long, value_name = "FORM", default_value = "csv")]
        format: ExportFormat,
        /// Write to this file, which must not exist yet, instead of standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    #[command(flatten)]
    Care(LedgerCare),
}

/// More threads than this help no machine.
const JOBS_MAX: usize = 256;

fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(jobs @ 1..=JOBS_MAX) => Ok(jobs),
        _ => Err(format!("a number from 1 to {JOBS_MAX}")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn lists_are_taken_apart() {
        let args = Args::try_parse_from([
            "cloakroom",
            "clean",
            "a",
            "--keep",
            "date,artist",
            "--keep",
            "place",
        ])
        .unwrap();
        let Command::Clean(args) = args.command else {
            panic!("another command");
        };
        assert_eq!(args.keep, [Keep::Date, Keep::Artist, Keep::Place]);
        assert_eq!(args.name, Naming::Keep);
        assert_eq!(args.jobs, None);
    }

    #[test]
    fn refining_needs_no_number_and_takes_no_path_for_one() {
        let refine = |more: &[&str]| {
            let args = [&["cloakroom", "clean", "--cloak", "strong"], more].concat();
            match Args::try_parse_from(args).unwrap().command {
                Command::Clean(args) => (args.refine, args.paths.len()),
                _ => panic!("another command"),
            }
        };
        assert_eq!(refine(&["a.jpg"]), (None, 1));
        assert_eq!(refine(&["--refine", "a.jpg"]), (Some(20), 1));
        assert_eq!(refine(&["--refine=60", "a.jpg"]), (Some(60), 1));
    }

    #[test]
    fn wrong_usage_is_told() {
        for wrong in [
            &["clean"][..],
            &["clean", "a", "--out", "b", "--replace"],
            &["clean", "a", "--keep", "everything"],
            &["clean", "a", "--only", "date"],
            &["clean", "a", "--only", "place", "--keep", "place"],
            &["clean", "a", "--name", "nice"],
            &["clean", "a", "--jobs", "0"],
            &["clean", "a", "--cloak", "invisible"],
            &["clean", "a", "--refine"],
            &["clean", "a", "--seed", "1"],
            &["clean", "a", "--cloak", "light", "--refine=0"],
            &["clean", "a", "--cloak", "light", "--refine=81"],
            &["cloak-report", "a"],
            &["models"],
            &["models", "add"],
            &["ledger"],
            &["ledger", "export", "--format", "xml"],
        ] {
            let args = [&["cloakroom"], wrong].concat();
            assert!(Args::try_parse_from(&args).is_err(), "{args:?}");
        }
    }
}
