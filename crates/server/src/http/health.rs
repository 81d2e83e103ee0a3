//! `/healthz`, `/readyz`: for whoever starts and watches the service.

use std::time::Duration;

use axum::{extract::State, http::StatusCode};

use super::{Problem, Result, router::Edge};
use crate::{
    db::{dialect, open::schema_version},
    problem::Kind,
};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Alive
#[utoipa::path(get, path = "/healthz", tag = "operation", security(()), responses((status = 200, content_type = "text/plain", body = String)))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready
///
/// The database answers, has this program's schema, and the service is not stopping.
#[utoipa::path(get, path = "/readyz", tag = "operation", security(()),
    responses((status = 200, content_type = "text/plain", body = String), (status = 503, body = Problem)))]
pub async fn readyz(State(edge): State<Edge>) -> Result<(StatusCode, &'static str)> {
    if edge.app.tasks.is_closing() {
        return Err(Problem::new(Kind::ShuttingDown));
    }
    let version = async {
        let mut reader = edge.app.db.read().await?;
        dialect::schema_version(&mut reader.conn()).await
    };
    match tokio::time::timeout(PATIENCE, version).await {
        Ok(Ok(version)) if version >= schema_version() => Ok((StatusCode::OK, "ready\n")),
        Ok(Ok(version)) => {
            let detail = format!("the database has schema version {version}, this program {}", schema_version());
            Err(Problem::new(Kind::Unavailable).detail(detail))
        }
        Ok(Err(_)) | Err(_) => Err(Problem::new(Kind::Unavailable)),
    }
}
