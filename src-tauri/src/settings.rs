//! What the person chose, kept in one small file of the data directory.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use pipeline::perturb::Strength;
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

const FILE: &str = "settings.json";
/// Where a file goes that cannot be understood, so that nothing of it is lost.
const SET_ASIDE: &str = "settings.unreadable.json";

/// The settings as the page sees them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings {
    pub(crate) destination: Destination,
    pub(crate) naming: Naming,
    pub(crate) keep: BTreeSet<Keep>,
    pub(crate) keep_times: bool,
    pub(crate) record: bool,
    /// Small pictures of recorded photos.
    pub(crate) keep_thumbnails: bool,
    pub(crate) cloak: Cloak,
    /// Whether cloaks are refined, which takes longer.
    pub(crate) refine: bool,
    pub(crate) theme: Theme,
}

/// How strongly copies are cloaked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Cloak {
    #[default]
    Off,
    Light,
    Balanced,
    Strong,
}

impl Cloak {
    /// What is asked of the pipeline; nothing where copies are not cloaked.
    pub(crate) const fn strength(self) -> Option<Strength> {
        match self {
            Self::Off => None,
            Self::Light => Some(Strength::Light),
            Self::Balanced => Some(Strength::Balanced),
            Self::Strong => Some(Strength::Strong),
        }
    }
}

impl From<Strength> for Cloak {
    fn from(strength: Strength) -> Self {
        match strength {
            Strength::Light => Self::Light,
            Strength::Balanced => Self::Balanced,
            Strength::Strong => Self::Strong,
        }
    }
}

/// So many steps refine a cloak.
const REFINE_STEPS: u32 = 20;

/// Where clean copies go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum Destination {
    Beside,
    /// The folder's last name; its path stays here.
    Folder {
        name: String,
    },
    Replace,
}

/// What clean copies are called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Naming {
    #[default]
    Keep,
    Random,
    Sequence,
    Safe,
}

/// What stays although the picture does not need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Keep {
    Date,
    Camera,
    Copyright,
    Artist,
    Place,
}

/// The colours of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// The settings as they are kept, with the path that the page does not see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Kept {
    destination: Place,
    /// The folder last chosen, also while another destination is in use.
    folder: Option<PathBuf>,
    /// The folder in which originals may be looked for, if the person named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    originals: Option<PathBuf>,
    naming: Naming,
    keep: BTreeSet<Keep>,
    keep_times: bool,
    record: bool,
    keep_thumbnails: bool,
    cloak: Cloak,
    refine: bool,
    theme: Theme,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Place {
    #[default]
    Beside,
    Folder,
    Replace,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            destination: Place::default(),
            folder: None,
            originals: None,
            naming: Naming::default(),
            keep: BTreeSet::new(),
            keep_times: false,
            record: true,
            keep_thumbnails: false,
            cloak: Cloak::default(),
            refine: false,
            theme: Theme::default(),
        }
    }
}

/// The settings in use, and the file that they are kept in.
#[derive(Debug)]
pub(crate) struct Preferences {
    /// Nothing where the person has no data directory; then the settings last as long as the window.
    directory: Option<PathBuf>,
    kept: Kept,
}

impl Preferences {
    /// Reads the settings kept in `directory`. A file that cannot be understood is set aside and the defaults are used,
    /// and the second value says so.
    pub(crate) fn load(directory: Option<PathBuf>) -> (Self, Option<Problem>) {
        let read = directory
            .as_deref()
            .map_or_else(|| Ok(Kept::default()), read);
        let notice = read.is_err().then(unreadable);
        if let (Err(_), Some(directory)) = (&read, &directory) {
            // Where this fails, saving fails too and says so.
            let _ = std::fs::rename(directory.join(FILE), directory.join(SET_ASIDE));
        }
        let kept = read.unwrap_or_default();
        (Self { directory, kept }, notice)
    }

    /// The settings as the page sees them.
    pub(crate) fn view(&self) -> Settings {
        let kept = &self.kept;
        let destination = match (kept.destination, &kept.folder) {
            (Place::Folder, Some(folder)) => Destination::Folder {
                name: last_name(folder),
            },
            (Place::Replace, _) => Destination::Replace,
            (Place::Beside | Place::Folder, _) => Destination::Beside,
        };
        Settings {
            destination,
            naming: kept.naming,
            keep: kept.keep.clone(),
            keep_times: kept.keep_times,
            record: kept.record,
            keep_thumbnails: kept.keep_thumbnails,
            cloak: kept.cloak,
            refine: kept.refine,
            theme: kept.theme,
        }
    }

