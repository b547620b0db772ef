//! Small pictures of recorded photos, where the person wants them kept: off by default, sealed to the person's key as the
//! records are, in a folder of their own, so that they can be removed again, which records never are.

use std::fs;
use std::path::{Path, PathBuf};

use pipeline::Limits;
use pipeline::ledger::{Ledger, Record};
use pipeline::worker::{Thumbnail, Workers};

use crate::custody::write;

/// The longer side in pixels: twice its size in the list, for dense screens.
const SIDE_PX: u32 = 160;
/// The most bytes of one.
const BYTES_MAX: u64 = 1 << 20;

/// The folder of small pictures.
pub(crate) struct Thumbnails {
    /// Nothing where the person has no data folder.
    folder: Option<PathBuf>,
}

impl Thumbnails {
    pub(crate) fn at(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// Where the one of the record with this hash is.
    fn path(&self, hash: &str) -> Option<PathBuf> {
        let name = format!("{hash:.32}.sealed");
        self.folder.as_ref().map(|folder| folder.join(name))
    }

    /// Whether there is one of the record with this hash.
    pub(crate) fn has(&self, hash: &str) -> bool {
        self.path(hash).is_some_and(|path| path.is_file())
    }

    /// Keeps one of the photo at `photo` for its record. What fails here costs a small picture.
    pub(crate) fn keep(&self, ledger: &Ledger, record: &str, photo: &Path, workers: &Workers) {
        let _ = self.try_keep(ledger, record, photo, workers);
    }

    fn try_keep(
        &self,
        ledger: &Ledger,
        record: &str,
        photo: &Path,
        workers: &Workers,
    ) -> Option<()> {
        let made = pipeline::thumbnail(photo, SIDE_PX, &Limits::default(), workers).ok()?;
        let (record, sealed) = ledger.seal_beside(record, &made.bytes).ok()?;
        let path = self.path(&record.to_string())?;
        fs::create_dir_all(path.parent()?).ok()?;
        write(&path, &sealed).ok()
    }

    /// The one of this record, if there is one and the ledger is unlocked.
    pub(crate) fn get(&self, ledger: &Ledger, record: &Record) -> Option<Thumbnail> {
        let path = self.path(&record.hash.to_string())?;
        if fs::metadata(&path).ok()?.len() > BYTES_MAX {
            return None;
        }
        let bytes = ledger.open_beside(record, &fs::read(path).ok()?).ok()??;
        let media_type = if bytes.starts_with(b"\x89PNG") {
            "image/png"
        } else {
            "image/jpeg"
        };
        Some(Thumbnail { bytes, media_type })
    }

    /// Removes all of them; how many there were.
    pub(crate) fn forget(&self) -> u64 {
        let entries = self.folder.iter().flat_map(fs::read_dir).flatten();
        let files = entries.flatten().map(|entry| entry.path());
        files.filter(|path| fs::remove_file(path).is_ok()).count() as u64
    }
}
