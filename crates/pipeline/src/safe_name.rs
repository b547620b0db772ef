//! Which file names tell something: those that cameras and messengers give, and those that hold a date, a time, a long
//! number or an identifier.

use std::time::{Duration, UNIX_EPOCH};

use metadata::Topic;

use crate::clock::rfc3339_utc;

/// How names begin that one maker gives: what that tells, in words, and the patterns.
type Maker = (Topic, &'static str, &'static [&'static str]);

/// How names of cameras, phones and messengers begin, in lower case; `#` stands for a digit. What follows does not
/// matter, nor does what stands before, as long as it is no letter or digit (`Copy of IMG_1234`). Names that differ
/// from these only by holding a date or a long number need no line here. The first that fits tells.
const MAKERS: &[Maker] = &[
    // Messengers and networks: a date, an account or a message.
    (
        Topic::Software,
        "as WhatsApp names them",
        &[
            "whatsapp image",
            "whatsapp video",
            "img-########-wa",
            "vid-########-wa",
        ],
    ),
    (Topic::Software, "as Signal names them", &["signal-#"]),
    (Topic::Software, "as Snapchat names them", &["snapchat-"]),
    (
        Topic::Software,
        "as Facebook names them",
        &["fb_img_#", "received_#", "messenger_creation_"],
    ),
    (
        Topic::Software,
        "as WeChat names them",
        &["mmexport#", "wx_camera_#", "wechatimg#"],
    ),
    (Topic::Software, "as KakaoTalk names them", &["kakaotalk_#"]),
    (Topic::Software, "as InShot names them", &["inshot_#"]),
    (
        Topic::Software,
        "as Microsoft Teams names them",
        &["microsoftteams-image"],
    ),
    // Screens: a date, and often the program that was open.
    (
        Topic::Software,
        "as screenshots are named",
        &[
            "screenshot_#",
            "screenshot-#",
            "screenshot #",
            "screenshot (#",
            "screen shot #",
            "screenrecord",
            "screen_recording_#",
            "rpreplay",
        ],
    ),
    // Phones: a date, or a counter.
    (Topic::Device, "as Pixel phones name them", &["pxl_#"]),
    (Topic::Device, "as Windows cameras name them", &["win_#"]),
    (
        Topic::Device,
        "as phones name them",
        &[
            "img-#",
            "img_e#",
            "mvimg_#",
            "burst#",
            "pano_#",
            "vid_#",
            "vid-#",
            "image_#####",
        ],
    ),
    // Cameras: a counter that ties the photos of one camera together.
    (
        Topic::Device,
        "as GoPro cameras name them",
        &["gopr#", "gp######", "gx######", "gh######"],
    ),
    (Topic::Device, "as DJI drones name them", &["dji_#"]),
    (
        Topic::Device,
        "as cameras number them",
        &[
            "dsc#", "dsc_#", "_dsc#", "dscn#", "dscf#", "_dscf#", "img_#", "img####", "_mg_#",
            "_img#", "imgp#", "_igp#", "cimg#", "pict#", "sam_#", "mvi_#", "hpim#", "sdc#",
            "dcp_#", "p#######", "r00#####", "g#######", "yi0#",
        ],
    ),
];

/// The shortest run of digits that is taken for a time, a phone number or an account.
const DIGITS_MIN: usize = 9;

/// Whether a file's stem looks as if a camera or messenger gave it, or holds a date, a time or an identifier.
pub(crate) fn tells(stem: &str) -> bool {
    !told(stem).is_empty()
}

/// What a file's stem tells, in words for the person: when, by what, or that it holds a number.
pub(crate) fn told(stem: &str) -> Vec<(Topic, String)> {
    let name: Vec<char> = stem
        .chars()
        .flat_map(char::to_lowercase)
        .map(plain_digit)
        .collect();
    let when = when(&name).map(|when| (Topic::Time, when));
    let maker = maker(&name).map(|(topic, words)| (topic, words.to_owned()));
    let told: Vec<_> = [when, maker].into_iter().flatten().collect();
    if told.is_empty() && holds_number(&name) {
        let words = "a long number, such as a time, a phone number or an account";
        return vec![(Topic::Unknown, words.to_owned())];
    }
    told
}

/// Who or what gives such names.
fn maker(name: &[char]) -> Option<(Topic, &'static str)> {
    let begins: Vec<&[char]> = (0..name.len())
        .filter(|at| {
            *at == 0
                || !name
                    .get(at - 1)
                    .is_some_and(|before| before.is_alphanumeric())
        })
        .filter_map(|at| name.get(at..))
        .collect();
    let fits = |patterns: &[&str]| {
        begins
            .iter()
            .any(|rest| patterns.iter().any(|pattern| matches(rest, pattern)))
    };
    MAKERS
        .iter()
        .find(|(.., patterns)| fits(patterns))
        .map(|(topic, words, _)| (*topic, *words))
}

/// Where numbers begin in a name.
fn numbers_begin(name: &[char]) -> impl Iterator<Item = usize> {
    (0..name.len()).filter(|at| {
        let is_digit = |at: usize| name.get(at).is_some_and(char::is_ascii_digit);
        is_digit(*at) && (*at == 0 || !is_digit(at - 1))
    })
}

/// Whether there is a long number or an identifier.
fn holds_number(name: &[char]) -> bool {
    let is_long = |at| digits(name.get(at..).unwrap_or_default()).len() >= DIGITS_MIN;
    let begins_word = |at: &usize| {
        *at == 0
            || !name
                .get(at - 1)
                .is_some_and(|before| before.is_alphanumeric())
    };
    numbers_begin(name).any(is_long)
        || (0..name.len())
            .filter(begins_word)
            .any(|at| is_uuid(name.get(at..).unwrap_or_default()))
}

/// How far behind a date its time begins at most, as in `2024-01-31 at 14.20.45`.
const TIME_AFTER_MAX: usize = 6;

/// The first date in a name, and the time behind it; or a time alone.
fn when(name: &[char]) -> Option<String> {
    let rest = |at: usize| name.get(at..).unwrap_or_default();
    let date = numbers_begin(name).find_map(|at| {
        let (len, date) = date(rest(at))?;
        Some((at + len, date))
    });
    let Some((end, date)) = date else {
        return numbers_begin(name).find_map(|at| time_with_separators(rest(at)));
    };
    let time = if rest(end).first().is_some_and(char::is_ascii_digit) {
        time_of_digits(rest(end))
    } else {
        let near = numbers_begin(rest(end)).take_while(|at| *at <= TIME_AFTER_MAX);
        near.map(|at| rest(end + at))
            .find_map(|rest| time_of_digits(rest).or_else(|| time_with_separators(rest)))
    };
    Some(time.map_or_else(|| date.clone(), |time| format!("{date} {time}")))
}

/// Whether a name begins like a pattern.
fn matches(name: &[char], pattern: &str) -> bool {
    let mut letters = name.iter();
    pattern
        .chars()
        .all(|expected| match (expected, letters.next()) {
            ('#', Some(letter)) => letter.is_ascii_digit(),
            // Spaces come in several widths: macOS puts narrow ones into the names of its screenshots.
            (' ', Some(letter)) => letter.is_whitespace(),
            (expected, letter) => letter == Some(&expected),
        })
}

/// The digits that a name begins with.
fn digits(name: &[char]) -> Vec<u32> {
    name.iter()
        .map_while(|letter| letter.to_digit(10))
        .collect()
}

fn value(digits: &[u32]) -> u32 {
    digits.iter().fold(0, |value, digit| value * 10 + digit)
}

/// A date at the beginning: how many letters it takes, and the date.
fn date(name: &[char]) -> Option<(usize, String)> {
    date_of_digits(&digits(name)).or_else(|| date_with_separators(name))
}

/// Eight digits that are a date, alone or with the digits of a time behind them; or thirteen that count the
/// milliseconds since 1970.
fn date_of_digits(digits: &[u32]) -> Option<(usize, String)> {
    let is_date = |year: u32, month: u32, day: u32| is_year(year) && is_month(month) && is_day(day);
    let iso = |digits: &[u32]| {
        let (year, rest) = digits.split_at_checked(4)?;
        let (month, day) = rest.split_at_checked(2)?;
        let (year, month, day) = (value(year), value(month), value(day));
        is_date(year, month, day).then(|| format!("{year:04}-{month:02}-{day:02}"))
    };
    match digits.len() {
        8 => {
            let (first, year) = digits.split_at(4);
            let (a, b) = first.split_at(2);
            let (a, b, year) = (value(a), value(b), value(year));
            let text: String = digits.iter().map(u32::to_string).collect();
            iso(digits)
                .or_else(|| (is_date(year, b, a) || is_date(year, a, b)).then_some(text))
                .map(|date| (8, date))
        }
        13 => {
            let milliseconds = digits
                .iter()
                .fold(0_u64, |value, digit| value * 10 + u64::from(*digit));
            let time = UNIX_EPOCH + Duration::from_secs(milliseconds / 1_000);
            let is_recent = digits.first() == Some(&1);
            let text = rfc3339_utc(time).replace('T', " ").replace('Z', " UTC");
            is_recent.then_some((13, text))
        }
        14.. => {
            time_of_values(digits.get(8..14)?)?;
            Some((8, iso(digits.get(..8)?)?))
        }
        _ => None,
    }
}

/// Six digits that are a time, perhaps with fractions of a second behind them.
fn time_of_digits(name: &[char]) -> Option<String> {
    let digits = digits(name);
    if !matches!(digits.len(), 6..=9) {
        return None;
    }
    time_of_values(digits.get(..6)?)
}

fn time_of_values(digits: &[u32]) -> Option<String> {
    let (hour, rest) = digits.split_at_checked(2)?;
    let (minute, second) = rest.split_at_checked(2)?;
    time(value(hour), value(minute), value(second))
}

fn time(hour: u32, minute: u32, second: u32) -> Option<String> {
    (hour < 24 && minute < 60 && second < 60).then(|| format!("{hour:02}:{minute:02}:{second:02}"))
}

/// Numbers with one separator between them, such as `2024-01-31`, `31.1.2024`, `2024_01` or `14.20.45`.
fn numbers(name: &[char]) -> Vec<(usize, u32)> {
    let mut numbers = Vec::new();
    let mut rest = name;
    loop {
        let digits = rest
            .iter()
            .take_while(|letter| letter.is_ascii_digit())
            .count();
        if digits == 0 || digits > 4 {
            return numbers;
        }
        let value = rest.iter().take(digits).fold(0, |value, digit| {
            value * 10 + digit.to_digit(10).unwrap_or(0)
        });
        numbers.push((digits, value));
        match rest.get(digits..) {
            Some([separator, after @ ..]) if "-_.:, ⁄∶年月日".contains(*separator) => {
                rest = after;
            }
            _ => return numbers,
        }
    }
}

/// A date such as `2024-01-31`, which becomes that, or `31.1.2024` or `2024_01`, which stay as they are: whether the
/// day or the month comes first is not known.
fn date_with_separators(name: &[char]) -> Option<(usize, String)> {
    let numbers = numbers(name);
    let taken = |count: usize| {
        let digits: usize = numbers.iter().take(count).map(|(digits, _)| digits).sum();
        digits + count - 1
    };
    let as_it_is = |count: usize| {
        let len = taken(count);
        (len, name.iter().take(len).collect())
    };
    match *numbers.as_slice() {
        [(4, year), (1 | 2, month), (1 | 2, day), ..]
            if is_year(year) && is_month(month) && is_day(day) =>
        {
            Some((taken(3), format!("{year:04}-{month:02}-{day:02}")))
        }
        [(4, year), (1 | 2, month), ..] if is_year(year) && is_month(month) => Some(as_it_is(2)),
        [(1 | 2, a), (1 | 2, b), (2 | 4, year), ..]
            if (is_year(year) || year < 100)
                && ((is_day(a) && is_month(b)) || (is_month(a) && is_day(b))) =>
        {
            Some(as_it_is(3))
        }
        _ => None,
    }
}

/// A time such as `14.20.45`, also in the afternoon of a clock with twelve hours.
fn time_with_separators(name: &[char]) -> Option<String> {
    let numbers = numbers(name);
    let [(1 | 2, hour), (2, minute), (2, second), ..] = *numbers.as_slice() else {
        return None;
    };
    let digits: usize = numbers.iter().take(3).map(|(digits, _)| digits).sum();
    let mut behind = name
        .iter()
        .skip(digits + 2)
        .skip_while(|letter| letter.is_whitespace());
    let is_afternoon = behind.next() == Some(&'p') && behind.next() == Some(&'m');
    let hour = if is_afternoon && hour < 12 {
        hour + 12
    } else {
        hour
    };
    time(hour, minute, second)
}

/// RFC 9562 § 4: the names that phones give to exported photos.
fn is_uuid(name: &[char]) -> bool {
    name.get(..36).is_some_and(|name| {
        name.iter().enumerate().all(|(at, letter)| match at {
            8 | 13 | 18 | 23 => *letter == '-',
            _ => letter.is_ascii_hexdigit(),
        })
    })
}

const fn is_year(number: u32) -> bool {
    matches!(number, 1900..=2099)
}

const fn is_month(number: u32) -> bool {
    matches!(number, 1..=12)
}

const fn is_day(number: u32) -> bool {
    matches!(number, 1..=31)
}

/// The digits of other scripts as ASCII: phones write dates with them.
fn plain_digit(letter: char) -> char {
    [
        0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0E50, 0x1040, 0xFF10,
    ]
    .into_iter()
    .find_map(|zero: u32| char::from_digit(u32::from(letter).checked_sub(zero)?, 10))
    .unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_cameras_and_messengers() {
        for name in [
            "IMG_20240131_142045",
            "IMG-20240131-WA0001",
            "PXL_20241007_142045194.MP",
            "WhatsApp Image 2024-01-31 at 14.20.45",
            "WhatsApp Image 2024-01-31 at 2.20.45 PM (1)",
            "Screenshot_20240131-142045_Chrome",
            "Screenshot_2024-01-31-14-20-45-12",
            "Screenshot 2024-01-31 at 14.20.45",
            "Screen Shot 2024-01-31 at 2.20.45\u{202F}PM",
            "Screenshot from 2024-01-31 14-20-45",
            "signal-2024-01-31-142045",
            "signal-2024-01-31-14-20-45-123",
            "photo_2024-01-31_14-20-45",
            "VID_20240131_142045",
            "DSC_0042",
            "DSC00042",
            "DSCN0010",
            "DSCF1234",
            "IMG_1234",
            "IMG_1234 (1)",
            "IMG_E1234",
            "_MG_1234",
            "_DSC1234",
            "img_1234_edited",
            "MVIMG_20240131_142045",
            "00001IMG_00001_BURST20240131142045123_COVER",
            "00000PORTRAIT_00000_BURST20240131142045123",
            "Snapchat-1234567890",
            "FB_IMG_1706706045123",
            "received_1234567890",
            "20240131_142045",
            "GOPR0042",
            "DJI_0042",
            "DJI_20240131142045_0042_D",
            "mmexport1706706045123",
            "WIN_20240131_14_20_45_Pro",
            "P1310042",
            "Copy of IMG_1234",
            "Bildschirmfoto 2024-01-31 um 14.20.45",
            "6B29FC40-CA47-1067-B31D-00DD010662DA",
            "IMG_٢٠٢٤٠١٣١_١٤٢٠٤٥",
        ] {
            assert!(tells(name), "{name}");
        }
    }

    #[test]
    fn what_names_tell() {
        let told = |name: &str| {
            let told: Vec<_> = told(name).into_iter().map(|(_, words)| words).collect();
            told.join("; ")
        };
        for (name, words) in [
            (
                "IMG_20240131_142045",
                "2024-01-31 14:20:45; as cameras number them",
            ),
            (
                "PXL_20241007_142045194.MP",
                "2024-10-07 14:20:45; as Pixel phones name them",
            ),
            ("IMG-20240131-WA0001", "2024-01-31; as WhatsApp names them"),
            (
                "WhatsApp Image 2024-01-31 at 2.20.45 PM (1)",
                "2024-01-31 14:20:45; as WhatsApp names them",
            ),
            (
                "Screenshot_2024-01-31-14-20-45-12",
                "2024-01-31 14:20:45; as screenshots are named",
            ),
            (
                "signal-2024-01-31-142045",
                "2024-01-31 14:20:45; as Signal names them",
            ),
            (
                "DJI_20240131142045_0042_D",
                "2024-01-31 14:20:45; as DJI drones name them",
            ),
            (
                "mmexport1706706045123",
                "2024-01-31 13:00:45 UTC; as WeChat names them",
            ),
            ("31.01.2024 beach", "31.01.2024"),
            ("beach 31012024", "31012024"),
            ("2024_01 Rome", "2024_01"),
            ("at 14.20.45", "14:20:45"),
            ("DSC_0042", "as cameras number them"),
            (
                "call +491701234567",
                "a long number, such as a time, a phone number or an account",
            ),
            (
                "6B29FC40-CA47-1067-B31D-00DD010662DA",
                "a long number, such as a time, a phone number or an account",
            ),
        ] {
            assert_eq!(told(name), words, "{name}");
        }
    }

    #[test]
    fn dates_times_and_long_numbers() {
        for name in [
            "beach 2024-01-31",
            "31.01.2024 beach",
            "beach_31-1-2024",
            "1-31-2024",
            "2024_01 Rome",
            "Rome20240131",
            "beach 31012024",
            "call +491701234567",
            "2024.01.31",
            "at 14.20.45",
            "14-20-45",
            "31.1.24",
            "2024年1月31日",
            "x1706706045",
        ] {
            assert!(tells(name), "{name}");
        }
    }

    #[test]
    fn names_that_people_give() {
        for name in [
            "Beach",
            "Summer 2024",
            "my cat",
            "logo-512",
            "wallpaper 1920x1080",
            "wallpaper-3840-2160",
            "photo",
            "me and Tom",
            "v1.2",
            "chapter 12",
            "image",
            "room 101",
            "12345678",
            "99999999",
            "café",
            "",
            "résumé photo",
            "burger",
            "burst pipe",
            "portrait of Ann",
            "Screenshot of the login page",
            "figure 3-1",
            "line art",
            "1-2-3",
            "photo-k3v9xq",
            "discordance",
            "receipt",
        ] {
            assert!(!tells(name), "{name}");
        }
    }
}
