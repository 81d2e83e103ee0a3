//! Everything the service holds on a person, as one JSON document, streamed a page at a time.

use std::io;

use bytes::Bytes;
use futures_util::Stream;
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::{json, value::RawValue};
use uuid::Uuid;

use super::document::{self, Pieces, WriteError};
use crate::{
    app::Shared,
    db::{
        JsonText,
        ai_requests::{self, AiRequest},
        export,
        identities::{self, Identity},
        messages::Message,
        payments::Payment,
        purchases::Purchase,
        push_subscriptions::PushSubscription,
        reports,
        sessions::Session,
        subscriptions::Subscription,
        telegram_chats::Chat,
        turns::Turn,
        users,
    },
    http::view,
    journal,
};

/// Rows of a page.
const PAGE: i64 = 100;

/// Begins an export; none when the person is gone. `guard` is kept until it is over.
pub async fn start<G: Send + 'static>(
    app: &Shared,
    user_id: Uuid,
    guard: G,
) -> sqlx::Result<Option<impl Stream<Item = io::Result<Bytes>> + Send + 'static + use<G>>> {
    let Some(user) = users::find(&mut app.db.read().await?.conn(), user_id).await? else { return Ok(None) };
    Ok(Some(document::written(app, move |app, pieces| async move {
        let mut document = Document { pieces, buffer: String::new(), first: true };
        let written = write(&app, user, &mut document).await;
        drop(guard);
        written
    })))
}

/// A document being written.
struct Document {
    pieces: Pieces,
    buffer: String,
    /// Whether the open list is still empty.
    first: bool,
}

impl Document {
    fn open(&mut self, name: &str) {
        self.buffer.push_str(",\"");
        self.buffer.push_str(name);
        self.buffer.push_str("\":[");
        self.first = true;
    }

    fn row<T: Serialize>(&mut self, row: &T) -> Result<(), WriteError> {
        if !std::mem::take(&mut self.first) {
            self.buffer.push(',');
        }
        self.buffer.push_str(&serde_json::to_string(row)?);
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        self.pieces.send(std::mem::take(&mut self.buffer)).await
    }
}

/// A journal row with its payloads as they were sent and received, to the byte.
struct Attempt<'a> {
    row: &'a AiRequest,
    request_payload: Option<Box<RawValue>>,
    request_verified: Option<bool>,
    response_payload: Option<Box<RawValue>>,
}

impl Serialize for Attempt<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = self.row;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &row.id)?;
        map.serialize_entry("message_id", &row.message_id)?;
        map.serialize_entry("turn_id", &row.turn_id)?;
        map.serialize_entry("created_at", &row.created_at)?;
        map.serialize_entry("provider", &row.provider)?;
        map.serialize_entry("model", &row.model)?;
        map.serialize_entry("request_payload", &self.request_payload)?;
        map.serialize_entry("request_verified", &self.request_verified)?;
        map.serialize_entry("response_payload", &self.response_payload)?;
        map.serialize_entry("response_time_ms", &row.response_time_ms)?;
        map.serialize_entry("time_to_first_token_ms", &row.time_to_first_token_ms)?;
        map.serialize_entry("status_code", &row.status_code)?;
        map.serialize_entry("error_message", &row.error_message)?;
        map.serialize_entry("prompt_tokens", &row.prompt_tokens)?;
        map.serialize_entry("completion_tokens", &row.completion_tokens)?;
        map.serialize_entry("tokens_estimated", &row.tokens_estimated)?;
        map.end()
    }
}

/// Writes a table: pages by id until one is not full.
macro_rules! table {
    ($app:ident, $user_id:ident, $document:ident, $name:literal, $page:path, $show:expr) => {{
        $document.open($name);
        let mut after = Uuid::nil();
        loop {
            let rows = $page(&mut $app.db.read().await?.conn(), $user_id, after, PAGE).await?;
            let full = i64::try_from(rows.len()) == Ok(PAGE);
            for row in rows {
                after = row.id;
                $document.row(&$show(row))?;
            }
            if !full {
                break;
            }
            $document.flush().await?;
        }
        $document.buffer.push(']');
    }};
}

