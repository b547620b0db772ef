//! What a worker does with a picture: its upright pixels, hashed or made small.

use std::borrow::Cow;
use std::io::Cursor;

use heif::Coding;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};
use ledger::Secret;
use ledger::merkle::Tree;
use ledger::tiles::{Grid, Tiles, tile_file};
use metadata::{Container, Sniffed, sniff};
use sha2::{Digest as _, Sha256};

use super::fingerprint::{self, Upright};
use super::protocol::Task;
use super::{NotDecoded, PIXELS_MAX, heic, jpeg_xl, pixels};

const DOMAIN: &str = "cloakroom-pixels-v1";

/// The most memory that one decoder may ask for: 120 megapixels with four 16-bit channels, and as much as half again.
pub(super) const DECODER_BYTES_MAX: u64 = 1_440_000_000;

/// The quality of JPEG thumbnails, of 100.
const THUMBNAIL_QUALITY: u8 = 82;

/// Does the task. The result is the 32 bytes of a digest, those and 32 of a root, a tile, or a small JPEG or PNG file.
pub(super) fn perform(task: Task, bytes: &[u8]) -> Result<Vec<u8>, NotDecoded> {
    if let Task::Pixels { orientation } = task {
        return pixels::pixels(bytes, orientation);
    }
    let container = match sniff(bytes) {
        Some(Sniffed::Photo(container)) => Some(container),
        _ => None,
    };
    let image = match container {
        Some(Container::Jxl) => jpeg_xl::decode(bytes, DECODER_BYTES_MAX)?,
        Some(Container::Heic) => heic::decode(bytes, Coding::Hevc, DECODER_BYTES_MAX)?,
        Some(Container::Avif) => heic::decode(bytes, Coding::Av1, DECODER_BYTES_MAX)?,
        _ => decode(bytes)?,
    };
    let is_upright = container.is_some_and(turns_itself);
    let turned = |orientation| if is_upright { 1 } else { orientation };
    match task {
        Task::Digest { orientation } => pixels_digest(&image, turned(orientation)).map(Vec::from),
        Task::Thumbnail {
            orientation,
            max_px,
        } => thumbnail(image, turned(orientation), max_px),
        Task::Tiles { orientation, seed } => {
            let stored = Stored::new(&image)?;
            let (digest, tree) = tiles(&stored, turned(orientation), &Secret::from(seed))?;
            Ok([digest, *tree.root().as_bytes()].concat())
        }
        Task::Tile {
            orientation,
            seed,
            column,
            row,
        } => tile(
            &Stored::new(&image)?,
            turned(orientation),
            &Secret::from(seed),
            column,
            row,
        ),
        Task::Fingerprints { orientation, seed } => {
            let stored = Stored::new(&image)?;
            let (digest, tree) = tiles(&stored, turned(orientation), &Secret::from(seed))?;
            let upright = upright(&image, turned(orientation), digest)?;
            Ok([
                tree.root().as_bytes(),
                &fingerprint::fingerprints(&upright)?[..],
            ]
            .concat())
        }
        Task::Look {
            orientation,
            max_px,
        } => {
            let digest = pixels_digest(&image, turned(orientation))?;
            fingerprint::looked(upright(&image, turned(orientation), digest)?, max_px)
        }
        Task::Pixels { .. } => Err(NotDecoded::Undecodable),
    }
}

