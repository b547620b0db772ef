//! HDR10+: the numbers by which a display brings a picture into its own range, in the one message to decoders that is
//! open to any maker (ITU-T T.35). It stays where it is exactly these numbers, to the bit; SMPTE ST 2094-40, and
//! ANSI/CTA-861-I Annex S for its syntax. All other such messages go.

use super::bits::Bits;

/// The country, provider, kind and number by which HDR10+ names itself.
const NAME: [u8; 6] = [0xB5, 0x00, 0x3C, 0x00, 0x01, 0x04];

/// Whether a T.35 message, from its country on, is HDR10+ and nothing behind it.
pub(super) fn is_exact(message: &[u8]) -> bool {
    let Some(body) = message.strip_prefix(&NAME) else {
        return false;
    };
    let mut bits = Bits::new(body);
    read(&mut bits).is_some() && bits.only_zeros_to_the_byte()
}

/// Reads all fields in their order. Only one window is in use anywhere.
fn read(bits: &mut Bits<'_>) -> Option<()> {
    let version = bits.take(8)?;
    let windows = bits.take(2)?;
    if version > 1 || windows != 1 {
        return None;
    }
    bits.skip(27)?; // the luminance that is aimed at
    peaks(bits)?;
    bits.skip(4 * 17)?; // the brightest red, green and blue, and the average
    let percentiles = bits.take(4)?;
    bits.skip(percentiles.checked_mul(7 + 17)?)?;
    bits.skip(10)?; // how much of the picture is bright
    peaks(bits)?;
    if bits.take(1)? == 1 {
        bits.skip(12 + 12)?; // the knee of the curve
        let anchors = bits.take(4)?;
        bits.skip(anchors.checked_mul(10)?)?;
    }
    if bits.take(1)? == 1 {
        bits.skip(6)?; // saturation
    }
    Some(())
}

/// A table of luminances, of up to 25 rows and columns.
fn peaks(bits: &mut Bits<'_>) -> Option<()> {
    if bits.take(1)? == 1 {
        let rows = bits.take(5)?;
        let columns = bits.take(5)?;
        if rows > 25 || columns > 25 {
            return None;
        }
        bits.skip(rows.checked_mul(columns)?.checked_mul(4)?)?;
    }
    Some(())
}

#[cfg(test)]
pub(in crate::heif) mod tests {
    use super::*;

    /// Writes numbers of so many bits each.
    fn pack(fields: &[(u32, usize)]) -> Vec<u8> {
        let bits = fields
            .iter()
            .flat_map(|(value, count)| (0..*count).rev().map(move |bit| value >> bit & 1));
        let bits: Vec<u32> = bits.collect();
        bits.chunks(8)
            .map(|byte| {
                let byte = byte.iter().chain(&[0; 8]).take(8);
                byte.fold(0, |sum, bit| sum << 1 | *bit as u8)
            })
            .collect()
    }

    /// A message with a curve and nine percentiles, as phones write it.
    pub(in crate::heif) fn message() -> Vec<u8> {
        let mut fields = vec![(1, 8), (1, 2), (400, 27), (0, 1)];
        fields.extend([(9_000, 17); 4]);
        fields.push((9, 4));
        fields.extend([(50, 7), (7_000, 17)].repeat(9));
        fields.extend([(0, 10), (0, 1), (1, 1), (100, 12), (200, 12), (9, 4)]);
        fields.extend([(512, 10); 9]);
        fields.push((0, 1));
        [&NAME[..], &pack(&fields)].concat()
    }

    #[test]
    fn exactly_the_numbers_stay() {
        let message = message();
        assert!(is_exact(&message));
        assert!(!is_exact(&[&message[..], b"J"].concat()));
        for len in 0..message.len() {
            assert!(!is_exact(&message[..len]), "{len}");
        }
        let mut other = message.clone();
        other[2] = 0x3B;
        assert!(!is_exact(&other), "another provider");
        let mut windows = message;
        windows[7] = 0x80 | windows[7] & 0x3F;
        assert!(!is_exact(&windows), "two windows");
    }
}
