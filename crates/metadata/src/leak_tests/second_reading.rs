//! Each step of the second reading notices something that no other step does, so that leaving one out is noticed here.

use super::fixtures::*;
use crate::clean::{Check, STEPS};
use crate::format::{Format, Frame, Fresh, Payload, format_of};
use crate::inspect::{cut, read};
use crate::part::{Kind, Part};
use crate::{Container, Error, Limits, Policy};

/// Which steps refuse this copy of this original.
#[track_caller]
fn refusing(original: &[u8], copy: &[u8]) -> Vec<usize> {
    let limits = Limits::default();
    let check = Check {
        original: &read(original, &limits).unwrap(),
        copy: &read(copy, &limits).unwrap(),
        policy: &Policy::default(),
        fresh: &Fresh::default(),
    };
    let steps = STEPS.iter().enumerate();
    let refusing = steps.filter(|(_, step)| step(&check).is_err());
    refusing.map(|(number, _)| number).collect()
}

#[test]
fn a_part_that_should_have_gone_is_noticed_by_its_kind_alone() {
    let file = jpeg(&[jfif()], b"");
    let filled = jpeg(&[jfif(), vec![0xFF; 9]], b"");
    assert_eq!(refusing(&file, &filled), [0]);
}

#[test]
fn something_told_is_noticed_where_its_part_may_stay() {
    let header = segment(0xE0, b"JFIF\0\x01\x01\x01\0\x48\0\x48\x01\x01\xAA\xBB\xCC");
    assert_eq!(refusing(&jpeg(&[jfif()], b""), &jpeg(&[header], b"")), [1]);
}

#[test]
fn a_turn_is_noticed() {
    let turned = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let turned = jpeg(&[app1(EXIF, turned)], b"");
    assert_eq!(refusing(&jpeg(&[], b""), &turned), [2]);
}

#[test]
fn a_changed_pixel_is_noticed() {
    let file = jpeg(&[], b"");
    let mut changed = file.clone();
    let at = changed.len() - 3;
    changed[at] ^= 1;
    assert_eq!(refusing(&file, &changed), [3]);
}

#[test]
fn a_picture_put_together_otherwise_is_noticed() {
    let tiles = |first: u32, second: u32| {
        let mut photo = heif::Photo::new();
        let size = photo.property(heif::ispe(128, 48));
        photo.items[0].label = *b"grid";
        photo.items[0].data = heif::Data::Idat(heif::grid(1, 2, 128, 48));
        photo.items[0].properties = vec![(size, false)];
        for (id, data) in [(first, 7), (second, 8)] {
            let mut tile = heif::item(id, b"hvc1", &heif::picture_data(data));
            tile.properties = vec![(1, true), (2, false)];
            photo.items.push(tile);
        }
        photo.references = vec![(*b"dimg", 1, vec![2, 3])];
        clean(&photo.build()).bytes().to_vec()
    };
    // The same bytes in the same order, but the first tile's are now the second's.
    assert_eq!(refusing(&tiles(2, 3), &tiles(3, 2)), [3]);
    assert_eq!(refusing(&tiles(2, 3), &tiles(2, 3)), []);
}

#[test]
fn an_identifying_value_is_noticed_where_any_bytes_may_stand() {
    let comment = chunk(b"tEXt", b"Comment\0JaneDoe");
    let density = chunk(b"pHYs", b"JaneDoe\0\0");
    assert_eq!(refusing(&png(&[comment]), &png(&[density])), [4]);
}

/// JPEG, but for what stands behind the picture.
struct WithoutTrailer;

impl Format for WithoutTrailer {
    fn parts<'a>(&self, file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
        let mut parts = format_of(Container::Jpeg).parts(file, limits)?;
        parts.retain(|part| part.kind != Kind::Trailer);
        Ok(parts)
    }

    fn frame(&self, parts: &[Part<'_>]) -> Result<Frame, Error> {
        format_of(Container::Jpeg).frame(parts)
    }

    fn payloads<'a>(&self, parts: &[Part<'a>], limits: &Limits) -> Vec<Payload<'a>> {
        format_of(Container::Jpeg).payloads(parts, limits)
    }

    fn rebuild(&self, parts: &[Part<'_>], fresh: &Fresh, room: Vec<u8>) -> Result<Vec<u8>, Error> {
        format_of(Container::Jpeg).rebuild(parts, fresh, room)
    }

    fn vocabulary(&self) -> &'static [(&'static str, Kind)] {
        &[]
    }
}

#[test]
fn a_walk_that_passes_over_the_trailer_is_refused() {
    let limits = Limits::default();
    assert!(cut(&WithoutTrailer, &jpeg(&[], b""), &limits).is_ok());
    let file = jpeg(&[], b"trailer");
    let refused = cut(&WithoutTrailer, &file, &limits);
    assert_eq!(refused.unwrap_err().code(), "malformed");
}
