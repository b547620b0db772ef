//! Photos made for tests, of integers and chances that are the same everywhere: shapes in front of each other, with
//! textures and light, which have the edges, corners and scales of photos ("dead leaves", Lee, Mumford and Huang 2001).

/// SplitMix64 (Steele et al. 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to 1.
    pub(crate) fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }
}

/// The bytes of a photo, red, green, blue.
pub(crate) fn photo(width: u32, height: u32, seed: u64) -> Vec<u8> {
    const SHAPES: u32 = 240;
    let mut random = Random(seed.wrapping_mul(0x1234_5678_9ABC_DEF1));
    let mut rgb = vec![128u8; (width * height * 3) as usize];
    let side = width.max(height) as f32;
    for number in 0..SHAPES {
        // Small ones in front, few large ones and many small ones.
        let back = 1.0 - number as f32 / SHAPES as f32;
        let size = side * (0.45 * back.powi(3) + 0.012) * (0.5 + random.share());
        let middle = (
            random.share() * width as f32,
            random.share() * height as f32,
        );
        let colour = [0; 3].map(|_: u8| 255.0 * random.share());
        let (grain, wave) = (30.0 * random.share(), 0.02 + 0.4 * random.share());
        let (sin, cos) = (6.3 * random.share()).sin_cos();
        let (sharp, narrow) = (2.0 + 6.0 * random.share(), 0.3 + 0.7 * random.share());
        let clip = |value: f32, most: u32| value.clamp(0.0, most as f32) as u32;
        for y in clip(middle.1 - size, height)..clip(middle.1 + size, height) {
            for x in clip(middle.0 - size, width)..clip(middle.0 + size, width) {
                let (dx, dy) = (x as f32 - middle.0, y as f32 - middle.1);
                let u = (cos * dx + sin * dy) / size;
                let v = (cos * dy - sin * dx) / (size * narrow);
                if u.abs().powf(sharp) + v.abs().powf(sharp) > 1.0 {
                    continue;
                }
                let light = 0.75 + 0.25 * (u - v) + 0.06 * (wave * u * size).sin();
                let noise = grain * (random.share() - 0.5);
                let at = ((y * width + x) * 3) as usize;
                for (byte, value) in rgb[at..at + 3].iter_mut().zip(colour) {
                    *byte = (value * light + noise) as u8;
                }
            }
        }
    }
    rgb
}

/// A new picture whose pixels come from where `place` says; outside of the old one, grey.
pub(crate) fn remade(
    rgb: &[u8],
    from: (u32, u32),
    to: (u32, u32),
    place: impl Fn(f32, f32) -> (f32, f32),
) -> Vec<u8> {
    let mut out = Vec::with_capacity((to.0 * to.1 * 3) as usize);
    for y in 0..to.1 {
        for x in 0..to.0 {
            let (u, v) = place(x as f32 + 0.5, y as f32 + 0.5);
            let inside = u >= 0.0 && v >= 0.0 && u < from.0 as f32 && v < from.1 as f32;
            let at =
                ((v as u32).min(from.1 - 1) * from.0 + (u as u32).min(from.0 - 1)) as usize * 3;
            out.extend_from_slice(if inside { &rgb[at..at + 3] } else { &[120; 3] });
        }
    }
    out
}
