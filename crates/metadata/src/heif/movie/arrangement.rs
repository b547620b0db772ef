//! How the samples of a video are put together: track by track, read from the offsets in the file itself, so that one
//! that came out wrong in a copy is noticed, and not only a changed byte.

use super::rebuild::is_samples;
use super::source::Source;
use crate::format::Piece;
use crate::heif::boxes::View;
use crate::part::Part;

/// The tracks that stay, in their order: the number of each, and its chunks without the words inside; then the tables.
pub(in crate::heif) fn arrangement<'a>(parts: &[Part<'a>]) -> Vec<Piece<'a>> {
    // The walk made the parts of a file whose movie box it could read.
    let Ok(Some(source)) = Source::of(parts) else {
        return Vec::new();
    };
    let mut pieces = Vec::new();
    for track in source
        .movie
        .tracks
        .iter()
        .filter(|track| track.role.stays())
    {
        pieces.push(Piece::Picture(track.number));
        let chunks = track.samples.iter().flat_map(|samples| &samples.chunks);
        for span in chunks
            .map(|chunk| chunk.span)
            .filter(|span| !span.is_empty())
        {
            let from = parts.partition_point(|part| part.offset <= span.start);
            let to = parts.partition_point(|part| part.offset < span.end);
            let coded = parts.get(from.saturating_sub(1)..to).unwrap_or_default();
            let coded = coded.iter().filter(|part| part.is_coded());
            let within = |part: &Part<'a>| View::new(part.bytes, part.offset).clip(span);
            pieces.extend(coded.map(|part| Piece::Bytes(part.kind, within(part))));
        }
    }
    let tables = parts
        .iter()
        .filter(|part| part.is_coded() && !is_samples(part));
    pieces.extend(tables.map(|part| Piece::Bytes(part.kind, part.body)));
    pieces
}
