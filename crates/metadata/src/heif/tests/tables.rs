//! The tables that describe the pictures, and what cannot be written or kept.

use super::*;

#[test]
fn essential_properties_that_nobody_knows_are_refused() {
    let mut photo = Photo::new();
    let unknown = photo.property(bx(b"zzzz", b"?"));
    photo.items[0].properties.push((unknown, true));
    assert!(matches!(
        walk(&Heif, &photo.build()),
        Err(Error::UnsupportedFeature { .. })
    ));
    photo.items[0].properties.pop();
    let mut other = item(2, b"hvc1", &picture_data(2));
    other.properties.push((unknown, true));
    photo.items.push(other);
    clean(&Heif, &photo.build()).unwrap();
}

#[test]
fn properties_of_a_wrong_size_are_refused_when_they_are_used() {
    for property in [
        full(b"ispe", 0, 0, &[0, 0, 0, 1, 0, 0, 0, 1, 9]),
        full(b"pixi", 0, 0, b"\x03\x08\x08\x08Jane"),
        bx(b"irot", b"\x01Jane"),
        bx(b"imir", b""),
        bx(b"clap", &[0; 31]),
        bx(b"pasp", &[0; 9]),
        bx(b"clli", &[0; 5]),
        bx(b"mdcv", &[0; 25]),
        bx(b"cclv", &[0x20; 24]),
        bx(b"colr", b"nclx\0\x01\0\x0D\0\x06\x80Jane"),
        bx(b"hvcC", &[0; 22]),
        bx(b"a1lx", &[0; 9]),
    ] {
        let mut photo = Photo::new();
        let number = photo.property(property);
        clean(&Heif, &photo.build()).unwrap();
        photo.items[0].properties.push((number, false));
        assert!(
            matches!(walk(&Heif, &photo.build()), Err(Error::Malformed { .. })),
            "{photo:?}"
        );
    }
}

#[test]
fn many_properties_are_renumbered_in_both_widths() {
    for wide in [false, true] {
        let mut photo = Photo::new();
        photo.wide_properties = wide;
        for _ in 0..if wide { 300 } else { 100 } {
            photo.property(full(b"udes", 0, 0, b"Jane\0"));
        }
        let turned = photo.property(bx(b"irot", &[1]));
        photo.items[0].properties.push((turned, true));
        let copy = clean(&Heif, &photo.build()).unwrap();
        let parts = walk(&Heif, &copy).unwrap();
        let source = Source::of(&parts).unwrap();
        let labels: Vec<_> = source
            .meta
            .properties_of(1)
            .map(|found| found.label)
            .collect();
        assert_eq!(labels, [*b"hvcC", *b"ispe", *b"irot"]);
        assert!(source.meta.associations[&1][2].essential);
        assert_eq!(Heif.frame(&parts).unwrap().orientation, Some(8));
    }
}

#[test]
fn turns_add_up() {
    let turned = |properties: &[&[u8; 5]]| {
        let mut photo = Photo::new();
        for property in properties {
            let number = photo.property(bx(property[..4].try_into().unwrap(), &property[4..]));
            photo.items[0].properties.push((number, true));
        }
        let file = photo.build();
        Heif.frame(&walk(&Heif, &file).unwrap())
            .unwrap()
            .orientation
            .unwrap()
    };
    assert_eq!(turned(&[]), 1);
    assert_eq!(turned(&[b"irot\x01"]), 8);
    assert_eq!(turned(&[b"irot\x02"]), 3);
    assert_eq!(turned(&[b"irot\x03"]), 6);
    assert_eq!(turned(&[b"imir\x00"]), 4);
    assert_eq!(turned(&[b"imir\x01"]), 2);
    // Exif 5 is mirrored left to right, then turned left; 7 is that, then turned right.
    assert_eq!(turned(&[b"imir\x01", b"irot\x01"]), 5);
    assert_eq!(turned(&[b"imir\x01", b"irot\x03"]), 7);
    assert_eq!(turned(&[b"irot\x01", b"imir\x01"]), 7);
}

