//! What is to be read by people: the same words as plain text, as a page, and as a PDF.
//!
//! ```
//! use ledger::document::{Block, Document};
//!
//! let document = Document {
//!     blocks: vec![
//!         Block::Title("Shopping".to_owned()),
//!         Block::Fact("Milk".to_owned(), "two bottles".to_owned()),
//!     ],
//! };
//! assert!(document.text().contains("two bottles"));
//! assert!(document.page().starts_with("<!doctype html>"));
//! assert!(document.pdf().starts_with(b"%PDF-1.4"));
//! ```

mod html;
mod pdf;

/// One block of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// What the document is called; the first names the page.
    Title(String),
    /// The name of what follows.
    Heading(String),
    /// Running text.
    Paragraph(String),
    /// One point of a list.
    Point(String),
    /// A name and what it is.
    Fact(String, String),
    /// Something to type, or to copy letter by letter.
    Command(String),
    /// A picture, and what it shows.
    Picture(Picture),
}

/// A picture in a document. It is embedded as it is: whoever makes one sees to it that nothing but pixels is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The whole JPEG file, of three channels of 8 bits.
    pub jpeg: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// What it shows.
    pub caption: String,
}

/// The blocks, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// From the top.
    pub blocks: Vec<Block>,
}

impl Document {
    /// As a page that runs nothing and loads nothing.
    #[must_use]
    pub fn page(&self) -> String {
        html::page(self)
    }

    /// As a PDF of A4 pages.
    #[must_use]
    pub fn pdf(&self) -> Vec<u8> {
        pdf::document(self)
    }

    /// The first title.
    fn title(&self) -> &str {
        let title = self.blocks.iter().find_map(|block| match block {
            Block::Title(title) => Some(title.as_str()),
            _ => None,
        });
        title.unwrap_or_default()
    }

    /// As plain text, 80 letters to a line.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for block in &self.blocks {
            match block {
                Block::Title(title) => {
                    text += &format!("{}\n", title.to_uppercase());
                }
                Block::Heading(heading) => text += &format!("\n{heading}\n\n"),
                Block::Paragraph(paragraph) => {
                    for line in wrapped(paragraph, 80) {
                        text += &format!("{line}\n");
                    }
                }
                Block::Fact(name, value) => {
                    text += &format!("  {name}:\n");
                    for line in wrapped(value, 74) {
                        text += &format!("      {line}\n");
                    }
                }
                Block::Point(point) => {
                    for (at, line) in wrapped(point, 76).into_iter().enumerate() {
                        text += &format!("{} {line}\n", if at == 0 { " -" } else { "  " });
                    }
                }
                Block::Picture(picture) => text += &format!("  [{}]\n", picture.caption),
                Block::Command(command) => text += &format!("  {command}\n"),
            }
        }
        text
    }
}

/// `text` in lines of at most `width` letters, broken between words where there are any.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(|letter: char| letter.is_whitespace() || letter.is_control()) {
        let letters: Vec<char> = word.chars().collect();
        for (at, piece) in letters.chunks(width.max(1)).enumerate() {
            let piece: String = piece.iter().collect();
            let line = lines.last().map_or(0, |line| line.chars().count());
            if line > 0 && (at > 0 || line + 1 + piece.chars().count() > width) {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(&piece);
            }
        }
    }
    lines
}
