//! Entropy-coded numbers: clustered contexts, prefix codes or asymmetric numeral systems, and repeats of what came
//! before (ISO/IEC 18181-1 § C). Only two things outside the coded pixels are written so: a colour profile and the
//! order of a frame's sections. Both must be read to know where they end.

use super::ans::Alias;
use super::bits::Bits;
use super::prefix::PrefixCode;
use crate::Error;

/// The state of the numeral system at the end of a whole stream (§ C.2.3).
const LAST_STATE: u32 = 0x13_0000;
/// How far back a repeat may reach (§ C.2.1).
const WINDOW: usize = 1 << 20;

/// How a token becomes a number (§ C.2.2).
#[derive(Debug, Clone, Copy, Default)]
struct Config {
    split_log: u32,
    msb: u32,
    lsb: u32,
}

impl Config {
    fn read(bits: &mut Bits<'_>, size_log: u32) -> Result<Self, Error> {
        let split_log = bits.u(width(size_log))?;
        if split_log >= size_log {
            return match split_log == size_log {
                true => Ok(Self {
                    split_log,
                    msb: 0,
                    lsb: 0,
                }),
                false => Err(bits.malformed(BROKEN)),
            };
        }
        let msb = bits.u(width(split_log))?;
        let Some(rest) = split_log.checked_sub(msb) else {
            return Err(bits.malformed(BROKEN));
        };
        let lsb = bits.u(width(rest))?;
        if lsb > rest {
            return Err(bits.malformed(BROKEN));
        }
        Ok(Self {
            split_log,
            msb,
            lsb,
        })
    }

    fn number(self, token: u32, bits: &mut Bits<'_>) -> Result<u32, Error> {
        let split = 1_u32 << self.split_log;
        let Some(over) = token.checked_sub(split) else {
            return Ok(token);
        };
        let inside = self.msb.saturating_add(self.lsb);
        let count = self
            .split_log
            .saturating_sub(inside)
            .saturating_add(over >> inside);
        if count > 29 {
            return Err(bits.malformed(BROKEN));
        }
        let low = token & (1_u32 << self.lsb).wrapping_sub(1);
        let high = (token >> self.lsb) & (1_u32 << self.msb).wrapping_sub(1) | 1 << self.msb;
        let middle = bits.u(count)?;
        Ok((((high << count) | middle) << self.lsb) | low)
    }
}

/// How many bits a number up to `most` takes.
const fn width(most: u32) -> u32 {
    u32::BITS.saturating_sub(most.leading_zeros())
}

/// Repeats of what came before (§ C.2.1).
#[derive(Debug, Clone)]
struct Repeats {
    min_symbol: u32,
    min_length: u32,
    config: Config,
}

#[derive(Debug, Clone)]
enum Code {
    Prefix(PrefixCode),
    Ans(Alias),
}

/// A stream of numbers.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    repeats: Option<Repeats>,
    /// The cluster of each context; the last is that of distances where there are repeats.
    clusters: Vec<usize>,
    codes: Vec<(Config, Code)>,
    state: u32,
    uses_ans: bool,
    /// What was read, where there are repeats.
    window: Vec<u32>,
    left: u32,
    from: usize,
}

impl Stream {
    /// Reads what stands before the numbers, for so many contexts.
    pub(super) fn read(bits: &mut Bits<'_>, contexts: usize) -> Result<Self, Error> {
        Self::within(bits, contexts, true)
    }

    fn within(bits: &mut Bits<'_>, mut contexts: usize, may_repeat: bool) -> Result<Self, Error> {
        let repeats = match bits.bool()? {
            true if may_repeat => {
                contexts = contexts.saturating_add(1);
                Some(Repeats {
                    min_symbol: bits.u32([(224, 0), (512, 0), (4096, 0), (8, 15)])?,
                    min_length: bits.u32([(3, 0), (4, 0), (5, 2), (9, 8)])?,
                    config: Config::read(bits, 8)?,
                })
            }
            true => return Err(bits.malformed(BROKEN)),
            false => None,
        };
        let clusters = match contexts {
            0 | 1 => vec![0; 1],
            _ => clusters(bits, contexts)?,
        };
        let count = clusters
            .iter()
            .max()
            .map_or(0, |most| most.saturating_add(1));
        let is_prefix = bits.bool()?;
        let size_log = match is_prefix {
            true => 15,
            false => bits.u(2)?.saturating_add(5),
        };
        let mut configs = Vec::new();
        for _ in 0..count {
            configs.push(Config::read(bits, size_log)?);
        }
        let mut codes = Vec::new();
        if is_prefix {
            let mut sizes = Vec::new();
            for _ in 0..count {
                sizes.push(alphabet(bits)?);
            }
            for (config, size) in configs.into_iter().zip(sizes) {
                let code = match size {
                    1 => PrefixCode::single(0),
                    _ => PrefixCode::read(bits, size)?,
                };
                codes.push((config, Code::Prefix(code)));
            }
        } else {
            for config in configs {
                codes.push((config, Code::Ans(Alias::read(bits, size_log)?)));
            }
        }
        let state = match is_prefix {
            true => LAST_STATE,
            false => bits.u(32)?,
        };
        Ok(Self {
            repeats,
            clusters,
            codes,
            state,
            uses_ans: !is_prefix,
            window: Vec::new(),
            left: 0,
            from: 0,
        })
    }