#[test]
fn colour_profiles_lose_their_texts_each_for_itself() {
    let profile = crate::icc::tests::srgb_with_texts();
    let mut photo = grid_photo();
    let first = photo.property(bx(b"colr", &[b"prof", &profile[..]].concat()));
    let unused = photo.property(bx(b"colr", b"profJane's other screen"));
    let broken = photo.property(bx(b"colr", b"rICCJane's broken profile"));
    let second = photo.property(bx(b"colr", &[b"rICC", &profile[..]].concat()));
    let _ = unused;
    photo.items[0].properties.push((first, false));
    photo.items[2].properties.push((second, false));
    photo.items[3].properties.push((broken, false));
    let copy = crate::clean(&photo.build(), &Policy::default(), &Limits::default()).unwrap();
    let bytes = copy.bytes();
    assert!(memchr::memmem::find(bytes, b"Jane").is_none());
    let parts = walk(&Heif, bytes).unwrap();
    let profiles: Vec<_> = parts
        .iter()
        .filter(|part| part.kind == Kind::ColourProfile)
        .collect();
    assert_eq!(profiles.len(), 2);
    let scrubbed = crate::icc::scrub(&profile).unwrap();
    assert_eq!(profiles[0].body, [b"prof", &scrubbed[..]].concat());
    assert_eq!(profiles[1].body, [b"rICC", &scrubbed[..]].concat());
}

#[test]
fn what_the_person_keeps_stands_in_one_fresh_exif_item() {
    let exif = crate::exif_writer::fresh_exif(
        6,
        None,
        &crate::explain::exif::Kept {
            make: Some(b"Acme Cameras".to_vec()),
            model: Some(b"One".to_vec()),
            ..Default::default()
        },
        &Policy {
            keep: [Keep::Camera].into(),
        },
    )
    .unwrap();
    for place in [false, true] {
        let mut photo = everything();
        let data = [b"\0\0\0\0", &exif[..]].concat();
        photo.items[5].data = if place {
            Data::Idat(data)
        } else {
            Data::Mdat(vec![data])
        };
        let file = photo.build();
        let policy = Policy {
            keep: [Keep::Camera].into(),
        };
        let copy = crate::clean(&file, &policy, &Limits::default()).unwrap();
        assert_eq!(copy.orientation(), 6, "by irot");
        let parts = walk(&Heif, copy.bytes()).unwrap();
        let told = Heif.payloads(&parts, &Limits::default());
        let [Payload::Exif(tiff)] = told.as_slice() else {
            panic!("{told:?}");
        };
        assert_eq!(crate::explain::exif::orientation(tiff), None, "not by Exif");
        assert!(
            copy.kept()
                .iter()
                .any(|finding| finding.topic == Topic::Device)
        );
        let again = crate::clean(copy.bytes(), &policy, &Limits::default()).unwrap();
        assert!(again.unchanged());
        let none = crate::clean(copy.bytes(), &Policy::default(), &Limits::default()).unwrap();
        let direct = crate::clean(&file, &Policy::default(), &Limits::default()).unwrap();
        assert_eq!(none.bytes(), direct.bytes());
    }
    let copy = clean_with(
        &Heif,
        &everything().build(),
        &Fresh {
            exif: Some(exif),
            icc: None,
        },
    )
    .unwrap();
    assert!(memchr::memmem::find(&copy, b"Acme").is_some());
}

