//! What the integration tests share: where the project lies, where sample photos may be, and a decoder to compare with.

use std::io::Cursor;
use std::path::PathBuf;

use image::{AnimationDecoder, DynamicImage, ImageFormat, ImageReader};

/// The project's root folder.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A folder of real photos, if there is one; says so when there is none.
#[must_use]
pub fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("CLOAKROOM_CORPUS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| root().join("../shared/corpus/metadata"));
    if folder.is_dir() {
        Some(folder)
    } else {
        println!("SKIPPED: no folder of real photos (set CLOAKROOM_CORPUS to one)");
        None
    }
}

/// Every frame of a picture, decoded without turning it, with its delay in milliseconds.
///
/// # Errors
/// The decoder's reason, for a picture that it cannot read.
pub fn pixels(file: &[u8]) -> Result<Vec<(u64, DynamicImage)>, String> {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format();
    let format = reader.map_err(|error| error.to_string())?.format();
    let words = |error: image::ImageError| error.to_string();
    let frames = match format {
        Some(ImageFormat::Gif) => {
            let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(file)).map_err(words)?;
            decoder.into_frames().collect_frames()
        }
        Some(ImageFormat::WebP) => {
            let decoder =
                image::codecs::webp::WebPDecoder::new(Cursor::new(file)).map_err(words)?;
            if !decoder.has_animation() {
                return still(file);
            }
            decoder.into_frames().collect_frames()
        }
        Some(ImageFormat::Png) => {
            let decoder = image::codecs::png::PngDecoder::new(Cursor::new(file)).map_err(words)?;
            if !decoder.is_apng().map_err(words)? {
                return still(file);
            }
            decoder
                .apng()
                .map_err(words)?
                .into_frames()
                .collect_frames()
        }
        _ => return still(file),
    };
    let frames = frames.map_err(words)?;
    Ok(frames
        .into_iter()
        .map(|frame| {
            let (numerator, denominator) = frame.delay().numer_denom_ms();
            let delay_ms = u64::from(numerator) / u64::from(denominator.max(1));
            (delay_ms, DynamicImage::ImageRgba8(frame.into_buffer()))
        })
        .collect())
}

fn still(file: &[u8]) -> Result<Vec<(u64, DynamicImage)>, String> {
    image::load_from_memory(file)
        .map(|picture| vec![(0, picture)])
        .map_err(|error| error.to_string())
}
