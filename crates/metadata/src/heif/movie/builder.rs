//! Makes videos for the tests, good ones and broken ones.

use crate::heif::builder::{bx, full};

/// A track and its samples.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    pub(crate) number: u32,
    pub(crate) handler: [u8; 4],
    pub(crate) is_enabled: bool,
    pub(crate) group: u16,
    pub(crate) entry: Vec<u8>,
    /// Chunks of samples.
    pub(crate) chunks: Vec<Vec<Vec<u8>>>,
    /// Label, and to which tracks.
    pub(crate) references: Vec<([u8; 4], Vec<u32>)>,
    pub(crate) matrix: [i32; 9],
    pub(crate) in_trak: Vec<u8>,
    pub(crate) in_stbl: Vec<u8>,
    /// Content of `dref` behind version and flags; by default one reference to this file.
    pub(crate) references_to_data: Vec<u8>,
    pub(crate) sizes: Sizes,
}

/// How the sizes of samples are written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sizes {
    Each,
    /// All samples have the size of the first.
    Same,
    /// `stz2` with this many bits.
    Compact(u8),
}

/// A video to be.
#[derive(Clone, Debug)]
pub(crate) struct Film {
    pub(crate) ftyp: Vec<u8>,
    pub(crate) tracks: Vec<Track>,
    pub(crate) in_moov: Vec<u8>,
    pub(crate) before_mdat: Vec<u8>,
    pub(crate) after: Vec<u8>,
    /// Bytes before each chunk.
    pub(crate) gap: Vec<u8>,
    pub(crate) moov_first: bool,
    pub(crate) mdat_large: bool,
    /// Whether `mdat` has no size; it is the last box then.
    pub(crate) mdat_open: bool,
    pub(crate) wide_offsets: bool,
    /// Whether headers have the wider times of version 1.
    pub(crate) wide_times: bool,
    pub(crate) quick_time: bool,
    pub(crate) date: u32,
}

