//! `Zone.Identifier`: what Windows notes with a file that came from elsewhere. It is an alternate stream there; copied
//! to another system it becomes a file of its own beside the photo, with a colon in its name.

use metadata::Topic;

use super::{Carrier, Trace};

/// The keys of its lines, [MS-FSCC] § 5.6.1 and those that browsers add.
const KEYS: &[(&str, Topic, &str)] = &[
    ("HostUrl", Topic::Provenance, "Downloaded from"),
    ("ReferrerUrl", Topic::Provenance, "Linked from"),
    (
        "HostIpAddress",
        Topic::Provenance,
        "Downloaded from address",
    ),
    (
        "LastWriterPackageFamilyName",
        Topic::Software,
        "Downloaded with",
    ),
    ("AppZoneId", Topic::Provenance, "Zone of the program"),
];

/// What such a note tells.
pub(super) fn traces(note: &[u8], carrier: Carrier) -> Vec<Trace> {
    let text = String::from_utf8_lossy(note);
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let mut traces: Vec<_> = lines
        .filter_map(|(key, value)| {
            let (_, topic, name) = KEYS
                .iter()
                .find(|(known, ..)| known.eq_ignore_ascii_case(key.trim()))?;
            let value = value.trim_matches(|c: char| c.is_whitespace() || c == '\0');
            (!value.is_empty()).then(|| Trace::new(carrier, *topic, name, value))
        })
        .collect();
    if traces.is_empty() {
        // The number of the zone alone.
        traces.push(Trace::new(
            carrier,
            Topic::Provenance,
            "Zone.Identifier",
            "it came from another computer",
        ));
    }
    traces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_are_told() {
        let note = b"[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://a.org/album\r\nHostUrl=https://cdn.a.org/1.jpg\r\n";
        let told: Vec<_> = traces(note, Carrier::Sidecar)
            .into_iter()
            .map(|trace| (trace.finding.name, trace.finding.value))
            .collect();
        assert_eq!(
            told,
            [
                ("Linked from".to_owned(), "https://a.org/album".to_owned()),
                (
                    "Downloaded from".to_owned(),
                    "https://cdn.a.org/1.jpg".to_owned()
                )
            ]
        );
        assert_eq!(
            traces(b"[ZoneTransfer]\r\nZoneId=3\r\n", Carrier::Sidecar).len(),
            1
        );
    }
}
