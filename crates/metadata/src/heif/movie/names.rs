//! What the parts of a video are called, and what they are. Those of the decoder configurations and colours are the
//! same as in pictures.

use crate::heif::names::{
    AV1C, C2PA, DECODER, FTYP, HVCC, HVCC_COUNT, LAYOUT, MDAT, MESSAGE, NUMBERS, Name, PADDING,
    PASP, PROFILE, TRAILER,
};
use crate::part::Kind;

// - Samples
pub(in crate::heif) const VIDEO: Name = ("coded video", Kind::Pixels);
pub(in crate::heif) const ALPHA: Name = ("coded transparency of a video", Kind::Transparency);
pub(in crate::heif) const SOUND: Name = ("coded sound", Kind::Pixels);
pub(in crate::heif) const AVC_MESSAGE: Name = ("SEI in AVC video", Kind::Message);
pub(in crate::heif) const HEVC_MESSAGE: Name = ("SEI in HEVC video", Kind::Message);
pub(in crate::heif) const AV1_MESSAGE: Name = ("metadata OBU in AV1 video", Kind::Message);
pub(in crate::heif) const AAC_FILLING: Name = ("filling and data before AAC sound", Kind::Message);
pub(in crate::heif) const GAP: Name = ("bytes that no track uses", Kind::Filler);

// - Tracks that go, and their samples
pub(in crate::heif) const TELEMETRY: Name = (
    "track of timed metadata: places, sensors, faces",
    Kind::Vendor,
);
pub(in crate::heif) const WORDS: Name = ("track of text, subtitles or chapters", Kind::Text);
pub(in crate::heif) const TIME_CODE: Name = ("track of time codes", Kind::Time);
pub(in crate::heif) const OTHER_VIDEO: Name = (
    "track of another video: hidden, depth, thumbnails",
    Kind::SecondPicture,
);
pub(in crate::heif) const OTHER_TRACK: Name = ("any other track", Kind::Unknown);

// - Boxes
pub(in crate::heif) const CONTAINER: Name = (
    "moov, trak, edts, tref, tapt, mdia, minf, stbl, stsd, wave, sv3d, proj",
    Kind::Structure,
);
pub(in crate::heif) const ENTRY: Name = ("sample entry", Kind::Structure);
pub(in crate::heif) const VISUAL: Name = ("fields of a video sample entry", Kind::Structure);
pub(in crate::heif) const AUDIO: Name = ("fields of a sound sample entry", Kind::Structure);
pub(in crate::heif) const MVHD: Name = ("mvhd", Kind::Structure);
pub(in crate::heif) const TKHD: Name = ("tkhd", Kind::Structure);
pub(in crate::heif) const MDHD: Name = ("mdhd", Kind::Structure);
pub(in crate::heif) const HDLR: Name = ("hdlr", Kind::Structure);
pub(in crate::heif) const DINF: Name = ("dinf", Kind::Structure);
pub(in crate::heif) const OFFSETS: Name = ("stco, co64", Kind::Structure);
pub(in crate::heif) const REFERENCE: Name = ("auxl reference of a track", Kind::Structure);
pub(in crate::heif) const TIMING: Name = (
    "elst, stts, ctts, cslg, stss, stps, sdtp, sbgp, sgpd",
    Kind::Animation,
);
pub(in crate::heif) const SIZES: Name = (
    "stsc, stsz, stz2, vmhd, smhd, nmhd, clef, prof, enof",
    Kind::Header,
);
pub(in crate::heif) const CONFIGURATION: Name = ("avcC", Kind::Structure);
pub(in crate::heif) const HINTS: Name = (
    "vpcC, dvcC, dvvC, chrm, fiel, gama, btrt, ccst, auxi, SmDm, CoLL, st3d, prhd, equi, cbmp",
    Kind::Tables,
);
pub(in crate::heif) const SOUND_HINTS: Name = (
    "dac3, dec3, dOps, alac, chnl, pcmC, srat, frma, enda, mp4a in wave",
    Kind::Tables,
);
pub(in crate::heif) const DESCRIPTOR: Name = ("esds, dfLa, damr, chan, svhd", Kind::Structure);
pub(in crate::heif) const SPHERE: Name = ("uuid with Spherical Video", Kind::Structure);
pub(in crate::heif) const USER_DATA: Name = ("udta, meta in a video", Kind::Vendor);
pub(in crate::heif) const VENDOR: Name = ("uuid, XMP_ in a video", Kind::Vendor);
pub(in crate::heif) const FREE: Name = ("free, skip, wide", Kind::Filler);
pub(in crate::heif) const LOST_REFERENCE: Name = ("any other reference of a track", Kind::Orphan);
pub(in crate::heif) const OTHER: Name = ("any other box of a video", Kind::Unknown);

/// Every part that the walk of a video can yield.
pub(in crate::heif) static VOCABULARY: &[Name] = &[
    FTYP,
    CONTAINER,
    MVHD,
    TKHD,
    TIMING,
    REFERENCE,
    MDHD,
    HDLR,
    SIZES,
    DINF,
    ENTRY,
    VISUAL,
    CONFIGURATION,
    HVCC,
    HVCC_COUNT,
    AV1C,
    DECODER,
    HINTS,
    LAYOUT,
    NUMBERS,
    PASP,
    PROFILE,
    AUDIO,
    DESCRIPTOR,
    SOUND_HINTS,
    OFFSETS,
    SPHERE,
    MDAT,
    VIDEO,
    ALPHA,
    SOUND,
    AVC_MESSAGE,
    HEVC_MESSAGE,
    AV1_MESSAGE,
    AAC_FILLING,
    TELEMETRY,
    WORDS,
    TIME_CODE,
    OTHER_VIDEO,
    OTHER_TRACK,
    USER_DATA,
    C2PA,
    VENDOR,
    LOST_REFERENCE,
    MESSAGE,
    PADDING,
    FREE,
    GAP,
    OTHER,
    TRAILER,
];
