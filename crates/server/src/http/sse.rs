//! A turn as an event stream (WHATWG HTML, server-sent events).

use std::{convert::Infallible, time::Duration};

use axum::{
    http::{HeaderValue, header},
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Problem,
    limits::{OpenCall, OpenStream},
    view,
};
use crate::turn::{
    follow::{self, Follow},
    hub::End,
};

/// A comment is sent whenever nothing else was for so long.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// One event of an answer's stream, as OpenAPI describes it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct StreamEvent {
    /// What happened.
    event: EventName,
    /// Where to resume, as `Last-Event-ID`: the length of the answer so far in Unicode scalar values, or `end`.
    #[schema(example = "12", pattern = "^([0-9]+|end)$")]
    id: String,
    /// JSON: AcceptedEvent, DeltaEvent, DoneEvent or ErrorEvent.
    #[schema(example = r#"{"text":"Привет"}"#, content_media_type = "application/json")]
    data: String,
}

/// The kinds of event. `done` and `error` are the last of a stream.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub enum EventName {
    Accepted,
    Delta,
    Done,
    Error,
}

/// The message was accepted.
#[derive(Serialize, ToSchema)]
#[schema(as = AcceptedEvent)]
pub struct Accepted {
    /// The person's message.
    message_id: Uuid,
    /// The turn that answers it.
    turn_id: Uuid,
}

/// More of the answer.
#[derive(Serialize, ToSchema)]
#[schema(as = DeltaEvent)]
pub struct Delta<'a> {
    /// The piece.
    text: &'a str,
}

/// The answer is over.
#[derive(Serialize, ToSchema)]
#[schema(as = DoneEvent)]
pub struct Done {
    /// The whole answer: the truth, whatever was joined from the pieces.
    ai_message: view::Message,
    /// What is left, this answer counted.
    subscription: Option<view::Subscription>,
}

/// There is no answer.
#[derive(Serialize, ToSchema)]
#[schema(as = ErrorEvent)]
pub struct Failed {
    /// Why.
    problem: Problem,
}

/// Streams what `follow` reads; `accepted` comes first when the reader has nothing yet. `call` and `open` count until
/// the reader is gone.
pub fn respond(follow: Follow, accepted: bool, call: Option<OpenCall>, open: OpenStream) -> Response {
    let (message_id, turn_id) = follow.turn();
    let first = accepted.then(|| event("accepted", "0", &Accepted { message_id, turn_id }));
    let events = stream::iter(first).chain(events(follow)).map(move |event| {
        // Held by the stream, so that they count until it is dropped.
        let _ = (&call, &open);
        Ok::<_, Infallible>(event)
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Asks nginx and its kin not to hold the stream back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

fn events(follow: Follow) -> impl Stream<Item = Event> {
    stream::unfold(follow, |mut follow| async move {
        match follow.next().await {
            Ok(Some(follow::Event::Delta { text, position })) => {
                Some((event("delta", &position.to_string(), &Delta { text: &text }), follow))
            }
            Ok(Some(follow::Event::End(end))) => Some((last(&follow, &end), follow)),
            Ok(None) => None,
            Err(error) => {
                // The stream ends without its end: the reader comes back for the rest.
                tracing::error!(%error, "stream broken off");
                None
            }
        }
    })
}

fn last(follow: &Follow, end: &End) -> Event {
    match &end.ai_message {
        Some(message) => {
            let subscription = end.subscription.clone().map(view::Subscription::from);
            event("done", "end", &Done { ai_message: message.clone().into(), subscription })
        }
        None => {
            let (message_id, turn_id) = follow.turn();
            event("error", "end", &Failed { problem: Problem::of_turn(message_id, turn_id, end) })
        }
    }
}

fn event<T: Serialize>(name: &str, id: &str, data: &T) -> Event {
    let event = Event::default().event(name).id(id);
    // Plain structs of texts and numbers always serialise; an empty event would be skipped by readers.
    event.json_data(data).unwrap_or_default()
}
