//! What XMP properties are called in a person's words. Properties that are not here are still listed, by name.

use self::Form::{Code, Date, Group, Metres, Picture, Text};
use crate::Topic;

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As text that may identify.
    Text,
    /// As a date.
    Date,
    /// As a choice or number that identifies nobody.
    Code,
    /// As a height.
    Metres,
    /// Not alone, but in a line with the others of that name.
    Group,
    /// As a file in base64.
    Picture,
}

/// A property, what it is about, its name and its form.
pub(super) type Row = (&'static str, Topic, &'static str, Form);

/// The row of a property: its own, or that of the structure it stands in.
pub(super) fn row<'p>(mut names: impl Iterator<Item = &'p str>) -> Option<&'static Row> {
    names.find_map(|name| TABLE.iter().find(|row| row.0.eq_ignore_ascii_case(name)))
}

/// The group that gathers the other properties of a prefix.
pub(super) fn group(name: &str) -> Option<(Topic, &'static str)> {
    let prefix = name.split(':').next().unwrap_or_default();
    let row = GROUPS.iter().find(|(known, ..)| *known == prefix);
    row.map(|(_, topic, name)| (*topic, *name))
}

const CAMERA: &str = "Camera settings (XMP)";
const MOTION: &str = "Motion photo";
const FACES: &str = "Where faces are in the picture";
const CONTAINER: &str = "Files behind the photo";

const GROUPS: &[(&str, Topic, &str)] = &[
    ("crs", Topic::EditHistory, "Camera Raw settings"),
    ("darktable", Topic::EditHistory, "darktable settings"),
    ("hdrgm", Topic::Software, "HDR gain map settings"),
    ("HDRGainMap", Topic::Software, "HDR gain map settings"),
    ("apdi", Topic::Software, "HDR gain map settings"),
    ("exif", Topic::Device, CAMERA),
    ("exifEX", Topic::Device, CAMERA),
    ("tiff", Topic::Device, CAMERA),
    ("aux", Topic::Device, CAMERA),
    ("GPano", Topic::Device, "Panorama settings"),
    ("GFocus", Topic::Device, "Focus settings"),
    ("GDepth", Topic::Device, "Depth map settings"),
    ("GCamera", Topic::Device, "Camera settings (Google)"),
    ("Camera", Topic::Device, "Camera settings (Google)"),
    ("drone-dji", Topic::Device, "Drone settings"),
    ("stDim", Topic::Software, "Picture sizes"),
    ("stArea", Topic::Person, FACES),
    ("cell", Topic::Place, "Mobile network cell"),
    ("photomech", Topic::Software, "Photo Mechanic settings"),
    ("photomechanic", Topic::Software, "Photo Mechanic settings"),
    ("xmpDM", Topic::Software, "Media settings"),
];

