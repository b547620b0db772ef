//! Which segment is what. T.81 Table B.1, and the signatures by which APPn segments are told apart.

use crate::part::Kind;

pub(super) const SOI: u8 = 0xD8;
pub(super) const EOI: u8 = 0xD9;
pub(super) const SOS: u8 = 0xDA;

/// The name of a frame header, whatever its coding process.
pub(super) const FRAME: &str = "SOF";

/// Every segment that has a name, with what it is.
pub(super) const VOCABULARY: &[(&str, Kind)] = &[
    ("SOI", Kind::Signature),
    (FRAME, Kind::Header),
    ("DNL", Kind::Header),
    ("DQT", Kind::Tables),
    ("DHT", Kind::Tables),
    ("DAC", Kind::Tables),
    ("DRI", Kind::Tables),
    ("SOS and its scan", Kind::Pixels),
    ("EOI", Kind::End),
    ("APP0 JFIF", Kind::Jfif),
    ("APP0 JFXX", Kind::Vendor),
    ("APP1 Exif", Kind::Exif),
    ("APP1 XMP", Kind::Xmp),
    ("APP1 extended XMP", Kind::Xmp),
    ("APP2 ICC_PROFILE", Kind::ColourProfile),
    ("APP2 MPF", Kind::MultiPicture),
    ("APP11 JUMBF", Kind::Provenance),
    ("APP13 Photoshop", Kind::Photoshop),
    ("APP14 Adobe", Kind::AdobeTransform),
    ("any other APP0 to APP15", Kind::Vendor),
    ("COM", Kind::Comment),
    (
        "a second JFIF, Adobe or Exif, or one inside the picture",
        Kind::Duplicate,
    ),
    ("bytes between segments", Kind::Filler),
    (
        "gain map behind EOI (Ultra HDR, ISO 21496-1, Apple): its tables and scans",
        Kind::Pixels,
    ),
    (
        "gain map: its numbers, and the index that announces it",
        Kind::GainMapIndex,
    ),
    ("anything else after EOI", Kind::Trailer),
];

/// A segment's payload, told apart.
pub(super) struct Content<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'static str,
    pub(super) body: &'a [u8],
}

/// APPn signatures: marker, the bytes that the payload begins with, kind and name.
const SIGNATURES: &[(u8, &[u8], Kind, &str)] = &[
    (0xE0, b"JFIF\0", Kind::Jfif, "APP0 JFIF"),
    (0xE0, b"JFXX\0", Kind::Vendor, "APP0 JFXX"),
    (0xE1, b"Exif\0\0", Kind::Exif, "APP1 Exif"),
    // Some writers put 0xFF as the padding byte, CIPA DC-008 § 4.5.4 asks for 0x00.
    (0xE1, b"Exif\0\xFF", Kind::Exif, "APP1 Exif"),
    (
        0xE1,
        b"http://ns.adobe.com/xap/1.0/\0",
        Kind::Xmp,
        "APP1 XMP",
    ),
    (
        0xE1,
        b"http://ns.adobe.com/xmp/extension/\0",
        Kind::Xmp,
        "APP1 extended XMP",
    ),
    (
        0xE2,
        b"ICC_PROFILE\0",
        Kind::ColourProfile,
        "APP2 ICC_PROFILE",
    ),
    (0xE2, b"MPF\0", Kind::MultiPicture, "APP2 MPF"),
    (0xEB, b"JP", Kind::Provenance, "APP11 JUMBF"),
    (0xED, b"Photoshop 3.0\0", Kind::Photoshop, "APP13 Photoshop"),
    (0xEE, b"Adobe", Kind::AdobeTransform, "APP14 Adobe"),
];

const APP_NAMES: [&str; 16] = [
    "APP0", "APP1", "APP2", "APP3", "APP4", "APP5", "APP6", "APP7", "APP8", "APP9", "APP10",
    "APP11", "APP12", "APP13", "APP14", "APP15",
];

/// What an APPn segment is, told from its first bytes. The body is what follows the signature.
pub(super) fn application<'a>(marker: u8, payload: &'a [u8]) -> Content<'a> {
    for (app, signature, kind, name) in SIGNATURES {
        if *app == marker
            && let Some(body) = payload.strip_prefix(*signature)
        {
            return Content {
                kind: *kind,
                name,
                body,
            };
        }
    }
    let number = usize::from(marker & 0x0F);
    Content {
        kind: Kind::Vendor,
        name: APP_NAMES.get(number).copied().unwrap_or("APP"),
        body: payload,
    }
}
