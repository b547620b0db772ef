use super::*;
use crate::png::properties::{clean, corrupt, cut_anywhere, kinds, told, walk};

/// A header, and a screen of 2 by 1 pixels with two colours.
const HEAD: &[u8] = b"GIF89a\x02\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF";
const CONTROL_A: &[u8] = b"\x21\xF9\x04\x04\x0A\0\0\0";
const CONTROL_B: &[u8] = b"\x21\xF9\x04\x08\x0B\0\0\0";
const IMAGE_A: &[u8] = b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
const IMAGE_B: &[u8] = b"\x2C\x01\0\0\0\x01\0\x01\0\x80abcdef\x02\x02\x4C\x01\0";
const LOOP_FOREVER: &[u8] = b"\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0\0";
const COMMENT_A: &[u8] = b"\x21\xFE\x08taken by\x08 J. Doe!\0";
const PLAIN: &[u8] = b"\x21\x01\x0Cabcdefghijkl\x05hello\0";

fn gif(blocks: &[&[u8]]) -> Vec<u8> {
    [HEAD, &blocks.concat(), b";"].concat()
}

fn application(id: &[u8; 11], data: &[u8]) -> Vec<u8> {
    let mut block = [b"\x21\xFF\x0B", &id[..]].concat();
    for piece in data.chunks(255) {
        block.push(piece.len() as u8);
        block.extend(piece);
    }
    block.push(0);
    block
}

fn xmp() -> Vec<u8> {
    let trailer: Vec<u8> = std::iter::once(1)
        .chain((0..=255).rev())
        .chain([0])
        .collect();
    let packet = "<?xpacket begin='\u{FEFF}'?><x:xmpmeta>Jané Doe</x:xmpmeta>".repeat(9);
    [b"\x21\xFF\x0BXMP DataXMP", packet.as_bytes(), &trailer].concat()
}

/// One of everything.
fn full() -> Vec<u8> {
    let mut file = gif(&[
        LOOP_FOREVER,
        COMMENT_A,
        CONTROL_A,
        IMAGE_A,
        b"\0\0\0",
        CONTROL_A,
        CONTROL_B,
        COMMENT_A,
        IMAGE_B,
        &xmp(),
        &application(b"C2PA_GIF\x01\0\0", &[7; 600]),
        &application(b"MGK8BIM0000", b"8BIM\x04\x04"),
        &application(b"MGKIPTC0000", b"\x1C\x02\x50\0\x04Jane"),
        &application(b"ICCRGBG1012", b"profile"),
        b"\x21\xFF\x05short\x02ab\0",
        b"\x21\x99\x04what\0",
        CONTROL_A,
        PLAIN,
    ]);
    file.extend(b"the uncropped picture");
    file
}

#[test]
fn finds_all() {
    use Kind::*;
    assert_eq!(
        kinds(&Gif, &full()),
        [
            Signature, Header, Tables, Animation, Comment, Animation, Pixels, Filler, Orphan,
            Animation, Comment, Pixels, Xmp, Provenance, Photoshop, Photoshop, Unknown, Unknown,
            Unknown, Orphan, Text, End, Trailer
        ]
    );
    let told = told(&Gif, &full()).join("\n");
    for value in [
        &format!("Comment({:?})", b"taken by J. Doe!"),
        "Xmp([60, 63, 120",
        "Provenance([7, 7, 7",
        "Photoshop([56, 66, 73, 77, 4, 4])",
        "Iptc([28, 2, 80",
        r#"Unknown { name: "ICCRGBG1012""#,
        r#"Unknown { name: "short""#,
        r#"Unknown { name: "extension 99""#,
        r#"Unknown { name: "zero bytes between blocks""#,
        r#"Text { keyword: "", text: "hello" }"#,
        "Trailer([116, 104",
    ] {
        assert!(told.contains(value), "{value} in {told}");
    }
}

#[test]
fn the_xmp_packet_is_whole() {
    let file = gif(&[IMAGE_A, &xmp()]);
    let parts = walk(&Gif, &file).unwrap();
    let payloads = Gif.payloads(&parts, &Limits::default());
    let [Payload::Xmp(packet)] = &payloads[..] else {
        panic!("{payloads:?}");
    };
    let text = std::str::from_utf8(packet).unwrap();
    assert!(
        text.starts_with("<?xpacket") && text.ends_with("</x:xmpmeta>"),
        "{text}"
    );

    // Some writers leave the first byte of the trailer out.
    let mut file = file.clone();
    let at = file.windows(2).position(|pair| pair == [1, 255]).unwrap();
    file.remove(at);
    let parts = walk(&Gif, &file).unwrap();
    let payloads = Gif.payloads(&parts, &Limits::default());
    assert!(matches!(&payloads[..], [Payload::Xmp(packet)] if **packet == *text.as_bytes()));

    // Some writers cut it into sub-blocks like any other data.
    let file = gif(&[IMAGE_A, &application(b"XMP DataXMP", text.as_bytes())]);
    let parts = walk(&Gif, &file).unwrap();
    let payloads = Gif.payloads(&parts, &Limits::default());
    assert!(matches!(&payloads[..], [Payload::Xmp(packet)] if **packet == *text.as_bytes()));
}

