//! A takedown pack: from one short questionnaire, the texts and fields that each law or service asks for, and what to attach.
//!
//! The first question is the person's age in the picture. If anybody in it was under 18, nothing else is asked, no picture is
//! handled, and [`young`] says who helps. Facts about laws and services stand in [`FACTS`] alone, each with its source and the day
//! on which it was read. No text asks for a proof of ownership where none is needed.

mod facts;
mod notices;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use ledger::document::{Block, Document};
use ledger::{HashFormat, HashKind, Ledger};
use serde::{Deserialize, Serialize};

use crate::Failure;

pub use facts::{FACTS, Fact, READ_ON, young};

/// The most addresses of one pack.
pub const URLS_MAX: usize = 500;

/// The longest answer, in letters.
pub const ANSWER_MAX: usize = 4_000;

/// Whom a notice goes to, and under which rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// A platform, under the TAKE IT DOWN Act of the United States.
    UsIntimate,
    /// A platform or host, under 17 U.S.C. § 512(c)(3) of the United States.
    UsCopyright,
    /// A host, under article 16 of the Digital Services Act of the European Union.
    EuHost,
    /// A platform in the United Kingdom, and its helpline.
    Uk,
    /// StopNCII.org, which hands hashes to platforms.
    StopNcii,
}

impl Route {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 5] = [
        Self::StopNcii,
        Self::UsIntimate,
        Self::Uk,
        Self::EuHost,
        Self::UsCopyright,
    ];

    /// Its word on the command line, and the name of its file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::UsIntimate => "us-take-it-down-act",
            Self::UsCopyright => "us-dmca",
            Self::EuHost => "eu-dsa-article-16",
            Self::Uk => "uk",
            Self::StopNcii => "stopncii",
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asking {
    /// The person in the picture.
    #[default]
    Shown,
    /// Somebody whom that person asked to.
    ForAnother,
    /// Nobody in the picture, but who holds the rights in it.
    RightsHolder,
}

/// What the person answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    /// Whether anybody in the picture was under 18 when it was taken; nothing before that was asked.
    pub under_18: Option<bool>,
    /// Whether it shows somebody naked or in a sexual way, or was made to.
    pub intimate: bool,
    /// Whether it was made or altered by software.
    pub altered: bool,
    /// Who asks.
    pub asking: Asking,
    /// Whether the person took the original photo, or was given the rights in it in writing.
    pub holds_copyright: bool,
    /// The exact addresses, as the person typed them.
    pub urls: Vec<String>,
    /// The person's name, for the signature.
    pub name: String,
    /// Where the platform can reach them.
    pub email: String,
    /// Another way to reach them.
    pub phone: String,
    /// A postal address, which some forms ask for.
    pub address: String,
    /// What the picture shows, and why it should go, in their words.
    pub words: String,
    /// Ids of the records whose hashes are given.
    pub records: Vec<String>,
}

/// Texts and hash lists, by the names of their files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// What applies, in the order in which to go on.
    pub routes: Vec<Route>,
    /// The overview.
    pub overview: Document,
    /// One for each route.
    pub notices: Vec<(Route, Document)>,
    /// `hashes.txt`, `.csv` and `.json`, where records were named.
    pub hashes: Vec<(&'static str, Vec<u8>)>,
    /// What is still missing before a notice can be sent, in words.
    pub missing: Vec<String>,
}

impl Answers {
    /// Checks the answers and makes the pack.
    ///
    /// # Errors
    /// When the age is not answered, when anybody was under 18, when an address is none, when an answer is too long, when nothing
    /// applies, or when a record is not there.
    pub fn pack(&self, ledger: Option<&Ledger>) -> Result<Pack, Failure> {
        self.check()?;
        let routes = self.routes();
        if routes.is_empty() {
            return Err(refused(
                "nothing_applies",
                "none of the notices fits these answers",
                "A notice needs an intimate picture, rights in the photo, or a reason why the picture is illegal: say what it shows and why it should go.",
            ));
        }
        let notices = routes
            .iter()
            .map(|route| (*route, notices::notice(*route, self)))
            .collect();
        Ok(Pack {
            overview: notices::overview(&routes, self),
            notices,
            hashes: self.hashes(ledger)?,
            missing: self.missing(&routes),
            routes,
        })
    }

    /// # Errors
    /// As [`pack`](Self::pack).
    fn check(&self) -> Result<(), Failure> {
        match self.under_18 {
            None => {
                return Err(refused(
                    "age_not_answered",
                    "the first question is not answered: was anybody in the picture under 18 when it was taken?",
                    "Answer it first; everything else depends on it.",
                ));
            }
            Some(true) => {
                return Err(refused(
                    "under_18",
                    "Cloakroom makes no pack for a picture of somebody under 18, and handles it no further",
                    "Use Take It Down (takeitdown.ncmec.org): it is free, and the picture stays on your device.",
                ));
            }
            Some(false) => {}
        }
        let texts = [
            &self.name,
            &self.email,
            &self.phone,
            &self.address,
            &self.words,
        ];
        if texts.iter().any(|text| text.chars().count() > ANSWER_MAX) || self.urls.len() > URLS_MAX
        {
            return Err(refused(
                "answer_too_long",
                "one of the answers is too long, or there are more than 500 addresses",
                "Shorten it, or make several packs.",
            ));
        }
        if self.urls.iter().any(|url| !is_address(url)) {
            return Err(refused(
                "not_an_address",
                "one of the addresses is not the whole address of a page or picture",
                "Copy it from the browser's address line: it begins with https:// or http://.",
            ));
        }
        Ok(())
    }

