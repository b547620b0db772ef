//! C2PA manifest stores in a person's words: JUMBF boxes (ISO 19566-5) with assertions in JSON and CBOR, and the
//! signature's certificates (C2PA Technical Specification 2.1).

use std::collections::BTreeMap;

use super::cbor::Value;
use super::gps::{self, Angle};
use super::{cbor, certificate, date, embedded, json, runs, words};
use crate::Topic;
use crate::notes::{Notes, size_words};
use crate::reader::{Reader, index};

/// How deep boxes are followed. Real stores reach five.
const DEPTH_MAX: usize = 10;
/// The most boxes of one store that are read.
const BOXES_MAX: usize = 2_000;
/// How many values of an assertion are listed.
const LISTED_MAX: usize = 24;

/// Notes what a manifest store tells.
pub(super) fn explain(store: &[u8], notes: &mut Notes<'_>) {
    notes.find(
        Topic::Provenance,
        "Content credential (C2PA)",
        &size_words(store.len()),
    );
    let mut told = Told::default();
    boxes(store, "", 0, &mut told, notes);
    if !told.assertions.is_empty() {
        notes.find(
            Topic::Provenance,
            "Content credential holds",
            &told.assertions.join(", "),
        );
    }
    if told.boxes == 0 {
        let value = runs::sized(store, notes);
        notes.find(Topic::Unknown, "Unreadable content credential", &value);
    }
}

/// What is told at the end, and how much work was done.
#[derive(Default)]
struct Told {
    boxes: usize,
    assertions: Vec<String>,
}

/// Notes the boxes of one level. `label` is the name of the box around them.
fn boxes(bytes: &[u8], label: &str, depth: usize, told: &mut Told, notes: &mut Notes<'_>) {
    let mut reader = Reader::new(bytes);
    let mut label = label.to_owned();
    let mut media_type = String::new();
    while let Some((kind, content)) = next(&mut reader) {
        told.boxes = told.boxes.saturating_add(1);
        if told.boxes > BOXES_MAX || depth > DEPTH_MAX {
            let value = runs::sized(content, notes);
            notes.find(
                Topic::Unknown,
                "Content credential beyond the limit",
                &value,
            );
            return;
        }
        match &kind {
            b"jumb" => boxes(content, "", depth.saturating_add(1), told, notes),
            b"jumd" => {
                label = description(content);
                name(&label, told, notes);
            }
            b"json" => assertion(&label, json_values(content), notes),
            b"cbor" if label.starts_with("c2pa.signature") => signature(content, notes),
            b"cbor" => assertion(&label, cbor_values(content), notes),
            b"bfdb" => media_type = words::text(content.get(1..).unwrap_or_default()),
            b"bidb" => {
                let (topic, name) = if media_type.starts_with("image") || media_type.is_empty() {
                    (Topic::Thumbnail, embedded::THUMBNAIL)
                } else {
                    (Topic::Unknown, "File in the content credential")
                };
                embedded::picture(topic, name, "in the content credential", content, notes);
            }
            // Salt and padding.
            b"c2sh" | b"free" | b"skip" => {}
            _ => {
                let name = format!("Content credential box {}", words::text(&kind));
                let value = runs::sized(content, notes);
                notes.find(Topic::Unknown, &name, &value);
            }
        }
    }
    let rest = words::trim(reader.rest());
    if !rest.is_empty() {
        let value = runs::sized(rest, notes);
        notes.find(
            Topic::Unknown,
            "Unreadable part of the content credential",
            &value,
        );
    }
}

/// The next box: its size, its kind and its content (ISO 19566-5 § B.2). A box that is cut is read as far as it goes.
fn next<'a>(reader: &mut Reader<'a>) -> Option<([u8; 4], &'a [u8])> {
    const WHAT: &str = "JUMBF box";
    let mut ahead = *reader;
    let size = ahead.u32_be(WHAT).ok()?;
    let kind: [u8; 4] = ahead.array(WHAT).ok()?;
    let len = match size {
        0 => ahead.rest().len(),
        1 => {
            let size = u64::from_be_bytes(ahead.array(WHAT).ok()?);
            usize::try_from(size.checked_sub(16)?).ok()?
        }
        _ => index(size).checked_sub(8)?,
    };
    let content = ahead.take(len.min(ahead.rest().len()), WHAT).ok()?;
    *reader = ahead;
    Some((kind, content))
}

