//! How many copies are found, by transform, beside PDQ and other programs; and whether any unrelated photo is taken for one.

use std::path::Path;
use std::thread;

use fingerprint::features::{Features, Query};
use fingerprint::matching::{SCORE_MIN, nearest};
use fingerprint::pdq::{Form, MATCH_MAX, Pdq, pdq};
use image::RgbImage;

use crate::made::Random;
use crate::peers::Peer;
use crate::transforms::{ALL, Transform};
use crate::{Bound, Photo, pixels};

/// Pairs that agree, from which on ORB is said to have found a copy.
const ORB_MIN: u32 = 8;

/// What is known of a photo.
struct Known {
    features: Features,
    pdq: Pdq,
}

/// What came out of one transform.
#[derive(Default)]
struct Row {
    /// Found by: local features, PDQ, PDQ in eight turns, the `pdqhash` crate, ORB.
    found: [usize; 5],
    scores: Vec<f64>,
    missed: Vec<usize>,
    /// Score, photo, and what it was taken for.
    wrong: Vec<(f64, usize, usize)>,
    pairs: usize,
}

/// Measures and prints. Copies are made of the first `copied` photos; each is compared with its photo and with `others` others.
pub(crate) fn measure(
    photos: &[Photo],
    copied: usize,
    others: usize,
    part: &str,
    scratch: &Path,
) -> Vec<Bound> {
    let known: Vec<Known> = photos
        .iter()
        .map(|photo| Known {
            features: Features::of(&pixels(&photo.picture)),
            pdq: pdq(&pixels(&photo.picture), Form::Nearest),
        })
        .collect();
    let poor = (0..copied).filter(|number| !known[*number].features.is_usable());
    let poor: Vec<usize> = poor.collect();
    for number in &poor {
        println!("no usable detail, left out: {}", photos[*number].name);
    }
    let alike = alike(photos, &known);
    println!(
        "\n{:30} {:>8} {:>8} {:>8} {:>8} {:>8}   score: least, median   best wrong\n",
        "found, of 100", "features", "PDQ", "PDQ x 8", "pdqhash", "ORB"
    );
    let rows: Vec<(usize, &(&str, Transform))> = ALL
        .iter()
        .enumerate()
        .filter(|(_, (name, _))| name.contains(part))
        .collect();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let job = |rows: &[(usize, &(&str, Transform))]| -> Vec<Row> {
        let mut peers = [
            Peer::named("CLOAKROOM_BENCH_PDQHASH", scratch),
            Peer::named("CLOAKROOM_BENCH_ORB", scratch),
        ];
        for peer in peers.iter_mut().flatten() {
            for (number, photo) in photos.iter().enumerate().take(copied) {
                peer.know(number, &photo.picture);
            }
        }
        let numbers: Vec<usize> = (0..copied)
            .filter(|number| !poor.contains(number))
            .collect();
        rows.iter()
            .map(|(row, (name, transform))| {
                let done = one(
                    photos, &known, &alike, &numbers, others, *row, *transform, &mut peers,
                );
                print_row(name, &done, numbers.len(), &peers);
                done
            })
            .collect()
    };
    let done: Vec<Row> = thread::scope(|scope| {
        let parts: Vec<_> = rows
            .chunks(rows.len().div_ceil(threads).max(1))
            .map(|part| scope.spawn(|| job(part)))
            .collect();
        let joined = parts.into_iter().map(|part| part.join().expect("finishes"));
        joined.flatten().collect()
    });
    bounds(photos, &rows, &done, copied - poor.len())
}

/// Pairs of photos that are alike before anything was done to them: bursts and the like. They are told apart from false matches.
fn alike(photos: &[Photo], known: &[Known]) -> Vec<(usize, usize)> {
    let mut alike = Vec::new();
    for (number, photo) in photos.iter().enumerate() {
        let query = Query::of(&pixels(&photo.picture));
        for (other, features) in known.iter().enumerate().skip(number + 1) {
            let found = nearest(&features.features, &query, 1).map_or(0.0, |found| found.score);
            let near = known[number].pdq.nearest(features.pdq.hash()).1;
            if found >= SCORE_MIN || near <= MATCH_MAX {
                println!(
                    "near-duplicates, told apart: {} and {} (score {found:.0}, PDQ {near})",
                    photo.name, photos[other].name
                );
                alike.push((number, other));
            }
        }
    }
    alike
}

