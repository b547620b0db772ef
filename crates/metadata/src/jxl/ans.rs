//! Distributions of asymmetric numeral systems, and the tables to decode with them (ISO/IEC 18181-1 § C.2.5, § C.2.6).

use super::bits::Bits;
use crate::Error;

/// The sum of a distribution.
const TOTAL: u32 = 1 << TOTAL_LOG;
const TOTAL_LOG: u32 = 12;

const BROKEN: &str = "a distribution that is none (ISO/IEC 18181-1 § C.2.5)";

/// The share of a table's bucket that goes to another symbol.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    other: usize,
    cutoff: u32,
    offset: u32,
}

/// A table that finds the symbol for each of 4096 states.
#[derive(Debug, Clone)]
pub(super) struct Alias {
    shares: Vec<u32>,
    buckets: Vec<Bucket>,
    bucket_log: u32,
}

impl Alias {
    /// Reads a distribution over at most 2^`size_log` symbols.
    pub(super) fn read(bits: &mut Bits<'_>, size_log: u32) -> Result<Self, Error> {
        let mut shares = shares(bits)?;
        while shares.last() == Some(&0) {
            shares.pop();
        }
        Self::new(shares, size_log).ok_or_else(|| bits.malformed(BROKEN))
    }

    /// Fills each bucket up with the excess of a symbol that has more than a bucket (§ C.2.6).
    fn new(mut shares: Vec<u32>, size_log: u32) -> Option<Self> {
        let size = 1_usize << size_log;
        let bucket_log = TOTAL_LOG.checked_sub(size_log)?;
        let room = 1_u32 << bucket_log;
        if shares.len() > size || shares.is_empty() {
            return None;
        }
        shares.resize(size, 0);
        let mut buckets = vec![Bucket::default(); size];
        if let Some(only) = shares.iter().position(|share| *share == TOTAL) {
            for (bucket, offset) in buckets.iter_mut().zip((0_u32..).step_by(1 << bucket_log)) {
                *bucket = Bucket {
                    other: only,
                    cutoff: 0,
                    offset,
                };
            }
            return Some(Self {
                shares,
                buckets,
                bucket_log,
            });
        }
        let mut cutoffs = shares.clone();
        let all = || (0..size).zip(&shares);
        let mut over: Vec<usize> = all()
            .filter(|(_, s)| **s > room)
            .map(|(at, _)| at)
            .collect();
        let mut under: Vec<usize> = all()
            .filter(|(_, s)| **s < room)
            .map(|(at, _)| at)
            .collect();
        while let Some(rich) = over.pop() {
            let poor = under.pop()?;
            let missing = room.checked_sub(*cutoffs.get(poor)?)?;
            let left = cutoffs.get_mut(rich)?;
            *left = left.checked_sub(missing)?;
            let left = *left;
            let bucket = buckets.get_mut(poor)?;
            bucket.other = rich;
            bucket.offset = left;
            match left.cmp(&room) {
                std::cmp::Ordering::Less => under.push(rich),
                std::cmp::Ordering::Greater => over.push(rich),
                std::cmp::Ordering::Equal => {}
            }
        }
        for (at, (bucket, cutoff)) in buckets.iter_mut().zip(&cutoffs).enumerate() {
            if *cutoff == room {
                *bucket = Bucket {
                    other: at,
                    cutoff: 0,
                    offset: 0,
                };
            } else {
                bucket.offset = bucket.offset.wrapping_sub(*cutoff);
                bucket.cutoff = *cutoff;
            }
        }
        Some(Self {
            shares,
            buckets,
            bucket_log,
        })
    }

    /// Reads a symbol, and moves the state on (§ C.2.3).
    pub(super) fn symbol(&self, bits: &mut Bits<'_>, state: &mut u32) -> Result<u32, Error> {
        let index = *state & TOTAL.wrapping_sub(1);
        let at = usize::try_from(index >> self.bucket_log).unwrap_or(usize::MAX);
        let within = index & (1_u32 << self.bucket_log).wrapping_sub(1);
        let bucket = self.buckets.get(at).copied().unwrap_or_default();
        let (symbol, offset) = if within >= bucket.cutoff {
            (bucket.other, bucket.offset.wrapping_add(within))
        } else {
            (at, within)
        };
        let share = self.shares.get(symbol).copied().unwrap_or(0);
        *state = share.wrapping_mul(*state >> TOTAL_LOG).wrapping_add(offset);
        if *state < 1 << 16 {
            *state = (*state << 16) | bits.u(16)?;
        }
        Ok(u32::try_from(symbol).unwrap_or(u32::MAX))
    }
}

/// A number of up to 8 bits (§ C.2.5).
fn small(bits: &mut Bits<'_>) -> Result<u32, Error> {
    if !bits.bool()? {
        return Ok(0);
    }
    let count = bits.u(3)?;
    Ok(bits.u(count)?.saturating_add(1 << count))
}

