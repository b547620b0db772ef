//! Everything that a developer does with this project, as one command: `cargo xtask`.
//!
//! Plain Rust without dependencies, so that it compiles in seconds on a machine that has nothing but Rust.

mod args;
mod bench;
mod bundle;
mod deny;
mod display;
mod e2e;
mod fuzz;
mod install;
mod models;
mod needs;
mod photos;
mod png;
mod project;
mod run;
mod system;
mod test;
mod tools;
mod ui;

use std::process::ExitCode;

use args::Command;

fn main() -> ExitCode {
    let command = match args::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(message) => {
            eprintln!("{message} See 'cargo xtask --help'.");
            return ExitCode::from(2);
        }
    };
    match perform(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\ncargo xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn perform(command: Command) -> Result<(), String> {
    match command {
        Command::Help => {
            println!("{}", args::HELP);
            Ok(())
        }
        Command::Run(options) => run::run(&options),
        Command::Test(options) => test::test(&options),
        Command::Prepare { consent } => {
            install::ensure(test::NEEDED, consent)?;
            models::ensure()?;
            ui::build()
        }
        Command::Models { consent } => {
            install::ensure(&[needs::Purpose::Window], consent)?;
            let folder = models::ensure()?;
            println!("The models are in {}.", folder.display());
            Ok(())
        }
        Command::E2e { filter, consent } => {
            install::ensure(test::NEEDED, consent)?;
            models::ensure()?;
            ui::build()?;
            e2e::scenarios(filter.as_deref())
        }
        Command::OfflineProof { consent } => {
            install::ensure(test::NEEDED, consent)?;
            models::ensure()?;
            ui::build()?;
            e2e::offline_proof()
        }
        Command::Fuzz(options) => fuzz::fuzz(&options),
        Command::Bench { name, consent } => bench::bench(&name, consent),
        Command::Bundle { consent } => bundle::bundle(consent),
        Command::Deny => deny::deny(),
    }
}
