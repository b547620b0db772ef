//! What describes the pictures: which properties stay, and the exact sizes that they must have, so that nothing else
//! stands in them. ISO/IEC 23008-12 § 6.5, AV1-ISOBMFF § 2.3, ISO/IEC 14496-12 § 12.1.5.

use std::collections::BTreeMap;

use super::boxes::{IsoBox, View, inside};
use super::cut::Cut;
use super::gain_map;
use super::meta::Meta;
use super::names::{self, Name};
use super::roles::{ALPHA_URNS, Role, announced};
use super::units::{Unit, Use};
use super::{av1, hevc};
use crate::Error;

/// Who of those that stay uses a property.
#[derive(Debug, Clone, Copy, Default)]
struct Users {
    any: bool,
    /// One of them is a gain map whose numbers stay.
    announced: bool,
    /// One of them must not be shown by a program that does not know the property.
    essential: bool,
}

/// The parts of the property container, in its order.
pub(super) fn cuts(
    view: View<'_>,
    meta: &Meta,
    roles: &BTreeMap<u32, Role>,
    limit: usize,
) -> Result<Vec<Cut>, Error> {
    let users = users(meta, roles);
    let mut cuts = Vec::new();
    for (at, property) in meta.properties.iter().enumerate() {
        let users = users.get(&at).copied().unwrap_or_default();
        cuts.extend(property_cuts(view, *property, users, limit)?);
    }
    Ok(cuts)
}

/// Who uses the properties, by their place in the container.
fn users(meta: &Meta, roles: &BTreeMap<u32, Role>) -> BTreeMap<usize, Users> {
    let mut all: BTreeMap<usize, Users> = BTreeMap::new();
    let announced = announced(roles);
    for (item, associations) in &meta.associations {
        if !roles.get(item).is_some_and(|role| role.stays()) {
            continue;
        }
        for used in associations {
            let at = usize::from(used.property).saturating_sub(1);
            let users = all.entry(at).or_default();
            users.any = true;
            users.announced |= announced == Some(*item);
            users.essential |= used.essential;
        }
    }
    all
}

fn property_cuts(
    view: View<'_>,
    property: IsoBox,
    users: Users,
    limit: usize,
) -> Result<Vec<Cut>, Error> {
    let body = view.get(property.body);
    let leaf = |name| Ok(vec![Cut::of(property, name)]);
    let at = property.span.start;
    match (&property.label, named(&property, body)) {
        (b"udes" | b"altt", _) if !users.essential => leaf(names::WORDS),
        (b"crtt" | b"mdft", _) if !users.essential => leaf(names::DATES),
        (b"cmin" | b"cmex" | b"uuid", _) if !users.essential => leaf(names::CAMERA),
        (b"free" | b"skip", _) => leaf(names::FREE),
        (_, Shape::Exact(_) | Shape::Wrong | Shape::Decoder) if !users.any => {
            leaf(names::LOST_PROPERTY)
        }
        (b"auxC", _) if users.announced && gain_map::is_named(body) => leaf(names::LAYOUT),
        (b"auxC", _) if !is_transparency(body) => leaf(names::LOST_PROPERTY),
        (_, Shape::Exact(name)) => leaf(name),
        (b"hvcC", Shape::Decoder) => hevc_cuts(property, body, at),
        (_, Shape::Decoder) => av1_cuts(property, body, limit, at),
        (_, Shape::Wrong) => Err(Error::Malformed {
            what: "a property of a size or form that it cannot have (ISO/IEC 23008-12 § 6.5)",
            offset: at,
        }),
        (_, Shape::Unknown) if users.essential => Err(Error::UnsupportedFeature {
            what: "a property that the picture needs and no rule explains (ISO/IEC 23008-12 § 9.3)",
            offset: at,
        }),
        (_, Shape::Unknown) => leaf(names::UNKNOWN_PROPERTY),
    }
}

/// What a property looks like.
pub(super) enum Shape {
    /// As it must.
    Exact(Name),
    /// A decoder configuration, which is looked into.
    Decoder,
    /// Known, but not as it must be.
    Wrong,
    Unknown,
}

fn named(property: &IsoBox, body: &[u8]) -> Shape {
    let is_exact = match &property.label {
        b"hvcC" | b"av1C" => return Shape::Decoder,
        b"ispe" => body.len() == 12 && is_plain(body),
        b"pixi" => {
            is_plain(body)
                && body
                    .get(4)
                    .is_some_and(|count| body.len() == usize::from(*count).saturating_add(5))
        }
        b"irot" | b"imir" | b"a1op" => body.len() == 1,
        b"clap" => body.len() == 32,
        b"iscl" | b"rloc" => body.len() == 12 && is_plain(body),
        b"lsel" => body.len() == 2,
        b"a1lx" => matches!((body.first(), body.len()), (Some(0), 7) | (Some(1), 13)),
        b"auxC" => is_plain(body) && is_alpha(body),
        b"pasp" => body.len() == 8,
        b"clli" => body.len() == 4,
        b"mdcv" => body.len() == 24,
        b"amve" => body.len() == 8,
        b"ndwt" => body.len() == 8 && is_plain(body),
        b"cclv" => is_content_volume(body),
        b"colr" => return colour(body),
        _ => return Shape::Unknown,
    };
    if !is_exact {
        return Shape::Wrong;
    }
    Shape::Exact(match &property.label {
        b"pasp" => names::PASP,
        b"clli" | b"mdcv" | b"amve" | b"ndwt" | b"cclv" => names::NUMBERS,
        _ => names::LAYOUT,
    })
}

