//! What was asked for on the command line.

use std::path::PathBuf;

use crate::install::Consent;

pub(crate) const HELP: &str = "\
cargo xtask: build, run and test Cloakroom

Usage: cargo xtask COMMAND [OPTIONS]

  run [PATH…]      Open the app, with the photos or folders named
      --release    Build it as it is shipped (takes longer)
      --headless   Open it on an invisible screen and save a picture of that
      --screenshot FILE   Where that picture goes (cloakroom.png)

  test             Run every test: Rust, page, bindings, real window, silence
      --no-e2e     Leave out what needs a window
  e2e [FILTER]     Only the scenarios in a real window; FILTER is part of a name
  offline-proof    Only the proof that no process of the app opens a network socket

  fuzz [CONTAINER] Hostile files against the readers of photos, until something breaks (all containers in turn)
      --minutes N  How long for each (15)

  bench [NAME]     Measure speed and memory beside other tools (NAME: metadata, ledger, find or cloak)
  bundle           Make the .deb, .rpm and .tar.gz
  deny             Check licences, sources and banned crates
  models           Make the packs of the face models that an npm package brings, in target/models
  prepare          Install what is missing, make the models and build the page, nothing else

Every command first looks for what it needs on this machine, shows what is missing and the exact command that
installs it, and asks. It uses sudo only when you are not root.
      --yes, -y    Do not ask; also when the input is not a terminal

