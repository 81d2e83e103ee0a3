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

#[derive(Serialize)]
struct Accepted {
    message_id: Uuid,
    turn_id: Uuid,
}

#[derive(Serialize)]
struct Delta<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Done {
    ai_message: view::Message,
    subscription: Option<view::Subscription>,
}

#[derive(Serialize)]
struct Failed {
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
