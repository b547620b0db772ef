use super::header::{CORE, INFO, OS2, OS2_SHORT, V2, V3, V4, V5, space};
use super::*;
use crate::png::properties::{clean, clean_with, corrupt, cut_anywhere, kinds, told, walk};
use crate::{Policy, icc};

/// A BMP to be written.
#[derive(Clone)]
struct Photo {
    form: usize,
    size: (i32, i32),
    depth: u16,
    compression: u32,
    used: u32,
    /// What stands in the header from byte 40 on.
    tail: Vec<u8>,
    masks: Vec<u8>,
    colours: Vec<u8>,
    gap: Vec<u8>,
    pixels: Vec<u8>,
    after: Vec<u8>,
    reserved: [u8; 4],
}

/// Three by two pixels of 24 bits: nine bytes and three of padding in a row.
fn photo() -> Photo {
    Photo {
        form: INFO,
        size: (3, 2),
        depth: 24,
        compression: 0,
        used: 0,
        tail: Vec::new(),
        masks: Vec::new(),
        colours: Vec::new(),
        gap: Vec::new(),
        pixels: b"abcdefghi\0\0\0jklmnopqr\0\0\0".to_vec(),
        after: Vec::new(),
        reserved: [0; 4],
    }
}

impl Photo {
    fn build(&self) -> Vec<u8> {
        let mut header = (self.form as u32).to_le_bytes().to_vec();
        if self.form == CORE {
            header.extend((self.size.0 as u16).to_le_bytes());
            header.extend((self.size.1 as u16).to_le_bytes());
        } else {
            header.extend(self.size.0.to_le_bytes());
            header.extend(self.size.1.to_le_bytes());
        }
        header.extend(1_u16.to_le_bytes());
        header.extend(self.depth.to_le_bytes());
        header.extend(self.compression.to_le_bytes());
        header.extend((self.pixels.len() as u32).to_le_bytes());
        header.extend([0x13, 0x0B, 0, 0, 0x13, 0x0B, 0, 0]);
        header.extend(self.used.to_le_bytes());
        header.extend([0; 4]);
        header.extend(&self.tail);
        header.resize(self.form, 0);
        let before = [
            header,
            self.masks.clone(),
            self.colours.clone(),
            self.gap.clone(),
        ]
        .concat();
        let from = before.len() as u32 + 14;
        let len = from + self.pixels.len() as u32 + self.after.len() as u32;
        [
            b"BM",
            &len.to_le_bytes()[..],
            &self.reserved,
            &from.to_le_bytes(),
            &before,
            &self.pixels,
            &self.after,
        ]
        .concat()
    }
}

/// Five by two pixels of 4 bits, with one of everything that goes.
fn everything() -> Photo {
    Photo {
        depth: 4,
        size: (5, -2),
        used: 2,
        colours: b"bgrJbgra".to_vec(),
        gap: b"between".to_vec(),
        pixels: b"\x01\x10\x1Fn\x10\x01\x0Fe".to_vec(),
        after: b"behind the picture".to_vec(),
        reserved: *b"Jane",
        ..photo()
    }
}

fn nothing_else() -> Photo {
    Photo {
        colours: b"bgr\0bgr\0".to_vec(),
        pixels: b"\x01\x10\x10\0\x10\x01\0\0".to_vec(),
        gap: Vec::new(),
        after: Vec::new(),
        reserved: [0; 4],
        ..everything()
    }
}

/// A header of the longest form, with a profile behind the pixels.
fn with_profile(space: [u8; 4], profile: &[u8]) -> Photo {
    let base = photo();
    let mut tail = vec![0_u8; V5 - INFO];
    tail[16..20].copy_from_slice(&space);
    tail[20..60].fill(7);
    tail[68] = 4;
    let from = (V5 + base.pixels.len()) as u32;
    tail[72..76].copy_from_slice(&from.to_le_bytes());
    tail[76..80].copy_from_slice(&(profile.len() as u32).to_le_bytes());
    tail[80..84].copy_from_slice(b"rsvd");
    Photo {
        form: V5,
        tail,
        after: profile.to_vec(),
        ..base
    }
}

#[test]
fn finds_all() {
    use Kind::*;
    assert_eq!(
        kinds(&Bmp, &everything().build()),
        [
            Structure, Structure, Structure, Filler, Pixels, Structure, Pixels, Structure, Trailer
        ]
    );
    let told = told(&Bmp, &everything().build()).join("\n");
    for value in [
        "Trailer([98, 101, 104",
        r#"Unknown { name: "bytes between the parts""#,
        r#"name: "unused bytes of the header", bytes: [74, 97, 110, 101"#,
        r#"name: "unused bytes of the colours", bytes: [74, 97]"#,
        r#"name: "unused bytes of the rows", bytes: [15, 110, 15, 101]"#,
    ] {
        assert!(told.contains(value), "{value} in {told}");
    }
    let file = with_profile(space::LINKED, b"C:\\Users\\Jane\\screen.icm\0").build();
    assert_eq!(kinds(&Bmp, &file).last(), Some(&Text));
    let report = crate::inspect(&file, &Limits::default()).unwrap();
    assert!(
        report
            .findings
            .iter()
            .any(|found| found.value == "C:\\Users\\Jane\\screen.icm")
    );
}

