//! Checking a bundle, with reasons. Nothing in it is believed: the key stands in the bundle, so that everything fits
//! together proves only that the holder of that key made it.

use serde::Serialize;

use crate::anchor::{self, Proof};
use crate::bundle::{
    FILES_MAX, Files, SUMS, SUMS_SIGNATURE, allowed_signers, leads, read_path, sums,
};
use crate::checkpoint::Checkpoint;
use crate::digest::Digest;
use crate::entry;
use crate::field::{FIELDS, Value, read_leaf};
use crate::key::SigningPublic;
use crate::merkle::leaf_hash;
use crate::{sshsig, tiles};

/// What the person who checks relies on.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Certificates of authorities, each DER.
    pub roots: Vec<Vec<u8>>,
    /// Headers of Bitcoin blocks, 80 bytes each, from a source that the person trusts.
    pub headers: Vec<[u8; 80]>,
    /// Fingerprints of keys, and whose they are.
    pub keys: Vec<(String, String)>,
}

/// How one check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not: the bundle was changed, or was never whole.
    Fails,
    /// It could not be checked with what was at hand.
    Open,
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// What, as a sentence without its full stop.
    pub what: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// A field that the bundle shows, and that belongs to the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Shown {
    /// Its name.
    pub name: String,
    /// What it says.
    pub value: Value,
}

/// By when the record was there, as somebody else confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Time {
    /// `YYYY-MM-DDTHH:MM:SSZ`.
    pub time: String,
    /// Who says so.
    pub by: String,
}

/// What checking a bundle told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Everything that was checked, in order.
    pub checks: Vec<Check>,
    /// The key that signed, as `ssh-keygen -l` shows it.
    pub key: Option<String>,
    /// Whose it is, if the person who checks knows.
    pub key_known_as: Option<String>,
    /// What the record says; only what was proved.
    pub shown: Vec<Shown>,
    /// Times that were confirmed, the earliest first.
    pub times: Vec<Time>,
    /// What is still to be checked elsewhere, as sentences.
    pub open: Vec<String>,
}

impl Report {
    /// Whether nothing failed. That alone says nothing about whom the key belongs to.
    pub fn fits_together(&self) -> bool {
        self.key.is_some()
            && self
                .checks
                .iter()
                .all(|check| check.outcome != Outcome::Fails)
    }

    /// Whether nothing failed and the key is one that the person who checks knows.
    pub fn is_by_a_known_key(&self) -> bool {
        self.fits_together() && self.key_known_as.is_some()
    }

    fn check(&mut self, what: impl Into<String>, holds: bool) -> bool {
        self.checks.push(Check {
            what: what.into(),
            outcome: if holds {
                Outcome::Holds
            } else {
                Outcome::Fails
            },
        });
        holds
    }
}

/// Checks every file of a bundle.
pub fn check(files: &Files, trust: &Trust) -> Report {
    let mut report = Report {
        checks: Vec::new(),
        key: None,
        key_known_as: None,
        shown: Vec::new(),
        times: Vec::new(),
        open: Vec::new(),
    };
    if !report.check("The bundle is of a bearable size", files.len() <= FILES_MAX) {
        return report;
    }
    let of = |name: &str| files.get(name).map_or(&[][..], Vec::as_slice);
    report.check(
        "Every file is listed, and is as it was listed",
        of(SUMS) == sums(files).as_bytes(),
    );
    let checkpoint = Checkpoint::read(of("checkpoint.txt"));
    if !report.check("There is a checkpoint", checkpoint.is_some()) {
        return report;
    }
    let Some(checkpoint) = checkpoint else {
        return report;
    };
    check_key(&mut report, files, &checkpoint, trust);
    let root = check_entry(&mut report, files, &checkpoint);
    if let Some(root) = root {
        check_fields(&mut report, files, &root);
        check_tiles(&mut report, files);
        check_photos(&mut report, files);
    }
    check_anchors(&mut report, files, trust);
    check_names(&mut report, files);
    report
}

fn check_key(report: &mut Report, files: &Files, checkpoint: &Checkpoint, trust: &Trust) {
    let of = |name: &str| files.get(name).map_or(&[][..], Vec::as_slice);
    let key: SigningPublic = checkpoint.key;
    let ssh = |name: &str, signed: &str| {
        str::from_utf8(of(name))
            .ok()
            .and_then(|signature| sshsig::verify(signature, of(signed)))
            == Some(key)
    };
    report.check(
        "The list is signed by the key that the checkpoint names",
        ssh(SUMS_SIGNATURE, SUMS),
    );
    report.check(
        "The checkpoint is signed by the key that it names (SSH)",
        ssh("checkpoint.txt.sig", "checkpoint.txt"),
    );
    let raw = <&[u8; 64]>::try_from(of("checkpoint.txt.ed25519"));
    report.check(
        "The checkpoint is signed by the key that it names (Ed25519)",
        raw.is_ok_and(|signature| key.verifies(of("checkpoint.txt"), signature)),
    );
    report.check(
        "The key is the same for every tool",
        of("key.pem") == key.pem().as_bytes()
            && of("allowed_signers") == allowed_signers(&key).as_bytes(),
    );
    let fingerprint = key.fingerprint();
    let known = trust.keys.iter().find(|(known, _)| *known == fingerprint);
    report.key_known_as = known.map(|(_, whose)| whose.clone());
    report.key = Some(fingerprint);
}

