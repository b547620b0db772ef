//! Tracks beside the pictures and the sound of a video, which no player shows: places, sensors, text, time codes.

use std::borrow::Cow;

use super::gps::{Angle, iso_6709, position};
use super::{runs, vendor, words};
use crate::Topic;
use crate::notes::{Notes, size_words};
use crate::reader::{Reader, index};

/// How many places of one track are told, and how many texts.
const PLACES_MAX: usize = 3;
const TEXTS_MAX: usize = 6;
/// How many bytes of samples are searched for words.
const SEARCHED_BYTES_MAX: usize = 1 << 20;
const WHAT: &str = "track";

/// Handler or codec, what it is about, its name; the first that fits.
const TRACKS: &[(&[u8; 4], Topic, &str)] = &[
    (b"gpmd", Topic::Place, "Telemetry of the camera (GoPro)"),
    (b"camm", Topic::Place, "Movements of the camera"),
    (b"gps ", Topic::Place, "GPS track"),
    (b"djmd", Topic::Place, "Telemetry of the drone (DJI)"),
    (b"dbgi", Topic::Device, "Debug log of the drone (DJI)"),
    (b"rtmd", Topic::Device, "Settings of the camera (Sony)"),
    (b"tmcd", Topic::Time, "Time code"),
    (b"text", Topic::Text, "Text, subtitles or chapters"),
    (b"tx3g", Topic::Text, "Text, subtitles or chapters"),
    (b"sbtl", Topic::Text, "Subtitles"),
    (b"subt", Topic::Text, "Subtitles"),
    (b"subp", Topic::Text, "Subtitles"),
    (b"clcp", Topic::Text, "Captions"),
    (b"mebx", Topic::Unknown, "Timed metadata"),
    (b"mett", Topic::Unknown, "Timed metadata"),
    (b"urim", Topic::Unknown, "Timed metadata"),
    (b"meta", Topic::Unknown, "Timed metadata"),
    (b"soun", Topic::Video, "Another sound in the file"),
];

