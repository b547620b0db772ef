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
pub(crate) fn fate(kind: Kind) -> Fate {
    #[cfg(test)]
    if let Some(other) = mutation::of(kind) {
        return other;
    }
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
        // Exif shrinks to orientation, and what the person asked to keep; without those it goes. A message inside a
        // video's samples becomes padding of the same length, since the tables count every byte of a sample.
        Kind::ColourProfile
        | Kind::Jfif
        | Kind::AdobeTransform
        | Kind::Features
        | Kind::GainMapIndex
        | Kind::Structure
        | Kind::Message
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

/// For the tests: a keep-list that decides otherwise for one kind of part, to show that a test would fail.
#[cfg(test)]
pub(crate) mod mutation {
    use std::cell::Cell;

    use super::{Fate, Kind};

    thread_local! {
        static OTHERWISE: Cell<Option<(Kind, Fate)>> = const { Cell::new(None) };
    }

    pub(super) fn of(kind: Kind) -> Option<Fate> {
        let (other, fate) = OTHERWISE.get()?;
        (other == kind).then_some(fate)
    }

    /// Runs a test under a keep-list that decides otherwise; says whether the test still passes.
    pub(crate) fn passes(kind: Kind, fate: Fate, test: fn()) -> bool {
        OTHERWISE.set(Some((kind, fate)));
        let passed = std::panic::catch_unwind(test).is_ok();
        OTHERWISE.set(None);
        passed
    }
}
