//! Comments and keyed texts (PNG Specification § 11.3.3), in a person's words.

use super::gps::Angle;
use super::{date, exif, iptc, photoshop, runs, words, xmp};
use crate::notes::{Notes, size_words};
use crate::{Keep, Topic};

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As text that may identify.
    Text,
    /// As a date.
    Date,
    /// As a number or choice that identifies nobody.
    Code,
}

use Form::{Code, Date, Text};

/// How many technical texts are shown.
const TECHNICAL_SHOWN_MAX: usize = 60;

/// Keywords in lower case: those of the specification, of freedesktop thumbnails, of programs and of AI generators.
#[rustfmt::skip]
const KEYWORDS: &[(&str, Topic, &str, Form)] = &[
    ("title", Topic::Text, "Title", Text),
    ("author", Topic::Person, "Author", Text),
    ("artist", Topic::Person, "Artist", Text),
    ("creator", Topic::Person, "Creator", Text),
    ("description", Topic::Text, "Caption", Text),
    ("copyright", Topic::Person, "Copyright", Text),
    ("creation time", Topic::Time, "Made", Date),
    ("create-date", Topic::Time, "Made", Date),
    ("date:create", Topic::Time, "Made", Date),
    ("date:modify", Topic::Time, "Changed", Date),
    ("modify-date", Topic::Time, "Changed", Date),
    ("modification time", Topic::Time, "Changed", Date),
    ("date:timestamp", Topic::Time, "Converted", Date),
    ("date", Topic::Time, "Date", Date),
    ("software", Topic::Software, "Software", Text),
    ("disclaimer", Topic::Text, "Disclaimer", Text),
    ("warning", Topic::Text, "Warning", Text),
    ("source", Topic::Device, "Made with", Text),
    ("make", Topic::Device, "Camera maker", Text),
    ("model", Topic::Device, "Camera model", Text),
    ("comment", Topic::Text, "Comment", Text),
    ("location", Topic::Place, "Place", Text),
    ("url", Topic::Text, "Web address", Text),
    ("collection", Topic::Text, "Collection", Text),
    ("thumb::uri", Topic::Text, "Original file", Text),
    ("thumb::mtime", Topic::Time, "Original file changed", Date),
    ("thumb::mimetype", Topic::Software, "Original file type", Code),
    ("thumb::size", Topic::Software, "Original file size", Code),
    ("thumb::image::width", Topic::Software, "Original width", Code),
    ("thumb::image::height", Topic::Software, "Original height", Code),
    ("thumb::document::pages", Topic::Software, "Original pages", Code),
    ("signature", Topic::EditHistory, "Fingerprint of the picture", Text),
    ("mxfile", Topic::Text, "Source of the diagram", Text),
    ("chara", Topic::Text, "Character card", Text),
    ("ccv3", Topic::Text, "Character card", Text),
    ("parameters", Topic::Software, "AI prompt", Text),
    ("prompt", Topic::Software, "AI prompt", Text),
    ("workflow", Topic::Software, "AI workflow", Text),
    ("dream", Topic::Software, "AI prompt", Text),
    ("sd-metadata", Topic::Software, "AI settings", Text),
    ("invokeai_metadata", Topic::Software, "AI settings", Text),
    ("invokeai_graph", Topic::Software, "AI workflow", Text),
    ("invokeai_workflow", Topic::Software, "AI workflow", Text),
    ("generation_data", Topic::Software, "AI settings", Text),
    ("fooocus_scheme", Topic::Software, "AI settings", Text),
    ("icc:description", Topic::Device, "Colour profile name", Code),
    ("icc:copyright", Topic::Person, "Colour profile copyright", Code),
    ("icc:manufacturer", Topic::Device, "Colour profile, device maker", Code),
    ("icc:model", Topic::Device, "Colour profile, device model", Code),
    ("exif:datetime", Topic::Time, "Changed", Date),
    ("exif:datetimeoriginal", Topic::Time, "Taken", Date),
    ("exif:datetimedigitized", Topic::Time, "Digitised", Date),
    ("exif:gpsdatestamp", Topic::Time, "GPS date", Date),
    ("exif:gpstimestamp", Topic::Time, "GPS time", Code),
    ("exif:gpsinfo", Topic::Place, "GPS block", Code),
    ("exif:gpsaltitude", Topic::Place, "Height above the sea", Code),
    ("exif:gpslatituderef", Topic::Place, "GPS latitude counts to", Code),
    ("exif:gpslongituderef", Topic::Place, "GPS longitude counts to", Code),
    ("exif:make", Topic::Device, "Camera maker", Text),
    ("exif:model", Topic::Device, "Camera model", Text),
    ("exif:software", Topic::Software, "Software", Text),
    ("exif:artist", Topic::Person, "Artist", Text),
    ("exif:copyright", Topic::Person, "Copyright", Text),
    ("exif:imagedescription", Topic::Text, "Caption", Text),
    ("exif:usercomment", Topic::Text, "Comment", Text),
    ("exif:bodyserialnumber", Topic::Device, "Camera serial number", Text),
    ("exif:lensserialnumber", Topic::Device, "Lens serial number", Text),
    ("exif:lensmodel", Topic::Device, "Lens", Text),
    ("exif:cameraownername", Topic::Person, "Camera owner", Text),
    ("exif:imageuniqueid", Topic::EditHistory, "Picture's unique number", Text),
    ("photoshop:city", Topic::Place, "City", Text),
    ("photoshop:state", Topic::Place, "State", Text),
    ("photoshop:country", Topic::Place, "Country", Text),
    ("dc:creator", Topic::Person, "Creator", Text),
];

