//! The colour profile without its texts: the numbers that make the colours stay, and nothing that names a person, a
//! device or a day. ICC.1:2022.

mod element;

use crate::reader::{Reader, index};

const HEADER_LEN: usize = 128;
/// More tags than any real profile has; a limit on work.
const TAGS_MAX: u32 = 256;

/// The tags that colour conversion reads, ICC.1:2022 § 8 and § 9.2; all hold numbers only. The device's own luminance
/// (`lumi`) changes no colour, and the calculators of `D2B0` and its like repeat what `A2B0` and its like say.
const NUMERIC_TAGS: &[&[u8; 4]] = &[
    b"A2B0", b"A2B1", b"A2B2", b"A2B3", b"B2A0", b"B2A1", b"B2A2", b"B2A3", b"rXYZ", b"gXYZ",
    b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"wtpt", b"bkpt", b"chad", b"chrm", b"cicp",
    b"gamt", b"pre0", b"pre1", b"pre2", b"rig0", b"rig2",
];

/// Those by which a colour space is known.
const COLORANTS: &[&[u8; 4]] = &[b"rXYZ", b"gXYZ", b"bXYZ"];

/// The profile classes that pictures carry, ICC.1:2022 § 7.2.5.
const CLASSES: &[&[u8; 4]] = &[b"mntr", b"scnr", b"prtr", b"spac"];

/// The colour spaces of pictures, and those to which they are converted, ICC.1:2022 § 7.2.6 and § 7.2.7.
const SPACES: &[&[u8; 4]] = &[
    b"RGB ", b"GRAY", b"CMYK", b"Lab ", b"XYZ ", b"Luv ", b"YCbr", b"Yxy ", b"HSV ", b"HLS ",
    b"CMY ", b"2CLR", b"3CLR", b"4CLR", b"5CLR", b"6CLR", b"7CLR", b"8CLR", b"9CLR", b"ACLR",
    b"BCLR", b"CCLR", b"DCLR", b"ECLR", b"FCLR",
];
const CONNECTION_SPACES: &[&[u8; 4]] = &[b"XYZ ", b"Lab "];

/// D50, the illuminant that every profile names (§ 7.2.16).
const D50: [u8; 12] = [0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D];

/// A valid date that says nothing: 1 January 2000, 00:00:00 (§ 4.2, dateTimeNumber).
const NO_DATE: [u8; 12] = [0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];

/// Well-known colour spaces by their D50-adapted colorants: red, green and blue X, Y, Z in 1/65536.
const KNOWN: &[(&str, [i32; 9])] = &[
    (
        "sRGB",
        [
            28_576, 14_581, 912, 25_241, 46_981, 6_362, 9_376, 3_972, 46_787,
        ],
    ),
    (
        "Display P3",
        [
            33_760, 15_806, -69, 19_136, 45_366, 2_746, 10_296, 4_364, 51_387,
        ],
    ),
    (
        "Adobe RGB",
        [
            39_957, 20_389, 1_276, 13_455, 41_005, 3_990, 9_778, 4_142, 48_798,
        ],
    ),
    (
        "ProPhoto RGB",
        [52_278, 18_876, 0, 8_860, 46_655, 0, 2_053, 6, 54_061],
    ),
    (
        "Rec. 2020",
        [
            44_132, 18_285, -124, 10_859, 44_256, 1_966, 8_199, 2_995, 52_232,
        ],
    ),
];
/// How far a colorant may be from the known one: profiles round differently.
const COLORANT_TOLERANCE: i32 = 160;

/// A tag that is written: its signature and its element.
type Tag = ([u8; 4], Vec<u8>);

/// A profile cut into what is needed.
struct Profile<'a> {
    header: &'a [u8],
    tags: Vec<([u8; 4], &'a [u8])>,
}

