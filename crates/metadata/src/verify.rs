//! The second, independent check of a clean file. It knows nothing of why a part was kept: it looks for what must not
//! be there, and compares what must be the same.

use std::collections::BTreeSet;

use crate::Error;
use crate::format::Piece;
use crate::ours::is_ours;
use crate::part::{Kind, Part};
use crate::search::Search;

/// Checks that both pictures are made of the same pieces in the same arrangement: then they decode to the same.
///
/// # Errors
/// [`Error::LeftBehind`] when they differ.
pub(crate) fn pictures_are_equal(original: &[Piece<'_>], copy: &[Piece<'_>]) -> Result<(), Error> {
    if original == copy {
        Ok(())
    } else {
        Err(Error::LeftBehind {
            what: "a change in the coded picture",
        })
    }
}

/// Checks that no identifying value of the original occurs in any part of the copy outside coded pixels and their
/// tables, where such bytes could stand only by chance, and outside the words of formats, which identify nobody.
/// `is_chosen` tells the parts that the person asked to keep: a value may stand inside them, and nowhere else.
///
/// # Errors
/// [`Error::LeftBehind`], without the value.
pub(crate) fn secrets_are_gone(
    secrets: &BTreeSet<Vec<u8>>,
    copy: &[Part<'_>],
    is_chosen: impl Fn(&Part<'_>) -> bool,
) -> Result<(), Error> {
    if secrets.is_empty() {
        return Ok(());
    }
    // The signature is the same in every file of its kind; a comment that reads "GIF89a" is no leak.
    let fixed_or_coded = |kind| {
        matches!(
            kind,
            Kind::Signature | Kind::Pixels | Kind::Tables | Kind::Transparency
        )
    };
    let searched = copy
        .iter()
        .filter(|part| !fixed_or_coded(part.kind) && !is_chosen(part));
    // Values could also hide across the seam of two parts, so neighbours are searched together.
    let mut joined = Vec::new();
    for part in searched {
        joined.extend_from_slice(part.bytes);
    }
    let is_clean = Search::new(secrets).find(&joined).all(is_ours);
    if is_clean {
        Ok(())
    } else {
        Err(Error::LeftBehind {
            what: "an identifying value",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part<'a>(kind: Kind, bytes: &'a [u8]) -> Part<'a> {
        Part {
            kind,
            name: "test",
            offset: 0,
            bytes,
            body: bytes,
        }
    }

    fn secrets(values: &[&str]) -> BTreeSet<Vec<u8>> {
        values
            .iter()
            .map(|value| value.as_bytes().to_vec())
            .collect()
    }

    #[test]
    fn a_value_is_found_anywhere_outside_coded_pixels() {
        let secrets = secrets(&["Jane Doe"]);
        let hit = [part(Kind::ColourProfile, b"...Jane Doe...")];
        let across = [
            part(Kind::Jfif, b"..Jane "),
            part(Kind::ColourProfile, b"Doe.."),
        ];
        let pixels = [part(Kind::Pixels, b"...Jane Doe...")];
        assert!(secrets_are_gone(&secrets, &hit, |_| false).is_err());
        assert!(secrets_are_gone(&secrets, &across, |_| false).is_err());
        assert!(secrets_are_gone(&secrets, &pixels, |_| false).is_ok());
    }

    #[test]
    fn words_of_formats_are_no_secrets_but_hide_none() {
        let words = secrets(&["image/jpeg", "GainMap", "Apple iOS", "Primary"]);
        let directory = crate::gain_map::ultra_hdr::directory_packet(7);
        let index = part(Kind::GainMapIndex, directory.as_bytes());
        assert!(secrets_are_gone(&words, &[index], |_| false).is_ok());
        let longer = secrets(&["image/jpeg", "image/jpeg of Jane", "mage/jpeg of J"]);
        let header = part(Kind::Jfif, b"...image/jpeg of J");
        assert!(secrets_are_gone(&longer, &[header], |_| false).is_err());
    }

    #[test]
    fn what_the_person_keeps_may_stand_in_the_fresh_exif_only() {
        let secrets = secrets(&["Jane Doe"]);
        let exif = part(Kind::Exif, b"Exif\0\0MM Jane Doe");
        let is_exif = |part: &Part<'_>| part.kind == Kind::Exif;
        assert!(secrets_are_gone(&secrets, &[exif], is_exif).is_ok());
        assert!(secrets_are_gone(&secrets, &[exif], |_| false).is_err());
        let other = part(Kind::Jfif, b"Jane Doe");
        assert!(secrets_are_gone(&secrets, &[exif, other], is_exif).is_err());
    }

    #[test]
    fn changed_missing_or_added_pixels_are_noticed() {
        let a = Piece::Bytes(Kind::Pixels, b"a");
        let b = Piece::Bytes(Kind::Pixels, b"b");
        assert!(pictures_are_equal(&[a, b], &[a, b]).is_ok());
        for other in [
            &[b, a][..],
            &[a],
            &[a, b, b],
            &[a, Piece::Bytes(Kind::Tables, b"b")],
        ] {
            assert!(pictures_are_equal(&[a, b], other).is_err());
        }
    }
}
