//! Decoding JPEG XL: on the thread that asks, within the memory that is allowed.

use image::{DynamicImage, ImageBuffer};
use jxl_oxide::{AllocTracker, FrameBufferSample, JxlImage, JxlThreadPool, PixelFormat};

use super::{NotDecoded, PIXELS_MAX};

/// The first frame, upright: the decoder turns it as the codestream says.
pub(super) fn decode(bytes: &[u8], bytes_max: u64) -> Result<DynamicImage, NotDecoded> {
    let picture = read(bytes, bytes_max)?;
    let (stream_size, samples) = render(&picture, 0_u8)?;
    let (width, height) = stream_size;
    let image = match picture.pixel_format() {
        PixelFormat::Gray => image::GrayImage::from_raw(width, height, samples).map(Into::into),
        PixelFormat::Graya => {
            image::GrayAlphaImage::from_raw(width, height, samples).map(Into::into)
        }
        PixelFormat::Rgb => image::RgbImage::from_raw(width, height, samples).map(Into::into),
        PixelFormat::Rgba => image::RgbaImage::from_raw(width, height, samples).map(Into::into),
        // Inks need a colour profile to become light.
        PixelFormat::Cmyk | PixelFormat::Cmyka => None,
    };
    image.ok_or(NotDecoded::Undecodable)
}

/// A still picture at its own depth, upright, with the profile of the colours that it is rendered in.
pub(super) fn still(bytes: &[u8], bytes_max: u64) -> Result<(DynamicImage, Vec<u8>), NotDecoded> {
    let picture = read(bytes, bytes_max)?;
    let header = &picture.image_header().metadata;
    if header.animation.is_some() {
        return Err(NotDecoded::Moving);
    }
    let icc = picture.rendered_icc();
    if header.bit_depth.bits_per_sample() <= 8 {
        return match picture.pixel_format() {
            PixelFormat::Cmyk | PixelFormat::Cmyka => Err(NotDecoded::Inks),
            _ => Ok((decode(bytes, bytes_max)?, icc)),
        };
    }
    let ((width, height), samples) = render(&picture, 0_u16)?;
    let image = match picture.pixel_format() {
        PixelFormat::Gray => {
            ImageBuffer::from_raw(width, height, samples).map(DynamicImage::ImageLuma16)
        }
        PixelFormat::Graya => {
            ImageBuffer::from_raw(width, height, samples).map(DynamicImage::ImageLumaA16)
        }
        PixelFormat::Rgb => {
            ImageBuffer::from_raw(width, height, samples).map(DynamicImage::ImageRgb16)
        }
        PixelFormat::Rgba => {
            ImageBuffer::from_raw(width, height, samples).map(DynamicImage::ImageRgba16)
        }
        PixelFormat::Cmyk | PixelFormat::Cmyka => return Err(NotDecoded::Inks),
    };
    Ok((image.ok_or(NotDecoded::Undecodable)?, icc))
}

fn read(bytes: &[u8], bytes_max: u64) -> Result<JxlImage, NotDecoded> {
    let limit = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    let picture = JxlImage::builder()
        .pool(JxlThreadPool::none())
        .alloc_tracker(AllocTracker::with_limit(limit))
        .read(bytes)
        .map_err(|_| NotDecoded::Undecodable)?;
    if u64::from(picture.width()) * u64::from(picture.height()) > PIXELS_MAX {
        return Err(NotDecoded::TooLarge);
    }
    Ok(picture)
}

/// The first frame's size and samples.
fn render<S: FrameBufferSample + Copy>(
    picture: &JxlImage,
    zero: S,
) -> Result<((u32, u32), Vec<S>), NotDecoded> {
    let frame = picture
        .render_frame(0)
        .map_err(|_| NotDecoded::Undecodable)?;
    let mut stream = frame.stream();
    let len = [stream.width(), stream.height(), stream.channels()]
        .iter()
        .try_fold(1_usize, |len, side| {
            len.checked_mul(usize::try_from(*side).ok()?)
        });
    let mut samples = vec![zero; len.ok_or(NotDecoded::TooLarge)?];
    stream.write_to_buffer(&mut samples);
    Ok(((stream.width(), stream.height()), samples))
}

#[cfg(test)]
mod tests {
    use super::super::decode::perform;
    use super::super::protocol::Task;
    use super::*;

    /// Twelve by eight pixels, red on the left and blue on the right, that are shown turned to the right.
    const TURNED: &str = "ff0a012d10505c1208020100a4004b188b15001cda2ac6185b5e200800bd8b020096207d5916daaa9c21129a2700148e800571720af812";

    fn bytes() -> Vec<u8> {
        let byte = |at: usize| TURNED.get(at..at + 2).unwrap();
        (0..TURNED.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(byte(at), 16).unwrap())
            .collect()
    }

    #[test]
    fn a_thumbnail_is_turned_once() {
        let task = Task::Thumbnail {
            orientation: 6,
            max_px: 100,
        };
        let small = image::load_from_memory(&perform(task, &bytes()).unwrap()).unwrap();
        let small = small.into_rgb8();
        assert_eq!((small.width(), small.height()), (8, 12));
        let [red, _, blue] = small.get_pixel(4, 1).0;
        assert!(red > 200 && blue < 60, "red is on top");
    }

    #[test]
    fn the_digest_is_that_of_the_upright_picture() {
        use sha2::{Digest as _, Sha256};
        let picture = decode(&bytes(), 1 << 30).unwrap().into_rgb8();
        let head = b"cloakroom-pixels-v1\n8x12\n";
        let expected = Sha256::digest([&head[..], picture.as_raw()].concat());
        let digest = perform(Task::Digest { orientation: 6 }, &bytes()).unwrap();
        assert_eq!(digest, expected.to_vec());
    }

    #[test]
    fn too_much_and_too_little_are_refused() {
        assert!(decode(&bytes(), 100).is_err());
        for len in 0..bytes().len() {
            assert!(decode(&bytes()[..len], 1 << 30).is_err(), "cut at {len}");
        }
    }
}
