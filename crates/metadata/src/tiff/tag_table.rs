//! The tags that a picture needs, each with the form that its value must have, and what all other tags are.
//! TIFF 6.0 § 8 to § 23, TIFF Technical Notes 1 and 2, and where they are named, libtiff's extensions.

use super::ifd::{Field, kind};
use super::names::{self, Name};

pub(super) const NEW_SUBFILE_TYPE: u16 = 254;
pub(super) const SUBFILE_TYPE: u16 = 255;
pub(super) const WIDTH: u16 = 256;
pub(super) const HEIGHT: u16 = 257;
pub(super) const BITS_PER_SAMPLE: u16 = 258;
pub(super) const COMPRESSION: u16 = 259;
pub(super) const PHOTOMETRIC: u16 = 262;
pub(super) const MAKE: u16 = 271;
pub(super) const MODEL: u16 = 272;
pub(super) const STRIP_OFFSETS: u16 = 273;
pub(super) const ORIENTATION: u16 = 274;
pub(super) const SAMPLES_PER_PIXEL: u16 = 277;
pub(super) const ROWS_PER_STRIP: u16 = 278;
pub(super) const STRIP_BYTE_COUNTS: u16 = 279;
pub(super) const PLANAR: u16 = 284;
pub(super) const DATE_TIME: u16 = 306;
pub(super) const ARTIST: u16 = 315;
pub(super) const COLOR_MAP: u16 = 320;
pub(super) const TILE_WIDTH: u16 = 322;
pub(super) const TILE_HEIGHT: u16 = 323;
pub(super) const TILE_OFFSETS: u16 = 324;
pub(super) const TILE_BYTE_COUNTS: u16 = 325;
pub(super) const SUB_IFDS: u16 = 330;
pub(super) const JPEG_TABLES: u16 = 347;
/// A whole JPEG, by offset and length: a thumbnail as in Exif, or a picture in the old style (TIFF 6.0 § 22).
pub(super) const JPEG_AT: u16 = 513;
pub(super) const JPEG_LEN: u16 = 514;
pub(super) const YCBCR_SUBSAMPLING: u16 = 530;
pub(super) const XMP: u16 = 700;
pub(super) const IMAGE_DEPTH: u16 = 32_997;
pub(super) const COPYRIGHT: u16 = 33_432;
pub(super) const IPTC: u16 = 33_723;
pub(super) const PHOTOSHOP: u16 = 34_377;
pub(super) const EXIF_IFD: u16 = 34_665;
pub(super) const ICC: u16 = 34_675;
pub(super) const GPS_IFD: u16 = 34_853;
pub(super) const MAKER_NOTE: u16 = 37_500;
pub(super) const LAYERS: u16 = 37_724;
pub(super) const INTEROP_IFD: u16 = 40_965;
/// C2PA Technical Specification § A.3.
pub(super) const PROVENANCE: u16 = 52_545;

/// How many numbers a value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    /// Just as many.
    Exactly(usize),
    /// One for each sample of a pixel, or one for all.
    PerSample,
    /// Two, or two for each sample.
    Ranges,
    /// One for each value that a sample may have.
    Curve,
    /// One or three for each value that a sample may have.
    Curves,
    /// Three for each value that a sample may have.
    Palette,
}

/// What the numbers of a value are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Whole, not below zero.
    Whole,
    /// Fractions.
    Fractions,
    /// Any numbers; no text, no bytes without a meaning.
    Numbers,
}

impl Form {
    pub(super) const fn fits(self, of: u16) -> bool {
        let whole = matches!(of, kind::BYTE | kind::SHORT | kind::LONG | kind::LONG8);
        let fraction = matches!(of, kind::RATIONAL | kind::SRATIONAL);
        match self {
            Self::Whole => whole,
            Self::Fractions => fraction,
            Self::Numbers => {
                whole
                    || fraction
                    || matches!(
                        of,
                        kind::SBYTE
                            | kind::SSHORT
                            | kind::SLONG
                            | kind::SLONG8
                            | kind::FLOAT
                            | kind::DOUBLE
                    )
            }
        }
    }
}

/// A tag that is written anew with its own numbers, as many as it needs.
pub(super) type Row = (u16, Form, Count);

