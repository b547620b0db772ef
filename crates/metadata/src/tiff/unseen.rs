//! Which bytes of a file inspecting does not look at.

use std::ops::Range;

use super::document::Document;
use super::picture::{Coder, Picture};
use super::{names, tag_table as tag, walk};
use crate::part::{Part, all_unseen};

/// Whether a stretch lies in strips and tiles that are copied as they are, and nothing else leads there.
///
/// The walk has checked that no directory and no value of a tag shares a byte with them. What is left are the pixels of
/// smaller copies, and makers' blocks, whose offsets may lead anywhere.
pub(super) fn passes_over(document: &Document<'_>, parts: &[Part<'_>], gap: &Range<usize>) -> bool {
    let bytes = &document.bytes;
    let are_copied = document.kept().all(|(_, directory)| {
        let picture = Picture::read(bytes, &directory.ifd, usize::MAX);
        picture.is_ok_and(|picture| picture.coder == Coder::Opaque)
    });
    let leads_there = document.directories.iter().any(|directory| {
        let others = walk::other_data(bytes, directory);
        directory.ifd.field(tag::MAKER_NOTE).is_some()
            || others
                .iter()
                .any(|span| span.start < gap.end && gap.start < span.end)
    });
    are_copied
        && !leads_there
        && all_unseen(parts, gap, |part| {
            let is_pixels = [names::DATA.0, names::MASK.0].contains(&part.name);
            is_pixels.then_some(0..part.body.len())
        })
}
