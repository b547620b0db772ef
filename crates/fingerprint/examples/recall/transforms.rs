//! What happens to pictures on their way through the world.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, crop_imm, flip_horizontal, replace, resize, rotate90};
use image::{Rgb, RgbImage};

use crate::draw::{disc, fill, text, warped};
use crate::made::Random;

/// A transform takes the photo, another photo, and something random.
pub(crate) type Transform = fn(&RgbImage, &RgbImage, &mut Random) -> RgbImage;

/// The transforms, in the order of the table.
pub(crate) const ALL: [(&str, Transform); 43] = [
    ("jpeg q75", |p, _, _| jpeg(p, 75)),
    ("jpeg q50", |p, _, _| jpeg(p, 50)),
    ("jpeg q30", |p, _, _| jpeg(p, 30)),
    ("jpeg q10", |p, _, _| jpeg(p, 10)),
    ("half the size", |p, _, _| jpeg(&scaled(p, 0.5), 85)),
    ("a quarter of the size", |p, _, _| {
        jpeg(&scaled(p, 0.25), 85)
    }),
    ("screenshot", |p, _, _| {
        jpeg(
            &mapped(&scaled(p, 0.83), |v| 255.0 * (v / 255.0).powf(1.12)),
            80,
        )
    }),
    ("screenshot in an app", |p, _, r| jpeg(&in_app(p, r), 80)),
    ("crop 5 %", |p, _, r| jpeg(&cropped(p, 0.05, r), 85)),
    ("crop 10 %", |p, _, r| jpeg(&cropped(p, 0.1, r), 85)),
    ("crop 20 %", |p, _, r| jpeg(&cropped(p, 0.2, r), 85)),
    ("crop 30 %", |p, _, r| jpeg(&cropped(p, 0.3, r), 85)),
    ("crop 50 %", |p, _, r| jpeg(&cropped(p, 0.5, r), 85)),
    ("border 10 %", |p, _, _| jpeg(&bordered(p, 0.1), 85)),
    ("caption bar 20 %", |p, _, r| jpeg(&captioned(p, r), 85)),
    ("mirrored", |p, _, _| jpeg(&flip_horizontal(p), 85)),
    ("turned by 90°", |p, _, _| jpeg(&rotate90(p), 85)),
    ("turned by 2°", |p, _, _| jpeg(&turned(p, 2.0), 85)),
    ("turned by 5°", |p, _, _| jpeg(&turned(p, 5.0), 85)),
    ("turned by 5°, inner part", |p, _, _| {
        jpeg(&inner(&turned(p, 5.0), 0.16), 85)
    }),
    ("sepia", |p, _, _| jpeg(&sepia(p), 85)),
    ("warm", |p, _, _| jpeg(&warm(p), 85)),
    ("grey", |p, _, _| jpeg(&saturated(p, 0.0), 85)),
    ("saturation x 2", |p, _, _| jpeg(&saturated(p, 2.0), 85)),
    ("30 % brighter", |p, _, _| jpeg(&mapped(p, |v| v * 1.3), 85)),
    ("30 % darker", |p, _, _| jpeg(&mapped(p, |v| v * 0.7), 85)),
    ("40 % more contrast", |p, _, _| {
        jpeg(&mapped(p, |v| (v - 128.0) * 1.4 + 128.0), 85)
    }),
    ("40 % less contrast", |p, _, _| {
        jpeg(&mapped(p, |v| (v - 128.0) * 0.6 + 128.0), 85)
    }),
    ("text over it", |p, _, r| jpeg(&texted(p, r), 85)),
    ("sticker 10 %", |p, _, r| jpeg(&stickered(p, r), 85)),
    ("tiled watermark", |p, _, _| jpeg(&watermarked(p), 85)),
    ("15 % pasted", |p, o, r| jpeg(&pasted(p, o, 0.15, r), 85)),
    ("30 % pasted", |p, o, r| jpeg(&pasted(p, o, 0.3, r), 85)),
    ("blur 3 and noise 15", |p, _, r| {
        jpeg(&noisy(&blurred(p, 3.0), 15.0, r), 85)
    }),
    ("blur 6 and noise 25", |p, _, r| {
        jpeg(&noisy(&blurred(p, 6.0), 25.0, r), 85)
    }),
    ("redrawn from 128 px", |p, _, r| jpeg(&redrawn(p, r), 85)),
    ("perturbed by 8/255", |p, _, r| jpeg(&perturbed(p, r), 90)),
    ("photo of a screen", |p, _, r| jpeg(&of_screen(p, r), 80)),
    ("half of a collage", |p, o, _| jpeg(&collage(p, o), 85)),
    ("mirrored, crop 20 %, q50", |p, _, r| {
        jpeg(&cropped(&flip_horizontal(p), 0.2, r), 50)
    }),
    ("caption, half the size, q50", |p, _, r| {
        jpeg(&scaled(&captioned(p, r), 0.5), 50)
    }),
    ("crop 30 %, warm, text, q60", |p, _, r| {
        jpeg(&texted(&warm(&cropped(p, 0.3, r)), r), 60)
    }),
    ("mirrored, in an app", |p, _, r| {
        jpeg(&in_app(&flip_horizontal(p), r), 80)
    }),
];

