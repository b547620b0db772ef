//! Cuts a HEIF file into parts: boxes at the top, the pieces of the meta box, and in `mdat` and `idat` the data of
//! each item by itself.

use std::collections::BTreeMap;

use super::boxes::{self, IsoBox, NoBox, Span, View, children};
use super::cut::{Cut, Data, Samples};
use super::entries::{file_type, has_sequence_brand};
use super::exif;
use super::meta::{Meta, Reference, entries_start, full_box_children};
use super::movie::{self, tracks::Movie};
use super::names::{self, Name};
use super::properties;
use super::roles::{ALPHA_URNS, Role, announced, auxiliary_urn, roles};
use crate::part::Part;
use crate::{Error, Limits};

/// The UUID of a C2PA manifest store, C2PA § A.5.1.
pub(super) const C2PA_UUID: &[u8; 16] =
    b"\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81";

/// The only data reference that says nothing: this file (ISO/IEC 14496-12 § 8.7.2).
const THIS_FILE: &[u8] = b"\0\0\0\x1Cdref\0\0\0\0\0\0\0\x01\0\0\0\x0Curl \0\0\0\x01";

/// Every byte of the file, as parts.
pub(super) fn parts<'a>(file: &'a [u8], limits: &Limits) -> Result<Vec<Part<'a>>, Error> {
    let view = View::new(file, 0);
    if movie::is_all(view) {
        return movie::parts(file, limits.parts_max);
    }
    let (tops, trailer) = tops(view, limits.parts_max)?;
    let found = tops.iter().find(|found| found.label == *b"meta");
    let meta = found.ok_or(Error::Truncated {
        what: "the boxes before the meta box",
        offset: file.len(),
    })?;
    let meta = Meta::read(view, *meta, limits.parts_max)?;
    let homes = homes(&tops, &meta);
    let roles = roles(view, &meta, &homes)?;
    let movie = tops.iter().find(|found| found.label == *b"moov");
    let movie = movie.map(|found| Movie::read(view, *found, view.end(), limits.parts_max));
    let movie = movie.transpose()?;
    let (staying, going) = match &movie {
        Some(movie) => (
            movie::data::cuts(view, movie, limits.parts_max)?,
            movie::data::going(movie),
        ),
        None => (Vec::new(), Vec::new()),
    };
    let samples = Samples {
        staying: &staying,
        going: &going,
    };
    let walk = Walk {
        view,
        data: Data::cut(view, &meta, &roles, samples, &homes, limits.parts_max)?,
        meta,
        gain_map: announced(&roles),
        roles,
        movie,
        limit: limits.parts_max,
    };
    let mut cuts = Vec::new();
    for found in &tops {
        walk.top(*found, &mut cuts)?;
    }
    if !trailer.is_empty() {
        cuts.push(Cut::whole(trailer.start, trailer.end, names::TRAILER));
    }
    if cuts.len() > limits.parts_max {
        return Err(Error::TooMany {
            what: "parts",
            limit: limits.parts_max,
        });
    }
    let part = |cut: Cut| Part {
        kind: cut.name.1,
        name: cut.name.0,
        offset: cut.span.start,
        bytes: view.get(cut.span),
        body: view.get(cut.body),
    };
    Ok(cuts.into_iter().map(part).collect())
}