#[test]
fn removes_all_and_plays_as_before() {
    let expected = gif(&[LOOP_FOREVER, CONTROL_A, IMAGE_A, CONTROL_B, IMAGE_B]);
    assert_eq!(clean(&Gif, &full()), Ok(expected));
    let frame = Gif.frame(&walk(&Gif, &full()).unwrap()).unwrap();
    assert_eq!((frame.width, frame.height, frame.frames), (2, 1, 2));
}

#[test]
fn a_control_goes_with_the_image_that_decoders_apply_it_to() {
    // Decoders show no plain text: its control is the next image's, unless that has its own.
    let cleaned = |blocks: &[&[u8]]| clean(&Gif, &gif(blocks)).unwrap();
    assert_eq!(
        cleaned(&[CONTROL_A, PLAIN, IMAGE_A]),
        gif(&[CONTROL_A, IMAGE_A])
    );
    assert_eq!(
        cleaned(&[CONTROL_A, PLAIN, CONTROL_B, IMAGE_A]),
        gif(&[CONTROL_B, IMAGE_A])
    );
    assert_eq!(
        cleaned(&[CONTROL_A, b"\x21\x99\x01x\0", IMAGE_A]),
        gif(&[CONTROL_A, IMAGE_A])
    );
    assert_eq!(cleaned(&[IMAGE_A, CONTROL_B]), gif(&[IMAGE_A]));
}

#[test]
fn a_loop_extension_keeps_its_count_and_nothing_else() {
    let hiding = b"\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0\x05\x02hide\0";
    let file = gif(&[hiding, IMAGE_A]);
    assert_eq!(clean(&Gif, &file), Ok(gif(&[LOOP_FOREVER, IMAGE_A])));
    assert!(told(&Gif, &file)[0].starts_with(r#"Unknown { name: "NETSCAPE2.0""#));
    assert!(told(&Gif, &gif(&[LOOP_FOREVER, IMAGE_A])).is_empty());
}

#[test]
fn a_clean_file_stays_as_it_is() {
    let file = gif(&[LOOP_FOREVER, CONTROL_A, IMAGE_A, IMAGE_B]);
    assert_eq!(clean(&Gif, &file), Ok(file));
    let mut old = gif(&[IMAGE_A]);
    old[4] = b'7';
    assert_eq!(clean(&Gif, &old), Ok(old));
}

#[test]
fn cut_off_anywhere_is_an_error() {
    let trailer = b"the uncropped picture".len();
    cut_anywhere(&Gif, &full(), full().len() - trailer);
    assert!(walk(&Gif, &full()[..full().len() - 5]).is_ok());
}

#[test]
fn what_decoders_refuse_is_refused() {
    let refused = |blocks: &[&[u8]]| {
        assert!(
            matches!(walk(&Gif, &gif(blocks)), Err(Error::Malformed { .. })),
            "{blocks:?}"
        );
    };
    refused(&[]);
    refused(&[COMMENT_A]);
    refused(&[IMAGE_A, b"\x07"]);
    refused(&[b"\x21\xF9\x05\x04\x0A\0\0\0\0", IMAGE_A]);
    refused(&[b"\x21\xF9\x04\x04\x0A\0\0\x01x\0", IMAGE_A]);
    refused(&[b"\x2C\0\0\0\0\x01\0\x01\0\0\x0C\x02\x44\x01\0"]);
    refused(&[b"\x2C\0\0\0\0\x01\0\x01\0\0\0\x02\x44\x01\0"]);
    assert!(walk(&Gif, b"GIF88a\x02\0\x01\0\0\0\0;").is_err());
}

#[test]
fn a_screen_without_size_takes_that_of_the_first_image() {
    let mut file = gif(&[IMAGE_A]);
    file[6] = 0;
    let frame = Gif.frame(&walk(&Gif, &file).unwrap()).unwrap();
    assert_eq!((frame.width, frame.height, frame.frames), (1, 1, 1));
    file[HEAD.len() + 5] = 0;
    assert!(walk(&Gif, &file).is_err());
}

#[test]
fn many_blocks_take_linear_time_and_a_limit() {
    let comments = COMMENT_A.repeat(65_535);
    let file = gif(&[
        &comments,
        &CONTROL_A.repeat(65_535),
        IMAGE_A,
        &vec![0; 100_000],
    ]);
    clean(&Gif, &file).unwrap();
    let limits = Limits {
        parts_max: 1_000,
        ..Limits::default()
    };
    assert!(matches!(
        Gif.parts(&file, &limits),
        Err(Error::TooMany { limit: 1_000, .. })
    ));
}

#[test]
fn corruption_never_panics() {
    assert!(corrupt(&Gif, &full(), 10_000, |_| {}) > 100);
}