async fn write(app: &Shared, user: users::User, document: &mut Document) -> Result<(), WriteError> {
    let user_id = user.id;
    let blocked_at = user.blocked_at;
    let shown = view::User::new(user, app.clock.now());
    document.buffer = format!("{{\"users\":{},\"blocked_at\":{}", serde_json::to_string(&shown)?, json!(blocked_at));
    table!(app, user_id, document, "admins", export::admins, |row| row);
    table!(app, user_id, document, "admin_sessions", export::admin_sessions, |row| row);
    table!(app, user_id, document, "passkeys", export::passkeys, |row| row);
    table!(app, user_id, document, "identities", identities::page, |identity: Identity| {
        json!({
            "id": identity.id, "provider": identity.provider, "subject": identity.subject,
            "created_at": identity.created_at,
        })
    });
    table!(app, user_id, document, "devices", export::devices, |row| view::Device::new(row, Uuid::nil()));
    table!(app, user_id, document, "push_subscriptions", export::push_subscriptions, |row: PushSubscription| {
        json!({"id": row.id, "device_id": row.device_id, "endpoint": row.endpoint, "created_at": row.created_at})
    });
    table!(app, user_id, document, "subscriptions", export::subscriptions, |row: Subscription| {
        view::Subscription::from(row)
    });
    table!(app, user_id, document, "purchases", export::purchases, |purchase: Purchase| {
        json!({
            "id": purchase.id, "provider": purchase.provider, "terms": raw_json(&purchase.terms),
            "price_stars": purchase.price_stars, "created_at": purchase.created_at,
        })
    });
    table!(app, user_id, document, "payments", export::payments, payment);
    table!(app, user_id, document, "usage_logs", export::usage_logs, |row| row);
    table!(app, user_id, document, "telegram_chats", export::telegram_chats, |chat: Chat| {
        json!({
            "id": chat.id, "telegram_id": chat.telegram_id, "chat_id": chat.chat_id, "thread_id": chat.thread_id,
            "session_id": chat.session_id, "asked": chat.asked, "created_at": chat.created_at, "closed_at": chat.closed_at,
        })
    });
    table!(app, user_id, document, "broadcasts", export::broadcasts, |row| row);
    table!(app, user_id, document, "chat_sessions", export::sessions, |row: Session| view::Session::from(row));
    table!(app, user_id, document, "deleted_sessions", export::deleted_sessions, |row| row);
    table!(app, user_id, document, "messages", export::messages, |row: Message| view::Message::from(row));
    table!(app, user_id, document, "turns", export::turns, |turn: Turn| {
        json!({
            "id": turn.id, "session_id": turn.session_id, "message_id": turn.message_id, "state": turn.state,
            "channel": turn.channel, "created_at": turn.created_at, "ended_at": turn.ended_at, "date": turn.day,
            "tokens": turn.tokens, "problem": turn.problem,
        })
    });
    table!(app, user_id, document, "reports", reports::page, |row| row);
    journal(app, user_id, document).await?;
    document.buffer.push('}');
    document.flush().await
}

/// A payment with all that was heard of it.
fn payment(row: Payment) -> serde_json::Value {
    let mut shown = json!({
        "payload": row.payload.as_ref().map(raw_json), "terms": row.terms.as_ref().map(raw_json),
        "source": row.source, "payer_id": row.payer_id, "received_at": row.received_at, "state": row.state,
        "renews": row.renews, "note": row.note,
    });
    if let (Some(shown), serde_json::Value::Object(rest)) = (shown.as_object_mut(), json!(view::Payment::from(row))) {
        shown.extend(rest);
    }
    shown
}

/// JSON that was kept as text, as it is.
fn raw_json(kept: &JsonText) -> serde_json::Value {
    serde_json::from_str(&kept.0).unwrap_or_default()
}

/// The journal, each request rebuilt whole; sent row by row, as one may be as long as a dialogue.
async fn journal(app: &Shared, user_id: Uuid, document: &mut Document) -> Result<(), WriteError> {
    document.open("ai_requests");
    let mut after = Uuid::nil();
    loop {
        let rows = ai_requests::page(&mut app.db.read().await?.conn(), user_id, after, PAGE).await?;
        let full = i64::try_from(rows.len()) == Ok(PAGE);
        for row in rows {
            after = row.id;
            let rebuilt = journal::rebuild(&mut app.db.read().await?.conn(), &row).await?;
            let raw = |text: Option<String>| text.map(RawValue::from_string).transpose();
            let (request, response) = (raw(rebuilt.request)?, raw(rebuilt.response)?);
            document.row(&Attempt {
                request_payload: request,
                request_verified: rebuilt.verified,
                response_payload: response,
                row: &row,
            })?;
            document.flush().await?;
        }
        if !full {
            document.buffer.push(']');
            return Ok(());
        }
    }
}