#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("(comment)", Topic::Unknown, "Comment in the XMP", Text),
    ("(instruction)", Topic::Unknown, "Instruction in the XMP", Text),
    ("(loose text)", Topic::Unknown, "Loose text in the XMP", Text),
    ("rdf:about", Topic::EditHistory, "Number of the document", Text),
    ("x:xmptk", Topic::Software, "Metadata software", Text),
    // Dublin Core.
    ("dc:creator", Topic::Person, "Creator", Text),
    ("dc:contributor", Topic::Person, "Contributor", Text),
    ("dc:publisher", Topic::Person, "Publisher", Text),
    ("dc:rights", Topic::Person, "Copyright", Text),
    ("dc:title", Topic::Text, "Title", Text),
    ("dc:description", Topic::Text, "Caption", Text),
    ("dc:subject", Topic::Text, "Keywords", Text),
    ("dc:source", Topic::EditHistory, "Made from", Text),
    ("dc:identifier", Topic::EditHistory, "Number of the document", Text),
    ("dc:relation", Topic::Text, "Related", Text),
    ("dc:coverage", Topic::Place, "Place covered", Text),
    ("dc:date", Topic::Time, "Date", Date),
    ("dc:format", Topic::Software, "File type", Code),
    ("dc:language", Topic::Text, "Language", Code),
    ("dc:type", Topic::Text, "Kind", Code),
    ("dcterms:provenance", Topic::Provenance, "Link to a content credential", Text),
    ("cc:license", Topic::Person, "Licence", Text),
    ("cc:attributionName", Topic::Person, "Creator", Text),
    ("cc:attributionURL", Topic::Person, "Creator's web address", Text),
    // XMP basic, rights and media management, ISO 16684-1 § 8.
    ("xmp:CreatorTool", Topic::Software, "Software", Text),
    ("xmp:CreateDate", Topic::Time, "Made", Date),
    ("xmp:ModifyDate", Topic::Time, "Changed", Date),
    ("xmp:MetadataDate", Topic::Time, "Metadata changed", Date),
    ("xmp:Rights", Topic::Person, "Copyright", Text),
    ("xmp:Rating", Topic::Text, "Rating", Code),
    ("xmp:Label", Topic::Text, "Label", Text),
    ("xmp:Nickname", Topic::Text, "Nickname", Text),
    ("xmp:Identifier", Topic::EditHistory, "Number of the document", Text),
    ("xmp:BaseURL", Topic::Text, "Web address", Text),
    ("xmpGImg:image", Topic::Thumbnail, "Small copy of the picture (thumbnail)", Picture),
    ("xmp:Thumbnails", Topic::Thumbnail, "Thumbnail settings", Group),
    ("xmpRights:Owner", Topic::Person, "Owner", Text),
    ("xmpRights:UsageTerms", Topic::Person, "Terms of use", Text),
    ("xmpRights:WebStatement", Topic::Person, "Web address of the rights", Text),
    ("xmpRights:Certificate", Topic::Person, "Web address of the rights", Text),
    ("xmpRights:Marked", Topic::Person, "Copyright mark", Code),
    ("xmpMM:DocumentID", Topic::EditHistory, "Number of the document", Text),
    ("xmpMM:InstanceID", Topic::EditHistory, "Number of this version", Text),
    ("xmpMM:OriginalDocumentID", Topic::EditHistory, "Number of the original", Text),
    ("xmpMM:DerivedFrom", Topic::EditHistory, "Made from", Text),
    ("xmpMM:RenditionOf", Topic::EditHistory, "Made from", Text),
    ("xmpMM:Ingredients", Topic::EditHistory, "Made with", Text),
    ("xmpMM:Pantry", Topic::EditHistory, "Made with", Text),
    ("xmpMM:PreservedFileName", Topic::Text, "Original file name", Text),
    ("xmpMM:RenditionClass", Topic::EditHistory, "Kind of copy", Code),
    ("xmpMM:ManagedFrom", Topic::EditHistory, "Made from", Text),
    ("xmpMM:Manager", Topic::Software, "Managed by", Text),
    ("xmpBJ:JobRef", Topic::Text, "Job", Text),
    ("xmpNote:HasExtendedXMP", Topic::EditHistory, "Number of the extended XMP", Text),
    // Photoshop and Lightroom.
    ("photoshop:AuthorsPosition", Topic::Person, "Author's job", Text),
    ("photoshop:CaptionWriter", Topic::Person, "Caption written by", Text),
    ("photoshop:Credit", Topic::Person, "Credit", Text),
    ("photoshop:Source", Topic::Person, "Source", Text),
    ("photoshop:City", Topic::Place, "City", Text),
    ("photoshop:State", Topic::Place, "State", Text),
    ("photoshop:Country", Topic::Place, "Country", Text),
    ("photoshop:DateCreated", Topic::Time, "Taken", Date),
    ("photoshop:Headline", Topic::Text, "Headline", Text),
    ("photoshop:Instructions", Topic::Text, "Instructions", Text),
    ("photoshop:TransmissionReference", Topic::Text, "Job number", Text),
    ("photoshop:Category", Topic::Text, "Category", Text),
    ("photoshop:SupplementalCategories", Topic::Text, "Category", Text),
    ("photoshop:Urgency", Topic::Text, "Urgency", Code),
    ("photoshop:History", Topic::EditHistory, "Edit history", Text),
    ("photoshop:TextLayers", Topic::EditHistory, "Text in layers", Text),
    ("photoshop:DocumentAncestors", Topic::EditHistory, "Made from", Text),
    ("photoshop:SidecarForExtension", Topic::Software, "Made for", Code),
    ("photoshop:ICCProfile", Topic::Software, "Colour profile", Code),
    ("photoshop:ColorMode", Topic::Software, "Colour mode", Code),
    ("photoshop:LegacyIPTCDigest", Topic::EditHistory, "Fingerprint of the caption data", Text),
    ("lr:hierarchicalSubject", Topic::Text, "Keywords", Text),
    ("lr:privateRTKInfo", Topic::EditHistory, "Lightroom information", Text),
    ("crs:RawFileName", Topic::Text, "Original file name", Text),
    ("crs:LensProfileName", Topic::Device, "Lens profile", Text),
    // Exif in XMP.
    ("tiff:Make", Topic::Device, "Camera maker", Text),
    ("tiff:Model", Topic::Device, "Camera model", Text),
    ("tiff:Software", Topic::Software, "Software", Text),
    ("tiff:Artist", Topic::Person, "Artist", Text),
    ("tiff:Copyright", Topic::Person, "Copyright", Text),
    ("tiff:ImageDescription", Topic::Text, "Caption", Text),
    ("tiff:DateTime", Topic::Time, "Changed", Date),
    ("tiff:NativeDigest", Topic::EditHistory, "Fingerprint of the Exif data", Code),
    ("exif:NativeDigest", Topic::EditHistory, "Fingerprint of the Exif data", Code),
    ("exif:DateTimeOriginal", Topic::Time, "Taken", Date),
    ("exif:DateTimeDigitized", Topic::Time, "Digitised", Date),
    ("exif:UserComment", Topic::Text, "Comment", Text),
    ("exif:ImageUniqueID", Topic::EditHistory, "Picture's unique number", Text),
    ("exif:GPSTimeStamp", Topic::Time, "GPS time", Date),
    ("exif:GPSDateTime", Topic::Time, "GPS time", Date),
    ("exif:GPSAltitude", Topic::Place, "Height above the sea (XMP)", Metres),
    ("exif:GPSAltitudeRef", Topic::Place, "GPS settings (XMP)", Group),
    ("exif:GPSVersionID", Topic::Place, "GPS settings (XMP)", Group),
    ("exif:GPSMapDatum", Topic::Place, "GPS settings (XMP)", Group),
    ("exif:GPSMeasureMode", Topic::Place, "GPS settings (XMP)", Group),
    ("exif:GPSDOP", Topic::Place, "GPS settings (XMP)", Group),
    ("exif:GPSStatus", Topic::Place, "GPS settings (XMP)", Group),
    ("exif:GPSSatellites", Topic::Place, "GPS settings (XMP)", Group),
    ("exif:GPSDifferential", Topic::Place, "GPS settings (XMP)", Group),
    ("exif:GPSHPositioningError", Topic::Place, "GPS settings (XMP)", Group),
    ("exif:GPSSpeed", Topic::Place, "Movement (XMP)", Group),
    ("exif:GPSSpeedRef", Topic::Place, "Movement (XMP)", Group),
    ("exif:GPSTrack", Topic::Place, "Movement (XMP)", Group),
    ("exif:GPSTrackRef", Topic::Place, "Movement (XMP)", Group),
    ("exif:GPSImgDirection", Topic::Place, "Direction of view (XMP)", Group),
    ("exif:GPSImgDirectionRef", Topic::Place, "Direction of view (XMP)", Group),
    ("exif:GPSDestBearing", Topic::Place, "Bearing of the target (XMP)", Group),
    ("exif:GPSDestDistance", Topic::Place, "Distance to the target (XMP)", Group),
    ("exif:GPSProcessingMethod", Topic::Place, "How the place was found", Text),
    ("exif:GPSAreaInformation", Topic::Place, "Area", Text),
    ("exifEX:CameraOwnerName", Topic::Person, "Camera owner", Text),
    ("exifEX:BodySerialNumber", Topic::Device, "Camera serial number", Text),
    ("exifEX:LensModel", Topic::Device, "Lens", Text),
    ("exifEX:LensMake", Topic::Device, "Lens maker", Text),
    ("exifEX:LensSerialNumber", Topic::Device, "Lens serial number", Text),
    ("exifEX:Photographer", Topic::Person, "Photographer", Text),
    ("exifEX:ImageEditor", Topic::Person, "Edited by", Text),
    ("exifEX:CameraFirmware", Topic::Device, "Camera firmware", Text),
    ("aux:SerialNumber", Topic::Device, "Camera serial number", Text),
    ("aux:LensSerialNumber", Topic::Device, "Lens serial number", Text),
    ("aux:Lens", Topic::Device, "Lens", Text),
    ("aux:LensInfo", Topic::Device, "Lens range", Code),
    ("aux:OwnerName", Topic::Person, "Camera owner", Text),
    ("aux:ImageNumber", Topic::Device, "Pictures taken with this camera", Code),
    ("aux:Firmware", Topic::Device, "Camera firmware", Text),
    ("exif:SerialNumber", Topic::Device, "Camera serial number", Text),
    ("exif:OwnerName", Topic::Person, "Camera owner", Text),
    ("exif:Lens", Topic::Device, "Lens", Text),
    // IPTC Photo Metadata Standard.
    ("Iptc4xmpCore:CiAdrExtadr", Topic::Person, "Creator's address", Text),
    ("Iptc4xmpCore:CiAdrCity", Topic::Person, "Creator's city", Text),
    ("Iptc4xmpCore:CiAdrRegion", Topic::Person, "Creator's state", Text),
    ("Iptc4xmpCore:CiAdrPcode", Topic::Person, "Creator's postal code", Text),
    ("Iptc4xmpCore:CiAdrCtry", Topic::Person, "Creator's country", Text),
    ("Iptc4xmpCore:CiTelWork", Topic::Person, "Creator's telephone", Text),
    ("Iptc4xmpCore:CiEmailWork", Topic::Person, "Creator's e-mail", Text),
    ("Iptc4xmpCore:CiUrlWork", Topic::Person, "Creator's web address", Text),
    ("Iptc4xmpCore:CreatorContactInfo", Topic::Person, "Creator's contact", Text),
    ("Iptc4xmpCore:Location", Topic::Place, "Place", Text),
    ("Iptc4xmpCore:CountryCode", Topic::Place, "Country code", Text),
    ("Iptc4xmpCore:Scene", Topic::Text, "Scene", Text),
    ("Iptc4xmpCore:SubjectCode", Topic::Text, "Subject code", Text),
    ("Iptc4xmpCore:IntellectualGenre", Topic::Text, "Genre", Text),
    ("Iptc4xmpCore:AltTextAccessibility", Topic::Text, "Description for blind people", Text),
    ("Iptc4xmpCore:ExtDescrAccessibility", Topic::Text, "Description for blind people", Text),
    ("Iptc4xmpExt:PersonInImage", Topic::Person, "Person in the picture", Text),
    ("Iptc4xmpExt:PersonInImageWDetails", Topic::Person, "Person in the picture", Text),
    ("Iptc4xmpExt:ModelAge", Topic::Person, "Age of a person in the picture", Text),
    ("Iptc4xmpExt:AddlModelInfo", Topic::Person, "About the people in the picture", Text),
    ("Iptc4xmpExt:OrganisationInImageName", Topic::Person, "Organisation in the picture", Text),
    ("Iptc4xmpExt:OrganisationInImageCode", Topic::Person, "Organisation in the picture", Text),
    ("Iptc4xmpExt:LocationCreated", Topic::Place, "Where it was taken", Text),
    ("Iptc4xmpExt:LocationShown", Topic::Place, "Place in the picture", Text),
    ("Iptc4xmpExt:Event", Topic::Text, "Event", Text),
    ("Iptc4xmpExt:EventId", Topic::Text, "Event", Text),
    ("Iptc4xmpExt:ImageRegion", Topic::Person, "Marked part of the picture", Text),
    ("Iptc4xmpExt:RegionBoundary", Topic::Person, FACES, Group),
    ("Iptc4xmpExt:ArtworkOrObject", Topic::Text, "Artwork in the picture", Text),
    ("Iptc4xmpExt:ProductInImage", Topic::Text, "Product in the picture", Text),
    ("Iptc4xmpExt:DigImageGUID", Topic::EditHistory, "Picture's unique number", Text),
    ("Iptc4xmpExt:RegistryId", Topic::EditHistory, "Registered as", Text),
    ("Iptc4xmpExt:DigitalSourceType", Topic::Provenance, "Kind of source", Code),
    ("Iptc4xmpExt:DigitalSourcefileType", Topic::Provenance, "Kind of source", Code),
    ("Iptc4xmpExt:AISystemUsed", Topic::Provenance, "Made with AI", Text),
    ("Iptc4xmpExt:AISystemVersionUsed", Topic::Provenance, "Made with AI, version", Text),
    ("Iptc4xmpExt:AIPromptInformation", Topic::Software, "AI prompt", Text),
    ("Iptc4xmpExt:AIPromptWriterName", Topic::Person, "AI prompt written by", Text),
    ("Iptc4xmpExt:Contributor", Topic::Person, "Contributor", Text),
    ("Iptc4xmpExt:MaxAvailWidth", Topic::Text, "Largest size there is", Group),
    ("Iptc4xmpExt:MaxAvailHeight", Topic::Text, "Largest size there is", Group),
    ("plus:Licensor", Topic::Person, "Licensor", Text),
    ("plus:CopyrightOwner", Topic::Person, "Copyright owner", Text),
    ("plus:ImageCreator", Topic::Person, "Creator", Text),
    ("plus:ImageSupplier", Topic::Person, "Supplier", Text),
    ("plus:ImageSupplierImageID", Topic::EditHistory, "Picture's number at the supplier", Text),
    ("plus:ModelReleaseID", Topic::Person, "Model release", Text),
    ("plus:PropertyReleaseID", Topic::Person, "Property release", Text),
    ("plus:MinorModelAgeDisclosure", Topic::Person, "Age of the youngest person", Text),
    ("plus:ModelReleaseStatus", Topic::Person, "Model release", Code),
    ("plus:PropertyReleaseStatus", Topic::Person, "Property release", Code),
    // Faces.
    ("mwg-rs:Name", Topic::Person, "Name at a face", Text),
    ("mwg-rs:Description", Topic::Person, "About a face", Text),
    ("mwg-rs:Regions", Topic::Person, FACES, Group),
    ("mwg-kw:Keywords", Topic::Text, "Keywords", Text),
    ("MPReg:PersonDisplayName", Topic::Person, "Name at a face", Text),
    ("MPReg:PersonEmailDigest", Topic::Person, "E-mail fingerprint at a face", Text),
    ("MPReg:PersonLiveIdCID", Topic::Person, "Account number at a face", Text),
    ("MP:RegionInfo", Topic::Person, FACES, Group),
    ("digiKam:TagsList", Topic::Text, "Keywords", Text),
    ("MicrosoftPhoto:LastKeywordXMP", Topic::Text, "Keywords", Text),
    ("MicrosoftPhoto:LastKeywordIPTC", Topic::Text, "Keywords", Text),
    ("MicrosoftPhoto:CameraSerialNumber", Topic::Device, "Camera serial number", Text),
    ("MicrosoftPhoto:DateAcquired", Topic::Time, "Copied from the camera", Date),
    ("MicrosoftPhoto:Rating", Topic::Text, "Rating in percent", Code),
    // Motion photos, second pictures, depth and sound.
    ("GCamera:MotionPhoto", Topic::Video, MOTION, Group),
    ("GCamera:MotionPhotoVersion", Topic::Video, MOTION, Group),
    ("GCamera:MotionPhotoOffset", Topic::Video, MOTION, Group),
    ("GCamera:MotionPhotoPresentationTimestampUs", Topic::Video, MOTION, Group),
    ("GCamera:MicroVideo", Topic::Video, MOTION, Group),
    ("GCamera:MicroVideoVersion", Topic::Video, MOTION, Group),
    ("GCamera:MicroVideoOffset", Topic::Video, MOTION, Group),
    ("GCamera:MicroVideoPresentationTimestampUs", Topic::Video, MOTION, Group),
    ("GCamera:HdrPlusMakernote", Topic::Device, "Maker's private block", Picture),
    ("GCamera:hdrp_makernote", Topic::Device, "Maker's private block", Picture),
    ("GCamera:HDRPMakerNote", Topic::Device, "Maker's private block", Picture),
    ("GCamera:shot_log_data", Topic::Device, "Maker's log of the shot", Picture),
    ("Container:Directory", Topic::Video, CONTAINER, Group),
    ("GImage:Data", Topic::Thumbnail, "Second picture", Picture),
    ("GImage:Mime", Topic::Thumbnail, "Second picture, type", Code),
    ("GDepth:Data", Topic::Thumbnail, "Depth map", Picture),
    ("GDepth:Confidence", Topic::Thumbnail, "Depth map, confidence", Picture),
    ("GAudio:Data", Topic::Video, "Sound recording", Picture),
    ("GAudio:Mime", Topic::Video, "Sound recording, type", Code),
    ("GPano:CaptureSoftware", Topic::Software, "Software", Text),
    ("GPano:StitchingSoftware", Topic::Software, "Software", Text),
    ("GPano:FirstPhotoDate", Topic::Time, "First photo of the panorama", Date),
    ("GPano:LastPhotoDate", Topic::Time, "Last photo of the panorama", Date),
    // Drones.
    ("drone-dji:AbsoluteAltitude", Topic::Place, "Height above the sea (drone)", Metres),
    ("drone-dji:RelativeAltitude", Topic::Place, "Height above the start (drone)", Metres),
    ("drone-dji:DroneSerialNumber", Topic::Device, "Drone serial number", Text),
    ("drone-dji:CameraSerialNumber", Topic::Device, "Camera serial number", Text),
    ("drone-dji:ProductName", Topic::Device, "Drone", Text),
    ("drone-dji:DroneModel", Topic::Device, "Drone", Text),
    ("drone-dji:CaptureUUID", Topic::EditHistory, "Capture number", Text),
    ("drone-dji:PictureUUID", Topic::EditHistory, "Picture's unique number", Text),
    ("drone-dji:UTCAtExposure", Topic::Time, "Taken", Date),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_property_stands_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for (name, ..) in TABLE {
            assert!(seen.insert(*name), "{name}");
        }
    }
}
