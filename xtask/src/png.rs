//! A picture of the invisible screen: Xvfb's frame buffer, an XWD file, as PNG.

/// 8-bit red, green and blue, row by row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) rgb: Vec<u8>,
}

impl Picture {
    /// Reads an XWD file of 32 bits a pixel as Xvfb writes it, `None` if it is anything else.
    pub(crate) fn from_xwd(file: &[u8]) -> Option<Self> {
        // X11/XWDFile.h: 32-bit big-endian fields; blue comes first in a pixel of a little-endian screen.
        let field = |index: usize| -> Option<usize> {
            let bytes = file.get(index * 4..index * 4 + 4)?;
            usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()
        };
        let (header_size, width, height) = (field(0)?, field(4)?, field(5)?);
        let (bits_per_pixel, bytes_per_line, colours) = (field(11)?, field(12)?, field(19)?);
        if bits_per_pixel != 32 {
            return None;
        }
        let start = header_size + colours * 12;
        let mut rgb = Vec::with_capacity(width * height * 3);
        for row in 0..height {
            let line = file.get(start + row * bytes_per_line..)?.get(..width * 4)?;
            rgb.extend(
                line.chunks_exact(4)
                    .flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]),
            );
        }
        Some(Self { width, height, rgb })
    }

    /// Whether there is more than a few flat areas in it, as there is once a page has been painted.
    pub(crate) fn is_painted(&self) -> bool {
        let colours: std::collections::BTreeSet<_> = self.rgb.chunks_exact(3).step_by(7).collect();
        colours.len() > 16
    }

    /// PNG with stored, that is uncompressed, blocks: larger than need be, but a page of code instead of a library.
    pub(crate) fn to_png(&self) -> Vec<u8> {
        let mut rows = Vec::with_capacity(self.rgb.len() + self.height);
        for row in self.rgb.chunks_exact(self.width * 3) {
            rows.push(0); // filter type None
            rows.extend_from_slice(row);
        }
        let mut header = Vec::new();
        header.extend((self.width as u32).to_be_bytes());
        header.extend((self.height as u32).to_be_bytes());
        header.extend([8, 2, 0, 0, 0]); // 8 bits, RGB, deflate, adaptive filters, no interlace

        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        chunk(&mut png, *b"IHDR", &header);
        chunk(&mut png, *b"IDAT", &stored(&rows));
        chunk(&mut png, *b"IEND", &[]);
        png
    }
}

/// PNG § 5.3: length, type, data, CRC of type and data.
pub(crate) fn chunk(png: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    png.extend((data.len() as u32).to_be_bytes());
    let start = png.len();
    png.extend(name);
    png.extend(data);
    let crc = crc32(&png[start..]);
    png.extend(crc.to_be_bytes());
}

/// RFC 1950 around RFC 1951 § 3.2.4 blocks.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut zlib = vec![0x78, 0x01];
    let mut blocks = data.chunks(0xFFFF).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        zlib.push(u8::from(blocks.peek().is_none()));
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend(block);
    }
    zlib.extend(adler32(data).to_be_bytes());
    zlib
}

fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

pub(crate) fn adler32(data: &[u8]) -> u32 {
    let (a, b) = data.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    b << 16 | a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }

    #[test]
    fn a_screen_becomes_a_picture() {
        let mut fields = [0u32; 25];
        (
            fields[0], fields[4], fields[5], fields[11], fields[12], fields[19],
        ) = (100, 2, 1, 32, 8, 1);
        let mut xwd: Vec<u8> = fields
            .iter()
            .flat_map(|field| field.to_be_bytes())
            .collect();
        xwd.extend([0; 12]); // one entry of the colour map
        xwd.extend([3, 2, 1, 0, 6, 5, 4, 0]); // blue, green, red, padding
        let picture = Picture::from_xwd(&xwd).unwrap();
        assert_eq!(
            picture,
            Picture {
                width: 2,
                height: 1,
                rgb: vec![1, 2, 3, 4, 5, 6]
            }
        );
        assert_eq!(Picture::from_xwd(&xwd[..xwd.len() - 1]), None, "truncated");
        assert!(!picture.is_painted());
    }

    #[test]
    fn a_png_is_stored_rows_between_checked_chunks() {
        let png = Picture {
            width: 1,
            height: 1,
            rgb: vec![1, 2, 3],
        }
        .to_png();
        assert_eq!(&png[..16], b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
        let stored = [0x78, 1, 1, 4, 0, 0xFB, 0xFF, 0, 1, 2, 3];
        assert!(png.windows(stored.len()).any(|window| window == stored));
        assert_eq!(&png[png.len() - 12..], b"\0\0\0\0IEND\xaeB`\x82");
    }
}
