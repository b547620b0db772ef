//! The `pdqhash` crate behind the line protocol of `crates/fingerprint/examples/recall/peers.rs`: a request is `known NUMBER PATH`
//! or `copy NUMBER PATH`, where PATH is a PPM picture; the answer to `known` is `ok`, and that to `copy` is how many bits differ
//! from the photo of that number.

use std::collections::HashMap;
use std::io::{self, BufRead, Write};

use pdqhash::image::{DynamicImage, RgbImage};

fn main() -> io::Result<()> {
    let mut known: HashMap<String, [u8; 32]> = HashMap::new();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let mut words = line.splitn(3, ' ');
        let (Some(what), Some(number), Some(path)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let hash = picture(path).and_then(|picture| Some(pdqhash::generate_pdq(&picture)?.0));
        let answer = match (what, hash) {
            ("known", Some(hash)) => {
                known.insert(number.to_owned(), hash);
                "ok".to_owned()
            }
            ("copy", Some(hash)) => known.get(number).map_or_else(
                || "none".to_owned(),
                |photo| {
                    let pairs = photo.iter().zip(hash);
                    pairs.map(|(a, b)| (a ^ b).count_ones()).sum::<u32>().to_string()
                },
            ),
            _ => "none".to_owned(),
        };
        println!("{answer}");
        io::stdout().flush()?;
    }
    Ok(())
}

/// A PPM of eight bits, as the benchmark writes it: `P6`, width, height and 255, each behind one white space.
fn picture(path: &str) -> Option<DynamicImage> {
    let file = std::fs::read(path).ok()?;
    let mut fields = file.splitn(5, |byte| byte.is_ascii_whitespace());
    let number = |field: &[u8]| str::from_utf8(field).ok()?.parse().ok();
    let (_, width, height) = (fields.next()?, number(fields.next()?)?, number(fields.next()?)?);
    let _ = fields.next()?;
    let picture = RgbImage::from_raw(width, height, fields.next()?.to_vec())?;
    Some(DynamicImage::ImageRgb8(picture))
}
