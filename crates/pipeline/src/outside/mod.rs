//! What a file tells without being opened: its name, its times, the notes that systems and browsers attach to it, and
//! the files that lie beside it. Read only; a clean copy is a new file and gets none of the notes.
//!
//! These traces are listed apart from what is in the file, because they answer another question. Every file has a name
//! and a time, so neither makes a clean photo unclean; a note that is attached to it does, because it travels with the
//! file and only a copy is without it.

mod apple;
mod attributes;
mod name;
mod property_list;
mod sidecar;
mod zone;

use std::fs::Metadata;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use metadata::{Finding, Topic, printable};
use serde::Serialize;

use crate::clock::rfc3339_utc;
use crate::times::NEUTRAL;

/// The most characters of one value that are shown.
const VALUE_CHARS_MAX: usize = 600;

/// The most bytes of one note that are read.
const NOTE_BYTES_MAX: usize = 64 << 10;

/// Where a trace is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// The file's name.
    Name,
    /// Its times.
    Times,
    /// A note that the system keeps with it: an extended attribute, or an alternate stream on Windows.
    Attribute,
    /// Another file that lies beside it and is named after it.
    Sidecar,
}

/// One thing that a file tells without being opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// Where it is.
    pub carrier: Carrier,
    /// What it tells.
    #[serde(flatten)]
    pub finding: Finding,
    /// Whether it is there with the clean copy too; `None` before there is one.
    pub stays: Option<bool>,
}

impl Trace {
    fn new(carrier: Carrier, topic: Topic, name: &str, value: &str) -> Self {
        Self {
            carrier,
            finding: Finding {
                topic,
                name: printable(name, VALUE_CHARS_MAX),
                value: printable(value, VALUE_CHARS_MAX),
            },
            stays: None,
        }
    }
}

/// What happens to each carrier when a clean copy is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Carried {
    pub(crate) name: bool,
    pub(crate) times: bool,
    pub(crate) attributes: bool,
    pub(crate) sidecars: bool,
}

impl Carried {
    /// No copy was made: the file is what it was.
    pub(crate) const ALL: Self = Self {
        name: true,
        times: true,
        attributes: true,
        sidecars: true,
    };

    /// Says of each trace whether it stays.
    pub(crate) fn tell(self, traces: &mut [Trace]) {
        for trace in traces {
            trace.stays = Some(match trace.carrier {
                Carrier::Name => self.name,
                Carrier::Times => self.times,
                Carrier::Attribute => self.attributes,
                Carrier::Sidecar => self.sidecars,
            });
        }
    }
}

/// Everything that a file tells without being opened, the name first. What cannot be read is passed over: the photo
/// itself could be, and a copy takes none of it along either way.
pub(crate) fn look(path: &Path, stat: &Metadata) -> Vec<Trace> {
    let mut traces = name::traces(path);
    traces.extend(times(stat));
    traces.extend(attributes::traces(path));
    traces.extend(sidecar::traces(path));
    traces
}

/// Whether there is a note that only a copy is without.
pub(crate) fn has_notes(traces: &[Trace]) -> bool {
    traces
        .iter()
        .any(|trace| trace.carrier == Carrier::Attribute)
}

/// The times that travel: that of the last change everywhere, that of creation where archives and copies carry it. The
/// time of the last access changes with every look.
fn times(stat: &Metadata) -> Vec<Trace> {
    let created = if cfg!(any(windows, target_os = "macos")) {
        stat.created().ok()
    } else {
        None
    };
    [("Created", created), ("Changed", stat.modified().ok())]
        .into_iter()
        .filter_map(|(name, time)| Some((name, time.filter(|time| !is_neutral(*time))?)))
        .map(|(name, time)| Trace::new(Carrier::Times, Topic::Time, name, &readable(time)))
        .collect()
}

fn is_neutral(time: SystemTime) -> bool {
    time == UNIX_EPOCH + NEUTRAL
}

/// A time as people read it, such as `2026-01-31 09:30:00 UTC`.
fn readable(time: SystemTime) -> String {
    rfc3339_utc(time).replace('T', " ").replace('Z', " UTC")
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File, FileTimes};
    use std::time::Duration;

    use super::*;

    #[test]
    fn neutral_times_tell_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("beach.jpg");
        fs::write(&path, "").unwrap();
        let told = |seconds: u64| {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            let times = FileTimes::new().set_modified(time);
            File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_times(times)
                .unwrap();
            let traces = times_changed(&path);
            traces.first().map(|trace| trace.finding.value.clone())
        };
        assert_eq!(
            told(1_706_711_400).as_deref(),
            Some("2024-01-31 14:30:00 UTC")
        );
        assert_eq!(told(NEUTRAL.as_secs()), None);
    }

    fn times_changed(path: &Path) -> Vec<Trace> {
        let mut traces = times(&path.metadata().unwrap());
        traces.retain(|trace| trace.finding.name == "Changed");
        traces
    }

    #[test]
    fn a_plain_file_tells_its_time_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("beach.jpg");
        fs::write(&path, "").unwrap();
        let traces = look(&path, &path.metadata().unwrap());
        assert!(traces.iter().all(|trace| trace.carrier == Carrier::Times));
        assert!(!has_notes(&traces));
    }
}
