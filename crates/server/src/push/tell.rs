//! Telling a browser: kept with the answer, done by a job.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use web_push::{Endpoint, Error, Keys, Message, Urgency};

use crate::{
    app::{App, Shared},
    db::{Conn, Result, Ts, push_subscriptions, turns::Turn},
    ids,
    jobs::{Task, Tried},
};

/// For how long it is worth telling that an answer is there.
const WORTH: Duration = Duration::from_secs(86_400);

/// What a browser is to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// Which browser.
    pub subscription_id: Uuid,
    /// The dialogue.
    pub session_id: Uuid,
    /// The person's message that was answered.
    pub message_id: Uuid,
    /// When the answer was finished.
    pub answered_at: Ts,
}

/// Keeps what each of the person's browsers is to be told, with the answer that it is about.
pub async fn announce(tx: &mut Conn<'_>, turn: &Turn, now: Ts) -> Result<()> {
    for subscription_id in push_subscriptions::ids(tx, turn.user_id).await? {
        let (session_id, message_id) = (turn.session_id, turn.message_id);
        Task::Push(News { subscription_id, session_id, message_id, answered_at: now }).enqueue(tx, now, now).await?;
    }
    Ok(())
}

/// Tells it, if there is still somebody to tell.
pub async fn tell(app: &Shared, news: &News) -> Result<Tried> {
    let (outcome, tried) = match try_to(app, news).await? {
        Ok(()) => ("sent", Tried::Done),
        Err(Untold::Nobody) => ("nobody", Tried::Done),
        Err(Untold::TooLate) => ("too-late", Tried::Done),
        Err(Untold::Error(Error::Gone(_))) => ("gone", Tried::Done),
        Err(Untold::Error(Error::Later { after, message })) => ("later", Tried::Later(after, message)),
        Err(Untold::Error(error)) => {
            tracing::warn!(%error, "a browser cannot be told of an answer");
            ("refused", Tried::Done)
        }
    };
    metrics::counter!("beseda_pushes_total", "outcome" => outcome).increment(1);
    Ok(tried)
}

/// Why a browser was not told.
enum Untold {
    /// The subscription was withdrawn, or its device signed out.
    Nobody,
    /// It has become old.
    TooLate,
    /// The push service has not taken it.
    Error(Error),
}

async fn try_to(app: &App, news: &News) -> Result<Result<(), Untold>> {
    let now = app.clock.now();
    let Some(push) = &app.push else { return Ok(Err(Untold::Nobody)) };
    let Some(ttl) = left(news.answered_at, now) else { return Ok(Err(Untold::TooLate)) };
    let row = push_subscriptions::open(&mut app.db.read().await?.conn(), news.subscription_id, now).await?;
    let Some(row) = row else { return Ok(Err(Untold::Nobody)) };
    let (Ok(endpoint), Ok(keys)) = (Endpoint::parse(&row.endpoint, push.reach), Keys::new(&row.p256dh, &row.auth))
    else {
        // It was taken when more could be called.
        forget(app, news.subscription_id, row.endpoint).await?;
        return Ok(Err(Untold::Nobody));
    };
    let body = serde_json::json!({"session_id": news.session_id, "message_id": news.message_id}).to_string();
    let topic = topic(news.session_id);
    let message = Message { body: body.as_bytes(), ttl, urgency: Urgency::Normal, topic: &topic };
    let sent = push.client.send(&push.pair, &endpoint, &keys, message, now.as_micros() / 1_000_000).await;
    if let Err(Error::Gone(_)) = sent {
        forget(app, news.subscription_id, row.endpoint).await?;
    }
    Ok(sent.map_err(Untold::Error))
}

async fn forget(app: &App, id: Uuid, endpoint: String) -> Result<()> {
    let delete = app.db.write(move |tx| {
        let endpoint = endpoint.clone();
        Box::pin(async move { push_subscriptions::delete_gone(tx, id, &endpoint).await })
    });
    delete.await
}

/// What is left of the time in which it is worth telling.
fn left(answered_at: Ts, now: Ts) -> Option<Duration> {
    let micros = answered_at.after(WORTH).as_micros() - now.as_micros();
    u64::try_from(micros).ok().filter(|micros| *micros > 0).map(Duration::from_micros)
}

/// Of the answers in a dialogue, a browser that was away is told of the newest alone. The push service sees that two are
/// of one dialogue, and not of which.
fn topic(session_id: Uuid) -> String {
    let hash = ids::sha256(session_id.as_bytes());
    URL_SAFE_NO_PAD.encode(hash).chars().take(32).collect()
}
