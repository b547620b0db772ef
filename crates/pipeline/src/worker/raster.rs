//! The upright pixels of a picture at their own depth, with what goes into a new file beside them.
//!
//! On the wire: bytes a sample (1 or 2), channels (1 to 4), flags, an empty byte, width, height, the pixels' digest, the
//! lengths of colour profile, Exif and texts, code points of colours, those three, and the samples row by row from the top left. Numbers are little-endian.

use ledger::Digest;

use super::{NotDecoded, PIXELS_MAX};

/// The most bytes of samples: 120 megapixels of 8-bit colour, or half as many of 16 bits.
pub(crate) const SAMPLES_BYTES_MAX: u64 = 512 << 20;

/// The most bytes of a colour profile or of Exif.
const EXTRA_BYTES_MAX: usize = 16 << 20;

/// What stands before the profile, in bytes.
const HEAD_BYTES: usize = 4 + 2 * 4 + 32 + 3 * 4 + 4;

/// The colours came from a list of at most 256.
const PALETTE: u8 = 1;

/// The samples, at their own depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Samples {
    /// 8 bits each.
    Eight(Vec<u8>),
    /// 16 bits each.
    Sixteen(Vec<u16>),
}

/// An upright picture in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha.
    pub channels: u8,
    /// Row by row from the top left.
    pub samples: Samples,
    /// The colour profile in the file.
    pub icc: Option<Vec<u8>>,
    /// Code points of colours that no profile says: primaries, transfer, matrix (0), full range (1), as in PNG's cICP (PNG 3rd
    /// edition § 11.3.2.6).
    pub cicp: Option<[u8; 4]>,
    /// The Exif block in the file, a TIFF stream.
    pub exif: Option<Vec<u8>>,
    /// Texts of a TIFF's first directory, by their tags.
    pub texts: Vec<(u16, String)>,
    /// The [digest of the upright pixels](super#the-pixels-digest-version-1).
    pub pixels_sha256: Digest,
    /// Whether the file has a palette.
    pub has_palette: bool,
}

impl Raster {
    /// The same picture as red, green and blue of 8 bits each, as models see it: alpha is dropped, grey becomes three equal
    /// values, 16 bits are rounded to 8.
    #[must_use]
    pub fn rgb8(&self) -> Vec<u8> {
        match &self.samples {
            Samples::Eight(samples) => rgb(samples, self.channels, |value| value),
            Samples::Sixteen(samples) => rgb(samples, self.channels, to_8_bits),
        }
    }

    /// Rounds samples of 16 bits to 8, for a file that holds no more; whether there were any.
    pub(crate) fn narrow(&mut self) -> bool {
        let Samples::Sixteen(samples) = &self.samples else {
            return false;
        };
        self.samples = Samples::Eight(samples.iter().copied().map(to_8_bits).collect());
        true
    }

    /// Whether there is an alpha channel.
    #[must_use]
    pub const fn has_alpha(&self) -> bool {
        self.channels == 2 || self.channels == 4
    }

    /// Whether there are no colours.
    #[must_use]
    pub const fn is_grey(&self) -> bool {
        self.channels < 3
    }

