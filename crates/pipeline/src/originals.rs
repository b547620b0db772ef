//! Finding the original of a record among files that the person named.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::Record;

use crate::look::digest;
use crate::{Cancel, gather};

/// The file that a record is of: the original, or the clean copy, by its digest. Only files of the right size are read.
#[must_use]
pub fn locate(place: &Path, record: &Record, cancel: &Cancel) -> Option<PathBuf> {
    let facts = &record.facts;
    let is_size = |path: &Path| {
        let bytes = fs::metadata(path).map(|data| data.len());
        bytes.is_ok_and(|bytes| bytes == facts.original_bytes || bytes == facts.output_bytes)
    };
    let photos = gather(&[place.to_owned()], cancel).photos;
    let mut copy = None;
    for photo in photos.into_iter().filter(|photo| is_size(&photo.path)) {
        if cancel.is_cancelled() {
            return None;
        }
        match digest(&photo.path) {
            Ok(found) if found == facts.original_sha256 => return Some(photo.path),
            Ok(found) if found == facts.output_sha256 => copy = Some(photo.path),
            _ => {}
        }
    }
    copy
}
