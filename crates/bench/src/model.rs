//! The fake model: OpenAI-compatible streaming chat completions, as fast as they can be served.
//!
//! The model's name chooses the answer: `fast` is 50 tokens at once, `slow:500:20` is 20 tokens
//! 500 ms apart. Each token is an SSE frame and a body frame of its own; the frames are made once.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Tokens of a fast answer.
pub(crate) const FAST_TOKENS: u32 = 50;
/// The most tokens a name may ask for.
const MOST_TOKENS: u32 = 1_000;

/// The text of an answer of so many tokens: what the service must have stored.
pub(crate) fn text(tokens: u32) -> String {
    (0..tokens).map(token).collect()
}

fn token(number: u32) -> String {
    format!("слово{number} ")
}

/// Serves until it is dropped.
pub(crate) async fn serve(listen: SocketAddr) -> Result<()> {
    let listener = TcpListener::bind(listen).await?.tap_io(|socket| {
        // Without it a token waits for the acknowledgement of the one before; nothing to do if it fails.
        let _ = socket.set_nodelay(true);
    });
    let app = Router::new()
        .route("/v1/chat/completions", post(complete))
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::new(Frames::new()));
    Ok(axum::serve(listener, app).await?)
}

#[derive(Deserialize)]
struct Request {
    model: String,
    #[serde(default)]
    stream: bool,
}

async fn complete(State(frames): State<Arc<Frames>>, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<Request>(&body) else {
        return (StatusCode::BAD_REQUEST, "not a chat request").into_response();
    };
    let Some(behaviour) = Behaviour::of(&request.model).filter(|_| request.stream) else {
        return (StatusCode::NOT_FOUND, "fast or slow:<ms>:<tokens>, streamed").into_response();
    };
    let answer = stream::iter(frames.answer(behaviour.tokens)).then(move |(pause, frame)| async move {
        if pause && !behaviour.delay.is_zero() {
            tokio::time::sleep(behaviour.delay).await;
        }
        Ok::<_, Infallible>(frame)
    });
    let kind = [(header::CONTENT_TYPE, "text/event-stream")];
    (kind, Body::from_stream(answer)).into_response()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Behaviour {
    delay: Duration,
    tokens: u32,
}

impl Behaviour {
    fn of(model: &str) -> Option<Self> {
        if model == "fast" {
            return Some(Self { delay: Duration::ZERO, tokens: FAST_TOKENS });
        }
        let (delay, tokens) = model.strip_prefix("slow:")?.split_once(':')?;
        Some(Self {
            delay: Duration::from_millis(delay.parse().ok()?),
            tokens: tokens.parse().ok().filter(|n| (1..=MOST_TOKENS).contains(n))?,
        })
    }
}

/// Every frame an answer can have.
struct Frames {
    role: Bytes,
    tokens: Vec<Bytes>,
    finish: Bytes,
    usage: Bytes,
    done: Bytes,
}

impl Frames {
    fn new() -> Self {
        let delta = |delta: Value, finish: Value| {
            frame(&json!([{"index": 0, "delta": delta, "finish_reason": finish}]), &Value::Null)
        };
        let usage = json!({"prompt_tokens": 60, "completion_tokens": 50, "total_tokens": 110});
        Self {
            role: delta(json!({"role": "assistant", "content": ""}), Value::Null),
            tokens: (0..MOST_TOKENS).map(|number| delta(json!({"content": token(number)}), Value::Null)).collect(),
            finish: delta(json!({}), json!("stop")),
            usage: frame(&json!([]), &usage),
            done: Bytes::from_static(b"data: [DONE]\n\n"),
        }
    }

    /// The frames of one answer, each with whether a slow model pauses before it: between tokens.
    fn answer(self: Arc<Self>, tokens: u32) -> impl Iterator<Item = (bool, Bytes)> + Send {
        let last = tokens as usize;
        (0..last + 4).map(move |at| match at {
            0 => (false, self.role.clone()),
            at if at <= last => (at > 1, self.tokens[at - 1].clone()),
            at if at == last + 1 => (false, self.finish.clone()),
            at if at == last + 2 => (false, self.usage.clone()),
            _ => (false, self.done.clone()),
        })
    }
}

fn frame(choices: &Value, usage: &Value) -> Bytes {
    let body = json!({
        "id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1_700_000_000,
        "model": "fast", "choices": choices, "usage": usage,
    });
    Bytes::from(format!("data: {body}\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_chooses_the_behaviour() {
        let of = |name| Behaviour::of(name).map(|b| (b.delay.as_millis(), b.tokens));
        assert_eq!(of("fast"), Some((0, 50)));
        assert_eq!(of("slow:500:20"), Some((500, 20)));
        assert_eq!(of("slow:500"), None);
        assert_eq!(of("slow:1:0"), None);
        assert_eq!(of("gpt"), None);
    }

    #[test]
    fn an_answer_is_a_role_its_tokens_and_three_endings() {
        let frames: Vec<_> = Arc::new(Frames::new()).answer(3).collect();
        assert_eq!(frames.len(), 7);
        let pauses = frames.iter().filter(|(pause, _)| *pause).count();
        assert_eq!(pauses, 2, "between three tokens are two pauses");
        assert!(frames[6].1.starts_with(b"data: [DONE]"));
    }
}
