//! How many copies are found, by transform, beside PDQ; and whether any unrelated photo is.

use fingerprint::features::{Features, Query};
use fingerprint::matching::{SCORE_MIN, compare, nearest};
use fingerprint::pdq::{Form, MATCH_MAX, Pdq, pdq};
use image::RgbImage;

use crate::made::Random;
use crate::transforms::ALL;
use crate::{Bound, pixels};

/// With how many other photos each copy is compared.
const OTHERS: usize = 4;

/// Measures and prints.
pub(crate) fn measure(photos: &[RgbImage], part: &str) -> Vec<Bound> {
    let known: Vec<(Features, Pdq)> = photos
        .iter()
        .map(|photo| {
            (
                Features::of(&pixels(photo)),
                pdq(&pixels(photo), Form::Nearest),
            )
        })
        .collect();
    println!(
        "\n{:30} {:>9} {:>9} {:>9}   inliers: least, median\n",
        "found, of 100", "features", "PDQ", "PDQ x 8"
    );
    let mut bounds = Vec::new();
    let (mut sums, mut rows) = ([0.0; 3], 0.0);
    let mut accidents: Vec<f64> = Vec::new();
    for (row, (name, transform)) in (0..).zip(ALL).filter(|(_, (name, _))| name.contains(part)) {
        let mut found = [0.0; 3];
        let mut inliers = Vec::new();
        for (number, photo) in photos.iter().enumerate() {
            let mut random = Random(row * 1000 + number as u64);
            let other = (number + 1) % photos.len();
            let copy = transform(photo, &photos[other], &mut random);
            let (query, hash) = (
                Query::of(&pixels(&copy)),
                pdq(&pixels(&copy), Form::Nearest),
            );
            let (features, known_hash) = &known[number];
            if let Some(hit) = compare(features, &query, 1) {
                found[0] += 1.0;
                inliers.push(hit.inliers);
            }
            let near = |distance: u32| f64::from(u8::from(distance <= MATCH_MAX));
            found[1] += near(known_hash.hash().distance(hash.hash()));
            found[2] += near(hash.nearest(known_hash.hash()).1);
            for step in 0..OTHERS.min(photos.len().saturating_sub(2)) {
                let wrong = (number + 2 + (random.next() as usize + step) % (photos.len() - 2))
                    % photos.len();
                accidents.push(nearest(&known[wrong].0, &query, 1).map_or(0.0, |hit| hit.score));
                if accidents.last().is_some_and(|score| *score >= SCORE_MIN) {
                    println!("false match: {name}, photo {number} taken for {wrong}");
                }
            }
        }
        let found = found.map(|count| 100.0 * count / photos.len() as f64);
        inliers.sort_unstable();
        let inlier = |at: usize| inliers.get(at).copied().unwrap_or(0);
        println!(
            "{name:30} {:>9.1} {:>9.1} {:>9.1}   {}, {}",
            found[0],
            found[1],
            found[2],
            inlier(0),
            inlier(inliers.len() / 2)
        );
        let least = if name == "crop 50 %" { 90.0 } else { 95.0 };
        if found[0] < least {
            let what = format!("{name}: {least} % or more are found: {:.1} %", found[0]);
            bounds.push(Bound { what, holds: false });
        }
        sums.iter_mut()
            .zip(found)
            .for_each(|(sum, value)| *sum += value);
        rows += 1.0;
    }
    let means = sums.map(|sum| sum / rows);
    println!(
        "{:30} {:>9.1} {:>9.1} {:>9.1}",
        "mean", means[0], means[1], means[2]
    );
    let what = format!("98 % or more are found on average: {:.1} %", means[0]);
    bounds.push(Bound {
        what,
        holds: means[0] >= 98.0,
    });
    accidents.sort_by(f64::total_cmp);
    let wrong = accidents
        .iter()
        .filter(|score| **score >= SCORE_MIN)
        .count();
    let most = accidents.last().copied().unwrap_or(0.0);
    let what = format!(
        "no false match in {} unrelated pairs: {wrong}; the highest score is {most:.1}, a match needs {SCORE_MIN}",
        accidents.len()
    );
    bounds.push(Bound {
        what,
        holds: wrong == 0,
    });
    bounds
}