/// About normal, of standard deviation one.
fn normal(random: &mut Random) -> f32 {
    let sum: f32 = (0..6).map(|_| random.share()).sum();
    (sum - 3.0) * std::f32::consts::SQRT_2
}

pub(crate) fn jpeg(picture: &RgbImage, quality: u8) -> RgbImage {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(picture)
        .unwrap();
    image::load_from_memory(&bytes).unwrap().into_rgb8()
}

pub(crate) fn scaled(picture: &RgbImage, by: f32) -> RgbImage {
    let of = |side: u32| ((side as f32 * by) as u32).max(1);
    resize(
        picture,
        of(picture.width()),
        of(picture.height()),
        FilterType::Triangle,
    )
}

fn mapped(picture: &RgbImage, map: impl Fn(f32) -> f32) -> RgbImage {
    let mut out = picture.clone();
    out.iter_mut()
        .for_each(|value| *value = map(f32::from(*value)).round() as u8);
    out
}

fn recoloured(picture: &RgbImage, map: impl Fn([f32; 3]) -> [f32; 3]) -> RgbImage {
    let mut out = picture.clone();
    out.pixels_mut()
        .for_each(|pixel| pixel.0 = map(pixel.0.map(f32::from)).map(|value| value.round() as u8));
    out
}

fn sepia(picture: &RgbImage) -> RgbImage {
    recoloured(picture, |[r, g, b]| {
        [
            0.393 * r + 0.769 * g + 0.189 * b,
            0.349 * r + 0.686 * g + 0.168 * b,
            0.272 * r + 0.534 * g + 0.131 * b,
        ]
    })
}

fn warm(picture: &RgbImage) -> RgbImage {
    recoloured(picture, |[r, g, b]| [r * 1.18 + 6.0, g * 1.04, b * 0.78])
}

fn saturated(picture: &RgbImage, by: f32) -> RgbImage {
    recoloured(picture, |[r, g, b]| {
        let grey = 0.299 * r + 0.587 * g + 0.114 * b;
        [r, g, b].map(|v| grey + by * (v - grey))
    })
}

/// So much less wide and high, at a random place.
fn cropped(picture: &RgbImage, by: f32, random: &mut Random) -> RgbImage {
    let part = |side: u32| (side as f32 * (1.0 - by)) as u32;
    let (width, height) = (part(picture.width()), part(picture.height()));
    let x = (random.share() * (picture.width() - width) as f32) as u32;
    let y = (random.share() * (picture.height() - height) as f32) as u32;
    crop_imm(picture, x, y, width, height).to_image()
}

fn inner(picture: &RgbImage, by: f32) -> RgbImage {
    let cut = |side: u32| (side as f32 * by) as u32;
    let (x, y) = (cut(picture.width()), cut(picture.height()));
    crop_imm(
        picture,
        x,
        y,
        picture.width() - 2 * x,
        picture.height() - 2 * y,
    )
    .to_image()
}

fn bordered(picture: &RgbImage, by: f32) -> RgbImage {
    let edge = (picture.width().max(picture.height()) as f32 * by) as u32;
    let mut out = RgbImage::from_pixel(
        picture.width() + 2 * edge,
        picture.height() + 2 * edge,
        Rgb([250; 3]),
    );
    replace(&mut out, picture, i64::from(edge), i64::from(edge));
    out
}

