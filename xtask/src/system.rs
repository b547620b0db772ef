//! Which system this is and how software is installed on it.

/// A package manager that we know the names of packages for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manager {
    Apt,
    Dnf,
    Pacman,
    Brew,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum System {
    Linux(Linux),
    MacOs { brew: bool },
    Windows,
}

/// What `/etc/os-release` tells, and the package manager that follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Linux {
    pub(crate) id: String,
    /// `(0, 0)` on systems that are always the newest.
    pub(crate) version: (u32, u32),
    pub(crate) manager: Option<Manager>,
}

impl System {
    pub(crate) fn here() -> Self {
        match std::env::consts::OS {
            "macos" => Self::MacOs {
                brew: crate::tools::found("brew"),
            },
            "windows" => Self::Windows,
            _ => {
                let text = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
                Self::Linux(Linux::from_os_release(&text, &crate::tools::found))
            }
        }
    }

    pub(crate) fn manager(&self) -> Option<Manager> {
        match self {
            Self::Linux(linux) => linux.manager,
            Self::MacOs { brew } => brew.then_some(Manager::Brew),
            Self::Windows => None,
        }
    }
}

impl Linux {
    /// The family named in os-release decides; the programs that exist decide only where it is silent, since a Fedora may
    /// have `apt` and a Debian may have a game called `pacman`.
    pub(crate) fn from_os_release(text: &str, exists: &dyn Fn(&str) -> bool) -> Self {
        let id = field(text, "ID").unwrap_or_else(|| "linux".to_owned());
        let like = field(text, "ID_LIKE").unwrap_or_default();
        let version = version_of(&field(text, "VERSION_ID").unwrap_or_default());
        let family = std::iter::once(id.as_str())
            .chain(like.split_whitespace())
            .find_map(|name| match name {
                "debian" | "ubuntu" => Some((Manager::Apt, "apt-get")),
                "fedora" | "rhel" | "centos" => Some((Manager::Dnf, "dnf")),
                "arch" => Some((Manager::Pacman, "pacman")),
                _ => None,
            });
        let manager = match family {
            Some((manager, program)) => exists(program).then_some(manager),
            None => [
                (Manager::Apt, "apt-get"),
                (Manager::Dnf, "dnf"),
                (Manager::Pacman, "pacman"),
            ]
            .into_iter()
            .find(|(_, program)| exists(program))
            .map(|(manager, _)| manager),
        };
        Self {
            id,
            version,
            manager,
        }
    }

    /// Whether the distribution's own Node.js is 20.19 or newer.
    pub(crate) fn node_is_new_enough(&self) -> bool {
        match self.id.as_str() {
            "debian" => self.version >= (13, 0),
            "ubuntu" => self.version >= (25, 10),
            "fedora" => self.version >= (42, 0),
            _ => self.manager == Some(Manager::Pacman),
        }
    }
}

fn field(os_release: &str, name: &str) -> Option<String> {
    os_release.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key == name).then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    })
}

/// Major and minor of the first number in `text`: `v20.19.1` → `(20, 19)`.
pub(crate) fn version_of(text: &str) -> (u32, u32) {
    let start = text
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(text.len());
    let mut numbers = text[start..]
        .split(|c: char| !c.is_ascii_digit())
        .map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linux(text: &str, programs: &[&str]) -> Linux {
        Linux::from_os_release(text, &|name| programs.contains(&name))
    }

    #[test]
    fn the_family_names_the_manager() {
        let debian = linux("ID=debian\nVERSION_ID=\"12\"\n", &["apt-get", "pacman"]);
        assert_eq!(
            (debian.manager, debian.version),
            (Some(Manager::Apt), (12, 0))
        );
        let fedora = linux(
            "NAME=\"Fedora Linux\"\nID=fedora\nVERSION_ID=43\n",
            &["dnf", "apt-get"],
        );
        assert_eq!(fedora.manager, Some(Manager::Dnf));
        let mint = linux(
            "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=\"22.1\"",
            &["apt-get"],
        );
        assert_eq!((mint.manager, mint.version), (Some(Manager::Apt), (22, 1)));
        let endeavour = linux("ID=endeavouros\nID_LIKE=arch\n", &["pacman"]);
        assert_eq!(endeavour.manager, Some(Manager::Pacman));
        let rocky = linux(
            "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID=\"9.5\"",
            &["dnf"],
        );
        assert_eq!(rocky.manager, Some(Manager::Dnf));
    }

    #[test]
    fn an_unknown_family_is_known_by_its_programs() {
        assert_eq!(linux("ID=solus", &["dnf"]).manager, Some(Manager::Dnf));
        assert_eq!(linux("", &[]).manager, None);
        assert_eq!(
            linux("ID=debian", &[]).manager,
            None,
            "a family without its program"
        );
    }

    #[test]
    fn old_distributions_have_an_old_node() {
        let node = |text: &str| linux(text, &["apt-get", "dnf", "pacman"]).node_is_new_enough();
        assert!(!node("ID=debian\nVERSION_ID=\"12\""));
        assert!(node("ID=debian\nVERSION_ID=\"13\""));
        assert!(!node("ID=ubuntu\nVERSION_ID=\"24.04\""));
        assert!(node("ID=ubuntu\nVERSION_ID=\"26.04\""));
        assert!(node("ID=fedora\nVERSION_ID=43"));
        assert!(node("ID=arch"));
        assert!(!node(
            "ID=linuxmint\nID_LIKE=\"ubuntu\"\nVERSION_ID=\"22.1\""
        ));
    }

    #[test]
    fn versions_are_read_from_what_programs_say() {
        assert_eq!(version_of("rustc 1.95.0 (59807616e 2026-04-14)"), (1, 95));
        assert_eq!(version_of("v20.20.2\n"), (20, 20));
        assert_eq!(version_of("24"), (24, 0));
        assert_eq!(version_of("none"), (0, 0));
    }
}
