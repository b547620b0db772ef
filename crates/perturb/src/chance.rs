//! All chance there is: numbers from a seed and a counter.

/// A counter-based generator (SplitMix64, Steele et al. 2014): no state but how many were drawn, the same on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Chance {
    seed: u64,
    drawn: u64,
}

impl Chance {
    /// `stream` keeps the uses of one seed apart.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self {
            seed: mixed(seed ^ mixed(stream.wrapping_add(0x9e37_79b9_7f4a_7c15))),
            drawn: 0,
        }
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.drawn += 1;
        mixed(
            self.seed
                .wrapping_add(self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        )
    }

    /// In [0, 1).
    pub(crate) fn unit(&mut self) -> f32 {
        #[allow(clippy::cast_precision_loss)]
        let unit = (self.bits() >> 40) as f32 / 16_777_216.0;
        unit
    }

    /// In [low, high).
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Of mean 0 and variance 1: the sum of twelve units, which needs no function that differs between machines.
    pub(crate) fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.unit()).sum::<f32>() - 6.0
    }
}

fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_and_streams_differ() {
        let draw = |seed, stream| {
            let mut chance = Chance::new(seed, stream);
            [chance.bits(), chance.bits(), chance.bits()]
        };
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(1, 2), draw(1, 3));
        assert_ne!(draw(1, 2), draw(2, 2));
    }

    #[test]
    fn the_moments_are_right() {
        let mut chance = Chance::new(7, 0);
        let (mut mean, mut square) = (0.0, 0.0);
        for _ in 0..10_000 {
            let value = chance.normal();
            mean += value / 10_000.0;
            square += value * value / 10_000.0;
        }
        assert!(mean.abs() < 0.05 && (square - 1.0).abs() < 0.05);
        assert!((0..1000).all(|_| (0.0..1.0).contains(&chance.unit())));
    }
}
