//! The arguments of what proves and protects: bundles, anchors, keys, backups.

use std::path::PathBuf;

use clap::{ArgAction, Subcommand};
use pipeline::ledger::{HashFormat, HashKind, Reason};

/// Where a passphrase comes from.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Unlock {
    /// Read the passphrase from this open file (a number), instead of $CLOAKROOM_PASSPHRASE or asking
    #[arg(long, value_name = "FD", global = true)]
    pub(crate) passphrase_fd: Option<u32>,
}

/// Where a new passphrase comes from.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct NewPassphrase {
    /// Read the new passphrase from this open file (a number), instead of $CLOAKROOM_NEW_PASSPHRASE or asking
    #[arg(long, value_name = "FD")]
    pub(crate) new_passphrase_fd: Option<u32>,
}

/// Make a bundle that proves to others what a record says
///
/// The bundle shows what you choose and nothing else. It is checked with tools that every system has; whoever gets it needs
/// neither this program nor trust in anybody. It shows that the holder of your key had these bytes by a time, never who
/// took the picture. The time is your own claim until you anchor it: see "cloakroom ledger anchor --help".
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  cloakroom prove 1a2b3c4d --disclose output_sha256 --out proof.zip
      That you had the clean copy, and nothing else about it
  cloakroom prove 1a2b3c4d --disclose original_sha256,width,height --photo beach.jpg --out proof.zip
      With the original itself
  cloakroom prove 1a2b3c4d --disclose width,height --tile 3:0 --tile-of beach.jpg --out proof.zip
      That you have it in full resolution, with one square of it, such as a piece of sky
  cloakroom prove 1a2b3c4d --disclose none --out proof.zip
      That there is a record, and nothing about it

Fields:
  original_sha256, output_sha256, pixels_sha256, tiles_root, pdq_nearest, pdq_box, pdq_dihedral,
  pdq_quality, features_sha256, original_md5, output_md5, width, height, original_bytes,
  output_bytes, container, claimed_time, recipient, purpose, app_version, algorithms, cloak,
  first_form_hash, note; or all, or none

