//! Looking at a photo without reading all of it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::{Mutex, MutexGuard, PoisonError};

use metadata::{Limits, Report, inspect_around};

use crate::source::Opened;

/// So many bytes are read at the beginning and at the end, where all containers have what is not pixels.
const EDGE_BYTES: usize = 256 << 10;

/// A smaller photo is read whole: what could be left out is not worth a second try.
const PHOTO_BYTES_MIN: usize = 4 * EDGE_BYTES;

/// Memory that holds zeros, of photos that were looked at, for the next ones.
static ZEROS: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// How much of that is kept. Little of it is ever written to, and the rest is no memory yet.
const ZEROS_BYTES_MAX: usize = 64 << 20;

/// It is taken in steps of this size, so that the next photo fits although it is a little larger.
const STEP_BYTES: usize = 4 << 20;

/// What a photo would give away, by its beginning and its end alone; nothing where all of it must be read. Between the two
/// there are zeros for what was not read, of which [`inspect_around`] knows.
pub(crate) fn glimpse(opened: &mut Opened, limits: &Limits) -> Option<Report> {
    let size = usize::try_from(opened.size()).ok()?;
    if !opened.container().has_unseen_pixels() || size < PHOTO_BYTES_MIN {
        return None;
    }
    let mut room = zeros(size)?;
    let report = room.get_mut(..size).and_then(|bytes| {
        let gap = EDGE_BYTES..size.saturating_sub(EDGE_BYTES);
        let is_read = read_edges(opened.file(), bytes);
        let report = is_read.then(|| inspect_around(bytes, &gap, limits));
        bytes.get_mut(..gap.start)?.fill(0);
        bytes.get_mut(gap.end..)?.fill(0);
        report?
    });
    give_back(room);
    report
}

/// Reads the beginning and the end; whether the file has just that many bytes.
fn read_edges(file: &mut File, bytes: &mut [u8]) -> bool {
    let Some((first, rest)) = bytes.split_at_mut_checked(EDGE_BYTES) else {
        return false;
    };
    let at = rest.len().saturating_sub(EDGE_BYTES);
    let last = rest.get_mut(at..).unwrap_or_default();
    let from = u64::try_from(EDGE_BYTES.saturating_add(at)).unwrap_or(u64::MAX);
    let mut read = || {
        file.rewind()?;
        file.read_exact(first)?;
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(last)?;
        file.read(&mut [0])
    };
    matches!(read(), Ok(0))
}

/// At least this many zeros; nothing where there is not enough memory.
fn zeros(bytes: usize) -> Option<Vec<u8>> {
    let mut kept = kept();
    if let Some(at) = kept.iter().position(|room| room.len() >= bytes) {
        return Some(kept.swap_remove(at));
    }
    kept.pop();
    drop(kept);
    let bytes = bytes.checked_next_multiple_of(STEP_BYTES).unwrap_or(bytes);
    // Only `vec!` gets zeros for nothing, and it ends the program where there is no memory; so that is asked first.
    Vec::<u8>::new().try_reserve_exact(bytes).ok()?;
    Some(vec![0; bytes])
}

/// Keeps memory that holds zeros alone, unless there is enough of it.
fn give_back(room: Vec<u8>) {
    let mut kept = kept();
    let bytes: usize = kept.iter().map(Vec::len).sum();
    if bytes.saturating_add(room.len()) <= ZEROS_BYTES_MAX {
        kept.push(room);
    }
}

fn kept() -> MutexGuard<'static, Vec<Vec<u8>>> {
    // A list is never left half changed by a panic.
    ZEROS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::inspect;

    /// A BMP of one row of so many pixels in true colour, with words behind it.
    fn bmp(pixels: u32, behind: &[u8]) -> Vec<u8> {
        let row = 4 * pixels;
        let mut file = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        file.extend(pixels.to_le_bytes());
        file.extend(b"\x01\0\0\0\x01\0\x20\0\0\0\0\0");
        file.resize(54, 0);
        file.extend((0..row).map(|at| (at % 251) as u8 | 1));
        file.extend(behind);
        file
    }

    fn glimpsed(file: &[u8]) -> Option<Report> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bmp");
        fs::write(&path, file).unwrap();
        let limits = Limits::default();
        let whole = metadata::inspect(file, &limits).unwrap();
        let told = inspect(&path, &limits).unwrap().report;
        assert_eq!(told, whole, "however it is read");
        let report = glimpse(&mut Opened::open(&path, &limits).unwrap(), &limits);
        assert!(report.as_ref().is_none_or(|report| *report == whole));
        report
    }

    #[test]
    fn the_middle_of_a_large_photo_is_not_read() {
        let report = glimpsed(&bmp(1_000_000, b"taken by J. Doe")).unwrap();
        assert_eq!(report.findings.len(), 1);
        // The next one gets the same memory, and must not see what was read into it.
        assert_eq!(glimpsed(&bmp(999_000, b"")).unwrap().findings, []);
        assert!(kept().iter().flatten().all(|byte| *byte == 0));
    }

    #[test]
    fn small_photos_and_such_with_something_in_the_middle_are_read_whole() {
        assert_eq!(glimpsed(&bmp(1_000, b"taken by J. Doe")), None);
        let long = b"taken by J. Doe, ".repeat(40_000);
        assert_eq!(glimpsed(&bmp(1_000_000, &long)), None);
    }

    #[test]
    fn a_file_that_changes_its_size_is_not_glimpsed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bmp");
        let limits = Limits::default();
        for size in [3_000_000, 5_000_000] {
            fs::write(&path, bmp(1_000_000, b"")).unwrap();
            let mut opened = Opened::open(&path, &limits).unwrap();
            let file = File::options().write(true).open(&path).unwrap();
            file.set_len(size).unwrap();
            assert_eq!(glimpse(&mut opened, &limits), None);
        }
    }
}
