//! Looking up a picture that was found, showing what was changed in it, and writing reports and takedown packs about it.
//!
//! The page holds a number, never a path. Pictures are served by that number (`preview.rs`), encoded anew; the picture that was found
//! is blurred unless the person asks to see it, and the page gets the blurred one until then.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use pipeline::takedown::{Answers, young};
use pipeline::{
    Anchored, Cancel, Comparison, Evidence, Finder, FoundPicture, Limits, Original, Panel, Search,
};
use tempfile::NamedTempFile;

use crate::events::UiEvent;
use crate::find_view::{FindState, FoundChanges, FoundMatch, TakedownText, TakedownTexts};
use crate::intake::name;
use crate::lock::lock;
use crate::problem::Problem;
use crate::session::Session;

/// The largest picture that can be pasted, in bytes.
const PASTED_BYTES_MAX: usize = 64 << 20;

/// The picture that is looked up now.
#[derive(Default)]
pub(crate) struct Finding {
    /// Whether dropped files are to be looked up instead of cleaned.
    is_open: AtomicBool,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    /// The number of this search.
    id: u32,
    /// The last number that was given: searches and comparisons are counted together, so that the address of each picture is new.
    last: u32,
    state: FindState,
    path: Option<PathBuf>,
    /// Keeps a pasted picture for as long as it is looked at.
    pasted: Option<NamedTempFile>,
    found: Option<Arc<FoundPicture>>,
    matches: Vec<Original>,
    /// At most one for each of the matches.
    compared: Vec<Compared>,
}

impl Now {
    /// Nothing is looked up; the numbers go on.
    fn after(before: &Self) -> Self {
        Self {
            id: before.last + 1,
            last: before.last + 1,
            ..Self::default()
        }
    }
}

/// The picture beside one of the originals.
struct Compared {
    id: u32,
    /// Which of the matches.
    index: usize,
    comparison: Arc<Comparison>,
    /// What is drawn of it, where something can be told.
    panels: Option<Arc<[Panel; 4]>>,
}

impl Finding {
    /// Whether dropped files are to be looked up.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }

    /// Says whether the page that looks pictures up is shown.
    pub(crate) fn open(&self, is_open: bool) {
        self.is_open.store(is_open, Ordering::Relaxed);
    }

    /// How it is now.
    pub(crate) fn state(&self) -> FindState {
        lock(&self.now).state.clone()
    }

    /// The picture of this name and number: `found`, `veiled`, `copy`, `outlined`, `photo`, `differences`.
    pub(crate) fn picture(&self, id: u32, what: &str) -> Option<Panel> {
        let now = lock(&self.now);
        let at = match what {
            "found" | "veiled" if id == now.id => {
                let found = Arc::clone(now.found.as_ref()?);
                drop(now);
                return found.panel(what == "veiled");
            }
            "copy" => 0,
            "outlined" => 1,
            "photo" => 2,
            "differences" => 3,
            _ => return None,
        };
        let compared = now.compared.iter().find(|compared| compared.id == id)?;
        compared.panels.as_ref()?.get(at).cloned()
    }
}

/// Looks up the first of these files, and tells the page.
pub(crate) fn take(session: &Arc<Session>, paths: Vec<PathBuf>) {
    let Some(path) = paths.into_iter().next() else {
        return;
    };
    let session = Arc::clone(session);
    std::thread::spawn(move || look(&session, path, None));
}

/// Looks up a picture from the clipboard.
///
/// # Errors
///
/// It is too large, or there is no room to keep it.
pub(crate) fn pasted(session: &Arc<Session>, bytes: &[u8]) -> Result<(), Problem> {
    let unkept = || {
        Problem::new(
            "not_pasted",
            "The picture on the clipboard could not be taken over.",
            "Save it to a file and choose that file.",
        )
    };
    if bytes.is_empty() || bytes.len() > PASTED_BYTES_MAX {
        return Err(unkept());
    }
    let mut file = NamedTempFile::new().map_err(|_| unkept())?;
    std::io::Write::write_all(&mut file, bytes).map_err(|_| unkept())?;
    let path = file.path().to_owned();
    look(session, path, Some(file));
    Ok(())
}

/// Looks the same picture up again, as after unlocking the ledger.
pub(crate) fn again(session: &Session) {
    let (path, pasted) = {
        let mut now = lock(&session.finding.now);
        (now.path.clone(), now.pasted.take())
    };
    if let Some(path) = path {
        look(session, path, pasted);
    }
}

/// Forgets the picture.
pub(crate) fn clear(session: &Session) {
    let mut now = lock(&session.finding.now);
    *now = Now::after(&now);
    drop(now);
    tell(session);
}

fn look(session: &Session, path: PathBuf, pasted: Option<NamedTempFile>) {
    let name = match &pasted {
        Some(_) => "Pasted picture".to_owned(),
        None => name(&path),
    };
    let id = {
        let mut now = lock(&session.finding.now);
        *now = Now {
            state: FindState::Looking { name: name.clone() },
            path: Some(path.clone()),
            pasted,
            ..Now::after(&now)
        };
        now.id
    };
    tell(session);
    let done = search(session, &path);
    let found = FoundPicture::open(&path, &Limits::default(), &session.workers).ok();
    {
        let mut now = lock(&session.finding.now);
        // Another picture came meanwhile.
        if now.id != id {
            return;
        }
        now.found = found.map(Arc::new);
        now.state = match done {
            Ok((search, anchors)) => {
                let Search { matches, leak, .. } = search;
                let told = matches.iter().zip(anchors);
                let told = told.map(|(found, anchored)| FoundMatch::new(found, anchored));
                let state = FindState::Found {
                    id,
                    name,
                    has_picture: now.found.is_some(),
                    matches: told.collect(),
                    leak: leak.map(Into::into),
                    not_comparable: u32::try_from(search.not_comparable).unwrap_or(u32::MAX),
                };
                now.matches = matches;
                state
            }
            Err(problem) => FindState::Failed { name, problem },
        };
    }
    tell(session);
}

