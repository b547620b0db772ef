//! A new file in kind: which container the cloaked picture gets, and how.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{ExtendedColorType, ImageEncoder};
use metadata::Container;
use tiff::encoder::colortype::{ColorType, Gray8, Gray16, RGB8, RGB16, RGBA8, RGBA16};
use tiff::encoder::{Compression, Predictor, TiffEncoder, TiffValue};
use tiff::tags::Tag;

use super::jpeg;
use crate::worker::{Raster, Samples};

/// The container of the cloaked copy; nothing for those that cannot be cloaked.
pub(super) fn target(original: Container, raster: &Raster) -> Option<Container> {
    match original {
        Container::Jpeg | Container::Png | Container::Webp | Container::Tiff => Some(original),
        // Photos become JPEG; what a JPEG cannot hold becomes PNG.
        Container::Jxl => {
            let is_deep = matches!(raster.samples, Samples::Sixteen(_));
            Some(jpeg_or_png(raster, !is_deep))
        }
        // Their 10 bits are meant for editing; what is brighter than a JPEG can say needs them.
        Container::Heic | Container::Avif => Some(jpeg_or_png(raster, raster.cicp.is_none())),
        _ => None,
    }
}

fn jpeg_or_png(raster: &Raster, has_usual_range: bool) -> Container {
    if has_usual_range && !raster.has_alpha() && raster.width.max(raster.height) <= jpeg::SIDE_MAX {
        Container::Jpeg
    } else {
        Container::Png
    }
}

/// What the person should know of the new file's form.
pub(super) fn notes(original: Container, made: Container, raster: &Raster) -> Vec<String> {
    let mut notes = Vec::new();
    if original != made {
        notes.push(format!(
            "{} cannot be written here, so the cloaked copy is a {}.",
            original.name(),
            made.name()
        ));
    }
    if made == Container::Webp {
        notes.push(
            "The cloaked copy is a lossless WebP, which is larger than a lossy one.".to_owned(),
        );
    }
    if raster.has_palette {
        notes.push(
            "The list of at most 256 colours became full colour, which is larger.".to_owned(),
        );
    }
    notes
}

/// The whole file. `raster` has the cloak on; `original` is the cleaned file that it came from.
pub(super) fn encode(raster: &mut Raster, made: Container, original: &[u8]) -> Option<Vec<u8>> {
    if let Some(exif) = &mut raster.exif {
        // The pixels stand upright now.
        let _ = Orientation::remove_from_exif_chunk(exif);
    }
    match (made, &raster.samples) {
        (Container::Jpeg, Samples::Eight(samples)) => jpeg::encode(raster, samples, original),
        (Container::Png, _) => png(raster, original),
        (Container::Webp, Samples::Eight(samples)) => {
            let mut bytes = Vec::new();
            let encoder = WebPEncoder::new_lossless(&mut bytes);
            write(encoder, raster, samples)?;
            Some(bytes)
        }
        (Container::Tiff, _) => tiff(raster),
        _ => None,
    }
}

fn png(raster: &Raster, original: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
    match &raster.samples {
        Samples::Eight(samples) => write(encoder, raster, samples)?,
        Samples::Sixteen(samples) => {
            // In the order of this machine, as the encoder takes them.
            let samples: Vec<u8> = samples
                .iter()
                .flat_map(|sample| sample.to_ne_bytes())
                .collect();
            write(encoder, raster, &samples)?;
        }
    }
    let after_header = 8 + 25;
    let mut colours = colour_chunks(original);
    if let Some(points) = &raster.cicp {
        colours.extend(chunk(b"cICP", points));
    }
    bytes.splice(after_header..after_header, colours);
    Some(bytes)
}

/// The chunks of a PNG that say what its colours and its pixels' shape mean, and that no encoder here writes (PNG 3rd
/// edition § 11.3.2 and § 11.3.4.3). Nothing for another container.
fn colour_chunks(png: &[u8]) -> Vec<u8> {
    const WANTED: [&[u8; 4]; 7] = [
        b"cHRM", b"gAMA", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"pHYs",
    ];
    let mut chunks = Vec::new();
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1A\n").unwrap_or_default();
    while let Some((&length, _)) = rest.split_first_chunk::<4>() {
        let whole = usize::try_from(u32::from_be_bytes(length))
            .ok()
            .and_then(|length| rest.split_at_checked(length.checked_add(12)?));
        let Some((chunk, after)) = whole else {
            break;
        };
        match chunk.get(4..8) {
            Some(b"IDAT") => break,
            Some(name) if WANTED.iter().any(|wanted| wanted.as_slice() == name) => {
                chunks.extend(chunk);
            }
            _ => {}
        }
        rest = after;
    }
    chunks
}

