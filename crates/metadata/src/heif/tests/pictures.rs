//! Pictures made of pictures, and what stands inside coded data.

use super::*;
use crate::gain_map::apple;

#[test]
fn grids_in_idat_keep_their_tiles_and_lose_their_neighbours() {
    let mut photo = grid_photo();
    let file = photo.build();
    let copy = clean(&Heif, &file).unwrap();
    assert_eq!(coded(&copy), [picture_data(2), picture_data(3)]);
    assert_eq!(data_of(&copy, 1), grid(1, 2, 128, 48));
    let frame = Heif.frame(&walk(&Heif, &copy).unwrap()).unwrap();
    assert_eq!((frame.width, frame.height), (128, 48));
    assert!(!String::from_utf8_lossy(&copy).contains("words"));

    photo.references[0].2.push(2);
    assert!(
        walk(&Heif, &photo.build()).is_err(),
        "more tiles than places"
    );
    photo.references[0].2 = vec![2, 77];
    assert!(
        walk(&Heif, &photo.build()).is_err(),
        "a tile that is not there"
    );
    photo.references[0].2 = vec![2, 3];
    photo.references.push((*b"dimg", 1, vec![3, 2]));
    assert!(walk(&Heif, &photo.build()).is_err(), "two lists of tiles");
    photo.references.pop();
    photo.items[0].data = Data::Idat([grid(1, 2, 128, 48), b"words".to_vec()].concat());
    assert!(
        walk(&Heif, &photo.build()).is_err(),
        "words behind the grid"
    );
}

#[test]
fn a_size_of_zero_ends_with_the_box_around() {
    let file = grid_photo().build();
    let idat = memchr::memmem::find(&file, b"idat").unwrap();
    // The last box of the meta box is the one without a size: idat and iloc change places.
    let end = memchr::memmem::find(&file, b"mdat").unwrap() - 4;
    let iloc = memchr::memmem::find(&file, b"iloc").unwrap() - 4;
    let mut open = [
        &file[..idat - 4],
        &file[iloc..end],
        &file[idat - 4..iloc],
        &file[end..],
    ]
    .concat();
    let at = end - (iloc - (idat - 4));
    open[at..at + 4].copy_from_slice(&[0; 4]);
    let copy = clean(&Heif, &open).unwrap();
    assert_eq!(data_of(&copy, 1), grid(1, 2, 128, 48));
    assert_eq!(coded(&copy), [picture_data(2), picture_data(3)]);
}

#[test]
fn overlays_and_identities_are_followed() {
    let mut photo = grid_photo();
    photo.items[0].label = *b"iovl";
    let overlay = [&[0, 0][..], &[0; 8], &[0, 128, 0, 48], &[0; 8]].concat();
    photo.items[0].data = Data::Mdat(vec![overlay.clone()]);
    let copy = clean(&Heif, &photo.build()).unwrap();
    assert_eq!(data_of(&copy, 1), overlay);
    photo.items[0].label = *b"iden";
    photo.items[0].data = Data::Nowhere;
    photo.references = vec![(*b"dimg", 1, vec![3])];
    let copy = clean(&Heif, &photo.build()).unwrap();
    assert_eq!(coded(&copy), [picture_data(3)]);
}

#[test]
fn circles_end() {
    let mut photo = grid_photo();
    photo.items[2].label = *b"iden";
    photo.items[2].data = Data::Nowhere;
    photo.references.push((*b"dimg", 2, vec![1]));
    clean(&Heif, &photo.build()).unwrap();
}

#[test]
fn data_in_pieces_is_put_together_again() {
    let mut photo = Photo::new();
    let whole = picture_data(1);
    let pieces = vec![
        whole[..3].to_vec(),
        whole[3..7].to_vec(),
        whole[7..].to_vec(),
    ];
    photo.items[0].data = Data::Mdat(pieces);
    photo.gap = b"secret".to_vec();
    let copy = clean(&Heif, &photo.build()).unwrap();
    assert_eq!(data_of(&copy, 1), whole);
    assert!(!String::from_utf8_lossy(&copy).contains("secret"));
}

