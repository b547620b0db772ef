//! What fingerprints of a photo of 12 megapixels cost, beside decoding it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use fingerprint::features::{FEATURES_BYTES_MAX, Features, Query};
use fingerprint::matching::compare;
use fingerprint::pdq::{Form, pdq};
use image::codecs::jpeg::JpegEncoder;

use crate::{Bound, made_photo, pixels};

const TIMES: usize = 7;

pub(crate) fn measure() -> Vec<Bound> {
    let mut file = Vec::new();
    let photo = made_photo(4000, 3000, 1);
    JpegEncoder::new_with_quality(&mut file, 85)
        .encode_image(&photo)
        .expect("is encoded");
    let decoded = || {
        image::load_from_memory(&file)
            .expect("is decoded")
            .into_rgb8()
    };
    println!(
        "\nms of CPU for a JPEG of 12 megapixels, {:.1} MB; median of {TIMES}\n",
        file.len() as f64 / 1e6
    );
    let decoding = row("decoding", decoded);
    let nearest = row("PDQ, nearest neighbour, eight turns", || {
        pdq(&pixels(&photo), Form::Nearest)
    });
    let boxed = row("PDQ, box, eight turns", || pdq(&pixels(&photo), Form::Box));
    let features = row("local features", || Features::of(&pixels(&photo)));
    let all = decoding + nearest + boxed + features;
    println!("{:40} {all:>8.1}", "together");
    let query = Query::of(&pixels(&photo));
    row("features of a picture that is looked up", || {
        Query::of(&pixels(&photo))
    });
    let known = Features::of(&pixels(&photo));
    row("comparing with its photo", || compare(&known, &query, 1));
    let other = Features::of(&pixels(&made_photo(4000, 3000, 2)));
    row("comparing with another photo", || {
        compare(&other, &query, 1)
    });
    vec![
        Bound {
            what: format!("recording adds 250 ms of CPU or less: {all:.0} ms"),
            holds: all <= 250.0,
        },
        Bound {
            what: format!("at most 2.5 times a bare decode: {:.2}", all / decoding),
            holds: all <= 2.5 * decoding,
        },
        Bound {
            what: format!("25 KB or less for a photo: {FEATURES_BYTES_MAX} bytes"),
            holds: FEATURES_BYTES_MAX <= 25_000,
        },
    ]
}

/// Measures and prints one thing.
fn row<T>(name: &str, work: impl Fn() -> T) -> f64 {
    let mut took: Vec<f64> = (0..TIMES)
        .map(|_| {
            let started = cpu();
            black_box(work());
            (cpu() - started).as_secs_f64() * 1e3
        })
        .collect();
    took.sort_by(f64::total_cmp);
    let took = took[TIMES / 2];
    println!("{name:40} {took:>8.1}");
    took
}

/// How long this thread has worked; where the system does not tell, how long it has been.
fn cpu() -> Duration {
    thread_local!(static STARTED: Instant = Instant::now());
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text
        .split(' ')
        .next()
        .and_then(|number| number.parse().ok());
    nanoseconds.map_or_else(|| STARTED.with(Instant::elapsed), Duration::from_nanos)
}
