//! Finds the photos among the paths that a person gives: files as they are, folders with all that is in them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use metadata::{Sniffed, sniff};
use serde::Serialize;
use walkdir::{DirEntry, WalkDir};

use crate::Cancel;
use crate::source::HEAD_BYTES;
use crate::stage::is_unfinished;

/// A file to look at or to clean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The file, as the person named it or as it was met on the way.
    pub path: PathBuf,
    /// The folder that the person named, if the file was met in one.
    pub root: Option<PathBuf>,
}

/// What was found among the paths, in the order of the paths and sorted by name within each folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gathered {
    /// The files to take. Files that the person named themselves are always among them, so that each gets an answer.
    pub photos: Vec<Found>,
    /// What was left out in folders.
    pub skipped: Vec<Skipped>,
}

impl Gathered {
    /// Leaves out what was met in `folder`, where the clean copies go: where that lies in a folder of originals, the
    /// copies of yesterday would be copied again today. Files that the person named themselves stay.
    pub fn leave_out(&mut self, folder: &Path) {
        let Ok(folder) = folder.canonicalize() else {
            return;
        };
        let is_inside = |photo: &mut Found| {
            let parent = photo
                .path
                .parent()
                .and_then(|parent| parent.canonicalize().ok());
            photo.root.is_some() && parent.is_some_and(|parent| parent.starts_with(&folder))
        };
        let copies = self.photos.extract_if(.., is_inside);
        self.skipped.extend(copies.map(|copy| Skipped {
            path: copy.path,
            reason: SkipReason::CleanCopy,
        }));
    }
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    pub reason: SkipReason,
}

/// Why something in a folder was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// Its first bytes are no picture's.
    NotAPhoto,
    /// A hidden file or folder, such as the `._` files of macOS.
    Hidden,
    /// A copy that was never finished, left by a run that was cut short. The next cleaning there removes it.
    Unfinished,
    /// It lies in the folder for the clean copies.
    CleanCopy,
    /// A link that leads back to where it is.
    Loop,
    /// A link that leads to nothing.
    DeadLink,
    /// A file or folder that could not be looked into.
    Unreadable,
    /// A folder that the person named and that holds no photo.
    NoPhotos,
}

impl SkipReason {
    /// Whether the person should hear of it as of a failure: something may have been missed.
    #[must_use]
    pub const fn is_problem(self) -> bool {
        matches!(self, Self::Unreadable | Self::NoPhotos)
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAPhoto => "not a photo",
            Self::Hidden => "hidden",
            Self::Unfinished => "an unfinished copy of a run that was cut short",
            Self::CleanCopy => "in the folder for the clean copies",
            Self::Loop => "a link that leads back to itself",
            Self::DeadLink => "a link that leads to nothing",
            Self::Unreadable => "could not be read",
            Self::NoPhotos => "no photos in this folder",
        })
    }
}

/// Finds the photos among `paths`. Folders are walked with everything below; links are followed, loops are noticed,
/// and no file is taken twice. After a cancel, what was found so far is returned.
#[must_use]
pub fn gather(paths: &[PathBuf], cancel: &Cancel) -> Gathered {
    let mut gathering = Gathering::default();
    for path in paths {
        if path.is_dir() {
            let (seen, skipped) = (gathering.seen, gathering.gathered.skipped.len());
            gathering.walk(path, cancel);
            let told = gathering
                .gathered
                .skipped
                .iter()
                .skip(skipped)
                .any(|skipped| skipped.reason.is_problem());
            if gathering.seen == seen && !told && !cancel.is_cancelled() {
                gathering.skip(path, SkipReason::NoPhotos);
            }
        } else {
            gathering.take(path.clone(), None, false);
        }
    }
    gathering.gathered
}

#[derive(Debug, Default)]
struct Gathering {
    gathered: Gathered,
    /// Photos met so far, those met a second time included.
    seen: usize,
    /// By their one true path: the index among the photos, and whether the photo was met through a link.
    taken: HashMap<PathBuf, (usize, bool)>,
    /// The true path of the last folder, because most files share theirs with the one before.
    folder: Option<(PathBuf, PathBuf)>,
}

