//! The one form of a claimed time.

/// Whether `text` is a real instant in the form `YYYY-MM-DDTHH:MM:SSZ` (RFC 3339 § 5.6, UTC,
/// seconds, upper case).
///
/// One form only, because the text is hashed: two spellings of one instant would be two records.
/// A leap second (`:60`) is refused; no clock that we are given shows one.
pub(crate) fn is_utc_second(text: &str) -> bool {
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T', //
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        b'Z',
    ] = text.as_bytes()
    else {
        return false;
    };
    let (Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)) = (
        number(&[y1, y2, y3, y4]),
        number(&[m1, m2]),
        number(&[d1, d2]),
        number(&[h1, h2]),
        number(&[n1, n2]),
        number(&[s1, s2]),
    ) else {
        return false;
    };
    (1..=days(year, month)).contains(&day) && hour < 24 && minute < 60 && second < 60
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + u32::from(digit - b'0'))
    })
}

/// Days in a month of the Gregorian calendar; none in a month that does not exist.
fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_instants_are_accepted() {
        for text in [
            "2026-01-31T09:30:00Z",
            "1970-01-01T00:00:00Z",
            "2024-02-29T23:59:59Z",
            "2000-02-29T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert!(is_utc_second(text), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "2026-01-31",
            "2026-01-31T09:30:00",
            "2026-01-31T09:30Z",
            "2026-01-31t09:30:00z",
            "2026-01-31 09:30:00Z",
            "2026-01-31T09:30:00+00:00",
            "2026-01-31T09:30:00.5Z",
            " 2026-01-31T09:30:00Z",
            "2026-01-31T09:30:00Z\n",
            "2026-00-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-32T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T09:60:00Z",
            "2026-01-31T23:59:60Z",
            "+026-01-31T09:30:00Z",
            "२०२६-01-31T09:30:00Z",
        ] {
            assert!(!is_utc_second(text), "{text:?}");
        }
    }
}
