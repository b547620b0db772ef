//! The photos in the list: the page holds ids, the paths stay here.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use pipeline::Found;

use crate::view::{Photo, PhotoId, PhotoState};

/// The most photos in the list at a time; what comes after is told and left out.
pub(crate) const PHOTOS_MAX: usize = 100_000;

/// Every photo in the list, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    /// Ids are never used twice: news about a photo that was removed cannot reach another one.
    last_id: PhotoId,
    entries: BTreeMap<PhotoId, Entry>,
    /// Paths of the photos that have no ending yet, so that none is listed twice.
    unfinished: HashSet<PathBuf>,
}

#[derive(Debug)]
struct Entry {
    found: Found,
    state: PhotoState,
    /// The clean copy.
    output: Option<PathBuf>,
    /// Part of the run that is under way; it cannot be removed then.
    in_run: bool,
}

/// Why a photo was not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotAdded {
    /// It is in the list already and has no ending yet.
    Listed,
    /// The list is full.
    Full,
}

impl Intake {
    /// Puts a photo at the end of the list, to be looked at.
    pub(crate) fn add(&mut self, found: Found) -> Result<Photo, NotAdded> {
        if self.entries.len() >= PHOTOS_MAX {
            return Err(NotAdded::Full);
        }
        if !self.unfinished.insert(found.path.clone()) {
            return Err(NotAdded::Listed);
        }
        self.last_id = self.last_id.wrapping_add(1);
        let entry = Entry {
            found,
            state: PhotoState::Looking,
            output: None,
            in_run: false,
        };
        let photo = entry.photo(self.last_id);
        self.entries.insert(self.last_id, entry);
        Ok(photo)
    }

    /// The whole list, as the page sees it.
    pub(crate) fn photos(&self) -> Vec<Photo> {
        self.entries
            .iter()
            .map(|(&id, entry)| entry.photo(id))
            .collect()
    }

    /// Where the photo is.
    pub(crate) fn path(&self, id: PhotoId) -> Option<&Path> {
        self.entries
            .get(&id)
            .map(|entry| entry.found.path.as_path())
    }

    /// Where its clean copy is.
    pub(crate) fn output(&self, id: PhotoId) -> Option<&Path> {
        self.entries.get(&id)?.output.as_deref()
    }

    /// What the photo's state is.
    pub(crate) fn state(&self, id: PhotoId) -> Option<&PhotoState> {
        self.entries.get(&id).map(|entry| &entry.state)
    }

    /// Gives a photo its new state; false when it is not in the list any more.
    pub(crate) fn change(&mut self, id: PhotoId, state: PhotoState) -> bool {
        let Some(entry) = self.entries.get_mut(&id) else {
            return false;
        };
        if state.is_open() {
            self.unfinished.insert(entry.found.path.clone());
        } else {
            self.unfinished.remove(&entry.found.path);
        }
        entry.state = state;
        true
    }

    /// Remembers where the clean copy is.
    pub(crate) fn save(&mut self, id: PhotoId, output: Option<PathBuf>) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.output = output;
        }
    }

    /// Begins a run with the photos named, or with all where none is named, as far as they can be cleaned: those that wait
    /// or were cancelled, and those that failed after they were looked at if they were named. One that has its copy is not
    /// copied again.
    pub(crate) fn begin_run(&mut self, ids: &[PhotoId]) -> Vec<(PhotoId, Found)> {
        let named: HashSet<_> = ids.iter().collect();
        let mut chosen = Vec::new();
        for (&id, entry) in &mut self.entries {
            let cleanable = match entry.state {
                PhotoState::Waiting { .. } | PhotoState::Cancelled { .. } => {
                    named.is_empty() || named.contains(&id)
                }
                PhotoState::Failed {
                    report: Some(_),
                    saved: None,
                    ..
                } => named.contains(&id),
                _ => false,
            };
            if cleanable {
                entry.in_run = true;
                chosen.push((id, entry.found.clone()));
            }
        }
        chosen
    }

    /// Ends the run: every photo can be removed again.
    pub(crate) fn end_run(&mut self) {
        for entry in self.entries.values_mut() {
            entry.in_run = false;
        }
    }

    /// Takes photos off the list, except those of the run that is under way; says which.
    pub(crate) fn remove(&mut self, ids: &[PhotoId]) -> Vec<PhotoId> {
        let mut removed = Vec::new();
        for &id in ids {
            if self.entries.get(&id).is_some_and(|entry| !entry.in_run)
                && let Some(entry) = self.entries.remove(&id)
            {
                if entry.state.is_open() {
                    self.unfinished.remove(&entry.found.path);
                }
                removed.push(id);
            }
        }
        removed
    }

    /// Every id in the list.
    pub(crate) fn ids(&self) -> Vec<PhotoId> {
        self.entries.keys().copied().collect()
    }
}