/// Notes a comment.
pub(super) fn comment(bytes: &[u8], notes: &mut Notes<'_>) {
    let text = words::text(bytes);
    if text.is_empty() {
        notes.find(
            Topic::Text,
            "Comment",
            &format!("empty, {}", size_words(bytes.len())),
        );
    } else if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        let value = runs::sized(bytes, notes);
        notes.find(Topic::Text, "Comment", &value);
        words::secret(bytes, &text, notes);
    } else {
        let (topic, name) = if is_prompt(&text) {
            (Topic::Software, "AI prompt")
        } else if is_program(&text) {
            (Topic::Software, "Software")
        } else {
            (Topic::Text, "Comment")
        };
        notes.find(topic, name, &text);
        words::secret(bytes, &text, notes);
    }
}

/// What ImageMagick lists by the dozen: numbers and choices of cameras and pictures.
pub(super) fn is_technical(keyword: &str) -> bool {
    let key = keyword.trim().to_lowercase();
    ["exif:", "png:", "jpeg:", "tiff:"]
        .iter()
        .any(|prefix| key.starts_with(prefix))
        && !KEYWORDS.iter().any(|row| row.0 == key)
        && ![
            "gpslatitude",
            "gpslongitude",
            "comment",
            "name",
            "number",
            "id",
        ]
        .iter()
        .any(|end| key.ends_with(end))
}

/// Notes the technical texts of a file in one line.
pub(super) fn technical(texts: &[(&str, &str)], notes: &mut Notes<'_>) {
    if texts.is_empty() {
        return;
    }
    let lines: Vec<String> = texts
        .iter()
        .take(TECHNICAL_SHOWN_MAX)
        .map(|(keyword, text)| format!("{} {}", keyword.trim(), words::text(text.as_bytes())))
        .collect();
    notes.find(Topic::Device, "Camera settings (text)", &lines.join("; "));
    for (_, text) in texts {
        // Whatever is more than a number is searched for all the same.
        if words::looks_written(text) && text.chars().filter(|c| c.is_alphabetic()).count() >= 8 {
            words::remember(text, notes);
        }
    }
}

/// Notes a text with its keyword.
pub(super) fn keyed(keyword: &str, text: &str, notes: &mut Notes<'_>) {
    let key = keyword.trim().to_lowercase();
    if let Some(kind) = key.strip_prefix("raw profile type ") {
        raw_profile(kind, text, notes);
        return;
    }
    if key == "xml:com.adobe.xmp" {
        xmp::explain(text.as_bytes(), notes);
        return;
    }
    let row = KEYWORDS.iter().find(|row| row.0 == key);
    let value = text.trim();
    if value.is_empty() {
        let name = row.map_or(keyword, |row| row.2);
        notes.find(Topic::Text, name, "empty");
        return;
    }
    if is_prompt(value) && row.is_none_or(|row| row.1 != Topic::Software) {
        notes.find(Topic::Software, "AI prompt", value);
        words::remember(value, notes);
        return;
    }
    match row {
        Some((_, topic, name, Date)) => {
            let seconds = value.parse::<u64>().ok().and_then(date::unix);
            let shown = date::exif(value, None, None).unwrap_or_else(|| value.to_owned());
            notes.find(*topic, name, &seconds.unwrap_or_else(|| date::iso(&shown)));
            words::remember(value, notes);
        }
        Some((_, topic, name, Code)) => notes.find(*topic, name, &xmp::fraction(value)),
        Some((_, topic, name, Text)) => {
            match key.as_str() {
                "author" | "artist" | "creator" => notes.credit(Keep::Artist, value),
                "copyright" => notes.credit(Keep::Copyright, value),
                _ => {}
            }
            notes.find(*topic, name, value);
            words::remember(value, notes);
        }
        None => unlisted(keyword, &key, value, notes),
    }
}

/// A keyword that no table knows: some name a place, the rest are told as they are.
fn unlisted(keyword: &str, key: &str, value: &str, notes: &mut Notes<'_>) {
    if key.ends_with("gpslatitude") || key.ends_with("gpslongitude") {
        let name = if key.ends_with("latitude") {
            "GPS latitude"
        } else {
            "GPS longitude"
        };
        notes.find(
            Topic::Place,
            name,
            &degrees(value).unwrap_or_else(|| value.to_owned()),
        );
        words::remember(value, notes);
        return;
    }
    let topic = if key.contains("gps") {
        Topic::Place
    } else {
        Topic::Text
    };
    let name = if keyword.trim().is_empty() {
        "Text without a name"
    } else {
        keyword
    };
    notes.find(topic, name, value);
    words::remember(value, notes);
}

