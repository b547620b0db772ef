//! Where clean copies go.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::Found;
use crate::failure::Failure;
use crate::stage::Saved;

/// Where clean copies go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Destination {
    /// Into the original's folder, as `name_clean.ext`.
    #[default]
    Beside,
    /// Into this folder, made if it is not there. Photos of a dropped folder keep their place in its tree.
    Folder(PathBuf),
    /// Into the original's folder and under its name; the original goes to the system's trash.
    Replace,
}

impl Destination {
    /// The folder for the clean copy of one photo.
    pub(crate) fn folder(&self, photo: &Found) -> PathBuf {
        match self {
            Self::Beside | Self::Replace => {
                photo.path.parent().map(Path::to_owned).unwrap_or_default()
            }
            Self::Folder(folder) => folder.join(place_in_tree(photo)),
        }
    }
}

/// The photo's folder, relative to the dropped one. Only plain names, so that nothing leaves the chosen folder.
fn place_in_tree(photo: &Found) -> PathBuf {
    let root = photo.root.as_deref();
    let inside = root.and_then(|root| photo.path.strip_prefix(root).ok()?.parent());
    let plain = |place: &&Path| {
        place
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
    };
    inside.filter(plain).map(Path::to_owned).unwrap_or_default()
}

/// Puts a clean copy, which stands beside its original, in the original's place: the original goes to the system's
/// trash, and the copy gets the original's name, or keeps its own where `keep_name` says that it is a new one.
///
/// At every instant either the original or the clean copy, or both, are in the folder, and the original is there or in
/// the trash. Where the trash refuses it, both stay, and the failure says so.
pub(crate) fn replace(
    original: &Path,
    saved: Saved,
    keep_name: bool,
    notes: &mut Vec<String>,
) -> (Saved, Option<Failure>) {
    if trash::delete(original).is_err() {
        let failure = Failure::failed(
            "trash_failed",
            "the original could not be moved to the trash, so it was left as it is; the clean copy is beside it",
            "Delete the original yourself, or save clean copies beside the originals.",
        );
        return (saved, Some(failure));
    }
    notes.push("The original is in the system's trash, with all that it tells.".to_owned());
    if keep_name {
        return (saved, None);
    }
    let saved = saved.rename(original.to_owned()).unwrap_or_else(|saved| {
        notes.push(
            "The original's name was taken meanwhile, so the clean copy has another.".to_owned(),
        );
        saved
    });
    (saved, None)
}

/// Refuses to replace what is only a link: its target would stay as it is.
pub(crate) fn check_replaceable(original: &Path) -> Result<(), Failure> {
    if original.is_symlink() {
        return Err(Failure::refused(
            "is_a_link",
            "this is a link to a photo elsewhere, and replacing it would leave that photo as it is",
            "Choose the photo itself, or save the clean copy beside the link.",
        ));
    }
    Ok(())
}

/// Whether a name's extension is not one of its container's; the extension, for a note.
pub(crate) fn misleading_extension(path: &Path, container: metadata::Container) -> Option<String> {
    let extension = path
        .extension()
        .and_then(OsStr::to_str)?
        .to_ascii_lowercase();
    let plain = extension.len() <= 5 && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (plain && !container.extensions().contains(&extension.as_str())).then_some(extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, root: Option<&str>) -> Found {
        Found {
            path: path.into(),
            root: root.map(PathBuf::from),
        }
    }

    #[test]
    fn a_chosen_folder_keeps_the_tree() {
        let out = Destination::Folder("/out".into());
        let folder = |path, root| out.folder(&found(path, root));
        assert_eq!(folder("/in/a/b/x.jpg", Some("/in")), Path::new("/out/a/b"));
        assert_eq!(folder("/in/x.jpg", Some("/in")), Path::new("/out/"));
        assert_eq!(folder("/in/x.jpg", None), Path::new("/out/"));
    }

    #[test]
    fn nothing_leaves_the_chosen_folder() {
        let out = Destination::Folder("/out".into());
        for (path, root) in [
            ("/in/../../etc/x.jpg", "/in"),
            ("/elsewhere/x.jpg", "/in"),
            ("in/../../x.jpg", "in"),
        ] {
            assert_eq!(
                out.folder(&found(path, Some(root))),
                Path::new("/out/"),
                "{path}"
            );
        }
    }

    #[test]
    fn wrong_extensions_are_noticed() {
        let wrong = |name: &str| misleading_extension(Path::new(name), metadata::Container::Jpeg);
        assert_eq!(wrong("a.JPEG"), None);
        assert_eq!(wrong("a"), None);
        assert_eq!(wrong("a.PNG").as_deref(), Some("png"));
        assert_eq!(wrong("trip to Mr. Smith"), None);
    }
}