/// Rebuilds a profile from its header's colour fields and its numeric tags. The description becomes the name of the
/// colour space, the copyright a single dash. `None` when the profile is damaged or of a class that pictures do not
/// carry; viewers ignore such profiles.
pub(crate) fn scrub(profile: &[u8]) -> Option<Vec<u8>> {
    let profile = parse(profile)?;
    let version_4 = profile.header.get(8).is_some_and(|major| *major >= 4);
    let numbers = numbers(&profile, NUMERIC_TAGS);
    // Without a single number to convert by, it is no profile.
    if numbers.is_empty() {
        return None;
    }
    let name = colour_space(profile.header, &numbers);
    let mut tags = vec![
        (*b"desc", description(name, version_4)),
        (*b"cprt", copyright(version_4)),
    ];
    tags.extend(numbers);
    Some(assemble(profile.header, &tags))
}

/// These numeric tags, each once, as they will be written: the name of the colour space is told from these alone, so that
/// a profile which was scrubbed before has the same.
fn numbers(profile: &Profile<'_>, wanted: &[&[u8; 4]]) -> Vec<Tag> {
    let mut numbers: Vec<Tag> = Vec::new();
    for (signature, element) in &profile.tags {
        let is_first = !numbers.iter().any(|(seen, _)| seen == signature);
        if wanted.contains(&signature)
            && is_first
            && let Some(exact) = element::exact(element)
        {
            numbers.push((*signature, exact));
        }
    }
    numbers
}

/// How the headers of clean profiles begin to say what they are for: class, colour space, connection space.
pub(crate) fn kinds() -> Vec<Vec<u8>> {
    let mut kinds = Vec::new();
    for class in CLASSES {
        for space in SPACES {
            for connection in CONNECTION_SPACES {
                kinds.push([&class[..], &space[..], &connection[..]].concat());
            }
        }
    }
    kinds
}

/// What a person would call the profile, such as `sRGB`, or what its own numbers say.
pub(crate) fn describe(profile: &[u8]) -> String {
    match parse(profile) {
        Some(profile) => colour_space(profile.header, &numbers(&profile, COLORANTS)).to_owned(),
        None => "damaged: viewers ignore it, so the clean copy goes without".to_owned(),
    }
}

fn parse(profile: &[u8]) -> Option<Profile<'_>> {
    let size = index(Reader::new(profile).u32_be("ICC size").ok()?);
    let profile = profile.get(..size)?;
    let header = profile.get(..HEADER_LEN)?;
    let is_one_of = |at: usize, known: &[&[u8; 4]]| {
        let name = header.get(at..).and_then(<[u8]>::first_chunk::<4>);
        name.is_some_and(|name| known.contains(&name))
    };
    let is_colour = is_one_of(12, CLASSES)
        && is_one_of(16, SPACES)
        && is_one_of(20, CONNECTION_SPACES)
        && is_one_of(36, &[b"acsp"]);
    if !is_colour {
        return None;
    }
    let mut table = Reader::new(profile.get(HEADER_LEN..)?);
    let count = table.u32_be("ICC tag count").ok()?;
    if count > TAGS_MAX {
        return None;
    }
    let mut tags = Vec::new();
    for _ in 0..count {
        let signature = table.array("ICC tag").ok()?;
        let offset = index(table.u32_be("ICC tag offset").ok()?);
        let len = index(table.u32_be("ICC tag size").ok()?);
        tags.push((signature, profile.get(offset..offset.checked_add(len)?)?));
    }
    Some(Profile { header, tags })
}

/// The name of the colour space, told from the colorants; the kind of colour when it is not a known one.
fn colour_space(header: &[u8], numbers: &[Tag]) -> &'static str {
    let colorant = |name: &[u8; 4]| -> Option<[i32; 3]> {
        let (_, element) = numbers.iter().find(|(tag, _)| tag == name)?;
        let mut reader = Reader::new(element.strip_prefix(b"XYZ \0\0\0\0")?);
        let mut next = || reader.array("XYZ").map(i32::from_be_bytes).ok();
        Some([next()?, next()?, next()?])
    };
    let colorants = || Some([colorant(b"rXYZ")?, colorant(b"gXYZ")?, colorant(b"bXYZ")?].concat());
    let is_near = |known: &[i32; 9], found: &[i32]| {
        known
            .iter()
            .zip(found)
            .all(|(a, b)| a.abs_diff(*b) <= COLORANT_TOLERANCE.unsigned_abs())
    };
    colorants()
        .and_then(|found| KNOWN.iter().find(|(_, known)| is_near(known, &found)))
        .map_or_else(|| kind_of_colour(header), |(name, _)| *name)
}

