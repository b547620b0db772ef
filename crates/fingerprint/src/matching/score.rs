//! How unlikely it is that so many pairs agree by accident.

/// The negative decimal logarithm of the number of geometries, decided by `needed` pairs each, that `agreeing` of `count`
/// pairs would fit by accident, where one pair fits with a probability whose decimal logarithm is `log_chance`.
pub(super) fn score(count: usize, agreeing: usize, needed: usize, log_chance: f64) -> f64 {
    if agreeing <= needed || agreeing > count {
        return 0.0;
    }
    let trials = ((count - needed) as f64).log10()
        + log_choose(count, agreeing)
        + log_choose(agreeing, needed);
    -(trials + (agreeing - needed) as f64 * log_chance)
}

/// The decimal logarithm of the number of ways to choose.
fn log_choose(from: usize, count: usize) -> f64 {
    let count = count.min(from - count);
    let factor = |at: usize| ((from - at) as f64 / (at + 1) as f64).log10();
    (0..count).map(factor).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_agreement_and_fewer_pairs_are_surer() {
        assert!((log_choose(5, 2) - 1.0).abs() < 1e-9);
        let chance = 1e-3f64.log10();
        assert!(score(40, 12, 2, chance) > score(40, 8, 2, chance));
        assert!(score(40, 8, 2, chance) > score(200, 8, 2, chance));
        assert!(score(40, 8, 2, chance) > score(40, 8, 4, chance));
        assert_eq!(score(40, 2, 2, chance), 0.0);
        assert_eq!(score(3, 4, 2, chance), 0.0);
    }
}
