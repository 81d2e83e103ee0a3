//! Where Telegram calls with what is new (Bot API, "setWebhook"). It is answered once the update is committed, and never
//! waits for a model.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use bot_api::Update;
use subtle::ConstantTimeEq as _;

use super::receive;
use crate::{config::TelegramMode, http::Edge};

/// The path of it, below `http.public_url`.
pub const PATH: &str = "/telegram/webhook";

/// `POST /telegram/webhook`
pub async fn receive(State(edge): State<Edge>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Some(bot) = edge.app.bot.as_ref().filter(|bot| bot.mode == TelegramMode::Webhook) else {
        return StatusCode::NOT_FOUND;
    };
    let shown = headers.get("x-telegram-bot-api-secret-token").map(|value| value.as_bytes()).unwrap_or_default();
    if !bool::from(shown.ct_eq(bot.secret.expose().as_bytes())) {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(update) = Update::parse(&body) else {
        tracing::error!("Telegram sent what is not an update");
        // It would only be sent again.
        return StatusCode::OK;
    };
    match receive::keep(&edge.app, bot, vec![update]).await {
        Ok(()) => StatusCode::OK,
        Err(error) => {
            tracing::error!(%error, "an update cannot be kept yet");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
