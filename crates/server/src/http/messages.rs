//! `/v1/sessions/{id}/messages`: writing, and the history.

use axum::{Json as Answer, extract::State, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Problem, Result,
    body::{Json, Path, Query},
    cursor,
    extract::{IdempotencyKey, PassedOn, Person, Sender, Wanted},
    router::Edge,
    sessions::PageQuery,
    sse,
    turns::{self, Answered},
    view,
};
use crate::{
    db::{messages, sessions},
    turn::Asked,
};

/// A message.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewMessage {
    /// The text, not blank, without U+0000; at most as many characters as the service's limit (default 32,000).
    #[schema(example = "Привет! Что посмотреть в Казани за один день?", min_length = 1, pattern = r"^[^\u0000]*$")]
    message_text: String,
}

/// That a message was accepted, and where its answer is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// The person's message.
    pub message_id: Uuid,
    /// The turn that answers it.
    pub turn_id: Uuid,
    /// Where the answer streams, and can be resumed.
    pub stream_url: String,
}

/// Send a message
///
/// Three ways to get the answer: whole (`Accept: application/json`), streamed (`Accept: text/event-stream`), or later
/// (`Prefer: respond-async`). The answer goes on whether anybody reads it or not. With an `Idempotency-Key` a repeated
/// send is the same turn, answered and charged once.
///
/// Events of a stream: `accepted` {message_id, turn_id}; `delta` {text}, whose id is the length of the answer so far in
/// Unicode scalar values; then `done` {ai_message, subscription} or `error` {problem}, both with the id `end`.
#[utoipa::path(post, path = "/v1/sessions/{id}/messages", operation_id = "send_message", tag = "dialogue", request_body = NewMessage,
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 visible ASCII characters", min_length = 1,
            max_length = 128, pattern = "^[!-~]*$"),
        ("Prefer" = Option<String>, Header, description = "`respond-async`: 202 at once")),
    responses(
        (status = 200, content_type = "text/event-stream", body = sse::StreamEvent, description = "The answer as it comes"),
        (status = 201, body = Answered, description = "The whole answer; a stopped or cut off one has `status` `partial`"),
        (status = 202, body = Accepted),
        (status = 402, body = Problem, description = "`quota-exceeded`, with what renews when"),
        (status = 404, body = Problem), (status = 406, body = Problem),
        (status = 409, body = Problem, description = "`session-ended`; `stopped` before the first word"),
        (status = 502, body = Problem, description = "`model-failed`: no answer; the message stays, and can be answered again"),
        (status = 504, body = Problem, description = "`model-timeout`"),
    ))]
pub async fn send(
    State(edge): State<Edge>,
    sender: Sender,
    Path(session_id): Path<Uuid>,
    wanted: Wanted,
    key: Option<IdempotencyKey>,
    PassedOn(passed_on): PassedOn,
    Json(body): Json<NewMessage>,
) -> Result<Response> {
    let text = check_text(body.message_text, edge.app.config.limits.message_chars)?;
    turns::ask(&edge, sender, session_id, Asked::Message(text), wanted, key, passed_on).await
}

/// The history
///
/// Newest first, every version of an answer included.
#[utoipa::path(get, path = "/v1/sessions/{id}/messages", operation_id = "list_messages", tag = "dialogue", params(("id" = Uuid, Path), PageQuery),
    responses((status = 200, body = view::Page<view::Message>), (status = 400, body = Problem, description = "`invalid-cursor`"),
        (status = 404, body = Problem)))]
pub async fn list(
    State(edge): State<Edge>,
    person: Person,
    Path(id): Path<Uuid>,
    Query(query): Query<PageQuery>,
) -> Result<Answer<view::Page<view::Message>>> {
    let limit = query.limit()?;
    let before = query.before.as_deref().map(cursor::decode).transpose()?;
    let mut reader = edge.app.db.read().await?;
    let conn = &mut reader.conn();
    sessions::find(conn, person.id, id).await?.ok_or_else(Problem::not_found)?;
    let messages = messages::list(conn, person.id, id, before, limit + 1).await?;
    let more = i64::try_from(messages.len()).is_ok_and(|n| n > limit);
    let items: Vec<_> = messages.into_iter().take(usize::try_from(limit).unwrap_or(0)).collect();
    let next = items.last().filter(|_| more).and_then(|m| cursor::encode(&(m.seq, m.sender)));
    Ok(Answer(view::Page { items: items.into_iter().map(view::Message::from).collect(), next }))
}

fn check_text(text: String, most: usize) -> Result<String> {
    let refuse = |message: String| Err(Problem::invalid_field("message_text", message));
    if text.trim().is_empty() {
        return refuse("must not be blank".into());
    }
    if text.contains('\0') {
        return refuse("must not contain U+0000".into());
    }
    if text.len() > most && text.chars().count() > most {
        return refuse(format!("must be at most {most} characters"));
    }
    Ok(text)
}
