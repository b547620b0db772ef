//! The geometry on which the most pairs agree.

use super::geometry::{Kind, Point, Transform, fit};
use super::pairs::{Pair, pairs};
use super::score::score;
use super::{Match, polygon};
use crate::features::{Feature, Features, Frame, split_mix};

/// Every pair is a guess at scale and rotation; this many of the guesses on which most others agree are followed.
const GUESSES_MAX: usize = 6;

/// How far off the scale and the rotation of a single pair may be: in doublings, and in radians.
const SCALE_OFF_MAX: f32 = 0.85;
const ANGLE_OFF_MAX: f32 = 0.55;

/// How far off the place that a guess predicts may be: a part of the distance from the pair that guesses.
const GUESS_OFF_MAX: f64 = 0.22;

/// How far off a pair may be to agree in the end: in scales of its keypoint, and in pixels of the photo's frame.
const OFF_SCALES: f64 = 0.45;
const OFF_PX: (f64, f64) = (1.6, 6.0);

/// Attempts from as many pairs as decide a geometry.
const ATTEMPTS: usize = 60;

/// Pairs that agree and lie in a heap or on a line show one small thing, not a photo. The least standard deviation
/// across, in pixels of the photo's frame.
const SPREAD_MIN: f64 = 5.0;

/// Geometries that no copying makes: the least and the most magnification, how much more one direction may be
/// magnified than the other, and one place than another.
const MAGNIFIED: (f64, f64) = (0.04, 25.0);
const STRETCHED_MAX: f64 = 2.5;
const UNEVEN_MAX: f64 = 3.0;

/// A geometry on which pairs agree, from the copy's frame into the photo's.
#[derive(Debug, Clone)]
pub(super) struct Agreement {
    pub(super) transform: Transform,
    pub(super) inliers: usize,
    pub(super) score: f64,
}

/// The best geometry, however bad.
pub(super) fn agreement(photo: &Features, copy: &[Feature], seed: u64) -> Option<Agreement> {
    let pairs = pairs(&photo.list, copy);
    let area = f64::from(photo.frame.size.0) * f64::from(photo.frame.size.1);
    let mut random = seed;
    let mut best: Option<Agreement> = None;
    for guess in guesses(&pairs) {
        let pool: Vec<&Pair> = pairs.iter().filter(|pair| is_alike(&guess, pair)).collect();
        for found in follow(&guess, &pool, area, &mut random) {
            if best.as_ref().is_none_or(|best| found.score > best.score) {
                best = Some(found);
            }
        }
    }
    best
}

/// The pairs on whose own scale, rotation and place the most others agree, best first, no two of them saying the same.
fn guesses(pairs: &[Pair]) -> Vec<Pair> {
    let mut votes: Vec<(usize, Vec<bool>, &Pair)> = pairs
        .iter()
        .map(|guess| {
            let guessed = of_one(guess);
            let agree: Vec<bool> = pairs
                .iter()
                .map(|pair| is_alike(guess, pair) && is_near_guess(&guessed, guess, pair))
                .collect();
            (agree.iter().filter(|agrees| **agrees).count(), agree, guess)
        })
        .filter(|(count, ..)| *count >= 4)
        .collect();
    votes.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
    let mut chosen: Vec<(Vec<bool>, Pair)> = Vec::new();
    for (count, agree, guess) in votes {
        if chosen.len() == GUESSES_MAX {
            break;
        }
        let is_new = chosen.iter().all(|(known, _)| {
            let shared = known.iter().zip(&agree).filter(|(a, b)| **a && **b).count();
            shared * 3 < count * 2
        });
        if is_new {
            chosen.push((agree, *guess));
        }
    }
    chosen.into_iter().map(|(_, guess)| guess).collect()
}

/// Whether two pairs are scaled and turned alike.
fn is_alike(a: &Pair, b: &Pair) -> bool {
    let scale = |pair: &Pair| (pair.photo.scale / pair.copy.scale).log2();
    let turn = |pair: &Pair| pair.photo.angle - pair.copy.angle;
    let off = (turn(a) - turn(b)).rem_euclid(std::f32::consts::TAU);
    let off = off.min(std::f32::consts::TAU - off);
    (scale(a) - scale(b)).abs() <= SCALE_OFF_MAX && off <= ANGLE_OFF_MAX
}

