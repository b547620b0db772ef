//! Which container a file is, told from its first bytes and never from its name.

use serde::Serialize;

use crate::bmp::is_bmp;
use crate::refusal::{Refusal, refusal};

/// A container that [`clean`](fn@crate::clean) can rewrite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Container {
    /// JPEG, ITU-T T.81.
    Jpeg,
    /// PNG and APNG, PNG Specification (Third Edition).
    Png,
    /// WebP, still or animated, RFC 9649.
    Webp,
    /// GIF, still or animated, GIF89a Specification.
    Gif,
    /// HEIF with pictures in HEVC, ISO/IEC 23008-12.
    Heic,
    /// HEIF with pictures in AV1, AV1 Image File Format.
    Avif,
    /// JPEG XL, as a bare codestream or in its container, ISO/IEC 18181.
    Jxl,
    /// TIFF and BigTIFF, of one or many pages, TIFF 6.0.
    Tiff,
    /// BMP, of Windows and of OS/2.
    Bmp,
    /// MP4 and 3GP video, ISO/IEC 14496-14 and 3GPP TS 26.244.
    Mp4,
    /// QuickTime video, QuickTime File Format.
    Mov,
}

impl Container {
    /// Every container, in the order of the documentation.
    pub const ALL: [Self; 11] = [
        Self::Jpeg,
        Self::Png,
        Self::Webp,
        Self::Gif,
        Self::Heic,
        Self::Avif,
        Self::Jxl,
        Self::Tiff,
        Self::Bmp,
        Self::Mp4,
        Self::Mov,
    ];

    /// The name that people use, such as `JPEG`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
            Self::Gif => "GIF",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
            Self::Jxl => "JPEG XL",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
            Self::Mp4 => "MP4",
            Self::Mov => "MOV",
        }
    }

    /// Whether a photo may have coded pixels that [`inspect_around`](crate::inspect_around) need not be given. In the others
    /// marks or messages stand among them, a few kilobytes apart as a rule, so that all must be read.
    #[must_use]
    pub const fn has_unseen_pixels(self) -> bool {
        match self {
            Self::Webp | Self::Avif | Self::Jxl | Self::Tiff | Self::Bmp => true,
            Self::Jpeg | Self::Png | Self::Gif | Self::Heic | Self::Mp4 | Self::Mov => false,
        }
    }

    /// The word for it in records and in JSON, such as `jpeg`: small letters and digits, and nothing else.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Heic => "heic",
            Self::Avif => "avif",
            Self::Jxl => "jxl",
            Self::Tiff => "tiff",
            Self::Bmp => "bmp",
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
        }
    }

    /// The usual file extension, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Heic => "heic",
            Self::Avif => "avif",
            Self::Jxl => "jxl",
            Self::Tiff => "tif",
            Self::Bmp => "bmp",
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
        }
    }

    /// The extensions under which such files are found, in lower case, without the dot.
    #[must_use]
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif", "mpo"],
            Self::Png => &["png", "apng"],
            Self::Webp => &["webp"],
            Self::Gif => &["gif"],
            Self::Heic => &["heic", "heif", "hif", "heics", "heifs"],
            Self::Avif => &["avif", "avifs"],
            Self::Jxl => &["jxl"],
            Self::Tiff => &["tif", "tiff", "btf", "tf8"],
            Self::Bmp => &["bmp", "dib"],
            Self::Mp4 => &["mp4", "m4v", "3gp", "3g2"],
            Self::Mov => &["mov", "qt"],
        }
    }
}

/// What the first bytes of a file say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sniffed {
    /// A container that can be cleaned.
    Photo(Container),
    /// A known format that is refused, with its name and why.
    Refused(Refusal),
}

