//! Finds what is missing and installs it, if the person agrees.

use std::io::{IsTerminal, Write};

use crate::needs::{NEEDS, Need, Purpose};
use crate::system::{Manager, System};
use crate::tools;

/// Whether the person has agreed beforehand to what will be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    Ask,
    Given,
}

/// What would be done about the missing things, before anything is done.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    /// Command lines, in order; empty when nothing can be installed by a command.
    commands: Vec<Vec<String>>,
    /// What only the person can do.
    by_hand: Vec<&'static str>,
}

/// Returns when everything that `purposes` need is there.
///
/// # Errors
/// Something is missing and could not, or should not, be installed.
pub(crate) fn ensure(purposes: &[Purpose], consent: Consent) -> Result<(), String> {
    tools::require_rust()?;
    let system = System::here();
    let missing = missing(purposes, &system, &Need::is_met);
    if missing.is_empty() {
        return Ok(());
    }
    println!("Missing on this machine:");
    for need in &missing {
        println!("  {}", need.name);
    }
    let plan = plan(&missing, &system, tools::is_root());
    if !plan.by_hand.is_empty() {
        return Err(plan.by_hand.join("\n             "));
    }
    println!("This installs it:");
    for command in &plan.commands {
        println!("  {}", command.join(" "));
    }
    if consent == Consent::Ask && !agreed()? {
        return Err("Nothing was installed. Install it yourself, then start again.".to_owned());
    }
    for command in &plan.commands {
        tools::run_line(command)?;
    }
    let left: Vec<_> = missing
        .into_iter()
        .filter(|need| !need.is_met())
        .map(|need| need.name)
        .collect();
    if left.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "Still missing after installing: {}",
            left.join(", ")
        ))
    }
}

fn missing(
    purposes: &[Purpose],
    system: &System,
    is_met: &dyn Fn(&Need) -> bool,
) -> Vec<&'static Need> {
    NEEDS
        .iter()
        .filter(|need| {
            need.purpose
                .iter()
                .any(|purpose| purposes.contains(purpose))
        })
        .filter(|need| need.applies_to(system) && !is_met(need))
        .collect()
}

