//! Photoshop's image resources (Adobe Photoshop File Formats Specification, "Image Resources Section").

use super::tiff::Order;
use super::{embedded, exif, icc, iptc, runs, words, xmp};
use crate::Topic;
use crate::notes::{Notes, size_words};
use crate::reader::{Reader, index};

/// The most resources of one block that are read.
const RESOURCES_MAX: usize = 2_000;
/// The marks that resources begin with; all but the first are of plug-ins and old versions.
const MARKS: [&[u8]; 5] = [b"8BIM", b"PHUT", b"AgHg", b"DCSR", b"MeSa"];
/// The header before the JPEG of a thumbnail.
const THUMBNAIL_HEADER_LEN: usize = 28;

/// One resource.
struct Resource<'a> {
    id: u16,
    name: &'a [u8],
    data: &'a [u8],
}

/// Notes what the resources tell.
pub(super) fn explain(bytes: &[u8], notes: &mut Notes<'_>) {
    let mut reader = Reader::new(bytes);
    let mut settings = Vec::new();
    for _ in 0..RESOURCES_MAX {
        let Some(resource) = next(&mut reader) else {
            break;
        };
        if let Some(setting) = one(&resource, notes)
            && !settings.contains(&setting)
        {
            settings.push(setting);
        }
        let name = words::text(resource.name);
        if !name.is_empty() {
            notes.find(Topic::EditHistory, "Name in Photoshop", &name);
            words::secret(resource.name, &name, notes);
        }
    }
    if !settings.is_empty() {
        notes.find(
            Topic::EditHistory,
            "Photoshop settings",
            &settings.join(", "),
        );
    }
    let rest = words::trim(reader.rest());
    if !rest.is_empty() {
        let value = runs::sized(rest, notes);
        notes.find(Topic::Unknown, "Unreadable Photoshop block", &value);
    } else if bytes.is_empty() {
        notes.find(Topic::EditHistory, "Photoshop block", "empty");
    }
}

fn next<'a>(reader: &mut Reader<'a>) -> Option<Resource<'a>> {
    const WHAT: &str = "Photoshop resource";
    let mut ahead = *reader;
    if !MARKS.contains(&ahead.take(4, WHAT).ok()?) {
        return None;
    }
    let id = ahead.u16_be(WHAT).ok()?;
    let name_len = usize::from(ahead.u8(WHAT).ok()?);
    let name = ahead.take(name_len, WHAT).ok()?;
    // The name with its length, and the data, are padded to even sizes.
    if name_len.is_multiple_of(2) {
        ahead.take(1, WHAT).ok()?;
    }
    let len = index(ahead.u32_be(WHAT).ok()?);
    let data = ahead.take(len, WHAT).ok()?;
    if !len.is_multiple_of(2) {
        // The last one may lack its padding.
        let _ = ahead.take(1, WHAT);
    }
    *reader = ahead;
    Some(Resource { id, name, data })
}

/// Notes one resource, or returns the word for it when it is nothing but a setting.
fn one(resource: &Resource<'_>, notes: &mut Notes<'_>) -> Option<String> {
    let data = resource.data;
    match resource.id {
        0x0404 => iptc::explain(data, notes),
        0x0409 | 0x040C => {
            let picture = data.get(THUMBNAIL_HEADER_LEN..).unwrap_or_default();
            embedded::picture(
                Topic::Thumbnail,
                embedded::THUMBNAIL,
                "in the thumbnail",
                picture,
                notes,
            );
        }
        0x0422 | 0x0423 => {
            notes.find(
                Topic::EditHistory,
                "Second Exif block",
                &size_words(data.len()),
            );
            notes.nested("in the Photoshop block", |notes| exif::explain(data, notes));
        }
        0x0424 => xmp::explain(data, notes),
        0x040F => icc::explain(data, notes),
        0x0425 => {
            notes.find(
                Topic::EditHistory,
                "Fingerprint of the caption data",
                &words::hex(data),
            );
            notes.secret_bytes(data);
        }
        0x040B => text(Topic::Text, "Web address", data, notes),
        0x041E if data.iter().all(|byte| *byte == 0) => return Some("web addresses".to_owned()),
        0x041E => typed(Topic::Text, "Web addresses", data, notes),
        0x0421 => version(data, notes),
        0x041A => typed(Topic::EditHistory, "Slices in Photoshop", data, notes),
        0x03F0 => text(
            Topic::Text,
            "Caption",
            data.get(1..).unwrap_or_default(),
            notes,
        ),
        0x0BB7 => text(
            Topic::EditHistory,
            "Clipping path in Photoshop",
            data.get(1..).unwrap_or_default(),
            notes,
        ),
        0x03EE | 0x0415 | 0x0435 => {
            found_words(Topic::EditHistory, "Channels in Photoshop", data, notes);
        }
        0x043C | 0x043D | 0x0432 | 0x042B | 0x0429 => {
            typed(
                Topic::EditHistory,
                "Photoshop measurements and comps",
                data,
                notes,
            );
        }
        0x1B58 | 0x1B59 => found_words(Topic::EditHistory, "ImageReady settings", data, notes),
        0x07D0..=0x0BB6 => return Some("paths".to_owned()),
        0x040A => {
            let marked = data.iter().any(|byte| *byte != 0);
            let value = if marked {
                "marked as protected"
            } else {
                "not marked"
            };
            notes.find(Topic::Person, "Copyright mark", value);
        }
        0x03E8 | 0x03ED | 0x0419 | 0x040D | 0x0428 => {
            return Some("resolution and light".to_owned());
        }
        0x043A | 0x043B if runs::wide(data, notes).is_empty() => return Some("printer".to_owned()),
        0x043A | 0x043B => typed(Topic::Device, "Printer", data, notes),
        0x03E9 | 0x03EA => found_words(Topic::Device, "Printer", data, notes),
        0x03EB | 0x03F1..=0x03F5 | 0x03F8 | 0x03FC | 0x0426 | 0x2710 => {
            return Some("printing".to_owned());
        }
        0x0406 => return Some("JPEG quality".to_owned()),
        0x0408 | 0x0410 | 0x0411 | 0x0414 | 0x0416 | 0x0417 | 0x041D | 0x042D | 0x0430 | 0x0400
        | 0x0402 => {
            return Some("layers and guides".to_owned());
        }
        id => {
            let value = runs::sized(data, notes);
            notes.find(
                Topic::EditHistory,
                &format!("Photoshop resource 0x{id:04X}"),
                &value,
            );
        }
    }
    None
}

