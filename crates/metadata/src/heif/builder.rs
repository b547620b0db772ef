//! Makes HEIF files for the tests, good ones and broken ones.

use std::collections::BTreeMap;

/// A box: size, label, content.
pub(crate) fn bx(label: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = content.len() as u32 + 8;
    [&size.to_be_bytes()[..], label, content].concat()
}

/// A box with a version and flags.
pub(crate) fn full(label: &[u8; 4], version: u8, flags: u8, content: &[u8]) -> Vec<u8> {
    bx(label, &[&[version, 0, 0, flags][..], content].concat())
}

/// An item and its data.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: u32,
    pub(crate) label: [u8; 4],
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) hidden: bool,
    pub(crate) data: Data,
    /// Numbers of properties, and whether they are essential.
    pub(crate) properties: Vec<(u16, bool)>,
}

#[derive(Clone, Debug)]
pub(crate) enum Data {
    /// Pieces in `mdat`, each an extent.
    Mdat(Vec<Vec<u8>>),
    /// One piece in `idat`.
    Idat(Vec<u8>),
    /// The same bytes as another item in `mdat`.
    Same(u32),
    /// A stretch of the first item that this one refers to by `iloc`: offset and length.
    In(u64, u64),
    /// No location.
    Nowhere,
}

/// A file to be.
#[derive(Clone, Debug)]
pub(crate) struct Photo {
    pub(crate) ftyp: Vec<u8>,
    pub(crate) primary: u32,
    pub(crate) items: Vec<Item>,
    pub(crate) properties: Vec<Vec<u8>>,
    /// Label, from, to.
    pub(crate) references: Vec<([u8; 4], u32, Vec<u32>)>,
    /// Boxes in `grpl`.
    pub(crate) groups: Vec<Vec<u8>>,
    /// More boxes in `meta`.
    pub(crate) in_meta: Vec<u8>,
    pub(crate) before_mdat: Vec<u8>,
    pub(crate) after: Vec<u8>,
    /// Version of `iloc`, and sizes of its fields: offset, length, base, index.
    pub(crate) iloc: (u8, [u8; 4]),
    /// Whether the numbers of items have 32 bits, those of properties 15.
    pub(crate) wide_items: bool,
    pub(crate) wide_properties: bool,
    pub(crate) quick_time: bool,
    /// Whether `mdat` stands before `meta`, has a 64-bit size, or has size 0.
    pub(crate) mdat_first: bool,
    pub(crate) mdat_large: bool,
    pub(crate) mdat_open: bool,
    /// Bytes between the items' data.
    pub(crate) gap: Vec<u8>,
    /// What the base offset of every item is, where there is one.
    pub(crate) base: u64,
}

pub(crate) fn item(id: u32, label: &[u8; 4], data: &[u8]) -> Item {
    Item {
        id,
        label: *label,
        name: "",
        content_type: "",
        hidden: false,
        data: Data::Mdat(vec![data.to_vec()]),
        properties: Vec::new(),
    }
}

impl Photo {
    /// One HEVC picture of 64 × 48 with the number 1 and the properties 1 (hvcC) and 2 (ispe).
    pub(crate) fn new() -> Self {
        let mut picture = item(1, b"hvc1", &picture_data(1));
        picture.properties = vec![(1, true), (2, false)];
        Self {
            ftyp: bx(b"ftyp", b"heic\0\0\0\0mif1heic"),
            primary: 1,
            items: vec![picture],
            properties: vec![bx(b"hvcC", &hvcc(&[])), ispe(64, 48)],
            references: Vec::new(),
            groups: Vec::new(),
            in_meta: Vec::new(),
            before_mdat: Vec::new(),
            after: Vec::new(),
            iloc: (1, [4, 4, 0, 0]),
            wide_items: false,
            wide_properties: false,
            quick_time: false,
            mdat_first: false,
            mdat_large: false,
            mdat_open: false,
            gap: Vec::new(),
            base: 0,
        }
    }

    /// Adds a property and returns its number.
    pub(crate) fn property(&mut self, property: Vec<u8>) -> u16 {
        self.properties.push(property);
        self.properties.len() as u16
    }

