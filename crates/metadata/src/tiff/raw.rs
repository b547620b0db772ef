//! RAW photos and DNG in the form of TIFF, whatever the file is called: told by what their directories say.

use super::document::Document;
use super::ifd::Field;
use super::tag_table as tag;
use crate::Error;
use crate::refusal::{Class, Refusal};

/// DNG Specification § 4: every DNG has the first.
const DNG_VERSION: u16 = 50_706;
const DNG_BACKWARD_VERSION: u16 = 50_707;
/// TIFF/EP (ISO 12234-2) § 5.2: the pattern of colours on the sensor.
const CFA_REPEAT: u16 = 33_421;
const CFA_PATTERN: u16 = 33_422;
/// PhotometricInterpretation: colour filter array, and linear raw.
const RAW_PHOTOMETRIC: &[u64] = &[32_803, 34_892];
/// Makers' own compressions: Kodak, Sony, Samsung, Nikon, Kodak, Pentax, lossy JPEG of DNG.
const RAW_COMPRESSION: &[u64] = &[262, 32_767, 32_769, 32_770, 34_713, 34_892, 65_000, 65_535];

/// The beginning of a maker's name, and what its RAW photos are called.
const MAKERS: &[(&str, &str)] = &[
    ("CANON", "Canon CR2"),
    ("NIKON", "Nikon NEF"),
    ("SONY", "Sony ARW"),
    ("PENTAX", "Pentax PEF"),
    ("RICOH", "Pentax PEF"),
    ("SAMSUNG", "Samsung SRW"),
    ("HASSELBLAD", "Hasselblad 3FR"),
    ("PHASE ONE", "Phase One IIQ"),
    ("LEAF", "Leaf MOS"),
    ("MAMIYA", "Mamiya MEF"),
    ("KODAK", "Kodak DCR"),
    ("EASTMAN KODAK", "Kodak DCR"),
    ("SEIKO EPSON", "Epson ERF"),
    ("EPSON", "Epson ERF"),
    ("OLYMPUS", "Olympus ORF"),
    ("PANASONIC", "Panasonic RW2"),
    ("LEICA", "Leica RWL"),
    ("FUJIFILM", "Fujifilm RAF"),
];

/// Refuses a RAW photo.
///
/// # Errors
/// [`Error::Unsupported`] when it is one.
pub(super) fn refuse(document: &Document<'_>) -> Result<(), Error> {
    let has = |tags: &[u16]| {
        let mut all = document.directories.iter();
        all.any(|found| tags.iter().any(|tag| found.ifd.field(*tag).is_some()))
    };
    let is_dng = has(&[DNG_VERSION, DNG_BACKWARD_VERSION]);
    let is_raw = has(&[CFA_REPEAT, CFA_PATTERN])
        || document.directories.iter().any(|found| {
            let is_one_of = |tag, of: &[u64]| {
                let number = found.ifd.number(&document.bytes, tag);
                number.is_some_and(|number| of.contains(&number))
            };
            is_one_of(tag::PHOTOMETRIC, RAW_PHOTOMETRIC)
                || is_one_of(tag::COMPRESSION, RAW_COMPRESSION)
        });
    match (is_dng, is_raw) {
        (true, _) => refusal("DNG"),
        (_, true) => refusal(name(document)),
        _ => Ok(()),
    }
}

fn refusal(name: &'static str) -> Result<(), Error> {
    Err(Error::Unsupported(Refusal::new(Class::Raw, name)))
}

/// What the RAW photos of this maker are called.
fn name(document: &Document<'_>) -> &'static str {
    let makes = document.directories.iter();
    let make = makes
        .filter_map(|found| found.ifd.field(tag::MAKE))
        .map(|field: &Field| {
            field
                .bytes(&document.bytes)
                .trim_ascii()
                .to_ascii_uppercase()
        })
        .find(|make| !make.is_empty())
        .unwrap_or_default();
    MAKERS
        .iter()
        .find(|(start, _)| make.starts_with(start.as_bytes()))
        .map_or("in the form of TIFF", |(_, name)| *name)
}
