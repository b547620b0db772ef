//! What the photos carry besides pixels, and noise for the pixels.

/// Numbers without a pattern, the same for the same seed.
pub(super) struct Noise(u64);

impl Noise {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// xorshift64; the low bits are the weaker ones.
    pub(super) fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 33
    }

    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 3);
        while bytes.len() < count {
            let [_, _, _, _, _, a, b, c] = self.number().to_be_bytes();
            bytes.extend([a, b, c]);
        }
        bytes.truncate(count);
        bytes
    }
}

/// Exif 2.3 § 4.5: a main directory that points to a body serial number and to a place.
pub(super) fn exif() -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08".to_vec();
    let entry = |tiff: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: u32| {
        tiff.extend(tag.to_be_bytes());
        tiff.extend(kind.to_be_bytes());
        tiff.extend(count.to_be_bytes());
        tiff.extend(value.to_be_bytes());
    };
    let (exif_at, gps_at, serial_at, latitude_at, longitude_at) = (38, 56, 110, 126, 150);
    tiff.extend(2u16.to_be_bytes());
    entry(&mut tiff, 0x8769, 4, 1, exif_at);
    entry(&mut tiff, 0x8825, 4, 1, gps_at);
    tiff.extend([0; 4]);
    tiff.extend(1u16.to_be_bytes());
    entry(&mut tiff, 0xA431, 2, 16, serial_at);
    tiff.extend([0; 4]);
    tiff.extend(4u16.to_be_bytes());
    entry(&mut tiff, 1, 2, 2, u32::from_be_bytes(*b"N\0\0\0"));
    entry(&mut tiff, 2, 5, 3, latitude_at);
    entry(&mut tiff, 3, 2, 2, u32::from_be_bytes(*b"E\0\0\0"));
    entry(&mut tiff, 4, 5, 3, longitude_at);
    tiff.extend([0; 4]);
    tiff.extend(b"SN-0123456789AB\0");
    for number in [52u32, 1, 31, 1, 1234, 100, 13, 1, 24, 1, 4321, 100] {
        tiff.extend(number.to_be_bytes());
    }
    tiff
}

/// An XMP packet as a photo program leaves it, with the padding that ISO 16684-1 § 7.3 advises.
pub(super) fn xmp() -> Vec<u8> {
    let steps: String = (0..12)
        .map(|step| {
            format!(
                "<rdf:li stEvt:action=\"saved\" stEvt:instanceID=\"xmp.iid:0f3c-{step:04}\" \
                 stEvt:when=\"2024-05-06T07:08:{step:02}+02:00\" stEvt:softwareAgent=\"Photo Program 7.{step}\"/>\n"
            )
        })
        .collect();
    let packet = format!(
        "<?xpacket begin=\"\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
         xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\" xmlns:stEvt=\"http://ns.adobe.com/xap/1.0/sType/ResourceEvent#\">\
         <dc:creator><rdf:Seq><rdf:li>Jane Doe</rdf:li></rdf:Seq></dc:creator><xmpMM:History><rdf:Seq>{steps}</rdf:Seq>\
         </xmpMM:History></rdf:Description></rdf:RDF></x:xmpmeta>\n"
    );
    let padding = format!("{}\n", " ".repeat(99)).repeat(20);
    [
        packet.as_bytes(),
        padding.as_bytes(),
        b"<?xpacket end=\"w\"?>",
    ]
    .concat()
}

/// A colour profile as phones write it: Display P3 with a description and a copyright, ICC.1:2022.
pub(super) fn profile() -> Vec<u8> {
    let xyz = |numbers: [u32; 3]| {
        [
            &b"XYZ \0\0\0\0"[..],
            &numbers.map(u32::to_be_bytes).concat(),
        ]
        .concat()
    };
    let text = |text: &str| {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let len = (wide.len() as u32).to_be_bytes();
        [
            &b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS"[..],
            &len,
            &28u32.to_be_bytes(),
            &wide,
        ]
        .concat()
    };
    let curve = b"para\0\0\0\0\0\0\0\0\0\x02\x33\x33".to_vec();
    let tags: [(&[u8; 4], Vec<u8>); 9] = [
        (b"desc", text("Display P3")),
        (b"cprt", text("Copyright Phone Maker Inc., 2022")),
        (b"wtpt", xyz([0xF6D5, 0x1_0000, 0xD32C])),
        (b"rXYZ", xyz([0x83DF, 0x3DBF, 0xFFFF_FFBB])),
        (b"gXYZ", xyz([0x4ABF, 0xB137, 0x0AB9])),
        (b"bXYZ", xyz([0x2838, 0x110B, 0xC8B9])),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    let mut profile =
        b"\0\0\0\0appl\x04\0\0\0mntrRGB XYZ \x07\xE6\0\x01\0\x01\0\0\0\0\0\0acspAPPL\0\0\0\0APPL"
            .to_vec();
    profile.resize(68, 0);
    profile.extend([0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D]);
    profile.resize(128, 0);
    profile.extend((tags.len() as u32).to_be_bytes());
    let mut at = 132 + tags.len() * 12;
    for (label, tag) in &tags {
        profile.extend(*label);
        profile.extend((at as u32).to_be_bytes());
        profile.extend((tag.len() as u32).to_be_bytes());
        at += tag.len();
    }
    profile.extend(tags.iter().flat_map(|(_, tag)| tag.clone()));
    let len = (profile.len() as u32).to_be_bytes();
    profile[..4].copy_from_slice(&len);
    profile
}
