//! XMP (ISO 16684-1) in a person's words.

use std::collections::BTreeMap;

use super::exif_words::lens_range;
use super::gps::{self, Angle};
use super::xmp_scan::{Packet, Property, Scan};
use super::xmp_table::{Form, group, row};
use super::{base64, date, embedded, runs, text, words};
use crate::notes::{Notes, size_words};
use crate::{Keep, Topic};

/// How many values of a group are shown.
const GROUP_SHOWN_MAX: usize = 40;
/// Groups with more values than this are counted rather than listed.
const GROUP_LISTED_MAX: usize = 60;
/// The names of latitudes and longitudes, which are told together.
const LATITUDES: [&str; 3] = [
    "exif:GPSLatitude",
    "drone-dji:GpsLatitude",
    "drone-dji:Latitude",
];
const LONGITUDES: [&str; 4] = [
    "exif:GPSLongitude",
    "drone-dji:GpsLongitude",
    // As DJI spells it.
    "drone-dji:GpsLongtitude",
    "drone-dji:Longitude",
];

/// Lines that are put together from several properties, in order.
type Lines = BTreeMap<(Topic, String), Vec<String>>;

/// Notes what a packet tells.
pub(super) fn explain(packet: &[u8], notes: &mut Notes<'_>) {
    let read = Packet::read(packet);
    let scan = read.scan();
    let mut lines = Lines::new();
    let mut steps = BTreeMap::new();
    for property in &scan.properties {
        if property.path.starts_with("xmpMM:History") || property.path.starts_with("xmpMM:Versions")
        {
            step(property, &mut steps, notes);
        } else if !is_place(property) {
            credit(property, notes);
            one(property, &mut lines, notes);
        }
    }
    places(&scan.properties, notes);
    for step in steps.into_values() {
        notes.find(Topic::EditHistory, "Edit", &step.join(", "));
    }
    for ((topic, name), values) in lines {
        let shown = values.get(..GROUP_SHOWN_MAX).unwrap_or(&values).join("; ");
        let value = match values.len() {
            count if count > GROUP_LISTED_MAX => format!("{count} values"),
            count if count > GROUP_SHOWN_MAX => format!("{shown}; …"),
            _ => shown,
        };
        notes.find(topic, &name, &value);
    }
    rest(packet, read.behind, &scan, notes);
}

/// Who made the picture, and whose it is: the creators one by one, and the first language of the rights.
fn credit(property: &Property<'_>, notes: &mut Notes<'_>) {
    if !property.parent().is_empty() {
        return;
    }
    match property.leaf() {
        "dc:creator" | "tiff:Artist" => notes.credit(Keep::Artist, &property.value),
        "dc:rights" | "tiff:Copyright" => notes.credit(Keep::Copyright, &property.value),
        _ => {}
    }
}

/// What could not be read, and a packet in which nothing could.
fn rest(packet: &[u8], behind: &[u8], scan: &Scan<'_>, notes: &mut Notes<'_>) {
    if scan.skipped > 0 {
        let value = format!("{} more", scan.skipped);
        notes.find(Topic::Unknown, "XMP properties beyond the limit", &value);
        runs::harvest(packet, notes);
    }
    let behind = words::trim(behind);
    // GIF ends the packet with 258 bytes that let old readers skip it.
    if !behind.is_empty() && !behind.starts_with(&[1, 0xFF, 0xFE]) {
        let value = runs::sized(behind, notes);
        notes.find(Topic::Unknown, "Bytes behind the XMP", &value);
    }
    if scan.properties.is_empty() {
        let words = runs::harvest(packet, notes);
        let name = if words.is_empty() {
            "Empty XMP packet"
        } else {
            "Unreadable XMP packet"
        };
        notes.find(
            Topic::Unknown,
            name,
            &format!("{} {words}", size_words(packet.len())),
        );
    }
}

