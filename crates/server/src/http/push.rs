//! `/v1/push`, `/v1/me/push-subscriptions`: telling browsers that an answer is there.

use axum::{Json as Answer, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web_push::{Endpoint, Keys, KeysError};

use super::{
    Problem, Result,
    body::{Json, Path},
    extract::Person,
    router::Edge,
};
use crate::{
    app::App,
    db::{Ts, push_subscriptions},
    problem::Kind,
    push::{self, Push},
};

/// By what the service is known to push services.
#[derive(Debug, Serialize, ToSchema)]
pub struct PushKey {
    /// `applicationServerKey` of `PushManager.subscribe()`: a point of P-256 as base64url. When it is another than that of
    /// a subscription, the browser must subscribe anew.
    #[schema(example = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8")]
    public_key: String,
}

/// A browser's subscription, as `PushSubscription.toJSON()` gives it.
#[derive(Deserialize, ToSchema)]
pub struct NewPushSubscription {
    /// Where its push service takes messages: https, in the internet.
    #[schema(
        example = "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABl",
        max_length = 2000,
        pattern = "^https://"
    )]
    endpoint: String,
    /// For whom messages are encrypted.
    keys: PushKeys,
}

/// A browser's keys (RFC 8291), as base64url.
#[derive(Deserialize, ToSchema)]
pub struct PushKeys {
    /// Its public key, 65 bytes: a point of P-256.
    #[schema(
        example = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        pattern = "^[A-Za-z0-9_-]{87}=?$"
    )]
    p256dh: String,
    /// A secret, 16 bytes.
    #[schema(example = "BTBZMqHH6r4Tts7J_aSIgg", pattern = "^[A-Za-z0-9_-]{22}(==)?$")]
    auth: String,
}

/// A browser that is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct PushSubscription {
    /// Id.
    id: Uuid,
    /// The device whose browser it is. It is told for as long as that is signed in.
    device_id: Uuid,
    /// When it was made, or last replaced.
    #[schema(value_type = String, format = DateTime)]
    created_at: Ts,
}

/// The key for subscribing
#[utoipa::path(get, path = "/v1/push", operation_id = "get_push_key", tag = "account",
    responses((status = 200, body = PushKey), (status = 409, body = Problem, description = "`push-off`")))]
pub async fn key(State(edge): State<Edge>, _person: Person) -> Result<Answer<PushKey>> {
    Ok(Answer(PushKey { public_key: connected(&edge.app)?.public_key().to_owned() }))
}

/// Tell this browser
///
/// Tells the browser of the calling device of each answer that nobody was reading when it was finished. The message,
/// encrypted for it, is `{"session_id", "message_id"}`; `message_id` is the person's. A device has one subscription:
/// another one takes its place. It ends with the device's being signed out, and when the push service says so.
#[utoipa::path(post, path = "/v1/me/push-subscriptions", operation_id = "create_push_subscription", tag = "account",
    request_body = NewPushSubscription,
    responses((status = 201, body = PushSubscription), (status = 409, body = Problem, description = "`push-off`")))]
pub async fn subscribe(
    State(edge): State<Edge>,
    person: Person,
    Json(body): Json<NewPushSubscription>,
) -> Result<(StatusCode, Answer<PushSubscription>)> {
    let reach = connected(&edge.app)?.reach;
    let keys = Keys::parse(&body.keys.p256dh, &body.keys.auth).map_err(|error| {
        let field = if error == KeysError::Auth { "keys.auth" } else { "keys.p256dh" };
        Problem::invalid_field(field, error.to_string())
    })?;
    let endpoint = Endpoint::look_up(&body.endpoint, reach).await;
    let endpoint = endpoint.map_err(|error| Problem::invalid_field("endpoint", error.to_string()))?;
    let kept = push::subscribe(&edge.app, person.id, person.device_id, &endpoint, &keys).await?;
    let kept = kept.ok_or_else(|| Problem::new(Kind::Unauthorized))?;
    let answer = PushSubscription { id: kept.id, device_id: kept.device_id, created_at: kept.created_at };
    Ok((StatusCode::CREATED, Answer(answer)))
}

/// Tell it no more
#[utoipa::path(delete, path = "/v1/me/push-subscriptions/{id}", operation_id = "delete_push_subscription", tag = "account",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn unsubscribe(State(edge): State<Edge>, person: Person, Path(id): Path<Uuid>) -> Result<StatusCode> {
    let delete =
        edge.app.db.write(move |tx| Box::pin(async move { push_subscriptions::delete(tx, person.id, id).await }));
    match delete.await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found()),
    }
}

fn connected(app: &App) -> Result<&Push> {
    app.push.as_ref().ok_or_else(|| Problem::new(Kind::PushOff))
}
