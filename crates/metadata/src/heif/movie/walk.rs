//! Cuts the movie box into parts: which boxes a player needs, and the exact sizes that they must have, so that nothing
//! else stands in them. ISO/IEC 14496-12 § 8, QuickTime File Format.

use super::tracks::{Movie, Role, Track};
use super::{entry, names, samples, sphere, tracks};
use crate::Error;
use crate::heif::boxes::{IsoBox, View, children};
use crate::heif::cut::Cut;
use crate::heif::names::{C2PA, Name};
use crate::heif::walk::C2PA_UUID;
use crate::reader::index;

/// Sample groups that say where decoding can begin, and how long their descriptions are: ISO/IEC 14496-12 § 10.
const GROUPS: &[(&[u8; 4], u32)] = &[(b"roll", 2), (b"prol", 2), (b"rap ", 1), (b"sync", 1)];

/// The movie box as parts.
pub(in crate::heif) fn cuts(
    view: View<'_>,
    movie: &Movie,
    limit: usize,
) -> Result<Vec<Cut>, Error> {
    let walk = Walk { view, movie, limit };
    let mut cuts = vec![Cut::header(
        movie.found.span.start,
        movie.found.body.start,
        names::CONTAINER,
    )];
    for found in &movie.boxes {
        let track = movie
            .tracks
            .iter()
            .find(|track| track.found.span == found.span);
        match (&found.label, track) {
            (b"mvhd", _) => {
                cuts.push(walk.exact(*found, names::MVHD, |body| is_one_of(body, 100, 112))?);
            }
            (_, Some(track)) if track.role.stays() => walk.track(track, &mut cuts)?,
            (_, Some(track)) => cuts.push(Cut::of(*found, track.role.samples())),
            _ => cuts.push(Cut::of(*found, bystander(view, *found))),
        }
    }
    Ok(cuts)
}

/// A box that no player needs.
pub(in crate::heif) fn bystander(view: View<'_>, found: IsoBox) -> Name {
    match &found.label {
        b"free" | b"skip" | b"wide" => names::FREE,
        b"udta" | b"meta" => names::USER_DATA,
        b"uuid" if view.get(found.body).starts_with(C2PA_UUID) => C2PA,
        b"uuid" | b"XMP_" => names::VENDOR,
        _ => names::OTHER,
    }
}

/// Whether it is as long as a box of version 0, or as one of version 1 with its wider times.
fn is_one_of(body: &[u8], narrow: usize, wide: usize) -> bool {
    match body.first() {
        Some(0) => body.len() == narrow,
        Some(1) => body.len() == wide,
        _ => false,
    }
}

struct Walk<'a> {
    view: View<'a>,
    movie: &'a Movie,
    limit: usize,
}

