//! A GIF of the parts that stay.

use super::LOOP;
use super::application::loop_extension;
use crate::keep::{Fate, fate};
use crate::part::Part;

/// Writes the kept parts in their order.
pub(super) fn rebuild(parts: &[Part<'_>], mut out: Vec<u8>) -> Vec<u8> {
    let kept = || parts.iter().filter(|part| fate(part.kind) != Fate::Drop);
    let len = kept().fold(0_usize, |len, part| len.saturating_add(part.bytes.len()));
    out.reserve_exact(len);
    for part in kept() {
        match loop_extension(part.body).filter(|_| part.name == LOOP.0) {
            Some(fresh) => out.extend(fresh),
            None => out.extend_from_slice(part.bytes),
        }
    }
    out
}
