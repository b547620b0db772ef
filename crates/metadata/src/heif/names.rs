//! What the parts are called, and what they are.

use super::movie::names as movie;
use crate::part::Kind;

/// The name and the kind of a part.
pub(super) type Name = (&'static str, Kind);

// - Items: their data, and of those that go their descriptions too
pub(super) const CODED: Name = ("coded picture", Kind::Pixels);
pub(super) const ALPHA: Name = ("coded transparency", Kind::Transparency);
pub(super) const DERIVED: Name = ("grid, iovl, iden, tmap item", Kind::Header);
pub(super) const EXIF: Name = ("Exif item", Kind::Exif);
pub(super) const XMP: Name = ("mime item with XMP", Kind::Xmp);
pub(super) const GAIN_MAP_NUMBERS: Name = (
    "mime item with the numbers of an Apple gain map",
    Kind::GainMapIndex,
);
pub(super) const PROVENANCE: Name = ("mime item with C2PA", Kind::Provenance);
pub(super) const FOREIGN: Name = ("any other mime or uri item", Kind::Unknown);
pub(super) const THUMBNAIL: Name = ("thumbnail item", Kind::SecondPicture);
pub(super) const AUXILIARY: Name = (
    "auxiliary item: depth, matte, gain map that is not plain numbers",
    Kind::SecondPicture,
);
pub(super) const UNUSED: Name = ("item that the picture does not use", Kind::SecondPicture);
pub(super) const MESSAGE: Name = (
    "message inside coded data (SEI, metadata OBU)",
    Kind::Comment,
);
pub(super) const PADDING: Name = ("padding inside coded data", Kind::Filler);

// - Boxes of the file
pub(super) const SIGNATURE: Name = (
    "ftyp with nothing but brands of still pictures",
    Kind::Signature,
);
pub(super) const FTYP: Name = ("ftyp", Kind::Structure);
pub(super) const META: Name = ("meta", Kind::Structure);
pub(super) const MDAT: Name = ("mdat", Kind::Structure);
pub(super) const GAP: Name = ("bytes that no item uses", Kind::Filler);
pub(super) const FREE: Name = ("free, skip", Kind::Filler);
pub(super) const C2PA: Name = ("uuid with C2PA", Kind::Provenance);
pub(super) const VENDOR: Name = ("uuid, mpvd, sefd", Kind::Vendor);
pub(super) const OTHER: Name = ("any other box", Kind::Unknown);
pub(super) const TRAILER: Name = ("after the last box", Kind::Trailer);

// - Boxes in the meta box
pub(super) const HDLR: Name = ("hdlr", Kind::Structure);
pub(super) const DINF: Name = ("dinf", Kind::Structure);
pub(super) const PITM: Name = ("pitm", Kind::Structure);
pub(super) const IINF: Name = ("iinf", Kind::Structure);
pub(super) const INFE: Name = ("infe", Kind::Structure);
pub(super) const IREF: Name = ("iref", Kind::Structure);
pub(super) const REFERENCE: Name = ("dimg, auxl, prem, iloc, cdsc reference", Kind::Structure);
pub(super) const LOST_REFERENCE: Name = ("reference to or from what goes", Kind::Orphan);
pub(super) const IPRP: Name = ("iprp", Kind::Structure);
pub(super) const IPCO: Name = ("ipco", Kind::Structure);
pub(super) const IPMA: Name = ("ipma", Kind::Structure);
pub(super) const ILOC: Name = ("iloc", Kind::Structure);
pub(super) const IDAT: Name = ("idat", Kind::Structure);
pub(super) const GRPL: Name = ("grpl", Kind::Structure);
pub(super) const ALTR: Name = ("altr", Kind::Structure);
pub(super) const GROUP: Name = ("any other group", Kind::MultiPicture);

// - Properties
pub(super) const HVCC: Name = ("hvcC", Kind::Structure);
pub(super) const HVCC_COUNT: Name = ("hvcC array count", Kind::Structure);
pub(super) const AV1C: Name = ("av1C", Kind::Structure);
pub(super) const DECODER: Name = ("decoder configuration", Kind::Tables);
pub(super) const LAYOUT: Name = (
    "ispe, pixi, irot, imir, clap, iscl, rloc, auxC, a1op, a1lx, lsel",
    Kind::Header,
);
pub(super) const NUMBERS: Name = (
    "colr nclx, clli, mdcv, cclv, amve, ndwt",
    Kind::ColourNumbers,
);
pub(super) const PASP: Name = ("pasp", Kind::Density);
pub(super) const PROFILE: Name = ("colr prof, colr rICC", Kind::ColourProfile);
pub(super) const WORDS: Name = ("udes, altt", Kind::Text);
pub(super) const DATES: Name = ("crtt, mdft", Kind::Time);
pub(super) const CAMERA: Name = ("cmin, cmex, uuid property", Kind::Vendor);
pub(super) const LOST_PROPERTY: Name = ("property of what goes", Kind::Orphan);
pub(super) const UNKNOWN_PROPERTY: Name = ("any other property", Kind::Unknown);

/// Every part that the walk can yield.
pub(super) static VOCABULARY: &[Name] = &[
    SIGNATURE,
    FTYP,
    META,
    HDLR,
    DINF,
    PITM,
    IINF,
    INFE,
    IREF,
    REFERENCE,
    IPRP,
    IPCO,
    HVCC,
    HVCC_COUNT,
    AV1C,
    DECODER,
    LAYOUT,
    NUMBERS,
    PASP,
    PROFILE,
    IPMA,
    ILOC,
    IDAT,
    GRPL,
    ALTR,
    MDAT,
    CODED,
    ALPHA,
    DERIVED,
    EXIF,
    XMP,
    GAIN_MAP_NUMBERS,
    PROVENANCE,
    FOREIGN,
    THUMBNAIL,
    AUXILIARY,
    UNUSED,
    MESSAGE,
    PADDING,
    WORDS,
    DATES,
    CAMERA,
    UNKNOWN_PROPERTY,
    LOST_PROPERTY,
    LOST_REFERENCE,
    GROUP,
    C2PA,
    VENDOR,
    FREE,
    GAP,
    // - Of sequences of pictures
    movie::CONTAINER,
    movie::MVHD,
    movie::TKHD,
    movie::TIMING,
    movie::REFERENCE,
    movie::MDHD,
    movie::SIZES,
    movie::ENTRY,
    movie::VISUAL,
    movie::CONFIGURATION,
    movie::HINTS,
    movie::AUDIO,
    movie::DESCRIPTOR,
    movie::SOUND_HINTS,
    movie::OFFSETS,
    movie::SPHERE,
    movie::VIDEO,
    movie::ALPHA,
    movie::SOUND,
    movie::AVC_MESSAGE,
    movie::HEVC_MESSAGE,
    movie::AV1_MESSAGE,
    movie::AAC_FILLING,
    movie::TELEMETRY,
    movie::WORDS,
    movie::TIME_CODE,
    movie::OTHER_VIDEO,
    movie::OTHER_TRACK,
    movie::USER_DATA,
    movie::VENDOR,
    movie::LOST_REFERENCE,
    movie::FREE,
    movie::GAP,
    movie::OTHER,
    OTHER,
    TRAILER,
];
