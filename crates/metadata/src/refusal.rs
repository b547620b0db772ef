//! Files that are known by their bytes and refused: each by its name, with the reason and what to do instead.

use std::fmt;

use memchr::memmem;

/// What kind of file it is that is refused. It decides the reason and the advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// What the sensor of a camera saw, with the maker's own blocks around it.
    Raw,
    /// Another form of picture.
    Picture,
    /// A picture in layers, with what they hide.
    Layers,
    /// A drawing made of lines, texts and links.
    Drawing,
    /// Pages, with pictures in them.
    Document,
    /// A film.
    Video,
    /// A sound.
    Sound,
    /// Several files in one.
    Archive,
    /// Words alone.
    Text,
}

/// A format that is known and refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Refusal {
    /// What kind of file it is.
    pub class: Class,
    /// What it is called, such as `Canon CR2`.
    pub name: &'static str,
}

impl Refusal {
    pub(crate) const fn new(class: Class, name: &'static str) -> Self {
        Self { class, name }
    }

    /// Whether it shows something, so that a person who hands in a folder should hear that it was not cleaned.
    #[must_use]
    pub const fn is_picture(self) -> bool {
        matches!(
            self.class,
            Class::Raw | Class::Picture | Class::Layers | Class::Drawing
        )
    }

    /// A stable word for programs.
    pub(crate) const fn code(self) -> &'static str {
        match self.class {
            Class::Text | Class::Archive | Class::Sound => "not_a_photo",
            _ => "unsupported_format",
        }
    }

    /// What to do instead, as a sentence.
    pub(crate) const fn hint(self) -> &'static str {
        match self.class {
            Class::Raw => {
                "Do not share it as it is. Export it as JPEG or TIFF from your photo program, then clean that copy."
            }
            Class::Picture => {
                "Do not share it as it is. Open it in a photo program, save it as PNG or JPEG, then clean that copy."
            }
            Class::Layers => {
                "Do not share it as it is. Flatten it and export it as PNG, JPEG or TIFF, then clean that copy."
            }
            Class::Drawing => {
                "Do not share it as it is. Export it as PNG from your drawing program, then clean that copy."
            }
            Class::Document => {
                "Do not share it as it is. Save the page that you want to share as a PNG picture, then clean that."
            }
            Class::Video => {
                "Do not share it as it is: videos often hold the place and the day. Save it as MP4 with a video program, then clean that copy."
            }
            Class::Sound => "Check that this is the file you meant: it holds sound, not a picture.",
            Class::Archive => "Unpack it first, then clean the photos that were in it.",
            Class::Text => {
                "Check that this is the file you meant. If it should be a photo, the download may have gone wrong: get it again."
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name;
        match self.class {
            Class::Raw => write!(
                f,
                "this is a RAW photo ({name}), which cannot be cleaned without leaving something behind"
            ),
            Class::Picture => write!(
                f,
                "this is a picture of a kind that cannot be cleaned yet ({name})"
            ),
            Class::Layers => write!(
                f,
                "this is a picture in layers ({name}), which cannot be cleaned without leaving something behind"
            ),
            Class::Drawing => write!(
                f,
                "this is a drawing ({name}), which can hold texts and links that cannot be cleaned away"
            ),
            Class::Document => write!(
                f,
                "this is a document ({name}), not a photo; it can hold much more than it shows"
            ),
            Class::Video => write!(f, "this is a video ({name}), which cannot be cleaned yet"),
            Class::Sound => write!(f, "this is a sound file ({name}), not a photo"),
            Class::Archive => write!(f, "this is an archive ({name}), not a photo"),
            Class::Text => write!(f, "this is not a photo: it is text ({name})"),
        }
    }
}

/// One signature: the bytes at an offset, and what they mean.
type Signature = (usize, &'static [u8], Class, &'static str);