/// The tags that are written anew from their own values. Offsets, lengths, tables, the profile and pointers are not
/// among them: those are made new.
#[rustfmt::skip]
pub(super) const NEEDED: &[Row] = &[
    (NEW_SUBFILE_TYPE, Form::Whole, Count::Exactly(1)),
    (SUBFILE_TYPE, Form::Whole, Count::Exactly(1)),
    (WIDTH, Form::Whole, Count::Exactly(1)),
    (HEIGHT, Form::Whole, Count::Exactly(1)),
    (BITS_PER_SAMPLE, Form::Whole, Count::PerSample),
    (COMPRESSION, Form::Whole, Count::Exactly(1)),
    (PHOTOMETRIC, Form::Whole, Count::Exactly(1)),
    (266, Form::Whole, Count::Exactly(1)), // FillOrder
    (ORIENTATION, Form::Whole, Count::Exactly(1)),
    (SAMPLES_PER_PIXEL, Form::Whole, Count::Exactly(1)),
    (ROWS_PER_STRIP, Form::Whole, Count::Exactly(1)),
    (280, Form::Whole, Count::PerSample), // MinSampleValue
    (281, Form::Whole, Count::PerSample), // MaxSampleValue
    (282, Form::Fractions, Count::Exactly(1)), // XResolution
    (283, Form::Fractions, Count::Exactly(1)), // YResolution
    (PLANAR, Form::Whole, Count::Exactly(1)),
    (290, Form::Whole, Count::Exactly(1)), // GrayResponseUnit
    (291, Form::Whole, Count::Curve), // GrayResponseCurve
    (292, Form::Whole, Count::Exactly(1)), // T4Options
    (293, Form::Whole, Count::Exactly(1)), // T6Options
    (296, Form::Whole, Count::Exactly(1)), // ResolutionUnit
    (297, Form::Whole, Count::Exactly(2)), // PageNumber
    (301, Form::Whole, Count::Curves), // TransferFunction
    (317, Form::Whole, Count::Exactly(1)), // Predictor
    (318, Form::Fractions, Count::Exactly(2)), // WhitePoint
    (319, Form::Fractions, Count::Exactly(6)), // PrimaryChromaticities
    (COLOR_MAP, Form::Whole, Count::Palette),
    (TILE_WIDTH, Form::Whole, Count::Exactly(1)),
    (TILE_HEIGHT, Form::Whole, Count::Exactly(1)),
    (332, Form::Whole, Count::Exactly(1)), // InkSet; the names of inks (333) are texts and go
    (334, Form::Whole, Count::Exactly(1)), // NumberOfInks
    (336, Form::Whole, Count::Ranges), // DotRange
    (338, Form::Whole, Count::PerSample), // ExtraSamples
    (339, Form::Whole, Count::PerSample), // SampleFormat
    (340, Form::Numbers, Count::PerSample), // SMinSampleValue
    (341, Form::Numbers, Count::PerSample), // SMaxSampleValue
    (342, Form::Whole, Count::Exactly(6)), // TransferRange
    (346, Form::Whole, Count::Exactly(1)), // Indexed
    (529, Form::Fractions, Count::Exactly(3)), // YCbCrCoefficients
    (YCBCR_SUBSAMPLING, Form::Whole, Count::Exactly(2)),
    (531, Form::Whole, Count::Exactly(1)), // YCbCrPositioning
    (532, Form::Fractions, Count::Exactly(6)), // ReferenceBlackWhite
    (32_995, Form::Whole, Count::Exactly(1)), // Matteing, the old ExtraSamples
    (32_996, Form::Whole, Count::PerSample), // DataType, the old SampleFormat
    (37_439, Form::Numbers, Count::Exactly(1)), // StoNits, the brightness of LogLuv
    (50_674, Form::Whole, Count::Exactly(2)), // LercParameters
];

/// Tags that decide how pixels are read, all of them whole numbers. Where one has another type or no value, some decoders
/// read it all the same, and others take what the tag stands for when it is left out.
pub(super) const DECIDING: &[u16] = &[
    WIDTH,
    HEIGHT,
    BITS_PER_SAMPLE,
    COMPRESSION,
    PHOTOMETRIC,
    266, // FillOrder
    SAMPLES_PER_PIXEL,
    ROWS_PER_STRIP,
    PLANAR,
    317, // Predictor
    COLOR_MAP,
    TILE_WIDTH,
    TILE_HEIGHT,
    338, // ExtraSamples
    339, // SampleFormat
    YCBCR_SUBSAMPLING,
    STRIP_OFFSETS,
    STRIP_BYTE_COUNTS,
    TILE_OFFSETS,
    TILE_BYTE_COUNTS,
];

/// The tags that are made new for every picture.
const MADE_NEW: &[u16] = &[
    STRIP_OFFSETS,
    STRIP_BYTE_COUNTS,
    TILE_OFFSETS,
    TILE_BYTE_COUNTS,
];

/// What an entry of a page's directory is, by its tag.
pub(super) fn name_of(field: &Field) -> Name {
    match field.tag {
        JPEG_TABLES => names::SHARED_TABLES,
        ICC => names::PROFILE,
        MAKE | MODEL | ARTIST | COPYRIGHT | EXIF_IFD | GPS_IFD => names::EXIF,
        XMP => names::XMP,
        IPTC | PHOTOSHOP => names::PHOTOSHOP,
        LAYERS => names::LAYERS,
        PROVENANCE => names::PROVENANCE,
        DATE_TIME => names::TIME,
        tag if MADE_NEW.contains(&tag) || row(tag).is_some() => names::NEEDED,
        _ if matches!(field.kind, kind::ASCII | kind::UTF8) => names::TEXT,
        _ => names::UNKNOWN,
    }
}

/// The row of a tag that is written anew from its own value.
pub(super) fn row(tag: u16) -> Option<&'static Row> {
    NEEDED.iter().find(|row| row.0 == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_no_tag_stands_twice() {
        assert!(NEEDED.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
