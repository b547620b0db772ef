//! Messages to decoders that are mere numbers. One stays when it is exactly the fields of its kind, to the bit: then it
//! has no room for words. Clauses of ISO/IEC 23008-2 are cited as `HEVC §`, those of ISO/IEC 14496-10 as `AVC §`.
//!
//! The timing of a decoder's buffers (kinds 0 and 1, among which AVC also has the time of day), repeated commands
//! and digests (2, 7 and 132) go: their length is open or their bytes are anyone's, and no picture is shown otherwise
//! without them.

use super::bits::Bits;
use super::hdr10_plus;

/// The two codecs that have such messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::heif) enum Family {
    Avc,
    Hevc,
}

/// Messages registered by ITU-T T.35; HDR10+ among them stays.
const REGISTERED: u32 = 4;

impl Family {
    /// Whether a message is exactly the numbers of a kind that stays.
    pub(super) fn stays(self, kind: u32, body: &[u8]) -> bool {
        if kind == REGISTERED {
            return hdr10_plus::is_exact(body);
        }
        let mut bits = Bits::new(body);
        let read = match (kind, self) {
            (6, _) => self.recovery_point(&mut bits),
            (45, _) => self.frame_packing(&mut bits),
            (47, _) => self.turn(&mut bits),
            (129, Self::Hevc) => parameter_sets(&mut bits),
            // The luminance of the screen that it was made on, of its content, and of the room; its transfer: HEVC
            // § D.2.28, § D.2.35, § D.2.39, § D.2.38.
            (137, _) => bits.skip(24 * 8),
            (144, _) => bits.skip(4 * 8),
            (148, _) => bits.skip(8 * 8),
            (147, _) => bits.skip(8),
            (149, Self::Hevc) => colour_volume(&mut bits),
            (165, Self::Hevc) => alpha(&mut bits),
            _ => None,
        };
        read.is_some() && bits.at_end_of_message()
    }

    /// From where on the picture is right: HEVC § D.2.8, AVC § D.1.8.
    fn recovery_point(self, bits: &mut Bits<'_>) -> Option<()> {
        match self {
            // A number with a sign counts twice as far; pictures are numbered with at most 16 bits.
            Self::Hevc => bits.up_to(1 << 16).map(drop)?,
            Self::Avc => {
                bits.up_to((1 << 16) - 1)?;
                bits.skip(2)?;
            }
        }
        bits.skip(2)
    }

    /// How the two pictures of a stereo video are packed into one: HEVC § D.2.16, AVC § D.1.26.
    fn frame_packing(self, bits: &mut Bits<'_>) -> Option<()> {
        const IN_TIME: usize = 5;
        bits.up_to(255)?;
        let is_cancelled = bits.flag()?;
        if !is_cancelled {
            let arrangement = bits.take(7)?;
            let is_quincunx = bits.flag()?;
            bits.skip(6 + 6)?;
            if !is_quincunx && arrangement != IN_TIME {
                bits.skip(4 * 4)?;
            }
            if bits.take(8)? != 0 {
                return None;
            }
            match self {
                Self::Hevc => bits.skip(1)?,
                Self::Avc => repetition(bits)?,
            }
        }
        bits.skip(1)
    }

    /// How the picture is turned for showing it: HEVC § D.2.17, AVC § D.1.27.
    fn turn(self, bits: &mut Bits<'_>) -> Option<()> {
        if bits.flag()? {
            return Some(());
        }
        bits.skip(2 + 16)?;
        match self {
            Self::Hevc => bits.skip(1),
            Self::Avc => {
                repetition(bits)?;
                bits.skip(1)
            }
        }
    }
}

/// For how many pictures a message counts, AVC § D.2.26.
fn repetition(bits: &mut Bits<'_>) -> Option<()> {
    bits.up_to(16_384).map(drop)
}

/// Which parameter sets are in use, HEVC § D.2.21.
fn parameter_sets(bits: &mut Bits<'_>) -> Option<()> {
    bits.skip(4 + 2)?;
    for _ in 0..=bits.up_to(15)? {
        bits.up_to(15)?;
    }
    Some(())
}

