//! What clean copies are called. A file's name tells as much as its metadata.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;
use std::str::FromStr;

use metadata::Container;
use serde::{Deserialize, Serialize};

use crate::destination::Destination;
use crate::safe_name::tells;
use crate::{Failure, Found};

/// The longest name that common file systems take, in bytes (on Windows and macOS in UTF-16 units, which are fewer).
const NAME_BYTES_MAX: usize = 255;

/// Digits and letters that are not mistaken for each other; 32 of them, so that five random bits choose one fairly.
const ALPHABET: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";

/// How clean copies are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// As the original.
    #[default]
    Keep,
    /// Ten random letters and digits.
    Random,
    /// `photo-0001`, `photo-0002`, … in the order in which the photos were given. A photo that is refused leaves a gap.
    Sequence,
    /// As the original, unless that looks like the work of a camera or messenger, or holds a date or a long number.
    Safe,
}

impl FromStr for Naming {
    type Err = UnknownNaming;

    fn from_str(word: &str) -> Result<Self, UnknownNaming> {
        match word {
            "keep" => Ok(Self::Keep),
            "random" => Ok(Self::Random),
            "sequence" => Ok(Self::Sequence),
            "safe" => Ok(Self::Safe),
            _ => Err(UnknownNaming),
        }
    }
}

/// The word names no way of naming.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("names can be keep, random, sequence or safe")]
pub struct UnknownNaming;

/// The name of one clean copy, and those to fall back on when it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    stem: OsString,
    extension: Option<OsString>,
    /// Whether the first choice is `stem_clean` already, because `stem` is the original's own.
    suffixed: bool,
    /// What the copy is, for those that lie beside their original.
    mark: &'static str,
    /// Whether it differs from the original's.
    pub(crate) is_new: bool,
    /// Whether the copy is of another container, and so has another extension than the original.
    pub(crate) other_extension: bool,
}

/// What copies beside their originals are marked with.
const CLEAN: &str = "_clean";
const CLOAKED: &str = "_cloaked";

impl Name {
    /// The original's name; marked as clean where the copy will lie beside the original.
    pub(crate) fn kept(original: &Path, beside: bool) -> Self {
        Self {
            stem: original
                .file_stem()
                .unwrap_or_else(|| OsStr::new("photo"))
                .to_owned(),
            extension: original.extension().map(OsStr::to_owned),
            suffixed: beside,
            mark: CLEAN,
            is_new: false,
            other_extension: false,
        }
    }

    fn new(stem: String, container: Container) -> Self {
        Self {
            stem: stem.into(),
            extension: Some(container.extension().into()),
            suffixed: false,
            mark: CLEAN,
            is_new: true,
            other_extension: false,
        }
    }

    /// The name to try in this attempt, from 0: `name.ext` (unless it is the original's), `name_clean.ext`,
    /// `name_clean_2.ext`, and so on.
    pub(crate) fn candidate(&self, attempt: u32) -> OsString {
        let mut end = match attempt + u32::from(self.suffixed) {
            0 => OsString::new(),
            1 => OsString::from(self.mark),
            number => OsString::from(format!("{}_{number}", self.mark)),
        };
        if let Some(extension) = &self.extension {
            end.push(".");
            end.push(extension);
        }
        let mut name = shorten(&self.stem, NAME_BYTES_MAX.saturating_sub(end.len()));
        name.push(end);
        name
    }
}

/// Cuts a name to a number of bytes, between characters where it has some.
fn shorten(stem: &OsStr, bytes_max: usize) -> OsString {
    if stem.len() <= bytes_max {
        return stem.to_owned();
    }
    #[cfg(unix)]
    if stem.to_str().is_none() {
        use std::os::unix::ffi::OsStrExt;
        return OsStr::from_bytes(stem.as_bytes().get(..bytes_max).unwrap_or_default()).to_owned();
    }
    let stem = stem.to_string_lossy();
    let end = (0..=bytes_max)
        .rev()
        .find(|end| stem.is_char_boundary(*end));
    stem.get(..end.unwrap_or(0)).unwrap_or_default().into()
}

