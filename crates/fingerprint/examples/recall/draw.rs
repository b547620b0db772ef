//! Drawing on pictures: text of a small font, discs, boxes, warps.

use image::{Rgb, RgbImage};

/// Five columns of seven dots for each letter, the lowest bit at the top.
const FONT: [(char, [u8; 5]); 27] = [
    ('A', [0x7E, 0x11, 0x11, 0x11, 0x7E]),
    ('B', [0x7F, 0x49, 0x49, 0x49, 0x36]),
    ('C', [0x3E, 0x41, 0x41, 0x41, 0x22]),
    ('D', [0x7F, 0x41, 0x41, 0x22, 0x1C]),
    ('E', [0x7F, 0x49, 0x49, 0x49, 0x41]),
    ('F', [0x7F, 0x09, 0x09, 0x09, 0x01]),
    ('G', [0x3E, 0x41, 0x49, 0x49, 0x7A]),
    ('H', [0x7F, 0x08, 0x08, 0x08, 0x7F]),
    ('I', [0x00, 0x41, 0x7F, 0x41, 0x00]),
    ('J', [0x20, 0x40, 0x41, 0x3F, 0x01]),
    ('K', [0x7F, 0x08, 0x14, 0x22, 0x41]),
    ('L', [0x7F, 0x40, 0x40, 0x40, 0x40]),
    ('M', [0x7F, 0x02, 0x0C, 0x02, 0x7F]),
    ('N', [0x7F, 0x04, 0x08, 0x10, 0x7F]),
    ('O', [0x3E, 0x41, 0x41, 0x41, 0x3E]),
    ('P', [0x7F, 0x09, 0x09, 0x09, 0x06]),
    ('Q', [0x3E, 0x41, 0x51, 0x21, 0x5E]),
    ('R', [0x7F, 0x09, 0x19, 0x29, 0x46]),
    ('S', [0x46, 0x49, 0x49, 0x49, 0x31]),
    ('T', [0x01, 0x01, 0x7F, 0x01, 0x01]),
    ('U', [0x3F, 0x40, 0x40, 0x40, 0x3F]),
    ('V', [0x1F, 0x20, 0x40, 0x20, 0x1F]),
    ('W', [0x3F, 0x40, 0x38, 0x40, 0x3F]),
    ('X', [0x63, 0x14, 0x08, 0x14, 0x63]),
    ('Y', [0x07, 0x08, 0x70, 0x08, 0x07]),
    ('Z', [0x61, 0x51, 0x49, 0x45, 0x43]),
    (' ', [0, 0, 0, 0, 0]),
];

/// Writes capitals with dots of this size, mixed in with this much weight.
pub(crate) fn text(
    on: &mut RgbImage,
    words: &str,
    at: (i64, i64),
    dot: u32,
    colour: [u8; 3],
    weight: f32,
) {
    let mut x = at.0;
    for letter in words.chars() {
        let columns = FONT
            .iter()
            .find(|(known, _)| *known == letter)
            .map_or([0; 5], |(_, columns)| *columns);
        for (column, dots) in (0i64..).zip(columns) {
            for row in (0i64..7).filter(|row| dots >> row & 1 == 1) {
                let dot = i64::from(dot);
                fill(
                    on,
                    (x + column * dot, at.1 + row * dot),
                    (dot, dot),
                    colour,
                    weight,
                );
            }
        }
        x += 6 * i64::from(dot);
    }
}

/// A box of this size, mixed in with this much weight.
pub(crate) fn fill(
    on: &mut RgbImage,
    at: (i64, i64),
    size: (i64, i64),
    colour: [u8; 3],
    weight: f32,
) {
    let (width, height) = (i64::from(on.width()), i64::from(on.height()));
    for y in at.1.max(0)..(at.1 + size.1).min(height) {
        for x in at.0.max(0)..(at.0 + size.0).min(width) {
            mix(on.get_pixel_mut(x as u32, y as u32), colour, weight);
        }
    }
}

pub(crate) fn disc(on: &mut RgbImage, middle: (f32, f32), radius: f32, colour: [u8; 3]) {
    for (x, y, pixel) in on.enumerate_pixels_mut() {
        if (x as f32 - middle.0).hypot(y as f32 - middle.1) <= radius {
            *pixel = Rgb(colour);
        }
    }
}

fn mix(pixel: &mut Rgb<u8>, colour: [u8; 3], weight: f32) {
    for (value, colour) in pixel.0.iter_mut().zip(colour) {
        *value = (f32::from(*value) * (1.0 - weight) + f32::from(colour) * weight) as u8;
    }
}

/// A new picture whose pixels come from where `place` says, interpolated; outside, `around`.
pub(crate) fn warped(
    of: &RgbImage,
    size: (u32, u32),
    around: [u8; 3],
    place: impl Fn(f32, f32) -> (f32, f32),
) -> RgbImage {
    let (width, height) = (of.width() as f32, of.height() as f32);
    RgbImage::from_fn(size.0, size.1, |x, y| {
        let (u, v) = place(x as f32 + 0.5, y as f32 + 0.5);
        let (u, v) = (u - 0.5, v - 0.5);
        if u < -0.5 || v < -0.5 || u > width - 0.5 || v > height - 0.5 {
            return Rgb(around);
        }
        let (u, v) = (u.clamp(0.0, width - 1.001), v.clamp(0.0, height - 1.001));
        let (x, y) = (u as u32, v as u32);
        let (dx, dy) = (u.fract(), v.fract());
        let of = |x: u32, y: u32, c: usize| {
            f32::from(of.get_pixel(x.min(of.width() - 1), y.min(of.height() - 1))[c])
        };
        Rgb([0, 1, 2].map(|c| {
            let above = of(x, y, c) * (1.0 - dx) + of(x + 1, y, c) * dx;
            let below = of(x, y + 1, c) * (1.0 - dx) + of(x + 1, y + 1, c) * dx;
            (above * (1.0 - dy) + below * dy).round() as u8
        }))
    })
}