pub(crate) const UPRIGHT: [i32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// A length and a unit.
pub(crate) fn nal(kind: u8, payload: &[u8]) -> Vec<u8> {
    let len = payload.len() as u32 + 1;
    [&len.to_be_bytes()[..], &[kind], payload].concat()
}

/// A coded frame that is told from others by its number.
pub(crate) fn frame(number: u8) -> Vec<u8> {
    nal(0x65, &[number, 0xAA, 0xBB, 0xCC, number])
}

/// A unit with one message.
pub(crate) fn sei(kind: u8, payload: &[u8]) -> Vec<u8> {
    nal(
        6,
        &[&[kind, payload.len() as u8][..], payload, &[0x80]].concat(),
    )
}

pub(crate) fn avcc() -> Vec<u8> {
    bx(
        b"avcC",
        b"\x01\x42\x00\x1E\xFF\xE1\0\x04\x67\x42\x00\x1E\x01\0\x04\x68\xCE\x3C\x80",
    )
}

/// A video sample entry of 64 × 48 with a compressor's name, and these boxes.
pub(crate) fn visual(label: &[u8; 4], boxes: &[u8]) -> Vec<u8> {
    let mut fields = vec![0; 6];
    fields.extend([0, 1]);
    fields.extend([0; 4]);
    fields.extend(b"jane");
    fields.extend([0; 8]);
    fields.extend([0, 64, 0, 48, 0, 72, 0, 0, 0, 72, 0, 0]);
    fields.extend([0, 0, 0, 0, 0, 1]);
    let mut name = b"\x0FJane's encoder!".to_vec();
    name.resize(32, 0);
    fields.extend(name);
    fields.extend([0, 24, 0xFF, 0xFF]);
    bx(label, &[&fields[..], boxes].concat())
}

/// A sound sample entry.
pub(crate) fn audio(label: &[u8; 4], boxes: &[u8]) -> Vec<u8> {
    let mut fields = vec![0; 6];
    fields.extend([0, 1]);
    fields.extend([0; 4]);
    fields.extend(b"jane");
    fields.extend([0, 2, 0, 16, 0, 0, 0, 0, 0xAC, 0x44, 0, 0]);
    bx(label, &[&fields[..], boxes].concat())
}

pub(crate) fn esds() -> Vec<u8> {
    full(
        b"esds",
        0,
        0,
        b"\x03\x19\0\x01\0\x04\x11\x40\x15\0\0\0\0\0\0\0\0\0\0\0\x05\x02\x12\x10\x06\x01\x02",
    )
}

pub(crate) fn track(number: u32, handler: &[u8; 4], entry: Vec<u8>) -> Track {
    Track {
        number,
        handler: *handler,
        is_enabled: true,
        group: 0,
        entry,
        chunks: Vec::new(),
        references: Vec::new(),
        matrix: UPRIGHT,
        in_trak: Vec::new(),
        in_stbl: Vec::new(),
        references_to_data: b"\0\0\0\x01\0\0\0\x0Curl \0\0\0\x01".to_vec(),
        sizes: Sizes::Each,
    }
}

/// A video of two chunks with two frames each.
pub(crate) fn video(number: u32) -> Track {
    let mut video = track(number, b"vide", visual(b"avc1", &avcc()));
    video.chunks = vec![vec![frame(1), frame(2)], vec![frame(3), frame(4)]];
    video
}

/// A sound of two chunks.
pub(crate) fn sound(number: u32) -> Track {
    let mut sound = track(number, b"soun", audio(b"mp4a", &esds()));
    sound.chunks = vec![
        vec![b"sound".to_vec(), b"of".to_vec()],
        vec![b"a voice".to_vec()],
    ];
    sound
}

impl Film {
    /// A video with a sound.
    pub(crate) fn new() -> Self {
        Self {
            ftyp: bx(b"ftyp", b"isom\0\0\x02\0isommp42"),
            tracks: vec![video(1), sound(2)],
            in_moov: Vec::new(),
            before_mdat: Vec::new(),
            after: Vec::new(),
            gap: Vec::new(),
            moov_first: false,
            mdat_large: false,
            mdat_open: false,
            wide_offsets: false,
            wide_times: false,
            quick_time: false,
            date: 0,
        }
    }

    /// The file.
    pub(crate) fn build(&self) -> Vec<u8> {
        // Where things stand depends on how long the tables are, which does not depend on where things stand.
        let first = self.assemble(0).1;
        self.assemble(first).0
    }

    /// The file with `mdat`'s content at an offset, and the offset at which that content came to stand.
    fn assemble(&self, mdat_at: usize) -> (Vec<u8>, usize) {
        let (content, _) = self.data();
        let mdat = if self.mdat_large {
            let size = content.len() as u64 + 16;
            [&[0, 0, 0, 1][..], b"mdat", &size.to_be_bytes(), &content].concat()
        } else if self.mdat_open {
            [&[0; 4][..], b"mdat", &content].concat()
        } else {
            bx(b"mdat", &content)
        };
        let header = mdat.len() - content.len();
        let moov = self.moov(mdat_at);
        let mut file = self.ftyp.clone();
        if self.moov_first {
            file.extend(&moov);
        }
        file.extend(&self.before_mdat);
        let at = file.len() + header;
        file.extend(mdat);
        if !self.moov_first {
            file.extend(&moov);
        }
        file.extend(&self.after);
        (file, at)
    }

    /// The content of `mdat`, chunks of the tracks in turn; and where each chunk of each track begins.
    pub(crate) fn data(&self) -> (Vec<u8>, Vec<Vec<usize>>) {
        let mut content = Vec::new();
        let mut places = vec![Vec::new(); self.tracks.len()];
        let most = self.tracks.iter().map(|track| track.chunks.len()).max();
        for turn in 0..most.unwrap_or(0) {
            for (track, places) in self.tracks.iter().zip(&mut places) {
                if let Some(chunk) = track.chunks.get(turn) {
                    content.extend(&self.gap);
                    places.push(content.len());
                    content.extend(chunk.concat());
                }
            }
        }
        (content, places)
    }

    fn times(&self) -> Vec<u8> {
        let date = self.date.to_be_bytes();
        if self.wide_times {
            [&[0; 4], &date[..], &[0; 4], &date].concat()
        } else {
            [date, date].concat()
        }
    }

    fn duration(&self, units: u32) -> Vec<u8> {
        let wide = [&[0; 4], &units.to_be_bytes()[..]].concat();
        wide[if self.wide_times { 0 } else { 4 }..].to_vec()
    }

    fn header(&self, label: &[u8; 4], flags: u8, content: &[u8]) -> Vec<u8> {
        full(label, u8::from(self.wide_times), flags, content)
    }

    pub(crate) fn moov(&self, mdat_at: usize) -> Vec<u8> {
        let mvhd = [
            &self.times()[..],
            &600_u32.to_be_bytes(),
            &self.duration(1_740),
            &[0, 1, 0, 0, 1, 0],
            &[0; 10],
            &matrix(UPRIGHT),
            // QuickTime's preview and selection.
            &[7; 24],
            &99_u32.to_be_bytes(),
        ];
        let mut content = self.header(b"mvhd", 0, &mvhd.concat());
        let (_, places) = self.data();
        for (track, places) in self.tracks.iter().zip(places) {
            content.extend(self.trak(track, &places, mdat_at));
        }
        content.extend(&self.in_moov);
        bx(b"moov", &content)
    }

    fn trak(&self, track: &Track, places: &[usize], mdat_at: usize) -> Vec<u8> {
        let tkhd = [
            &self.times()[..],
            &track.number.to_be_bytes(),
            &[0; 4],
            &self.duration(1_740),
            &[0; 8],
            &[0, 0],
            &track.group.to_be_bytes(),
            &[1, 0, 0, 0],
            &matrix(track.matrix),
            &[0, 64, 0, 0, 0, 48, 0, 0],
        ];
        let flags = 2 | u8::from(track.is_enabled);
        let mut content = self.header(b"tkhd", flags, &tkhd.concat());
        content.extend(bx(
            b"edts",
            &full(b"elst", 0, 0, b"\0\0\0\x01\0\0\x06\xCC\0\0\0\0\0\x01\0\0"),
        ));
        if !track.references.is_empty() {
            let each = track.references.iter().map(|(label, to)| {
                let to: Vec<u8> = to.iter().flat_map(|number| number.to_be_bytes()).collect();
                bx(label, &to)
            });
            content.extend(bx(b"tref", &each.collect::<Vec<_>>().concat()));
        }
        content.extend(self.mdia(track, places, mdat_at));
        content.extend(&track.in_trak);
        bx(b"trak", &content)
    }

    fn mdia(&self, track: &Track, places: &[usize], mdat_at: usize) -> Vec<u8> {
        let mdhd = [
            &self.times()[..],
            &600_u32.to_be_bytes(),
            &self.duration(1_740),
            // English.
            &[0x15, 0xC7, 0, 0],
        ];
        let component: &[u8] = if self.quick_time { b"mhlr" } else { &[0; 4] };
        let name: &[u8] = if self.quick_time {
            b"\x0EJane's handler"
        } else {
            b"Jane's handler\0"
        };
        let hdlr = [component, &track.handler, b"jane", &[0; 8], name].concat();
        let mut content = [
            self.header(b"mdhd", 0, &mdhd.concat()),
            full(b"hdlr", 0, 0, &hdlr),
        ]
        .concat();
        let media = match &track.handler {
            b"soun" => full(b"smhd", 0, 0, &[0; 4]),
            b"vide" | b"pict" | b"auxv" => full(b"vmhd", 0, 1, &[0; 8]),
            _ => full(b"nmhd", 0, 0, &[]),
        };
        let dinf = bx(b"dinf", &full(b"dref", 0, 0, &track.references_to_data));
        let stbl = self.stbl(track, places, mdat_at);
        content.extend(bx(b"minf", &[media, dinf, stbl].concat()));
        bx(b"mdia", &content)
    }

    fn stbl(&self, track: &Track, places: &[usize], mdat_at: usize) -> Vec<u8> {
        let word = |number: usize| (number as u32).to_be_bytes();
        let samples: Vec<&Vec<u8>> = track.chunks.iter().flatten().collect();
        let count = word(samples.len());
        let entries = [&word(1)[..], &track.entry].concat();
        let timing = [&word(1)[..], &count, &word(10)].concat();
        let runs = track.chunks.iter().enumerate();
        let runs = runs.flat_map(|(at, chunk)| [word(at + 1), word(chunk.len()), word(1)].concat());
        let runs = [&word(places.len())[..], &runs.collect::<Vec<_>>()].concat();
        let sizes = match track.sizes {
            Sizes::Each => {
                let each = samples.iter().flat_map(|sample| word(sample.len()));
                let content = [&word(0)[..], &count, &each.collect::<Vec<_>>()].concat();
                full(b"stsz", 0, 0, &content)
            }
            Sizes::Same => {
                let size = word(samples[0].len());
                full(b"stsz", 0, 0, &[size, count].concat())
            }
            Sizes::Compact(bits) => {
                let each: Vec<u8> = match bits {
                    4 => samples
                        .chunks(2)
                        .map(|pair| (pair[0].len() << 4 | pair.get(1).map_or(0, |s| s.len())) as u8)
                        .collect(),
                    8 => samples.iter().map(|sample| sample.len() as u8).collect(),
                    _ => samples
                        .iter()
                        .flat_map(|sample| (sample.len() as u16).to_be_bytes())
                        .collect(),
                };
                full(
                    b"stz2",
                    0,
                    0,
                    &[&[0, 0, 0, bits][..], &count, &each].concat(),
                )
            }
        };
        let offsets = places.iter().map(|place| mdat_at + place);
        let offsets = if self.wide_offsets {
            let each = offsets.flat_map(|offset| (offset as u64).to_be_bytes());
            full(
                b"co64",
                0,
                0,
                &[&word(places.len())[..], &each.collect::<Vec<_>>()].concat(),
            )
        } else {
            let each = offsets.flat_map(word);
            full(
                b"stco",
                0,
                0,
                &[&word(places.len())[..], &each.collect::<Vec<_>>()].concat(),
            )
        };
        let tables = [
            full(b"stsd", 0, 0, &entries),
            full(b"stts", 0, 0, &timing),
            full(b"stsc", 0, 0, &runs),
            sizes,
            offsets,
            track.in_stbl.clone(),
        ];
        bx(b"stbl", &tables.concat())
    }
}

fn matrix(numbers: [i32; 9]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}
