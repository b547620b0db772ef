//! A document as a PDF (ISO 32000-1): text in the standard fonts, which every reader has, and pictures as the JPEG files that
//! they are.

use std::fmt::Write as _;

use super::{Block, Document, Picture, wrapped};

/// The top of the text and its left edge on A4, in points.
const TOP: u32 = 790;
const LEFT: u32 = 50;
/// Where a page is full.
const BOTTOM: u32 = 50;

/// The largest picture, in points.
const PICTURE_MAX: (u32, u32) = (495, 320);

/// The fonts by their names in the document: body, bold, fixed width.
const FONTS: [&str; 3] = ["Helvetica", "Helvetica-Bold", "Courier"];

/// What stands on a page, from above.
enum Item {
    /// Which font, how large, how far below the line before, and the text.
    Line(usize, u32, u32, String),
    /// The number of a picture, and how wide and high it is drawn, in points.
    Drawn(usize, u32, u32),
}

/// The file.
pub(super) fn document(document: &Document) -> Vec<u8> {
    let (mut items, mut pictures) = (Vec::new(), Vec::new());
    for block in &document.blocks {
        let (font, size, width, before, text) = match block {
            Block::Title(text) => (1, 18, 50, 0, text),
            Block::Heading(text) => (1, 12, 80, 22, text),
            Block::Paragraph(text) => (0, 10, 98, 16, text),
            Block::Point(text) => (0, 10, 98, 14, &format!("\u{b7} {text}")),
            Block::Command(text) => (2, 8, 100, 13, text),
            Block::Fact(name, value) => {
                items.push(Item::Line(1, 9, 16, name.clone()));
                (2, 9, 90, 12, value)
            }
            Block::Picture(picture) => {
                let (width, height) = fitted(picture);
                items.push(Item::Drawn(pictures.len(), width, height));
                pictures.push(picture);
                (0, 9, 110, 12, &picture.caption)
            }
        };
        for (at, line) in wrapped(text, width).into_iter().enumerate() {
            let below = if at == 0 { before } else { size + 3 };
            items.push(Item::Line(font, size, below, line));
        }
    }
    assembled(&pages(&items), &pictures)
}

/// As large as fits, and no larger than a pixel a point.
fn fitted(picture: &Picture) -> (u32, u32) {
    let (width, height) = (picture.width.max(1), picture.height.max(1));
    let (wide, high) = (width.min(PICTURE_MAX.0), height.min(PICTURE_MAX.1));
    let share = |a: u32, b: u32, c: u32| u32::try_from(u64::from(a) * u64::from(b) / u64::from(c));
    let by_width = share(height, wide, width).unwrap_or(PICTURE_MAX.1).max(1);
    if by_width <= high {
        (wide, by_width)
    } else {
        let by_height = share(width, high, height).unwrap_or(PICTURE_MAX.0);
        (by_height.max(1), high)
    }
}

/// The drawing instructions of each page.
fn pages(items: &[Item]) -> Vec<String> {
    let mut pages = vec![String::new()];
    let mut at = TOP;
    for item in items {
        let below = match item {
            Item::Line(_, _, below, _) => *below,
            // A picture and its caption stay together.
            Item::Drawn(_, _, height) => height + 10,
        };
        let after = if matches!(item, Item::Drawn(..)) {
            30
        } else {
            0
        };
        if at < BOTTOM + below + after {
            pages.push(String::new());
            at = TOP + if let Item::Line(..) = item { below } else { 10 };
        }
        at -= below;
        let Some(page) = pages.last_mut() else {
            continue;
        };
        // Writing to a string cannot fail.
        let _ = match item {
            Item::Line(font, size, _, text) => writeln!(
                page,
                "BT /F{font} {size} Tf {LEFT} {at} Td ({}) Tj ET",
                escaped(text)
            ),
            Item::Drawn(number, width, height) => writeln!(
                page,
                "q {width} 0 0 {height} {LEFT} {at} cm /P{number} Do Q"
            ),
        };
    }
    pages
}

/// Text as a string of the document: WinAnsi is Latin-1 for what is used here, anything else is a question mark.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars() {
        match letter {
            '(' | ')' | '\\' => {
                safe.push('\\');
                safe.push(letter);
            }
            ' '..='~' => safe.push(letter),
            '\u{a0}'..='\u{ff}' => safe += &format!("\\{:03o}", u32::from(letter)),
            _ => safe.push('?'),
        }
    }
    safe
}

