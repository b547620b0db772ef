//! Making a bundle of what the person chose to show.

use crate::bundle::certificate::{Told, certificate};
use crate::bundle::{
    FILES_MAX, Files, SUMS, SUMS_SIGNATURE, allowed_signers, path_text, script, sums,
};
use crate::checkpoint::SignedCheckpoint;
use crate::digest::Digest;
use crate::entry::Kind;
use crate::error::Error;
use crate::field::{FIELDS, Fields, Value};
use crate::merkle::verify_inclusion;
use crate::{Ledger, sshsig};

/// What the person chose to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The names of the fields.
    pub fields: Vec<String>,
    /// Pieces of the full-resolution picture.
    pub tiles: Vec<Tile>,
    /// The photo itself, with the ending of its name.
    pub photo: Option<(String, Vec<u8>)>,
}

/// One piece of the picture, and where it stands among all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// From the left, from 0.
    pub column: u32,
    /// From the top, from 0.
    pub row: u32,
    /// The leaf: see [`tiles`](crate::tiles).
    pub file: Vec<u8>,
    /// Its place, from 0.
    pub index: u64,
    /// How many tiles there are.
    pub count: u64,
    /// The way to the root.
    pub proof: Vec<Digest>,
}

/// What saw a checkpoint at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The ending of its file's name: `tsr` or `ots`.
    pub kind: String,
    /// The file, word for word.
    pub bytes: Vec<u8>,
}

impl Ledger {
    /// The files that prove what the person chose of the record with this id. If a checkpoint with the record in it was
    /// anchored, it is about the first of those; otherwise a new one is signed. Without any field or tile it proves that
    /// there is a record, and nothing about it.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownField`]; [`Error::PixelsDiffer`] for a tile or a photo that was not recorded; those of
    /// [`get`](Self::get) and of [`sign_checkpoint`](Self::sign_checkpoint).
    pub fn prove(&self, id: &str, choice: &Choice, claimed_time: &str) -> Result<Files, Error> {
        let sequence = {
            let mut open = self.state();
            open.find(id)?
        };
        let (signed, anchors) = match self.first_anchored(sequence)? {
            Some(anchored) => anchored,
            None => (self.sign_checkpoint(claimed_time)?, Vec::new()),
        };
        let mut open = self.state();
        let (entry, _) = open.entry_at(sequence)?;
        let keyring = open.keyring.as_mut().ok_or(Error::NeedsPassphrase)?;
        if entry.kind != Kind::Photo {
            return Err(Error::NotFound);
        }
        let fields = keyring.fields(&entry)?;
        let pair = keyring.signing_with(&signed.checkpoint.key);
        let pair = pair.ok_or(Error::NeedsPassphrase)?.clone();
        if fields.root() != entry.fields {
            return Err(Error::Tampered { sequence });
        }
        let size = signed.checkpoint.size;
        let index = sequence.saturating_sub(1);
        let proof = open.log.tree.inclusion(index, size);
        drop(open);

        let mut files = Files::new();
        let path = proof.and_then(|proof| path_text(index, size, &proof));
        files.insert("entry.txt".to_owned(), entry.text().into_bytes());
        files.insert(
            "entry.path".to_owned(),
            path.ok_or(Error::NotFound)?.into_bytes(),
        );
        let shown = put_fields(&mut files, &fields, choice)?;
        put_tiles(&mut files, &fields, &choice.tiles)?;
        put_photo(&mut files, &fields, choice.photo.as_ref())?;
        for (number, anchor) in anchors.iter().enumerate() {
            let name = format!("anchors/{}.{}", number + 1, anchor.kind);
            files.insert(name, anchor.bytes.clone());
        }
        put_checkpoint(&mut files, &signed);
        let certificate = certificate(&Told {
            signed: &signed,
            sequence,
            shown: &shown,
            tiles: choice.tiles.len(),
            has_photo: choice.photo.is_some(),
            anchors: &anchors,
        });
        files.insert("README.txt".to_owned(), certificate.text().into_bytes());
        files.insert(
            "certificate.html".to_owned(),
            certificate.page().into_bytes(),
        );
        files.insert("certificate.pdf".to_owned(), certificate.pdf());
        files.insert("verify.sh".to_owned(), script::SH.into());
        files.insert("verify.ps1".to_owned(), script::PS1.into());
        if files.len() > FILES_MAX {
            return Err(Error::TooMuch);
        }
        let list = sums(&files);
        let signature = sshsig::sign(&pair, list.as_bytes());
        files.insert(SUMS.to_owned(), list.into_bytes());
        files.insert(SUMS_SIGNATURE.to_owned(), signature.into_bytes());
        Ok(files)
    }

