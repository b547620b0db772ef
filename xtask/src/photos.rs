//! Photos for measuring: valid files of any size, full of noise, with what phones and programs put into them.

mod blocks;
mod bmp;
mod heic;
mod jpeg;
mod movie;
mod png;
mod tiff;
mod webp;

/// A kind of photo that is measured.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Under which such files are found; the first is the usual one.
    pub(crate) extensions: &'static [&'static str],
    /// A photo of about this many bytes, each number another one; `None` where only real ones are measured.
    pub(crate) photo: Option<fn(usize, u64) -> Vec<u8>>,
    /// How large phones make one of 12 megapixels, in bytes: HEVC needs half of what JPEG needs. For those made here.
    pub(crate) photo_bytes: usize,
    /// Whether its speed is promised.
    pub(crate) is_promised: bool,
    /// How many times faster than ExifTool we want to be, if we said so.
    pub(crate) ahead_of_exiftool: Option<f64>,
}

/// Those that are measured.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "JPEG",
        extensions: &["jpg", "jpeg"],
        photo: Some(jpeg::photo),
        photo_bytes: 4_000_000,
        is_promised: true,
        ahead_of_exiftool: Some(2.0),
    },
    Kind {
        name: "PNG",
        extensions: &["png"],
        photo: Some(png::photo),
        photo_bytes: 4_000_000,
        is_promised: true,
        ahead_of_exiftool: Some(50.0),
    },
    Kind {
        name: "WebP",
        extensions: &["webp"],
        photo: Some(webp::photo),
        photo_bytes: 4_000_000,
        is_promised: true,
        ahead_of_exiftool: None,
    },
    Kind {
        name: "HEIC",
        extensions: &["heic", "hif"],
        photo: Some(heic::photo),
        photo_bytes: 2_000_000,
        is_promised: true,
        ahead_of_exiftool: Some(5.0),
    },
    Kind {
        name: "AVIF",
        extensions: &["avif"],
        photo: None,
        photo_bytes: 4_000_000,
        is_promised: false,
        ahead_of_exiftool: None,
    },
    Kind {
        name: "JPEG XL",
        extensions: &["jxl"],
        photo: None,
        photo_bytes: 4_000_000,
        is_promised: false,
        ahead_of_exiftool: None,
    },
    Kind {
        name: "TIFF",
        extensions: &["tif", "tiff"],
        photo: Some(tiff::photo),
        photo_bytes: 4_000_000,
        is_promised: false,
        ahead_of_exiftool: None,
    },
    Kind {
        name: "BMP",
        extensions: &["bmp"],
        photo: Some(bmp::photo),
        photo_bytes: 4_000_000,
        is_promised: false,
        ahead_of_exiftool: None,
    },
    Kind {
        name: "video",
        extensions: &["mp4", "mov", "m4v"],
        photo: Some(movie::photo),
        photo_bytes: 4_000_000,
        is_promised: false,
        ahead_of_exiftool: None,
    },
];

/// A JPEG of about this many bytes: what most photos are.
pub(crate) fn jpeg(bytes: usize, seed: u64) -> Vec<u8> {
    jpeg::photo(bytes, seed)
}

/// A JPEG in colour of about so many megapixels.
pub(crate) fn colour_jpeg(megapixels: usize, seed: u64) -> Vec<u8> {
    jpeg::colour(megapixels, seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_about_what_was_asked_for() {
        for kind in KINDS {
            let Some(photo) = kind.photo else { continue };
            for bytes in [400_000, 4_000_000, 50_000_000] {
                let length = photo(bytes, 1).len();
                assert!(
                    length.abs_diff(bytes) < 150_000,
                    "{}: {length} for {bytes}",
                    kind.name
                );
            }
        }
    }

    #[test]
    fn equal_seeds_make_equal_photos_with_something_to_remove() {
        for photo in KINDS.iter().filter_map(|kind| kind.photo) {
            let file = photo(400_000, 3);
            assert!(file == photo(400_000, 3));
            assert!(file != photo(400_000, 5));
            assert!(file.windows(15).any(|window| window == b"SN-0123456789AB"));
        }
    }
}
