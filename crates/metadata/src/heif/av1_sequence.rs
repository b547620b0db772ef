//! The sequence header of AV1, AV1 § 5.5: read to its end, so that nothing hides behind it. A decoder reads its fields
//! and stops; what the unit holds beyond would be carried along unseen.

use super::bits::Bits;

/// A colour of sRGB without conversion, AV1 § 6.4.2: primaries BT.709, transfer sRGB, matrix identity.
const SRGB: (usize, usize, usize) = (1, 13, 0);

/// Whether a payload is a sequence header, the bit that ends it, and nothing but zeros, AV1 § 5.3.4.
pub(super) fn is_exact(payload: &[u8]) -> bool {
    let mut bits = Bits::new(payload);
    header(&mut bits).is_some() && bits.flag() == Some(true) && bits.only_zeros()
}

/// AV1 § 5.5.1.
fn header(bits: &mut Bits<'_>) -> Option<()> {
    let profile = bits.take(3)?;
    bits.skip(1)?; // still_picture
    let is_reduced = bits.flag()?;
    if is_reduced {
        bits.skip(5)?; // seq_level_idx
    } else {
        operating_points(bits)?;
    }
    let (width, height) = (bits.take(4)?, bits.take(4)?);
    bits.skip(width.checked_add(height)?.checked_add(2)?)?;
    if !is_reduced && bits.flag()? {
        bits.skip(4 + 3)?; // the lengths of frame numbers
    }
    bits.skip(3)?; // superblocks, intra filters
    if !is_reduced {
        tools(bits)?;
    }
    bits.skip(3)?; // superres, cdef, restoration
    colour(bits, profile)?;
    bits.skip(1) // film_grain_params_present
}

/// Timing and operating points, AV1 § 5.5.1, 5.5.3 to 5.5.5.
fn operating_points(bits: &mut Bits<'_>) -> Option<()> {
    let mut delay_bits = None;
    if bits.flag()? {
        bits.skip(32 + 32)?;
        if bits.flag()? {
            bits.up_to(usize::MAX)?;
        }
        if bits.flag()? {
            delay_bits = Some(bits.take(5)?.checked_add(1)?);
            bits.skip(32 + 5 + 5)?;
        }
    }
    let has_initial_delay = bits.flag()?;
    for _ in 0..=bits.take(5)? {
        bits.skip(12)?; // operating_point_idc
        let level = bits.take(5)?;
        if level > 7 {
            bits.skip(1)?; // seq_tier
        }
        if let Some(delay_bits) = delay_bits
            && bits.flag()?
        {
            bits.skip(delay_bits.checked_mul(2)?.checked_add(1)?)?;
        }
        if has_initial_delay && bits.flag()? {
            bits.skip(4)?;
        }
    }
    Some(())
}

/// The tools that only sequences use, AV1 § 5.5.1.
fn tools(bits: &mut Bits<'_>) -> Option<()> {
    bits.skip(4)?; // compounds, warped motion, dual filter
    let has_order = bits.flag()?;
    if has_order {
        bits.skip(2)?;
    }
    // Both choices may be left to each frame.
    let has_screen_content = bits.flag()? || bits.flag()?;
    if has_screen_content && !bits.flag()? {
        bits.skip(1)?; // seq_force_integer_mv
    }
    if has_order {
        bits.skip(3)?; // order_hint_bits
    }
    Some(())
}