pdq_… tell something of what the picture shows. All fields of one record that you ever showed can
be put side by side: show each reader only what they need.")]
pub(crate) struct Prove {
    /// The record's id, or at least its first 4 digits
    pub(crate) id: String,
    /// The fields to show, with commas between: see below
    #[arg(long, value_name = "FIELDS", required = true, value_delimiter = ',', action = ArgAction::Append)]
    pub(crate) disclose: Vec<String>,
    /// Put this photo in: the original, or the clean copy, of which the digest is shown
    #[arg(long, value_name = "PHOTO")]
    pub(crate) photo: Option<PathBuf>,
    /// Show a piece of the full-resolution picture: column and row of its 256-pixel square, from 0; needs --tile-of
    #[arg(long, value_name = "COLUMN:ROW", action = ArgAction::Append, requires = "tile_of", value_parser = square)]
    pub(crate) tile: Vec<(u32, u32)>,
    /// The original or the clean copy, to take the pieces from; it is not put in
    #[arg(long, value_name = "PHOTO")]
    pub(crate) tile_of: Option<PathBuf>,
    /// Write the bundle to this file, which must not exist yet
    #[arg(long, value_name = "FILE.zip")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) unlock: Unlock,
    /// Print a JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

fn square(text: &str) -> Result<(u32, u32), String> {
    text.split_once(':')
        .and_then(|(column, row)| Some((column.parse().ok()?, row.parse().ok()?)))
        .ok_or_else(|| "a column and a row, such as 3:0".to_owned())
}

/// Check a proof bundle
///
/// Every part is checked and said. That everything fits together proves only that the holder of the key in the bundle made
/// it: whose key that is, you must learn from the person by another way.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  cloakroom verify proof.zip
  cloakroom verify proof.zip --ca authority.pem        Also check the time of an authority
  cloakroom verify proof.zip --key SHA256:AbC…=Ann     Also check whose key it is

Exit status: 0 when everything fits together, 1 when anything does not, 2 for wrong usage. With
--key, it is 1 for any other key, too.")]
pub(crate) struct Verify {
    /// The bundle: the .zip, or the folder that it was unpacked to
    pub(crate) bundle: PathBuf,
    /// Trust the certificates in this file (PEM or DER), beside those that the system trusts
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub(crate) ca: Vec<PathBuf>,
    /// Trust this Bitcoin block header: 160 hexadecimal digits
    #[arg(long, value_name = "HEX", action = ArgAction::Append)]
    pub(crate) block: Vec<String>,
    /// Whose key has this fingerprint, such as SHA256:AbC…=Ann
    #[arg(long, value_name = "FINGERPRINT[=NAME]", action = ArgAction::Append)]
    pub(crate) key: Vec<String>,
    /// Print a JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Show the keys that are or were in use, and whether a passphrase protects them
    Show {
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Set or change the passphrase
    ///
    /// Without one, whoever can read your ledger's file can read your records and sign in your name. With one, recording
    /// still never asks for it; reading and proving do.
    Passphrase {
        #[command(flatten)]
        new: NewPassphrase,
        /// Take the passphrase away
        #[arg(long)]
        remove: bool,
    },
    /// Print the recovery sheet: your key on paper
    ///
    /// Whoever has the sheet has your key. Print it, do not keep it as a file, and put it where nobody else looks.
    Sheet,
    /// Open a ledger whose passphrase is lost with the recovery code, and set a new passphrase
    ///
    /// The code is asked for, or read from $CLOAKROOM_RECOVERY_CODE.
    Recover {
        #[command(flatten)]
        new: NewPassphrase,
    },
    /// Replace the key by a new one, which the old one vouches for
    ///
    /// Records of before stay readable. Print a new recovery sheet afterwards. The new key is under the new passphrase, or
    /// under none.
    Rotate {
        /// Why: routine, lost or stolen
        #[arg(long, value_name = "WHY", default_value = "routine")]
        reason: Reason,
        #[command(flatten)]
        new: NewPassphrase,
        /// Put the new key under no passphrase
        #[arg(long)]
        no_passphrase: bool,
    },
    /// Say in the ledger that an earlier key must not be trusted any more
    Revoke {
        /// Its number, as "key show" tells
        number: u16,
        /// Why: lost or stolen
        #[arg(long, value_name = "WHY", default_value = "stolen")]
        reason: Reason,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AnchorCommand {
    /// Sign a checkpoint and write what you carry to a time-stamping service
    ///
    /// One anchor covers every record up to now. The service sees one random-looking number, and when and from where you
    /// bring it. This program connects to nothing: you carry the files.
    #[command(after_long_help = "\
Writes into the folder:
  checkpoint.txt        what is anchored; bring this to an OpenTimestamps service, or: ots stamp checkpoint.txt
  checkpoint.tsq        a question of RFC 3161; send it to an authority as application/timestamp-query
  checkpoint.sha256     the digest of checkpoint.txt, for services that take one

Bring the answer back with \"cloakroom ledger anchor import\". Two services of different kinds are
better than one.")]
    Export {
        /// The folder, made if needed; existing files are never written over
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Keep what a service answered: a .tsr or an .ots file
    Import {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Show which records are anchored, by whom and when, and which are only claimed
    List {
        /// Trust the certificates in this file (PEM or DER), beside those that the system trusts
        #[arg(long, value_name = "FILE", action = ArgAction::Append)]
        ca: Vec<PathBuf>,
        /// Trust this Bitcoin block header: 160 hexadecimal digits
        #[arg(long, value_name = "HEX", action = ArgAction::Append)]
        block: Vec<String>,
        /// Print one JSON object per line and anchor
        #[arg(long)]
        json: bool,
    },
}

/// Commands of the ledger that protect and compare it.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCare {
    /// Your key: passphrase, recovery sheet, replacement
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Anchors in time: what you carry to a service, and its answer
    Anchor {
        #[command(subcommand)]
        command: AnchorCommand,
    },
    /// Write out hashes of your photos for services that stop copies
    ///
    /// PDQ tells something of what the picture shows: give it only to a service that you trust with that. sha256 and md5
    /// find the very same file and tell nothing else. If you are under 18 in the picture, Take It Down
    /// (takeitdown.ncmec.org) does this for you, and you need not keep or send the picture.
    Hashes {
        /// The records' ids
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// The kinds, with commas between: sha256, md5, pdq
        #[arg(
            long,
            value_name = "KINDS",
            value_delimiter = ',',
            default_value = "sha256"
        )]
        kinds: Vec<HashKind>,
        /// The form: lines, csv or json
        #[arg(long, value_name = "FORM", default_value = "lines")]
        format: HashFormat,
        /// Write to this file, which must not exist yet, instead of standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Verify the whole ledger, or compare it with a checkpoint or a root that you kept elsewhere
    ///
    /// Without an argument everything is verified anew: every entry, checkpoint and anchor, and, once it is unlocked, that
    /// every record opens. With one, an older copy of the ledger put in its place is found. Exit status 1 if the ledger is
    /// not as it was left, or does not hold what it held then.
    Check {
        /// A checkpoint.txt, a proof bundle, or SIZE:ROOT from a recovery sheet
        kept: Option<String>,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Write the whole ledger with its key into one encrypted file
    ///
    /// The backup has a passphrase of its own, asked for as a new one. Without that passphrase nobody opens it, you included.
    Backup {
        /// The file, which must not exist yet
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        new: NewPassphrase,
    },
    /// Restore a backup, or try whether it could be
    ///
    /// The backup is restored beside the ledger, verified and compared with it. With --drill that is all. Otherwise it takes
    /// the ledger's place, and the ledger of before is kept beside it.
    Restore {
        /// The backup
        file: PathBuf,
        /// Only try: restore beside, compare, and remove again
        #[arg(long)]
        drill: bool,
        /// Restore even though the ledger has records that the backup has not
        #[arg(long, conflicts_with = "drill")]
        older: bool,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
}
