//! The boxes of HEIF, ISO/IEC 23008-12, around pictures coded in one way or another.

use crate::blocks::{exif, icc, provenance, trailer, xmp};
use crate::boxes::{be, bx, full};
use crate::recipe::{Recipe, SECRET};

/// What differs between HEIC and AVIF.
pub struct Codec {
    pub brands: [&'static [u8; 4]; 2],
    pub item: [u8; 4],
    pub configuration: [u8; 4],
    pub coded: fn(&mut Recipe<'_>) -> Vec<u8>,
    pub configured: fn(&mut Recipe<'_>) -> Vec<u8>,
}

#[derive(Clone)]
struct Item {
    id: u32,
    label: [u8; 4],
    /// What follows the type in the item's entry.
    rest: Vec<u8>,
    hidden: bool,
    data: Vec<u8>,
    /// ISO/IEC 14496-12 § 8.11.3: 0 in the file, 1 in `idat`, 2 in another item.
    method: u8,
    properties: Vec<u16>,
}

struct Photo {
    items: Vec<Item>,
    properties: Vec<Vec<u8>>,
    references: Vec<([u8; 4], u32, Vec<u32>)>,
    groups: Vec<([u8; 4], Vec<u32>)>,
}

impl Photo {
    fn property(&mut self, property: Vec<u8>) -> u16 {
        self.properties.push(property);
        self.properties.len() as u16
    }

    fn item(&mut self, label: [u8; 4], data: Vec<u8>, properties: &[u16]) -> u32 {
        let id = self.items.len() as u32 + 1;
        self.items.push(Item {
            id,
            label,
            rest: b"\0".to_vec(),
            hidden: false,
            data,
            method: 0,
            properties: properties.to_vec(),
        });
        id
    }
}

pub fn build(recipe: &mut Recipe<'_>, codec: &Codec) -> Vec<u8> {
    let mut photo = Photo {
        items: Vec::new(),
        properties: Vec::new(),
        references: Vec::new(),
        groups: Vec::new(),
    };
    let primary = picture(recipe, codec, &mut photo);
    for _ in 0..recipe.count(6) {
        extra(recipe, codec, &mut photo, primary);
    }
    for _ in 0..recipe.count(3) {
        let property = odd_property(recipe);
        let number = photo.property(property);
        let at = recipe.below(photo.items.len());
        photo.items[at].properties.push(number);
    }
    recipe.disturb(&mut photo.items);
    recipe.disturb(&mut photo.references);
    recipe.disturb(&mut photo.properties);
    let mut file = assemble(recipe, codec, &photo, primary);
    recipe.spoil(&mut file);
    file
}

/// The picture that is shown: one, a grid, an overlay, an identity or a tone map.
fn picture(recipe: &mut Recipe<'_>, codec: &Codec, photo: &mut Photo) -> u32 {
    let size = |recipe: &mut Recipe<'_>, width: usize| {
        let size = [recipe.be32(width), recipe.be32(48)].concat();
        full(recipe, b"ispe", 0, 0, &size)
    };
    let configured = (codec.configured)(recipe);
    let configuration = bx(recipe, &codec.configuration, &configured);
    let configuration = photo.property(configuration);
    let one = size(recipe, 64);
    let one = photo.property(one);
    let shape = recipe.below(6);
    if shape == 0 || shape == 5 {
        let data = (codec.coded)(recipe);
        return photo.item(codec.item, data, &[configuration, one]);
    }
    let tiles: Vec<u32> = (0..2)
        .map(|_| {
            let data = (codec.coded)(recipe);
            photo.item(codec.item, data, &[configuration, one])
        })
        .collect();
    let two = size(recipe, 128);
    let two = photo.property(two);
    let (label, rule, inputs) = match shape {
        1 => (
            *b"grid",
            [&[0, 0, 0, 1][..], &recipe.be16(128), &recipe.be16(48)].concat(),
            tiles,
        ),
        2 => {
            let places = [
                recipe.be16(0),
                recipe.be16(0),
                recipe.be16(64),
                recipe.be16(0),
            ]
            .concat();
            let size = [recipe.be16(128), recipe.be16(48)].concat();
            (
                *b"iovl",
                [&[0, 0][..], &[0; 8], &size, &places].concat(),
                tiles,
            )
        }
        3 => (*b"iden", Vec::new(), tiles[..1].to_vec()),
        _ => {
            let mut rule = vec![0, 0, 0, 0, 0, 0x40];
            rule.extend(recipe.noise(56));
            if recipe.once_in(3) {
                rule.extend(SECRET);
            }
            (*b"tmap", rule, tiles)
        }
    };
    let from = photo.item(label, rule, &[two]);
    if recipe.once_in(2) {
        photo.items[from as usize - 1].method = 1;
    }
    if label == *b"tmap" {
        photo.groups.push((*b"altr", vec![from, inputs[0]]));
    }
    photo.references.push((*b"dimg", from, inputs.clone()));
    if label == *b"tmap" && recipe.once_in(2) {
        inputs[0]
    } else {
        from
    }
}

fn extra(recipe: &mut Recipe<'_>, codec: &Codec, photo: &mut Photo, primary: u32) {
    let auxiliary = |recipe: &mut Recipe<'_>, photo: &mut Photo, urn: &[u8]| {
        let words = if recipe.once_in(3) {
            [urn, b"\0", SECRET].concat()
        } else {
            [urn, b"\0"].concat()
        };
        let property = full(recipe, b"auxC", 0, 0, &words);
        let property = photo.property(property);
        let data = (codec.coded)(recipe);
        photo.item(codec.item, data, &[1, 2, property])
    };
    let (label, from) = match recipe.below(12) {
        0 => {
            let block = exif(recipe);
            let (at, name): (usize, &[u8]) = if recipe.once_in(2) {
                (0, b"")
            } else {
                (6, b"Exif\0\0")
            };
            let data = [&recipe.be32(at)[..], name, &block].concat();
            (*b"cdsc", photo.item(*b"Exif", data, &[]))
        }
        1 => {
            let data = xmp(recipe);
            let id = photo.item(*b"mime", data, &[]);
            photo.items[id as usize - 1].rest = b"\0application/rdf+xml\0".to_vec();
            (*b"cdsc", id)
        }
        2 => {
            let data = (codec.coded)(recipe);
            (*b"thmb", photo.item(codec.item, data, &[1, 2]))
        }
        3 => (
            *b"auxl",
            auxiliary(
                recipe,
                photo,
                b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
            ),
        ),
        4 => (
            *b"auxl",
            auxiliary(recipe, photo, b"urn:mpeg:hevc:2015:auxid:1"),
        ),
        5 => (
            *b"auxl",
            auxiliary(recipe, photo, b"urn:mpeg:hevc:2015:auxid:2"),
        ),
        6 => (
            *b"auxl",
            auxiliary(recipe, photo, b"urn:com:apple:photo:2020:aux:hdrgainmap"),
        ),
        7 => {
            let data = provenance(recipe);
            let id = photo.item(*b"mime", data, &[]);
            photo.items[id as usize - 1].rest = b"\0application/x-c2pa-manifest-store\0".to_vec();
            (*b"cdsc", id)
        }
        8 => {
            let data = recipe.secret();
            (*b"cdsc", photo.item(*b"uri ", data, &[]))
        }
        9 => {
            let data = (codec.coded)(recipe);
            (*b"prem", photo.item(codec.item, data, &[1, 2]))
        }
        10 => {
            // Data in another item, ISO/IEC 14496-12 § 8.11.3.
            let id = photo.item(codec.item, Vec::new(), &[1, 2]);
            photo.items[id as usize - 1].method = 2;
            (*b"iloc", id)
        }
        _ => {
            let data = recipe.secret();
            (*b"zzzz", photo.item(*b"zzzz", data, &[]))
        }
    };
    let at = from as usize - 1;
    photo.items[at].hidden = recipe.once_in(2);
    if recipe.once_in(4) {
        photo.items[at].rest = [SECRET, b"\0"].concat();
    }
    if recipe.once_in(6) {
        photo.items[at].method = 1;
    }
    let to = if recipe.once_in(8) {
        recipe.number(from.into()) as u32
    } else {
        primary
    };
    photo.references.push((label, from, vec![to]));
    if recipe.once_in(12) {
        photo
            .groups
            .push((recipe.pick(&[*b"ster", *b"altr"]), vec![primary, from]));
    }
}

fn odd_property(recipe: &mut Recipe<'_>) -> Vec<u8> {
    match recipe.below(14) {
        0 => bx(recipe, b"irot", &[3]),
        1 => bx(recipe, b"imir", &[1]),
        2 => bx(recipe, b"colr", b"nclx\0\x01\0\x0D\0\x06\x80"),
        3 => {
            let profile = icc(recipe);
            bx(recipe, b"colr", &[b"prof", &profile[..]].concat())
        }
        4 => full(recipe, b"pixi", 0, 0, &[3, 8, 8, 8]),
        5 => full(
            recipe,
            b"udes",
            0,
            0,
            &[b"en\0", SECRET, b"\0", SECRET, b"\0tag\0"].concat(),
        ),
        6 => full(
            recipe,
            b"crtt",
            0,
            0,
            &3_789_547_205_000_000_u64.to_be_bytes(),
        ),
        7 => bx(recipe, b"free", SECRET),
        8 => full(recipe, b"cmin", 0, 0, SECRET),
        9 => bx(recipe, b"clap", &[0; 32]),
        10 => bx(recipe, b"uuid", &[b"0123456789ABCDEF", SECRET].concat()),
        11 => bx(recipe, b"clli", &[1, 2, 3, 4]),
        12 => bx(recipe, b"irot", &[&[3], SECRET].concat()),
        _ => {
            let content = recipe.secret();
            bx(recipe, b"zzzz", &content)
        }
    }
}

/// How the tables are written.
struct Layout {
    wide_items: bool,
    wide_properties: bool,
    iloc_version: u8,
    /// Of offset, length, base and index.
    sizes: [u8; 4],
    base: u64,
    gap: bool,
    mdat_first: bool,
    quick_time: bool,
}

fn assemble(recipe: &mut Recipe<'_>, codec: &Codec, photo: &Photo, primary: u32) -> Vec<u8> {
    let wide = recipe.once_in(4);
    let layout = Layout {
        wide_items: wide,
        wide_properties: recipe.once_in(4),
        iloc_version: if wide { 2 } else { recipe.pick(&[1, 1, 0, 2]) },
        sizes: recipe.pick(&[
            [4, 4, 0, 0],
            [4, 4, 4, 0],
            [8, 8, 0, 0],
            [4, 4, 0, 4],
            [0, 4, 4, 0],
            [4, 0, 0, 0],
        ]),
        base: recipe.pick(&[0, 8]),
        gap: recipe.once_in(2),
        mdat_first: recipe.once_in(6),
        quick_time: recipe.once_in(12),
    };
    let [major, compatible] = codec.brands;
    let mut brands = [&major[..], b"\0\0\0\0", compatible, major].concat();
    if recipe.once_in(4) {
        brands.extend(b"JANE");
    }
    let mut file = bx(recipe, b"ftyp", &brands);
    for _ in 0..recipe.count(2) {
        let found = bystander(recipe);
        file.extend(found);
    }
    let mut content = Vec::new();
    let mut places = Vec::new();
    for item in &photo.items {
        if item.method == 0 {
            if layout.gap {
                content.extend(SECRET);
            }
            places.push((content.len(), item.data.len()));
            content.extend(&item.data);
        } else {
            places.push((0, item.data.len()));
        }
    }
    let mut tables = meta(recipe, &layout, photo, primary);
    let body = tables.len() + if layout.quick_time { 0 } else { 4 };
    let iloc_len = 8 + 4 + locations_len(&layout, photo);
    let data_at = file.len()
        + 8
        + if layout.mdat_first {
            0
        } else {
            8 + body + iloc_len
        };
    let iloc = locations(recipe, &layout, photo, &places, data_at);
    tables.extend(full(recipe, b"iloc", layout.iloc_version, 0, &iloc));
    let meta = if layout.quick_time {
        bx(recipe, b"meta", &tables)
    } else {
        full(recipe, b"meta", 0, 0, &tables)
    };
    let mdat = bx(recipe, b"mdat", &content);
    let both = if layout.mdat_first {
        [mdat, meta]
    } else {
        [meta, mdat]
    };
    file.extend(both.concat());
    for _ in 0..recipe.count(2) {
        let found = bystander(recipe);
        file.extend(found);
    }
    if recipe.once_in(4) {
        file.extend(trailer(recipe));
    }
    file
}

fn bystander(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let content = recipe.secret();
    match recipe.below(6) {
        0 => bx(recipe, b"free", &content),
        1 => {
            let store = provenance(recipe);
            let uuid = b"\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81\0\0\0\0manifest\0\0\0\0\0\0\0\0\0";
            bx(recipe, b"uuid", &[&uuid[..], &store].concat())
        }
        2 => {
            let video = trailer(recipe);
            bx(recipe, b"mpvd", &video)
        }
        3 => bx(recipe, b"sefd", &content),
        4 => bx(recipe, b"moov", &content),
        _ => bx(recipe, b"zzzz", &content),
    }
}

fn id(recipe: &mut Recipe<'_>, layout: &Layout, id: u32) -> Vec<u8> {
    be(recipe, id.into(), if layout.wide_items { 4 } else { 2 })
}

/// Everything in the meta box but the locations.
fn meta(recipe: &mut Recipe<'_>, layout: &Layout, photo: &Photo, primary: u32) -> Vec<u8> {
    let wide = u8::from(layout.wide_items);
    let handler = [
        &b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0"[..],
        if recipe.once_in(4) { SECRET } else { b"" },
        b"\0",
    ]
    .concat();
    let mut out = full(recipe, b"hdlr", 0, 0, &handler);
    let number = id(recipe, layout, primary);
    out.extend(full(recipe, b"pitm", wide, 0, &number));
    let mut entries = recipe.be16(photo.items.len()).to_vec();
    for item in &photo.items {
        let mut entry = id(recipe, layout, item.id);
        entry.extend(recipe.be16(0));
        entry.extend(item.label);
        entry.extend(&item.rest);
        entries.extend(full(recipe, b"infe", 2 + wide, item.hidden.into(), &entry));
    }
    out.extend(full(recipe, b"iinf", 0, 0, &entries));
    if !photo.references.is_empty() {
        let mut entries = Vec::new();
        for (label, from, to) in &photo.references {
            let mut entry = id(recipe, layout, *from);
            entry.extend(recipe.be16(to.len()));
            for number in to {
                entry.extend(id(recipe, layout, *number));
            }
            entries.extend(bx(recipe, label, &entry));
        }
        out.extend(full(recipe, b"iref", wide, 0, &entries));
    }
    out.extend(properties(recipe, layout, photo));
    for (label, members) in &photo.groups {
        let ids: Vec<u8> = members
            .iter()
            .flat_map(|member| recipe.be32(*member as usize))
            .collect();
        let content = [&recipe.be32(99)[..], &recipe.be32(members.len()), &ids].concat();
        let group = full(recipe, label, 0, 0, &content);
        out.extend(bx(recipe, b"grpl", &group));
    }
    let idat: Vec<u8> = photo
        .items
        .iter()
        .filter(|item| item.method == 1)
        .flat_map(|item| item.data.clone())
        .collect();
    if !idat.is_empty() {
        out.extend(bx(recipe, b"idat", &idat));
    }
    if recipe.once_in(8) {
        let content = recipe.secret();
        let label = recipe.pick(&[b"xml ", b"free", b"zzzz", b"dinf"]);
        out.extend(bx(recipe, label, &content));
    }
    out
}

fn properties(recipe: &mut Recipe<'_>, layout: &Layout, photo: &Photo) -> Vec<u8> {
    let ipco = bx(recipe, b"ipco", &photo.properties.concat());
    let described: Vec<_> = photo
        .items
        .iter()
        .filter(|item| !item.properties.is_empty())
        .collect();
    let mut entries = recipe.be32(described.len()).to_vec();
    for item in described {
        entries.extend(id(recipe, layout, item.id));
        entries.push(recipe.number(item.properties.len() as u64) as u8);
        for number in &item.properties {
            let essential = u16::from(recipe.once_in(2));
            let number = recipe.number((*number).into()) as u16;
            if layout.wide_properties {
                entries.extend((number & 0x7FFF | essential << 15).to_be_bytes());
            } else {
                entries.push(number as u8 & 0x7F | (essential as u8) << 7);
            }
        }
    }
    let ipma = full(
        recipe,
        b"ipma",
        layout.wide_items.into(),
        layout.wide_properties.into(),
        &entries,
    );
    bx(recipe, b"iprp", &[ipco, ipma].concat())
}

/// How long the table of locations is: that does not depend on what stands in it.
fn locations_len(layout: &Layout, photo: &Photo) -> usize {
    let [offset, length, base, index] = layout.sizes.map(usize::from);
    let (number, method) = match layout.iloc_version {
        0 => (2, 0),
        1 => (2, 2),
        _ => (4, 2),
    };
    let index = if layout.iloc_version == 0 { 0 } else { index };
    2 + number + photo.items.len() * (number + method + 2 + base + 2 + index + offset + length)
}

/// ISO/IEC 14496-12 § 8.11.3.
fn locations(
    recipe: &mut Recipe<'_>,
    layout: &Layout,
    photo: &Photo,
    places: &[(usize, usize)],
    data_at: usize,
) -> Vec<u8> {
    let [offset, length, base, index] = layout.sizes;
    let number_size = if layout.iloc_version < 2 { 2 } else { 4 };
    let mut out = vec![
        offset << 4 | length,
        base << 4 | if layout.iloc_version == 0 { 0 } else { index },
    ];
    out.extend(be(recipe, photo.items.len() as u64, number_size));
    let mut idat_at = 0;
    for (item, (at, len)) in photo.items.iter().zip(places) {
        out.extend(be(recipe, item.id.into(), number_size));
        if layout.iloc_version > 0 {
            out.extend([0, recipe.number(item.method.into()) as u8]);
        }
        out.extend(recipe.be16(0));
        let at = match item.method {
            0 => (data_at + at) as u64,
            1 => {
                idat_at += len;
                (idat_at - len) as u64
            }
            _ => 0,
        };
        let from = if offset == 0 { at } else { layout.base.min(at) };
        let from = if base == 0 { 0 } else { from };
        out.extend(be(recipe, from, base));
        out.extend(recipe.be16(1));
        if layout.iloc_version > 0 {
            out.extend(be(recipe, 1, index));
        }
        out.extend(be(recipe, at - from, offset));
        out.extend(be(recipe, *len as u64, length));
    }
    out
}
