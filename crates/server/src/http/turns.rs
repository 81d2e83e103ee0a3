//! `/v1/messages/{id}`: the answer to a message: its stream, stopping, another try.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    Problem, Result,
    body::{Path, Query},
    extract::{IdempotencyKey, PassedOn, Person, Sender, Wanted},
    messages::Accepted,
    router::Edge,
    sse, view,
};
use crate::{
    db::{
        messages,
        sessions::Channel,
        turns::{self, Turn},
    },
    problem::Kind,
    turn::{self, Asked, NewTurn, follow::Follow, hub::End, start::Over, stop},
};

/// A message and its answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answered {
    /// What the person wrote.
    user_message: view::Message,
    /// What was answered.
    ai_message: view::Message,
    /// What is left, this answer counted.
    subscription: Option<view::Subscription>,
}

/// A turn that was stopped.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoppedTurn {
    /// The turn.
    turn_id: Uuid,
    /// How it ended: `stopped`, or otherwise if it was over before.
    state: turns::State,
    /// The answer so far; null if there was no word of it.
    ai_message: Option<view::Message>,
    /// What is left, this answer counted.
    subscription: Option<view::Subscription>,
}

/// Where to begin reading.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StreamQuery {
    /// As `Last-Event-ID`, which wins: the length in Unicode scalar values of what the reader has, or `end`.
    #[param(pattern = "^([0-9]{1,18}|end)$")]
    after: Option<String>,
    /// An older turn of the message; absent, the newest.
    turn: Option<Uuid>,
}

/// Which turn.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TurnQuery {
    /// An older turn of the message; absent, the newest.
    turn: Option<Uuid>,
}

/// Starts a turn and answers in the way that is wanted.
pub(super) async fn ask(
    edge: &Edge,
    sender: Sender,
    session_id: Uuid,
    asked: Asked,
    wanted: Wanted,
    key: Option<IdempotencyKey>,
    passed_on: bool,
) -> Result<Response> {
    let app = &edge.app;
    let (call, over) = match sender.call {
        Ok(call) => (Some(call), None),
        Err(over) => (None, Some(over)),
    };
    let stream = if wanted == Wanted::Stream { edge.limits.stream() } else { None };
    let over = over.or((wanted == Wanted::Stream && stream.is_none()).then_some(Over::Node));
    let new = NewTurn {
        user_id: sender.id,
        session_id,
        asked,
        channel: Channel::Api,
        key: key.map(|key| key.0),
        deliver_to: None,
        over,
    };
    let started = turn::start(app, new).await?;
    let turn = match started.seen {
        true => find(edge, sender.id, started.turn.message_id, Some(started.turn.id)).await?,
        false => started.turn,
    };
    if wanted == Wanted::Later {
        return Ok(later(&turn));
    }
    let token = (!passed_on).then_some(&sender.token);
    let follow = Follow::new(app, turn.clone(), 0, token).await?;
    match stream {
        Some(stream) => Ok(sse::respond(follow, true, call, stream)),
        None => whole(edge, &turn, follow.end().await?).await,
    }
}

fn later(turn: &Turn) -> Response {
    let stream_url = format!("/v1/messages/{}/stream?turn={}", turn.message_id, turn.id);
    let headers = [
        (header::LOCATION, stream_url.clone()),
        (header::HeaderName::from_static("preference-applied"), "respond-async".into()),
    ];
    let accepted = Accepted { message_id: turn.message_id, turn_id: turn.id, stream_url };
    (StatusCode::ACCEPTED, headers, Answer(accepted)).into_response()
}

async fn whole(edge: &Edge, turn: &Turn, end: Arc<End>) -> Result<Response> {
    let Some(answer) = end.ai_message.clone() else { return Err(Problem::of_turn(turn.message_id, turn.id, &end)) };
    let question = messages::find(&mut edge.app.db.read().await?.conn(), turn.user_id, turn.message_id).await?;
    let answered = Answered {
        user_message: question.ok_or_else(Problem::not_found)?.into(),
        ai_message: answer.into(),
        subscription: end.subscription.clone().map(view::Subscription::from),
    };
    Ok((StatusCode::CREATED, Answer(answered)).into_response())
}

/// The answer's stream
///
/// Replays from `Last-Event-ID`, then goes on live; after the end, from the database. `id` is the person's message.
/// The events are those of sending. 204 when the reader has the end.
#[utoipa::path(get, path = "/v1/messages/{id}/stream", tag = "dialogue",
    params(("id" = Uuid, Path), StreamQuery, ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event",
        pattern = "^([0-9]{1,18}|end)$")),
    responses((status = 200, content_type = "text/event-stream", body = sse::StreamEvent), (status = 204),
        (status = 400, body = Problem, description = "`invalid-cursor`"), (status = 404, body = Problem)))]