#[test]
fn pictures_may_share_all_their_data_but_not_a_part() {
    let mut photo = grid_photo();
    photo.items[3].data = Data::Same(2);
    let copy = clean(&Heif, &photo.build()).unwrap();
    assert_eq!(data_of(&copy, 2), picture_data(2));
    assert_eq!(data_of(&copy, 3), picture_data(2));

    // A thumbnail with the same data goes, its data stays.
    let mut photo = Photo::new();
    let mut thumbnail = item(2, b"hvc1", b"");
    thumbnail.data = Data::Same(1);
    photo.items.push(thumbnail);
    photo.references = vec![(*b"thmb", 2, vec![1])];
    assert_eq!(
        coded(&clean(&Heif, &photo.build()).unwrap()),
        [picture_data(1)]
    );

    // Metadata inside a picture is no accident.
    photo.items[1].label = *b"Exif";
    assert!(matches!(
        walk(&Heif, &photo.build()),
        Err(Error::UnsupportedFeature { .. })
    ));
}

#[test]
fn data_in_other_items_is_found_and_must_be_all_there_is() {
    let mut photo = grid_photo();
    photo.iloc = (1, [4, 4, 0, 4]);
    let store = [picture_data(2), picture_data(3)].concat();
    let len = picture_data(2).len() as u64;
    photo.items[2].data = Data::In(0, len);
    photo.items[3].data = Data::In(len, len);
    let mut holder = item(9, b"blob", &store);
    holder.hidden = true;
    photo.items.push(holder);
    photo
        .references
        .extend([(*b"iloc", 2, vec![9]), (*b"iloc", 3, vec![9])]);
    let copy = clean(&Heif, &photo.build()).unwrap();
    assert_eq!(data_of(&copy, 2), picture_data(2));
    assert_eq!(data_of(&copy, 3), picture_data(3));

    let mut more = photo.clone();
    more.items[4].data = Data::Mdat(vec![[store.clone(), b"secret".to_vec()].concat()]);
    assert!(matches!(
        walk(&Heif, &more.build()),
        Err(Error::UnsupportedFeature { .. })
    ));
    let mut words = photo.clone();
    words.items[4].label = *b"mime";
    assert!(matches!(
        walk(&Heif, &words.build()),
        Err(Error::UnsupportedFeature { .. })
    ));
    let mut beyond = photo.clone();
    beyond.items[3].data = Data::In(len, len + 1);
    assert!(walk(&Heif, &beyond.build()).is_err());
    let mut deep = photo;
    deep.items[4].data = Data::In(0, 2 * len);
    deep.references.push((*b"iloc", 9, vec![9]));
    assert!(walk(&Heif, &deep.build()).is_err());
}

#[test]
fn a_gain_map_of_plain_numbers_stays() {
    for payload in [
        tone_map(0x40, 14),
        tone_map(0xC0, 34),
        tone_map(0x08, 8),
        tone_map(0x88, 18),
    ] {
        let copy = clean(&Heif, &gain_map_photo(&payload).build()).unwrap();
        assert_eq!(data_of(&copy, 2), payload);
        assert_eq!(coded(&copy), [picture_data(1), picture_data(3)]);
        assert!(memchr::memmem::find(&copy, &group(b"altr", &[2, 1])).is_some());
        let text = String::from_utf8_lossy(&copy);
        assert!(!text.contains("apple") && !text.contains("Jane"));
    }
    for payload in [
        tone_map(0x40, 15),
        tone_map(0xC0, 14),
        tone_map(0x01, 14),
        vec![1; 62],
    ] {
        let file = gain_map_photo(&payload).build();
        let copy = clean(&Heif, &file).unwrap();
        assert_eq!(coded(&copy), [picture_data(1)]);
        let text = String::from_utf8_lossy(&copy);
        assert!(!text.contains("tmap") && !text.contains("altr"));
        assert!(
            told(&Heif, &file)
                .join("\n")
                .contains("HDR gain map that holds more than numbers")
        );
    }
    let mut apple = gain_map_photo(&[]);
    apple.items.remove(1);
    apple.references.remove(0);
    apple.groups.clear();
    let file = apple.build();
    assert_eq!(coded(&clean(&Heif, &file).unwrap()), [picture_data(1)]);
    assert!(
        told(&Heif, &file)
            .join("\n")
            .contains("HDR gain map in a maker's form")
    );
}

