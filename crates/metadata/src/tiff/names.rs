//! What the parts are called, and what they are.

use crate::part::Kind;

/// The name and the kind of a part.
pub(super) type Name = (&'static str, Kind);

// - What says where everything is
/// Its body is the whole file: every offset counts from here.
pub(super) const HEADER: Name = ("header", Kind::Structure);
pub(super) const DIRECTORY: Name = ("directory: count and link", Kind::Structure);
pub(super) const NEEDED: Name = ("tag that the picture needs", Kind::Structure);

// - The picture
pub(super) const DATA: Name = ("strip or tile", Kind::Pixels);
pub(super) const MASK: Name = ("strip or tile of a transparency mask", Kind::Transparency);
pub(super) const JPEG_SIGNATURE: Name = ("SOI in a JPEG strip or tile", Kind::Signature);
pub(super) const JPEG_HEADER: Name = ("SOF, DNL in a JPEG strip or tile", Kind::Header);
pub(super) const JPEG_TABLES: Name = ("DQT, DHT, DAC, DRI in a JPEG strip or tile", Kind::Tables);
pub(super) const JPEG_SCAN: Name = ("scan in a JPEG strip or tile", Kind::Pixels);
pub(super) const JPEG_END: Name = ("EOI in a JPEG strip or tile", Kind::End);
pub(super) const JPEG_JFIF: Name = ("JFIF in a JPEG strip or tile", Kind::Jfif);
pub(super) const JPEG_ADOBE: Name = ("Adobe in a JPEG strip or tile", Kind::AdobeTransform);
pub(super) const SHARED_TABLES: Name = ("JPEGTables", Kind::Structure);
pub(super) const PROFILE: Name = ("ICC profile", Kind::ColourProfile);

// - What a person may keep of it
pub(super) const EXIF: Name = (
    "Make, Model, Artist, Copyright; Exif and GPS directory",
    Kind::Exif,
);

// - What goes
pub(super) const JPEG_OTHER: Name = ("any other segment of a JPEG strip or tile", Kind::Vendor);
pub(super) const XMP: Name = ("XMP", Kind::Xmp);
pub(super) const PHOTOSHOP: Name = ("IPTC, Photoshop resources", Kind::Photoshop);
pub(super) const LAYERS: Name = ("Photoshop layers (ImageSourceData)", Kind::SecondPicture);
pub(super) const PROVENANCE: Name = ("C2PA", Kind::Provenance);
pub(super) const TIME: Name = ("DateTime", Kind::Time);
pub(super) const TEXT: Name = ("any other text", Kind::Text);
pub(super) const UNKNOWN: Name = ("any other tag", Kind::Unknown);
pub(super) const DUPLICATE: Name = ("second entry of a tag", Kind::Duplicate);
pub(super) const SMALL: Name = (
    "directory and data of a thumbnail, a preview or any other picture than the pages",
    Kind::SecondPicture,
);
pub(super) const EMPTY: Name = ("directory without a picture", Kind::Orphan);
pub(super) const GAP: Name = ("bytes that no tag explains", Kind::Filler);
pub(super) const TRAILER: Name = ("after everything that a tag explains", Kind::Trailer);

/// Every part that the walk can yield.
pub(super) static VOCABULARY: &[Name] = &[
    HEADER,
    DIRECTORY,
    NEEDED,
    DATA,
    MASK,
    JPEG_SIGNATURE,
    JPEG_HEADER,
    JPEG_TABLES,
    JPEG_SCAN,
    JPEG_END,
    JPEG_JFIF,
    JPEG_ADOBE,
    SHARED_TABLES,
    PROFILE,
    EXIF,
    JPEG_OTHER,
    XMP,
    PHOTOSHOP,
    LAYERS,
    PROVENANCE,
    TIME,
    TEXT,
    UNKNOWN,
    DUPLICATE,
    SMALL,
    EMPTY,
    GAP,
    TRAILER,
];
