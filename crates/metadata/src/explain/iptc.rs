//! IPTC-IIM datasets (IPTC-NAA Information Interchange Model 4.2), in a person's words.

use super::{date, embedded, runs, words};
use crate::notes::{Notes, size_words};
use crate::reader::Reader;
use crate::{Keep, Topic};

/// The most datasets of one block that are read.
const DATASETS_MAX: usize = 4_000;

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Date,
    /// A code or number that points at nobody.
    Code,
    Bytes,
}

use Form::{Bytes, Code, Date, Text};

/// Record, dataset, topic, name, form.
const NAMES: &[(u8, u8, Topic, &str, Form)] = &[
    (1, 5, Topic::Text, "Sent to", Text),
    (1, 30, Topic::Text, "Service", Text),
    (1, 50, Topic::Text, "Product", Text),
    (1, 70, Topic::Time, "Sent", Date),
    (1, 80, Topic::Time, "Sent, time of day", Date),
    (1, 100, Topic::EditHistory, "Picture's unique number", Text),
    (2, 3, Topic::Text, "Kind of object", Code),
    (2, 4, Topic::Text, "Genre", Code),
    (2, 5, Topic::Text, "Title", Text),
    (2, 7, Topic::Text, "Edit status", Text),
    (2, 10, Topic::Text, "Urgency", Code),
    (2, 12, Topic::Text, "Subject code", Code),
    (2, 15, Topic::Text, "Category", Text),
    (2, 20, Topic::Text, "Category", Text),
    (2, 22, Topic::Text, "Picture's fixture number", Text),
    (2, 25, Topic::Text, "Keywords", Text),
    (2, 26, Topic::Place, "Place code", Text),
    (2, 27, Topic::Place, "Place", Text),
    (2, 30, Topic::Time, "May be published from", Date),
    (
        2,
        35,
        Topic::Time,
        "May be published from, time of day",
        Date,
    ),
    (2, 37, Topic::Time, "Expires", Date),
    (2, 38, Topic::Time, "Expires, time of day", Date),
    (2, 40, Topic::Text, "Instructions", Text),
    (2, 55, Topic::Time, "Taken", Date),
    (2, 60, Topic::Time, "Taken, time of day", Date),
    (2, 62, Topic::Time, "Digitised", Date),
    (2, 63, Topic::Time, "Digitised, time of day", Date),
    (2, 65, Topic::Software, "Software", Text),
    (2, 70, Topic::Software, "Software version", Text),
    (2, 75, Topic::Time, "Part of the day", Code),
    (2, 80, Topic::Person, "Author", Text),
    (2, 85, Topic::Person, "Author's job", Text),
    (2, 90, Topic::Place, "City", Text),
    (2, 92, Topic::Place, "Place in the city", Text),
    (2, 95, Topic::Place, "State", Text),
    (2, 100, Topic::Place, "Country code", Text),
    (2, 101, Topic::Place, "Country", Text),
    (2, 103, Topic::Text, "Job number", Text),
    (2, 105, Topic::Text, "Headline", Text),
    (2, 110, Topic::Person, "Credit", Text),
    (2, 115, Topic::Person, "Source", Text),
    (2, 116, Topic::Person, "Copyright", Text),
    (2, 118, Topic::Person, "Contact", Text),
    (2, 120, Topic::Text, "Caption", Text),
    (2, 122, Topic::Person, "Caption written by", Text),
    (2, 125, Topic::Text, "Caption as a picture", Bytes),
    (2, 130, Topic::Text, "Kind of picture", Code),
    (2, 131, Topic::Text, "Layout", Code),
    (2, 135, Topic::Text, "Language", Code),
    (2, 184, Topic::Text, "Job number", Text),
    (2, 185, Topic::Text, "Reference number", Text),
    (2, 186, Topic::Text, "Short title", Text),
    (2, 187, Topic::Software, "Who tagged it", Text),
    (2, 188, Topic::Text, "Title", Text),
    (2, 221, Topic::Software, "Photo Mechanic preferences", Code),
    (2, 228, Topic::EditHistory, "Number of the document", Text),
    (2, 230, Topic::EditHistory, "Document history", Text),
    (2, 231, Topic::EditHistory, "Edit history", Text),
    (2, 232, Topic::EditHistory, "Camera information", Text),
];

/// Notes what the datasets tell.
pub(super) fn explain(bytes: &[u8], notes: &mut Notes<'_>) {
    let mut reader = Reader::new(bytes);
    let mut told = false;
    for _ in 0..DATASETS_MAX {
        let Some((record, dataset, value)) = next(&mut reader) else {
            break;
        };
        told |= one(record, dataset, value, notes);
    }
    let rest = words::trim(reader.rest());
    if !rest.is_empty() {
        let value = runs::sized(rest, notes);
        notes.find(Topic::Unknown, "Unreadable caption data (IPTC)", &value);
    } else if !told {
        let size = size_words(bytes.len());
        notes.find(Topic::Text, "Empty caption block (IPTC)", &size);
    }
}

