//! Files that lie beside a photo, are named after it, and tell of it. They are never changed; sharing the photo alone
//! leaves them at home.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use metadata::Topic;

use super::{Carrier, NOTE_BYTES_MAX, Trace, zone};

/// What such files are called after the photo's whole name, and what they are.
const AFTER_NAME: &[(&str, Topic, &str)] = &[
    (".xmp", Topic::EditHistory, "XMP file beside it"),
    (".json", Topic::Unknown, "Export record beside it"),
    (
        ".supplemental-metadata.json",
        Topic::Unknown,
        "Export record beside it",
    ),
];

/// The same after its name without the extension.
const AFTER_STEM: &[(&str, Topic, &str)] = &[
    (".xmp", Topic::EditHistory, "XMP file beside it"),
    (
        ".AAE",
        Topic::EditHistory,
        "Edits of Apple Photos beside it",
    ),
];

/// What lies beside a photo.
pub(super) fn traces(path: &Path) -> Vec<Trace> {
    let Some(name) = path.file_name() else {
        return Vec::new();
    };
    let with = |begin: &str, middle: &std::ffi::OsStr, end: &str| {
        let mut name = OsString::from(begin);
        name.push(middle);
        name.push(end);
        path.with_file_name(name)
    };
    // The same name opens the stream on Windows and the file elsewhere.
    let mut traces: Vec<_> = read(&with("", name, ":Zone.Identifier"))
        .map(|note| zone::traces(&note, zone_carrier()))
        .unwrap_or_default();
    let stem = path.file_stem().unwrap_or(name);
    let after_name = AFTER_NAME
        .iter()
        .map(|known| (with("", name, known.0), known));
    let after_stem = AFTER_STEM
        .iter()
        .map(|known| (with("", stem, known.0), known));
    for (beside, (_, topic, called)) in after_name.chain(after_stem) {
        traces.extend(trace(&beside, *topic, called));
    }
    traces.extend(trace(
        &with("._", name, ""),
        Topic::Unknown,
        "Notes of macOS beside it",
    ));
    traces
}

const fn zone_carrier() -> Carrier {
    if cfg!(windows) {
        Carrier::Attribute
    } else {
        Carrier::Sidecar
    }
}

/// Says that a file is there, by its name.
fn trace(beside: &Path, topic: Topic, called: &str) -> Option<Trace> {
    let is_there = beside.symlink_metadata().is_ok_and(|stat| stat.is_file());
    let name = beside.file_name()?.to_string_lossy();
    is_there.then(|| Trace::new(Carrier::Sidecar, topic, called, &name))
}

/// A small file, whole.
fn read(path: &Path) -> Option<Vec<u8>> {
    // On Windows a stream's metadata is that of its file, which is one.
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    let mut note = Vec::new();
    File::open(path)
        .ok()?
        .take(NOTE_BYTES_MAX as u64)
        .read_to_end(&mut note)
        .ok()?;
    Some(note)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    #[cfg(not(windows))]
    fn what_lies_beside_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("beach.jpg");
        for name in [
            "beach.jpg",
            "beach.xmp",
            "._beach.jpg",
            "beach2.jpg.xmp",
            "other.xmp",
        ] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::write(
            folder.path().join("beach.jpg:Zone.Identifier"),
            "HostUrl=https://a.org/",
        )
        .unwrap();
        let told: Vec<_> = traces(&photo)
            .into_iter()
            .map(|trace| (trace.carrier, trace.finding.value))
            .collect();
        let beside = |text: &str| (Carrier::Sidecar, text.to_owned());
        assert_eq!(
            told,
            [
                beside("https://a.org/"),
                beside("beach.xmp"),
                beside("._beach.jpg")
            ]
        );
    }
}