/// The boxes at the top, and what follows the last one.
fn tops(view: View<'_>, limit: usize) -> Result<(Vec<IsoBox>, Span), Error> {
    let mut tops: Vec<IsoBox> = Vec::new();
    let mut at = 0;
    let has_meta = |tops: &[IsoBox]| tops.iter().any(|found| found.label == *b"meta");
    while at < view.end() {
        let found = match boxes::read(view, at, view.end()) {
            Ok(found) => found,
            Err(NoBox::TooLong(label))
                if matches!(&label, b"ftyp" | b"meta" | b"mdat" | b"moov") =>
            {
                return Err(Error::Truncated {
                    what: "a box (ISO/IEC 14496-12 § 4.2)",
                    offset: at,
                });
            }
            Err(_) if has_meta(&tops) => break,
            Err(_) => {
                return Err(Error::Truncated {
                    what: "the boxes before the meta box",
                    offset: at,
                });
            }
        };
        // Another file behind this one: phones put the video of a motion photo there.
        if found.label == *b"ftyp" && has_meta(&tops) {
            break;
        }
        let unsupported = match &found.label {
            b"moof" => Some("an image sequence in fragments (ISO/IEC 14496-12 § 8.8)"),
            b"moov" if tops.iter().any(|found| found.label == *b"moov") => {
                Some("two movie boxes (ISO/IEC 14496-12 § 8.2.1)")
            }
            b"moov" if !is_sequence(view, &tops) => {
                Some("a video beside a picture (ISO/IEC 23008-12 § 10.3)")
            }
            b"meta" if has_meta(&tops) => Some("two meta boxes (ISO/IEC 14496-12 § 8.11.1)"),
            _ => None,
        };
        if let Some(what) = unsupported {
            return Err(Error::UnsupportedFeature { what, offset: at });
        }
        if tops.len() >= limit {
            return Err(Error::TooMany {
                what: "boxes",
                limit,
            });
        }
        at = found.span.end;
        tops.push(found);
    }
    let trailer = Span {
        start: at,
        end: view.end(),
    };
    Ok((tops, trailer))
}

/// Whether the file says that it is a sequence: a movie box in any other is no part of the picture.
fn is_sequence(view: View<'_>, tops: &[IsoBox]) -> bool {
    let file_type = tops.first().filter(|found| found.label == *b"ftyp");
    file_type.is_some_and(|found| has_sequence_brand(view.get(found.body)))
}

/// Where data may stand, in order.
fn homes(tops: &[IsoBox], meta: &Meta) -> Vec<Span> {
    let mdats = tops.iter().filter(|found| found.label == *b"mdat");
    let mut homes: Vec<Span> = mdats
        .chain(&meta.item_data)
        .map(|found| found.body)
        .collect();
    homes.sort_unstable();
    homes
}

/// All that is known of the file while its parts are listed.
struct Walk<'a> {
    view: View<'a>,
    meta: Meta,
    roles: BTreeMap<u32, Role>,
    /// The gain map whose numbers stay.
    gain_map: Option<u32>,
    /// The sequence, if there is one beside the picture.
    movie: Option<Movie>,
    data: Data,
    limit: usize,
}