fn is_near_guess(guessed: &Transform, guess: &Pair, pair: &Pair) -> bool {
    let (from, to) = points(pair);
    let (_, origin) = points(guess);
    let reach = (to.0 - origin.0).hypot(to.1 - origin.1);
    off(guessed, from, to) <= GUESS_OFF_MAX * reach + 3.0 * tolerance(pair)
}

/// The similarity that one pair tells by itself.
fn of_one(pair: &Pair) -> Transform {
    let scale = f64::from(pair.photo.scale / pair.copy.scale);
    let (sin, cos) = f64::from(pair.photo.angle - pair.copy.angle).sin_cos();
    let (a, b) = (scale * cos, scale * sin);
    let ((x, y), (u, v)) = points(pair);
    Transform([
        [a, -b, u - a * x + b * y],
        [b, a, v - b * x - a * y],
        [0.0, 0.0, 1.0],
    ])
}

/// From the copy into the photo.
fn points(pair: &Pair) -> (Point, Point) {
    let of = |feature: &Feature| (f64::from(feature.x), f64::from(feature.y));
    (of(&pair.copy), of(&pair.photo))
}

fn off(transform: &Transform, from: Point, to: Point) -> f64 {
    let there = transform.apply(from);
    there.map_or(f64::INFINITY, |(x, y)| (x - to.0).hypot(y - to.1))
}

fn tolerance(pair: &Pair) -> f64 {
    (OFF_SCALES * f64::from(pair.photo.scale)).clamp(OFF_PX.0, OFF_PX.1)
}

/// The best geometry of each kind near a guess, among the pairs that are scaled and turned like it.
fn follow(guess: &Pair, pool: &[&Pair], area: f64, random: &mut u64) -> Vec<Agreement> {
    let guessed = of_one(guess);
    let near: Vec<&Pair> = pool
        .iter()
        .copied()
        .filter(|pair| is_near_guess(&guessed, guess, pair))
        .collect();
    let mut found = Vec::new();
    for kind in Kind::ALL {
        let mut best: Option<(usize, Transform)> = None;
        let mut offer = |transform: Transform| {
            let count = agreeing(&transform, pool, 1.0).len();
            if best.as_ref().is_none_or(|(most, _)| count > *most) {
                best = Some((count, transform));
            }
        };
        for attempt in 0..ATTEMPTS {
            let sample = if attempt == 0 {
                near.clone()
            } else {
                sampled(&near, kind.pairs_needed(), random)
            };
            let points: Vec<_> = sample.iter().map(|pair| points(pair)).collect();
            let Some(first) = fit(kind, &points) else {
                continue;
            };
            if let Some(better) = settled(kind, first, pool) {
                offer(better);
            }
        }
        if let Some((_, transform)) = best {
            found.extend(judged(kind, transform, pool, area));
        }
    }
    found
}

fn sampled<'a>(pairs: &[&'a Pair], count: usize, random: &mut u64) -> Vec<&'a Pair> {
    let mut chosen: Vec<usize> = Vec::with_capacity(count);
    for _ in 0..4 * count {
        let at = (split_mix(random) % pairs.len().max(1) as u64) as usize;
        if chosen.len() < count && !chosen.contains(&at) {
            chosen.push(at);
        }
    }
    chosen
        .iter()
        .filter_map(|at| pairs.get(*at).copied())
        .collect()
}

/// Fits again to what agrees, first generously, until it is what it is.
fn settled(kind: Kind, mut transform: Transform, pool: &[&Pair]) -> Option<Transform> {
    if agreeing(&transform, pool, 2.5).len() < kind.pairs_needed() + 2 {
        return None;
    }
    for generosity in [2.5, 1.5, 1.0] {
        let agree = agreeing(&transform, pool, generosity);
        let points: Vec<_> = agree.iter().map(|pair| points(pair)).collect();
        transform = fit(kind, &points)?;
    }
    Some(transform)
}

