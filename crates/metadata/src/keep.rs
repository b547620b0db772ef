//! The keep-list: the one place that decides what of a file stays. Whatever is not named here as needed goes.

use crate::part::Kind;

/// What happens to a part in a clean copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Stays, byte for byte.
    Copy,
    /// Is written anew, from the few values that the picture (or the person) needs.
    Rewrite,
    /// Goes.
    Drop,
}

/// Decides the fate of a part by what it is.
pub(crate) const fn fate(kind: Kind) -> Fate {
    match kind {
        // The picture does not decode, or looks different, without these.
        Kind::Signature
        | Kind::Header
        | Kind::Tables
        | Kind::Pixels
        | Kind::Transparency
        | Kind::ColourNumbers
        | Kind::Density
        | Kind::Animation
        | Kind::End => Fate::Copy,

        // Needed, but each has room for what identifies: a thumbnail, a name, a date, a serial number.
        // Exif shrinks to orientation, and what the person asked to keep; without those it goes.
        Kind::ColourProfile
        | Kind::Jfif
        | Kind::AdobeTransform
        | Kind::Features
        | Kind::GainMapIndex
        | Kind::Structure
        | Kind::Exif => Fate::Rewrite,

        // Everything else tells something about someone, or we cannot say that it does not.
        Kind::Xmp
        | Kind::Photoshop
        | Kind::Comment
        | Kind::Text
        | Kind::Time
        | Kind::Provenance
        | Kind::MultiPicture
        | Kind::SecondPicture
        | Kind::Vendor
        | Kind::Advice
        | Kind::Orphan
        | Kind::Duplicate
        | Kind::Filler
        | Kind::Trailer
        | Kind::Unknown => Fate::Drop,
    }
}
