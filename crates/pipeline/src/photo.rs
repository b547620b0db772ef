//! One photo, from reading to saving. The steps stand here in their order, and each takes what only the one before can
//! make: `Source`, `Cleaned`, `Staged`, `Saved`.

use std::path::PathBuf;

use metadata::{Cleaned, clean};

use crate::destination::{Destination, check_replaceable, misleading_extension, replace};
use crate::naming::Names;
use crate::outcome::{Finished, Outcome};
use crate::run::Request;
use crate::source::Source;
use crate::stage::stage;
use crate::{Failure, Found, Recording};

/// Cleans one photo, which is the one at `index` of its run.
///
/// Whatever fails, at whatever step: the original is as it was, and no half file has a final name. What is recorded is
/// recorded before it is published, so that a crash leaves a spare line rather than a photo without one.
pub(crate) fn clean_photo(
    photo: &Found,
    index: usize,
    request: &Request,
    names: &Names<'_>,
    recording: Option<&Recording<'_>>,
) -> Result<Outcome, Failure> {
    let destination = &request.destination;
    if *destination == Destination::Replace {
        check_replaceable(&photo.path)?;
    }
    let source = Source::open(&photo.path, &request.limits)?;
    let input_bytes = source.bytes().len() as u64;
    let cleaned = clean(source.bytes(), &request.policy, &request.limits)?;
    let name = names.name(&photo.path, index, cleaned.container())?;

    let mut notes: Vec<String> = misleading_extension(&photo.path, cleaned.container())
        .map(|extension| {
            let container = cleaned.container().name();
            format!("The name ends in .{extension}, but the file is a {container}.")
        })
        .into_iter()
        .collect();
    let in_folder = matches!(destination, Destination::Folder(_));
    if cleaned.unchanged() && !name.is_new && !in_folder {
        let record = recording
            .map(|recording| recording.record_as_it_is(source, &cleaned, &mut notes))
            .transpose()?;
        return Ok(finished(&cleaned, input_bytes, notes, None, record));
    }

    let stat = source.stat().clone();
    let entry = recording.map(|recording| recording.entry(source, &cleaned, &mut notes));
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
    let mut saved = staged.commit(&name)?;
    if *destination == Destination::Replace {
        saved = replace(&photo.path, saved, name.is_new, &mut notes)?;
    }

    let output = Some(saved.path);
    Ok(finished(&cleaned, input_bytes, notes, output, record))
}

fn finished(
    cleaned: &Cleaned,
    input_bytes: u64,
    notes: Vec<String>,
    output: Option<PathBuf>,
    record: Option<String>,
) -> Outcome {
    let finished = Finished {
        container: cleaned.container(),
        output,
        record,
        findings: cleaned.found().to_vec(),
        removed: cleaned.removed().to_vec(),
        kept: cleaned.kept().to_vec(),
        notes,
        input_bytes,
        output_bytes: cleaned.bytes().len() as u64,
    };
    if cleaned.unchanged() {
        Outcome::AlreadyClean(finished)
    } else {
        Outcome::Done(finished)
    }
}
