//! Where did it leak: which of the copies of one photo, each recorded with whom it was for, a picture was made from.
//!
//! That can be told by the bytes or the pixels, when only one copy has them; and by the size, when the picture shows the whole photo at
//! the size of one copy alone. It cannot be told from what the picture shows, because all copies show the same. Cleaning
//! alone gives everybody the same bytes; a cloak of their own gives each copy pixels of its own.

use ledger::{Ledger, Record};
use serde::Serialize;

use crate::Failure;
use crate::copies::{Likeness, Original};

/// Which copy was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Leak {
    /// This one.
    Told {
        /// The record's id.
        record: String,
        /// Whom it was for.
        recipient: Option<String>,
        /// What for.
        purpose: Option<String>,
        /// What tells it.
        by: By,
    },
    /// It may be any of these.
    NotTold {
        /// The records' ids.
        records: Vec<String>,
        /// Whom they were for, each once.
        recipients: Vec<String>,
    },
}

/// What tells which copy was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The file is that copy, byte for byte.
    Bytes,
    /// The pixels are those of that copy.
    Pixels,
    /// The picture shows the whole photo and is as large as that copy alone. Anybody can make a picture that large.
    Size,
}

/// Looks at the copies of the photo that a picture was most surely made from. Nothing where there is one
/// copy alone, or none has a recipient or a purpose.
pub(crate) fn told(
    ledger: &Ledger,
    matches: &[Original],
    size: Option<(u32, u32)>,
) -> Result<Option<Leak>, Failure> {
    let Some(best) = matches.first() else {
        return Ok(None);
    };
    let found = ledger.get(&best.record)?;
    // Copies of one photo have the same original.
    let copies = ledger.find_digest(&found.facts.original_sha256)?;
    Ok(among(copies, best, matches, size))
}

fn among(
    copies: Vec<Record>,
    best: &Original,
    matches: &[Original],
    size: Option<(u32, u32)>,
) -> Option<Leak> {
    let is_named =
        |record: &Record| record.extras.recipient.is_some() || record.extras.purpose.is_some();
    // With one copy there is nothing to tell apart.
    if copies.len() < 2 || !copies.iter().any(is_named) {
        return None;
    }
    let of_kind = |kind: Likeness| -> Vec<&Record> {
        let is_it = |record: &&Record| {
            matches
                .iter()
                .any(|found| found.kind == kind && found.record == record.id)
        };
        copies.iter().filter(is_it).collect()
    };
    let is_size = |record: &&Record| Some((record.facts.width, record.facts.height)) == size;
    let sized: Vec<&Record> = match best.kind {
        // Turned or mirrored copies are as large, and not what was given.
        Likeness::Whole if !best.mirrored && best.rotation.abs() < 1.0 => {
            copies.iter().filter(is_size).collect()
        }
        _ => Vec::new(),
    };
    let pixels: Vec<&Record> = match best.kind {
        Likeness::SamePixels => of_kind(Likeness::SamePixels),
        _ => Vec::new(),
    };
    for (by, candidates) in [
        (By::Bytes, of_kind(Likeness::SameFile)),
        (By::Pixels, pixels),
        (By::Size, sized),
    ] {
        // The file may be the original, which nobody was given.
        let is_original = by == By::Bytes
            && candidates
                .iter()
                .any(|record| record.facts.original_sha256 == record.facts.output_sha256);
        match candidates[..] {
            [only] if is_named(only) && !is_original => {
                return Some(Leak::Told {
                    record: only.id.clone(),
                    recipient: only.extras.recipient.clone(),
                    purpose: only.extras.purpose.clone(),
                    by,
                });
            }
            [] => {}
            _ => break,
        }
    }
    let mut recipients: Vec<String> = copies
        .iter()
        .filter_map(|record| {
            record
                .extras
                .recipient
                .clone()
                .or_else(|| record.extras.purpose.clone())
        })
        .collect();
    recipients.sort();
    recipients.dedup();
    Some(Leak::NotTold {
        records: copies.into_iter().map(|record| record.id).collect(),
        recipients,
    })
}