/// Version 0 and no flags.
pub(super) fn is_plain(body: &[u8]) -> bool {
    body.starts_with(&[0; 4])
}

/// Whether an auxC property says that the picture is transparency. A gain map that is kept for its tone map may also
/// say that it is one.
fn is_transparency(body: &[u8]) -> bool {
    let urn = body
        .get(4..)
        .and_then(|rest| rest.split(|byte| *byte == 0).next());
    urn.is_some_and(|urn| ALPHA_URNS.contains(&urn))
}

/// A URN for transparency and its NUL; behind it nothing, or the one message that HEVC has for it (§ D.2.35).
fn is_alpha(body: &[u8]) -> bool {
    ALPHA_URNS.into_iter().any(|urn| {
        let rest = body.get(4..).and_then(|rest| rest.strip_prefix(urn));
        match rest.and_then(|rest| rest.split_first()) {
            Some((0, subtype)) => {
                subtype.is_empty()
                    || subtype.len() <= 24 && subtype.get(8..11) == Some(&[0x4E, 0x01, 0xA5])
            }
            Some(_) => false,
            // Some programs leave the NUL out.
            None => rest.is_some(),
        }
    })
}

/// ISO/IEC 14496-12 § 12.1.5.
pub(super) fn colour(body: &[u8]) -> Shape {
    match (body.get(..4), body.len()) {
        (Some(b"nclx"), 11) | (Some(b"nclc"), 10) => Shape::Exact(names::NUMBERS),
        (Some(b"prof" | b"rICC"), 5..) => Shape::Exact(names::PROFILE),
        (Some(b"nclx" | b"nclc" | b"prof" | b"rICC") | None, _) => Shape::Wrong,
        _ => Shape::Unknown,
    }
}

/// ISO/IEC 14496-12 § 12.1.8: flags, then the primaries and up to three luminances, as the flags say.
pub(super) fn is_content_volume(body: &[u8]) -> bool {
    let Some(flags) = body.first() else {
        return false;
    };
    let luminances = usize::from(flags >> 4 & 1)
        .saturating_add(usize::from(flags >> 3 & 1))
        .saturating_add(usize::from(flags >> 2 & 1));
    let primaries = usize::from(flags >> 5 & 1).saturating_mul(24);
    body.len()
        == luminances
            .saturating_mul(4)
            .saturating_add(primaries)
            .saturating_add(1)
}

/// The fixed fields stay, the number of arrays is written anew, and of the arrays those stay that decode.
pub(super) fn hevc_cuts(property: IsoBox, body: &[u8], at: usize) -> Result<Vec<Cut>, Error> {
    let arrays = inside(hevc::arrays(body), at)?;
    let fixed_end = property.body.start.saturating_add(hevc::ARRAYS_AT);
    let count_end = fixed_end.saturating_add(1);
    let mut cuts = vec![
        Cut::header(property.span.start, property.body.start, names::HVCC),
        Cut::whole(property.body.start, fixed_end, names::DECODER),
        Cut::whole(fixed_end, count_end, names::HVCC_COUNT),
    ];
    cuts.extend(unit_cuts(count_end, &arrays));
    Ok(cuts)
}

pub(super) fn av1_cuts(
    property: IsoBox,
    body: &[u8],
    limit: usize,
    at: usize,
) -> Result<Vec<Cut>, Error> {
    let fixed_end = property.body.start.saturating_add(av1::UNITS_AT);
    let units = body.get(av1::UNITS_AT..).ok_or(Error::Malformed {
        what: "its decoder configuration is cut short (AV1-ISOBMFF § 2.3.3)",
        offset: at,
    })?;
    let units = inside(av1::configuration(units, limit), at)?;
    let mut cuts = vec![
        Cut::header(property.span.start, property.body.start, names::AV1C),
        Cut::whole(property.body.start, fixed_end, names::DECODER),
    ];
    cuts.extend(unit_cuts(fixed_end, &units));
    Ok(cuts)
}

fn unit_cuts(start: usize, units: &[Unit]) -> Vec<Cut> {
    let mut at = start;
    let cut = |unit: &Unit| {
        let begin = at;
        at = at.saturating_add(unit.len);
        let name = match unit.by_decoder {
            Use::Needed => names::DECODER,
            Use::Message => names::MESSAGE,
            Use::Padding => names::PADDING,
        };
        Cut::whole(begin, at, name)
    };
    units.iter().map(cut).collect()
}