impl Walk<'_> {
    fn top(&self, found: IsoBox, cuts: &mut Vec<Cut>) -> Result<(), Error> {
        match &found.label {
            b"ftyp" if found.span.start == 0 => {
                let body = self.view.get(found.body);
                let is_plain =
                    file_type(body, self.movie.is_some()) == body && found.body.start == 8;
                cuts.push(Cut::of(
                    found,
                    if is_plain {
                        names::SIGNATURE
                    } else {
                        names::FTYP
                    },
                ));
            }
            b"meta" => self.meta(cuts)?,
            b"moov" => match &self.movie {
                Some(movie) => cuts.extend(movie::walk::cuts(self.view, movie, self.limit)?),
                None => cuts.push(Cut::of(found, names::OTHER)),
            },
            b"mdat" => self.container(found, names::MDAT, self.data.tile(found.body), cuts),
            _ => cuts.push(Cut::of(found, self.bystander(found))),
        }
        Ok(())
    }

    /// A box that has no part in the picture.
    fn bystander(&self, found: IsoBox) -> Name {
        match &found.label {
            b"free" | b"skip" => names::FREE,
            b"uuid" if self.view.get(found.body).starts_with(C2PA_UUID) => names::C2PA,
            b"uuid" | b"mpvd" | b"sefd" => names::VENDOR,
            _ => names::OTHER,
        }
    }

    /// The header of a box, and then its content as parts of their own.
    fn container(&self, found: IsoBox, name: Name, content: Vec<Cut>, cuts: &mut Vec<Cut>) {
        cuts.push(Cut::header(found.span.start, found.body.start, name));
        cuts.extend(content);
    }

    fn meta(&self, cuts: &mut Vec<Cut>) -> Result<(), Error> {
        cuts.push(Cut::header(
            self.meta.span.start,
            self.meta.inner.start,
            names::META,
        ));
        for found in &self.meta.boxes {
            let name = match &found.label {
                b"hdlr" => names::HDLR,
                b"pitm" => names::PITM,
                b"iloc" => names::ILOC,
                b"dinf" if self.view.get(found.body) == THIS_FILE => names::DINF,
                b"idat" => {
                    self.container(*found, names::IDAT, self.data.tile(found.body), cuts);
                    continue;
                }
                b"iinf" => {
                    self.items(*found, cuts)?;
                    continue;
                }
                b"iref" => {
                    self.references(*found, cuts)?;
                    continue;
                }
                b"iprp" => {
                    self.properties(*found, cuts)?;
                    continue;
                }
                b"grpl" => {
                    let groups = self.meta.groups.iter().map(|group| {
                        let stays = |member| self.stays(member);
                        let is_kept = group.entry.label == *b"altr"
                            && group
                                .members
                                .iter()
                                .filter(|member| stays(**member))
                                .count()
                                > 1;
                        Cut::of(
                            group.entry,
                            if is_kept { names::ALTR } else { names::GROUP },
                        )
                    });
                    self.container(*found, names::GRPL, groups.collect(), cuts);
                    continue;
                }
                _ => self.bystander(*found),
            };
            cuts.push(Cut::of(*found, name));
        }
        Ok(())
    }

    fn stays(&self, item: u32) -> bool {
        self.roles.get(&item).is_some_and(|role| role.stays())
    }

    fn items(&self, iinf: IsoBox, cuts: &mut Vec<Cut>) -> Result<(), Error> {
        let inner = Span {
            start: entries_start(self.view, iinf),
            end: iinf.body.end,
        };
        let by_entry: BTreeMap<usize, &Role> = self
            .meta
            .items
            .iter()
            .filter_map(|(number, item)| Some((item.entry.span.start, self.roles.get(number)?)))
            .collect();
        cuts.push(Cut::header(iinf.span.start, inner.start, names::IINF));
        for entry in children(self.view, inner, self.limit)? {
            let name = match by_entry.get(&entry.span.start) {
                Some(role) if role.is_listed() => names::INFE,
                Some(role) => role.data(),
                None => self.bystander(entry),
            };
            cuts.push(Cut::of(entry, name));
        }
        Ok(())
    }

    fn references(&self, iref: IsoBox, cuts: &mut Vec<Cut>) -> Result<(), Error> {
        let inner = full_box_children(self.view, iref, "a reference box cut short")?;
        let exif = exif::chosen(&self.meta);
        cuts.push(Cut::header(iref.span.start, inner.start, names::IREF));
        for found in &self.meta.references {
            let is_kept = match exif {
                Some(exif) if exif == found.from => found.entry.label == *b"cdsc",
                _ => self.reference_stays(found),
            };
            let name = if is_kept {
                names::REFERENCE
            } else {
                names::LOST_REFERENCE
            };
            cuts.push(Cut::of(found.entry, name));
        }
        Ok(())
    }

    /// Whether the picture is put together by this reference.
    fn reference_stays(&self, found: &Reference) -> bool {
        let role = self.roles.get(&found.from);
        if let Some(Role::Numbers { of }) = role {
            return found.entry.label == *b"cdsc" && found.to == [*of];
        }
        let needed = match &found.entry.label {
            b"dimg" => role == Some(&Role::Derived),
            b"auxl" => {
                found.to == [self.meta.primary] && self.gain_map == Some(found.from)
                    || auxiliary_urn(self.view, &self.meta, found.from)
                        .is_some_and(|urn| ALPHA_URNS.contains(&urn))
            }
            b"prem" | b"iloc" => true,
            _ => false,
        };
        needed && self.stays(found.from) && found.to.iter().any(|to| self.stays(*to))
    }

    fn properties(&self, iprp: IsoBox, cuts: &mut Vec<Cut>) -> Result<(), Error> {
        cuts.push(Cut::header(iprp.span.start, iprp.body.start, names::IPRP));
        for found in children(self.view, iprp.body, self.limit)? {
            match &found.label {
                b"ipco" => {
                    let content = properties::cuts(self.view, &self.meta, &self.roles, self.limit)?;
                    self.container(found, names::IPCO, content, cuts);
                }
                b"ipma" => cuts.push(Cut::of(found, names::IPMA)),
                _ => cuts.push(Cut::of(found, self.bystander(found))),
            }
        }
        Ok(())
    }
}