/// ICC.1:2022 § 7.2.6, data colour space.
fn kind_of_colour(header: &[u8]) -> &'static str {
    match header.get(16..20) {
        Some(b"RGB ") => "RGB",
        Some(b"GRAY") => "Grey",
        Some(b"CMYK") => "CMYK",
        Some(b"Lab ") => "Lab",
        _ => "Colour",
    }
}

/// textDescriptionType (ICC.1:2001 § 6.5.17) or multiLocalizedUnicodeType (§ 10.15).
fn description(name: &str, version_4: bool) -> Vec<u8> {
    if version_4 {
        return localized(name);
    }
    let mut out = b"desc\0\0\0\0".to_vec();
    out.extend(length(name.len().saturating_add(1)));
    out.extend(name.as_bytes());
    // The terminator, then empty Unicode and ScriptCode descriptions.
    out.resize(out.len().saturating_add(1 + 4 + 4 + 2 + 1 + 67), 0);
    out
}

fn copyright(version_4: bool) -> Vec<u8> {
    if version_4 {
        localized("-")
    } else {
        b"text\0\0\0\0-\0".to_vec()
    }
}

fn localized(text: &str) -> Vec<u8> {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut out = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS".to_vec();
    out.extend(length(utf16.len()));
    out.extend(length(28));
    out.extend(utf16);
    out
}

/// Header, tag table and elements, each element on a four-byte boundary (§ 7.3), equal elements shared.
fn assemble(header: &[u8], tags: &[Tag]) -> Vec<u8> {
    let field = |range: std::ops::Range<usize>| header.get(range).unwrap_or_default();
    let len_max = tags
        .iter()
        .map(|(_, element)| element.len().saturating_add(3));
    let mut data: Vec<u8> = Vec::with_capacity(len_max.sum());
    let mut table = length(tags.len()).to_vec();
    let data_at = HEADER_LEN
        .saturating_add(4)
        .saturating_add(tags.len().saturating_mul(12));
    let mut placed: Vec<(&[u8], usize)> = Vec::new();
    for (signature, element) in tags {
        let shared = placed.iter().find(|(bytes, _)| bytes == element);
        let at = match shared {
            Some((_, at)) => *at,
            None => {
                let at = data_at.saturating_add(data.len());
                data.extend(element);
                data.resize(data.len().next_multiple_of(4), 0);
                placed.push((element, at));
                at
            }
        };
        table.extend(signature);
        table.extend(length(at));
        table.extend(length(element.len()));
    }

    let mut out = Vec::with_capacity(data_at.saturating_add(data.len()));
    out.extend(length(data_at.saturating_add(data.len())));
    out.extend([0; 4]); // preferred CMM
    out.extend(field(8..10)); // version, without its reserved bytes
    out.extend([0; 2]);
    out.extend(field(12..24)); // class, colour space, connection space
    out.extend(NO_DATE);
    out.extend(b"acsp");
    out.extend([0; 4]); // platform
    out.extend([0, 0, 0, header.get(47).copied().unwrap_or(0) & 0b11]); // flags
    out.extend([0; 8]); // manufacturer and model of the device
    out.extend([0; 7]); // attributes: the maker's own half, and the reserved bits
    out.push(header.get(63).copied().unwrap_or(0) & 0b1111);
    let intent = header.get(67).copied().filter(|intent| *intent <= 3);
    out.extend([0, 0, 0, intent.unwrap_or(0)]); // rendering intent
    out.extend(D50);
    out.resize(HEADER_LEN, 0); // creator, profile ID, reserved
    out.extend(table);
    out.extend(data);
    out
}