#[test]
fn transparency_of_a_grid_is_followed() {
    let mut photo = grid_photo();
    let alpha = photo.property(aux(b"urn:mpeg:hevc:2015:auxid:1\0"));
    let mut rule = item(5, b"grid", &grid(1, 1, 64, 48));
    rule.properties = vec![(2, false), (alpha, true)];
    let mut tile = item(6, b"hvc1", &picture_data(6));
    tile.properties = vec![(1, true), (2, false)];
    photo.items.extend([rule, tile]);
    photo
        .references
        .extend([(*b"auxl", 5, vec![1]), (*b"dimg", 5, vec![6])]);
    let copy = clean(&Heif, &photo.build()).unwrap();
    assert_eq!(
        coded(&copy),
        [picture_data(2), picture_data(3), picture_data(6)]
    );
    assert!(memchr::memmem::find(&copy, b"auxl").is_some());
}

#[test]
fn messages_in_coded_data_go_and_numbers_stay() {
    let mut photo = Photo::new();
    let words = sei(5, b"0123456789ABCDEFx265 by Jane");
    let light = sei(144, &[1, 2, 3, 4]);
    let filler = nal(38, &[0xFF; 20]);
    let data = [&words, &light, &picture_data(1), &filler, &nal(48, b"Jane")]
        .map(Vec::as_slice)
        .concat();
    photo.items[0].data = Data::Mdat(vec![data.clone()]);
    photo.properties[0] = bx(
        b"hvcC",
        &hvcc(&[
            array(39, b"\x05\x04Jane\x80"),
            array(39, b"\x90\x04\x01\x02\x03\x04\x80"),
        ]),
    );
    let file = photo.build();
    assert!(
        told(&Heif, &file)
            .join("\n")
            .contains("inside the coded picture")
    );
    let copy = clean(&Heif, &file).unwrap();
    assert_eq!(data_of(&copy, 1), [light.clone(), picture_data(1)].concat());
    assert!(!String::from_utf8_lossy(&copy).contains("Jane"));
    let at = memchr::memmem::find(&copy, b"hvcC").unwrap();
    assert_eq!(copy[at + 4 + 22], 2, "arrays");

    // In pieces, of which one goes wholly.
    let cut = words.len();
    photo.items[0].data = Data::Mdat(vec![data[..cut].to_vec(), data[cut..].to_vec()]);
    let copy = clean(&Heif, &photo.build()).unwrap();
    assert_eq!(data_of(&copy, 1), [light, picture_data(1)].concat());

    // One unit with both, which would have to be taken apart.
    let both = nal(39, b"\x05\x01J\x90\x04\x01\x02\x03\x04\x80");
    photo.items[0].data = Data::Mdat(vec![[both, picture_data(1)].concat()]);
    assert!(matches!(
        walk(&Heif, &photo.build()),
        Err(Error::UnsupportedFeature { .. })
    ));
    photo.items[0].data = Data::Mdat(vec![[picture_data(1), b"\0\0\0\x09Jane".to_vec()].concat()]);
    assert!(
        matches!(walk(&Heif, &photo.build()), Err(Error::Malformed { .. })),
        "bytes between units"
    );
    photo.items[0].data = Data::Mdat(vec![
        nal(19, b"x")
            .into_iter()
            .enumerate()
            .map(|(at, byte)| if at == 5 { 9 } else { byte })
            .collect(),
    ]);
    assert!(
        matches!(
            walk(&Heif, &photo.build()),
            Err(Error::UnsupportedFeature { .. })
        ),
        "another layer"
    );
}

pub(super) fn avif_photo() -> Photo {
    let mut photo = Photo::new();
    photo.ftyp = bx(b"ftyp", b"avif\0\0\0\0avifmif1miafMA1BJANE");
    photo.items[0].label = *b"av01";
    photo.properties[0] = bx(
        b"av1C",
        &[
            &[0x81, 0, 0x0C, 0][..],
            &obu(1, av1_sequence::tests::STILL),
            &obu(5, b"\x04\xB5Jane"),
            &obu(6, b"no frame of Jane's"),
        ]
        .concat(),
    );
    photo
}

