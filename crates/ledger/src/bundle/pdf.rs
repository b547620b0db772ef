//! A certificate as a PDF document (ISO 32000-1): text in the standard fonts, which every reader has.

use crate::bundle::certificate::{Block, Certificate, wrapped};

/// The top of the text and its left edge on A4, in points.
const TOP: u32 = 790;
const LEFT: u32 = 50;
/// Where a page is full.
const BOTTOM: u32 = 50;

/// The fonts by their names in the document: body, bold, fixed width.
const FONTS: [&str; 3] = ["Helvetica", "Helvetica-Bold", "Courier"];

/// One line: which font, how large, how far below the line before, and the text.
struct Line(usize, u32, u32, String);

/// The document.
pub(super) fn document(certificate: &Certificate) -> Vec<u8> {
    let mut lines = Vec::new();
    for block in &certificate.0 {
        let (font, size, width, before, text) = match block {
            Block::Title(text) => (1, 18, 50, 0, text),
            Block::Heading(text) => (1, 12, 80, 22, text),
            Block::Paragraph(text) => (0, 10, 98, 16, text),
            Block::Command(text) => (2, 8, 100, 13, text),
            Block::Fact(name, value) => {
                lines.push(Line(1, 9, 16, name.clone()));
                (2, 9, 90, 12, value)
            }
        };
        for (at, line) in wrapped(text, width).into_iter().enumerate() {
            lines.push(Line(
                font,
                size,
                if at == 0 { before } else { size + 3 },
                line,
            ));
        }
    }
    assembled(&pages(&lines))
}

/// The drawing instructions of each page.
fn pages(lines: &[Line]) -> Vec<String> {
    let mut pages = vec![String::new()];
    let mut at = TOP;
    for Line(font, size, below, text) in lines {
        at = at.saturating_sub(*below);
        if at < BOTTOM {
            pages.push(String::new());
            at = TOP;
        }
        if let Some(page) = pages.last_mut() {
            *page += &format!(
                "BT /F{font} {size} Tf {LEFT} {at} Td ({}) Tj ET\n",
                escaped(text)
            );
        }
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

/// Catalogue, page tree, fonts, then two objects for each page; then where each begins.
fn assembled(pages: &[String]) -> Vec<u8> {
    let first = 3 + FONTS.len();
    let kids: Vec<String> = (0..pages.len())
        .map(|at| format!("{} 0 R", first + 2 * at))
        .collect();
    let fonts: Vec<String> = (0..FONTS.len())
        .map(|at| format!("/F{at} {} 0 R", 3 + at))
        .collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!(
            "<< /Type /Pages /Kids [{}] /Count {} >>",
            kids.join(" "),
            pages.len()
        ),
    ];
    for name in FONTS {
        objects.push(format!(
            "<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
        ));
    }
    for (at, page) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << {} >> >> /Contents {} 0 R >>",
            fonts.join(" "),
            first + 2 * at + 1
        ));
        objects.push(format!(
            "<< /Length {} >>\nstream\n{page}endstream",
            page.len()
        ));
    }
    let mut document = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(document.len());
        document += &format!("{} 0 obj\n{object}\nendobj\n", at + 1);
    }
    let table = document.len();
    let count = objects.len() + 1;
    document += &format!("xref\n0 {count}\n0000000000 65535 f \n");
    for place in places {
        document += &format!("{place:010} 00000 n \n");
    }
    document += &format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
    document.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_names_where_its_objects_are() {
        let blocks = (0..200)
            .map(|number| Block::Paragraph(format!("Line {number}: (brackets) \\ Zoë 日本")))
            .collect();
        let document = document(&Certificate(blocks));
        let text = String::from_utf8(document).unwrap();
        assert!(text.contains("(Line 7: \\(brackets\\) \\\\ Zo\\353 ??) Tj"));
        let table = text.rfind("xref\n0 ").unwrap();
        let start: usize = text.lines().rev().nth(1).unwrap().parse().unwrap();
        assert!(text[start..].starts_with("xref"), "{table}");
        for (number, line) in text[start..]
            .lines()
            .skip(3)
            .take_while(|line| line.ends_with("n "))
            .enumerate()
        {
            let place: usize = line[..10].parse().unwrap();
            assert!(text[place..].starts_with(&format!("{} 0 obj", number + 1)));
        }
        assert!(text.matches("/Type /Page ").count() > 3);
    }
}
