//! Decoding HEIC and AVIF through the system's libheif, where there is one.

use std::sync::OnceLock;

use heif::{Coding, Colours, Decoder, Error, Limits, Picture, Samples};
use image::{DynamicImage, ImageBuffer};

use super::colours::{self, Meaning};
use super::{NotDecoded, PIXELS_MAX};

/// The library, looked for once.
static DECODER: OnceLock<Option<Decoder>> = OnceLock::new();

/// Loads the library. A worker does so before it gives up files; elsewhere it happens with the first picture.
pub(super) fn load() -> Option<&'static Decoder> {
    DECODER.get_or_init(Decoder::load).as_ref()
}

/// The picture, upright and cropped: the library turns it as the file says. Of a sequence, its cover.
pub(super) fn decode(
    bytes: &[u8],
    coding: Coding,
    bytes_max: u64,
) -> Result<DynamicImage, NotDecoded> {
    let picture = read(bytes, coding, bytes_max)?;
    image(picture).ok_or(NotDecoded::Undecodable)
}

/// A still picture as [`decode`] gives it, with what its colours mean.
pub(super) struct Still {
    pub(super) image: DynamicImage,
    pub(super) icc: Vec<u8>,
    pub(super) cicp: Option<[u8; 4]>,
}

/// A picture that stands still, in grey where it has no colours.
pub(super) fn still(bytes: &[u8], coding: Coding, bytes_max: u64) -> Result<Still, NotDecoded> {
    if is_sequence(bytes) {
        return Err(NotDecoded::Moving);
    }
    let mut picture = read(bytes, coding, bytes_max)?;
    let meaning = match std::mem::replace(&mut picture.colours, Colours::Untold) {
        Colours::Untold => Meaning::Usual,
        Colours::Icc(icc) => Meaning::Profile(icc),
        Colours::Coded {
            primaries,
            transfer,
        } => colours::meaning(primaries, transfer),
    };
    let image = image(picture).ok_or(NotDecoded::Undecodable)?;
    Ok(match meaning {
        Meaning::Usual => Still {
            image: without_colour(image),
            icc: Vec::new(),
            cicp: None,
        },
        Meaning::Profile(icc) => Still {
            // ICC.1:2022 § 7.2.6: the profile says what it is for.
            image: match icc.get(16..20) {
                Some(b"GRAY") => without_colour(image),
                _ => image,
            },
            icc,
            cicp: None,
        },
        Meaning::Points(points) => Still {
            image,
            icc: Vec::new(),
            cicp: Some(points),
        },
    })
}

fn read(bytes: &[u8], coding: Coding, bytes_max: u64) -> Result<Picture, NotDecoded> {
    let decoder = load()
        .filter(|decoder| decoder.decodes(coding))
        .ok_or(NotDecoded::NoLibrary)?;
    let limits = Limits {
        pixels_max: PIXELS_MAX,
        bytes_max,
    };
    decoder.decode(bytes, &limits).map_err(|error| match error {
        Error::TooLarge { .. } => NotDecoded::TooLarge,
        _ => NotDecoded::Undecodable,
    })
}

fn image(picture: Picture) -> Option<DynamicImage> {
    let (width, height) = (picture.width, picture.height);
    match (picture.samples, picture.channels) {
        (Samples::Eight(samples), 3) => {
            ImageBuffer::from_raw(width, height, samples).map(DynamicImage::ImageRgb8)
        }
        (Samples::Eight(samples), 4) => {
            ImageBuffer::from_raw(width, height, samples).map(DynamicImage::ImageRgba8)
        }
        (Samples::Sixteen(samples), 3) => {
            ImageBuffer::from_raw(width, height, samples).map(DynamicImage::ImageRgb16)
        }
        (Samples::Sixteen(samples), 4) => {
            ImageBuffer::from_raw(width, height, samples).map(DynamicImage::ImageRgba16)
        }
        _ => None,
    }
}