/// AV1 § 5.5.2.
fn colour(bits: &mut Bits<'_>, profile: usize) -> Option<()> {
    let is_high = bits.flag()?;
    let is_twelve = profile == 2 && is_high && bits.flag()?;
    let is_grey = profile != 1 && bits.flag()?;
    let described = if bits.flag()? {
        Some((bits.take(8)?, bits.take(8)?, bits.take(8)?))
    } else {
        None
    };
    if is_grey {
        return bits.skip(1); // color_range
    }
    if described != Some(SRGB) {
        bits.skip(1)?; // color_range
        let is_halved_both_ways = match profile {
            0 => true,
            1 => false,
            _ if is_twelve => bits.flag()? && bits.flag()?,
            _ => false,
        };
        if is_halved_both_ways {
            bits.skip(2)?; // chroma_sample_position
        }
    }
    bits.skip(1) // separate_uv_delta_q
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A still of 4:2:0, as libaom writes it.
    pub(in crate::heif) const STILL: &[u8] = b"\x18\x15\x7F\xBD\xA2\x02\x1A\x0D\x08";

    /// Of stills and sequences in 4:0:0, 4:2:0, 4:2:2 and 4:4:4, of full and limited range, with film grain, by libaom.
    const HEADERS: &[&[u8]] = &[
        STILL,
        b"\x18\x19\x60\x5C\xD3\x01\x0D\x06\xA0",
        b"\x18\x00\x06\x98\x08\x68\x35",
        b"\x19\x26\x2B\xBF\x9B\x4C\x04\x34\x1A\x80",
        b"\x58\x15\x7F\xBD\xA2\x02\x1A\x0D\x20",
        b"\x38\x15\x7F\xBD\xA4\x04\x34\x1A\x40",
        b"\x38\x00\x06\x90\x10\xD0\x69",
        b"\x19\x26\x2B\xBF\x9B\x44\x04\x34\x1A\x30",
        b"\x00\x00\x00\x02\xAF\xF7\x9B\x5F\x22\x02\x1A\x0D\x08",
        b"\x20\x00\x00\x02\xAF\xF7\x9B\x5F\x24\x04\x34\x1A\x40",
    ];

    /// Fields, each with its number of bits, and the bits that end them.
    fn packed(fields: &[(u64, u32)]) -> Vec<u8> {
        let mut bits: Vec<u8> = Vec::new();
        for (value, count) in fields {
            bits.extend((0..*count).rev().map(|at| (value >> at & 1) as u8));
        }
        bits.push(1);
        bits.resize(bits.len().next_multiple_of(8), 0);
        let byte = |bits: &[u8]| bits.iter().fold(0, |byte, bit| byte << 1 | bit);
        bits.chunks(8).map(byte).collect()
    }

    #[test]
    fn headers_end_where_their_fields_do() {
        for header in HEADERS {
            assert!(is_exact(header), "{header:02X?}");
            assert!(is_exact(&[header, &[0][..]].concat()), "a zero more");
            assert!(!is_exact(&[header, &b"Jane"[..]].concat()), "words");
            let short = header.split_last().map_or(&[][..], |(_, rest)| rest);
            assert!(!is_exact(short), "{short:02X?}");
        }
        assert!(!is_exact(b"") && !is_exact(b"sequence"));
    }

    #[test]
    fn every_choice_of_a_header() {
        // Timing with equal pictures, a decoder model of 8-bit delays, two operating points, frame numbers, forced tools;
        // twelve bits, described, 4:2:0.
        let timed = [
            (2, 3),
            (0, 1),
            (0, 1),
            (1, 1),
            (1, 32),
            (25, 32),
            (1, 1),
            (0b011, 3),
            (1, 1),
            (7, 5),
            (1, 32),
            (3, 5),
            (3, 5),
            (1, 1),
            (1, 5),
            (1, 12),
            (9, 5),
            (1, 1),
            (1, 1),
            (77, 8),
            (78, 8),
            (0, 1),
            (1, 1),
            (5, 4),
            (0, 12),
            (4, 5),
            (0, 1),
            (0, 1),
            (3, 4),
            (2, 4),
            (9, 4),
            (7, 3),
            (1, 1),
            (2, 4),
            (2, 3),
            (0, 3),
            (0, 4),
            (1, 1),
            (3, 2),
            (0, 1),
            (1, 1),
            (0, 1),
            (1, 1),
            (6, 3),
            (7, 3),
            (1, 1),
            (1, 1),
            (0, 1),
            (1, 1),
            (9, 8),
            (16, 8),
            (9, 8),
            (0, 1),
            (1, 1),
            (1, 1),
            (2, 2),
            (0, 1),
            (0, 1),
        ];
        assert!(is_exact(&packed(&timed)));
        for end in 1..timed.len() {
            assert!(!is_exact(&packed(&timed[..end])), "{end} fields");
        }
        // sRGB as it is has no range and no sampling; grey has nothing behind its range.
        let still = [
            (1, 3),
            (1, 1),
            (1, 1),
            (0, 5),
            (5, 4),
            (5, 4),
            (63, 6),
            (47, 6),
            (0, 3),
            (0, 3),
        ];
        let srgb = [(0, 1), (1, 1), (1, 8), (13, 8), (0, 8), (0, 1), (0, 1)];
        assert!(is_exact(&packed(&[&still[..], &srgb].concat())));
        let mut main = still;
        main[0] = (0, 3);
        let grey = [(0, 1), (1, 1), (0, 1), (1, 1), (0, 1)];
        assert!(is_exact(&packed(&[&main[..], &grey].concat())));
    }
}
