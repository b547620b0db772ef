//! How a picture that was found was encoded by whoever saved it last.

use metadata::Container;
use serde::Serialize;

use crate::jpeg_header::JpegHeader;

/// What a picture was encoded as after it was changed, or sent through a service that encodes everything anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Recompression {
    /// The container.
    pub container: Container,
    /// For a JPEG with the usual tables, the quality from 1 to 100 on the scale of the Independent JPEG Group that
    /// quantises brightness most like it. Other programs count in other ways.
    pub jpeg_quality: Option<u8>,
}

impl Recompression {
    pub(crate) fn of(bytes: &[u8], container: Container) -> Self {
        let header = JpegHeader::read(bytes).filter(|_| container == Container::Jpeg);
        Self {
            container,
            jpeg_quality: header.map(|header| header.quality()),
        }
    }

    /// As people say it: `JPEG at about quality 62 of 100`.
    #[must_use]
    pub fn in_words(self) -> String {
        let name = self.container.name();
        match self.jpeg_quality {
            Some(quality) => format!("{name} at about quality {quality} of 100"),
            None => name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quality_of_a_jpeg_is_told_and_of_nothing_else() {
        for quality in [1, 20, 50, 62, 75, 90, 99, 100] {
            let mut jpeg = Vec::new();
            // This encoder's default tables are not the usual ones.
            let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, quality);
            let usual = jpeg_encoder::QuantizationTableType::Default;
            encoder.set_quantization_tables(usual.clone(), usual);
            encoder
                .encode(&[9; 8 * 8 * 3], 8, 8, jpeg_encoder::ColorType::Rgb)
                .unwrap();
            let told = Recompression::of(&jpeg, Container::Jpeg);
            assert_eq!(told.jpeg_quality, Some(quality));
            assert_eq!(
                told.in_words(),
                format!("JPEG at about quality {quality} of 100")
            );
        }
        let png = Recompression::of(b"\x89PNG\r\n\x1a\n", Container::Png);
        assert_eq!((png.jpeg_quality, png.in_words().as_str()), (None, "PNG"));
    }
}
