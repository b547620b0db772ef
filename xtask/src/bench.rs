//! `cargo xtask bench`: speed and memory, beside other tools and in the same run.

mod cloak;
mod engine;
mod find;
mod inspect;
mod ledger;
mod measure;
mod metadata;
mod throughput;

use crate::install::Consent;
use crate::needs::Purpose;
use crate::{install, project, tools};

/// # Errors
/// There is no such measurement, something cannot be run, or a bound that we promise does not hold on this machine.
pub(crate) fn bench(name: &str, consent: Consent) -> Result<(), String> {
    if name == "find" {
        return find::measure(consent);
    }
    install::ensure(&[Purpose::Compile, Purpose::Bench], consent)?;
    let bounds = match name {
        "cloak" => cloak::measure()?,
        "ledger" => ledger::measure()?,
        "metadata" => {
            tools::run(tools::cargo().args(["build", "--release", "--package", "cloakroom-cli"]))?;
            metadata::measure(&project::built("cloakroom", true)?)?
        }
        _ => {
            return Err(format!(
                "There is no measurement '{name}'; there are: cloak, find, ledger, metadata"
            ));
        }
    };
    let broken: Vec<_> = bounds.into_iter().filter(|bound| !bound.holds).collect();
    if broken.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = broken.iter().map(|bound| bound.what.as_str()).collect();
    Err(format!(
        "these bounds do not hold here: {}",
        names.join(", ")
    ))
}

/// Something that we promise, and whether it is so on this machine now.
pub(crate) struct Bound {
    what: String,
    holds: bool,
}
