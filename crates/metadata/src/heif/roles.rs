//! What each item is to the picture: it stays only when the primary picture cannot be shown without it. Nothing stays
//! because of what it says about itself; hidden and forgotten items are unreachable, and go.

use std::collections::BTreeMap;

use super::boxes::{Label, Span, View};
use super::meta::{Item, Meta, Reference};
use super::{data, derived, gain_map, names};
use crate::Error;
use crate::part::Kind;

/// What an item is to the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Coded pixels of the picture, a tile of it, or its gain map.
    Coded,
    /// Coded transparency.
    Alpha,
    /// A rule that makes a picture of others: a grid, an overlay, a tone map.
    Derived,
    /// Holds the bytes of other items that stay.
    Store,
    Exif,
    /// The numbers of the gain map that is this item.
    Numbers {
        of: u32,
    },
    Xmp,
    Provenance,
    /// Metadata of a form that no rule explains.
    Foreign,
    Thumbnail,
    /// A depth map, a matte, another view.
    Auxiliary,
    /// A picture that the primary one does not use.
    Unused,
}

impl Role {
    /// Whether its entry in the list of items stays.
    pub(super) const fn is_listed(self) -> bool {
        self.stays() || matches!(self, Self::Numbers { .. })
    }

    /// Whether its data stays as it is.
    pub(super) const fn stays(self) -> bool {
        matches!(
            self,
            Self::Coded | Self::Alpha | Self::Derived | Self::Store
        )
    }

    /// Whether its bytes are words about the picture rather than a picture.
    pub(super) const fn is_metadata(self) -> bool {
        matches!(
            self,
            Self::Exif | Self::Numbers { .. } | Self::Xmp | Self::Provenance | Self::Foreign
        )
    }

    /// What its data is, in the vocabulary; for what goes, this is its description too.
    pub(super) const fn data(self) -> (&'static str, Kind) {
        match self {
            Self::Coded | Self::Store => names::CODED,
            Self::Alpha => names::ALPHA,
            Self::Derived => names::DERIVED,
            Self::Exif => names::EXIF,
            Self::Numbers { .. } => names::GAIN_MAP_NUMBERS,
            Self::Xmp => names::XMP,
            Self::Provenance => names::PROVENANCE,
            Self::Foreign => names::FOREIGN,
            Self::Thumbnail => names::THUMBNAIL,
            Self::Auxiliary => names::AUXILIARY,
            Self::Unused => names::UNUSED,
        }
    }
}

/// The URNs that say that an auxiliary picture is transparency: ISO/IEC 23008-12 § 6.5.8 and Annex B, ISO/IEC 23091-2.
pub(super) const ALPHA_URNS: [&[u8]; 3] = [
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
    b"urn:mpeg:hevc:2015:auxid:1",
    b"urn:mpeg:avc:2015:auxid:1",
];

/// The URN in an auxC property, ISO/IEC 23008-12 § 6.5.8.
pub(super) fn auxiliary_urn<'a>(view: View<'a>, meta: &Meta, item: u32) -> Option<&'a [u8]> {
    let aux = meta
        .properties_of(item)
        .find(|found| found.label == *b"auxC")?;
    view.get(aux.body).get(4..)?.split(|byte| *byte == 0).next()
}

/// The role of every item.
pub(super) fn roles(
    view: View<'_>,
    meta: &Meta,
    homes: &[Span],
) -> Result<BTreeMap<u32, Role>, Error> {
    let stands_for_another = |found: &Reference| {
        found.from == meta.primary && matches!(&found.entry.label, b"auxl" | b"thmb")
    };
    if meta.references.iter().any(stands_for_another) {
        return Err(Error::UnsupportedFeature {
            what: "a primary picture that belongs to another one (ISO/IEC 23000-22 § 7.2)",
            offset: meta.span.start,
        });
    }
    let mut roles = BTreeMap::new();
    let alphas = alphas(view, meta)?;
    reach(meta, &alphas, meta.primary, &mut roles)?;
    for tone_map in meta.referring(b"dimg") {
        if tone_map.to.first() == Some(&meta.primary) && is_plain_tone_map(view, meta, tone_map) {
            reach(meta, &alphas, tone_map.from, &mut roles)?;
        }
    }
    if let Some(found) = gain_map::find(view, meta, homes) {
        reach(meta, &alphas, found.map, &mut roles)?;
        roles.insert(found.numbers, Role::Numbers { of: found.map });
    }
    let thumbnails = sources(meta, b"thmb");
    let auxiliaries = sources(meta, b"auxl");
    for (number, item) in &meta.items {
        let is_in = |list: &BTreeMap<u32, ()>| list.contains_key(number);
        let role = match &item.label {
            b"Exif" => Role::Exif,
            b"mime" if item.content_type == gain_map::XMP_TYPE => Role::Xmp,
            b"mime" if item.content_type.windows(4).any(|word| word == b"c2pa") => Role::Provenance,
            b"mime" | b"uri " => Role::Foreign,
            _ if is_in(&thumbnails) => Role::Thumbnail,
            b"tmap" => Role::Auxiliary,
            _ if is_in(&auxiliaries) => Role::Auxiliary,
            _ => Role::Unused,
        };
        roles.entry(*number).or_insert(role);
    }
    Ok(roles)
}