/// PNG 3rd edition § 5.3.
fn chunk(name: &[u8; 4], data: &[u8; 4]) -> Vec<u8> {
    let body = [*name, *data].concat();
    let sum = crc32fast::hash(&body);
    [&[0, 0, 0, 4][..], &body, &sum.to_be_bytes()].concat()
}

fn write(mut encoder: impl ImageEncoder, raster: &Raster, samples: &[u8]) -> Option<()> {
    if let Some(icc) = &raster.icc {
        encoder.set_icc_profile(icc.clone()).ok()?;
    }
    if let Some(exif) = &raster.exif {
        encoder.set_exif_metadata(exif.clone()).ok()?;
    }
    let is_deep = matches!(raster.samples, Samples::Sixteen(_));
    let color = match (raster.channels, is_deep) {
        (1, false) => ExtendedColorType::L8,
        (2, false) => ExtendedColorType::La8,
        (3, false) => ExtendedColorType::Rgb8,
        (4, false) => ExtendedColorType::Rgba8,
        (1, true) => ExtendedColorType::L16,
        (2, true) => ExtendedColorType::La16,
        (3, true) => ExtendedColorType::Rgb16,
        (4, true) => ExtendedColorType::Rgba16,
        _ => return None,
    };
    encoder
        .write_image(samples, raster.width, raster.height, color)
        .ok()
}

fn tiff(raster: &Raster) -> Option<Vec<u8>> {
    match (&raster.samples, raster.channels) {
        (Samples::Eight(samples), 1) => tiff_of::<Gray8>(raster, samples),
        (Samples::Eight(samples), 3) => tiff_of::<RGB8>(raster, samples),
        (Samples::Eight(samples), 4) => tiff_of::<RGBA8>(raster, samples),
        (Samples::Sixteen(samples), 1) => tiff_of::<Gray16>(raster, samples),
        (Samples::Sixteen(samples), 3) => tiff_of::<RGB16>(raster, samples),
        (Samples::Sixteen(samples), 4) => tiff_of::<RGBA16>(raster, samples),
        // Grey with alpha: the same picture in colour.
        (Samples::Eight(samples), 2) => tiff_of::<RGBA8>(raster, &coloured(samples)),
        (Samples::Sixteen(samples), 2) => tiff_of::<RGBA16>(raster, &coloured(samples)),
        _ => None,
    }
}

fn coloured<T: Copy>(samples: &[T]) -> Vec<T> {
    let (pixels, _) = samples.as_chunks::<2>();
    pixels
        .iter()
        .flat_map(|&[grey, alpha]| [grey, grey, grey, alpha])
        .collect()
}

/// LZW with differences between neighbours, which every reader knows (TIFF 6.0 §§ 13 and 14).
fn tiff_of<C: ColorType>(raster: &Raster, samples: &[C::Inner]) -> Option<Vec<u8>>
where
    [C::Inner]: TiffValue,
{
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes)
        .ok()?
        .with_compression(Compression::Lzw)
        .with_predictor(Predictor::Horizontal);
    let mut image = encoder.new_image::<C>(raster.width, raster.height).ok()?;
    let directory = image.encoder();
    if let Some(icc) = &raster.icc {
        directory.write_tag(Tag::IccProfile, icc.as_slice()).ok()?;
    }
    for (tag, text) in &raster.texts {
        let tag = Tag::from_u16_exhaustive(*tag);
        directory.write_tag(tag, text.as_str()).ok()?;
    }
    image.write_data(samples).ok()?;
    Some(bytes.into_inner())
}

/// Rounds what a JPEG has no room for, before the cloak is made; what the person should know of it.
pub(super) fn narrow(raster: &mut Raster, made: Container) -> Option<String> {
    (made == Container::Jpeg && raster.narrow())
        .then(|| "The picture has more than 8 bits a colour, the cloaked JPEG has 8.".to_owned())
}

#[cfg(test)]
mod tests {
    use metadata::{Limits, Policy, clean};

    use super::*;
    use crate::worker::{Picture, Workers};

    /// All channels and depths, with a profile that a file can be told by.
    fn raster(channels: u8, is_deep: bool) -> Raster {
        let count = 20 * 10 * u32::from(channels);
        let samples = if is_deep {
            Samples::Sixteen((0..count).map(|at| (at * 977 % 65_521) as u16).collect())
        } else {
            Samples::Eight((0..count).map(|at| (at * 7 % 251) as u8).collect())
        };
        Raster {
            width: 20,
            height: 10,
            channels,
            samples,
            icc: None,
            cicp: None,
            exif: None,
            texts: Vec::new(),
            pixels_sha256: ledger::Digest::from([0; 32]),
            has_palette: false,
        }
    }

