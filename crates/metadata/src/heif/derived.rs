//! Pictures that are made of others by a rule: what the rule may look like, byte for byte, so that nothing else
//! stands in it. ISO/IEC 23008-12 § 6.6.2 and ISO 21496-1.

use super::boxes::Label;
use crate::gain_map::iso;

/// Whether an item is a rule that makes a picture of others.
pub(super) const fn is_derived(label: &Label) -> bool {
    matches!(label, b"grid" | b"iovl" | b"iden" | b"tmap")
}

/// Whether a rule has exactly the bytes that it needs for this many inputs.
pub(super) fn is_exact(label: &Label, payload: &[u8], inputs: usize) -> bool {
    match label {
        b"grid" => is_grid(payload, inputs),
        b"iovl" => is_overlay(payload, inputs),
        b"iden" => payload.is_empty() && inputs == 1,
        b"tmap" => is_plain_tone_map(payload) && inputs == 2,
        _ => false,
    }
}

/// § 6.6.2.3: version, flags, rows and columns less one, then width and height of 16 or (flag 1) 32 bits.
fn is_grid(payload: &[u8], inputs: usize) -> bool {
    let [0, flags @ 0..=1, rows, columns, size @ ..] = payload else {
        return false;
    };
    let tiles = usize::from(*rows)
        .saturating_add(1)
        .saturating_mul(usize::from(*columns).saturating_add(1));
    size.len() == if *flags == 1 { 8 } else { 4 } && tiles == inputs
}

/// § 6.6.2.2: version, flags, the fill colour, then the size, and a place for every input, each of 16 or 32 bits.
fn is_overlay(payload: &[u8], inputs: usize) -> bool {
    let [0, flags @ 0..=1, _, _, _, _, _, _, _, _, rest @ ..] = payload else {
        return false;
    };
    let pair: usize = if *flags == 1 { 8 } else { 4 };
    rest.len() == pair.saturating_mul(inputs.saturating_add(1)) && inputs > 0
}

/// ISO 21496-1 in an item: a version, then the numbers.
pub(super) fn is_plain_tone_map(payload: &[u8]) -> bool {
    payload.strip_prefix(&[0]).is_some_and(iso::are_numbers)
}