/// One signature: the bytes at an offset, and the container that they begin.
type Signature = (usize, &'static [u8], Container);

const SIGNATURES: &[Signature] = &[
    (0, b"\xFF\xD8\xFF", Container::Jpeg),
    (0, b"\x89PNG\r\n\x1A\n", Container::Png),
    (8, b"WEBP", Container::Webp),
    (0, b"GIF87a", Container::Gif),
    (0, b"GIF89a", Container::Gif),
    (0, b"\0\0\0\x0CJXL \r\n\x87\n", Container::Jxl),
    (0, b"\xFF\x0A", Container::Jxl),
    (0, b"II*\0", Container::Tiff),
    (0, b"MM\0*", Container::Tiff),
    (0, b"II+\0", Container::Tiff),
    (0, b"MM\0+", Container::Tiff),
];

/// Major brands that say that a file is not a still picture, whatever it is compatible with.
const OTHER_BRANDS: &[&[u8; 4]] = &[b"crx ", b"qt  "];

/// Tells from its first bytes what a file is, or `None` for bytes that belong to nothing known.
///
/// ```
/// use metadata::{Container, Sniffed, sniff};
/// assert_eq!(sniff(b"GIF89a\x01\0\x01\0"), Some(Sniffed::Photo(Container::Gif)));
/// assert_eq!(sniff(b"\x01\x02\x03\x04"), None);
/// let Some(Sniffed::Refused(refusal)) = sniff(b"%PDF-1.7") else { panic!() };
/// assert_eq!(refusal.name, "PDF");
/// ```
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<Sniffed> {
    if let Some(container) = heif(bytes) {
        return Some(Sniffed::Photo(container));
    }
    let signed = SIGNATURES.iter().find(|(offset, magic, container)| {
        // RIFF holds sound and video too: WebP needs both of its words, RFC 9649 § 2.4.
        let riff = *container != Container::Webp || bytes.starts_with(b"RIFF");
        riff && bytes
            .get(*offset..)
            .is_some_and(|rest| rest.starts_with(magic))
    });
    let signed = signed.map(|(_, _, container)| *container);
    if let Some(container) = signed.filter(|container| *container != Container::Tiff) {
        return Some(Sniffed::Photo(container));
    }
    // Some RAW photos begin as TIFF does, and say only behind it what they are; that is searched for in all of it.
    let refused = refusal(bytes).map(Sniffed::Refused);
    if signed == Some(Container::Tiff) && refused.is_some() {
        return refused;
    }
    let bmp = || is_bmp(bytes).then_some(Container::Bmp);
    let photo = signed.or_else(|| video(bytes)).or_else(bmp);
    let photo = photo.map(Sniffed::Photo);
    photo.or(refused)
}

/// The brands of HEIF files, as the first that is told by a file: what it is, or one of what it is compatible with
/// (ISO/IEC 14496-12 § 4.3). Sequences among them are refused later, by what is in the file.
const HEIF_BRANDS: &[(&[u8; 4], Container)] = &[
    (b"avif", Container::Avif),
    (b"avis", Container::Avif),
    (b"heic", Container::Heic),
    (b"heix", Container::Heic),
    (b"heim", Container::Heic),
    (b"heis", Container::Heic),
    (b"hevc", Container::Heic),
    (b"hevx", Container::Heic),
    (b"mif1", Container::Heic),
    (b"mif2", Container::Heic),
    (b"msf1", Container::Heic),
];

/// Files in boxes that are no videos, by what they say they are: raw photos, and sound alone.
const NO_VIDEO_BRANDS: &[&[u8; 4]] = &[b"crx ", b"M4A ", b"M4B ", b"M4P "];

/// The video container of a file whose first box is a file type; QuickTime's older files begin with any of the others.
fn video(bytes: &[u8]) -> Option<Container> {
    let brand = bytes.get(8..12).unwrap_or_default();
    match bytes.get(4..8)? {
        // A size of 64 bits stands where the brand is looked for: no writer does that, and readers disagree.
        b"ftyp" if bytes.starts_with(&[0, 0, 0, 1]) => None,
        b"ftyp" if NO_VIDEO_BRANDS.iter().any(|other| *other == brand) => None,
        b"ftyp" if brand == b"qt  " => Some(Container::Mov),
        b"ftyp" => Some(Container::Mp4),
        b"moov" | b"mdat" | b"wide" => Some(Container::Mov),
        _ => None,
    }
}

/// More words than the file type of any real file has; a limit on work.
pub(crate) const BRANDS_MAX: usize = 64;

/// The HEIF container of a file whose first box is a file type with one of its brands. Videos and raw photos may be
/// compatible with them too, so what they are comes first.
fn heif(bytes: &[u8]) -> Option<Container> {
    let (size, rest) = bytes.split_first_chunk::<4>()?;
    let body = rest.strip_prefix(b"ftyp")?;
    let len = usize::try_from(u32::from_be_bytes(*size))
        .ok()?
        .checked_sub(8)?;
    let mut words = body
        .get(..len)
        .unwrap_or(body)
        .chunks_exact(4)
        .take(BRANDS_MAX);
    let container = |word: &[u8]| {
        HEIF_BRANDS
            .iter()
            .find(|(brand, _)| *brand == word)
            .map(|(_, found)| *found)
    };
    let major = words.next()?;
    if OTHER_BRANDS.iter().any(|brand| *brand == major) {
        return None;
    }
    // The version stands between.
    let mut found = words.skip(1).filter_map(container);
    container(major)
        .filter(|_| !matches!(major, b"mif1" | b"mif2" | b"msf1"))
        .or_else(|| {
            let first = found.next()?;
            Some(
                found
                    .find(|found| *found == Container::Avif)
                    .unwrap_or(first),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Class;

    #[test]
    fn words_fit_into_records() {
        for container in Container::ALL {
            let word = container.word();
            assert!((1..=16).contains(&word.len()), "{word}");
            let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            assert!(word.bytes().all(fits), "{word}");
        }
    }

    #[test]
    fn extensions_begin_with_the_usual_one() {
        for container in Container::ALL {
            assert_eq!(container.extensions().first(), Some(&container.extension()));
        }
    }

    #[test]
    fn a_file_type_of_unusual_size_is_not_guessed() {
        let large = b"\0\0\0\x01ftyp\0\0\0\0\0\0\0\x1Cqt  \0\0\0\0qt  ";
        assert_eq!(sniff(large), None);
    }

    #[test]
    fn heif_is_told_by_its_brands() {
        let photo = |container| Some(Sniffed::Photo(container));
        assert_eq!(
            sniff(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
            photo(Container::Heic)
        );
        assert_eq!(
            sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"),
            photo(Container::Avif)
        );
        assert_eq!(
            sniff(b"\0\0\0\x18ftypmif1\0\0\0\0miafheic"),
            photo(Container::Heic)
        );
        assert_eq!(
            sniff(b"\0\0\0\x18ftypABCD\0\0\0\0mif1heix"),
            photo(Container::Heic)
        );
        assert_eq!(
            sniff(b"\0\0\0\x18ftypisom\0\0\0\0mp41mp42"),
            photo(Container::Mp4)
        );
        assert_eq!(sniff(b"\0\0\0\x0Cftypavifheic"), photo(Container::Avif));
    }

    #[test]
    fn riff_without_webp_is_no_photo() {
        assert_eq!(sniff(b"RIFF\0\0\0\0WAVEfmt "), refused(Class::Sound, "WAV"));
        assert_eq!(
            sniff(b"RIFF\0\0\0\0WEBPVP8 "),
            Some(Sniffed::Photo(Container::Webp))
        );
        assert_eq!(sniff(b"\0\xFFnkjunkWEBP"), None);
    }

    #[test]
    fn refused_kinds_are_named() {
        assert_eq!(
            sniff(b"\0\0\0\x18ftypcrx \0\0\0\0crx isommif1"),
            refused(Class::Raw, "Canon CR3")
        );
        assert_eq!(sniff(b"%PDF-1.7"), refused(Class::Document, "PDF"));
    }

    fn refused(class: Class, name: &'static str) -> Option<Sniffed> {
        Some(Sniffed::Refused(Refusal::new(class, name)))
    }
}
