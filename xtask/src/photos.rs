//! Photos for measuring: valid files of any size, full of noise, with what phones and programs put into them.

mod blocks;
mod heic;
mod jpeg;
mod png;
mod webp;

/// A kind of photo that is measured.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Under which such files are found; the first is the usual one.
    pub(crate) extensions: &'static [&'static str],
    /// A photo of about this many bytes, each number another one.
    pub(crate) photo: fn(usize, u64) -> Vec<u8>,
    /// How many times faster than ExifTool we want to be, if we said so.
    pub(crate) ahead_of_exiftool: Option<f64>,
}

/// Those whose speed we promise.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "JPEG",
        extensions: &["jpg", "jpeg"],
        photo: jpeg::photo,
        ahead_of_exiftool: Some(2.0),
    },
    Kind {
        name: "PNG",
        extensions: &["png"],
        photo: png::photo,
        ahead_of_exiftool: Some(50.0),
    },
    Kind {
        name: "WebP",
        extensions: &["webp"],
        photo: webp::photo,
        ahead_of_exiftool: None,
    },
    Kind {
        name: "HEIC",
        extensions: &["heic", "hif"],
        photo: heic::photo,
        ahead_of_exiftool: Some(5.0),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_about_what_was_asked_for() {
        for kind in KINDS {
            for bytes in [400_000, 4_000_000, 50_000_000] {
                let length = (kind.photo)(bytes, 1).len();
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
        for Kind { photo, .. } in KINDS {
            let file = photo(400_000, 3);
            assert!(file == photo(400_000, 3));
            assert!(file != photo(400_000, 5));
            assert!(file.windows(15).any(|window| window == b"SN-0123456789AB"));
        }
    }
}