fn plan(missing: &[&'static Need], system: &System, root: bool) -> Plan {
    let mut packages = Vec::new();
    let mut by_hand = Vec::new();
    for need in missing {
        let names = need.packages(system);
        if names.is_empty() {
            by_hand.push(need.otherwise);
        }
        for name in names {
            // Two things may come from one package.
            if !packages.contains(name) {
                packages.push(name);
            }
        }
    }
    let commands = match system.manager() {
        Some(manager) if !packages.is_empty() => command_lines(manager, &packages, root),
        _ => Vec::new(),
    };
    Plan { commands, by_hand }
}

fn command_lines(manager: Manager, packages: &[&str], root: bool) -> Vec<Vec<String>> {
    // Another apt-get may be at work, for instance the system's own at start: wait for it rather than fail.
    let apt = "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=900";
    let lines = match manager {
        Manager::Apt => vec![
            format!("{apt} update"),
            format!(
                "{apt} install --yes --no-install-recommends {}",
                packages.join(" ")
            ),
        ],
        Manager::Dnf => vec![format!(
            "dnf install --assumeyes --setopt=install_weak_deps=False {}",
            packages.join(" ")
        )],
        Manager::Pacman => vec![format!(
            "pacman -S --needed --noconfirm {}",
            packages.join(" ")
        )],
        Manager::Brew => vec![format!("brew install {}", packages.join(" "))],
    };
    let sudo = !root && manager != Manager::Brew;
    lines
        .iter()
        .map(|line| {
            sudo.then_some("sudo")
                .into_iter()
                .chain(line.split_whitespace())
                .map(str::to_owned)
                .collect()
        })
        .collect()
}

/// Asks on the terminal; where nobody can answer, starting the command was the answer.
fn agreed() -> Result<bool, String> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Ok(true);
    }
    print!("Install it now? [Y/n] ");
    std::io::stdout()
        .flush()
        .map_err(|error| error.to_string())?;
    let mut answer = String::new();
    stdin
        .read_line(&mut answer)
        .map_err(|error| error.to_string())?;
    Ok(matches!(
        answer.trim().to_lowercase().as_str(),
        "" | "y" | "yes"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Linux;

    const EVERYTHING: &[Purpose] = &[
        Purpose::Compile,
        Purpose::Window,
        Purpose::Screen,
        Purpose::Test,
        Purpose::Bench,
    ];

    fn linux(os_release: &str, manager: &str) -> System {
        System::Linux(Linux::from_os_release(os_release, &|name| name == manager))
    }

    fn debian() -> System {
        linux("ID=debian\nVERSION_ID=\"12\"", "apt-get")
    }

    /// The command lines for a bare machine, or for one where only `absent` is not there.
    fn lines(
        purposes: &[Purpose],
        system: &System,
        root: bool,
        absent: Option<&str>,
    ) -> Vec<String> {
        let missing = missing(purposes, system, &|need| {
            absent.is_some_and(|name| !need.name.starts_with(name))
        });
        plan(&missing, system, root)
            .commands
            .iter()
            .map(|line| line.join(" "))
            .collect()
    }

    #[test]
    fn nothing_missing_needs_nothing() {
        assert!(missing(EVERYTHING, &debian(), &|_| true).is_empty());
    }

    #[test]
    fn only_what_is_missing_is_installed() {
        let apt = "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=900";
        assert_eq!(
            lines(EVERYTHING, &debian(), true, Some("Xvfb")),
            [
                format!("{apt} update"),
                format!("{apt} install --yes --no-install-recommends xvfb")
            ]
        );
        assert_eq!(
            lines(EVERYTHING, &debian(), false, Some("WebKitGTK")),
            [
                format!("sudo {apt} update"),
                format!("sudo {apt} install --yes --no-install-recommends libwebkit2gtk-4.1-dev")
            ]
        );
    }

    #[test]
    fn each_family_has_its_own_names() {
        let fedora = linux("ID=fedora\nVERSION_ID=43", "dnf");
        assert_eq!(
            lines(&[Purpose::Compile, Purpose::Window], &fedora, false, None),
            [
                "sudo dnf install --assumeyes --setopt=install_weak_deps=False gcc pkgconf-pkg-config webkit2gtk4.1-devel nodejs npm"
            ]
        );
        let arch = linux("ID=arch", "pacman");
        assert_eq!(
            lines(&[Purpose::Compile, Purpose::Window], &arch, true, None),
            ["pacman -S --needed --noconfirm base-devel pkgconf webkit2gtk-4.1 nodejs npm"]
        );
        assert_eq!(
            lines(
                &[Purpose::Window],
                &System::MacOs { brew: true },
                false,
                Some("Node")
            ),
            ["brew install node"]
        );
    }

    #[test]
    fn a_purpose_brings_only_its_own() {
        let run = missing(&[Purpose::Compile, Purpose::Window], &debian(), &|_| false);
        assert!(
            run.iter()
                .all(|need| !need.purpose.contains(&Purpose::Test))
        );
        let names: Vec<_> = missing(&[Purpose::Screen], &debian(), &|_| false)
            .iter()
            .map(|need| need.name)
            .collect();
        assert_eq!(names, ["Xvfb, an invisible screen"]);
    }

    #[test]
    fn what_no_package_brings_is_said() {
        let by_hand = |system: &System, name: &str| {
            let missing = missing(EVERYTHING, system, &|need| !need.name.starts_with(name));
            let plan = plan(&missing, system, true);
            assert!(plan.commands.is_empty());
            plan.by_hand.concat()
        };
        assert!(
            by_hand(&debian(), "Node").contains("version manager"),
            "Debian 12 has Node 18"
        );
        assert!(by_hand(&System::MacOs { brew: true }, "a C").contains("xcode-select"));
        assert!(by_hand(&System::MacOs { brew: false }, "Node").contains("Node.js"));
        assert!(by_hand(&System::Windows, "Node").contains("Node.js"));
        assert!(by_hand(&linux("ID=void", "xbps"), "Xvfb").contains("Xvfb"));
    }

    #[test]
    fn a_mac_is_never_asked_for_linux_things() {
        let names: Vec<_> = missing(EVERYTHING, &System::MacOs { brew: true }, &|_| false)
            .iter()
            .map(|need| need.name)
            .collect();
        assert_eq!(names.len(), 3, "{names:?}");
    }
}
