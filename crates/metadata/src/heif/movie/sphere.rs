//! Videos that stand around the person who watches, in the form that most cameras write: a little XML in a box of the
//! track (Spherical Video RFC, version 1). It is written anew with what a player needs.

use crate::format::Payload;

/// The UUID of such a box.
pub(super) const UUID: &[u8; 16] =
    b"\xFF\xCC\x82\x63\xF8\x55\x4A\x93\x88\x14\x58\x7A\x02\x52\x1F\xDD";

/// Numbers that say which part of the sphere the picture covers.
const NUMBERS: [&str; 6] = [
    "CroppedAreaImageWidthPixels",
    "CroppedAreaImageHeightPixels",
    "FullPanoWidthPixels",
    "FullPanoHeightPixels",
    "CroppedAreaLeftPixels",
    "CroppedAreaTopPixels",
];
/// How the pictures for the two eyes lie in one.
const STEREO: [&str; 3] = ["mono", "left-right", "top-bottom"];
/// Longer ones are no such box.
const BYTES_MAX: usize = 16_384;

/// The box's content, without who made it; `None` when it is no such box, or says that it is no such video.
pub(super) fn minimal(body: &[u8]) -> Option<Vec<u8>> {
    let text = text(body)?;
    let is = |name, expected| value(text, name).is_some_and(|value| value == expected);
    if !is("Spherical", "true") || !is("ProjectionType", "equirectangular") {
        return None;
    }
    let mut xml = String::from(
        "<?xml version=\"1.0\"?><rdf:SphericalVideo xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
         xmlns:GSpherical=\"http://ns.google.com/videos/1.0/spherical/\">",
    );
    let mut element = |name: &str, value: &str| {
        xml.push_str(&format!("<GSpherical:{name}>{value}</GSpherical:{name}>"));
    };
    element("Spherical", "true");
    element("Stitched", "true");
    element("StitchingSoftware", "-");
    element("ProjectionType", "equirectangular");
    if let Some(mode) = value(text, "StereoMode").filter(|mode| STEREO.contains(mode)) {
        element("StereoMode", mode);
    }
    for name in NUMBERS {
        let number = value(text, name).and_then(|number| number.parse::<u32>().ok());
        if let Some(number) = number {
            element(name, &number.to_string());
        }
    }
    xml.push_str("</rdf:SphericalVideo>");
    Some([UUID.as_slice(), xml.as_bytes()].concat())
}

/// What the box tells of who made the video, and when.
pub(super) fn told<'a>(body: &[u8]) -> Vec<Payload<'a>> {
    let Some(text) = text(body) else {
        return Vec::new();
    };
    let software = value(text, "StitchingSoftware").filter(|name| !matches!(*name, "-" | ""));
    let software = software.map(|name| Payload::Text {
        keyword: "Software".to_owned(),
        text: name.to_owned(),
    });
    let time = value(text, "Timestamp").map(|time| Payload::Time(time.to_owned()));
    software.into_iter().chain(time).collect()
}

fn text(body: &[u8]) -> Option<&str> {
    let xml = body.strip_prefix(UUID)?;
    std::str::from_utf8(xml)
        .ok()
        .filter(|xml| xml.len() <= BYTES_MAX)
}

/// The text of an element.
fn value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("<GSpherical:{name}>"))?;
    let (value, _) = rest.split_once("</")?;
    Some(value.trim())
}