/// Names for one run: how they are made, and the number that the first photo gets.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    naming: Naming,
    destination: &'a Destination,
    first: u64,
}

impl<'a> Names<'a> {
    /// Numbers continue after the highest that is in one of the folders already.
    pub(crate) fn new(naming: Naming, destination: &'a Destination, photos: &[Found]) -> Self {
        let first = match naming {
            Naming::Sequence => {
                let folders: HashSet<_> = photos
                    .iter()
                    .map(|photo| destination.folder(photo))
                    .collect();
                folders
                    .iter()
                    .map(|folder| highest_number(folder))
                    .max()
                    .unwrap_or(0)
                    + 1
            }
            _ => 1,
        };
        Self {
            naming,
            destination,
            first,
        }
    }

    /// The name for the copy of the photo at `index` of the run, cloaked or clean alone. The containers are those of the
    /// original and of the copy.
    pub(crate) fn name(
        &self,
        photo: &Path,
        index: usize,
        (original, container): (Container, Container),
        is_cloaked: bool,
    ) -> Result<Name, Failure> {
        let mut name = self.unmarked(photo, index, container)?;
        if is_cloaked {
            name.mark = CLOAKED;
        }
        if original != container && !name.is_new {
            name.extension = Some(container.extension().into());
            name.other_extension = true;
        }
        Ok(name)
    }

    fn unmarked(&self, photo: &Path, index: usize, container: Container) -> Result<Name, Failure> {
        let stem = match self.naming {
            Naming::Random => random(10)?,
            Naming::Sequence => format!("photo-{:04}", self.first + index as u64),
            Naming::Safe if tells(&photo.file_stem().unwrap_or_default().to_string_lossy()) => {
                format!("photo-{}", random(6)?)
            }
            // In a folder of its own the copy need not say that it is one.
            Naming::Keep | Naming::Safe => {
                let in_folder = matches!(self.destination, Destination::Folder(_));
                return Ok(Name::kept(photo, !in_folder));
            }
        };
        Ok(Name::new(stem, container))
    }
}

/// The highest number of a `photo-0001` in a folder; 0 when there is none.
fn highest_number(folder: &Path) -> u64 {
    let number = |name: OsString| {
        let digits: String = name
            .to_str()?
            .strip_prefix("photo-")?
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        // Longer ones are no numbers of ours.
        (digits.len() <= 9).then(|| digits.parse().ok()).flatten()
    };
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| number(entry.file_name()))
        .max()
        .unwrap_or(0)
}

