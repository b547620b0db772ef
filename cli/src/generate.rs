//! Completions and the manual page, from the same definition as the arguments.

use std::io;
use std::process::ExitCode;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Args;
use crate::output;

pub(crate) fn completions(shell: Shell) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "cloakroom", &mut script);
    output::print(&script);
    ExitCode::SUCCESS
}

/// One page for the program and all its commands, so that there is one file to install and to read.
pub(crate) fn man() -> ExitCode {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let mut page = Vec::new();
    if write_page(&command, &mut page).is_err() {
        return ExitCode::FAILURE;
    }
    output::print(&page);
    ExitCode::SUCCESS
}

fn write_page(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(command.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    write_commands(command, "cloakroom", page)?;
    write_notes(&man, page)
}

/// Each command as a section, and what would be sections of its own page below it.
fn write_commands(command: &Command, name: &str, page: &mut Vec<u8>) -> io::Result<()> {
    for command in command
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
    {
        let name = format!("{name} {}", command.get_name());
        let man = Man::new(command.clone());
        let mut sections = Vec::new();
        man.render_synopsis_section(&mut sections)?;
        man.render_description_section(&mut sections)?;
        man.render_options_section(&mut sections)?;
        write_notes(&man, &mut sections)?;
        let sections = String::from_utf8_lossy(&sections).replace(".SH ", ".SS ");
        page.extend(format!(".SH \"{}\"\n{sections}", name.to_uppercase()).bytes());
        write_commands(command, &name, page)?;
    }
    Ok(())
}

/// Examples and explanations, with their lines as they are.
fn write_notes(man: &Man, page: &mut Vec<u8>) -> io::Result<()> {
    let mut notes = Vec::new();
    man.render_extra_section(&mut notes)?;
    let notes = String::from_utf8_lossy(&notes).replace(".SH EXTRA", ".SH NOTES\n.nf");
    if !notes.is_empty() {
        page.extend(notes.bytes().chain(*b".fi\n"));
    }
    Ok(())
}
