//! A photo, read once.

use std::fs::{self, File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::mem;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ledger::Digest;
use metadata::{Container, Limits, Sniffed, sniff};

use crate::Failure;

/// Enough of a file to tell its container, in bytes: the lists of brands that begin HEIF files are the longest.
pub(crate) const HEAD_BYTES: u64 = 512;

/// How much memory of photos that are done with is kept for the next ones.
const SPARE_BYTES_MAX: usize = 64 << 20;

/// Memory is taken in steps of this size, so that the next photo fits although it is a little larger. What is not written
/// to costs nothing.
const ROOM_STEP_BYTES: usize = 4 << 20;

/// Memory of photos that are done with. The system hands out and takes back fresh memory page by page, which takes
/// longer than reading and cleaning a photo in it.
static SPARE: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// A photo's bytes. Only [`open`](Self::open) makes one, after everything that can be checked without reading.
#[derive(Debug)]
pub struct Source {
    bytes: Vec<u8>,
    container: Container,
    stat: Metadata,
}

/// A file that may be a photo, open, of which only the first bytes were read.
#[derive(Debug)]
pub(crate) struct Opened {
    file: File,
    stat: Metadata,
    head: Vec<u8>,
    container: Container,
}

impl Opened {
    /// Opens a photo. What is no file, no photo or too large is refused.
    pub(crate) fn open(path: &Path, limits: &Limits) -> Result<Self, Failure> {
        let (mut file, stat) = open_file(path)?;
        let size = stat.len();
        if size == 0 {
            return Err(metadata::Error::Empty.into());
        }
        if size > limits.file_bytes_max {
            return Err(metadata::Error::TooLarge {
                bytes: size,
                limit: limits.file_bytes_max,
            }
            .into());
        }
        let mut head = Vec::new();
        (&mut file)
            .take(HEAD_BYTES)
            .read_to_end(&mut head)
            .map_err(|error| Failure::reading(&error))?;
        let container = match sniff(&head) {
            Some(Sniffed::Photo(container)) => container,
            Some(Sniffed::Refused(refusal)) => {
                return Err(metadata::Error::Unsupported(refusal).into());
            }
            _ => return Err(metadata::Error::NotAPhoto.into()),
        };
        Ok(Self {
            file,
            stat,
            head,
            container,
        })
    }

    pub(crate) const fn container(&self) -> Container {
        self.container
    }

    pub(crate) const fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// In bytes, as it was before anything was read.
    pub(crate) fn size(&self) -> u64 {
        self.stat.len()
    }

    /// Size, times and permissions as they were before anything was read.
    pub(crate) const fn stat(&self) -> &Metadata {
        &self.stat
    }

    /// Reads the rest.
    pub(crate) fn whole(self) -> Result<Source, Failure> {
        let Self {
            mut file,
            stat,
            head,
            container,
        } = self;
        let size = stat.len();
        let mut bytes = room(usize::try_from(size).unwrap_or(usize::MAX))?;
        bytes.extend_from_slice(&head);
        let rest = size.saturating_sub(HEAD_BYTES);
        // Something else may have been read since. One byte more than there should be, to notice a file that grows.
        file.seek(SeekFrom::Start(HEAD_BYTES.min(size)))
            .and_then(|_| file.take(rest.saturating_add(1)).read_to_end(&mut bytes))
            .map_err(|error| Failure::reading(&error))?;
        if u64::try_from(bytes.len()).ok() != Some(size) {
            return Err(Failure::failed(
                "changed",
                "the file changed while it was being read",
                "Wait until the other program is done with it, then try again.",
            ));
        }
        Ok(Source {
            bytes,
            container,
            stat,
        })
    }
}

impl Source {
    /// Reads a photo, once and whole. What is no file, no photo or too large is refused before it is read.
    ///
    /// # Errors
    /// Refused: a folder, a device, an empty or too large file, no known container. Failed: not there, not readable,
    /// changed while it was read.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, Failure> {
        Opened::open(path, limits)?.whole()
    }

    /// The whole file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The container, told from the first bytes.
    #[must_use]
    pub const fn container(&self) -> Container {
        self.container
    }

    /// SHA-256 of the file. Computed on each call: cleaning without recording needs none.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// Size, times and permissions as they were before the file was read.
    pub(crate) const fn stat(&self) -> &Metadata {
        &self.stat
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        give_back(mem::take(&mut self.bytes));
    }
}

