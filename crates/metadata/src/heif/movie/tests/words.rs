//! Words inside coded samples and decoder configurations.

use super::*;

/// A video with one frame of this codec.
fn coded(label: &[u8; 4], configuration: &[u8], sample: Vec<u8>) -> Film {
    let mut film = Film::new();
    film.tracks[0].entry = visual(label, configuration);
    film.tracks[0].chunks = vec![vec![sample]];
    film
}

fn hevc(kind: u8, payload: &[u8]) -> Vec<u8> {
    crate::heif::builder::nal(kind, payload)
}

fn hvcc(arrays: &[Vec<u8>]) -> Vec<u8> {
    bx(b"hvcC", &crate::heif::builder::hvcc(arrays))
}

fn obu(kind: u8, payload: &[u8]) -> Vec<u8> {
    crate::heif::builder::obu(kind, payload)
}

#[test]
fn messages_in_avc_become_padding() {
    let words = b"0123456789abcdefx264 - core 164 by Jane";
    let sample = [sei(5, words), sei(147, &[1]), frame(1), nal(30, b"Jane")].concat();
    let copy = clean(&Video, &coded(b"avc1", &avcc(), sample.clone()).build()).unwrap();
    let after = samples_of(&copy, 1).concat();
    assert_eq!(after.len(), sample.len());
    let padding = sei(3, &[0xFF; 39]);
    let filler = nal(12, &[0xFF, 0xFF, 0xFF, 0x80]);
    assert_eq!(after, [padding, sei(147, &[1]), frame(1), filler].concat());

    let told = told(&Video, &coded(b"avc1", &avcc(), sample).build()).join("\n");
    assert!(told.contains(r#"name: "inside the coded video""#), "{told}");
}

#[test]
fn messages_in_hevc_become_padding() {
    let words = [&[5, 20][..], b"0123456789abcdefJane", &[0x80]].concat();
    let picture = hevc(19, &[1, 0xAA]);
    let dolby = hevc(62, b"Jane's numbers");
    let sample = [hevc(39, &words), picture.clone(), dolby.clone()].concat();
    let copy = clean(&Video, &coded(b"hvc1", &hvcc(&[]), sample.clone()).build()).unwrap();
    let padding = hevc(39, &[&[3, 20][..], &[0xFF; 20], &[0x80]].concat());
    let filler = hevc(38, &[&[0xFF; 13][..], &[0x80]].concat());
    assert_eq!(
        samples_of(&copy, 1).concat(),
        [padding.clone(), picture.clone(), filler].concat()
    );
    // Where the entry says that they are Dolby Vision's, they brighten the picture.
    let mut numbers = vec![0; 24];
    numbers[..5].copy_from_slice(&[1, 0, 0x10, 0x35, 0x40]);
    let entry = [hvcc(&[]), bx(b"dvvC", &numbers)].concat();
    let copy = clean(&Video, &coded(b"hvc1", &entry, sample).build()).unwrap();
    assert_eq!(
        samples_of(&copy, 1).concat(),
        [padding, picture, dolby].concat()
    );

    let layered = [&[0, 0, 0, 3][..], &[19 << 1, 1 << 3 | 1, 7]].concat();
    let file = coded(b"hvc1", &hvcc(&[]), layered).build();
    let refused = walk(&Video, &file);
    assert!(matches!(refused, Err(Error::UnsupportedFeature { .. })));
}

#[test]
fn messages_in_decoder_configurations_go() {
    let array = crate::heif::builder::array(39, b"\x05\x08Jane's!!\x80");
    let film = coded(b"hvc1", &hvcc(&[array]), hevc(19, &[1]));
    let copy = clean(&Video, &film.build()).unwrap();
    assert!(memchr::memmem::find(&copy, b"Jane").is_none());
    assert!(memchr::memmem::find(&copy, &crate::heif::builder::hvcc(&[])).is_some());

    let behind = bx(b"avcC", &[&avcc()[8..], b"Jane's words"].concat());
    let copy = clean(&Video, &coded(b"avc1", &behind, frame(1)).build()).unwrap();
    assert!(memchr::memmem::find(&copy, b"Jane").is_none());
    assert!(memchr::memmem::find(&copy, &avcc()).is_some());
}

#[test]
fn metadata_in_av1_becomes_padding() {
    let picture = obu(6, &[1, 2, 3]);
    let luminance = obu(5, &[1, 0, 1, 0, 1, 0x80]);
    let brighter = obu(
        5,
        &[
            &[4],
            &crate::heif::hdr10_plus::tests::message()[..],
            &[0x80],
        ]
        .concat(),
    );
    let words = obu(5, b"\x04\xB5\0\x31Jane");
    let sample = [words, luminance.clone(), brighter.clone(), picture.clone()].concat();
    let film = coded(b"av01", &bx(b"av1C", &[0x81, 0, 0, 0]), sample);
    let copy = clean(&Video, &film.build()).unwrap();
    let padding = obu(15, &[0, 0, 0, 0, 0, 0, 0, 0x80]);
    assert_eq!(
        samples_of(&copy, 1).concat(),
        [padding, luminance, brighter, picture].concat()
    );
}

#[test]
fn videos_all_around_stay_so_without_who_put_them_together() {
    let projection = bx(
        b"proj",
        &[full(b"prhd", 0, 0, &[0; 12]), full(b"equi", 0, 0, &[0; 16])].concat(),
    );
    let around = |metadata: &[u8]| {
        let stereo = full(b"st3d", 0, 0, &[1]);
        let sphere = bx(
            b"sv3d",
            &[full(b"svhd", 0, 0, metadata), projection.clone()].concat(),
        );
        [avcc(), stereo, sphere].concat()
    };
    let copy = clean(
        &Video,
        &coded(b"avc1", &around(b"Jane's stitcher\0"), frame(1)).build(),
    );
    assert!(memchr::memmem::find(&copy.unwrap(), &around(b"\0")).is_some());
    let mesh = [avcc(), bx(b"sv3d", &bx(b"proj", &bx(b"mshp", b"mesh")))].concat();
    let file = coded(b"avc1", &mesh, frame(1)).build();
    assert!(matches!(
        walk(&Video, &file),
        Err(Error::UnsupportedFeature { .. })
    ));
}

#[test]
fn the_older_form_of_videos_all_around_is_written_anew() {
    let xml = "<?xml version=\"1.0\"?><rdf:SphericalVideo xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"
        xmlns:GSpherical=\"http://ns.google.com/videos/1.0/spherical/\"><GSpherical:Spherical>true</GSpherical:Spherical>
        <GSpherical:Stitched>true</GSpherical:Stitched><GSpherical:StitchingSoftware>Jane's stitcher</GSpherical:StitchingSoftware>
        <GSpherical:ProjectionType>equirectangular</GSpherical:ProjectionType><GSpherical:StereoMode>top-bottom</GSpherical:StereoMode>
        <GSpherical:CroppedAreaTopPixels>12</GSpherical:CroppedAreaTopPixels><!-- Jane -->
        <GSpherical:Timestamp>1706702405</GSpherical:Timestamp></rdf:SphericalVideo>";
    let mut film = Film::new();
    film.tracks[0].in_trak = bx(b"uuid", &[&sphere::UUID[..], xml.as_bytes()].concat());
    let file = film.build();
    assert!(told(&Video, &file).join("\n").contains("Jane's stitcher"));
    let cleaned = crate::clean(&file, &Policy::default(), &Limits::default()).unwrap();
    let copy = clean(&Video, &file).unwrap();
    assert_eq!(cleaned.bytes(), copy);
    let text = String::from_utf8_lossy(&copy);
    for kept in [
        "Spherical>true<",
        "equirectangular",
        "top-bottom",
        "TopPixels>12<",
    ] {
        assert!(text.contains(kept), "{kept}");
    }
    assert!(!text.contains("Jane") && !text.contains("1706702405"));
}

#[test]
fn samples_must_be_rows_of_units() {
    for (sample, is_good) in [
        ([frame(1), vec![0; 3]].concat(), true),
        ([frame(1), vec![0; 4]].concat(), true),
        ([frame(1), b"Jane".to_vec()].concat(), false),
        ([frame(1), b"J".to_vec()].concat(), false),
        ([frame(1), nal(6, b"")].concat(), true),
    ] {
        let file = coded(b"avc1", &avcc(), sample).build();
        assert_eq!(clean(&Video, &file).is_ok(), is_good);
    }
    // Lengths of two bytes, as the configuration says.
    let mut short = avcc();
    short[8 + 4] = 0xFD;
    let sample = b"\0\x03\x65\x01\x02\0\x0A\x06\x05\x06Jane's\x80".to_vec();
    let copy = clean(&Video, &coded(b"avc1", &short, sample).build()).unwrap();
    assert_eq!(
        samples_of(&copy, 1).concat(),
        b"\0\x03\x65\x01\x02\0\x0A\x06\x03\x06\xFF\xFF\xFF\xFF\xFF\xFF\x80"
    );
}

#[test]
fn sounds_of_every_kind_keep_what_decodes_them() {
    let version_1 = |entry: Vec<u8>, more: &[u8]| {
        let mut fields = entry[8..36].to_vec();
        fields[9] = if more.len() > 20 { 2 } else { 1 };
        bx(
            entry[4..8].try_into().unwrap(),
            &[&fields[..], more].concat(),
        )
    };
    let terminator = [0, 0, 0, 8, 0, 0, 0, 0];
    let wave = [
        bx(b"frma", b"mp4a"),
        bx(b"mp4a", &[0; 4]),
        esds(),
        terminator.to_vec(),
    ];
    let wave = bx(b"wave", &wave.concat());
    let layout = |more: &[u8]| {
        let numbers = [0, 0x64, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        full(b"chan", 0, 0, &[&numbers[..], more].concat())
    };
    for (entry, kept) in [
        (audio(b"alac", &full(b"alac", 0, 0, &[7; 24])), &b"alac"[..]),
        (
            audio(b"Opus", &bx(b"dOps", b"\0\x02\x01\x38\0\0\xBB\x80\0\0\0")),
            b"dOps",
        ),
        (audio(b"ac-3", &bx(b"dac3", &[1; 3])), b"dac3"),
        (
            audio(b"samr", &bx(b"damr", b"Jane\0\x81\xFF\0\x01")),
            b"damr",
        ),
        (
            version_1(audio(b"mp4a", b""), &[&[1; 16][..], &wave].concat()),
            b"wave",
        ),
        (
            version_1(
                audio(b"mp4a", b""),
                &[&[1; 16][..], &layout(b"Jane's memory + 1234"), &wave].concat(),
            ),
            b"chan",
        ),
        (version_1(audio(b"lpcm", b""), &[1; 36]), b"lpcm"),
    ] {
        let mut film = Film::new();
        film.tracks[1].entry = entry;
        let file = film.build();
        let copy = clean(&Video, &file).unwrap();
        assert!(memchr::memmem::find(&copy, kept).is_some(), "{kept:?}");
        assert!(memchr::memmem::find(&copy, b"Jane").is_none(), "{kept:?}");
        assert_eq!(samples_of(&copy, 2), samples_of(&file, 2));
    }
}

#[test]
fn sound_counted_in_frames_is_kept_whole() {
    let mut film = Film::new();
    film.tracks[1].entry = audio(b"sowt", b"");
    film.tracks[1].sizes = Sizes::Same;
    film.tracks[1].chunks = vec![vec![b"LlRr".to_vec(); 3], vec![b"lLrR".to_vec(); 2]];
    let mut file = film.build();
    // QuickTime says that each sample has one byte, and means one frame of both channels.
    let at = memchr::memmem::rfind(&file, b"stsz").unwrap();
    file[at + 11] = 1;
    let copy = clean(&Video, &file).unwrap();
    assert!(memchr::memmem::find(&copy, b"LlRrLlRrLlRr").is_some());
    assert!(memchr::memmem::find(&copy, b"lLrRlLrR").is_some());
}

#[test]
fn names_before_aac_sound_become_zeros() {
    let mut film = Film::new();
    // Filling of eight bytes: three bits, four for the length, four for the kind; then what nobody plays.
    let frame = [&[0b1101_0000, 0][..], b"Lavc59.", b"the sound"].concat();
    film.tracks[1].chunks = vec![vec![frame.clone(), b"more sound".to_vec()]];
    let file = film.build();
    let cleaned = crate::clean(&file, &Policy::default(), &Limits::default()).unwrap();
    let copy = clean(&Video, &file).unwrap();
    assert_eq!(cleaned.bytes(), copy);
    assert!(memchr::memmem::find(&copy, b"Lavc").is_none());
    let samples = samples_of(&copy, 2);
    assert_eq!(samples[0].len(), frame.len());
    assert!(samples[0].ends_with(b"the sound"));
    assert_eq!(samples[1], b"more sound");

    // Of sound in other codecs nothing is known that could be zeroed.
    film.tracks[1].entry = audio(b"alac", &full(b"alac", 0, 0, &[7; 24]));
    let copy = clean(&Video, &film.build()).unwrap();
    assert_eq!(samples_of(&copy, 2)[0], frame);
}