/// Which colours occur, HEVC § D.2.40.
fn colour_volume(bits: &mut Bits<'_>) -> Option<()> {
    if bits.flag()? {
        return Some(());
    }
    bits.skip(1)?;
    let has_primaries = bits.flag()?;
    let luminances = [bits.take(1)?, bits.take(1)?, bits.take(1)?];
    if bits.take(2)? != 0 {
        return None;
    }
    if has_primaries {
        bits.skip(6 * 32)?;
    }
    bits.skip(luminances.iter().sum::<usize>().checked_mul(32)?)
}

/// What the samples of transparency mean, HEVC § F.14.2.8.
fn alpha(bits: &mut Bits<'_>) -> Option<()> {
    if bits.flag()? {
        return Some(());
    }
    bits.skip(3)?;
    let depth = bits.take(3)?.checked_add(9)?;
    bits.skip(depth.checked_mul(2)?)?;
    bits.skip(1)?;
    if bits.flag()? {
        bits.skip(1)?;
    }
    Some(())
}

// Bits are grouped by the fields that they make up.
#[cfg(test)]
#[allow(clippy::unusual_byte_groupings)]
mod tests {
    use super::Family::{Avc, Hevc};
    use super::*;

    /// Bodies that cameras and encoders write.
    const REAL: [(Family, u32, &[u8]); 15] = [
        (Hevc, 6, &[0b1_1_0_1_0000]),
        (Avc, 6, &[0b1_0_0_00_1_00]),
        (Hevc, 45, &[0b1_0_000001, 0b1_0_000001, 0, 0, 0, 0]),
        (
            Avc,
            45,
            &[0b1_0_000001, 0b1_0_000001, 0, 0, 0, 0b000000_1_0],
        ),
        (Hevc, 47, &[0b1_1000000]),
        (Hevc, 47, &[0, 0b00100_000, 0b0000_1_000]),
        (Avc, 47, &[0, 0b00100_000, 0b000_1_0_1_00]),
        (Hevc, 129, &[0b0000_00_1_1]),
        (Hevc, 137, &[7; 24]),
        (Avc, 144, &[1, 2, 3, 4]),
        (Hevc, 147, &[18]),
        (Hevc, 148, &[0, 1, 2, 3, 4, 5, 6, 7]),
        (Hevc, 149, &[0b0_0_0_0_1_0_00, 1, 2, 3, 4]),
        (Hevc, 165, &[0, 0, 0b1111_1111, 0b1_0_0_1_0000]),
        (Hevc, 165, &[0b1_1000000]),
    ];

    #[test]
    fn exactly_the_numbers_stay() {
        for (family, kind, body) in REAL {
            assert!(family.stays(kind, body), "{kind} {body:?}");
            let longer = [body, b"J"].concat();
            assert!(!family.stays(kind, &longer), "{kind} {longer:?}");
            let shorter = &body[..body.len() - 1];
            assert!(!family.stays(kind, shorter), "{kind} {shorter:?}");
        }
    }

    /// Kinds 0, 1, 6 and 129 had room for words of up to 64 bytes.
    #[test]
    fn words_in_the_guise_of_numbers_go() {
        let words = b"Jane Doe, Berlin, 48.8584 N 2.2945 E, SN 0123456789, 2024:01:31";
        for family in [Avc, Hevc] {
            for kind in 0..=255 {
                for len in 5..words.len() {
                    let is_fixed = matches!((kind, len), (137, 24) | (148, 8));
                    let stays = family.stays(kind, &words[..len]);
                    assert!(!stays || is_fixed, "{kind} {len}");
                }
            }
        }
        for (family, kind) in [(Avc, 0), (Avc, 1), (Hevc, 0), (Hevc, 1), (Hevc, 132)] {
            assert!(!family.stays(kind, &[0x80]), "{kind}");
        }
    }
}
