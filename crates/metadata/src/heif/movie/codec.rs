//! How samples are coded, as far as this says whether words can stand in them, and where.

use crate::heif::boxes::Label;

/// A way of coding whose samples can be looked into, or hold nothing but pictures or sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::heif) enum Codec {
    /// ISO/IEC 14496-10, in units behind their lengths.
    Avc,
    /// ISO/IEC 23008-2, in units behind their lengths.
    Hevc,
    /// AV1, in open bitstream units.
    Av1,
    /// VP8 and VP9, whose frames have no room for words.
    Vp,
    /// Any sound of the list.
    Sound,
}

/// The codecs whose samples may stay. Whatever is not in this list is refused, or goes where something else is shown.
const CODECS: &[(&Label, Codec)] = &[
    (b"avc1", Codec::Avc),
    (b"avc3", Codec::Avc),
    (b"hvc1", Codec::Hevc),
    (b"hev1", Codec::Hevc),
    (b"dvh1", Codec::Hevc),
    (b"dvhe", Codec::Hevc),
    (b"av01", Codec::Av1),
    (b"vp08", Codec::Vp),
    (b"vp09", Codec::Vp),
    (b"mp4a", Codec::Sound),
    (b"alac", Codec::Sound),
    (b"ac-3", Codec::Sound),
    (b"ec-3", Codec::Sound),
    (b"Opus", Codec::Sound),
    (b"fLaC", Codec::Sound),
    (b"samr", Codec::Sound),
    (b"sawb", Codec::Sound),
    (b".mp3", Codec::Sound),
    (b"sowt", Codec::Sound),
    (b"twos", Codec::Sound),
    (b"lpcm", Codec::Sound),
    (b"ipcm", Codec::Sound),
    (b"fpcm", Codec::Sound),
    (b"raw ", Codec::Sound),
    (b"in24", Codec::Sound),
    (b"in32", Codec::Sound),
    (b"fl32", Codec::Sound),
    (b"fl64", Codec::Sound),
    (b"ulaw", Codec::Sound),
    (b"alaw", Codec::Sound),
    (b"ima4", Codec::Sound),
];

impl Codec {
    /// The codec of a sample entry, by its label.
    pub(in crate::heif) fn of(label: &Label) -> Option<Self> {
        let row = CODECS.iter().find(|row| row.0 == label);
        row.map(|row| row.1)
    }

    pub(in crate::heif) fn is_video(self) -> bool {
        self != Self::Sound
    }
}