/// The root over the record's fields.
fn check_entry(report: &mut Report, files: &Files, checkpoint: &Checkpoint) -> Option<Digest> {
    let text = files.get("entry.txt").map_or(&[][..], Vec::as_slice);
    let entry = entry::read(text);
    let path = files.get("entry.path").and_then(|path| read_path(path));
    let stands = entry.zip(path).is_some_and(|(entry, path)| {
        entry.sequence.checked_sub(1).is_some_and(|index| {
            leads(
                &leaf_hash(text),
                index,
                checkpoint.size,
                &path,
                &checkpoint.root,
            )
        })
    });
    let holds = report.check("The record is in the ledger that was signed", stands);
    entry.filter(|_| holds).map(|entry| entry.fields)
}

fn check_fields(report: &mut Report, files: &Files, root: &Digest) {
    for (name, bytes) in files.range("fields/".to_owned().."fields0".to_owned()) {
        let Some(stem) = name.strip_suffix(".json") else {
            continue;
        };
        let path = files
            .get(&format!("{stem}.path"))
            .and_then(|path| read_path(path));
        let leaf = read_leaf(bytes);
        let index = leaf
            .as_ref()
            .and_then(|(field, _)| FIELDS.iter().position(|known| known == field));
        let stands = match (&leaf, index, path) {
            (Some((field, _)), Some(index), Some(path)) => {
                stem == format!("fields/{index:02}-{field}")
                    && leads(
                        &leaf_hash(bytes),
                        index as u64,
                        FIELDS.len() as u64,
                        &path,
                        root,
                    )
            }
            _ => false,
        };
        if report.check(format!("The record says what {name} shows"), stands)
            && let Some((name, value)) = leaf
        {
            report.shown.push(Shown { name, value });
        }
    }
}

/// What a proved field says, as text.
fn shown<'a>(report: &'a Report, name: &str) -> Option<&'a str> {
    let field = report.shown.iter().find(|shown| shown.name == name)?;
    match &field.value {
        Value::Text(text) => Some(text),
        Value::Unknown | Value::List(_) => None,
    }
}

fn check_tiles(report: &mut Report, files: &Files) {
    let root = shown(report, "tiles_root").and_then(|root| root.parse::<Digest>().ok());
    for (name, bytes) in files.range("tiles/".to_owned().."tiles0".to_owned()) {
        let Some(stem) = name.strip_suffix(".ppm") else {
            continue;
        };
        let path = files
            .get(&format!("{stem}.path"))
            .and_then(|path| read_path(path));
        let stands = match (tiles::read(bytes), path, root) {
            (Some((grid, place)), Some(path), Some(root)) => {
                let (column, row) = (place.x / tiles::TILE_PX, place.y / tiles::TILE_PX);
                let index = grid.index(column, row);
                stem == format!("tiles/{column:04}-{row:04}")
                    && leads(&leaf_hash(bytes), index, grid.count(), &path, &root)
            }
            _ => false,
        };
        report.check(format!("The picture has the piece {name}"), stands);
    }
}

fn check_photos(report: &mut Report, files: &Files) {
    for (name, bytes) in files.range("photo/".to_owned().."photo0".to_owned()) {
        let digest = Digest::of(bytes).to_string();
        let stands = ["original_sha256", "output_sha256"]
            .into_iter()
            .any(|field| shown(report, field) == Some(&digest));
        report.check(format!("The record is of {name}"), stands);
    }
}

fn check_anchors(report: &mut Report, files: &Files, trust: &Trust) {
    let text = files.get("checkpoint.txt").map_or(&[][..], Vec::as_slice);
    let digest = Digest::of(text);
    for (name, bytes) in files.range("anchors/".to_owned().."anchors0".to_owned()) {
        let kind = name.rsplit('.').next().unwrap_or_default();
        match anchor::check(kind, bytes, &digest, &trust.roots, &trust.headers) {
            Ok(Proof::Confirmed(times)) => {
                report.check(format!("{name} confirms a time"), true);
                report
                    .times
                    .extend(times.into_iter().map(|(time, by)| Time { time, by }));
            }
            Ok(Proof::Open(told)) => {
                report.checks.push(Check {
                    what: format!("{name} is of this checkpoint; its time is not confirmed here"),
                    outcome: Outcome::Open,
                });
                report
                    .open
                    .extend(told.into_iter().map(|told| format!("{name}: {told}")));
            }
            Err(reason) => {
                report.check(
                    format!("{name} is an anchor of this checkpoint ({reason})"),
                    false,
                );
            }
        }
    }
    report.times.sort_by(|one, other| one.time.cmp(&other.time));
}

/// Whether there are files that nobody looks at: they would be signed and mean nothing.
fn check_names(report: &mut Report, files: &Files) {
    const KNOWN: [&str; 14] = [
        "README.txt",
        "SHA256SUMS",
        "SHA256SUMS.sig",
        "allowed_signers",
        "certificate.html",
        "certificate.pdf",
        "checkpoint.txt",
        "checkpoint.txt.ed25519",
        "checkpoint.txt.sig",
        "entry.path",
        "entry.txt",
        "key.pem",
        "verify.ps1",
        "verify.sh",
    ];
    let belongs = |name: &String| {
        KNOWN.contains(&name.as_str())
            || ["anchors/", "photo/"]
                .iter()
                .any(|folder| name.starts_with(folder))
            || [("fields/", ".json"), ("tiles/", ".ppm")]
                .iter()
                .any(|(folder, ending)| {
                    name.starts_with(folder)
                        && (name.ends_with(ending)
                            || name
                                .strip_suffix(".path")
                                .is_some_and(|stem| files.contains_key(&format!("{stem}{ending}"))))
                })
    };
    report.check(
        "There are no files that belong to nothing",
        files.keys().all(belongs) && KNOWN.iter().all(|name| files.contains_key(*name)),
    );
}
