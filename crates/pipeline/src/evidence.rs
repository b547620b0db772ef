//! What was changed in a copy, when the original is at hand: laid over each other, measured, and drawn.

use std::fs::OpenOptions;
use std::io::{Cursor, ErrorKind, Write};
use std::path::Path;

use fingerprint::changes::{Changes, Drawn, Panels, changes};
use fingerprint::features::{Features, Query};
use fingerprint::matching::{Match, compare};
use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, RgbImage};
use metadata::Limits;

use crate::Failure;
use crate::copies::looked;
use crate::run::caught;
use crate::worker::{Looked, Workers};

/// The quality of pictures that are shown, of 100.
const JPEG_QUALITY: u8 = 88;

/// The longer side of a blurred picture before it is enlarged again: shapes and colours are left, no face and no text.
const BLURRED_SIDE: u32 = 20;

/// A picture encoded anew, with nothing in it but pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// The whole JPEG file.
    pub jpeg: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// A copy laid over its original. Sizes and places are those of the original.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// How it lies there.
    pub alignment: Match,
    /// What was changed.
    pub changes: Changes,
    /// Width and height of the original, in pixels.
    pub size: (u32, u32),
}

/// Lays a copy over its original and compares them. Nothing when it is no copy of it.
///
/// # Errors
/// When one of the files cannot be read or decoded.
pub fn compare_with(
    original: &Path,
    copy: &Path,
    limits: &Limits,
    workers: &Workers,
) -> Result<Option<Comparison>, Failure> {
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
        Ok(found.map(|found| Comparison {
            alignment: found,
            changes: changes(&small, &other, &found).enlarged(unit),
            size: photo.size,
        }))
    })
}

impl Comparison {
    /// The pictures to be shown: the copy as it lies there, the same with what was changed outlined, the original in the copy's colours,
    /// and the difference map. Nothing when they could not be laid over each other.
    #[must_use]
    pub fn panels(&self) -> Option<[Panel; 4]> {
        let Panels {
            copy,
            outlined,
            photo,
            differences,
        } = self.changes.panels()?;
        let [copy, outlined, photo, differences] = [copy, outlined, photo, differences].map(panel);
        Some([copy?, outlined?, photo?, differences?])
    }
}

impl Panel {
    /// A picture that was looked at, of at most so many pixels on its longer side; blurred beyond recognition where wanted.
    pub(crate) fn of(looked: &Looked, side_max: u32, blurred: bool) -> Option<Self> {
        let (width, height, rgb) = &looked.small;
        let picture = RgbImage::from_raw(*width, *height, rgb.clone())?;
        let fitted = |side: u32| {
            let longer = width.max(height);
            let of = |length: u32| {
                let scaled = u64::from(length) * u64::from(side) / u64::from((*longer).max(1));
                u32::try_from(scaled.max(1)).unwrap_or(side)
            };
            if *longer <= side {
                (*width, *height)
            } else {
                (of(*width), of(*height))
            }
        };
        let (wide, high) = fitted(side_max);
        let shown = if blurred {
            let (few, rows) = fitted(BLURRED_SIDE);
            let coarse = image::imageops::thumbnail(&picture, few, rows);
            image::imageops::resize(&coarse, wide, high, image::imageops::FilterType::Triangle)
        } else {
            image::imageops::thumbnail(&picture, wide, high)
        };
        encoded(&shown)
    }
}

fn panel(drawn: Drawn) -> Option<Panel> {
    encoded(&RgbImage::from_raw(drawn.width, drawn.height, drawn.rgb)?)
}

fn encoded(picture: &RgbImage) -> Option<Panel> {
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY);
    picture.write_with_encoder(encoder).ok()?;
    Some(Panel {
        jpeg,
        width: picture.width(),
        height: picture.height(),
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
    write_new(path, &bytes)
}

/// Writes a new file, wholly or not at all. An existing one is never written over.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // Whose pictures these are is nobody else's business.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        written.inspect_err(|_| drop(std::fs::remove_file(path)))
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::failed(
            "already_exists",
            "there is a file of this name already, and it was left alone",
            "Choose another name.",
        ),
        _ => Failure::failed(
            "not_saved",
            "the file could not be saved",
            "Choose another folder for it, or free some space.",
        ),
    })
}
