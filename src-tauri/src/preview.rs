//! Small pictures: `preview://localhost/<id>` of the listed photos, `/r<record>` of those in the ledger, where they are kept,
//! and `/p` of the photo that a proof takes its pieces from; and larger ones of photos that are cloaked, to be compared:
//! `/<id>/original`, `/<id>/cloaked` and `/<id>/difference`.
//!
//! The web view never sees a photo's own bytes: a worker process decodes them, and what is served is a fresh, small picture.
//! The address holds an id and nothing else, so it can name no file that the person did not give.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};

use pipeline::Limits;
use pipeline::worker::Thumbnail;
use tauri::http::{HeaderValue, Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};
use tokio::sync::Semaphore;

use crate::lock::lock;
use crate::session::Session;
use crate::view::PhotoId;

/// The scheme of the addresses.
pub(crate) const SCHEME: &str = "preview";

/// The longer side of a preview in pixels: twice its size in a row, for dense screens.
const SIDE_PX: u32 = 160;

/// The same for the photo that pieces are chosen in.
const PROOF_SIDE_PX: u32 = 640;

/// Previews that are kept: some screens full.
const KEPT: usize = 256;

/// Previews made in the same moment. Few, because cleaning wants the cores too.
const MAKERS: usize = 2;

/// Which picture of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    /// Small, for its row.
    Small,
    /// The original, to be compared.
    Original,
    /// The copy, to be compared.
    Cloaked,
    /// Where the two differ.
    Difference,
}

/// A preview, or nothing for a photo that has none.
type Preview = Option<Arc<Thumbnail>>;

/// The previews last asked for.
pub(crate) struct Previews {
    kept: Mutex<VecDeque<(PhotoId, Preview)>>,
    makers: Semaphore,
}

impl Default for Previews {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            makers: Semaphore::new(MAKERS),
        }
    }
}

impl Previews {
    /// A preview made before; it moves to the front.
    fn get(&self, id: PhotoId) -> Option<Preview> {
        let mut kept = lock(&self.kept);
        let place = kept.iter().position(|(other, _)| *other == id)?;
        let entry = kept.remove(place)?;
        kept.push_front(entry.clone());
        Some(entry.1)
    }

    fn keep(&self, id: PhotoId, preview: Preview) {
        let mut kept = lock(&self.kept);
        kept.push_front((id, preview));
        kept.truncate(KEPT);
    }
}

/// Answers one request of the page, when the picture is ready.
pub(crate) fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    if let Some((id, what)) = find_picture_in(request.uri().path()) {
        let session = Arc::clone(&context.app_handle().state::<Arc<Session>>());
        tauri::async_runtime::spawn_blocking(move || {
            let panel = session.finding.picture(id, &what);
            let preview = panel.map(|panel| {
                Arc::new(Thumbnail {
                    bytes: panel.jpeg,
                    media_type: "image/jpeg",
                })
            });
            responder.respond(response(preview));
        });
        return;
    }
    let app = context.app_handle().clone();
    let Some((id, which)) = named(request.uri().path()) else {
        let Some(other) = other_in(request.uri().path()) else {
            return responder.respond(response(None));
        };
        let session = Arc::clone(&app.state::<Arc<Session>>());
        tauri::async_runtime::spawn_blocking(move || {
            responder.respond(response(of_ledger(&session, &other)));
        });
        return;
    };
    tauri::async_runtime::spawn(async move {
        let previews = app.state::<Previews>();
        // Large ones are made when they are looked at, and not kept.
        if which == Which::Small
            && let Some(preview) = previews.get(id)
        {
            return responder.respond(response(preview));
        }
        // It is never closed, so there is a permit in the end.
        let _permit = previews.makers.acquire().await;
        let session = Arc::clone(&app.state::<Arc<Session>>());
        let made = tauri::async_runtime::spawn_blocking(move || make(&session, id, which)).await;
        let preview = made.ok().flatten();
        if which == Which::Small {
            previews.keep(id, preview.clone());
        }
        responder.respond(response(preview));
    });
}

fn make(session: &Session, id: PhotoId, which: Which) -> Preview {
    let (original, output) = {
        let intake = lock(&session.intake);
        (
            intake.path(id)?.to_owned(),
            intake.output(id).map(Path::to_owned),
        )
    };
    // A copy that took its original's place leaves nothing to compare it with.
    let is_replaced = output.as_ref() == Some(&original);
    if is_replaced && matches!(which, Which::Original | Which::Difference) {
        return None;
    }
    let (limits, workers) = (&Limits::default(), &session.workers);
    let made = match which {
        Which::Small => pipeline::thumbnail(&original, SIDE_PX, limits, workers),
        Which::Original => pipeline::picture_to_compare(&original, limits, workers),
        Which::Cloaked => pipeline::picture_to_compare(&output?, limits, workers),
        Which::Difference => pipeline::difference(&original, &output?, limits, workers),
    };
    made.ok().map(Arc::new)
}

/// A picture that has to do with the ledger.
#[derive(Debug, PartialEq, Eq)]
enum Other {
    Record(String),
    Proof,
}

