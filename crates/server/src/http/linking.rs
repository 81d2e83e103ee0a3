//! `/v1/me/telegram-link`: joining the account with a Telegram one.

use axum::{Json as Answer, extract::State, http::StatusCode, response::IntoResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Problem, Result, extract::Person, router::Edge};
use crate::{account::linking, db::Ts, problem::Kind};

/// A link to be opened in Telegram.
#[derive(Debug, Serialize, ToSchema)]
pub struct TelegramLink {
    /// Opens the bot, which asks whether to join.
    #[schema(example = "https://t.me/beseda_bot?start=link_2xg9k7mWc0Fq3tqJtE1Pq5WmZQF0p8dY4nR6uVbLhTs")]
    url: String,
    /// Until when it can be used.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Ts,
}

/// A link for Telegram
///
/// Whoever opens it in Telegram and agrees joins their Telegram account with the caller's: one account, with both
/// histories and the better plan. This account's id, profile and tokens stay. The link can be used once, within 15
/// minutes, and replaces those made before it.
#[utoipa::path(post, path = "/v1/me/telegram-link", operation_id = "create_telegram_link", tag = "account",
    responses((status = 201, body = TelegramLink),
        (status = 409, body = Problem, description = "`telegram-off`: No Telegram bot is connected")))]
pub async fn create(State(edge): State<Edge>, person: Person) -> Result<impl IntoResponse> {
    let bot = edge.app.bot_username().ok_or_else(|| Problem::new(Kind::TelegramOff))?;
    let linking::NewCode { code, expires_at } = linking::create(&edge.app, person.id).await?;
    let url = format!("https://t.me/{bot}?start={}{code}", linking::START_PREFIX);
    Ok((StatusCode::CREATED, Answer(TelegramLink { url, expires_at })))
}
