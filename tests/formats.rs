//! `docs/FORMATS.md` says what the code does: its tables are generated from the keep-list and compared here.
// A panic is a failed test.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write as _;
use std::fs;

use metadata::{Container, keep_table};

const BEGIN: &str = "<!-- keep-list: begin -->";
const END: &str = "<!-- keep-list: end -->";

#[test]
fn the_document_and_the_keep_list_agree() {
    let path = cloakroom_tests::root().join("docs/FORMATS.md");
    let document = fs::read_to_string(&path).unwrap();
    let (before, rest) = document
        .split_once(BEGIN)
        .expect("FORMATS.md has its begin mark");
    let (_, after) = rest.split_once(END).expect("FORMATS.md has its end mark");

    let mut tables = String::new();
    for container in Container::ALL {
        let table = keep_table(container);
        writeln!(tables, "\n## {}\n\n{table}", container.name()).unwrap();
    }
    let expected = format!("{before}{BEGIN}\n{tables}{END}{after}");

    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &expected).unwrap();
    } else {
        assert_eq!(
            document, expected,
            "docs/FORMATS.md differs from the keep-list; UPDATE_EXPECT=1 writes it anew"
        );
    }
}