/// The label in a description box: a type of 16 bytes, a byte of flags, the label up to a NUL.
fn description(content: &[u8]) -> String {
    let label = content.get(17..).unwrap_or_default();
    let label = label.split(|byte| *byte == 0).next().unwrap_or_default();
    match content.get(16).map(|flags| flags & 2) {
        Some(2) => words::text(label),
        _ => String::new(),
    }
}

fn name(label: &str, told: &mut Told, notes: &mut Notes<'_>) {
    let structure = [
        "c2pa",
        "c2pa.assertions",
        "c2pa.credentials",
        "c2pa.claim",
        "c2pa.claim.v2",
        "c2pa.signature",
        "c2pa.databoxes",
    ];
    if label.is_empty() || structure.contains(&label) {
        return;
    }
    if label.contains("urn:") {
        notes.find(Topic::Provenance, "Number of the content credential", label);
        words::remember(label.rsplit(':').next().unwrap_or(label), notes);
    } else if told.assertions.len() < LISTED_MAX
        && !told.assertions.iter().any(|known| known == label)
    {
        told.assertions.push(label.to_owned());
    }
}

fn json_values(content: &[u8]) -> Vec<(String, Value)> {
    let text = String::from_utf8_lossy(content);
    let number = |value: &str| value.parse::<f64>().is_ok();
    json::values(&text)
        .into_iter()
        .map(|(key, value)| {
            let value = if number(&value) {
                Value::Number(value)
            } else {
                Value::Text(value)
            };
            (key, value)
        })
        .collect()
}

fn cbor_values(content: &[u8]) -> Vec<(String, Value)> {
    cbor::values(content)
}

/// Who signed, and when.
fn signature(content: &[u8], notes: &mut Notes<'_>) {
    for (number, subject) in certificate::subjects(content).into_iter().enumerate() {
        let name = if number == 0 {
            "Signed by"
        } else {
            "Signature vouched for by"
        };
        notes.find(Topic::Provenance, name, &subject.join(", "));
        if let Some(common) = subject.first() {
            words::remember(common, notes);
        }
    }
    if let Some(time) = certificate::stamped(content) {
        notes.find(Topic::Provenance, "Signed on", &time);
    }
}

/// What a key is about, by the words in it: those of Exif, of schema.org and of C2PA itself.
fn topic(label: &str, key: &str) -> Option<(Topic, &'static str)> {
    let key = key.rsplit(':').next().unwrap_or(key);
    Some(match key {
        "claim_generator" => (Topic::Software, "Software"),
        "dc:title" | "title" => (Topic::Text, "Title"),
        "instanceID" | "documentID" | "instance_id" => {
            (Topic::EditHistory, "Number of the document")
        }
        "action" => (Topic::EditHistory, "Edit"),
        "softwareAgent" => (Topic::Software, "Edited with"),
        "digitalSourceType" => (Topic::Provenance, "Kind of source"),
        "when" | "dateTime" | "datePublished" | "DateTimeOriginal" | "DateTimeDigitized"
        | "DateTime" | "CreateDate" | "timestamp" | "GPSTimeStamp" | "GPSDateTime"
        | "GPSDateStamp" => (Topic::Time, "Time in the content credential"),
        "Make" => (Topic::Device, "Camera maker"),
        "Model" => (Topic::Device, "Camera model"),
        "BodySerialNumber" | "SerialNumber" => (Topic::Device, "Camera serial number"),
        "LensModel" => (Topic::Device, "Lens"),
        "LensSerialNumber" => (Topic::Device, "Lens serial number"),
        "Software" => (Topic::Software, "Software"),
        "Artist" | "creator" | "author" | "CameraOwnerName" => (Topic::Person, "Author"),
        "name" if label.contains("CreativeWork") => (Topic::Person, "Author"),
        "name" if label.contains("claim") => (Topic::Software, "Software"),
        "identifier" | "@id" => (Topic::Person, "Account of the author"),
        "url" if label.contains("CreativeWork") => (Topic::Person, "Web address of the author"),
        "Copyright" | "rights" | "copyrightNotice" | "credit" => (Topic::Person, "Copyright"),
        "City" | "Country" | "State" | "Location" | "LocationName" | "GPSAreaInformation" => {
            (Topic::Place, "Place")
        }
        "GPSAltitude" => (Topic::Place, "Height above the sea"),
        "GPSHorizontalAccuracy" | "GPSHPositioningError" => (Topic::Place, "GPS error"),
        "description" | "caption" | "ImageDescription" | "headline" => (Topic::Text, "Caption"),
        _ => return None,
    })
}

