mod messages;
mod pictures;
pub(crate) mod sequences;
mod tables;

use std::time::{Duration, Instant};

use super::builder::*;
use super::*;
use crate::png::properties::{clean, clean_with, corrupt, cut_anywhere, kinds, told, walk};
use crate::{Keep, Policy, Topic};

const ALPHA: &[u8] = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0";
const DEPTH: &[u8] = b"urn:mpeg:hevc:2015:auxid:2\0secret words";

fn aux(urn: &[u8]) -> Vec<u8> {
    full(b"auxC", 0, 0, urn)
}

fn tiff() -> &'static [u8] {
    b"MM\0*\0\0\0\x08\0\x01\x01\x31\0\x02\0\0\0\x0A\0\0\0\x1A\0\0\0\0Jane's OS\0"
}

fn exif_item(id: u32) -> Item {
    Item {
        hidden: true,
        ..item(id, b"Exif", &[b"\0\0\0\x06Exif\0\0", tiff()].concat())
    }
}

fn xmp_item(id: u32) -> Item {
    Item {
        content_type: "application/rdf+xml",
        ..item(id, b"mime", b"<x:xmpmeta>Jane</x:xmpmeta>")
    }
}

/// One of everything.
fn everything() -> Photo {
    let mut photo = Photo::new();
    photo.gap = b"between the items".to_vec();
    let colour = photo.property(bx(b"colr", b"nclx\0\x01\0\x0D\0\x06\x80"));
    let turned = photo.property(bx(b"irot", &[3]));
    let alpha = photo.property(aux(ALPHA));
    let depth = photo.property(aux(DEPTH));
    let words = photo.property(full(
        b"udes",
        0,
        0,
        b"en\0Holiday\0Jane on the beach\0beach\0",
    ));
    let date = photo.property(full(
        b"crtt",
        0,
        0,
        &3_789_547_205_000_000_u64.to_be_bytes(),
    ));
    photo.property(bx(b"free", b"hidden in a property"));
    let camera = photo.property(full(b"cmin", 0, 0, &[1; 12]));
    let unknown = photo.property(bx(b"zzzz", b"nobody knows"));
    photo.items[0].properties.extend([
        (colour, false),
        (turned, true),
        (words, false),
        (date, false),
        (camera, false),
        (unknown, false),
    ]);
    photo.items[0].name = "Jane in her garden";
    let described = |item: Item, properties: &[u16]| {
        let properties = properties.iter().map(|number| (*number, false)).collect();
        Item { properties, ..item }
    };
    photo.items.extend([
        described(item(2, b"hvc1", &picture_data(2)), &[1, 2, alpha]),
        described(item(3, b"hvc1", &picture_data(3)), &[1, 2]),
        described(item(4, b"hvc1", &picture_data(4)), &[1, 2, depth]),
        described(item(5, b"hvc1", &picture_data(5)), &[1, 2]),
        exif_item(6),
        xmp_item(7),
        exif_item(8),
        Item {
            content_type: "application/x-c2pa-manifest-store",
            ..item(9, b"mime", b"jumb")
        },
        item(10, b"uri ", b"somewhere"),
    ]);
    photo.references = vec![
        (*b"auxl", 2, vec![1]),
        (*b"thmb", 3, vec![1]),
        (*b"auxl", 4, vec![1]),
        (*b"cdsc", 6, vec![1]),
        (*b"cdsc", 7, vec![1, 2]),
        (*b"cdsc", 8, vec![5]),
        (*b"prem", 1, vec![2]),
    ];
    photo.groups = vec![group(b"ster", &[1, 5]), group(b"altr", &[1, 5])];
    photo.in_meta = bx(b"xml ", b"<jane/>");
    photo.before_mdat = [
        bx(b"free", b"not free: IMX754"),
        bx(b"uuid", &[&b"\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81\0\0\0\0manifest\0\0\0\0\0\0\0\0\0"[..], b"jumb"].concat()),
    ]
    .concat();
    photo.after = [
        bx(b"mpvd", b"\0\0\0\x08ftypmp42 the video"),
        bx(b"zzzz", b"what?"),
        b"and some more".to_vec(),
    ]
    .concat();
    photo
}

