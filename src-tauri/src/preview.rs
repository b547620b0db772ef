//! Small pictures of the listed photos: `preview://localhost/<id>`.
//!
//! The web view never sees a photo's own bytes: a worker process decodes them, and what is served is a fresh, small picture.
//! The address holds an id and nothing else, so it can name no file that the person did not give.

use std::collections::VecDeque;
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

/// Previews that are kept: some screens full.
const KEPT: usize = 256;

/// Previews made in the same moment. Few, because cleaning wants the cores too.
const MAKERS: usize = 2;

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
    let Some(id) = id_in(request.uri().path()) else {
        return responder.respond(response(None));
    };
    let app = context.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        let previews = app.state::<Previews>();
        if let Some(preview) = previews.get(id) {
            return responder.respond(response(preview));
        }
        // It is never closed, so there is a permit in the end.
        let _permit = previews.makers.acquire().await;
        let session = Arc::clone(&app.state::<Arc<Session>>());
        let made = tauri::async_runtime::spawn_blocking(move || make(&session, id)).await;
        let preview = made.ok().flatten();
        previews.keep(id, preview.clone());
        responder.respond(response(preview));
    });
}

fn make(session: &Session, id: PhotoId) -> Preview {
    let path = lock(&session.intake).path(id)?.to_owned();
    let made = pipeline::thumbnail(&path, SIDE_PX, &Limits::default(), &session.workers);
    made.ok().map(Arc::new)
}

/// The id of an address such as `/7`; anything else names nothing.
fn id_in(path: &str) -> Option<PhotoId> {
    let digits = path.strip_prefix('/')?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
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
        assert_eq!(id_in("/7"), Some(7));
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
        ] {
            assert_eq!(id_in(other), None, "{other}");
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