/// Notes the values of an assertion or claim.
fn assertion(label: &str, values: Vec<(String, Value)>, notes: &mut Notes<'_>) {
    let place = |name: &str| {
        values.iter().find_map(|(key, value)| match value {
            Value::Text(text) | Value::Number(text) if key.ends_with(name) => Some(text.as_str()),
            _ => None,
        })
    };
    if let Some((latitude, longitude)) = place("GPSLatitude").zip(place("GPSLongitude")) {
        let angles = Angle::from_xmp(latitude).zip(Angle::from_xmp(longitude));
        let value = match angles {
            Some((latitude, longitude)) => gps::position(latitude, longitude),
            None => format!("{latitude}, {longitude}"),
        };
        notes.find(Topic::Place, "GPS position (content credential)", &value);
    }
    let mut others: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in &values {
        one(label, key, value, &mut others, notes);
    }
    let listed: Vec<String> = others
        .into_iter()
        .map(|(key, values)| format!("{key} {}", values.join(", ")))
        .collect();
    let hashes = label.starts_with("c2pa.hash");
    if !listed.is_empty() && !hashes {
        let shown = listed.get(..LISTED_MAX).unwrap_or(&listed).join("; ");
        let more = if listed.len() > LISTED_MAX {
            "; …"
        } else {
            ""
        };
        notes.find(
            Topic::Provenance,
            &format!("Content credential, {label}"),
            &format!("{shown}{more}"),
        );
    }
}