#[test]
fn finds_all() {
    use Kind::*;
    let file = everything().build();
    let kinds = kinds(&Heif, &file);
    for kind in [
        Structure,
        Header,
        Tables,
        Pixels,
        Transparency,
        ColourNumbers,
        Exif,
        Xmp,
        Provenance,
        Unknown,
        SecondPicture,
        Vendor,
        Text,
        Time,
        Filler,
        Orphan,
        MultiPicture,
        Trailer,
    ] {
        assert!(kinds.contains(&kind), "{kind:?} in {kinds:?}");
    }
    let told = told(&Heif, &file).join("\n");
    for value in [
        "Exif([77, 77, 0, 42",
        "Xmp([60, 120",
        r#"Provenance([106, 117, 109, 98])"#,
        "Thumbnail { width: 64, height: 48",
        r#"Picture { name: "Depth map", width: 64"#,
        r#"Picture { name: "Another picture in the file""#,
        r#"text: "Jane in her garden""#,
        r#"text: "Jane's app""#,
        "Holiday; Jane on the beach; beach",
        r#"Time("2024-01-31 12:00:05 UTC")"#,
        r#"name: "cmin""#,
        r#"name: "zzzz""#,
        r#"name: "xml ""#,
        r#"name: "free, skip""#,
        r#"name: "uri""#,
        r#"name: "bytes that no item uses""#,
        "Trailer([0, 0, 0, 8, 102, 116, 121, 112",
        "Trailer([97, 110, 100",
    ] {
        assert!(told.contains(value), "{value} in {told}");
    }
    let report = crate::inspect(&file, &Limits::default()).unwrap();
    assert_eq!(
        (report.width, report.height, report.orientation),
        (64, 48, 6)
    );
}

#[test]
fn removes_all_and_keeps_the_picture() {
    let copy = clean(&Heif, &everything().build()).unwrap();
    let text = String::from_utf8_lossy(&copy);
    for gone in [
        "Jane",
        "IMX754",
        "secret",
        "hidden",
        "between",
        "udes",
        "cmin",
        "zzzz",
        "xml",
        "free",
        "uuid",
        "mpvd",
        "Exif",
        "mime",
        "uri ",
        "ster",
        "altr",
        "thmb",
        "cdsc",
        "and some more",
    ] {
        assert!(!text.contains(gone), "{gone}");
    }
    // What is left is what a writer without any of it would have made.
    let mut plain = Photo::new();
    let colour = plain.property(bx(b"colr", b"nclx\0\x01\0\x0D\0\x06\x80"));
    let turned = plain.property(bx(b"irot", &[3]));
    let alpha = plain.property(aux(ALPHA));
    plain.items[0]
        .properties
        .extend([(colour, false), (turned, true)]);
    let mut transparency = item(2, b"hvc1", &picture_data(2));
    transparency.properties = vec![(1, false), (2, false), (alpha, false)];
    plain.items.push(transparency);
    plain.references = vec![(*b"auxl", 2, vec![1]), (*b"prem", 1, vec![2])];
    let plain = clean(&Heif, &plain.build()).unwrap();
    assert_eq!(copy, plain);
}

#[test]
fn a_clean_file_stays_as_it_is() {
    for photo in variations() {
        let once = clean(&Heif, &photo.build()).unwrap();
        assert_eq!(clean(&Heif, &once), Ok(once));
    }
}

#[test]
fn cut_off_anywhere_is_an_error() {
    let photo = everything();
    let file = photo.build();
    cut_anywhere(&Heif, &file, file.len() - photo.after.len());
    for len in file.len() - photo.after.len()..file.len() {
        assert!(walk(&Heif, &file[..len]).is_ok());
    }
    for photo in variations() {
        let file = photo.build();
        cut_anywhere(&Heif, &file, file.len());
    }
}

/// The forms in which the same picture can be stored.
fn variations() -> Vec<Photo> {
    let mut all = Vec::new();
    for version in 0..3 {
        for sizes in [
            [4, 4, 0, 0],
            [8, 8, 0, 0],
            [4, 4, 4, 4],
            [8, 4, 4, 8],
            [4, 8, 8, 4],
            [0, 4, 4, 0],
            [0, 8, 8, 0],
        ] {
            for base in [0, 100] {
                let mut photo = Photo::new();
                photo.iloc = (version, sizes);
                photo.base = base;
                photo.items.push(xmp_item(2));
                photo.gap = b"gap".to_vec();
                all.push(photo);
            }
        }
    }
    let form = |change: fn(&mut Photo)| {
        let mut photo = Photo::new();
        change(&mut photo);
        photo
    };
    all.push(form(|photo| photo.quick_time = true));
    all.push(form(|photo| photo.mdat_first = true));
    all.push(form(|photo| photo.mdat_large = true));
    all.push(form(|photo| photo.mdat_open = true));
    all.push(form(|photo| photo.wide_properties = true));
    all.push(form(|photo| {
        photo.wide_items = true;
        photo.iloc = (2, [4, 4, 0, 0]);
        photo.items[0].id = 0x0001_0001;
        photo.primary = 0x0001_0001;
    }));
    all
}

/// The coded pictures in a copy, in its order.
fn coded(file: &[u8]) -> Vec<Vec<u8>> {
    let parts = walk(&Heif, file).unwrap();
    let pixels = parts
        .iter()
        .filter(|part| matches!(part.kind, Kind::Pixels | Kind::Transparency));
    pixels.map(|part| part.body.to_vec()).collect()
}

