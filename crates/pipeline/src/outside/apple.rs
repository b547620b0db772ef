//! The notes of macOS. They leave the Mac too: shares and copies keep them under the same names.

use std::time::{Duration, UNIX_EPOCH};

use metadata::Topic;

use super::property_list::{self, Value};
use super::{attributes, readable};

/// From 1970 to 2001, where Apple's count of seconds begins.
const APPLE_EPOCH_SECONDS: u64 = 978_307_200;

/// What one note tells: topic, name, value.
pub(super) fn explain(key: &str, value: &[u8]) -> Vec<(Topic, String, String)> {
    let one = |topic, name: &str, value: String| vec![(topic, name.to_owned(), value)];
    match key {
        "com.apple.quarantine" => quarantine(value),
        "com.apple.FinderInfo" => finder_info(value),
        "com.apple.ResourceFork" => one(
            Topic::Unknown,
            "Resource fork",
            format!(
                "{} bytes, in which there may be an old preview",
                value.len()
            ),
        ),
        _ => match key.strip_prefix("com.apple.metadata:") {
            Some(item) => spotlight(item, value),
            None => one(
                Topic::Unknown,
                &format!("Note “{key}”"),
                attributes::shown(value),
            ),
        },
    }
}

/// Flags, the time in hexadecimal seconds, the program, and the number of the download, with semicolons between.
fn quarantine(value: &[u8]) -> Vec<(Topic, String, String)> {
    let text = String::from_utf8_lossy(value);
    let mut fields = text.trim_end_matches('\0').split(';').skip(1);
    let time = fields
        .next()
        .and_then(|hex| u64::from_str_radix(hex, 16).ok())
        .and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    let time = time.map(|time| (Topic::Time, "Downloaded on", readable(time)));
    let mut field = |topic, name| {
        let text = fields.next().filter(|text| !text.is_empty())?;
        Some((topic, name, text.to_owned()))
    };
    let program = field(Topic::Software, "Downloaded with");
    let number = field(Topic::Provenance, "Download number");
    let told: Vec<_> = [time, program, number].into_iter().flatten().collect();
    if told.is_empty() {
        return vec![(Topic::Provenance, "Quarantine".to_owned(), text.into())];
    }
    told.into_iter()
        .map(|(topic, name, value)| (topic, name.to_owned(), value))
        .collect()
}

/// The colour label stands in bits 1 to 3 of the ninth and tenth byte; most often there is nothing else.
fn finder_info(value: &[u8]) -> Vec<(Topic, String, String)> {
    const COLOURS: [&str; 8] = [
        "", "grey", "green", "purple", "blue", "yellow", "red", "orange",
    ];
    if value.iter().all(|byte| *byte == 0) {
        return Vec::new();
    }
    let label = value.get(9).map_or(0, |flags| usize::from(flags >> 1 & 7));
    let told = match COLOURS.get(label) {
        Some(colour) if label > 0 => (Topic::Text, format!("a {colour} label")),
        _ => (Topic::Unknown, format!("{} bytes", value.len())),
    };
    vec![(told.0, "Finder".to_owned(), told.1)]
}

/// What the search of macOS keeps with a file: property lists.
fn spotlight(item: &str, value: &[u8]) -> Vec<(Topic, String, String)> {
    let (topic, name) = match item.trim_start_matches('_') {
        "kMDItemWhereFroms" => (Topic::Provenance, "Downloaded from"),
        "kMDItemDownloadedDate" => (Topic::Time, "Downloaded on"),
        "kMDItemUserTags" => (Topic::Text, "Tags"),
        "kMDItemFinderComment" | "kMDItemComment" => (Topic::Text, "Comment"),
        "kMDItemAuthors" | "kMDItemCreator" => (Topic::Person, "Creator"),
        "kMDItemIsScreenCapture" | "kMDItemScreenCaptureType" => (Topic::Software, "Screenshot"),
        "kMDItemScreenCaptureGlobalRect" => (Topic::Software, "Place of the screenshot"),
        _ => (Topic::Unknown, item),
    };
    let values = property_list::values(value).unwrap_or_default();
    if values.is_empty() {
        return vec![(topic, name.to_owned(), attributes::shown(value))];
    }
    values
        .into_iter()
        .filter_map(|value| match value {
            // A tag ends in a line with the number of its colour.
            Value::Text(text) => Some(text.split('\n').next().unwrap_or_default().to_owned()),
            Value::Date(seconds) => apple_time(seconds),
        })
        .filter(|text| !text.is_empty())
        .map(|text| (topic, name.to_owned(), text))
        .collect()
}

fn apple_time(seconds: f64) -> Option<String> {
    let since = Duration::try_from_secs_f64(seconds).ok()?;
    let begin = UNIX_EPOCH + Duration::from_secs(APPLE_EPOCH_SECONDS);
    Some(readable(begin.checked_add(since)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(key: &str, value: &[u8]) -> Vec<String> {
        explain(key, value)
            .into_iter()
            .map(|(topic, name, value)| format!("{topic:?}: {name}: {value}"))
            .collect()
    }

    #[test]
    fn the_quarantine_note_tells_program_and_time() {
        let note = b"0083;59b926ad;Safari;55847AA4-5562-42A2-89A7-8FAD394B455C";
        assert_eq!(
            told("com.apple.quarantine", note),
            [
                "Time: Downloaded on: 2017-09-13 12:38:05 UTC",
                "Software: Downloaded with: Safari",
                "Provenance: Download number: 55847AA4-5562-42A2-89A7-8FAD394B455C"
            ]
        );
        assert_eq!(
            told("com.apple.quarantine", b"0001"),
            ["Provenance: Quarantine: 0001"]
        );
    }

    #[test]
    fn where_a_file_came_from_is_told() {
        // An array of two texts: objects, their offsets, and 32 bytes of trailer.
        let mut list = b"bplist00\xA2\x01\x02\x5E".to_vec();
        list.extend(b"https://a.org/");
        list.extend(b"\x65\0h\0\xE9\0l\0l\0o");
        list.extend([8, 11, 26, 0, 0, 0, 0, 0, 0, 1, 1]);
        list.extend([3_u64, 0, 37].into_iter().flat_map(u64::to_be_bytes));
        assert_eq!(
            told("com.apple.metadata:kMDItemWhereFroms", &list),
            [
                "Provenance: Downloaded from: https://a.org/",
                "Provenance: Downloaded from: héllo"
            ]
        );
        assert_eq!(
            told("com.apple.metadata:kMDItemWhereFroms", b"bplist00junk"),
            ["Provenance: Downloaded from: bplist00junk"]
        );
    }

    #[test]
    fn labels_are_named() {
        let mut info = [0; 32];
        assert_eq!(told("com.apple.FinderInfo", &info), [""; 0]);
        info[9] = 0x0C;
        assert_eq!(
            told("com.apple.FinderInfo", &info),
            ["Text: Finder: a red label"]
        );
    }
}
