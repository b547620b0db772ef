//! The fixed fields of a WebP: features, frame headers, and the sizes that the coded pictures state themselves.

use crate::Error;
use crate::reader::Reader;

/// The feature flags of VP8X, RFC 9649 § 2.7. The bits not named here are reserved.
pub(super) mod flag {
    pub(in crate::webp) const ICC: u8 = 0b0010_0000;
    pub(in crate::webp) const ALPHA: u8 = 0b0001_0000;
    pub(in crate::webp) const EXIF: u8 = 0b0000_1000;
    pub(in crate::webp) const ANIMATION: u8 = 0b0000_0010;
}

/// What VP8X says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Features {
    pub(super) flags: u8,
    /// Of the canvas, in pixels.
    pub(super) width: u32,
    /// Of the canvas, in pixels.
    pub(super) height: u32,
}

impl Features {
    /// Whether VP8X announces this feature.
    pub(super) const fn announce(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// Reads VP8X, RFC 9649 § 2.7.
///
/// # Errors
/// [`Error::Malformed`] for a size other than 10, or a canvas beyond 2³² - 1 pixels.
pub(super) fn features(body: &[u8], offset: usize) -> Result<Features, Error> {
    let malformed = |what| Error::Malformed { what, offset };
    if body.len() != 10 {
        return Err(malformed("a VP8X of a size other than 10 (RFC 9649 § 2.7)"));
    }
    let mut reader = Reader::new(body);
    let [flags, _, _, _] = reader.array("VP8X")?;
    let width = reader.u24_le("VP8X")?.saturating_add(1);
    let height = reader.u24_le("VP8X")?.saturating_add(1);
    if width.checked_mul(height).is_none() {
        return Err(malformed(
            "a canvas of more than 2³² - 1 pixels (RFC 9649 § 2.7)",
        ));
    }
    Ok(Features {
        flags,
        width,
        height,
    })
}

/// Reads the 16 bytes before a frame's pictures and gives its size, RFC 9649 § 2.7.1.1.
///
/// # Errors
/// [`Error::Malformed`] when the frame reaches beyond the canvas.
pub(super) fn frame_size(
    header: &[u8],
    canvas: &Features,
    offset: usize,
) -> Result<(u32, u32), Error> {
    let mut reader = Reader::new(header);
    let mut number = || reader.u24_le("ANMF (RFC 9649 § 2.7.1.1)");
    let (x, y) = (number()?.saturating_mul(2), number()?.saturating_mul(2));
    let (width, height) = (number()?.saturating_add(1), number()?.saturating_add(1));
    if x.saturating_add(width) > canvas.width || y.saturating_add(height) > canvas.height {
        return Err(Error::Malformed {
            what: "a frame outside the canvas (RFC 9649 § 2.7.1.1)",
            offset,
        });
    }
    Ok((width, height))
}

/// Reads width and height from the coded picture in a chunk of this name.
///
/// # Errors
/// [`Error::Malformed`] when it does not begin as such a picture must.
pub(super) fn coded_size(name: &str, data: &[u8], offset: usize) -> Result<(u32, u32), Error> {
    let size = if name == "VP8L" {
        vp8l_size(data)
    } else {
        vp8_size(data)
    };
    size.ok_or(Error::Malformed {
        what: "a picture that does not begin as VP8 or VP8L does (RFC 9649 § 2.5, § 2.6)",
        offset,
    })
}

/// A VP8 key frame, RFC 6386 § 9.1: three bytes of tag, a start code, and twice 14 bits of size with 2 bits of scale.
fn vp8_size(data: &[u8]) -> Option<(u32, u32)> {
    let mut reader = Reader::new(data);
    let tag = reader.u24_le("VP8").ok()?;
    let start_code = reader.array::<3>("VP8").ok()?;
    let width = u32::from(reader.u16_le("VP8").ok()? & 0x3FFF);
    let height = u32::from(reader.u16_le("VP8").ok()? & 0x3FFF);
    let is_key_frame = tag & 1 == 0;
    let version = (tag >> 1) & 0b111;
    let is_shown = tag & 0b1_0000 != 0;
    let first_partition_len = usize::try_from(tag >> 5).ok()?;
    (is_key_frame
        && version <= 3
        && is_shown
        && start_code == [0x9D, 0x01, 0x2A]
        && first_partition_len < data.len()
        && width > 0
        && height > 0)
        .then_some((width, height))
}

/// A VP8L image, RFC 9649 § 3.4: a signature byte, then 14 bits each of width and height less one, and a version.
fn vp8l_size(data: &[u8]) -> Option<(u32, u32)> {
    let mut reader = Reader::new(data);
    let signature = reader.u8("VP8L").ok()?;
    let bits = reader.u32_le("VP8L").ok()?;
    let width = (bits & 0x3FFF).saturating_add(1);
    let height = ((bits >> 14) & 0x3FFF).saturating_add(1);
    let version = bits >> 29;
    (signature == 0x2F && version == 0).then_some((width, height))
}
