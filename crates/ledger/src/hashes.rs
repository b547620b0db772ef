//! Hashes for lists: what a person gives to a service that stops copies of their pictures.

use std::io::Write;
use std::str::FromStr;

use serde::Serialize;

use crate::Ledger;
use crate::error::Error;
use crate::hex::hex;
use crate::record::Record;

/// A kind of hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HashKind {
    /// SHA-256 of the original and of the cleaned file: finds the very same bytes, and tells nothing else.
    Sha256,
    /// MD5 of both, where it was recorded: as SHA-256, for lists that still ask for it.
    Md5,
    /// PDQ, where it was recorded: finds copies that were made smaller or saved anew. A blurred impression of the picture
    /// can be made from it.
    Pdq,
}

impl HashKind {
    /// All, the surest first.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Md5, Self::Pdq];

    /// The name that lists use for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Md5 => "md5",
            Self::Pdq => "pdq",
        }
    }

    /// Whether something of the picture can be seen from it.
    pub fn tells_of_the_picture(self) -> bool {
        self == Self::Pdq
    }
}

impl FromStr for HashKind {
    type Err = UnknownHash;

    fn from_str(text: &str) -> Result<Self, UnknownHash> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.name() == text).ok_or(UnknownHash)
    }
}

/// The form of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashFormat {
    /// `sha256 <hexadecimal>`, one on a line: what matchers of platforms read.
    Lines,
    /// A line of names, then record, of which file, kind, hash.
    Csv,
    /// An array of objects with the same names.
    Json,
}

impl FromStr for HashFormat {
    type Err = UnknownHash;

    fn from_str(text: &str) -> Result<Self, UnknownHash> {
        match text {
            "lines" => Ok(Self::Lines),
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            _ => Err(UnknownHash),
        }
    }
}

/// The text names no kind of hash or form of list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Hashes are sha256, md5 or pdq; lists are lines, csv or json.")]
pub struct UnknownHash;

/// One hash.
#[derive(Debug, Serialize)]
struct Row<'a> {
    record: &'a str,
    file: &'static str,
    kind: HashKind,
    hash: String,
}

impl Ledger {
    /// Writes the hashes of these kinds of these records; how many there were.
    ///
    /// # Errors
    ///
    /// [`Error::Export`] if `out` refuses, and those of [`get`](Self::get).
    pub fn export_hashes(
        &self,
        ids: &[String],
        kinds: &[HashKind],
        format: HashFormat,
        out: &mut dyn Write,
    ) -> Result<u64, Error> {
        let records = ids
            .iter()
            .map(|id| self.get(id))
            .collect::<Result<Vec<_>, _>>()?;
        let rows: Vec<Row<'_>> = records
            .iter()
            .flat_map(|record| rows(record, kinds))
            .collect();
        write(&rows, format, out).map_err(Error::Export)?;
        Ok(rows.len() as u64)
    }
}

fn rows<'a>(record: &'a Record, kinds: &[HashKind]) -> Vec<Row<'a>> {
    let (facts, extras) = (&record.facts, &record.extras);
    let mut rows: Vec<Row<'a>> = Vec::new();
    for kind in HashKind::ALL
        .into_iter()
        .filter(|kind| kinds.contains(kind))
    {
        let hashes = match kind {
            HashKind::Sha256 => vec![
                ("original", Some(facts.original_sha256.to_string())),
                ("clean copy", Some(facts.output_sha256.to_string())),
            ],
            HashKind::Md5 => vec![
                ("original", extras.original_md5.map(|md5| hex(&md5))),
                ("clean copy", extras.output_md5.map(|md5| hex(&md5))),
            ],
            HashKind::Pdq => vec![("picture", extras.pdq.as_ref().map(|pdq| hex(&pdq.nearest)))],
        };
        for (file, hash) in hashes {
            let Some(hash) = hash else { continue };
            // A photo that was clean as it was has one hash.
            if !rows.iter().any(|row| row.kind == kind && row.hash == hash) {
                rows.push(Row {
                    record: &record.id,
                    file,
                    kind,
                    hash,
                });
            }
        }
    }
    rows
}

fn write(rows: &[Row<'_>], format: HashFormat, out: &mut dyn Write) -> std::io::Result<()> {
    match format {
        HashFormat::Lines => {
            for row in rows {
                writeln!(out, "{} {}", row.kind.name(), row.hash)?;
            }
        }
        HashFormat::Csv => {
            write!(out, "record,file,kind,hash\r\n")?;
            for row in rows {
                let kind = row.kind.name();
                write!(out, "{},{},{kind},{}\r\n", row.record, row.file, row.hash)?;
            }
        }
        HashFormat::Json => {
            serde_json::to_writer(&mut *out, rows)?;
            writeln!(out)?;
        }
    }
    out.flush()
}