    fn id(&self, id: u32) -> Vec<u8> {
        if self.wide_items {
            id.to_be_bytes().to_vec()
        } else {
            (id as u16).to_be_bytes().to_vec()
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
        let content: Vec<u8> = self.mdat().0;
        let mdat = if self.mdat_large {
            let size = content.len() as u64 + 16;
            [&[0, 0, 0, 1][..], b"mdat", &size.to_be_bytes(), &content].concat()
        } else if self.mdat_open {
            [&[0; 4][..], b"mdat", &content].concat()
        } else {
            bx(b"mdat", &content)
        };
        let header = mdat.len() - content.len();
        let meta = self.meta(mdat_at);
        let mut file = self.ftyp.clone();
        let at;
        if self.mdat_first {
            at = file.len() + header;
            file.extend([mdat, meta, self.before_mdat.clone()].concat());
        } else {
            file.extend([meta, self.before_mdat.clone()].concat());
            at = file.len() + header;
            file.extend(mdat);
        }
        file.extend(&self.after);
        (file, at)
    }

    /// The content of `mdat`, and of each piece the item, offset and length.
    fn mdat(&self) -> (Vec<u8>, Vec<(u32, usize, usize)>) {
        let mut content = Vec::new();
        let mut places = Vec::new();
        for item in &self.items {
            if let Data::Mdat(pieces) = &item.data {
                for piece in pieces {
                    content.extend(&self.gap);
                    places.push((item.id, content.len(), piece.len()));
                    content.extend(piece);
                }
            }
        }
        (content, places)
    }

    fn meta(&self, mdat_at: usize) -> Vec<u8> {
        let hdlr = full(
            b"hdlr",
            0,
            0,
            b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0Jane's app\0",
        );
        let pitm = full(
            b"pitm",
            u8::from(self.wide_items),
            0,
            &self.id(self.primary),
        );
        let infe = self.items.iter().map(|item| {
            let version = if self.wide_items { 3 } else { 2 };
            let mut entry = self.id(item.id);
            entry.extend([0, 0]);
            entry.extend(item.label);
            entry.extend(item.name.as_bytes());
            entry.push(0);
            if !item.content_type.is_empty() {
                entry.extend(item.content_type.as_bytes());
                entry.push(0);
            }
            full(b"infe", version, u8::from(item.hidden), &entry)
        });
        let count = self.items.len() as u16;
        let iinf = full(
            b"iinf",
            0,
            0,
            &[&count.to_be_bytes()[..], &infe.collect::<Vec<_>>().concat()].concat(),
        );
        let mut content = [hdlr, pitm, iinf].concat();
        if !self.references.is_empty() {
            let each = self.references.iter().map(|(label, from, to)| {
                let to_ids: Vec<u8> = to.iter().flat_map(|id| self.id(*id)).collect();
                let count = (to.len() as u16).to_be_bytes();
                bx(label, &[&self.id(*from)[..], &count, &to_ids].concat())
            });
            content.extend(full(
                b"iref",
                u8::from(self.wide_items),
                0,
                &each.collect::<Vec<_>>().concat(),
            ));
        }
        let ipco = bx(b"ipco", &self.properties.concat());
        content.extend(bx(b"iprp", &[ipco, self.ipma()].concat()));
        if !self.groups.is_empty() {
            content.extend(bx(b"grpl", &self.groups.concat()));
        }
        let idat: Vec<u8> = self.idat().concat();
        if !idat.is_empty() {
            content.extend(bx(b"idat", &idat));
        }
        content.extend(self.locations(mdat_at));
        content.extend(&self.in_meta);
        if self.quick_time {
            bx(b"meta", &content)
        } else {
            full(b"meta", 0, 0, &content)
        }
    }

    fn idat(&self) -> Vec<Vec<u8>> {
        let pieces = self.items.iter().filter_map(|item| match &item.data {
            Data::Idat(piece) => Some(piece.clone()),
            _ => None,
        });
        pieces.collect()
    }

    fn ipma(&self) -> Vec<u8> {
        let described = || self.items.iter().filter(|item| !item.properties.is_empty());
        let mut content = (described().count() as u32).to_be_bytes().to_vec();
        for item in described() {
            content.extend(self.id(item.id));
            content.push(item.properties.len() as u8);
            for (number, essential) in &item.properties {
                if self.wide_properties {
                    content.extend((number | u16::from(*essential) << 15).to_be_bytes());
                } else {
                    content.push(*number as u8 | u8::from(*essential) << 7);
                }
            }
        }
        full(
            b"ipma",
            u8::from(self.wide_items),
            u8::from(self.wide_properties),
            &content,
        )
    }

    fn locations(&self, mdat_at: usize) -> Vec<u8> {
        let (version, [offset_size, length_size, base_size, index_size]) = self.iloc;
        let mut places: BTreeMap<u32, Vec<(u64, u64)>> = BTreeMap::new();
        for (id, at, len) in self.mdat().1 {
            places
                .entry(id)
                .or_default()
                .push(((mdat_at + at) as u64, len as u64));
        }
        let number = |value: u64, size: u8| value.to_be_bytes()[8 - usize::from(size)..].to_vec();
        let id = |id: u32| {
            if version < 2 {
                number(id.into(), 2)
            } else {
                number(id.into(), 4)
            }
        };
        let located: Vec<&Item> = self
            .items
            .iter()
            .filter(|item| !matches!(item.data, Data::Nowhere))
            .collect();
        let mut content = vec![offset_size << 4 | length_size, base_size << 4 | index_size];
        content.extend(id(located.len() as u32));
        let mut idat_at = 0;
        for item in located {
            content.extend(id(item.id));
            let of = if let Data::Same(other) = item.data {
                other
            } else {
                item.id
            };
            let (method, extents) = match &item.data {
                Data::Idat(piece) => {
                    idat_at += piece.len() as u64;
                    (1, vec![(idat_at - piece.len() as u64, piece.len() as u64)])
                }
                Data::In(offset, length) => (2, vec![(*offset, *length)]),
                _ => (0, places[&of].clone()),
            };
            let mut base = if base_size > 0 && method == 0 {
                self.base
            } else {
                0
            };
            if offset_size == 0 {
                base = extents[0].0;
            }
            if version > 0 {
                content.extend([0, method]);
            }
            content.extend([0, 0]);
            content.extend(number(base, base_size));
            content.extend((extents.len() as u16).to_be_bytes());
            for (offset, length) in extents {
                content.extend(number(1, if version > 0 { index_size } else { 0 }));
                content.extend(number(offset.saturating_sub(base), offset_size));
                content.extend(number(length, length_size));
            }
        }
        full(b"iloc", version, 0, &content)
    }
}

/// A length and a NAL unit of this type.
pub(crate) fn nal(kind: u8, payload: &[u8]) -> Vec<u8> {
    let len = payload.len() as u32 + 2;
    [&len.to_be_bytes()[..], &[kind << 1, 1], payload].concat()
}

/// A coded picture that is told from others by its number.
pub(crate) fn picture_data(number: u8) -> Vec<u8> {
    nal(19, &[number, 0xAA, 0xBB, 0xCC, number])
}

/// A message to a decoder.
pub(crate) fn sei(kind: u8, payload: &[u8]) -> Vec<u8> {
    nal(
        39,
        &[&[kind, payload.len() as u8][..], payload, &[0x80]].concat(),
    )
}

/// The content of `hvcC` with lengths of four bytes, a parameter set, and more arrays.
pub(crate) fn hvcc(arrays: &[Vec<u8>]) -> Vec<u8> {
    let mut content = vec![1; 21];
    content.push(0xFF);
    content.push(arrays.len() as u8 + 1);
    content.extend(array(33, b"sps"));
    content.extend(arrays.concat());
    content
}

/// An array of one unit in `hvcC`.
pub(crate) fn array(kind: u8, payload: &[u8]) -> Vec<u8> {
    let unit = [&[kind << 1, 1][..], payload].concat();
    let len = (unit.len() as u16).to_be_bytes();
    [&[kind][..], &[0, 1], &len, &unit].concat()
}

/// An open bitstream unit with its size.
pub(crate) fn obu(kind: u8, payload: &[u8]) -> Vec<u8> {
    [&[kind << 3 | 0b10, payload.len() as u8][..], payload].concat()
}

pub(crate) fn ispe(width: u32, height: u32) -> Vec<u8> {
    full(
        b"ispe",
        0,
        0,
        &[width.to_be_bytes(), height.to_be_bytes()].concat(),
    )
}

/// A rule for a grid of this many rows and columns.
pub(crate) fn grid(rows: u8, columns: u8, width: u16, height: u16) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [&[0, 0, rows - 1, columns - 1][..], &size].concat()
}

/// A group of items.
pub(crate) fn group(label: &[u8; 4], members: &[u32]) -> Vec<u8> {
    let ids: Vec<u8> = members.iter().flat_map(|id| id.to_be_bytes()).collect();
    let count = (members.len() as u32).to_be_bytes();
    full(
        label,
        0,
        0,
        &[&99_u32.to_be_bytes()[..], &count, &ids].concat(),
    )
}
