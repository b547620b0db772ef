//! Positions in whole numbers: billionths of a degree, so that no rounding moves a place.

/// A latitude or longitude in billionths of a degree; south and west are negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Angle(i64);

/// Billionths in one degree.
const DEGREE: i64 = 1_000_000_000;

impl Angle {
    /// Degrees, minutes and seconds as Exif holds them (CIPA DC-008 § 4.6.6). `None` when a denominator is zero
    /// under a numerator that is not, or when it is beyond a full circle.
    pub(super) fn from_rationals(parts: &[(u32, u32)], negative: bool) -> Option<Self> {
        let mut total = 0_i64;
        for ((numerator, denominator), unit) in parts.iter().zip([1_i64, 60, 3_600]) {
            // Some cameras write 0/0 for seconds that they do not know.
            if *numerator == 0 {
                continue;
            }
            // At most 2^32 · 10^9, which fits.
            let scaled = i64::from(*numerator).checked_mul(DEGREE)?;
            let by = i64::from(*denominator).checked_mul(unit)?;
            total = total.checked_add(scaled.checked_div(by)?)?;
        }
        Self(if negative {
            total.checked_neg()?
        } else {
            total
        })
        .in_circle()
    }

    /// Billionths of a degree.
    pub(super) fn from_billionths(billionths: i64) -> Option<Self> {
        Self(billionths).in_circle()
    }

    /// Decimal degrees such as `-48.858370`.
    pub(super) fn from_decimal(text: &str) -> Option<Self> {
        Self(decimal(text)?).in_circle()
    }

    /// The form of XMP: `48,51.502N` or `48,51,30N` (ISO 16684-1 § 8.2.2.3), or plain decimal degrees.
    pub(super) fn from_xmp(text: &str) -> Option<Self> {
        let text = text.trim();
        let (digits, negative) = match text.strip_suffix(['N', 'E', 'n', 'e']) {
            Some(digits) => (digits, false),
            None => match text.strip_suffix(['S', 'W', 's', 'w']) {
                Some(digits) => (digits, true),
                None => return Self::from_decimal(text),
            },
        };
        let mut total = 0_i64;
        for (part, unit) in digits.split(',').zip([1_i64, 60, 3_600]) {
            let part = decimal(part.trim()).filter(|part| *part >= 0)?;
            total = total.checked_add(part.checked_div(unit)?)?;
        }
        Self(if negative {
            total.checked_neg()?
        } else {
            total
        })
        .in_circle()
    }

    fn in_circle(self) -> Option<Self> {
        let most = DEGREE.saturating_mul(360);
        (self.0.abs() <= most).then_some(self)
    }

    /// Degrees with six decimals, a tenth of a metre.
    pub(super) fn degrees(self) -> String {
        let millionths = self
            .0
            .unsigned_abs()
            .saturating_add(500)
            .checked_div(1_000)
            .unwrap_or(0);
        let whole = millionths.checked_div(1_000_000).unwrap_or(0);
        let rest = millionths.checked_rem(1_000_000).unwrap_or(0);
        let sign = if self.0 < 0 && millionths > 0 {
            "-"
        } else {
            ""
        };
        format!("{sign}{whole}.{rest:06}")
    }

    /// As on a map: `48°51′30.1″ N`.
    fn on_map(self, positive: char, negative: char) -> String {
        // Tenths of a second of arc, rounded: 36,000 to a degree.
        let tenths = u128::from(self.0.unsigned_abs())
            .saturating_mul(36_000)
            .saturating_add(500_000_000)
            .checked_div(1_000_000_000)
            .unwrap_or(0);
        let part = |by: u128, of: u128| {
            let quotient = tenths.checked_div(by).unwrap_or(0);
            quotient.checked_rem(of).unwrap_or(0)
        };
        let hemisphere = if self.0 < 0 { negative } else { positive };
        let (degrees, minutes) = (part(36_000, u128::MAX), part(600, 60));
        let (seconds, tenth) = (part(10, 60), part(1, 10));
        format!("{degrees}°{minutes:02}′{seconds:02}.{tenth}″ {hemisphere}")
    }
}

/// A position as a person reads it: `48.858370, 2.294481 (48°51′30.1″ N, 2°17′40.1″ E)`.
pub(super) fn position(latitude: Angle, longitude: Angle) -> String {
    format!(
        "{}, {} ({}, {})",
        latitude.degrees(),
        longitude.degrees(),
        latitude.on_map('N', 'S'),
        longitude.on_map('E', 'W')
    )
}

