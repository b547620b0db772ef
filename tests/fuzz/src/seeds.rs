//! What a fuzzer begins with: good files and broken ones, and the words of each container.

use std::io;
use std::path::Path;

use metadata::{Container, Sniffed, sniff};

use crate::recipe::Recipe;
use crate::{BUILT, Build};

/// Larger sample photos are left out: they only slow the fuzzer down.
const SAMPLE_BYTES_MAX: u64 = 48 << 10;
/// How many recipes are tried.
const RECIPES: u64 = 200;

/// A target by its name: how it builds files, and the words in its dictionary.
pub struct Target {
    pub name: &'static str,
    pub build: Build,
    /// Which sample photos are for it.
    pub containers: &'static [Container],
    pub words: &'static [&'static [u8]],
}

const BOXES: &[&[u8]] = &[
    b"ftyp",
    b"meta",
    b"mdat",
    b"moov",
    b"idat",
    b"iloc",
    b"iinf",
    b"infe",
    b"iref",
    b"iprp",
    b"ipco",
    b"ipma",
    b"pitm",
    b"hdlr",
    b"pict",
    b"dinf",
    b"grpl",
    b"altr",
    b"dimg",
    b"thmb",
    b"auxl",
    b"cdsc",
    b"prem",
    b"Exif",
    b"mime",
    b"uri ",
    b"grid",
    b"iovl",
    b"iden",
    b"tmap",
    b"ispe",
    b"pixi",
    b"irot",
    b"imir",
    b"colr",
    b"nclx",
    b"prof",
    b"rICC",
    b"auxC",
    b"clap",
    b"udes",
    b"crtt",
    b"cmin",
    b"free",
    b"skip",
    b"uuid",
    b"mpvd",
    b"sefd",
    b"hvc1",
    b"hvcC",
    b"av01",
    b"av1C",
    b"heic",
    b"mif1",
    b"avif",
    b"application/rdf+xml\0",
];

const MOVIE_BOXES: &[&[u8]] = &[
    b"ftyp", b"moov", b"mvhd", b"trak", b"tkhd", b"edts", b"elst", b"tref", b"cdsc", b"mdia",
    b"mdhd", b"hdlr", b"minf", b"vmhd", b"smhd", b"nmhd", b"dinf", b"dref", b"url ", b"stbl",
    b"stsd", b"avc1", b"avcC", b"hvc1", b"mp4a", b"esds", b"stts", b"ctts", b"stsc", b"stsz",
    b"stz2", b"stco", b"co64", b"stss", b"sdtp", b"sgpd", b"udta", b"meta", b"keys", b"ilst",
    b"\xA9xyz", b"XMP_", b"uuid", b"free", b"skip", b"wide", b"moof", b"mdat", b"vide", b"soun",
    b"mdta", b"mebx", b"isom", b"mp42", b"qt  ",
];

