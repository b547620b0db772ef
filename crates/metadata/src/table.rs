//! The keep-list as a table for people, made from the very tables and the very function that decide.

use std::fmt::Write as _;

use crate::Container;
use crate::format::format_of;
use crate::keep::{Fate, fate};

/// The keep-list of a container as a Markdown table: each part by its name in the format, and what happens to it.
///
/// ```
/// let table = metadata::keep_table(metadata::Container::Jpeg);
/// assert!(table.contains("| COM | removed |"));
/// ```
#[must_use]
pub fn keep_table(container: Container) -> String {
    let mut table = String::from("| part | in the clean copy |\n|---|---|\n");
    for (name, kind) in format_of(container).vocabulary() {
        let fate = match fate(*kind) {
            Fate::Copy => "stays",
            Fate::Rewrite => "written anew, without what identifies",
            Fate::Drop => "removed",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {name} | {fate} |");
    }
    table
}