/// The point of ISO 6709 that phones write into videos: `+48.8584+002.2945+035.000/`.
pub(super) fn iso_6709(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/');
    let signed = |from: usize| -> Option<(&str, usize)> {
        let rest = text.get(from..)?;
        rest.starts_with(['+', '-']).then_some(())?;
        let len = rest
            .get(1..)?
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .map_or(rest.len(), |at| at.saturating_add(1));
        Some((rest.get(..len)?, from.saturating_add(len)))
    };
    let (latitude, next) = signed(0)?;
    let (longitude, next) = signed(next)?;
    let place = position(
        Angle::from_decimal(latitude)?,
        Angle::from_decimal(longitude)?,
    );
    Some(match signed(next) {
        Some((height, _)) => format!("{place}, {} m high", height.trim_start_matches('+')),
        None => place,
    })
}

/// A fraction with up to `places` decimals, such as `35.2`; `None` when the denominator is zero.
pub(super) fn fraction(numerator: u32, denominator: u32, places: u32) -> Option<String> {
    let scale = 10_u64.checked_pow(places)?;
    let half = u64::from(denominator).checked_div(2)?;
    let scaled = u64::from(numerator)
        .checked_mul(scale)?
        .checked_add(half)?
        .checked_div(u64::from(denominator))?;
    let (whole, rest) = (scaled.checked_div(scale)?, scaled.checked_rem(scale)?);
    if rest == 0 {
        return Some(whole.to_string());
    }
    let width = usize::try_from(places).ok()?;
    let decimals = format!("{rest:0width$}");
    Some(format!("{whole}.{}", decimals.trim_end_matches('0')))
}

/// A decimal number in billionths; digits beyond the ninth are dropped.
fn decimal(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty()
        || !whole
            .bytes()
            .chain(rest.bytes())
            .all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let mut total = whole.parse::<i64>().ok()?.checked_mul(DEGREE)?;
    let mut unit = DEGREE;
    for digit in rest.bytes().take(9) {
        unit = unit.checked_div(10)?;
        let digit = i64::from(digit.checked_sub(b'0')?);
        total = total.checked_add(digit.checked_mul(unit)?)?;
    }
    if negative {
        total.checked_neg()
    } else {
        Some(total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eiffel_tower_stands_in_paris() {
        let latitude = Angle::from_rationals(&[(48, 1), (51, 1), (30_132, 1_000)], false);
        let longitude = Angle::from_rationals(&[(2, 1), (17, 1), (40_132, 1_000)], false);
        assert_eq!(
            latitude
                .zip(longitude)
                .map(|(lat, lon)| position(lat, lon))
                .as_deref(),
            Some("48.858370, 2.294481 (48°51′30.1″ N, 2°17′40.1″ E)")
        );
    }

    #[test]
    fn south_and_west_are_negative() {
        let south = Angle::from_rationals(&[(33, 1), (515_166, 10_000)], true);
        assert_eq!(south.map(Angle::degrees).as_deref(), Some("-33.858610"));
        let west = Angle::from_xmp("0,7.66W").map(|angle| angle.on_map('E', 'W'));
        assert_eq!(west.as_deref(), Some("0°07′39.6″ W"));
    }

    #[test]
    fn rounding_carries() {
        let nearly = Angle::from_rationals(&[(9, 1), (59, 1), (599_999, 10_000)], false);
        assert_eq!(
            nearly.map(|angle| angle.on_map('N', 'S')).as_deref(),
            Some("10°00′00.0″ N")
        );
        assert_eq!(Angle(-1).degrees(), "0.000000");
    }

    #[test]
    fn hostile_fractions_are_refused() {
        assert_eq!(Angle::from_rationals(&[(48, 0), (51, 1)], false), None);
        assert_eq!(
            Angle::from_rationals(&[(u32::MAX, 1), (u32::MAX, 1), (u32::MAX, 1)], true),
            None
        );
        assert_eq!(
            Angle::from_rationals(&[(48, 1), (0, 0), (0, 0)], false)
                .map(Angle::degrees)
                .as_deref(),
            Some("48.000000")
        );
        assert_eq!(fraction(1, 0, 1), None);
        assert_eq!(fraction(u32::MAX, 1, 3).as_deref(), Some("4294967295"));
        assert_eq!(fraction(352, 10, 1).as_deref(), Some("35.2"));
        assert_eq!(fraction(1, 3, 2).as_deref(), Some("0.33"));
    }

    #[test]
    fn text_forms() {
        assert_eq!(
            Angle::from_xmp("48,51.5022N")
                .map(Angle::degrees)
                .as_deref(),
            Some("48.858370")
        );
        assert_eq!(
            Angle::from_xmp("48,51,30S").map(Angle::degrees).as_deref(),
            Some("-48.858333")
        );
        assert_eq!(Angle::from_xmp("48,x"), None);
        assert_eq!(Angle::from_decimal("999999999999"), None);
        assert_eq!(
            iso_6709("+48.8584-002.2945+035.000/").as_deref(),
            Some("48.858400, -2.294500 (48°51′30.2″ N, 2°17′40.2″ W), 035.000 m high")
        );
        assert_eq!(iso_6709("nowhere"), None);
        assert_eq!(iso_6709("+1é"), None);
    }
}
