//! `cargo xtask deny`: licences, sources and banned crates of what ships.

use crate::needs::Purpose;
use crate::tools;

const VERSION: &str = "0.20.2";

/// # Errors
/// Something in what ships is not allowed, or cargo-deny cannot be installed.
pub(crate) fn deny() -> Result<(), String> {
    if !tools::succeeds("cargo", &["deny", "--version"]) {
        crate::install::ensure(&[Purpose::Compile], crate::install::Consent::Given)?;
        tools::run(tools::cargo().args([
            "install",
            "--locked",
            "--version",
            VERSION,
            "cargo-deny",
        ]))?;
    }
    // Which crates, for which systems and with which features: deny.toml. The trees that bring two versions of one crate
    // are long and left out.
    tools::run(tools::cargo().args([
        "deny",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]))
}