impl Gathering {
    fn walk(&mut self, root: &Path, cancel: &Cancel) {
        let mut walk = WalkDir::new(root)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter();
        while let Some(entry) = walk.next() {
            if cancel.is_cancelled() {
                return;
            }
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(root);
                    let looped = error.loop_ancestor().is_some();
                    self.skip(
                        path,
                        if looped {
                            SkipReason::Loop
                        } else {
                            unfollowed(path)
                        },
                    );
                    continue;
                }
            };
            if let Some(reason) = left_out(&entry) {
                if entry.file_type().is_dir() {
                    walk.skip_current_dir();
                }
                self.skip(entry.path(), reason);
            } else if !entry.file_type().is_dir() {
                self.classify(entry, root);
            }
        }
    }

    fn classify(&mut self, entry: DirEntry, root: &Path) {
        // A pipe or a device is no photo, and opening one may wait for ever.
        if !entry.file_type().is_file() {
            return self.skip(entry.path(), SkipReason::NotAPhoto);
        }
        let (head, is_named_photo) = (head(entry.path()), has_photo_name(entry.path()));
        let is_taken = match &head {
            // Broken or locked photos are photos: the person should hear that they were not cleaned.
            None => is_named_photo,
            Some(head) if head.is_empty() => is_named_photo,
            Some(head) => sniff(head).is_some_and(is_picture),
        };
        if is_taken {
            let linked = entry.path_is_symlink();
            self.take(entry.into_path(), Some(root.to_owned()), linked);
        } else {
            let reason = head.map_or(SkipReason::Unreadable, |_| SkipReason::NotAPhoto);
            self.skip(entry.path(), reason);
        }
    }

    fn take(&mut self, path: PathBuf, root: Option<PathBuf>, linked: bool) {
        self.seen += 1;
        let true_path = self.true_path(&path, linked || root.is_none());
        let found = Found { path, root };
        match self.taken.entry(true_path) {
            Entry::Vacant(place) => {
                place.insert((self.gathered.photos.len(), linked));
                self.gathered.photos.push(found);
            }
            // The file itself is better than a link to it: only the file can be replaced.
            Entry::Occupied(mut place) if place.get().1 && !linked => {
                place.get_mut().1 = false;
                if let Some(photo) = self.gathered.photos.get_mut(place.get().0) {
                    *photo = found;
                }
            }
            Entry::Occupied(_) => {}
        }
    }

    /// The path without links and dots. Asking the system for each file of a large folder would take most of the time,
    /// so it is asked once for each folder.
    fn true_path(&mut self, path: &Path, may_be_link: bool) -> PathBuf {
        let whole = || path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return whole();
        };
        if may_be_link {
            return whole();
        }
        match &self.folder {
            Some((folder, true_folder)) if folder == parent => true_folder.join(name),
            _ => {
                let true_folder = parent.canonicalize().unwrap_or_else(|_| parent.to_owned());
                let path = true_folder.join(name);
                self.folder = Some((parent.to_owned(), true_folder));
                path
            }
        }
    }

    fn skip(&mut self, path: &Path, reason: SkipReason) {
        self.gathered.skipped.push(Skipped {
            path: path.to_owned(),
            reason,
        });
    }
}

/// Why an entry is left out by its name alone. The folder that the person named never is.
fn left_out(entry: &DirEntry) -> Option<SkipReason> {
    let name = entry.file_name().as_encoded_bytes();
    match () {
        () if entry.depth() == 0 || !name.starts_with(b".") => None,
        () if is_unfinished(entry.file_name()) => Some(SkipReason::Unfinished),
        () => Some(SkipReason::Hidden),
    }
}

/// Whether a file is taken when it is met in a folder: pictures are, also those that will be refused, because the
/// person must know that they were not cleaned. Videos that cannot be cleaned and documents are named among what was left out.
fn is_picture(sniffed: Sniffed) -> bool {
    match sniffed {
        Sniffed::Photo(_) => true,
        Sniffed::Refused(refusal) => refusal.is_picture(),
        _ => false,
    }
}

fn has_photo_name(path: &Path) -> bool {
    let extension = path
        .extension()
        .and_then(OsStr::to_str)
        .map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| {
        metadata::Container::ALL
            .iter()
            .any(|container| container.extensions().contains(&extension.as_str()))
    })
}

fn head(path: &Path) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)
        .ok()?
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .ok()?;
    Some(head)
}

