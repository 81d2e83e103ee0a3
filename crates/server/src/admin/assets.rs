//! What pages load: built in, each under a name that changes with its content, so that browsers may keep it for good.

use std::sync::LazyLock;

use axum::{
    Router,
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};

use crate::{http::Edge, ids};

/// A file that pages load.
struct Asset {
    /// As templates call it.
    source: &'static str,
    /// As it is asked for: with a part of its hash.
    name: String,
    kind: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    fn new(source: &'static str, kind: &'static str, bytes: &'static [u8]) -> Self {
        let hash: String = ids::sha256(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let (stem, extension) = source.rsplit_once('.').unwrap_or((source, ""));
        Self { source, name: format!("{stem}.{hash}.{extension}"), kind, bytes }
    }
}

const CSS: &str = "text/css; charset=utf-8";

/// Every file. A new one is a line here.
static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut assets = vec![
        Asset::new("panel.css", CSS, include_bytes!("../../assets/admin/panel.css")),
        Asset::new("icon.svg", "image/svg+xml", include_bytes!("../../assets/admin/icon.svg")),
    ];
    assets.extend(scripts());
    assets
});

/// What `build.rs` made of `web/panel/`.
#[cfg(with_web)]
fn scripts() -> Vec<Asset> {
    vec![
        Asset::new(
            SCRIPT,
            "text/javascript; charset=utf-8",
            include_bytes!(concat!(env!("OUT_DIR"), "/panel/panel.js")),
        ),
        Asset::new("plots.css", CSS, include_bytes!(concat!(env!("OUT_DIR"), "/panel/plots.css"))),
    ]
}

/// Pages are whole without them.
#[cfg(not(with_web))]
fn scripts() -> Vec<Asset> {
    Vec::new()
}

/// The script of the pages.
const SCRIPT: &str = "panel.js";

/// Whether pages have scripts in this build.
pub(super) fn has_scripts() -> bool {
    ASSETS.iter().any(|asset| asset.source == SCRIPT)
}

/// The address of a file.
pub(super) fn url(source: &str) -> String {
    let asset = ASSETS.iter().find(|asset| asset.source == source);
    format!("/admin/assets/{}", asset.map_or(source, |asset| &asset.name))
}

pub(super) fn router() -> Router<Edge> {
    Router::new().route("/admin/assets/{name}", get(show))
}

async fn show(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => {
            let headers =
                [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, asset.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