    /// Uses these settings from now on, and keeps them. Says so if they could not be written; they are in use all the same,
    /// because a full disk must not stop anybody from turning recording off.
    ///
    /// # Errors
    ///
    /// A folder is asked for and none was ever chosen; nothing changes.
    pub(crate) fn set(&mut self, settings: Settings) -> Result<Option<Problem>, Problem> {
        let destination = match settings.destination {
            Destination::Beside => Place::Beside,
            Destination::Folder { .. } if self.kept.folder.is_none() => return Err(no_folder()),
            Destination::Folder { .. } => Place::Folder,
            Destination::Replace => Place::Replace,
        };
        self.kept = Kept {
            destination,
            folder: self.kept.folder.take(),
            originals: self.kept.originals.take(),
            naming: settings.naming,
            keep: settings.keep,
            keep_times: settings.keep_times,
            record: settings.record,
            keep_thumbnails: settings.keep_thumbnails,
            cloak: settings.cloak,
            refine: settings.refine,
            theme: settings.theme,
        };
        Ok(self.save())
    }

    /// Sends clean copies to this folder from now on, and keeps that. Says so if it could not be written.
    pub(crate) fn set_folder(&mut self, folder: PathBuf) -> Option<Problem> {
        self.kept.destination = Place::Folder;
        self.kept.folder = Some(folder);
        self.save()
    }

    /// The folder in which originals may be looked for.
    pub(crate) fn originals(&self) -> Option<PathBuf> {
        self.kept.originals.clone()
    }

    /// The last name of that folder, for the page.
    pub(crate) fn originals_name(&self) -> Option<String> {
        self.kept.originals.as_deref().map(last_name)
    }

    /// Lets originals be looked for in this folder from now on, or nowhere. Says so if that could not be written.
    pub(crate) fn set_originals(&mut self, folder: Option<PathBuf>) -> Option<Problem> {
        self.kept.originals = folder;
        self.save()
    }

    /// Whether cleaned photos are recorded.
    pub(crate) fn records(&self) -> bool {
        self.kept.record
    }

    /// Whether small pictures of recorded photos are kept.
    pub(crate) fn keeps_thumbnails(&self) -> bool {
        self.kept.keep_thumbnails
    }

    /// How strongly copies are cloaked, and in how many refining steps; nothing where they are not.
    pub(crate) fn cloak(&self) -> Option<(Strength, u32)> {
        let steps = if self.kept.refine { REFINE_STEPS } else { 0 };
        self.kept.cloak.strength().map(|strength| (strength, steps))
    }

    /// What is asked of the pipeline.
    pub(crate) fn request(&self) -> pipeline::Request {
        let kept = &self.kept;
        let destination = match (kept.destination, &kept.folder) {
            (Place::Folder, Some(folder)) => pipeline::Destination::Folder(folder.clone()),
            (Place::Replace, _) => pipeline::Destination::Replace,
            (Place::Beside | Place::Folder, _) => pipeline::Destination::Beside,
        };
        let keep = kept.keep.iter().map(|&keep| keep.into()).collect();
        pipeline::Request {
            policy: pipeline::Policy { keep },
            destination,
            naming: kept.naming.into(),
            keep_times: kept.keep_times,
            ..pipeline::Request::default()
        }
    }

    fn save(&self) -> Option<Problem> {
        let saved = self
            .directory
            .as_deref()
            .is_some_and(|directory| write(directory, &self.kept).is_ok());
        (!saved).then(not_saved)
    }
}

