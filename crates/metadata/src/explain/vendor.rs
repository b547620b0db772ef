//! Makers' own segments and parts that no rule explains: what is known of them, and the readable words in the rest.

use super::{embedded, exif, runs, words, xmp};
use crate::Topic;
use crate::notes::{Notes, size_words};
use crate::reader::Reader;

/// How a segment begins, what it is about, its name.
const STARTS: &[(&[u8], Topic, &str)] = &[
    (b"GoPro\0", Topic::Device, "GoPro block"),
    (b"FLIR\0", Topic::Device, "Heat picture (FLIR)"),
    (b"SCALADO\0", Topic::Software, "Preview index (Scalado)"),
    (b"QTI Debug", Topic::Device, "Camera chip's log (Qualcomm)"),
    (b"Qualcomm", Topic::Device, "Camera chip's block (Qualcomm)"),
    (b"HUAWEI", Topic::Device, "Huawei block"),
    (b"Huawei", Topic::Device, "Huawei block"),
    (b"MMIMETA", Topic::Device, "Camera chip's block"),
    (b"ssuniqueid", Topic::Device, "Samsung unique number"),
    (b"DJI-DBG", Topic::Device, "Drone's log"),
    (b"DTAT", Topic::Device, "Drone's block"),
    (b"HP TDHD", Topic::Device, "Hewlett-Packard block"),
    (b"RMETA\0", Topic::Text, "Ricoh block"),
    (b"META\0", Topic::Device, "Kodak block"),
    (b"Meta\0", Topic::Device, "Kodak block"),
    (b"EPPIM", Topic::Software, "Print settings"),
    (b"NITF", Topic::Device, "Military picture format"),
    (b"Ducky", Topic::Software, "Saved for the web by Photoshop"),
    (b"PictureInfo", Topic::Device, "Camera settings"),
    (b"[picture info]", Topic::Device, "Camera settings"),
    (b"HDR_RI", Topic::Software, "HDR block"),
    (b"FPXR\0", Topic::Software, "FlashPix block"),
    (b"AROT\0", Topic::Software, "HDR block of Apple"),
    (b"Adobe_CM", Topic::Software, "Adobe colour block"),
    (b"SPIFF\0", Topic::Software, "SPIFF header"),
    (b"Photoshop", Topic::EditHistory, "Photoshop block"),
    (
        b"JFXX\0",
        Topic::Thumbnail,
        "Small copy of the picture (thumbnail)",
    ),
];

/// GoPro's keys that identify, by GPMF name.
const GOPRO: &[(&[u8; 4], Topic, &str)] = &[
    (b"CASN", Topic::Device, "Camera serial number"),
    (b"LINF", Topic::Device, "Lens serial number"),
    (b"MINF", Topic::Device, "Camera model"),
    (b"FMWR", Topic::Device, "Camera firmware"),
    (b"DVNM", Topic::Device, "Device"),
    (b"MUID", Topic::EditHistory, "Picture's unique number"),
    (b"CINF", Topic::Device, "Camera chip's number"),
    (b"GPSU", Topic::Time, "GPS time"),
];

/// How deep GoPro's containers are followed.
const DEPTH_MAX: usize = 6;
/// The most values of a GoPro block that are read.
const VALUES_MAX: usize = 2_000;

/// Notes what a maker's segment tells.
pub(super) fn explain(name: &str, bytes: &[u8], notes: &mut Notes<'_>) {
    if name.ends_with("MPF") {
        // A TIFF stream (CIPA DC-007 § 5.2).
        notes.find(
            Topic::Video,
            "Index of further pictures",
            &size_words(bytes.len()),
        );
        notes.nested("in the index of further pictures", |notes| {
            exif::explain(bytes, notes);
        });
        return;
    }
    let row = STARTS.iter().find(|(start, ..)| bytes.starts_with(start));
    match row {
        Some((_, topic, "GoPro block")) => {
            notes.find(*topic, "GoPro block", &size_words(bytes.len()));
            telemetry(bytes.get(6..).unwrap_or_default(), notes);
        }
        Some((_, topic, known)) => {
            let value = runs::sized(bytes, notes);
            notes.find(*topic, &format!("{known}, {name}"), &value);
        }
        None => unknown(name, bytes, notes),
    }
}