#[test]
fn av1_metadata_goes_and_luminance_stays() {
    let mut photo = avif_photo();
    let data = [
        obu(2, b""),
        obu(1, av1_sequence::tests::STILL),
        obu(5, b"\x01\x01\x02\x03\x04\x80"),
        obu(5, b"\x04\xB5 Jane"),
        obu(15, b"padding by Jane"),
        vec![6 << 3, 1, 2, 3],
    ];
    photo.items[0].data = Data::Mdat(vec![data.concat()]);
    let copy = clean(&Heif, &photo.build()).unwrap();
    let kept = [&data[..3], &data[5..]].concat().concat();
    assert_eq!(data_of(&copy, 1), kept);
    let text = String::from_utf8_lossy(&copy);
    assert!(!text.contains("Jane") && !text.contains("JANE"));

    // Nothing stands behind the fields of a sequence header, wherever it is.
    let words = obu(1, &[av1_sequence::tests::STILL, b"Jane"].concat());
    let mut wordy = photo.clone();
    wordy.items[0].data = Data::Mdat(vec![[words.clone(), data[5].clone()].concat()]);
    assert!(matches!(
        clean(&Heif, &wordy.build()),
        Err(Error::Malformed { .. })
    ));
    let mut wordy = photo.clone();
    wordy.properties[0] = bx(b"av1C", &[&[0x81, 0, 0x0C, 0][..], &words].concat());
    assert!(matches!(
        clean(&Heif, &wordy.build()),
        Err(Error::Malformed { .. })
    ));

    // Sizes of layers would no longer be right.
    let layers = photo.property(bx(b"a1lx", &[0; 7]));
    photo.items[0].properties.push((layers, false));
    assert!(matches!(
        walk(&Heif, &photo.build()),
        Err(Error::UnsupportedFeature { .. })
    ));
    photo.items[0].data = Data::Mdat(vec![kept]);
    clean(&Heif, &photo.build()).unwrap();
}

#[test]
fn pictures_may_be_read_from_one_that_is_shown_itself() {
    let mut photo = grid_photo();
    photo.items[0].data = Data::Idat(grid(1, 3, 1, 1));
    photo.references[0].2 = vec![2, 3, 9];
    photo.iloc = (1, [4, 4, 0, 4]);
    let store = picture_data(7).repeat(3);
    photo.items[2].data = Data::In(0, 33);
    photo.items[3].data = Data::In(11, 22);
    let mut holder = item(9, b"hvc1", &store);
    holder.properties = vec![(1, true)];
    photo.items.push(holder);
    photo
        .references
        .extend([(*b"iloc", 2, vec![9]), (*b"iloc", 3, vec![9])]);
    clean(&Heif, &photo.build()).unwrap();
}

const APPLE: &[u8] = b"<x:xmpmeta xmp:CreatorTool='by Jane'><HDRGainMap:HDRGainMapVersion>65536\
    </HDRGainMap:HDRGainMapVersion></x:xmpmeta>";

/// A picture with Apple's gain map, its numbers in XMP and in Exif, and a depth map with XMP of its own.
fn apple_photo() -> Photo {
    let mut photo = Photo::new();
    let name = photo.property(aux(b"urn:com:apple:photo:2020:aux:hdrgainmap\0"));
    let depth = photo.property(aux(DEPTH));
    let picture = |id: u32, name: u16| Item {
        properties: vec![(1, true), (2, false), (name, true)],
        ..item(id, b"hvc1", &picture_data(id as u8))
    };
    let numbers = Item {
        data: Data::Mdat(vec![APPLE.to_vec()]),
        ..xmp_item(5)
    };
    let items = [picture(3, name), picture(4, depth), numbers, xmp_item(6)];
    photo.items.extend(items);
    photo.references = vec![
        (*b"auxl", 3, vec![1]),
        (*b"auxl", 4, vec![1]),
        (*b"cdsc", 5, vec![3]),
        (*b"cdsc", 6, vec![4]),
    ];
    photo
}