#[test]
fn removes_all() {
    assert_eq!(
        clean(&Bmp, &everything().build()),
        Ok(nothing_else().build())
    );
    // Colours of a deep picture are advice, and mean nothing.
    let advised = Photo {
        used: 2,
        colours: b"bgr0bgr0".to_vec(),
        ..photo()
    };
    assert_eq!(clean(&Bmp, &advised.build()), Ok(photo().build()));
    let garbage = Photo {
        pixels: b"abcdefghiXYZjklmnopqrXYZ".to_vec(),
        ..photo()
    };
    assert_eq!(clean(&Bmp, &garbage.build()), Ok(photo().build()));
}

#[test]
fn every_form_of_header_is_cleaned() {
    for form in [CORE, OS2_SHORT, INFO, V2, V3, OS2, V4, V5] {
        let dirty = Photo {
            form,
            tail: b"written by Jane Doe on her own computer".repeat(3),
            ..photo()
        };
        let copy = clean(&Bmp, &dirty.build()).unwrap();
        assert!(copy.ends_with(&photo().pixels), "{form}");
        assert!(!copy.windows(4).any(|seen| seen == b"Jane"), "{form}");
        let frame = Bmp.frame(&walk(&Bmp, &copy).unwrap()).unwrap();
        assert_eq!((frame.width, frame.height), (3, 2));
    }
}

/// The oldest header leaves fewer colours than pixels could name; a decoder takes the pixels themselves for the rest.
#[test]
fn a_short_palette_has_every_colour_that_occurs() {
    for (depth, fits, beyond) in [
        (8, [0, 1, 1, 0], [0, 1, 2, 0]),
        (4, [0x01, 0x10, 0, 0], [0x01, 0x20, 0, 0]),
    ] {
        let short = |pixels: [u8; 4]| Photo {
            form: CORE,
            size: (4, 200),
            depth,
            colours: vec![9; 6],
            pixels: pixels.repeat(200),
            ..photo()
        };
        let file = short(fits).build();
        assert_eq!(clean(&Bmp, &file), Ok(file));
        let tiny = Photo {
            size: (4, 1),
            pixels: fits.to_vec(),
            ..short(fits)
        };
        assert!(matches!(
            walk(&Bmp, &tiny.build()),
            Err(Error::Malformed { .. })
        ));
        assert!(matches!(
            walk(&Bmp, &short(beyond).build()),
            Err(Error::Malformed { .. })
        ));
    }
}

#[test]
fn masks_stay() {
    let masks = b"\0\xF8\0\0\xE0\x07\0\0\x1F\0\0\0";
    let deep = Photo {
        depth: 16,
        compression: 3,
        masks: masks.to_vec(),
        pixels: b"abcdef\0\0ghijkl\0\0".to_vec(),
        ..photo()
    };
    assert_eq!(clean(&Bmp, &deep.build()), Ok(deep.build()));
    let inside = Photo {
        form: V2,
        masks: Vec::new(),
        tail: masks.to_vec(),
        ..deep
    };
    assert_eq!(clean(&Bmp, &inside.build()), Ok(inside.build()));
}

#[test]
fn a_profile_loses_its_texts_and_a_path_goes() {
    let profile = icc::tests::srgb_with_texts();
    let scrubbed = icc::scrub(&profile).unwrap();
    let mut expected = with_profile(space::EMBEDDED, &scrubbed);
    expected.tail[20..68].fill(0);
    expected.tail[80..84].fill(0);
    let file = with_profile(space::EMBEDDED, &profile).build();
    let fresh = Fresh {
        icc: Some(scrubbed),
        exif: None,
    };
    assert_eq!(clean_with(&Bmp, &file, &fresh), Ok(expected.build()));
    let cleaned = crate::clean(&file, &Policy::default(), &Limits::default()).unwrap();
    assert_eq!(cleaned.bytes(), expected.build());

    let mut without = with_profile(space::SRGB, b"");
    without.tail[20..68].fill(0);
    without.tail[72..84].fill(0);
    for (space, bytes) in [
        (space::LINKED, &b"C:\\Jane.icm\0"[..]),
        (space::EMBEDDED, b"damaged"),
    ] {
        let file = with_profile(space, bytes).build();
        let cleaned = crate::clean(&file, &Policy::default(), &Limits::default()).unwrap();
        assert_eq!(cleaned.bytes(), without.build());
    }
    // A profile that is said to stand inside the pixels is none.
    let mut odd = with_profile(space::EMBEDDED, b"damaged");
    odd.tail[72..76].copy_from_slice(&(V5 as u32 + 1).to_le_bytes());
    assert_eq!(clean(&Bmp, &odd.build()), Ok(without.build()));
}

