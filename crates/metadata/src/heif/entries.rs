//! The small boxes that are written anew: only what the picture needs, and no names.

use std::collections::{BTreeMap, BTreeSet};

use super::boxes::inside;
use super::gain_map::XMP_TYPE;
use super::meta::read_associations;
use crate::Error;
use crate::container::BRANDS_MAX;
use crate::reader::Reader;

/// A handler for pictures without a name, ISO/IEC 14496-12 § 8.4.3.
pub(super) const HANDLER: &[u8; 25] = b"\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// The brands of still pictures: ISO/IEC 23008-12 Annex B and § 10, ISO/IEC 23000-22, AV1-ISOBMFF. Makers have brands
/// of their own, which no program needs.
pub(super) const BRANDS: [&[u8; 4]; 22] = [
    b"heic", b"heix", b"heim", b"heis", b"avif", b"mif1", b"mif2", b"mif3", b"miaf", b"MiHB",
    b"MiHA", b"MiHE", b"MiHM", b"MiPr", b"MiAn", b"MiBu", b"MiCm", b"MA1B", b"MA1A", b"avio",
    b"1pic", b"tmap",
];

/// The brands of sequences of pictures, of which the first four may stand first.
const SEQUENCE_BRANDS: [&[u8; 4]; 9] = [
    b"avis", b"msf1", b"hevc", b"hevx", b"iso8", b"iso9", b"isom", b"iso3", b"iso4",
];

/// How many of them may stand first, as what the file is.
const MAJOR_BRANDS: usize = 8;

/// Whether one of the brands is that of a sequence.
pub(super) fn has_sequence_brand(body: &[u8]) -> bool {
    let mut words = body.chunks_exact(4);
    words.any(|word| SEQUENCE_BRANDS.iter().take(4).any(|brand| *brand == word))
}

/// The file type: the brands of pictures, each once, and no version. It tells the same container as before: a picture
/// that wrongly calls itself a sequence has the brand of a picture that is coded like it.
pub(super) fn file_type(body: &[u8], is_sequence: bool) -> Vec<u8> {
    let words = body.chunks_exact(4).take(BRANDS_MAX);
    let words = words.map(|word| match word {
        b"avis" if !is_sequence => b"avif",
        b"hevc" if !is_sequence => b"heic",
        b"hevx" if !is_sequence => b"heix",
        b"msf1" if !is_sequence => b"mif1",
        _ => word,
    });
    let words: Vec<&[u8]> = words.collect();
    let sequences = SEQUENCE_BRANDS.get(..if is_sequence { 9 } else { 0 });
    let sequences = sequences.unwrap_or_default();
    let known = |word: &[u8]| {
        let at = BRANDS.iter().position(|brand| *brand == word);
        at.or_else(|| sequences.iter().position(|brand| *brand == word))
    };
    let is_major = |word: &&&[u8]| {
        let is_sequence = sequences.iter().take(4).any(|brand| *brand == **word);
        let still = BRANDS.iter().take(MAJOR_BRANDS);
        is_sequence || still.into_iter().any(|brand| *brand == **word)
    };
    let compatible = words.get(2..).unwrap_or_default();
    let is_av1 = |word: &&&[u8]| matches!(**word, b"avif" | b"avis");
    let major = words
        .first()
        .filter(is_major)
        .or_else(|| compatible.iter().find(is_av1))
        .or_else(|| compatible.iter().find(is_major));
    let mut out = major.copied().unwrap_or(b"mif1").to_vec();
    out.extend([0; 4]);
    let mut seen = BTreeSet::new();
    for word in compatible {
        if known(word).is_some() && seen.insert(*word) {
            out.extend_from_slice(word);
        }
    }
    out
}

/// The number of the primary picture, as wide as it was.
pub(super) fn primary(body: &[u8]) -> Vec<u8> {
    let version = body.first().copied().unwrap_or(0);
    let number = if version == 0 { 4..6 } else { 4..8 };
    [&[version, 0, 0, 0], body.get(number).unwrap_or_default()].concat()
}

/// An item's entry: its number, whether it is hidden, and its type; no name. Of those with a media type only XMP stays.
pub(super) fn item(body: &[u8]) -> Vec<u8> {
    let version = body.first().copied().unwrap_or(2);
    let hidden = body.get(3).copied().unwrap_or(0) & 1;
    let (number, label) = if version < 3 {
        (4..6, 8..12)
    } else {
        (4..8, 10..14)
    };
    let label = body.get(label).unwrap_or_default();
    let media_type = match label {
        b"mime" => [XMP_TYPE, &[0]].concat(),
        _ => Vec::new(),
    };
    [
        &[version, 0, 0, hidden],
        body.get(number).unwrap_or_default(),
        &[0, 0], // not encrypted
        label,
        &[0], // an empty name
        &media_type,
    ]
    .concat()
}

