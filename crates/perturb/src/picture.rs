//! A picture in memory.

use crate::Error;

/// An upright picture: red, green and blue of 8 bits each, row by row from the top left, as a viewer shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Picture {
    /// From `width * height * 3` bytes.
    ///
    /// # Errors
    /// [`Error::WrongLength`] when there are more or fewer, or no pixel at all.
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Result<Self, Error> {
        let bytes = u64::from(width) * u64::from(height) * 3;
        if bytes == 0 || u64::try_from(rgb.len()) != Ok(bytes) {
            return Err(Error::WrongLength {
                width,
                height,
                bytes: rgb.len(),
            });
        }
        Ok(Self { width, height, rgb })
    }

    /// Width in pixels.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// Three bytes a pixel.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The bytes alone.
    #[must_use]
    pub fn into_rgb(self) -> Vec<u8> {
        self.rgb
    }
}