#[allow(clippy::too_many_arguments)]
fn one(
    photos: &[Photo],
    known: &[Known],
    alike: &[(usize, usize)],
    numbers: &[usize],
    others: usize,
    row: usize,
    transform: Transform,
    peers: &mut [Option<Peer>; 2],
) -> Row {
    let mut out = Row::default();
    for number in numbers.iter().copied() {
        let photo = &photos[number].picture;
        let mut random = Random(row as u64 * 1000 + number as u64);
        let other = (number + 1) % photos.len();
        let copy: RgbImage = transform(photo, &photos[other].picture, &mut random);
        let (query, hash) = (
            Query::of(&pixels(&copy)),
            pdq(&pixels(&copy), Form::Nearest),
        );
        let of = |photo: &Known| nearest(&photo.features, &query, 1).map_or(0.0, |hit| hit.score);
        let score = of(&known[number]);
        out.scores.push(score);
        let near = |distance: u32| usize::from(distance <= MATCH_MAX);
        out.found[0] += usize::from(score >= SCORE_MIN);
        if score < SCORE_MIN {
            out.missed.push(number);
        }
        out.found[1] += near(known[number].pdq.hash().distance(hash.hash()));
        out.found[2] += near(hash.nearest(known[number].pdq.hash()).1);
        let mut ask = |at: usize| {
            peers[at]
                .as_mut()
                .and_then(|peer| peer.of_copy(number, &copy))
        };
        out.found[3] += ask(0).map_or(0, near);
        out.found[4] += usize::from(ask(1).is_some_and(|count| count >= ORB_MIN));
        let is_kin = |a: usize, b: usize| alike.contains(&(a.min(b), a.max(b)));
        for step in 0..others.min(photos.len().saturating_sub(2)) {
            let wrong = (number + 2 + (row + step * 7) % (photos.len() - 2)) % photos.len();
            // The other photo is in collages and pasted parts.
            if wrong == number || wrong == other || is_kin(wrong, number) || is_kin(wrong, other) {
                continue;
            }
            out.pairs += 1;
            let near = hash.is_usable() && hash.nearest(known[wrong].pdq.hash()).1 <= MATCH_MAX;
            let score = if near {
                f64::INFINITY
            } else {
                of(&known[wrong])
            };
            out.wrong.push((score, number, wrong));
        }
        out.wrong.sort_by(|a, b| b.0.total_cmp(&a.0));
        // Those that nearly were matches are of interest, and all of them would be much.
        out.wrong.truncate(40);
    }
    out
}

fn print_row(name: &str, row: &Row, count: usize, peers: &[Option<Peer>; 2]) {
    let share = |at: usize| 100.0 * row.found[at] as f64 / count.max(1) as f64;
    let peer = |at: usize| match &peers[at] {
        Some(_) => format!("{:.1}", share(3 + at)),
        None => "-".to_owned(),
    };
    let mut scores = row.scores.clone();
    scores.sort_by(f64::total_cmp);
    let score = |at: usize| scores.get(at).copied().unwrap_or(0.0);
    println!(
        "{name:30} {:>8.1} {:>8.1} {:>8.1} {:>8} {:>8}   {:.0}, {:.0}   {:.1}",
        share(0),
        share(1),
        share(2),
        peer(0),
        peer(1),
        score(0),
        score(scores.len() / 2),
        row.wrong.first().map_or(0.0, |wrong| wrong.0)
    );
}

fn bounds(
    photos: &[Photo],
    rows: &[(usize, &(&str, Transform))],
    done: &[Row],
    count: usize,
) -> Vec<Bound> {
    let mut bounds = Vec::new();
    let share = |row: &Row, at: usize| 100.0 * row.found[at] as f64 / count.max(1) as f64;
    let mean =
        |at: usize| done.iter().map(|row| share(row, at)).sum::<f64>() / done.len().max(1) as f64;
    println!(
        "{:30} {:>8.1} {:>8.1} {:>8.1} {:>8.1} {:>8.1}\n",
        "mean",
        mean(0),
        mean(1),
        mean(2),
        mean(3),
        mean(4)
    );
    for ((_, (name, _)), row) in rows.iter().zip(done) {
        for number in &row.missed {
            println!("missed: {name}: {}", photos[*number].name);
        }
        let least = if *name == "crop 50 %" { 90.0 } else { 95.0 };
        if share(row, 0) < least {
            let what = format!(
                "{name}: {least} % or more are found: {:.1} %",
                share(row, 0)
            );
            bounds.push(Bound { what, holds: false });
        }
    }
    let what = format!("98 % or more are found on average: {:.1} %", mean(0));
    bounds.push(Bound {
        what,
        holds: mean(0) >= 98.0,
    });
    let mut wrong: Vec<_> = done
        .iter()
        .flat_map(|row| row.wrong.iter().copied())
        .collect();
    wrong.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (score, photo, taken) in wrong.iter().take(8) {
        println!(
            "nearly or wrong: {score:.1}: {} for {}",
            photos[*photo].name, photos[*taken].name
        );
    }
    let pairs: usize = done.iter().map(|row| row.pairs).sum();
    for least in [
        0.0, 4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0, 36.0, SCORE_MIN,
    ] {
        let count = wrong.iter().filter(|(score, ..)| *score >= least).count();
        println!(
            "wrong pairs with a score of {least} or more, of the 40 best of each row: {count}"
        );
    }
    let false_ones = wrong
        .iter()
        .filter(|(score, ..)| *score >= SCORE_MIN)
        .count();
    let most = wrong.first().map_or(0.0, |wrong| wrong.0);
    bounds.push(Bound {
        what: format!(
            "no false match in {pairs} unrelated pairs: {false_ones}; the highest score is {most:.1}, a match needs {SCORE_MIN}"
        ),
        holds: false_ones == 0,
    });
    bounds
}