#[cfg(test)]
mod tests {
    use ledger::{Digest, Extras, Facts};

    use super::*;
    use crate::record::open_ledger;

    /// Copies of one photo: what each is called, the digests of its bytes and pixels, and its width.
    fn recorded(copies: &[(&str, u8, u8, u32)]) -> (tempfile::TempDir, Ledger, Vec<Record>) {
        let place = tempfile::tempdir().unwrap();
        let ledger = open_ledger(&place.path().join("ledger.sqlite")).unwrap();
        let digest = |byte: u8| Digest::from([byte; 32]);
        let records = copies.iter().map(|(name, output, pixels, width)| {
            let mut extras = Extras::default();
            extras.recipient = Some((*name).to_owned()).filter(|name| !name.is_empty());
            let facts = Facts {
                original_sha256: digest(1),
                output_sha256: digest(*output),
                pixels_sha256: Some(digest(*pixels)),
                original_bytes: 10,
                output_bytes: 9,
                width: *width,
                height: 100,
                container: "jpeg".to_owned(),
                app_version: "1.0.0".to_owned(),
            };
            ledger
                .append_with(&facts, &extras, "2026-01-31T12:00:00Z")
                .unwrap()
        });
        let records = records.collect();
        (place, ledger, records)
    }

    fn found(record: &Record, kind: Likeness) -> Original {
        crate::copies::unaltered(record, kind)
    }

    fn verdict(
        copies: &[(&str, u8, u8, u32)],
        kind: Likeness,
        which: &[usize],
        width: u32,
    ) -> Option<(String, By)> {
        let (_place, ledger, records) = recorded(copies);
        let matches: Vec<_> = which.iter().map(|at| found(&records[*at], kind)).collect();
        match told(&ledger, &matches, Some((width, 100))).unwrap()? {
            Leak::Told { recipient, by, .. } => Some((recipient.unwrap(), by)),
            Leak::NotTold { records, .. } => {
                assert_eq!(records.len(), copies.len());
                None
            }
        }
    }

    #[test]
    fn bytes_and_pixels_of_one_copy_alone_tell() {
        let copies = [("Ann", 2, 3, 200), ("Bob", 4, 5, 200)];
        let told = |kind, which: &[usize]| verdict(&copies, kind, which, 200);
        assert_eq!(
            told(Likeness::SameFile, &[1]),
            Some(("Bob".to_owned(), By::Bytes))
        );
        assert_eq!(
            told(Likeness::SamePixels, &[0]),
            Some(("Ann".to_owned(), By::Pixels))
        );
        // Both copies show the same.
        assert_eq!(told(Likeness::Whole, &[0, 1]), None);
        assert_eq!(told(Likeness::Part, &[0]), None);
    }

    #[test]
    fn equal_copies_cannot_be_told_apart() {
        let copies = [("Ann", 2, 3, 200), ("Bob", 2, 3, 200)];
        assert_eq!(verdict(&copies, Likeness::SameFile, &[0, 1], 200), None);
        assert_eq!(verdict(&copies, Likeness::SamePixels, &[0, 1], 200), None);
        // The original was given to nobody.
        let copies = [("Ann", 1, 3, 200), ("Bob", 2, 3, 200)];
        assert_eq!(verdict(&copies, Likeness::SameFile, &[0], 200), None);
    }

    #[test]
    fn a_size_that_one_copy_has_tells_a_little() {
        let copies = [("Ann", 2, 3, 200), ("Bob", 4, 5, 400)];
        assert_eq!(
            verdict(&copies, Likeness::Whole, &[0, 1], 400),
            Some(("Bob".to_owned(), By::Size))
        );
        assert_eq!(verdict(&copies, Likeness::Whole, &[0, 1], 300), None);
    }

    #[test]
    fn nobody_asked() {
        let (_place, ledger, records) = recorded(&[("", 2, 3, 200)]);
        let matches = [found(&records[0], Likeness::SameFile)];
        assert_eq!(told(&ledger, &matches, None).unwrap(), None);
        assert_eq!(told(&ledger, &[], None).unwrap(), None);
    }
}
