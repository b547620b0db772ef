//! Writing a clean copy so that a crash at any instant leaves either the whole file under its name, or nothing.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use metadata::Cleaned;
use tempfile::TempPath;

use crate::Failure;
use crate::naming::Name;
use crate::times::times;

/// What the names of unfinished copies begin and end with.
const UNFINISHED: (&str, &str) = (".cloakroom-", ".part");

/// How many letters and digits stand between.
const UNFINISHED_LETTERS: usize = 6;

/// After so long, an unfinished copy that nobody holds is one that nobody will finish: a photo is staged in seconds.
const ABANDONED_AFTER: Duration = Duration::from_secs(3_600);

/// How many names are tried before giving up.
const NAMES_MAX: u32 = 10_000;

/// Bytes that are written, read back and compared at a time: few enough that the processor has them at hand all the while.
const CHUNK_BYTES: usize = 128 << 10;

/// A clean copy that is on the disk, under a name that nobody looks at, and was read back and found equal. Dropping it
/// removes it.
#[derive(Debug)]
pub(crate) struct Staged {
    temporary: TempPath,
    folder: PathBuf,
    /// Held locked while it has no name of its own, so that another run does not take it for abandoned.
    held: File,
}

/// A clean copy under its own name.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) path: PathBuf,
}

/// Writes a clean copy into `folder`, which is made if it is not there. It gets no more permissions than the original
/// has and the system's mask allows, and none of the original's extended attributes.
pub(crate) fn stage(
    cleaned: &Cleaned,
    folder: &Path,
    original: &Metadata,
    keep_times: bool,
) -> Result<Staged, Failure> {
    let writing = |error: io::Error| Failure::writing(&error);
    fs::create_dir_all(folder).map_err(writing)?;
    let mut builder = tempfile::Builder::new();
    builder
        .prefix(UNFINISHED.0)
        .rand_bytes(UNFINISHED_LETTERS)
        .suffix(UNFINISHED.1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(
            original.permissions().mode() & 0o777,
        ));
    }
    let (mut file, temporary) = builder.tempfile_in(folder).map_err(writing)?.into_parts();
    // Some file systems have no locks; there, nothing is ever taken for abandoned either.
    let _ = file.try_lock();
    let times = times(original, keep_times);
    if !write_checked(&mut file, cleaned.bytes()).map_err(writing)? {
        return Err(Failure::failed(
            "read_back",
            "what the disk gave back is not what was written; the copy was removed",
            "Save to another disk, and check this one.",
        ));
    }
    // Last, since reading moves the time of the last access.
    file.set_times(times)
        .and_then(|()| file.sync_all())
        .map_err(writing)?;
    Ok(Staged {
        temporary,
        folder: folder.to_owned(),
        held: file,
    })
}

/// Writes `bytes` into an empty file; whether it then holds exactly these. Each chunk is read back at once: before and
/// after a sync the system answers from the same memory, and to read all of it again at the end makes cleaning a photo
/// 7 % slower.
fn write_checked(file: &mut File, bytes: &[u8]) -> io::Result<bool> {
    let mut room = vec![0; CHUNK_BYTES.min(bytes.len())];
    for chunk in bytes.chunks(CHUNK_BYTES) {
        let start = file.stream_position()?;
        file.write_all(chunk)?;
        if !reads_back(file, start, chunk, &mut room)? {
            return Ok(false);
        }
    }
    Ok(u64::try_from(bytes.len())
        .is_ok_and(|length| file.metadata().is_ok_and(|stat| stat.len() == length)))
}