impl Walk<'_> {
    /// A box that must have the one form that it has.
    fn exact(
        &self,
        found: IsoBox,
        name: Name,
        is_exact: impl Fn(&[u8]) -> bool,
    ) -> Result<Cut, Error> {
        if is_exact(self.view.get(found.body)) {
            Ok(Cut::of(found, name))
        } else {
            Err(Error::Malformed {
                what: "a table of another length than it says (ISO/IEC 14496-12 § 8)",
                offset: found.span.start,
            })
        }
    }

    /// A box of boxes: its header, and what `each` makes of its children.
    fn inside(
        &self,
        found: IsoBox,
        cuts: &mut Vec<Cut>,
        mut each: impl FnMut(&Self, IsoBox, &mut Vec<Cut>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        cuts.push(Cut::header(
            found.span.start,
            found.body.start,
            names::CONTAINER,
        ));
        for child in children(self.view, found.body, self.limit)? {
            each(self, child, cuts)?;
        }
        Ok(())
    }

    fn other(&self, found: IsoBox) -> Cut {
        Cut::of(found, bystander(self.view, found))
    }

    fn track(&self, track: &Track, cuts: &mut Vec<Cut>) -> Result<(), Error> {
        self.inside(track.found, cuts, |walk, found, cuts| {
            match &found.label {
                b"tkhd" => {
                    cuts.push(walk.exact(found, names::TKHD, |body| is_one_of(body, 84, 96))?);
                }
                b"edts" => walk.inside(found, cuts, |walk, found, cuts| {
                    cuts.push(match &found.label {
                        b"elst" => walk.exact(found, names::TIMING, is_edit_list)?,
                        _ => walk.other(found),
                    });
                    Ok(())
                })?,
                b"tapt" => walk.inside(found, cuts, |walk, found, cuts| {
                    cuts.push(match &found.label {
                        b"clef" | b"prof" | b"enof" => {
                            walk.exact(found, names::SIZES, |body| body.len() == 12)?
                        }
                        _ => walk.other(found),
                    });
                    Ok(())
                })?,
                b"tref" => walk.inside(found, cuts, |walk, found, cuts| {
                    cuts.push(Cut::of(found, walk.reference(track, found)));
                    Ok(())
                })?,
                b"mdia" => walk.media(track, found, cuts)?,
                b"uuid" if sphere::minimal(walk.view.get(found.body)).is_some() => {
                    cuts.push(Cut::of(found, names::SPHERE));
                }
                _ => cuts.push(walk.other(found)),
            }
            Ok(())
        })
    }

    /// Only transparency must say whose it is.
    fn reference(&self, track: &Track, found: IsoBox) -> Name {
        let staying = self.movie.staying();
        let to = tracks::numbers(self.view.get(found.body));
        let leads_on = to.iter().any(|number| staying.contains(number));
        if track.role == Role::Alpha && found.label == *b"auxl" && leads_on {
            names::REFERENCE
        } else {
            names::LOST_REFERENCE
        }
    }

    fn media(&self, track: &Track, mdia: IsoBox, cuts: &mut Vec<Cut>) -> Result<(), Error> {
        self.inside(mdia, cuts, |walk, found, cuts| {
            match &found.label {
                b"mdhd" => {
                    cuts.push(walk.exact(found, names::MDHD, |body| is_one_of(body, 24, 36))?);
                }
                b"hdlr" => cuts.push(Cut::of(found, names::HDLR)),
                b"minf" => walk.inside(found, cuts, |walk, found, cuts| {
                    match &found.label {
                        b"vmhd" => {
                            cuts.push(walk.exact(found, names::SIZES, |body| body.len() == 12)?);
                        }
                        b"smhd" => {
                            cuts.push(walk.exact(found, names::SIZES, |body| body.len() == 8)?);
                        }
                        b"nmhd" => {
                            cuts.push(walk.exact(found, names::SIZES, |body| body.len() == 4)?);
                        }
                        b"hdlr" => cuts.push(Cut::of(found, names::HDLR)),
                        b"dinf" => cuts.push(walk.data_references(found)?),
                        b"stbl" => walk.inside(found, cuts, |walk, found, cuts| {
                            walk.table(track, found, cuts)
                        })?,
                        _ => cuts.push(walk.other(found)),
                    }
                    Ok(())
                })?,
                _ => cuts.push(walk.other(found)),
            }
            Ok(())
        })
    }

    /// Where the samples are: in this file, or the video is not whole (ISO/IEC 14496-12 § 8.7.2).
    fn data_references(&self, dinf: IsoBox) -> Result<Cut, Error> {
        let body = self.view.get(dinf.body);
        if super::rewrite::data_references(body).is_some() {
            Ok(Cut::of(dinf, names::DINF))
        } else {
            Err(Error::UnsupportedFeature {
                what: "a video that lies in another file (ISO/IEC 14496-12 § 8.7.2)",
                offset: dinf.span.start,
            })
        }
    }

    fn table(&self, track: &Track, found: IsoBox, cuts: &mut Vec<Cut>) -> Result<(), Error> {
        let count = track.samples.as_ref().map_or(0, samples::Samples::count);
        let cut = match &found.label {
            b"stsd" => return entry::cuts(self.view, track, found, cuts),
            b"stco" | b"co64" => Cut::of(found, names::OFFSETS),
            b"stts" | b"ctts" => self.exact(found, names::TIMING, |body| counts(body, 4, 8))?,
            b"stss" | b"stps" => self.exact(found, names::TIMING, |body| counts(body, 4, 4))?,
            b"stsc" => self.exact(found, names::SIZES, |body| counts(body, 4, 12))?,
            b"stsz" => self.exact(found, names::SIZES, is_sizes)?,
            b"stz2" => self.exact(found, names::SIZES, is_compact_sizes)?,
            b"cslg" => self.exact(found, names::TIMING, |body| is_one_of(body, 24, 44))?,
            b"sdtp" => self.exact(found, names::TIMING, |body| {
                body.len().checked_sub(4) == Some(count)
            })?,
            b"sbgp" if self.is_known_group(found) => {
                self.exact(found, names::TIMING, is_group_table)?
            }
            b"sgpd" if self.is_known_group(found) && is_group(self.view.get(found.body)) => {
                Cut::of(found, names::TIMING)
            }
            b"senc" => {
                return Err(Error::UnsupportedFeature {
                    what: "an encrypted video (ISO/IEC 23001-7)",
                    offset: found.span.start,
                });
            }
            _ => self.other(found),
        };
        cuts.push(cut);
        Ok(())
    }

    fn is_known_group(&self, found: IsoBox) -> bool {
        let label = self.view.get(found.body).get(4..8);
        GROUPS.iter().any(|group| label == Some(group.0))
    }
}

/// The number at `at`, as a length.
fn number(body: &[u8], at: usize) -> Option<usize> {
    let bytes = body.get(at..)?.first_chunk()?;
    Some(index(u32::from_be_bytes(*bytes)))
}

/// Whether a table has as many entries of this size as the number at `at` says, and nothing behind them.
fn counts(body: &[u8], at: usize, size: usize) -> bool {
    let len =
        number(body, at).and_then(|count| count.checked_mul(size)?.checked_add(at)?.checked_add(4));
    len == Some(body.len())
}

fn is_edit_list(body: &[u8]) -> bool {
    counts(body, 4, if body.first() == Some(&1) { 20 } else { 12 })
}

fn is_sizes(body: &[u8]) -> bool {
    match number(body, 4) {
        Some(0) => counts(body, 8, 4),
        Some(_) => body.len() == 12,
        None => false,
    }
}

fn is_compact_sizes(body: &[u8]) -> bool {
    let bits = body.get(7).copied().map(usize::from);
    let len = bits
        .zip(number(body, 8))
        .and_then(|(bits, count)| count.checked_mul(bits)?.checked_add(7)?.checked_div(8));
    len.and_then(|len| len.checked_add(12)) == Some(body.len())
}

/// ISO/IEC 14496-12 § 8.9.2: version 1 has a parameter more.
fn is_group_table(body: &[u8]) -> bool {
    counts(body, if body.first() == Some(&1) { 12 } else { 8 }, 8)
}

/// ISO/IEC 14496-12 § 8.9.3, version 1, with descriptions of the one length that they can have.
fn is_group(body: &[u8]) -> bool {
    let size = GROUPS
        .iter()
        .find(|group| body.get(4..8) == Some(group.0))
        .map(|group| group.1);
    let is_sized = body.first() == Some(&1) && number(body, 8) == size.map(index);
    is_sized && size.is_some_and(|size| counts(body, 12, index(size)))
}