pub async fn stream(
    State(edge): State<Edge>,
    person: Person,
    Path(id): Path<Uuid>,
    Query(query): Query<StreamQuery>,
    PassedOn(passed_on): PassedOn,
    headers: HeaderMap,
) -> Result<Response> {
    let header = headers.get("last-event-id").map(|value| value.to_str().unwrap_or_default());
    let header = header.map(Place::parse).transpose()?;
    let place = header.or(query.after.as_deref().map(Place::parse).transpose()?);
    let turn = find(&edge, person.id, id, query.turn).await?;
    let position = match place {
        None => None,
        Some(Place::End) => return Ok(StatusCode::NO_CONTENT.into_response()),
        Some(Place::At(position)) => Some(position),
    };
    let stream = edge.limits.stream().ok_or_else(|| Problem::new(Kind::Overloaded).retry_after(5))?;
    let token = (!passed_on).then_some(&person.token);
    let follow = Follow::new(&edge.app, turn, position.unwrap_or(0), token).await?;
    Ok(sse::respond(follow, position.is_none(), Some(person.call), stream))
}

/// How much of a stream its reader has.
enum Place {
    /// So many Unicode scalar values.
    At(u64),
    /// All of it.
    End,
}

impl Place {
    fn parse(id: &str) -> Result<Self> {
        match id {
            "end" => Ok(Self::End),
            position => position.parse().map(Self::At).map_err(|_| Problem::new(Kind::InvalidCursor)),
        }
    }
}

/// Stop the answer
///
/// Answers once it is settled; the text so far is kept. One that is over stays as it is.
#[utoipa::path(post, path = "/v1/messages/{id}/stop", tag = "dialogue", params(("id" = Uuid, Path), TurnQuery),
    responses((status = 200, body = StoppedTurn), (status = 404, body = Problem)))]
pub async fn stop(
    State(edge): State<Edge>,
    person: Person,
    Path(id): Path<Uuid>,
    Query(query): Query<TurnQuery>,
) -> Result<Answer<StoppedTurn>> {
    let turn = find(&edge, person.id, id, query.turn).await?;
    let turn_id = turn.id;
    let end = stop::stop(&edge.app, turn).await?;
    Ok(Answer(StoppedTurn {
        turn_id,
        state: end.state,
        ai_message: end.ai_message.clone().map(view::Message::from),
        subscription: end.subscription.clone().map(view::Subscription::from),
    }))
}

/// Answer again
///
/// Another try at a message, also after a failure; answered in the same three ways as a send. Every version is kept, the
/// newest counts.
#[utoipa::path(post, path = "/v1/messages/{id}/regenerate", tag = "dialogue",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "1 to 128 visible ASCII characters", min_length = 1,
            max_length = 128, pattern = "^[!-~]*$"),
        ("Prefer" = Option<String>, Header, description = "`respond-async`: 202 at once")),
    responses(
        (status = 200, content_type = "text/event-stream", body = sse::StreamEvent), (status = 201, body = Answered),
        (status = 202, body = Accepted), (status = 402, body = Problem, description = "`quota-exceeded`"),
        (status = 404, body = Problem), (status = 406, body = Problem),
        (status = 409, body = Problem, description = "`session-ended`; `stopped`"),
        (status = 502, body = Problem, description = "`model-failed`"), (status = 504, body = Problem, description = "`model-timeout`"),
    ))]
pub async fn regenerate(
    State(edge): State<Edge>,
    sender: Sender,
    Path(id): Path<Uuid>,
    wanted: Wanted,
    key: Option<IdempotencyKey>,
    PassedOn(passed_on): PassedOn,
) -> Result<Response> {
    let question = messages::find(&mut edge.app.db.read().await?.conn(), sender.id, id).await?;
    let question = question.filter(|m| m.sender == messages::Sender::User).ok_or_else(Problem::not_found)?;
    ask(&edge, sender, question.session_id, Asked::Again(id), wanted, key, passed_on).await
}

async fn find(edge: &Edge, user_id: Uuid, message_id: Uuid, turn_id: Option<Uuid>) -> Result<Turn> {
    let mut reader = edge.app.db.read().await?;
    let conn = &mut reader.conn();
    let turn = match turn_id {
        Some(id) => turns::find(conn, user_id, id).await?.filter(|turn| turn.message_id == message_id),
        None => turns::newest(conn, user_id, message_id).await?,
    };
    let turn = turn.ok_or_else(Problem::not_found)?;
    // A turn outlives its dialogue as a record without content: there is nothing left to read of it.
    messages::find(conn, user_id, message_id).await?.ok_or_else(Problem::not_found)?;
    Ok(turn)
}
