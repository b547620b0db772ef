//! The numbers of HDR gain maps, in the forms in which makers write them, read from what a file says and written anew:
//! Ultra HDR's XMP, Apple's XMP with two numbers in the maker's block of Exif, and the binary form of ISO 21496-1. Only
//! numbers pass; texts, dates and names have no way through. Where the map itself stands is each container's business.

pub(crate) mod apple;
pub(crate) mod iso;
pub(crate) mod ultra_hdr;
mod xmp;
