//! What containers carry besides pictures, each full of secrets: Exif, XMP, ICC profiles, Photoshop resources, C2PA.

use crate::recipe::{NAME, Recipe, SECRET};

/// Either byte order of TIFF.
#[derive(Clone, Copy)]
pub struct Order {
    pub little: bool,
}

impl Order {
    #[must_use]
    pub fn u16(self, value: u16) -> [u8; 2] {
        if self.little {
            value.to_le_bytes()
        } else {
            value.to_be_bytes()
        }
    }

    #[must_use]
    pub fn u32(self, value: u32) -> [u8; 4] {
        if self.little {
            value.to_le_bytes()
        } else {
            value.to_be_bytes()
        }
    }
}

/// An entry of a directory: tag, type, count and value.
#[derive(Clone)]
pub struct Entry(pub u16, pub u16, pub u32, pub Vec<u8>);

impl Entry {
    #[must_use]
    pub fn text(tag: u16, text: &[u8]) -> Self {
        Self(tag, 2, text.len() as u32 + 1, [text, b"\0"].concat())
    }
}

/// Appends a directory at its place in `tiff` and returns where it begins. Values stand behind it.
pub fn directory(
    recipe: &mut Recipe<'_>,
    order: Order,
    tiff: &mut Vec<u8>,
    entries: &[Entry],
) -> usize {
    let at = tiff.len();
    let mut values: Vec<u8> = Vec::new();
    let values_at = at + 2 + entries.len() * 12 + 4;
    tiff.extend(order.u16(recipe.number(entries.len() as u64) as u16));
    for Entry(tag, kind, count, value) in entries {
        tiff.extend(order.u16(recipe.number((*tag).into()) as u16));
        tiff.extend(order.u16(recipe.number((*kind).into()) as u16));
        tiff.extend(order.u32(recipe.number((*count).into()) as u32));
        if value.len() <= 4 {
            tiff.extend(value);
            tiff.extend(vec![0; 4 - value.len()]);
        } else {
            tiff.extend(order.u32(recipe.number((values_at + values.len()) as u64) as u32));
            values.extend(value);
        }
    }
    tiff.extend([0; 4]);
    tiff.extend(values);
    at
}

/// Writes the offset of the following directory into one.
pub fn link(
    recipe: &mut Recipe<'_>,
    order: Order,
    tiff: &mut [u8],
    directory: usize,
    entries: usize,
    next: usize,
) {
    let at = directory + 2 + entries * 12;
    tiff[at..at + 4].copy_from_slice(&order.u32(recipe.number(next as u64) as u32));
}

/// A TIFF stream with a camera, names, a place, a date, a maker note and a thumbnail.
pub fn exif(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let order = Order {
        little: recipe.once_in(2),
    };
    let mut tiff = if order.little {
        b"II*\0".to_vec()
    } else {
        b"MM\0*".to_vec()
    };
    tiff.extend(order.u32(8));
    let rationals = |numbers: &[u32]| {
        numbers
            .iter()
            .flat_map(|number| order.u32(*number))
            .collect::<Vec<_>>()
    };
    let orientation = recipe.pick(&[1, 6, 3, 8, 2, 4, 5, 7, 0, 9]);

    // The directories that others point to come last, but their places are needed first: they are of fixed size.
    let secret = recipe.text();
    let mut main = vec![
        Entry::text(0x010F, NAME),
        Entry::text(0x0110, NAME),
        Entry(0x0112, 3, 1, order.u16(orientation).to_vec()),
        Entry::text(0x0131, &secret),
        Entry::text(0x0132, b"2024:01:02 03:04:05"),
        Entry::text(0x013B, NAME),
        Entry::text(0x8298, NAME),
        Entry(
            0x9C9B,
            1,
            SECRET.len() as u32 * 2,
            SECRET.iter().flat_map(|byte| [*byte, 0]).collect(),
        ),
        Entry(0x8769, 4, 1, order.u32(1000).to_vec()),
        Entry(0x8825, 4, 1, order.u32(2000).to_vec()),
    ];
    recipe.disturb(&mut main);
    let count = main.len();
    let main_at = directory(recipe, order, &mut tiff, &main);
    tiff.resize(1000.max(tiff.len()), 0);
    let mut camera = vec![
        Entry::text(0x9003, b"2024:01:02 03:04:05"),
        Entry(0x927C, 7, 40, recipe.secret()),
        Entry(0x9286, 7, 30, [b"ASCII\0\0\0", SECRET].concat()),
        Entry::text(0xA430, NAME),
        Entry::text(0xA431, SECRET),
    ];
    recipe.disturb(&mut camera);
    directory(recipe, order, &mut tiff, &camera);
    tiff.resize(2000.max(tiff.len()), 0);
    let mut place = vec![
        Entry::text(1, b"N"),
        Entry(2, 5, 3, rationals(&[52, 1, 31, 1, 1234, 100])),
        Entry::text(3, b"E"),
        Entry(4, 5, 3, rationals(&[13, 1, 24, 1, 4321, 100])),
        Entry::text(0x1B, SECRET),
    ];
    recipe.disturb(&mut place);
    directory(recipe, order, &mut tiff, &place);
    if recipe.once_in(3) {
        let at = tiff.len();
        link(recipe, order, &mut tiff, main_at, count, at);
        let thumbnail = recipe.secret();
        directory(
            recipe,
            order,
            &mut tiff,
            &[
                Entry(0x0201, 4, 1, order.u32(at as u32 + 30).to_vec()),
                Entry(0x0202, 4, 1, order.u32(thumbnail.len() as u32).to_vec()),
            ],
        );
        tiff.extend(thumbnail);
    }
    // A short input gives a short block.
    if recipe.once_in(2) {
        recipe.spoil(&mut tiff);
    }
    tiff
}

