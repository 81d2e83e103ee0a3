//! Where Pub/Sub pushes what Google Play has to tell ("Real-time developer notifications"). It is answered once the hint
//! is kept; an answer that is no success makes Pub/Sub push it again.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};

use super::router::Edge;
use crate::billing::google_play::{self, PushError};

/// The path of it, below `http.public_url`.
pub const PATH: &str = "/google-play/notifications";

/// `POST /google-play/notifications`
pub async fn receive(State(edge): State<Edge>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if edge.app.play.is_none() {
        return StatusCode::NOT_FOUND;
    }
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = authorization.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    match google_play::notified(&edge.app, token, &body).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(PushError::Unauthorized) => StatusCode::UNAUTHORIZED,
        Err(error) => {
            tracing::error!(%error, "a notification of Google Play cannot be kept yet");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