fn one(
    label: &str,
    key: &str,
    value: &Value,
    others: &mut BTreeMap<String, Vec<String>>,
    notes: &mut Notes<'_>,
) {
    const VALUES_SHOWN_MAX: usize = 4;
    let text = match value {
        // Digests, padding and signatures.
        Value::Bytes(_) => return,
        Value::Text(text) | Value::Number(text) => text,
    };
    if key.ends_with("GPSLatitude") || key.ends_with("GPSLongitude") {
        words::remember(text, notes);
        return;
    }
    if matches!(
        key,
        "alg" | "hash" | "pad" | "@context" | "@type" | "dc:format" | "format"
    ) {
        return;
    }
    // Links inside the store, and the vocabularies that the keys come from.
    if text.starts_with("self#")
        || text.is_empty()
        || text.starts_with("http://ns.")
        || text.starts_with("http://www.w3.org")
        || text.starts_with("http://purl.org")
        || text.contains("cipa.jp")
    {
        return;
    }
    let known = topic(label, key);
    if let Some((topic, name)) = known {
        if key == "digitalSourceType" && text.contains("rainedAlgorithmicMedia") {
            notes.find(
                Topic::Provenance,
                "Made with AI",
                text.rsplit('/').next().unwrap_or(text),
            );
            return;
        }
        let shown = match topic {
            Topic::Time => date::iso(text),
            // Heights and errors.
            Topic::Place if matches!(value, Value::Number(_)) => format!("{text} m"),
            _ => text.clone(),
        };
        notes.find(topic, name, &shown);
    } else {
        let key = if key.is_empty() { "value" } else { key };
        let line = others.entry(key.to_owned()).or_default();
        if line.len() < VALUES_SHOWN_MAX {
            line.push(text.clone());
        }
    }
    let identifies = known.is_some_and(|(_, name)| !matches!(name, "Edit" | "Kind of source"));
    if matches!(value, Value::Text(_)) && (identifies || text.len() >= 16) {
        words::remember(text, notes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let mut bytes = ((content.len() + 8) as u32).to_be_bytes().to_vec();
        bytes.extend(kind);
        bytes.extend(content);
        bytes
    }

    fn named(label: &str, contents: &[Vec<u8>]) -> Vec<u8> {
        let mut description = vec![0; 16];
        description.push(3);
        description.extend(label.bytes());
        description.push(0);
        let mut content = boxed(b"jumd", &description);
        content.extend(contents.concat());
        boxed(b"jumb", &content)
    }

    fn sample() -> Vec<u8> {
        let exif = br#"{"EXIF:GPSLatitude": "43.152093900000", "EXIF:GPSLongitude": "-77.580532800000", "EXIF:Make": "Acme", "EXIF:DateTimeOriginal": "2023-02-12T18:44:26Z"}"#;
        let work = br#"{"author": [{"@type": "Person", "name": "Jane Doe"}]}"#;
        let claim = b"\xA2\x6Fclaim_generator\x6BTool 1.2.34\x68dc:title\x68cat1.jpg";
        let actions = b"\xA1\x66action\x6Bc2pa.opened";
        let mut signature = vec![0xD2, 0x84];
        signature.extend(certificate::build::certificate("Jane's camera", "Acme"));
        signature.extend(b"\x18\x0F20230212184429Z");
        let manifest = named(
            "urn:uuid:37742c5e-8a27-49fa-8302-3f079fcb76b9",
            &[
                named(
                    "c2pa.assertions",
                    &[
                        named("stds.exif", &[boxed(b"json", exif)]),
                        named("stds.schema-org.CreativeWork", &[boxed(b"json", work)]),
                        named("c2pa.actions", &[boxed(b"cbor", actions)]),
                        named(
                            "c2pa.thumbnail.claim.jpeg",
                            &[
                                boxed(b"bfdb", b"\0image/jpeg\0"),
                                boxed(b"bidb", b"not a jpeg"),
                            ],
                        ),
                    ],
                ),
                named("c2pa.claim", &[boxed(b"cbor", claim)]),
                named("c2pa.signature", &[boxed(b"cbor", &signature)]),
            ],
        );
        named("c2pa", &[manifest])
    }

    #[test]
    fn manifests_become_words() {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        explain(&sample(), &mut notes);
        let (findings, secrets) = notes.finish();
        let has = |topic: Topic, value: &str| {
            assert!(
                findings
                    .iter()
                    .any(|f| f.topic == topic && f.value == value),
                "{value}: {findings:#?}"
            );
        };
        has(
            Topic::Place,
            "43.152094, -77.580533 (43°09′07.5″ N, 77°34′49.9″ W)",
        );
        has(Topic::Person, "Jane Doe");
        has(Topic::Device, "Acme");
        has(Topic::Time, "2023-02-12 18:44:26 UTC");
        has(Topic::Software, "Tool 1.2.34");
        has(Topic::Text, "cat1.jpg");
        has(Topic::EditHistory, "c2pa.opened");
        has(Topic::Provenance, "Jane's camera, Acme");
        has(Topic::Provenance, "2023-02-12 18:44:29 UTC");
        has(
            Topic::Provenance,
            "stds.exif, stds.schema-org.CreativeWork, c2pa.actions, c2pa.thumbnail.claim.jpeg",
        );
        has(Topic::Thumbnail, "10 bytes");
        assert!(secrets.contains(&b"43.152093900000"[..]));
        assert!(secrets.contains(&b"37742c5e-8a27-49fa-8302-3f079fcb76b9"[..]));
    }

    #[test]
    fn cut_anywhere() {
        let limits = Limits::default();
        let sample = sample();
        for len in 0..sample.len() {
            let mut notes = Notes::new(&limits);
            explain(&sample[..len], &mut notes);
            assert!(!notes.finish().0.is_empty());
        }
    }

    #[test]
    fn deep_boxes_end() {
        let limits = Limits::default();
        let mut bytes = Vec::new();
        for _ in 0..5_000 {
            bytes = boxed(b"jumb", &bytes);
        }
        explain(&bytes, &mut Notes::new(&limits));
    }
}