/// An XMP packet.
pub fn xmp(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let text = String::from_utf8_lossy(SECRET).into_owned();
    // Who made the picture may be kept, if the person asks.
    let name = String::from_utf8_lossy(NAME).into_owned();
    let value = match recipe.below(4) {
        0 => format!("<dc:creator><rdf:Seq><rdf:li>{name}</rdf:li></rdf:Seq></dc:creator>"),
        1 => format!("<dc:title>{text}"),
        2 => format!("<![CDATA[{text}]]><!-- {text} -->"),
        _ => format!("<x:{text} {text}='&#x70;{text}'/>"),
    };
    let packet = format!(
        "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
         xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:dc='http://purl.org/dc/elements/1.1/'><rdf:Description \
         photoshop:City='{text}' exif:GPSLatitude='52,31.2N'>{value}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
    );
    let mut packet = packet.into_bytes();
    recipe.spoil(&mut packet);
    packet
}

/// A colour profile with everything that identifies. ICC.1:2022 § 7.
pub fn icc(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let xyz = |numbers: [u32; 3]| {
        let numbers = numbers.into_iter().flat_map(u32::to_be_bytes);
        [&b"XYZ \0\0\0\0"[..], &numbers.collect::<Vec<_>>()].concat()
    };
    let curve = b"curv\0\0\0\0\0\0\0\x01\x02\x33\0\0".to_vec();
    let parametric = b"para\0\0\0\0\0\0\0\0\0\x02\x33\x33".to_vec();
    let words = |words: &[u8]| {
        let len = (words.len() as u32 + 1).to_be_bytes();
        [b"desc\0\0\0\0", &len[..], words, &[0; 80]].concat()
    };
    let wide: Vec<u8> = SECRET.iter().flat_map(|byte| [0, *byte]).collect();
    let localised = [
        &b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS"[..],
        &(wide.len() as u32).to_be_bytes(),
        &28_u32.to_be_bytes(),
        &wide,
    ]
    .concat();
    let secret = recipe.text();
    let mut tags = vec![
        (*b"desc", words(&secret)),
        (*b"cprt", [b"text\0\0\0\0", SECRET, b"\0"].concat()),
        (*b"wtpt", xyz([0xF6D6, 0x10000, 0xD32D])),
        (*b"rXYZ", xyz([0x6FA0, 0x38F5, 0x390])),
        (*b"gXYZ", xyz([0x6299, 0xB785, 0x18DA])),
        (*b"bXYZ", xyz([0x24A0, 0xF84, 0xB6CF])),
        (*b"rTRC", curve.clone()),
        (*b"gTRC", curve),
        (*b"bTRC", parametric),
        (*b"dmnd", localised.clone()),
        (*b"dmdd", localised),
        (*b"priv", recipe.secret()),
    ];
    recipe.disturb(&mut tags);
    let space = recipe.pick(&[*b"RGB ", *b"GRAY", *b"CMYK", *b"XYZ "]);
    let class = recipe.pick(&[*b"mntr", *b"scnr", *b"prtr", *b"spac", *b"link"]);
    let mut profile = vec![0; 4];
    profile.extend(b"JANE");
    profile.extend(recipe.pick(&[[2, 0x10, 0, 0], [4, 0x40, 0, 0], [5, 0, 0, 0]]));
    profile.extend(class);
    profile.extend(space);
    profile.extend(recipe.pick(&[*b"XYZ ", *b"Lab "]));
    profile.extend([7, 0xE8, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5]);
    profile.extend(b"acspAPPL\0\0\0\0JANEDOES");
    profile.extend([0; 8]);
    profile.extend(recipe.be32(0));
    profile.extend([0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D]);
    profile.extend(SECRET);
    profile.resize(128, b'x');
    profile.extend(recipe.be32(tags.len()));
    let mut data: Vec<u8> = Vec::new();
    let mut at = 132 + tags.len() * 12;
    for (label, tag) in &tags {
        profile.extend(label);
        profile.extend(recipe.be32(at));
        profile.extend(recipe.be32(tag.len()));
        data.extend(tag);
        at += tag.len();
    }
    profile.extend(data);
    let size = recipe.be32(profile.len());
    profile[..4].copy_from_slice(&size);
    recipe.spoil(&mut profile);
    profile
}