/// Whether decoding such a picture turns it upright.
pub(super) const fn turns_itself(container: Container) -> bool {
    matches!(
        container,
        Container::Jxl | Container::Heic | Container::Avif
    )
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, NotDecoded> {
    DynamicImage::from_decoder(decoder(bytes)?).map_err(|error| not_decoded(&error))
}

/// A decoder for a picture of any format that image knows, within the limits.
pub(super) fn decoder(bytes: &[u8]) -> Result<impl ImageDecoder + '_, NotDecoded> {
    let reader = ImageReader::new(Cursor::new(bytes));
    let mut reader = reader
        .with_guessed_format()
        .map_err(|_| NotDecoded::Undecodable)?;
    // TIFF with 64-bit offsets has a number of its own, which is not guessed but decoded.
    if bytes.starts_with(b"II+\0") || bytes.starts_with(b"MM\0+") {
        reader.set_format(ImageFormat::Tiff);
    }
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|error| not_decoded(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX
        || decoder.total_bytes() > DECODER_BYTES_MAX
    {
        return Err(NotDecoded::TooLarge);
    }
    Ok(decoder)
}

pub(super) fn not_decoded(error: &ImageError) -> NotDecoded {
    match error {
        ImageError::Limits(_) => NotDecoded::TooLarge,
        _ => NotDecoded::Undecodable,
    }
}

pub(super) fn pixels_digest(image: &DynamicImage, orientation: u8) -> Result<[u8; 32], NotDecoded> {
    let stored = Stored::new(image)?;
    let (width, height) = stored.upright(orientation);
    let mut hash = begun(width, height);
    if !matches!(orientation, 2..=8) && image.color() == ColorType::Rgb8 {
        // Most photos lie in memory as they are hashed.
        hash.update(stored.bytes);
        return Ok(hash.finalize().into());
    }
    stored.each_row(orientation, |row| hash.update(row))?;
    Ok(hash.finalize().into())
}

/// What comes before the pixels.
fn begun(width: usize, height: usize) -> Sha256 {
    Sha256::new_with_prefix(format!("{DOMAIN}\n{width}x{height}\n"))
}

/// The digest of the upright pixels, and the tree over their tiles.
fn tiles(
    stored: &Stored<'_>,
    orientation: u8,
    seed: &Secret,
) -> Result<([u8; 32], Tree), NotDecoded> {
    let (width, height) = stored.upright(orientation);
    let mut hash = begun(width, height);
    let mut tiles = Tiles::new(grid(width, height)?, seed.clone());
    stored.each_row(orientation, |row| {
        hash.update(row);
        tiles.row(row);
    })?;
    let tree = tiles.finish().ok_or(NotDecoded::Undecodable)?;
    Ok((hash.finalize().into(), tree))
}

/// One tile: its place, how many there are, how many hashes lead to the root, these hashes, and its file.
fn tile(
    stored: &Stored<'_>,
    orientation: u8,
    seed: &Secret,
    column: u32,
    row: u32,
) -> Result<Vec<u8>, NotDecoded> {
    let (width, height) = stored.upright(orientation);
    let grid = grid(width, height)?;
    let place = grid.place(column, row).ok_or(NotDecoded::Undecodable)?;
    let (_, tree) = tiles(stored, orientation, seed)?;
    let (from, until) = (place.x as usize * 3, (place.x + place.width) as usize * 3);
    let (mut pixels, mut y) = (Vec::new(), 0);
    stored.each_row(orientation, |line| {
        if (place.y..place.y + place.height).contains(&y) {
            pixels.extend(line.get(from..until).unwrap_or_default());
        }
        y += 1;
    })?;
    let (index, count) = (grid.index(column, row), grid.count());
    let proof = tree
        .inclusion(index, count)
        .ok_or(NotDecoded::Undecodable)?;
    let mut reply = [index, count, proof.len() as u64]
        .map(u64::to_le_bytes)
        .concat();
    proof.iter().for_each(|hash| reply.extend(hash.as_bytes()));
    reply.extend(tile_file(grid, place, seed, &pixels));
    Ok(reply)
}

fn grid(width: usize, height: usize) -> Result<Grid, NotDecoded> {
    let side = |side: usize| u32::try_from(side).map_err(|_| NotDecoded::TooLarge);
    Grid::new(side(width)?, side(height)?).ok_or(NotDecoded::Undecodable)
}

/// The upright pixels in one piece.
fn upright(
    image: &DynamicImage,
    orientation: u8,
    digest: [u8; 32],
) -> Result<Upright<'_>, NotDecoded> {
    let stored = Stored::new(image)?;
    let (width, height) = match orientation {
        5..=8 => (stored.height, stored.width),
        _ => (stored.width, stored.height),
    };
    let rgb = if !matches!(orientation, 2..=8) && image.color() == ColorType::Rgb8 {
        Cow::Borrowed(stored.bytes)
    } else {
        let mut rgb = Vec::new();
        let room = width.saturating_mul(height).saturating_mul(3);
        rgb.try_reserve_exact(room)
            .map_err(|_| NotDecoded::TooLarge)?;
        for y in 0..height {
            for x in 0..width {
                let (x, y) = stored.place(orientation, x, y);
                rgb.extend(stored.rgb(x, y).ok_or(NotDecoded::Undecodable)?);
            }
        }
        Cow::Owned(rgb)
    };
    let side = |pixels: usize| u32::try_from(pixels).map_err(|_| NotDecoded::TooLarge);
    Ok(Upright {
        width: side(width)?,
        height: side(height)?,
        rgb,
        digest,
    })
}