fn one(property: &Property<'_>, lines: &mut Lines, notes: &mut Notes<'_>) {
    let value = property.value.as_ref();
    let leaf = property.leaf();
    let own = row(std::iter::once(leaf));
    let row = own.or_else(|| row(property.names()));
    let gathered = row.is_none().then(|| group(leaf)).flatten();
    if row.is_some_and(|row| row.3 == Form::Picture) || base64::is_base64(value) {
        let (topic, name) = row.map_or((Topic::Unknown, leaf), |row| (row.1, row.2));
        encoded(topic, name, value, notes);
    } else if let Some((_, topic, name, form)) = row {
        // A field of a known structure: whose field, and which.
        let field = if own.is_some() || leaf == "rdf:about" {
            String::new()
        } else {
            format!(", {}", local(leaf))
        };
        tell(
            *topic,
            &format!("{name}{field}"),
            *form,
            property,
            lines,
            notes,
        );
    } else if let Some((topic, name)) = gathered {
        gather(topic, name, property, lines);
    } else {
        unlisted(property, notes);
    }
}

fn tell(
    topic: Topic,
    name: &str,
    form: Form,
    property: &Property<'_>,
    lines: &mut Lines,
    notes: &mut Notes<'_>,
) {
    let value = property.value.as_ref();
    match form {
        Form::Group => {
            let name = name.split(',').next().unwrap_or(name);
            gather(topic, name, property, lines);
        }
        Form::Date => {
            notes.find(topic, name, &date::iso(value));
            words::remember(value, notes);
            if let Some(exif) = date::iso_to_exif(value) {
                words::remember(&exif, notes);
            }
        }
        Form::Code if name.starts_with("Kind of source") => source_type(value, notes),
        // A list of tags, a semicolon, the fingerprint.
        Form::Code if name.starts_with("Fingerprint") => {
            notes.find(topic, name, value.rsplit(';').next().unwrap_or(value));
        }
        Form::Code if name == "Lens range" => {
            let values: Option<Vec<_>> = value.split(' ').map(rational).collect();
            let range = values.and_then(lens_range);
            notes.find(topic, name, range.as_deref().unwrap_or(value));
        }
        Form::Code | Form::Picture => notes.find(topic, name, &fractions(value)),
        Form::Metres => {
            let number = is_number(value);
            let unit = if number { " m" } else { "" };
            notes.find(
                topic,
                name,
                &format!("{}{unit}", fraction(value.trim_start_matches('+'))),
            );
        }
        Form::Text => {
            let prompt = text::is_prompt(value);
            let (topic, name) = if prompt {
                (Topic::Software, "AI prompt")
            } else {
                (topic, name)
            };
            notes.find(topic, name, &fraction(value));
            if !is_number(value) || date::is_digits(value) {
                words::remember(value, notes);
            }
        }
    }
}

fn gather(topic: Topic, name: &str, property: &Property<'_>, lines: &mut Lines) {
    let line = lines.entry((topic, name.to_owned())).or_default();
    let value: String = property.value.chars().take(80).collect();
    line.push(format!("{} {}", local(property.leaf()), fraction(&value)));
}

/// A property that no table knows.
fn unlisted(property: &Property<'_>, notes: &mut Notes<'_>) {
    let value = property.value.as_ref();
    let said = value.chars().any(char::is_alphabetic) && !is_number(value);
    let topic = if said { Topic::Text } else { Topic::Unknown };
    let names: Vec<&str> = property.names().collect();
    let name: Vec<&str> = names.into_iter().rev().collect();
    notes.find(topic, &format!("XMP {}", name.join(", ")), value);
    if said {
        words::remember(value, notes);
    }
}

/// A file in base64.
fn encoded(topic: Topic, name: &str, value: &str, notes: &mut Notes<'_>) {
    let bytes = base64::decode(value);
    embedded::picture(
        topic,
        name,
        &format!("in the {}", name.to_lowercase()),
        &bytes,
        notes,
    );
    words::remember(value, notes);
}

/// Whether a picture was made by a camera or by an AI (IPTC digital source type vocabulary).
fn source_type(value: &str, notes: &mut Notes<'_>) {
    let kind = value.rsplit('/').next().unwrap_or(value);
    let name = match kind {
        "trainedAlgorithmicMedia" => "Made with AI",
        "compositeWithTrainedAlgorithmicMedia" | "compositeSynthetic" => "Partly made with AI",
        "algorithmicallyEnhanced" => "Enhanced by a program",
        _ => "Kind of source",
    };
    notes.find(Topic::Provenance, name, kind);
}