/// Every target.
pub const TARGETS: &[Target] = &[
    Target {
        name: "jpeg",
        build: crate::jpeg::build,
        containers: &[Container::Jpeg],
        words: &[
            b"\xFF\xD8\xFF",
            b"\xFF\xD9",
            b"\xFF\xDA",
            b"\xFF\xDB",
            b"\xFF\xC4",
            b"\xFF\xC0",
            b"\xFF\xC2",
            b"\xFF\xDD",
            b"\xFF\xE0",
            b"\xFF\xE1",
            b"\xFF\xE2",
            b"\xFF\xEB",
            b"\xFF\xED",
            b"\xFF\xEE",
            b"\xFF\xFE",
            b"\xFF\xD0",
            b"JFIF\0",
            b"JFXX\0",
            b"Exif\0\0",
            b"http://ns.adobe.com/xap/1.0/\0",
            b"ICC_PROFILE\0",
            b"MPF\0",
            b"Photoshop 3.0\0",
            b"8BIM",
            b"Adobe\0",
            b"urn:iso:std:iso:ts:21496:-1\0",
            b"hdrgm:Version='1.0'",
            b"hdrgm:GainMapMax='1'",
            b"SEFT",
        ],
    },
    Target {
        name: "png",
        build: crate::png::build,
        containers: &[Container::Png],
        words: &[
            b"\x89PNG\r\n\x1A\n",
            b"IHDR",
            b"PLTE",
            b"IDAT",
            b"IEND",
            b"tRNS",
            b"acTL",
            b"fcTL",
            b"fdAT",
            b"tEXt",
            b"zTXt",
            b"iTXt",
            b"eXIf",
            b"iCCP",
            b"tIME",
            b"caBX",
            b"gAMA",
            b"cHRM",
            b"sRGB",
            b"pHYs",
            b"sBIT",
            b"bKGD",
            b"hIST",
            b"sPLT",
            b"cICP",
            b"mDCV",
            b"cLLI",
            b"XML:com.adobe.xmp",
            b"Raw profile type exif",
            b"Raw profile type APP1",
        ],
    },
    Target {
        name: "webp",
        build: crate::webp::build,
        containers: &[Container::Webp],
        words: &[
            b"RIFF",
            b"WEBP",
            b"VP8 ",
            b"VP8L",
            b"VP8X",
            b"ALPH",
            b"ANIM",
            b"ANMF",
            b"ICCP",
            b"EXIF",
            b"XMP ",
            b"C2PA",
            b"\x2F",
            b"\x9D\x01\x2A",
        ],
    },
    Target {
        name: "gif",
        build: crate::gif::build,
        containers: &[Container::Gif],
        words: &[
            b"GIF89a",
            b"GIF87a",
            b"\x21\xF9\x04",
            b"\x21\xFE",
            b"\x21\x01\x0C",
            b"\x21\xFF\x0B",
            b"NETSCAPE2.0",
            b"ANIMEXTS1.0",
            b"XMP DataXMP",
            b"C2PA_GIF",
            b"MGK8BIM0000",
            b"MGKIPTC0000",
            b"\x2C",
            b"\x3B",
        ],
    },
    Target {
        name: "heic",
        build: crate::heic::build,
        containers: &[Container::Heic],
        words: BOXES,
    },
    Target {
        name: "avif",
        build: crate::avif::build,
        containers: &[Container::Avif],
        words: BOXES,
    },
    Target {
        name: "movie",
        build: crate::movie::build,
        containers: &[Container::Mp4, Container::Mov],
        words: MOVIE_BOXES,
    },
    Target {
        name: "bmp",
        build: crate::bmp::build,
        containers: &[Container::Bmp],
        words: &[
            b"BM",
            b"BGRs",
            b"DEBM",
            b"KNIL",
            b" niW",
            b"\x28\0\0\0",
            b"\x7C\0\0\0",
            b"\x6C\0\0\0",
            b"\x0C\0\0\0",
        ],
    },
    Target {
        name: "tiff",
        build: crate::tiff::build,
        containers: &[Container::Tiff],
        words: &[
            b"II*\0",
            b"MM\0*",
            b"II+\0\x08\0\0\0",
            b"MM\0+\0\x08\0\0",
            b"\0\xFE",
            b"\x01\x11",
            b"\x01\x17",
            b"\x01\x44",
            b"\x01\x45",
            b"\x87\x69",
            b"\x88\x25",
            b"\x02\xBC",
            b"\x87\x73",
            b"\x01\x4A",
            b"\x01\x5B",
            b"\x01\x12",
            b"\x01\x0F",
        ],
    },
    Target {
        name: "jxl",
        build: crate::jxl::build,
        containers: &[Container::Jxl],
        words: &[
            b"\0\0\0\x0CJXL \r\n\x87\n",
            b"\xFF\x0A",
            b"ftyp",
            b"jxl ",
            b"jxlc",
            b"jxlp",
            b"jxll",
            b"jxli",
            b"jbrd",
            b"Exif",
            b"xml ",
            b"brob",
            b"jumb",
            b"jhgm",
            b"free",
        ],
    },
];

/// Fills a folder with inputs for a target, and writes its dictionary beside them, with the ending `dict`.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(target: &Target, folder: &Path, samples: Option<&Path>) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for number in 0..RECIPES {
        let recipe = decisions(number);
        let file = (target.build)(&mut Recipe::new(&recipe));
        std::fs::write(
            folder.join(format!("recipe-{number:03}")),
            [&[BUILT][..], &recipe].concat(),
        )?;
        std::fs::write(
            folder.join(format!("built-{number:03}")),
            [&[0][..], &file].concat(),
        )?;
    }
    for entry in samples
        .into_iter()
        .flat_map(std::fs::read_dir)
        .flatten()
        .flatten()
    {
        let (path, name) = (
            entry.path(),
            entry.file_name().to_string_lossy().into_owned(),
        );
        if entry.metadata()?.len() <= SAMPLE_BYTES_MAX && is_for(target, &std::fs::read(&path)?) {
            std::fs::write(
                folder.join(format!("sample-{name}")),
                [&[0][..], &std::fs::read(path)?].concat(),
            )?;
        }
    }
    let line = |word: &&[u8]| {
        let bytes: String = word.iter().map(|byte| format!("\\x{byte:02X}")).collect();
        format!("\"{bytes}\"\n")
    };
    let words: String = target
        .words
        .iter()
        .chain(&[&b"planted secret"[..]])
        .map(line)
        .collect();
    std::fs::write(folder.with_extension("dict"), words)
}

/// The first recipe is the plain one; the others have ever more decisions, made by a generator.
fn decisions(number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    (0..number * 4).map(next).collect()
}

/// Whether a sample is of the target's container.
fn is_for(target: &Target, file: &[u8]) -> bool {
    matches!(sniff(file), Some(Sniffed::Photo(container)) if target.containers.contains(&container))
}
