//! What Exif tags are called in a person's words. Tags that are not here are still listed, by number.

use super::exif_block::Place::{self, Exif, Gps, Main};
use super::exif_table::Form::{Bytes, Comment, Lens, Settings, Technical, Text, Wide, Words};
use crate::Topic;

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As text.
    Text,
    /// As UTF-16, little-endian, which Windows writes.
    Wide,
    /// As text behind eight bytes that name its encoding.
    Comment,
    /// As number or choice, in words.
    Words,
    /// As the range of a lens.
    Lens,
    /// As nothing but a size.
    Bytes,
    /// Not alone, but in the summary of the camera's settings.
    Settings,
    /// Not alone, but in the summary of technical values.
    Technical,
}

/// A tag with its directory, what it is about, its name and its form.
pub(super) type Row = (Place, u16, Topic, &'static str, Form);

/// The row of a tag.
pub(super) fn row(place: Place, tag: u16) -> Option<&'static Row> {
    let place = if place == Place::Further { Main } else { place };
    // Some writers put Exif tags into the main directory, and the other way round.
    let others = [Main, Exif].into_iter().filter(|_| place != Gps);
    std::iter::once(place)
        .chain(others)
        .find_map(|place| TABLE.iter().find(|row| row.0 == place && row.1 == tag))
}