/// Catalogue, page tree, fonts, pictures, then two objects for each page; then where each begins.
fn assembled(pages: &[String], pictures: &[&Picture]) -> Vec<u8> {
    let pictures_first = 3 + FONTS.len();
    let first = pictures_first + pictures.len();
    let named = |letter: char, count: usize, first: usize| -> String {
        let names = (0..count).map(|at| format!("/{letter}{at} {} 0 R", first + at));
        names.collect::<Vec<_>>().join(" ")
    };
    let kids: Vec<String> = (0..pages.len())
        .map(|at| format!("{} 0 R", first + 2 * at))
        .collect();
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!(
            "<< /Type /Pages /Kids [{}] /Count {} >>",
            kids.join(" "),
            pages.len()
        )
        .into_bytes(),
    ];
    for name in FONTS {
        let font = format!(
            "<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
        );
        objects.push(font.into_bytes());
    }
    for picture in pictures {
        let head = format!(
            "<< /Type /XObject /Subtype /Image /Width {} /Height {} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length {} >>\nstream\n",
            picture.width,
            picture.height,
            picture.jpeg.len()
        );
        objects.push([head.as_bytes(), &picture.jpeg, b"\nendstream"].concat());
    }
    for (at, page) in pages.iter().enumerate() {
        let head = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << {} >> /XObject << {} >> >> /Contents {} 0 R >>",
            named('F', FONTS.len(), 3),
            named('P', pictures.len(), pictures_first),
            first + 2 * at + 1
        );
        objects.push(head.into_bytes());
        let body = format!("<< /Length {} >>\nstream\n{page}endstream", page.len());
        objects.push(body.into_bytes());
    }
    let mut document = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(document.len());
        document.extend(format!("{} 0 obj\n", at + 1).into_bytes());
        document.extend(object);
        document.extend(b"\nendobj\n");
    }
    let table = document.len();
    let count = objects.len() + 1;
    let mut end = format!("xref\n0 {count}\n0000000000 65535 f \n");
    for place in places {
        end += &format!("{place:010} 00000 n \n");
    }
    end += &format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
    document.extend(end.into_bytes());
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_names_where_its_objects_are() {
        let mut blocks: Vec<Block> = (0..200)
            .map(|number| Block::Paragraph(format!("Line {number}: (brackets) \\ Zoë 日本")))
            .collect();
        blocks.push(Block::Picture(Picture {
            jpeg: b"\xFF\xD8 not looked at \xFF\xD9".to_vec(),
            width: 1000,
            height: 500,
            caption: "A beach".to_owned(),
        }));
        let document = Document { blocks }.pdf();
        let text: String = document.iter().map(|byte| char::from(*byte)).collect();
        assert!(text.contains("(Line 7: \\(brackets\\) \\\\ Zo\\353 ??) Tj"));
        assert!(
            text.contains("q 495 0 0 247 50 "),
            "drawn half as high as wide"
        );
        assert!(text.contains("/Width 1000 /Height 500") && text.contains("(A beach) Tj"));
        // One byte a letter, so places in the text are those in the file.
        let letters: Vec<char> = text.chars().collect();
        let from = |at: usize| -> String { letters[at..].iter().take(40).collect() };
        let start: usize = text.lines().rev().nth(1).unwrap().parse().unwrap();
        assert!(from(start).starts_with("xref"));
        let table: String = letters[start..].iter().collect();
        let places = table
            .lines()
            .skip(3)
            .take_while(|line| line.ends_with("n "));
        let mut count = 0;
        for (number, line) in places.enumerate() {
            let place: usize = line[..10].parse().unwrap();
            assert!(from(place).starts_with(&format!("{} 0 obj", number + 1)));
            count += 1;
        }
        assert!(count > 10 && text.matches("/Type /Page ").count() > 3);
    }

    #[test]
    fn pictures_fit_the_page() {
        let of = |width, height| {
            fitted(&Picture {
                jpeg: Vec::new(),
                width,
                height,
                caption: String::new(),
            })
        };
        assert_eq!(of(100, 50), (100, 50));
        assert_eq!(of(300, 3000), (32, 320));
        assert_eq!(of(u32::MAX, 1), (495, 1));
        assert_eq!(of(0, 0), (1, 1));
    }
}
