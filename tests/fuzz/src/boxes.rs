//! Boxes of the ISO base media file format, ISO/IEC 14496-12 § 4.2.

use crate::blocks::sized;
use crate::recipe::Recipe;

/// A box; sometimes with a 64-bit size, a size of 0, or a wrong one.
pub fn bx(recipe: &mut Recipe<'_>, label: &[u8; 4], content: &[u8]) -> Vec<u8> {
    if recipe.once_in(32) {
        let size = recipe.number(content.len() as u64 + 16).to_be_bytes();
        return [&[0, 0, 0, 1][..], label, &size, content].concat();
    }
    if recipe.once_in(64) {
        return [&[0; 4][..], label, content].concat();
    }
    sized(recipe, label, content)
}

/// A box with a version and flags.
pub fn full(
    recipe: &mut Recipe<'_>,
    label: &[u8; 4],
    version: u8,
    flags: u32,
    content: &[u8],
) -> Vec<u8> {
    let [_, a, b, c] = flags.to_be_bytes();
    let version = recipe.number(version.into()) as u8;
    bx(recipe, label, &[&[version, a, b, c], content].concat())
}

/// A number in so many bytes.
pub fn be(recipe: &mut Recipe<'_>, right: u64, size: u8) -> Vec<u8> {
    recipe.number(right).to_be_bytes()[8 - usize::from(size)..].to_vec()
}
