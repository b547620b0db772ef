//! What has to be on a machine, for what, and what the packages are called.

use crate::system::{Manager, System};
use crate::tools;

/// What a command is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Compile the library crates and the command line.
    Compile,
    /// Compile the window and its page.
    Window,
    /// Open the window on an invisible screen.
    Screen,
    /// Drive the window and check what comes out of it.
    Test,
    /// Compare with other tools.
    Bench,
}

/// How to find out whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probe {
    /// A program that can be found.
    Program(&'static str),
    /// Node.js and npm, 20.19 or newer.
    Node,
    /// A library with its headers, by its pkg-config name.
    Library(&'static str),
    /// A library that the system's loader finds, by its file name.
    Loadable(&'static str),
    /// A library that the system's own Python can use, by name and version.
    Python(&'static str, &'static str),
}

/// Something that has to be on the machine.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) name: &'static str,
    pub(crate) purpose: &'static [Purpose],
    pub(crate) probe: Probe,
    apt: &'static [&'static str],
    dnf: &'static [&'static str],
    pacman: &'static [&'static str],
    brew: &'static [&'static str],
    /// What to do where no package has it.
    pub(crate) otherwise: &'static str,
}

pub(crate) const NODE_MIN: (u32, u32) = (20, 19);

use Purpose::{Bench, Compile, Screen, Test, Window};

/// Debian's names were tried; those of Fedora, Arch and Homebrew are taken from their package lists.
pub(crate) const NEEDS: &[Need] = &[
    Need {
        name: "a C compiler",
        purpose: &[Compile, Window],
        probe: Probe::Program("cc"),
        apt: &["build-essential"],
        dnf: &["gcc"],
        pacman: &["base-devel"],
        brew: &[],
        otherwise: "Install a C compiler that can be called as 'cc'. On macOS: xcode-select --install",
    },
    Need {
        name: "pkg-config",
        purpose: &[Window],
        probe: Probe::Program("pkg-config"),
        apt: &["pkg-config"],
        dnf: &["pkgconf-pkg-config"],
        pacman: &["pkgconf"],
        brew: &["pkgconf"],
        otherwise: "Install pkg-config.",
    },
    Need {
        name: "WebKitGTK 4.1 with its headers",
        purpose: &[Window],
        probe: Probe::Library("webkit2gtk-4.1"),
        apt: &["libwebkit2gtk-4.1-dev"],
        dnf: &["webkit2gtk4.1-devel"],
        pacman: &["webkit2gtk-4.1"],
        brew: &[],
        otherwise: "Install the development package of WebKitGTK, API version 4.1.",
    },
    Need {
        name: "Node.js 20.19 or newer, with npm",
        purpose: &[Window],
        probe: Probe::Node,
        apt: &["nodejs", "npm"],
        dnf: &["nodejs", "npm"],
        pacman: &["nodejs", "npm"],
        brew: &["node"],
        otherwise: "Install Node.js 20.19 or newer with its own installer or a version manager (nvm, fnm, Volta, mise).",
    },
    Need {
        name: "Xvfb, an invisible screen",
        purpose: &[Screen],
        probe: Probe::Program("Xvfb"),
        apt: &["xvfb"],
        dnf: &["xorg-x11-server-Xvfb"],
        pacman: &["xorg-server-xvfb"],
        brew: &[],
        otherwise: "Install Xvfb.",
    },
    Need {
        name: "WebKitWebDriver, which reads the page",
        purpose: &[Test],
        probe: Probe::Program("WebKitWebDriver"),
        apt: &["webkit2gtk-driver"],
        dnf: &["webkitgtk6.0"],
        pacman: &["webkitgtk-6.0"],
        brew: &[],
        otherwise: "Install WebKitWebDriver.",
    },
    Need {
        name: "dbus-daemon, a session bus",
        purpose: &[Test],
        probe: Probe::Program("dbus-daemon"),
        apt: &["dbus"],
        dnf: &["dbus-daemon"],
        pacman: &["dbus"],
        brew: &[],
        otherwise: "Install D-Bus.",
    },
    Need {
        name: "Openbox, a window manager",
        purpose: &[Test],
        probe: Probe::Program("openbox"),
        apt: &["openbox"],
        dnf: &["openbox"],
        pacman: &["openbox"],
        brew: &[],
        otherwise: "Install Openbox.",
    },
    Need {
        name: "xdotool, which presses keys and drags",
        purpose: &[Test],
        probe: Probe::Program("xdotool"),
        apt: &["xdotool"],
        dnf: &["xdotool"],
        pacman: &["xdotool"],
        brew: &[],
        otherwise: "Install xdotool.",
    },
    Need {
        name: "GTK 3 for Python, which photos are dragged from",
        purpose: &[Test],
        probe: Probe::Python("Gtk", "3.0"),
        apt: &["python3-gi", "gir1.2-gtk-3.0"],
        dnf: &["python3-gobject", "gtk3"],
        pacman: &["python-gobject", "gtk3"],
        brew: &[],
        otherwise: "Install PyGObject and GTK 3 for the system's Python.",
    },
    Need {
        name: "AT-SPI, which tells screen readers what is there",
        purpose: &[Test],
        probe: Probe::Python("Atspi", "2.0"),
        apt: &["python3-gi", "gir1.2-atspi-2.0", "at-spi2-core"],
        dnf: &["python3-gobject", "at-spi2-core"],
        pacman: &["python-gobject", "at-spi2-core"],
        brew: &[],
        otherwise: "Install PyGObject and AT-SPI for the system's Python.",
    },
    Need {
        name: "strace, which sees every socket",
        purpose: &[Test],
        probe: Probe::Program("strace"),
        apt: &["strace"],
        dnf: &["strace"],
        pacman: &["strace"],
        brew: &[],
        otherwise: "Install strace.",
    },
    Need {
        name: "ExifTool, a second opinion on what is in a file",
        purpose: &[Test, Bench],
        probe: Probe::Program("exiftool"),
        apt: &["libimage-exiftool-perl"],
        dnf: &["perl-Image-ExifTool"],
        pacman: &["perl-image-exiftool"],
        brew: &["exiftool"],
        otherwise: "Install ExifTool.",
    },
    Need {
        // Where distributions ship its decoders apart from it (Debian 13, Fedora), the tests that need them say that they
        // are skipped.
        name: "libheif, through which HEIC and AVIF are decoded",
        purpose: &[Test],
        probe: Probe::Loadable("libheif.so.1"),
        apt: &["libheif1"],
        dnf: &["libheif"],
        pacman: &["libheif"],
        brew: &[],
        otherwise: "Install libheif.",
    },
    Need {
        name: "GNU time, which tells peak memory",
        purpose: &[Bench],
        probe: Probe::Program("/usr/bin/time"),
        apt: &["time"],
        dnf: &["time"],
        pacman: &["time"],
        brew: &[],
        otherwise: "Install GNU time.",
    },
];

