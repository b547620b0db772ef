//! A record: what is known of one photo, as fields that can be shown one by one.

use serde::Serialize;

use crate::digest::Digest;
use crate::error::Error;
use crate::features::FEATURES_BYTES_MAX;
use crate::field::{FIELDS, Fields, Value};
use crate::hex::{hex, unhex_array};
use crate::secret::Secret;
use crate::time::is_utc_second;

/// The most bytes of a text that a person gives.
pub const TEXT_BYTES_MAX: usize = 1_000;

/// What is known of one cleaned photo. No name and no path: a ledger in the wrong hands must not
/// tell what the pictures are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// SHA-256 of the original file.
    pub original_sha256: Digest,
    /// SHA-256 of the file that was made from it.
    pub output_sha256: Digest,
    /// SHA-256 of the upright, decoded pixels, where they were decoded.
    pub pixels_sha256: Option<Digest>,
    /// Size of the original file.
    pub original_bytes: u64,
    /// Size of the file that was made from it.
    pub output_bytes: u64,
    /// Width of the picture in pixels.
    pub width: u32,
    /// Height of the picture in pixels.
    pub height: u32,
    /// The container's name, such as `jpeg`: 1 to 16 of `a` to `z` and `0` to `9`.
    pub container: String,
    /// The version of the program: 1 to 64 printable ASCII characters without spaces.
    pub app_version: String,
}

impl Facts {
    /// Whether every fact, and the time claimed for it, has the form that the canonical text and
    /// the store rely on. Asked before writing and again after reading.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTime`] or [`Error::InvalidFact`].
    pub(crate) fn check(&self, claimed_time: &str) -> Result<(), Error> {
        let name = |text: &str| {
            matches!(text.len(), 1..=16)
                && text
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'))
        };
        let version = |text: &str| {
            matches!(text.len(), 1..=64) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        // SQLite's integers, which older ledgers hold, are signed.
        let size = |bytes: u64| i64::try_from(bytes).is_ok();
        let wrong = |field| Err(Error::InvalidFact { field });
        match () {
            () if !is_utc_second(claimed_time) => Err(Error::InvalidTime),
            () if !size(self.original_bytes) => wrong("original_bytes"),
            () if !size(self.output_bytes) => wrong("output_bytes"),
            () if !name(&self.container) => wrong("container"),
            () if !version(&self.app_version) => wrong("app_version"),
            () => Ok(()),
        }
    }
}

/// PDQ fingerprints of a picture: 256 bits each. They tell something of what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdq {
    /// Of the picture made smaller by nearest neighbour, as the reference does.
    pub nearest: [u8; 32],
    /// Of the picture made smaller by averaging.
    pub boxed: [u8; 32],
    /// Of the eight turned and mirrored forms.
    pub dihedral: [[u8; 32]; 8],
    /// How much there is to go by, 0 to 100.
    pub quality: u8,
}

/// What else may be recorded of a photo.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Extras {
    /// The secret that the salts of this record come from, if tiles were hashed with it; otherwise one is drawn.
    #[serde(skip)]
    pub seed: Option<Secret>,
    /// The root over the salted tiles of the upright pixels: see [`tiles`](crate::tiles).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tiles_root: Option<Digest>,
    /// PDQ fingerprints.
    #[serde(skip)]
    pub pdq: Option<Pdq>,
    /// The local features that a copy is recognised by, at most 64 KiB. They are stored beside the record, sealed; a record
    /// that is read has only their digest.
    #[serde(skip)]
    pub features: Option<Vec<u8>>,
    /// SHA-256 of the local features; computed from them, where they are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features_sha256: Option<Digest>,
    /// MD5 of the original, for lists that still ask for it.
    #[serde(skip)]
    pub original_md5: Option<[u8; 16]>,
    /// MD5 of the file that was made from it.
    #[serde(skip)]
    pub output_md5: Option<[u8; 16]>,
    /// Whom the person gave this copy to, in their words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// What for, in their words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The versions of the algorithms behind digests and fingerprints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithms: Option<String>,
    /// How the picture was cloaked, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloak: Option<String>,
    /// Anything the person wants to remember.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Extras {
    /// # Errors
    ///
    /// [`Error::InvalidFact`] for a text that is too long, or empty.
    fn check(&self) -> Result<(), Error> {
        for (field, text) in [
            ("recipient", &self.recipient),
            ("purpose", &self.purpose),
            ("algorithms", &self.algorithms),
            ("cloak", &self.cloak),
            ("note", &self.note),
        ] {
            let fits = |text: &String| matches!(text.len(), 1..=TEXT_BYTES_MAX);
            if !text.as_ref().is_none_or(fits) {
                return Err(Error::InvalidFact { field });
            }
        }
        let features = self.features.as_ref().map_or(0, Vec::len);
        if features > FEATURES_BYTES_MAX {
            return Err(Error::InvalidFact { field: "features" });
        }
        Ok(())
    }
}

/// One line of the ledger. Only the ledger makes records, and none leaves it whose hash does not
/// fit what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Record {
    /// The first 16 hexadecimal digits of the hash; for a record of the first form, of the hash it had then.
    pub id: String,
    /// The record's place in the ledger, from 1.
    pub sequence: u64,
    /// When the photo was cleaned, as the computer's clock claimed: `YYYY-MM-DDTHH:MM:SSZ`.
    pub claimed_time: String,
    /// What is known of the photo.
    #[serde(flatten)]
    pub facts: Facts,
    /// What else was recorded.
    #[serde(flatten)]
    pub extras: Extras,
    /// The hash of the entry before; [`Digest::ZERO`] for the first.
    pub previous: Digest,
    /// What the ledger's tree holds of this record.
    pub hash: Digest,
}

