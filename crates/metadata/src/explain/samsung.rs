//! Samsung's trailer: named blocks, then a directory between `SEFH` and `SEFT`. The layout is not published.

use super::{date, runs, video, words};
use crate::Topic;
use crate::notes::Notes;
use crate::reader::{Reader, index};

/// The most blocks of one trailer that are read.
const BLOCKS_MAX: usize = 200;
const WHAT: &str = "Samsung trailer";

/// Notes the blocks of a Samsung trailer, and returns where in `bytes` they begin and end. `None` without one.
pub(super) fn explain(bytes: &[u8], notes: &mut Notes<'_>) -> Option<(usize, usize)> {
    // The last one; searching forward is many times as fast as backward.
    let foot = memchr::memmem::find_iter(bytes, b"SEFT").last()?;
    let len_at = foot.checked_sub(4)?;
    let len = index(Reader::new(bytes.get(len_at..)?).u32_le(WHAT).ok()?);
    let head = len_at.checked_sub(len)?;
    let directory = bytes.get(head..len_at)?.strip_prefix(b"SEFH")?;
    let mut reader = Reader::new(directory.get(4..)?);
    let count = index(reader.u32_le(WHAT).ok()?).min(BLOCKS_MAX);
    let mut start = head;
    for _ in 0..count {
        reader.take(4, WHAT).ok()?;
        // Counted back from the directory.
        let back = index(reader.u32_le(WHAT).ok()?);
        let len = index(reader.u32_le(WHAT).ok()?);
        let Some(at) = head.checked_sub(back) else {
            continue;
        };
        let Some(block) = bytes.get(at..).and_then(|rest| rest.get(..len)) else {
            continue;
        };
        start = start.min(at);
        one(block, notes);
    }
    Some((start, foot.saturating_add(4)))
}

/// A block: a type, the length of its name, the name, the value.
fn one(block: &[u8], notes: &mut Notes<'_>) {
    let mut reader = Reader::new(block);
    let mut read = || {
        reader.take(4, WHAT).ok()?;
        let len = index(reader.u32_le(WHAT).ok()?);
        Some((words::text(reader.take(len, WHAT).ok()?), reader.rest()))
    };
    let Some((name, value)) = read() else {
        let value = runs::sized(block, notes);
        notes.find(Topic::Unknown, "Samsung block", &value);
        return;
    };
    let text = words::text(value);
    match name.as_str() {
        "MotionPhoto_Data" | "SurroundShot_Video" if value.len() > 64 => {
            video::explain(value, notes);
        }
        "Image_UTC_Data" | "MetaDataTime" => {
            let seconds = text
                .parse::<u64>()
                .ok()
                .and_then(|millis| millis.checked_div(1_000));
            let time = seconds.and_then(date::unix).unwrap_or_else(|| text.clone());
            notes.find(Topic::Time, "Taken (Samsung)", &time);
            words::remember(&text, notes);
        }
        "MCC_Data" => notes.find(Topic::Place, "Country of the mobile network", &text),
        _ if value.is_empty() => {}
        _ if !text.chars().any(char::is_control) && text.len() < 4_000 => {
            notes.find(Topic::Device, &format!("Samsung {name}"), &text);
            words::remember(&text, notes);
        }
        _ => {
            let sound = name.contains("Sound") || name.contains("Audio");
            let topic = if sound { Topic::Video } else { Topic::Unknown };
            let value = runs::sized(value, notes);
            notes.find(topic, &format!("Samsung {name}"), &value);
        }
    }
}

/// Builds Samsung trailers for tests.
#[cfg(test)]
pub(super) mod build {
    pub(crate) fn trailer(blocks: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut body = Vec::new();
        let mut spans = Vec::new();
        for (name, value) in blocks {
            let at = body.len();
            body.extend([0, 0, 1, 10]);
            body.extend((name.len() as u32).to_le_bytes());
            body.extend(name.bytes());
            body.extend(value);
            spans.push((at, body.len() - at));
        }
        let head = body.len();
        let mut directory = b"SEFH\x6B\0\0\0".to_vec();
        directory.extend((blocks.len() as u32).to_le_bytes());
        for (at, len) in spans {
            directory.extend([0, 0, 1, 10]);
            directory.extend(((head - at) as u32).to_le_bytes());
            directory.extend((len as u32).to_le_bytes());
        }
        let len = directory.len() as u32;
        body.extend(directory);
        body.extend(len.to_le_bytes());
        body.extend(b"SEFT");
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn sample() -> Vec<u8> {
        build::trailer(&[
            ("Image_UTC_Data", b"1678282839000".to_vec()),
            ("MCC_Data", b"404".to_vec()),
            ("MotionPhoto_Data", video::build::video()),
            ("Camera_Capture_Mode_Info", b"1".to_vec()),
        ])
    }

    #[test]
    fn blocks_become_words() {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        let bytes = [b"before".to_vec(), sample(), b"behind".to_vec()].concat();
        assert_eq!(explain(&bytes, &mut notes), Some((6, bytes.len() - 6)));
        let (findings, _) = notes.finish();
        assert!(
            findings
                .iter()
                .any(|f| f.value == "2023-03-08 13:40:39 UTC")
        );
        assert!(
            findings
                .iter()
                .any(|f| f.topic == Topic::Place && f.value == "404")
        );
        assert!(
            findings
                .iter()
                .any(|f| f.topic == Topic::Place && f.name.starts_with("GPS position"))
        );
    }

    #[test]
    fn cut_anywhere() {
        let limits = Limits::default();
        let sample = sample();
        for len in 0..sample.len() {
            explain(&sample[..len], &mut Notes::new(&limits));
            explain(&sample[len..], &mut Notes::new(&limits));
        }
    }
}
