//! Which file names tell something: those that cameras and messengers give, and those that hold a date, a time, a long
//! number or an identifier.

/// How names of cameras, phones and messengers begin, in lower case; `#` stands for a digit. What follows does not
/// matter, nor does what stands before, as long as it is no letter or digit (`Copy of IMG_1234`). Names that differ
/// from these only by holding a date or a long number need no line here.
const PATTERNS: &[&str] = &[
    // Cameras: a counter that ties the photos of one camera together.
    "dsc#",
    "dsc_#",
    "_dsc#",
    "dscn#",
    "dscf#",
    "_dscf#",
    "img_#",
    "img####",
    "_mg_#",
    "_img#",
    "imgp#",
    "_igp#",
    "cimg#",
    "pict#",
    "sam_#",
    "mvi_#",
    "hpim#",
    "sdc#",
    "dcp_#",
    "p#######",
    "r00#####",
    "gopr#",
    "gp######",
    "gx######",
    "gh######",
    "g#######",
    "dji_#",
    "yi0#",
    // Phones: a date, or a counter.
    "img-#",
    "img_e#",
    "pxl_#",
    "mvimg_#",
    "burst#",
    "pano_#",
    "vid_#",
    "vid-#",
    "win_#",
    "rpreplay",
    "image_#####",
    // Screens: a date, and often the program that was open.
    "screenshot_#",
    "screenshot-#",
    "screenshot #",
    "screenshot (#",
    "screen shot #",
    "screenrecord",
    "screen_recording_#",
    // Messengers and networks: a date, an account or a message.
    "whatsapp image",
    "whatsapp video",
    "signal-#",
    "snapchat-",
    "fb_img_#",
    "received_#",
    "messenger_creation_",
    "mmexport#",
    "wx_camera_#",
    "wechatimg#",
    "kakaotalk_#",
    "inshot_#",
    "microsoftteams-image",
];

/// The shortest run of digits that is taken for a time, a phone number or an account.
const DIGITS_MIN: usize = 9;

/// Whether a file's stem looks as if a camera or messenger gave it, or holds a date, a time or an identifier.
pub(crate) fn tells(stem: &str) -> bool {
    let name: Vec<char> = stem
        .chars()
        .flat_map(char::to_lowercase)
        .map(plain_digit)
        .collect();
    let begins_word = |at: usize| {
        at == 0
            || !name
                .get(at - 1)
                .is_some_and(|before| before.is_alphanumeric())
    };
    let rest = |at: usize| name.get(at..).unwrap_or_default();
    (0..name.len()).any(|at| {
        let follows_digit = at > 0 && name.get(at - 1).is_some_and(char::is_ascii_digit);
        (begins_word(at) && PATTERNS.iter().any(|pattern| matches(rest(at), pattern)))
            || (!follows_digit
                && (holds_number(rest(at)) || is_date(rest(at)) || is_time(rest(at))))
            || (begins_word(at) && is_uuid(rest(at)))
    })
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

/// A long number, or one of eight digits that is a date.
fn holds_number(name: &[char]) -> bool {
    let digits: Vec<u32> = name
        .iter()
        .map_while(|letter| letter.to_digit(10))
        .collect();
    let value = |digits: &[u32]| digits.iter().fold(0, |value, digit| value * 10 + digit);
    let date = |year: &[u32], month: &[u32], day: &[u32]| {
        is_year(value(year)) && is_month(value(month)) && is_day(value(day))
    };
    match *digits.as_slice() {
        [a, b, c, d, e, f, g, h] => {
            date(&[a, b, c, d], &[e, f], &[g, h])
                || date(&[e, f, g, h], &[c, d], &[a, b])
                || date(&[e, f, g, h], &[a, b], &[c, d])
        }
        _ => digits.len() >= DIGITS_MIN,
    }
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

fn is_date(name: &[char]) -> bool {
    match *numbers(name).as_slice() {
        [(4, year), (1 | 2, month), ..] if is_year(year) => is_month(month),
        [(1 | 2, a), (1 | 2, b), (2 | 4, year), ..] => {
            (is_year(year) || year < 100)
                && ((is_day(a) && is_month(b)) || (is_month(a) && is_day(b)))
        }
        _ => false,
    }
}

fn is_time(name: &[char]) -> bool {
    matches!(*numbers(name).as_slice(), [(1 | 2, hour), (2, minute), (2, second), ..]
        if hour < 24 && minute < 60 && second < 60)
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
