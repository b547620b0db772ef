//! A document as a page that runs nothing and loads nothing.

use super::{Block, Document};
use crate::hex::base64;

const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n<style>\nbody { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff; }\nh2 { margin-top: 2rem; font-size: 1.1rem; }\ndt { font-weight: 600; }\ndd { margin: 0 0 .6rem; overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: .9rem; }\nfigure { margin: 1rem 0; }\nimg { max-width: 100%; height: auto; border: 1px solid #ccc; }\nfigcaption { font-size: .9rem; color: #444; }\npre { overflow-wrap: anywhere; white-space: pre-wrap; background: #f2f2f2; padding: .5rem; margin: .4rem 0; }\n</style>\n";

/// The page.
pub(super) fn page(document: &Document) -> String {
    let title = escaped(document.title());
    let mut page = format!("{HEAD}<title>{title}</title>\n</head>\n<body>\n");
    for block in &document.blocks {
        page += &match block {
            Block::Title(text) => format!("<h1>{}</h1>\n", escaped(text)),
            Block::Heading(text) => format!("<h2>{}</h2>\n", escaped(text)),
            Block::Paragraph(text) => format!("<p>{}</p>\n", escaped(text)),
            Block::Fact(name, value) => format!(
                "<dl><dt>{}</dt><dd>{}</dd></dl>\n",
                escaped(name),
                escaped(value)
            ),
            Block::Point(text) => format!("<ul><li>{}</li></ul>\n", escaped(text)),
            Block::Command(text) => format!("<pre>{}</pre>\n", escaped(text)),
            Block::Picture(picture) => {
                let caption = escaped(&picture.caption);
                format!(
                    "<figure><img alt=\"{caption}\" width=\"{}\" height=\"{}\" src=\"data:image/jpeg;base64,{}\"><figcaption>{caption}</figcaption></figure>\n",
                    picture.width,
                    picture.height,
                    base64(&picture.jpeg)
                )
            }
        };
    }
    page + "</body>\n</html>\n"
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter if letter.is_control() => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text() {
        let hostile = "<script>alert('x')</script> & \"quotes\"\u{0}";
        let page = page(&Document {
            blocks: vec![Block::Fact("Note".to_owned(), hostile.to_owned())],
        });
        assert!(
            page.contains(
                "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;quotes&quot; "
            )
        );
        assert!(!page.contains("<script"));
    }
}
