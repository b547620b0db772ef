//! What the integration tests share: where the project lies, where sample photos may be, a decoder to compare with, and
//! what must hold of every file.

pub mod properties;

use std::error::Error;
use std::io::Cursor;
use std::path::PathBuf;

use image::{AnimationDecoder, DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader};
use jxl_oxide::JxlImage;
use metadata::{Container, Sniffed, sniff};
use tiff::tags::Tag;

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
    if sniff(file) == Some(Sniffed::Photo(Container::Jxl)) {
        return jpeg_xl(file).map_err(|error| error.to_string());
    }
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format();
    let format = reader.map_err(|error| error.to_string())?.format();
    let words = |error: image::ImageError| error.to_string();
    let frames = match format {
        Some(ImageFormat::Gif) => {
            let mut decoder =
                image::codecs::gif::GifDecoder::new(Cursor::new(file)).map_err(words)?;
            // A frame may say that it is larger than the picture.
            decoder
                .set_limits(image::Limits::default())
                .map_err(words)?;
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

/// Frames of JPEG XL as the very numbers that were decoded: the bytes of all samples, as a grey picture.
fn jpeg_xl(file: &[u8]) -> Result<Vec<(u64, DynamicImage)>, Box<dyn Error + Send + Sync>> {
    let picture = JxlImage::builder().read(file)?;
    let ticks = picture.image_header().metadata.animation.as_ref();
    let ticks = ticks.map_or((1, 1), |animation| {
        (animation.tps_numerator, animation.tps_denominator)
    });
    let mut frames = Vec::new();
    for number in 0..picture.num_loaded_keyframes() {
        let frame = picture.render_frame(number)?;
        let samples = frame.image_all_channels();
        let bytes: Vec<u8> = samples
            .buf()
            .iter()
            .flat_map(|sample| sample.to_ne_bytes())
            .collect();
        let height = u32::try_from(samples.height())?;
        let width = u32::try_from(bytes.len())? / height.max(1);
        let image = GrayImage::from_raw(width, height, bytes).ok_or("an odd size")?;
        let delay_ms =
            u64::from(frame.duration()) * 1000 * u64::from(ticks.1) / u64::from(ticks.0).max(1);
        frames.push((delay_ms, image.into()));
    }
    Ok(frames)
}

/// The samples of a JPEG as another decoder reads them: decoders differ in what they make of a marker behind a scan.
#[must_use]
pub fn second_opinion(jpeg: &[u8]) -> Option<Vec<u8>> {
    jpeg_decoder::Decoder::new(jpeg).decode().ok()
}

/// Whether the first page of a TIFF leaves strips or tiles out, by the offset 0: some programs do that where nothing was drawn.
#[must_use]
pub fn leaves_pieces_out(file: &[u8]) -> bool {
    let Ok(mut decoder) = tiff::decoder::Decoder::new(Cursor::new(file)) else {
        return false;
    };
    [Tag::StripOffsets, Tag::TileOffsets]
        .into_iter()
        .any(|tag| {
            decoder
                .get_tag_u64_vec(tag)
                .is_ok_and(|offsets| offsets.contains(&0))
        })
}

/// Whether a WebP has frames though its header announces no animation, RFC 9649 § 2.7.
#[must_use]
pub fn has_frames_of_no_animation(file: &[u8]) -> bool {
    const ANIMATION: u8 = 2;
    let is_still = file.get(12..16) == Some(b"VP8X")
        && file.get(20).is_some_and(|flags| flags & ANIMATION == 0);
    let mut rest = file.get(12..).unwrap_or_default();
    while let (Some(label), Some(&[a, b, c, d])) = (rest.get(..4), rest.get(4..8)) {
        if label == b"ANMF" {
            return is_still;
        }
        let size = u32::from_le_bytes([a, b, c, d]) as usize;
        rest = rest.get(8 + size + size % 2..).unwrap_or_default();
    }
    false
}

fn still(file: &[u8]) -> Result<Vec<(u64, DynamicImage)>, String> {
    image::load_from_memory(file)
        .map(|picture| vec![(0, picture)])
        .map_err(|error| error.to_string())
}