    /// Reads the next number, of this context.
    pub(super) fn number(&mut self, bits: &mut Bits<'_>, context: usize) -> Result<u32, Error> {
        let Some(repeats) = self.repeats.clone() else {
            let (config, token) = self.token(bits, context)?;
            return config.number(token, bits);
        };
        if self.left == 0 {
            let (config, token) = self.token(bits, context)?;
            let Some(length) = token.checked_sub(repeats.min_symbol) else {
                let number = config.number(token, bits)?;
                self.window.push(number);
                return Ok(number);
            };
            self.left = repeats
                .config
                .number(length, bits)?
                .saturating_add(repeats.min_length);
            let last = self.clusters.len().saturating_sub(1);
            let (config, token) = self.token(bits, last)?;
            let distance = config.number(token, bits)?.saturating_add(1);
            let distance = usize::try_from(distance)
                .unwrap_or(usize::MAX)
                .min(WINDOW)
                .min(self.window.len());
            if distance == 0 {
                return Err(bits.malformed(BROKEN));
            }
            self.from = self.window.len().saturating_sub(distance);
        }
        let number = self.window.get(self.from).copied().unwrap_or(0);
        self.from = self.from.saturating_add(1);
        self.left = self.left.saturating_sub(1);
        self.window.push(number);
        Ok(number)
    }

    fn token(&mut self, bits: &mut Bits<'_>, context: usize) -> Result<(Config, u32), Error> {
        let cluster = self.clusters.get(context);
        let Some((config, code)) = cluster.and_then(|cluster| self.codes.get(*cluster)) else {
            return Err(bits.malformed(BROKEN));
        };
        let token = match code {
            Code::Prefix(code) => code.symbol(bits)?,
            Code::Ans(alias) => alias.symbol(bits, &mut self.state)?,
        };
        Ok((*config, token))
    }

    /// Checks that the stream ended as it must.
    pub(super) fn finish(&self, bits: &Bits<'_>) -> Result<(), Error> {
        if self.uses_ans && self.state != LAST_STATE {
            return Err(
                bits.malformed("entropy-coded data that do not end (ISO/IEC 18181-1 § C.2.3)")
            );
        }
        Ok(())
    }
}

/// Which contexts share a code (§ C.2.2).
fn clusters(bits: &mut Bits<'_>, contexts: usize) -> Result<Vec<usize>, Error> {
    let mut found: Vec<u32> = Vec::new();
    if bits.bool()? {
        let width = bits.u(2)?;
        for _ in 0..contexts {
            found.push(bits.u(width)?);
        }
    } else {
        let moves = bits.bool()?;
        let mut stream = Stream::within(bits, 1, contexts > 2)?;
        for _ in 0..contexts {
            found.push(stream.number(bits, 0)?);
        }
        stream.finish(bits)?;
        if moves {
            move_to_front(&mut found);
        }
    }
    let clusters: Vec<usize> = found
        .iter()
        .map(|cluster| usize::try_from(*cluster).unwrap_or(usize::MAX))
        .collect();
    // Every cluster up to the last must be used, and there are no more than contexts.
    let count = clusters
        .iter()
        .max()
        .map_or(0, |most| most.saturating_add(1));
    if count > contexts || (0..count).any(|cluster| !clusters.contains(&cluster)) {
        return Err(bits.malformed(BROKEN));
    }
    Ok(clusters)
}

/// Numbers as places in a list whose used entries move to its front (§ C.2.2).
fn move_to_front(found: &mut [u32]) {
    let mut list: Vec<u32> = (0..256).collect();
    for place in found {
        let at = usize::try_from(*place).unwrap_or(usize::MAX);
        if at < list.len() {
            let value = list.remove(at);
            list.insert(0, value);
            *place = value;
        }
    }
}

/// The size of a prefix code's alphabet (§ C.2.4).
fn alphabet(bits: &mut Bits<'_>) -> Result<u32, Error> {
    if !bits.bool()? {
        return Ok(1);
    }
    let count = bits.u(4)?;
    Ok(bits.u(count)?.saturating_add(1 << count).saturating_add(1))
}

const BROKEN: &str = "entropy-coded data that no encoder writes (ISO/IEC 18181-1 § C)";
