//! Words where coded data has no room for them.

use super::pictures::avif_photo;
use super::*;

#[test]
fn words_in_units_that_hold_none_go() {
    let mut photo = Photo::new();
    let delimiter = nal(35, &[0x50]);
    let light = sei(144, &[1, 2, 3, 4]);
    let data = [
        nal(35, b"\x50Jane"),
        delimiter.clone(),
        sei(144, b"\x01\x02\x03\x04Jane"),
        light.clone(),
        picture_data(1),
        nal(36, b"Jane"),
        nal(37, b""),
    ];
    photo.items[0].data = Data::Mdat(vec![data.concat()]);
    let copy = clean(&Heif, &photo.build()).unwrap();
    let kept = [delimiter, light, picture_data(1), nal(37, b"")];
    assert_eq!(data_of(&copy, 1), kept.concat());

    let mut photo = avif_photo();
    let light = obu(5, b"\x01\x01\x02\x03\x04\x80");
    let data = [
        obu(2, b"Jane"),
        obu(5, b"\x02 Jane's picture\x80"),
        light.clone(),
        obu(1, av1_sequence::tests::STILL),
        obu(6, b"frame"),
    ];
    photo.items[0].data = Data::Mdat(vec![data.concat()]);
    let copy = clean(&Heif, &photo.build()).unwrap();
    assert_eq!(data_of(&copy, 1), data[2..].concat());
}

/// Kinds 0, 1, 6 and 129 were taken for numbers, whatever stood in them.
#[test]
fn words_in_messages_on_timing_go() {
    for kind in [0, 1, 6, 129, 132] {
        let mut photo = Photo::new();
        let words = sei(kind, b"Jane Doe, Berlin, SN 0192837465");
        photo.items[0].data = Data::Mdat(vec![[words, picture_data(1)].concat()]);
        let file = photo.build();
        let report = crate::inspect(&file, &Limits::default()).unwrap();
        let told = |finding: &crate::Finding| finding.value.contains("Jane Doe, Berlin");
        assert!(report.findings.iter().any(told), "{kind}");
        let copy = clean(&Heif, &file).unwrap();
        assert_eq!(data_of(&copy, 1), picture_data(1), "{kind}");
    }
}