/// The gain map whose numbers stay in an item of their own.
pub(super) fn announced(roles: &BTreeMap<u32, Role>) -> Option<u32> {
    roles.values().find_map(|role| match role {
        Role::Numbers { of } => Some(*of),
        _ => None,
    })
}

fn sources(meta: &Meta, label: &Label) -> BTreeMap<u32, ()> {
    meta.referring(label)
        .map(|found| (found.from, ()))
        .collect()
}

/// The transparency of each picture that has some.
fn alphas(view: View<'_>, meta: &Meta) -> Result<BTreeMap<u32, Vec<u32>>, Error> {
    let mut alphas: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for found in meta.referring(b"auxl") {
        let urn = auxiliary_urn(view, meta, found.from).unwrap_or_default();
        if !ALPHA_URNS.contains(&urn) && ALPHA_URNS.iter().any(|alpha| urn.starts_with(alpha)) {
            return Err(Error::UnsupportedFeature {
                what: "what some programs show as transparency and others do not (ISO/IEC 23008-12 § 6.5.8)",
                offset: found.entry.span.start,
            });
        }
        if ALPHA_URNS.contains(&urn) {
            for to in &found.to {
                alphas.entry(*to).or_default().push(found.from);
            }
        }
    }
    Ok(alphas)
}

/// Marks all that an item cannot be shown without.
fn reach(
    meta: &Meta,
    alphas: &BTreeMap<u32, Vec<u32>>,
    from: u32,
    roles: &mut BTreeMap<u32, Role>,
) -> Result<(), Error> {
    let mut waiting = vec![(from, Role::Coded)];
    while let Some((number, role)) = waiting.pop() {
        if roles.contains_key(&number) {
            continue;
        }
        let item = meta.items.get(&number).ok_or(Error::Malformed {
            what: "a picture made of one that is not there (ISO/IEC 23008-12 § 6.4.7)",
            offset: meta.span.start,
        })?;
        usable(item, role)?;
        if role != Role::Store && derived::is_derived(&item.label) {
            roles.insert(number, Role::Derived);
            let inputs = meta.referred(*b"dimg", number).iter();
            waiting.extend(inputs.map(|input| (*input, role)));
        } else {
            roles.insert(number, role);
        }
        let found = alphas.get(&number).into_iter().flatten();
        waiting.extend(found.map(|alpha| (*alpha, Role::Alpha)));
        if data::is_in_items(meta, number) {
            let stores = meta.referred(*b"iloc", number).iter();
            waiting.extend(stores.map(|store| (*store, Role::Store)));
        }
    }
    Ok(())
}

/// Refuses what cannot be looked into.
fn usable(item: &Item, role: Role) -> Result<(), Error> {
    let refuse = |what| {
        Err(Error::UnsupportedFeature {
            what,
            offset: item.entry.span.start,
        })
    };
    if item.protected {
        return refuse("an encrypted picture (ISO/IEC 14496-12 § 8.11.5)");
    }
    let is_metadata = matches!(&item.label, b"Exif" | b"mime" | b"uri ");
    let is_picture = matches!(&item.label, b"hvc1" | b"av01") || derived::is_derived(&item.label);
    match role {
        Role::Store if is_metadata => {
            refuse("a picture stored inside metadata (ISO/IEC 14496-12 § 8.11.3)")
        }
        Role::Store => Ok(()),
        _ if !is_picture => {
            refuse("a picture coded in another way than HEVC or AV1 (ISO/IEC 23008-12)")
        }
        _ => Ok(()),
    }
}

/// Whether an item is there and a picture that can be looked into.
pub(super) fn is_usable_picture(meta: &Meta, item: u32) -> bool {
    let item = meta.items.get(&item);
    item.is_some_and(|item| usable(item, Role::Coded).is_ok())
}

/// The span of a view that is the whole file.
pub(super) const fn span_of_file(view: View<'_>) -> Span {
    Span {
        start: 0,
        end: view.end(),
    }
}

/// Whether a gain map's numbers are nothing but numbers. Any other gain map goes, and the report says so.
fn is_plain_tone_map(view: View<'_>, meta: &Meta, found: &Reference) -> bool {
    let exists = |input: &u32| is_usable_picture(meta, *input);
    let is_tone_map = meta
        .items
        .get(&found.from)
        .is_some_and(|item| item.label == *b"tmap");
    let [_, map] = found.to.as_slice() else {
        return false;
    };
    if !is_tone_map
        || !found.to.iter().all(exists)
        || !gain_map::has_shape_of_primary(view, meta, *map)
    {
        return false;
    }
    match data::spans(meta, found.from, span_of_file(view)).as_deref() {
        Ok([span]) => derived::is_plain_tone_map(view.get(*span)),
        _ => false,
    }
}