fn words(random: &mut Random) -> String {
    const WORDS: [&str; 12] = [
        "WOW",
        "LOOK AT THIS",
        "NOBODY",
        "ME",
        "WHEN",
        "THE PARTY",
        "IS",
        "OVER",
        "YESTERDAY",
        "MONDAY",
        "SHE SAID",
        "REALLY",
    ];
    (0..3)
        .map(|_| WORDS[(random.next() % 12) as usize])
        .collect::<Vec<_>>()
        .join(" ")
}

fn captioned(picture: &RgbImage, random: &mut Random) -> RgbImage {
    let bar = picture.height() / 5;
    let mut out = RgbImage::from_pixel(picture.width(), picture.height() + bar, Rgb([255; 3]));
    replace(&mut out, picture, 0, i64::from(bar));
    let words = words(random);
    let dot = (picture.width() / (6 * words.len() as u32 + 6)).max(1);
    text(
        &mut out,
        &words,
        (i64::from(3 * dot), i64::from(bar / 3)),
        dot,
        [10; 3],
        1.0,
    );
    out
}

fn texted(picture: &RgbImage, random: &mut Random) -> RgbImage {
    let mut out = picture.clone();
    for share in [0.12, 0.75] {
        let words = words(random);
        let dot = (picture.width() / (6 * words.len() as u32 + 4)).max(1);
        let y = (picture.height() as f32 * share) as i64;
        text(
            &mut out,
            &words,
            (
                i64::from(2 * dot) + i64::from(dot / 2),
                y + i64::from(dot / 2),
            ),
            dot,
            [0; 3],
            1.0,
        );
        text(
            &mut out,
            &words,
            (i64::from(2 * dot), y),
            dot,
            [255; 3],
            1.0,
        );
    }
    out
}

fn stickered(picture: &RgbImage, random: &mut Random) -> RgbImage {
    let mut out = picture.clone();
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let radius = (0.1 * width * height / std::f32::consts::PI).sqrt();
    let x = radius + random.share() * (width - 2.0 * radius);
    let y = radius.min(height / 2.0) + random.share() * (height - 2.0 * radius).max(0.0);
    disc(&mut out, (x, y), radius, [250, 210, 40]);
    for side in [-0.35, 0.35] {
        disc(
            &mut out,
            (x + side * radius, y - 0.25 * radius),
            radius * 0.12,
            [60, 40, 10],
        );
    }
    disc(
        &mut out,
        (x, y + 0.35 * radius),
        radius * 0.3,
        [120, 40, 20],
    );
    out
}

fn watermarked(picture: &RgbImage) -> RgbImage {
    let mut out = picture.clone();
    let dot = (picture.width() / 250).max(1);
    for y in (0..picture.height()).step_by(16 * dot as usize) {
        for x in (0..picture.width()).step_by(50 * dot as usize) {
            let shift = y / dot % 32;
            text(
                &mut out,
                "SAMPLE",
                (i64::from(x) + i64::from(shift), i64::from(y)),
                dot,
                [255; 3],
                0.35,
            );
        }
    }
    out
}

/// A part of another photo, with this share of the area, in the middle third.
fn pasted(picture: &RgbImage, other: &RgbImage, share: f32, random: &mut Random) -> RgbImage {
    let mut out = picture.clone();
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let part = share.sqrt();
    let size = ((width * part) as u32, (height * part) as u32);
    let patch = resize(other, size.0, size.1, FilterType::Triangle);
    let x = random.share() * (width - size.0 as f32);
    let y = random.share() * (height - size.1 as f32);
    replace(&mut out, &patch, x as i64, y as i64);
    out
}

/// Smoothed, nearly by a Gaussian. The radius is its standard deviation in a picture of 1000 pixels.
fn blurred(picture: &RgbImage, radius: f32) -> RgbImage {
    let sigma = radius * picture.width().max(picture.height()) as f32 / 1000.0;
    image::imageops::fast_blur(picture, sigma.max(0.3))
}

fn noisy(picture: &RgbImage, by: f32, random: &mut Random) -> RgbImage {
    let mut out = picture.clone();
    for value in out.iter_mut() {
        *value = (f32::from(*value) + by * normal(random)).round() as u8;
    }
    out
}

fn perturbed(picture: &RgbImage, random: &mut Random) -> RgbImage {
    let mut out = picture.clone();
    for value in out.iter_mut() {
        *value = (f32::from(*value) + if random.next() & 1 == 0 { 8.0 } else { -8.0 }) as u8;
    }
    out
}