/// Adds a field of an edit to the line of that edit.
fn step(
    property: &Property<'_>,
    steps: &mut BTreeMap<(usize, String), Vec<String>>,
    notes: &mut Notes<'_>,
) {
    let value = property.value.as_ref();
    let at = property.path.split('/').next().unwrap_or_default();
    // By number first: `[10]` comes after `[9]`.
    let line = steps.entry((at.len(), at.to_owned())).or_default();
    match property.leaf() {
        "stEvt:when" | "stVer:modifyDate" => {
            line.push(date::iso(value));
            words::remember(value, notes);
        }
        "stEvt:changed" => line.push(format!("in {value}")),
        "stEvt:instanceID" => {
            line.push(value.to_owned());
            words::remember(value, notes);
        }
        "stEvt:action" => line.insert(0, value.to_owned()),
        "stEvt:softwareAgent" => {
            line.push(format!("with {value}"));
            words::remember(value, notes);
        }
        _ => {
            line.push(value.to_owned());
            if !is_number(value) {
                words::remember(value, notes);
            }
        }
    }
}

fn is_place(property: &Property<'_>) -> bool {
    LATITUDES.contains(&property.leaf()) || LONGITUDES.contains(&property.leaf())
}

/// Latitudes with their longitudes, by the structure that they stand in.
fn places(properties: &[Property<'_>], notes: &mut Notes<'_>) {
    let mut pairs: BTreeMap<(&str, bool), [Option<&Property<'_>>; 2]> = BTreeMap::new();
    for property in properties.iter().filter(|property| is_place(property)) {
        words::remember(&property.value, notes);
        let drone = property.leaf().starts_with("drone");
        let [latitude, longitude] = pairs.entry((property.parent(), drone)).or_default();
        let slot = if LATITUDES.contains(&property.leaf()) {
            latitude
        } else {
            longitude
        };
        *slot = Some(property);
    }
    for ((parent, _), pair) in pairs {
        let structure = parent
            .rsplit('/')
            .map(|step| step.split('[').next().unwrap_or_default());
        let name = match row(structure) {
            Some((_, Topic::Place, name, _)) => format!("{name}, GPS position"),
            _ => "GPS position".to_owned(),
        };
        let angle = |property: Option<&Property<'_>>| Angle::from_xmp(&property?.value);
        let [latitude, longitude] = pair;
        match angle(latitude).zip(angle(longitude)) {
            Some((latitude, longitude)) => {
                notes.find(Topic::Place, &name, &gps::position(latitude, longitude));
            }
            None => {
                for property in pair.into_iter().flatten() {
                    notes.find(
                        Topic::Place,
                        &format!("{name}, {}", local(property.leaf())),
                        &property.value,
                    );
                }
            }
        }
    }
}

/// `352/10` as `35.2`; anything else as it is.
pub(super) fn fraction(value: &str) -> String {
    rational(value)
        .and_then(|(numerator, denominator)| gps::fraction(numerator, denominator, 3))
        .unwrap_or_else(|| value.to_owned())
}

fn rational(value: &str) -> Option<(u32, u32)> {
    let (numerator, denominator) = value.split_once('/')?;
    Some((
        numerator.trim().parse().ok()?,
        denominator.trim().parse().ok()?,
    ))
}

/// Each of several fractions.
fn fractions(value: &str) -> String {
    let words: Vec<String> = value.split(' ').map(fraction).collect();
    words.join(" ")
}

fn is_number(value: &str) -> bool {
    value
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '/' | ' ' | ','))
        || matches!(value, "True" | "False")
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Finding, Limits};

    const SAMPLE: &str = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 exif:GPSLatitude="48,51.5022N" exif:GPSLongitude="2,17.66886E" exif:GPSAltitude="352/10" crs:Exposure="+1.0" crs:Tint="2"
 xmp:CreateDate="2024-01-31T12:00:05+01:00" aux:SerialNumber="033024001432" photoshop:ICCProfile="sRGB IEC61966-2.1"
 GCamera:MicroVideo="1" acme:Secret="of the family" acme:Number="12">