    /// What a worker sent.
    pub(super) fn read(reply: Vec<u8>) -> Option<Self> {
        let (head, rest) = reply.split_at_checked(HEAD_BYTES)?;
        let (&[sample_bytes, channels, flags, _], head) = head.split_first_chunk()?;
        let (size, head) = head.split_first_chunk::<8>()?;
        let (digest, head) = head.split_first_chunk::<32>()?;
        let (lengths, cicp) = head.split_first_chunk::<12>()?;
        let cicp: [u8; 4] = cicp.try_into().ok()?;
        let number = |bytes: &[u8]| Some(u32::from_le_bytes(bytes.try_into().ok()?));
        let (width, height) = (number(size.get(..4)?)?, number(size.get(4..)?)?);
        let length = |bytes| usize::try_from(number(bytes)?).ok();
        let (icc_bytes, exif_bytes) = (length(lengths.get(..4)?)?, length(lengths.get(4..8)?)?);
        let texts_bytes = length(lengths.get(8..)?)?;
        let (icc, rest) = rest.split_at_checked(icc_bytes)?;
        let (exif, rest) = rest.split_at_checked(exif_bytes)?;
        let (texts, samples) = rest.split_at_checked(texts_bytes)?;
        let texts = read_texts(texts)?;

        let pixels = u64::from(width) * u64::from(height);
        let expected = pixels * u64::from(channels) * u64::from(sample_bytes);
        let is_sound = matches!(sample_bytes, 1 | 2)
            && matches!(channels, 1..=4)
            && (1..=PIXELS_MAX).contains(&pixels)
            && u64::try_from(samples.len()) == Ok(expected);
        let some = |bytes: &[u8]| (!bytes.is_empty()).then(|| bytes.to_vec());
        let (icc, exif) = (some(icc), some(exif));
        let pixels_sha256 = Digest::from(*digest);
        if !is_sound {
            return None;
        }
        let samples = if sample_bytes == 1 {
            // Moved down in its own memory: the picture is large.
            let start = HEAD_BYTES + icc_bytes + exif_bytes + texts_bytes;
            let mut reply = reply;
            reply.drain(..start);
            Samples::Eight(reply)
        } else {
            let (pairs, _) = samples.as_chunks::<2>();
            Samples::Sixteen(pairs.iter().copied().map(u16::from_le_bytes).collect())
        };
        Some(Self {
            width,
            height,
            channels,
            samples,
            icc,
            cicp: (cicp != [0; 4]).then_some(cicp),
            exif,
            texts,
            pixels_sha256,
            has_palette: flags & PALETTE != 0,
        })
    }
}

/// Each text is a tag, a length and the text itself.
fn read_texts(mut bytes: &[u8]) -> Option<Vec<(u16, String)>> {
    let mut texts = Vec::new();
    while let Some((&[a, b, c, d], rest)) = bytes.split_first_chunk() {
        let length = usize::from(u16::from_le_bytes([c, d]));
        let (text, after) = rest.split_at_checked(length)?;
        texts.push((
            u16::from_le_bytes([a, b]),
            str::from_utf8(text).ok()?.to_owned(),
        ));
        bytes = after;
    }
    bytes.is_empty().then_some(texts)
}

fn to_8_bits(value: u16) -> u8 {
    u8::try_from((u32::from(value) + 128) / 257).unwrap_or(u8::MAX)
}

fn rgb<T: Copy>(samples: &[T], channels: u8, narrow: impl Fn(T) -> u8) -> Vec<u8> {
    let pixels = samples.chunks_exact(usize::from(channels.max(1)));
    let mut rgb = Vec::with_capacity(pixels.len() * 3);
    for pixel in pixels {
        match *pixel {
            [grey] | [grey, _] => rgb.extend([narrow(grey); 3]),
            [red, green, blue, ..] => rgb.extend([narrow(red), narrow(green), narrow(blue)]),
            [] => {}
        }
    }
    rgb
}

/// What a worker found in a file, before it is sent.
pub(super) struct Found<'a> {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) channels: u8,
    /// Bytes a sample.
    pub(super) sample_bytes: u8,
    /// In the order of this machine.
    pub(super) samples: &'a [u8],
    pub(super) icc: Vec<u8>,
    pub(super) cicp: Option<[u8; 4]>,
    pub(super) exif: Vec<u8>,
    pub(super) texts: Vec<(u16, String)>,
    pub(super) digest: [u8; 32],
    pub(super) has_palette: bool,
}