/// A decoded picture as it lies in memory.
struct Stored<'a> {
    bytes: &'a [u8],
    width: usize,
    height: usize,
    /// Grey or colour, of 8 or 16 bits; alpha is only stepped over.
    is_grey: bool,
    is_deep: bool,
    pixel_bytes: usize,
}

impl<'a> Stored<'a> {
    fn new(image: &'a DynamicImage) -> Result<Self, NotDecoded> {
        let (is_grey, is_deep) = match image.color() {
            ColorType::L8 | ColorType::La8 => (true, false),
            ColorType::Rgb8 | ColorType::Rgba8 => (false, false),
            ColorType::L16 | ColorType::La16 => (true, true),
            ColorType::Rgb16 | ColorType::Rgba16 => (false, true),
            _ => return Err(NotDecoded::Undecodable),
        };
        let size = |pixels: u32| usize::try_from(pixels).map_err(|_| NotDecoded::TooLarge);
        Ok(Self {
            bytes: image.as_bytes(),
            width: size(image.width())?,
            height: size(image.height())?,
            is_grey,
            is_deep,
            pixel_bytes: usize::from(image.color().bytes_per_pixel()),
        })
    }

    /// The size of the upright picture.
    const fn upright(&self, orientation: u8) -> (usize, usize) {
        match orientation {
            5..=8 => (self.height, self.width),
            _ => (self.width, self.height),
        }
    }

    /// Hands every row of the upright picture to `take`, as red, green and blue. Row by row, because a second copy of a
    /// large picture would double the memory.
    fn each_row(&self, orientation: u8, mut take: impl FnMut(&[u8])) -> Result<(), NotDecoded> {
        let (width, height) = self.upright(orientation);
        let mut row = Vec::with_capacity(width * 3);
        for y in 0..height {
            row.clear();
            for x in 0..width {
                let (x, y) = self.place(orientation, x, y);
                row.extend(self.rgb(x, y).ok_or(NotDecoded::Undecodable)?);
            }
            take(&row);
        }
        Ok(())
    }

    /// Where the pixel that belongs at `x`, `y` of the upright picture is stored (CIPA DC-008 § 4.6.4, Orientation).
    const fn place(&self, orientation: u8, x: usize, y: usize) -> (usize, usize) {
        let (right, bottom) = (self.width - 1, self.height - 1);
        match orientation {
            2 => (right - x, y),
            3 => (right - x, bottom - y),
            4 => (x, bottom - y),
            5 => (y, x),
            6 => (y, bottom - x),
            7 => (right - y, bottom - x),
            8 => (right - y, x),
            _ => (x, y),
        }
    }

    fn rgb(&self, x: usize, y: usize) -> Option<[u8; 3]> {
        let start = (y * self.width + x) * self.pixel_bytes;
        let pixel = self.bytes.get(start..start + self.pixel_bytes)?;
        match (self.is_deep, self.is_grey, pixel) {
            (false, true, [grey, ..]) => Some([*grey; 3]),
            (false, false, [red, green, blue, ..]) => Some([*red, *green, *blue]),
            (true, true, [a, b, ..]) => Some([to_8_bits(*a, *b); 3]),
            (true, false, [a, b, c, d, e, f, ..]) => {
                Some([to_8_bits(*a, *b), to_8_bits(*c, *d), to_8_bits(*e, *f)])
            }
            _ => None,
        }
    }
}