/// Whether the file holds `expected` at `start`. Ends behind it; `room` has at least its length.
fn reads_back(file: &mut File, start: u64, expected: &[u8], room: &mut [u8]) -> io::Result<bool> {
    file.seek(SeekFrom::Start(start))?;
    let Some(read) = room.get_mut(..expected.len()) else {
        return Ok(false);
    };
    match file.read_exact(read) {
        Ok(()) => Ok(read == expected),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

impl Staged {
    /// Gives the copy the first free one of its names, never over an existing file.
    pub(crate) fn commit(self, name: &Name) -> Result<Saved, Failure> {
        let Self {
            mut temporary,
            folder,
            held: _held,
        } = self;
        for attempt in 0..NAMES_MAX {
            let path = folder.join(name.candidate(attempt));
            match temporary.persist_noclobber(&path) {
                Ok(()) => {
                    sync_folder(&folder);
                    return Ok(Saved { path });
                }
                Err(taken) if taken.error.kind() == ErrorKind::AlreadyExists => {
                    temporary = taken.path;
                }
                Err(refused) => return Err(Failure::writing(&refused.error)),
            }
        }
        Err(Failure::failed(
            "name_taken",
            "every name for the clean copy is taken",
            "Choose an empty folder for the clean copies, or random names.",
        ))
    }
}

impl Saved {
    /// Renames the copy within its folder, never over an existing file. Where that fails it keeps the name it has.
    pub(crate) fn rename(self, path: PathBuf) -> Result<Self, Self> {
        let Ok(mut old) = TempPath::try_from_path(&self.path) else {
            return Err(self);
        };
        // Whatever happens now, the copy is the person's and must not be removed.
        old.disable_cleanup(true);
        match old.persist_noclobber(&path) {
            Ok(()) => {
                path.parent().map(sync_folder);
                Ok(Self { path })
            }
            Err(_) => Err(self),
        }
    }
}

/// Whether this is the name of a copy that is not finished.
pub(crate) fn is_unfinished(name: &OsStr) -> bool {
    name.to_str()
        .and_then(|name| name.strip_prefix(UNFINISHED.0)?.strip_suffix(UNFINISHED.1))
        .is_some_and(|letters| {
            letters.len() == UNFINISHED_LETTERS
                && letters.bytes().all(|letter| letter.is_ascii_alphanumeric())
        })
}

/// Removes the unfinished copies in a folder that a crash or a power cut has left; how many. Only plain files of exactly
/// our name, that no process holds and that nobody touched for an hour before `now`. Such a file holds a clean copy, or
/// the beginning of one, and its original is where it was.
pub(crate) fn sweep(folder: &Path, now: SystemTime) -> usize {
    let folder = or_here(folder);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| is_unfinished(&entry.file_name()))
        .map(|entry| entry.path())
        .filter(|path| is_abandoned(path, now) && fs::remove_file(path).is_ok())
        .count()
}

/// Whether nobody works on an unfinished copy any more.
fn is_abandoned(path: &Path, now: SystemTime) -> bool {
    let Ok(stat) = path.symlink_metadata() else {
        return false;
    };
    let is_old = touched(&stat)
        .and_then(|time| now.duration_since(time).ok())
        .is_some_and(|age| age >= ABANDONED_AFTER);
    if !stat.is_file() || !is_old {
        return false;
    }
    let file = File::options().read(true).write(true).open(path);
    file.or_else(|_| File::open(path))
        .is_ok_and(|file| file.try_lock().is_ok())
}

/// When anything of a file was last changed. The time of its content says nothing: that is neutral from the beginning.
fn touched(stat: &Metadata) -> Option<SystemTime> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let seconds = u64::try_from(stat.ctime()).ok()?;
        std::time::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }
    #[cfg(not(unix))]
    {
        stat.modified().ok()
    }
}

/// A folder's path; that of the current one is empty.
fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