/// Random letters and digits from the operating system.
fn random(count: usize) -> Result<String, Failure> {
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(|_| {
        Failure::failed(
            "no_randomness",
            "the system gave no random numbers for a name",
            "Keep the names, or number the photos.",
        )
    })?;
    let letter = |byte: u8| {
        ALPHABET
            .get(usize::from(byte % 32))
            .copied()
            .map(char::from)
    };
    Ok(bytes.into_iter().filter_map(letter).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(name: &Name) -> Vec<String> {
        (0..4)
            .map(|attempt| name.candidate(attempt).into_string().unwrap())
            .collect()
    }

    fn name(naming: Naming, destination: &Destination, photo: &str) -> Name {
        let names = Names::new(naming, destination, &[]);
        {
            let containers = (Container::Jpeg, Container::Jpeg);
            names.name(Path::new(photo), 2, containers, false).unwrap()
        }
    }

    #[test]
    fn kept_beside_the_original() {
        let name = name(Naming::Keep, &Destination::Beside, "/in/Beach.JPG");
        assert!(!name.is_new);
        assert_eq!(
            names(&name),
            [
                "Beach_clean.JPG",
                "Beach_clean_2.JPG",
                "Beach_clean_3.JPG",
                "Beach_clean_4.JPG"
            ]
        );
    }

    #[test]
    fn cloaked_copies_say_so_and_fit_their_container() {
        let (beside, folder) = (Destination::Beside, Destination::Folder("/out".into()));
        let cloaked = |destination, containers| {
            let names = Names::new(Naming::Keep, destination, &[]);
            names
                .name(Path::new("Beach.jxl"), 0, containers, true)
                .unwrap()
        };
        let same = cloaked(&beside, (Container::Jxl, Container::Jxl));
        assert_eq!(
            names(&same)[..2],
            ["Beach_cloaked.jxl", "Beach_cloaked_2.jxl"]
        );
        let other = cloaked(&folder, (Container::Jxl, Container::Jpeg));
        assert!(other.other_extension && !other.is_new);
        assert_eq!(names(&other)[..2], ["Beach.jpg", "Beach_cloaked.jpg"]);
    }

    #[test]
    fn kept_in_a_folder_of_its_own() {
        let name = name(
            Naming::Keep,
            &Destination::Folder("/out".into()),
            "/in/Beach",
        );
        assert_eq!(
            names(&name),
            ["Beach", "Beach_clean", "Beach_clean_2", "Beach_clean_3"]
        );
    }

    #[test]
    fn new_names_get_the_usual_extension() {
        let name = name(Naming::Sequence, &Destination::Beside, "/in/x.PNG");
        assert!(name.is_new);
        assert_eq!(
            names(&name)[..2],
            ["photo-0003.jpg", "photo-0003_clean.jpg"]
        );
    }

    #[test]
    fn random_names_differ_and_tell_nothing() {
        let mut seen = HashSet::new();
        for _ in 0..1_000 {
            let name = name(
                Naming::Random,
                &Destination::Beside,
                "/in/IMG_20240131_142045.jpg",
            );
            let text = names(&name)[0].clone();
            assert_eq!(text.len(), "k2m9x7p4qa.jpg".len());
            assert!(seen.insert(text));
        }
    }

    #[test]
    fn safe_names_are_kept_and_telling_ones_replaced() {
        let kept = name(Naming::Safe, &Destination::Beside, "/in/Beach.jpg");
        assert_eq!(names(&kept)[0], "Beach_clean.jpg");
        let new = name(
            Naming::Safe,
            &Destination::Beside,
            "/in/IMG_20240131_142045.JPG",
        );
        assert!(new.is_new);
        let text = names(&new)[0].clone();
        assert!(
            text.starts_with("photo-") && text.ends_with(".jpg"),
            "{text}"
        );
        assert!(!tells(text.strip_suffix(".jpg").unwrap()));
    }

    #[test]
    fn numbers_continue_after_existing_ones() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "photo-0041.png",
            "photo-0007_clean.jpg",
            "photo-.jpg",
            "photo-20240131142045.jpg",
        ] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let photos = [Found {
            path: folder.path().join("x.jpg"),
            root: None,
        }];
        let names = Names::new(Naming::Sequence, &Destination::Beside, &photos);
        let name = names
            .name(
                &photos[0].path,
                0,
                (Container::Webp, Container::Webp),
                false,
            )
            .unwrap();
        assert_eq!(name.candidate(0), "photo-0042.webp");
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let long = format!("{}.jpg", "é".repeat(125));
        let name = Name::kept(Path::new(&long), true);
        let text = name.candidate(0).into_string().unwrap();
        assert_eq!(text.len(), 254);
        assert!(text.ends_with("é_clean.jpg"));
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_are_kept() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(OsStr::from_bytes(b"/in/caf\xE9.jpg"));
        assert_eq!(
            Name::kept(path, true).candidate(0).as_bytes(),
            b"caf\xE9_clean.jpg"
        );
        let long = [b"\xE9".repeat(251), b".jpg".to_vec()].concat();
        let name = Name::kept(Path::new(OsStr::from_bytes(&long)), true);
        assert_eq!(name.candidate(0).len(), 255);
    }
}
