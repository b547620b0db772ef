//! What a file would tell a stranger, in a person's words.

use serde::Serialize;

/// What a finding is about, most dangerous first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Topic {
    /// Where the photo was taken.
    Place,
    /// Who took it, who is in it, who owns it.
    Person,
    /// The camera or phone, and its serial numbers.
    Device,
    /// When it was taken or changed.
    Time,
    /// A small copy of the picture, perhaps from before it was cropped or blurred.
    Thumbnail,
    /// A video or a second picture hidden behind the photo.
    Video,
    /// What was done to the picture, and its document numbers.
    EditHistory,
    /// A signed provenance record (C2PA).
    Provenance,
    /// Titles, captions, keywords, comments.
    Text,
    /// The programs that made or changed it, and their settings.
    Software,
    /// Bytes that no rule explains.
    Unknown,
    /// Not a leak: what the picture needs to look right.
    Picture,
}

/// One thing found in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// What it is about.
    pub topic: Topic,
    /// What it is called, such as `GPS position`.
    pub name: String,
    /// Its value as a person reads it, such as `48.858370, 2.294481 (48°51′30.1″ N 2°17′40.1″ E)`.
    pub value: String,
}

/// What inspection tells about one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The container, from the file's bytes.
    pub container: crate::Container,
    /// The size of the file, in bytes.
    pub size_bytes: u64,
    /// Width as stored, in pixels; orientation is not applied.
    pub width: u32,
    /// Height as stored, in pixels; orientation is not applied.
    pub height: u32,
    /// How a viewer turns the stored picture: Exif orientation, 1 to 8 (CIPA DC-008 § 4.6.4).
    pub orientation: u8,
    /// What the file would give away, most dangerous first.
    pub findings: Vec<Finding>,
    /// What the picture needs and every clean copy keeps; the topic is always [`Topic::Picture`].
    pub picture: Vec<Finding>,
}