/// The same picture with one channel of light, where all three are equal everywhere: the library gives grey pictures so.
fn without_colour(image: DynamicImage) -> DynamicImage {
    fn is_grey<T: PartialEq>(samples: &[T], channels: usize) -> bool {
        samples
            .chunks_exact(channels)
            .all(|pixel| matches!(pixel, [red, green, blue, ..] if red == green && green == blue))
    }
    match image {
        DynamicImage::ImageRgb8(rgb) if is_grey(&rgb, 3) => {
            DynamicImage::from(rgb).into_luma8().into()
        }
        DynamicImage::ImageRgba8(rgba) if is_grey(&rgba, 4) => {
            DynamicImage::from(rgba).into_luma_alpha8().into()
        }
        DynamicImage::ImageRgb16(rgb) if is_grey(&rgb, 3) => {
            DynamicImage::from(rgb).into_luma16().into()
        }
        DynamicImage::ImageRgba16(rgba) if is_grey(&rgba, 4) => {
            DynamicImage::from(rgba).into_luma_alpha16().into()
        }
        image => image,
    }
}

/// Whether there are frames: a box `moov` beside the cover (ISO/IEC 23008-12 § 7).
fn is_sequence(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((&[a, b, c, d, label @ ..], _)) = rest.split_first_chunk::<8>() {
        if label == *b"moov" {
            return true;
        }
        // ISO/IEC 14496-12 § 4.2: 1 says that the size stands behind the label, 0 that the box is the last.
        let size = match u32::from_be_bytes([a, b, c, d]) {
            0 => return false,
            1 => rest
                .get(8..16)
                .and_then(|size| Some(u64::from_be_bytes(size.try_into().ok()?))),
            size => Some(size.into()),
        };
        let size = size.and_then(|size| usize::try_from(size).ok());
        match size
            .filter(|size| *size >= 8)
            .and_then(|size| rest.get(size..))
        {
            Some(after) => rest = after,
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::decode::{DECODER_BYTES_MAX, perform};
    use super::super::protocol::Task;
    use super::super::raster::{Raster, Samples};
    use super::*;

    const STILL: &[u8] = include_bytes!("../../../heif/tests/files/still.heic");
    const TURNED: &[u8] = include_bytes!("../../../heif/tests/files/turned.heic");
    const DEEP: &[u8] = include_bytes!("../../../heif/tests/files/deep.heic");
    const MOVING: &[u8] = include_bytes!("../../../heif/tests/files/moving.avif");

    /// Whether this system has the library; a test without it says so and passes.
    fn has(coding: Coding) -> bool {
        let has = load().is_some_and(|decoder| decoder.decodes(coding));
        if !has {
            eprintln!("SKIPPED: this system has no libheif with a decoder for {coding:?}");
        }
        has
    }

    fn raster(bytes: &[u8]) -> Result<Raster, NotDecoded> {
        // The file turns itself, whatever else is said of it.
        perform(Task::Pixels { orientation: 6 }, bytes).map(|reply| Raster::read(reply).unwrap())
    }

    /// The file with other code points of its colours (ISO/IEC 14496-12 § 12.1.5).
    fn with_points(file: &[u8], primaries: u8, transfer: u8) -> Vec<u8> {
        let mut file = file.to_vec();
        let at = file.windows(4).position(|label| label == b"nclx").unwrap();
        file[at + 4..at + 8].copy_from_slice(&[0, primaries, 0, transfer]);
        file
    }

    #[test]
    fn a_thumbnail_is_turned_once() {
        if !has(Coding::Hevc) {
            return;
        }
        let task = Task::Thumbnail {
            orientation: 6,
            max_px: 100,
        };
        let small = image::load_from_memory(&perform(task, TURNED).unwrap()).unwrap();
        let small = small.into_rgb8();
        assert_eq!((small.width(), small.height()), (32, 48));
        assert!(small.get_pixel(29, 2).0.iter().all(|value| *value > 230));
        let [red, _, blue] = small.get_pixel(11, 14).0;
        assert!(red > 170 && blue < 80, "red is on top");
    }

    /// What is told of a file by its boxes and what the library makes of it are the same.
    #[test]
    fn turned_as_the_boxes_say() {
        if !has(Coding::Hevc) {
            return;
        }
        let with = |label: &[u8; 4], value| {
            let mut file = TURNED.to_vec();
            let at = file.windows(4).position(|found| found == b"irot").unwrap();
            file[at..at + 4].copy_from_slice(label);
            file[at + 4] = value;
            file
        };
        let decoded = |file: &[u8]| decode(file, Coding::Hevc, DECODER_BYTES_MAX).unwrap();
        let upright = decoded(&with(b"irot", 0));
        let turns = (0..4).map(|angle| with(b"irot", angle));
        for file in turns.chain((0..2).map(|axis| with(b"imir", axis))) {
            let report = metadata::inspect(&file, &metadata::Limits::default()).unwrap();
            let mut expected = upright.clone();
            let turn = image::metadata::Orientation::from_exif(report.orientation).unwrap();
            expected.apply_orientation(turn);
            assert_eq!(decoded(&file), expected, "{}", report.orientation);
        }
    }

    #[test]
    fn the_digest_is_that_of_the_upright_picture() {
        use sha2::{Digest as _, Sha256};
        if !has(Coding::Hevc) {
            return;
        }
        let picture = decode(TURNED, Coding::Hevc, DECODER_BYTES_MAX).unwrap();
        let head = b"cloakroom-pixels-v1\n32x48\n";
        let expected = Sha256::digest([&head[..], picture.into_rgb8().as_raw()].concat());
        let digest = perform(Task::Digest { orientation: 6 }, TURNED).unwrap();
        assert_eq!(digest, expected.to_vec());
    }

    #[test]
    fn channels_and_depth_are_those_of_the_file() {
        if !has(Coding::Hevc) {
            return;
        }
        let clear = include_bytes!("../../../heif/tests/files/clear.heic");
        let grey = include_bytes!("../../../heif/tests/files/grey.heic");
        let profile = include_bytes!("../../../heif/tests/files/profile.heic");
        for (file, channels) in [(STILL, 3), (clear, 4), (grey, 1), (profile, 3)] {
            let raster = raster(file).unwrap();
            assert_eq!((raster.width, raster.height), (48, 32));
            assert_eq!(raster.channels, channels);
            assert!(matches!(raster.samples, Samples::Eight(_)));
            assert_eq!(raster.icc.is_some(), file == profile);
        }
        assert!(matches!(raster(DEEP).unwrap().samples, Samples::Sixteen(_)));
    }

    #[test]
    fn what_the_colours_mean_comes_along() {
        if !has(Coding::Hevc) {
            return;
        }
        let usual = raster(STILL).unwrap();
        assert_eq!((usual.icc, usual.cicp), (None, None));
        let wide = raster(&with_points(STILL, 12, 13)).unwrap();
        assert!(wide.icc.is_some_and(|icc| icc.len() > 400) && wide.cicp.is_none());
        let bright = raster(&with_points(DEEP, 9, 16)).unwrap();
        assert_eq!((bright.icc, bright.cicp), (None, Some([9, 16, 0, 1])));
        assert_eq!(
            bright.channels, 3,
            "grey that is named by primaries stays in colour"
        );
    }

    #[test]
    fn what_moves_has_a_first_picture_and_is_no_still_one() {
        if !has(Coding::Av1) {
            return;
        }
        assert_eq!(raster(MOVING), Err(NotDecoded::Moving));
        assert!(perform(Task::Digest { orientation: 1 }, MOVING).is_ok());
        for len in 0..MOVING.len() {
            is_sequence(&MOVING[..len]);
        }
    }

    #[test]
    fn what_is_broken_or_too_large_is_told() {
        if !has(Coding::Hevc) {
            return;
        }
        let mut broken = STILL.to_vec();
        let at = broken
            .windows(4)
            .position(|label| label == b"mdat")
            .unwrap();
        broken[at + 8..].fill(0xFF);
        assert_eq!(raster(&broken), Err(NotDecoded::Undecodable));
        let found = decode(STILL, Coding::Hevc, 4_000).map(|_| ());
        assert_eq!(found, Err(NotDecoded::TooLarge));
    }
}
