//! The binary form of ISO 21496-1: in JPEG behind a name, in HEIC and AVIF behind a version in a `tmap` item.

/// Whether these bytes are numbers only, of exactly the size that their flags say (ISO 21496-1:2025 annex C.2): the
/// versions needed and written, flags, and fractions for one or three channels; with a common denominator, numerators.
pub(crate) fn are_numbers(payload: &[u8]) -> bool {
    const CHANNELS_3: u8 = 0x80;
    const BASE_COLOUR: u8 = 0x40;
    const COMMON_DENOMINATOR: u8 = 0x08;
    const BACKWARD: u8 = 0x04;
    let [0, 0, _, _, flags, numbers @ ..] = payload else {
        return false;
    };
    let channels: usize = if flags & CHANNELS_3 == 0 { 1 } else { 3 };
    let expected = if flags & COMMON_DENOMINATOR == 0 {
        channels.saturating_mul(10).saturating_add(4)
    } else {
        channels.saturating_mul(5).saturating_add(3)
    };
    flags & !(CHANNELS_3 | BASE_COLOUR | COMMON_DENOMINATOR | BACKWARD) == 0
        && numbers.len() == expected.saturating_mul(4)
}

/// Whether these bytes are the versions alone, by which a primary picture says that there is a gain map.
pub(crate) const fn is_announcement(payload: &[u8]) -> bool {
    matches!(payload, [0, 0, _, _])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_have_exactly_their_size() {
        assert!(is_announcement(&[0, 0, 0, 0]) && !are_numbers(&[0, 0, 0, 0]));
        let single = [&[0, 0, 0, 0, 0x40][..], &[1; 56]].concat();
        let triple = [&[0, 0, 0, 0, 0xC0][..], &[1; 136]].concat();
        assert!(are_numbers(&single));
        assert!(are_numbers(&triple));
        assert!(!are_numbers(&[&single[..], b"x"].concat()));
        assert!(!are_numbers(&single[..60]));
        assert!(!are_numbers(b""));
    }
}
