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

/// The instant so many seconds after 1970 began, in that form; nothing after the year 9999.
pub(crate) fn utc_second(seconds: u64) -> Option<String> {
    let (mut rest, of_day) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    let is_leap = |year: u32| days(year, 2) == 29;
    while rest >= if is_leap(year) { 366 } else { 365 } {
        rest -= if is_leap(year) { 366 } else { 365 };
        year += 1;
        if year > 9_999 {
            return None;
        }
    }
    let mut month = 1;
    while rest >= u64::from(days(year, month)) {
        rest -= u64::from(days(year, month));
        month += 1;
    }
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    Some(format!(
        "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z",
        rest + 1
    ))
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
    fn seconds_are_instants() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (68_169_599, "1972-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_231_006_505, "2009-01-03T18:15:05Z"),
        ] {
            assert_eq!(utc_second(seconds).as_deref(), Some(text));
        }
        assert_eq!(utc_second(u64::MAX), None);
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