/// What a reader finds as the data of an item.
fn data_of(file: &[u8], id: u32) -> Vec<u8> {
    let parts = walk(&Heif, file).unwrap();
    let source = Source::of(&parts).unwrap();
    let spans = data::spans(&source.meta, id, source.file()).unwrap();
    source.bytes(&spans).into_owned()
}

#[test]
fn every_form_of_location_leads_to_the_same_data() {
    for photo in variations() {
        let file = photo.build();
        assert_eq!(data_of(&file, photo.primary), picture_data(1), "{photo:?}");
        let copy = clean(&Heif, &file).unwrap();
        assert_eq!(data_of(&copy, photo.primary), picture_data(1), "{photo:?}");
        let form = |file: &[u8]| {
            let at = memchr::memmem::find(file, b"iloc").unwrap();
            (
                file[at + 4],
                file[at + 8],
                if photo.iloc.0 == 0 {
                    file[at + 9] & 0xF0
                } else {
                    file[at + 9]
                },
            )
        };
        assert_eq!(form(&copy), form(&file));
    }
}

fn grid_photo() -> Photo {
    let mut photo = Photo::new();
    let size = photo.property(ispe(128, 48));
    photo.items[0].label = *b"grid";
    photo.items[0].data = Data::Idat(grid(1, 2, 128, 48));
    photo.items[0].properties = vec![(size, false)];
    for id in [2, 3] {
        let mut tile = item(id, b"hvc1", &picture_data(id as u8));
        tile.hidden = true;
        tile.properties = vec![(1, true), (2, false)];
        photo.items.push(tile);
    }
    let mut words = item(4, b"uri ", b"");
    words.data = Data::Idat(b"words".to_vec());
    photo.items.insert(1, words);
    photo.references = vec![(*b"dimg", 1, vec![2, 3])];
    photo
}

/// A gain map of one channel, with the flags as given.
fn tone_map(flags: u8, numbers: usize) -> Vec<u8> {
    [&[0, 0, 0, 0, 0, flags][..], &vec![1; numbers * 4]].concat()
}

fn gain_map_photo(payload: &[u8]) -> Photo {
    let mut photo = Photo::new();
    let apple = photo.property(aux(b"urn:com:apple:photo:2020:aux:hdrgainmap\0"));
    let mut rule = item(2, b"tmap", payload);
    rule.properties = vec![(2, false)];
    let mut map = item(3, b"hvc1", &picture_data(3));
    map.properties = vec![(1, true), (2, false), (apple, true)];
    photo.items.extend([rule, map, xmp_item(4)]);
    photo.references = vec![
        (*b"dimg", 2, vec![1, 3]),
        (*b"auxl", 3, vec![1]),
        (*b"cdsc", 4, vec![3]),
    ];
    photo.groups = vec![group(b"altr", &[2, 1])];
    photo
}

#[test]
fn work_is_bounded() {
    let limits = Limits {
        parts_max: 1_000,
        ..Limits::default()
    };
    // Extents of no size cost no bytes.
    let mut iloc = vec![0, 0, 0, 200];
    for id in 1..=200_u16 {
        iloc.extend(id.to_be_bytes());
        iloc.extend([0, 0, 0xFF, 0xFF]);
    }
    let mut file = Photo::new().build();
    let at = memchr::memmem::find(&file, b"iloc").unwrap() - 4;
    let old = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let box_bytes = full(b"iloc", 0, 0, &iloc);
    let grown = box_bytes.len() - old;
    file.splice(at..at + old, box_bytes);
    let meta = memchr::memmem::find(&file, b"meta").unwrap() - 4;
    let size = u32::from_be_bytes(file[meta..meta + 4].try_into().unwrap()) + grown as u32;
    file[meta..meta + 4].copy_from_slice(&size.to_be_bytes());
    let refused = Heif.parts(&file, &limits);
    assert!(
        matches!(refused, Err(Error::TooMany { limit: 1_000, .. })),
        "{refused:?}"
    );

    let mut photo = grid_photo();
    photo.items.truncate(3);
    photo.items[0].data = Data::Idat(grid(200, 250, 1, 1));
    photo.wide_items = true;
    photo.iloc = (2, [4, 4, 0, 0]);
    photo.references[0].2 = (10..50_010).collect();
    for id in 10..50_010 {
        let mut tile = item(id, b"hvc1", &picture_data(1));
        tile.properties = vec![(1, true), (2, false)];
        photo.items.push(tile);
        photo.references.push((*b"thmb", 60_000 + id, vec![id]));
    }
    let begun = Instant::now();
    clean(&Heif, &photo.build()).unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(120),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn corruption_never_panics() {
    let mut accepted = 0;
    for file in [
        everything().build(),
        grid_photo().build(),
        gain_map_photo(&tone_map(0x40, 14)).build(),
    ] {
        accepted += corrupt(&Heif, &file, 4_000, |_| {});
    }
    assert!(accepted > 100, "{accepted}");
}
