use super::super::tiff::build;
use super::*;
use crate::{Finding, Limits};

type Told = (Vec<Finding>, BTreeSet<Vec<u8>>);

fn told(tiff: &[u8]) -> Told {
    let limits = Limits::default();
    let mut notes = Notes::new(&limits);
    explain(tiff, &mut notes);
    notes.finish()
}

fn has(told: &Told, topic: Topic, name: &str, value: &str) {
    let found = told
        .0
        .iter()
        .any(|f| f.topic == topic && f.name == name && f.value == value);
    assert!(found, "{name} = {value}: {:#?}", told.0);
}

const LATITUDE: [(u32, u32); 3] = [(48, 1), (51, 1), (30_132, 1_000)];
const LONGITUDE: [(u32, u32); 3] = [(2, 1), (17, 1), (40_132, 1_000)];

/// A block with something of everything.
fn sample(order: Order) -> Vec<u8> {
    let comment = [
        b"UNICODE\0".to_vec(),
        "at home"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect(),
    ]
    .concat();
    let title: Vec<u8> = "My title\0"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    build::nested(
        order,
        &[
            build::ascii(0x010F, "Acme Cameras"),
            build::ascii(0x0110, "Snap 9"),
            build::short(order, 0x0112, 6),
            build::rationals(order, 0x011A, &[(72, 1)]),
            build::ascii(0x0131, "Editor 5"),
            build::ascii(0x0132, "2024:02:01 10:00:00"),
            build::ascii(0x013B, "Jane Doe"),
            build::ascii(0x8298, "(c) Jane Doe"),
            (0x9C9B, 1, title.len() as u32, title),
            build::ascii(0xBEEF, "Something odd"),
            build::long(order, 0xBEF0, 77),
        ],
        &[
            (
                0x8769,
                vec![
                    build::rationals(order, 0x829A, &[(10, 600)]),
                    build::rationals(order, 0x829D, &[(28, 10)]),
                    build::short(order, 0x8827, 100),
                    build::ascii(0x9003, "2024:01:31 12:00:05"),
                    build::ascii(0x9011, "+01:00"),
                    build::ascii(0x9291, "12"),
                    build::short(order, 0x9207, 5),
                    (0x9286, 7, comment.len() as u32, comment),
                    build::short(order, 0xA405, 26),
                    build::ascii(0xA431, "SN 0012345"),
                    build::rationals(order, 0xA432, &[(18, 1), (55, 1), (35, 10), (56, 10)]),
                ],
            ),
            (
                0x8825,
                vec![
                    build::ascii(0x0001, "N"),
                    build::rationals(order, 0x0002, &LATITUDE),
                    build::ascii(0x0003, "E"),
                    build::rationals(order, 0x0004, &LONGITUDE),
                    (0x0005, 1, 1, vec![0]),
                    build::rationals(order, 0x0006, &[(352, 10)]),
                    build::rationals(order, 0x0007, &[(11, 1), (0, 1), (5, 1)]),
                    build::ascii(0x000C, "K"),
                    build::rationals(order, 0x000D, &[(35, 10)]),
                    build::ascii(0x001D, "2024:01:31"),
                    build::ascii(0x00FF, "what is this"),
                ],
            ),
        ],
    )
}

#[test]
fn everything_is_told_in_both_orders() {
    for order in [Order::Little, Order::Big] {
        let told = told(&sample(order));
        has(
            &told,
            Topic::Place,
            "GPS position",
            "48.858370, 2.294481 (48°51′30.1″ N, 2°17′40.1″ E)",
        );
        has(&told, Topic::Place, "Height above the sea", "35.2 m");
        has(&told, Topic::Place, "Speed", "3.5 km/h");
        has(&told, Topic::Place, "GPS tag 0x00FF", "what is this");
        has(&told, Topic::Time, "GPS time", "2024-01-31 11:00:05 UTC");
        has(&told, Topic::Time, "Taken", "2024-01-31 12:00:05.12 +01:00");
        has(&told, Topic::Time, "Changed", "2024-02-01 10:00:00");
        has(&told, Topic::Device, "Camera maker", "Acme Cameras");
        has(&told, Topic::Device, "Camera serial number", "SN 0012345");
        has(&told, Topic::Device, "Lens range", "18-55 mm, f/3.5-5.6");
        has(
            &told,
            Topic::Device,
            "Exposure settings",
            "1/60 s, f/2.8, ISO 100, 26 mm in 35 mm terms",
        );
        has(
            &told,
            Topic::Device,
            "Other camera settings",
            "Metering mode: pattern",
        );
        has(&told, Topic::Person, "Artist", "Jane Doe");
        has(&told, Topic::Text, "Title", "My title");
        has(&told, Topic::Text, "Comment", "at home");
        has(&told, Topic::Software, "Software", "Editor 5");
        has(&told, Topic::Unknown, "Exif tag 0xBEEF", "Something odd");
        has(&told, Topic::Unknown, "Exif tag 0xBEF0", "77");
    }
}

#[test]
fn identifying_values_are_searched_for() {
    let (_, secrets) = told(&sample(Order::Little));
    let rationals = |order: Order, values: &[(u32, u32)]| build::rationals(order, 0, values).3;
    for order in [Order::Little, Order::Big] {
        assert!(secrets.contains(&rationals(order, &LATITUDE)));
        assert!(secrets.contains(&rationals(order, &LONGITUDE)));
    }
    for text in [
        "2024:01:31 12:00:05",
        "SN 0012345",
        "Jane Doe",
        "My title",
        "at home",
        "Something odd",
    ] {
        assert!(secrets.contains(text.as_bytes()), "{text}");
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(secrets.contains(&wide), "{text}");
    }
}