<dc:creator><rdf:Seq><rdf:li>Jane Doe</rdf:li></rdf:Seq></dc:creator>
<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>
<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag><rdf:li mwg-rs:Name="Joe Doe"><mwg-rs:Area stArea:x="0.5"/></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
<Iptc4xmpExt:LocationShown><rdf:Bag><rdf:li rdf:parseType="Resource"><exif:GPSLatitude>1,0N</exif:GPSLatitude><exif:GPSLongitude>2,0E</exif:GPSLongitude><Iptc4xmpExt:City>Zürich</Iptc4xmpExt:City></rdf:li></rdf:Bag></Iptc4xmpExt:LocationShown>
<xmpMM:History><rdf:Seq><rdf:li stEvt:action="saved" stEvt:when="2024-02-01T10:00:00Z" stEvt:softwareAgent="Acme Editor 5"/></rdf:Seq></xmpMM:History>
<xmpMM:DerivedFrom stRef:documentID="xmp.did:0123456789"/>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"#;

    fn told(packet: &[u8]) -> (Vec<Finding>, std::collections::BTreeSet<Vec<u8>>) {
        let limits = Limits::default();
        let mut notes = Notes::new(&limits);
        explain(packet, &mut notes);
        notes.finish()
    }

    #[test]
    fn properties_become_words() {
        let (findings, secrets) = told(SAMPLE.as_bytes());
        let has = |topic: Topic, name: &str, value: &str| {
            assert!(
                findings
                    .iter()
                    .any(|f| f.topic == topic && f.name == name && f.value == value),
                "{name}: {findings:#?}"
            );
        };
        has(
            Topic::Place,
            "GPS position",
            "48.858370, 2.294481 (48°51′30.1″ N, 2°17′40.1″ E)",
        );
        has(Topic::Place, "Height above the sea (XMP)", "35.2 m");
        has(
            Topic::Place,
            "Place in the picture, GPS position",
            "1.000000, 2.000000 (1°00′00.0″ N, 2°00′00.0″ E)",
        );
        has(Topic::Place, "Place in the picture, City", "Zürich");
        has(Topic::Time, "Made", "2024-01-31 12:00:05 +01:00");
        has(Topic::Device, "Camera serial number", "033024001432");
        has(Topic::Person, "Creator", "Jane Doe");
        has(Topic::Person, "Name at a face", "Joe Doe");
        has(Topic::Person, "Where faces are in the picture", "x 0.5");
        has(Topic::Provenance, "Made with AI", "trainedAlgorithmicMedia");
        has(
            Topic::EditHistory,
            "Camera Raw settings",
            "Exposure +1.0; Tint 2",
        );
        has(
            Topic::EditHistory,
            "Edit",
            "saved, 2024-02-01 10:00:00 UTC, with Acme Editor 5",
        );
        has(
            Topic::EditHistory,
            "Made from, documentID",
            "xmp.did:0123456789",
        );
        has(Topic::Video, "Motion photo", "MicroVideo 1");
        has(Topic::Text, "XMP acme:Secret", "of the family");
        has(Topic::Unknown, "XMP acme:Number", "12");
        for secret in [
            "Jane Doe",
            "48,51.5022N",
            "2024:01:31 12:00:05",
            "033024001432",
            "of the family",
        ] {
            assert!(secrets.contains(secret.as_bytes()), "{secret}");
        }
        assert!(!secrets.contains("sRGB IEC61966-2.1".as_bytes()));
    }

    #[test]
    fn embedded_files_are_sizes() {
        let data = "QUJDREVG".repeat(100);
        let (findings, _) = told(format!("<a GImage:Data='{data}' my:Blob='{data}'/>").as_bytes());
        assert_eq!(
            (findings[0].name.as_str(), findings[0].value.as_str()),
            ("Second picture", "600 bytes")
        );
        assert_eq!(findings[1].name, "my:Blob");
    }

    #[test]
    fn cut_anywhere_something_is_told() {
        for len in 0..SAMPLE.len() {
            assert!(
                !told(&SAMPLE.as_bytes()[..len]).0.is_empty(),
                "cut at {len}"
            );
        }
    }

    #[test]
    fn bytes_behind_the_packet_are_told() {
        let (findings, _) = told(format!("{SAMPLE}\n\n hidden words").as_bytes());
        assert!(findings.iter().any(|f| f.name == "Bytes behind the XMP"));
    }
}