/// Why an entry could not be followed: links to nothing and links to themselves harm nobody.
fn unfollowed(path: &Path) -> SkipReason {
    match path.metadata() {
        Err(error) if path.is_symlink() => match error.kind() {
            ErrorKind::NotFound => SkipReason::DeadLink,
            ErrorKind::PermissionDenied => SkipReason::Unreadable,
            _ => SkipReason::Loop,
        },
        _ => SkipReason::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";

    /// A folder with these files in it.
    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        folder
    }

    fn gathered(paths: &[&Path]) -> (Vec<String>, Vec<(String, SkipReason)>) {
        let paths: Vec<_> = paths.iter().map(|path| path.to_path_buf()).collect();
        let Gathered { photos, skipped } = gather(&paths, &Cancel::new());
        let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        (
            photos.iter().map(|photo| name(&photo.path)).collect(),
            skipped
                .iter()
                .map(|skipped| (name(&skipped.path), skipped.reason))
                .collect(),
        )
    }

    #[test]
    fn folders_are_walked_and_sorted() {
        let folder = folder(&[
            ("b.gif", GIF),
            ("a/z.jpg", GIF),
            ("a/x.gif", GIF),
            ("notes.txt", b"dear diary"),
        ]);
        let (photos, skipped) = gathered(&[folder.path()]);
        assert_eq!(photos, ["x.gif", "z.jpg", "b.gif"]);
        assert_eq!(skipped, [("notes.txt".to_owned(), SkipReason::NotAPhoto)]);
    }

    #[test]
    fn pictures_that_will_be_refused_are_taken() {
        let folder = folder(&[
            ("a.tif", b"II*\0\x08\0\0\0\0\0"),
            ("b.mkv", b"\x1A\x45\xDF\xA3\xA3\x42\x82\x88matroska"),
            ("c.jpg", b""),
            ("d.txt", b""),
        ]);
        let (photos, skipped) = gathered(&[folder.path()]);
        assert_eq!(photos, ["a.tif", "c.jpg"]);
        assert_eq!(skipped.len(), 2);
    }

    #[test]
    fn hidden_and_unfinished_are_skipped() {
        let folder = folder(&[
            ("._a.gif", GIF),
            (".cache/b.gif", GIF),
            (".cloakroom-Ab12Cd.part", GIF),
            ("c.gif", GIF),
        ]);
        let (photos, skipped) = gathered(&[folder.path()]);
        assert_eq!(photos, ["c.gif"]);
        assert_eq!(
            skipped
                .into_iter()
                .map(|skipped| skipped.1)
                .collect::<Vec<_>>(),
            [
                SkipReason::Hidden,
                SkipReason::Hidden,
                SkipReason::Unfinished
            ]
        );
        // Named by the person, they are taken.
        assert_eq!(gathered(&[&folder.path().join("._a.gif")]).0, ["._a.gif"]);
        assert_eq!(gathered(&[&folder.path().join(".cache")]).0, ["b.gif"]);
    }

    #[test]
    fn no_file_twice() {
        let folder = folder(&[("a.gif", GIF), ("b.gif", GIF)]);
        let a = folder.path().join("a.gif");
        let again = folder.path().join("./a.gif");
        assert_eq!(
            gathered(&[&a, &again, folder.path(), folder.path()]).0,
            ["a.gif", "b.gif"]
        );
    }

    #[test]
    fn files_that_are_named_are_always_taken() {
        let folder = folder(&[("notes.txt", b"dear diary")]);
        let (photos, skipped) = gathered(&[
            &folder.path().join("notes.txt"),
            &folder.path().join("gone.jpg"),
        ]);
        assert_eq!(photos, ["notes.txt", "gone.jpg"]);
        assert!(skipped.is_empty());
    }

    #[test]
    fn a_folder_without_photos_is_told() {
        let folder = folder(&[("empty.jpg/notes.txt", b"dear diary")]);
        let (photos, skipped) = gathered(&[&folder.path().join("empty.jpg")]);
        assert!(photos.is_empty());
        assert_eq!(
            skipped.last().unwrap(),
            &("empty.jpg".to_owned(), SkipReason::NoPhotos)
        );
    }

    #[test]
    fn copies_are_not_copied_again() {
        let folder = folder(&[
            ("a.gif", GIF),
            ("clean/a.gif", GIF),
            ("clean/day/b.gif", GIF),
        ]);
        let clean = folder.path().join("clean");
        let mut gathered = gather(&[folder.path().to_owned()], &Cancel::new());
        gathered.leave_out(&folder.path().join("elsewhere"));
        assert_eq!(gathered.photos.len(), 3);
        gathered.leave_out(&clean);
        assert_eq!(gathered.photos[0].path, folder.path().join("a.gif"));
        assert_eq!((gathered.photos.len(), gathered.skipped.len()), (1, 2));
        let mut named = gather(&[clean.join("a.gif")], &Cancel::new());
        named.leave_out(&clean);
        assert_eq!(named.photos.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_loops_noticed() {
        use std::os::unix::fs::symlink;
        let folder = folder(&[("in/z.gif", GIF)]);
        let inside = folder.path().join("in");
        symlink("..", inside.join("up")).unwrap();
        symlink("self", inside.join("self")).unwrap();
        symlink("z.gif", inside.join("a.gif")).unwrap();
        symlink("nowhere.gif", inside.join("dead")).unwrap();
        let (photos, mut skipped) = gathered(&[folder.path()]);
        // The file itself, although the link came first.
        assert_eq!(photos, ["z.gif"]);
        skipped.sort();
        assert_eq!(
            skipped,
            [
                ("dead".to_owned(), SkipReason::DeadLink),
                ("self".to_owned(), SkipReason::Loop),
                ("up".to_owned(), SkipReason::Loop)
            ]
        );
    }

    #[test]
    fn cancelled_stops_the_walk() {
        let folder = folder(&[("a.gif", GIF)]);
        let cancel = Cancel::new();
        cancel.cancel();
        assert_eq!(
            gather(&[folder.path().to_owned()], &cancel),
            Gathered::default()
        );
    }
}