/// Four by two pixels in runs of 8 bits: three as they are with padding, one of a run, a row, four of a run.
fn runs(padding: u8) -> Photo {
    Photo {
        depth: 8,
        size: (4, 2),
        compression: 1,
        used: 2,
        colours: b"bgr\0bgr\0".to_vec(),
        pixels: [&[0, 3, 1, 0, 1, padding, 1, 0, 0, 0, 4, 1, 0, 1][..]].concat(),
        ..photo()
    }
}

#[test]
fn runs_are_followed_to_their_end() {
    let dirty = Photo {
        after: b"behind".to_vec(),
        ..runs(b'J')
    };
    assert_eq!(clean(&Bmp, &dirty.build()), Ok(runs(0).build()));
    assert!(
        told(&Bmp, &dirty.build())
            .iter()
            .any(|told| told.contains("bytes: [74]"))
    );
    let with = |pixels: &[u8]| {
        Photo {
            pixels: pixels.to_vec(),
            ..runs(0)
        }
        .build()
    };
    assert!(walk(&Bmp, &with(&[4, 0, 0, 0, 4, 1])).is_ok());
    for outside in [
        &[5, 0, 0, 1][..],
        &[0, 0, 0, 0, 1, 1, 0, 1],
        &[0, 2, 0, 9, 1, 1, 0, 1],
        &[4, 0, 0, 0, 3, 1],
    ] {
        assert!(walk(&Bmp, &with(outside)).is_err(), "{outside:?}");
    }
    let half = Photo {
        depth: 4,
        size: (3, 1),
        compression: 2,
        pixels: vec![4, 0x10, 0, 1],
        ..runs(0)
    };
    assert_eq!(clean(&Bmp, &half.build()), Ok(half.build()));
}

#[test]
fn what_cannot_be_cleaned_is_refused() {
    let refused = |photo: Photo| assert!(walk(&Bmp, &photo.build()).is_err());
    refused(Photo {
        compression: 4,
        depth: 0,
        ..photo()
    });
    refused(Photo {
        compression: 5,
        depth: 0,
        ..photo()
    });
    refused(Photo {
        compression: 11,
        depth: 32,
        ..photo()
    });
    refused(Photo {
        compression: 3,
        ..photo()
    });
    refused(Photo {
        compression: 4,
        form: OS2,
        ..photo()
    });
    refused(Photo {
        depth: 7,
        ..photo()
    });
    refused(Photo {
        size: (0, 2),
        ..photo()
    });
    refused(Photo {
        size: (3, 0),
        ..photo()
    });
    refused(Photo {
        size: (-3, 2),
        ..photo()
    });
    refused(Photo {
        size: (i32::MAX, i32::MIN),
        ..photo()
    });
    refused(Photo {
        size: (4, -2),
        ..runs(0)
    });
    refused(Photo {
        used: 17,
        ..everything()
    });
    refused(Photo {
        used: 16,
        gap: Vec::new(),
        ..everything()
    });
    let mut file = photo().build();
    file[10] = 20;
    assert!(walk(&Bmp, &file).is_err());
}

#[test]
fn a_bmp_is_told_by_both_its_headers() {
    let photo = photo().build();
    assert_eq!(
        crate::sniff(&photo),
        Some(crate::Sniffed::Photo(crate::Container::Bmp))
    );
    assert!(!is_bmp(b"BMW drivers of the world"));
    assert!(!is_bmp(&photo[..16]));
}

#[test]
fn cut_off_anywhere_is_an_error() {
    let file = photo().build();
    // The padding of the last row may be missing, and is written anew.
    cut_anywhere(&Bmp, &file, file.len() - 3);
    for len in file.len() - 3..file.len() {
        assert_eq!(clean(&Bmp, &file[..len]), Ok(file.clone()));
    }
    let file = runs(0).build();
    for len in 0..file.len() - 2 {
        assert!(walk(&Bmp, &file[..len]).is_err(), "cut at {len}");
    }
}

#[test]
fn many_rows_meet_a_limit() {
    let tall = Photo {
        size: (1, 500),
        pixels: vec![0; 2_000],
        ..photo()
    }
    .build();
    let limits = Limits {
        parts_max: 400,
        ..Limits::default()
    };
    assert!(matches!(
        Bmp.parts(&tall, &limits),
        Err(Error::TooMany { limit: 400, .. })
    ));
    assert!(clean(&Bmp, &tall).is_ok());
}

#[test]
fn corruption_never_panics() {
    for photo in [everything(), runs(b'J'), photo()] {
        assert!(corrupt(&Bmp, &photo.build(), 2_000, |_| {}) > 100);
    }
    let profile = with_profile(space::LINKED, b"C:\\Jane.icm\0");
    assert!(corrupt(&Bmp, &profile.build(), 2_000, |_| {}) > 100);
}
