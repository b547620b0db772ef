//! The words that clean copies contain for reasons of their own: names of formats and of colour spaces. A comment in the
//! original that happens to read `image/jpeg` or `Display P3` is not left behind because the copy says so as well.

use memchr::memmem;

use crate::explain::PLAIN_COLOUR_NAMES;
use crate::{gain_map, icc};

/// Names of segments, chunks, extensions and items that stand in clean copies.
const FORMATS: &[&[u8]] = &[
    b"ICC_PROFILE",
    b"http://ns.adobe.com/xap/1.0/",
    b"urn:iso:std:iso:ts:21496:-1",
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
    b"urn:mpeg:hevc:2015:auxid:1",
    b"urn:mpeg:avc:2015:auxid:1",
    b"application/rdf+xml",
    b"NETSCAPE2.0",
    b"ANIMEXTS1.0",
];

/// Whether these bytes are part of such a word, in the form in which it stands in copies.
pub(crate) fn is_ours(bytes: &[u8]) -> bool {
    let holds = |word: &[u8]| memmem::find(word, bytes).is_some();
    FORMATS.iter().any(|word| holds(word))
        || holds(&gain_map::words())
        || icc::kinds().iter().any(|kind| holds(kind))
        || PLAIN_COLOUR_NAMES.iter().any(|name| {
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
            holds(name.as_bytes()) || holds(&wide)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_words_of_formats_are_ours_and_names_are_not() {
        for word in [
            "image/jpeg",
            "Display",
            "mntrRGB XYZ",
            "prtrCMYKLab",
            "NETSCAPE2.0",
        ] {
            assert!(is_ours(word.as_bytes()), "{word}");
        }
        assert!(is_ours(b"\0D\0i\0s\0p\0l\0a\0y"));
        for word in ["Jane Doe", "Display P3 of Jane", "SERIAL-0815"] {
            assert!(!is_ours(word.as_bytes()), "{word}");
        }
    }
}
