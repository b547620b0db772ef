//! Extended attributes: notes that systems, browsers and file managers attach to a file. They travel with it over most
//! disks, in archives, and in copies that keep everything.

use std::path::Path;

use metadata::Topic;

use super::{Carrier, NOTE_BYTES_MAX, Trace, apple, zone};

/// What a note is called, without the `user.` that Linux puts before it; what it is about; and what to call it.
type Known = (&'static str, Topic, &'static str);

/// Notes of one text each, of the shared list of freedesktop.org, of browsers and of file managers.
const KNOWN: &[Known] = &[
    ("xdg.origin.url", Topic::Provenance, "Downloaded from"),
    ("xdg.referrer.url", Topic::Provenance, "Linked from"),
    ("xdg.origin.email.from", Topic::Person, "Mail from"),
    ("xdg.origin.email.subject", Topic::Text, "Mail subject"),
    (
        "xdg.origin.email.message-id",
        Topic::Provenance,
        "Mail number",
    ),
    ("xdg.comment", Topic::Text, "Comment"),
    ("xdg.tags", Topic::Text, "Tags"),
    ("xdg.creator", Topic::Person, "Creator"),
    ("xdg.publisher", Topic::Person, "Publisher"),
    ("dublincore.creator", Topic::Person, "Creator"),
    ("dublincore.contributor", Topic::Person, "Contributor"),
    ("dublincore.publisher", Topic::Person, "Publisher"),
    ("dublincore.title", Topic::Text, "Title"),
    ("dublincore.subject", Topic::Text, "Subject"),
    ("dublincore.description", Topic::Text, "Description"),
    ("dublincore.date", Topic::Time, "Date"),
    ("dublincore.coverage", Topic::Place, "Coverage"),
    ("dublincore.source", Topic::Provenance, "Source"),
    ("creator", Topic::Software, "Saved by"),
    ("baloo.rating", Topic::Text, "Rating"),
];

/// Notes that say nothing of the photo, or that the system puts on every file by itself, clean copies among them.
const SILENT: &[&str] = &[
    "mime_type",
    "charset",
    "DOSATTRIB",
    "com.apple.provenance",
    "com.apple.macl",
    "com.apple.lastuseddate#PS",
    "com.apple.TextEncoding",
];

/// What the notes of a file tell.
pub(super) fn traces(path: &Path) -> Vec<Trace> {
    read(path)
        .into_iter()
        .flat_map(|(name, value)| explain(&name, &value))
        .collect()
}

/// One note in a person's words.
fn explain(name: &str, value: &[u8]) -> Vec<Trace> {
    let key = name.strip_prefix("user.").unwrap_or(name);
    let trace = |topic, name: &str, value: &str| Trace::new(Carrier::Attribute, topic, name, value);
    if SILENT.contains(&key) {
        return Vec::new();
    }
    if let Some((_, topic, called)) = KNOWN.iter().find(|(known, ..)| *known == key) {
        return vec![trace(*topic, called, &text(value))];
    }
    // How Samba keeps the streams of Windows.
    if key.starts_with("DosStream.Zone.Identifier") {
        return zone::traces(value, Carrier::Attribute);
    }
    if key.starts_with("com.apple.") {
        return apple::explain(key, value)
            .into_iter()
            .map(|(topic, called, value)| trace(topic, &called, &value))
            .collect();
    }
    vec![trace(
        Topic::Unknown,
        &format!("Note “{key}”"),
        &shown(value),
    )]
}

/// A note as text; the end is often marked by a zero.
fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value)
        .trim_end_matches('\0')
        .to_owned()
}

/// A note of unknown form: its text if it is one, its size otherwise.
pub(super) fn shown(value: &[u8]) -> String {
    let is_text = std::str::from_utf8(value)
        .is_ok_and(|text| !text.trim_end_matches('\0').contains(char::is_control));
    if is_text {
        text(value)
    } else {
        format!("{} bytes", value.len())
    }
}

/// The notes of a file with their names, except those of the system itself (such as access rights), in the order of
/// their names. Links are followed, as for the photo's bytes.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
fn read(path: &Path) -> Vec<(String, Vec<u8>)> {
    use rustix::fs::{getxattr, listxattr};

    let mut list = vec![0; NOTE_BYTES_MAX];
    let len = match listxattr(path, list.as_mut_slice()) {
        Ok(len) if len > 0 => len,
        _ => return Vec::new(),
    };
    list.truncate(len);
    let mut names: Vec<_> = list
        .split(|byte| *byte == 0)
        .filter_map(|name| std::str::from_utf8(name).ok())
        .filter(|name| !name.is_empty() && is_of_people(name))
        .collect();
    names.sort_unstable();
    let mut buffer = vec![0; NOTE_BYTES_MAX];
    names
        .into_iter()
        .map(|name| {
            // One that is too long, or gone meanwhile, is still a note: it is told without its value.
            let len = getxattr(path, name, buffer.as_mut_slice()).unwrap_or(0);
            (
                name.to_owned(),
                buffer.get(..len).unwrap_or_default().to_owned(),
            )
        })
        .collect()
}

/// Windows keeps such notes in streams; the one that tells is read by its name, see [`zone`].
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
fn read(_path: &Path) -> Vec<(String, Vec<u8>)> {
    Vec::new()
}

/// Linux tells its own notes from those of programs by the name (xattr(7)).
#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
fn is_of_people(name: &str) -> bool {
    if cfg!(target_os = "macos") {
        true
    } else {
        name.starts_with("user.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, value: &[u8]) -> Vec<(Topic, String, String)> {
        explain(name, value)
            .into_iter()
            .map(|trace| {
                assert_eq!(trace.carrier, Carrier::Attribute);
                (trace.finding.topic, trace.finding.name, trace.finding.value)
            })
            .collect()
    }

    fn one(topic: Topic, name: &str, value: &str) -> Vec<(Topic, String, String)> {
        vec![(topic, name.to_owned(), value.to_owned())]
    }

    #[test]
    fn notes_are_explained() {
        assert_eq!(
            told("user.xdg.origin.url", b"https://example.org/a?user=jane"),
            one(
                Topic::Provenance,
                "Downloaded from",
                "https://example.org/a?user=jane"
            )
        );
        assert_eq!(
            told("user.xdg.tags", b"protest,Jane\0"),
            one(Topic::Text, "Tags", "protest,Jane")
        );
        assert_eq!(told("user.mime_type", b"image/jpeg"), []);
        assert_eq!(
            told("user.com.example.case", b"no. 7"),
            one(Topic::Unknown, "Note “com.example.case”", "no. 7")
        );
        assert_eq!(
            told("user.blob", b"\0\x01\xFF"),
            one(Topic::Unknown, "Note “blob”", "3 bytes")
        );
    }

    #[test]
    fn hostile_notes_become_one_line() {
        assert_eq!(
            told("user.xdg.comment", "a\n\u{202E}b\u{1b}[2J".as_bytes()),
            one(Topic::Text, "Comment", "a b[2J")
        );
    }
}