/// A 16-bit value in the order of this machine, as the nearest one of 8 bits.
fn to_8_bits(a: u8, b: u8) -> u8 {
    let value = u32::from(u16::from_ne_bytes([a, b]));
    u8::try_from((value + 128) / 257).unwrap_or(u8::MAX)
}

fn thumbnail(image: DynamicImage, orientation: u8, max_px: u32) -> Result<Vec<u8>, NotDecoded> {
    // Never enlarged: a small picture is shown as it is.
    let mut small = if image.width().max(image.height()) > max_px {
        image.thumbnail(max_px, max_px)
    } else {
        image
    };
    small.apply_orientation(
        Orientation::from_exif(orientation).unwrap_or(Orientation::NoTransforms),
    );
    let mut bytes = Vec::new();
    let encoded = if small.color().has_alpha() {
        DynamicImage::from(small.into_rgba8()).write_with_encoder(PngEncoder::new(&mut bytes))
    } else {
        let encoder = JpegEncoder::new_with_quality(&mut bytes, THUMBNAIL_QUALITY);
        DynamicImage::from(small.into_rgb8()).write_with_encoder(encoder)
    };
    encoded.map(|()| bytes).map_err(|error| not_decoded(&error))
}

#[cfg(test)]
mod tests {
    use image::{GrayAlphaImage, ImageBuffer, Luma, Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    /// Six pixels, all different, wider than high.
    fn picture() -> RgbImage {
        RgbImage::from_fn(3, 2, |x, y| Rgb([10 * (x as u8) + 1, 100 * (y as u8), 7]))
    }

    fn by_definition(upright: &RgbImage) -> [u8; 32] {
        let head = format!(
            "cloakroom-pixels-v1\n{}x{}\n",
            upright.width(),
            upright.height()
        );
        Sha256::digest([head.as_bytes(), upright.as_raw()].concat()).into()
    }

    #[test]
    fn the_digest_is_as_defined_in_every_orientation() {
        for orientation in 0..=9 {
            let mut upright = DynamicImage::from(picture());
            upright.apply_orientation(
                Orientation::from_exif(orientation).unwrap_or(Orientation::NoTransforms),
            );
            assert_eq!(
                pixels_digest(&picture().into(), orientation).unwrap(),
                by_definition(&upright.into_rgb8()),
                "orientation {orientation}"
            );
        }
    }

    #[test]
    fn the_digest_is_pinned() {
        let digest = pixels_digest(&picture().into(), 6).unwrap();
        assert_eq!(
            ledger::Digest::from(digest).to_string(),
            "db0e077ed779b33954e426d6de26f37c97f94e609198e2608dae7af08ffc7f89"
        );
    }

    #[test]
    fn a_tile_belongs_to_the_root_in_every_orientation() {
        let wide = RgbImage::from_fn(300, 20, |x, y| Rgb([x as u8, y as u8, 7]));
        let seed = Secret::from([5; 32]);
        for orientation in 1..=8 {
            let image = DynamicImage::from(wide.clone());
            let stored = Stored::new(&image).unwrap();
            let (digest, tree) = tiles(&stored, orientation, &seed).unwrap();
            assert_eq!(digest, pixels_digest(&image, orientation).unwrap());
            let (column, row) = if orientation < 5 { (1, 0) } else { (0, 1) };
            let reply = tile(&stored, orientation, &seed, column, row).unwrap();
            assert_eq!(tree.size(), 2);
            let file = &reply[24 + 32..];
            let leaf = ledger::merkle::leaf_hash(file);
            assert_eq!(tree.leaf(1), Some(leaf), "orientation {orientation}");
            let pixels = if orientation < 5 {
                "\n44 20\n"
            } else {
                "\n20 44\n"
            };
            assert!(String::from_utf8_lossy(file).contains(pixels));
            assert!(tile(&stored, orientation, &seed, 2, 0).is_err());
        }
    }

    #[test]
    fn depth_and_alpha_do_not_matter() {
        let plain = by_definition(&picture());
        let clear = RgbaImage::from_fn(3, 2, |x, y| {
            let [r, g, b] = picture().get_pixel(x, y).0;
            Rgba([r, g, b, x as u8])
        });
        assert_eq!(pixels_digest(&clear.into(), 1).unwrap(), plain);
        let deep = ImageBuffer::from_fn(3, 2, |x, y| {
            Rgb(picture().get_pixel(x, y).0.map(|v| u16::from(v) * 257 + 60))
        });
        assert_eq!(
            pixels_digest(&DynamicImage::ImageRgb16(deep), 1).unwrap(),
            plain
        );
    }

    #[test]
    fn grey_is_three_equal_values() {
        let grey = RgbImage::from_fn(4, 1, |x, _| Rgb([60 * x as u8; 3]));
        let alpha = GrayAlphaImage::from_fn(4, 1, |x, _| image::LumaA([60 * x as u8, 0]));
        assert_eq!(
            pixels_digest(&alpha.into(), 1).unwrap(),
            by_definition(&grey)
        );
        let deep = ImageBuffer::from_fn(4, 1, |x, _| Luma([60 * 257 * x as u16]));
        assert_eq!(
            pixels_digest(&DynamicImage::ImageLuma16(deep), 1).unwrap(),
            by_definition(&grey)
        );
    }

    #[test]
    fn sixteen_bits_are_rounded() {
        let narrow = |value: u16| {
            let [a, b] = value.to_ne_bytes();
            to_8_bits(a, b)
        };
        assert_eq!([0, 128, 129, 257, 65_535].map(narrow), [0, 0, 1, 1, 255]);
    }

    #[test]
    fn thumbnails_are_small_and_upright() {
        let wide = RgbImage::from_pixel(640, 320, Rgb([200, 10, 10]));
        let bytes = thumbnail(wide.clone().into(), 6, 160).unwrap();
        let small = image::load_from_memory(&bytes).unwrap();
        assert_eq!((small.width(), small.height()), (80, 160));
        assert!(bytes.starts_with(b"\xFF\xD8"));
        // Not enlarged, and transparency is kept.
        let bytes = thumbnail(
            RgbaImage::from_pixel(20, 10, Rgba([1, 2, 3, 4])).into(),
            1,
            160,
        )
        .unwrap();
        assert!(bytes.starts_with(b"\x89PNG"));
        assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 20);
    }