/// Notes a track that goes, and what its samples tell.
pub(super) fn explain(
    handler: [u8; 4],
    entry: &[u8],
    samples: &[Cow<'_, [u8]>],
    (len, count): (usize, usize),
    notes: &mut Notes<'_>,
) {
    let codec = entry.get(4..8).unwrap_or_default();
    let row = TRACKS
        .iter()
        .find(|row| row.0 == codec)
        .or_else(|| TRACKS.iter().find(|row| *row.0 == handler));
    let (topic, name) = match row {
        Some((_, topic, name)) => (*topic, (*name).to_owned()),
        None => (
            Topic::Unknown,
            format!("Track {} {}", words::text(&handler), words::text(codec)),
        ),
    };
    let size = match count {
        1 => format!("{}, 1 entry", size_words(len)),
        _ => format!("{}, {count} entries", size_words(len)),
    };
    // The fields that every sample entry has say nothing.
    let words = runs::harvest(entry.get(16..).unwrap_or_default(), notes);
    let keys = keys(entry);
    let topic = match topic {
        Topic::Unknown => keys.iter().find_map(|key| about(key)).unwrap_or(topic),
        topic => topic,
    };
    let described = match keys.is_empty() {
        true => words,
        false => keys.join(", "),
    };
    let value = match described.as_str() {
        "" => size,
        described => format!("{size}: {described}"),
    };
    notes.find(topic, &name, &value);
    match codec {
        b"gpmd" => {
            for sample in samples.iter().take(PLACES_MAX) {
                vendor::telemetry(sample, notes);
            }
        }
        b"camm" => camera_motion(samples, notes),
        b"text" | b"tx3g" => texts(samples, notes),
        _ => {
            let mut left = SEARCHED_BYTES_MAX;
            let mut told = 0;
            for sample in samples {
                told = places(sample, told, notes);
                left = left.saturating_sub(sample.len());
                if left == 0 {
                    break;
                }
                runs::harvest(sample, notes);
            }
        }
    }
}

/// The names of what a track of timed metadata holds, without whose they are (QuickTime File Format, "Metadata key
/// declaration atom").
fn keys(entry: &[u8]) -> Vec<String> {
    const KEYS_MAX: usize = 20;
    let mut keys: Vec<String> = Vec::new();
    for at in memchr::memmem::find_iter(entry, b"keyd").take(KEYS_MAX) {
        let size = at
            .checked_sub(4)
            .and_then(|at| entry.get(at..)?.first_chunk());
        let size = size.map_or(0, |size| index(u32::from_be_bytes(*size)));
        // A label, and whose names they are, stand before the name.
        let (Some(start), Some(end)) = (at.checked_add(8), at.checked_add(size.saturating_sub(4)))
        else {
            continue;
        };
        let key = words::text(entry.get(start..end).unwrap_or_default());
        let key = key.trim_start_matches("com.apple.quicktime.").to_owned();
        if !key.is_empty() && !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// What a key is about, where its name says so.
fn about(key: &str) -> Option<Topic> {
    match () {
        () if key.contains("location") => Some(Topic::Place),
        () if key.contains("face") || key.contains("body") => Some(Topic::Person),
        () => None,
    }
}

/// Positions in the form that phones write: `+48.8584+002.2945/`. Returns how many were told in all.
fn places(sample: &[u8], told: usize, notes: &mut Notes<'_>) -> usize {
    let mut told = told;
    for run in runs::written(sample) {
        let Some(at) = run.find(['+', '-']) else {
            continue;
        };
        if let Some(place) = run.get(at..).and_then(iso_6709) {
            if told < PLACES_MAX {
                notes.find(Topic::Place, "GPS position (timed)", &place);
            }
            told = told.saturating_add(1);
            words::remember(&run, notes);
        }
    }
    told
}

/// Google's camera motion metadata: packets of type 5 (latitude, longitude, altitude) and 6 (time, fix, position).
fn camera_motion(samples: &[Cow<'_, [u8]>], notes: &mut Notes<'_>) {
    let places = samples.iter().filter_map(|sample| {
        let mut reader = Reader::new(sample);
        reader.take(2, WHAT).ok()?;
        match reader.u16_le(WHAT).ok()? {
            5 => {}
            6 => {
                reader.take(12, WHAT).ok()?;
            }
            _ => return None,
        }
        let raw = reader.rest().get(..16)?;
        let latitude = reader.array(WHAT).map(f64::from_le_bytes).ok()?;
        let longitude = reader.array(WHAT).map(f64::from_le_bytes).ok()?;
        let angle = |degrees: f64| Angle::from_decimal(&format!("{degrees:.7}"));
        Some((position(angle(latitude)?, angle(longitude)?), raw))
    });
    for (place, raw) in places.take(PLACES_MAX) {
        notes.find(Topic::Place, "GPS position (timed)", &place);
        notes.secret_bytes(raw);
    }
}

/// Texts behind their length, 3GPP TS 26.245 § 5.17 and QuickTime. Drones write where they are into them.
fn texts(samples: &[Cow<'_, [u8]>], notes: &mut Notes<'_>) {
    let mut told = 0;
    let mut left = SEARCHED_BYTES_MAX;
    for sample in samples {
        let Some((len, rest)) = sample.split_first_chunk::<2>() else {
            continue;
        };
        let len = index(u16::from_be_bytes(*len).into());
        let text = words::text(rest.get(..len).unwrap_or(rest));
        left = left.saturating_sub(sample.len());
        if left == 0 {
            break;
        }
        if !text.is_empty() {
            if told < TEXTS_MAX {
                notes.find(Topic::Text, "Text in the video", &text);
            }
            told = told.saturating_add(1);
            words::remember(&text, notes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Finding, Limits};

    fn told(handler: &[u8; 4], codec: &[u8; 4], samples: &[&[u8]]) -> Vec<Finding> {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        let entry = [&[0, 0, 0, 16][..], codec, &[0; 8]].concat();
        let samples: Vec<_> = samples
            .iter()
            .map(|sample| Cow::Borrowed(*sample))
            .collect();
        let len = samples.iter().map(|sample| sample.len()).sum();
        explain(*handler, &entry, &samples, (len, samples.len()), &mut notes);
        notes.finish().0
    }

    #[test]
    fn places_are_read_from_timed_tracks() {
        let place = "48.858400, 2.294500 (48°51′30.2″ N, 2°17′40.2″ E)";
        let has = |findings: &[Finding]| {
            findings
                .iter()
                .any(|found| found.topic == Topic::Place && found.value.starts_with(place))
        };
        assert!(has(&told(
            b"meta",
            b"mebx",
            &[b"\0\0\0\x1A\0\0\0\x01+48.8584+002.2945/"]
        )));
        let mut camm = vec![0, 0, 5, 0];
        for number in [48.8584_f64, 2.2945, 35.0] {
            camm.extend(number.to_le_bytes());
        }
        assert!(has(&told(b"camm", b"camm", &[&camm])));
        camm.splice(2..4, [&[6, 0][..], &[1; 12]].concat());
        assert!(has(&told(b"meta", b"camm", &[&camm])));
        for len in 0..camm.len() {
            told(b"meta", b"camm", &[&camm[..len]]);
        }
    }

    #[test]
    fn timed_metadata_is_told_by_its_keys() {
        let key = |name: &[u8]| {
            let size = (name.len() as u32 + 12).to_be_bytes();
            [&size[..], b"keydmdta", name].concat()
        };
        let faces = key(b"com.apple.quicktime.detected-face");
        let entry = [&b"\0\0\0\x10mebx\0\0\0\0\0\0\0\x01"[..], &faces, &faces].concat();
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        explain(*b"meta", &entry, &[], (9_900, 101), &mut notes);
        let findings = notes.finish().0;
        assert_eq!(findings[0].topic, Topic::Person);
        assert_eq!(findings[0].value, "9.9 kB, 101 entries: detected-face");
        for len in 0..entry.len() {
            keys(&entry[..len]);
        }
    }

    #[test]
    fn texts_are_told() {
        let text = b"\0\x1FGPS(2.2945,48.8584,17) F/2.8 SS";
        let findings = told(b"text", b"tx3g", &[text, text, b"\0\xFF", b"\0"]);
        assert_eq!(findings[0].name, "Text, subtitles or chapters");
        assert_eq!(findings[1].value, "GPS(2.2945,48.8584,17) F/2.8 SS");
        assert_eq!(findings.len(), 2);
    }
}