#[test]
fn apples_gain_map_stays_with_its_numbers_alone() {
    let mut photo = apple_photo();
    let packet = apple::Numbers::read(APPLE).unwrap().packet().into_bytes();
    for wide in [false, true] {
        photo.wide_items = wide;
        photo.iloc.0 = if wide { 2 } else { 1 };
        let file = photo.build();
        let copy = clean(&Heif, &file).unwrap();
        assert_eq!(coded(&copy), [picture_data(1), picture_data(3)]);
        assert_eq!(data_of(&copy, 5), packet);
        let text = String::from_utf8_lossy(&copy);
        assert!(!text.contains("Jane") && !text.contains("auxid"));
        for kept in ["auxl", "cdsc", "aux:hdrgainmap", "application/rdf+xml"] {
            assert_eq!(text.matches(kept).count(), 1, "{kept}");
        }
        let told = told(&Heif, &file).join("\n");
        assert!(told.contains("is_apple: true") && told.contains("Depth map"));
    }
    // In idat as well.
    photo.items[3].data = Data::Idat(APPLE.to_vec());
    assert_eq!(data_of(&clean(&Heif, &photo.build()).unwrap(), 5), packet);
}

#[test]
fn apples_gain_map_goes_when_its_numbers_cannot_be_told_apart() {
    let without = |change: fn(&mut Photo)| {
        let mut photo = apple_photo();
        change(&mut photo);
        let copy = clean(&Heif, &photo.build()).unwrap();
        assert_eq!(coded(&copy), [picture_data(1)]);
        assert!(!String::from_utf8_lossy(&copy).contains("apple"));
    };
    without(|photo| photo.references.retain(|(_, from, _)| *from != 5));
    without(|photo| photo.items[3].data = Data::Mdat(vec![b"<x:xmpmeta/>".to_vec()]));
    without(|photo| {
        photo.items[3].data = Data::Mdat(vec![APPLE[..9].to_vec(), APPLE[9..].to_vec()]);
    });
    without(|photo| photo.items[4].data = Data::Same(5));
    without(|photo| {
        let other = photo.property(ispe(64, 99));
        photo.items[1].properties[1].0 = other;
    });
    without(|photo| photo.items[3].content_type = "text/plain");
    without(|photo| photo.references[0].2 = vec![4]);
    without(|photo| {
        photo.properties[2] = aux(b"urn:com:apple:photo:2020:aux:hdrgainmap\0by Jane");
    });
}

#[test]
fn the_numbers_in_exif_stay_with_apples_gain_map_only() {
    let numbers = apple::Headroom {
        headroom: Some((7, 8)),
        gain: Some((0, 1)),
    };
    let kept = crate::explain::exif::Kept::default();
    let keep = Policy::default();
    let tiff = crate::exif_writer::fresh_exif(1, Some(numbers), &kept, &keep).unwrap();
    let mut photo = apple_photo();
    let exif = item(7, b"Exif", &[&b"\0\0\0\x06Exif\0\0"[..], &tiff].concat());
    photo.items.push(exif);
    photo.references.push((*b"cdsc", 7, vec![1]));
    let limits = Limits::default();
    let copy = crate::clean(&photo.build(), &keep, &limits).unwrap();
    let data = data_of(copy.bytes(), 7);
    assert_eq!(apple::Headroom::of_exif(&data[10..]), Some(numbers));
    assert!(
        crate::clean(copy.bytes(), &keep, &limits)
            .unwrap()
            .unchanged()
    );

    photo.references.remove(0);
    let copy = crate::clean(&photo.build(), &keep, &limits).unwrap();
    assert!(!String::from_utf8_lossy(copy.bytes()).contains("Exif"));
}

#[test]
fn hdr10_plus_stays_and_no_other_message_of_a_maker() {
    let message = hdr10_plus::tests::message();
    let mut photo = Photo::new();
    let words = sei(4, b"\xB5\0\x3C\0\x01\x04Jane's television");
    let data = [sei(4, &message), words, picture_data(1)];
    photo.items[0].data = Data::Mdat(vec![data.concat()]);
    let copy = clean(&Heif, &photo.build()).unwrap();
    assert_eq!(
        data_of(&copy, 1),
        [sei(4, &message), picture_data(1)].concat()
    );

    let metadata = |message: &[u8]| obu(5, &[&[4], message, &[0x80]].concat());
    let frame = vec![6 << 3, 1, 2, 3];
    let mut photo = avif_photo();
    let data = [metadata(&message), metadata(b"\xB5 Jane"), frame.clone()];
    photo.items[0].data = Data::Mdat(vec![data.concat()]);
    let copy = clean(&Heif, &photo.build()).unwrap();
    assert_eq!(data_of(&copy, 1), [metadata(&message), frame].concat());
}