/// Notes a part that no rule explains, unless it is something known in an odd place.
pub(super) fn unknown(name: &str, bytes: &[u8], notes: &mut Notes<'_>) {
    let name = if name.trim().is_empty() {
        "without a name"
    } else {
        name
    };
    if bytes.starts_with(b"Exif\0\0") || bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*")
    {
        notes.find(
            Topic::Unknown,
            &format!("Exif block in the part {name}"),
            &size_words(bytes.len()),
        );
        notes.nested("in an unknown part", |notes| exif::explain(bytes, notes));
    } else if memchr::memmem::find(bytes.get(..1_024).unwrap_or(bytes), b"<x:xmpmeta").is_some() {
        notes.find(
            Topic::Unknown,
            &format!("XMP in the part {name}"),
            &size_words(bytes.len()),
        );
        notes.nested("in an unknown part", |notes| xmp::explain(bytes, notes));
    } else if bytes.starts_with(b"\xFF\xD8\xFF") {
        let name = format!("Picture in the part {name}");
        embedded::picture(Topic::Thumbnail, &name, "in an unknown part", bytes, notes);
    } else {
        let text = words::text(bytes);
        let binary = text.chars().any(|c| c.is_control() && !c.is_whitespace());
        let plain = !binary && !text.is_empty() && words::looks_written(&text);
        let value = if plain {
            words::secret(bytes, &text, notes);
            text
        } else {
            runs::sized(bytes, notes)
        };
        notes.find(Topic::Unknown, &format!("Unknown part: {name}"), &value);
    }
}

/// Notes what a row of GoPro's values tells, in a picture or in a track of a video.
pub(super) fn telemetry(bytes: &[u8], notes: &mut Notes<'_>) {
    let mut left = VALUES_MAX;
    gopro(bytes, 0, &mut left, notes);
    runs::harvest(bytes, notes);
}

/// GoPro's key, type, size and count, then the values, padded to four bytes (GPMF introduction, "Length").
fn gopro(bytes: &[u8], depth: usize, left: &mut usize, notes: &mut Notes<'_>) {
    const WHAT: &str = "GPMF";
    let mut reader = Reader::new(bytes);
    let mut next = || {
        let key: [u8; 4] = reader.array(WHAT).ok()?;
        let kind = reader.u8(WHAT).ok()?;
        let size = usize::from(reader.u8(WHAT).ok()?);
        let len = size.checked_mul(usize::from(reader.u16_be(WHAT).ok()?))?;
        let value = reader.take(len.min(reader.rest().len()), WHAT).ok()?;
        let padding = len.checked_next_multiple_of(4)?.checked_sub(len)?;
        let _ = reader.take(padding, WHAT);
        Some((key, kind, value))
    };
    while *left > 0
        && let Some((key, kind, value)) = next()
    {
        *left = left.saturating_sub(1);
        if kind == 0 {
            if depth < DEPTH_MAX {
                gopro(value, depth.saturating_add(1), left, notes);
            }
            continue;
        }
        if matches!(&key, b"GPS5" | b"GPS9") {
            notes.find(Topic::Place, "GPS track (GoPro)", &size_words(value.len()));
            notes.secret_bytes(value);
        }
        let Some((_, topic, name)) = GOPRO.iter().find(|row| *row.0 == key) else {
            continue;
        };
        let text = if matches!(kind, b'c' | b'U') {
            words::text(value)
        } else {
            words::hex(value)
        };
        if !text.is_empty() {
            notes.find(*topic, name, &text);
            words::remember(&text, notes);
            notes.secret_bytes(words::trim(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Finding, Limits};

    fn told(explain: fn(&str, &[u8], &mut Notes<'_>), bytes: &[u8]) -> Vec<Finding> {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        explain("APP6", bytes, &mut notes);
        notes.finish().0
    }

    #[test]
    fn gopro_names_its_camera() {
        let mut bytes = b"GoPro\0DEVC\0\x01\0\x18CASNc\x01\0\x0EC3221324657219\0\0".to_vec();
        bytes.extend(b"MUIDL\x04\0\x01\x49\x1B\x31\x3C");
        let findings = told(explain, &bytes);
        assert!(
            findings
                .iter()
                .any(|f| f.name == "Camera serial number" && f.value == "C3221324657219")
        );
        assert!(findings.iter().any(|f| f.value == "491b313c"));
        for len in 0..bytes.len() {
            assert!(!told(explain, &bytes[..len]).is_empty());
        }
    }

    #[test]
    fn everything_else_is_told_by_its_words() {
        let findings = told(explain, b"\x01\x02QTI module IMX754 0017\xFF");
        assert_eq!(
            (findings[0].name.as_str(), findings[0].value.as_str()),
            ("Unknown part: APP6", "25 bytes: QTI module IMX754 0017")
        );
        assert_eq!(told(unknown, b"plain words")[0].value, "plain words");
        assert_eq!(told(unknown, b"")[0].value, "0 bytes");
        let findings = told(unknown, b"..<x:xmpmeta><dc:rights>Jane Doe</dc:rights>");
        assert!(findings.iter().any(|f| f.value == "Jane Doe"));
    }
}
