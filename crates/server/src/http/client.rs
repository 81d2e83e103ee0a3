//! The web client, at `/`: the files that `build.rs` made of `web/client/`, each also compressed.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    Extension, Router,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};

use super::{Problem, router::Edge};
use crate::ids;

/// Paths and bytes; the page itself is `/index.html`.
#[cfg(with_web)]
const BUILT: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/client.rs"));

/// Built without Node.
#[cfg(not(with_web))]
const BUILT: &[(&str, &[u8])] = &[];

/// What pages of the client may do: nothing inline, nothing from elsewhere; and who may frame them: Telegram's own web
/// clients, for the Mini App. `web/client/build/policy.ts` says the same to who works on it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
     font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; \
     frame-ancestors https://web.telegram.org https://weba.telegram.org https://webk.telegram.org",
);

/// Marks an answer that those may frame whom its policy names: `X-Frame-Options` knows nobody but the service itself.
#[derive(Clone, Copy)]
pub(super) struct Framed;

/// Files whose names change with what is in them.
const NAMED_BY_CONTENT: &str = "/assets/";

/// A file.
struct File {
    kind: &'static str,
    /// Of what is in it (RFC 9110, 8.8.3).
    etag: HeaderValue,
    bytes: &'static [u8],
    /// The same in these codings, the best first.
    compressed: Vec<(&'static str, &'static [u8])>,
}

static FILES: LazyLock<BTreeMap<&'static str, File>> = LazyLock::new(|| {
    let all: BTreeMap<&str, &[u8]> = BUILT.iter().copied().collect();
    let coded = |path: &str, extension: &str| all.get(format!("{path}.{extension}").as_str()).copied();
    let is_copy = |path: &str| path.ends_with(".br") || path.ends_with(".gz");
    let file = |path: &str, bytes: &'static [u8]| {
        let hash: String = ids::sha256(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let codings = [("br", coded(path, "br")), ("gzip", coded(path, "gz"))];
        File {
            kind: kind(path),
            etag: HeaderValue::from_str(&format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\"")),
            bytes,
            compressed: codings.into_iter().filter_map(|(name, bytes)| Some((name, bytes?))).collect(),
        }
    };
    BUILT.iter().filter(|(path, _)| !is_copy(path)).map(|(path, bytes)| (*path, file(path, bytes))).collect()
});

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

/// A route for each file; without any, `/` leads to the documentation.
pub(super) fn router() -> Router<Edge> {
    if FILES.is_empty() {
        return Router::new().route("/", get(|| async { Redirect::temporary("/docs/") }));
    }
    FILES.keys().fold(Router::new().route("/", get(show)), |router, path| router.route(path, get(show)))
}

async fn show(uri: Uri, asked: HeaderMap) -> Response {
    let path = if uri.path() == "/" { "/index.html" } else { uri.path() };
    let Some(file) = FILES.get(path) else { return Problem::not_found().into_response() };
    let cache = if path.starts_with(NAMED_BY_CONTENT) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers: [(HeaderName, HeaderValue); 4] = [
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::ETAG, file.etag.clone()),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    let framed = Extension(Framed);
    if asked.get(header::IF_NONE_MATCH).is_some_and(|known| known == file.etag) {
        return (StatusCode::NOT_MODIFIED, framed, headers).into_response();
    }
    let kind = [(header::CONTENT_TYPE, file.kind)];
    let accepted = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match file.compressed.iter().find(|(coding, _)| takes(accepted, coding)) {
        Some((coding, bytes)) => (framed, headers, kind, [(header::CONTENT_ENCODING, *coding)], *bytes).into_response(),
        None => (framed, headers, kind, file.bytes).into_response(),
    }
}

/// Whether a coding is among those accepted (RFC 9110, 12.5.3).
fn takes(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        name.trim().eq_ignore_ascii_case(coding) && weight.is_ok_and(|weight| weight > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_are_chosen_among_those_accepted() {
        for (accepted, coding, taken) in [
            ("gzip, deflate, br", "br", true),
            ("GZIP;q=0.5", "gzip", true),
            ("br;q=0, gzip", "br", false),
            ("br;q=x", "br", false),
            ("brotli", "br", false),
            ("", "gzip", false),
        ] {
            assert_eq!(takes(accepted, coding), taken, "{accepted}: {coding}");
        }
    }
}
