//! Real photos of many cameras and apps, where a folder of them is to be had: `../shared/corpus/metadata` beside the
//! project, or `$CLOAKROOM_CORPUS`. Nothing of it is part of the project; without it these tests say that they are skipped.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cloakroom_tests::{corpus, pixels};
use metadata::{Cleaned, Error, Limits, Policy, Sniffed, clean, inspect, sniff};

/// Runs `check` on every photo of the corpus that this version cleans.
fn each_photo(check: impl Fn(&Path, &[u8], Result<Cleaned, Error>)) {
    let Some(folder) = corpus() else { return };
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let mut checked = 0;
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        if matches!(sniff(&bytes), Some(Sniffed::Photo(_))) {
            check(
                &path,
                &bytes,
                clean(&bytes, &Policy::default(), &Limits::default()),
            );
            checked += 1;
        }
    }
    println!("{checked} photos of the corpus checked");
    assert!(checked > 0, "the corpus holds no photo");
}

fn is_malformed(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("malformed"))
}

#[test]
fn every_photo_is_cleaned_and_only_damaged_ones_are_refused() {
    each_photo(|path, bytes, cleaned| match cleaned {
        Ok(cleaned) => {
            let again = inspect(cleaned.bytes(), &Limits::default()).unwrap();
            assert_eq!(again.findings, [], "{}", path.display());
            assert!(
                cleaned.bytes().len() <= bytes.len() + 64,
                "{} grew",
                path.display()
            );
            let twice = clean(cleaned.bytes(), &Policy::default(), &Limits::default()).unwrap();
            assert!(
                twice.unchanged(),
                "{}: cleaning twice differs",
                path.display()
            );
        }
        // RAW photos in the form of TIFF are told only by what is in them.
        Err(Error::Unsupported(_)) => {}
        Err(error) => {
            let damaged = is_malformed(path) || pixels(bytes).is_err();
            assert!(
                damaged,
                "{} is a good picture, but: {error}",
                path.display()
            );
        }
    });
}

#[test]
fn pixels_decode_as_before() {
    each_photo(|path, bytes, cleaned| {
        let Ok(cleaned) = cleaned else { return };
        match pixels(bytes) {
            Ok(before) => assert!(
                pixels(cleaned.bytes()).unwrap() == before,
                "{}",
                path.display()
            ),
            // What our test decoder cannot read is compared part by part inside `clean`.
            Err(reason) => println!("not decoded: {} ({reason})", path.display()),
        }
    });
}

#[test]
fn exiftool_finds_nothing_left() {
    if Command::new("exiftool").arg("-ver").output().is_err() {
        println!("SKIPPED: exiftool is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    each_photo(|path, _, cleaned| {
        let Ok(cleaned) = cleaned else { return };
        let copy = folder.path().join(path.file_name().unwrap());
        fs::write(&copy, cleaned.bytes()).unwrap();
    });
    let output = Command::new("exiftool")
        .args(["-G1", "-a", "-u", "-U", "-s", "-r", "-f"])
        .arg(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let leftover: Vec<&str> = text.lines().filter(|line| tells_something(line)).collect();
    assert_eq!(leftover, [] as [&str; 0]);
}

/// Videos must have dates; zero is none.
fn is_zero_date(line: &str) -> bool {
    line.ends_with(": 0000:00:00 00:00:00")
}

/// What the directories of a picture say, by exiftool's names.
const TIFF_STRUCTURE: &[&str] = &[
    "Orientation",
    "SubfileType",
    "OldSubfileType",
    "ImageWidth",
    "ImageHeight",
    "BitsPerSample",
    "Compression",
    "PhotometricInterpretation",
    "FillOrder",
    "StripOffsets",
    "StripByteCounts",
    // What exiftool calls the strips of a JPEG page.
    "PreviewImageStart",
    "PreviewImageLength",
    "PreviewImage",
    "SamplesPerPixel",
    "RowsPerStrip",
    "MinSampleValue",
    "MaxSampleValue",
    "XResolution",
    "YResolution",
    "ResolutionUnit",
    "PlanarConfiguration",
    "T4Options",
    "T6Options",
    "PageNumber",
    "Predictor",
    "ColorMap",
    "TileWidth",
    "TileLength",
    "TileOffsets",
    "TileByteCounts",
    "InkSet",
    "NumberofInks",
    "ExtraSamples",
    "SampleFormat",
    "JPEGTables",
    "YCbCrCoefficients",
    "YCbCrSubSampling",
    "YCbCrPositioning",
    "ReferenceBlackWhite",
];

/// Whether a line of exiftool's (`[Group] Tag : value`) is about more than the picture's structure.
fn tells_something(line: &str) -> bool {
    let Some((group, tag)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return false;
    };
    let tag = tag.split(':').next().unwrap_or_default().trim();
    match group.trim() {
        // About the file as such, or computed from other lines.
        "ExifTool" | "System" | "File" => tag == "Comment",
        "Composite" => ![
            "ImageSize",
            "Megapixels",
            "RedTRC",
            "GreenTRC",
            "BlueTRC",
            "AvgBitrate",
            "Rotation",
        ]
        .contains(&tag),
        // The structure of the picture.
        "JFIF" => ![
            "JFIFVersion",
            "ResolutionUnit",
            "XResolution",
            "YResolution",
        ]
        .contains(&tag),
        "Adobe" => ![
            "DCTEncodeVersion",
            "APP14Flags0",
            "APP14Flags1",
            "ColorTransform",
        ]
        .contains(&tag),
        "PNG" | "PNG-pHYs" | "PNG-cICP" | "RIFF" | "GIF" => [
            "Comment",
            "XMP",
            "Author",
            "Software",
            "ModifyDate",
            "Description",
            "Title",
            "Text",
        ]
        .iter()
        .any(|word| tag.contains(word)),
        // The boxes of HEIC and AVIF: brands, decoder configuration, size, colour.
        "Jpeg2000" => !["MajorBrand", "MinorVersion", "CompatibleBrands"].contains(&tag),
        // The boxes of videos are the same, for the movie and for each track.
        "QuickTime" | "Meta" | "Track1" | "Track2" | "Track3" | "Track4" => [
            "Date", "GPS", "Make", "Model", "Author", "Title", "Text", "Name", "Comment",
        ]
        .iter()
        .any(|word| tag.contains(word) && !tag.starts_with("Content") && !is_zero_date(line)),
        // The one Exif entry that a picture may need, and the format's own frame around it.
        group if group.starts_with("IFD") || group.starts_with("SubIFD") => {
            !TIFF_STRUCTURE.contains(&tag)
        }
        // The gain map: its numbers, and the index that leads to it.
        "XMP-hdrgm" | "XMP-Container" | "MPF0" | "MPImage1" | "MPImage2" => false,
        "XMP-HDRGainMap" | "XMP-apdi" => false,
        "Apple" => !["HDRHeadroom", "HDRGain"].contains(&tag),
        // The colour profile: numbers, our neutral texts, and the neutral date.
        group if group.starts_with("ICC") => {
            let value = line.rsplit(':').next().unwrap_or_default().trim();
            [
                "DeviceManufacturer",
                "DeviceModel",
                "ProfileCreator",
                "DeviceMfgDesc",
                "DeviceModelDesc",
            ]
            .iter()
            .any(|identifying| tag == *identifying && !value.is_empty() && value != "-")
        }
        _ => true,
    }
}