fn agreeing<'a>(transform: &Transform, pool: &[&'a Pair], generosity: f64) -> Vec<&'a Pair> {
    let agrees = |pair: &&&Pair| {
        let (from, to) = points(pair);
        off(transform, from, to) <= generosity * tolerance(pair)
    };
    pool.iter().filter(agrees).copied().collect()
}

fn judged(kind: Kind, transform: Transform, pool: &[&Pair], area: f64) -> Option<Agreement> {
    let agree = agreeing(&transform, pool, 1.0);
    if !is_spread(&agree) || !is_plausible(&transform, &agree) {
        return None;
    }
    let chance = |pair: &&Pair| {
        (std::f64::consts::PI * tolerance(pair).powi(2) / area)
            .min(1.0)
            .log10()
    };
    let log_chance = agree.iter().map(chance).sum::<f64>() / agree.len() as f64;
    Some(Agreement {
        transform,
        inliers: agree.len(),
        score: score(pool.len(), agree.len(), kind.pairs_needed(), log_chance),
    })
}

/// Whether places in the photo lie neither in a heap nor on a line.
fn is_spread(pairs: &[&Pair]) -> bool {
    let count = pairs.len() as f64;
    let at = |pair: &&Pair| points(pair).1;
    let sum = pairs
        .iter()
        .map(at)
        .fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
    let middle = (sum.0 / count, sum.1 / count);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs.iter().map(at) {
        let (x, y) = (x - middle.0, y - middle.1);
        xx += x * x / count;
        xy += x * y / count;
        yy += y * y / count;
    }
    // The smaller eigenvalue is the variance across the longest direction.
    let (mean, half) = ((xx + yy) / 2.0, (xx - yy) / 2.0);
    mean - half.hypot(xy) >= SPREAD_MIN * SPREAD_MIN
}

fn is_plausible(transform: &Transform, agree: &[&Pair]) -> bool {
    let mut sizes = Vec::with_capacity(agree.len());
    for pair in agree {
        let Some([[a, b], [c, d]]) = transform.derivatives(points(pair).0) else {
            return false;
        };
        let area = a * d - b * c;
        let sum = a * a + b * b + c * c + d * d;
        // The singular values from their product and the sum of their squares.
        let both = (sum + 2.0 * area).max(0.0).sqrt();
        let apart = (sum - 2.0 * area).max(0.0).sqrt();
        let (long, short) = ((both + apart) / 2.0, (both - apart) / 2.0);
        let size = area.max(0.0).sqrt();
        if !(MAGNIFIED.0..=MAGNIFIED.1).contains(&size) || long > STRETCHED_MAX * short {
            return false;
        }
        sizes.push(size);
    }
    let least = sizes.iter().copied().fold(f64::INFINITY, f64::min);
    sizes.iter().all(|size| *size <= UNEVEN_MAX * least)
}

impl Agreement {
    /// In pixels of both pictures.
    pub(super) fn described(self, photo: Frame, copy: Frame, mirrored: bool) -> Option<Match> {
        let ((px, py), (cx, cy)) = (photo.unit(), copy.unit());
        let into_photo = Transform::scaling(px, py);
        let from_copy = Transform::scaling(1.0 / cx, 1.0 / cy);
        let mut transform = into_photo.after(&self.transform).after(&from_copy);
        let picture = (f64::from(copy.picture.0), f64::from(copy.picture.1));
        if mirrored {
            transform = transform.after(&Transform::mirror(picture.0));
        }
        let whole = (f64::from(photo.picture.0), f64::from(photo.picture.1));
        let region = polygon::shown(&transform, whole, picture)?;
        let middle = (
            region.x + region.width / 2.0,
            region.y + region.height / 2.0,
        );
        let back = transform.inverse()?;
        let [[a, b], [c, d]] = back.derivatives(middle)?;
        // In the mirror, what goes right in the photo goes left in the copy.
        let (right, down) = if mirrored { (-a, c) } else { (a, c) };
        Some(Match {
            score: self.score,
            inliers: self.inliers,
            expected: 0,
            alike: 0,
            region,
            mirrored,
            rotation: down.atan2(right).to_degrees(),
            scale: (a * d - b * c).abs().sqrt(),
            transform,
        })
    }
}