impl Found<'_> {
    /// The reply.
    pub(super) fn write(&self) -> Result<Vec<u8>, NotDecoded> {
        let (icc, exif) = (&self.icc, &self.exif);
        if self.samples.len() as u64 > SAMPLES_BYTES_MAX
            || icc.len().max(exif.len()) > EXTRA_BYTES_MAX
        {
            return Err(NotDecoded::TooLarge);
        }
        let mut texts = Vec::new();
        for (tag, text) in &self.texts {
            // A longer one is left out.
            if let Ok(length) = u16::try_from(text.len()) {
                texts.extend(tag.to_le_bytes());
                texts.extend(length.to_le_bytes());
                texts.extend(text.as_bytes());
            }
        }
        let mut reply = Vec::new();
        let room = HEAD_BYTES + icc.len() + exif.len() + texts.len() + self.samples.len();
        reply
            .try_reserve_exact(room)
            .map_err(|_| NotDecoded::TooLarge)?;
        let flags = if self.has_palette { PALETTE } else { 0 };
        reply.extend([self.sample_bytes, self.channels, flags, 0]);
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(|_| NotDecoded::TooLarge);
        reply.extend(self.width.to_le_bytes());
        reply.extend(self.height.to_le_bytes());
        reply.extend(self.digest);
        reply.extend(length(icc)?.to_le_bytes());
        reply.extend(length(exif)?.to_le_bytes());
        reply.extend(length(&texts)?.to_le_bytes());
        reply.extend(self.cicp.unwrap_or_default());
        reply.extend(icc);
        reply.extend(exif);
        reply.extend(texts);
        if self.sample_bytes == 2 && cfg!(target_endian = "big") {
            let (pairs, _) = self.samples.as_chunks::<2>();
            reply.extend(pairs.iter().flat_map(|&[a, b]| [b, a]));
        } else {
            reply.extend(self.samples);
        }
        Ok(reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(sample_bytes: u8, channels: u8, samples: &[u8]) -> Vec<u8> {
        let found = Found {
            width: 2,
            height: 1,
            channels,
            sample_bytes,
            samples,
            icc: b"profile".to_vec(),
            cicp: Some([9, 16, 0, 1]),
            exif: Vec::new(),
            texts: vec![(315, "Zoë".to_owned()), (306, String::new())],
            digest: [7; 32],
            has_palette: true,
        };
        found.write().unwrap()
    }

    #[test]
    fn comes_out_as_it_went_in() {
        let raster = Raster::read(reply(1, 3, &[1, 2, 3, 4, 5, 6])).unwrap();
        assert_eq!((raster.width, raster.height, raster.channels), (2, 1, 3));
        assert_eq!(raster.samples, Samples::Eight(vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(raster.icc.as_deref(), Some(&b"profile"[..]));
        assert_eq!(raster.cicp, Some([9, 16, 0, 1]));
        assert_eq!((raster.exif, raster.has_palette), (None, true));
        assert_eq!(
            raster.texts,
            [(315, "Zoë".to_owned()), (306, String::new())]
        );
        assert_eq!(raster.pixels_sha256, Digest::from([7; 32]));
        let deep: Vec<u8> = [257_u16, 65_535]
            .iter()
            .flat_map(|v| v.to_ne_bytes())
            .collect();
        let raster = Raster::read(reply(2, 1, &deep)).unwrap();
        assert_eq!(raster.samples, Samples::Sixteen(vec![257, 65_535]));
        assert_eq!(raster.rgb8(), [1, 1, 1, 255, 255, 255]);
    }

    #[test]
    fn alpha_is_not_seen() {
        let raster = Raster::read(reply(1, 2, &[9, 0, 8, 255])).unwrap();
        assert_eq!(raster.rgb8(), [9, 9, 9, 8, 8, 8]);
        let raster = Raster::read(reply(1, 4, &[1, 2, 3, 0, 4, 5, 6, 9])).unwrap();
        assert_eq!(raster.rgb8(), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn what_does_not_fit_is_no_picture() {
        let whole = reply(1, 3, &[0; 6]);
        for len in 0..whole.len() {
            assert_eq!(Raster::read(whole[..len].to_vec()), None, "{len}");
        }
        for (at, value) in [(0, 3), (0, 0), (1, 0), (1, 5), (4, 9), (11, 255), (47, 255)] {
            let mut wrong = whole.clone();
            wrong[at] = value;
            assert_eq!(Raster::read(wrong), None, "{at}");
        }
    }
}