fn read(directory: &Path) -> io::Result<Kept> {
    match std::fs::read(directory.join(FILE)) {
        Ok(text) => Ok(serde_json::from_slice(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Kept::default()),
        Err(error) => Err(error),
    }
}

/// Beside, synced, renamed: after a crash the file is the old one or the new one.
fn write(directory: &Path, kept: &Kept) -> io::Result<()> {
    let mut text = serde_json::to_vec_pretty(kept)?;
    text.push(b'\n');
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(&text)?;
    file.as_file().sync_all()?;
    file.persist(directory.join(FILE))?;
    Ok(())
}

fn last_name(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or(folder.as_os_str());
    name.to_string_lossy().into_owned()
}

fn unreadable() -> Problem {
    Problem::new(
        "settings_unreadable",
        "Your settings could not be read, so Cloakroom starts with its usual ones.",
        "Please look through the settings. The old file is kept in the ledger's folder as settings.unreadable.json.",
    )
}

fn no_folder() -> Problem {
    Problem::new(
        "no_folder",
        "No folder for clean copies has been chosen yet.",
        "Choose one first.",
    )
}

fn not_saved() -> Problem {
    Problem::new(
        "settings_not_saved",
        "Your choice is in use, but it could not be saved.",
        "It lasts until you close the window. Check that the disk has room and that your data folder can be written.",
    )
}

impl From<Naming> for pipeline::Naming {
    fn from(naming: Naming) -> Self {
        match naming {
            Naming::Keep => Self::Keep,
            Naming::Random => Self::Random,
            Naming::Sequence => Self::Sequence,
            Naming::Safe => Self::Safe,
        }
    }
}

impl From<Keep> for pipeline::Keep {
    fn from(keep: Keep) -> Self {
        match keep {
            Keep::Date => Self::Date,
            Keep::Camera => Self::Camera,
            Keep::Copyright => Self::Copyright,
            Keep::Artist => Self::Artist,
            Keep::Place => Self::Place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(directory: &Path) -> (Preferences, Option<Problem>) {
        Preferences::load(Some(directory.to_owned()))
    }

    #[test]
    fn what_was_set_is_there_again() {
        let home = tempfile::tempdir().expect("a folder");
        let (mut preferences, notice) = load(home.path());
        assert_eq!(notice, None);
        assert_eq!(preferences.view().destination, Destination::Beside);
        assert!(preferences.view().record);
        assert_eq!(preferences.cloak(), None, "nobody is cloaked unasked");

        assert_eq!(
            preferences.set_folder(PathBuf::from("/somewhere/Clean ones")),
            None
        );
        let settings = Settings {
            naming: Naming::Safe,
            keep: BTreeSet::from([Keep::Copyright, Keep::Artist]),
            keep_times: true,
            record: false,
            cloak: Cloak::Balanced,
            refine: true,
            theme: Theme::Dark,
            ..preferences.view()
        };
        assert_eq!(preferences.set(settings.clone()), Ok(None));

        let (again, notice) = load(home.path());
        assert_eq!(notice, None);
        assert_eq!(again.view(), settings);
        assert_eq!(again.cloak(), Some((Strength::Balanced, REFINE_STEPS)));
        assert_eq!(
            settings.destination,
            Destination::Folder {
                name: "Clean ones".into()
            }
        );
        assert_eq!(
            again.request().destination,
            pipeline::Destination::Folder("/somewhere/Clean ones".into())
        );
    }

    #[test]
    fn the_page_cannot_name_a_folder() {
        let home = tempfile::tempdir().expect("a folder");
        let (mut preferences, _) = load(home.path());
        let before = preferences.view();
        let asked = Settings {
            destination: Destination::Folder {
                name: "/etc".into(),
            },
            ..before.clone()
        };
        assert_eq!(
            preferences.set(asked).expect_err("refused").code,
            "no_folder"
        );
        assert_eq!(preferences.view(), before);
    }

    #[test]
    fn the_folder_is_remembered_behind_another_destination() {
        let home = tempfile::tempdir().expect("a folder");
        let (mut preferences, _) = load(home.path());
        preferences.set_folder(PathBuf::from("/a/Clean"));
        let with = |destination| Settings {
            destination,
            ..load(home.path()).0.view()
        };
        assert_eq!(preferences.set(with(Destination::Replace)), Ok(None));
        assert_eq!(
            preferences.request().destination,
            pipeline::Destination::Replace
        );
        assert_eq!(
            preferences.set(with(Destination::Folder {
                name: String::new()
            })),
            Ok(None)
        );
        assert_eq!(
            preferences.request().destination,
            pipeline::Destination::Folder("/a/Clean".into())
        );
    }

    #[test]
    fn a_file_that_is_not_understood_is_set_aside_and_told() {
        for text in [
            "",
            "{",
            "7",
            r#"{"naming":"shout"}"#,
            r#"{"cloak":"invisible"}"#,
        ] {
            let home = tempfile::tempdir().expect("a folder");
            std::fs::write(home.path().join(FILE), text).expect("written");
            let (mut preferences, notice) = load(home.path());
            assert_eq!(
                notice.expect("a notice").code,
                "settings_unreadable",
                "{text}"
            );
            assert_eq!(preferences.kept, Kept::default());

            assert_eq!(preferences.set(preferences.view()), Ok(None));
            let aside = std::fs::read_to_string(home.path().join(SET_ASIDE)).expect("still there");
            assert_eq!(aside, text);
            assert_eq!(load(home.path()).1, None);
        }
    }

    #[test]
    fn settings_that_cannot_be_saved_are_used_all_the_same() {
        let (mut preferences, notice) = Preferences::load(None);
        assert_eq!(notice, None);
        let asked = Settings {
            record: false,
            ..preferences.view()
        };
        let told = preferences.set(asked).expect("in use").expect("told");
        assert_eq!(told.code, "settings_not_saved");
        assert!(!preferences.records());
    }
}