    /// The secret that the salts of this record's tiles come from.
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get).
    pub fn tile_seed(&self, id: &str) -> Result<crate::Secret, Error> {
        let mut open = self.state();
        let sequence = open.find(id)?;
        let (entry, _) = open.entry_at(sequence)?;
        let keyring = open.keyring.as_mut().ok_or(Error::NeedsPassphrase)?;
        Ok(keyring.fields(&entry)?.seed.clone())
    }
}

fn put_checkpoint(files: &mut Files, signed: &SignedCheckpoint) {
    let key = signed.checkpoint.key;
    for (name, bytes) in [
        ("checkpoint.txt", signed.text().into_bytes()),
        (
            "checkpoint.txt.sig",
            signed.ssh_signature.clone().into_bytes(),
        ),
        ("checkpoint.txt.ed25519", signed.signature.to_vec()),
        ("allowed_signers", allowed_signers(&key).into_bytes()),
        ("key.pem", key.pem().into_bytes()),
    ] {
        files.insert(name.to_owned(), bytes);
    }
}

/// The chosen fields, each with its way to the root.
fn put_fields(
    files: &mut Files,
    fields: &Fields,
    choice: &Choice,
) -> Result<Vec<(String, Value)>, Error> {
    let (tree, leaves) = (fields.tree(), fields.leaves());
    let mut names = choice.fields.clone();
    if !choice.tiles.is_empty() {
        names.push("tiles_root".to_owned());
    }
    let mut shown = Vec::new();
    for (index, (name, leaf)) in FIELDS.iter().zip(&leaves).enumerate() {
        if !names.iter().any(|chosen| chosen == name) {
            continue;
        }
        let index = index as u64;
        let proof = tree.inclusion(index, tree.size()).unwrap_or_default();
        let path = path_text(index, tree.size(), &proof).unwrap_or_default();
        files.insert(
            format!("fields/{index:02}-{name}.json"),
            leaf.clone().into_bytes(),
        );
        files.insert(format!("fields/{index:02}-{name}.path"), path.into_bytes());
        shown.push(((*name).to_owned(), fields.value(name).clone()));
    }
    match names
        .into_iter()
        .find(|name| !FIELDS.contains(&name.as_str()))
    {
        Some(name) => Err(Error::UnknownField { name }),
        None => Ok(shown),
    }
}

fn put_tiles(files: &mut Files, fields: &Fields, tiles: &[Tile]) -> Result<(), Error> {
    for tile in tiles {
        let root = match fields.value("tiles_root") {
            Value::Text(root) => root.parse::<Digest>().ok(),
            Value::Unknown | Value::List(_) => None,
        };
        let leaf = crate::merkle::leaf_hash(&tile.file);
        let belongs = root.is_some_and(|root| {
            verify_inclusion(tile.index, tile.count, &leaf, &tile.proof, &root)
        });
        if !belongs {
            return Err(Error::PixelsDiffer);
        }
        let name = format!("tiles/{:04}-{:04}", tile.column, tile.row);
        let path = path_text(tile.index, tile.count, &tile.proof).unwrap_or_default();
        files.insert(format!("{name}.ppm"), tile.file.clone());
        files.insert(format!("{name}.path"), path.into_bytes());
    }
    Ok(())
}

/// The photo, if it is one of the two that were recorded and the digest of it is shown.
fn put_photo(
    files: &mut Files,
    fields: &Fields,
    photo: Option<&(String, Vec<u8>)>,
) -> Result<(), Error> {
    let Some((ending, bytes)) = photo else {
        return Ok(());
    };
    let digest = Value::text(Digest::of(bytes));
    let recorded = ["original_sha256", "output_sha256"]
        .into_iter()
        .find(|name| *fields.value(name) == digest);
    let name = recorded.ok_or(Error::PixelsDiffer)?;
    if !files
        .keys()
        .any(|file| file.ends_with(&format!("{name}.json")))
    {
        return Err(Error::UnknownField {
            name: name.to_owned(),
        });
    }
    let plain = |letter: &char| letter.is_ascii_alphanumeric();
    let ending: String = ending.chars().filter(plain).take(8).collect();
    files.insert(format!("photo/photo.{ending}"), bytes.clone());
    Ok(())
}