    fn read_back(bytes: &[u8]) -> Raster {
        let cleaned = clean(bytes, &Policy::default(), &Limits::default()).unwrap();
        Workers::in_process()
            .pixels(&Picture::from(&cleaned))
            .unwrap()
    }

    #[test]
    fn lossless_containers_give_every_sample_back() {
        for (made, channels, is_deep) in [
            (Container::Png, 1, false),
            (Container::Png, 2, false),
            (Container::Png, 3, false),
            (Container::Png, 4, false),
            (Container::Png, 1, true),
            (Container::Png, 2, true),
            (Container::Png, 3, true),
            (Container::Png, 4, true),
            (Container::Webp, 3, false),
            (Container::Webp, 4, false),
            (Container::Tiff, 1, false),
            (Container::Tiff, 3, false),
            (Container::Tiff, 4, false),
            (Container::Tiff, 1, true),
            (Container::Tiff, 3, true),
            (Container::Tiff, 4, true),
        ] {
            let mut picture = raster(channels, is_deep);
            let bytes = encode(&mut picture, made, b"").unwrap();
            let back = read_back(&bytes);
            let case = format!("{made:?} {channels} {is_deep}");
            assert_eq!((back.width, back.height), (20, 10), "{case}");
            assert_eq!(back.channels, channels, "{case}");
            assert_eq!(back.samples, picture.samples, "{case}");
        }
    }

    #[test]
    fn grey_with_alpha_keeps_its_look_in_a_tiff() {
        let mut picture = raster(2, false);
        let back = read_back(&encode(&mut picture, Container::Tiff, b"").unwrap());
        assert_eq!(back.channels, 4);
        assert_eq!(back.rgb8(), picture.rgb8());
    }

    #[test]
    fn what_the_colours_mean_stays_in_a_png() {
        let mut picture = raster(3, false);
        let plain = encode(&mut picture, Container::Png, b"").unwrap();
        assert!(colour_chunks(&plain).is_empty());
        let gamma = b"\0\0\0\x04gAMA\0\0\xB1\x8F\x0B\xFC\x61\x05";
        let mut with_gamma = plain.clone();
        with_gamma.splice(33..33, *gamma);
        assert_eq!(colour_chunks(&with_gamma), gamma);
        let again = encode(&mut picture, Container::Png, &with_gamma).unwrap();
        assert_eq!(again, with_gamma);
        for len in 0..plain.len() {
            colour_chunks(&with_gamma[..len]);
        }
    }

    #[test]
    fn heic_becomes_a_jpeg_where_that_can_show_it() {
        for container in [Container::Heic, Container::Avif] {
            let target = |raster: &Raster| target(container, raster);
            let deep = raster(3, true);
            assert_eq!(target(&raster(1, false)), Some(Container::Jpeg));
            assert_eq!(target(&deep), Some(Container::Jpeg));
            assert_eq!(target(&raster(4, false)), Some(Container::Png));
            let bright = Raster {
                cicp: Some([9, 16, 0, 1]),
                ..deep
            };
            assert_eq!(target(&bright), Some(Container::Png));
        }
    }

    #[test]
    fn only_a_jpeg_is_narrowed() {
        let (mut jpeg, mut png) = (raster(3, true), raster(3, true));
        assert!(narrow(&mut png, Container::Png).is_none());
        assert_eq!(png, raster(3, true));
        let seen = jpeg.rgb8();
        assert!(narrow(&mut jpeg, Container::Jpeg).is_some());
        assert_eq!(jpeg.samples, Samples::Eight(seen));
        assert!(narrow(&mut jpeg, Container::Jpeg).is_none());
    }

    #[test]
    fn points_of_bright_colours_go_into_a_png() {
        let mut bright = Raster {
            cicp: Some([9, 16, 0, 1]),
            ..raster(3, true)
        };
        let png = encode(&mut bright, Container::Png, b"").unwrap();
        // The sum is zlib's.
        assert_eq!(
            colour_chunks(&png),
            b"\0\0\0\x04cICP\x09\x10\0\x01\x4D\x23\x23\xFE"
        );
        let cleaned = clean(&png, &Policy::default(), &Limits::default()).unwrap();
        assert_eq!(colour_chunks(cleaned.bytes()), colour_chunks(&png));
        assert_eq!(read_back(&png).samples, bright.samples);
    }

    #[test]
    fn jpeg_xl_becomes_what_can_hold_it() {
        let target = |channels, is_deep| target(Container::Jxl, &raster(channels, is_deep));
        assert_eq!(target(3, false), Some(Container::Jpeg));
        assert_eq!(target(4, false), Some(Container::Png));
        assert_eq!(target(3, true), Some(Container::Png));
    }
}