#[rustfmt::skip]
const TABLE: &[Row] = &[
    // TIFF 6.0 and CIPA DC-008 § 4.6.4: the main directory.
    (Main, 0x000B, Topic::Software, "Software", Text),
    (Main, 0x00FE, Topic::Unknown, "", Technical),
    (Main, 0x010D, Topic::Text, "Document name", Text),
    (Main, 0x010E, Topic::Text, "Caption", Text),
    (Main, 0x010F, Topic::Device, "Camera maker", Text),
    (Main, 0x0110, Topic::Device, "Camera model", Text),
    (Main, 0x011D, Topic::Text, "Page name", Text),
    (Main, 0x0131, Topic::Software, "Software", Text),
    (Main, 0x013B, Topic::Person, "Artist", Text),
    (Main, 0x013C, Topic::Device, "Computer", Text),
    (Main, 0x014A, Topic::Unknown, "", Technical),
    (Main, 0x0201, Topic::Unknown, "", Technical),
    (Main, 0x0202, Topic::Unknown, "", Technical),
    (Main, 0x1000, Topic::Text, "Related picture format", Text),
    (Main, 0x4746, Topic::Text, "Rating", Words),
    (Main, 0x4749, Topic::Text, "Rating in percent", Words),
    (Main, 0x8298, Topic::Person, "Copyright", Text),
    (Main, 0x830E, Topic::Place, "Map scale", Words),
    (Main, 0x8482, Topic::Place, "Map position", Words),
    (Main, 0x87AF, Topic::Place, "Map projection", Words),
    (Main, 0x87B1, Topic::Place, "Map projection", Text),
    (Main, 0xA480, Topic::Place, "Map data", Text),
    (Main, 0xC4A5, Topic::Software, "Print settings", Bytes),
    // Windows Explorer.
    (Main, 0x9C9B, Topic::Text, "Title", Wide),
    (Main, 0x9C9C, Topic::Text, "Comment", Wide),
    (Main, 0x9C9D, Topic::Person, "Author", Wide),
    (Main, 0x9C9E, Topic::Text, "Keywords", Wide),
    (Main, 0x9C9F, Topic::Text, "Subject", Wide),
    (Main, 0xEA1C, Topic::Unknown, "Padding", Bytes),
    (Main, 0xEA1D, Topic::Unknown, "", Technical),
    // DNG 1.6, chapter 4, which converters leave in JPEGs.
    (Main, 0xC614, Topic::Device, "Camera model", Text),
    (Main, 0xC615, Topic::Device, "Camera model", Text),
    (Main, 0xC62F, Topic::Device, "Camera serial number", Text),
    (Main, 0xC630, Topic::Device, "Lens", Words),
    (Main, 0xC634, Topic::Device, "Maker's private block", Bytes),
    (Main, 0xC65D, Topic::EditHistory, "Number of the raw picture", Bytes),
    (Main, 0xC68B, Topic::Text, "Original file name", Text),
    (Main, 0xC68C, Topic::EditHistory, "Original raw picture", Bytes),
    (Main, 0xC6F8, Topic::Software, "Camera profile", Text),
    (Main, 0xC6FE, Topic::Software, "Camera profile copyright", Text),
    (Main, 0xC716, Topic::Software, "Preview made with", Text),
    (Main, 0xC718, Topic::Software, "Preview settings", Text),
    (Main, 0xC71B, Topic::Time, "Preview made", Text),
    // CIPA DC-007 § 5.2: the index of further pictures.
    (Main, 0xB000, Topic::Video, "", Technical),
    (Main, 0xB001, Topic::Video, "Number of pictures", Words),
    (Main, 0xB002, Topic::Video, "List of pictures", Bytes),
    (Main, 0xB003, Topic::EditHistory, "Unique numbers of the pictures", Text),
    (Main, 0xB101, Topic::Video, "", Technical),
    (Main, 0xB204, Topic::Video, "", Technical),
    (Main, 0xB205, Topic::Video, "", Technical),
    (Main, 0xB206, Topic::Video, "", Technical),
    // Adobe Camera Raw.
    (Exif, 0xFDE8, Topic::Person, "Camera owner", Text),
    (Exif, 0xFDE9, Topic::Device, "Camera serial number", Text),
    (Exif, 0xFDEA, Topic::Device, "Lens", Text),
    (Exif, 0xFE4C, Topic::Text, "Original file name", Text),
    (Exif, 0xFE4D, Topic::Software, "Raw converter", Text),
    (Exif, 0xFE4E, Topic::Software, "White balance", Text),
    (Exif, 0xFE51, Topic::Software, "Exposure correction", Text),
    // CIPA DC-008 § 4.6.5: the Exif directory.
    // Shutter, aperture and largest aperture on the APEX scale, which only say again what the exposure says.
    (Exif, 0x9201, Topic::Device, "", Technical),
    (Exif, 0x9202, Topic::Device, "", Technical),
    (Exif, 0x9205, Topic::Device, "", Technical),
    (Exif, 0x829A, Topic::Device, "", Settings),
    (Exif, 0x829D, Topic::Device, "", Settings),
    (Exif, 0x8827, Topic::Device, "", Settings),
    (Exif, 0x920A, Topic::Device, "", Settings),
    (Exif, 0xA405, Topic::Device, "", Settings),
    (Exif, 0x882A, Topic::Time, "Time zone in hours", Words),
    (Exif, 0x9000, Topic::Unknown, "", Technical),
    (Exif, 0x9009, Topic::Unknown, "Google upload code", Bytes),
    (Exif, 0x9101, Topic::Unknown, "", Technical),
    (Exif, 0x9102, Topic::Unknown, "", Technical),
    (Exif, 0x9211, Topic::EditHistory, "Picture number", Words),
    (Exif, 0x9213, Topic::EditHistory, "Picture history", Text),
    (Exif, 0x9286, Topic::Text, "Comment", Comment),
    (Exif, 0x9400, Topic::Place, "Air temperature", Words),
    (Exif, 0x9401, Topic::Place, "Humidity", Words),
    (Exif, 0x9402, Topic::Place, "Air pressure", Words),
    (Exif, 0x9403, Topic::Place, "Water depth", Words),
    (Exif, 0x9404, Topic::Device, "Acceleration", Words),
    (Exif, 0x9405, Topic::Device, "Camera tilt", Words),
    (Exif, 0xA000, Topic::Unknown, "", Technical),
    (Exif, 0xA002, Topic::Unknown, "", Technical),
    (Exif, 0xA003, Topic::Unknown, "", Technical),
    (Exif, 0xA001, Topic::Unknown, "", Technical),
    (Exif, 0xA004, Topic::Text, "Sound file", Text),
    (Exif, 0xA40B, Topic::Device, "Device settings", Bytes),
    (Exif, 0xA420, Topic::EditHistory, "Picture's unique number", Text),
    (Exif, 0xA430, Topic::Person, "Camera owner", Text),
    (Exif, 0xA431, Topic::Device, "Camera serial number", Text),
    (Exif, 0xA432, Topic::Device, "Lens range", Lens),
    (Exif, 0xA433, Topic::Device, "Lens maker", Text),
    (Exif, 0xA434, Topic::Device, "Lens", Text),
    (Exif, 0xA435, Topic::Device, "Lens serial number", Text),
    (Exif, 0xA436, Topic::Text, "Title", Text),
    (Exif, 0xA437, Topic::Person, "Photographer", Text),
    (Exif, 0xA438, Topic::Person, "Edited by", Text),
    (Exif, 0xA439, Topic::Device, "Camera firmware", Text),
    (Exif, 0xA43A, Topic::Software, "Raw converter", Text),
    (Exif, 0xA43B, Topic::Software, "Editing software", Text),
    (Exif, 0xA43C, Topic::Software, "Metadata software", Text),
    // CIPA DC-008 § 4.6.6: the GPS directory. The rest is put together elsewhere.
    (Gps, 0x0000, Topic::Unknown, "", Technical),
    (Gps, 0x0008, Topic::Place, "GPS satellites", Text),
    (Gps, 0x0009, Topic::Place, "GPS status", Words),
    (Gps, 0x000A, Topic::Place, "GPS measurement", Words),
    (Gps, 0x000B, Topic::Place, "GPS precision", Words),
    (Gps, 0x0012, Topic::Place, "Map datum", Text),
    (Gps, 0x001B, Topic::Place, "How the place was found", Comment),
    (Gps, 0x001C, Topic::Place, "Area", Comment),
    (Gps, 0x001E, Topic::Place, "GPS correction", Words),
    (Gps, 0x001F, Topic::Place, "GPS error", Words),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tag_stands_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for (place, tag, ..) in TABLE {
            assert!(seen.insert((*place as u8, *tag)), "{place:?} {tag:#06x}");
        }
    }
}
