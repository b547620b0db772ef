//! What was changed in a copy, when the original is at hand.

use std::fs::OpenOptions;
use std::io::{Cursor, ErrorKind, Write};
use std::path::Path;

use fingerprint::changes::{Changes, changes};
use fingerprint::features::{Features, Query};
use fingerprint::matching::compare;
use image::{ImageFormat, RgbImage};
use metadata::Limits;

use crate::Failure;
use crate::copies::looked;
use crate::run::caught;
use crate::worker::Workers;

/// Lays a copy over its original and compares them. Nothing when it is no copy of it. Sizes and places are those of the
/// original.
///
/// # Errors
/// When one of the files cannot be read or decoded.
pub fn what_changed(
    original: &Path,
    copy: &Path,
    limits: &Limits,
    workers: &Workers,
) -> Result<Option<Changes>, Failure> {
    let (photo, copy) = (
        looked(original, limits, workers)?,
        looked(copy, limits, workers)?,
    );
    caught(|| {
        let (Some(small), Some(other)) = (photo.pixels(), copy.pixels()) else {
            return Err(Failure::internal());
        };
        let found = compare(&Features::of(&small), &Query::of(&other), 1);
        let unit = f64::from(photo.size.0) / small.width() as f64;
        Ok(found.map(|found| changes(&small, &other, &found).enlarged(unit)))
    })
}

/// Saves the evidence as a new PNG file: the copy laid over the original with changed areas outlined, the original in the
/// copy's colours, and the difference map, side by side. An existing file is never written over.
///
/// # Errors
/// When nothing can be drawn, the file exists, or it cannot be written.
pub fn save_evidence(changes: &Changes, path: &Path) -> Result<(), Failure> {
    let drawn = changes.drawn().and_then(|drawn| {
        let picture = RgbImage::from_raw(drawn.width, drawn.height, drawn.rgb)?;
        let mut bytes = Vec::new();
        let written = picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png);
        written.ok().map(|()| bytes)
    });
    let bytes = drawn.ok_or_else(|| {
        Failure::refused(
            "nothing_to_draw",
            "the two pictures cannot be laid over each other well enough to draw what was changed",
            "Look for a larger copy, or one that shows more of the photo.",
        )
    })?;
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| {
        file.write_all(&bytes)?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::failed(
            "already_exists",
            "there is a file of this name already, and it was left alone",
            "Choose another name for the picture of the changes.",
        ),
        _ => Failure::failed(
            "not_saved",
            "the picture of the changes could not be saved",
            "Choose another folder for it, or free some space.",
        ),
    })
}