/// The share of each symbol, § C.2.5.
fn shares(bits: &mut Bits<'_>) -> Result<Vec<u32>, Error> {
    if bits.bool()? {
        return one_or_two(bits);
    }
    if bits.bool()? {
        let size = small(bits)?.saturating_add(1);
        let share = TOTAL.checked_div(size).unwrap_or(0);
        let over = TOTAL.checked_rem(size).unwrap_or(0);
        let all = (0..size).map(|at| share.saturating_add(u32::from(at < over)));
        return Ok(all.collect());
    }
    by_logarithm(bits)
}

fn one_or_two(bits: &mut Bits<'_>) -> Result<Vec<u32>, Error> {
    let is_two = bits.bool()?;
    let mut shares = vec![0_u32; 256];
    let mut set = |symbol: u32, share: u32| {
        let place = usize::try_from(symbol)
            .ok()
            .and_then(|at| shares.get_mut(at));
        if let Some(place) = place {
            *place = share;
        }
    };
    let first = small(bits)?;
    if is_two {
        let second = small(bits)?;
        if first == second {
            return Err(bits.malformed(BROKEN));
        }
        let share = bits.u(TOTAL_LOG)?;
        set(first, share);
        set(second, TOTAL.saturating_sub(share));
    } else {
        set(first, TOTAL);
    }
    Ok(shares)
}

/// What stands in the place of a logarithm where shares repeat.
const REPEAT: u32 = 13;

/// Logarithms first, then the bits below the highest one of each share; the largest share takes what is left.
fn by_logarithm(bits: &mut Bits<'_>) -> Result<Vec<u32>, Error> {
    let mut length = 0_u32;
    while length < 3 && bits.bool()? {
        length = length.saturating_add(1);
    }
    let shift = bits
        .u(length)?
        .saturating_add(1 << length)
        .saturating_sub(1);
    if shift > 13 {
        return Err(bits.malformed(BROKEN));
    }
    let size = small(bits)?.saturating_add(3);
    // (logarithm, how many shares repeat the one before)
    let mut entries: Vec<(u32, u32)> = Vec::new();
    let mut largest: Option<(u32, usize)> = None;
    let mut at = 0_u32;
    while at < size {
        let log = logarithm(bits)?;
        let place = entries.len();
        if log == REPEAT {
            let count = small(bits)?.saturating_add(4);
            entries.push((REPEAT, count));
            at = at.saturating_add(count);
            continue;
        }
        if largest.is_none_or(|(most, _)| log > most) {
            largest = Some((log, place));
        }
        entries.push((log, 1));
        at = at.saturating_add(1);
    }
    let Some((_, omitted)) = largest.filter(|_| at == size) else {
        return Err(bits.malformed(BROKEN));
    };
    let mut shares: Vec<u32> = Vec::new();
    let mut omitted_at = 0_usize;
    for (place, (log, count)) in entries.iter().enumerate() {
        let share = match log {
            _ if place == omitted => {
                omitted_at = shares.len();
                0
            }
            &REPEAT if place == omitted.saturating_add(1) => return Err(bits.malformed(BROKEN)),
            &REPEAT => shares.last().copied().unwrap_or(0),
            0 | 1 => *log,
            log => {
                let log = log.saturating_sub(1);
                let precision = shift
                    .saturating_sub(TOTAL_LOG.saturating_sub(log) >> 1)
                    .min(log);
                let low = bits.u(precision)? << log.saturating_sub(precision);
                (1_u32 << log).saturating_add(low)
            }
        };
        shares.extend((0..*count).map(|_| share));
    }
    let sum = shares
        .iter()
        .fold(0_u32, |sum, share| sum.saturating_add(*share));
    let left = TOTAL.checked_sub(sum).filter(|left| *left > 0);
    match (left, shares.get_mut(omitted_at)) {
        (Some(left), Some(place)) => *place = left,
        _ => return Err(bits.malformed(BROKEN)),
    }
    Ok(shares)
}

/// The logarithm of a share plus one, by a fixed code (§ C.2.5).
fn logarithm(bits: &mut Bits<'_>) -> Result<u32, Error> {
    let next = bits.peek(7);
    let (log, width) = match (next & 7, next & 15, next & 31, next & 63, next) {
        (0, ..) => (10, 3),
        (2, ..) => (7, 3),
        (4, ..) => (6, 3),
        (5, ..) => (8, 3),
        (6, ..) => (9, 3),
        (_, 3, ..) => (3, 4),
        (_, 7, ..) => (5, 4),
        (_, 9, ..) => (4, 4),
        (_, 11, ..) => (1, 4),
        (_, 15, ..) => (2, 4),
        (_, _, 17, ..) => (0, 5),
        (_, _, _, 33, _) => (11, 6),
        (.., 1) => (12, 7),
        _ => (REPEAT, 7),
    };
    bits.skip(width)?;
    Ok(log)
}
