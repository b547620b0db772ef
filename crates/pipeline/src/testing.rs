//! Photos made in code, for the tests of this crate.

/// One black pixel, and a comment that a clean copy has not.
pub(crate) fn gif_with_comment() -> Vec<u8> {
    let mut gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF".to_vec();
    gif.extend(b"\x21\xFE\x10taken by J. Doe!\0");
    gif.extend(b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3B");
    gif
}