    #[test]
    fn tiff_is_decoded_within_the_limits() {
        let mut bytes = Cursor::new(Vec::new());
        picture().write_to(&mut bytes, ImageFormat::Tiff).unwrap();
        let mut bytes = bytes.into_inner();
        let task = Task::Digest { orientation: 1 };
        let digest = perform(task, &bytes).unwrap();
        assert_eq!(digest, by_definition(&picture()));
        // The same with a width of four billion pixels: tag 256, one LONG.
        let at = bytes
            .windows(8)
            .position(|entry| entry == [0, 1, 4, 0, 1, 0, 0, 0])
            .unwrap();
        bytes[at + 8..at + 12].fill(0xF0);
        assert!(perform(task, &bytes).is_err());
    }

    #[test]
    fn tiff_with_long_offsets_is_decoded() {
        // One red pixel: header, directory at 16 with eight tags, pixels behind it.
        let mut bytes = b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0".to_vec();
        let tags: [(u16, u16, u64, u64); 8] = [
            (256, 3, 1, 1),
            (257, 3, 1, 1),
            (258, 3, 3, 0x0008_0008_0008),
            (259, 3, 1, 1),
            (262, 3, 1, 2),
            (273, 16, 1, 192),
            (277, 3, 1, 3),
            (279, 16, 1, 3),
        ];
        for (tag, kind, count, value) in tags {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(count.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend([0; 8]);
        bytes.extend([200, 10, 20]);
        let red = RgbImage::from_pixel(1, 1, Rgb([200, 10, 20]));
        let digest = perform(Task::Digest { orientation: 1 }, &bytes).unwrap();
        assert_eq!(digest, by_definition(&red));
    }

    #[test]
    fn junk_is_not_decoded() {
        let task = Task::Digest { orientation: 1 };
        assert_eq!(perform(task, b"dear diary"), Err(NotDecoded::Undecodable));
        let mut huge = crate::testing::gif_with_comment();
        huge[6..10].fill(0xFF);
        assert_eq!(perform(task, &huge), Err(NotDecoded::TooLarge));
    }
}
