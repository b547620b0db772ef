//! Codestreams and containers made in code, for the tests. Their coded sections are no picture; nothing here decodes.

use super::bits::BitString;
use super::profile;

/// A frame to be written.
#[derive(Clone)]
pub(crate) struct Sketch {
    /// 0 shown, 1 low frequencies, 2 for reference.
    pub(crate) kind: u32,
    pub(crate) name: &'static str,
    pub(crate) duration: u32,
    pub(crate) sections: &'static [u8],
}

pub(crate) fn sketch(sections: &'static [u8]) -> Sketch {
    Sketch {
        kind: 0,
        name: "",
        duration: 0,
        sections,
    }
}

/// A codestream to be written.
#[derive(Clone)]
pub(crate) struct Photo {
    pub(crate) size: (u32, u32),
    pub(crate) orientation: u32,
    pub(crate) preview: Option<Sketch>,
    pub(crate) is_animated: bool,
    pub(crate) timecode: Option<u32>,
    /// Type and name.
    pub(crate) channels: Vec<(u32, &'static str)>,
    pub(crate) profile: Option<Vec<u8>>,
    pub(crate) extension: u32,
    pub(crate) frames: Vec<Sketch>,
}

pub(crate) fn photo() -> Photo {
    Photo {
        size: (40, 30),
        orientation: 1,
        preview: None,
        is_animated: false,
        timecode: None,
        channels: Vec::new(),
        profile: None,
        extension: 0,
        frames: vec![sketch(b"coded picture")],
    }
}

fn name(out: &mut BitString, name: &str) {
    match name.len() {
        0 => out.push(0, 2),
        len if len < 16 => out.push(1 | (len as u32) << 2, 6),
        len => out.push(2 | (len as u32 - 16) << 2, 7),
    }
    for byte in name.bytes() {
        out.push(byte.into(), 8);
    }
}

impl Photo {
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut out = BitString::default();
        out.push(0x0A_FF, 16);
        let (width, height) = self.size;
        out.push(0, 1);
        out.push(3, 2);
        out.push(height - 1, 30);
        out.push(0, 3);
        out.push(3, 2);
        out.push(width - 1, 30);
        // Not all by default, and more fields.
        out.push(0b10, 2);
        out.push(self.orientation - 1, 3);
        out.push(0, 1);
        out.push(self.preview.is_some().into(), 1);
        if self.preview.is_some() {
            // 16 by 16 pixels.
            out.push(0, 1);
            out.push(0, 2);
            out.push(15, 6);
            out.push(1, 3);
        }
        out.push(self.is_animated.into(), 1);
        if self.is_animated {
            out.push(0, 6);
            out.push(self.timecode.is_some().into(), 1);
        }
        out.push(0, 3);
        out.push(1, 1);
        match self.channels.len() as u32 {
            count if count < 2 => out.push(count, 2),
            count => out.push(2 | (count - 2) << 2, 6),
        }
        for (kind, words) in &self.channels {
            out.push(0, 1);
            match *kind {
                kind if kind < 2 => out.push(kind, 2),
                kind => out.push(2 | (kind - 2) << 2, 6),
            }
            out.push(0, 5);
            name(&mut out, words);
            match kind {
                0 => out.push(0, 1),
                2 => (0..4).for_each(|_| out.push(0x3C00, 16)),
                _ => {}
            }
        }
        // XYB; the colours by default, or by a profile.
        out.push(1, 1);
        match &self.profile {
            None => out.push(1, 1),
            Some(_) => out.push(0b0010, 4),
        }
        out.push(1, 1);
        out.push(self.extension, 2);
        if self.extension == 1 {
            out.push(0, 4);
            out.push(0, 2);
        }
        out.push(1, 1);
        if let Some(profile) = &self.profile {
            out.append(&profile::write(profile));
        }
        out.pad();
        out.into_bytes()
    }

    fn frame(&self, sketch: &Sketch, is_last: bool) -> Vec<u8> {
        let mut out = BitString::default();
        let channels = self.channels.len();
        out.push(0, 1);
        out.push(sketch.kind, 2);
        out.push(0, 1);
        out.push(0, 2);
        out.push(0, 2);
        (0..channels).for_each(|_| out.push(0, 2));
        out.push(0b01_0010, 6);
        if sketch.kind != 2 {
            out.push(0, 2);
        }
        out.push(0, if sketch.kind == 1 { 2 } else { 1 });
        if sketch.kind == 0 {
            (0..=channels).for_each(|_| out.push(0, 2));
            if self.is_animated {
                out.push(2 | sketch.duration << 2, 10);
                self.timecode.iter().for_each(|code| out.push(*code, 32));
            }
            out.push(is_last.into(), 1);
        }
        let is_saved = sketch.kind != 1 && !is_last;
        if is_saved {
            out.push(1, 2);
            out.push(0, 1);
        }
        name(&mut out, sketch.name);
        out.push(1, 1);
        out.push(0, 2);
        // One section, in its place.
        out.push(0, 1);
        out.pad();
        let mut bytes = out.into_bytes();
        let mut size = BitString::default();
        size.push((sketch.sections.len() as u32) << 2, 12);
        bytes.extend(size.into_bytes());
        bytes.extend(sketch.sections);
        bytes
    }

    /// The bare codestream.
    pub(crate) fn build(&self) -> Vec<u8> {
        let mut file = self.head();
        if let Some(preview) = &self.preview {
            file.extend(self.frame(preview, true));
        }
        for (at, sketch) in self.frames.iter().enumerate() {
            file.extend(self.frame(sketch, at + 1 == self.frames.len()));
        }
        file
    }
}

/// A box.
pub(crate) fn bx(label: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes()[..], label, body].concat()
}

/// What every container begins with.
pub(crate) fn start() -> Vec<u8> {
    [
        super::boxes::SIGNATURE.to_vec(),
        bx(b"ftyp", b"jxl \0\0\0\0jxl "),
    ]
    .concat()
}

/// A piece of a codestream.
pub(crate) fn piece(number: u32, is_last: bool, body: &[u8]) -> Vec<u8> {
    let number = number | u32::from(is_last) << 31;
    bx(b"jxlp", &[&number.to_be_bytes(), body].concat())
}

/// A Brotli stream (RFC 7932 § 9.2) of one block that is stored as it is.
pub(crate) fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = BitString::default();
    // A window of 64 KiB; a block that is not the last; its length in four nibbles; stored.
    out.push(0, 1);
    out.push(0, 1);
    out.push(0, 2);
    out.push(bytes.len() as u32 - 1, 16);
    out.push(1, 1);
    out.pad();
    [&out.into_bytes(), bytes, &[0b11]].concat()
}