#[test]
fn orientation_is_read_even_from_broken_blocks() {
    for order in [Order::Little, Order::Big] {
        for turn in 0..=9 {
            let bytes = build::stream(order, &[build::short(order, 0x0112, turn)]);
            let expected = u8::try_from(turn)
                .ok()
                .filter(|turn| (1..=8).contains(turn));
            assert_eq!(orientation(&bytes), expected);
        }
        let long = build::stream(order, &[build::long(order, 0x0112, 8)]);
        assert_eq!(orientation(&long), Some(8));
        // The value of the maker is cut off; the orientation stands before it.
        let mut broken = sample(order);
        broken.truncate(8 + 2 + 3 * 12);
        assert_eq!(orientation(&broken), Some(6));
        let prefixed = [b"Exif\0\0".to_vec(), long].concat();
        assert_eq!(orientation(&prefixed), Some(8));
    }
    assert_eq!(orientation(b""), None);
}

#[test]
fn orientation_alone_gives_nothing_away() {
    for order in [Order::Little, Order::Big] {
        let bytes = build::stream(order, &[build::short(order, 0x0112, 6)]);
        assert_eq!(told(&bytes).0, []);
    }
}

#[test]
fn what_may_be_kept() {
    for order in [Order::Little, Order::Big] {
        let kept = kept(&sample(order));
        assert_eq!(
            kept.date_time_original.as_deref(),
            Some("2024:01:31 12:00:05")
        );
        assert_eq!(kept.offset_time_original.as_deref(), Some("+01:00"));
        assert_eq!(kept.make.as_deref(), Some(&b"Acme Cameras"[..]));
        assert_eq!(kept.model.as_deref(), Some(&b"Snap 9"[..]));
        assert_eq!(kept.artist.as_deref(), Some(&b"Jane Doe"[..]));
        assert_eq!(kept.copyright.as_deref(), Some(&b"(c) Jane Doe"[..]));
        let gps = kept.gps.unwrap();
        assert_eq!((gps.latitude, gps.latitude_ref), (LATITUDE, b'N'));
        assert_eq!((gps.longitude, gps.longitude_ref), (LONGITUDE, b'E'));
        assert_eq!(gps.altitude, Some((0, 352, 10)));
    }
    assert_eq!(kept(b"no Exif"), Kept::default());
}

#[test]
fn only_sound_values_are_kept() {
    let order = Order::Big;
    let gps = |latitude: &[(u32, u32)], letter: &str| {
        let fields = vec![
            build::ascii(1, letter),
            build::rationals(order, 2, latitude),
            build::ascii(3, "W"),
            build::rationals(order, 4, &LONGITUDE),
        ];
        build::nested(
            order,
            &[build::ascii(0x9003, "last summer")],
            &[(0x8825, fields)],
        )
    };
    assert!(kept(&gps(&LATITUDE, "S")).gps.is_some());
    for (latitude, letter) in [
        (&[(48, 0), (0, 1), (0, 1)][..], "N"),
        (&[(48, 1)], "N"),
        (&LATITUDE, "X"),
    ] {
        assert_eq!(kept(&gps(latitude, letter)).gps, None);
    }
    assert_eq!(kept(&gps(&LATITUDE, "N")).date_time_original, None);
}

#[test]
fn half_a_position_is_told_as_it_stands() {
    let fields = vec![build::rationals(Order::Big, 2, &[(48, 0), (1, 1), (2, 1)])];
    let told = told(&build::nested(Order::Big, &[], &[(0x8825, fields)]));
    assert_eq!(told.0[0].name, "GPS position, latitude");
}

#[test]
fn stray_bytes_are_told() {
    let mut bytes = sample(Order::Big);
    bytes.extend(b"hidden behind the block");
    has(
        &told(&bytes),
        Topic::Unknown,
        "Bytes that no Exif tag explains",
        "23 bytes: hidden behind the block",
    );
    has(
        &told(b"nothing of Exif here"),
        Topic::Unknown,
        "Unreadable Exif block",
        "20 bytes: nothing of Exif here",
    );
    has(
        &told(b"MM\0*\0\0\0\x08\0\0\0\0\0\0"),
        Topic::Unknown,
        "Empty Exif block",
        "14 bytes",
    );
}

#[test]
fn cut_anywhere_something_is_told() {
    for order in [Order::Little, Order::Big] {
        let sample = sample(order);
        for len in 0..sample.len() {
            assert!(!told(&sample[..len]).0.is_empty(), "cut at {len}");
            kept(&sample[..len]);
            orientation(&sample[..len]);
        }
    }
}

#[test]
fn directories_that_point_at_each_other_end() {
    let order = Order::Little;
    let bytes = build::stream(
        order,
        &[build::long(order, 0x8769, 8), build::long(order, 0x014A, 8)],
    );
    told(&bytes);
    // Many tags that all point at the same large value.
    let value = vec![b'x'; 60_000];
    let mut fields = vec![(0xBEEF, 7, 60_000, value)];
    for tag in 0..3_000 {
        fields.push((tag, 7, 60_000, vec![0; 5]));
    }
    let mut bytes = build::stream(order, &fields);
    let target = (8 + 2 + fields.len() * 12 + 4) as u32;
    for entry in 0..fields.len() {
        let at = 8 + 2 + entry * 12 + 8;
        bytes[at..at + 4].copy_from_slice(&target.to_le_bytes());
    }
    let begun = std::time::Instant::now();
    told(&bytes);
    assert!(begun.elapsed().as_secs() < 120);
}