impl Entry {
    fn photo(&self, id: PhotoId) -> Photo {
        Photo {
            id,
            name: name(&self.found.path),
            folder: self
                .found
                .root
                .as_deref()
                .and_then(|root| folder(root, &self.found.path)),
            state: self.state.clone(),
        }
    }
}

/// A file's name as it can be shown.
pub(crate) fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// The dropped folder's name and the way down from it, such as `Holiday/day 1`.
fn folder(root: &Path, path: &Path) -> Option<String> {
    let from = root.parent().unwrap_or(root);
    let folder = path.parent()?.strip_prefix(from).ok()?;
    (!folder.as_os_str().is_empty()).then(|| folder.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::problem::Problem;
    use crate::view::{Report, Saved};

    fn found(path: &str, root: Option<&str>) -> Found {
        Found {
            path: path.into(),
            root: root.map(PathBuf::from),
        }
    }

    fn report() -> Arc<Report> {
        Arc::new(Report {
            container: "JPEG".into(),
            size_bytes: 1,
            width: 1,
            height: 1,
            findings: Vec::new(),
            picture: Vec::new(),
            outside: Vec::new(),
        })
    }

    fn done() -> PhotoState {
        PhotoState::Done {
            report: report(),
            saved: Saved {
                name: None,
                removed: Vec::new(),
                kept: Vec::new(),
                outside: Vec::new(),
                record: None,
                cloak: None,
                notes: Vec::new(),
            },
        }
    }

    #[test]
    fn the_page_sees_names_and_no_path() {
        let mut intake = Intake::default();
        let alone = intake.add(found("/home/ada/a.jpg", None)).expect("added");
        let root = Some("/home/ada/Holiday");
        let top = intake
            .add(found("/home/ada/Holiday/b.jpg", root))
            .expect("added");
        let deep = intake
            .add(found("/home/ada/Holiday/day 1/c.jpg", root))
            .expect("added");
        assert_eq!((alone.name.as_str(), alone.folder), ("a.jpg", None));
        assert_eq!(
            (top.name.as_str(), top.folder.as_deref()),
            ("b.jpg", Some("Holiday"))
        );
        assert_eq!(
            deep.folder.as_deref(),
            Some(&*format!("Holiday{}day 1", std::path::MAIN_SEPARATOR))
        );

        let seen = serde_json::to_string(&intake.photos()).expect("JSON");
        assert!(!seen.contains("ada"), "{seen}");
    }

    #[test]
    fn a_photo_is_listed_once_until_it_has_an_ending() {
        let mut intake = Intake::default();
        let first = intake.add(found("/a.jpg", None)).expect("added").id;
        assert_eq!(intake.add(found("/a.jpg", None)), Err(NotAdded::Listed));

        assert!(intake.change(first, done()));
        let again = intake.add(found("/a.jpg", None)).expect("added").id;
        assert_ne!(first, again);
        intake.remove(&[first]);
        assert_eq!(intake.add(found("/a.jpg", None)), Err(NotAdded::Listed));
        intake.remove(&[again]);
        assert!(intake.add(found("/a.jpg", None)).is_ok());
    }

    #[test]
    fn ids_are_never_used_twice() {
        let mut intake = Intake::default();
        let first = intake.add(found("/a.jpg", None)).expect("added").id;
        intake.remove(&[first]);
        let second = intake.add(found("/b.jpg", None)).expect("added").id;
        assert!(second > first);
        assert!(!intake.change(first, PhotoState::Looking), "it is gone");
        assert_eq!(intake.path(first), None);
    }

    #[test]
    fn a_run_takes_what_can_be_cleaned() {
        let mut intake = Intake::default();
        let states = [
            PhotoState::Looking,
            PhotoState::Waiting { report: report() },
            PhotoState::Cancelled { report: report() },
            PhotoState::Failed {
                problem: Problem::busy(),
                report: Some(report()),
                saved: None,
            },
            PhotoState::Refused {
                problem: Problem::busy(),
            },
            done(),
        ];
        let mut ids = Vec::new();
        for (index, state) in states.into_iter().enumerate() {
            let id = intake
                .add(found(&format!("/{index}.jpg"), None))
                .expect("added")
                .id;
            intake.change(id, state);
            ids.push(id);
        }
        let chosen =
            |run: Vec<(PhotoId, Found)>| run.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(chosen(intake.begin_run(&[])), [ids[1], ids[2]]);
        intake.end_run();
        assert_eq!(chosen(intake.begin_run(&ids)), [ids[1], ids[2], ids[3]]);

        assert_eq!(
            intake.remove(&ids),
            [ids[0], ids[4], ids[5]],
            "those in the run stay"
        );
        intake.end_run();
        assert_eq!(intake.remove(&ids), [ids[1], ids[2], ids[3]]);
    }
}