Examples:
  cargo xtask run ~/Pictures/holiday
  cargo xtask test
  cargo xtask e2e drag
  cargo xtask run --headless --screenshot window.png photo.jpg";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Run(RunOptions),
    Test(TestOptions),
    Prepare {
        consent: Consent,
    },
    Models {
        consent: Consent,
    },
    E2e {
        filter: Option<String>,
        consent: Consent,
    },
    OfflineProof {
        consent: Consent,
    },
    Fuzz(FuzzOptions),
    Bench {
        name: String,
        consent: Consent,
    },
    Bundle {
        consent: Consent,
    },
    Deny,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RunOptions {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) release: bool,
    /// Where the picture of the invisible screen goes; `None` opens a window that can be seen.
    pub(crate) headless: Option<PathBuf>,
    pub(crate) consent: Consent,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TestOptions {
    pub(crate) end_to_end: bool,
    pub(crate) consent: Consent,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FuzzOptions {
    /// All of them where none is named.
    pub(crate) target: Option<String>,
    /// For each target.
    pub(crate) minutes: u32,
    pub(crate) consent: Consent,
}

/// As long as a first run should take.
const FUZZ_MINUTES: u32 = 15;

/// # Errors
/// One sentence on what was not understood.
pub(crate) fn parse(args: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut words = Words::read(args)?;
    let Some(name) = words.plain_first() else {
        return if words.help {
            Ok(Command::Help)
        } else {
            Err("Which command?".to_owned())
        };
    };
    if words.help || name == "help" {
        return Ok(Command::Help);
    }
    let consent = if words.take("--yes") {
        Consent::Given
    } else {
        Consent::Ask
    };
    let command = match name.as_str() {
        "run" => {
            let screenshot = words.value("--screenshot").map(PathBuf::from);
            let headless = words.take("--headless") || screenshot.is_some();
            Command::Run(RunOptions {
                release: words.take("--release"),
                headless: headless
                    .then(|| screenshot.unwrap_or_else(|| PathBuf::from("cloakroom.png"))),
                paths: words.plain.drain(..).map(PathBuf::from).collect(),
                consent,
            })
        }
        "test" => Command::Test(TestOptions {
            end_to_end: !words.take("--no-e2e"),
            consent,
        }),
        "prepare" => Command::Prepare { consent },
        "models" => Command::Models { consent },
        "e2e" => Command::E2e {
            filter: words.plain_first(),
            consent,
        },
        "offline-proof" => Command::OfflineProof { consent },
        "fuzz" => Command::Fuzz(FuzzOptions {
            target: words.plain_first(),
            minutes: words.value("--minutes").map_or(Ok(FUZZ_MINUTES), |word| {
                word.parse()
                    .map_err(|_| format!("'{word}' is no number of minutes."))
            })?,
            consent,
        }),
        "bench" => Command::Bench {
            name: words.plain_first().unwrap_or_else(|| "metadata".to_owned()),
            consent,
        },
        "bundle" => Command::Bundle { consent },
        "deny" => Command::Deny,
        other => return Err(format!("There is no command '{other}'.")),
    };
    match words.unused() {
        Some(word) => Err(format!("'{name}' does not take '{word}'.")),
        None => Ok(command),
    }
}

/// The words of a command line, told apart; each is taken out when it is used.
struct Words {
    plain: Vec<String>,
    flags: Vec<String>,
    /// Flags with the word that follows them.
    values: Vec<(String, String)>,
    help: bool,
}

impl Words {
    fn read(args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut words = Self {
            plain: Vec::new(),
            flags: Vec::new(),
            values: Vec::new(),
            help: false,
        };
        let mut args = args;
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--help" | "-h" => words.help = true,
                "-y" => words.flags.push("--yes".to_owned()),
                "--screenshot" | "--minutes" => {
                    let value = args.next();
                    let value = value.ok_or_else(|| format!("{arg} needs a word after it."))?;
                    words.values.push((arg, value));
                }
                "--" => words.plain.extend(args.by_ref()),
                flag if flag.starts_with('-') => words.flags.push(arg),
                _ => words.plain.push(arg),
            }
        }
        Ok(words)
    }

    fn plain_first(&mut self) -> Option<String> {
        (!self.plain.is_empty()).then(|| self.plain.remove(0))
    }

    fn value(&mut self, flag: &str) -> Option<String> {
        let at = self.values.iter().position(|(given, _)| given == flag)?;
        Some(self.values.remove(at).1)
    }

    fn take(&mut self, flag: &str) -> bool {
        let before = self.flags.len();
        self.flags.retain(|given| given != flag);
        self.flags.len() < before
    }

    fn unused(&self) -> Option<&str> {
        let value = self.values.first().map(|(flag, _)| flag.as_str());
        self.flags
            .first()
            .or_else(|| self.plain.first())
            .map(String::as_str)
            .or(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn run_takes_paths_and_flags_in_any_order() {
        let expected = Command::Run(RunOptions {
            paths: vec!["a.jpg".into(), "b".into()],
            release: true,
            headless: None,
            consent: Consent::Given,
        });
        assert_eq!(parsed("run a.jpg --release b -y"), Ok(expected));
    }

    #[test]
    fn a_screenshot_implies_headless() {
        let Ok(Command::Run(options)) = parsed("run --screenshot x.png") else {
            panic!("is a run")
        };
        assert_eq!(options.headless, Some("x.png".into()));
        let Ok(Command::Run(options)) = parsed("run --headless") else {
            panic!("is a run")
        };
        assert_eq!(options.headless, Some("cloakroom.png".into()));
    }

    #[test]
    fn fuzzing_takes_a_container_and_a_time() {
        let fuzz = |target: Option<&str>, minutes| {
            Ok(Command::Fuzz(FuzzOptions {
                target: target.map(str::to_owned),
                minutes,
                consent: Consent::Ask,
            }))
        };
        assert_eq!(parsed("fuzz"), fuzz(None, 15));
        assert_eq!(parsed("fuzz --minutes 60 png"), fuzz(Some("png"), 60));
        assert_eq!(
            parsed("fuzz --minutes soon"),
            Err("'soon' is no number of minutes.".to_owned())
        );
    }

    #[test]
    fn paths_may_begin_with_a_dash_after_two() {
        let Ok(Command::Run(options)) = parsed("run -- --yes") else {
            panic!("is a run")
        };
        assert_eq!(
            (options.paths, options.consent),
            (vec!["--yes".into()], Consent::Ask)
        );
    }

    #[test]
    fn help_wins_wherever_it_stands() {
        assert_eq!(parsed("--help"), Ok(Command::Help));
        assert_eq!(parsed("test --help"), Ok(Command::Help));
        assert_eq!(parsed("help"), Ok(Command::Help));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert_eq!(
            parsed("tset"),
            Err("There is no command 'tset'.".to_owned())
        );
        assert_eq!(
            parsed("test --fast"),
            Err("'test' does not take '--fast'.".to_owned())
        );
        assert_eq!(
            parsed("deny x"),
            Err("'deny' does not take 'x'.".to_owned())
        );
        assert_eq!(
            parsed("test --screenshot a"),
            Err("'test' does not take '--screenshot'.".to_owned())
        );
        assert_eq!(parsed(""), Err("Which command?".to_owned()));
        assert!(parsed("run --screenshot").is_err());
    }
}
