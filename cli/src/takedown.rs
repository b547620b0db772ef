//! `cloakroom takedown`.

use std::io::{IsTerminal, stdin};
use std::path::PathBuf;
use std::process::ExitCode;

use pipeline::Failure;
use pipeline::takedown::{Answers, Asking, Pack, Route, is_address, young};
use serde::Serialize;

use crate::find_args::{Takedown, YesNo};
use crate::output::{json, print, print_error, warn};
use crate::secret::{failure, unlocked};
use crate::text::shown;

/// What is told as JSON.
#[derive(Debug, Default, Serialize)]
struct Told {
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    routes: Vec<Route>,
    files: Vec<String>,
    missing: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
}

pub(crate) fn run(args: &Takedown) -> ExitCode {
    match make(args) {
        Ok(told) => {
            if args.json {
                print(&json(&told));
            }
            ExitCode::SUCCESS
        }
        Err(failure) if args.json => {
            print(&json(&Told {
                error: Some(failure),
                ..Told::default()
            }));
            ExitCode::FAILURE
        }
        Err(failure) => {
            warn(&failure);
            ExitCode::FAILURE
        }
    }
}

fn make(args: &Takedown) -> Result<Told, Failure> {
    let asks = stdin().is_terminal() && !args.json;
    let mut answers = given(args);
    // Nothing before this, and after a yes nothing more.
    if asks && answers.under_18.is_none() {
        answers.under_18 = Some(yes(
            "Was anybody in the picture under 18 when it was taken?",
        )?);
    }
    if answers.under_18 == Some(true) {
        let help = young().text();
        if !args.json {
            print(help.as_bytes());
        }
        return Ok(Told {
            route: Some("under_18"),
            help: Some(help),
            ..Told::default()
        });
    }
    if asks {
        ask(&mut answers)?;
    }
    let ledger = if answers.records.is_empty() {
        None
    } else {
        Some(unlocked(&args.unlock)?)
    };
    let pack = answers.pack(ledger.as_ref())?;
    let out = match (&args.out, asks) {
        (Some(out), _) => out.clone(),
        (None, true) => PathBuf::from(line("Name of the new folder:")?),
        (None, false) => {
            return Err(failure(
                "no_folder",
                "It is not said where the pack should go.",
                "Give a new folder with --out.",
            ));
        }
    };
    pack.save(&out)?;
    let folder = out.to_string_lossy().into_owned();
    if !args.json {
        print(in_words(&pack, &folder).as_bytes());
    }
    Ok(Told {
        route: Some("pack"),
        routes: pack.routes.clone(),
        files: pack.files().into_iter().map(|(name, _)| name).collect(),
        missing: pack.missing,
        folder: Some(folder),
        ..Told::default()
    })
}

fn given(args: &Takedown) -> Answers {
    Answers {
        under_18: args.under_18.map(|answer| answer == YesNo::Yes),
        intimate: args.intimate,
        altered: args.altered,
        asking: match (args.for_another, args.rights_holder) {
            (true, _) => Asking::ForAnother,
            (_, true) => Asking::RightsHolder,
            _ => Asking::Shown,
        },
        holds_copyright: args.my_photo,
        urls: args.urls.clone(),
        name: args.name.clone(),
        email: args.email.clone(),
        phone: args.phone.clone(),
        address: args.address.clone(),
        words: args.words.clone(),
        records: args.records.clone(),
    }
}

/// Asks what was not given.
fn ask(answers: &mut Answers) -> Result<(), Failure> {
    if !answers.intimate {
        answers.intimate =
            yes("Does it show somebody naked or in a sexual way, or was it made to?")?;
    }
    if !answers.altered {
        answers.altered = yes("Was it made or altered by software?")?;
    }
    if answers.asking == Asking::Shown && !yes("Are you the person in it?")? {
        answers.asking = if yes("Did the person in it ask you to do this?")? {
            Asking::ForAnother
        } else {
            Asking::RightsHolder
        };
    }
    if !answers.holds_copyright {
        answers.holds_copyright =
            yes("Did you take the original photo, or have the rights in it in writing?")?;
    }
    if answers.urls.is_empty() {
        answers.urls = addresses()?;
    }
    for (answer, question) in [
        (
            &mut answers.name,
            "Your name, for the signature (may stay empty):",
        ),
        (&mut answers.email, "Your e-mail address (may stay empty):"),
        (
            &mut answers.phone,
            "Your telephone number (may stay empty):",
        ),
        (
            &mut answers.words,
            "What it shows, and why it should go, in your words:",
        ),
    ] {
        if answer.is_empty() {
            *answer = line(question)?;
        }
    }
    Ok(())
}

/// One after the other, until none is typed.
fn addresses() -> Result<Vec<String>, Failure> {
    let mut urls = Vec::new();
    loop {
        let url = line("The exact address of the picture or page (empty when that was all):")?;
        match url.as_str() {
            "" => return Ok(urls),
            url if is_address(url) => urls.push(url.to_owned()),
            _ => print_error("That is not a whole address: it begins with https:// or http://.\n"),
        }
    }
}

fn yes(question: &str) -> Result<bool, Failure> {
    loop {
        match line(&format!("{question} (yes or no)"))?
            .to_lowercase()
            .as_str()
        {
            "yes" | "y" => return Ok(true),
            "no" | "n" => return Ok(false),
            _ => print_error("Please type yes or no.\n"),
        }
    }
}

fn line(question: &str) -> Result<String, Failure> {
    print_error(&format!("{question} "));
    let mut line = String::new();
    let read = stdin().read_line(&mut line);
    if !matches!(read, Ok(1..)) {
        return Err(failure(
            "stopped",
            "Stopped; nothing was written.",
            "Begin again, or give the answers as options: cloakroom takedown --help",
        ));
    }
    Ok(line.trim().to_owned())
}

fn in_words(pack: &Pack, folder: &str) -> String {
    let mut text = format!(
        "{}: {} files. Begin with START-HERE.txt.\n",
        shown(folder),
        pack.files().len()
    );
    for route in &pack.routes {
        text += &format!("  {}.txt\n", route.word());
    }
    for missing in &pack.missing {
        text += &format!("  Still to be filled in: {missing}.\n");
    }
    text + "Nothing was sent. This is no legal advice.\n"
}