/// Photoshop resources with IPTC among them.
pub fn photoshop(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let text = recipe.text();
    let dataset = |number: u8, value: &[u8]| {
        [
            &[0x1C, 2, number][..],
            &(value.len() as u16).to_be_bytes(),
            value,
        ]
        .concat()
    };
    let iptc = [
        dataset(80, NAME),
        dataset(120, &text),
        dataset(90, SECRET),
        dataset(55, b"20240102"),
    ]
    .concat();
    let mut out = Vec::new();
    for (number, data) in [
        (0x0404_u16, iptc),
        (0x0422, exif_short()),
        (0x040C, recipe.secret()),
    ] {
        out.extend(b"8BIM");
        out.extend(recipe.be16(number.into()));
        out.extend([0, 0]);
        out.extend(recipe.be32(data.len()));
        out.extend(&data);
        if data.len() % 2 == 1 {
            out.push(0);
        }
    }
    out
}

fn exif_short() -> Vec<u8> {
    [
        b"MM\0*\0\0\0\x08\0\x01\x01\x31\0\x02\0\0\0\x0E\0\0\0\x1A\0\0\0\0",
        SECRET,
    ]
    .concat()
}

/// A C2PA manifest store: JUMBF boxes, one in another, with words.
pub fn provenance(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let mut content = [b"jsonx", SECRET].concat();
    for _ in 0..recipe.count(40) + 1 {
        let label = recipe.pick(&[*b"c2pa", *b"c2ma", *b"c2cl", *b"c2as", *b"json", *b"cbor"]);
        let description = [
            &label[..],
            b"\0\x11\0\x10\x80\0\0\xAA\0\x38\x9B\x71\x03",
            SECRET,
            b"\0",
        ]
        .concat();
        let inner = [sized(recipe, b"jumd", &description), content].concat();
        content = sized(recipe, b"jumb", &inner);
    }
    content
}

/// A box whose size is mostly right.
pub fn sized(recipe: &mut Recipe<'_>, label: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&recipe.be32(content.len() + 8)[..], label, content].concat()
}

/// What may stand behind a picture: a video, another picture, a maker's trailer, an archive.
pub fn trailer(recipe: &mut Recipe<'_>) -> Vec<u8> {
    match recipe.below(6) {
        0 => recipe.secret(),
        1 => {
            let place = sized(
                recipe,
                b"\xA9xyz",
                &[b"\0\x12\x15\xC7+52.5200+013.4050/", SECRET].concat(),
            );
            let place = sized(recipe, b"udta", &place);
            let movie = sized(recipe, b"moov", &place);
            [b"\0\0\0\x10ftypmp42\0\0\0\0", &movie[..]].concat()
        }
        2 => [b"\xFF\xD8\xFF\xFE\0\x10", SECRET, b"\xFF\xD9"].concat(),
        3 => {
            let len = SECRET.len() as u32 + 8;
            let mut out = [b"\0\0\x01\x0A\x0E\0\0\0Image_UTC_Data", SECRET].concat();
            out.extend(b"SEFH\x6A\0\0\0\x01\0\0\0\0\0\x01\x0A");
            out.extend(recipe.le32(out.len()));
            out.extend(recipe.le32(len as usize));
            out.extend(recipe.le32(24));
            out.extend(b"SEFT");
            out
        }
        4 => [b"PK\x03\x04", SECRET].concat(),
        _ => vec![0; recipe.below(64)],
    }
}