/// `48/1, 51/1, 3013/100` or `48,51.5N` as decimal degrees.
fn degrees(value: &str) -> Option<String> {
    let parts = value.split(',').map(|part| {
        let (numerator, denominator) = part.trim().split_once('/')?;
        Some((numerator.parse().ok()?, denominator.parse().ok()?))
    });
    let angle = match parts.collect::<Option<Vec<(u32, u32)>>>() {
        Some(parts) => Angle::from_rationals(&parts, false)?,
        None => Angle::from_xmp(value)?,
    };
    Some(angle.degrees())
}

/// ImageMagick's blocks in hexadecimal digits: a name, a length, the digits.
fn raw_profile(kind: &str, text: &str, notes: &mut Notes<'_>) {
    let mut lines = text.trim_start().splitn(3, '\n');
    let (_, _, digits) = (lines.next(), lines.next(), lines.next().unwrap_or_default());
    let bytes = words::unhex(digits);
    match kind.trim() {
        "exif" | "app1" if bytes.starts_with(b"http://ns.adobe.com/xap/1.0/\0") => {
            xmp::explain(bytes.get(29..).unwrap_or_default(), notes);
        }
        "exif" | "app1" => exif::explain(&bytes, notes),
        "xmp" => xmp::explain(&bytes, notes),
        "iptc" | "8bim" if bytes.starts_with(b"8BIM") => photoshop::explain(&bytes, notes),
        "iptc" | "8bim" => iptc::explain(&bytes, notes),
        _ => {
            let value = runs::sized(&bytes, notes);
            notes.find(Topic::Unknown, &format!("Raw profile {kind}"), &value);
        }
    }
}

/// Whether a text is the prompt, or the settings, of an AI generator.
pub(super) fn is_prompt(text: &str) -> bool {
    let settings = text.contains("Steps: ") && text.contains("Sampler: ");
    settings || text.contains("Negative prompt: ") || text.contains("\"class_type\"")
}

/// What encoders and editors leave as a comment.
fn is_program(text: &str) -> bool {
    [
        "CREATOR:",
        "Created with",
        "File written by",
        "LEAD Technologies",
        "Processed By",
        "Lavc",
        "Optimized by",
        "Edited with",
    ]
    .iter()
    .any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::super::tiff::{Order, build};
    use super::*;
    use crate::{Finding, Limits};

    fn told(keyword: &str, text: &str) -> Vec<Finding> {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        keyed(keyword, text, &mut notes);
        notes.finish().0
    }

    fn one(keyword: &str, text: &str) -> (Topic, String, String) {
        let finding = told(keyword, text).remove(0);
        (finding.topic, finding.name, finding.value)
    }

    #[test]
    fn keywords_become_words() {
        let expect =
            |topic: Topic, name: &str, value: &str| (topic, name.to_owned(), value.to_owned());
        assert_eq!(
            one("Author", " Jane Doe "),
            expect(Topic::Person, "Author", "Jane Doe")
        );
        assert_eq!(
            one("date:create", "2024-01-31T12:00:05+01:00"),
            expect(Topic::Time, "Made", "2024-01-31 12:00:05 +01:00")
        );
        assert_eq!(
            one("Thumb::MTime", "951827696"),
            expect(
                Topic::Time,
                "Original file changed",
                "2000-02-29 12:34:56 UTC"
            )
        );
        assert_eq!(
            one("exif:GPSLatitude", "48/1, 51/1, 30132/1000"),
            expect(Topic::Place, "GPS latitude", "48.858370")
        );
        assert_eq!(
            one("parameters", "a cat\nSteps: 20, Sampler: Euler"),
            expect(
                Topic::Software,
                "AI prompt",
                "a cat Steps: 20, Sampler: Euler"
            )
        );
        assert_eq!(one("My Key", "x"), expect(Topic::Text, "My Key", "x"));
        assert_eq!(
            one("", "x"),
            expect(Topic::Text, "Text without a name", "x")
        );
        assert_eq!(one("Author", ""), expect(Topic::Text, "Author", "empty"));
    }

    #[test]
    fn hexadecimal_blocks_are_opened() {
        let exif = build::stream(Order::Big, &[build::ascii(0x013B, "Jane Doe")]);
        let text = format!("\nexif\n      {}\n{}\n", exif.len(), words::hex(&exif));
        assert!(
            told("Raw profile type exif", &text)
                .iter()
                .any(|f| f.value == "Jane Doe")
        );
        assert!(!told("Raw profile type exif", "").is_empty());
        assert!(!told("Raw profile type other", "\nx\n3\n414243").is_empty());
    }

    #[test]
    fn comments_are_told() {
        let limits = Limits::default();
        for (bytes, name) in [
            (&b"Jane was here"[..], "Comment"),
            (b"", "Comment"),
            (b"\x01\x02\x03\x04", "Comment"),
            (b"CREATOR: gd-jpeg v1.0", "Software"),
            (b"a cat Steps: 20, Sampler: Euler", "AI prompt"),
        ] {
            let mut notes = Notes::new(&limits);
            comment(bytes, &mut notes);
            assert_eq!(notes.finish().0[0].name, name);
        }
    }
}