/// What an image generator that starts from a picture leaves: small shapes are gone, and textures are new.
fn redrawn(picture: &RgbImage, random: &mut Random) -> RgbImage {
    let small = scaled(
        picture,
        128.0 / picture.width().max(picture.height()) as f32,
    );
    let median = RgbImage::from_fn(small.width(), small.height(), |x, y| {
        Rgb([0, 1, 2].map(|channel| {
            let mut around = Vec::new();
            for (dx, dy) in (0..9u32).map(|at| (at % 3, at / 3)) {
                let x = (x + dx).saturating_sub(1).min(small.width() - 1);
                let y = (y + dy).saturating_sub(1).min(small.height() - 1);
                around.push(small.get_pixel(x, y)[channel]);
            }
            around.sort_unstable();
            around[4]
        }))
    });
    let large = resize(
        &median,
        picture.width(),
        picture.height(),
        FilterType::CatmullRom,
    );
    noisy(&large, 6.0, random)
}

/// Turned about its middle and enlarged so that nothing is cut off, black around.
fn turned(picture: &RgbImage, degrees: f32) -> RgbImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let size = (
        (width * cos + height * sin) as u32,
        (width * sin + height * cos) as u32,
    );
    let middle = (size.0 as f32 / 2.0, size.1 as f32 / 2.0);
    warped(picture, size, [0; 3], |x, y| {
        let (x, y) = (x - middle.0, y - middle.1);
        (
            cos * x + sin * y + width / 2.0,
            cos * y - sin * x + height / 2.0,
        )
    })
}

/// Seen at an angle, with stripes and noise.
fn of_screen(picture: &RgbImage, random: &mut Random) -> RgbImage {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let size = (picture.width() * 11 / 10, picture.height() * 11 / 10);
    let (bend, lean) = (0.00018 * 1000.0 / width, 0.0001 * 1000.0 / height);
    let mut out = warped(picture, size, [25, 22, 20], |x, y| {
        let (x, y) = (x - 0.05 * width, y - 0.04 * height);
        let w = 1.0 + bend * x + lean * y;
        let (u, v) = (1.13 * x + 0.04 * y, 1.1 * y - 0.03 * x);
        (u / w, v / w)
    });
    for (_, y, pixel) in out.enumerate_pixels_mut() {
        let stripe = 1.0 + 0.06 * (y as f32 * 1.7).sin();
        pixel.0 = pixel
            .0
            .map(|value| (f32::from(value) * stripe * 0.92 + 12.0) as u8);
    }
    noisy(&out, 5.0, random)
}

/// As it lies in a phone's app: a bar above, buttons, texts, the photo as wide as the screen.
fn in_app(picture: &RgbImage, random: &mut Random) -> RgbImage {
    let width = 720;
    let photo = scaled(picture, width as f32 / picture.width() as f32);
    let height = (photo.height() + 420).max(1280);
    let mut out = RgbImage::from_pixel(width, height, Rgb([252, 252, 254]));
    fill(&mut out, (0, 0), (720, 48), [240; 3], 1.0);
    text(&mut out, "NEWS FEED", (24, 14), 3, [40; 3], 1.0);
    disc(&mut out, (50.0, 110.0), 32.0, [120, 160, 220]);
    text(&mut out, &words(random), (100, 84), 3, [20; 3], 1.0);
    text(&mut out, "TWO HOURS AGO", (100, 120), 2, [130; 3], 1.0);
    replace(&mut out, &photo, 0, 170);
    let below = i64::from(photo.height()) + 190;
    for (number, colour) in (0..4).zip([[220, 60, 60], [60, 60, 60], [60, 120, 60], [60; 3]]) {
        fill(&mut out, (24 + 90 * number, below), (48, 40), colour, 1.0);
    }
    for line in 0..3 {
        text(
            &mut out,
            &words(random),
            (24, below + 70 + 36 * line),
            3,
            [30; 3],
            1.0,
        );
    }
    out
}

fn collage(picture: &RgbImage, other: &RgbImage) -> RgbImage {
    let (width, height) = (picture.width() / 2, picture.height() / 2);
    let mut out = RgbImage::from_pixel(2 * width, height, Rgb([255; 3]));
    replace(
        &mut out,
        &resize(picture, width, height, FilterType::Triangle),
        0,
        0,
    );
    replace(
        &mut out,
        &resize(other, width, height, FilterType::Triangle),
        i64::from(width),
        0,
    );
    out
}