/// A reference to those that stay. `None` when none of them does, or it comes from one that goes.
pub(super) fn reference(body: &[u8], wide: bool, items: &BTreeSet<u32>) -> Option<Vec<u8>> {
    let number_len = if wide { 4 } else { 2 };
    let stays = |number: &&[u8]| {
        let bits = number
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        items.contains(&bits)
    };
    let (from, rest) = body.split_at_checked(number_len)?;
    let (count, rest) = rest.split_first_chunk::<2>()?;
    let numbers = rest
        .chunks_exact(number_len)
        .take(u16::from_be_bytes(*count).into());
    let to: Vec<&[u8]> = numbers.filter(stays).collect();
    let count = u16::try_from(to.len()).ok()?;
    (count > 0 && stays(&from)).then(|| [from, &count.to_be_bytes(), &to.concat()].concat())
}

/// A group of those that stay, ISO/IEC 14496-12 § 8.18.3.
pub(super) fn group(body: &[u8], items: &BTreeSet<u32>) -> Option<Vec<u8>> {
    const WHAT: &str = "group";
    let mut reader = Reader::new(body);
    let [version, ..] = reader.array::<4>(WHAT).ok()?;
    let number = reader.take(4, WHAT).ok()?;
    let count = reader.u32_be(WHAT).ok()?;
    let mut members = Vec::new();
    for _ in 0..count {
        let member = reader.u32_be(WHAT).ok()?;
        if items.contains(&member) {
            members.push(member);
        }
    }
    let count = u32::try_from(members.len()).ok()?;
    let mut out = [&[version, 0, 0, 0], number, &count.to_be_bytes()].concat();
    out.extend(members.into_iter().flat_map(u32::to_be_bytes));
    Some(out)
}

/// Which properties describe which item, of those that stay, by their new numbers and in the old form.
///
/// # Errors
/// Those of reading it.
pub(super) fn associations(
    body: &[u8],
    items: &BTreeSet<u32>,
    properties: &BTreeMap<u16, u16>,
) -> Result<Vec<u8>, Error> {
    let version = body.first().copied().unwrap_or(0);
    let flags = body.get(3).copied().unwrap_or(0) & 1;
    let mut count = 0_u32;
    let mut out = Vec::new();
    for (item, associations) in inside(read_associations(body), 0)? {
        let kept = associations.iter().filter_map(|used| {
            let number = *properties.get(&used.property)?;
            Some((number, used.essential))
        });
        let kept: Vec<(u16, bool)> = kept.collect();
        if !items.contains(&item) || kept.is_empty() {
            continue;
        }
        count = count.saturating_add(1);
        let number = item.to_be_bytes();
        out.extend_from_slice(if version > 0 {
            &number
        } else {
            number.get(2..).unwrap_or_default()
        });
        // Never more than there were.
        out.push(u8::try_from(kept.len()).unwrap_or(u8::MAX));
        for (property, essential) in kept {
            let [high, low] = property.to_be_bytes();
            let bit = u8::from(essential) << 7;
            if flags == 1 {
                out.extend([high | bit, low]);
            } else {
                out.push(low | bit);
            }
        }
    }
    let header = [&[version, 0, 0, flags][..], &count.to_be_bytes()].concat();
    Ok([header, out].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Container, Sniffed, sniff};

    #[test]
    fn a_file_type_tells_the_same_container_anew() {
        let words = [
            b"avif", b"avis", b"heic", b"hevc", b"hevx", b"mif1", b"msf1", b"miaf", b"ABCD",
        ];
        let file = |body: &[u8]| {
            let size = u32::try_from(body.len() + 8).unwrap();
            [&size.to_be_bytes()[..], b"ftyp", body].concat()
        };
        let mut told = 0;
        for major in words {
            for version in [b"\0\0\0\0", b"avif"] {
                for (first, second) in words.iter().flat_map(|a| words.map(|b| (a, b))) {
                    let body = [major, version, first, second]
                        .map(|word| &word[..])
                        .concat();
                    let container = sniff(&file(&body));
                    for is_sequence in [false, true] {
                        let is_picture = matches!(
                            container,
                            Some(Sniffed::Photo(Container::Heic | Container::Avif))
                        );
                        if is_picture && (!is_sequence || has_sequence_brand(&body)) {
                            let fresh = file_type(&body, is_sequence);
                            assert_eq!(sniff(&file(&fresh)), container, "{body:?} {fresh:?}");
                            assert_eq!(file_type(&fresh, is_sequence), fresh);
                            told += 1;
                        }
                    }
                }
            }
        }
        assert!(told > 1_000, "{told}");
    }
}
