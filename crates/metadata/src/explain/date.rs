//! Dates as people read them.

/// An Exif date such as `2024:01:31 12:00:05` (CIPA DC-008 § 4.6.4) with its fraction and offset, as
/// `2024-01-31 12:00:05.12 +01:00`. `None` when nothing is in it; text in another form is left as it is.
pub(super) fn exif(date: &str, fraction: Option<&str>, offset: Option<&str>) -> Option<String> {
    let date = date.trim();
    if !date.contains(|c: char| matches!(c, '1'..='9')) {
        return None;
    }
    let mut words: String = date
        .chars()
        .enumerate()
        .map(|(at, c)| if c == ':' && at < 10 { '-' } else { c })
        .collect();
    if let Some(fraction) = fraction.map(str::trim).filter(|text| is_digits(text)) {
        words = format!("{words}.{fraction}");
    }
    if let Some(offset) = offset.map(str::trim).filter(|text| is_offset(text)) {
        words = format!("{words} {offset}");
    }
    Some(words)
}

/// An ISO 8601 date such as `2024-01-31T12:00:05+01:00`, as `2024-01-31 12:00:05 +01:00`.
pub(super) fn iso(date: &str) -> String {
    let date = date.trim();
    let Some((day, time)) = date.split_once('T') else {
        return date.to_owned();
    };
    let (clock, zone) = match time
        .find(['+', '-', 'Z'])
        .and_then(|at| time.split_at_checked(at))
    {
        Some((clock, "Z")) => (clock, "UTC"),
        Some(split) => split,
        None => (time, ""),
    };
    format!("{day} {clock} {zone}").trim_end().to_owned()
}

/// The Exif form of an ISO 8601 date, which the same file may hold elsewhere.
pub(super) fn iso_to_exif(date: &str) -> Option<String> {
    let day = date.trim().get(..10)?.replace('-', ":");
    let clock = date.trim().get(11..19)?;
    Some(format!("{day} {clock}"))
}

/// Compact dates of IPTC and PDF: `20240131` and `120005+0100`.
pub(super) fn compact(date: &str) -> String {
    let (digits, zone) = match date
        .find(['+', '-'])
        .and_then(|at| date.split_at_checked(at))
    {
        Some(split) => split,
        None => (date, ""),
    };
    let field = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    match digits.len() {
        _ if !is_digits(digits) => date.to_owned(),
        8 => format!("{}-{}-{}{zone}", field(0, 4), field(4, 6), field(6, 8)),
        6 => {
            let clock = format!("{}:{}:{}", field(0, 2), field(2, 4), field(4, 6));
            match zone.get(..3).zip(zone.get(3..5)) {
                Some((hours, minutes)) => format!("{clock} {hours}:{minutes}"),
                None => clock,
            }
        }
        _ => date.to_owned(),
    }
}

/// Seconds since an epoch as UTC: `seconds` since 1970-01-01, by the proleptic Gregorian calendar.
/// `None` beyond the year 9999.
pub(super) fn unix(seconds: u64) -> Option<String> {
    const DAY: u64 = 86_400;
    let mut days = seconds.checked_div(DAY)?;
    let second = seconds.checked_rem(DAY)?;
    let mut year = 1970_u64;
    while days >= year_days(year) {
        days = days.checked_sub(year_days(year))?;
        year = year.checked_add(1)?;
        if year > 9999 {
            return None;
        }
    }
    let february = year_days(year).checked_sub(337)?;
    let mut month = 1_u32;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days = days.checked_sub(length)?;
        month = month.checked_add(1)?;
    }
    let day = days.checked_add(1)?;
    let (hour, rest) = (second.checked_div(3600)?, second.checked_rem(3600)?);
    let (minute, second) = (rest.checked_div(60)?, rest.checked_rem(60)?);
    Some(format!(
        "{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC"
    ))
}

const fn year_days(year: u64) -> u64 {
    if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) {
        366
    } else {
        365
    }
}

/// Whether it is digits only, and at least one.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it is a time offset, such as `+01:00` (CIPA DC-008 § 4.6.5).
pub(super) fn is_offset(text: &str) -> bool {
    let shape: Vec<u8> = text
        .bytes()
        .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte })
        .collect();
    matches!(shape.as_slice(), b"+00:00" | b"-00:00" | b"Z")
}

/// Whether it is a whole Exif date and nothing else.
pub(super) fn is_exif_date(text: &str) -> bool {
    let shape: Vec<u8> = text
        .bytes()
        .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte })
        .collect();
    shape == b"0000:00:00 00:00:00"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exif_dates_read_well() {
        assert_eq!(
            exif("2024:01:31 12:00:05", Some("12 "), Some("+01:00")).as_deref(),
            Some("2024-01-31 12:00:05.12 +01:00")
        );
        assert_eq!(
            exif("2024:01:31 12:00:05", Some("x"), Some("home")).as_deref(),
            Some("2024-01-31 12:00:05")
        );
        assert_eq!(exif("    :  :     :  :  ", None, None), None);
        assert_eq!(exif("0000:00:00 00:00:00", None, None), None);
        assert_eq!(
            exif("last summer 1", None, None).as_deref(),
            Some("last summer 1")
        );
        assert!(is_exif_date("2024:01:31 12:00:05"));
        assert!(!is_exif_date("2024:01:31 12:00:05Z"));
    }

    #[test]
    fn other_forms_read_well() {
        assert_eq!(
            iso("2024-01-31T12:00:05+01:00"),
            "2024-01-31 12:00:05 +01:00"
        );
        assert_eq!(
            iso("2024-01-31T12:00:05.123Z"),
            "2024-01-31 12:00:05.123 UTC"
        );
        assert_eq!(iso("2024-01"), "2024-01");
        assert_eq!(
            iso_to_exif("2024-01-31T12:00:05Z").as_deref(),
            Some("2024:01:31 12:00:05")
        );
        assert_eq!(iso_to_exif("2024–01"), None);
        assert_eq!(compact("20240131"), "2024-01-31");
        assert_eq!(compact("120005+0100"), "12:00:05 +01:00");
        assert_eq!(compact("yesterday"), "yesterday");
    }

    #[test]
    fn seconds_become_dates() {
        assert_eq!(unix(0).as_deref(), Some("1970-01-01 00:00:00 UTC"));
        assert_eq!(
            unix(951_827_696).as_deref(),
            Some("2000-02-29 12:34:56 UTC")
        );
        assert_eq!(
            unix(1_735_689_599).as_deref(),
            Some("2024-12-31 23:59:59 UTC")
        );
        assert_eq!(unix(u64::MAX), None);
    }
}