/// Makes a rename survive a power cut. Some file systems cannot; the copy itself is on the disk already.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        let _ = File::open(or_here(folder)).and_then(|folder| folder.sync_all());
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use metadata::{Limits, Policy, clean};

    use super::*;
    use crate::testing::gif_with_comment;
    use crate::times::NEUTRAL;

    fn cleaned() -> Cleaned {
        clean(&gif_with_comment(), &Policy::default(), &Limits::default()).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// A folder with an original in it, and the copy staged beside.
    fn staged() -> (tempfile::TempDir, Staged) {
        let folder = tempfile::tempdir().unwrap();
        let original = folder.path().join("a.gif");
        fs::write(&original, gif_with_comment()).unwrap();
        let stat = original.metadata().unwrap();
        let staged = stage(&cleaned(), folder.path(), &stat, false).unwrap();
        (folder, staged)
    }

    #[test]
    fn dropped_before_the_commit_leaves_nothing() {
        let (folder, staged) = staged();
        assert_eq!(names(folder.path()).len(), 2);
        drop(staged);
        assert_eq!(names(folder.path()), ["a.gif"]);
    }

    #[test]
    fn what_a_crash_left_is_removed() {
        let later = SystemTime::now() + 2 * ABANDONED_AFTER;
        let (folder, staged) = staged();
        let left = folder.path().join(".cloakroom-Ab12Cd.part");
        let others = [
            ".cloakroom-Ab12Cd.part.jpg",
            ".cloakroom-.part",
            ".cloakroom-a much longer name.part",
            "cloakroom-Ab12Cd.part",
        ];
        for name in others {
            fs::write(folder.path().join(name), "mine").unwrap();
        }
        fs::create_dir(folder.path().join(".cloakroom-folder.part")).unwrap();
        fs::write(&left, "half a copy").unwrap();

        assert_eq!(sweep(folder.path(), SystemTime::now()), 0, "too young");
        assert_eq!(sweep(folder.path(), later), 1, "the one that is held stays");
        assert!(!left.exists());
        let saved = staged.commit(&Name::kept(Path::new("a.gif"), true));
        assert_eq!(fs::read(saved.unwrap().path).unwrap(), cleaned().bytes());
        assert_eq!(names(folder.path()).len(), 2 + others.len() + 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_by_such_a_name_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("a.gif");
        fs::write(&photo, "mine").unwrap();
        let link = folder.path().join(".cloakroom-Ab12Cd.part");
        std::os::unix::fs::symlink(&photo, &link).unwrap();
        let later = SystemTime::now() + 2 * ABANDONED_AFTER;
        assert_eq!(sweep(folder.path(), later), 0);
        assert!(link.is_symlink() && photo.exists());
    }

    #[test]
    fn never_over_an_existing_file() {
        let (folder, staged) = staged();
        let name = Name::kept(Path::new("a.gif"), true);
        for taken in ["a_clean.gif", "a_clean_2.gif"] {
            fs::write(folder.path().join(taken), "mine").unwrap();
        }
        let saved = staged.commit(&name).unwrap();
        assert_eq!(saved.path, folder.path().join("a_clean_3.gif"));
        assert_eq!(fs::read(&saved.path).unwrap(), cleaned().bytes());
        assert_eq!(
            fs::read(folder.path().join("a_clean.gif")).unwrap(),
            b"mine"
        );
        assert_eq!(names(folder.path()).len(), 4);
    }

    #[test]
    fn renaming_keeps_the_copy_when_the_name_is_taken() {
        let (folder, staged) = staged();
        let saved = staged
            .commit(&Name::kept(Path::new("a.gif"), true))
            .unwrap();
        let saved = saved.rename(folder.path().join("a.gif")).unwrap_err();
        assert_eq!(names(folder.path()), ["a.gif", "a_clean.gif"]);
        let saved = saved.rename(folder.path().join("b.gif")).unwrap();
        assert_eq!(saved.path, folder.path().join("b.gif"));
        assert_eq!(names(folder.path()), ["a.gif", "b.gif"]);
    }

    #[test]
    fn times_are_neutral() {
        let (_folder, staged) = staged();
        let saved = staged
            .commit(&Name::kept(Path::new("a.gif"), true))
            .unwrap();
        let stat = saved.path.metadata().unwrap();
        assert_eq!(stat.modified().unwrap(), UNIX_EPOCH + NEUTRAL);
        assert_eq!(stat.accessed().unwrap(), UNIX_EPOCH + NEUTRAL);
    }

    #[test]
    fn what_was_changed_does_not_read_back() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"abcd").unwrap();
        let mut holds =
            |start, expected: &[u8]| reads_back(&mut file, start, expected, &mut [0; 8]).unwrap();
        assert!(holds(0, b"abcd") && holds(2, b"cd"));
        assert!(!holds(0, b"abXd") && !holds(1, b"abc"));
        assert!(!holds(0, b"abcde"), "the file is shorter");
    }

    #[test]
    fn written_whole_and_nothing_more() {
        let bytes: Vec<u8> = (0..=255).cycle().take(2 * CHUNK_BYTES + 3).collect();
        let mut file = tempfile::tempfile().unwrap();
        assert!(write_checked(&mut file, &bytes).unwrap());
        let mut written = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut written).unwrap();
        assert_eq!(written, bytes);

        let mut longer = tempfile::tempfile().unwrap();
        longer.set_len(10).unwrap();
        assert!(!write_checked(&mut longer, b"abc").unwrap());
        let full = File::options().read(true).write(true).open("/dev/full");
        if let Ok(mut full) = full {
            assert!(write_checked(&mut full, b"abc").is_err());
        }
    }

    #[cfg(unix)]
    #[test]
    fn no_more_permissions_than_the_original() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let original = folder.path().join("a.gif");
        fs::write(&original, "").unwrap();
        for mode in [0o600, 0o400, 0o640, 0o666] {
            fs::set_permissions(&original, fs::Permissions::from_mode(mode)).unwrap();
            let stat = original.metadata().unwrap();
            let staged = stage(&cleaned(), folder.path(), &stat, false).unwrap();
            let saved = staged
                .commit(&Name::kept(Path::new("a.gif"), true))
                .unwrap();
            let got = saved.path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(got & !mode, 0, "{got:o} from {mode:o}");
        }
    }
}
