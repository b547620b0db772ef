//! As strong as the budget allows.

/// Measured at most this often.
const MEASURED_MAX: usize = 5;

/// The factor for which `visibility(factor)` is at most `budget` and near it, and what it is there.
///
/// Visibility grows almost evenly with the factor, so each guess lies on the line through the origin and the last measurement,
/// or between the two that enclose the budget. `first` is the first guess.
pub(crate) fn fitted(
    budget: f32,
    first: f32,
    mut visibility: impl FnMut(f32) -> f32,
) -> (f32, f32) {
    // Aim a little below: what is over is thrown away.
    let aim = 0.985 * budget;
    let near = 0.96 * budget;
    let mut below: Option<(f32, f32)> = None;
    let mut above: Option<(f32, f32)> = None;
    let mut factor = first;
    for _ in 0..MEASURED_MAX {
        let seen = visibility(factor);
        if !seen.is_finite() {
            break;
        }
        if seen <= budget {
            // Larger, and no more visible: something else bounds it.
            if below.is_some_and(|(other, saw)| factor > other && seen <= 1.001 * saw) {
                break;
            }
            if below.is_none_or(|(other, _)| factor > other) {
                below = Some((factor, seen));
            }
            if seen >= near {
                break;
            }
        } else if above.is_none_or(|(other, _)| factor < other) {
            above = Some((factor, seen));
        }
        factor = match (below, above) {
            (Some((low, seen_low)), Some((high, seen_high))) => {
                let part = (aim - seen_low) / (seen_high - seen_low).max(1e-6);
                low + (high - low) * part.clamp(0.05, 0.95)
            }
            (Some((low, seen)), None) => low * (aim / seen.max(1e-3)).min(8.0),
            (None, Some((high, seen))) => high * (aim / seen),
            (None, None) => break,
        };
    }
    below.unwrap_or((0.0, 0.0))
}

/// The factors for a base and for what lies over it that bring both together to the budget, and what it is there.
///
/// What lies over it stays at 1 while at least `base_min` of the base is left, and is never made larger. `visibility` is
/// asked with both factors.
pub(crate) fn shared(
    budget: f32,
    base_min: f32,
    mut visibility: impl FnMut([f32; 2]) -> f32,
) -> ([f32; 2], f32) {
    if visibility([base_min, 1.0]) <= budget {
        // The base's part of what is seen is not even in the factor; between the two ends it is near it.
        let (factor, seen) = fitted(budget, 1.0, |factor| {
            visibility([factor.max(base_min), 1.0])
        });
        if seen > 0.0 {
            return ([factor.max(base_min), 1.0], seen);
        }
    }
    let (factor, seen) = fitted(budget, 1.0, |factor| {
        visibility([factor * base_min, factor])
    });
    let factor = factor.min(1.0);
    ([factor * base_min, factor], seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How two changes in different places are seen together.
    fn together(base: f32, over: f32) -> impl FnMut([f32; 2]) -> f32 {
        move |[x, y]| ((base * x).powi(3) + (over * y).powi(3)).cbrt()
    }

    #[test]
    fn what_lies_over_the_base_keeps_its_strength_while_enough_of_the_base_is_left() {
        let (factors, seen) = shared(2.3, 0.6, together(2.2, 1.6));
        assert!(
            factors[1] == 1.0 && (0.6..1.0).contains(&factors[0]),
            "{factors:?}"
        );
        assert!(seen <= 2.3 && seen > 0.93 * 2.3, "{seen}");
        assert_eq!(together(2.2, 1.6)(factors), seen);
    }

    #[test]
    fn what_lies_over_the_base_is_made_smaller_where_the_base_alone_is_not_enough() {
        let (factors, seen) = shared(2.3, 0.6, together(2.2, 3.0));
        assert!(factors[1] < 1.0 && factors[0] < 0.6, "{factors:?}");
        assert!(seen <= 2.3 && seen > 0.93 * 2.3, "{seen}");
        assert_eq!(together(2.2, 3.0)(factors), seen);
    }

    #[test]
    fn a_base_alone_grows_to_the_budget() {
        let (factors, seen) = shared(2.3, 0.6, together(0.8, 0.0));
        assert!(factors[0] > 2.7 && factors[1] == 1.0, "{factors:?}");
        assert!(seen <= 2.3 && seen > 0.93 * 2.3, "{seen}");
    }

    #[test]
    fn lands_just_below_the_budget() {
        for curve in [
            (|x: f32| 1.3 * x) as fn(f32) -> f32,
            |x| 0.4 * x.powf(1.2),
            |x| 3.0 * x.powf(0.8) + 0.1 * x,
            |x| 0.02 * x,
        ] {
            let mut asked = 0;
            let (factor, seen) = fitted(2.3, 1.0, |x| {
                asked += 1;
                curve(x)
            });
            assert!((curve(factor) - seen).abs() < 1e-5);
            assert!(seen <= 2.3 && seen > 0.9 * 2.3, "{seen}");
            assert!(asked <= MEASURED_MAX);
        }
    }

    #[test]
    fn what_is_no_number_adds_nothing() {
        assert_eq!(fitted(2.3, 1.0, |_| f32::NAN), (0.0, 0.0));
    }

    #[test]
    fn what_cannot_be_seen_ends() {
        let (factor, seen) = fitted(2.3, 1.0, |_| 0.0);
        assert!(factor.is_finite() && seen == 0.0);
    }
}
