//! One photo, from reading to saving. The steps stand here in their order, and each takes what only the one before can
//! make: `Source`, `Cleaned`, `Staged`, `Saved`.

use metadata::{Keep, clean_into};

use crate::cloak::{CloakProgress, Cloaked, Cloaking, wear};
use crate::destination::{Destination, check_replaceable, misleading_extension, replace};
use crate::naming::Names;
use crate::outcome::{Finished, Outcome};
use crate::outside::{self, Carried};
use crate::run::Request;
use crate::source::{Source, give_back, room};
use crate::stage::stage;
use crate::{Failure, Found, Recording};

/// Room for what a clean copy may have more than the original, in bytes; where that is not enough, the copy takes more.
const FRESH_BYTES: usize = 8 << 10;

/// What is the same for every photo of a run.
#[derive(Clone, Copy)]
pub(crate) struct Work<'a> {
    pub(crate) request: &'a Request,
    pub(crate) names: &'a Names<'a>,
    pub(crate) recording: Option<&'a Recording<'a>>,
    pub(crate) cloaking: Option<&'a Cloaking<'a>>,
    /// Hears how far this photo's cloak is.
    pub(crate) tell: &'a (dyn Fn(CloakProgress) + Sync),
}

/// Cleans one photo, which is the one at `index` of its run, and cloaks it before, if that is asked for.
///
/// Whatever fails, at whatever step: the original is as it was, and no half file has a final name. What is recorded is
/// recorded before it is published, so that a crash leaves a spare line rather than a photo without one.
pub(crate) fn clean_photo(
    photo: &Found,
    index: usize,
    work: &Work<'_>,
) -> Result<Outcome, Failure> {
    let Work {
        request, recording, ..
    } = *work;
    let destination = &request.destination;
    if *destination == Destination::Replace {
        check_replaceable(&photo.path)?;
    }
    let source = Source::open(&photo.path, &request.limits)?;
    let input_bytes = source.bytes().len() as u64;
    let copy_bytes = source.bytes().len().saturating_add(FRESH_BYTES);
    let (policy, limits) = (&request.policy, &request.limits);
    let original = source.container();
    let mut cleaned = clean_into(source.bytes(), policy, limits, room(copy_bytes)?)?;

    let mut notes: Vec<String> = misleading_extension(&photo.path, original)
        .map(|extension| {
            let container = original.name();
            format!("The name ends in .{extension}, but the file is a {container}.")
        })
        .into_iter()
        .collect();
    let lost: Vec<&str> = cleaned.not_kept(policy).map(Keep::name).collect();
    if !lost.is_empty() {
        notes.push(format!(
            "Nothing was kept of: {}. What the file tells of that stands where it cannot be kept.",
            lost.join(", ")
        ));
    }
    let stat = source.stat().clone();
    let mut traces = outside::look(&photo.path, &stat);
    let findings = cleaned.found().to_vec();
    let mut removed = cleaned.removed().to_vec();
    let (mut cloak, mut unmeasured) = (None, None);
    if let Some(cloaking) = work.cloaking {
        let digest = source.digest();
        let asked = (policy, limits);
        let Some(worn) = wear(cloaking, &digest, cleaned, asked, recording, work.tell)? else {
            return Ok(Outcome::Cancelled);
        };
        cleaned = worn.cleaned;
        removed.extend(worn.lost);
        notes.extend(worn.notes);
        (cloak, unmeasured) = (Some(worn.cloak), worn.unmeasured);
    }
    let is_cloaked = matches!(cloak, Some(Cloaked::Yes(_)));
    let name = work.names.name(
        &photo.path,
        index,
        (original, cleaned.container()),
        is_cloaked,
    )?;
    let is_clean = !is_cloaked && cleaned.unchanged() && !outside::has_notes(&traces);
    let field = match &cloak {
        Some(Cloaked::Yes(cloak)) => Some(cloak.field()),
        _ => None,
    };
    let finished = |output, record, cloak, notes, traces| Finished {
        container: cleaned.container(),
        output,
        record,
        findings,
        removed,
        kept: cleaned.kept().to_vec(),
        traces,
        cloak,
        notes,
        input_bytes,
        output_bytes: cleaned.bytes().len() as u64,
    };
    let in_folder = matches!(destination, Destination::Folder(_));
    if is_clean && !name.is_new && !in_folder {
        let record = recording
            .map(|recording| recording.record_as_it_is(source, &cleaned, &mut notes))
            .transpose()?;
        Carried::ALL.tell(&mut traces);
        return Ok(Outcome::AlreadyClean(finished(
            None, record, cloak, notes, traces,
        )));
    }

    let entry = || recording.map(|recording| recording.entry(source, &cleaned, field, &mut notes));
    let (entry, looked) = match &mut unmeasured {
        // Both decode the copy, in a process each.
        Some(cloak) => rayon::join(entry, || cloak.look(&cleaned)),
        // Waking threads for nothing takes as long as cleaning a small photo.
        None => (entry(), Ok(())),
    };
    looked?;
    let staged = stage(
        &cleaned,
        &destination.folder(photo),
        &stat,
        request.keep_times,
    )?;
    let record = match (recording, &entry) {
        (Some(recording), Some(entry)) => Some(recording.append(entry)?),
        _ => None,
    };
    let saved = staged.commit(&name)?;
    let replaces = *destination == Destination::Replace;
    let keeps_name = name.is_new || name.other_extension;
    let (saved, failure) = if replaces {
        replace(&photo.path, saved, keeps_name, &mut notes)
    } else {
        (saved, None)
    };

    let carried = Carried {
        name: !name.is_new,
        times: request.keep_times,
        // A copy is a new file, which has none.
        attributes: false,
        // They lie beside whatever has the original's place and name.
        sidecars: replaces && !keeps_name,
    };
    carried.tell(&mut traces);
    if let (Some(Cloaked::Yes(cloak)), Some(unmeasured)) = (&mut cloak, unmeasured) {
        cloak.measured = unmeasured.measure(&cloak.made, &mut notes);
    }
    let finished = finished(Some(saved.path), record, cloak, notes, traces);
    give_back(cleaned.into_bytes());
    Ok(match failure {
        Some(failure) => Outcome::NotReplaced(Box::new(finished), failure),
        None if is_clean => Outcome::AlreadyClean(finished),
        None => Outcome::Done(finished),
    })
}