#[test]
fn what_cannot_be_cleaned_wholly_is_refused() {
    let unsupported = |change: fn(&mut Photo), why: &str| {
        let mut photo = Photo::new();
        change(&mut photo);
        let file = photo.build();
        let refused = walk(&Heif, &file);
        assert!(
            matches!(refused, Err(Error::UnsupportedFeature { .. })),
            "{why}: {refused:?}"
        );
    };
    unsupported(|photo| photo.after = bx(b"moov", b""), "a sequence");
    unsupported(|photo| photo.items[0].label = *b"jpeg", "another codec");
    unsupported(
        |photo| {
            photo.items.push(item(2, b"hvc1", &picture_data(2)));
            photo.references = vec![(*b"auxl", 1, vec![2])];
        },
        "a primary picture that belongs to another one",
    );
    unsupported(
        |photo| photo.after = full(b"meta", 0, 0, b""),
        "two meta boxes",
    );
    let patched = |find: &[u8], at: usize, byte: u8| {
        let mut file = Photo::new().build();
        let found = memchr::memmem::find(&file, find).unwrap();
        file[found + at] = byte;
        walk(&Heif, &file).map(|_| ())
    };
    assert!(
        matches!(
            patched(b"infe", 11, 1),
            Err(Error::UnsupportedFeature { .. })
        ),
        "encrypted"
    );
    assert!(
        matches!(
            patched(b"iloc", 17, 1),
            Err(Error::UnsupportedFeature { .. })
        ),
        "in another file"
    );
    assert!(
        matches!(
            patched(b"hvcC", 25, 0xFC),
            Err(Error::UnsupportedFeature { .. })
        ),
        "lengths of one byte"
    );
    assert!(
        matches!(
            patched(b"pict", 0, b'v'),
            Err(Error::UnsupportedFeature { .. })
        ),
        "not a picture"
    );
    assert!(
        matches!(patched(b"iinf", 9, 2), Err(Error::Malformed { .. })),
        "fewer items than it says"
    );
    assert!(
        matches!(patched(b"pitm", 9, 2), Err(Error::Malformed { .. })),
        "no such item"
    );
    assert!(
        matches!(patched(b"iloc", 8, 0x33), Err(Error::Malformed { .. })),
        "field sizes"
    );
    assert!(
        matches!(patched(b"iloc", 15, 3), Err(Error::Malformed { .. })),
        "construction method"
    );
    assert!(
        matches!(patched(b"ipma", 15, 9), Err(Error::Malformed { .. })),
        "no such property"
    );
    assert!(
        matches!(patched(b"ipco", 3, b'x'), Err(Error::Malformed { .. })),
        "no properties"
    );
    // An extent without a length, and one that stands in the meta box.
    assert!(patched(b"iloc", 27, 0).is_err());
    assert!(patched(b"iloc", 23, 60).is_err());
}

#[test]
fn offsets_that_do_not_fit_are_refused() {
    let file = Photo::new().build();
    let at = memchr::memmem::find(&file, b"iloc").unwrap();
    let locations = locations::read(&file[at + 4..at + 4 + 24], 10).unwrap();
    let far = |start| {
        locations
            .moved(&locations.entries[0], &[(start, 11)])
            .unwrap()
    };
    assert!(
        locations
            .with(vec![far(u64::from(u32::MAX))])
            .write()
            .is_some()
    );
    assert!(
        locations
            .with(vec![far(u64::from(u32::MAX) + 1)])
            .write()
            .is_none()
    );

    // Without offsets, two stretches of one item begin at the same place.
    let mut photo = Photo::new();
    photo.iloc = (0, [0, 4, 4, 0]);
    let whole = picture_data(1);
    photo.items[0].data = Data::Mdat(vec![whole[..5].to_vec(), whole[5..].to_vec()]);
    assert!(walk(&Heif, &photo.build()).is_err());
}

#[test]
fn edges_that_viewers_cut_off_are_told() {
    let clap = |width: u32, height: u32| {
        let mut photo = Photo::new();
        let sides = [width, 1, height, 1, 0, 1, 0, 1].map(u32::to_be_bytes);
        let window = photo.property(bx(b"clap", &sides.concat()));
        photo.items[0].properties.push((window, true));
        let report = crate::inspect(&photo.build(), &Limits::default()).unwrap();
        report.picture.into_iter().map(|need| need.value)
    };
    let told: Vec<String> = clap(40, 48).collect();
    assert_eq!(
        told,
        ["stored 64 × 48, shown 40 × 48: the hidden edges stay in the file"]
    );
    assert_eq!(clap(63, 47).count(), 0);
    assert_eq!(clap(0, 0).count(), 1);
}
