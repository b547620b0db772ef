//! Finding the photo that a picture was made from, among many.
//!
//! Comparing a picture with one photo takes milliseconds, so with a hundred thousand photos it must be known which to
//! compare with. For each feature the [`Index`] holds 32 bits: 20 of its descriptor, and its scale and orientation. A picture's
//! features look for their 20 bits, also with those turned over that noise turns over most easily, and each hit says by how
//! much the picture would be scaled and turned against that photo. Hits by accident say anything; the hits on the photo that the
//! picture was made from agree. The photos with the most agreement, and those whose PDQ is near, are compared in earnest.

mod votes;

use std::panic::resume_unwind;
use std::thread;

use serde::Serialize;

use crate::features::{Features, Query};
use crate::matching::{Match, compare};
use crate::pdq::{Hash, MATCH_MAX, Pdq, Turn};
use votes::{Asked, entry};

/// How many photos are compared in earnest, besides those whose PDQ is near. When there are not more, all are.
const COMPARED_MAX: usize = 64;

/// The same for photos whose PDQ is near: many alike, as of a burst, are not all compared.
const NEAR_MAX: usize = 64;

/// A photo that a picture was made from, or looks like.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Hit {
    /// The number under which the photo was added.
    pub number: usize,
    /// How the local features agree, if they do.
    pub alignment: Option<Match>,
    /// How many of the 256 bits of PDQ differ and how the picture is turned, if both have a usable one and it is near.
    pub pdq: Option<(u32, Turn)>,
}

/// What is known of many photos, in about 2.6 KB each.
#[derive(Debug, Default, Clone)]
pub struct Index {
    entries: Vec<u32>,
    /// Where the entries of each photo end.
    ends: Vec<usize>,
    hashes: Vec<Option<Hash>>,
}

impl Index {
    /// Nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a photo, with its PDQ where that is [usable](Pdq::usable_hash). Returns its number: they count from 0.
    pub fn add(&mut self, features: &Features, hash: Option<Hash>) -> usize {
        self.entries.extend(features.list.iter().map(entry));
        self.ends.push(self.entries.len());
        self.hashes.push(hash);
        self.ends.len() - 1
    }

    /// How many photos there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The photos that a picture was made from, the surest first. `features` gives back those of a photo by its number, and
    /// nothing when they are lost. Works on this many threads, and always with the same result.
    pub fn find<F>(&self, picture: &Query, pdq: &Pdq, threads: usize, features: F) -> Vec<Hit>
    where
        F: Fn(usize) -> Option<Features> + Sync,
    {
        let near = self.near(pdq);
        let mut numbers: Vec<usize> = near.iter().map(|(_, _, number)| *number).collect();
        if picture.is_usable() {
            numbers.extend(self.promising(picture, threads));
        }
        numbers.sort_unstable();
        numbers.dedup();
        let look = |number: usize| {
            let pdq = near.iter().find(|(.., near)| *near == number);
            let pdq = pdq.map(|(distance, turn, _)| (*distance, *turn));
            let alignment =
                features(number).and_then(|photo| compare(&photo, picture, number as u64));
            (alignment.is_some() || pdq.is_some()).then_some(Hit {
                number,
                alignment,
                pdq,
            })
        };
        let mut hits: Vec<Hit> = in_parts(&numbers, threads, |part| {
            part.iter().filter_map(|number| look(*number)).collect()
        });
        let rank = |hit: &Hit| {
            let score = hit.alignment.map_or(0.0, |alignment| alignment.score);
            score
                + hit
                    .pdq
                    .map_or(0.0, |(distance, _)| f64::from(MATCH_MAX + 1 - distance))
        };
        hits.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then(a.number.cmp(&b.number)));
        hits
    }

    /// Photos whose PDQ is near that of the picture in any of its turns.
    fn near(&self, pdq: &Pdq) -> Vec<(u32, Turn, usize)> {
        if !pdq.is_usable() {
            return Vec::new();
        }
        let known = self.hashes.iter().enumerate();
        let mut near: Vec<_> = known
            .filter_map(|(number, hash)| {
                let (turn, distance) = pdq.nearest((*hash)?);
                (distance <= MATCH_MAX).then_some((distance, turn, number))
            })
            .collect();
        near.sort_by_key(|(distance, _, number)| (*distance, *number));
        near.truncate(NEAR_MAX);
        near
    }

    /// The photos with whose features those of the picture agree most.
    fn promising(&self, picture: &Query, threads: usize) -> Vec<usize> {
        let all: Vec<usize> = (0..self.len()).collect();
        if all.len() <= COMPARED_MAX {
            return all;
        }
        let asked = [Asked::new(&picture.plain), Asked::new(&picture.mirrored)];
        let votes: Vec<(f32, usize)> = in_parts(&all, threads, |part| {
            let rate = |number: &usize| {
                let start = number
                    .checked_sub(1)
                    .and_then(|before| self.ends.get(before));
                let entries = self
                    .entries
                    .get(start.copied().unwrap_or(0)..*self.ends.get(*number)?)?;
                let votes = asked
                    .iter()
                    .map(|asked| asked.votes(entries))
                    .fold(0.0, f32::max);
                Some((votes, *number))
            };
            part.iter().filter_map(rate).collect()
        });
        let mut votes = votes;
        votes.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        votes.truncate(COMPARED_MAX);
        votes.into_iter().map(|(_, number)| number).collect()
    }
}

/// Works on equal parts of a list on so many threads; the results are in the order of the list.
fn in_parts<T: Send>(
    list: &[usize],
    threads: usize,
    work: impl Fn(&[usize]) -> Vec<T> + Sync,
) -> Vec<T> {
    let size = list.len().div_ceil(threads.max(1)).max(1);
    thread::scope(|scope| {
        let work = &work;
        let parts: Vec<_> = list
            .chunks(size)
            .map(|part| scope.spawn(move || work(part)))
            .collect();
        let join = |part: thread::ScopedJoinHandle<'_, Vec<T>>| {
            // Going on without its part would tell that nothing is in it.
            part.join().unwrap_or_else(|panic| resume_unwind(panic))
        };
        parts.into_iter().flat_map(join).collect()
    })
}

#[cfg(test)]
mod tests;