fn text(topic: Topic, name: &str, data: &[u8], notes: &mut Notes<'_>) {
    let value = words::text(data);
    if !value.is_empty() {
        notes.find(topic, name, &value);
        words::secret(data, &value, notes);
    }
}

/// Structures with named fields: what people typed into them.
fn typed(topic: Topic, name: &str, data: &[u8], notes: &mut Notes<'_>) {
    let size = size_words(data.len());
    let value = match runs::wide(data, notes) {
        words if words.is_empty() => size,
        words => format!("{size}: {words}"),
    };
    notes.find(topic, name, &value);
}

/// Structures whose fields matter less than the words in them.
fn found_words(topic: Topic, name: &str, data: &[u8], notes: &mut Notes<'_>) {
    let value = runs::sized(data, notes);
    notes.find(topic, name, &value);
}

/// The programs that wrote and read the file: a version, a flag, two counted UTF-16 texts, a version.
fn version(data: &[u8], notes: &mut Notes<'_>) {
    const WHAT: &str = "version information";
    let mut reader = Reader::new(data);
    let mut read = || {
        reader.take(5, WHAT).ok()?;
        let mut text = || {
            let len = index(reader.u32_be(WHAT).ok()?).checked_mul(2)?;
            Some(words::utf16(reader.take(len, WHAT).ok()?, Order::Big))
        };
        text().zip(text())
    };
    match read() {
        Some((writer, reader)) => {
            notes.find(Topic::Software, "Written by", &writer);
            notes.find(Topic::Software, "Made to be read by", &reader);
            words::remember(&writer, notes);
            words::remember(&reader, notes);
        }
        None => found_words(Topic::Software, "Photoshop version", data, notes),
    }
}

#[cfg(test)]
mod tests {
    use super::super::iptc::build::dataset;
    use super::super::tiff::build;
    use super::*;
    use crate::Limits;

    fn resource(id: u16, name: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = b"8BIM".to_vec();
        bytes.extend(id.to_be_bytes());
        bytes.push(name.len() as u8);
        bytes.extend(name.bytes());
        if name.len().is_multiple_of(2) {
            bytes.push(0);
        }
        bytes.extend((data.len() as u32).to_be_bytes());
        bytes.extend(data);
        if !data.len().is_multiple_of(2) {
            bytes.push(0);
        }
        bytes
    }

    fn sample() -> Vec<u8> {
        let mut version = vec![0, 0, 0, 1, 1];
        for text in ["Adobe Photoshop", "Adobe Photoshop CS6"] {
            version.extend((text.len() as u32).to_be_bytes());
            version.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        }
        [
            resource(0x0404, "", &dataset(80, b"Jane Doe")),
            resource(0x0421, "", &version),
            resource(
                0x0425,
                "",
                &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
            ),
            resource(0x07D0, "Jane's face", &[0; 26]),
            resource(
                0x0422,
                "",
                &build::stream(Order::Big, &[build::ascii(0x010F, "Acme Cameras")]),
            ),
            resource(0x0FA0, "", b"plug-in of Jane Doe\0"),
        ]
        .concat()
    }

    #[test]
    fn resources_become_words() {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        explain(&sample(), &mut notes);
        let (findings, secrets) = notes.finish();
        let has = |name: &str, value: &str| {
            assert!(
                findings.iter().any(|f| f.name == name && f.value == value),
                "{name}: {findings:#?}"
            );
        };
        has("Author", "Jane Doe");
        has("Written by", "Adobe Photoshop");
        has("Name in Photoshop", "Jane's face");
        has("Camera maker (in the Photoshop block)", "Acme Cameras");
        has("Photoshop resource 0x0FA0", "20 bytes: plug-in of Jane Doe");
        assert!(secrets.contains(&b"plug-in of Jane Doe"[..]));
    }

    #[test]
    fn cut_anywhere_something_is_told() {
        let limits = Limits::default();
        let sample = sample();
        for len in 0..sample.len() {
            let mut notes = Notes::new(&limits);
            explain(&sample[..len], &mut notes);
            assert!(!notes.finish().0.is_empty(), "cut at {len}");
        }
    }
}