fn search(session: &Session, path: &Path) -> Result<(Search, Vec<Vec<Anchored>>), Problem> {
    let ledger = session.records.ledger()?;
    let finder = Finder::new(&ledger)?;
    let found = finder.find(path, &Limits::default(), &session.workers)?;
    let mut anchors = Vec::new();
    for original in &found.matches {
        let record = ledger.get(&original.record)?;
        anchors.push(pipeline::anchored(&ledger, &record)?);
    }
    Ok((found, anchors))
}

fn tell(session: &Session) {
    let state = session.finding.state();
    session.feed.tell(UiEvent::Find { state });
}

/// Compares the picture with the original of a match, looked for in `place`, or in the folder that the person let the app read.
/// Nothing when the original is not there.
///
/// # Errors
///
/// There is no such match any more, or a file cannot be read or decoded.
pub(crate) fn compare(
    session: &Session,
    index: usize,
    place: Option<&Path>,
) -> Result<Option<FoundChanges>, Problem> {
    let (id, path, original) = {
        let now = lock(&session.finding.now);
        let original = now.matches.get(index).cloned().ok_or_else(gone)?;
        (now.id, now.path.clone().ok_or_else(gone)?, original)
    };
    let remembered = lock(&session.preferences).originals();
    let Some(place) = place.map(Path::to_owned).or(remembered) else {
        return Ok(None);
    };
    let record = session.records.ledger()?.get(&original.record)?;
    // A single file that was chosen is compared even if its bytes are not those of the record: it may be another version.
    let file = match pipeline::locate(&place, &record, &Cancel::new()) {
        Some(file) => file,
        None if place.is_file() => place,
        None => return Ok(None),
    };
    let (limits, workers) = (Limits::default(), &session.workers);
    let Some(comparison) = pipeline::compare_with(&file, &path, &limits, workers)? else {
        return Err(Problem::new(
            "not_its_original",
            "The picture is no copy of that photo, as far as can be told.",
            "Choose the original that the record is of.",
        ));
    };
    let panels = comparison.panels().map(Arc::new);
    let mut now = lock(&session.finding.now);
    if now.id != id {
        return Err(gone());
    }
    now.last += 1;
    let id = now.last;
    let told = FoundChanges::new(id, &comparison, panels.is_some());
    now.compared.retain(|compared| compared.index != index);
    now.compared.push(Compared {
        id,
        index,
        comparison: Arc::new(comparison),
        panels,
    });
    Ok(Some(told))
}

/// Writes the report about a match; whether the picture that was found is shown in it is the person's choice.
///
/// # Errors
///
/// There is no such match any more, or the report cannot be written.
pub(crate) fn report(
    session: &Session,
    index: usize,
    show_found: bool,
    to: &Path,
) -> Result<(), Problem> {
    let (found, original, comparison) = {
        let now = lock(&session.finding.now);
        let mut compared = now.compared.iter();
        let compared = compared.find(|compared| compared.index == index);
        (
            now.found.clone().ok_or_else(gone)?,
            now.matches.get(index).cloned().ok_or_else(gone)?,
            compared.map(|compared| Arc::clone(&compared.comparison)),
        )
    };
    let evidence = Evidence {
        found: &found,
        original: &original,
        comparison: comparison.as_deref(),
        show_found,
        version: env!("CARGO_PKG_VERSION"),
    };
    let ledger = session.records.ledger()?;
    pipeline::save_report(&evidence.document(&ledger)?, to)?;
    Ok(())
}

/// The texts that fit these answers, to be read and copied.
///
/// # Errors
///
/// An answer is missing or wrong.
pub(crate) fn takedown(session: &Session, answers: &Answers) -> Result<TakedownTexts, Problem> {
    if answers.under_18 == Some(true) {
        // Nothing of the picture stays with us.
        clear(session);
        return Ok(TakedownTexts {
            help: Some(young().text()),
            ..TakedownTexts::default()
        });
    }
    let pack = pack(session, answers)?;
    Ok(TakedownTexts {
        help: None,
        overview: pack.overview.text(),
        texts: pack
            .notices
            .iter()
            .map(|(route, notice)| TakedownText {
                name: route.word().to_owned(),
                text: notice.text(),
            })
            .collect(),
        missing: pack.missing,
    })
}

/// Writes the whole pack into a new folder. How many files it has.
///
/// # Errors
///
/// As [`takedown`], or the folder cannot be written.
pub(crate) fn save_takedown(
    session: &Session,
    answers: &Answers,
    folder: &Path,
) -> Result<u32, Problem> {
    let count = pack(session, answers)?.save(folder)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

fn pack(session: &Session, answers: &Answers) -> Result<pipeline::takedown::Pack, Problem> {
    let ledger = if answers.records.is_empty() {
        None
    } else {
        Some(session.records.ledger()?)
    };
    Ok(answers.pack(ledger.as_deref())?)
}

fn gone() -> Problem {
    Problem::new(
        "not_looked_up",
        "That picture is not looked up any more.",
        "Drop, choose or paste it again.",
    )
}
