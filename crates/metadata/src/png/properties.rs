//! What must hold for every file of every container; each format's tests call these with files of their own making.

use crate::format::{Format, Fresh, Payload};
use crate::keep::{Fate, fate};
use crate::part::{Kind, Part, check_tiling};
use crate::{Error, Limits};

/// Walks a file and checks what must hold of every walk.
pub(crate) fn walk<'a>(format: &dyn Format, file: &'a [u8]) -> Result<Vec<Part<'a>>, Error> {
    let parts = format.parts(file, &Limits::default())?;
    check_tiling(&parts, file.len()).expect("parts tile");
    for part in &parts {
        assert_eq!(
            part.bytes,
            &file[part.offset..part.offset + part.bytes.len()]
        );
        assert!(
            format.vocabulary().contains(&(part.name, part.kind)),
            "{} {:?} is not in the vocabulary",
            part.name,
            part.kind
        );
    }
    format.frame(&parts)?;
    Ok(parts)
}

/// Cleans a file and checks what must hold of every clean copy, which it returns.
pub(crate) fn clean_with(
    format: &dyn Format,
    file: &[u8],
    fresh: &Fresh,
) -> Result<Vec<u8>, Error> {
    let parts = walk(format, file)?;
    let copy = format
        .rebuild(&parts, fresh, Vec::new())
        .expect("a walked file can be rebuilt");
    let again = walk(format, &copy).expect("a rebuilt file can be walked");
    assert!(
        again.iter().all(|part| fate(part.kind) != Fate::Drop),
        "{again:?}"
    );
    assert_eq!(coded(&parts), coded(&again));
    assert_eq!(format.arrangement(&parts), format.arrangement(&again));
    assert_eq!(format.frame(&parts), format.frame(&again));
    assert_eq!(
        format.rebuild(&again, fresh, Vec::new()).as_ref(),
        Ok(&copy),
        "twice is once"
    );
    for payload in format.payloads(&again, &Limits::default()) {
        let wanted = match payload {
            Payload::Icc(_) => fresh.icc.is_some(),
            Payload::Exif(_) => fresh.exif.is_some(),
            Payload::Window { .. } => true,
            Payload::GainMap { ref inside, .. } => inside.is_empty(),
            Payload::Length(_) => true,
            // Headers are told when they hold a date or a name.
            Payload::Boxes(_) => true,
            _ => false,
        };
        assert!(wanted, "{payload:?}");
    }
    Ok(copy)
}

/// As [`clean_with`], with nothing to write anew.
pub(crate) fn clean(format: &dyn Format, file: &[u8]) -> Result<Vec<u8>, Error> {
    clean_with(format, file, &Fresh::default())
}

/// Checks that the file cut off anywhere before `picture_end` is an error.
pub(crate) fn cut_anywhere(format: &dyn Format, file: &[u8], picture_end: usize) {
    for len in 0..picture_end {
        assert!(
            walk(format, &file[..len]).is_err(),
            "cut at {len} of {picture_end}"
        );
    }
    assert!(walk(format, &file[..picture_end]).is_ok());
}

/// Breaks copies of the file in a reproducible way; each must be refused, or come out as clean as any.
/// `repair` fixes checksums, so that what stands behind them is reached. Returns how many were not refused.
pub(crate) fn corrupt(format: &dyn Format, file: &[u8], rounds: u32, repair: fn(&mut [u8])) -> u32 {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize % below.max(1)
    };
    let mut accepted = 0;
    for _ in 0..rounds {
        let mut broken = file.to_vec();
        for _ in 0..=random(3) {
            let at = random(broken.len());
            match random(4) {
                0 => broken[at] ^= 1 << random(8),
                1 => broken[at] = random(256) as u8,
                2 => drop(broken.drain(at..(at + random(12)).min(broken.len()))),
                _ => broken.insert(at, random(256) as u8),
            }
        }
        repair(&mut broken);
        accepted += u32::from(clean(format, &broken).is_ok());
        if let Ok(parts) = walk(format, &broken) {
            format.payloads(&parts, &Limits::default());
        }
    }
    accepted
}

/// The kinds of all parts, in order.
pub(crate) fn kinds(format: &dyn Format, file: &[u8]) -> Vec<Kind> {
    walk(format, file)
        .expect("a good file")
        .iter()
        .map(|part| part.kind)
        .collect()
}

/// The payloads, printed.
pub(crate) fn told(format: &dyn Format, file: &[u8]) -> Vec<String> {
    let parts = walk(format, file).expect("a good file");
    let payloads = format.payloads(&parts, &Limits::default());
    payloads
        .iter()
        .map(|payload| format!("{payload:?}"))
        .collect()
}

fn coded<'a>(parts: &[Part<'a>]) -> Vec<&'a [u8]> {
    let coded = parts.iter().filter(|part| part.is_coded());
    coded.map(|part| part.body).collect()
}
