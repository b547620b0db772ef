//! Payloads in a person's words. Each explainer writes findings for the person and secrets for the check of the
//! output; none decides what stays. All read hostile bytes: every loop, depth and copy is bounded.

mod base64;
mod c2pa;
mod cbor;
mod certificate;
mod date;
mod embedded;
pub(crate) mod exif;
mod exif_block;
mod exif_gps;
mod exif_table;
mod exif_words;
mod gps;
mod icc;
mod iptc;
mod json;
mod makernote;
mod photoshop;
mod runs;
mod samsung;
mod text;
mod tiff;
mod track;
mod trailer;
mod vendor;
mod video;
mod words;
mod xmp;
mod xmp_names;
mod xmp_scan;
mod xmp_table;

pub(crate) use icc::PLAIN as PLAIN_COLOUR_NAMES;

use crate::Topic;
use crate::format::Payload;
use crate::notes::{Notes, size_words};

/// Explains every payload of a file; none is left out.
pub(crate) fn payloads(payloads: &[Payload<'_>], notes: &mut Notes<'_>) {
    let mut technical = Vec::new();
    let outside = notes.has_numbers_in_exif;
    notes.has_numbers_in_exif = payloads.iter().any(Payload::needs_numbers_in_exif);
    for payload in payloads {
        match payload {
            Payload::Exif(tiff) | Payload::SpareExif(tiff) => exif::explain(tiff, notes),
            Payload::Xmp(packet) => xmp::explain(packet, notes),
            Payload::Icc(profile) => icc::explain(profile, notes),
            Payload::MakerNote {
                file,
                at,
                len,
                make,
            } => makernote::in_file(file, *at, *len, make, notes),
            Payload::GainMap { inside, .. } => {
                notes.nested("in the gain map", |notes| self::payloads(inside, notes));
            }
            // What the picture needs.
            Payload::Window { .. } => {}
            Payload::BrokenIcc(size) => notes.find(
                Topic::Unknown,
                "Damaged colour profile",
                &format!("{}, which viewers ignore", size_words(*size)),
            ),
            Payload::Photoshop(resources) => photoshop::explain(resources, notes),
            Payload::Iptc(datasets) => iptc::explain(datasets, notes),
            Payload::Provenance(boxes) => c2pa::explain(boxes, notes),
            Payload::Comment(bytes) => text::comment(bytes, notes),
            Payload::Text { keyword, text } if text::is_technical(keyword) => {
                technical.push((keyword.as_str(), text.as_str()));
            }
            Payload::Text { keyword, text } => text::keyed(keyword, text, notes),
            Payload::Time(date) => {
                notes.find(Topic::Time, "Changed", date);
                words::remember(date, notes);
            }
            Payload::Thumbnail {
                width,
                height,
                bytes,
            } => embedded::thumbnail(*width, *height, bytes, notes),
            Payload::Picture {
                name,
                width,
                height,
                len,
            } => {
                let pixels = match (width, height) {
                    (0, _) | (_, 0) => String::new(),
                    _ => format!(", {width} × {height} pixels"),
                };
                notes.find(Topic::Video, name, &(size_words(*len) + &pixels));
            }
            Payload::Vendor { name, bytes } => vendor::explain(name, bytes, notes),
            Payload::Boxes(bytes) => video::boxes(bytes, notes),
            Payload::Track {
                handler,
                entry,
                samples,
                len,
                count,
            } => track::explain(*handler, entry, samples, (*len, *count), notes),
            // It stays, and tells nothing.
            Payload::Length(_) => {}
            Payload::Trailer(bytes) => trailer::explain(bytes, notes),
            Payload::Reconstruction { len, told } => {
                let value = format!(
                    "{}: the original JPEG can be written again from it, with what it told",
                    size_words(*len)
                );
                notes.find(
                    Topic::EditHistory,
                    "Original JPEG (reconstruction data)",
                    &value,
                );
                notes.nested("in the original JPEG", |notes| self::payloads(told, notes));
            }
            Payload::Behind(bytes) => trailer::explain(bytes, notes),
            Payload::Inflated { name, bytes } => vendor::explain(name, bytes, notes),
            Payload::Unknown { name, bytes } => vendor::unknown(name, bytes, notes),
        }
    }
    text::technical(&technical, notes);
    notes.has_numbers_in_exif = outside;
}

#[cfg(test)]
mod hostile;