impl Need {
    /// Whether this system can and must have it.
    pub(crate) fn applies_to(&self, system: &System) -> bool {
        match system {
            System::Linux(_) => true,
            // The web view is part of the system, and nothing can drive it from outside.
            System::MacOs { .. } => match self.probe {
                Probe::Program("cc" | "exiftool") | Probe::Node => true,
                Probe::Program(_) | Probe::Library(_) | Probe::Loadable(_) | Probe::Python(..) => {
                    false
                }
            },
            System::Windows => self.probe == Probe::Node,
        }
    }

    /// The packages that bring it, none where no package of this system does.
    pub(crate) fn packages(&self, system: &System) -> &'static [&'static str] {
        if let System::Linux(linux) = system
            && self.probe == Probe::Node
            && !linux.node_is_new_enough()
        {
            return &[];
        }
        match system.manager() {
            Some(Manager::Apt) => self.apt,
            Some(Manager::Dnf) => self.dnf,
            Some(Manager::Pacman) => self.pacman,
            Some(Manager::Brew) => self.brew,
            None => &[],
        }
    }

    pub(crate) fn is_met(&self) -> bool {
        match self.probe {
            Probe::Program(name) => tools::found(name),
            Probe::Node => tools::node_version() >= NODE_MIN && tools::found(tools::NPM),
            Probe::Library(name) => tools::succeeds("pkg-config", &["--exists", name]),
            Probe::Loadable(name) => {
                let listed = format!("/sbin/ldconfig -p | grep -qF {name}");
                tools::succeeds("sh", &["-c", &listed])
            }
            Probe::Python(name, version) => {
                let import = format!(
                    "import gi; gi.require_version('{name}', '{version}'); from gi.repository import {name}"
                );
                tools::succeeds("/usr/bin/python3", &["-c", &import])
            }
        }
    }
}