    /// What applies.
    #[must_use]
    pub fn routes(&self) -> Vec<Route> {
        let applies = |route: &Route| match route {
            Route::StopNcii | Route::UsIntimate | Route::Uk => {
                self.intimate && self.asking != Asking::RightsHolder
            }
            Route::EuHost => self.intimate || !self.words.trim().is_empty(),
            Route::UsCopyright => self.holds_copyright,
        };
        Route::ALL.into_iter().filter(applies).collect()
    }

    fn missing(&self, routes: &[Route]) -> Vec<String> {
        let mut missing = Vec::new();
        let mut need = |text: &str, what: &str| {
            if text.trim().is_empty() {
                missing.push(what.to_owned());
            }
        };
        need(&self.urls.concat(), "the exact addresses of the picture");
        need(&self.name, "your name, which is the signature");
        need(
            &self.email,
            "an e-mail address under which you can be reached",
        );
        if routes.contains(&Route::UsCopyright) {
            need(
                &format!("{}{}", self.phone, self.address),
                "a telephone number or postal address, which the copyright notice asks for",
            );
        }
        if routes.contains(&Route::EuHost) {
            need(&self.words, "why the picture is illegal, in your words");
        }
        missing
    }

    fn hashes(&self, ledger: Option<&Ledger>) -> Result<Vec<(&'static str, Vec<u8>)>, Failure> {
        let (Some(ledger), false) = (ledger, self.records.is_empty()) else {
            return Ok(Vec::new());
        };
        let mut files = Vec::new();
        for (name, format, kinds) in [
            // The form that hash matchers read; they take one kind at a time.
            ("hashes.txt", HashFormat::Lines, &[HashKind::Pdq][..]),
            ("hashes.csv", HashFormat::Csv, &HashKind::ALL),
            ("hashes.json", HashFormat::Json, &HashKind::ALL),
        ] {
            let mut bytes = Vec::new();
            ledger.export_hashes(&self.records, kinds, format, &mut bytes)?;
            files.push((name, bytes));
        }
        Ok(files)
    }
}

impl Pack {
    /// All files by their names: each notice as text, and everything together as a page and as a PDF.
    #[must_use]
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = vec![(
            "START-HERE.txt".to_owned(),
            self.overview.text().into_bytes(),
        )];
        for (route, notice) in &self.notices {
            files.push((format!("{}.txt", route.word()), notice.text().into_bytes()));
        }
        let mut blocks = self.overview.blocks.clone();
        for (_, notice) in &self.notices {
            blocks.extend(notice.blocks.iter().cloned().map(|block| match block {
                Block::Title(text) => Block::Heading(text),
                block => block,
            }));
        }
        let all = Document { blocks };
        files.push(("takedown.html".to_owned(), all.page().into_bytes()));
        files.push(("takedown.pdf".to_owned(), all.pdf()));
        let hashes = self.hashes.iter();
        files.extend(hashes.map(|(name, bytes)| ((*name).to_owned(), bytes.clone())));
        files
    }

    /// Writes all files into a new folder, which its owner alone may read. Nothing is left of it when that fails.
    ///
    /// # Errors
    /// When there is something of this name already, or it cannot be written.
    pub fn save(&self, folder: &Path) -> Result<usize, Failure> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|error| not_saved(&error))?;
        let files = self.files();
        for (name, bytes) in &files {
            let file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(folder.join(name));
            let written = file.and_then(|mut file| {
                file.write_all(bytes)?;
                file.sync_all()
            });
            if let Err(error) = written {
                let _ = fs::remove_dir_all(folder);
                return Err(not_saved(&error));
            }
        }
        Ok(files.len())
    }
}

/// Whether a text is the whole address of something on the web. It is never opened.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    text.len() <= 2_048
        && (host.contains('.') || host.starts_with('['))
        && !host.starts_with('.')
        && !text
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control())
}

fn refused(code: &'static str, message: &str, hint: &str) -> Failure {
    Failure::refused(code, message, hint)
}

fn not_saved(error: &std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::AlreadyExists {
        Failure::failed(
            "already_exists",
            "there is a file or folder of this name already, and it was left alone",
            "Choose another name.",
        )
    } else {
        Failure::failed(
            "not_saved",
            "the pack could not be saved",
            "Choose another folder for it, or free some space.",
        )
    }
}

#[cfg(test)]
mod tests;