/// Everything that is recorded of a photo, before it has its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) claimed_time: String,
    pub(crate) facts: Facts,
    pub(crate) extras: Extras,
    /// The hash that a record of the first form had.
    pub(crate) first_form_hash: Option<Digest>,
}

impl Content {
    /// The fields of this content, with salts from `seed`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTime`] or [`Error::InvalidFact`] if it cannot be recorded as it is.
    pub(crate) fn fields(&self, seed: Secret) -> Result<Fields, Error> {
        self.facts.check(&self.claimed_time)?;
        self.extras.check()?;
        let Self {
            facts: f,
            extras: e,
            ..
        } = self;
        let pdq = |pick: fn(&Pdq) -> &[u8; 32]| Value::of(e.pdq.as_ref().map(|pdq| hex(pick(pdq))));
        let dihedral = |pdq: &Pdq| Value::List(pdq.dihedral.iter().map(|bits| hex(bits)).collect());
        let md5 = |md5: Option<[u8; 16]>| Value::of(md5.map(|md5| hex(&md5)));
        let value = |name: &str| match name {
            "original_sha256" => Value::text(f.original_sha256),
            "output_sha256" => Value::text(f.output_sha256),
            "pixels_sha256" => Value::of(f.pixels_sha256),
            "tiles_root" => Value::of(e.tiles_root),
            "pdq_nearest" => pdq(|pdq| &pdq.nearest),
            "pdq_box" => pdq(|pdq| &pdq.boxed),
            "pdq_dihedral" => e.pdq.as_ref().map_or(Value::Unknown, dihedral),
            "pdq_quality" => Value::of(e.pdq.as_ref().map(|pdq| pdq.quality)),
            "features_sha256" => Value::of(e.features_sha256),
            "original_md5" => md5(e.original_md5),
            "output_md5" => md5(e.output_md5),
            "width" => Value::text(f.width),
            "height" => Value::text(f.height),
            "original_bytes" => Value::text(f.original_bytes),
            "output_bytes" => Value::text(f.output_bytes),
            "container" => Value::text(&f.container),
            "claimed_time" => Value::text(&self.claimed_time),
            "recipient" => Value::of(e.recipient.as_ref()),
            "purpose" => Value::of(e.purpose.as_ref()),
            "app_version" => Value::text(&f.app_version),
            "algorithms" => Value::of(e.algorithms.as_ref()),
            "cloak" => Value::of(e.cloak.as_ref()),
            "first_form_hash" => Value::of(self.first_form_hash),
            "note" => Value::of(e.note.as_ref()),
            _ => Value::Unknown,
        };
        Ok(Fields {
            seed,
            values: FIELDS.iter().map(|name| value(name)).collect(),
        })
    }

    /// What these fields say; nothing if that is not what [`fields`](Self::fields) makes.
    pub(crate) fn of(fields: &Fields) -> Option<Self> {
        let known = |name: &str| match fields.value(name) {
            Value::Text(text) => Some(text.clone()),
            Value::Unknown | Value::List(_) => None,
        };
        fn parsed<T: std::str::FromStr>(text: Option<String>) -> Option<Option<T>> {
            text.map(|text| text.parse().ok())
                .map_or(Some(None), |value| value.map(Some))
        }
        let bits = |text: String| unhex_array::<32>(&text);
        let pdq = match (known("pdq_nearest"), fields.value("pdq_dihedral")) {
            (Some(nearest), Value::List(dihedral)) => Some(Pdq {
                nearest: bits(nearest)?,
                boxed: bits(known("pdq_box")?)?,
                dihedral: dihedral
                    .iter()
                    .map(|text| unhex_array::<32>(text))
                    .collect::<Option<Vec<_>>>()?
                    .try_into()
                    .ok()?,
                quality: known("pdq_quality")?.parse().ok()?,
            }),
            _ => None,
        };
        Some(Self {
            claimed_time: known("claimed_time")?,
            facts: Facts {
                original_sha256: known("original_sha256")?.parse().ok()?,
                output_sha256: known("output_sha256")?.parse().ok()?,
                pixels_sha256: parsed(known("pixels_sha256"))?,
                original_bytes: known("original_bytes")?.parse().ok()?,
                output_bytes: known("output_bytes")?.parse().ok()?,
                width: known("width")?.parse().ok()?,
                height: known("height")?.parse().ok()?,
                container: known("container")?,
                app_version: known("app_version")?,
            },
            extras: Extras {
                seed: None,
                tiles_root: parsed(known("tiles_root"))?,
                pdq,
                features: None,
                features_sha256: parsed(known("features_sha256"))?,
                original_md5: known("original_md5").and_then(|text| unhex_array(&text)),
                output_md5: known("output_md5").and_then(|text| unhex_array(&text)),
                recipient: known("recipient"),
                purpose: known("purpose"),
                algorithms: known("algorithms"),
                cloak: known("cloak"),
                note: known("note"),
            },
            first_form_hash: parsed(known("first_form_hash"))?,
        })
    }

    /// The record at this place.
    pub(crate) fn record(self, sequence: u64, previous: Digest, hash: Digest) -> Record {
        Record {
            id: format!("{:.16}", self.first_form_hash.unwrap_or(hash)),
            sequence,
            claimed_time: self.claimed_time,
            facts: self.facts,
            extras: self.extras,
            previous,
            hash,
        }
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
