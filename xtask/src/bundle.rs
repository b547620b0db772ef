//! `cargo xtask bundle`: what people install.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::install::Consent;
use crate::needs::Purpose;
use crate::{install, models, project, run, tools, ui};

/// Makes the .deb, the .rpm and the .tar.gz, each with the window and the command line in it.
///
/// # Errors
/// Something does not build, or a bundle that should be there is not.
pub(crate) fn bundle(consent: Consent) -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        return Err("Bundles can be made on Linux only for now.".to_owned());
    }
    install::ensure(&[Purpose::Compile, Purpose::Window], consent)?;
    models::ensure()?;
    ui::build()?;
    tools::run(tools::cargo().args(["build", "--release", "--package", "cloakroom-cli"]))?;
    let app = run::build(true, &["custom-protocol"])?;
    let cli = project::built("cloakroom", true)?;
    let folder = project::target()?.join("release/bundle");
    let _ = std::fs::remove_dir_all(&folder);

    // The bundler comes with its own lock, and none of its packages may run a script while it is installed.
    tools::run(Command::new(tools::NPM).args([
        "--prefix",
        "xtask/bundler",
        "ci",
        "--ignore-scripts",
    ]))?;
    let with_cli = format!(
        r#"{{"bundle":{{"linux":{{"deb":{{"files":{{"/usr/bin/cloakroom":{cli:?}}}}},"rpm":{{"files":{{"/usr/bin/cloakroom":{cli:?}}}}}}}}}}}"#
    );
    tools::run(
        Command::new(tools::NPM)
            .args([
                "--prefix",
                "xtask/bundler",
                "exec",
                "--offline",
                "--",
                "tauri",
                "bundle",
            ])
            .args([
                "--bundles",
                "deb,rpm",
                "--features",
                "custom-protocol",
                "--config",
                &with_cli,
            ]),
    )?;
    let mut made = vec![
        only_file(&folder.join("deb"), "deb")?,
        only_file(&folder.join("rpm"), "rpm")?,
    ];
    made.push(archive(&folder, &[&app, &cli])?);
    println!();
    for file in made {
        let bytes = file
            .metadata()
            .map_err(|error| format!("{}: {error}", file.display()))?
            .len();
        println!("{:>6.2} MB  {}", bytes as f64 / 1e6, file.display());
    }
    Ok(())
}

/// The programs and what to read, in one folder, for systems that take neither .deb nor .rpm.
fn archive(folder: &Path, programs: &[&Path]) -> Result<PathBuf, String> {
    let name = format!(
        "cloakroom-{}-{}-linux",
        project::version()?,
        std::env::consts::ARCH
    );
    let inside = folder.join(&name);
    std::fs::create_dir_all(&inside).map_err(|error| format!("{}: {error}", inside.display()))?;
    let texts = ["README.md", "LICENSE", "CHANGELOG.md"].map(|text| project::root().join(text));
    for file in programs
        .iter()
        .copied()
        .chain(texts.iter().map(PathBuf::as_path))
    {
        let to = inside.join(file.file_name().unwrap_or_default());
        std::fs::copy(file, to).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let archive = folder.join(format!("{name}.tar.gz"));
    // Neither who packed it nor when: equal contents make equal archives.
    tools::run(
        Command::new("tar")
            .args([
                "--sort=name",
                "--owner=0",
                "--group=0",
                "--numeric-owner",
                "--mtime=@0",
                "-C",
            ])
            .arg(folder)
            .arg("-czf")
            .args([archive.as_os_str(), name.as_ref()]),
    )?;
    std::fs::remove_dir_all(&inside).map_err(|error| format!("{}: {error}", inside.display()))?;
    Ok(archive)
}

fn only_file(folder: &Path, extension: &str) -> Result<PathBuf, String> {
    let entries = folder
        .read_dir()
        .map_err(|_| format!("no .{extension} was made"))?;
    let mut files = entries.flatten().map(|entry| entry.path());
    files
        .find(|path| path.extension().is_some_and(|found| found == extension))
        .ok_or_else(|| format!("no .{extension} was made"))
}