#[rustfmt::skip]
const SIGNATURES: &[Signature] = &[
    // Those RAW photos that are told by their first bytes; the others look like TIFF and are told by what is in them.
    (8, b"CR\x02", Class::Raw, "Canon CR2"),
    (4, b"ftypcrx ", Class::Raw, "Canon CR3"),
    (6, b"HEAPCCDR", Class::Raw, "Canon CRW"),
    (0, b"FUJIFILMCCD-RAW", Class::Raw, "Fujifilm RAF"),
    (0, b"IIRO", Class::Raw, "Olympus ORF"),
    (0, b"IIRS", Class::Raw, "Olympus ORF"),
    (0, b"MMOR", Class::Raw, "Olympus ORF"),
    (0, b"IIU\0", Class::Raw, "Panasonic RW2"),
    (0, b"FOVb", Class::Raw, "Sigma X3F"),
    (0, b"\0MRM", Class::Raw, "Minolta MRW"),
    (8, b"IIII", Class::Raw, "Phase One IIQ"),
    (8, b"MMMM", Class::Raw, "Phase One IIQ"),

    (0, b"FLV\x01", Class::Video, "Flash"),
    (0, b"\0\0\x01\xBA", Class::Video, "MPEG"),
    (0, b"\0\0\x01\xB3", Class::Video, "MPEG"),
    (0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", Class::Video, "Windows Media"),

    (0, b"\0\0\0\x0CjP  \r\n\x87\n", Class::Picture, "JPEG 2000"),
    (0, b"\xFF\x4F\xFF\x51", Class::Picture, "JPEG 2000"),
    (0, b"II\xBC\x01", Class::Picture, "JPEG XR"),
    (0, b"BPG\xFB", Class::Picture, "BPG"),
    (0, b"FLIF", Class::Picture, "FLIF"),
    (0, b"qoif", Class::Picture, "QOI"),
    (0, b"\x8AMNG\r\n\x1A\n", Class::Picture, "MNG"),
    (0, b"\x8BJNG\r\n\x1A\n", Class::Picture, "JNG"),
    (0, b"\x76\x2F\x31\x01", Class::Picture, "OpenEXR"),
    (0, b"#?RADIANCE", Class::Picture, "Radiance HDR"),
    (0, b"#?RGBE", Class::Picture, "Radiance HDR"),
    (0, b"DDS ", Class::Picture, "DDS"),
    (0, b"icns", Class::Picture, "Apple icon"),
    (0, b"SIMPLE  =", Class::Picture, "FITS"),
    (128, b"DICM", Class::Picture, "DICOM"),

    (0, b"8BPS\0\x02", Class::Layers, "Photoshop PSB"),
    (0, b"8BPS", Class::Layers, "Photoshop PSD"),
    (0, b"gimp xcf", Class::Layers, "GIMP XCF"),
    (30, b"mimetypeapplication/x-krita", Class::Layers, "Krita"),
    (30, b"mimetypeimage/openraster", Class::Layers, "OpenRaster"),

    (0, b"%!PS-Adobe", Class::Drawing, "EPS or Illustrator"),
    (0, b"\xC5\xD0\xD3\xC6", Class::Drawing, "EPS"),
    (0, b"\xD7\xCD\xC6\x9A", Class::Drawing, "WMF"),

    (0, b"%PDF-", Class::Document, "PDF"),
    (0, b"AT&TFORM", Class::Document, "DjVu"),
    (0, b"{\\rtf", Class::Document, "RTF"),
    (0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Class::Document, "old Microsoft Office"),
    (30, b"[Content_Types].xml", Class::Document, "Microsoft Office"),
    (30, b"mimetypeapplication/vnd.oasis", Class::Document, "OpenDocument"),
    (30, b"mimetypeapplication/epub+zip", Class::Document, "EPUB"),

    (0, b"PK\x03\x04", Class::Archive, "ZIP"),
    (0, b"PK\x05\x06", Class::Archive, "ZIP"),
    (0, b"7z\xBC\xAF\x27\x1C", Class::Archive, "7z"),
    (0, b"Rar!\x1A\x07", Class::Archive, "RAR"),
    (0, b"\x1F\x8B", Class::Archive, "gzip"),
    (257, b"ustar", Class::Archive, "tar"),

    (4, b"ftypM4", Class::Sound, "MPEG-4 sound"),
    (0, b"ID3", Class::Sound, "MP3"),
    (0, b"fLaC", Class::Sound, "FLAC"),
    (0, b"OggS", Class::Sound, "Ogg"),
];

/// What follows `RIFF` and a size; WebP is a photo and told elsewhere.
const RIFF: &[(&[u8; 4], Class, &str)] = &[
    (b"AVI ", Class::Video, "AVI"),
    (b"WAVE", Class::Sound, "WAV"),
];

/// Tells a refused format by the first bytes of a file.
pub(crate) fn refusal(head: &[u8]) -> Option<Refusal> {
    let signed = SIGNATURES.iter().find(|(offset, magic, ..)| {
        head.get(*offset..)
            .is_some_and(|rest| rest.starts_with(magic))
    });
    let signed = signed.map(|(_, _, class, name)| Refusal::new(*class, name));
    signed
        .filter(|refusal| refusal.name != "Phase One IIQ" || is_tiff(head))
        .or_else(|| riff(head))
        .or_else(|| matroska(head))
        .or_else(|| icon(head))
        .or_else(|| bitmap(head))
        .or_else(|| portable_map(head))
        .or_else(|| words(head))
}

fn is_tiff(head: &[u8]) -> bool {
    head.starts_with(b"II*\0") || head.starts_with(b"MM\0*")
}

fn riff(head: &[u8]) -> Option<Refusal> {
    let word = head.strip_prefix(b"RIFF")?.get(4..8)?;
    let (_, class, name) = RIFF.iter().find(|(known, ..)| *known == word)?;
    Some(Refusal::new(*class, name))
}

/// EBML says which of the two it is by the name of its document type, RFC 8794 § 11.2.4.
fn matroska(head: &[u8]) -> Option<Refusal> {
    let header = head.strip_prefix(b"\x1A\x45\xDF\xA3")?;
    let is_webm = contains(header.get(..64).unwrap_or(header), b"webm");
    Some(Refusal::new(
        Class::Video,
        if is_webm { "WebM" } else { "Matroska" },
    ))
}

/// Windows icons and cursors: zero, their kind, how many, and an entry whose fourth byte is zero.
fn icon(head: &[u8]) -> Option<Refusal> {
    match head {
        [0, 0, kind @ (1 | 2), 0, count, 0, _, _, _, 0, ..] if *count > 0 => Some(Refusal::new(
            Class::Picture,
            if *kind == 1 {
                "Windows icon"
            } else {
                "Windows cursor"
            },
        )),
        _ => None,
    }
}

/// BMP: two letters, a size, and four bytes that are zero.
fn bitmap(head: &[u8]) -> Option<Refusal> {
    let reserved = head.strip_prefix(b"BM")?.get(4..8)?;
    (reserved == [0; 4]).then_some(Refusal::new(Class::Picture, "BMP"))
}

/// The portable maps of Netpbm: `P1` to `P7` and white space.
fn portable_map(head: &[u8]) -> Option<Refusal> {
    match head {
        [b'P', b'1'..=b'7', b' ' | b'\t' | b'\r' | b'\n', ..] => {
            Some(Refusal::new(Class::Picture, "PNM"))
        }
        _ => None,
    }
}

/// Drawings, pages and notes that are made of words.
fn words(head: &[u8]) -> Option<Refusal> {
    if contains(head, b"<svg") && is_text(head) {
        return Some(Refusal::new(Class::Drawing, "SVG"));
    }
    if !is_text(head) {
        return None;
    }
    let lower = head.to_ascii_lowercase();
    let is_page = contains(&lower, b"<html") || contains(&lower, b"<!doctype html");
    Some(match is_page {
        true => Refusal::new(Class::Text, "a web page"),
        false => Refusal::new(Class::Text, "plain text"),
    })
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    memmem::find(bytes, word).is_some()
}

/// Whether bytes read as text: a few characters at least, in UTF-8 that may be cut in its last one, without control
/// characters.
fn is_text(bytes: &[u8]) -> bool {
    let whole = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(valid).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0C' | '\x1B');
    whole.trim().chars().count() > 1 && !whole.chars().any(is_odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_by_its_name() {
        let told = |head: &[u8]| refusal(head).map(|refusal| refusal.name);
        let cases: &[(&[u8], &str)] = &[
            (b"II*\0\x10\0\0\0CR\x02\0", "Canon CR2"),
            (b"\0\0\0\x18ftypcrx \0\0\0\0", "Canon CR3"),
            (b"II*\0\x08\0\0\0IIII", "Phase One IIQ"),
            (b"MMOR\0\0\0\x08", "Olympus ORF"),
            (
                b"\x1A\x45\xDF\xA3\x01\0\0\0\0\0\0\x1F\x42\x82\x84webm",
                "WebM",
            ),
            (b"\x1A\x45\xDF\xA3\xA3\x42\x82\x88matroska", "Matroska"),
            (b"RIFF\x10\0\0\0AVI LIST", "AVI"),
            (b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0", "Windows icon"),
            (b"P6\n3 2\n255\n", "PNM"),
            (b"<?xml version='1.0'?>\n<svg xmlns='x'>", "SVG"),
            (b"\xEF\xBB\xBF<svg>", "SVG"),
            (b"<!DOCTYPE html><title>", "a web page"),
            (b"dear diary", "plain text"),
            ("Tagebuch für Jörg".as_bytes(), "plain text"),
            (
                b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0____________\x13\0\0\0[Content_Types].xml",
                "Microsoft Office",
            ),
            (b"PK\x03\x04\x14\0", "ZIP"),
            (b"8BPS\0\x01", "Photoshop PSD"),
            (b"8BPS\0\x02", "Photoshop PSB"),
        ];
        for (head, name) in cases {
            assert_eq!(told(head), Some(*name));
        }
        assert_eq!(told(b"\x01\x02\x03\x04 noise \xFF"), None);
        assert_eq!(told(b""), None);
    }

    #[test]
    fn each_says_what_to_do() {
        let raw = Refusal::new(Class::Raw, "Canon CR2");
        assert_eq!(
            raw.to_string(),
            "this is a RAW photo (Canon CR2), which cannot be cleaned without leaving something behind"
        );
        assert!(raw.hint().contains("Export it as JPEG or TIFF"));
        assert!(raw.is_picture());
        let text = Refusal::new(Class::Text, "plain text");
        assert_eq!(text.code(), "not_a_photo");
        assert!(!text.is_picture());
    }
}
