//! Door one: the command line. Arguments in, text or JSON out; everything else is done by the pipeline.

mod args;
mod care;
mod clean;
mod cloak_args;
mod cloak_report;
mod cloak_text;
mod find;
mod find_args;
mod generate;
mod inspect;
mod ledger;
mod models;
mod output;
mod printer;
mod progress;
mod proof_args;
mod prove;
mod secret;
mod takedown;
mod text;

use std::process::ExitCode;

use args::{Args, Command};
use clap::Parser;
use pipeline::{offline, worker};

fn main() -> ExitCode {
    // First of all, so that nothing of what follows can reach a network, not even by mistake.
    let offline = offline::enforce();
    if worker::is_worker(std::env::args_os()) {
        worker::serve();
    }
    let args = Args::parse();
    if let Err(failure) = offline {
        output::warn(&failure);
    }
    match args.command {
        Command::Inspect(args) => inspect::run(&args),
        Command::Clean(args) => clean::run(&args),
        Command::CloakReport(args) => cloak_report::run(&args),
        Command::Models(args) => models::run(&args.command),
        Command::Ledger(args) => ledger::run(&args.command, &args.unlock),
        Command::Prove(args) => prove::prove(&args),
        Command::Verify(args) => prove::verify(&args),
        Command::Find(args) => find::run(&args),
        Command::Takedown(args) => takedown::run(&args),
        Command::Completions { shell } => generate::completions(shell),
        Command::Man => generate::man(),
    }
}