/// A length of our own making; profiles are far smaller than 4 GiB.
fn length(len: usize) -> [u8; 4] {
    u32::try_from(len).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An sRGB profile of version 2 with texts, a maker's tag and slack.
    pub(crate) fn srgb_with_texts() -> Vec<u8> {
        let xyz = |v: &[i32]| {
            let numbers = v.iter().flat_map(|n| n.to_be_bytes());
            b"XYZ \0\0\0\0"
                .iter()
                .copied()
                .chain(numbers)
                .collect::<Vec<u8>>()
        };
        let curve = b"curv\0\0\0\0\0\0\0\x01\x02\x33secretslack".to_vec();
        let (_, c) = KNOWN[0];
        let tags = [
            (*b"desc", description("Jane Doe's monitor", false)),
            (*b"cprt", b"text\0\0\0\0Copyright Jane Doe\0".to_vec()),
            (*b"mmod", b"mmod\0\0\0\0SERIAL 12345678".to_vec()),
            (*b"rXYZ", xyz(&c[0..3])),
            (*b"gXYZ", xyz(&c[3..6])),
            (*b"bXYZ", xyz(&c[6..9])),
            (*b"rTRC", curve.clone()),
            (*b"gTRC", curve.clone()),
            (*b"bTRC", curve),
        ];
        let mut header = vec![0; 128];
        header[4..12].copy_from_slice(b"ADBE\x02\x10\0\0");
        header[12..24].copy_from_slice(b"mntrRGB XYZ ");
        header[36..40].copy_from_slice(b"acsp");
        header[48..56].copy_from_slice(b"MAKRMODL");
        header[80..84].copy_from_slice(b"CREA");
        let mut out = assemble(&header, &tags);
        out[4..8].copy_from_slice(b"ADBE");
        out[48..56].copy_from_slice(b"MAKRMODL");
        out[80..84].copy_from_slice(b"CREA");
        out
    }

    #[test]
    fn texts_go_and_numbers_stay() {
        let dirty = srgb_with_texts();
        let clean = scrub(&dirty).unwrap();
        let text = String::from_utf8_lossy(&clean);
        for gone in ["Jane", "SERIAL", "secret", "ADBE", "MAKR", "CREA"] {
            assert!(!text.contains(gone), "{gone} is still there");
        }
        assert_eq!(describe(&clean), "sRGB");
        let tags = |profile: &[u8]| {
            let parsed = parse(profile).unwrap();
            let numeric = |tag: &([u8; 4], &[u8])| NUMERIC_TAGS.contains(&&tag.0);
            let tags = parsed.tags.into_iter().filter(numeric);
            tags.filter_map(|(name, element)| Some((name, element::exact(element)?)))
                .collect::<Vec<_>>()
        };
        assert_eq!(tags(&clean), tags(&dirty));
    }

    #[test]
    fn a_tag_that_is_none_does_not_count() {
        let whole = parse(&srgb_with_texts())
            .map(|profile| {
                let tags = profile.tags.iter();
                tags.map(|(name, element)| (*name, element.to_vec()))
                    .collect::<Vec<Tag>>()
            })
            .unwrap();
        let broken = [vec![(*b"bXYZ", b"not a colorant".to_vec())], whole].concat();
        let once = scrub(&assemble(&srgb_with_texts()[..HEADER_LEN], &broken)).unwrap();
        assert_eq!(describe(&once), "sRGB");
        assert_eq!(scrub(&once), Some(once));
    }

    #[test]
    fn scrubbing_twice_is_scrubbing_once() {
        let once = scrub(&srgb_with_texts()).unwrap();
        assert_eq!(scrub(&once).unwrap(), once);
    }

    #[test]
    fn damaged_profiles_are_none_and_never_panic() {
        let whole = srgb_with_texts();
        for end in 0..whole.len() {
            assert_eq!(scrub(&whole[..end]), None);
        }
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 0xFF;
            let _ = scrub(&broken);
            let _ = describe(&broken);
        }
    }

    #[test]
    fn a_text_under_a_numeric_name_goes() {
        let mut dirty = srgb_with_texts();
        let at = dirty.windows(4).position(|w| w == b"mmod").unwrap();
        dirty[at..at + 4].copy_from_slice(b"wtpt");
        assert!(!String::from_utf8_lossy(&scrub(&dirty).unwrap()).contains("SERIAL"));
    }

    /// A profile of version 4 with these tags, laid out with words in every gap.
    fn with_gaps(tags: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
        const GAP: &[u8] = b"kept by Jane";
        let mut header = srgb_with_texts()[..HEADER_LEN].to_vec();
        header[8] = 4;
        header[40..48].copy_from_slice(b"APPL\0\0\0\x01");
        header[56..64].copy_from_slice(b"JaneDoe\x01");
        header[64..68].copy_from_slice(b"Jan\x01");
        header[84..128].fill(b'J');
        let mut table = (tags.len() as u32).to_be_bytes().to_vec();
        let mut data = GAP.to_vec();
        for (name, element) in tags {
            let at = HEADER_LEN + 4 + 12 * tags.len() + data.len();
            table.extend(name);
            table.extend((at as u32).to_be_bytes());
            table.extend((element.len() as u32).to_be_bytes());
            data.extend([element, GAP].concat());
        }
        let mut out = [header, table, data].concat();
        let size = (out.len() as u32).to_be_bytes();
        out[..4].copy_from_slice(&size);
        out
    }

    #[test]
    fn texts_in_every_language_makers_tags_and_gaps_go() {
        let language = |text: &str| {
            let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            let mut out = b"mluc\0\0\0\0\0\0\0\x02\0\0\0\x0CenUS".to_vec();
            for country in [&b""[..], b"deDE"] {
                out.extend(country);
                out.extend(length(utf16.len()));
                out.extend(length(40));
            }
            out.extend(utf16);
            out
        };
        let curve = b"curv\0\0\0\0\0\0\0\0".to_vec();
        let xyz = |x: i32| [&b"XYZ \0\0\0\0"[..], &x.to_be_bytes(), &[0; 8]].concat();
        let texts = [
            (*b"desc", language("Jane's screen")),
            (*b"cprt", language("(c) Jane Doe")),
            (*b"dmnd", language("Acme, Jane")),
            (*b"meta", b"dict\0\0\0\0 Jane".to_vec()),
            (*b"vcgt", b"vcgt\0\0\0\0 Jane".to_vec()),
            (*b"JANE", b"JANE\0\0\0\0 Jane".to_vec()),
            (*b"lumi", xyz(7)),
            (*b"rTRC", curve.clone()),
            (*b"gTRC", curve.clone()),
            (*b"bTRC", curve),
            (*b"rXYZ", xyz(28_576)),
            (*b"gXYZ", xyz(25_241)),
            (*b"bXYZ", xyz(9_376)),
        ];
        let clean = scrub(&with_gaps(&texts)).unwrap();
        let text = String::from_utf8_lossy(&clean).replace('\0', "");
        for gone in [
            "Jan", "JANE", "JJ", "Acme", "kept", "APPL", "vcgt", "meta", "lumi",
        ] {
            assert!(!text.contains(gone), "{gone} is still there");
        }
        let tags = parse(&clean).unwrap().tags;
        assert_eq!(tags.len(), 2 + 6);
        assert_eq!(scrub(&clean), Some(clean));
    }

    #[test]
    fn a_space_that_is_none_makes_no_profile() {
        for at in [12, 16, 20] {
            let mut other = srgb_with_texts();
            other[at..at + 4].copy_from_slice(b"Jane");
            assert_eq!(scrub(&other), None);
        }
    }
}
