//! PNG and APNG.

use crate::blocks::{exif, icc, provenance, trailer, xmp};
use crate::recipe::{NAME, Recipe, SECRET};

pub fn build(recipe: &mut Recipe<'_>) -> Vec<u8> {
    let (colour, depth, channels) = recipe.pick(&[
        (6_u8, 8_u8, 4_usize),
        (2, 8, 3),
        (0, 1, 1),
        (3, 4, 1),
        (4, 16, 2),
        (0, 16, 1),
        (3, 8, 1),
    ]);
    let (width, height) = (1 + recipe.below(9), 1 + recipe.below(9));
    let row = 1 + (width * channels * usize::from(depth)).div_ceil(8);
    let interlaced = recipe.once_in(8);
    let header = [
        &recipe.be32(width)[..],
        &recipe.be32(height),
        &[
            recipe.number(depth.into()) as u8,
            recipe.number(colour.into()) as u8,
            0,
            0,
        ],
        &[u8::from(interlaced)],
    ]
    .concat();
    // Of palettes only the first entry is used, so that every length is right.
    let picture = |recipe: &mut Recipe<'_>| {
        let mut rows = Vec::new();
        for _ in 0..height * if interlaced { 2 } else { 1 } {
            rows.push(0);
            let line = if colour == 3 {
                vec![0; row - 1]
            } else {
                recipe.noise(row - 1)
            };
            rows.extend(line);
        }
        miniz_oxide::deflate::compress_to_vec_zlib(&rows, 1)
    };

    let mut chunks: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for _ in 0..recipe.count(4) {
        chunks.push(extra(recipe));
    }
    if colour == 3 {
        chunks.push((b"PLTE".to_vec(), recipe.noise(48)));
        if recipe.once_in(3) {
            let len = 1 + recipe.below(16);
            chunks.push((b"tRNS".to_vec(), recipe.noise(len)));
        }
    }
    let frames = if recipe.once_in(4) {
        1 + recipe.below(3)
    } else {
        0
    };
    let mut sequence = 0;
    if frames > 0 {
        let content = [recipe.be32(frames), recipe.be32(0)].concat();
        chunks.push((b"acTL".to_vec(), content));
        chunks.push(frame(recipe, &mut sequence, width, height));
    }
    let data = picture(recipe);
    let len = 1 + recipe.below(256);
    chunks.extend(
        data.chunks(len.max(data.len() / 3 + 1))
            .map(|piece| (b"IDAT".to_vec(), piece.to_vec())),
    );
    for _ in 1..frames {
        chunks.push(frame(recipe, &mut sequence, width, height));
        let data = picture(recipe);
        let number = recipe.be32(sequence);
        sequence += 1;
        chunks.push((b"fdAT".to_vec(), [&number[..], &data].concat()));
    }
    for _ in 0..recipe.count(3) {
        chunks.push(extra(recipe));
    }
    recipe.disturb(&mut chunks);

    let mut file = b"\x89PNG\r\n\x1A\n".to_vec();
    write(recipe, &mut file, b"IHDR", &header);
    for (label, content) in chunks {
        write(recipe, &mut file, &label, &content);
    }
    if !recipe.once_in(24) {
        let hidden = if recipe.once_in(16) { SECRET } else { b"" };
        write(recipe, &mut file, b"IEND", hidden);
    }
    if recipe.once_in(3) {
        file.extend(trailer(recipe));
    }
    recipe.spoil(&mut file);
    file
}

fn write(recipe: &mut Recipe<'_>, file: &mut Vec<u8>, label: &[u8], content: &[u8]) {
    file.extend(recipe.be32(content.len()));
    let at = file.len();
    file.extend(label);
    file.extend(content);
    let sum = crc32fast::hash(&file[at..]);
    file.extend(recipe.be32(sum as usize));
}

/// PNG § 11.3.6.2.
fn frame(
    recipe: &mut Recipe<'_>,
    sequence: &mut usize,
    width: usize,
    height: usize,
) -> (Vec<u8>, Vec<u8>) {
    let content = [
        &recipe.be32(*sequence)[..],
        &recipe.be32(width),
        &recipe.be32(height),
        &recipe.be32(0),
        &recipe.be32(0),
        &recipe.be16(1),
        &recipe.be16(10),
        &[recipe.pick(&[0, 1, 2, 3]), recipe.pick(&[0, 1, 2])],
    ]
    .concat();
    *sequence += 1;
    (b"fcTL".to_vec(), content)
}

fn extra(recipe: &mut Recipe<'_>) -> (Vec<u8>, Vec<u8>) {
    let (label, content): (&[u8], Vec<u8>) = match recipe.below(24) {
        0 => (b"tEXt", [b"Author\0", NAME].concat()),
        1 => {
            let text = recipe.text();
            (
                b"zTXt",
                [b"Comment\0\0", &deflated(recipe, &text)[..]].concat(),
            )
        }
        2 => (
            b"iTXt",
            [b"XML:com.adobe.xmp\0\0\0\0\0", &xmp(recipe)[..]].concat(),
        ),
        3 => {
            let packet = xmp(recipe);
            (
                b"iTXt",
                [
                    b"XML:com.adobe.xmp\0\x01\0en\0x\0",
                    &deflated(recipe, &packet)[..],
                ]
                .concat(),
            )
        }
        4 => (b"eXIf", exif(recipe)),
        5 => {
            let profile = icc(recipe);
            (
                b"iCCP",
                [SECRET, b"\0\0", &deflated(recipe, &profile)].concat(),
            )
        }
        6 => (b"tIME", vec![7, 0xE8, 1, 2, 3, 4, 5]),
        7 => (b"caBX", provenance(recipe)),
        8 => (b"gAMA", recipe.be32(45_455).to_vec()),
        9 => (b"cHRM", recipe.noise(32)),
        10 => (b"sRGB", vec![recipe.byte()]),
        11 => (
            b"pHYs",
            [
                recipe.be32(2835).to_vec(),
                recipe.be32(2835).to_vec(),
                vec![1],
            ]
            .concat(),
        ),
        12 => (b"sBIT", vec![8; 1 + recipe.below(4)]),
        13 => (b"bKGD", recipe.some_bytes()),
        14 => (b"hIST", recipe.secret()),
        15 => (b"sPLT", recipe.secret()),
        16 => (b"cICP", vec![1, 13, 0, 1]),
        17 => (b"mDCV", recipe.noise(24)),
        18 => (b"cLLI", recipe.noise(8)),
        19 => {
            let hex: String = exif(recipe)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let text = format!("\nexif\n{:8}\n{hex}\n", hex.len() / 2);
            (
                b"zTXt",
                [
                    b"Raw profile type exif\0\0",
                    &deflated(recipe, text.as_bytes())[..],
                ]
                .concat(),
            )
        }
        20 => (b"tRNS", recipe.noise(6)),
        21 => (b"prVt", recipe.secret()),
        22 => (b"PRVT", recipe.secret()),
        _ => (
            b"tEXt",
            [
                b"parameters\0",
                SECRET,
                b"\nSteps: 20, Sampler: Euler, Seed: 1",
            ]
            .concat(),
        ),
    };
    (label.to_vec(), content)
}

/// A zlib stream, sometimes with words behind its end, or broken.
fn deflated(recipe: &mut Recipe<'_>, data: &[u8]) -> Vec<u8> {
    let mut out = miniz_oxide::deflate::compress_to_vec_zlib(data, recipe.pick(&[1, 0]));
    if recipe.once_in(16) {
        out.extend(SECRET);
    }
    if recipe.once_in(16) {
        recipe.spoil(&mut out);
    }
    out
}