/// The next dataset: a tag mark, record, dataset, length (IIM § 1.5.1).
fn next<'a>(reader: &mut Reader<'a>) -> Option<(u8, u8, &'a [u8])> {
    let mut ahead = *reader;
    let [mark, record, dataset] = ahead.array("dataset").ok()?;
    if mark != 0x1C {
        return None;
    }
    let len = ahead.u16_be("dataset").ok()?;
    let len = if len & 0x8000 == 0 {
        usize::from(len)
    } else {
        // An extended dataset: the low bits say how many bytes its length has.
        let digits = ahead
            .take(usize::from(len & 0x7FFF).min(9), "dataset")
            .ok()?;
        digits.iter().try_fold(0_usize, |len, digit| {
            len.checked_mul(256)?.checked_add(usize::from(*digit))
        })?
    };
    let value = ahead.take(len, "dataset").ok()?;
    *reader = ahead;
    Some((record, dataset, value))
}

/// Notes one dataset. Returns whether there was anything to tell.
fn one(record: u8, dataset: u8, value: &[u8], notes: &mut Notes<'_>) -> bool {
    // The version of the model and the character set say nothing about the picture.
    if matches!((record, dataset), (1, 0 | 20 | 22 | 90) | (2, 0)) {
        return false;
    }
    // Previews of the object, IIM § 7 and § 8.
    if matches!((record, dataset), (2, 202) | (8, 10)) {
        embedded::picture(
            Topic::Thumbnail,
            embedded::THUMBNAIL,
            "in the thumbnail",
            value,
            notes,
        );
        return true;
    }
    let row = NAMES.iter().find(|row| row.0 == record && row.1 == dataset);
    let (topic, name, form) = match row {
        Some((.., topic, name, form)) => (*topic, (*name).to_owned(), *form),
        None => (
            Topic::Unknown,
            format!("Caption data {record}:{dataset}"),
            Text,
        ),
    };
    let text = words::text(value);
    if text.is_empty() {
        return false;
    }
    let binary = text.chars().any(|c| c.is_control() && !c.is_whitespace());
    if form == Bytes || binary && row.is_none() {
        let value = runs::sized(value, notes);
        notes.find(topic, &name, &value);
        return true;
    }
    match form {
        Date => notes.find(topic, &name, &date::compact(&text)),
        _ => notes.find(topic, &name, &text),
    }
    match (record, dataset) {
        (2, 80) => notes.credit(Keep::Artist, &text),
        (2, 116) => notes.credit(Keep::Copyright, &text),
        _ => {}
    }
    if form != Code {
        words::secret(value, &text, notes);
    }
    true
}

#[cfg(test)]
pub(super) mod build {
    /// One dataset of record 2.
    pub(crate) fn dataset(number: u8, value: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x1C, 2, number];
        bytes.extend((value.len() as u16).to_be_bytes());
        bytes.extend(value);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn sample() -> Vec<u8> {
        let mut bytes = vec![0x1C, 1, 90, 0, 3, 0x1B, b'%', b'G'];
        bytes.extend(build::dataset(80, b"Jane Doe"));
        bytes.extend(build::dataset(90, "Zürich".as_bytes()));
        bytes.extend(build::dataset(55, b"20240131"));
        bytes.extend(build::dataset(60, b"120005+0100"));
        bytes.extend(build::dataset(25, b"protest"));
        bytes.extend(build::dataset(199, b"something"));
        bytes
    }

    #[test]
    fn datasets_become_words() {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        explain(&sample(), &mut notes);
        let (findings, secrets) = notes.finish();
        let told: Vec<_> = findings
            .iter()
            .map(|f| (f.topic, f.name.as_str(), f.value.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (Topic::Place, "City", "Zürich"),
                (Topic::Person, "Author", "Jane Doe"),
                (Topic::Time, "Taken", "2024-01-31"),
                (Topic::Time, "Taken, time of day", "12:00:05 +01:00"),
                (Topic::Text, "Keywords", "protest"),
                (Topic::Unknown, "Caption data 2:199", "something"),
            ]
        );
        assert!(secrets.contains(&b"Jane Doe"[..]));
    }

    #[test]
    fn damage_is_told() {
        let limits = Limits::default();
        let sample = sample();
        for len in 0..sample.len() {
            let mut notes = Notes::new(&limits);
            explain(&sample[..len], &mut notes);
            assert!(!notes.finish().0.is_empty(), "cut at {len}");
        }
        let mut notes = Notes::new(&limits);
        explain(b"\x1C\x02\x50\x80\x04\0\0\0\x08Jane Doe", &mut notes);
        assert_eq!(notes.finish().0[0].value, "Jane Doe");
    }
}