/// Memory for this many bytes: that of a photo which is done with, where it is enough.
///
/// # Errors
/// Failed: there is not enough.
pub(crate) fn room(bytes: usize) -> Result<Vec<u8>, Failure> {
    let mut spare = spare();
    if let Some(at) = spare.iter().position(|room| room.capacity() >= bytes) {
        return Ok(spare.swap_remove(at));
    }
    // Never made larger: that would copy what nobody needs.
    spare.pop();
    drop(spare);
    let mut room = Vec::new();
    let whole = bytes.checked_next_multiple_of(ROOM_STEP_BYTES);
    room.try_reserve_exact(whole.unwrap_or(bytes))
        .map_err(|_| not_enough_memory())?;
    Ok(room)
}

/// Keeps memory for the next photo, unless there is enough of it.
pub(crate) fn give_back(mut bytes: Vec<u8>) {
    let mut spare = spare();
    let kept: usize = spare.iter().map(Vec::capacity).sum();
    if bytes.capacity() > 0 && kept.saturating_add(bytes.capacity()) <= SPARE_BYTES_MAX {
        bytes.clear();
        spare.push(bytes);
    }
}

fn spare() -> MutexGuard<'static, Vec<Vec<u8>>> {
    // A list is never left half changed by a panic.
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens a regular file for reading. What is not one is never opened: a pipe would wait for ever.
pub(crate) fn open_file(path: &Path) -> Result<(File, Metadata), Failure> {
    let stat = fs::metadata(path).map_err(|error| Failure::reading(&error))?;
    if stat.is_dir() {
        return Err(Failure::refused(
            "is_a_folder",
            "this is a folder, not a photo",
            "Choose the photos in it.",
        ));
    }
    if !stat.is_file() {
        return Err(Failure::refused(
            "not_a_file",
            "this is a device or a pipe, not a photo",
            "Check that this is the file you meant.",
        ));
    }
    let file = File::open(path).map_err(|error| Failure::reading(&error))?;
    Ok((file, stat))
}

fn not_enough_memory() -> Failure {
    Failure::failed(
        "memory",
        "there is not enough memory for this photo",
        "Close other programs, then try again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(bytes: &[u8], limits: &Limits) -> Result<Source, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("photo.jpg");
        fs::write(&path, bytes).unwrap();
        Source::open(&path, limits)
    }

    #[test]
    fn reads_a_photo_whole() {
        let mut bytes = b"GIF89a".to_vec();
        bytes.resize(100_000, 7);
        let source = open(&bytes, &Limits::default()).unwrap();
        assert_eq!(source.bytes(), bytes);
        assert_eq!(source.container(), Container::Gif);
        assert_eq!(source.digest(), Digest::of(&bytes));
    }

    #[test]
    fn refuses_what_is_no_photo() {
        let code = |bytes: &[u8]| open(bytes, &Limits::default()).unwrap_err().code;
        assert_eq!(code(b""), "empty");
        assert_eq!(code(b"a"), "not_a_photo");
        assert_eq!(code(b"dear diary, today I took a photo"), "not_a_photo");
        assert_eq!(code(b"8BPS\0\x01\0\0\0\0"), "unsupported_format");
        let mut limits = Limits::default();
        limits.file_bytes_max = 9;
        let failure = open(b"GIF89a....", &limits).unwrap_err();
        assert!(failure.refused);
        assert_eq!(failure.code, "too_large");
    }

    #[test]
    fn refuses_what_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let code = |path: &Path| Source::open(path, &Limits::default()).unwrap_err().code;
        assert_eq!(code(folder.path()), "is_a_folder");
        assert_eq!(code(&folder.path().join("gone.jpg")), "not_found");
        #[cfg(unix)]
        assert_eq!(code(Path::new("/dev/null")), "not_a_file");
    }
}