/// What an address such as `/r1a2b3c4d5e6f7a8b` or `/p3` names.
fn other_in(path: &str) -> Option<Other> {
    if let Some(turn) = path.strip_prefix("/p") {
        // The number tells one photo from the next, for the page alone.
        let plain = turn.bytes().all(|byte| byte.is_ascii_digit());
        return plain.then_some(Other::Proof);
    }
    let id = path.strip_prefix("/r")?;
    let plain = id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| Other::Record(id.to_owned()))
}

fn of_ledger(session: &Session, other: &Other) -> Preview {
    match other {
        Other::Record(id) => {
            let found = session.records.read(|ledger| {
                let record = ledger.get(id)?;
                Ok::<_, pipeline::ledger::Error>(session.thumbnails.get(ledger, &record))
            });
            found.ok().flatten().flatten().map(Arc::new)
        }
        Other::Proof => {
            let path = lock(&session.proof).as_ref()?.path.clone();
            let (limits, workers) = (Limits::default(), &session.workers);
            let made = pipeline::thumbnail(&path, PROOF_SIDE_PX, &limits, workers);
            made.ok().map(Arc::new)
        }
    }
}

/// The number and the name of a picture that is looked up, from an address such as `/find-3-veiled`.
fn find_picture_in(path: &str) -> Option<(u32, String)> {
    let (digits, what) = path.strip_prefix("/find-")?.split_once('-')?;
    let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let id = number.then(|| digits.parse().ok()).flatten()?;
    let plain = !what.is_empty() && what.bytes().all(|byte| byte.is_ascii_lowercase());
    plain.then(|| (id, what.to_owned()))
}

/// What an address such as `/7` or `/7/original` names; anything else names nothing.
fn named(path: &str) -> Option<(PhotoId, Which)> {
    let path = path.strip_prefix('/')?;
    let (digits, which) = match path.split_once('/') {
        None => (path, Which::Small),
        Some((digits, "original")) => (digits, Which::Original),
        Some((digits, "cloaked")) => (digits, Which::Cloaked),
        Some((digits, "difference")) => (digits, Which::Difference),
        Some(_) => return None,
    };
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let id = plain.then(|| digits.parse().ok()).flatten()?;
    Some((id, which))
}

fn response(preview: Preview) -> Response<Vec<u8>> {
    let (status, kind, body) = match preview {
        Some(preview) => (StatusCode::OK, preview.media_type, preview.bytes.clone()),
        None => (StatusCode::NOT_FOUND, "text/plain", Vec::new()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview() -> Preview {
        Some(Arc::new(Thumbnail {
            bytes: b"\x89PNG\r\n".to_vec(),
            media_type: "image/png",
        }))
    }

    #[test]
    fn an_address_holds_an_id_and_nothing_else() {
        assert_eq!(named("/7"), Some((7, Which::Small)));
        assert_eq!(named("/7/original"), Some((7, Which::Original)));
        assert_eq!(named("/7/cloaked"), Some((7, Which::Cloaked)));
        assert_eq!(named("/7/difference"), Some((7, Which::Difference)));
        for other in [
            "",
            "/",
            "7",
            "/7/",
            "/+7",
            "/-7",
            "/7.jpg",
            "/../7",
            "//7",
            "/%37",
            "/4294967296",
            "/etc/passwd",
            "/7/../8",
            "/7/cloaked/",
            "/7/original/x",
            "/original",
        ] {
            assert_eq!(named(other), None, "{other}");
            assert_eq!(other_in(other), None, "{other}");
        }
        let id = "1a2b3c4d5e6f7a8b";
        let record = Other::Record(id.to_owned());
        assert_eq!(other_in(&format!("/r{id}")), Some(record));
        assert_eq!(other_in("/p3"), Some(Other::Proof));
        for other in [
            "/r",
            "/r1a2b",
            "/r1a2b3c4d5e6f7a8b/..",
            "/p/",
            "/r../../../../a.b",
        ] {
            assert_eq!(other_in(other), None, "{other}");
            assert_eq!(named(other), None, "{other}");
        }
    }

    #[test]
    fn pictures_that_are_looked_up_have_a_number_and_a_name() {
        assert_eq!(
            find_picture_in("/find-3-veiled"),
            Some((3, "veiled".to_owned()))
        );
        for other in [
            "/find-3",
            "/find--found",
            "/find-x-found",
            "/find-3-",
            "/find-3-../7",
            "/3",
        ] {
            assert_eq!(find_picture_in(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_served_is_a_picture_or_nothing() {
        let none = response(None);
        assert_eq!(none.status(), StatusCode::NOT_FOUND);
        assert!(none.body().is_empty());

        let some = response(preview());
        assert_eq!(some.status(), StatusCode::OK);
        assert_eq!(some.headers()[header::CONTENT_TYPE], "image/png");
        assert_eq!(some.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }

    #[test]
    fn the_previews_last_asked_for_are_kept() {
        let previews = Previews::default();
        for id in 0..KEPT as PhotoId {
            previews.keep(id, None);
        }
        assert_eq!(previews.get(0), Some(None));
        previews.keep(KEPT as PhotoId, preview());
        assert_eq!(previews.get(0), Some(None), "it was asked for lately");
        assert_eq!(previews.get(1), None, "it was not");
        assert_eq!(lock(&previews.kept).len(), KEPT);
    }
}
